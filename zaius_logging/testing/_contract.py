"""What the checks of a contract are made with: what is broken, and the trouble that a part is put into."""

from __future__ import annotations

import errno
import logging
import os
import select
import signal
import stat
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

KEY_VARIABLE = "ZAIUS_API_KEY"

_SECRET = 8  # characters from which on a key's last part is looked for by itself
_STILL = 0.2  # seconds that another thread may stand still at the most
_TICK = 0.001
_LONG = 20.0  # seconds after which a child hangs
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {"os.remove", "os.rename", "os.truncate", "os.chmod", "os.utime", "sqlite3.connect"}
_NOT_FOLDERS = ("/dev", "/proc", "/sys")


class BrokenError(Exception):
    """A promise is not kept; the text says how."""


class NotHereError(Exception):
    """A check cannot be made on this system; the text says why."""


def expect(true: object, why: str) -> None:
    """Say what is broken, if it is.

    Raises:
        BrokenError: it is not true.
    """
    if not true:
        raise BrokenError(why)


# A child


def in_child(work: Callable[[], object], seconds: float = _LONG) -> None:
    """Have a forked child do some work: nothing of what is done there is left here.

    Args:
        work: raises where something is broken.
        seconds: after which it hangs.

    Raises:
        BrokenError: the work raised, did not end, or ended the process.
        NotHereError: there is no fork.
    """
    if not hasattr(os, "fork"):
        raise NotHereError("this system has no fork")
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fork beside threads, which is what it is about
        child = os.fork()
    if not child:
        try:
            _silence()
            os.write(writing, _why(work).encode()[:2000])
        finally:
            os._exit(0)
    os.close(writing)
    try:
        ready = select.select([reading], [], [], seconds)[0]
        if not ready:
            os.kill(child, signal.SIGKILL)
        said = os.read(reading, 2000).decode(errors="replace") if ready else "!"
    finally:
        os.close(reading)
        os.waitpid(child, 0)
    expect(ready, f"it hangs: nothing came of it in {seconds:g} s")
    expect(said, "the process ended")
    expect(said == "ok", said)


def _why(work: Callable[[], object]) -> str:
    try:
        work()
    except BrokenError as error:
        return str(error)
    except BaseException as error:  # noqa: BLE001 - whatever a part raises breaks its promise
        return f"raised {type(error).__name__}: {error}"
    return "ok"


def _silence() -> None:
    """What a part in trouble has to say is not for whoever runs the checks; and nothing it loads is compiled to a file."""
    sys.dont_write_bytecode = True
    null = os.open(os.devnull, os.O_WRONLY)
    for out in (1, 2):
        os.dup2(null, out)
    os.environ["no_proxy"] = "*"  # macOS cannot look its proxies up after a fork


def within(seconds: float, call: Callable[[], object]) -> bool:
    """Whether a call ends in time.

    Raises:
        Exception: what the call has raised.
    """
    raised: list[Exception] = []

    def run() -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - raised again below
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    for each in raised:
        raise each
    return not thread.is_alive()


# Trouble, which lasts until the end of the child


