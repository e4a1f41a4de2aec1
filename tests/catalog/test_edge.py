"""What the settings of the catalogue and of privacy do to an event between the log call and its bytes."""

import json
import logging
import sys
import types
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from zaius_logging import ConfigError, Event, Retry, StubTransport, ZaiusHandler, bound

PURCHASE = {
    "type": "order",
    "action": "purchase",
    "identifiers": {"customer_id": "C-000017"},
    "data": {"channel": "web", "order": {"order_id": "7", "total": 9.9}},
}
DETAIL = {
    "type": "product",
    "action": "detail",
    "identifiers": {"email": "tyler@example.com"},
    "data": {"product_id": "1"},
}
HASH_KEY = "a secret of the test"


class Shop:
    """A logger with a handler, what it sends, and what it tells."""

    def __init__(self, **settings):
        self.lines = []
        self.transport = StubTransport()
        self.handler = ZaiusHandler(
            transport=self.transport, notices=self.lines.append, source_fields=False, **settings
        )
        self.log = logging.Logger("shop")  # noqa: LOG001 - each test has its own
        self.log.addHandler(self.handler)

    def __call__(self, event, **data):
        """Log an event, with some of its data changed."""
        event = {**event, "data": {**event["data"], **data}} if data else event
        self.log.info("x", extra={"zaius": event})

    @property
    def sent(self):
        assert self.handler.flush(5)
        return self.transport.events

    @property
    def invalid(self):
        return self.handler.stats().invalid


@pytest.fixture
def shop(tmp_path, shop_text):
    """Make one; its catalogue is the shop's unless another is given."""
    made = []

    def make(catalog=None, **settings):
        if catalog is None:
            (tmp_path / "events.toml").write_text(shop_text, "utf-8")
            catalog = tmp_path / "events.toml"
            settings.setdefault("hash_key", HASH_KEY)
        made.append(Shop(catalog=catalog or None, **settings))
        return made[-1]

    yield make
    for each in made:
        each.handler.close()


def test_a_right_event_passes_as_it_is(shop):
    """Nothing is reported, and nothing changes but the id that its key makes."""
    one = shop()
    one(PURCHASE, ts=1764355200)
    [sent] = one.sent
    assert sent["data"] == {
        "channel": "web",
        "order": {"order_id": "7", "total": 9.9},
        "ts": 1764355200,
        "idempotence_id": sent["data"]["idempotence_id"],
    }
    assert one.lines == []


def test_by_default_what_does_not_fit_is_sent_and_told_once(shop):
    """One line for a kind of slip and a line of code, however often; with place, nearest name and form."""
    one = shop()
    for number in range(3):
        one(PURCHASE, totl=number, channel="Web")
    assert len(one.sent) == 3
    here = "test_edge.py:"
    assert len(one.lines) == 2
    assert all(here in line for line in one.lines)
    assert one.lines[0].endswith(
        "order/purchase does not fit the catalogue shop 7: data.totl: is no field; did you mean total?"
    )
    assert one.lines[1].endswith('data.channel: is none of "web", "app", "till" (events.toml:18)')
    assert one.invalid == 0


@pytest.mark.parametrize(
    ("setting", "slip"), [("on_unknown", {"totl": 1}), ("on_wrong", {"channel": "Web"})]
)
def test_each_setting_is_for_its_own_slips(shop, setting, slip):
    """`reject` makes the event invalid, `allow` says nothing; the other setting's slips are as they were."""
    strict = shop(**{setting: "reject"})
    strict(PURCHASE, **slip)
    assert (strict.sent, strict.invalid) == ([], 1)
    assert "1 invalid event" in strict.lines[0]
    silent = shop(**{setting: "allow"})
    silent(PURCHASE, **slip)
    assert (len(silent.sent), silent.lines) == (1, [])
    other = {"totl": 1} if "channel" in slip else {"channel": "Web"}
    silent(PURCHASE, **other)
    assert len(silent.lines) == 1


def test_an_invalid_event_is_told_with_all_its_findings(shop):
    """In one line: each path, the kind, and where the catalogue says so."""
    one = shop(on_unknown="reject", on_wrong="reject", strict=True)
    with pytest.raises(ValueError, match=r"data\.order_id") as error:
        one({**PURCHASE, "data": {"order": {"order_id": "7"}, "order_id": "7"}})
    assert str(error.value) == (
        "data.order_id: belongs to data.order.order_id; data.channel: is missing; one of "
        '"web", "app", "till" (order/purchase)'
    )


