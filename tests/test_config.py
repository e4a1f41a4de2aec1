"""Configuration is checked once: each mistake is one error that names its argument."""

import math
import runpy
from pathlib import Path, PurePath

import pytest

from zaius_logging import ConfigError, StubTransport, ZaiusHandler
from zaius_logging._config import configure, own_part, slips_once
from zaius_logging._settings import SETTINGS
from zaius_logging._transport.endpoint import events_url, host_of_key, is_loopback

KEY = "public.secret"


def problem_of(match=None, environment=None, **arguments):
    with pytest.raises(ConfigError, match=match) as caught:
        configure({"api_key": KEY, **arguments}, environment or {})
    assert caught.value.__cause__ is None
    return caught.value.argument


def good(**arguments):
    return configure({"api_key": KEY, **arguments}, {})


# What is given, and what is not


def test_a_key_is_all_it_takes():
    """Everything else has a default, which stands in the documentation."""
    config = good()
    assert config.endpoint == "https://api.zaius.com/v3"
    assert (config.attribute, config.source_fields, config.strict) == ("zaius", True, False)
    assert (config.batch_size, config.batch_bytes, config.flush_interval) == (500, 1_000_000, 5.0)
    assert (config.capacity, config.capacity_bytes) == (100_000, 64 * 1024 * 1024)
    assert (config.overflow, config.max_age, config.timeout) == ("drop", 72 * 3600.0, 10.0)
    assert (config.max_requests_per_second, config.close_timeout) == (None, 5.0)


def test_none_stands_for_not_given():
    """DictConfig files say null for "as usual"."""
    nothing = dict.fromkeys(vars(good()))
    assert vars(configure({**nothing, "api_key": KEY}, {})) == vars(good())


def test_every_setting_arrives():
    """What is given replaces the default, of each setting by itself."""

    def called(event, reason):
        """Take a lost event."""

    given = {
        "endpoint": "https://example.com/v3",
        "attribute": "odp",
        "identifiers": {"vuid": "1"},
        "data": {"shop": "x"},
        "record_attributes": {"logger": "name"},
        "source_fields": False,
        "batch_size": 1,
        "batch_bytes": 1,
        "flush_interval": 0,
        "capacity": 1,
        "capacity_bytes": 1,
        "overflow": "block",
        "max_age": 0.5,
        "timeout": 86400,
        "max_requests_per_second": 0.001,
        "close_timeout": 0,
        "on_drop": called,
        "on_reject": called,
        "on_invalid": called,
        "strict": True,
    }
    for name, value in given.items():
        assert getattr(good(**{name: value}), name) == value
        assert getattr(good(), name) != value
    config = good(**given)
    assert {name: getattr(config, name) for name in given} == given


def test_a_configuration_cannot_be_changed():
    """It was checked once, and stays what was checked."""
    with pytest.raises(AttributeError, match="never changes"):
        good().api_key = "other"


def test_no_repr_shows_the_key_or_the_defaults():
    """Configurations end up in logs: neither secrets nor personal data are part of the repr."""
    shown = repr(good(identifiers={"email": "t@zaius.com"}, data={"name": "Tyler"}))
    for hidden in ("public", "secret", "t@zaius.com", "Tyler"):
        assert hidden not in shown


# The environment


def test_the_environment_fills_what_is_missing():
    """The key and the endpoint, and only where they are not given."""
    environment = {"ZAIUS_API_KEY": "env.key", "ZAIUS_ENDPOINT": "https://example.com/v3"}
    config = configure({}, environment)
    assert (config.api_key, config.endpoint) == ("env.key", "https://example.com/v3")
    config = configure({"api_key": KEY, "endpoint": "https://example.org/v3"}, environment)
    assert (config.api_key, config.endpoint) == (KEY, "https://example.org/v3")


def test_an_empty_variable_is_none():
    """`ZAIUS_ENDPOINT=` in a shell means "not set"; an empty key is missing."""
    assert (
        configure({"api_key": KEY}, {"ZAIUS_ENDPOINT": ""}).endpoint == "https://api.zaius.com/v3"
    )
    with pytest.raises(ConfigError, match=r"is missing.*ZAIUS_API_KEY"):
        configure({}, {"ZAIUS_API_KEY": ""})


