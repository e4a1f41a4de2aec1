"""Whoever speaks to the Events API appears on the page: ours, the official SDK, curl."""

import pytest

expect = pytest.importorskip("playwright.sync_api", reason="pip install playwright").expect

CLIENTS = ["handler", "official_sdk", "curl"]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_appears(sandbox, visit, clients, client):
    """Its event is listed as soon as it has sent it, and its request tells who it was."""
    page = visit(sandbox)
    agent, said = getattr(clients, client)(sandbox)
    row = page.locator("[aria-rowindex='2']")
    expect(row).to_contain_text(said)
    row.click()
    expect(page.locator("dl.headers")).to_contain_text(agent)
