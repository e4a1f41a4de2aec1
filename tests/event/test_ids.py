"""Idempotence ids are UUID4s of the system's own randomness."""

import os
import random
import re
import runpy
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
    """All 122 free bits come through: none is lost, none doubled, whatever `urandom` gives."""
    for bit in range(128):
        raw = (1 << bit).to_bytes(16, "big")
        monkeypatch.setattr(_ids, "urandom", lambda _, raw=raw: raw * 7)
        assert _ids._made(7) == [str(uuid.UUID(bytes=raw, version=4))] * 7


def test_a_seeded_random_module_does_not_repeat_ids():
    """Workers that seed `random` alike must not take each other's ids."""
    random.seed(1)
    first = new_id()
    random.seed(1)
    assert new_id() != first


def test_ids_differ():
    """No two of 10,000 are alike."""
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_ids_are_made_in_stock_and_differ_within_it(monkeypatch):
    """A stock of ids made in one go is as random as ids made one by one."""
    raw = bytes(range(256)) * 4
    monkeypatch.setattr(_ids, "urandom", lambda size: raw[:size])
    made = _ids._made(14)
    assert made == [str(uuid.UUID(bytes=raw[i : i + 16], version=4)) for i in range(0, 224, 16)]
    assert len(set(made)) == 14


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_makes_its_own():
    """A child does not give the ids that its parent had in stock."""
    new_id()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writing, "".join(new_id() for _ in range(100)).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    childs = os.read(reading, 3600).decode()
    os.close(reading)
    os.close(writing)
    mine = {new_id() for _ in range(100)}
    assert len(childs) == 3600
    assert mine.isdisjoint(childs[i : i + 36] for i in range(0, 3600, 36))


def test_without_fork_there_are_ids_as_well(monkeypatch):
    """On systems that cannot fork nothing is registered for it."""
    monkeypatch.delattr(os, "register_at_fork", raising=False)
    made = runpy.run_path(_ids.__file__)["new_id"]()
    assert UUID4.fullmatch(made)
