"""Real input: 6,919 purchases of the CDNOW shop, by the line that the README shows."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

CDNOW = Path(__file__).parent.parent / "data" / "cdnow_sample.csv"
LINE = (
    "--type=order",
    "--action=purchase",
    "--identifier=customer_id",
    "--data=ts=date:time",
    "--data=order.order_id=cdnow-{line}",
    "--data=order.total=dollars:number",
    "--data=order.items[0].quantity=quantity:integer",
)


def purchases(sandbox):
    """The events as rows of the file: what came must be what was there."""
    for event in sandbox.events():
        order = event["data"]["order"]
        yield {
            "customer_id": event["identifiers"]["customer_id"],
            "date": event["data"]["ts"].removesuffix("T00:00:00.000Z"),
            "quantity": str(order["items"][0]["quantity"]),
            "dollars": Decimal(repr(order["total"])),
        }


@pytest.mark.slow
def test_cdnow_arrives_to_the_cent(cli, sandbox):
    """Exactly 6,919 events arrive, in order, equal to their rows, and add up to 244,091.94."""
    done = cli("send", CDNOW, *LINE)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("6,919 events delivered in ")
    assert sandbox.stats()["events"] == 6919
    arrived = list(purchases(sandbox))
    assert sum(row["dollars"] for row in arrived) == Decimal("244091.94")
    with CDNOW.open(newline="") as file:
        rows = [{**row, "dollars": Decimal(row["dollars"])} for row in csv.DictReader(file)]
    assert arrived == rows
    first = sandbox.events()[0]
    assert (first["type"], first["action"]) == ("order", "purchase")
    assert first["data"]["order"]["order_id"] == "cdnow-2"
    assert isinstance(first["data"]["order"]["total"], float)
    assert first["data"]["order"]["items"] == [{"quantity": 2}]


@pytest.mark.slow
def test_cdnow_sent_twice_is_recognisable(here, sandbox):
    """The same file again brings the same 6,919 ids, and within it no two rows share one."""
    assert here("send", CDNOW, *LINE).returncode == 0
    assert sandbox.stats()["duplicates"] == 0
    assert here("send", CDNOW, *LINE).returncode == 0
    assert sandbox.stats()["duplicates"] == 6919


@pytest.mark.parametrize("column", ["customer_id", "date"])
def test_a_row_of_cdnow_that_is_bad_stops_no_other(here, sandbox, write, column):
    """One spoilt row of 1,500 is invalid by file, line and column; the others arrive."""
    lines = CDNOW.read_text().splitlines(keepends=True)[:1501]
    lines[999] = "00363,1997-02-31,1,9.99\n" if column == "date" else ",1997-02-01,1,9.99\n"
    why = "identifiers: at least one is needed"
    if column == "date":
        why = "column 'date' is not a time written like"

    done = here("send", write("cdnow.csv", "".join(lines)), *LINE)

    assert done.returncode == 1
    assert f"cdnow.csv:1000: {why}" in done.stderr
    assert sandbox.stats()["events"] == 1499
