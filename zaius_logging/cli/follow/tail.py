"""Follows a log over its rotations: does what `_follow` decides."""

from __future__ import annotations

import codecs
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Event as Signal

from zaius_logging.cli.reading.compression import BROKEN, why
from zaius_logging.cli.reading.items import Item, Origin, Unusable
from zaius_logging.cli.reading.lines import Lines

from .logfile import Line, LogFile, holds, seen_of
from .rotation import Mark, Seen, Step, holder, near, rotated, step, successor

SHORTEST, LONGEST = 0.25, 1.0
"""Seconds between two looks at a log that is silent: soon after it spoke, and later."""

_BLANK = b" \t\r\n\0"  # NULs stand where copytruncate left a hole
_LOOKS = 50
_SEARCHES = 4
_BETWEEN_LOOKS = 0.02

Reached = Callable[[Mark], object]


@dataclass
class Tail:
    """Gives what comes to a log, for ever.

    Attributes:
        log: its path. It need not exist yet.
        mark: from where on to read; one at offset 0 stands before all that was changed since then.
        reached: hears of each place once all before it was taken.
        say: hears, in a line for people, when something may have been missed.
        patience: seconds for which a writer may go on writing to a file that was renamed.
        fresh: whether the mark was made just now: then nothing older than the log is looked for.
        stop: ends it.
        shortest: seconds between two looks, at the least.
        strict: whether plain text is invalid instead of passed over.
    """

    log: Path
    mark: Mark
    reached: Reached
    say: Callable[[str], object]
    patience: float = 5.0
    fresh: bool = False
    stop: Signal = field(default_factory=Signal)
    shortest: float = SHORTEST
    strict: bool = False
    _pause: float = 0.0
    _said: str = ""

    def __post_init__(self) -> None:
        self._lines = Lines(strict=self.strict)

    def __iter__(self) -> Iterator[tuple[str, Item]]:
        """Give each item, with what identifies its place."""
        file = self._wait_for(self._first)
        while file is not None:
            yield from self._drained(file)
            following = self._wait_for(partial(self._after, file))
            if following is file:
                continue
            if file.ended:
                yield from self._items(file, file.last())
            file.close()
            file = following

    # Which file

    def _wait_for(self, find: Callable[[], LogFile | None]) -> LogFile | None:
        """Try to find a file until there is one, or it is over."""
        while not self.stop.is_set():
            try:
                if (file := find()) is not None:
                    self._said = ""
                    return file
            except FileNotFoundError:
                pass  # renamed just now
            except OSError as error:
                self._say_once(f"{error.filename or self.log}: {error.strerror}; trying again")
            self._rest()
        return None

    def _rest(self) -> None:
        self._pause = min(LONGEST, max(self.shortest, self._pause * 1.5))
        self.stop.wait(self._pause)

    def _say_once(self, line: str) -> None:
        if line != self._said:
            self._said = line
            self.say(line)

    def _first(self) -> LogFile | None:
        """The file that the mark is in; or what came after it; or the log."""
        for _ in range(_SEARCHES):  # it may be renamed while we look at it
            live, others = self._scan()
            files = [*([live] if live else []), *others]
            found = holder(self.mark, files, partial(holds, self.mark))
            if found is not None:
                return LogFile(found, self.mark)
            if self.fresh and live is not None and live.is_(self.mark):
                return LogFile(live)
            if not self.mark.offset:
                break
            self.stop.wait(_BETWEEN_LOOKS)
        else:
            self._say_once(
                f"the file that {self.log} was read from is not to be found: lines may have been "
                f"missed{_unreadable(others)}"
            )
        following = successor(self.mark, live, others, _none)
        return None if following is None else LogFile(following)

    def _after(self, file: LogFile) -> LogFile | None:
        """What to read at the end of a file: itself if it has grown, nothing yet, or another."""
        here, ours = file.look()
        live = _look(self.log)
        match step(file.read, here, live, ours=ours, quiet=file.quiet(), patience=self.patience):
            case Step.READ:
                return file
            case Step.WAIT:
                return None
            case Step.CUT:
                return self._after_a_cut(file, here, live)
        live, others = self._scan()
        mark = file.mark()
        following = successor(self._named(here, mark, others), live, others, partial(holds, mark))
        if following is None:
            return None
        found = LogFile(following)
        file.ended = True
        return found

    def _after_a_cut(self, file: LogFile, here: Seen, live: Seen | None) -> LogFile | None:
        """The log was emptied: who did that may have copied it first."""
        _, others = self._scan()
        mark = file.mark()
        if mark.offset:
            copy = holder(replace(mark, inode=-1), others, partial(holds, mark))
            if copy is not None:
                return LogFile(copy, mark)
        self._say_once(
            f"{self.log} was emptied: it is read from its beginning, and what was written just "
            "before may have been missed"
        )
        if here.is_(live):
            return LogFile(here)
        following = successor(here, live, others, _none)
        return None if following is None else LogFile(following)

    @staticmethod
    def _named(here: Seen, mark: Mark, others: list[Seen]) -> Seen:
        """A file with the name that it has now: names decide where times are nearly equal.

        The one that it was opened by may be another's long since.
        """
        for each in others:
            if each.is_(here):
                return each
        for each in others:
            if each.packed and near(each, here) and holds(mark, each):
                return each
        return replace(here, path="")

    def _scan(self) -> tuple[Seen | None, list[Seen]]:
        """Look at the log and its rotated files, until two looks in a row show the same.

        While files are being renamed one by one, a single look can miss one.
        """
        before: set[tuple[str, int, int]] | None = None
        files: list[Seen] = []
        for _ in range(_LOOKS):
            files = self._once()
            now = {(each.path, each.device, each.inode) for each in files}
            if now == before:
                break
            before = now
            time.sleep(_BETWEEN_LOOKS)
        live = next((each for each in files if each.path == str(self.log)), None)
        return live, [each for each in files if each is not live]

    def _once(self) -> list[Seen]:
        paths = [self.log]
        for log in {
            self.log,
            Path(os.path.realpath(self.log)),
        }:  # it may be a link, as in Kubernetes
            paths += [
                log.with_name(name)
                for name in rotated(log.name, [each.name for each in log.parent.iterdir()])
            ]
        return [seen for path in paths if (seen := _look(path)) is not None]

    # What is in it

    def _drained(self, file: LogFile) -> Iterator[tuple[str, Item]]:
        """Give all that is complete by now."""
        try:
            yield from self._items(file, file.lines())
        except BROKEN as error:
            mark = file.mark()
            origin = Origin(file.seen.path, mark.line + 1)
            yield "", Unusable(origin, f"{why(error)}; nothing from here on was read")

    def _items(self, file: LogFile, lines: Iterator[Line]) -> Iterator[tuple[str, Item]]:
        name = self.log.name
        for line in lines:
            self._pause = 0.0
            raw = line.raw.strip(_BLANK)
            if line.end.line == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)
                if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    origin = Origin(file.seen.path, 1)
                    yield "", Unusable(origin, "is UTF-16 text, in which no events are found")
            if not line.whole or raw:
                origin = Origin(file.seen.path, line.end.line)
                items = self._lines.items(raw, origin, whole=line.whole)
                for number, item in enumerate(items):
                    place = f"{name} {line.before}" + (f" {number}" if number else "")
                    yield place, item
            if not self._lines.waiting:  # else a line's first pieces would not be read again
                self.reached(line.end)
            if self.stop.is_set():
                return


def _none(_: Seen) -> bool:
    return False


def _look(path: Path) -> Seen | None:
    try:
        return seen_of(os.fspath(path), str(path))
    except OSError:
        return None


def _unreadable(others: list[Seen]) -> str:
    names = sorted(Path(each.path).name for each in others if not each.readable)
    return f" ({', '.join(names)} cannot be read; gzip can)" if names else ""
