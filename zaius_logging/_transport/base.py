"""The contract of every transport, and a stub for tests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from .outcome import Delivered, Outcome


class Transport(Protocol):
    """What the listener needs of a way to the API.

    One thread at a time sends. A transport may be closed at any time, and the next `send` opens it again.
    It may have an `account`, text: the name of the folder in `spool_dir` where its events wait.
    """

    loggers: Sequence[str]
    """Names of loggers that `send` may log to. Before the handler waits for the thread it asks each for its
    level. So the thread finds the answer cached and never needs logging's global lock, which the thread
    that closes the handler may hold (`dictConfig` does)."""

    def send(self, items: Sequence[bytes]) -> Outcome:
        """Send a batch of encoded events, once, and say what came of it. Never raises."""
        ...

    def after_fork_in_child(self) -> None:
        """Forget connections without closing them: a forked child shares them with its parent."""
        ...

    def close(self) -> None:
        """Close connections. May be called at any time, and twice; the next `send` opens again."""
        ...


class StubTransport:
    """A transport for tests, without a network: it keeps the events that it is given.

    Args:
        outcomes: the answers, one a batch; when they are used up, `Delivered()`.

    Attributes:
        batches: every batch as it was sent, whatever was answered: lists of event dictionaries.
        account: the name of the account's folder in a `spool_dir`, unless the handler names another.
    """

    loggers: Sequence[str] = ()
    account = "stub"

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
