"""Where to read next in a rotated log: decisions alone, with neither files nor clock."""

import pytest

from zaius_logging.cli.follow.rotation import (
    Mark,
    Seen,
    Step,
    compare,
    holder,
    rotated,
    step,
    successor,
)

SECOND = 1_000_000_000
LIVE = Seen("app.log", 1, 10, 100, 1000 * SECOND)


def seen(name, inode, modified=0, size=100):
    return Seen(name, 1, inode, size, modified * SECOND)


def of(*inodes):
    """Only the files of these inodes hold the mark."""
    return lambda each: each.inode in inodes


def never(_):
    return False


@pytest.mark.parametrize(
    ("read", "facts", "live", "wanted"),
    [
        (100, {}, LIVE, Step.WAIT),
        (60, {}, LIVE, Step.READ),
        (120, {}, LIVE, Step.CUT),
        (100, {"ours": False}, LIVE, Step.CUT),
        (60, {"ours": False}, LIVE, Step.CUT),
        (60, {"quiet": 99}, seen("app.log", 11), Step.READ),
        (100, {"quiet": 4}, seen("app.log", 11), Step.WAIT),
        (100, {"quiet": 5}, seen("app.log", 11), Step.NEXT),
        (100, {"quiet": 99}, LIVE, Step.WAIT),
        (100, {"quiet": 4}, None, Step.WAIT),
        (100, {"quiet": 5}, None, Step.NEXT),
    ],
)
def test_what_to_do_at_the_end_of_a_file(read, facts, live, wanted):
    """It grew, it was emptied, it was renamed and is silent, or there is nothing to do."""
    facts = {"ours": True, "quiet": 0.0, "patience": 5.0, **facts}
    assert step(read, LIVE, live, **facts) is wanted


@pytest.mark.parametrize(
    "name",
    [
        *("app.log.1", "app.log.12.gz", "app.log-20260131", "app.log-20260131-1769817600.gz"),
        *("app.log.2026-01-31", "app.log.2026-01-31_12-05", "app-20260131.log", "app.log.3.xz"),
        *("app-2026-01-31.log.gz", "app.2026-01-31T10.log", "app.log_1"),
    ],
)
def test_names_of_rotated_files(name):
    """What logrotate, logging.handlers and others make of `app.log`."""
    assert rotated("app.log", ["app.log", name]) == [name]


@pytest.mark.parametrize(
    "name",
    [
        *("app.log", "app.log.lock", "app.log.position", "app.log.bak", "app.log.swp"),
        *("app-2.log", "app2.log", "other.log.1", "myapp.log.1", "app.log.gz", "app.log.1.txt"),
    ],
)
def test_names_of_others(name):
    """What is not the log's, or may be another log, is never read."""
    assert rotated("app.log", [name]) == []


def test_a_file_that_is_being_packed_is_read_unpacked():
    """As long as both are there, the packed one may be half written."""
    assert rotated("app.log", ["app.log.1", "app.log.1.gz", "app.log.2.gz"]) == [
        "app.log.1",
        "app.log.2.gz",
    ]


def test_a_mark_is_found_by_inode():
    """Renamed once or often: the inode shows, if the bytes before the mark agree."""
    mark = Mark(1, 7, offset=50, modified=5 * SECOND)
    files = [LIVE, seen("app.log.1", 8, 9), seen("app.log.2", 7, 6)]
    assert holder(mark, files, of(7)) is files[2]


def test_an_inode_that_was_given_again_is_not_taken_for_the_file():
    """The log was packed, and its inode is now another's: what the packed file holds decides."""
    mark = Mark(1, 10, offset=50, modified=5 * SECOND)
    files = [LIVE, seen("app.log.1.gz", 8, 9)]
    assert holder(mark, files, of(8)) is files[1]


def test_a_copy_is_preferred_to_a_packed_one_and_old_ones_are_not_read():
    """What was last changed before the mark was made cannot hold what came later."""
    mark = Mark(1, 10, offset=50, modified=50 * SECOND)
    packed, copy, old = seen("app.log.2.gz", 4, 60), seen("app.log.1", 5, 70), seen("a.3", 6, 40)
    assert holder(mark, [LIVE, packed, old, copy], of(4, 5, 6)) is copy
    assert holder(mark, [LIVE, old], of(6)) is None


def test_a_packer_that_keeps_whole_seconds_deceives_nobody():
    """A packed file gets from logrotate the time of the log, without its fraction."""
    mark = Mark(1, 10, offset=50, modified=50 * SECOND + 900_000_000)
    packed = seen("app.log.1.gz", 4, 50)
    assert holder(mark, [LIVE, packed], of(4)) is packed


def test_nothing_is_sought_for_a_mark_before_everything():
    """At offset 0 nothing was read: all that was changed since is to be read, wherever it is now."""
    mark = Mark(1, 10, modified=50 * SECOND)
    assert holder(mark, [LIVE], of(10)) is None
    others = [seen("app.log.1", 3, 70), seen("app.log.2", 2, 50), seen("app.log.3", 1, 49)]
    assert successor(mark, LIVE, others, never) is others[1]


def test_after_several_rotations_each_is_read_the_oldest_first():
    """From the file that is done with to the log, without a gap."""
    one, two, three = (seen(f"app.log.{n}", n, 500 - 100 * n) for n in (1, 2, 3))
    files = [one, three, two]
    assert successor(three, LIVE, files, never) is two
    assert successor(two, LIVE, files, never) is one
    assert successor(one, LIVE, files, never) is LIVE
    assert successor(LIVE, LIVE, [], never) is None
    assert successor(one, None, files, never) is None


def test_numbers_decide_where_times_are_near():
    """A writer that was late to let go of an old file makes it look younger than the next."""
    older, younger = seen("app.log.2", 1, 103), seen("app.log.1", 2, 101)
    assert compare(older, younger) < 0 < compare(younger, older)
    assert successor(older, LIVE, [older, younger], never) is younger
    assert compare(seen("app.log.1", 1, 100), seen("app.log.2", 2, 200)) < 0
    assert compare(seen("app.log-20260131", 1, 1), seen("app.log-20260201", 2, 1)) < 0


def test_a_copy_of_what_was_read_is_passed_over():
    """Empty files, unreadable ones and copies are no successors."""
    done = seen("app.log.3", 3, 100)
    others = [
        seen("app.log.2.gz", 4, 200),
        seen("app.log.2.xz", 5, 200),
        seen("app.log.1", 6, 300, size=0),
    ]
    assert successor(done, LIVE, others, of(4)) is LIVE
