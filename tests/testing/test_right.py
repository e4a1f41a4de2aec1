"""The fixture fails on what the catalogue does not know, and on what was made and never logged."""

import importlib.util
import textwrap
from importlib.metadata import entry_points

import pytest

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow  # each starts pytest: handlers of one would stay for the next

INSTALLED = any(each.name == "zaius_logging" for each in entry_points(group="pytest11"))
PLUGIN = ["-p", "no:schemathesis"] + ["-p", "zaius_logging.pytest_plugin"] * (not INSTALLED)

CATALOGUE = """
catalog = 1
name = "shop"
version = "7"
extends = "standard@1"
[kind."order/purchase"]
fields.channel = { one_of = ["web", "app"], required = true }
[kind."product/add_to_cart"]
[kind."account/login"]
"""

SHOP = """
import logging
import pytest
from zaius_logging.events import account, order, pageview, product

log = logging.getLogger("shop")

def buy(channel="web", **data):
    log.info("bought", extra={"zaius": {"type": "order", "action": "purchase",
        "identifiers": {"customer_id": "7"}, "data": {"channel": channel, "order": {"order_id": "1"}, **data}}})
"""


@pytest.fixture
def run(pytester):
    """Run a test file after SHOP, beside a catalogue that the ini file names."""
    pytester.makeini(
        "[pytest]\naddopts = --strict-markers\nzaius_catalog = events.toml\nfilterwarnings =\n    error\n"
        "    ignore:Module already imported:pytest.PytestAssertRewriteWarning\n"
    )
    (pytester.path / "events.toml").write_text(CATALOGUE)

    def run(tests, *options, how=pytester.runpytest_subprocess):
        pytester.makepyfile(SHOP + textwrap.dedent(tests))
        return how(*PLUGIN, *options)

    return run


def test_right_events_pass(run):
    """The control: plain dicts and generated functions, logged."""
    run(
        """
        def test(zaius_events):
            buy()
            log.info("in", extra=account.login(customer_id=7))
            zaius_events.assert_sent("order", "purchase")
        """
    ).assert_outcomes(passed=1)


def test_what_does_not_fit_fails_the_test(run):
    """With the line of code, the difference, the nearest kind, and the catalogue's line."""
    result = run(
        """
        def test(zaius_events):
            buy("Web", totl=1)
            log.info("x", extra={"zaius": {"type": "product", "action": "addToCart",
                "identifiers": {"customer_id": "7"}}})
        """
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "2 events do not fit the catalogue shop 7 (events.toml):",
            "  *test_what_does_not_fit_fails_the_test.py:* order/purchase",
            "    data.totl: is no field; did you mean total?",
            '    data.channel: is none of "web", "app" (events.toml:7)',
            "  *test_what_does_not_fit_fails_the_test.py:* product/addToCart",
            "    is no kind; nearest is product/add_to_cart (events.toml:8)",
            "(allowed by @pytest.mark.zaius(allow_unknown=True))",
        ]
    )


def test_it_can_be_allowed(run):
    """By the marker, for one test; and another catalogue can be named there."""
    run(
        """
        @pytest.mark.zaius(allow_unknown=True)
        def test(zaius_events):
            buy("Web")
        @pytest.mark.zaius(catalog="standard", allow_unlogged=True)
        def test_other(zaius_events):
            log.info("page", extra=product.detail(product_id=1, customer_id=7))
            order.purchase(order_id=1)
        """
    ).assert_outcomes(passed=2)


FORM = """
version = "7"
[identifiers]
customer_id = { deny = ["0"] }
email = { form = "email" }
phone = { form = "phone" }
"""


def test_a_wrong_form_cannot_be_allowed_as_unknown(run, pytester):
    """A handler with the catalogue makes it invalid, so it passes with `allow_invalid` alone; a form it corrects is right."""
    text = CATALOGUE.replace('version = "7"', "").replace('[kind."order', FORM + '[kind."order')
    (pytester.path / "events.toml").write_text(text)
    result = run(
        """
        def login(**identifiers):
            log.info("in", extra={"zaius": {"type": "account", "action": "login",
                "identifiers": identifiers, "data": {"x": 1}}})
        @pytest.mark.zaius(allow_unknown=True)
        def test_form(zaius_events):
            login(phone="12")
            zaius_events.assert_sent("account", "login")
        @pytest.mark.zaius(allow_unknown=True)
        def test_deny(zaius_events):
            login(customer_id="0")
        @pytest.mark.zaius(allow_unknown=True, allow_invalid=True)
        def test_allowed(zaius_events):
            login(phone="12")
        @pytest.mark.zaius(allow_unknown=True)
        def test_control(zaius_events):
            login(email=" Tyler@Example.com ", phone="+1 555 123 4567")
        """
    )
    result.assert_outcomes(passed=4, errors=2)
    result.stdout.fnmatch_lines(
        ["*identifiers.phone: has not the form*", "*handler with this catalogue*"]
    )
    result.stdout.no_fnmatch_line("(allowed by *allow_unknown*")


