"""The pytest plugin, as its users run it: in pytests of its own."""

import logging
import re
import textwrap
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import zaius_logging.pytest_plugin  # noqa: F401 - before the pytests in this process, which undo imports
from zaius_logging import ZaiusHandler

pytest_plugins = ["pytester"]

INSTALLED = any(
    each.value == "zaius_logging.pytest_plugin" for each in entry_points(group="pytest11")
)
PLUGIN = ["-p", "no:schemathesis"] + ["-p", "zaius_logging.pytest_plugin"] * (not INSTALLED)

SHOP = """
import logging
import pytest

def buy(total=9.9, email="tyler@example.com", logger="shop", **event):
    logging.getLogger(logger).info("bought", extra={"zaius": {
        "type": "order", "action": "purchase", "identifiers": {"email": email},
        "data": {"order": {"order_id": "1", "total": total}}, **event}})
"""


@pytest.fixture
def run(pytester):
    """Run a test file after SHOP with the plugin; gives the result."""
    pytester.makeini(
        "[pytest]\naddopts = --strict-markers\nfilterwarnings =\n    error\n"
        "    ignore:Module already imported:pytest.PytestAssertRewriteWarning\n"
    )

    def run(tests, how=pytester.runpytest_inprocess):
        pytester.makepyfile(SHOP + textwrap.dedent(tests))
        return how(*PLUGIN)

    yield run
    for logger in [*logging.Logger.manager.loggerDict.values()]:  # the tests ran in this process
        for handler in [*getattr(logger, "handlers", ())]:
            if isinstance(handler, ZaiusHandler):
                logger.removeHandler(handler)
                handler.close()


def message(result):
    """The lines of the one failure's message."""
    found = [line[1:].strip() for line in result.outlines if re.match(r"E  ", line)]
    return "\n".join(found).removeprefix("AssertionError: ")


def test_it_captures_without_any_configuration(run):
    """An event is captured where nobody has configured logging, and the first is given back."""
    run(
        """
        def test(zaius_events):
            buy()
            event = zaius_events.assert_sent("order", "purchase", data={"order": {"total": 9.9}})
            assert event["identifiers"] == {"email": "tyler@example.com"}
            assert event["data"]["ts"]
            assert len(zaius_events) == 1 and [*zaius_events] == zaius_events.events == [event]
            assert repr(zaius_events) == "<zaius_events: order/purchase>"
        def test_the_next_starts_empty(zaius_events):
            assert zaius_events.events == []
            zaius_events.assert_not_sent()
        """
    ).assert_outcomes(passed=2)


def test_it_captures_from_handlers_of_the_users(run):
    """Handlers from before and from within the test deliver into the fixture, once, with their defaults."""
    run(
        """
        import logging.config
        import zaius_logging
        CONFIG = {"version": 1, "disable_existing_loggers": False,
            "handlers": {"z": {"class": "zaius_logging.ZaiusHandler", "data": {"store": "web"}}},
            "loggers": {"mine": {"handlers": ["z"], "level": "INFO", "propagate": False},
                        "both": {"handlers": ["z"], "level": "INFO"}}}
        before = zaius_logging.ZaiusHandler(api_key="k", endpoint="http://127.0.0.1:9/v3")
        logging.getLogger("before").addHandler(before)
        def test(zaius_events):
            buy(logger="before")
            logging.config.dictConfig(CONFIG)
            buy(logger="mine")
            buy(logger="both")
            stores = [event["data"].get("store") for event in zaius_events]
            assert stores == [None, "web", "web"]
        """
    ).assert_outcomes(passed=1)


def test_the_failure_names_the_nearest_event_and_the_difference(run):
    """A wrong event fails with what was sent, what was expected, and where; as the docs show it."""
    result = run(
        """
        def test(zaius_events):
            logging.getLogger().info("seen", extra={"zaius": {"type": "product", "action": "detail",
                "identifiers": {"vuid": "1"}}})
            buy(total=19.9)
            zaius_events.assert_sent("order", "purchase", identifiers={"email": "tyler@example.com",
                "customer_id": 7}, data={"order": {"order_id": "1", "total": 9.9}})
        """
    )
    result.assert_outcomes(failed=1)
    assert message(result) == textwrap.dedent(
        """\
        no such order/purchase was sent
        nearest is event 2 of 2, order/purchase; it has
        identifiers.customer_id: nothing, expected "7"
        data.order.total: 19.9, expected 9.9
        sent: product/detail, order/purchase"""
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ('assert_sent("a", "b")', "no such a/b was sent\nsent: nothing"),
        (
            'assert_sent("order", "purchase", times=2)',
            "such order/purchase was sent once, expected 2 times\nsent: order/purchase",
        ),
        (
            'assert_sent("order", "purchase", times=0)',
            "such order/purchase was sent once, expected never",
        ),
        ('assert_not_sent("order")', "no order should have been sent, but was: {"),
        ("assert_not_sent()", "no event should have been sent, but was: {"),
    ],
)
def test_other_failures_read_well(run, call, words):
    """Nothing sent, sent too often, sent at all."""
    first = "" if "a" in call.split('"')[1:2] else "buy()"
    result = run(f"def test(zaius_events):\n    {first}\n    zaius_events.{call}\n")
    result.assert_outcomes(failed=1)
    assert message(result).startswith(words)


