"""What carries a batch away, and a stand-in for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from .outcome import Delivered, Outcome


class Transport(Protocol):
    """What the listener needs of a way to the API."""

    loggers: Sequence[str]
    """Names of loggers that `send` may log to. The handler asks each for its level before it waits
    for the thread, so that the thread finds the answer cached and never needs logging's global lock,
    which whoever is closing us may hold."""

    def send(self, items: Sequence[bytes]) -> Outcome:
        """Send a batch of encoded events and say what came of it. Never raises."""
        ...

    def after_fork_in_child(self) -> None:
        """Forget connections without closing them: a forked child shares them with its parent."""
        ...

    def close(self) -> None:
        """Close connections. May be called twice."""
        ...


class StubTransport:
    """A transport that keeps what it is given: for tests, without a network.

    Args:
        outcomes: what to answer, one a batch; when they are used up, `Delivered()`.

    Attributes:
        batches: every batch as it was sent, whatever was answered: lists of event dictionaries.
    """

    loggers: Sequence[str] = ()

    def __init__(self, outcomes: Iterable[Outcome] = ()) -> None:
        self._outcomes = iter(outcomes)
        self.batches: list[list[dict[str, Any]]] = []
        self._delivered: list[dict[str, Any]] = []

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of all batches that were answered with `Delivered`, in order."""
        return list(self._delivered)

    def send(self, items: Sequence[bytes]) -> Outcome:
        """Keep a batch and give the next outcome."""
        batch = [json.loads(item) for item in items]
        self.batches.append(batch)
        outcome = next(self._outcomes, Delivered())
        if isinstance(outcome, Delivered):
            self._delivered.extend(batch)
        return outcome

    def after_fork_in_child(self) -> None:
        """Nothing to forget."""

    def close(self) -> None:
        """Nothing to close."""

    def __repr__(self) -> str:
        return f"<StubTransport {len(self.batches)} batches, {len(self._delivered)} events>"
