"""The commands on the page about sending files do what it says: each is run as it stands there, in order."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="the page is for a Unix shell"),
    pytest.mark.slow,
]

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "send.md"
SHELL = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
FILES = {
    "orders.csv": "number;day;mail;sum\n1;31.12.2025;Ann@Example.com;1.234,56\n2;01.01.2026;b@example.com;9,90\n",
    "clicks.csv": "time,visitor,event,item\n1433221332117,7,view,a\n1433224214164,7,addtocart,a\n"
    "1433224214165,7,login,\n",
    "lines.csv": "order_id,customer_id,day,sku,price,quantity\n"
    "1,7,2026-01-01,red,19.99,3\n1,7,2026-01-01,blue,0.03,1\n2,8,2026-01-02,red,19.99,1\n",
    "orders_export.csv": "Name,Email,Financial Status,Subtotal,Shipping,Taxes,Total,Discount Code,"
    "Discount Amount,Created at,Lineitem quantity,Lineitem price,Lineitem sku,Lineitem discount,"
    "Refunded Amount\n#1,a@example.com,paid,20,0,0,20,,0,2026-01-05 10:23:11 -0500,1,10,red,0,5\n"
    "#1,,,,,,,,,,1,10,blue,0,\n",
    "app.log": "[2026-01-01 10:00:00] starting\n"
    + json.dumps(
        {
            "message": "x",
            "zaius": {
                "type": "account",
                "action": "login",
                "identifiers": {"email": "a@example.com"},
            },
        }
    )
    + "\n",
    "orders.json": json.dumps(
        {
            "orders": [
                {
                    "id": 1,
                    "created_at": "2026-01-05T10:23:11-05:00",
                    "total_price": "40.70",
                    "customer": {"email": "a@example.com"},
                    "line_items": [{"sku": "red", "quantity": 1}],
                }
            ]
        },
        indent=2,
    ),
}
ARRIVED = [
    Counter({"order/purchase": 2}),
    Counter({"product/detail": 1, "product/add_to_cart": 1, "account/login": 1}),
    Counter({"order/purchase": 2}),
    Counter({"order/purchase": 2}),
    Counter({"order/purchase": 1, "order/refund": 1}),
    Counter({"account/login": 1}),
    Counter({"order/purchase": 1}),
]


def test_each_block(tmp_path, environment, sandbox):
    """Each ends well, and the events of its files arrive."""
    pytest.importorskip("jmespath")
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "zaius-logging").write_text(
        f'#!/bin/sh\nexec {sys.executable} -m zaius_logging "$@"\n'
    )
    (tools / "zaius-logging").chmod(0o755)
    environment |= {"PATH": f"{tools}:{environment['PATH']}", "XDG_STATE_HOME": str(tmp_path)}
    assert len(SHELL) == len(ARRIVED)
    for block, wanted in zip(SHELL, ARRIVED, strict=True):
        sandbox.clear()
        done = subprocess.run(  # noqa: S602 - as people paste it
            f"set -e\n{block}",
            shell=True,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, (block, done.stderr)
        kinds = Counter(f"{event['type']}/{event['action']}" for event in sandbox.events())
        assert kinds == wanted, block
    assert (tmp_path / "plan.jsonl").stat().st_mode & 0o777 == 0o600
    plan = [json.loads(line) for line in (tmp_path / "plan.jsonl").read_text().splitlines()]
    assert [event["data"]["order"]["total"] for event in plan] == [1234.56, 9.9]
    assert plan[0]["data"]["ts"] == "2025-12-30T23:00:00.000Z"
