"""Generated Python: the same bytes each time, typed so that both checkers find each slip, right at run time."""

import importlib.util
import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

import zaius_logging.events as shipped
from zaius_logging import StubTransport, ZaiusHandler
from zaius_logging._catalog.check import findings
from zaius_logging._catalog.generate import module
from zaius_logging._catalog.model import kind_name
from zaius_logging._catalog.read import catalogue, parse

NAMES = """
catalog = 1
name = "names"
version = 'says \"\"\" and more'
[identifiers]
"fs-user-id" = {}
class = {}
ts = {}
customer_id = {}
[shape.literal]
x = { one_of = ["label_printed", "handed_over", "in_transit", "delivered"] }
[shape.address]
zip = { type = "text" }
from = { type = "text" }
[shape.party]
address = { shape = "address" }
[kind."parcel/moved"]
about = " "
fields.status = { one_of = ["label_printed", "handed_over", "in_transit", "delivered"] }
fields.party = { shape = "party", required = true }
fields."party.address.zip" = { required = true }
fields.at = { type = "time" }
[kind."parcel/sent"]
fields.from = { shape = "address", required = true }
fields.to = { shape = "address" }
fields.number = { type = "id" }
[kind."ticket/moved"]
fields.status = { one_of = ["opened_by_customer", "answered_by_staff", "closed"], required = true }
fields.all = { list = "literal" }
fields.party = { shape = "party" }
[kind."ticket/moved-2"]
fields.party = { shape = "party" }
[kind."e-mail/sent-out"]
[kind."e_mail/sent_out"]
[kind."e_mail/sent-out"]
[kind."e_mail/without_action"]
[kind."e_mail/str"]
[kind.e_mail]
[kind."datetime/dict"]
[kind."Any/x"]
[kind."füße/größer"]
fields."fläche_m²" = { type = "number", required = true }
fields."½" = { type = "number" }
fields."ﬁeld" = { type = "text" }
fields.field = { type = "text" }
fields._extra = { type = "text" }
fields.__own = { type = "text" }
fields.dict = { type = "text" }
fields.str = { type = "text" }
fields.from = { type = "text" }
fields.type = { type = "text" }
fields.None = { type = "text" }
fields.customer_id = { type = "text" }
fields.data = { type = "text" }
"""
"""Names that Python does not take, takes for another, or has for something else."""

USES = Path(__file__).with_name("uses")
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory, shop):
    """A folder with the shop's module and the uses of it."""
    folder = tmp_path_factory.mktemp("uses")
    (folder / "shop_events.py").write_text(module(shop), "utf-8")
    for use in USES.glob("*.py"):
        (folder / use.name).write_text(use.read_text("utf-8"), "utf-8")
    (folder / "pyrightconfig.json").write_text(
        json.dumps({"typeCheckingMode": "strict", "pythonVersion": "3.10"})
    )
    return folder