def test_a_mistake_in_the_environment_names_the_argument():
    """The checks are the same, wherever a value comes from."""
    with pytest.raises(ConfigError, match="white space") as caught:
        configure({}, {"ZAIUS_API_KEY": "a b"})
    assert caught.value.argument == "api_key"
    assert problem_of("https", {"ZAIUS_ENDPOINT": "ftp://example.com"}) == "endpoint"


FROM_TEXT = {
    "attribute": ("odp", "odp"),
    "source_fields": ("off", False),
    "require_action": ("no", False),
    "placeholders": ("warn", "warn"),
    "catalog": ("events.toml", "events.toml"),
    "on_unknown": ("reject", "reject"),
    "on_wrong": ("allow", "allow"),
    "vuid_hyphens": ("remove", "remove"),
    "hash_key": ("0123456789abcdef", "0123456789abcdef"),
    "strict": ("Yes", True),
    "drain_on_sigterm": ("1", True),
    "batch_size": ("100", 100),
    "batch_bytes": ("1000", 1000),
    "flush_interval": ("0.5", 0.5),
    "timeout": ("3", 3.0),
    "max_requests_per_second": ("10", 10.0),
    "max_age": ("60", 60.0),
    "close_timeout": ("1", 1.0),
    "capacity": ("10", 10),
    "capacity_bytes": ("1000", 1000),
    "overflow": ("block", "block"),
    "spool_dir": ("/var/spool/shop", "/var/spool/shop"),
    "spool_sync": ("always", "always"),
    "spool_bytes": ("2097152", 2 * 1024 * 1024),
    "spool_map": ("no", False),
    "account": ("shop", "shop"),
    "deliver": ("no", False),
    "notices": ("ops", "ops"),
}
NOT_FROM_TEXT = {
    "session",
    "proxies",
    "verify",
    "cert",
    "identifiers",
    "data",
    "record_attributes",
    "before_send",
    "deny",
    "redact",
    "keep",
    "hash",
    "on_drop",
    "on_reject",
    "on_invalid",
}


@pytest.mark.parametrize("name", FROM_TEXT)
def test_text_numbers_and_switches_may_come_from_the_environment(name):
    """An argument counts before the environment, and the environment before the default."""
    written, value = FROM_TEXT[name]
    environment = {f"ZAIUS_{name.upper()}": written}
    assert getattr(configure({"api_key": KEY}, environment), name) == value
    default = SETTINGS[name].default
    assert value != default
    given = {"api_key": KEY, name: default}
    if default is not None:
        assert getattr(configure(given, environment), name) == default


def test_every_setting_is_one_or_the_other():
    """Identifiers, callbacks and TLS have no variable, and a variable of such a name is a slip."""
    read = {name for name, declared in SETTINGS.items() if declared.read}
    assert read == {*FROM_TEXT, "api_key", "endpoint"}
    assert SETTINGS.keys() - read == NOT_FROM_TEXT
    for name in NOT_FROM_TEXT:
        environment = {f"ZAIUS_{name.upper()}": "x"}
        assert vars(configure({"api_key": KEY}, environment)) == vars(good())


@pytest.mark.parametrize(
    ("name", "written", "match"),
    [
        ("batch_size", "many", "must be a whole number"),
        ("batch_size", "501", "from 1 to 500, not 501"),
        ("timeout", "ten", "must be a number"),
        ("timeout", "nan", "above 0"),
        ("strict", "maybe", "must be 1, true, yes or on"),
        ("overflow", "wait", "'drop' or 'block'"),
    ],
)
def test_a_mistake_in_a_variable_names_the_variable(name, written, match):
    """Whoever configures a container sees which line to change; the value itself is not shown as text."""
    variable = f"ZAIUS_{name.upper()}"
    assert problem_of(f"{match}.*from {variable}", {variable: written}) == name


