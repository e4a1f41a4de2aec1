"""A catalogue's file is read, or it is said exactly what is wrong with it."""

import subprocess
import sys

import pytest

from zaius_logging import ConfigError
from zaius_logging._catalog.check import findings
from zaius_logging._catalog.generate import module
from zaius_logging._catalog.lines import places, statements
from zaius_logging._catalog.model import leaves
from zaius_logging._catalog.read import catalogue, parse

HEAD = 'catalog = 1\nname = "shop"\nversion = "1"\nextends = "standard@1"\n'


def test_a_kind_extends_that_of_the_standard(shop):
    """What the standard says stays, what the file says is added or tightened, and each knows its line."""
    kind = shop.kinds["order/purchase"]
    fields = dict(leaves(kind.fields))
    assert kind.about.startswith("The payment was captured")
    assert (kind.key, kind.keep, kind.line) == (("order.order_id",), True, 14)
    assert fields["order.order_id"].required
    assert fields["order.items[].price"].min == 0
    assert fields["order.items[].size"].one_of == ("S", "M", "L")
    assert (fields["channel"].type, fields["channel"].line) == ("text", 18)
    assert shop.kinds["workshop/booked"].active_event is False


def test_only_what_is_listed_is_a_kind(shop):
    """The standard's other kinds are not the shop's; identifiers are those of the file and no others."""
    assert "order/cancel" not in shop.kinds
    assert shop.closed
    assert list(shop.identifiers) == ["email", "phone", "customer_id"]
    assert shop.types_without_action == {"pageview"}


def test_the_standard_has_the_documented_kinds():
    """Those of the API's pages, each with a sentence; its version is pinned by name."""
    standard = catalogue("standard")
    assert {
        "order/purchase",
        "product/detail",
        "account/login",
        "list/subscribe",
        "pageview",
    } <= set(standard.kinds)
    assert all(kind.about for kind in standard.kinds.values())
    assert standard == catalogue("standard@1")
    assert standard.types_without_action == {"pageview", "customer_discovered"}


def test_the_standard_never_changes_under_its_name():
    """`standard@1` is pinned by users: a change of it is a new version, so this digest is for good."""
    assert catalogue("standard@1").digest == "9f8b8173ebc1"


def test_nested_fields_are_written_with_or_without_quotes():
    """`fields."order.total"` and `fields.order.total` are the same, and so is a table of their own."""
    for text in (
        '[kind."order/purchase"]\nfields."order.total" = { required = true }',
        '[kind."order/purchase"]\nfields.order.total = { required = true }',
        '[kind."order/purchase".fields.order]\ntotal = { required = true }',
    ):
        kind = parse(HEAD + text).kinds["order/purchase"]
        assert dict(leaves(kind.fields))["order.total"].required
        assert dict(leaves(kind.fields))["order.total"].type == "number"
        assert dict(leaves(kind.fields))["order.order_id"].required


