"""A log is read over its rotations: real files, no network."""

import gzip
import os
import sys
import threading
import time

import pytest

from zaius_logging.cli.follow.logfile import LogFile, seen_of
from zaius_logging.cli.follow.rotation import Mark
from zaius_logging.cli.follow.tail import Tail
from zaius_logging.cli.reading.items import MAX_LINE, Found, Skipped, Unusable

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows renames no open file, and these logs rotate so"
)

BEGINNING = Mark(modified=0)


class Reader:
    """A thread that follows, as the command's does."""

    def __init__(self, log, mark=BEGINNING, patience=0.1, **more):
        self.items, self.places, self.said, self.marks = [], [], [], []
        self.tail = Tail(
            log, mark, self.marks.append, self.said.append, patience, shortest=0.01, **more
        )
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        for place, item in self.tail:
            self.places.append(place)
            self.items.append(item)

    def numbers(self):
        return [item.event["n"] for item in self.items if isinstance(item, Found)]

    def until(self, fact):
        deadline = time.monotonic() + 20
        while not fact():
            assert time.monotonic() < deadline, (self.items, self.said)
            assert self.thread.is_alive()
            time.sleep(0.01)

    def until_numbers(self, *numbers):
        self.until(lambda: len(self.numbers()) >= len(numbers))
        assert self.numbers() == list(numbers)

    def end(self):
        self.tail.stop.set()
        self.thread.join(20)
        return self.marks[-1] if self.marks else None


@pytest.fixture
def log(tmp_path):
    return tmp_path / "app.log"


@pytest.fixture
def follow(log):
    readers = []

    def begin(mark=BEGINNING, **more):
        readers.append(Reader(log, mark, **more))
        return readers[-1]

    yield begin
    for reader in readers:
        reader.end()


def put(path, *numbers, end="\n"):
    with path.open("a") as file:
        file.write("\n".join(f'{{"n": {number}}}' for number in numbers) + end)


