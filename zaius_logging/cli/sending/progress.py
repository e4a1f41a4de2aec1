"""Remembers how far a command line got, so that the same line goes on there when it is run again."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

from zaius_logging._process.flock import try_lock
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.reading.compression import ENDINGS
from zaius_logging.cli.reading.items import Place
from zaius_logging.cli.reading.sources import Sources, Spot

_VERSION = 1
_HEAD = 65_536
_TAIL = 1024
_FILE = 0o600
_NAMES = {"number", "member", "offset", "line", "inner"}


def state_directory() -> Path:
    """Where positions are kept: in systemd's directory for the service, else in the user's for state.

    Raises:
        JobError: there is none.
    """
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given.partition(":")[0])
    import platformdirs

    try:
        return platformdirs.user_state_path("zaius-logging", appauthor=False)
    except RuntimeError:
        raise JobError("there is no home directory: set XDG_STATE_HOME") from None


def progress_path(account: str, files: Sequence[str], options: object) -> Path:
    """Where the position of a command line is kept.

    Args:
        account: of the API, and its address.
        files: as given.
        options: all that shapes the events.
    """
    names = [os.path.abspath(file) for file in files]  # noqa: PTH100 - resolve() follows links
    text = json.dumps([account, names, options], default=str)
    digest = blake2b(text.encode(), digest_size=12).hexdigest()
    return state_directory() / "send" / f"{digest}.json"


class Progress:
    """The position of one command line.

    Args:
        path: of the file that holds it.
        files: of the command line.
    """

    def __init__(self, path: Path, files: Sequence[str]) -> None:
        self.path = path
        self._files = files
        self._fd = -1
        self.note = ""

    def lock(self) -> None:
        """Be the only one who uses it, until the process ends.

        Raises:
            JobError: another process sends the same files, or no file can be made there.
        """
        path = self.path.with_suffix(".lock")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT, _FILE)
        except OSError as error:
            raise JobError(
                f"{path}: {error.strerror}; XDG_STATE_HOME names another place"
            ) from None
        if not try_lock(self._fd):
            raise JobError(
                "another process sends the same files with the same options: "
                f"wait for it, or end it (it holds {path})"
            )

    def close(self) -> None:
        """Let others use it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def load(self) -> Spot | None:
        """Give the place where it stopped; None where there is none, or where the file is another by now.

        `note` says which.
        """
        try:
            saved = json.loads(self.path.read_bytes())
            at = saved["at"]
            spot = Spot(at["number"], at["member"], Place(at["offset"], at["line"], at["inner"]))
            known = saved["version"] == _VERSION and spot.number < len(self._files)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            known = False
        file = self._files[spot.number] if known else ""
        if not known or saved["digests"] != digests(file, spot.place.offset):
            self.note = f"{file or 'the file'} is not what it was when sending it was stopped: "
            self.note += "it is sent from its beginning"
            return None
        self.note = f"going on behind {file}:{spot.place.line:,}, where it was stopped (--from-start sends all)"
        return spot

    def save(self, spot: Spot) -> None:
        """Replace what was saved, in one step.

        Raises:
            OSError: it cannot be written.
        """
        place = spot.place
        at = {
            "number": spot.number,
            "member": spot.member,
            "offset": place.offset,
            "line": place.line,
            "inner": place.inner,
        }
        found = digests(self._files[spot.number], place.offset)
        text = json.dumps({"version": _VERSION, "at": at, "digests": found})
        beside = self.path.with_suffix(".new")
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _FILE)
        with open(fd, "wb") as file:  # noqa: PTH123 - its mode is set before anybody can read it
            file.write(text.encode())
            file.flush()
            os.fsync(fd)
        beside.replace(self.path)

    def forget(self) -> None:
        """All is sent: the next run begins at the beginning."""
        with suppress(OSError):
            self.path.unlink()


def digests(path: str, offset: int) -> list[Any]:
    """What a file is known by: its head, and the bytes before a place.

    Of a compressed file, which is not written on, the head and the size.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as it was given
            packed = path.endswith(ENDINGS)
            head = file.read(_HEAD if packed else min(_HEAD, offset))
            first = max(0, offset - _TAIL)
            file.seek(first)
            tail = b"" if packed else file.read(offset - first)
            size = os.fstat(file.fileno()).st_size if packed else None
    except OSError:
        return []
    return [*(blake2b(part, digest_size=16).hexdigest() for part in (head, tail)), size]


class Saver:
    """Saves the position now and then.

    Args:
        progress: where.
        safe: gives the last place before which all is settled.
        kept: sees to it that refusals are kept: what is behind the position is not read again.
    """

    def __init__(self, progress: Progress, safe: Any, kept: Any) -> None:
        self._progress = progress
        self._safe = safe
        self._kept = kept
        self._waiting: Spot | None = None
        self._next = 0.0
        self.saved: Spot | None = None
        self.problem = ""

    def keep(self, now: float, every: float = 0.5) -> None:
        """Save what is new, if it is time.

        Args:
            now: steady seconds.
            every: seconds between two savings.
        """
        self._waiting = self._safe() or self._waiting
        if self._waiting is None or now < self._next:
            return
        self._next = now + every
        try:
            self._kept()
            self._progress.save(self._waiting)
        except OSError as error:
            self.problem = f"the position cannot be saved: {error.strerror}"
            return
        self.saved, self._waiting = self._waiting, None


def resumable(sources: Sources) -> bool:
    """Whether all of the files can be read again from a place in them."""
    return sources.total is not None
