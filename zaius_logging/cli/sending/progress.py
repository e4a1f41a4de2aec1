"""Remembers how far a command line got, so that the same line goes on there when it is run again."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

from zaius_logging.cli.reading.compression import ENDINGS
from zaius_logging.cli.reading.items import Place
from zaius_logging.cli.reading.sources import Spot

from .state import owned, replace, state_directory

_VERSION = 1
_HEAD = 65_536
_TAIL = 1024


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
        self.note = ""

    def locked(self) -> AbstractContextManager[None]:
        """Be the only one who uses it.

        Raises:
            JobError: another process sends the same files, or no file can be made there.
        """
        taken = "another process sends the same files with the same options: wait for it, or end it"
        return owned(self.path, f"{self.path} (XDG_STATE_HOME names another place)", taken)

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
        line = spot.place.line
        at = f"within {file}:{line + 1:,}" if spot.place.inner else f"behind {file}:{line:,}"
        self.note = f"going on {at}, where it was stopped (--from-start sends all)"
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
        replace(self.path, text)

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