def test_an_unknown_variable_is_reported_once():
    """A slip in a name is said once in the life of a process, and other people's names are not ours to judge."""
    environment = {"ZAIUS_FLUSH_INTERVALL": "1", "ZAIUS_VERIFY": "0", "ZAIUS_RELAY_FROM": "x"}
    lines = [slips_once({**environment, "ZAIUS_BATCH_SIZE": "1", "OTHER": "x"}) for _ in range(2)]
    assert "ZAIUS_FLUSH_INTERVALL, ZAIUS_VERIFY in" in lines[0]
    assert "RELAY" not in lines[0]
    assert lines[1] == ""


def test_a_handler_takes_the_environment_as_it_is_and_reports_its_slips(monkeypatch):
    """`ZAIUS_CAPACITY` counts without a word in dictConfig; `ZAIUS_CAPACTIY` is one line for operators."""
    monkeypatch.setenv("ZAIUS_CAPACITY", "7")
    monkeypatch.setenv("ZAIUS_CAPACTIY", "8")
    lines = []
    for _ in range(2):
        handler = ZaiusHandler(transport=StubTransport(), notices=lines.append)
        assert handler._config.capacity == 7
        handler.close()
    assert [line for line in lines if "ZAIUS_CAPACTIY" in line] == lines
    assert len(lines) == 1


def test_a_key_of_the_official_sdks_is_named_where_ours_is_missing():
    """It may be the same key, but whoever set it did not mean us: so it is said, and not used."""
    for variable in ("ODP_SDK_API_KEY", "ZAIUS_SDK_API_KEY"):
        with pytest.raises(ConfigError, match=f"set ZAIUS_API_KEY.*{variable}") as caught:
            configure({}, {variable: "their.secret"})
        assert "secret" not in str(caught.value)
    with pytest.raises(ConfigError, match=r"set ZAIUS_API_KEY$"):
        configure({}, {})


def test_what_is_said_of_settings_is_written_from_their_declaration():
    """Signature, docstring and page are as `python docs/settings.py` writes them; a change of any is seen."""
    script = Path(__file__).parents[1] / "docs" / "settings.py"
    page = runpy.run_path(str(script))
    handler, table = (page[name].read_text("utf-8") for name in ("HANDLER", "PAGE"))
    assert page["written"](handler, table) == (handler, table), "run python docs/settings.py"
    assert [name for name in SETTINGS if f"| `{name}` |" not in table] == []
    wrong = handler.replace("batch_size: int", "batch_size: str")
    assert page["written"](wrong, table)[0] == handler != wrong


def test_only_our_part_of_the_environment_is_kept_and_the_key_hides():
    """A traceback that is sent with its local variables shows no key."""
    ours = {"ZAIUS_API_KEY": KEY, "ZAIUS_ENDPOINT": "https://e.com", "ODP_SDK_API_KEY": KEY}
    own = own_part({**ours, "PASSWORD": "x"})
    assert own == ours
    assert KEY not in repr(own)
    assert own_part({}) == {}


def test_with_a_transport_of_ones_own_no_key_is_needed():
    """`StubTransport()` needs neither key nor endpoint; the other settings are checked all the same."""
    assert configure({}, {}, needs_key=False).endpoint == ""
    with pytest.raises(ConfigError):
        configure({"batch_size": 501}, {}, needs_key=False)


# Regions and endpoints


@pytest.mark.parametrize(
    ("key", "host"),
    [
        ("public.secret", "https://api.zaius.com"),
        ("public", "https://api.zaius.com"),
        ("abc-us1.secret", "https://api.zaius.com"),
        ("abc-eu1.secret", "https://api.eu1.odp.optimizely.com"),
        ("abc-eu1", "https://api.eu1.odp.optimizely.com"),
        ("abc-au1.secret", "https://api.au1.odp.optimizely.com"),
        ("abc-au1", "https://api.au1.odp.optimizely.com"),
        ("a.b-eu1.secret", "https://api.eu1.odp.optimizely.com"),
        ("abc.secret-eu1", "https://api.zaius.com"),
        ("abc-eu1x.secret", "https://api.zaius.com"),
        ("abc-EU1.secret", "https://api.zaius.com"),
        ("eu1.secret", "https://api.zaius.com"),
        (".secret-eu1", "https://api.eu1.odp.optimizely.com"),
    ],
)
def test_the_key_tells_the_region(key, host):
    """By the end of its public part, which is what stands before the last dot."""
    assert host_of_key(key) == host
    assert configure({"api_key": key}, {}).endpoint == f"{host}/v3"


