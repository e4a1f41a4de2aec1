"""Dead letters wherever they lie: which there are, which are chosen, and what is done to them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Protocol

from zaius_logging._errors import ConfigError
from zaius_logging._spool.journal import letters as files
from zaius_logging._spool.journal import look
from zaius_logging._spool.journal.letters import RETRIED, Letter
from zaius_logging._spool.journal.place import ForeignError
from zaius_logging._transport.endpoint import is_redis
from zaius_logging.cli.problems import JobError

from .place import account_of, act_as_owner, is_of_a_service, opened

_AGE = re.compile(r"(\d+(?:\.\d+)?)(s|min|h|d)")
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}


class Letters(Protocol):
    """A place of dead letters."""

    def read(self) -> Iterator[Letter]:
        """Give them, the oldest first."""
        ...

    def retry(self, pairs: Sequence[tuple[Letter, bytes]]) -> int:
        """Have the events sent again, and mark their letters. Gives how many: fewer where there is no room."""
        ...

    def purge(self, gone: Sequence[Letter]) -> None:
        """Remove them for good."""
        ...


class FolderLetters:
    """The dead letters of an account's folder.

    Args:
        paths: of the files, the older one first.
        max_bytes: what the folder may hold.
    """

    def __init__(self, paths: Sequence[Path], max_bytes: int) -> None:
        self._paths = paths
        self._max_bytes = max_bytes

    def read(self) -> Iterator[Letter]:
        """Give them, the oldest first."""
        for path in self._paths:
            try:
                yield from files.letters(str(path))
            except FileNotFoundError:  # noqa: PERF203 - two at the most
                continue
            except OSError as error:
                raise JobError(f"{path}: {error.strerror}") from None

    def retry(self, pairs: Sequence[tuple[Letter, bytes]]) -> int:
        """Append the events to the spool, as a process does that has ended: the living ones send them.

        Raises:
            JobError: they lie where no process of a service looks, such as in a copy of a file.
        """
        from zaius_logging._spool.journal.spool import JournalSpool

        path = self._paths[-1]
        folder = path.resolve().parent
        if not is_of_a_service(folder):
            raise JobError(
                f"{path} lies in no folder of a service, so nobody would send them: give its spool_dir; "
                f"or send them as a file: zaius-logging dead {path} export | zaius-logging send -"
            )
        spool = JournalSpool(folder.parent, folder.name, max_bytes=self._max_bytes)
        taken = 0
        try:
            for _, item in pairs:
                if not spool.append(item):
                    break
                taken += 1
            kept = len(spool.perishable())  # in memory only, where the disk fails
        finally:
            spool.close()
        # Marked last: whatever ends this before sends them again with the ids that they have.
        self._change(files.mark, [letter for letter, _ in pairs[: taken - kept]])
        return taken - kept

    def purge(self, gone: Sequence[Letter]) -> None:
        """Overwrite them with blanks."""
        self._change(files.purge, gone)

    def _change(self, change: Callable[[Sequence[Letter]], None], chosen: Sequence[Letter]) -> None:
        try:
            # In both, the newer one first: a process may have given it the older one's name since it was read.
            for path in reversed(self._paths):
                with suppress(FileNotFoundError):
                    change([each._replace(where=(str(path), 0)) for each in chosen])
        except (OSError, ForeignError) as error:
            raise JobError(f"{self._paths[-1]} cannot be changed: {error}") from None


class StreamLetters:
    """The dead letters of a relay's stream."""

    def __init__(self, url: str) -> None:
        from zaius_logging._fleet.dead import DeadStream
        from zaius_logging._transport.redis_address import redis_address

        address = redis_address(url, "the address")
        self._shown = address.shown
        self._stream = DeadStream(address)

    def read(self) -> Iterator[Letter]:
        """Give them, the oldest first."""
        found: list[Letter] = self._asked(lambda: list(self._read()))
        return iter(found)

    def _read(self) -> Iterator[Letter]:
        for name, retried, fields in self._stream.read():
            moment = int(name.partition("-")[0])
            at = datetime.fromtimestamp(moment / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            fate = RETRIED if retried else "rejected"
            reason = fields.get("reason", b"").decode(errors="replace")
            try:
                event = json.loads(fields.get("e", b""))
            except ValueError:
                event = None
            yield Letter(name, at, fate, reason, moment, event, (self._shown, 0))

    def retry(self, pairs: Sequence[tuple[Letter, bytes]]) -> int:
        """Put the events back into the stream."""
        items = [(one.id, item) for one, item in pairs]
        done: int = self._asked(lambda: self._stream.retry(items))
        return done

    def purge(self, gone: Sequence[Letter]) -> None:
        """Remove them from the dead stream."""
        self._asked(lambda: self._stream.purge([each.id for each in gone]))

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except Exception as error:  # noqa: BLE001 - redis-py raises many kinds
            from zaius_logging._fleet.failures import redis_failure

            why = getattr(redis_failure(error), "reason", "") or type(error).__name__
            raise JobError(f"{self._shown}: {why}") from None


def letters_of(where: str, account: str | None, max_bytes: int) -> Letters:
    """Open a place of dead letters: a spool_dir, a file of them, or the address of a relay's stream.

    Raises:
        JobError: it is none of these.
    """
    if is_redis(where):
        try:
            return StreamLetters(where)
        except ConfigError as error:
            raise JobError(f"the address {error.problem}") from None
        except ImportError:
            raise JobError("a stream needs redis: pip install 'zaius-logging[redis]'") from None
    path = Path(where)
    if path.is_file():
        act_as_owner(path)
        _must_hold_letters(path)
        return FolderLetters([path], max_bytes)
    folder = account_of(opened(where).folders, account)
    return FolderLetters([folder / name for name in look.DEAD_LETTERS], max_bytes)


def _must_hold_letters(path: Path) -> None:
    try:
        if next(files.letters(str(path)), None) is None and path.read_bytes().strip():
            raise JobError(
                f"{path} holds no dead letters: give the spool_dir, or the file dead-letters.jsonl in it"
            )
    except OSError as error:
        raise JobError(f"{path}: {error.strerror}") from None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which letters are meant.

    Attributes:
        reason: a part of the reason, in any case.
        kind: `type/action`, or a type alone.
        fate: `rejected` or `expired`.
        newer: seconds: died since then.
        older: seconds: died before then.
        ids: how their names begin.
        retried: whether those that were retried are meant, too.
    """

    reason: str | None = None
    kind: str | None = None
    fate: str | None = None
    newer: float | None = None
    older: float | None = None
    ids: tuple[str, ...] = ()
    retried: bool = False

    def of(self, letters: Iterable[Letter]) -> Iterator[Letter]:
        """Give those that are meant."""
        now = time.time()
        return (each for each in letters if self._fits(each, now))

    def _fits(self, letter: Letter, now: float) -> bool:
        age = now - died(letter)
        kind = kind_of(letter)
        return (
            (self.retried or letter.fate != RETRIED)
            and (self.reason is None or self.reason.casefold() in letter.reason.casefold())
            and (self.kind is None or self.kind in (kind, kind.partition("/")[0]))
            and (self.fate is None or self.fate == letter.fate)
            and (self.newer is None or age <= self.newer)
            and (self.older is None or age >= self.older)
            and (not self.ids or letter.id.startswith(self.ids))
        )


def kind_of(letter: Letter) -> str:
    """Name an event's kind: `type/action`."""
    event = letter.event or {}
    return "/".join(str(event[name]) for name in ("type", "action") if event.get(name)) or "?"


def died(letter: Letter) -> float:
    """Seconds since 1970 when it died."""
    try:
        return datetime.strptime(letter.at, "%Y-%m-%dT%H:%M:%S%z").timestamp()
    except ValueError:
        return letter.logged / 1000


def age(text: str | None) -> float | None:
    """Read a length of time: 90s, 15min, 2h, 3d.

    Raises:
        ValueError: it is none.
    """
    if text is None:
        return None
    found = _AGE.fullmatch(text)
    if found is None:
        raise ValueError("give a time such as 90s, 15min, 2h or 3d")
    return float(found[1]) * _SECONDS[found[2]]
