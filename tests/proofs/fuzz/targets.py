"""What is given to bytes of strangers, and what must hold whatever they are.

Each target takes any bytes and raises AssertionError where a promise is broken. `fuzz.py` makes the bytes;
`test_fuzz.py` gives each the kept ones again.
"""

import base64
import io
import re
import socket
import tempfile
import threading
import time
from itertools import islice
from pathlib import Path

import reader

from zaius_logging._operators.notices import Notices
from zaius_logging._spool.journal import line, look
from zaius_logging._spool.journal.spool import JournalSpool
from zaius_logging._transport.http.transport import HTTPTransport
from zaius_logging._transport.outcome import Delivered, Paused, Rejected, Retry, Split
from zaius_logging._transport.wire import MAX_REASON, MAX_RETRY_AFTER, meaning
from zaius_logging.cli.columns.options import Columns
from zaius_logging.cli.columns.table import Form
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.reading.compression import _OPENERS
from zaius_logging.cli.reading.items import UNSETTLED, Found, Item, Unusable
from zaius_logging.cli.reading.json_stream import read_json
from zaius_logging.cli.reading.sources import Sources, Spot
from zaius_logging.cli.sending.forms import Reader
from zaius_logging.cli.sending.job import Job

GOLDEN = Path(__file__).parents[2] / "spool" / "golden"
SHM = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - it need not be durable
EVENT = b'{"type":"order","action":"purchase","identifiers":{"email":"a@b.c"},"data":{"total":1}}'
_FORM = re.compile(
    rb'\{"s":".","c":"[0-9a-f]{8}","n":"\d{10}","t":\d{13},"(?:event|bytes)":.*\}', re.DOTALL
)
COUNT = 3  # events in the batch of which an answer speaks


# What the API answers


def answers(data, meaning=meaning):
    """A status, headers and a body: one outcome, within its bounds, whose text is one line."""
    status = int.from_bytes(data[:2], "big") % 900 + 100
    head, _, body = data[2:].partition(b"\0")
    pairs = [each.partition(":")[::2] for each in head.decode("latin-1").split("\n")]
    outcome = meaning(status, dict(pairs), body, COUNT, now=1_800_000_000.0)
    judge(outcome, COUNT)
    assert isinstance(outcome, Delivered) == (200 <= status < 300)
    if status in {400, 422}:
        assert isinstance(outcome, Rejected | Split)


def judge(outcome, count):
    """What holds of any outcome."""
    match outcome:
        case Delivered():
            return
        case Rejected(places):
            assert places
            assert all(type(place) is int and 0 <= place < count for place in places)
            reasons = list(places.values())
        case Retry(reason, after):
            assert after is None or 0 <= after <= MAX_RETRY_AFTER
            reasons = [reason]
        case Split(reason) | Paused(reason):
            reasons = [reason]
        case _:
            raise AssertionError(f"no outcome: {outcome!r}")
    for reason in reasons:
        assert isinstance(reason, str)
        assert len(reason) <= MAX_REASON + 100
        said = []
        Notices(said.append).tell("answer", reason)
        while not said:  # it is written in a thread of its own
            time.sleep(0)
        assert said[0].isprintable(), said


class Answering:
    """A server that reads a request, answers with given bytes, and closes the connection."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.answer = b""
        threading.Thread(target=self._serve, daemon=True).start()
        endpoint = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.transport = HTTPTransport(endpoint, "k.s", timeout=5.0, proxies={})

    def _serve(self):
        while True:
            connection, _ = self._socket.accept()
            with connection:
                connection.settimeout(5)
                got = b""
                while not got.endswith(b"]"):
                    got += connection.recv(1 << 16) or b"]"
                connection.sendall(self.answer)


_server = []


def connections(data):
    """Any bytes in an answer's place, over a real connection: an outcome, and the next batch is delivered."""
    if not _server:
        _server.append(Answering())
    (server,) = _server
    server.answer = data
    judge(server.transport.send([EVENT]), 1)
    server.answer = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
    outcome = server.transport.send([EVENT])
    if isinstance(outcome, Retry):  # by the last connection, which the server was about to close
        outcome = server.transport.send([EVENT])
    assert outcome == Delivered(), outcome


