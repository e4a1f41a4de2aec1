"""Keeps events on disk whatever happens to it: syncs, adopts, returns from memory, lets go.

What gives the events out again is in `spool`.
"""

from __future__ import annotations

import errno
import math
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from os import getpid
from typing import Any, NamedTuple

from zaius_logging._errors import ConfigError
from zaius_logging._operators.notices import Notices
from zaius_logging._spool.base import Waiting
from zaius_logging._spool.memory import MemorySpool

from . import line
from .adoption import EVERY, Adoption
from .ages import Clocks, steady
from .counts import Counts
from .dead import DeadLetters
from .place import Place
from .segment import Segment
from .ticker import Ticker
from .writer import MiB, Writer

TICK = 0.3
"""Seconds between two syncs with `interval`. A power cut may cost one, and a sync takes its time, too."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds until a failing disk is tried again
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class Look(NamedTuple):
    """What was known at one moment, and up to where each own segment was counted then: -1 for all of it."""

    waiting: Waiting
    ends: Mapping[int, int]


class Upkeep:
    """The part of a journal that keeps. Arguments as those of `JournalSpool`."""

    def __init__(
        self,
        directory: str | os.PathLike[str],
        account: str,
        *,
        sync: str = "interval",
        max_bytes: int = 256 * MiB,
        use_map: bool = True,
        capacity: int = 100_000,
        capacity_bytes: int = 64 * MiB,
        notices: Notices | None = None,
        deliver: bool = True,
        clock: Callable[[], float] = steady,
        wall: Callable[[], float] = time.time,
        boot: str | None = None,
    ) -> None:
        if not _ACCOUNT.fullmatch(account):
            raise ConfigError(
                "account", "must be letters, digits, '-', '_' and '.', 64 at the most"
            )
        self._always = sync == "always"
        self._deliver = deliver
        self._clocks = Clocks(clock, wall, boot)
        self._notices = notices or Notices()
        self._place = Place(directory, account, max_bytes)
        self._dead = DeadLetters(self._place)
        role = "own" if deliver else "agent"
        self._writer = Writer(self._place, self._clocks, role=role, use_map=use_map)
        self._adoption = Adoption(self._place, self._clocks, self._notices)
        self._memory = MemorySpool(capacity, capacity_bytes)
        self._counts = Counts(self._place, clock)
        self._renew()

    def _renew(self) -> None:
        self._pid = getpid()
        # Held over files, and so never wanted by `append` and `waiting`.
        self._work = threading.RLock()
        self._retry_at = 0.0  # until then events wait in memory; 0 where the disk is well
        self._pause = _FIRST_PAUSE
        self._adopt_due = -math.inf
        self._lost = 0
        self._look = Look(Waiting(0, 0, more=self._deliver), {})
        self._ticker = Ticker(self.sync, TICK)

    def _fail(self, error: Exception) -> None:
        if self._retry_at:
            return  # known: `_restore` tries it then, and a sync that fails meanwhile must not put it off
        self._retry_at = self._clocks.steady() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        why = getattr(error, "strerror", None) or type(error).__name__
        self._notices.tell(
            "disk", f"spool_dir cannot be written ({why}): events wait in memory until it can"
        )

    # For one thread at a time

    def _segments(self) -> list[Segment]:
        return [*self._adoption.taken, *self._writer.own] if self._deliver else []

    def _count(self) -> Waiting:
        own, adoption, memory = list(self._writer.own), self._adoption, self._memory.waiting()
        for segment in reversed(own):  # who counts a line counts those that were written before it
            with suppress(OSError, ValueError):
                segment.count()
        ends = {each.serial: each.known.counted if each.is_active else -1 for each in own}
        # By name: one counts once though a close was interrupted before it was taken off the list.
        known = {**adoption.left, **{e.file.path: e.known for e in (*adoption.taken, *own)}}
        now = Waiting(
            sum(each.waiting for each in known.values()),
            sum(each.size for each in known.values()),
            adoption.found,
            self._lost,
            self._deliver and adoption.more,
        )
        self._look = Look(now, ends)
        return now._replace(count=now.count + memory.count, size=now.size + memory.size)

    def _drop(self) -> None:
        """Remove the files of which nothing waits, up to the active one; leave the rest to who sends them, if not we."""
        self._writer.seal()
        for segment in [*self._adoption.taken, *self._writer.own]:
            if segment.file.path in self._adoption.left:
                self._let_go(segment)  # an exception has come in the middle of it
            elif segment.known.waiting <= 0 and not segment.is_active:
                with suppress(OSError):
                    if self._remove_if_spent(segment):
                        self._lost += segment.lost
                        self._forget(segment)
        sealed = [each for each in self._writer.own if not each.is_active]
        if sealed and not self._deliver:
            self._count()  # before they go: who asks meanwhile must not miss them
            for segment in sealed:
                if not segment.is_ours():
                    continue  # somebody has removed it: the next sync keeps its events anew
                with suppress(OSError):
                    segment.sync()
                    self._let_go(segment)

    def _let_go(self, segment: Segment) -> None:
        """Close a sealed file: who looks around next takes it, another process or this one."""
        self._adoption.left[segment.file.path] = segment.known
        self._adoption.more = True
        segment.close()
        self._forget(segment)

    def _forget(self, segment: Segment) -> None:
        for ours in (self._writer.own, self._adoption.taken):
            with suppress(ValueError):
                ours.remove(segment)

    def _remove_if_spent(self, segment: Segment) -> bool:
        empty = not segment.is_active and segment.end() == segment.start
        if not (segment.is_spent() if self._deliver else empty):
            return False
        segment.file.remove()
        segment.close()
        return True

    # What is due

    def maintain(self) -> float:
        """Adopt, return to the disk, remove what is empty. Gives the seconds until it wants to be asked again."""
        if getpid() != self._pid:
            self.after_fork_in_child()
        with self._work:
            now = self._clocks.steady()
            self._restore(now)
            self._writer.prepare()
            self._drop()
            if not self._writer.locks:
                self._adoption.more = False
                self._adoption.tell_once(
                    "locks",
                    f"{self._place.path}: this file system has no locks, so what dead processes leave is not sent",
                )
            elif self._deliver:
                self._adopt(now)
            self._count()
        if self._writer.own and not self._ticker.start():  # tried again each time
            self.sync()
        rest = self._counts.keep(fold=self._deliver and self._writer.locks)
        waits = self._retry_at or self._memory.items
        due = (
            min(self._adopt_due, self._retry_at if waits else math.inf)
            if self._deliver
            else math.inf
        )
        return max(0.0, min(rest, due - self._clocks.steady()))

    def _adopt(self, now: float) -> None:
        adoption = self._adoption
        if now < self._adopt_due and not adoption.is_due:
            return
        if now >= self._adopt_due:
            adoption.look_around()
        adoption.look({segment.file.path for segment in self._writer.own}, self._clocks.steady)
        adoption.forget_gone()
        self._drop()
        self._adopt_due = now if adoption.is_due else now + EVERY

    def _restore(self, now: float) -> None:
        """Write what waits in memory to the disk, in a new file, once that may work again."""
        if now < self._retry_at or not (self._retry_at or self._memory.waiting().count):
            return
        try:
            done = self._move_back()
            failure = None if done else OSError(errno.EDQUOT, "spool_bytes is reached")
        except OSError as error:
            failure = error
        self._retry_at = 0.0
        if failure is not None:
            self._fail(failure)
        else:
            self._pause = _FIRST_PAUSE

    def _move_back(self) -> bool:
        """Write what waits in memory to a new file. False where the quota has no room for all."""
        segment = self._writer.fresh()
        while segment is not None and (pairs := self._memory.peek(1, MiB)):
            for place, item in pairs:
                segment = self._writer.append(item)
                if segment is not None:
                    self._memory.remove([place])
        if segment is not None:
            segment.sync()
        return segment is not None

    def _rescue(self) -> None:
        """Write again, to a new file, what was not sent of files that somebody has taken from us."""
        writer = self._writer
        for segment in list(writer.own):
            was_open, ours = segment.file.is_open(), segment.is_ours()
            if ours and was_open:
                continue
            if segment.mapped is None and not ours and segment.file.is_there():
                self._forget(segment)  # another process has adopted it, and sends it
                segment.close()
                continue
            with suppress(OSError):
                full = segment is writer.last and writer.fresh() is None
                if (
                    full or ours
                ):  # it was opened again: what stands there is sent, no more goes there
                    continue
                if was_open and segment.is_active and not segment.seal():
                    continue  # a call is in the middle of it: what it puts there would come after our reading
                segment.count()
                where = segment.file.path
                items = [line.item_of(each) for _, each in segment.front()]
                if writer.replace(segment, items):
                    self._count()  # who asks would count the new one beside the old one
                    self._notices.tell(
                        "rescue", f"somebody has removed {where}: its events are kept anew"
                    )

    def sync(self) -> None:
        """Make what was appended survive a power cut, where it still is; see that the next segment is ready."""
        with self._work:
            self._rescue()
            self._writer.prepare()
            self._writer.seal()
            own = list(self._writer.own)
            for segment in own:
                self._try(segment, segment.note)
        for segment in own:  # without the lock: the disk may take its time
            self._try(segment, segment.sync)
        try:
            self._place.sync()  # then only: a name that survives has its lines
        except OSError as error:
            self._fail(error)

    def _try(self, segment: Segment, work: Callable[[], None]) -> None:
        try:
            work()
        except OSError as error:  # it may have been sent and removed meanwhile, or closed
            if segment in self._writer.own and segment.file.is_open():
                self._fail(error)

    # Ends and forks

    def after_fork_in_child(self) -> None:
        """Throw away what was inherited: files, events and locks are the parent's."""
        self._writer.abandon()
        self._adoption.abandon()
        self._counts.abandon()
        self._memory.after_fork_in_child()
        self._place.renew()
        self._renew()

    def _going(self) -> list[Segment]:
        """The files that a close lets go of. They come back before the own ones: so none that is younger than one that stays."""
        if not self._writer.locks:
            return []  # nobody can take them, not even we
        going = [*filter(Segment.is_ours, self._adoption.taken)]
        for segment in list(self._writer.own):
            if not segment.is_active and segment.is_ours():
                going.append(segment)
            elif segment.known.waiting > 0:
                break
        return going

    def close(self) -> None:
        """Let go of files, maps, locks and thread. What is left waits for the next append, peek or process."""
        if getpid() != self._pid:
            return
        segments = [*self._adoption.taken, *self._writer.own]
        # In a signal handler: what it has interrupted goes on with the files, and others may wait for that.
        if any(map(_is_ours, (self._work, *(each.syncing for each in segments)))):
            return
        with self._work:
            self._restore(math.inf)
            self._rescue()
            self._writer.seal(last=True)
            self._drop()
            self._count()  # before they go: who asks meanwhile must not miss them
            for segment in self._going():
                with suppress(OSError):
                    segment.sync()
                self._let_go(segment)
            self._count()
        self._counts.close()
        self._ticker.stop()  # without the lock: its last sync may want it


def _is_ours(lock: Any) -> bool:
    """Whether this thread holds it, asked as `threading.Condition` does."""
    return bool(lock._is_owned())  # noqa: SLF001