@pytest.mark.parametrize(
    "identifiers",
    [
        {"email": "staff@shop.example"},
        {"email": "no address"},
        {"customer_id": "99"},
        {"phone": "98765"},
    ],
)
def test_a_wrong_identifier_is_always_invalid(shop, identifiers):
    """It would merge customers for good, so no setting lets it through."""
    one = shop(on_unknown="allow", on_wrong="allow")
    one({**DETAIL, "identifiers": identifiers})
    assert (one.sent, one.invalid) == ([], 1)
    assert not any(value in line for value in identifiers.values() for line in one.lines)


def test_a_draft_rejects_nothing(shop, tmp_path, shop_text):
    """What was drafted from traffic only warns, until a person has looked at it."""
    (tmp_path / "draft.toml").write_text(
        shop_text.replace('version = "7"', 'version = "7"\ndraft = true')
    )
    one = shop(tmp_path / "draft.toml", hash_key=HASH_KEY, on_unknown="reject", on_wrong="reject")
    one(PURCHASE, totl=1)
    one({**DETAIL, "identifiers": {"email": "staff@shop.example"}})
    assert (len(one.sent), one.invalid, len(one.lines)) == (2, 0, 2)
    other = shop(tmp_path / "draft.toml", hash_key=HASH_KEY, on_unknown="allow", on_wrong="allow")
    other(PURCHASE, totl=1)
    assert (len(other.sent), other.invalid, other.lines) == (1, 0, [])


def test_identifiers_are_brought_into_their_form(shop):
    """An address is trimmed and in lower case, a phone number without blanks; bound ones and defaults too."""
    one = shop(identifiers={"phone": "+1 (555) 123-4567"})
    one({**DETAIL, "identifiers": {"email": " Tyler@Example.COM "}})
    with bound(identifiers={"email": "B@example.com"}):
        one({**DETAIL, "identifiers": {}})
    first, second = one.sent
    assert first["identifiers"] == {"phone": "+15551234567", "email": "tyler@example.com"}
    assert second["identifiers"] == {"phone": "+15551234567", "email": "b@example.com"}


def test_deny_needs_no_catalogue(shop):
    """A service account never merges, whatever its case; others pass."""
    one = shop(catalog=False, deny={"email": ["*@shop.example"]})
    one({**DETAIL, "identifiers": {"email": "Staff@Shop.example"}})
    one(DETAIL)
    assert (len(one.sent), one.invalid) == (1, 1)


def test_before_send_sees_json_values_and_may_change_them(shop):
    """Layers are merged, dates and Decimals are JSON's, and the caller's own dict is not touched."""
    seen = []

    def hook(event):
        seen.append(json.loads(json.dumps(event)))
        event["data"]["order"]["total"] = 1
        return event

    one = shop(catalog=False, before_send=hook, data={"shop": "x"})
    data = {"order": {"total": Decimal("9.90")}, "day": datetime(2026, 1, 31, tzinfo=timezone.utc)}
    one({**PURCHASE, "data": data})
    [sent] = one.sent
    assert seen[0]["data"]["order"] == {"total": 9.9}
    assert seen[0]["data"]["day"] == "2026-01-31T00:00:00.000Z"
    assert seen[0]["data"]["shop"] == "x"
    assert sent["data"]["order"] == {"total": 1}
    assert data["order"] == {"total": Decimal("9.90")}


