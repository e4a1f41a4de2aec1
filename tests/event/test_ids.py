"""Idempotence ids are UUID4s of the system's own randomness."""

import errno
import random
import re
import subprocess
import sys
import uuid

import pytest

from zaius_logging._event import ids as _ids
from zaius_logging._event.ids import new_id

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_an_id_is_a_uuid4():
    """RFC 9562: version 4, the RFC's variant, lower case, 36 characters; over many draws."""
    for _ in range(500):
        made = new_id()
        assert UUID4.fullmatch(made)
        assert uuid.UUID(made).version == 4
        assert uuid.UUID(made).variant == uuid.RFC_4122


def test_every_random_bit_is_used(monkeypatch):
    """All 122 free bits come through: none is lost, none doubled, whatever the system gives."""
    seen = set()
    for bit in range(128):
        raw = (1 << bit).to_bytes(16, "big")
        monkeypatch.setattr(_ids, "_bytes_of_the_system", lambda _, raw=raw: raw)
        seen.add(new_id())
    assert len(seen) == 122 + 1  # the six that version and variant replace make the same one


def test_a_system_without_the_call_that_keeps_the_lock(monkeypatch):
    """An old kernel, or a sandbox that does not know it: the other one is asked."""

    def lacks_it(size):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(_ids, "_bytes_of_the_system", lacks_it)
    assert UUID4.fullmatch(new_id())
    assert new_id() != new_id()


def test_a_seeded_random_module_does_not_repeat_ids():
    """Workers that seed `random` alike must not take each other's ids."""
    random.seed(1)
    first = new_id()
    random.seed(1)
    assert new_id() != first


def test_ids_differ():
    """No two of 10,000 are alike."""
    assert len({new_id() for _ in range(10_000)}) == 10_000


CLONES = """
import ctypes, os, sys
from zaius_logging._event.ids import new_id
stock = [new_id() for _ in range(100)]
make = new_id if sys.argv[1] == "new" else stock.pop
child = ctypes.CDLL(None).fork()
made = [make() for _ in range(100)]
if child:
    os.waitpid(child, 0)
print(*made, flush=True)
os._exit(0)
"""


def made_by_clones(how):
    """What a process and its clone made, by a fork in C: it runs no hook of Python's, as the restore of a snapshot.

    In a process without another thread, which could have the interpreter's lock at that moment: then the child hangs.
    """
    command = [sys.executable, "-c", CLONES, how]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    return ran.stdout.split()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs fork() of the C library")
def test_clones_of_a_process_give_different_ids():
    """Both go on from the same memory."""
    made = made_by_clones("new")
    assert len(made) == len(set(made)) == 200


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs fork() of the C library")
def test_a_stock_would_not_do():
    """The control: what is made in advance is in the memory that a clone copies."""
    made = made_by_clones("stock")
    assert len(made) == 2 * len(set(made)) == 200
