"""`zaius-logging agent`: sends what processes with `deliver=False` write; one works, others stand by."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from zaius_logging._operators.notices import Notices
from zaius_logging._operators.secret import hidden
from zaius_logging._settings import Config
from zaius_logging._stats import Stats
from zaius_logging.cli.options import checked_by, rate
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.serving import served
from zaius_logging.cli.words import count

from .account import configured, own_account
from .place import act_as_owner

_HELP = """\
Send what processes write to DIR and do not send themselves (deliver=False).

\b
  ZAIUS_API_KEY=... zaius-logging agent /var/spool/shop
  zaius-logging agent /var/spool/shop --key-file /run/credentials/key --port 9465

The processes need no secret: ZAIUS_API_KEY may be the public part of the key there.
Start as many agents as you like on a host: one works, the others stand by and take
over when it ends, however it ends. DIR may be made later.

SIGTERM sends what waits, for --close-timeout seconds at most; the rest stays in DIR.
SIGHUP reads the key file again; another account's key is not taken. With NOTIFY_SOCKET (systemd, Type=notify) it says when it
is ready, and what it does. --port serves /ready, /stats and /metrics.

\b
Status: 0 ended by a signal; 2 key, address or DIR are wrong.
"""
_TICK = 0.5


@click.command(short_help="Send what processes only write (deliver=False).", help=_HELP)
@click.argument("directory", metavar="DIR")
@click.option("--account", metavar="NAME", help="Where the service names its account itself.")
@click.option("--key-file", type=click.Path(dir_okay=False), help="Instead of ZAIUS_API_KEY.")
@click.option(
    "--rate", type=float, callback=checked_by(rate), help="Requests a second at the most."
)
@click.option(
    "--close-timeout",
    type=click.FloatRange(0, 3600),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="For what waits, at SIGTERM.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where --port listens.")
@click.option("--port", type=click.IntRange(0, 65535), help="Serve /ready, /stats and /metrics.")
def agent(**options: Any) -> int:
    """Run an agent."""
    return Agent(**options).run()


class Agent:
    """One agent.

    Args:
        directory: the spool_dir.
        account: the folder in it; None for the key's.
        key_file: where the key is; None for the environment.
        rate: requests a second at the most.
        close_timeout: seconds for what waits at the end.
        host: where the pages are served.
        port: at which port; None for none.
    """

    def __init__(
        self,
        *,
        directory: str,
        account: str | None,
        key_file: str | None,
        rate: float | None,
        close_timeout: float,
        host: str,
        port: int | None,
    ) -> None:
        self._directory = Path(directory).absolute()
        self._key_file = key_file
        self._rate = rate
        self._close_timeout = close_timeout
        self._where = host, port
        if self._directory.exists() and not self._directory.is_dir():
            raise JobError(f"{directory} is a file: give the spool_dir of the service")
        self._named = account
        self._used = self._config()
        self._account = own_account(self._used, account, [])
        self._folder = self._directory / self._account
        self._ending = threading.Event()
        self._reload = False
        self._handler: Any = None
        self._last = Stats(state="standby")

    def _config(self) -> Config:
        # The environment may be that of processes that only write.
        ours: dict[str, Any] = {"deliver": True}
        if self._key_file is None:
            return configured(ours)
        try:
            key = Path(self._key_file).read_text("utf-8").strip()
        except OSError as error:
            raise JobError(f"--key-file {self._key_file}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise JobError(f"--key-file {self._key_file}: is no text in UTF-8") from None
        return configured({**ours, "api_key": hidden(key)})

    def _read_again(self) -> bool:
        """Read the key again. Where it cannot be read, or is another account's, the one before stays."""
        try:
            config = self._config()
            account, problem = own_account(config, self._named, []), ""
        except JobError as error:
            account, problem = "", error.message
        if problem or account != self._account:
            why = problem or f"the key is of another account than {self._account}"
            _say(f"{why}; the key stays as it was")
            return False
        self._used = config
        return True

    def run(self) -> int:
        """Work, or stand by, until a signal ends it. Gives the exit status."""
        before = {
            number: signal.signal(number, self._hear)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        }
        try:
            with served(*self._where, self._pages()):
                _notify(f"READY=1\nSTATUS=stands by for {self._folder}")
                lock = self._wait_for_lead()
                if lock is not None:
                    self._work()
                    os.close(lock)
                _notify("STOPPING=1")
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        return 0

    def _hear(self, number: int, _: Any) -> None:
        if number == signal.SIGHUP:
            self._reload = True
        else:
            self._ending.set()

    def _wait_for_lead(self) -> int | None:
        """Wait until no other agent works on the folder. Gives what holds its lock; None at the end."""
        said = False
        while not self._ending.is_set():
            lock = _lead(self._folder)
            if lock is not None:
                return lock
            if not said:
                why = "another agent works" if self._folder.is_dir() else "nothing is written yet"
                _say(f"stands by: {why} on {self._folder}")
                said = True
            self._ending.wait(_TICK)
        return None

    def _work(self) -> None:
        from zaius_logging._build import transport_of

        self._handler = self._made()
        _say(f"sends what is written to {self._folder}")
        _notify(f"STATUS=sends what is written to {self._folder}")
        while not self._ending.wait(_TICK):
            if self._reload:
                self._reload = False
                if self._read_again():
                    self._handler.divert(transport_of(self._used, Notices())).close()
                    self._handler.flush(0)
                    _say("the key was read again")
        self._last = self._handler.stats()
        self._handler.end()
        self._last = replace(self._handler.stats(), state="closed")
        left = f", {self._last.pending:,} stay" if self._last.pending else ""
        _say(f"ended: {count(self._last.delivered, 'event')} delivered{left}")

    def _made(self) -> Any:
        from zaius_logging._handler import ZaiusHandler
        from zaius_logging._spool.journal.agent import AgentSpool

        self._read_again()  # it may have stood by for days
        config = self._used
        spool = AgentSpool(
            str(self._directory),
            self._account,
            max_bytes=config.spool_bytes,
            notices=Notices(),
        )
        return ZaiusHandler(
            api_key=config.api_key,
            endpoint=config.endpoint,
            spool=spool,
            max_requests_per_second=self._rate,
            close_timeout=self._close_timeout,
        )

    # What others may ask

    def stats(self) -> Stats:
        """The numbers of this moment."""
        return self._handler.stats() if self._handler is not None else self._last

    def _pages(self) -> dict[str, Any]:
        return {"/ready": self._ready, "/stats": self._stats, "/metrics": self._metrics}

    def _ready(self) -> tuple[int, str, str]:
        stats = self.stats()
        well = stats.state not in {"stopped", "paused"} and not stats.degraded
        return (200 if well else 503), "text/plain", f"{stats.state} {stats.problem}".strip() + "\n"

    def _stats(self) -> tuple[int, str, str]:
        return 200, "application/json", json.dumps(self.stats().as_dict())

    def _metrics(self) -> tuple[int, str, str]:
        return 200, "text/plain; version=0.0.4", "\n".join(_lines(self.stats())) + "\n"


