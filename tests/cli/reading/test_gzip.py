"""`zaius-logging send` reads gzip, known by its bytes and not by its name."""

import gzip
import io
import json
import os

import pytest

from zaius_logging.cli.reading.compression import BROKEN, unpacked

EVENT = {"type": "list", "action": "subscribe", "identifiers": {"email": "a@b.c"}}


def lines(*numbers):
    return b"".join(
        json.dumps({**EVENT, "data": {"n": number}}).encode() + b"\n" for number in numbers
    )


def numbers(sandbox):
    return [event["data"]["n"] for event in sandbox.events()]


class Drip:
    """A stream that gives so many bytes at a time, as a pipe may."""

    def __init__(self, data, step):
        self.stream, self.step = io.BytesIO(data), step

    def read(self, size=-1):
        return self.stream.read(min(size, self.step) if size >= 0 else self.step)


def damaged(data):
    """Give the lines that can be read, and whether the rest cannot."""
    stream, found = unpacked(Drip(data, 4096)), []
    try:
        while line := stream.readline():
            found.append(line)
    except BROKEN:
        return found, True
    return found, False


@pytest.mark.parametrize("step", [1, 7, 65536])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("text", [b"", b"\x1f", b"x", lines(*range(500))], ids=len)
def test_a_text_is_the_same_packed_or_not(step, pack, text):
    """Whatever pieces it comes in."""
    assert unpacked(Drip(pack(text), step)).read() == text


def test_joined_members_are_one_text():
    """As `cat a.gz b.gz` makes them, with padding too."""
    joined = gzip.compress(b"a\n") + gzip.compress(b"") + gzip.compress(b"b\n") + b"\0" * 512
    assert damaged(joined) == ([b"a\n", b"b\n"], False)


def test_all_is_given_that_comes_before_damage():
    """Text behind the last member, and a part that is missing, cost nothing that stands before."""
    text = lines(*range(2000))
    whole = gzip.compress(text)
    assert damaged(whole + b"junk") == (text.splitlines(keepends=True), True)
    found, broken = damaged(whole[:-8])
    assert (len(found), broken) == (2000, True)
    found, broken = damaged(whole[: len(whole) // 2])
    assert broken
    assert 500 < len(found) < 2000
    assert found == text.splitlines(keepends=True)[: len(found)]


def test_a_live_stream_is_given_as_it_comes():
    """What has arrived can be read before more does: a pipe of packed lines may live for days."""
    parts = io.BytesIO()
    with gzip.GzipFile(fileobj=parts, mode="wb") as packer:
        packer.write(b"a\n")
        packer.flush()
        first = parts.getvalue()
    reading, writing = os.pipe()
    os.write(writing, first)
    with os.fdopen(reading, "rb", buffering=0) as raw:
        stream = unpacked(raw)
        assert stream.readline() == b"a\n"
        os.write(writing, parts.getvalue()[len(first) :])
        os.close(writing)
        assert stream.readline() == b""


def test_files_and_stdin(here, sandbox, write):
    """By content: a packed file of any name, a plain one that is named .gz, joined members, stdin."""
    one = write("one.jsonl.gz", gzip.compress(lines(1)))
    two = write("two.jsonl", gzip.compress(lines(2)) + gzip.compress(lines(3)))
    three = write("three.gz", lines(4))
    done = here("send", one, two, "-", three, stdin=gzip.compress(lines(10)))
    assert (done.returncode, done.stderr) == (0, "")
    assert numbers(sandbox) == [1, 2, 3, 10, 4]


def test_packed_csv(here, sandbox, write):
    """`orders.csv.gz` is CSV by its name."""
    path = write("orders.csv.gz", gzip.compress(b"id,price\n1,2\n3,4\n"))
    done = here("send", path, "--type=a", "--action=b", "--identifier=vuid=id", "--data=p=price")
    assert (done.returncode, done.stderr) == (0, "")
    assert [event["data"]["p"] for event in sandbox.events()] == ["2", "4"]


def test_packed_arrays(here, sandbox, write):
    """And an array over several lines."""
    path = write("a.json.gz", gzip.compress(json.dumps([EVENT] * 3, indent=1).encode()))
    assert here("send", path).returncode == 0
    assert sandbox.stats()["events"] == 3


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda data: data[:-12], "its compressed data ends too soon (is it a part of a file?)"),
        (lambda data: data[:-8] + b"\0" * 8, "its compressed data is damaged"),
    ],
    ids=["short", "altered"],
)
def test_a_damaged_file_is_told(here, sandbox, write, *, damage, reason):
    """By name and line; what stood before is sent and counted; the next file is sent, too."""
    bad = write("bad.jsonl.gz", damage(gzip.compress(lines(*range(1000)))))
    good = write("good.jsonl", lines(1000))
    done = here("send", bad, good)
    assert done.returncode == 1
    sent = numbers(sandbox)
    assert sent[-1] == 1000
    assert sent[:-1] == list(range(len(sent) - 1))
    assert done.stderr == f"{bad}:{len(sent)}: {reason}; nothing from here on was read\n"
    assert done.stdout.startswith(f"{len(sent):,} events delivered")


def test_csv_that_is_damaged_at_its_head(here, sandbox, write):
    """Nothing can be sent, not even the file before it: status 2."""
    good = write("good.csv", "id\n1\n")
    bad = write("bad.csv.gz", gzip.compress(b"id\n1\n")[:8])
    done = here("send", good, bad, "--type=a", "--action=b", "--identifier=vuid=id")
    assert done.returncode == 2
    assert f"{bad}: its compressed data ends too soon" in done.stderr
    assert sandbox.stats()["requests"] == 0


def test_a_packed_file_has_the_ids_of_the_plain_one(cli, here, sandbox, write):
    """Sent before and after it was packed, an event without an id is recognised."""
    plain = write("a.jsonl", lines(1, 2))
    assert here("send", plain).returncode == 0
    assert cli("send", write("a.jsonl.gz", gzip.compress(lines(1, 2)))).returncode == 0
    assert sandbox.stats()["duplicates"] == 2