# What lies in a spool's directory


def journal(data):
    """A file that a dead process has left: ours and an independent reader find the same, each event once."""
    content = segment(data)
    try:
        expected, _ = reader.events(content)
    except (AssertionError, ValueError, KeyError):
        expected = []
    with tempfile.TemporaryDirectory(dir=SHM) as top:
        folder = Path(top, "shop")
        folder.mkdir()
        path = folder / "00001764355200000000-1-000001.jsonl"
        path.write_bytes(content)
        seen = seen_from_outside(folder)
        spool = JournalSpool(top, "shop", notices=Notices(lambda line: None))
        found = []
        try:
            for _ in range(1000):
                if spool.maintain() and not spool.peek(1, 1):
                    break
                pairs = spool.peek(7, 10_000)
                found += [item for _, item in pairs]
                spool.remove([place for place, _ in pairs])
            spool.maintain()
            waiting = spool.waiting()
        finally:
            spool.close()
        assert waiting.count == waiting.size == 0
        assert waiting.lost >= 0
        left = path.exists()
    if left or not found:  # not ours to read, or nothing waited
        assert found == []
        return
    assert found == seen
    if all(
        map(_FORM.fullmatch, filter(reader.sound, content.split(b"\n")))
    ):  # no damage has the checksum of its text
        assert sorted(found) == sorted(expected)


def segment(data):
    """Bytes as they are, or a golden file with bytes of it changed, which alone passes the checksum."""
    if data[:1] != b"~":
        return data
    names = sorted(GOLDEN.glob("*.jsonl"))
    content = bytearray(names[data[1] % len(names)].read_bytes()) if len(data) > 1 else bytearray()
    for at in range(2, len(data) - 3, 4):
        place = int.from_bytes(data[at : at + 2], "big") % max(1, len(content))
        match data[at + 2] % 4:
            case 0 if content:
                content[place] ^= data[at + 3]
            case 1:
                del content[place : place + data[at + 3]]
            case 2:
                content[place:place] = content[place : place + data[at + 3]]
            case 3:
                content[place:place] = bytes([data[at + 3]])
    return bytes(content)


def seen_from_outside(folder):
    """The events that `look` finds waiting there."""
    return [
        each.line.item
        for found in look.segments(str(folder))
        if not found.problem
        for each in found.lines()
        if each.line is not None and each.line.state not in {line.DELIVERED, line.ASIDE}
    ]


# What is given to `send`

ENDINGS = (".jsonl", ".csv", ".tsv", ".gz", ".zip", ".log", ".xz", ".bz2")
COLUMNS = Columns(type="order", action="=kind", identifier=("email",), data=("total=sum:number",))
PLAIN = Columns()
MOST = 10_000  # items that are looked at: a few bytes can unpack to millions


def files(data, read=read_json):
    """A file of any bytes: items or one error that says why, the same from any chunk, and from any place in it."""
    ending = ENDINGS[data[0] % len(ENDINGS)] if data else ".jsonl"
    table = ending in {".csv", ".tsv"} or (len(data) > 1 and data[1] % 2)
    content = data[3:]
    with tempfile.TemporaryDirectory(dir=SHM) as top:
        path = Path(top, f"events{ending}")
        path.write_bytes(content)
        try:
            every = whole(path, table)
        except JobError as error:
            one_line(error.message)
            return
        for _, item in every:
            judge_item(item)
        numbered = [n for n, (spot, _) in enumerate(every) if spot and spot.place != UNSETTLED]
        if numbered and not any(getattr(item, "last", False) for _, item in every):
            at = numbered[data[2] % len(numbered)]
            known = [item for _, item in every[at + 1 :] if not of_the_whole(item)]
            rest = [item for _, item in whole(path, table, every[at][0])]
            assert (rest if len(every) < MOST else rest[: len(known)]) == known, at
    if ending == ".jsonl" and not table and not content.startswith(tuple(_OPENERS)):
        slow = io.BufferedReader(Drops(content), 16)
        assert list(read(slow, str(path))) == [item for _, item in every]


