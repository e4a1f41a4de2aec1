"""What the catalogue and privacy cost a call, as ratios to the plain call, interleaved in one run.

`python -m benchmarks.catalogue` prints them. CPU time of the calling thread, so that neighbours count less; the handler
puts nothing anywhere, so that its thread stays idle.
"""

import gc
import importlib.util
import logging
import statistics
import tempfile
import time
from pathlib import Path

from zaius_logging import StubTransport, ZaiusHandler
from zaius_logging._catalog.generate import module
from zaius_logging._catalog.read import parse

ROUNDS, CALLS = 61, 300

CATALOGUE = r"""
catalog = 1
name = "shop"
version = "1"
extends = "standard@1"
[identifiers]
email = { form = "email" }
customer_id = { form = 'C-\d{6}' }
[shape.item]
quantity = { type = "integer", required = true, min = 1 }
price = { type = "number", required = true, min = 0 }
[kind."order/purchase"]
fields.channel = { one_of = ["web", "app", "till"], required = true }
[kind."account/login"]
fields.ip = { type = "text" }
""" + "".join(f'[kind."extra{n}/thing"]\nfields.a = {{ type = "text" }}\n' for n in range(48))
KEYED = CATALOGUE.replace(
    '[kind."order/purchase"]', '[kind."order/purchase"]\nkey = ["order.order_id"]'
)
ITEM = {"product_id": "1", "price": 4.95, "quantity": 2}


def logger(**settings):
    """A logger whose handler writes events and puts them nowhere."""
    handler = ZaiusHandler(
        transport=StubTransport(), flush_interval=3600, notices=print, **settings
    )
    handler._listener.put = lambda _item: None  # noqa: SLF001 - no seam for a benchmark
    log = logging.Logger("benchmark")  # noqa: LOG001 - each has its own handler
    log.addHandler(handler)
    return log


CASES = (
    "order",
    "order, generated",
    "order, checked",
    "order, generated and checked",
    "order, checked, key",
    "order, redact",
    "order, redact in items",
    "order, hash",
    "order, before_send",
    "order, deny",
    "login",
    "login, generated",
    "login, checked",
    "login, generated and checked",
)


def generated(folder):
    """The module of the catalogue."""
    file = folder / "shop_events.py"
    file.write_text(module(parse(CATALOGUE)))
    spec = importlib.util.spec_from_file_location("shop_events", file)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def cases(folder):
    """Name -> (call, logger, name of what it is compared with)."""
    shop = generated(folder)
    for name, text in (("plain.toml", CATALOGUE), ("keyed.toml", KEYED)):
        (folder / name).write_text(text)

    def order(log):
        log.info("paid %s", 7, extra={"zaius": {
            "type": "order", "action": "purchase", "identifiers": {"customer_id": "C-000017"},
            "data": {"channel": "web", "order": {"order_id": "7", "total": 9.9, "items": [{**ITEM}]}}}})  # fmt: skip

    def made_order(log):
        log.info("paid %s", 7, extra=shop.order.purchase(
            customer_id="C-000017", channel="web", order_id="7", total=9.9, items=[{**ITEM}]))  # fmt: skip

    def login(log):
        log.info("in %s", 7, extra={"zaius": {
            "type": "account", "action": "login", "identifiers": {"customer_id": "C-000017"},
            "data": {"ip": "10.0.0.1"}}})  # fmt: skip

    def made_login(log):
        log.info("in %s", 7, extra=shop.account.login(customer_id="C-000017", ip="10.0.0.1"))

    plain, checked = logger(), logger(catalog=folder / "plain.toml")
    return {
        "order": (order, plain, "order"),
        "order, generated": (made_order, plain, "order"),
        "order, checked": (order, checked, "order"),
        "order, generated and checked": (made_order, checked, "order"),
        "order, checked, key": (order, logger(catalog=folder / "keyed.toml"), "order"),
        "order, redact": (order, logger(redact=["data.channel"]), "order"),
        "order, redact in items": (order, logger(redact=["data.order.items.price"]), "order"),
        "order, hash": (order, logger(hash=["data.channel"], hash_key="x" * 16), "order"),
        "order, before_send": (order, logger(before_send=lambda event: event), "order"),
        "order, deny": (order, logger(deny={"email": ["*@shop.example"]}), "order"),
        "login": (login, plain, "login"),
        "login, generated": (made_login, plain, "login"),
        "login, checked": (login, checked, "login"),
        "login, generated and checked": (made_login, checked, "login"),
    }


def main():
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        all_cases = cases(Path(folder))
    taken = {name: [] for name in all_cases}
    for call, log, _ in all_cases.values():
        for _ in range(CALLS):
            call(log)
    gc.disable()
    for _ in range(ROUNDS):
        for name, (call, log, _) in all_cases.items():
            start = time.thread_time()
            for _ in range(CALLS):
                call(log)
            taken[name].append((time.thread_time() - start) / CALLS * 1e6)
    for name, (_, _, base) in all_cases.items():
        ratio = statistics.median(a / b for a, b in zip(taken[name], taken[base], strict=True))
        print(f"{name:32} {statistics.median(taken[name]):6.2f} us  x {ratio:.2f}")


if __name__ == "__main__":
    main()