class Network:
    """In this process no connection can be made any more.

    Attributes:
        tried: the addresses that a connection was asked for, as text.
    """

    def __init__(self) -> None:
        self.tried: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            self.tried.append(repr(arguments[1]))
            raise ConnectionRefusedError(errno.ECONNREFUSED, "there is no network")


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow, as on a disk that is full."""
    import resource  # there is none on Windows, nor a child that could get here

    limit, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))


def interrupt(call: Callable[[], object], times: int) -> None:
    """Call again and again, each time interrupted by a signal handler that raises, at another instant."""
    armed = False

    def hear(*_: object) -> None:
        if armed:
            raise _InterruptedError

    signal.signal(signal.SIGALRM, hear)
    for number in range(times):
        armed = True
        signal.setitimer(signal.ITIMER_REAL, 0.0002 * (number + 1))
        with suppress(_InterruptedError):
            call()
            armed = False
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)


class _InterruptedError(BaseException):
    """As a time limit raises: what a part catches by itself is no interruption."""


# What can be seen of a part


@contextmanager
def records() -> Iterator[list[logging.LogRecord]]:
    """Give the records that are made meanwhile: of each level, by whatever logger has none of its own."""
    found: list[logging.LogRecord] = []
    factory, root = logging.getLogRecordFactory(), logging.getLogger()
    level, disabled = root.level, root.manager.disable

    def make(*arguments: Any, **more: Any) -> logging.LogRecord:
        record = factory(*arguments, **more)
        found.append(record)
        return record

    logging.setLogRecordFactory(make)
    logging.disable(logging.NOTSET)
    root.setLevel(logging.DEBUG)
    try:
        yield found
    finally:
        root.setLevel(level)
        logging.disable(disabled)
        logging.setLogRecordFactory(factory)


def given_key() -> str:
    """The key of the environment; where there is none, one is put there."""
    return os.environ.setdefault(KEY_VARIABLE, "certify.0123456789abcdef")


def shows_key(key: str, *shown: object) -> bool:
    """Whether a key, or its secret part, stands in one of some texts."""
    secrets = [each for each in (key, key.rpartition(".")[2]) if len(each) >= _SECRET] or [key]
    return any(secret in str(text) for text in shown for secret in secrets)


def standstill(work: Callable[[], object]) -> float:
    """The seconds for which another thread stands still while some work is done; the least of three, for others run here, too."""
    return min(_standstill(work) for _ in range(3))


def _standstill(work: Callable[[], object]) -> float:
    done, found = threading.Event(), [0.0]

    def tick() -> None:
        last = time.perf_counter()
        while not done.is_set():
            time.sleep(_TICK)
            now = time.perf_counter()
            found[0] = max(found[0], now - last)
            last = now

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        work()
    finally:
        done.set()
        thread.join()
    return found[0]


def keeps_others_going(work: Callable[[], object]) -> None:
    """See that no other thread stands still.

    Raises:
        BrokenError: one does.
    """
    longest = standstill(work)
    expect(longest <= _STILL, f"another thread stood still for {longest:.1f} s")


class _Writing:
    """Hears which files this process writes, moves or removes."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.on = True
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
            self._note(arguments[0])
        elif event in _CHANGES:
            for each in arguments:
                self._note(each)

    def _note(self, path: object) -> None:
        if isinstance(path, (str, bytes, os.PathLike)):
            self.paths.append(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100 - a hook makes no objects

    def folders(self) -> list[Path]:
        """Where they lie."""
        found = {Path(path).parent for path in self.paths if not path.startswith(_NOT_FOLDERS)}
        return sorted(each for each in found if each.is_dir())


def leaves_others_alone(work: Callable[[], object]) -> None:
    """Put files of somebody else beside those that a part writes, and see that they stay as they are. In a child.

    Args:
        work: has the part write; it is done twice, and the first time shows where it writes.

    Raises:
        BrokenError: one is not as it was, or was opened for writing.
    """
    writing = _Writing()
    work()
    writing.on = False
    planted = [each for folder in writing.folders() for each in _planted(folder)]
    try:
        before = [_seen(each) for each in planted]
        writing.paths.clear()
        writing.on = True
        work()
        writing.on = False
        after = [_seen(each) for each in planted]
        expect(before == after, "a file of somebody else is changed or gone")
        opened = {str(each) for each in planted}.intersection(writing.paths)
        expect(not opened, "a file of somebody else was opened for writing")
    finally:
        writing.on = False
        for each in planted:
            each.unlink(missing_ok=True)


def _planted(folder: Path) -> Iterator[Path]:
    """Make files of nobody's: one with a name of its own, and one almost like each that lies there."""
    names = {f"{each.stem}~{each.suffix}" for each in folder.iterdir() if each.is_file()}
    for name in ("certify-notes.txt", *sorted(names)[:20]):
        with suppress(OSError), (folder / name).open("xb") as file:
            file.write(b"not yours\n")
            yield folder / name


def _seen(path: Path) -> object:
    try:
        status = path.stat()
        content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
    except OSError:
        return None
    return content, status.st_mode, status.st_ino, status.st_mtime_ns
