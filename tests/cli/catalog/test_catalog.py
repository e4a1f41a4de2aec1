"""`zaius-logging catalog`: each subcommand as its users run it."""

import io
import json
import logging
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random

import pytest

from zaius_logging import ZaiusHandler
from zaius_logging._catalog.check import findings
from zaius_logging._catalog.read import parse
from zaius_logging.cli.command import run
from zaius_logging.cli.shop import Shop
from zaius_logging.sandbox import Sandbox

HEAD = 'catalog = 1\nname = "shop"\nversion = "1"\nextends = "standard@1"\n'


@pytest.fixture
def catalog(tmp_path, monkeypatch, capsys):
    """Run a subcommand in a folder of its own: status, what it said, what it said of errors."""
    monkeypatch.chdir(tmp_path)

    def run_it(*arguments, says=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(says))
        status = run(["catalog", *map(str, arguments)])
        out, err = capsys.readouterr()
        return status, out, err

    return run_it


def traffic(path, count=400):
    """Events of a shop, with what people get wrong."""
    lines = [
        {
            "type": "order",
            "action": "purchase",
            "identifiers": {"customer_id": f"C-{n % 90:06d}", "email": f"c{n % 90}@x.example"},
            "data": {
                "channel": ("web", "app")[n % 2],
                "note": "call anna@home.example" if n % 100 == 0 else f"thanks {n}",
                "order": {
                    "order_id": n,
                    "total": n + 0.5,
                    "items": [{"product_id": 1, "colour": "red"}],
                },
            },
        }
        for n in range(count)
    ]
    wrong = {"type": "order", "action": "purchased", "identifiers": {"customer_id": "NULL"}}
    path.write_text(
        "\n".join([*map(json.dumps, [*lines, wrong]), '{"message": "a log line", "level": "INFO"}'])
    )


def test_init_types_and_check(catalog, tmp_path):
    """A first file of ten lines, its module, and a module that is stale: said in words, status 1."""
    assert catalog("init", "--name", "shop")[0] == 0
    assert catalog("init")[0] == 2
    assert len((tmp_path / "events.toml").read_text().splitlines()) <= 12
    assert catalog("types", "events.toml", "-o", "shop_events.py")[0] == 0
    assert catalog("types", "events.toml", "-o", "shop_events.py", "--check")[0] == 0
    text = (tmp_path / "events.toml").read_text()
    (tmp_path / "events.toml").write_text(text.replace('"1"', '"2"'))
    status, _, err = catalog("types", "events.toml", "-o", "shop_events.py", "--check")
    assert status == 1
    assert err == (
        "shop_events.py is not what events.toml says: run zaius-logging catalog types events.toml "
        "-o shop_events.py\n"
    )
    status, out, _ = catalog("types", "standard")
    assert out == (Path(parse.__code__.co_filename).parents[1] / "events.py").read_text("utf-8")


def test_what_init_writes_is_in_order(catalog):
    """`fmt --check` has nothing to do."""
    catalog("init")
    assert catalog("fmt", "--check")[0] == 0


def test_fmt_keeps_comments_and_meaning(catalog, tmp_path, shop_text):
    """Tables of fields go beside their kind, one style, each comment there still; twice is once."""
    file = tmp_path / "events.toml"
    odd = (
        shop_text
        + '[kind."a/b"]  # why\nkey=["x"]\n# of the fields\n[kind."a/b".fields] # theirs\nx = {type="text",required=true} # x\n'
        + "[kind.c]\nfields = { y = { one_of = [1,\n2] } }\n"
    )
    file.write_text(odd)
    status, _, err = catalog("fmt", "--check")
    assert (status, err) == (
        1,
        "events.toml is not in one style: run zaius-logging catalog fmt events.toml\n",
    )
    assert catalog("fmt")[0] == 0
    new = file.read_text()
    assert parse(new) == parse(new)
    assert parse(new).digest == parse(odd).digest
    assert 'fields.x = { type = "text", required = true }  # x\n' in new
    assert "fields.y = { one_of = [1, 2] }\n" in new
    for comment in ("# why", "# of the fields", "# theirs", "# x"):
        assert comment in new
    assert catalog("fmt", "--check")[0] == 0


