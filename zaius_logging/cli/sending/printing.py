"""A transport that prints what would be sent."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import IO

from zaius_logging._transport.outcome import Delivered


class PrintingTransport:
    """Writes each event as a line of JSON: the very bytes that would go to the API.

    Args:
        out: where to.
    """

    loggers: Sequence[str] = ()

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def send(self, items: Sequence[bytes]) -> Delivered:
        """Write a batch."""
        try:
            self._out.write(b"\n".join(items) + b"\n")
            self._out.flush()
        except (
            BrokenPipeError
        ):  # `| head`: who reads has seen enough; the interpreter need not mind
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Delivered()

    def after_fork_in_child(self) -> None:
        """Nothing to forget."""

    def close(self) -> None:
        """Nothing to close."""
