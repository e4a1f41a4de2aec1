"""Which rule rejects, which only warns, and how options change that."""

import pytest

from zaius_logging.sandbox._judging import judge, rules_of
from zaius_logging.sandbox._options import OPTIONS, complete
from zaius_logging.sandbox._rulebook import RULES

NOW = 1_700_000_000.0
GOOD = {
    "type": "product",
    "action": "detail",
    "identifiers": {"email": "tyler@zaius.com"},
    "data": {"product_id": "1"},
}
ORDER = {**GOOD, "type": "order", "action": "purchase"}


def judged(event, **options):
    rejected, findings = judge(event, rules_of(complete(options)), NOW)
    return rejected, [(finding.rule, finding.path) for finding in findings]


CHANGED = [
    ({**GOOD, "properties": {}}, "unknown-field", "unknown_keys"),
    ({**GOOD, "identifiers": {"customer_id": "NULL"}}, "placeholder", "placeholders"),
    ({**GOOD, "identifiers": {"email": "none@shop.example"}}, "placeholder", "placeholders"),
    ({**GOOD, "identifiers": {"vuid": "a-b"}}, "vuid-hyphens", "vuid_hyphens"),
    ({**GOOD, "data": {}}, "missing-data", "missing_data"),
    ({**GOOD, "type": "list", "action": "subscribe", "data": {}}, "missing-data", "missing_data"),
    ({**GOOD, "data": {**GOOD["data"], "ts": NOW + 200_000}}, "future", "inferred"),
    ({**GOOD, "identifiers": {"email": "Tyler@zaius.com"}}, "email-form", "inferred"),
    ({**GOOD, "identifiers": {" ": "x", "vuid": "1"}}, "blank-name", "inferred"),
    ({**GOOD, "identifiers": {"customer_id": "0"}}, "zero-identifier", "inferred"),
    ({**GOOD, "type": "consent", "action": "given"}, "consent", "inferred"),
    ({**GOOD, "type": "rics_purchase"}, "type-slip", "inferred"),
]


@pytest.mark.parametrize(("event", "rule", "option"), CHANGED)
@pytest.mark.parametrize("verdict", ["allow", "warn", "refuse"])
def test_an_option_says_what_follows_from_a_rule(event, rule, option, verdict):
    """The event is taken in silence, taken with a warning, or rejected."""
    rejected, findings = judged(event, **{option: verdict})
    assert rejected == (verdict == "refuse")
    assert (rule in dict(findings)) == (verdict != "allow")


@pytest.mark.parametrize(("event", "rule", "option"), CHANGED)
def test_the_defaults(event, rule, option):
    """A placeholder is rejected, hyphens are no matter, all else is warned of."""
    rejected, findings = judged(event)
    verdict = OPTIONS[option].default
    assert (rejected, rule in dict(findings)) == (verdict == "refuse", verdict != "allow")


def test_an_action_can_be_left_out_where_the_account_takes_that():
    """`require_action=False` takes any type without one; the default only those documented so."""
    without = {name: value for name, value in GOOD.items() if name != "action"}
    assert judged(without) == (True, [("missing-action", "action")])
    assert judged(without, require_action=False) == (False, [])
    assert judged({**without, "type": "pageview"}) == (False, [])
    # Blank is not left out.
    assert judged({**without, "action": ""}, require_action=False)[0]


def test_strict_rejects_what_has_warnings_and_nothing_else():
    """What is allowed stays allowed, and a retry stays a retry."""
    assert judged({**GOOD, "data": {}}, strict=True) == (
        True,
        [("missing-data", "data.product_id")],
    )
    assert judged({**GOOD, "identifiers": {"vuid": "a-b"}}, strict=True) == (False, [])
    assert rules_of(complete({"strict": True})).verdicts["duplicate"] == "warn"


def test_each_option_of_a_rule_exists_and_documented_rules_do_not_bend():
    """A rule names an option, `strict` or nothing; what is inferred can always be changed."""
    for rule in RULES:
        assert rule.option in ("", *OPTIONS)
        if rule.evidence in ("I", "third party"):
            assert rule.option not in ("", "strict"), rule.name
        if rule.option in OPTIONS and OPTIONS[rule.option].choices:
            assert rule.verdict == OPTIONS[rule.option].default, rule.name


@pytest.mark.parametrize(
    ("event", "path", "words"),
    [
        ({**GOOD, "lists": ["news"]}, "lists", "list/subscribe"),
        ({**GOOD, "type": "purchase"}, "type", "type 'order' with action 'purchase'"),
        ({**GOOD, "type": "list_subscribe"}, "type", "type 'list' with action 'subscribe'"),
        ({**GOOD, "type": "customer_update"}, "type", "'account' with action 'update'"),
        ({**GOOD, "type": "registration"}, "type", "'account' with action 'register'"),
        ({**GOOD, "data": {"action": "x"}}, "data.action", "beside the type"),
        ({**ORDER, "data": {"order_id": "1"}}, "data.order_id", "data.order.order_id"),
        ({**ORDER, "data": {"order": {"value": 1}}}, "data.order.value", "data.order.total"),
        ({**ORDER, "data": {"order": {"currency": "EUR"}}}, "data.order.currency", "currency"),
        ({**GOOD, "identifiers": {"phone_number": "5551234567"}}, "identifiers.phone_number", "+1"),
        ({**GOOD, "identifiers": {"fs-user-id": "1"}}, "identifiers.fs-user-id", "fs_user_id"),
        ({**GOOD, "identifiers": {"email": "a @b.co"}}, "identifiers.email", "blanks"),
        ({**GOOD, "action": "opt_in"}, "action", "consent is a state"),
    ],
)
def test_known_slips_have_hints(event, path, words):
    """What people send by mistake is answered with what they meant."""
    _, findings = judge(event, rules_of(complete({})), NOW)
    assert any(finding.path == path and words in finding.message for finding in findings)