def test_before_send_may_give_an_event_of_another_kind(shop):
    """A hook repairs old kinds: the catalogue judges what it gives; time and id stay."""
    one = shop(
        before_send=lambda e: Event("product", "detail", e["identifiers"], {"product_id": "1"}),
        on_unknown="reject",
    )
    one({**PURCHASE, "type": "old"}, ts=1764355200)
    [sent] = one.sent
    assert sent["type"] == "product"
    assert sent["data"]["ts"] == 1764355200
    assert sent["data"]["idempotence_id"]


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        (lambda event: event["nothing"], "before_send: raised KeyError"),
        (lambda _: "text", "before_send: returned str; it must return the event or None"),
        (lambda event: {**event, "properties": {}}, "properties: is not a key of an event"),
        (lambda event: {**event, "identifiers": {}}, "identifiers: at least one is needed"),
        (lambda event: {**event, "identifiers": {"email": "x@shop.example"}}, "identifiers.email: is one that must never be sent"),
    ],
)  # fmt: skip
def test_an_error_in_before_send_costs_that_event(shop, hook, said):
    """It is invalid, and is never sent as it was; the next one passes by its own merits."""
    one = shop(catalog=False, before_send=hook, deny={"email": ["*@shop.example"]})
    one(DETAIL)
    assert (one.sent, one.invalid) == ([], 1)
    assert said in one.lines[0]


def test_before_send_that_logs_does_not_recurse(shop):
    """An event that the hook logs is invalid; an ordinary line is nothing; its own event passes."""
    one = shop(
        catalog=False, before_send=lambda event: (one(DETAIL), one.log.info("line"), event)[2]
    )
    one(DETAIL)
    assert (len(one.sent), one.invalid) == (1, 1)
    assert "before_send: logs an event itself" in one.lines[0]


def test_the_key_makes_the_same_id_from_the_same_fields(shop):
    """Number or text, whatever else differs; another order, and a refund of it, have others."""
    one = shop()
    refund = {**PURCHASE, "action": "refund"}
    ids = {}
    for name, event, data in (
        ("first", PURCHASE, {}),
        ("again", PURCHASE, {"order": {"order_id": 7, "total": 1}}),
        ("other", PURCHASE, {"order": {"order_id": "8"}}),
        ("refund", refund, {"refund_id": "r", "channel": None}),
        ("refund 2", refund, {"refund_id": "s"}),
    ):
        one(event, **data)
        ids[name] = one.sent[-1]["data"]["idempotence_id"]
    assert ids["first"] == ids["again"] == "33df020b-5349-8191-832f-70e5d3ac4847"
    assert len(set(ids.values())) == 4


def test_a_callers_own_id_has_the_last_word(shop):
    """And where a field of the key is missing, the id is a fresh one."""
    one = shop()
    one(PURCHASE, idempotence_id="mine")
    assert one.sent[0]["data"]["idempotence_id"] == "mine"
    for _ in range(2):
        one(PURCHASE, order={"total": 1})
    _, first, second = (event["data"]["idempotence_id"] for event in one.sent)
    assert first != second


def test_active_event_is_put_in_where_the_catalogue_says_so(shop):
    """What the customer did not do does not count them as active, unless the call says otherwise."""
    one = shop()
    booked = {
        **PURCHASE,
        "type": "workshop",
        "action": "booked",
        "data": {"workshop_id": "c", "starts_at": "2026-01-31", "seat": 1},
    }
    one(booked)
    one(booked, active_event=True, seat=2)
    assert [event["data"]["active_event"] for event in one.sent] == [False, True]


def test_redact_and_hash_are_the_last_change(shop):
    """At any depth, through lists, what a hook added as well; the caller's own values stay."""
    one = shop(
        catalog=False,
        redact=["data.note", "data.order.items[].gift", "identifiers.phone"],
        hash=["data.ip", "identifiers.email"],
        hash_key=HASH_KEY,
        before_send=lambda event: (event["data"].update(note="from the hook"), event)[1],
    )
    items = [{"product_id": 1, "gift": "Anna"}, {"product_id": 2}]
    one(
        {
            **PURCHASE,
            "identifiers": {"email": " Tyler@Example.com", "phone": "+15551234567", "vuid": "1"},
            "data": {"ip": "10.0.0.1", "note": "x", "order": {"items": items}},
        }
    )
    [sent] = one.sent
    assert set(sent["identifiers"]) == {"vuid", "email_hash"}
    assert sent["data"]["order"] == {"items": [{"product_id": 1}, {"product_id": 2}]}
    assert "note" not in sent["data"]
    assert len(sent["data"]["ip"]) == len(sent["identifiers"]["email_hash"]) == 64
    assert items[0]["gift"] == "Anna"
    one({**PURCHASE, "identifiers": {"email": "tyler@example.com"}})
    assert one.sent[1]["identifiers"]["email_hash"] == sent["identifiers"]["email_hash"]
    assert any(
        "identifiers.email is hashed: customers with email_hash" in line for line in one.lines
    )