def test_lines_and_file_names_do_not_change_the_digest(shop, shop_text):
    """A comment is no change; a field is."""
    assert parse("# one more\n" + shop_text, "other.toml").digest == shop.digest
    assert parse(shop_text.replace("min = 1", "min = 2")).digest != shop.digest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("catalog = 2", "events.toml:1: catalog must be 1"),
        ("catalog = 1", "name is missing"),
        ("nam = 1", "events.toml:1: nam is not known; did you mean name?"),
        (HEAD.replace("@1", "@9"), "events.toml:4: there is no standard@9; there is standard@1"),
        (HEAD + "[kind.x]\nfields.a = { typ = 'text' }", "events.toml:6: kind.x.fields.a.typ is not known; did you mean type?"),
        (HEAD + "[kind.x]\nfields.a = { type = 'txt' }", "must be one of text, id, integer"),
        (HEAD + "[kind.x]\nfields.a = { shape = 'itm' }", "names the shape itm, which there is not; did you mean item?"),
        (HEAD + "[kind.x]\nfields.a = { shape = 'item', type = 'text' }", "may say one of type, shape and list"),
        (HEAD + "[kind.x]\nfields.a.b = { type = 'text' }", "events.toml:6: kind.x.fields.a is no object here"),
        (HEAD + "[kind.'order/purchase']\nkey = ['order_id']", 'kind."order/purchase".key names order_id, which is no field of the kind; did you mean order.order_id?'),
        (HEAD + "[kind.'a/b/c']", 'must be named "type/action"'),
        (HEAD + "[identifiers]\nemail = { form = '(a+)+' }", "events.toml:6: identifiers.email.form has a repeat inside a repeat"),
        (HEAD + "[identifiers]\nemail = 'email'", "must be a table"),
        (HEAD + "[shape.a]\nb = { shape = 'a' }\n[kind.x]\nfields.a = { shape = 'a' }", "shapes inside shapes"),
        (HEAD + "[kind.order.purchase]", 'events.toml:5: kind.order.purchase is not known; a kind is [kind."order/purchase"]'),
        (HEAD + "[kind.x]\nfields.'' = { type = 'text' }", "has a name that is blank"),
        (HEAD + "[kind.x]\nfields.a = { type = 'integer', one_of = ['S'] }", "events.toml:6: kind.x.fields.a has a value in one_of that is not of its type, integer"),
        (HEAD + "[kind.x]\nfields.a = { list = 'text', one_of = ['S'] }", "has a value in one_of that is not of its type, list"),
        (HEAD + "[kind.'order/purchase']\nfields.order.total = { one_of = ['S'] }", "not of its type, number"),
        (HEAD + "[kind.x]\nfields.a = { type = 'integer', form = '[0-9]+' }", "has a form, which is for text, but its type is integer"),
        (HEAD + "[kind.x]\nfields.a = { type = 'time', min = 1 }", "has min or max, which are for text, numbers and lists, but its type is time"),
        (HEAD + "[kind.x]\nfields.a = { type = 'integer', min = 2, max = 1 }", "has a min above its max"),
        ("catalog = ", "events.toml is no TOML: Invalid value (at end of document)"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_line_and_cure(text, said):
    """Each mistake names its line and what there is."""
    with pytest.raises(ConfigError) as error:
        parse(text)
    assert said in str(error.value)


def test_an_example_may_be_a_date():
    """TOML has dates, JSON has none: all that is made of a catalogue has the text of one."""
    shop = parse(
        HEAD + '[kind."a/b"]\n'
        "fields.at = { type = 'time', required = true, example = 2026-01-31T12:00:00Z }\n"
        "fields.days = { list = 'time', example = [2026-01-31] }\n"
    )
    event = {"type": "a", "action": "b", "identifiers": {"customer_id": "1"}, "data": {}}
    assert [str(each) for each in findings(shop, event)] == [
        'data.at: is missing; such as "2026-01-31T12:00:00+00:00"'
    ]
    assert "Such as" in module(shop)
    assert shop.plain()["kinds"]["a/b"]["fields"]["days"]["example"] == ["2026-01-31"]


def test_values_may_be_texts_and_numbers():
    """Sizes are S and 38: both are right, and what is neither is wrong."""
    shop = parse(HEAD + "[kind.a]\nfields.size = { one_of = ['S', 38] }")
    for size, said in (("S", []), (38, []), ("38", ['data.size: is none of "S", 38'])):
        event = {"type": "a", "identifiers": {"customer_id": "1"}, "data": {"size": size}}
        assert [str(each) for each in findings(shop, event)] == said


def test_a_form_alone_is_that_of_text():
    """A number has no form, so it is wrong where the catalogue asks for one."""
    shop = parse(HEAD + "[kind.a]\nfields.sku = { form = '[A-Z]+' }")
    event = {"type": "a", "identifiers": {"customer_id": "1"}, "data": {"sku": 7}}
    assert [each.rule for each in findings(shop, event)] == ["type"]


def test_a_mark_in_front_of_a_file_is_no_part_of_it(tmp_path):
    """Some editors write a byte order mark."""
    (tmp_path / "events.toml").write_text(HEAD, "utf-8-sig")
    assert catalogue(tmp_path / "events.toml").name == "shop"


def test_a_file_that_is_not_there_is_said(tmp_path):
    """By its name and the system's word."""
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read: No such file"):
        catalogue(tmp_path / "none.toml")


def test_a_catalogue_inside_a_package(tmp_path, monkeypatch, shop_text):
    """`package:file` is found without importing the package."""
    (tmp_path / "shop_events").mkdir()
    (tmp_path / "shop_events" / "__init__.py").write_text("raise RuntimeError")
    (tmp_path / "shop_events" / "events.toml").write_text(shop_text)
    monkeypatch.syspath_prepend(tmp_path)
    assert catalogue("shop_events:events.toml").name == "shop"
    with pytest.raises(ConfigError, match="there is no package shop_event"):
        catalogue("shop_eventz:events.toml")
    (tmp_path / "no_init").mkdir()
    (tmp_path / "no_init" / "events.toml").write_text(shop_text)
    assert catalogue("no_init:events.toml").name == "shop"


def test_what_is_no_package_is_said(tmp_path):
    """The program itself has no place where a file could lie beside."""
    done = subprocess.run(
        [sys.executable, "-m", "zaius_logging", "catalog", "check", "--catalog", "__main__:e.toml", "x"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "__main__:e.toml" in done.stderr


def test_python_3_10_is_told_what_to_install(monkeypatch):
    """Where neither tomllib nor tomli is, the error names the extra."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    monkeypatch.setitem(sys.modules, "tomli", None)
    with pytest.raises(ConfigError, match=r"pip install 'zaius-logging\[catalog\]'"):
        parse(HEAD)


def test_lines_of_all_that_toml_can_write():
    """Quotes, comments, lists over lines and inline tables: each path has the line that says it."""
    text = (
        'a = "# no comment" # one\n[b."c.d"] # two\ne = [\n  1, # three\n  2,\n]\n'
        'f.g = { h = "=", i = """x""" }\n"j k" = \'\'\'\n= #\n\'\'\'\nl = 1\n'
    )
    found = places(text)
    assert found["a",] == 1
    assert found["b", "c.d"] == 2
    assert found["b", "c.d", "e"] == 3
    assert found["b", "c.d", "f", "g", "i"] == 7
    assert found["b", "c.d", "j k"] == 8
    assert found["b", "c.d", "l"] == 11
    assert [each.comment for each in statements(text)] == ["# one", "# two", "", "", "", ""]
