"""A secret shows stars wherever it is shown, and goes out on the wire as what it is."""

import copy
import enum
import pickle

import pytest

from zaius_logging._operators.secret import Secret, hidden


class Keys(str, enum.Enum):
    LIVE = "public.key"


@pytest.mark.parametrize(
    "given",
    ["public.key", Keys.LIVE, hidden("public.key"), hidden(hidden("public.key"))],
    ids=range(4),
)
def test_a_secret_is_itself_where_it_is_used(given):
    """Hidden once, twice or out of an Enum: on the wire it is the key."""
    secret = hidden(given)
    assert type(secret) is Secret
    assert secret.encode() == b"public.key"
    assert secret == "public.key"  # noqa: S105 - a test's own
    assert "".join(secret) == "public.key"


def test_a_secret_is_stars_where_it_is_shown():
    """By repr, str, format and in containers."""
    secret = hidden("public.key")
    for shown in (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>9}",
        f"{[secret]}",
    ):
        assert "***" in shown
        assert "public" not in shown


def test_copies_and_pickles_are_secrets_too():
    """A configuration that is copied keeps its key, and keeps it hidden."""
    pickled = pickle.dumps(hidden("public.key"))
    for again in (copy.deepcopy(hidden("public.key")), pickle.loads(pickled)):  # noqa: S301
        assert type(again) is Secret
        assert again.encode() == b"public.key"


def test_mappings_are_hidden_value_by_value():
    """Proxies carry passwords; whatever is no text stays as it is."""
    secrets = hidden({"https": "http://user:pass@host", "n": 7})
    assert secrets == {"https": "http://user:pass@host", "n": 7}
    assert "pass" not in repr(secrets)
    assert hidden(hidden(secrets)) == secrets
    assert hidden(None) is None
