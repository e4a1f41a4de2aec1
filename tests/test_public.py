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
from zaius_logging import EventFilter, ZaiusFormatter, ZaiusHandler
from zaius_logging._settings import SETTINGS
from zaius_logging.integrations.queues import Seal

NAMES = [
    "ConfigError",
    "Delivered",
    "Event",
    "EventError",
    "EventFilter",
    "HTTPTransport",
    "JournalSpool",
    "MemorySpool",
    "Outcome",
    "Paused",
    "Rejected",
    "Retry",
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
    "register_type",
    "unbind",
]

ARGUMENTS = [*SETTINGS, "level", "transport", "spool"]


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


def test_the_handlers_arguments_are_the_settings():
    """By keyword only, in the order of their declaration, None for "not given"; an unknown one gets to its error."""
    parameters = inspect.signature(ZaiusHandler).parameters
    *known, unknown = parameters.values()
    assert unknown.kind is inspect.Parameter.VAR_KEYWORD
    assert all(each.kind is inspect.Parameter.KEYWORD_ONLY for each in known)
    defaults = [(each.name, each.default) for each in known]
    assert defaults == [(name, 0 if name == "level" else None) for name in ARGUMENTS]


def test_formatter_and_seal_take_settings_of_the_same_names():
    """What they share with the handler is declared with it, and has no default of its own."""
    for made in (ZaiusFormatter, EventFilter, Seal):
        for each in inspect.signature(made).parameters.values():
            if each.name not in ("args", "kwargs", "mode"):
                assert each.name in SETTINGS
                assert each.default is None


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


def test_the_background_thread_is_a_standard_queue_listener():
    """Whoever knows logging.handlers knows its life: start, dequeue, handle, stop. Its queue is the spool."""
    from logging.handlers import QueueListener

    from zaius_logging._delivery.listener import Listener

    assert issubclass(Listener, QueueListener)