def test_fmt_keeps_what_it_would_change(catalog, tmp_path):
    """A kind in two places cannot be folded: it is said, and the file is as it was."""
    text = HEAD + '[kind.a.fields]\nx = { type = "text" }\n[kind.b]\n[kind.a]\nabout = "a"\n'
    (tmp_path / "events.toml").write_text(text)
    status, _, err = catalog("fmt")
    assert status == 2
    assert "write the tables of a kind one after the other" in err
    assert (tmp_path / "events.toml").read_text() == text


@pytest.mark.parametrize(
    ("old", "new", "said", "breaks"),
    [
        ("fields.a = { type = 'text' }", "fields.a = { type = 'text', required = true }", "x/y data.a: is required now", True),
        ("fields.a = { type = 'text' }", "fields.a = { type = 'any' }", "x/y data.a: type text -> any", False),
        ("fields.a = { type = 'number' }", "fields.a = { type = 'integer' }", "x/y data.a: type number -> integer", True),
        ("fields.a = { type = 'text' }", "", "x/y data.a: is gone", True),
        ("", "fields.a = { type = 'text' }", "x/y data.a: is new", False),
        ("fields.a = { type = 'text' }\nkey = ['a']", "fields.a = { type = 'text' }", "x/y: key a -> none: ids change", True),
        ("fields.a = { one_of = ['b', 'c'] }", "fields.a = { one_of = ['b'] }", "x/y data.a: takes fewer values", True),
        ("fields.a = { one_of = ['b'] }", "fields.a = { one_of = ['b', 'c'] }", "x/y data.a: takes more values", False),
        ("fields.a = { list = 'text' }", "fields.a = { list = 'integer' }", "x/y data.a: list of text -> integer", True),
        ("fields.a = { list = 'text' }", "fields.a = { list = 'id' }", "x/y data.a: list of text -> id", False),
        ("fields.a = { type = 'text' }", "fields.a = { type = 'text', as = 'b' }", "x/y data.a: is the argument b now", True),
        ("fields.a = { type = 'text' }\nkey = ['a']", "fields.a = { type = 'text', pii = true }\nkey = ['a']", "x/y: key with personal data is made with the secret: ids change", True),
        ("", "[identifiers]\nvuid = {}\ncustomer_id = {}\nemail = { form = 'email' }\nphone = { form = 'phone' }\nzaius_id = {}\nfs_user_id = {}\nweb_user_id = {}", "identifiers: are those listed and no others now", True),
        ("fields.a = { type = 'integer', min = 1 }", "fields.a = { type = 'integer', min = 0 }", "x/y data.a: min 1 -> 0", False),
    ],
)  # fmt: skip
def test_diff_says_what_breaks(catalog, tmp_path, old, new, said, breaks):  # noqa: PLR0917 - a table
    """Status 1 where events or code that were right become wrong, or ids change."""
    for name, text in (("old", old), ("new", new)):
        (tmp_path / name).write_text(f'{HEAD}[kind."x/y"]\n{text}\n')
    status, out, _ = catalog("diff", "old", "new")
    assert status == breaks
    assert out == ("BREAKS " if breaks else "       ") + said + "\n"


def test_export(catalog, tmp_path, shop_text):
    """JSON Schema for other languages, resolved JSON, and a schema of the file for editors."""
    (tmp_path / "events.toml").write_text(shop_text)
    schema = json.loads(catalog("export", "--json-schema")[1])
    purchase = next(each for each in schema["oneOf"] if each["title"] == "order/purchase")
    assert purchase["properties"]["data"]["required"] == ["order", "channel"]
    plain = json.loads(catalog("export", "--json")[1])
    assert plain["kinds"]["order/purchase"]["key"] == ["order.order_id"]
    editor = json.loads(catalog("export", "--editor")[1])
    assert "form" in editor["properties"]["identifiers"]["additionalProperties"]["properties"]


