"""The vuid cookie: what looks like an SDK's id is taken, and nothing else, for anybody can send a cookie."""

from http.cookies import SimpleCookie

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zaius_logging.integrations import cookies_of, vuid_of

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


@pytest.mark.parametrize(
    "header",
    [
        f"vuid={UUID}",
        f'prefs={{"a": 1}}; vuid={UUID}',
        f"a b=c; vuid={UUID}; x",
        f"x; vuid={UUID}",
        f"é=ü;vuid={UUID}",
        f'vuid="{UUID}"; vuid=other',
    ],
)
def test_a_cookie_beside_what_browsers_send(header):
    """Other cookies, whatever is in them, do not hide the one that counts."""
    assert vuid_of(cookies_of(header)) == UUID


def test_the_standard_library_would_lose_it():
    """The control, and the reason for a reader of our own: one JSON cookie, and all behind it are gone."""
    assert dict(SimpleCookie(f'prefs={{"a": 1}}; vuid={UUID}')) == {}


@given(st.text())
def test_any_header_is_read(header):
    """Nothing that a client can send breaks the request."""
    for name, value in cookies_of(header).items():
        assert name in header
        assert value in header
