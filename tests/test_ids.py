"""Idempotence ids are UUID4s of the system's own randomness."""

import random
import re
import uuid

from zaius_logging import _ids
from zaius_logging._ids import new_id

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
        monkeypatch.setattr(_ids, "urandom", lambda _, raw=raw: raw)
        assert new_id() == str(uuid.UUID(bytes=raw, version=4))


def test_a_seeded_random_module_does_not_repeat_ids():
    """Workers that seed `random` alike must not take each other's ids."""
    random.seed(1)
    first = new_id()
    random.seed(1)
    assert new_id() != first


def test_ids_differ():
    """No two of 10,000 are alike."""
    assert len({new_id() for _ in range(10_000)}) == 10_000
