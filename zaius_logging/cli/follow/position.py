"""The file that says how far a log has been sent, and the lock that gives it one owner."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

from zaius_logging._process.flock import try_lock
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.sending.progress import state_directory

from .rotation import Mark

_VERSION = 1
_PRIVATE = 0o700
_FILE = 0o600


def default_path(log: Path) -> Path:
    """Where the position of a log is kept unless `--position` says.

    Not beside the log, where one often may not write. The name tells logs of one name apart.

    Raises:
        JobError: there is no such directory.
    """
    name = f"{log.name}-{blake2b(os.fsencode(log), digest_size=6).hexdigest()}.position"
    return state_directory() / name


class Position:
    """The position of one log, saved.

    Args:
        path: of the file.
        log: the log that it is for.
    """

    def __init__(self, path: Path, log: Path) -> None:
        self.path = path
        self._log = str(log)

    def load(self) -> Mark | None:
        """Give what was saved; None where nothing was.

        Raises:
            JobError: it cannot be read, or is of another log.
        """
        try:
            saved = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise JobError(f"--position {self.path}: {error.strerror}") from None
        except (ValueError, RecursionError):
            saved = None
        if not _is_one(saved):
            raise JobError(
                f"--position {self.path} is not a position that was saved here: name another file, "
                "or remove this one to send the log from its beginning"
            )
        if saved["log"] != self._log:
            raise JobError(
                f"--position {self.path} is of {saved['log']}: name another file for {self._log}"
            )
        return Mark(**{field.name: saved[field.name] for field in fields(Mark)})

    def save(self, mark: Mark) -> None:
        """Replace what was saved, in one step: whatever happens, the old one is there, or the new.

        Raises:
            OSError: it cannot be written.
        """
        text = json.dumps({"version": _VERSION, "log": self._log, **asdict(mark)}) + "\n"
        beside = self.path.with_name(f"{self.path.name}.new")
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _FILE)
        with open(fd, "wb") as file:  # noqa: PTH123 - its mode is set before anybody can read it
            file.write(text.encode())
            file.flush()
            os.fsync(fd)
        beside.replace(self.path)
        _sync(self.path.parent)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only one who uses it. The system gives the lock back, however the process ends.

        Raises:
            JobError: somebody else does, or no file can be made there.
        """
        path = self.path.with_name(f"{self.path.name}.lock")
        try:
            self.path.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            fd = os.open(path, os.O_RDWR | os.O_CREAT, _FILE)
        except OSError as error:
            raise JobError(f"--position {self.path}: {error.strerror}") from None
        try:
            if not try_lock(fd):
                raise JobError(
                    f"{self._log} is being followed already, or another log with this --position: "
                    f"another process holds {path}"
                )
            yield
        finally:
            os.close(fd)  # the file stays: who removed it could remove another's


def _is_one(saved: Any) -> bool:
    if not isinstance(saved, dict) or saved.get("version") != _VERSION:
        return False
    kinds = {"log": str, "tail": str}
    names = ["log", *(field.name for field in fields(Mark))]
    return all(type(saved.get(name)) is kinds.get(name, int) for name in names) and all(
        saved[name] >= 0 for name in ("offset", "line", "modified")
    )


def _sync(directory: Path) -> None:
    with suppress(OSError):  # not every file system has it, and Windows has it not
        fd = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