_COUNTERS = ("delivered", "rejected", "invalid")


def _lines(stats: Stats) -> list[str]:
    lines = [f"zaius_events_{name}_total {getattr(stats, name)}" for name in _COUNTERS]
    lines += [
        f'zaius_events_dropped_total{{reason="{reason}"}} {number}'
        for reason, number in stats.dropped.items()
    ]
    lines += [
        f"zaius_events_pending {stats.pending}",
        f"zaius_requests_total {stats.requests}",
        f"zaius_requests_retried_total {stats.retries}",
        f"zaius_up {int(stats.state in {'idle', 'waiting', 'standby'})}",
    ]
    return lines


def _lead(folder: Path) -> int | None:
    """Take the lock of a folder itself, which the system gives back however we end; None where it is held."""
    import fcntl

    try:
        act_as_owner(folder)
        fd = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return None
    except PermissionError:
        raise JobError(
            f"{folder} is not this user's to write: run the agent as its owner"
        ) from None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    except OSError as error:
        os.close(fd)
        why = f"{folder} cannot be locked ({error.strerror})"
        raise JobError(f"{why}, so two agents would send the same: use a local disk") from None
    return fd


def _say(text: str) -> None:
    sys.stderr.write(f"zaius-logging agent: {text}\n")
    sys.stderr.flush()


def _notify(text: str) -> None:
    """Tell systemd, where it asked for it: sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
            sending.connect("\0" + address[1:] if address.startswith("@") else address)
            sending.sendall(text.encode())
