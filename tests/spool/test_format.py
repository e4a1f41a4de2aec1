"""The format of a segment: golden files, an independent reader, and what damage costs."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import reader

from zaius_logging._spool.journal import line
from zaius_logging._spool.journal.reading import Reading

GOLDEN = Path(__file__).parent / "golden"
ROOT = Path(__file__).parents[2]
MANY = 10**9


def items(spool):
    return [item for _, item in spool.peek(MANY, MANY)]


def empty(spool):
    spool.maintain()
    found = []
    while pairs := spool.peek(500, MANY):
        found += [item for _, item in pairs]
        spool.remove([place for place, _ in pairs])
        spool.maintain()
    return found


def event(number):
    return json.dumps({"n": number, "text": "ü" * (number % 40)}).encode()


def waits(text):
    """The items that wait in a piece of a segment."""
    known = Reading(len(text), 0).reading(text)
    return [line.item_of(covered) for covered in known.lines.values()]


def test_states_differ_in_three_bits_or_more():
    """So that no single flipped bit makes one state of another; an unknown one means waiting."""
    states = [line.WAITING[0], line.DELIVERED[0], line.ASIDE[0]]
    assert all((a ^ b).bit_count() >= 3 for a in states for b in states if a != b)
    text = line.written(7, 1_764_355_200_123, b'{"a":1}')
    for bit in range(8):
        changed = bytearray(text)
        changed[line.STATE_AT] ^= 1 << bit
        assert waits(bytes(changed)) == [b'{"a":1}']


def test_a_line_is_what_the_page_says():
    """One JSON object, the first members of fixed width; the checksum covers what follows it."""
    text = line.written(42, 1_764_355_200_123, b'{"type":"a"}')
    said = json.loads(text)
    assert text.startswith(b'{"s":"w","c":"')
    assert said["s"] == "w"
    assert said["n"] == "0000000042"
    assert (said["t"], said["event"]) == (1_764_355_200_123, {"type": "a"})
    assert reader.sound(text[:-1])
    state, _, covered, number = next(line.sound(text)).groups()
    assert (state, int(number), line.time_of(covered)) == (b"w", 42, 1_764_355_200_123)
    assert line.item_of(covered) == b'{"type":"a"}'
    assert len(text) == len(b'{"type":"a"}') + line.OVERHEAD


@pytest.mark.parametrize("item", [b"", b"\n", bytes(range(256)), b'{"a":\n1}', b"[1]"])
def test_what_is_no_line_of_json_is_written_in_base_64(item):
    """So that each line is JSON and no line has two."""
    text = line.written(1, 1_764_355_200_123, item)
    assert text.count(b"\n") == 1
    assert json.loads(text)["bytes"] is not None
    assert waits(text) == [item]


def test_any_flipped_bit_but_the_state_is_noticed():
    """In the fixed head, the checksum and the event alike."""
    text = line.written(42, 1_764_355_200_123, b'{"type":"a"}')
    for at in range(len(text) - 1):
        for bit in range(8):
            changed = bytearray(text)
            changed[at] ^= 1 << bit
            if at != line.STATE_AT:
                assert waits(bytes(changed)) == []


def test_golden_files_are_read(journal, tmp_path):
    """What an earlier release has written is read as it was, by us and by the independent reader."""
    for path in sorted(GOLDEN.glob("*.jsonl")):
        wanted = json.loads(path.with_suffix(".json").read_text())
        where = tmp_path / path.stem / "shop"
        where.mkdir(parents=True)
        shutil.copy(path, where / "00000000000000000001-1-000001.jsonl")
        assert reader.events(path.read_bytes()) == (
            [w.encode() for w in wanted["events"]],
            wanted["damaged"],
        )
        spool = journal(where.parent)
        assert [item.decode() for item in empty(spool)] == wanted["events"]
        assert spool.waiting().lost == wanted["lost"]


def test_damage_to_the_count_in_a_header_costs_no_event(journal, directory):
    """The rest of the first line is sound: whose events these are is known, and all are found."""
    spool = journal()
    put = [event(number) for number in range(3)]
    assert all(map(spool.append, put))
    spool.close()
    (path,) = (directory / "shop").glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"lines"', b'"linds"', 1))
    assert empty(journal()) == put


def test_a_newer_version_is_left_alone(journal, tmp_path, said):
    """It is named once, and stays byte for byte."""
    where = tmp_path / "new" / "shop"
    where.mkdir(parents=True)
    path = where / "00000000000000000001-1-000001.jsonl"
    text = (GOLDEN / "active.jsonl").read_bytes().replace(b'"version":1', b'"version":2', 1)
    path.write_bytes(text)
    spool = journal(where.parent)
    for _ in range(3):
        spool._adopt_due = 0
        spool.maintain()
    assert path.read_bytes() == text
    assert [text for text in said if "newer version" in text] == said
    assert len(said) == 1


@pytest.mark.parametrize("mapped", [True, False])
def test_a_kill_between_any_two_bytes_of_an_append(journal, directory, tmp_path, mapped):
    """A file cut at each byte of its last line, by line feeds or by its end: what stood before is found, nothing torn."""
    spool = journal(use_map=mapped)
    whole = [event(number) for number in range(3)]
    for item in whole:
        spool.append(item)
    (path,) = (directory / "shop").glob("*.jsonl")
    data = path.read_bytes()
    end = len(data.rstrip(b"\n")) + 1
    begin = data.rstrip(b"\n").rindex(b"\n") + 1
    for cut in range(begin, end + 1):
        where = tmp_path / f"cut-{cut}" / "shop"
        where.mkdir(parents=True)
        rest = b"\n" * (len(data) - cut) if mapped else b""
        (where / path.name).write_bytes(data[:cut] + rest)
        again = journal(where.parent)
        found = empty(again)
        assert found in (whole[:2], whole)
        assert found == whole or cut < end
        assert again.waiting().lost == 0
        again.close()


@pytest.mark.parametrize("seed", range(40))
def test_damage_costs_what_it_hits_and_is_counted(journal, directory, died, seed):
    """Bits flipped, pages of zeros, an end cut off: the others arrive unaltered, and each lost one is counted."""
    chance = random.Random(seed)
    spool = journal(use_map=bool(seed % 2))
    put = [event(number) for number in range(250)]
    for item in put:
        spool.append(item)
    spool.sync()
    if seed % 3 == 0:
        spool.close()
    copy = died(directory)
    path = min((copy / "shop").glob("*.jsonl"))  # the sync has begun the next one
    data = bytearray(path.read_bytes())
    start = data.index(b"\n") + 1
    kind = chance.choice(["flip", "flips", "zeros", "cut"])
    for _ in range({"flip": 1, "flips": 8}.get(kind, 0)):
        data[chance.randrange(start, len(data))] ^= 1 << chance.randrange(8)
    at = chance.randrange(start, len(data))
    if kind == "zeros":
        data[at : at + 4096] = bytes(len(data[at : at + 4096]))
    if kind == "cut":
        del data[at:]
    path.write_bytes(data)
    heir = journal(copy)
    found = empty(heir)
    assert reader.events(bytes(data))[0] == found
    assert set(found) <= set(put)
    assert len(found) + heir.waiting().lost == len(put)
    heir.close()


needs_tools = pytest.mark.skipif(
    sys.platform == "win32" or not all(map(shutil.which, ("bash", "grep", "jq", "tail"))),
    reason="needs grep, jq and tail",
)


def transcript():
    """The commands of the page and what each says there."""
    text = (ROOT / "docs" / "journal.md").read_text("utf-8")
    block = text.partition("```console\n")[2].partition("```")[0]
    said = {}
    for line_ in block.splitlines():
        if line_.startswith("$ "):
            said[line_[2:]] = []
        else:
            said[list(said)[-1]].append(line_)
    return said


@needs_tools
def test_the_transcript_on_the_page_is_what_the_tools_say(journal, directory):
    """`grep`, `jq` and `tail` on the files that a process is writing, word by word."""
    wall = [1_764_355_200.0]
    clock = [1_000.0]
    spool = journal(clock=lambda: clock[0], wall=lambda: wall[0])
    for number in (1, 2, 3):
        spool.append(b'{"type":"order","identifiers":{"customer_id":"c%d"}}' % number)
        clock[0] += 1
    spool.dead_letter({spool.peek(1, MANY)[0][0]: "price: must be a number"}, "rejected")
    for command, said in transcript().items():
        where = command.replace("/var/spool/shop", str(directory))
        assert run("bash", "-c", f"cd {directory}/*/; {where}").splitlines() == said


@needs_tools
def test_one_customer_is_erased_as_the_page_says(journal, directory):
    """The others arrive, and what was taken out is counted."""
    spool = journal()
    put = [b'{"identifiers":{"customer_id":"c%d"}}' % number for number in range(5)]
    assert all(map(spool.append, put))
    spool.close()
    (path,) = (directory / "shop").glob("*.jsonl")
    page = (ROOT / "docs" / "journal.md").read_text("utf-8")
    (command,) = (line_ for line_ in page.splitlines() if line_.startswith("grep -v"))
    run("bash", "-c", command.replace("FILE", str(path)))
    heir = journal()
    assert empty(heir) == [put[number] for number in (0, 1, 3, 4)]
    assert heir.waiting().lost == 1


def run(*command):
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=True, timeout=10
    ).stdout


def make_golden():
    """Write the golden files anew: `python tests/spool/test_format.py`. Only for a new version of the format."""
    from zaius_logging import JournalSpool

    GOLDEN.mkdir(exist_ok=True)
    top = Path("/tmp/golden")  # noqa: S108 - by hand only
    shutil.rmtree(top, ignore_errors=True)
    for name in ("active", "sealed", "damaged"):
        spool = JournalSpool(top / name, "shop", boot="11111111-2222-3333-4444-555555555555")
        for number in range(8):
            spool.append(event(number))
        spool.append(b"\x00 no JSON \n")
        spool.append(event(9))
        places = [place for place, _ in spool.peek(3, MANY)]
        spool.remove(places[:2])
        spool.dead_letter({places[2]: "bad"}, "rejected")
        spool.sync()
        if name == "sealed":
            spool.close()
        (path,) = (top / name / "shop").glob("0*.jsonl")
        data = bytearray(path.read_bytes())
        wanted = {
            "events": [event(n).decode() for n in (3, 4, 5, 6, 7)]
            + ["\x00 no JSON \n", event(9).decode()]
        }
        wanted |= {"damaged": 0, "lost": 0}
        if name == "damaged":
            at = data.index(b'"n": 5')
            data[at] ^= 4
            del wanted["events"][2]
            wanted |= {"damaged": 1, "lost": 1}
        (GOLDEN / f"{name}.jsonl").write_bytes(
            data.rstrip(b"\n") + b"\n" * (1 + 500 * (name != "sealed"))
        )
        (GOLDEN / f"{name}.json").write_text(json.dumps(wanted, indent=1) + "\n")
        os.sync()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    make_golden()
