"""Promise 3, without gaps: killed at each system call, a life loses nothing and starts again at once."""

import shutil
import sys

import pytest
from faults import syscalls

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("strace") is None, reason="needs strace"
)


def assert_kept(tally):
    assert (tally.lost, tally.altered, tally.reordered) == (0, 0, 0), tally
    assert tally.worst_restart < 10, tally
    assert tally.trials > len(tally.notes), "strace killed nothing"


def test_killed_at_every_tenth_call():
    """Writes, syncs, removals and sends of a whole life, every tenth of them."""
    assert_kept(syscalls.run(step=10, calls=("pwrite64", "unlink", "sendto")))


def test_a_spool_that_forgets_too_early_is_caught():
    """The control: killed as it sends, a spool that has forgotten the batch loses it."""
    assert syscalls.run(step=4, calls=("sendto",), spool="eager").lost > 0


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_killed_at_every_call():
    """The long form."""
    assert_kept(syscalls.run())
