"""The vuid cookie: what looks like an SDK's id is taken, and nothing else, for anybody can send a cookie."""

import pytest

from zaius_logging.integrations import vuid_of

UUID = "0f5b5a9a-6b1e-4a2c-9d7e-3f2a1b0c9d8e"


@pytest.mark.parametrize(
    ("cookie", "vuid"),
    [
        (UUID, UUID),
        (f"{UUID}%7C1700000000", UUID),
        (f"{UUID}|1700000000", UUID),
        (UUID.replace("-", ""), UUID.replace("-", "")),
        ("vuid_" + "0a" * 13 + "1", "vuid_" + "0a" * 13 + "1"),
        ("", None),
        ("admin@example.com", None),
        (UUID[:-1], None),
        (UUID + "0", None),
        (UUID + "-0", None),
        ("x" + UUID, None),
    ],
)
def test_what_is_taken(cookie, vuid):
    """The id alone, without what follows it; None for whatever else."""
    assert vuid_of({"vuid": cookie}) == vuid


def test_no_cookie():
    """A browser without the cookie has no vuid; another name can be given."""
    assert vuid_of({}) is None
    assert vuid_of({"other": UUID}, "other") == UUID
