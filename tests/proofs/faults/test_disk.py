"""Promise 11: a disk that fails costs no exception, no hang, and no event that is not counted."""

import shutil
import sys

import pytest
from faults import disk

needs_strace = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("strace") is None, reason="needs strace"
)


@pytest.fixture
def small_disk():
    with disk.small_disk() as path:
        if path is None:
            pytest.skip("needs the right to mount a file system")
        yield path


@needs_strace
def test_any_call_may_fail():
    """EIO, ENOSPC, EROFS, EDQUOT and EACCES out of writes, syncs, reads and removals, at random."""
    tally = disk.errors(6)
    assert (tally.altered, tally.reordered) == (0, 0), tally


@needs_strace
def test_a_spool_that_does_not_hear_errors_is_caught():
    """The control: what is taken for committed though a write failed is lost, and the proof says so."""
    assert disk.errors(8, calls=("pwrite64",), spool="blind", within=2).lost > 0


@pytest.mark.parametrize("trouble", disk.TROUBLES)
def test_a_broken_disk_is_survived_and_returned_to(trouble, small_disk):
    """While it is broken, events wait in memory; when it is cured, all arrive."""
    tally = disk.troubles(2, small_disk, (trouble,))
    assert (tally.lost, tally.altered, tally.reordered) == (0, 0, 0), tally


def test_a_spool_that_does_not_look_is_caught(small_disk):
    """The control: what is taken for committed when the disk has said no is lost, and the proof says so."""
    assert disk.troubles(2, small_disk, (disk.full,), spool="blind").lost > 0


@pytest.mark.full
@pytest.mark.timeout(3600)
@needs_strace
def test_any_call_may_fail_at_length():
    """The long form."""
    tally = disk.errors(400, seed=1)
    assert (tally.altered, tally.reordered) == (0, 0), tally


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_broken_disks_at_length(small_disk):
    """The long form."""
    tally = disk.troubles(400, small_disk, seed=1)
    assert (tally.lost, tally.altered, tally.reordered) == (0, 0, 0), tally