def test_an_explicit_endpoint_wins_over_the_key():
    """Whoever gives an address means it."""
    config = configure({"api_key": "a-eu1.b", "endpoint": "https://api.zaius.com"}, {})
    assert config.endpoint == "https://api.zaius.com"


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("https://api.zaius.com", "https://api.zaius.com/v3/events"),
        ("https://api.zaius.com/", "https://api.zaius.com/v3/events"),
        ("https://api.zaius.com/v3", "https://api.zaius.com/v3/events"),
        ("https://api.zaius.com/v3/", "https://api.zaius.com/v3/events"),
        ("https://api.zaius.com/v3/events", "https://api.zaius.com/v3/events"),
        ("https://api.zaius.com/v3/events/", "https://api.zaius.com/v3/events"),
        ("https://proxy.example:8443/odp/v3", "https://proxy.example:8443/odp/v3/events"),
        ("http://127.0.0.1:8765/v3", "http://127.0.0.1:8765/v3/events"),
        ("http://localhost:8765", "http://localhost:8765/v3/events"),
        ("http://[::1]:8765", "http://[::1]:8765/v3/events"),
        ("HTTPS://api.zaius.com", "https://api.zaius.com/v3/events"),
    ],
)
def test_an_endpoint_is_taken_as_people_write_it(endpoint, url):
    """The host alone, with the version, in full, with or without a slash."""
    assert events_url(endpoint) == url
    assert good(endpoint=endpoint).endpoint == endpoint


@pytest.mark.parametrize(
    ("endpoint", "match"),
    [
        ("", "must start with https://"),
        ("api.zaius.com/v3", "must start with https://"),
        ("ftp://api.zaius.com", "must start with https://"),
        ("file:///etc/passwd", "must start with https://"),
        ("https://", "name a host"),
        ("https:///v3", "name a host"),
        ("https://api..zaius.com/v3", "a part that is empty or too long"),
        ("https://.zaius.com/v3", "a part that is empty or too long"),
        (f"https://{'a' * 64}.zaius.com/v3", "a part that is empty or too long"),
        ("https://[::1/v3", "is not an address"),
        ("https://host:port/v3", "is not an address"),
        ("https://host:99999/v3", "is not an address"),
        ("https://user:pass@api.zaius.com/v3", "must not carry a user"),
        ("https://@api.zaius.com/v3", "must not carry a user"),
        ("https://api.zaius.com/v3?key=x", "must not carry"),
        ("https://api.zaius.com/v3#x", "must not carry"),
        ("http://api.zaius.com/v3", "send the key in the clear"),
        ("http://127.evil.example/v3", "send the key in the clear"),
        ("http://localhost.evil.example/v3", "send the key in the clear"),
        ("http://0.0.0.0:8765", "send the key in the clear"),
        ("http://10.0.0.1:8765", "send the key in the clear"),
        ("http://[::2]", "send the key in the clear"),
        ("http://[::ffff:127.0.0.1]", "send the key in the clear"),
        (b"https://api.zaius.com", "must be text, not bytes"),
        (7, "must be text, not int"),
    ],
)
def test_an_address_that_cannot_be_meant_is_an_error(endpoint, match):
    """And http only to this very machine."""
    assert problem_of(match, endpoint=endpoint) == "endpoint"


@pytest.mark.parametrize("given", [True, False], ids=["given", "environment"])
def test_a_redis_stream_needs_no_key_and_hides_its_password(given):
    """The key is the relay's; the address may hold a password."""
    address = "redis://user:s3cr3t@localhost:6379/0"
    arguments, environment = (
        ({"endpoint": address}, {}) if given else ({}, {"ZAIUS_ENDPOINT": address})
    )
    config = configure(arguments, environment)
    assert config.endpoint == address
    assert "s3cr3t" not in f"{config.endpoint} {config!r}"
    with pytest.raises(ConfigError) as caught:
        configure({"endpoint": "redis://localhost/not-a-number"}, {})
    assert caught.value.argument == "endpoint"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.255.1.2", "127.1", "localhost", "::1"])
