"""A real Chromium, a real sandbox, and pages that may not complain."""

import importlib.util
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from optimizely.odp.odp_config import OdpConfig
from optimizely.odp.odp_event_manager import OdpEventManager

from zaius_logging import ZaiusHandler
from zaius_logging.sandbox import Sandbox

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-precise-memory-info",
]


def _shop_module():
    spec = importlib.util.spec_from_file_location("shop", Path(__file__).parent / "shop.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def chromium():
    """Start Debian's Chromium, or the one that `CHROMIUM` names, once."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium is installed: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shops():
    """Give the module of the shop."""
    return _shop_module()


@pytest.fixture
def sandbox():
    with Sandbox() as running:
        yield running


@pytest.fixture
def sender(shops, sandbox):
    """Give what posts to the sandbox."""
    sender = shops.Sender(sandbox.url)
    yield sender
    sender.close()


@pytest.fixture
def visit(chromium):
    """Open a page of a sandbox; in the end, none of them may have complained."""
    contexts, complaints = [], []

    def visiting(sandbox, path="/", *, quiet=False, **options):
        options = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light", **options}
        context = chromium.new_context(**options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        if not quiet:
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on(
                "console",
                lambda said: complaints.append(said.text) if said.type == "error" else None,
            )
        page.goto(sandbox.url + path)
        return page

    yield visiting
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def cart():
    """Build an event that nobody could mind."""

    def building(email="tyler@zaius.com", **data):
        return {
            "type": "product",
            "action": "add_to_cart",
            "identifiers": {"email": email},
            "data": {"product_id": "123", **data},
        }

    return building


@pytest.fixture
def shop_command():
    """Give the command that runs the shop in a process of its own."""
    return [sys.executable, str(Path(__file__).parent / "shop.py")]


class Clients:
    """One event from each kind of client; gives its agent, and a word of the event."""

    @staticmethod
    def handler(sandbox):
        """Log one line through our handler, and close it."""
        logger = logging.getLogger("tests.proofs.browser.shop")
        logger.disabled = False  # Another test's dictConfig disables what it does not name.
        logger.propagate = False
        logger.setLevel(logging.INFO)
        handler = ZaiusHandler(endpoint=sandbox.endpoint, api_key="any", notices=lambda _: None)
        logger.addHandler(handler)
        event = {"type": "list", "action": "subscribe", "identifiers": {"vuid": "by-handler"}}
        logger.info("news", extra={"zaius": {**event, "data": {"list_id": "news"}}})
        handler.close()
        logger.removeHandler(handler)
        return "python-requests", "by-handler"

    @staticmethod
    def official_sdk(sandbox):
        """Send one event with the official SDK's event manager."""
        manager = OdpEventManager(flush_interval=0)
        manager.start(OdpConfig("any", sandbox.url, []))
        manager.send_event("fullstack", "identified", {"vuid": "by-sdk"}, {})
        manager.stop()
        return "python-requests", "by-sdk"

    @staticmethod
    def curl(sandbox):
        """Post one event with curl."""
        event = '[{"type":"pageview","identifiers":{"vuid":"by-curl"},"data":{"page":"/"}}]'
        url = f"{sandbox.endpoint}/events"
        command = ["curl", "-sf", url, "-H", "x-api-key: any", "-d", event]
        subprocess.run(command, check=True, capture_output=True)
        return "curl/", "by-curl"


@pytest.fixture
def clients():
    return Clients
