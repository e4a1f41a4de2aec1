"""Idempotence ids are UUID4s of the system's own randomness."""

import ctypes
import errno
import os
import random
import re
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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs fork() of the C library")
def test_clones_of_a_process_give_different_ids():
    """A fork in C runs no hook of Python's, as the restore of a snapshot: both go on from the same memory."""
    new_id()
    reading, writing = os.pipe()
    pid = ctypes.CDLL(None).fork()
    if pid == 0:
        os.write(writing, "".join(new_id() for _ in range(100)).encode())
        os._exit(0)
    mine = {new_id() for _ in range(100)}
    os.waitpid(pid, 0)
    clones = os.read(reading, 3600).decode()
    os.close(reading)
    os.close(writing)
    assert len(clones) == 3600
    assert mine.isdisjoint(clones[i : i + 36] for i in range(0, 3600, 36))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs fork() of the C library")
def test_a_stock_would_not_do():
    """The control: what is made in advance is in the memory that a clone copies."""
    stock = [new_id() for _ in range(100)]
    reading, writing = os.pipe()
    pid = ctypes.CDLL(None).fork()
    if pid == 0:
        os.write(writing, stock.pop().encode())
        os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(reading, 36).decode() == stock.pop()
    os.close(reading)
    os.close(writing)