def test_one_too_few_names_the_nearest_other(run):
    """Where one fits and another was to, the failure says what that other has."""
    result = run(
        """
        def test(zaius_events):
            buy()
            buy(total=2)
            zaius_events.assert_sent("order", "purchase", data={"order": {"total": 9.9}}, times=2)
        """
    )
    result.assert_outcomes(failed=1)
    assert message(result) == textwrap.dedent(
        """\
        such order/purchase was sent once, expected 2 times
        the nearest other is event 2 of 2, order/purchase; it has
        data.order.total: 2, expected 9.9
        sent: order/purchase, order/purchase"""
    )


def test_an_event_without_an_action_reads_well_too(run):
    """`pageview` has none: it is found by None, named without one, and nothing needs its key."""
    result = run(
        """
        from zaius_logging.events import pageview

        def test_found(zaius_events):
            logging.getLogger("shop").info("seen", extra=pageview(customer_id=1, page="/"))
            assert repr(zaius_events) == "<zaius_events: none yet>"
            assert zaius_events.assert_sent("pageview", None)["data"]["page"] == "/"
            assert repr(zaius_events) == "<zaius_events: pageview>"

        def test_with_one(zaius_events):
            logging.getLogger("shop").info("seen", extra=pageview(customer_id=1, page="/"))
            zaius_events.assert_sent("pageview", "seen")
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    assert message(result) == (
        "no such pageview/seen was sent\n"
        "nearest is event 1 of 1, pageview; it has\n"
        'action: nothing, expected "seen"\n'
        "sent: pageview"
    )


def test_a_value_equals_what_it_is_sent_as(run):
    """A date, a Decimal, a UUID, a tuple may be expected as they were logged; None is no identifier."""
    result = run(
        """
        import datetime, decimal, uuid
        DATA = {"day": datetime.date(2024, 2, 29), "price": decimal.Decimal("9.90"), "sizes": (1, 2),
            "order": {"placed": datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.timezone.utc)},
            "new": True}
        VUID = uuid.UUID(int=7)

        def test(zaius_events):
            logging.getLogger().info("x", extra={"zaius": {
                "type": "a", "action": "b", "identifiers": {"vuid": VUID, "email": None}, "data": DATA}})
            zaius_events.assert_sent("a", "b", identifiers={"vuid": VUID, "email": None}, data=DATA)
            with pytest.raises(AssertionError, match='"2024-02-29", expected "2024-03-01"'):
                zaius_events.assert_sent("a", "b", data={"day": datetime.date(2024, 3, 1)})
            with pytest.raises(AssertionError, match=r"identifiers\\.vuid: .*, expected nothing"):
                zaius_events.assert_sent("a", "b", identifiers={"vuid": None})
            with pytest.raises(AssertionError, match="expected 5 ± 0.1"):
                zaius_events.assert_sent("a", "b", data={"price": pytest.approx(5, abs=0.1)})
            with pytest.raises(AssertionError, match="data.new: true, expected 1"):
                zaius_events.assert_sent("a", "b", data={"new": 1})
        """
    )
    result.assert_outcomes(passed=1)


def test_what_passes(run):
    """Subsets to any depth, lists by place, approx by ==, counts, and what was not sent."""
    run(
        """
        def test(zaius_events):
            buy(data={"items": [{"id": 1, "price": 0.1 + 0.2}, {"id": 2}]})
            buy()
            zaius_events.assert_sent("order", "purchase", times=2)
            zaius_events.assert_sent("order", "purchase", data={"items": [{"price": pytest.approx(0.3)}, {"id": 2}]})
            zaius_events.assert_not_sent("product")
            zaius_events.assert_not_sent("order", "refund")
            with pytest.raises(AssertionError):
                zaius_events.assert_sent("order", "purchase", data={"items": [{"id": 1}]})
            zaius_events.clear()
            zaius_events.assert_sent("order", "purchase", times=0)
        """
    ).assert_outcomes(passed=1)


def test_an_outage_is_rehearsed(run):
    """During an outage events wait; afterwards they are sent, once. The failure says that they wait."""
    result = run(
        """
        def test(zaius_events):
            buy()
            with zaius_events.outage():
                buy(total=2)
                assert len(zaius_events) == 1
                assert zaius_events.pending == 1
            assert [e["data"]["order"]["total"] for e in zaius_events] == [9.9, 2]
            assert zaius_events.pending == 0
        def test_left_in_an_outage(zaius_events):
            with zaius_events.outage():
                buy()
                zaius_events.assert_sent("order", "purchase")
        def test_nothing_of_it_is_left(zaius_events):
            assert zaius_events.events == []
        """
    )
    result.assert_outcomes(passed=2, failed=1)
    assert "waiting, because an outage is rehearsed: 1" in message(result)


def test_what_waits_is_counted_once(run):
    """An event that a handler of the user's and ours have both taken is one event that waits."""
    run(
        """
        import zaius_logging
        def test(zaius_events):
            logging.getLogger("twice").addHandler(zaius_logging.ZaiusHandler())
            with zaius_events.outage():
                buy(logger="twice")
                buy(logger="twice")
                assert zaius_events.pending == 2
            zaius_events.assert_sent("order", "purchase", times=2)
            assert zaius_events.pending == 0
        """
    ).assert_outcomes(passed=1)


