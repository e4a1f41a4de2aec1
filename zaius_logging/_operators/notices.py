"""Prints the lines that others word for operators: each kind at most once a minute, on stderr by default.

Not through logging unless that is asked for: this is the logging pipeline. No notice carries personal data
or the key, and none can hold anybody up: stderr may be a pipe that nobody reads, or an object that logs
what is written to it while the thread that called us holds logging's lock.
"""

from __future__ import annotations

import _thread
import logging
import os
import select
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

INTERVAL = 60.0
"""Seconds for which a second line of a kind is held back."""

STDERR = "stderr"

MAX_LINE = 1000
"""Characters of a line. As UTF-8 they fit into PIPE_BUF (4,096 bytes on Linux), so a pipe that can be
written to takes the line whole."""

MAX_KINDS = 256
"""Kinds that are counted apart; all further ones share one, for a kind may name what users name."""

PATIENCE = 0.1
"""Seconds that a caller waits for its line to be written: a terminal or a file takes microseconds."""

LAST = 1.0
"""The same of a line after which the process may end, and of the line before it: on a busy machine the thread
that writes one starts late."""

_OTHERS = "others"
_late: dict[object, tuple[int, _thread.LockType]] = {}  # destination -> process, lock until written


class Notices:
    """Writes notices, and counts those it holds back.

    Args:
        to: `stderr`, the name of a logger (which gets them at level WARNING), or what takes a line.
        clock: steady seconds.
    """

    loggers: Sequence[str] = ()

    def __init__(
        self,
        to: str | Callable[[str], object] = STDERR,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = _writer(to)
        self._place: object = to if isinstance(to, str) else self
        self._clock = clock
        self._last: dict[str, tuple[float, int]] = {}  # kind -> (when written, held back since)
        self._writing: set[int] = set()  # threads in the middle of it

    def tell(self, kind: str, line: str, *, always: bool = False, last: bool = False) -> None:
        """Write a line, unless one of its kind was written within the last minute.

        It is held back, too, while an earlier line to the same place is not written yet, and where what
        writes it causes a notice itself. The next line of the kind says how many were held back.

        Args:
            kind: what it is about; not shown.
            line: for people: what happened, to how many events, what to do.
            always: a change of state, which is not held back for the minute.
            last: the process may end after it: wait longer until it, and the line before it, are written.
        """
        if kind not in self._last and len(self._last) >= MAX_KINDS:
            kind = _OTHERS
        now = self._clock()
        written, held = self._last.get(kind, (-INTERVAL, 0))
        early = not always and now - written < INTERVAL
        patience = LAST if last else 0.0
        if early or _thread.get_ident() in self._writing or _is_late(self._place, patience):
            self._last[kind] = (written, held + 1)
            return
        self._last[kind] = (now, 0)
        more = f" ({held} more like it since)" if held else ""
        self._write_apart(_clean(f"zaius_logging: {line}") + more, patience or PATIENCE)

    def _write_apart(self, line: str, patience: float) -> None:
        """Write in a thread of its own, and wait for it no longer than `patience`."""
        # `_thread` and not `threading`, whose start takes a lock that a signal handler could find held.
        written = _thread.allocate_lock()
        written.acquire()
        try:
            _thread.start_new_thread(self._run, (line, written))
        except RuntimeError:  # no thread to be had, or the interpreter is ending
            if _takes_a_line(self._place):
                self._run(line, written)
            return
        if not written.acquire(timeout=patience):
            _late[self._place] = (os.getpid(), written)

    def _run(self, line: str, written: _thread.LockType) -> None:
        me = _thread.get_ident()
        self._writing.add(me)
        try:
            with suppress(Exception):  # a closed stderr must not cost an event
                self._write(line)
        finally:
            self._writing.discard(me)
            written.release()


def _is_late(place: object, patience: float = 0.0) -> bool:
    """Whether a line to this place is not written in time; in a forked child its writer is gone."""
    process, written = _late.get(place, (0, None))
    if written is not None and process == os.getpid() and written.locked():
        if not patience or not written.acquire(timeout=patience):
            return True
        written.release()
    _late.pop(place, None)
    return False


def _takes_a_line(place: object) -> bool:
    """Whether stderr takes a line without blocking; True where that cannot be known."""
    if place != STDERR:
        return True
    try:
        return bool(select.select([], [sys.stderr], [], 0)[1])
    except (OSError, ValueError, TypeError):  # no file, or Windows
        return True


def _clean(line: str) -> str:
    """One line, whatever an API, a proxy or a record has put into it."""
    shown = line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…"
    if shown.isprintable():
        return shown
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in shown)


def _writer(to: str | Callable[[str], object]) -> Callable[[str], object]:
    if not isinstance(to, str):
        return to
    if to == STDERR:
        return _to_stderr
    logger = logging.getLogger(to)
    return lambda line: logger.warning("%s", line)


def _to_stderr(line: str) -> None:
    if sys.stderr is not None:  # pythonw has none
        sys.stderr.write(line + "\n")