def of_the_whole(item):
    """Whether it speaks of the file from its beginning, so that no part of it can."""
    return isinstance(item, Unusable) and "no line of it is JSON" in item.reason


def one_line(text):
    assert text.isprintable(), text


def whole(path, table, start: Spot | None = None):
    job = Job(files=[str(path)], columns=COLUMNS if table else PLAIN, table=Form())
    sources = Sources(job.files, Reader(job).read, start)
    if start is None:
        sources.check()
    return list(islice(sources, MOST))


def judge_item(item):
    """What holds of any item."""
    assert isinstance(item, Item)
    assert item.origin.line >= 1
    if isinstance(item, Found):
        assert isinstance(item.event, dict)
    else:
        assert getattr(item, "reason", None) or item.why


class Drops(io.RawIOBase):
    """Gives a few bytes at a time."""

    def __init__(self, content):
        super().__init__()
        self._rest = content

    def readable(self):
        return True

    def readinto(self, buffer):
        part, self._rest = self._rest[: min(3, len(buffer))], self._rest[min(3, len(buffer)) :]
        buffer[: len(part)] = part
        return len(part)


TARGETS = {each.__name__: each for each in (answers, connections, journal, files)}


def beginnings(name):
    """Inputs to begin with, of the kinds that the target knows."""
    if name == "journal":
        golden = [path.read_bytes() for path in sorted(GOLDEN.glob("*.jsonl"))]
        return [*golden, b"~\0\0\1\0\2", b"~\1\1\0\1\x20\2\0\2\x40"]
    if name == "answers":
        body = (
            b'{"status":400,"detail":{"invalids":[{"event":1,"message":"total must be a number"}]}}'
        )
        return [bytes([1, 44]) + b"Content-Type: application/json\0" + body, b"\1\x48\0"] + [
            (status - 100).to_bytes(2, "big") + b"Retry-After: 1\nX: y\0<html>no</html>"
            for status in (202, 301, 400, 403, 413, 422, 429, 500, 503)
        ]
    if name == "connections":
        return [
            b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            b"HTTP/1.0 503 No\r\nRetry-After: 5\r\n\r\n<html>",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 A\r\n\r\n",
            b"HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Encoding: gzip\r\n\r\n",
        ]
    table = b'email,kind,total\na@b.c,purchase,1.5\n"x""@b.c",refund,"1,5"\n'
    lines = EVENT + b"\n" + b"[" + EVENT + b",\n" + EVENT + b']\nGET / 200\n{\n"a": 1}\n'
    return [
        b"\0\0\1" + lines,
        b"\1\1\1" + table,
        b"\2\1\1" + table.replace(b",", b"\t"),
        b"\3\0\1" + packed(lines, "gz"),
        b"\3\1\1" + packed(table, "gz"),
        b"\4\0\1" + packed(lines, "zip"),
        b"\5\0\1" + lines[::-1],
        b"\6\0\1" + packed(lines, "xz"),
        b"\7\0\1" + packed(lines, "bz2"),
    ]


def packed(content, form):
    import bz2
    import gzip
    import lzma
    import zipfile

    if form == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a.jsonl", content)
        return out.getvalue()
    return {"gz": gzip, "xz": lzma, "bz2": bz2}[form].compress(content)


def kept(name):
    """The inputs that were kept: each found something, or leads where no other does."""
    path = Path(__file__).with_name("seeds") / f"{name}.txt"
    return [base64.b64decode(text) for text in path.read_text().split()] if path.exists() else []


def keep(name, inputs):
    """Write them down, the shortest first."""
    path = Path(__file__).with_name("seeds") / f"{name}.txt"
    path.parent.mkdir(exist_ok=True)
    texts = sorted({base64.b64encode(each).decode() for each in inputs}, key=lambda x: (len(x), x))
    path.write_text("".join(f"{text}\n" for text in texts))
