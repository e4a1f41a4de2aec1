"""The account that an address and a key stand for: one name for one account, another for any other."""

import pytest

from zaius_logging._errors import ConfigError
from zaius_logging._operators.secret import Secret
from zaius_logging._transport.endpoint import account_of

US = "https://api.zaius.com/v3"
KEY = "Ab12-public.secret"


def test_it_can_name_a_folder():
    """The name is short, hexadecimal, and shows neither key nor host."""
    name = account_of(US, KEY)
    assert len(name) == 16
    assert set(name) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("endpoint", "key"),
    [
        ("https://api.zaius.com", KEY),
        ("https://API.Zaius.com:443/v3/events", KEY),
        ("https://api.zaius.com./v3/", KEY),
        ("https://api.us1.odp.optimizely.com/v3", KEY),
        (US, "Ab12-public.rotated"),
        (US, "Ab12-public"),
        (US, Secret(KEY)),
    ],
)
def test_another_spelling_or_secret_is_the_same_account(endpoint, key):
    """What waits goes on after a rotated secret, or another way to write the same address."""
    assert account_of(endpoint, key) == account_of(US, KEY)


@pytest.mark.parametrize(
    ("endpoint", "key"),
    [
        ("https://api.eu1.odp.optimizely.com/v3", KEY),
        ("https://api.zaius.com:8443/v3", KEY),
        ("https://api.zaius.com/v4", KEY),
        ("http://localhost/v3", KEY),
        (US, "Ab12-other.secret"),
        (US, "Ab12.public.secret"),
        ("redis://api.zaius.com/0", KEY),
    ],
)
def test_another_account_or_endpoint_is_another_name(endpoint, key):
    """No event leaves for another account or another endpoint than it was logged for (P16)."""
    assert account_of(endpoint, key) != account_of(US, KEY)


def test_a_stream_is_named_by_place_and_stream_without_its_password():
    """A new password of Redis leaves the name; another stream, database or service changes it."""
    name = account_of("redis://:one@host:6379/0?stream=shop", "")
    assert account_of("redis://user:two@host:6379/0?stream=shop", "") == name
    others = {
        account_of("redis://host:6379/1?stream=shop", ""),
        account_of("redis://host:6379/0?stream=till", ""),
        account_of("redis+sentinel://host:6379/main/0?stream=shop", ""),
    }
    assert len(others | {name}) == 4


def test_an_address_that_cannot_be_used_is_said_by_name():
    """A wrong endpoint is a ConfigError, as everywhere."""
    with pytest.raises(ConfigError, match="endpoint"):
        account_of("ftp://host", KEY)