def test_loopback_is_this_machine(host):
    """All of 127.0.0.0/8, the name, and the one address of IPv6."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "127.evil.example",
        "127.0.0.1.example",
        "0.0.0.0",  # noqa: S104 - not this machine
        "10.0.0.1",
        "128.0.0.1",
        "1270.0.1",
        "",
        "::",
    ],
)
def test_nothing_else_is(host):
    """A name that begins like an address is still a name."""
    assert not is_loopback(host)


# Mistakes


MISTAKES = [
    ("api_key", "", "is blank"),
    ("api_key", "a b", "white space"),
    ("api_key", "ab\n", "white space"),
    ("api_key", "\tab", "white space"),
    ("api_key", "a\u00a0b", "white space"),
    ("api_key", "käse", "characters that no key has"),
    ("api_key", "a\x00b", "characters that no key has"),
    ("api_key", b"ab", "must be text, not bytes"),
    ("api_key", 7, "must be text, not int"),
    ("attribute", "", "a name that `extra` can have"),
    ("attribute", "za ius", "a name"),
    ("attribute", 7, "must be text"),
    ("attribute", "msg", "every log record has"),
    ("attribute", "name", "every log record has"),
    ("attribute", "asctime", "every log record has"),
    ("identifiers", ["email"], "must be an object"),
    ("identifiers", {"": "x"}, "blank or not text"),
    ("data", ["x"], "must be an object"),
    ("record_attributes", ["name"], "must map"),
    ("record_attributes", {"logger": 7}, "must map"),
    ("record_attributes", {7: "name"}, "must map"),
    ("record_attributes", {"": "name"}, "must map"),
    ("record_attributes", {"logger": ""}, "must map"),
    ("source_fields", "yes", "True or False, not str"),
    ("source_fields", 1, "True or False, not int"),
    ("strict", 0, "True or False, not int"),
    ("drain_on_sigterm", "no", "True or False"),
    ("batch_size", 0, "from 1 to 500, not 0"),
    ("batch_size", 501, "from 1 to 500, not 501"),
    ("batch_size", -1, "not -1"),
    ("batch_size", 10**5000, "not such a large one"),
    ("batch_size", 5.0, "not float"),
    ("batch_size", "500", "not str"),
    ("batch_size", True, "not bool"),
    ("batch_bytes", 0, "from 1 up, not 0"),
    ("capacity", 0, "from 1 up"),
    ("capacity", 1.5, "not float"),
    ("capacity_bytes", -5, "from 1 up"),
    ("flush_interval", -0.1, "from 0 up"),
    ("flush_interval", "5", "not str"),
    ("flush_interval", math.nan, "not nan"),
    ("flush_interval", math.inf, "not inf"),
    ("flush_interval", True, "not bool"),
    ("flush_interval", 10**400, "not such a large one"),
    ("max_age", 0, "above 0"),
    ("max_age", math.inf, "above 0"),
    ("timeout", 0, "above 0, at most 86400"),
    ("timeout", 86401, "at most 86400, not 86401"),
    ("timeout", None.__class__, "not type"),
    ("close_timeout", -1, "from 0, at most 86400"),
    ("close_timeout", 1e10, "at most 86400"),
    ("max_requests_per_second", 0, "from 0.001 up"),
    ("max_requests_per_second", 5e-324, "from 0.001 up"),
    ("max_requests_per_second", "10", "not str"),
    ("overflow", "wait", "'drop' or 'block'"),
    ("overflow", ["drop"], "'drop' or 'block'"),
    ("spool_dir", "", "path of a directory"),
    ("spool_dir", " ", "path of a directory"),
    ("spool_dir", 7, "path of a directory"),
    ("spool_sync", "never", "'interval' or 'always'"),
    ("spool_bytes", 1000, "from 1048576 up"),
    ("account", "a/b", "letters, digits"),
    ("account", "", "letters, digits"),
    ("on_drop", "print", "must be callable"),
    ("on_reject", 7, "must be callable"),
    ("notices", "", "'stderr', the name of a logger"),
    ("notices", 7, "'stderr', the name of a logger"),
    ("verify", False, "TLS is always verified"),
    ("verify", True, "TLS is always verified"),
    ("verify", 7, "must be text"),
    ("cert", 7, "path of a certificate"),
    ("cert", ["a", "b", "c"], "path of a certificate"),
    ("cert", "", "path of a certificate"),
    ("cert", ["a", 7], "path of a certificate"),
    ("proxies", "http://host:3128", "must map schemes"),
    ("proxies", {"https": 7}, "must map schemes"),
    ("session", object(), "must be a requests.Session, not object"),
]


@pytest.mark.parametrize(
    ("argument", "value", "match"),
    MISTAKES,
    ids=[f"{n}-{row[0]}" for n, row in enumerate(MISTAKES)],
)
def test_each_mistake_names_its_argument(argument, value, match):
    """One error, by the argument's own name, that says what would be right."""
    assert problem_of(match, **{argument: value}) == argument


