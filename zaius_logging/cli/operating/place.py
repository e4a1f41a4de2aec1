"""The directory that a command works on: which it is, whose it is, and who acts on it."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from zaius_logging._spool.journal import counts, look
from zaius_logging.cli.problems import JobError

DIGEST = re.compile(r"[0-9a-f]{16}")
"""How we name an account."""


class Place(NamedTuple):
    """A spool directory.

    Attributes:
        top: the directory, as `spool_dir` says it.
        folders: of its accounts.
    """

    top: Path
    folders: list[Path]


def opened(directory: str, *, counted: bool = False) -> Place:
    """Open a spool directory, or one account's folder in it; as root, act as the owner from now on.

    Args:
        directory: which.
        counted: with accounts of which only the numbers are left: all was sent, and no process lives.

    Raises:
        JobError: it is none, is not this user's, or belongs to several.
    """
    try:
        act_as_owner(Path(directory))
        found = look.accounts(directory) + (_counted(directory) if counted else [])
        folders = [Path(each).resolve() for each in sorted(set(found))]
        top = Path(directory).resolve()
        return Place(top.parent if folders == [top] else top, folders)
    except FileNotFoundError:
        raise JobError(f"{directory} is not there: give the spool_dir of the service") from None
    except NotADirectoryError:
        raise JobError(f"{directory} is a file: give the spool_dir of the service") from None
    except PermissionError:
        raise JobError(_not_yours(Path(directory))) from None


def _counted(directory: str) -> list[str]:
    """The folders that hold numbers of processes."""
    if _has_numbers(directory):
        return [directory]
    with os.scandir(directory) as entries:
        inside = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
    return [path for path in inside if _has_numbers(path)]


def is_of_a_service(folder: Path) -> bool:
    """Whether a process of a service works in a folder, or has: it has our name, or somebody's numbers are there."""
    return DIGEST.fullmatch(folder.name) is not None or _has_numbers(str(folder))


def _has_numbers(folder: str) -> bool:
    with suppress(PermissionError):
        return (Path(folder) / counts.TOTALS).exists() or bool(counts.names(folder))
    return False


def act_as_owner(path: Path) -> None:
    """As root, become the owner of what lies there: what we write must stay the service's own.

    Raises:
        JobError: it belongs to several users, or root may not become another one.
        OSError: it cannot be looked at.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return
    owners = _owners(path)
    if len(owners) > 1:
        raise JobError(
            f"{path} has folders of several users: run the command as one of them, with sudo -u USER"
        )
    user, group = owners.pop()
    if user == 0:
        return
    try:
        os.setgroups([])
        os.setegid(group)
        os.seteuid(user)
    except OSError:
        raise JobError(_not_yours(path)) from None
    if not os.access(os.__file__, os.R_OK, effective_ids=True):
        raise JobError(
            f"{path} belongs to another user, who cannot read this Python ({sys.prefix}): "
            "run the command as that user, with an installation of its own"
        )


def as_caller() -> None:
    """Act as whoever called the command again: what is written elsewhere is not the owner's of DIR."""
    if sys.platform != "win32" and os.geteuid() != os.getuid():
        os.seteuid(os.getuid())
        os.setegid(os.getgid())


def _owners(path: Path) -> set[tuple[int, int]]:
    status = path.stat()
    if not path.is_dir():
        return {(status.st_uid, status.st_gid)}
    found = [Path(each).stat() for each in look.accounts(str(path))]
    folders = {(each.st_uid, each.st_gid) for each in found}
    return folders or {(status.st_uid, status.st_gid)}


def _not_yours(path: Path) -> str:
    user = "USER"
    with suppress(NotImplementedError, OSError, KeyError):
        user = path.owner()
    return f"{path} is not this user's to read: run the command as its owner, with sudo -u {user}"


def account_of(folders: list[Path], wanted: str | None) -> Path:
    """Choose the folder of one account.

    Args:
        folders: those that there are.
        wanted: its name, or how that begins; None where there is only one.

    Raises:
        JobError: none or several.
    """
    found = [each for each in folders if each.name.startswith(wanted or "")]
    exact = [each for each in found if each.name == wanted]
    if len(exact or found) == 1:
        return (exact or found)[0]
    names = ", ".join(each.name for each in found or folders) or "no account"
    if not found:
        raise JobError(f"no account {wanted or ''} lies there, but {names}")
    raise JobError(f"several accounts lie there: give --account, one of {names}")


def is_led(folder: Path) -> bool:
    """Whether an agent works on an account's folder: it holds the lock of the folder itself."""
    if sys.platform == "win32":
        return False
    import fcntl

    fd = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(fd)
    return False
