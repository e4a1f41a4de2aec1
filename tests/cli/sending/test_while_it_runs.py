"""While it runs, and before it leaves: the pace by the hour, the plan, the stop after failures, ids by key."""

import json
from pathlib import Path

import pytest

from zaius_logging.cli.sending.hours import Pace, parse_rates

GOOD = '{"type":"account","action":"login","identifiers":{"customer_id":"c%d"},"data":{"ts":"2026-01-01T00:00:00Z"}}\n'
MAPPED = (
    *("--type", "order", "--action", "purchase", "--identifier", "customer_id=customer"),
    *("--data", "ts=day:time", "--data", "order.order_id=no", "--data", "order.total=total:number"),
)


def test_rates_by_the_hour():
    """One for all hours, others for some, over midnight too."""
    rates = parse_rates("2,22-6:20")
    assert [rates.hours[hour] for hour in (5, 6, 21, 22, 23, 0)] == [20, 2, 2, 20, 20, 20]
    assert (rates.highest, rates.lowest, rates.steady) == (20, 2, False)
    assert parse_rates("5").steady


def test_the_pace_lets_a_batch_go_at_a_time():
    """Events of a request go together; the next may follow after its share of a second; 0 is a pause."""
    pace = Pace(parse_rates("0,8-20:2"), 3)
    assert [pace.wait(10.0, 9) for _ in range(3)] == [0, 0, 0]
    assert pace.wait(10.0, 9) == 0.5
    assert pace.wait(10.5, 9) == 0
    assert Pace(parse_rates("0,8-20:2"), 3).wait(10.0, 21) == 1.0


def test_it_stops_after_so_many_failures(here, sandbox, write):
    """A wrong mapping of a million rows is reported after a few."""
    write("f.jsonl", (GOOD % 1) + '{"type": "order"}\n' * 50)
    done = here("send", "f.jsonl", "--max-refused", "3")
    assert done.returncode == 1
    assert "3 were invalid or rejected (--max-refused)" in done.stdout
    assert "3 times: action: is missing" in " ".join(done.stderr.split())


def test_failures_are_told_by_reason(here, sandbox, write):
    """Each reason once, with how often and the first three places."""
    write("f.jsonl", (GOOD % 1) + '{"type": "order"}\n' * 5 + "{nope\n")
    done = here("send", "f.jsonl")
    assert (
        "5 times: action: is missing; give it as text (f.jsonl:2, f.jsonl:3, f.jsonl:4, …)"
        in done.stderr
    )
    assert "f.jsonl:7: is not JSON" in done.stderr


@pytest.mark.parametrize(
    "word", ["NULL", "1.2E+12", "1,23457e+12", "#NV", "#WERT!", "####", " #N/D "]
)
def test_placeholders_are_sent_where_one_says_so(here, write, word):
    """Refused by default, as Excel's words for nothing in any language; `warn` sends and counts, `allow` sends."""
    write("f.jsonl", GOOD.replace("c%d", word))
    assert here("send", "--dry-run", "f.jsonl").returncode == 1
    done = here("send", "--dry-run", "f.jsonl", "--placeholders", "warn")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert "1 of customer_id may stand for nobody (0, -1, NULL ...), and were sent" in done.stderr
    assert here("send", "--dry-run", "f.jsonl", "--placeholders", "allow").returncode == 0


def test_the_plan(here, write):
    """What people check before it leaves: kinds, sums, times, customers, and what looks wrong."""
    write(
        "o.csv",
        "customer,day,no,total\n7.0,2026-01-02,1,9.99\n8.0,2026-01-01,1,0.01\n8.0,2026-01-03,2,5\n",
    )
    done = here("send", "--dry-run", "o.csv", *MAPPED)
    said = done.stderr
    assert len(done.stdout.splitlines()) == 3
    assert "3  order/purchase, order.total adds up to 15.00" in said
    assert "from 2026-01-01T00:00:00.000Z to 2026-01-03T00:00:00.000Z" in said
    assert "2 distinct customer_id" in said
    assert "1 event with an order_id that came before" in said
    assert "3 of customer_id look like 17850.0" in said


