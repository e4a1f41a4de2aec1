"""The published contract of a lease: ours in Redis keeps it, and each promise is broken by one that is wrong on purpose."""

import subprocess
import sys
import threading
import time

import pytest

from zaius_logging._fleet.redis_lease import RedisLease
from zaius_logging._fleet.server import Server
from zaius_logging._transport.redis_address import redis_address
from zaius_logging.testing.contracts import check_lease

SECONDS = 0.4


@pytest.mark.both
def test_ours_in_redis_keeps_it(server):
    """By the scripts that a relay runs."""
    names = iter(range(1000))

    def make():
        address = redis_address(server.url())
        return RedisLease(Server(address), f"relay-{next(names)}", SECONDS)

    assert [each for each in check_lease(make) if not each.passed] == []


class Place:
    """What a lease is kept in: one for all who ask."""

    def __init__(self):
        self.lock = threading.Lock()
        self.owner, self.until, self.count = None, 0.0, 0


class Sound:
    """A lease of one process, which is right."""

    seconds = SECONDS

    def __init__(self, place):
        self.place = place

    def _ended(self):
        return time.monotonic() >= self.place.until

    def acquire(self):
        with self.place.lock:
            if not self._ended():
                return None
            self.place.count += 1
            self.place.owner = self._name()
            self.place.until = time.monotonic() + self.seconds
            return self.place.owner

    def _name(self):
        return str(self.place.count)

    def renew(self, token):
        with self.place.lock:
            if not self._mine(token):
                return False
            self.place.until = time.monotonic() + self.seconds
            return True

    def _mine(self, token):
        return self.place.owner == token and not self._ended()

    def holds(self, token):
        with self.place.lock:
            return self._mine(token)

    def release(self, token):
        with self.place.lock:
            if self._mine(token):
                self.place.until = 0.0

    def close(self):
        pass


class Unguarded(Sound):
    """Looks, and then takes: two may see that it is free."""

    looking = threading.Barrier(8)

    def acquire(self):
        free = self._ended()
        if threading.current_thread() is not threading.main_thread():
            self.looking.wait(5)
        if not free:
            return None
        self.place.until = 0.0
        return super().acquire()


class NeverEnding(Sound):
    def _ended(self):
        return self.place.until == 0.0


class EndsEarly(Sound):
    def _ended(self):
        return time.monotonic() >= self.place.until - 0.75 * self.seconds


class Unfenced(Sound):
    """Whoever had it once has it again by renewing."""

    def _mine(self, token):
        return not self._ended()


class Nameless(Sound):
    def _name(self):
        return "the lease"


class Forgetful(Sound):
    """Closing gives it back."""

    def close(self):
        self.place.until = 0.0


class Kept(Sound):
    """It cannot be given back."""

    def release(self, token):
        pass


def test_a_sound_one_passes():
    """So what the wrong ones are caught for is what is wrong with them."""
    place = Place()
    assert [each for each in check_lease(lambda: Sound(place)) if not each.passed] == []


@pytest.mark.parametrize(
    ("wrong", "fact"),
    [
        (Unguarded, "Of many who ask"),
        (NeverEnding, "A holder that is not heard of"),
        (EndsEarly, "A holder that is not heard of"),
        (Unfenced, "A grant that has ended"),
        (Nameless, "Each grant has a name"),
        (Forgetful, "Closing gives nothing back"),
        (Kept, "Given back"),
    ],
)
def test_the_control_a_broken_lease_is_caught(wrong, fact):
    """By the check that names its fault, among others perhaps."""
    place = Place()
    found = check_lease(lambda: wrong(place), only=("P3", "P4", "P7", "P8", "P14"))
    broken = [each.fact for each in found if not each.passed]
    assert [each for each in broken if each.startswith(fact)]


def test_the_command_takes_a_lease(server, tmp_path):
    """`certify module:make`, as for spools and transports."""
    tmp_path.joinpath("mine.py").write_text(
        "from zaius_logging._fleet.redis_lease import RedisLease\n"
        "from zaius_logging._fleet.server import Server\n"
        "from zaius_logging._transport.redis_address import redis_address\n"
        f"def lease(): return RedisLease(Server(redis_address({server.url()!r})), 'a', {SECONDS})\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "zaius_logging", "certify", "mine:lease"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "12 of 12 are kept; 7 not checked." in done.stdout