def test_redact_leaves_the_callers_values_alone_without_a_hook(shop):
    """What lies on the way is copied before something in it is taken out."""
    one = shop(catalog=False, redact=["data.order.items.gift"])
    items = [{"product_id": 1, "gift": "Anna"}]
    one(PURCHASE, order={"items": items})
    assert one.sent[0]["data"]["order"] == {"items": [{"product_id": 1}]}
    assert items == [{"product_id": 1, "gift": "Anna"}]


def test_an_event_without_identifiers_after_redact_is_invalid(shop):
    """It would belong to nobody."""
    one = shop(catalog=False, redact=["identifiers.email"])
    one(DETAIL)
    assert (one.sent, one.invalid) == ([], 1)


def test_the_catalogues_own_columns_redact_and_hash(shop):
    """`redact` and `hash` of a field are for its kind; a form is judged before, on the plain value."""
    one = shop()
    one(PURCHASE, gift_to="Anna")
    one({**DETAIL, "type": "account", "action": "login", "data": {"ip": "10.0.0.1"}})
    purchase, login = one.sent
    assert "gift_to" not in purchase["data"]
    assert len(login["data"]["ip"]) == 64
    assert one.lines == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"hash": ["data.ip"]}, "hash: needs a secret: set ZAIUS_HASH_KEY"),
        ({"hash": "data.ip"}, "hash: must be a list of paths"),
        ({"redact": ["ip"]}, "redact: ip must begin with 'data.' or 'identifiers.'"),
        ({"redact": ["data.ts"]}, "redact: data.ts is what every event needs"),
        ({"hash_key": "short"}, "hash_key: must have 16 characters or more"),
        ({"deny": {"email": "*"}}, "deny: must map identifiers to lists of patterns"),
        ({"on_wrong": "refuse"}, "on_wrong: must be 'allow', 'warn' or 'reject'"),
        ({"before_send": "f"}, "before_send: must be callable as (event)"),
        ({"catalog": "none.toml"}, "catalog: none.toml cannot be read"),
        ({"catalog": "standard@7"}, "catalog: there is no standard@7"),
        ({"catalog": 7}, "catalog: must be 'standard' or the path"),
    ],
)
def test_a_wrong_setting_is_said_at_once(settings, said):
    """By its name and what would be right."""
    with pytest.raises(ConfigError) as error:
        ZaiusHandler(transport=StubTransport(), **settings)
    assert str(error.value).startswith(said)


def test_the_catalogues_hash_and_a_personal_key_need_the_secret(shop, shop_text, tmp_path):
    """Without it an e-mail could be guessed back from a digest; with it the key works."""
    (tmp_path / "hashed.toml").write_text(shop_text)
    with pytest.raises(ConfigError, match="hash: needs a secret"):
        shop(tmp_path / "hashed.toml")
    personal = shop_text.replace("fields.ip = {", 'key = ["ip"]\nfields.ip = {')
    (tmp_path / "personal.toml").write_text(personal)
    with pytest.raises(ConfigError, match=r"the key of account/login has personal data \(ip\)"):
        shop(tmp_path / "personal.toml")
    one = shop(tmp_path / "personal.toml", hash_key=HASH_KEY)
    for _ in range(2):
        one({**DETAIL, "type": "account", "action": "login", "data": {"ip": "10.0.0.1"}})
    first, second = (event["data"]["idempotence_id"] for event in one.sent)
    assert first == second


def test_a_stale_module_is_told(shop, monkeypatch):
    """One line that names both versions and the command."""
    module = types.ModuleType("shop_events")
    module.CATALOGUE = ("shop", "6", "0123456789ab")
    monkeypatch.setitem(sys.modules, "shop_events", module)
    one = shop()
    assert one.lines[0].startswith(
        "zaius_logging: shop_events was written from shop 6 (0123456789ab), events.toml is 7 ("
    )
    assert one.lines[0].endswith("run zaius-logging catalog types events.toml")


