"""The rows of the table: each a fault, and what must become of 500 events under it."""

import gzip
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import partial
from typing import Any

from hostile.server import BLOCK

POISON = b"p-o-i-s-o-n"
"""An event with this product_id is what the faults of `rejected` rows reject."""

DELIVERED, PAUSED, REJECTED, AT_ONCE = "delivered", "paused", "rejected", "at once"


@dataclass(frozen=True)
class Row:
    """A fault.

    Attributes:
        name: what it is, as the table says.
        fault: plays it to one connection or request.
        fate: `delivered` once it ends; `paused` and kept until it ends; the poison event `rejected` and
            the others delivered; or delivered `at once`, for the status says so.
        world: which network it needs: plain, or one that `run` knows by name.
        after: seconds that Retry-After asks for, if any (at least, at most).
        settings: more arguments of `Server`.
        lasts: the fault goes on until the time of the request is over.
    """

    name: str
    fault: Callable[..., Any] | None
    fate: str = DELIVERED
    world: str = "plain"
    after: tuple[float, float] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    lasts: bool = False


def status(code, body=b'{"message":"no"}', *headers):
    def fault(talk):
        return talk.read() and talk.answer(code, body, *headers)

    return fault


def redirect(code):
    def fault(talk):
        where = b"Location: http://127.0.0.1:%d/v3/events" % talk.server.elsewhere
        return talk.read() and talk.answer(code, b"moved", where)

    return fault


def after_reading(play):
    """A fault that reads the request and then plays; the connection is closed."""

    def fault(talk):
        if talk.read():
            play(talk)
        return False

    return fault


def sending(*parts):
    return after_reading(lambda talk: talk.send(*parts))


def dripping(data, before=b""):
    def play(talk):
        talk.send(before)
        talk.drip(data() if callable(data) else data)

    return after_reading(play)


def for_ever(data, before=b"", *, taking=False):
    """Send the same again and again, for as long as anybody reads."""

    def play(talk):
        if taking:
            talk.take()
        talk.send(before)
        while not talk.server.closing.is_set():
            talk.send(data)

    return after_reading(play)


def endless(byte=b"x"):
    while True:
        yield byte[0]


def resetting(*parts):
    def play(talk):
        talk.send(*parts)
        talk.reset()

    return after_reading(play)


def taking(*parts, reset=False):
    """Take the events, and answer with these bytes, whatever they are."""

    def play(talk):
        talk.take()
        talk.send(*parts)
        if reset:
            talk.reset()

    return after_reading(play)


def taking_and_dripping(before, data):
    def play(talk):
        talk.take()
        talk.send(before)
        talk.drip(data)

    return after_reading(play)


def interim(before):
    """Take the events, with interim answers before the final one."""

    def fault(talk):
        if not talk.read():
            return False
        talk.take()
        talk.send(before)
        return talk.answer()

    return fault


def rejecting(make, code=400, *headers):
    """Refuse a request that has the poison event in it; take any other."""

    def fault(talk):
        if not talk.read():
            return False
        if POISON not in talk.body:
            talk.take()
            return talk.answer()
        return talk.answer(code, make(talk.body), *headers)

    return fault


def rejecting_endlessly(head, data):
    def fault(talk):
        if not talk.read():
            return False
        if POISON not in talk.body:
            talk.take()
            return talk.answer()
        talk.send(head)
        for _ in range(160):  # 10 MB
            talk.send(data)
        return False

    return fault


def too_many(most):
    """Refuse what has more events than `most` with 413."""

    def fault(talk):
        if not talk.read():
            return False
        if talk.body.count(b'"action"') > most:
            return talk.answer(413, b"<h1>413</h1>")
        talk.take()
        return talk.answer()

    return fault


def hang(talk):
    talk.read()
    talk.hang()


def place_of_poison(body):
    """Where the poison event stands; by counting, for what is parsed here would be measured too."""
    return body[: body.index(POISON)].count(b'"type"') - 1


def invalids(*entries):
    return json.dumps({"title": "Bad Request", "status": 400, "detail": {"invalids": [*entries]}})


def named(body, extra=0):
    """A 400 as documented; it quotes what an unkind server could."""
    place = place_of_poison(body) + extra
    return invalids({"event": place, "message": f"bad email {email(body)}"}).encode()


def schema(body):
    return invalids({"field": "email", "reason": [f"{email(body)} is no address"]}).encode()


def email(body):
    return body.partition(b'"email":"')[2].partition(b'"')[0].decode()


OK = b"HTTP/1.1 202 Accepted\r\n"
NO = b"HTTP/1.1 503 Service Unavailable\r\n"
BOMB = gzip.compress(b"\0" * 10_000_000)