def test_the_plan_adds_up_only_what_was_mapped(here, write):
    """Orders without a total have no sum; a total of 0 has one."""
    write("o.csv", "customer,day,no,total\n7,2026-01-02,1,0\n")
    with_total = here("send", "--dry-run", "o.csv", *MAPPED).stderr
    assert "1  order/purchase, order.total adds up to 0" in with_total
    at = MAPPED.index(next(each for each in MAPPED if "order.total" in each))
    without = here("send", "--dry-run", "o.csv", *MAPPED[: at - 1], *MAPPED[at + 1 :])
    assert (without.returncode, "adds up" in without.stderr) == (0, False)
    assert "1  order/purchase" in without.stderr


def test_an_invalid_record_keeps_its_number(here, write):
    """A record of a wrapped file is found by its line and its number; a line that is a record has none."""
    write("w.json", '{"orders": [{"day": "2026-01-01", "id": "1"}, {"day": "never", "id": "2"}]}')
    write("l.jsonl", '{"type": "order"}\n')
    options = ("--type", "order", "--identifier", "customer_id=id", "--data", "ts=day:time")
    here(
        "send",
        "--dry-run",
        "w.json",
        "--records",
        ".orders[]",
        "--refused",
        "w",
        *options,
        "--action",
        "purchase",
    )
    here("send", "--dry-run", "l.jsonl", "--refused", "l")
    (wrapped,), (line,) = (
        [json.loads(each) for each in Path(name).read_text().splitlines()] for name in ("w", "l")
    )
    assert (wrapped["line"], wrapped["record"]) == (1, 2)
    assert (line["line"], "record" in line) == (1, False)


def ids(done):
    return [json.loads(line)["data"]["idempotence_id"] for line in done.stdout.splitlines()]


def test_ids_of_a_key_are_the_order_s(here, write):
    """A copy, another place and one more column change nothing with a key, and everything without."""
    one = "customer,day,no,total\n7,2026-01-01,1,5\n8,2026-01-01,2,6\n"
    write("o.csv", one)
    write("o (1).csv", "customer,day,no,total,more\n8,2026-01-01,2,6,x\n7,2026-01-01,1,5,x\n")
    key = ("--key", "order-{no}")
    first = ids(here("send", "--dry-run", "o.csv", *MAPPED, *key))
    copy = ids(here("send", "--dry-run", "o (1).csv", *MAPPED, *key))
    assert first == copy[::-1]
    assert len(set(first)) == 2
    refund = [each.replace("purchase", "refund") for each in MAPPED]
    assert set(ids(here("send", "--dry-run", "o.csv", *refund, *key))).isdisjoint(first)
    without = ids(here("send", "--dry-run", "o.csv", *MAPPED))
    assert set(without).isdisjoint(ids(here("send", "--dry-run", "o (1).csv", *MAPPED)))


@pytest.mark.parametrize("end", ["complete", "refused"])
def test_rows_add_up(here, sandbox, write, end):
    """Rows read are rows sent, joined, invalid, passed over: the summary's sum."""
    rows = "1,7,red\n1,7,blue\n2,8,red\n"
    bad = "3,NULL,red\n" if end == "refused" else ""
    write("o.csv", f"no,customer,sku\n{rows}{bad}4,9,old\n")
    done = here(
        "send",
        "o.csv",
        *("--type", "order", "--action", "purchase", "--group", "no", "--where", "sku != old"),
        *("--identifier", "customer_id=customer", "--data", "order.order_id=no"),
        *("--items", "product_id=sku"),
    )
    invalid = " + 1 invalid" if bad else ""
    count = 5 if bad else 4
    assert (
        f"{count} rows read: 2 sent + 1 joined to the event of the row before{invalid} + 1 passed over."
        in done.stdout
    )


