"""Lives of an application: real processes that log, die when they are asked to, and start again.

A life is forked from a small process that has everything imported and nothing begun, so that a thousand
of them cost seconds. What a life has logged, it writes line by line to a file of acknowledgements *after*
the call returned: what stands there is an obligation, whatever happens next.
"""

import contextlib
import json
import logging
import logging.config
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

from faults import environment, python
from zaius_logging import ZaiusHandler
from zaius_logging._operators.notices import Notices
from zaius_logging._spool.journal.place import SEGMENT
from zaius_logging._spool.journal.spool import JournalSpool
from zaius_logging._transport.endpoint import account_of

FRESH = "fresh"


ACKNOWLEDGEMENT = 64  # bytes; a page is a multiple of it


def acknowledge(fd, name):
    """Note that a call has returned.

    The kernel can end a write between two pages when the process is killed. A note never lies in two: else
    half of one would run together with the next thread's, and pass for an event that nobody logged.
    """
    os.write(fd, f"{name:<{ACKNOWLEDGEMENT - 1}}\n".encode())


def event(name):
    """An event that says by itself whether it was altered."""
    text = f"{name} " * (1 + zlib.crc32(name.encode()) % 40)
    return {
        "type": "fault",
        "action": "survive",
        "identifiers": {"customer_id": name},
        "data": {"idempotence_id": name, "text": text},
    }


class Eager(JournalSpool):
    """A spool that is wrong on purpose: it forgets what it gives out. The proofs must catch it."""

    def peek(self, max_count, max_bytes):
        pairs = super().peek(max_count, max_bytes)
        self.remove([place for place, _ in pairs])
        return pairs


class Blind(JournalSpool):
    """Another wrong one: it takes an event for written whatever the disk said."""

    def append(self, item):
        with contextlib.suppress(OSError):
            self._writer.append(item)
        return True


class Backwards(JournalSpool):
    """A third: it gives out the last first."""

    def peek(self, max_count, max_bytes):
        return super().peek(max_count, max_bytes)[::-1]


WRONG = {"eager": Eager, "blind": Blind, "backwards": Backwards}


def _quiet(line):
    """Tell nobody: what these lives go through is no news."""


KEY = "key.secret"


def segments(directory):
    """The files of a spool in which events may wait; another user's are none."""
    found = []
    for path in Path(directory).glob("*/*"):
        with contextlib.suppress(FileNotFoundError):  # sent meanwhile
            if SEGMENT.fullmatch(path.name) and path.stat().st_uid == os.geteuid():
                found.append(path)
    return found


def handler_of(directory, endpoint, *, spool="journal", **settings):
    if spool in WRONG:
        account = account_of(endpoint, KEY)
        settings["spool"] = WRONG[spool](directory, account, notices=Notices(_quiet))
    else:
        settings["spool_dir"] = directory
        settings["spool_map"] = spool != "written"
    settings = {"flush_interval": 0.02, "close_timeout": 30.0, "notices": _quiet, **settings}
    return ZaiusHandler(api_key=KEY, endpoint=endpoint, **settings)


def configure(endpoint, logger="", **settings):
    """Configure a handler by dictConfig, as applications do, on one logger or on the root."""
    loggers = {logger: {"handlers": ["zaius"], "level": "DEBUG", "propagate": False}}
    handler = {
        "class": "zaius_logging.ZaiusHandler",
        "api_key": "key.secret",
        "endpoint": endpoint,
        "flush_interval": 0.05,
        **settings,
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"zaius": handler},
            **({"loggers": loggers} if logger else {"root": loggers[""]}),
        }
    )


def logger_of(handler):
    logger = logging.getLogger("life")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    return logger


def live(name, acks, directory, endpoint, *, threads=3, count=None, pause=0.0, **settings):
    """Log from some threads until `count` events each, or until killed."""
    logger = logger_of(handler_of(directory, endpoint, **settings))

    def work(who):
        fd = os.open(acks, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        number = 0
        while count is None or number < count:
            each = f"{name}-{who}-{number}"
            logger.info("x", extra={"zaius": event(each)})
            acknowledge(fd, each)
            number += 1
            if pause:
                time.sleep(pause)

    workers = [threading.Thread(target=work, args=(who,)) for who in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def live_once(name, acks, directory, endpoint, count=24, **settings):
    """Log from one thread, a little slowly so that batches leave in between, and close."""
    handler = handler_of(directory, endpoint, **settings)
    logger = logger_of(handler)
    fd = os.open(acks, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    for number in range(int(count)):
        each = f"{name}-0-{number}"
        logger.info("x", extra={"zaius": event(each)})
        acknowledge(fd, each)
        if number % 8 == 7:
            handler.flush(5.0)
    handler.close()
    return handler


def drain(name, acks, directory, endpoint, **settings):
    """Start again after a death, log one fresh event, and stay until nothing is left."""
    handler = handler_of(directory, endpoint, **settings)
    fresh = f"{name}-{FRESH}"
    logger_of(handler).info("x", extra={"zaius": event(fresh)})
    fd = os.open(acks, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    acknowledge(fd, fresh)
    os.close(fd)
    for _ in range(6_000):
        handler.flush(1.0)
        if handler.stats().pending == 0 and len(segments(directory)) <= 1:
            break
        time.sleep(0.005)
    handler.close()


class Lives:
    """Forks lives, kills them, and reaps them. A context manager."""

    def __enter__(self):
        self._parent = subprocess.Popen(
            python("lives"),
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_):
        self._parent.stdin.close()
        self._parent.stdout.close()
        self._parent.wait(60)

    def start(self, what, *args, **settings):
        """Fork a life. Returns its process id."""
        return self._ask({"start": what, "args": [str(arg) for arg in args], **settings})

    def end(self, pid, number=None):
        """Wait for a life's end, after a signal if one is given. Returns its wait status."""
        if number is not None:
            os.kill(pid, number)
        return self._ask({"reap": pid})

    def _ask(self, command):
        self._parent.stdin.write(json.dumps(command) + "\n")
        self._parent.stdin.flush()
        return int(self._parent.stdout.readline())


def _serve():
    import requests  # noqa: F401 - so that no life pays for it

    for line in sys.stdin:
        command = json.loads(line)
        if "reap" in command:
            answer = os.waitpid(command["reap"], 0)[1]
        else:
            answer = os.fork()
            if answer == 0:
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                what = {"live": live, "drain": drain}[command.pop("start")]
                status = 1
                with contextlib.suppress(KeyboardInterrupt):
                    what(*command.pop("args"), **command)
                    status = 0
                os._exit(status)
        print(answer, flush=True)  # noqa: T201 - the protocol


if __name__ == "__main__":
    if len(sys.argv) > 1:
        *arguments, spool = sys.argv[1:]
        live_once(*arguments, spool=spool)
    else:
        _serve()
