"""Takes the README's screenshots of the sandbox, with a real Chromium and a real shop.

pip install playwright && apt-get install chromium
python docs/screenshots/take.py
"""

import logging
import runpy
import shutil
import threading
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from zaius_logging import ZaiusHandler
from zaius_logging.sandbox import Sandbox

HERE = Path(__file__).parent
SHOP = runpy.run_path(str(HERE.parents[1] / "tests" / "proofs" / "browser" / "shop.py"))
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SIZE = {"width": 1280, "height": 760}


def open_shop(sandbox: Sandbox) -> None:
    """Sell for a few seconds, mistakes included, and merge two customers by mistake."""
    sender = SHOP["Sender"](sandbox.url)
    for name in ("ada", "ben"):
        identifiers = {"customer_id": "service", "email": f"{name}@shop.example"}
        sender.post([{"type": "account", "action": "login", "identifiers": identifiers}])
    sender.close()
    SHOP["run"](sandbox.url, 40, 5, 7)
    shop = SHOP["Shop"](8)
    sender.post([{"type": "product", "action": "detail", "identifiers": {}, "data": {}}])
    sender.post(shop.events(9))
    order = {"order_id": "10-4711", "total": 59.9, "items": [{"price": 59.9, "quantity": 1}]}
    identifiers = {"email": "grace@shop.example", "customer_id": "c-106"}
    data = {"order": order, "ts": 1_656_622_792_046, "logger": "shop.checkout"}
    slip = {"type": "order", "action": "purchase", "identifiers": identifiers, "data": data}
    sender.post([slip])
    sender.post(shop.events(7))
    sender.close()


def take_events(page: Page, sandbox: Sandbox) -> None:
    """The list in a light theme, with a warned event open."""
    open_shop(sandbox)
    page.goto(sandbox.url)
    row = page.locator(".row:not([hidden])").filter(has_text="2 warnings").first
    row.click()
    expect(page.get_by_role("complementary")).to_contain_text("Accepted")
    expect(page.locator("#live-text")).to_contain_text("live")
    expect(page.locator("#problem-badge")).to_be_visible()
    page.mouse.move(0, 0)
    page.screenshot(path=HERE / "events.png")


def take_rehearse(page: Page, sandbox: Sandbox) -> None:
    """An outage in a dark theme, and how our handler gets through it."""
    logger = logging.getLogger("shop")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    handler = ZaiusHandler(
        endpoint=sandbox.endpoint, api_key="any", flush_interval=0.5, notices=lambda _: None
    )
    logger.addHandler(handler)
    closing = threading.Event()

    def sell() -> None:
        shop = SHOP["Shop"]()
        while not closing.wait(0.05):
            logger.info("event", extra={"zaius": shop.event()})

    seller = threading.Thread(target=sell)
    seller.start()
    page.goto(f"{sandbox.url}/#/rehearse")
    expect(page.locator("rect.c-ok")).to_have_count(5, timeout=30_000)
    sandbox.faults({"status": 503, "times": 4}, {"status": 429, "retry_after": 2, "times": 2})
    expect(page.locator("rect.c-busy")).to_have_count(2, timeout=60_000)
    sandbox.faults({"latency": 0.3, "seconds": 60})
    busy = page.locator("tbody tr").first
    expect(busy).to_contain_text("202", timeout=60_000)
    page.screenshot(path=HERE / "rehearse.png")
    closing.set()
    seller.join()
    sandbox.heal()
    handler.close()


def main() -> None:
    """Take both."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=SWITCHES
        )
        for scheme, take in (("light", take_events), ("dark", take_rehearse)):
            page = browser.new_page(viewport=SIZE, color_scheme=scheme)
            with Sandbox(port=8765) as sandbox:
                take(page, sandbox)
        browser.close()


if __name__ == "__main__":
    main()
