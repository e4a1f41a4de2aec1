"""The transport of a process that only writes: it sends nothing, and needs no library for it."""

from __future__ import annotations

from collections.abc import Sequence

from .outcome import Outcome, Paused


class Withheld:
    """Stands where a transport would, with `deliver=False`: another process has the key and the network."""

    loggers: Sequence[str] = ()

    def send(self, items: Sequence[bytes]) -> Outcome:  # noqa: ARG002 - see Transport
        """Send nothing; the events stay."""
        return Paused("deliver=False: this process only writes to spool_dir")

    def after_fork_in_child(self) -> None:
        """Nothing to forget."""

    def close(self) -> None:
        """Nothing to close."""

    def __repr__(self) -> str:
        return "<Withheld>"