def test_an_invalid_event_fails_the_test_at_its_end(run):
    """The teardown names the line and what is wrong with it; the application was not disturbed."""
    result = run(
        """
        def test(zaius_events):
            buy(email=None)
        """
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "1 event was invalid, and would have been counted, not sent:",
            "  *test_an_invalid_event_fails_the_test_at_its_end.py:5: identifiers: at least one *",
            "(allowed by @pytest.mark.zaius(allow_invalid=True))",
        ]
    )


def test_the_marker_has_options(run):
    """Level, defaults, attribute, invalid events allowed; the closest marker has the last word."""
    run(
        """
        pytestmark = pytest.mark.zaius(identifiers={"customer_id": "1"}, data={"store": "web"})

        def log(**extra):
            logging.getLogger("x").info("x", extra={name: {"type": "a", "action": "b"} for name in extra})

        def test_defaults(zaius_events):
            log(zaius=1)
            zaius_events.assert_sent("a", "b", identifiers={"customer_id": 1}, data={"store": "web"})

        @pytest.mark.zaius(level="WARNING")
        def test_level(zaius_events):
            log(zaius=1)
            zaius_events.assert_not_sent()

        @pytest.mark.zaius(attribute="odp")
        def test_attribute(zaius_events):
            log(odp=1)
            zaius_events.assert_sent("a", "b", identifiers={"customer_id": "1"})

        @pytest.mark.zaius(allow_invalid=True, identifiers={})
        def test_invalid(zaius_events):
            log(zaius=1)
            [(where, problem)] = zaius_events.invalid
            assert "at least one is needed" in problem
        """
    ).assert_outcomes(passed=4)


