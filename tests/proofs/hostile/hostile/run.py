"""Plays a row: 500 events against a fault, then its end, then one fresh event, then a search for leaks."""

import atexit
import contextlib
import datetime as dt
import functools
import gc
import io
import logging
import math
import os
import shutil
import socket
import tempfile
import threading
import time
import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from hostile.proxy import Proxy
from hostile.rows import DELIVERED, PAUSED, POISON, REJECTED
from hostile.server import Server, server_context
from zaius_logging import Paused, ZaiusHandler

KEY = "W4WzcEs-ABgXorzY7h1LCQ.k3y-that-nobody-may-see"
PASSWORD = "proxy-pa55word"  # noqa: S105 - a made-up one, to look for
PERSON = ("ada.lovelace@example.org", "+4915112345678", "Lovelace", "4711-0815")
COUNT = 500
PATIENT = 10.0  # seconds for a request to a server that is no fault's
MIB = 1024 * 1024


@dataclass
class Attempt:
    """One request as its caller saw it."""

    seconds: float
    memory: int
    outcome: object


@dataclass
class Result:
    """What a row came to. `complaints` is empty if all was as it must be."""

    name: str
    fate: str = ""
    problem: str = ""
    words: str = ""
    delivered: int = 0
    rejected: int = 0
    repeated: int = 0
    attempts: int = 0
    slowest: float = 0.0
    memory: int = 0
    complaints: list[str] = field(default_factory=list)

    def must(self, holds, complaint):
        if not holds:
            self.complaints.append(complaint)


def _waited():
    """Seconds for which this thread was ready and had no processor: the machine's. 0 where the kernel does not say."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    return 0.0


class Watch:
    """A transport that measures another, without what a busy machine takes."""

    def __init__(self, transport):
        self.transport = transport
        self.loggers = transport.loggers
        self.attempts = []

    def send(self, items):
        waited = _waited()
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        started = time.perf_counter()
        outcome = self.transport.send(items)
        seconds = time.perf_counter() - started
        # The request's own bytes are there three times: joined, and in the pieces that sockets want.
        own = 3 * sum(map(len, items))
        memory = max(0, tracemalloc.get_traced_memory()[1] - before - own)
        self.attempts.append(Attempt(seconds - (_waited() - waited), memory, outcome))
        return outcome

    def after_fork_in_child(self):
        self.transport.after_fork_in_child()

    def close(self):
        self.transport.close()


class Warp:
    """A steady clock that can be put forward."""

    def __init__(self):
        self.ahead = 0.0

    def __call__(self):
        return time.monotonic() + self.ahead


class Ear(logging.Handler):
    """Keeps every record of every logger, as text and with its traceback."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record) + repr(record.args))
        # pytest keeps records, and an exception keeps what it met, sockets among it.
        record.msg, record.args, record.exc_info = record.getMessage(), (), None


@functools.cache
def authority():
    return trustme.CA()


@functools.cache
def ca_file():
    path = Path(tempfile.mkdtemp()) / "ca.pem"
    authority().cert_pem.write_to_path(path)
    atexit.register(shutil.rmtree, path.parent)
    return str(path)


@functools.cache
def context(kind):
    if kind == "expired":
        past = dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=2)
        return server_context(authority().issue_cert("127.0.0.1", not_after=past))
    if kind == "wrong host":
        return server_context(authority().issue_cert("other.example"))
    if kind == "self-signed":
        return server_context(trustme.CA().issue_cert("127.0.0.1"))
    if kind == "client certificate":
        return server_context(authority().issue_cert("127.0.0.1"), client_ca=trustme.CA())
    return server_context(authority().issue_cert("127.0.0.1", "api.zaius.test"))


SICK = {"stalled": "stall", "no TLS": "close"}


