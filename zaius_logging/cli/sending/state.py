"""Files that say how far something has come: where they are kept, who owns them, when they are saved."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Generic

from zaius_logging._process.flock import try_lock
from zaius_logging.cli.problems import JobError

from .tracker import Mark, Tracker

_FILE = 0o600
_PRIVATE = 0o700
_EVERY = 0.5


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


def replace(path: Path, text: str) -> None:
    """Replace a file in one step: whatever happens, the old one is there, or the new.

    Raises:
        OSError: it cannot be written.
    """
    beside = path.with_name(f"{path.name}.new")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _FILE)
    with open(fd, "w", encoding="utf-8") as file:  # noqa: PTH123 - its mode is set before anybody can read it
        file.write(text)
        file.flush()
        os.fsync(fd)
    beside.replace(path)
    with suppress(OSError):  # not every file system has it, and Windows has it not
        fd = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


@contextmanager
def owned(path: Path, what: str, taken: str) -> Iterator[None]:
    """Be the only one who uses a file. The system gives the lock back, however the process ends.

    Args:
        path: of the file.
        what: names it where it cannot be had.
        taken: says what it means that another process has it.

    Raises:
        JobError: another process has it, or no file can be made there.
    """
    lock = path.with_name(f"{path.name}.lock")
    try:
        lock.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        fd = os.open(lock, os.O_RDWR | os.O_CREAT, _FILE)
    except OSError as error:
        raise JobError(f"{what}: {error.strerror}") from None
    try:
        if not try_lock(fd):
            raise JobError(f"{taken}: another process holds {lock}")
        yield
    finally:
        os.close(fd)  # the file stays: who removed it could remove another's


class Saver(Generic[Mark]):
    """Saves a position now and then.

    Args:
        save: saves one.
        tracker: knows what is safe.
        kept: sees to it that failures are kept: what is behind the position is not read again.
        say: takes a line for people where it cannot be saved.
    """

    def __init__(
        self,
        save: Callable[[Mark], None],
        tracker: Tracker[Mark],
        kept: Callable[[], None],
        say: Callable[[str], object],
    ) -> None:
        self._save = save
        self._tracker = tracker
        self._kept = kept
        self._say = say
        self._waiting: Mark | None = None
        self._next = 0.0
        self._problem = ""
        self.saved: Mark | None = None

    def keep(self, now: float) -> None:
        """Save what is new, if it is time.

        Args:
            now: steady seconds.
        """
        self._waiting = self._tracker.safe() or self._waiting
        if self._waiting is None or now < self._next:
            return
        self._next = now + _EVERY
        problem = ""
        try:
            self._kept()
            self._save(self._waiting)
            self.saved, self._waiting = self._waiting, None
        except OSError as error:
            problem = f"the position cannot be saved ({error.strerror}); trying again"
        if problem != self._problem:
            self._problem = problem
            self._say(problem or "the position is saved again")
