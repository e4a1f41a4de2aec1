"""Ten mistakes of a newcomer: the checker finds each before it runs, the call says it, and pytest fails on it."""

import re
import subprocess
import sys
import textwrap

import pytest

from zaius_logging._catalog.generate import module

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow  # a type checker and pytest run

MISTAKES = {
    'order.purchase(customer_id="C-000017", channel="web")': "missing 1 required keyword-only argument: 'order_id'",
    'order.purchase(customer_id="C-000017", channel="web", order_id=1, total="9.90")': "data.order.total: is text; it must be a number: leave the quotes out",
    'order.purchase(customer_id="C-000017", channel="web", order_id=1, totl=9.9)': "unexpected keyword argument 'totl'",
    'order.purchase(customer_id="C-000017", channel="Web", order_id=1)': 'data.channel: is none of "web", "app", "till"',
    'order.purchase(customerid="C-000017", channel="web", order_id=1)': "unexpected keyword argument 'customerid'",
    'order.purchase(phone_number="5551234567", channel="web", order_id=1)': "unexpected keyword argument 'phone_number'",
    'order.purchase(customer_id="C-000017", channel="web", order_id=1, items=[{"product_id": 1, "quantity": 2}])': "data.order.items[0].price: is missing",
    'order.purchase(customer_id="C-000017", channel="web", order_id=1, items=[{"product": 1, "quantity": 2, "price": 1}])': "data.order.items[0].product: is no field; did you mean product_id?",
    'order.purchased(customer_id="C-000017", order_id=1)': "has no attribute 'purchased'",
    'product.add_to_cart(customer_id="C-000017", product_id=1, quantity="2")': "data.quantity: is text; it must be a whole number: leave the quotes out",
}  # fmt: skip


@pytest.fixture
def folder(pytester, shop, shop_text):
    """The shop's catalogue and module, where pytest and mypy run."""
    plain = shop_text.replace(", pii = true, hash = true", "")  # needs no secret
    (pytester.path / "events.toml").write_text(plain, "utf-8")
    (pytester.path / "shop_events.py").write_text(module(shop), "utf-8")
    return pytester.path


def test_the_checker_finds_each(folder):
    """One error on each line, and none on a right one."""
    pytest.importorskip("mypy", reason="needs the extra dev")
    lines = [
        "from shop_events import order, product",
        *MISTAKES,
        'order.refund(order_id=1, refund_id="r")',
    ]
    (folder / "uses.py").write_text("\n".join(lines) + "\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", ".mypy", "uses.py"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = {int(line) for line in re.findall(r"(?m)^uses\.py:(\d+): error", done.stdout)}
    assert found == set(range(2, 12)), done.stdout


def test_the_call_says_each_and_pytest_fails_on_it(folder, pytester):
    """Ten tests, ten failures, each with its message; the right one passes."""
    head = """
    import logging
    import zaius_logging
    from shop_events import order, product
    import pytest

    @pytest.fixture(autouse=True)
    def shop(zaius_events):
        handler = zaius_logging.ZaiusHandler(
            catalog="events.toml", on_unknown="reject", on_wrong="reject", notices=lambda line: None)
        log = logging.getLogger("shop")
        log.addHandler(handler)
        yield log
        log.removeHandler(handler)
        handler.close()
    """
    tests = [
        f"def test_{number}(shop):\n    shop.info('x', extra={call})\n"
        for number, call in enumerate(
            [*MISTAKES, 'order.refund(customer_id="C-000017", order_id=1, refund_id="r")']
        )
    ]
    pytester.makepyfile(textwrap.dedent(head) + "\n".join(tests))
    result = pytester.runpytest_subprocess("-p", "no:schemathesis", "-q", "--tb=short")
    counts = result.parseoutcomes()
    assert counts["passed"] + counts["failed"] == 11
    assert counts["failed"] + counts["errors"] == 10
    said = re.sub(r"\s+", " ", "\n".join(result.outlines))
    for message in MISTAKES.values():
        assert message in said
