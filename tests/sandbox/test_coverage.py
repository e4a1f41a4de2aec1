"""Coverage of a catalogue: what arrived of each kind and field, what never did, and what it lacks."""

import json

import pytest

from zaius_logging.sandbox import Sandbox, SandboxClient, SandboxError, SandboxProcess
from zaius_logging.sandbox._coverage import Coverage

ITEM = {"fields": {"product_id": {"required": True}, "price": {}}}
CATALOG = {
    "name": "shop",
    "version": "7",
    "source": "events.toml",
    "text": "catalog = 1\n",
    "identifiers": {"email": {"line": 3}, "customer_id": {}},
    "kinds": {
        "order/purchase": {
            "line": 14,
            "fields": {
                "order": {"fields": {"order_id": {"required": True}, "items": {"item": ITEM}}},
                "channel": {"line": 16},
            },
        },
        "order/refund": {"line": 20, "fields": {}},
        "list/subscribe": {"line": 27, "fields": {"list_id": {}}, "deprecated": "use lists"},
        "account/login": {"fields": {}},
        "account/logout": {"fields": {}},
    },
}


def event(kind, **data):
    type_, _, action = kind.partition("/")
    return {"type": type_, "action": action, "identifiers": {"email": "a@b.co"}, "data": data}


def counted(*events, fate="ok"):
    coverage = Coverage(CATALOG)
    for number, each in enumerate(events, 1):
        coverage.add(json.dumps(each), fate, number)
    return coverage


def kinds(document):
    return {kind["name"]: kind["count"] for kind in document["kinds"]}


def fields(document, name):
    (kind,) = (each for each in document["kinds"] if each["name"] == name)
    return {field["name"]: field["count"] for field in kind["fields"]}


def test_kinds_and_fields_that_arrived_and_that_never_did():
    """Fields count once an event, nested ones and those of list items too; null is none."""
    items = [{"product_id": "1", "price": 2}, {"product_id": "2"}]
    order = {"order_id": "1", "items": items}
    document = counted(
        event("order/purchase", order=order, channel=None, ts=1),
        event("order/purchase", order={"order_id": "2"}),
    ).document()
    assert kinds(document) == {"order/purchase": 2, "order/refund": 0, "list/subscribe": 0}
    assert fields(document, "order/purchase") == {
        "order.order_id": 2,
        "order.items[].product_id": 1,
        "order.items[].price": 1,
        "channel": 0,
    }
    assert (document["kinds_seen"], document["kinds_total"]) == (1, 3)
    assert (document["fields_seen"], document["fields_total"]) == (3, 5)


def test_an_empty_list_is_no_stranger():
    """The catalogue has its items; so it has the list."""
    order = {"order_id": "1", "items": []}
    document = counted(event("order/purchase", order=order, odd=[])).document()
    (purchase,) = (kind for kind in document["kinds"] if kind["count"])
    assert purchase["unknown_fields"] == {"odd": 1}


def test_what_the_catalogue_lacks():
    """Kinds with the nearest known one, fields by their path, identifiers by their name."""
    stranger = {**event("order/purchased"), "identifiers": {"fs-user-id": "1"}}
    document = counted(stranger, event("order/purchase", order={"totl": 1}, gift="x")).document()
    assert document["unknown"] == [
        {"name": "order/purchased", "count": 1, "nearest": "order/purchase", "request": 1}
    ]
    assert document["kinds"][0]["unknown_fields"] == {"order.totl": 1, "gift": 1}
    known = {each["name"]: (each["known"], each["count"]) for each in document["identifiers"]}
    assert known == {"email": (True, 1), "customer_id": (True, 0), "fs-user-id": (False, 1)}


def test_standard_kinds_that_are_not_in_the_file_show_only_once_they_arrive():
    """What counts is the catalogue's own; the standard alone counts whole."""
    assert "account/login" not in kinds(counted().document())
    document = counted(event("account/login")).document()
    assert kinds(document)["account/login"] == 1
    assert (document["kinds_seen"], document["kinds_total"]) == (0, 3)
    whole = Coverage({"name": "standard", "kinds": {"pageview": {}, "account/login": {}}})
    assert whole.document()["kinds_total"] == 2


def test_fates_are_counted_apart():
    """Taken, taken with a warning, rejected."""
    for fate in ("ok", "warned", "rejected"):
        (kind, *_) = counted(event("order/purchase"), fate=fate).document()["kinds"]
        assert (kind["ok"], kind["warned"], kind["rejected"]) == tuple(
            int(each == fate) for each in ("ok", "warned", "rejected")
        )


def test_strangers_are_bounded():
    """A client that makes up kinds, fields and identifiers without an end costs a hundred of each."""
    strange = [
        {"type": f"t{n}", "action": "x", "identifiers": {f"i{n}": "1"}, "data": {}}
        for n in range(500)
    ]
    wide = event("order/purchase", **{f"f{n}": 1 for n in range(500)})
    document = counted(*strange, wide, 5, {"type": ["list"]}).document()
    assert len(document["unknown"]) == 100
    assert len(document["kinds"][0]["unknown_fields"]) == 100
    assert len(document["identifiers"]) <= 102


@pytest.mark.parametrize("kind", [Sandbox, pytest.param(SandboxProcess, marks=pytest.mark.slow)])
def test_over_http_and_in_the_process(kind, post, tmp_path):
    """What arrives is counted, cleared with the rest, and there again after a restart with a file."""
    file = tmp_path / "kept.db"
    with kind(catalog=CATALOG, keep=file) as sandbox:
        post(sandbox, [event("order/refund"), event("nothing/known")])
        assert kinds(sandbox.coverage())["order/refund"] == 1
        assert SandboxClient(sandbox.url).coverage() == sandbox.coverage()
    with kind(catalog=CATALOG, keep=file) as sandbox:
        document = sandbox.coverage()
        assert (kinds(document)["order/refund"], document["unknown"][0]["count"]) == (1, 1)
        sandbox.clear()
        assert kinds(sandbox.coverage())["order/refund"] == 0


@pytest.mark.parametrize("kind", [Sandbox, pytest.param(SandboxProcess, marks=pytest.mark.slow)])
def test_without_a_catalogue(kind):
    """It says which option is missing."""
    with kind() as sandbox, pytest.raises(SandboxError, match="there is no catalogue"):
        sandbox.coverage()


def test_what_does_not_fit_is_warned_of_or_rejected(post, good):
    """`check` gives grades: each is a rule, and only what must never be sent rejects."""

    def check(given):
        return [(given["data"]["grade"], "data.grade", "data.grade: says so (events.toml:14)")]

    with Sandbox(catalog=CATALOG, check=check) as sandbox:
        grades = ["unknown", "wrong", "deprecated", "refuse"]
        statuses = [post(sandbox, [good(grade=grade)])[0] for grade in grades]
        assert statuses == [202, 202, 202, 400]
        found = [entry["problems"][0] for entry in sandbox.session().entries]
    assert [each["rule"] for each in found] == [
        "not-in-catalog",
        "wrong-by-catalog",
        "deprecated",
        "denied-by-catalog",
    ]
    assert found[0]["message"].endswith("(events.toml:14)")
