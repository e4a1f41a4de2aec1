"""The file that says how far a log has been sent, and the lock that gives it one owner."""

from __future__ import annotations

import json
import os
from contextlib import AbstractContextManager
from dataclasses import asdict, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

from zaius_logging.cli.problems import JobError
from zaius_logging.cli.sending.state import owned, replace, state_directory

from .rotation import Mark

_VERSION = 1


def default_path(log: Path) -> Path:
    """Where the position of a log is kept unless `--position` says.

    Not beside the log, where one often may not write. The name sets logs of one name apart.

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
        replace(
            self.path,
            json.dumps({"version": _VERSION, "log": self._log, **asdict(mark)}) + "\n",
        )

    def locked(self) -> AbstractContextManager[None]:
        """Be the only one who uses it.

        Raises:
            JobError: somebody else does, or no file can be made there.
        """
        taken = f"{self._log} is being followed already, or another log with this --position"
        return owned(self.path, f"--position {self.path}", taken)


def _is_one(saved: Any) -> bool:
    if not isinstance(saved, dict) or saved.get("version") != _VERSION:
        return False
    kinds = {"log": str, "tail": str}
    names = ["log", *(field.name for field in fields(Mark))]
    return all(type(saved.get(name)) is kinds.get(name, int) for name in names) and all(
        saved[name] >= 0 for name in ("offset", "line", "modified")
    )