def pack(path):
    packed = path.with_name(path.name + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    os.utime(packed, ns=(0, path.stat().st_mtime_ns))
    path.unlink()
    return packed


def move(log, keep=9):
    """Rotate as logging.handlers.RotatingFileHandler does."""
    for number in range(keep, 0, -1):
        for ending in ("", ".gz"):
            old = log.with_name(f"{log.name}.{number}{ending}")
            if old.exists():
                old.rename(log.with_name(f"{log.name}.{number + 1}{ending}"))
    return log.rename(log.with_name(f"{log.name}.1"))


def test_a_log_that_comes_later(log, follow):
    """The file need not exist; what is written to it is read from its beginning."""
    reader = follow()
    put(log, 1, 2)
    reader.until_numbers(1, 2)
    put(log, 3)
    reader.until_numbers(1, 2, 3)
    assert [item.origin.line for item in reader.items] == [1, 2, 3]


def test_a_line_is_read_once_it_has_an_end(log, follow):
    """Half a line is no line; the mark stays before it."""
    reader = follow()
    put(log, 1)
    put(log, 2, end="")
    reader.until_numbers(1)
    put(log, 3, end="")
    assert reader.marks[-1].offset == len('{"n": 1}\n')
    with log.open("a") as file:
        file.write("\n")
    reader.until(lambda: len(reader.items) == 3)  # {"n": 2}{"n": 3}


def test_log_lines_blank_lines_and_a_byte_order_mark(log, follow):
    """All move the mark; blank lines are nothing, and the mark of an encoding is no text."""
    reader = follow()
    log.write_bytes(b'\xef\xbb\xbf{"n": 1}\n\n \r\n{"message": "x"}\nnope\n')
    reader.until(lambda: len(reader.items) == 3)
    assert [type(item) for item in reader.items] == [Found, Skipped, Skipped]
    reader.until(lambda: reader.marks[-1].line == 5)
    assert reader.marks[-1].offset == log.stat().st_size


def test_an_endless_line_is_not_held(log, follow):
    """It is reported with its line, and what comes after it is read."""
    log.write_bytes(b"x" * (2 * MAX_LINE + 7) + b'\n{"n": 2}\n')
    reader = follow()
    reader.until_numbers(2)
    (long, good) = reader.items
    assert (long.reason, long.origin.line) == ("is longer than 4,000,000 bytes", 1)
    assert good.origin.line == 2
    assert reader.tail.mark is BEGINNING


def test_a_renamed_log_is_read_to_its_end_first(log, follow):
    """Also what a late writer adds to it, and a last line that has no end."""
    put(log, 1)
    reader = follow(patience=0.5)
    reader.until_numbers(1)
    old = move(log)
    put(log, 4)
    put(old, 2)
    put(old, 3, end="")
    reader.until_numbers(1, 2, 3, 4)
    assert reader.said == []


def test_a_deleted_log(log, follow):
    """What was written to it before is read; a new one is read from its beginning."""
    put(log, 1)
    reader = follow()
    reader.until_numbers(1)
    put(log, 2)
    reader.until_numbers(1, 2)
    log.unlink()
    put(log, 3)
    reader.until_numbers(1, 2, 3)


def test_an_emptied_log_with_a_copy(log, follow):
    """As copytruncate does it: what was not yet read is in the copy."""
    put(log, 1)
    reader = follow()
    reader.until_numbers(1)
    put(log, *range(2, 2000))
    log.with_name("app.log.1").write_bytes(log.read_bytes())
    os.truncate(log, 0)
    put(log, 2000)
    reader.until_numbers(*range(1, 2001))
    assert reader.said == []


def test_an_emptied_log_without_a_copy(log, follow):
    """It is read from its beginning, and that something may have been missed is reported."""
    put(log, 1, 2)
    reader = follow()
    reader.until_numbers(1, 2)
    os.truncate(log, 0)
    reader.until(lambda: reader.said)
    assert f"{log} was emptied: it is read from its beginning" in reader.said[0]
    put(log, 3)
    reader.until_numbers(1, 2, 3)


def test_a_log_that_was_emptied_and_has_grown_again(log, follow):
    """Larger than before when it is looked at: the bytes before our place show it."""
    put(log, 1, 2)
    reader = follow()
    reader.until_numbers(1, 2)
    with log.open("r+") as file:  # in one step: no look comes between
        file.write('{"n": 7}\n{"n": 8}\n{"n": 9}\n')
    reader.until_numbers(1, 2, 7, 8, 9)


def test_a_log_that_changes_between_a_look_and_a_read(log):
    """Emptied and grown again just before the next read: nothing of it is taken for what follows our place."""
    put(log, 1, 2)
    file = LogFile(seen_of(str(log), str(log)))
    lines = file.lines()
    assert [next(lines).raw, next(lines).raw] == [b'{"n": 1}\n', b'{"n": 2}\n']
    with log.open("r+") as other:
        other.write('{"n": 7}\n{"n": 8}\n{"n": 9}\n')
    assert list(lines) == []
    _, ours = file.look()
    assert not ours
    file.close()


@pytest.mark.parametrize("how", ["plain", "packed", "delayed"])
def test_several_rotations_while_nobody_looked(log, follow, how):
    """The old file is found by its inode or, packed, by what it holds; each is read, in order, once."""
    put(log, 1, 2, 3)
    reader = follow()
    reader.until_numbers(1, 2, 3)
    mark = reader.end()
    put(log, 4)
    for number in (5, 6, 7):
        old = move(log)
        if how == "packed":
            pack(old)
        elif how == "delayed" and (older := log.with_name("app.log.2")).exists():
            pack(older)
        put(log, number)
    again = follow(mark)
    again.until_numbers(4, 5, 6, 7)
    assert again.said == []
    assert [item.origin.line for item in again.items] == [4, 1, 1, 1]


def test_a_log_that_was_emptied_while_nobody_looked(log, follow):
    """The copy is found by what it holds."""
    put(log, 1)
    reader = follow()
    reader.until_numbers(1)
    mark = reader.end()
    put(log, 2)
    pack_me = log.with_name("app.log.1")
    pack_me.write_bytes(log.read_bytes())
    pack(pack_me)
    os.truncate(log, 0)
    put(log, 3)
    follow(mark).until_numbers(2, 3)


def test_an_old_file_that_is_gone_is_told(log, follow):
    """What came after it is read; what was in it may have been missed, and unreadable files are named."""
    put(log, 1)
    reader = follow()
    reader.until_numbers(1)
    mark = reader.end()
    log.unlink()
    log.with_name("app.log.1.xz").write_bytes(b"?")
    put(log, 2)
    again = follow(mark)
    again.until_numbers(2)
    assert "lines may have been missed (app.log.1.xz cannot be read; gzip can)" in again.said[0]


def test_a_rotation_before_the_first_event_arrived(log, follow):
    """A mark at the beginning stands before all that came since, wherever it is now."""
    put(log, 1)
    status = log.stat()
    mark = Mark(status.st_dev, status.st_ino, modified=status.st_mtime_ns)
    pack(move(log))
    put(log, 2)
    reader = follow(mark)
    reader.until_numbers(1, 2)
    assert reader.said == []


def test_the_first_start_reads_the_log_alone(log, follow):
    """What was rotated before, and packed just now, is nobody's wish; a rotation since then is."""
    put(log, 2)
    put(log.with_name("app.log.1"), 1)
    pack(log.with_name("app.log.1"))
    status = log.stat()
    mark = Mark(status.st_dev, status.st_ino, modified=status.st_mtime_ns)
    follow(mark, fresh=True).until_numbers(2)
    os.utime(log.with_name("app.log.1.gz"), (0, 0))
    move(log)
    put(log, 3)
    follow(mark, fresh=True).until_numbers(2, 3)


def test_a_packed_file_that_is_damaged(log, follow):
    """It is reported where; what came after it is read."""
    put(log, *range(1, 1000))
    packed = pack(move(log))
    packed.write_bytes(packed.read_bytes()[:-40])
    put(log, 1000)
    reader = follow()
    reader.until(lambda: reader.numbers()[-1:] == [1000])
    (bad,) = [item for item in reader.items if isinstance(item, Unusable)]
    assert bad.reason == (
        "its compressed data ends too soon (is it a part of a file?); nothing from here on was read"
    )


@pytest.mark.parametrize("numbers", [(1, 2, 3)])
def test_a_link_to_the_log(log, follow, tmp_path, numbers):
    """As in Kubernetes: the name is a link, and the files are rotated elsewhere."""
    pods = tmp_path / "pods"
    pods.mkdir()
    real = pods / "0.log"
    put(real, 1)
    log.symlink_to(real)
    reader = follow()
    reader.until_numbers(1)
    mark = reader.end()
    put(real, 2)
    real.rename(pods / "0.log.20260131-120000")
    put(real, 3)
    again = follow(mark)
    again.until_numbers(2, 3)
    assert again.said == []
    assert [*reader.numbers(), *again.numbers()] == list(numbers)


def test_places_are_the_same_wherever_a_line_is_read(log, follow):
    """An id that is made of the place is the same again after a restart, a rename and packing."""
    put(log, 1, 1, 1)
    reader = follow()
    reader.until_numbers(1, 1, 1)
    mark = reader.marks[0]
    reader.end()
    pack(move(log))
    again = follow(mark)
    again.until_numbers(1, 1)
    assert again.places == reader.places[1:]
    assert len(set(reader.places)) == 3


@pytest.mark.slow
def test_a_silent_log_costs_next_to_nothing(log, follow):
    """Between a quarter of a second and a second pass between two looks."""
    put(log, 1)
    reader = follow()
    reader.tail.shortest = 0.25
    reader.until_numbers(1)
    before = os.times()
    waited = time.monotonic()
    time.sleep(2.0)  # not to wait for a fact: silence is what is measured
    seconds = time.monotonic() - waited
    after = os.times()
    used = after.user + after.system - before.user - before.system
    assert used / seconds < 0.05


def test_a_log_in_utf_16_is_not_passed_over(log, follow):
    """PowerShell's > writes so: no line of it would look like an event, or like anything else."""
    log.write_text('{"type": "a"}\n', "utf-16")
    reader = follow()
    reader.until(lambda: reader.items)
    assert reader.items[0].reason == "is UTF-16 text, in which no events are found"
