"""Checks of the spool directory: whose it is, its room, its file system, and what lies in it."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from zaius_logging._settings import Config
from zaius_logging._spool.journal import look
from zaius_logging._spool.journal.place import Place
from zaius_logging._transport.endpoint import account_of
from zaius_logging.cli.operating import host, looking, page
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.words import count

from .finding import NOTE, OK, WARN, WRONG, Finding

_NEARLY = 0.8
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_TROUBLE = {
    "retrying": "wait: they try again, and keep everything for max_age; or see whether the API is up",
    "paused": "cure the cause: they try again every 60 s, and keep everything",
}
_STALE = 60.0  # seconds: whoever lives takes events over within 25


def spool(config: Config) -> Iterator[Finding]:
    """Check the spool directory."""
    if config.spool_dir is None:
        return
    said = str(config.spool_dir)
    path = Path(os.path.realpath(os.path.expanduser(said)))  # noqa: PTH111 - as the handler does
    if not os.path.isabs(os.path.expanduser(said)):  # noqa: PTH111, PTH117
        text = f"spool_dir {said} is relative: another working directory finds another spool"
        yield Finding("spool", WARN, text, "give the whole path")
    if _temporary() in path.parents and not os.environ.get("PYTEST_VERSION"):
        text = f"{path} is for temporary files: cleaners and restarts remove it"
        yield Finding("spool", WARN, text, "use /var/spool or /var/lib")
    try:
        found = list(_rights(path))
        yield from found
        if any(each.grade == WRONG for each in found):
            return
        yield from _room(path, config)
        if path.is_dir():
            yield from _inside(path, config)
    except OSError as error:
        text = f"{error.filename or path}: {error.strerror}"
        yield Finding("spool", WRONG, text, "run doctor as the service's user; is the disk well?")


def _temporary() -> Path | None:
    """The folder for temporary files; None where there is none: a full disk, or one that is only read."""
    with suppress(OSError):
        return Path(tempfile.gettempdir()).resolve()
    return None


def _rights(path: Path) -> Iterator[Finding]:
    from zaius_logging.cli.operating.place import act_as_owner

    if not path.exists():
        parent = next(each for each in path.parents if each.exists())
        if not os.access(parent, os.W_OK | os.X_OK, effective_ids=True):
            text = f"{path} is not there, and {parent} lets this user make nothing"
            yield Finding("spool", WRONG, text, f"install -d -m 700 -o THE_SERVICE {path}")
        else:
            yield Finding("spool", OK, f"{path} is made with the first event")
        return
    if not path.is_dir():
        yield Finding("spool", WRONG, f"{path} is a file", "name a directory")
        return
    try:
        act_as_owner(path)
    except JobError as error:
        yield Finding("spool", WARN, str(error.message))
        return
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
        text = f"{path} is not this user's to write"
        yield Finding("spool", WRONG, text, f"chown THE_SERVICE {path}, or run doctor as its user")
        return
    mode = path.stat().st_mode
    if mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
        text = f"{path} can be written by others (mode {stat.S_IMODE(mode):o}): they could remove events"
        yield Finding("spool", WARN, text, f"chmod 700 {path}")
    open_ = [each for each in look.accounts(str(path)) if Path(each).stat().st_mode & _OTHERS]
    if open_:
        text = f"{open_[0]} can be read by others: events are personal data"
        yield Finding("spool", WARN, text, f"chmod -R go= {path}")
    else:
        yield Finding("spool", OK, f"{path} is this user's alone to write")


def _room(path: Path, config: Config) -> Iterator[Finding]:
    there = next(each for each in (path, *path.parents) if each.exists())
    free = shutil.disk_usage(there).free
    if free < config.spool_bytes:
        grade = WARN if free > config.spool_bytes * (1 - _NEARLY) else WRONG
        yield Finding(
            "disk",
            grade,
            f"{page.size(free)} are free, and spool_bytes allows {page.size(config.spool_bytes)}",
            "free some, or lower spool_bytes",
        )
    else:
        yield Finding(
            "disk", OK, f"{page.size(free)} free for {page.size(config.spool_bytes)} at the most"
        )
    place = Place(there.parent, there.name, 0)
    if config.spool_map and not place.fits():
        text = "events are written by calls here, and not mapped: the file system is not ext2, 3, 4 or tmpfs"
        yield Finding("disk", NOTE, text, "a call may take 5 ms beside a thread that computes")
    yield from _locks(there)


def _locks(there: Path) -> Iterator[Finding]:
    with suppress(ImportError):
        import fcntl

        try:
            fd = os.open(there, os.O_RDONLY)
        except PermissionError:  # where names can be made, but not read
            return
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(fd, fcntl.LOCK_UN)
        except BlockingIOError:
            pass
        except OSError:
            text = "files cannot be locked there: what dead processes leave is not sent"
            yield Finding("disk", WRONG, text, "use a local disk")
        finally:
            os.close(fd)


def _inside(path: Path, config: Config) -> Iterator[Finding]:
    own = config.account
    with suppress(Exception):
        own = own or account_of(config.endpoint, config.api_key)
    found = []
    for each in look.accounts(str(path)):
        try:
            found.append(looking.account(Path(each)))
        except PermissionError:  # noqa: PERF203 - a few
            text = f"{each} is not this user's to read"
            yield Finding("other accounts", NOTE, text, "run doctor as its owner, too")
    for account in found:
        if account["account"] == own:
            yield from _own(account, config)
            yield from _in_trouble(path / str(own), account)
        elif account["waiting"]:
            yield Finding(
                "other accounts",
                WARN,
                f"{count(account['waiting'], 'event')} wait for the account {account['account']}, which is another key's or address's",
                f"set its key and address, and: zaius-logging spool {path} drain",
            )
        yield from _left_alone(account)
    for account in found:
        only = any(one["sender"] == "an agent" for one in account["processes"] if one["waiting"])
        if account["account"] == own and (only or not config.deliver):
            yield from _agent(path / str(own))


def _left_alone(account: dict[str, Any]) -> Iterator[Finding]:
    for each in account["left_alone"]:
        text = f"{each['file']}: {each['problem']}; it is left alone"
        yield Finding("spool", WARN, text, "look at it, and move it away")
    if account["damaged"]:
        text = f"{count(account['damaged'], 'line')} damaged in {account['account']}: each costs its event"
        yield Finding("spool", WARN, text, "zaius-logging spool DIR verify; is the disk well?")


def _own(account: dict[str, Any], config: Config) -> Iterator[Finding]:
    ended = [
        one
        for one in account["processes"]
        if one["owner"] == "ended" and one["waiting"] and one["sender"] == "itself"
    ]
    waiting = sum(one["waiting"] for one in ended)
    oldest = max((one["oldest_seconds"] or 0.0 for one in ended), default=0.0)
    living = any(one["owner"] == "alive" for one in account["processes"])
    if waiting and (not living or oldest > _STALE):
        yield Finding(
            "left events",
            WARN,
            f"{count(waiting, 'event')} of ended processes wait, the oldest for {page.duration(oldest)}"
            + ("" if living else ", and no process lives that sends them"),
            f"start the service, or: zaius-logging spool {config.spool_dir} drain",
        )
    if account["bytes"] > _NEARLY * config.spool_bytes:
        yield Finding(
            "quota",
            WARN,
            f"{page.size(account['bytes'])} of {page.size(config.spool_bytes)} are used: then events are dropped",
            "why does nothing leave? If the outage lasts, raise spool_bytes",
        )
    if account["dead_letters"]:
        yield Finding(
            "dead letters",
            WARN,
            f"{count(account['dead_letters'], 'event')} the API has rejected",
            f"zaius-logging dead {config.spool_dir} list",
        )
    if not waiting:
        yield Finding(
            "left events", OK, f"{count(account['waiting'], 'event')} wait, none of ended processes"
        )


def _in_trouble(folder: Path, account: dict[str, Any]) -> Iterator[Finding]:
    """What living processes say of themselves."""
    alive = {each["pid"] for each in account["processes"] if each["owner"] == "alive"}
    said: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in host.account(folder)["processes"]:
        if each["pid"] in alive and each["state"] in _TROUBLE:
            said.setdefault((each["state"], each["problem"]), []).append(each)
    for (state, problem), them in said.items():
        who = "process " if len(them) == 1 else "processes "
        who += ", ".join(str(each["pid"]) for each in them)
        waiting = count(sum(each["pending"] for each in them), "event")
        text = f"{who}: {state}, {waiting} waiting: {problem}"
        yield Finding("living", WARN, text, _TROUBLE[state])


def _agent(folder: Path) -> Iterator[Finding]:
    from zaius_logging.cli.operating.place import is_led

    if not is_led(folder):
        yield Finding(
            "agent",
            WRONG,
            "deliver is off, and no agent works on the directory: nothing of it is sent",
            f"zaius-logging agent {folder.parent}",
        )
