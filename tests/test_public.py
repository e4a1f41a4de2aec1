"""The public interface: names, arguments and what an import costs. A change here is a decision."""

import importlib.metadata
import inspect
import json
import pickle
import subprocess
import sys
import textwrap

import pytest

import zaius_logging
from zaius_logging import ZaiusHandler

NAMES = [
    "ConfigError",
    "Delivered",
    "Event",
    "EventError",
    "EventFilter",
    "HTTPTransport",
    "MemorySpool",
    "Outcome",
    "Paused",
    "Rejected",
    "Retry",
    "SQLiteSpool",
    "Split",
    "Spool",
    "Stats",
    "StubTransport",
    "Transport",
    "ZaiusError",
    "ZaiusFormatter",
    "ZaiusHandler",
    "bind",
    "bound",
    "flush",
    "unbind",
]

ARGUMENTS = {
    "api_key": None,
    "endpoint": None,
    "session": None,
    "proxies": None,
    "verify": None,
    "cert": None,
    "attribute": "zaius",
    "identifiers": None,
    "data": None,
    "record_attributes": None,
    "source_fields": True,
    "batch_size": 500,
    "batch_bytes": 1_000_000,
    "flush_interval": 5.0,
    "capacity": 100_000,
    "capacity_bytes": 64 * 1024 * 1024,
    "overflow": "drop",
    "spool_dir": None,
    "spool_sync": "interval",
    "spool_bytes": 256 * 1024 * 1024,
    "max_age": 72 * 3600.0,
    "timeout": 10.0,
    "max_requests_per_second": None,
    "close_timeout": 5.0,
    "on_drop": None,
    "on_reject": None,
    "notices": "stderr",
    "strict": False,
    "drain_on_sigterm": False,
    "level": 0,
    "transport": None,
    "spool": None,
}


def run(script, **environment):
    """Run a script in a Python of its own and give the JSON that it prints."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONUTF8": "1", **environment},
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_the_names_are_these():
    """Sorted, all there, and not one more."""
    assert zaius_logging.__all__ == sorted(NAMES)
    for name in NAMES:
        assert getattr(zaius_logging, name) is not None


def test_public_classes_are_documented():
    """`help()` says what each is."""
    for name in NAMES:
        if name != "Outcome":  # an alias
            assert inspect.getdoc(getattr(zaius_logging, name))


def test_every_name_can_be_found():
    """Those that are loaded when they are asked for as well: by `dir`, by a star, and by pickle."""
    assert {*NAMES, "__version__"} <= set(dir(zaius_logging))
    found = {}
    exec("from zaius_logging import *", found)  # noqa: S102
    assert set(NAMES) <= set(found)
    for name in set(NAMES) - {"Outcome"}:  # an alias
        assert pickle.loads(pickle.dumps(found[name])) is found[name]  # noqa: S301


def test_an_unknown_name_is_an_attribute_error():
    """The lazy look-up does not hide a misspelling."""
    with pytest.raises(AttributeError, match="'zaius_logging' has no attribute 'ZaiusHandlr'"):
        _ = zaius_logging.ZaiusHandlr


def test_the_version_is_that_of_the_installed_package():
    """It stands in one place only."""
    assert zaius_logging.__version__ == importlib.metadata.version("zaius-logging")
    assert "__version__" not in vars(zaius_logging)


def test_the_handlers_arguments_are_these():
    """By keyword only, with these defaults, in this order; unknown ones get to the check that names them."""
    parameters = inspect.signature(ZaiusHandler).parameters
    *known, unknown = parameters.values()
    assert unknown.kind is inspect.Parameter.VAR_KEYWORD
    assert all(each.kind is inspect.Parameter.KEYWORD_ONLY for each in known)
    assert [(each.name, each.default) for each in known] == list(ARGUMENTS.items())


@pytest.mark.parametrize("name", ARGUMENTS)
def test_every_argument_is_documented(name):
    """In the docstring of the class, by its name."""
    assert f"\n    {name}: " in inspect.getdoc(ZaiusHandler)


def test_an_import_loads_nothing_heavy():
    """Requests takes 100 ms, logging.handlers a fifth of an import; who only formats needs none of these."""
    loaded = run(
        """
        import json, sys
        import pythonjsonlogger.json  # before 3.2 it loads orjson wherever that is installed
        theirs = {*sys.modules}
        import zaius_logging
        print(json.dumps(sorted({*sys.modules} - theirs)))
        """
    )
    heavy = {"requests", "urllib3", "orjson", "sqlite3", "aiohttp", "asyncio", "redis", "ssl"}
    heavy |= {
        "logging.handlers",
        "socket",
        "pathlib",
        "urllib.parse",
        "decimal",
        "difflib",
        "random",
    }
    assert not heavy & set(loaded)
    assert not [
        name for name in loaded if name.startswith(("zaius_logging.sandbox", "zaius_logging.cli"))
    ]


WATCH = """
    import json, logging, logging.config, sys, threading
    NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg")
    seen = []
    sys.addaudithook(lambda event, _: seen.append(event) if event in NETWORK else None)
    start = threading.Thread.start
    threading.Thread.start = lambda thread: (seen.append("thread"), start(thread))[1]
"""


def test_configuring_starts_no_thread_and_touches_no_network():
    """Processes fork after they have configured logging; a thread would be lost there."""
    seen = run(
        WATCH
        + """
    logging.config.dictConfig({
        "version": 1,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
        "root": {"level": "INFO", "handlers": ["zaius"]},
    })
    logging.info("an ordinary record starts nothing either")
    print(json.dumps(seen))
    """,
        ZAIUS_API_KEY="public.secret",
        ZAIUS_ENDPOINT="http://127.0.0.1:9/v3",
    )
    assert seen == []


def test_the_first_event_starts_one_thread():
    """The watch above sees what it looks for: here it does."""
    seen = run(
        WATCH
        + """
    import zaius_logging
    handler = zaius_logging.ZaiusHandler(
        api_key="k", endpoint="http://127.0.0.1:9/v3", close_timeout=0.2, notices=lambda line: None)
    logging.getLogger().addHandler(handler)
    event = {"type": "a", "action": "b", "identifiers": {"vuid": "1"}}
    logging.warning("one", extra={"zaius": event})
    logging.warning("two", extra={"zaius": event})
    handler.flush(2)
    print(json.dumps(seen))
    """
    )
    assert seen.count("thread") == 1
    assert "socket.connect" in seen