def test_a_total_below_the_orders_is_none_of_them(here, write):
    """Where each row names its order, one that names none does not go on with the last."""
    write("f.csv", "id,day,no,price\na,2026-01-01,1,5\na,2026-01-01,1,7\nb,2026-01-02,2,8\n,,,20\n")
    line = "send --dry-run f.csv --type order --action purchase --identifier customer_id=id"
    columns = ("ts=day:time", "order.order_id=no", "order.total=sum(price):number")
    data = [word for column in columns for word in ("--data", column)]
    done = here(*line.split(), "--group", "no", *data)
    assert [json.loads(text)["data"]["order"]["total"] for text in done.stdout.splitlines()] == [
        12,
        8,
    ]
    assert "f.csv:5: names nothing in the column of --group, which other rows repeat" in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("content", "records", "numbers"),
    [
        ('[{"id": 1}, {"id": 2},\n{"id": 3}]', (), ["o-1", "o-2"]),
        ('{"all": [{"id": 1}, {"id": 2}]}', ("--records", "all"), ["o-1"]),
        ('{"id": 1}\n{"id": 2}\n', (), ["o-1", "o-2"]),
        ('[{"id": 1, "line": "a"}, {"id": 2, "line": "b"}]', (), ["o-a", "o-b"]),
    ],
)
def test_records_on_one_line_have_no_number_of_their_own(here, write, content, records, numbers):
    """The line's number would make one order of them all."""
    write("f.json", content)
    line = "send --dry-run f.json --type order --action purchase --identifier customer_id=id"
    columns = ("--data", "order.order_id=o-{line}", "--time-blank", "now")
    done = here(*line.split(), *columns, *records)
    orders = [json.loads(text)["data"]["order"]["order_id"] for text in done.stdout.splitlines()]
    assert orders == numbers
    invalid = content.count('"id"') - len(numbers)
    assert (
        ("stands on a line with another record" in done.stderr)
        is (done.returncode == 1)
        is bool(invalid)
    )


def test_the_plan_names_what_no_event_has(here, write):
    """In JSON a field whose name is mistyped looks like one that is left out."""
    write("f.jsonl", '{"id": 1, "total": 5, "a": {"b": 2}}\n{"id": 2, "total": 6}\n')
    line = "send --dry-run f.jsonl --time-blank now --type order --action purchase"
    columns = (
        "order.total=totl:number",
        "order.tax=a.b:number",
        "order.items[0].price=total:number",
    )
    data = [word for column in columns for word in ("--data", column)]
    done = here(
        *line.split(), "--identifier", "customer_id=id", "--identifier", "email=mail", *data
    )
    named = [text.split()[0] for text in done.stderr.splitlines() if "is in none of them" in text]
    assert named == ["data.order.total", "identifiers.email"]


def test_the_plan_takes_whatever_json_has(here, write):
    """A list in place of an order's number ends no reading."""
    event = json.loads(GOOD % 1)
    event["data"]["order"] = {"order_id": [1], "total": "NaN"}
    write("f.jsonl", f"{json.dumps(event)}\n{json.dumps(event)}\n")
    done = here("send", "--dry-run", "f.jsonl")
    assert len(done.stdout.splitlines()) == 2
    assert "1 event with an order_id that came before" in done.stderr


@pytest.mark.parametrize("around", [" ", "\u00a0", "\ufeff", "\u200b", "\u202a"])
def test_what_cannot_be_seen_is_no_part_of_an_identifier(here, write, around):
    """Two customers who look the same would be two; joined files have such a mark between them."""
    write("f.jsonl", GOOD.replace("c%d", f"{around}c7{around}"))
    done = here("send", "--dry-run", "f.jsonl")
    assert json.loads(done.stdout)["identifiers"] == {"customer_id": "c7"}