def test_what_a_handler_makes_invalid_is_reported_once(run):
    """With `reject` the handler has reported the slip, and the fixture does not do so again."""
    result = run(
        """
        import zaius_logging
        def test(zaius_events):
            handler = zaius_logging.ZaiusHandler(
                catalog="events.toml", on_wrong="reject", notices=lambda line: None)
            log.addHandler(handler)
            buy("Web")
            log.removeHandler(handler)
            handler.close()
        """
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["1 event was invalid*", "*data.channel: is none of*"])
    result.stdout.no_fnmatch_line("*not fit the catalogue*")


def test_the_catalogue_of_a_handler_counts_where_none_is_named(run, pytester):
    """What the application configures is what its tests are judged by."""
    pytester.makeini("[pytest]\nfilterwarnings = ignore:Module already imported\n")
    run(
        """
        import zaius_logging
        def test(zaius_events):
            handler = zaius_logging.ZaiusHandler(catalog="events.toml", notices=lambda line: None)
            log.addHandler(handler)
            buy("Web")
            log.removeHandler(handler)
            handler.close()
        """
    ).assert_outcomes(passed=1, errors=1)


def test_without_a_catalogue_nothing_is_judged(run, pytester):
    """Tests from before the catalogue stay as they are."""
    pytester.makeini("[pytest]\nfilterwarnings = ignore:Module already imported\n")
    run("def test(zaius_events):\n    buy('Web')\n").assert_outcomes(passed=1)


def test_what_was_made_and_never_logged_fails_the_test(run):
    """A call that was forgotten, a level that is off, an adapter that drops `extra`."""
    result = run(
        """
        def forgotten():
            order.purchase(order_id=1, customer_id=7)
        def test(zaius_events):
            forgotten()
            log.debug("off", extra=account.login(customer_id=7))
            logging.LoggerAdapter(log, {}).info("dropped", extra=account.login(customer_id=7))
        """
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "3 events were made and never logged (the level is off, or an adapter drops `extra`?):",
            "  *never_logged_fails_the_test.py:12",
            "  *never_logged_fails_the_test.py:15",
            "  *never_logged_fails_the_test.py:16",
            "(allowed by @pytest.mark.zaius(allow_unlogged=True))",
        ]
    )


def test_wrappers_that_take_what_is_in_it_have_logged_it(run):
    """Merging adapters, `**` as for structlog, a copy: each reads the event."""
    run(
        """
        class Merging(logging.LoggerAdapter):
            def process(self, message, arguments):
                return message, {**arguments, "extra": {**self.extra, **arguments["extra"]}}
        def info(message, **bound):
            log.info(message, extra=bound)
        def test(zaius_events):
            Merging(log, {"shop": "x"}).info("in", extra=account.login(customer_id=7))
            info("in", **account.login(customer_id=8))
            log.info("in", extra=dict(account.login(customer_id=9)))
            zaius_events.assert_sent("account", "login", times=3)
        """
    ).assert_outcomes(passed=1)


def test_outside_the_fixture_nothing_is_watched(run):
    """The generated functions return a plain dict again."""
    run(
        """
        def test_with(zaius_events):
            assert type(account.login) is not dict
        def test_without():
            assert type(account.login()) is dict
        """
    ).assert_outcomes(passed=2)


COVERED = """
def test_buy(zaius_events):
    buy()
def test_login(zaius_events):
    log.info("in", extra=account.login(customer_id=7))
"""


def test_coverage_is_shown_and_held(run):
    """Which kinds and fields the tests have logged; too few fail the run."""
    result = run(COVERED, "--zaius-coverage")
    result.assert_outcomes(passed=2)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "Catalogue shop 7: 2 of 3 kinds seen · 3 of 16 fields · 0 kinds unknown · *",
            "  account/login *1  ok 1 *events.toml:9",
            "  order/purchase *1  ok 1 *events.toml:6",
            "     order.total *0  never seen",
            "  product/add_to_cart *0  never seen *events.toml:8",
        ]
    )
    assert run(COVERED, "--zaius-coverage-fail-under=20").ret == 0
    result = run(COVERED, "--zaius-coverage-fail-under=80")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAILED: 26.3 % is under 80 %"])
    assert run(COVERED, "--zaius-coverage-fail-under=80", "--collect-only").ret == 0


@pytest.mark.skipif(not importlib.util.find_spec("xdist"), reason="needs pytest-xdist")
def test_coverage_adds_up_over_workers(run):
    """With `-n 2` the table is that of all tests."""
    result = run(COVERED, "--zaius-coverage", "-n", "2", "-p", "xdist")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["Catalogue shop 7: 2 of 3 kinds seen · 3 of 16 fields *"])