@pytest.mark.slow
def test_the_schemas_judge_as_the_catalogue(catalog, tmp_path, shop, shop_text):
    """By a validator of JSON Schema: the file is right by the editor's, events by the exported one."""
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    from zaius_logging._catalog.toml import loads

    (tmp_path / "events.toml").write_text(shop_text)
    editor = validator(json.loads(catalog("export", "--editor")[1]))
    assert editor.is_valid(loads(shop_text))
    assert not editor.is_valid(loads(shop_text.replace("required", "requird")))
    events = validator(json.loads(catalog("export", "--json-schema")[1]))
    right = {
        "type": "workshop", "action": "booked", "identifiers": {"customer_id": "C-000017"},
        "data": {"workshop_id": "c", "starts_at": "2026-01-31", "seat": 1, "ts": 1764355200},
    }  # fmt: skip
    wrong = [
        {**right, "data": {**right["data"], "seat": 0}},
        {**right, "data": {"workshop_id": "c"}},
        {**right, "data": {**right["data"], "set": 1}},
        {**right, "identifiers": {"customer_id": "17"}},
        {**right, "action": "book"},
    ]
    for event in [right, *wrong]:
        assert events.is_valid(event) == (not findings(shop, event)) == (event is right)


def test_check_tells_each_slip_once_with_its_count(catalog, tmp_path, shop_text):
    """Files of JSON lines with logs between; first place, line of the catalogue, count; status 1."""
    (tmp_path / "events.toml").write_text(shop_text)
    traffic(tmp_path / "a.jsonl")
    status, out, _ = catalog("check", "a.jsonl", "--coverage")
    assert status == 1
    assert (
        "a.jsonl:1 order/purchase: data.note: is no field of order/purchase (events.toml:14), 400 times\n"
        in out
    )
    assert "data.order.items[].quantity: is missing (events.toml:11), 400 times" in out
    assert (
        "a.jsonl:401 order/purchased: identifiers.customer_id: is a placeholder such as NULL, once"
        in out
    )
    assert "401 events: 0 right, 401 not, by the catalogue shop 7" in out
    assert re.search(r"Catalogue shop 7: 1 of 8 kinds seen", out)
    assert re.search(r"order/refund +0  never seen +events.toml:20", out)


def test_check_of_a_catalogue_says_whether_it_is_right(catalog, tmp_path, shop_text):
    """Without events: status 0 and its kinds; a wrong one is reported with its line, as by `types`."""
    (tmp_path / "own.toml").write_text(shop_text)
    said = "own.toml: the catalogue shop 7 is right, 8 kinds\n"
    assert catalog("check", "own.toml") == (0, said, "")
    (tmp_path / "own.toml").write_text(shop_text.replace("required", "requird", 1))
    status, _, err = catalog("check", "own.toml")
    assert status == 2
    assert "own.toml:11" in err
    assert "did you mean required?" in err


def test_check_of_right_events_is_silent_but_for_a_line(catalog, tmp_path):
    """Status 0. CSV goes by a mapping file, as for send."""
    (tmp_path / "m.toml").write_text(
        'type = "order"\naction = "purchase"\n[identifiers]\ncustomer_id = "who"\n[data]\n"order.order_id" = "no"\n'
    )
    (tmp_path / "o.csv").write_text("who,no\nA,1\nB,2\n")
    status, out, err = catalog("check", "o.csv", "--catalog", "standard", "--mapping", "m.toml")
    assert (status, out, err) == (0, "2 events: 2 right, 0 not, by the catalogue standard 1\n", "")


def test_learn_proposes_and_decides_nothing(catalog, tmp_path):
    """Guesses are marked with counts, nothing is invalid yet, no text of traffic is an example."""
    traffic(tmp_path / "a.jsonl")
    status, out, _ = catalog("learn", "a.jsonl")
    assert status == 0
    draft = parse(out)
    assert draft.draft
    assert draft.identifiers["email"].form == "email"
    assert '# ? one_of = ["app", "web"]: 2 seen, none new after 2 of 400' in out
    assert "# ? required = true: seen in 400 of 400, absent in under 0.75 %" in out
    assert 'fields.note = { type = "text", redact = true }' in out
    assert "# ? 4 of 400 hold an address" in out
    assert "identifiers.customer_id: 1 placeholders such as NULL" in out
    assert '# ? "order/purchased" (1 seen) is probably order/purchase: a.jsonl:401' in out
    assert "anna" not in out
    assert "thanks" not in out
    assert not draft.kinds["order/purchase"].fields["channel"].one_of