def test_a_kind_without_action_needs_none(shop):
    """What the catalogue lists without an action is sent without one."""
    one = shop()
    one({"type": "pageview", "identifiers": {"customer_id": "C-000017"}, "data": {"page": "/"}})
    [sent] = one.sent
    assert "action" not in sent


def test_require_action_false_lets_events_without_one_go(shop):
    """With it none is needed, and none is sent; without it the event is invalid. A blank one always is."""
    event = {key: value for key, value in DETAIL.items() if key != "action"}
    strict = shop(catalog=False)
    strict(event)
    assert (strict.sent, strict.invalid) == ([], 1)
    loose = shop(catalog=False, require_action=False, before_send=lambda event: event)
    loose(event)
    loose({**event, "action": None})
    loose({**event, "action": " "})
    assert ["action" in each for each in loose.sent] == [False, False]
    assert loose.invalid == 1


def test_a_placeholder_is_no_identifier(shop):
    """It is invalid by default, `warn` sends and tells it, `allow` says nothing; 0 is reported once."""
    event = {**DETAIL, "identifiers": {"customer_id": "NULL"}}
    one = shop(catalog=False)
    one(event)
    one({**DETAIL, "identifiers": {"customer_id": 0}})
    assert (len(one.sent), one.invalid) == (1, 1)
    assert "identifiers.customer_id: is a placeholder such as NULL" in one.lines[0]
    assert "identifiers.customer_id: may be a placeholder: 0" in one.lines[1]
    warned = shop(catalog=False, placeholders="warn")
    warned(event)
    assert (len(warned.sent), len(warned.lines)) == (1, 1)
    allowed = shop(catalog=False, placeholders="allow")
    allowed(event)
    assert (len(allowed.sent), allowed.lines) == (1, [])


def test_what_is_bound_is_judged_as_well(shop):
    """A placeholder in a context or a default would merge just as well."""
    one = shop(catalog=False)
    with bound(identifiers={"vuid": "undefined"}):
        one(DETAIL)
    assert one.invalid == 1


def test_what_before_send_drops_is_counted(shop):
    """As dropped, under its own reason, and nowhere else; the sums agree, and the next event passes."""
    one = shop(
        catalog=False, before_send=lambda event: event if event["data"].get("keep") else None
    )
    for number in range(5):
        one(DETAIL, keep=number == 4)
    assert len(one.sent) == 1
    stats = one.handler.stats()
    assert (stats.accepted, stats.delivered, stats.invalid) == (5, 1, 0)
    assert stats.dropped == {"before_send": 4}
    assert one.lines == []


def test_a_slip_that_goes_on_is_told_with_its_count(shop):
    """At the first, the 10th and the 100th time; each line of code has its own count."""
    one = shop()
    for _ in range(120):
        one(PURCHASE, totl=1)
    assert [line.rpartition("total?")[2] for line in one.lines] == [
        "",
        ", 10 times so far",
        ", 100 times so far",
    ]


@pytest.mark.parametrize("by_setting", [True, False])
def test_kept_kinds_are_dropped_last(shop, shop_text, tmp_path, by_setting):
    """The last tenth of the room is theirs; without the setting the room is everybody's."""
    (tmp_path / "plain.toml").write_text(shop_text.replace("keep  = true\n", ""))
    settings = {"keep": ["order/purchase"]} if by_setting else {}
    catalog = tmp_path / "plain.toml" if by_setting else None
    one = shop(
        catalog, capacity=100, flush_interval=3600, close_timeout=0.1, hash_key=HASH_KEY, **settings
    )
    one.transport.send = lambda _items: Retry("busy")
    for number in range(120):
        one({**DETAIL, "identifiers": {"customer_id": f"C-{number:06d}"}})
    assert one.handler.stats().dropped == {"overflow": 30}
    for number in range(12):
        one(PURCHASE, order={"order_id": number})
    assert one.handler.stats().dropped == {"overflow": 32}
    assert one.handler.stats().pending == 100
    control = shop(
        tmp_path / "plain.toml",
        capacity=100,
        flush_interval=3600,
        close_timeout=0.1,
        hash_key=HASH_KEY,
    )
    control.transport.send = lambda _items: Retry("busy")
    for _ in range(120):
        control(DETAIL)
    assert control.handler.stats().dropped == {"overflow": 20}