@pytest.fixture(scope="module")
def events(folder):
    """The shop's module, imported."""
    spec = importlib.util.spec_from_file_location("shop_events", folder / "shop_events.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_what_is_shipped_is_generated():
    """`zaius_logging.events` is what the generator makes of the standard: `zaius-logging catalog types standard`."""
    assert Path(shipped.__file__).read_text("utf-8") == module(catalogue("standard"))


def test_the_same_catalogue_gives_the_same_bytes(shop, shop_text):
    """Whatever the order of kinds; a change of a field changes them, and the head's digest."""
    first, *tables = re.split(r"(?m)^(?=\[kind)", shop_text)
    turned = parse("".join([first, *reversed(tables)]))
    assert module(turned) == module(shop)
    changed = parse(shop_text.replace("min = 1", "min = 2"))
    assert module(changed) != module(shop)


def test_a_formatter_leaves_it_as_it_is(folder):
    """`ruff format --check` has nothing to do, with long lists of values and odd names as well."""
    pytest.importorskip("ruff", reason="needs the extra dev")
    values = ", ".join(f'"value number {n}"' for n in range(20))
    odd = parse(
        'catalog = 1\nname = "odd"\nversion = "1"\n[shape.a]\nclass = { type = "text" }\n'
        '[kind."list/return"]\nabout = "Says \\"x\\" and \\\\n."\n'
        f"fields.class = {{ one_of = [{values}] }}\nfields.a = {{ list = 'a' }}\n"
        "fields.1st-time = { type = 'boolean', required = true }\nfields.ts2 = { as = 'data' }\n"
    )
    (folder / "odd.py").write_text(module(odd), "utf-8")
    done = subprocess.run(
        [BIN / "ruff", "format", "--check", "--line-length", "100", "odd.py", "shop_events.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    spec = importlib.util.spec_from_file_location("odd", folder / "odd.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    made = loaded.list_.return_(_1st_time=True, class_="value number 1", a=[{"class": "x"}])
    assert made["zaius"]["data"]["1st-time"] is True


def test_each_name_has_its_own(folder):
    """Words and marks that Python does not take, and two names that become one: each kind can be logged, and is right."""
    names = parse(NAMES)
    (folder / "names.py").write_text(module(names, "my-own"), "utf-8")
    spec = importlib.util.spec_from_file_location("names", folder / "names.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    right = [
        loaded.parcel.moved(address={"zip": "1", "from": "a"}, class_=1),
        loaded.parcel.sent(from_zip="1", to_zip="2", to_from="a", class_=1),
        loaded.ticket.moved(status="closed", all=[{"x": "delivered"}], fs_user_id=1),
        loaded.ticket.moved_2(address={"from": "a"}, ts_=1),
        loaded.e_mail.sent_out(customer_id=1),
        loaded.e_mail_.sent_out(customer_id=1),
        loaded.e_mail_.sent_out_(customer_id=1),
        loaded.e_mail_.without_action(customer_id=1),
        loaded.e_mail_.without_action_(customer_id=1),
        loaded.e_mail_.str_(customer_id=1),
        loaded.datetime_.dict_(customer_id=1),
        loaded.Any_.x(customer_id=1),
        loaded.füße.größer(
            fläche_m2=1,
            _1_2=1,
            field="a",
            field_="b",
            _extra_="c",
            _own="d",
            dict_="e",
            str_="f",
            from_="g",
            type="h",
            None_="i",
            data_="j",
            customer_id=1,
            customer_id_="k",
        ),
    ]
    events = [each["my-own"] for each in right]
    events = [
        {**each, "identifiers": {n: str(v) for n, v in each["identifiers"].items()}}
        for each in events
    ]
    assert [findings(names, each) for each in events] == [[]] * len(names.kinds)
    assert {kind_name(each["type"], each.get("action")) for each in events} == {*names.kinds}
    assert events[1]["data"] == {"from": {"zip": "1"}, "to": {"zip": "2", "from": "a"}}
    assert set(events[-1]["data"]) == {*names.kinds["füße/größer"].fields}


@pytest.mark.parametrize("head", ["", 'extends = "standard@1"'])
def test_a_catalogue_without_kinds_is_a_module_too(head):
    """Whoever begins one."""
    compile(module(parse(f'catalog = 1\nname = "a"\nversion = "1"\n{head}')), "a.py", "exec")


def errors_of_mypy(folder, name):
    """Line -> message."""
    pytest.importorskip("mypy", reason="needs the extra dev")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.10", "--no-error-summary",
         "--hide-error-context", "--cache-dir", ".mypy", name],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.findall(rf"(?m)^{name}:(\d+): error: (.*)$", done.stdout)
    assert done.returncode == bool(found), done.stdout + done.stderr
    return {int(line): text for line, text in found}


def errors_of_pyright(folder, name):
    """Line -> message."""
    pytest.importorskip("pyright", reason="needs the extra dev")
    done = subprocess.run(
        [BIN / "pyright", "--outputjson", "--pythonpath", sys.executable, name],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not done.stdout.startswith("{"):
        pytest.skip("pyright cannot be run here: it needs Node")
    found = json.loads(done.stdout)["generalDiagnostics"]
    return {each["range"]["start"]["line"] + 1: each["message"] for each in found}


CHECKERS = [errors_of_mypy, errors_of_pyright]


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKERS)
def test_right_uses_pass_strictly(check, folder):
    """The module itself, the shipped one and their uses have not one error."""
    (folder / "standard.py").write_text(Path(shipped.__file__).read_text("utf-8"), "utf-8")
    for name in ("shop_events.py", "right.py", "odd.py", "names.py", "standard.py"):
        if (folder / name).exists():
            assert check(folder, name) == {}


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKERS)
def test_wrong_uses_fail(check, folder):
    """Each slip is found on its own line: missing, misspelt, wrong type, identifier, item and kind."""
    lines = (folder / "wrong.py").read_text("utf-8").splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert len(wrong) == 14
    assert set(check(folder, "wrong.py")) == wrong


@pytest.mark.slow
def test_mypy_names_what_was_meant(folder):
    """Its texts are those of an editor."""
    lines = (folder / "wrong.py").read_text("utf-8").splitlines()
    said = {lines[number - 1]: text for number, text in errors_of_mypy(folder, "wrong.py").items()}
    text = "\n".join(said.values())
    assert 'Missing named argument "order_id" for "purchase" of "order"' in text
    assert (
        'Unexpected keyword argument "totl" for "purchase" of "order"; did you mean "total"' in text
    )
    assert 'Missing key "price" for TypedDict "Item"' in text


def test_what_it_returns_is_right(events, shop):
    """The API's nesting is behind the arguments; what was not given is not there."""
    assert events.order.purchase(customer_id="C-000017", order_id=7, channel="web", total=9.9) == {
        "zaius": {
            "type": "order",
            "action": "purchase",
            "identifiers": {"customer_id": "C-000017"},
            "data": {"channel": "web", "order": {"order_id": 7, "total": 9.9}},
        }
    }
    assert events.pageview() == {"zaius": {"type": "pageview"}}
    booked = events.workshop.booked(workshop_id="c", starts_at=1, seat=1)["zaius"]
    assert booked["data"]["active_event"] is False
    assert findings(shop, booked) == []


def test_a_log_call_delivers_it(events):
    """Plain logging underneath: what is returned is the `extra` of a call."""
    transport = StubTransport()
    handler = ZaiusHandler(transport=transport, identifiers={"customer_id": "C-000001"})

    log = logging.getLogger("test_generate")
    log.addHandler(handler)
    log.setLevel("INFO")
    log.propagate = False
    log.info("seat", extra=events.product.detail(product_id=7))
    log.info("mine", extra=shipped.product.detail(product_id=7, data={"colour": "red"},
             identifiers={"card_number": "7"}))  # fmt: skip
    assert handler.flush(5)
    handler.close()
    log.removeHandler(handler)
    plain, mine = transport.events
    assert plain["identifiers"] == {"customer_id": "C-000001"}
    assert mine["identifiers"] == {"customer_id": "C-000001", "card_number": "7"}
    assert (mine["data"]["product_id"], mine["data"]["colour"]) == (7, "red")