def test_diff_says_which_arguments_get_another_name(catalog, tmp_path):
    """A second object with the same fields: neither has them under the short name, which would mean either."""
    text = f"{HEAD}[shape.place]\nzip = {{ type = 'text' }}\n[kind.x]\nfields.a = {{ shape = 'place' }}\n"
    (tmp_path / "old").write_text(text)
    (tmp_path / "new").write_text(text + "fields.b = { shape = 'place' }\n")
    status, out, _ = catalog("diff", "old", "new")
    assert status == 1
    assert "BREAKS x data.a.zip: is the argument a_zip now\n" in out


def test_diff_says_that_another_name_changes_ids(catalog, tmp_path):
    """The catalogue's name goes into the ids that `key` makes."""
    text = f"{HEAD}[kind.x]\nfields.a = {{ type = 'text' }}\nkey = ['a']\n[kind.y]\n"
    (tmp_path / "old").write_text(text)
    (tmp_path / "new").write_text(text.replace('"shop"', '"store"'))
    assert catalog("diff", "old", "new") == (
        1,
        "BREAKS x: catalogue shop -> store: ids change\n",
        "",
    )


def test_learn_takes_whatever_was_sent(catalog, tmp_path):
    """Lists of plain values, objects in objects of the same name, deep ones, and names that a catalogue cannot say."""
    deep = {"end": 1}
    for _ in range(12):
        deep = {"down": deep}
    data = {
        "tags": ["a", "b"],
        "sizes": [1, 2.5],
        "mixed": [1, {"a": 1}],
        "empty": [],
        "nothing": {},
        "comment": {"text": "x", "answer": {"comment": {"text": "y", "answer": {"n": 1}}}},
        "down": deep,
        "a.b": 1,
        "": 2,
        "grüße": 3,
    }
    events = [
        {"type": "blog", "action": "read", "identifiers": {"customer_id": "1"}, "data": data},
        {"type": "a/b", "action": "c", "identifiers": {"customer_id": "1"}},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, events)))
    status, out, err = catalog("learn", "a.jsonl")
    assert (status, err) == (0, "")
    fields = parse(out).kinds["blog/read"].fields
    assert {name: (fields[name].item.type) for name in ("tags", "sizes", "mixed", "empty")} == {
        "tags": "text",
        "sizes": "number",
        "mixed": "any",
        "empty": "any",
    }
    assert fields["comment"].fields["answer"].fields["comment"].fields["text"].type == "text"
    assert "3 names of kinds or fields are blank, or have dots, slashes or brackets" in out
    (tmp_path / "draft.toml").write_text(out)
    assert catalog("check", "--catalog", "draft.toml", "a.jsonl")[1].count(" is no ") == 3


def test_a_short_list_by_chance_is_no_list(catalog, tmp_path):
    """Ten sightings prove nothing: neither a list of values nor that a field is always there."""
    traffic(tmp_path / "a.jsonl", count=10)
    out = catalog("learn", "a.jsonl")[1]
    assert "one_of" not in out
    assert "required" not in out


def test_learn_against_prints_the_difference_only(catalog, tmp_path):
    """What the catalogue has is not said again."""
    traffic(tmp_path / "a.jsonl")
    catalog("learn", "a.jsonl", "-o", "events.toml")
    assert catalog("learn", "a.jsonl", "--against", "events.toml")[1].count("fields.") == 0
    text = (tmp_path / "events.toml").read_text()
    (tmp_path / "less.toml").write_text(re.sub(r"(?m)^fields.channel.*\n", "", text))
    new = catalog("learn", "a.jsonl", "--against", "less.toml")[1]
    assert re.findall(r"(?m)^fields\.(\w+)", new) == ["channel"]
    assert catalog("learn", "a.jsonl", "-o", "events.toml")[0] == 2  # never over a person's file


