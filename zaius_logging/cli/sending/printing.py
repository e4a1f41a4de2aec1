"""A transport that prints what would be sent."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from zaius_logging._transport.outcome import Delivered


class PrintingTransport:
    """Writes each event as a line of JSON: the very bytes that would go to the API.

    Args:
        out: where to; None for nowhere, where people only want the summary.

    Attributes:
        gone: whether nobody reads it any more (`| head`).
    """

    loggers: Sequence[str] = ()

    def __init__(self, out: IO[bytes] | None) -> None:
        self._out = out
        self.gone = False
        if out is not None:
            with suppress(
                OSError
            ):  # a file of events is for its owner only, as all files of events
                if stat.S_ISREG(os.fstat(out.fileno()).st_mode):
                    os.fchmod(out.fileno(), 0o600)

    def send(self, items: Sequence[bytes]) -> Delivered:
        """Write a batch."""
        if self._out is not None and not self.gone:
            try:
                self._out.write(b"\n".join(items) + b"\n")
                self._out.flush()
            except BrokenPipeError:  # who reads has seen enough; the interpreter need not mind
                self.gone = True
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())
        return Delivered()

    def after_fork_in_child(self) -> None:
        """Nothing to forget."""

    def close(self) -> None:
        """Nothing to close."""
