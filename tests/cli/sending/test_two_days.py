"""The same export on two days, with orders in both: one id for each order, and none shared by what is not the same."""

from collections import defaultdict

import pytest

HEAD = "order_id,kind,customer,total,exported\n"
MONDAY = ["A-1,purchase,C-000001,9.90", "A-2,purchase,C-000002,20", "A-1,refund,C-000001,9.90"]
TUESDAY = ["A-2,purchase,C-000002,20", "A-1,refund,C-000001,9.90", "A-3,purchase,C-000003,5"]
CATALOGUE = """
catalog = 1
name = "shop"
version = "1"
extends = "standard@1"
[kind."order/purchase"]
key = ["order.order_id"]
[kind."order/refund"]
key = ["order.order_id"]
"""
COLUMNS = (
    "--type", "order", "--action", "{kind}", "--identifier", "customer_id=customer",
    "--data", "order.order_id=order_id", "--data", "order.total=total:number",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "catalogue", "once"),
    [
        (("--key", "{kind}-{order_id}"), "", True),
        ((), "events.toml", True),
        ((), "", False),  # the control: ids of place and content
    ],
    ids=["key", "catalogue", "control"],
)
def test_each_order_has_one_id(cli, here, sandbox, tmp_path, *, key, catalogue, once):
    """Tuesday's file has another name, other places, and a column with the day; a refund is no purchase."""
    (tmp_path / "events.toml").write_text(CATALOGUE, "utf-8")
    for send, day, rows in ((here, "monday", MONDAY), (cli, "tuesday", TUESDAY)):  # two processes
        file = tmp_path / f"{day}.csv"
        file.write_text(HEAD + "".join(f"{row},{day}\n" for row in rows), "utf-8")
        done = send("send", file, *COLUMNS, *key, ZAIUS_CATALOG=catalogue)
        assert done.returncode == 0, done.stderr
    ids = defaultdict(list)
    for entry in sandbox.events():
        event = entry.get("event", entry)
        ids[event["action"], event["data"]["order"]["order_id"]].append(
            event["data"]["idempotence_id"]
        )
    assert {what: len(each) for what, each in ids.items()} == {
        ("purchase", "A-1"): 1, ("purchase", "A-2"): 2, ("refund", "A-1"): 2, ("purchase", "A-3"): 1,
    }  # fmt: skip
    assert all(len(set(each)) == 1 for each in ids.values()) is once
    every = {id_ for each in ids.values() for id_ in each}
    assert len(every) == (4 if once else 6)