def test_review_walks_through_the_guesses(catalog, tmp_path):
    """Accepted, left out, changed, skipped; at the end the draft becomes the catalogue, and types from it."""
    traffic(tmp_path / "a.jsonl")
    catalog("learn", "a.jsonl", "-o", "events.toml")
    before = (tmp_path / "events.toml").read_text()
    assert catalog("review", says="q\n")[0] == 0
    assert (tmp_path / "events.toml").read_text() == before
    marks = before.count("# ?") - 1  # one is the head's explanation
    answers = "s\n" * (marks + 1)
    assert catalog("review", says=answers)[0] == 0
    assert (tmp_path / "events.toml").read_text() == before
    status, out, err = catalog("review", says="a\n" * (marks + 1) + "y\n")
    assert status == 0, out + err
    after = (tmp_path / "events.toml").read_text()
    assert "# ?" not in after
    done = parse(after)
    assert not done.draft
    assert done.kinds["order/purchase"].fields["channel"].one_of == ("app", "web")
    assert done.kinds["order/purchase"].fields["channel"].required
    assert catalog("types", "-o", "shop_events.py")[0] == 0
    status, out, _ = catalog("check", "a.jsonl")
    assert "400 right, 1 not" in out


def test_a_wrong_catalogue_is_told_as_an_error(catalog, tmp_path):
    """File, line, path and cure, status 2; no traceback."""
    (tmp_path / "events.toml").write_text(HEAD + '[kind."a/b"]\nfields.x = { typ = "text" }\n')
    for arguments in (["types"], ["fmt"], ["export"], ["check", "none.jsonl"]):
        assert catalog(*arguments)[0] == 2
    assert "typ is not known; did you mean type?" in catalog("types")[2]
    assert catalog("check", "none.jsonl", "--catalog", "standard")[0] == 2


MAP = """type = "order"
action = "purchase"
[identifiers]
customer_id = "customer_id"
[data]
ts = "date:time"
"order.order_id" = "cdnow-{line}"
"order.total" = "dollars:number"
quantity = "quantity:integer"
"""


@pytest.mark.slow
def test_cdnow_goes_round(catalog, tmp_path):
    """6,919 real purchases: a draft from them, all right by it once it is reviewed, and types from it."""
    (tmp_path / "m.toml").write_text(MAP)
    purchases = Path(__file__).parents[2] / "data" / "cdnow_sample.csv"
    assert catalog("learn", purchases, "--mapping", "m.toml", "-o", "events.toml")[0] == 0
    assert (
        "# ? required = true: seen in 6,919 of 6,919, absent in under 0.043 %"
        in (tmp_path / "events.toml").read_text()
    )
    assert catalog("review", says="a\n" * 3 + "y\n")[0] == 0
    assert catalog("types", "-o", "shop_events.py")[0] == 0
    status, out, _ = catalog("check", purchases, "--mapping", "m.toml")
    assert (status, out) == (0, "6,919 events: 6,919 right, 0 not, by the catalogue shop 1\n")


@pytest.mark.slow
def test_a_day_of_the_demo_goes_round(catalog, tmp_path, monkeypatch):
    """What the demo's shop sends to a sandbox is learned by its address, checked, and typed."""
    # A test that ran before may have configured logging, which turns off all loggers that it does not name.
    monkeypatch.setattr(logging.getLogger("shop"), "disabled", False)
    with Sandbox() as sandbox:
        handler = ZaiusHandler(api_key="sandbox", endpoint=sandbox.endpoint)
        root = logging.getLogger()
        level = root.level
        root.addHandler(handler)
        root.setLevel("INFO")
        opens = datetime(2026, 1, 31, 9, tzinfo=timezone.utc)
        for _ in Shop(opens, opens + timedelta(hours=9), Random(7)).day():
            pass
        assert handler.flush(20)
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()
        sent = len(sandbox.events())
        assert sent > 50
        assert catalog("learn", sandbox.url, "-o", "events.toml")[0] == 0
        assert catalog("types", "-o", "shop_events.py")[0] == 0
        out = catalog("check", sandbox.url)[1]
    assert f"{sent:,} events: " in out
