"""What gives out the events of a journal, and what a log call does: the spool whose events outlive the process."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from os import getpid

from zaius_logging._spool.base import Waiting
from zaius_logging._stats import Stats

from . import line
from .place import ForeignError
from .segment import Segment
from .upkeep import Upkeep

_SHIFT = 40  # bits of an id that are the offset in a segment
_IN_MEMORY = 1 << 100
"""Ids from here on are of events that wait in memory: beyond those of any segment."""

_FRONT = 500  # events that are looked at for their age at once
_LOOKS = 8  # until one is taken though another thread has counted anew meanwhile
_BUSY = 0.3  # seconds that the end of a process waits for a thread that works on files


class JournalSpool(Upkeep):
    """Events wait on disk, as lines of text, and outlive the process.

    Args:
        directory: made when it is first needed. Many processes may share it.
        account: whose events these are: a name of letters and digits. Accounts never mix.
        sync: `interval`: a power cut costs at most the last second. `always`: `append` waits for the disk.
        max_bytes: on disk at the most, for all processes and this account.
        use_map: whether files may be mapped, where the file system is fit for it.
        capacity: events that may wait in memory while the disk fails.
        capacity_bytes: their bytes.
        notices: tells operators.
        deliver: False where another process sends what this one appends.
        clock: steady seconds that count while the host is suspended.
        wall: seconds since 1970.
        boot: which start of the machine it is.

    Raises:
        ConfigError: for an account that is no name of a folder.
    """

    durable = True

    @property
    def shared(self) -> bool:
        """Whether others' events may come in: `maintain` is to be called though nobody appends."""
        return self._deliver

    @property
    def degraded(self) -> bool:
        """Whether events wait in memory, because the disk fails."""
        return self._retry_at > 0

    def __repr__(self) -> str:
        return f"<JournalSpool {self._place.path}, {self.waiting().count} events>"

    def report_by(self, stats: Callable[[], Stats]) -> None:
        """Write these numbers into a file beside the events, for whoever looks at the host.

        Args:
            stats: a bound method; its object is not kept alive.
        """
        self._counts.report_by(stats)

    # For any thread and any signal handler

    def append(self, item: bytes) -> bool:
        """Put an item at the end. False where there is no room; then nothing has changed."""
        if getpid() != self._pid:  # a fork that ran no hooks
            self.after_fork_in_child()
        if self._retry_at or self._memory.items:  # nothing passes what waits there
            return self._memory.append(item)
        try:
            segment = self._writer.append(item)
        except OSError as error:
            self._fail(error)
            return self._memory.append(item)
        if segment is None:
            return False
        if self._always:
            self._sync_call(segment)
        return True

    def _sync_call(self, segment: Segment) -> None:
        try:
            segment.sync(segment.end())
            self._place.sync()
        except (OSError, ValueError) as error:
            if segment in self._writer.own:  # else it was sent, or closed, which syncs, too
                self._fail(error)

    def waiting(self) -> Waiting:
        """Count what waits now. Takes no lock, which an exception in the caller's thread could leave locked."""
        for _ in range(_LOOKS):
            look, memory = self._look, self._memory.waiting()
            count, size = look.waiting.count + memory.count, look.waiting.size + memory.size
            for segment in list(self._writer.own):
                if (at := look.ends.get(segment.serial, 0)) >= 0:
                    with suppress(OSError, ValueError):
                        more, more_size = segment.new_since(at)
                        count, size = count + more, size + more_size
            if look is self._look:
                break  # else a file may have left the list that this look does not count
        if self._deliver:
            return look.waiting._replace(count=count, size=size)
        stored, stored_size = count - memory.count, size - memory.size
        return Waiting(*memory[:2], stored=stored, stored_size=stored_size)

    # For one thread at a time

    def _front(self) -> Iterator[tuple[int, Segment, bytes]]:
        """The events that wait on disk: id, segment, what the checksum covers. Ends where they cannot be read now."""
        where = ""
        try:
            adoption = self._adoption
            for segment in adoption.taken if adoption.stands_first else self._segments():
                where = segment.file.path
                for at, covered in segment.front():
                    yield segment.serial << _SHIFT | at, segment, covered
        except OSError as error:
            why = error.strerror or type(error).__name__
            self._notices.tell("read", f"{where} cannot be read ({why}); tried again")

    def peek(self, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The (id, item) pairs at the front, in order: at most so many, but at least one if any."""
        if self._adoption.left:
            self.maintain()
        with self._work:
            # Before the disk is counted: what a thread wrote there before these is counted, then, and stands before them.
            held = self._memory.peek(max_count, max_bytes) if self._deliver else []
            if self._adoption.stands_first:
                held = []
            self._count()
            pairs: list[tuple[int, bytes]] = []
            size = 0
            for place, _, covered in self._front():
                item = line.item_of(covered)
                size += len(item)
                if pairs and (len(pairs) >= max_count or size > max_bytes):
                    return pairs
                pairs.append((place, item))
            for number, item in held:
                size += len(item)
                if pairs and (len(pairs) >= max_count or size > max_bytes):
                    break
                pairs.append((_IN_MEMORY + number, item))
            return pairs

    def expired(self, max_age: float) -> list[tuple[int, bytes]]:
        """Some of the pairs at the front that were appended more than `max_age` seconds ago."""
        with self._work:
            self._count()
            pairs: list[tuple[int, bytes]] = []
            for place, segment, covered in self._front():
                if len(pairs) >= _FRONT or segment.age(line.time_of(covered)) <= max_age:
                    return pairs
                pairs.append((place, line.item_of(covered)))
            old = self._memory.expired(max_age) if self._deliver else []
            return pairs + [(_IN_MEMORY + place, item) for place, item in old]

    def remove(self, ids: Iterable[int]) -> None:
        """Forget delivered items; in memory only, where the disk does not let us."""
        with self._work:
            self._remove(ids, line.DELIVERED)

    def _remove(self, ids: Iterable[int], state: bytes) -> None:
        places: dict[int, list[int]] = {}
        for each in ids:
            places.setdefault(each >> _SHIFT, []).append(each & (1 << _SHIFT) - 1)
        held = [
            each for serial in places for each in places[serial] if serial >= _IN_MEMORY >> _SHIFT
        ]
        if held:
            self._memory.remove(held)
        for segment in self._segments():
            if segment.serial in places:
                if state == line.DELIVERED:
                    self._counts.delivered(segment, places[segment.serial])
                try:
                    segment.remove(places[segment.serial], state)
                    if self._always:
                        segment.file.sync()
                except OSError as error:
                    why = error.strerror or type(error).__name__
                    self._notices.tell(
                        "states", f"spool_dir cannot be written ({why}): events may be sent again"
                    )
        self._drop()
        self._count()  # for who asks while another thread is busy with files

    def dead_letter(self, reasons: Mapping[int, str], fate: str) -> None:
        """Put items aside in `dead-letters.jsonl`, each with its reason."""
        with self._work:
            letters = [
                (line.time_of(covered), line.item_of(covered), reasons[place])
                for segment in self._segments()
                for at, covered in segment.known.lines.items()
                if (place := segment.serial << _SHIFT | at) in reasons
            ]
            try:
                if letters:
                    self._dead.write(letters, fate, self._clocks.wall())
            except (OSError, ForeignError) as error:
                self._notices.tell(
                    "dead letters", f"{len(letters)} {fate} events could not be kept: {error}"
                )
            self._remove(reasons, line.ASIDE)

    def perishable(self) -> list[bytes]:
        """The items that would not outlive the process: those that a failing disk keeps in memory."""
        if not self._work.acquire(
            timeout=_BUSY
        ):  # a disk hangs: the end of a process has its deadline
            return self._memory.perishable()
        with self._work:
            self._work.release()
            self._restore(math.inf)
            self._rescue()
            self._count()
            taken = [segment for segment in self._writer.own if not segment.is_ours()]
            items = [line.item_of(each) for segment in taken for _, each in segment.front()]
            return items + self._memory.perishable()

    def __del__(self, ending: Callable[[], bool] = sys.is_finalizing) -> None:
        if not ending() and hasattr(self, "_pid"):  # else anything may be gone, or was never there
            self.close()