NETWORK = [
    Row("connection refused", None, settings={"deaf": True}),
    Row("closes before it reads", lambda _: False),
    Row("resets before it reads", lambda talk: talk.reset()),
    Row("never reads", lambda talk: talk.hang(), lasts=True),
    Row("reads and never answers (hang)", hang, lasts=True),
    Row("closes without an answer", sending()),
    Row("resets without an answer", resetting()),
]

HEADS = [
    Row("head byte by byte (slow loris)", dripping(OK + b"X: " + b"y" * 10_000), lasts=True),
    Row("head without end, byte by byte", dripping(endless, OK + b"X: "), lasts=True),
    Row("one header without end", for_ever(BLOCK, OK + b"X: ")),
    Row("headers without end", for_ever(b"X: y\r\n", OK)),
    Row("60 KB headers without end", for_ever(b"X: " + b"y" * 60_000 + b"\r\n", OK)),
    Row("reset in the status line", resetting(b"HTTP/1.1 2")),
    Row("cut in the status line", sending(b"HTTP/1.1 2")),
    Row("reset in the head", resetting(NO + b"Content-Le")),
    Row("cut in the head", sending(NO + b"Content-Le")),
    Row("no HTTP at all", sending(b"SSH-2.0-OpenSSH_9.6\r\n")),
    Row("binary junk", sending(bytes(range(256)) * 8)),
    Row("status that is no number", sending(b"HTTP/1.1 abc OK\r\n\r\n")),
    Row("status 999", sending(b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n")),
    Row(
        "202, a header without a colon", taking(OK + b"junk\r\nContent-Length: 0\r\n\r\n"), AT_ONCE
    ),
    Row("100 Continue, then 202", interim(b"HTTP/1.1 100 Continue\r\n\r\n"), AT_ONCE),
    Row("103 Early Hints, then 202", interim(b"HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n"), AT_ONCE),
    Row("100 Continue without end", for_ever(b"HTTP/1.1 100 Continue\r\n\r\n"), lasts=True),
    Row(
        "103 without end, slowly",
        dripping(lambda: b"HTTP/1.1 103 Hints\r\n\r\n" * 1000),
        lasts=True,
    ),
    Row("101 Switching Protocols", sending(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")),
]

BODIES = [
    Row(
        "503, body byte by byte",
        dripping(endless, NO + b"Content-Length: 999999\r\n\r\n"),
        lasts=True,
    ),
    Row("503, body without end", for_ever(BLOCK, NO + b"\r\n")),
    Row("503, gzip bomb", status(503, BOMB, b"Content-Encoding: gzip")),
    Row("202, body cut short", taking(OK + b"Content-Length: 99\r\n\r\nx"), AT_ONCE),
    Row("202, reset in the body", taking(OK + b"Content-Length: 99\r\n\r\nx", reset=True), AT_ONCE),
    Row(
        "202, chunk cut",
        taking(OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\nxx"),
        AT_ONCE,
    ),
    Row(
        "202, junk for a chunk size",
        taking(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nxx"),
        AT_ONCE,
    ),
    Row("202, junk", taking(OK + b"Content-Length: 4\r\n\r\n\xff\xfe\x00\x01"), AT_ONCE),
    Row("202, HTML", taking(OK + b"Content-Length: 13\r\n\r\n<h1>ok</h1>\r\n"), AT_ONCE),
    Row("202, empty", taking(OK + b"Content-Length: 0\r\n\r\n"), AT_ONCE),
    Row(
        "202, body byte by byte",
        taking_and_dripping(OK + b"Content-Length: 999999\r\n\r\n", endless()),
        AT_ONCE,
        lasts=True,
    ),
    Row("202, body without end", for_ever(BLOCK, OK + b"\r\n", taking=True), AT_ONCE),
    Row(
        "202, gzip bomb",
        taking(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB), BOMB),
        AT_ONCE,
    ),
    Row(
        "202 whose body says 400", taking(OK + b'Content-Length: 14\r\n\r\n{"status":400}'), AT_ONCE
    ),
    Row(
        "202, two lengths that differ",
        taking(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345"),
        AT_ONCE,
    ),
    *(
        Row(f"{code}", taking(b"HTTP/1.1 %d Yes\r\nContent-Length: 0\r\n\r\n" % code), AT_ONCE)
        for code in (200, 201, 204, 206, 226, 299)
    ),
]

REDIRECTS = [
    Row(f"{code} to another origin", redirect(code), PAUSED)
    for code in (300, 301, 302, 303, 304, 305, 307, 308)
]
REDIRECTS.append(
    Row(
        "302 with a gzip bomb",
        status(302, BOMB, b"Location: http://127.0.0.1:1/", b"Content-Encoding: gzip"),
        PAUSED,
    )
)

POISONED = [
    Row("400, named", rejecting(named), REJECTED),
    Row("422, named", rejecting(named, 422), REJECTED),
    Row("400, names a place out of range", rejecting(partial(named, extra=500)), REJECTED),
    Row("400, names nobody", rejecting(lambda _: invalids().encode()), REJECTED),
    Row("400, names a field", rejecting(schema), REJECTED),
    Row("400, empty", rejecting(lambda _: b""), REJECTED),
    Row("400, HTML", rejecting(lambda _: b"<html>Bad Request</html>"), REJECTED),
    Row("400, JSON cut", rejecting(lambda body: named(body)[:-9]), REJECTED),
    Row("400, wrong JSON", rejecting(lambda _: b'{"detail":[{"invalids":7}]}'), REJECTED),
    Row("400, wrong encoding", rejecting(lambda _: '{"detail":"ü"}'.encode("latin-1")), REJECTED),
    Row("400, deeply nested", rejecting(lambda _: b"[" * 60_000), REJECTED),
    Row("400, gzip that nobody asked for", rejecting(lambda b: gzip.compress(named(b))), REJECTED),
    Row(
        "400, gzip bomb",
        rejecting(lambda _: BOMB, 400, b"Content-Encoding: gzip"),
        REJECTED,
    ),
    Row(
        "400, 10 MB",
        rejecting_endlessly(b"HTTP/1.1 400 No\r\nContent-Length: 10485760\r\n\r\n", BLOCK),
        REJECTED,
    ),
]

STATUSES = [
    Row("413 above 100 events", too_many(100), AT_ONCE),
    *(
        Row(f"{code}", status(code), PAUSED)
        for code in (
            401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 414, 415, 416, 417, 418, 421,
            423, 424, 426, 428, 431, 451, 499,
        )
    ),
    *(
        Row(f"{code}", status(code))
        for code in (408, 425, 429, 500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 529, 599)
    ),
    Row("502, HTML", status(502, b"<html><h1>502 Bad Gateway</h1></html>")),
    Row("500, empty", status(500, b"")),
]  # fmt: skip


def asking(value, low, high, named=""):
    return Row(
        f"429, Retry-After: {named or (value if len(value) < 40 else value[:37] + '…')}",
        status(429, b"{}", b"Retry-After: " + value.encode()),
        after=(low, high),
    )


WAITS = [
    asking("2", 1, 2),
    asking("0", 0, 0),
    asking("-5", 0, 0),
    asking("1.5", 1, 1.5),
    asking("86400", 3590, 3600),
    asking(formatdate(time.time() - 3600, usegmt=True), 0, 0, "a date, an hour ago"),
    asking(formatdate(time.time() + 3000, usegmt=True), 600, 3000, "a date, in less than an hour"),
    asking("Fri, 31 Dec 9999 23:59:59 GMT", 3590, 3600),
    asking("soon", 0, 0),
    asking("inf", 0, 0),
    asking("nan", 0, 0),
    asking("1e9", 3590, 3600),
    asking("", 0, 0),
    asking("1, 7", 6, 7),
    asking("9" * 400, 3590, 3600),
]

TLS = [
    Row("TLS: certificate expired", None, PAUSED, "expired"),
    Row("TLS: certificate of another host", None, PAUSED, "wrong host"),
    Row("TLS: self-signed", None, PAUSED, "self-signed"),
    Row("TLS: handshake stalls", None, DELIVERED, "stalled", lasts=True),
    Row("TLS: closes in the handshake", None, DELIVERED, "no TLS"),
    Row("TLS: asks for a client certificate", None, DELIVERED, "client certificate"),
    Row("TLS: 503", status(503), DELIVERED, "tls"),
    Row(
        "TLS: answer byte by byte",
        dripping(OK + b"X: " + b"y" * 10_000),
        DELIVERED,
        "tls",
        lasts=True,
    ),
    Row("TLS: reset in the head", resetting(NO + b"Content-Le"), DELIVERED, "tls"),
]

OTHERS = [
    Row("host name cannot be resolved", None, DELIVERED, "dns"),
    Row("proxy: 407", None, PAUSED, "proxy 407"),
    Row("proxy: 403", None, PAUSED, "proxy 403"),
    Row("proxy: 502", None, DELIVERED, "proxy 502"),
    Row("proxy: hangs", None, DELIVERED, "proxy hang", lasts=True),
    Row("through the proxy: TLS handshake stalls", None, DELIVERED, "proxy+stalled", lasts=True),
    Row("through the proxy: closes in the handshake", None, DELIVERED, "proxy+no TLS"),
    Row("through the proxy: 503", status(503), DELIVERED, "proxy"),
    Row(
        "through the proxy: byte by byte",
        dripping(OK + b"y" * 10_000),
        DELIVERED,
        "proxy",
        lasts=True,
    ),
]

ROWS = [
    *NETWORK, *HEADS, *BODIES, *REDIRECTS, *POISONED, *STATUSES, *WAITS, *TLS, *OTHERS
]  # fmt: skip