class World:
    """The network of a row: servers, what to configure, and how it is healed."""

    def __init__(self, row, stack):
        kind = row.world
        self.proxy = None
        self.settings = {}
        if kind == "plain":
            self.server = stack.enter_context(Server(row.fault, **row.settings))
            self.endpoint = f"http://127.0.0.1:{self.server.port}/v3"
        else:
            way, _, beyond = kind.partition("+")
            sick = None if kind in ("tls", "dns") or way.startswith("proxy") else kind
            sick = sick or beyond or None
            self.server = stack.enter_context(
                Server(
                    row.fault,
                    tls=context("good"),
                    sick_tls=SICK.get(sick) or (sick and context(sick)),
                )
            )
            self.endpoint = f"https://127.0.0.1:{self.server.port}/v3"
            self.settings["verify"] = ca_file()
        if kind.startswith("proxy"):
            status = way.partition(" ")[2]
            self.proxy = stack.enter_context(
                Proxy(f"ada:{PASSWORD}", int(status) if status.isdigit() else status or None)
            )
            address = f"http://ada:{PASSWORD}@127.0.0.1:{self.proxy.port}"
            self.settings["proxies"] = {"https": address}
        self.names = stack.enter_context(Names(sick=kind == "dns"))
        if kind == "dns":
            self.endpoint = f"https://api.zaius.test:{self.server.port}/v3"
        self.elsewhere = stack.enter_context(Server())
        self.server.elsewhere = self.elsewhere.port

    def heal(self):
        self.names.sick = False
        self.server.heal()
        if self.proxy is not None:
            self.proxy.heal()


class Names:
    """Makes `api.zaius.test` a name of loopback, or one that cannot be resolved."""

    def __init__(self, *, sick):
        self.sick = sick

    def __enter__(self):
        self.real = socket.getaddrinfo
        socket.getaddrinfo = self.look_up
        return self

    def __exit__(self, *exc_info):
        socket.getaddrinfo = self.real

    def look_up(self, host, *args, **kwargs):
        if host != "api.zaius.test":
            return self.real(host, *args, **kwargs)
        if self.sick:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self.real("127.0.0.1", *args, **kwargs)


def open_files():
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0  # noqa: PTH112, PTH208


def emit(logger, count, first=0, poison=None):
    """Log events that are full of personal data."""
    for number in range(first, first + count):
        data = {"order": PERSON[3], "number": number}
        data["product_id"] = POISON.decode() if number == poison else f"p{number}"
        event = {
            "type": "product",
            "action": "detail",
            "identifiers": {"email": PERSON[0], "phone": PERSON[1], "customer_id": PERSON[2]},
            "data": data,
        }
        logger.info("looked at a product", extra={"zaius": event})


@contextlib.contextmanager
def listening():
    """Hear everything that is logged or written to stderr."""
    ear, stderr, root = Ear(), io.StringIO(), logging.getLogger()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stderr(stderr):
            yield ear.lines, stderr
    finally:
        root.removeHandler(ear)
        root.setLevel(level)


def play(row, *, trials=3, timeout=0.25, make=ZaiusHandler):
    """Play a row.

    Args:
        row: which.
        trials: how often the fault is met before it ends.
        timeout: of the handler, in seconds.
        make: makes the handler; a control hands in one that is wrong.
    """
    result = Result(row.name)
    gc.collect()
    files, threads = open_files(), threading.active_count()
    try:
        with contextlib.ExitStack() as stack:
            lines, stderr = stack.enter_context(listening())
            _play(row, World(row, stack), result, trials=trials, timeout=timeout, make=make)
            said = [*lines, stderr.getvalue(), result.words, result.problem]
        gc.collect()
        result.must(open_files() <= files, f"{open_files() - files} files stay open")
        result.must(threading.active_count() <= threads, "threads stay")
    finally:
        tracemalloc.stop()
    for secret in (KEY, KEY.partition(".")[2], PASSWORD, *PERSON):
        result.must(not any(secret in text for text in said), f"{secret} was shown")
    return result