@pytest.mark.parametrize(
    ("argument", "value", "named"),
    [
        ("identifiers", {"email": 1.5}, "identifiers.email"),
        ("identifiers", {"Email": "x"}, "identifiers.Email"),
        ("identifiers", {"email": "\ud800"}, "identifiers.email"),
        ("data", {"ts": "yesterday"}, "data.ts"),
        ("data", {"idempotence_id": "1"}, "data.idempotence_id"),
        ("data", {"a": {"b": [b"x"]}}, "data.a.b[0]"),
        ("data", {"a": object()}, "data.a"),
        ("data", {"a": "x" * 1_000_000}, "data"),
    ],
)
def test_a_default_that_no_event_could_carry_is_an_error_at_once(argument, value, named):
    """Otherwise each single event would be invalid for what the configuration said."""
    assert problem_of(**{argument: value}) == named


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("identifiers", {}),
        ("identifiers", {"email": None}),
        ("data", {"price": float("nan"), "tags": {"a"}}),
        ("verify", "ca.pem"),
        ("cert", "client.pem"),
        ("cert", ("client.pem", "client.key")),
        ("cert", ["client.pem"]),
        ("proxies", {}),
        ("proxies", {"https": "http://host:3128"}),
        ("notices", "ops"),
        ("notices", print),
        ("spool_dir", "/var/spool/shop"),
        ("spool_dir", PurePath("/var/spool/shop")),
        ("spool_sync", "always"),
        ("flush_interval", 1e9),
        ("max_age", 1e300),
    ],
)
def test_what_is_unusual_is_no_mistake(argument, value):
    """An error is what cannot work, not what is rare."""
    assert getattr(good(**{argument: value}), argument) == value


@pytest.mark.parametrize("extra", ["proxies", "verify", "cert"])
def test_a_session_brings_its_own_settings(extra):
    """Two places for one setting would leave one of them without effect."""
    import requests

    with requests.Session() as session:
        assert good(session=session).session is session
        value = {"proxies": {}, "verify": "ca.pem", "cert": "client.pem"}[extra]
        assert problem_of("set it on the session", session=session, **{extra: value}) == extra


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("apikey", "did you mean api_key"),
        ("batchsize", "did you mean batch_size"),
        ("flush_intervall", "did you mean flush_interval"),
        ("attributes", "did you mean"),
        ("colour", "is no setting of ZaiusHandler$"),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest(name, hint):
    """A misspelt setting must not be ignored in silence, even if it is None."""
    assert problem_of(hint, **{name: 1}) == name
    assert problem_of(hint, **{name: None}) == name


@pytest.mark.parametrize("key", ["secret key", "secret\n", "sécret", ""])
def test_no_message_shows_the_key(key):
    """Not even a wrong one: it is mostly right."""
    with pytest.raises(ConfigError) as caught:
        configure({"api_key": key}, {})
    assert "cret" not in str(caught.value)
