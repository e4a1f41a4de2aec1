"""The next file is begun before the active one is full: who reads beside the writer, or removes files, meanwhile."""

import os
import shutil
from itertools import count
from pathlib import Path

import pytest
import reader

from zaius_logging._spool.journal import agent, look, place
from zaius_logging._spool.journal.files import File
from zaius_logging._spool.journal.segment import Segment

MANY = 10**9
PAD = b"x" * 200


def put(spool, made):
    made.append(b'{"n":%d,"p":"%b"}' % (len(made), PAD))
    assert spool.append(made[-1])


def put_until_begun(spool):
    made = []
    put(spool, made)
    while len(spool._writer.own) == 1:
        put(spool, made)
        spool._writer.prepare()
    return made


def put_into_the_next(spool, made):
    files = len(spool._writer.own)
    while len(spool._writer.own) == files:
        put(spool, made)


def test_it_is_begun_by_the_thread_that_syncs(journal, segments):
    """With room in the active one for what comes meanwhile; and what a call finds begun it uses, whatever its size."""
    spool = journal()
    made = put_until_begun(spool)
    first, second = spool._writer.own
    assert first.limit - first.end() < first.limit // 2
    assert second.limit == 4 * first.limit
    assert [str(path) for path in segments()] == [first.file.path, second.file.path]
    spool._writer.prepare()  # nothing was put there yet
    assert spool._writer.own == [first, second]
    made.append(b'{"n":%d,"p":"%b"}' % (len(made), b"x" * second.limit))
    assert spool.append(made[-1])
    assert [item for _, item in spool.peek(MANY, MANY)] == made


def test_a_full_one_that_somebody_has_removed_is_not_let_go_of(journal, directory):
    """Where an agent sends: its events are kept anew, though nobody had looked between its removal and its end."""
    writer = journal(deliver=False)
    made = []
    put(writer, made)
    Path(writer._writer.own[0].file.path).unlink()
    put_into_the_next(writer, made)
    writer.maintain()
    writer.sync()
    writer.close()
    sender = agent.AgentSpool(directory, "shop")
    sender.maintain()
    assert [item for _, item in sender.peek(MANY, MANY)] == made
    sender.close()


def test_one_that_somebody_has_removed_just_before_the_end_is_kept(journal, directory, said):
    """A close writes again what nobody has sent."""
    spool = journal()
    made = put_until_begun(spool)
    for path in (directory / "shop").glob("*.jsonl"):
        path.unlink()
    spool.close()
    assert spool.waiting().count == len(made)
    heir = journal()
    heir.maintain()
    assert [item for _, item in heir.peek(MANY, MANY)] == made
    assert "has removed" in said[0]


@pytest.mark.parametrize("begun", ["by the call", "before"])
def test_an_agent_reads_the_full_one_to_its_end_first(journal, directory, monkeypatch, begun):
    """The writer goes on in the next file just after the agent has counted the one before."""
    writer, made = journal(deliver=False), []
    put(writer, made)
    sender = agent.AgentSpool(directory, "shop")
    sender.maintain()
    counted, counts = [], agent.Followed.count

    def count(segment):
        counts(segment)
        if not counted:
            counted.append(segment)
            while begun == "before" and len(writer._writer.own) == 1:
                put(writer, made)
                writer._writer.prepare()
            put_into_the_next(writer, made)

    monkeypatch.setattr(agent.Followed, "count", count)
    found = []
    while len(found) < len(made) or not counted:
        pairs = sender.peek(MANY, MANY)
        found += [item for _, item in pairs]
        sender.remove([place for place, _ in pairs])
        sender._adopt_due = 0.0
        sender.maintain()
    assert found == made
    sender.close()


@pytest.mark.parametrize("who", ["writer", "agent"])
def test_a_call_that_found_the_first_before_the_second_was_begun(
    journal, directory, monkeypatch, who
):
    """It puts a line there after that was counted, its thread the next one into the second, which is counted then."""
    writer = journal(deliver=who == "writer")
    made = put_until_begun(writer)
    sender = writer if who == "writer" else agent.AgentSpool(directory, "shop")
    sender.maintain() if who == "agent" else None
    first, _ = writer._writer.own
    late, counts = [], Segment.count

    def count(segment):
        counts(segment)
        if not late:
            late.extend([b'{"late":1}', b'{"late":2}'])
            assert first.put(late[0])
            assert writer.append(late[1])

    monkeypatch.setattr(Segment, "count", count)
    found = [item for _, item in sender.peek(MANY, MANY)]
    assert late
    found += [item for _, item in sender.peek(MANY, MANY) if item not in found]
    assert found == made + late
    sender.close()


def test_who_follows_reads_the_full_one_to_its_end_first(journal, directory, monkeypatch):
    """As `zaius-logging spool tail` does."""
    writer = journal()
    made = []
    put(writer, made)
    follower = look.Follower(str(directory / "shop"))
    read, lines = [], look._lines

    def reads(file, *span):
        yield from lines(file, *span)
        if not read:
            read.append(file)
            put_into_the_next(writer, made)

    monkeypatch.setattr(look, "_lines", reads)
    found = []
    while len(found) < len(made):
        found += [line.item for line in follower.new()]
    follower.close()
    assert found == made


