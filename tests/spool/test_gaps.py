"""What mutants of the journal went by: whose files, whose quota, and what counts as lost."""

import os
import shutil

import pytest

from zaius_logging._spool.journal.place import Place

MANY = 10**6


def put(spool, numbers):
    for number in numbers:
        assert spool.append(b'{"n":%d}' % number)


def items(spool):
    return [item for _, item in spool.peek(MANY, MANY)]


def corrupted(path, old, new):
    """Change bytes of a file in place, once."""
    data = path.read_bytes()
    assert data.count(old) == 1
    path.write_bytes(data.replace(old, new))


def test_files_of_numbers_count_in_the_quota(directory):
    """Each process has one in the folder, and the ended ones share the totals."""
    place = Place(directory, "shop", MANY)
    os.makedirs(place.path)
    for name in ("01795932770092312514-24854.stats.json", "totals.stats.json"):
        before = place.used()
        (directory / "shop" / name).write_bytes(b"x" * 4096)
        assert place.used() >= before + 4096, name
    now = place.used()
    (directory / "shop" / "somebody's.stats.json").write_bytes(b"x" * 4096)
    assert place.used() == now


def test_what_others_have_left_counts_in_the_quota(journal, directory):
    """Adopted files fill it as one's own do: together they stay below it."""
    big = b'{"n":"%b"}' % (b"x" * 1000)
    quota = 1024 * 1024
    dead = journal(max_bytes=quota)
    for _ in range(600):
        assert dead.append(big)
    dead.close()
    heir = journal(max_bytes=quota)
    heir.maintain()
    assert heir.waiting().count == 600
    taken = 0
    while heir.append(big):
        taken += 1
    assert 0 < taken < 400
    assert sum(path.stat().st_blocks * 512 for path in (directory / "shop").iterdir()) <= quota


def test_a_damaged_line_beyond_the_last_sync_is_missed_by_its_number(
    journal, directory, died, segments
):
    """The header does not know of it yet; a sound line after it does."""
    spool = journal(use_map=False)
    put(spool, [11, 22, 33])
    copy = died(directory)
    [path] = segments(where=copy)
    corrupted(path, b'{"n":22}', b'{"n":2?}')
    heir = journal(copy)
    heir.maintain()
    assert items(heir) == [b'{"n":11}', b'{"n":33}']
    heir.remove([id_ for id_, _ in heir.peek(MANY, MANY)])
    heir.maintain()
    assert heir.waiting().lost == 1


def test_a_damaged_last_line_is_counted_and_half_a_line_is_not(
    journal, directory, died, segments, tmp_path
):
    """Newer than the last sync: its end says that its call had returned, whatever the free rest behind it says."""
    spool = journal()
    put(spool, [11, 22, 33])
    copy = died(directory)
    [path] = segments(where=copy)
    whole = path.read_bytes()
    half = whole.rstrip(b"\n")[:-5].ljust(len(whole), b"\n")
    third = whole.replace(b'{"n":33}', b'{"n":3?}')
    both = third.replace(b'{"n":22}', b'{"n":2?}')
    spotted = [text[:-9] + b"\x0b" + text[-8:-2] + b"\x1a\n" for text in (third, both, half, whole)]
    assert {each[-20:-9] for each in spotted} == {b"\n" * 11}  # the free rest, damaged
    for number, (text, lost) in enumerate(
        zip((third, both, half, whole, *spotted), (1, 2, 0, 0) * 2, strict=True)
    ):
        path.write_bytes(text)
        one = tmp_path / f"{number}"
        shutil.copytree(copy, one)
        heir = journal(one)
        heir.maintain()
        whole_ones = [
            item for item in (b'{"n":11}', b'{"n":22}', b'{"n":33}') if item + b"}\n" in text
        ]
        assert items(heir) == whole_ones
        heir.remove([id_ for id_, _ in heir.peek(MANY, MANY)])
        heir.maintain()
        assert heir.waiting().lost == lost, number


def test_damage_to_what_was_delivered_costs_nothing(journal, directory, died, segments):
    """Its state says that it had left: it is not lost."""
    spool = journal(use_map=False)
    put(spool, [11, 22, 33])
    spool.remove([spool.peek(1, MANY)[0][0]])
    spool.sync()
    copy = died(directory)
    [path] = segments(where=copy)
    corrupted(path, b'{"n":11}', b'{"n":1?}')
    heir = journal(copy)
    heir.maintain()
    assert items(heir) == [b'{"n":22}', b'{"n":33}']
    heir.remove([id_ for id_, _ in heir.peek(MANY, MANY)])
    heir.maintain()
    assert heir.waiting().lost == 0


def test_a_header_with_a_wrong_checksum_is_nobodys(journal, segments, said):
    """Whose events these are, and how old, cannot be known: the file is named, and stays."""
    spool = journal()
    put(spool, [1])
    spool.close()
    [path] = segments()
    corrupted(path, b'"role":"own"', b'"role":"0wn"')
    heir = journal()
    heir.maintain()
    assert items(heir) == []
    corrupted(path, b'"role":"0wn"', b'"role":"own"')
    corrupted(path, b'"version":1,"account":"shop"', b'"version":1,"account":"shoq"')
    other = journal(account="shoq", path=path.parents[1])
    os.rename(path.parent, path.parent.with_name("shoq"))
    other.maintain()
    assert items(other) == []
    assert any("damaged in its first line" in line for line in said)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="gives a file away")
def test_another_users_dead_letters_are_left_alone(journal, directory, said):
    """They are not written to; that the reason could not be kept is said, without the event."""
    spool = journal()
    put(spool, [1])
    theirs = directory / "shop" / "dead-letters.jsonl"
    theirs.write_bytes(b"theirs\n")
    os.chown(theirs, 12345, 12345)
    spool.dead_letter({spool.peek(1, MANY)[0][0]: "why"}, "rejected")
    assert theirs.read_bytes() == b"theirs\n"
    assert spool.waiting().count == 0
    assert any("could not be kept" in line for line in said)


def test_a_link_is_not_written_through(journal, directory, tmp_path, said):
    """Who can write to the folder could point the name of our file at another of ours."""
    spool = journal()
    put(spool, [1])
    target = tmp_path / "mine.txt"
    target.write_bytes(b"mine\n")
    (directory / "shop" / "dead-letters.jsonl").symlink_to(target)
    spool.dead_letter({spool.peek(1, MANY)[0][0]: "why"}, "rejected")
    assert target.read_bytes() == b"mine\n"
    assert any("could not be kept" in line for line in said)
