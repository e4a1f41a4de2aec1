"""One file of the journal: `put` appends a line in any thread, all else is done by one thread at a time.

An active segment is longer than its lines: what is free is line feeds, and its end is the position of its map.
It is sealed when another one is begun: the free rest is cut off, and its header says how many lines it has.
"""

from __future__ import annotations

import errno
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import count

from zaius_logging._process.wakeup import Wakeup

from . import line
from .ages import Clocks
from .files import File, Map
from .reading import Reading

CHUNK = 256 * 1024
_PAGE, _SECTOR = 4096, 512
_LOOK = 0.02  # seconds until a call that waits for another's sync looks again
_SPAN = 4 * 1024 * 1024
"""Bytes between two state bytes up to which they are written in one call."""
_READS = 8
"""Failed reads of a place until it is passed over: seconds, as the thread that sends comes back."""


class Segment:
    """A file that is ours: made by us, or adopted.

    Args:
        file: open for reading and writing, locked.
        start: bytes of its header.
        header: what that says.
        clocks: for the times of lines, and their ages.

    Attributes:
        file: the same.
        serial: of all segments of this spool; set when it is used.
        mapped: its bytes, while it is active and where they can be mapped.
        known: of its lines.
        syncing: held by who syncs it.
    """

    def __init__(self, file: File, start: int, header: line.Header, clocks: Clocks) -> None:
        self.file = file
        self.serial = 0
        self.start = start
        self.starts = (
            line.STARTS
        )  # `ANY` where an agent changes states meanwhile, and what was written counts
        self.known = Reading(start, start)
        self._header = header
        self._clocks = clocks
        self._found = clocks.steady()
        self.ahead = (header.wall - header.steady) / 1000
        self.numbers = count(1)
        self.mapped: Map | None = None
        self.limit = 0  # bytes, of an active one
        self._out: File | None = None
        self._writing: deque[None] = (
            deque()
        )  # a token for each call that is between its check and its write
        self._end = 0  # of a sealed one
        self.synced = 0
        self.syncing = threading.RLock()
        self._sharing: deque[Wakeup] = deque()
        self._noted = (start, 0)  # up to where lines were counted for the header, and how many
        self._failed = 0

    # Appending, for any thread and any signal handler

    def activate(self, limit: int, *, mapped: bool) -> None:
        """Let lines be appended, up to so many bytes."""
        self.limit = limit
        if mapped:
            self.mapped = Map(self.file, limit)
            self.mapped.bytes.seek(self.start)
        else:
            self._out = File(self.file.path, os.O_WRONLY | os.O_APPEND)

    def put(self, item: bytes) -> bool:
        """Append an item. False where it is sealed, or has no room: then nothing has changed.

        Raises:
            OSError: where the file is not mapped, and the disk does not take it.
        """
        at = int((self._clocks.steady() + self.ahead) * 1000)  # of 13 digits, as the header's is
        text = line.written(next(self.numbers), at, item)
        mapped = self.mapped
        if mapped is None:
            return self._put_by_call(text)
        try:
            mapped.write(text)  # one step: it copies, and moves its position
        except ValueError:
            return False
        return True

    def _put_by_call(self, text: bytes) -> bool:
        self._writing.append(None)  # who seals closes nothing while one is there
        try:
            out = self._out
            # The look and the write follow each other: a number may stand for another's file at any time.
            if out is None or not 0 <= out.length() <= self.limit - len(text):
                return False
            if os.write(out.fd, text) < len(text):
                self._out = None  # half a line stands there now: nothing may follow it
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            self._writing.pop()
        return True

    @property
    def is_active(self) -> bool:
        """Whether a call may append to it."""
        mapped = self.mapped
        is_mapped = mapped is not None and not mapped.bytes.closed
        return is_mapped or self._out is not None or bool(self._writing)

    def end(self) -> int:
        """Where its lines end."""
        mapped = self.mapped
        if mapped is not None:
            with suppress(ValueError):  # it is being sealed at this moment
                return mapped.bytes.tell()
        return self._end or self.file.size()

    def sync(self, beyond: int | None = None) -> None:
        """Make what was appended survive a power cut; calls that come meanwhile share the next sync.

        Args:
            beyond: at least up to there.

        Raises:
            OSError: where the disk fails.
        """
        beyond = self.end() if beyond is None else beyond
        while self.synced < min(beyond, self.end()):  # which goes back where it is being sealed
            # Re-entrant: a signal handler that logs syncs by itself in the middle of another sync.
            if self.syncing.acquire(blocking=False):
                try:
                    end = self.end()
                    if self.synced < end:  # else somebody has just done so, and closed it, perhaps
                        self.file.sync()
                        self.synced = end
                finally:
                    self.syncing.release()
                    while self._sharing:
                        self._sharing.popleft().wake()
            else:
                wakeup = Wakeup()
                self._sharing.append(wakeup)
                wakeup.wait(_LOOK)  # who syncs may have woken all just before

    # For one thread at a time

    def note(self) -> None:
        """Write into the header how many lines there are, so that a lost one is missed."""
        end = self.end()
        noted, lines = self._noted
        if end > noted:
            lines += self._bytes(noted - 1, end).count(b"}\n")  # the free rest is line feeds, too
            self._noted = end, lines
            at, text = self.start - line.COUNT_BEFORE_END, line.count(lines)
            mapped = self.mapped
            if (
                mapped is not None
            ):  # without a descriptor, whose number could be another file's by now
                with suppress(ValueError):  # its sealing was interrupted
                    mapped.bytes[at : at + len(text)] = text
                    return
            self.file.write(text, at)

    def seal(self) -> bool:
        """Let nothing more be appended. False where that must wait.

        A call may append up to the moment when the map is closed, so the end is found in the file.
        """
        mapped = self.mapped
        if mapped is not None:
            end = mapped.bytes.tell()
            self._end = self.limit  # not short of any line, whatever interrupts or fails now
            if not mapped.close():
                return False
            self.mapped = None
            self.file.lock()  # it may have been reopened while only the map had the lock
            rest = self.file.read(self.limit - end, end).rstrip(b"\n")
            self._end = end + len(rest) + 1 if rest else end
        else:
            out, self._out = self._out, None
            if self._writing:
                self._out = out
                return False
            if out is not None:
                out.close()
            self._end = self.file.size()
        self.note()
        if self.limit:
            self.file.cut(self._end)
        return True

    def is_ours(self) -> bool:
        """Whether name, descriptor and lock still are; a descriptor that somebody closed is opened again."""
        if not self.file.is_there():
            return False
        return self.file.is_open() or self.file.reopen(mapped=self.mapped is not None)

    def count(self) -> None:
        """Count the lines that wait and are not counted yet."""
        data = self._bytes(self.known.counted - 1, self.end())
        if self._out is not None:  # a call of another thread may have written half of its line
            data = data[: data.rfind(b"\n") + 1]
        if len(data) > 1:
            self.known = self.known.counting(data, self.starts)

    def new_since(self, at: int) -> tuple[int, int]:
        """Count items and their bytes from there to the end, and change nothing. For any thread."""
        return line.tallied(self._bytes(max(at, self.start) - 1, self.end()), self.starts)

    def _bytes(self, at: int, end: int) -> bytes:
        mapped = self.mapped
        if mapped is not None:
            with suppress(ValueError):  # it was closed at this moment
                return bytes(mapped.bytes[at:end])
        return self.file.read(end - at, at)

    def front(self) -> Iterator[tuple[int, bytes]]:
        """Read the lines that wait, by offset, in order; reads on as far as they are asked for.

        Raises:
            OSError: where they cannot be read now.
        """
        last = -1
        while True:
            for at, each in list(self.known.lines.items()):
                if at > last:
                    last = at
                    yield at, each
            if self.known.read >= self.known.counted:
                return
            self._read_on()

    def _read_on(self) -> None:
        known = self.known
        try:
            data = self._whole_lines()
        except OSError:
            self._failed += 1
            if self._failed < _READS:
                raise
            self.known = known.skipping((known.read // _PAGE + 1) * _PAGE)
            return
        self._failed = 0
        self.known = known.reading(data) if data else known.skipping(known.counted)

    def _whole_lines(self) -> bytes:
        """Read some lines, as many as stand before a place that cannot be read.

        Raises:
            OSError: none stands before it.
        """
        known, size, failure = self.known, CHUNK, None
        while True:
            until = min(known.counted, known.read + size)
            try:
                data = self._bytes(known.read, until)
            except OSError as error:
                failure, size = error, size // 2
                if size < _SECTOR:
                    raise
                continue
            # A last line without its newline is damaged.
            whole = len(data) if until == known.counted else data.rfind(b"\n") + 1
            if whole or not data:
                return data[:whole]
            if failure is not None:
                raise failure
            size *= 2

    def age(self, milliseconds: int) -> float:
        """Seconds since a line of that time was appended."""
        return self._clocks.age(milliseconds, self._header.boot, self.ahead, self._found)

    def remove(self, offsets: Iterable[int], state: bytes) -> None:
        """Change the states of lines that were read.

        Raises:
            OSError: where the disk does not take it; this process has forgotten them all the same.
        """
        lines, mapped = self.known.lines, self.mapped
        gone = [at for at in offsets if lines.pop(at, None) is not None]
        if mapped is None:
            self._write_states(sorted(gone), state)
            return
        try:
            for at in gone:
                mapped.bytes[at + line.STATE_AT] = state[0]
        except ValueError:  # its sealing was interrupted
            self._write_states(sorted(gone), state)

    def _write_states(self, offsets: list[int], state: bytes) -> None:
        if not offsets:
            return
        first, last = offsets[0], offsets[-1] + line.STATE_AT + 1
        if last - first > _SPAN:
            for at in offsets:
                self.file.write(state, at + line.STATE_AT)
            return
        span = bytearray(self.file.read(last - first, first))
        for at in offsets:
            span[at - first + line.STATE_AT] = state[0]
        self.file.write(bytes(span), first)

    def is_spent(self) -> bool:
        """Whether it is sealed, was read to its end, and nothing of it waits.

        Raises:
            OSError: where the rest cannot be read.
        """
        if self.file.fd < 0:
            return self.known.waiting <= 0
        if self.is_active:
            return False
        self.count()
        return not any(True for _ in self.front())

    @property
    def lost(self) -> int:
        """Lines that were written and cannot be given back, of a spent one."""
        return self.known.lost(max(self._header.lines, self._noted[1]))

    def close(self) -> None:
        """Let go of it: of nothing that is not ours."""
        if self.mapped is None or self.mapped.close():
            self.mapped = None
        if self._out is not None:
            self._out.close()
        self.file.close()