def _play(row, world, result, *, trials, timeout, make):
    reasons = []
    handler = make(
        api_key=KEY,
        endpoint=world.endpoint,
        timeout=timeout,
        flush_interval=60,
        close_timeout=5,
        on_reject=lambda event, reason: reasons.append((event["data"]["number"], reason)),
        **world.settings,
    )
    logger = logging.Logger("shop")  # noqa: LOG001 - nobody else is to hear of it
    logger.addHandler(handler)
    listener, clock = handler._listener, Warp()
    watch = listener._transport = Watch(handler._transport)
    listener._clock = clock
    try:
        emit(logger, COUNT - 1, poison=COUNT // 3 if row.fate == REJECTED else None)
        tracemalloc.start()  # it makes all slow, so not before the batch is full
        emit(logger, 1, first=COUNT - 1)
        _suffer(row, handler, watch, clock, trials)
        _check_fate(row, handler, watch, result)
        _check_waits(row, listener, clock, result)
        world.heal()
        handler._transport._timeout = (
            PATIENT  # of the fault alone: a healthy server may be slow here
        )
        clock.ahead += 3601
        result.must(handler.flush(3 * PATIENT), "not all settled after the end of the fault")
        clock.ahead += 60  # past the pace that 429 has left
        emit(logger, 1, first=COUNT)
        result.must(handler.flush(3 * PATIENT), "a fresh event did not pass")
    finally:
        shown = repr(handler) + repr(handler._transport) + repr(handler._config)
        handler.close()
    result.words += " ".join([shown, repr(handler.stats()), str(handler.stats().as_dict())])
    _check_events(row, handler, world, reasons, result)
    _check_attempts(watch, timeout, result)


def _suffer(row, handler, watch, clock, trials):
    """Meet the fault so often, or until all has settled under it."""
    patience = time.monotonic() + 60
    while time.monotonic() < patience:
        if handler.flush(0.02):
            return
        faults = len(watch.attempts)
        if row.fate in (DELIVERED, PAUSED) and faults >= trials:
            return
        if row.after is not None and handler._listener._delivery._not_before > -math.inf:
            return  # the answer has been read and taken in


def _check_fate(row, handler, watch, result):
    stats = handler.stats()
    result.fate = stats.state
    if row.fate == PAUSED:
        result.must(stats.state == "paused" and stats.pending == COUNT, f"not paused: {stats}")
        paused = [a for a in watch.attempts if isinstance(a.outcome, Paused)]
        result.must(len(paused) == len(watch.attempts), "paused, and not always so")
    elif row.fate == DELIVERED:
        result.must(stats.state == "retrying" and stats.pending == COUNT, f"no retry: {stats}")
    else:
        result.must(stats.pending == 0, f"{stats.pending} events wait without need")
        result.must(not stats.retries, f"{stats.retries} tries were in vain")
    result.problem = stats.problem
    result.must(not stats.dropped, f"dropped: {stats.dropped}")


def _check_waits(row, listener, clock, result):
    if row.after is not None:
        wait = listener._delivery._not_before - clock()
        low, high = row.after
        result.must(low - 1 <= wait <= high, f"waits {wait:.1f} s, not {low} to {high}")


def _check_events(row, handler, world, reasons, result):
    taken = [event["data"]["number"] for event in world.server.taken]
    bad = {COUNT // 3} if row.fate == REJECTED else set()
    stats = handler.stats()
    result.delivered, result.rejected = len(set(taken)), stats.rejected
    result.repeated = len(taken) - len(set(taken))
    result.must(set(taken) == set(range(COUNT + 1)) - bad, "not exactly the good ones arrived")
    result.must(not result.repeated, f"{result.repeated} events arrived twice")
    result.must(list(dict.fromkeys(taken)) == sorted(set(taken)), "not in the order of the calls")
    result.must({number for number, _ in reasons} == bad, "not exactly the bad ones were rejected")
    result.must(all(reason for _, reason in reasons), "rejected without a reason")
    result.must(stats.accepted == stats.delivered + stats.rejected, f"the sum is wrong: {stats}")
    result.must(world.elsewhere.connections == 0, "another origin was asked")
    if world.proxy is not None:
        result.must(
            not any(KEY.encode() in head for head in world.proxy.heads), "proxy saw the key"
        )


def _check_attempts(watch, timeout, result):
    result.attempts = len(watch.attempts)
    result.slowest = max(attempt.seconds for attempt in watch.attempts)
    result.memory = max(attempt.memory for attempt in watch.attempts)
    # 10 %, and what a busy machine takes to wake a thread.
    result.must(result.slowest <= timeout * 1.1 + 0.15, f"an attempt took {result.slowest:.2f} s")
    result.must(result.memory <= MIB, f"an answer took {result.memory / MIB:.1f} MiB")