@pytest.mark.parametrize("options", ["identifers={}", "'INFO'"])
def test_a_wrong_option_is_a_clear_error(run, options):
    """A misspelled or positional option names itself and what there is."""
    result = run(
        f"""
        @pytest.mark.zaius({options})
        def test(zaius_events):
            pass
        """
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the marker zaius*allow_invalid=False*"])


def test_an_event_that_a_handler_completes_is_not_invalid(run):
    """What lacks identifiers until a handler of the user's adds its defaults is no invalid event."""
    run(
        """
        import zaius_logging
        def test(zaius_events):
            handler = zaius_logging.ZaiusHandler(identifiers={"customer_id": "9"})
            logging.getLogger("shop").addHandler(handler)
            logging.getLogger("shop").info("x", extra={"zaius": {"type": "a", "action": "b"}})
            zaius_events.assert_sent("a", "b", identifiers={"customer_id": "9"}, times=1)
        """
    ).assert_outcomes(passed=1)


HEAVY = """
        import sys, threading
        HEAVY = {"requests", "urllib3", "ssl", "http.client", "sqlite3", "asyncio", "aiohttp", "redis", "click",
            "rich", "zaius_logging.testing._capture", "zaius_logging._transport.http.transport", "zaius_logging._spool.journal.spool"}
"""


@pytest.fixture
def alone(pytester, monkeypatch):
    """How to run pytest with our plugin only: others load asyncio and ssl for themselves."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return lambda *_: pytester.runpytest_subprocess("-p", "zaius_logging.pytest_plugin")


def test_it_costs_nothing_where_unused(run, alone):
    """A test that does not ask for the fixture: no handler, nothing heavy loaded, no thread of ours."""
    run(
        HEAVY
        + """
        def test():
            assert "zaius_logging.pytest_plugin" in sys.modules
            assert HEAVY & set(sys.modules) == set()
            assert threading.active_count() == 1
            assert not [h for h in logging.getLogger().handlers if "Zaius" in type(h).__name__]
        """,
        alone,
    ).assert_outcomes(passed=1)


def test_what_it_costs_is_seen(run, alone):
    """The negative control of the test above: with the fixture it finds the capture and a handler."""
    run(
        HEAVY
        + """
        def test(zaius_events):
            assert "zaius_logging.testing._capture" in HEAVY & set(sys.modules)
            assert [h for h in logging.getLogger().handlers if "Zaius" in type(h).__name__]
        """,
        alone,
    ).assert_outcomes(passed=1)


@pytest.mark.skipif(not INSTALLED, reason="needs an installation that has the entry point")
def test_pytest_finds_it_by_itself(pytester):
    """Nothing to name: the entry point is enough; it can be turned off, and be named where none is loaded."""
    pytester.makepyfile("def test(zaius_events):\n    assert not zaius_events.events\n")

    def outcome(*options):
        return pytester.runpytest_subprocess("-p", "no:schemathesis", *options).parseoutcomes()

    assert outcome() == {"passed": 1}
    assert outcome("-p", "zaius_logging") == {"passed": 1}
    assert outcome("-p", "no:zaius_logging") == {"errors": 1}
    pytester._monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    assert outcome() == {"errors": 1}
    assert outcome("-p", "zaius_logging") == {"passed": 1}


def test_the_type_of_the_fixture_can_be_named(run):
    """`ZaiusEvents` is for annotations."""
    run(
        """
        from zaius_logging.pytest_plugin import ZaiusEvents
        def test(zaius_events: ZaiusEvents) -> None:
            assert type(zaius_events) is ZaiusEvents
        """
    ).assert_outcomes(passed=1)


def test_nothing_reaches_the_network(run):
    """With the fixture in use no socket is opened, though the handler is configured for the real API."""
    run(
        """
        import socket
        import zaius_logging
        def test(zaius_events, monkeypatch):
            def no_network(*_):
                raise AssertionError("the network was used")
            monkeypatch.setattr(socket.socket, "connect", no_network)
            monkeypatch.setattr(socket, "getaddrinfo", no_network)
            handler = zaius_logging.ZaiusHandler(api_key="key")
            logging.getLogger("shop").addHandler(handler)
            buy()
            assert handler.flush(10)
            assert len(zaius_events) == 1
        """
    ).assert_outcomes(passed=1)


def test_the_plugin_names_its_marker_and_fixture(pytester):
    """`pytest --markers` and `--fixtures` explain them."""
    pytester.makeini("[pytest]\nfilterwarnings = ignore:Module already imported\n")
    markers = pytester.runpytest_inprocess(*PLUGIN, "--markers")
    markers.stdout.fnmatch_lines(["@pytest.mark.zaius(level='INFO'*"])
    fixtures = pytester.runpytest_inprocess(*PLUGIN, "--fixtures")
    fixtures.stdout.fnmatch_lines(["*Capture what `ZaiusHandler` would send during the test."])


def test_the_page_of_the_docs_is_true(pytester):
    """Its blocks are one test file; it passes and fails as the page says, word by word."""
    page = Path(__file__).parents[2] / "docs" / "how-to" / "test-your-events.md"
    if not page.exists():
        pytest.skip("the docs are not there")
    text = page.read_text("utf-8")
    blocks = re.findall(r"^```python[^\n]*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    shown = re.findall(r"<!-- its \w+ -->\n```text\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert len(shown) == 2
    (pytester.path / "test_shop.py").write_text("\n\n".join(blocks), "utf-8")
    result = pytester.runpytest_subprocess(*PLUGIN, "-q")
    result.assert_outcomes(passed=4, failed=1, errors=1)
    failed = next(number for number, line in enumerate(result.outlines) if line.startswith("E  "))
    said = [re.sub("^E {3,}(AssertionError: )?", "", line) for line in result.outlines[failed:]]
    expected = [line.strip() for line in shown[0].splitlines()]
    assert said[: len(expected)] == expected
    output = "\n".join(result.outlines).replace(f"{pytester.path}/", "/srv/shop/")
    assert shown[1] in output