def test_who_follows_sees_a_late_line_of_the_first_before_those_after_it(
    journal, directory, monkeypatch
):
    """A call had found the first one before the second was begun, and puts its line there between two reads."""
    writer = journal()
    made = put_until_begun(writer)
    follower = look.Follower(str(directory / "shop"))
    late, lines = [], look._lines

    def reads(file, *span):
        yield from lines(file, *span)
        if not late:
            late.extend([b'{"late":1}', b'{"late":2}'])
            assert writer._writer.own[0].put(late[0])
            assert writer.append(late[1])

    monkeypatch.setattr(look, "_lines", reads)
    found = [line.item for line in follower.new()]
    found += [line.item for line in follower.new()]
    follower.close()
    assert found == made + late


@pytest.mark.parametrize("sync", ["interval", "always"])
@pytest.mark.parametrize("how", ["file", "folder"])
def test_one_that_somebody_has_removed_is_not_used(journal, directory, how, sync):
    """However long before: what is put there would be gone with the process."""
    spool = journal(sync=sync)
    made = put_until_begun(spool)
    if how == "file":
        Path(spool._writer.own[-1].file.path).unlink()
    else:
        shutil.rmtree(directory)
    spool.sync()
    put(spool, made)
    stored = [
        item
        for path in sorted((directory / "shop").glob("*.jsonl"))
        for item in reader.events(path.read_bytes())[0]
    ]
    assert sorted(stored) == sorted(made)


def test_what_is_on_its_way_when_its_file_is_removed_takes_nothing_else_along(journal, directory):
    """Its events are kept anew, and sent twice: in the new file others may stand where they stood in the old one."""
    spool = journal()
    made = []
    for _ in range(10):
        put(spool, made)
    spool.remove([place for place, _ in spool.peek(1, MANY)])
    on_its_way = [place for place, _ in spool.peek(4, MANY)]
    Path(spool._writer.own[0].file.path).unlink()
    spool.sync()
    spool.expired(MANY)  # reads the new one, as the sender does between two tries
    spool.remove(on_its_way)
    assert [item for _, item in spool.peek(MANY, MANY)] == made[1:]


def test_a_file_that_is_begun_survives_a_power_cut_as_a_whole(journal, monkeypatch):
    """Its header is synced, though nothing was put there yet: else an empty file would look damaged."""
    spool, synced = journal(), []
    put_until_begun(spool)
    monkeypatch.setattr(File, "sync", lambda file: synced.append(file.path))
    spool.sync()
    assert spool._writer.own[-1].file.path in synced


def test_what_is_kept_anew_is_counted_once(journal):
    """By whoever asks before the next look at all."""
    spool, made = journal(), []
    put(spool, made)
    spool.maintain()
    Path(spool._writer.own[0].file.path).unlink()
    spool.sync()
    assert spool.waiting().count == len(made)


def test_a_close_leaves_no_file_without_an_event(journal, segments):
    """Where an agent sends, too."""
    spool = journal(deliver=False)
    put_until_begun(spool)
    spool.close()
    assert len(segments()) == 1


def test_a_full_file_frees_its_rest_at_the_next_sync(journal, segments):
    """Whoever else is in the middle of a request: it counts in the quota."""
    spool = journal()
    put_until_begun(spool)
    before = segments()[0].stat().st_size
    spool.sync()
    assert segments()[0].stat().st_size < before


def test_one_that_is_removed_before_it_has_its_name_is_made_again(journal, monkeypatch):
    """A cleaner may be that fast; the call goes on."""
    spool, made, renamed = journal(), [], []
    rename = os.rename

    def removed(source, target):
        renamed.append(source)
        if len(renamed) == 1:
            os.unlink(source)
        rename(source, target)

    monkeypatch.setattr(os, "rename", removed)
    put(spool, made)
    assert (len(renamed), spool.degraded) == (2, False)
    assert [item for _, item in spool.peek(MANY, MANY)] == made


def test_a_call_goes_on_in_the_last_one_though_it_began_an_earlier_one(journal, monkeypatch):
    """Another thread's is behind it by then: who has seen that one expects nothing before it."""
    spool, made, begun = journal(), [], []
    rename = os.rename

    def late(source, target):
        rename(source, target)
        if not begun:
            begun.append(target)
            spool._writer.fresh()

    monkeypatch.setattr(os, "rename", late)
    put(spool, made)
    first, second = spool._writer.own
    assert first.file.path == begun[0]
    assert (first.end(), second.end() > second.start) == (first.start, True)


def test_what_waits_in_memory_is_not_taken_for_what_others_have_left(journal, directory):
    """Both have numbers: a number of the one is none of the other."""
    gone, made = journal(), []
    for _ in range(5):
        put(gone, made)
    gone.close()
    spool = journal()
    spool.maintain()
    left = [place for place, _ in spool.peek(MANY, MANY)]
    assert len(left) == 5
    spool._fail(OSError())
    for number in range(3_000):
        assert spool.append(b'{"held":%d}' % number)
    spool.remove(left)
    assert len(spool._memory.items) == 3_000


def test_a_process_never_runs_out_of_names(monkeypatch, journal, directory, died):
    """A name has six digits for the number of a file; the next million files sort after the first."""
    monkeypatch.setattr(place, "_serials", count(10**6 - 5))
    spool, made = journal(), []
    for _ in range(4):
        put_into_the_next(spool, made)
    assert len({path.name.partition("-")[0] for path in (directory / "shop").glob("*.jsonl")}) == 2
    left = died(directory)
    heir = journal(left)
    heir.maintain()
    assert [item for _, item in heir.peek(MANY, MANY)] == made
