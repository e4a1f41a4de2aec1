"""Keeps the handler's own notices off the screen of a command that tells the same in better words."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import IO

_START = "zaius_logging: "


class _Sieve(io.TextIOBase):
    """Passes everything on but the handler's notices."""

    def __init__(self, beneath: IO[str]) -> None:
        self._beneath = beneath
        self.caught: list[str] = []

    def write(self, text: str) -> int:
        if text.startswith(_START):
            self.caught.append(text.removeprefix(_START).rstrip())
        else:
            self._beneath.write(text)
        return len(text)

    def flush(self) -> None:
        self._beneath.flush()


@contextmanager
def notices_caught() -> Iterator[list[str]]:
    """Catch what handlers would tell on stderr; gives the list that they go to."""
    sieve = _Sieve(sys.stderr)
    with redirect_stderr(sieve):
        yield sieve.caught
