"""SIGTERM, where `drain_on_sigterm` asks for it: the handlers send first, then what was there before happens.

Python runs a signal handler between two steps of the main thread. A long call of C there is waited for, and a
signal that comes just before a call that blocks is seen when that ends, if ever (a worker of
multiprocessing's pool was found waiting for a lock that its parent held). So a thread watches as well:
CPython writes a byte for each signal to the file of `signal.set_wakeup_fd`, from within C. If the main
thread has not come to the handler soon after that, the thread does its work.

- The file is a pair of sockets that says which process wrote (SO_PASSCRED, Linux): a forked child has the
  same until it makes its own, and its SIGTERM must not end the parent.
- Where another library has such a file already, or sets its own later (asyncio, gunicorn, trio), that one is
  in use and we do without: its main thread waits in a way that signals end.
- The thread begins with the first event, beside the one that sends, or in a forked child; never by
  configuration alone.
- A call that neither gives up the interpreter's lock nor looks for signals stops this thread, too.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType
from typing import Any

from zaius_logging._errors import ConfigError

from .lifecycle import end_all, exiting, managed
from .uwsgi import after_fork

_DEATH = 0.5  # seconds that the system may take to kill the process
_GRACE = 0.5  # seconds that the main thread may take to come to the signal handler
_HIGH = 900  # descriptors from here on: those that a daemon has closed are given again from below
_CREDENTIALS = struct.Struct("3i")  # process, user and group: unix(7)


class _Hook:
    """What was there before, and what notes that a signal has come.

    Attributes:
        previous: the signal handler before ours.
        ending: who has this lock ends the process.
        ends: descriptors of the pair, the reading one first, each with what proves that it is ours.
        thread: reads it.
    """

    previous: Any = None
    ending = threading.Lock()
    ends: Mapping[int, tuple[int, int] | None] = {}
    thread: threading.Thread | None = None


def hook_sigterm() -> None:
    """On SIGTERM, close the handlers first; then what was there before happens.

    The hook itself takes no lock and waits for nothing: it may have interrupted a call that holds one.
    Where the process would just have died, it lives on for at most the handlers' `close_timeout`, and
    then dies of the same signal; a second SIGTERM kills it at once.

    Raises:
        ConfigError: outside the main thread, where Python lets nobody set a signal handler; or a program
            that Python is embedded in has set one, which Python could not call.
    """
    there = signal.getsignal(signal.SIGTERM)
    if there is None:
        raise ConfigError(
            "drain_on_sigterm",
            "would replace a handler of SIGTERM that is not Python's; call zaius_logging.flush() at the end",
        )
    if there is not _on_sigterm:
        try:
            signal.signal(signal.SIGTERM, _on_sigterm)
        except ValueError:
            raise ConfigError(
                "drain_on_sigterm", "can be set only where logging is configured in the main thread"
            ) from None
        _Hook.previous = there
    if not _Hook.ends:
        _note_arrivals()


def _on_sigterm(signum: int, frame: FrameType | None) -> None:
    if callable(_Hook.previous):
        _start_sending()
        _Hook.previous(signum, frame)
    elif _Hook.previous == signal.SIG_DFL:
        signal.signal(signum, signal.SIG_DFL)
        if exiting():
            return  # the handlers are being closed already, and keep their deadline
        drain = threading.Thread(target=_drain_and_die, args=(signum,), name="zaius-logging-drain")
        try:
            drain.start()
        except RuntimeError:  # no thread can be had
            _drain_and_die(signum)


def _start_sending() -> None:
    for handler in managed():
        handler.flush(0.0)


def _drain_and_die(signum: int) -> None:
    if not _Hook.ending.acquire(blocking=False):
        return
    try:
        end_all()
    finally:
        os.kill(os.getpid(), signum)
        time.sleep(_DEATH)
        # The first process of a container lives on: the kernel keeps the signal from it.
        os._exit(128 + signum)


# Where the main thread does not come to it


def _note_arrivals() -> None:
    """Have each signal that comes noted where a thread can read it, if nobody else does."""
    import socket  # only who asks for this pays for it

    if not hasattr(socket, "SO_PASSCRED") or _is_green():
        return
    import fcntl

    reading, writing = socket.socketpair()
    with reading, writing, suppress(OSError, ValueError):
        reading.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        writing.setblocking(False)
        high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _HIGH) for end in (reading, writing)]
        _Hook.ends = {each: _identity(each) for each in high}
        there = signal.set_wakeup_fd(high[1], warn_on_full_buffer=False)
        if there != -1:
            signal.set_wakeup_fd(there)
            _let_go()


def _let_go() -> None:
    """Close what is ours still: a daemon may have closed it, and the number be another's."""
    ends, _Hook.ends = _Hook.ends, {}
    for end, identity in ends.items():
        if _identity(end) == identity:
            os.close(end)


def _identity(descriptor: int) -> tuple[int, int] | None:
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _is_green() -> bool:
    """Whether threads may be greenlets, of which one that waits in C stops all."""
    return "gevent" in sys.modules or "eventlet" in sys.modules


def watch() -> None:
    """Start the thread that watches for SIGTERM, where that was asked for and it does not run."""
    thread = _Hook.thread
    if not _Hook.ends or (thread is not None and thread.is_alive()) or _is_green():
        return
    reading, *_ = _Hook.ends.items()
    _Hook.thread = thread = threading.Thread(
        target=_watch, args=reading, name="zaius-logging-sigterm", daemon=True
    )
    with suppress(RuntimeError):  # no thread can be had
        thread.start()


def _watch(descriptor: int, identity: tuple[int, int]) -> None:
    import socket

    if _identity(descriptor) != identity:
        return
    arrivals = socket.socket(fileno=descriptor)
    try:
        while _identity(descriptor) == identity:
            numbers, said, *_ = arrivals.recvmsg(64, socket.CMSG_SPACE(_CREDENTIALS.size))
            if not numbers:
                return
            process, *_ = _CREDENTIALS.unpack_from(said[0][2])
            if signal.SIGTERM in numbers and process == os.getpid():
                _has_come()
    finally:
        arrivals.detach()


def _has_come() -> None:
    _start_sending()
    time.sleep(_GRACE)
    if (
        _Hook.previous == signal.SIG_DFL
        and signal.getsignal(signal.SIGTERM) is _on_sigterm  # the main thread has not come to it
        and not exiting()
    ):
        with suppress(Exception):  # that it is the signal that ends us; else the status says so
            import ctypes

            ctypes.CDLL(None).signal(int(signal.SIGTERM), None)  # SIG_DFL
        _drain_and_die(signal.SIGTERM)


def _after_fork_in_child() -> None:
    """Note the child's own signals: what is inherited is the parent's."""
    _Hook.ending = threading.Lock()
    _Hook.thread = None
    if not _Hook.ends:
        return
    with suppress(OSError, ValueError):
        there = signal.set_wakeup_fd(-1)
        if there not in _Hook.ends:
            signal.set_wakeup_fd(there)
    _let_go()
    _note_arrivals()
    watch()  # a pool's worker that logs nothing must end, too


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
after_fork(_after_fork_in_child)
