"""Customers, Problems, Numbers and Rehearse in a real browser."""

import json
import re
import time

import pytest

from zaius_logging.sandbox import Sandbox

expect = pytest.importorskip("playwright.sync_api", reason="pip install playwright").expect


def test_customers_are_who_shares_an_identifier(sandbox, sender, visit, cart):
    """Events that share an identifier are one timeline, newest first, whatever else they carry."""
    sender.post([cart("ada@shop.example", product_id="1"), cart("ben@shop.example")])
    linking = {"email": "ada@shop.example", "vuid": "v7"}
    sender.post([{**cart(product_id="2"), "identifiers": linking}])
    sender.post([{**cart(product_id="3"), "identifiers": {"vuid": "v7"}}])
    page = visit(sandbox, "/#/customers")
    people = page.get_by_role("option")
    expect(people).to_have_count(2)
    expect(people.filter(has_text="ada@shop.example")).to_contain_text("3 events")
    people.filter(has_text="ada@shop.example").click()
    moments = page.get_by_role("list", name="Events, newest first").get_by_role("link")
    expect(moments).to_have_count(3)
    expect(moments.nth(0)).to_contain_text("product_id 3")
    expect(moments.nth(2)).to_contain_text("product_id 1")
    expect(page.get_by_text("This merges customers")).to_have_count(0)
    # It lives on while it is looked at.
    sender.post([{**cart(product_id="4"), "identifiers": {"vuid": "v7"}}])
    expect(moments).to_have_count(4)
    page.get_by_role("searchbox", name="Find a customer").fill("ben")
    expect(people).to_have_count(1)
    moments.nth(0).click()
    expect(page.get_by_role("complementary")).to_contain_text('"product_id": "4"')


def test_a_shared_identifier_is_warned_of(sandbox, sender, visit, cart):
    """Two customers under one service account: the badge, the list and the timeline say so."""
    for name in ("ada", "ben"):
        identifiers = {"customer_id": "service", "email": f"{name}@shop.example"}
        sender.post([{**cart(), "identifiers": identifiers}])
    sender.post([cart("chloe@shop.example")])
    page = visit(sandbox, "/#/customers/customer_id%3Dservice")
    warning = page.locator(".merge")
    expect(warning).to_contain_text("This merges customers")
    expect(warning).to_contain_text(
        "customer_id service came with 2 values of email: ada@shop.example, ben@shop.example"
    )
    expect(warning).to_contain_text("nobody can part them again")
    expect(page.get_by_title("merges of customers")).to_have_text("1")
    page.get_by_role("button", name="Only merges").click()
    expect(page.get_by_role("option")).to_have_count(1)
    warning.get_by_role("link", name="the rule").click()
    expect(page.locator(".rule.here")).to_contain_text("An identifier that many customers share")


def test_a_device_of_two_people_is_a_question(sandbox, sender, visit, cart):
    """A shared vuid is shown in milder words; rejected events make nobody a customer."""
    for name in ("ada", "ben"):
        identifiers = {"vuid": "v1", "email": f"{name}@shop.example"}
        sender.post([{**cart(), "identifiers": identifiers}])
    sender.post([{"type": 5, "identifiers": {"email": "nobody@shop.example"}}])
    page = visit(sandbox, "/#/customers/vuid%3Dv1")
    expect(page.locator(".merge")).to_contain_text("A shared device?")
    expect(page.get_by_role("option")).to_have_count(1)


def test_problems_stand_out(sandbox, sender, visit, cart):
    """Each rule that was broken: how often, one sentence why, the place in the event, the rule."""
    sender.post([{**cart(), "data": {}}, {**cart(), "data": {}}])
    sender.post([cart(ts=1_656_622_792_046, note="x" * 1100, idempotence_id="a")])
    sender.post([cart("noreply@shop.example", idempotence_id="a")])
    sender.post([{"action": "x", "identifiers": {"email": 5}}])
    sender.post([{**cart(), "properties": {}}])
    sender.post([cart()], **{"x-api-key": " "})
    page = visit(sandbox, "/#/problems")
    cards = page.get_by_role("article")
    for title, number, said in (
        ("A standard event without its own field", "2", "Missing required field `product_id`"),
        ("A time in milliseconds", "1", "looks like milliseconds: the API reads seconds"),
        ("Text of more than 1024 characters", "1", "text of 1100 characters"),
        ("An event that came before", "1", "an event with this id came before"),
        ("An identifier that many customers share", "1", "a shared mailbox would merge customers"),
        ("A key that events do not have", "1", "did you mean 'data'?"),
        ("Not text", "1", "'identifiers.email' must be text that is not blank"),
        ("Requests rejected as a whole", "1", "403: key missing or wrong"),
    ):
        card = cards.filter(has_text=title).filter(has_text=said)
        expect(card, title).to_have_count(1)
        expect(card.locator(".total")).to_have_text(number)
    expect(page.get_by_title("events with problems")).to_have_text("6")
    card = cards.filter(has_text="A time in milliseconds")
    card.get_by_role("link", name="the rule").click()
    expect(page.locator(".rule.here")).to_contain_text("Divide by 1000")
    expect(page.locator(".rule.here")).to_be_in_viewport()
    page.go_back()
    card.get_by_role("link", name="all in the list").click()
    expect(page.locator(".row:not([hidden])")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("rule:milliseconds is:taken")


def test_numbers_count_what_came(sandbox, sender, visit, shops):
    """Rates, batch sizes, delays and shares add up to what was sent."""
    events = shops.Shop().events(120)
    for start in range(0, 120, 20):
        sender.post(events[start : start + 20])
    sender.post([{"type": 5}])
    page = visit(sandbox, "/#/numbers")
    tiles = page.locator("figure")
    said = tiles.locator(".said")
    expect(said.nth(0)).to_contain_text("121 in two minutes")
    expect(said.nth(1)).to_contain_text("7 in two minutes")
    expect(tiles.nth(2)).to_contain_text("7 requests, 95 % at 20 or below")
    expect(tiles.nth(3)).to_contain_text("95 % at")
    products = sum(event["type"] == "product" for event in events)
    expect(tiles.nth(4)).to_contain_text(re.compile(rf"product{products} · \d+ %"))
    expect(page.get_by_role("img", name="Events over time")).to_be_visible()
    assert tiles.nth(0).locator("path.c-taken").get_attribute("d").count("M") >= 1
    # A second under the pointer tells its own numbers.
    tiles.nth(0).locator("svg").hover(position={"x": 60, "y": 60})
    expect(said.nth(0)).to_contain_text("0 taken, 0 with warnings, 0 rejected")


def test_numbers_show_what_came_before_the_page_was_opened(sandbox, sender, visit, shops):
    """A page that is opened an hour later shows all that is held, until the last minutes are asked for."""
    events = shops.Shop().events(60)
    for start in range(0, 60, 20):
        sender.post(events[start : start + 20])
    page = visit(sandbox, "/#/numbers")
    page.clock.install(time=time.time() + 3600)
    page.reload()
    said = page.locator("figure .said")
    expect(page.locator("#view-numbers .lede")).to_contain_text("All that is held: 60 events since")
    expect(said.nth(0)).to_contain_text(re.compile(r"^60 in 10 s, \d+ in the busiest bar$"))
    expect(said.nth(1)).to_contain_text(re.compile("^3 in "))
    page.get_by_role("button", name="Last two minutes").click()
    expect(said.nth(0)).to_contain_text("0 in two minutes")
    page.get_by_role("button", name="All that is held").click()
    expect(said.nth(0)).to_contain_text("60 in 10")


ITEM = {"fields": {"product_id": {"required": True}}}
CATALOG = {
    "name": "shop",
    "version": "7",
    "source": "events.toml",
    "text": "catalog = 1\nname = 'shop'\n# <b>the third line</b>\n",
    "identifiers": {"email": {}},
    "kinds": {
        "product/add_to_cart": {"line": 2, "fields": {"product_id": {}, "size": {"line": 3}}},
        "order/refund": {"line": 3, "fields": {}},
    },
}


def test_the_catalogue_shows_what_arrived_and_what_never_did(visit, shops, cart):
    """Counts by kind and field, what it lacks with the nearest name, and the line that says so."""
    with Sandbox(catalog=CATALOG) as sandbox:
        sender = shops.Sender(sandbox.url)
        sender.post([cart(), {**cart(), "action": "added_to_cart"}])
        sender.close()
        page = visit(sandbox)
        page.get_by_role("link", name="Catalogue").click()
        view = page.locator("#view-catalog")
        expect(view).to_contain_text("shop 7: 1 of 2 kinds seen, 1 of 2 fields, 1 kind unknown.")
        expect(view.locator("[data-kind='order/refund']")).to_contain_text("never seen")
        expect(view).to_contain_text("did you mean product/add_to_cart?")
        kind = view.locator("[data-kind='product/add_to_cart']")
        kind.locator("summary").click()
        expect(kind.locator("tr").nth(0)).to_contain_text("product_id1100 %")
        expect(kind.locator("tr").nth(1)).to_contain_text("size0never seen")
        expect(kind.get_by_role("link", name="events.toml:2")).to_be_visible()
        kind.get_by_role("link", name="events.toml:3").click()
        expect(view.locator(".code-lines .here")).to_have_text("# <b>the third line</b>")
        expect(view.locator(".code-lines .here")).to_be_in_viewport()


def test_without_a_catalogue_there_is_no_tab(sandbox, visit):
    """A link to it says how to start with one."""
    page = visit(sandbox, "/#/numbers", quiet=True)
    expect(page.get_by_role("link", name="Numbers")).to_be_visible()
    expect(page.locator("#catalog-tab")).to_be_hidden()
    page.goto(f"{sandbox.url}/#/catalog")
    expect(page.locator("#view-catalog")).to_contain_text("start with --catalog events.toml")


SWITCHES = {
    "Slow answers": {"latency": 2},
    "429 Too Many Requests": {"status": 429, "retry_after": 2},
    "Rate limit": {"rate": 5, "burst": 5},
    "503 Service Unavailable": {"status": 503},
    "Connection reset": {"reset": True},
    "Answer lost": {"reset": True, "taken": True},
    "Hang": {"hang": True},
    "403 Forbidden": {"forbidden": True},
    "Bad events, named": {"bad": {"every": 50}, "message": "no such product"},
    "Bad events, unnamed": {"bad": {"every": 50}, "named": False},
    "Redirect": {"redirect": "http://127.0.0.1:9/"},
}


def test_every_fault_has_a_switch(sandbox, visit):
    """Each switch puts its fault in force in the sandbox, and takes it out again."""
    page = visit(sandbox, "/#/rehearse")
    for title, fault in SWITCHES.items():
        switch = page.get_by_role("switch", name=title, exact=True)
        with page.expect_response("**/api/faults"):
            switch.click()
        assert sandbox._core.fault_documents() == [fault]
        expect(switch).to_be_checked()
        with page.expect_response("**/api/faults"):
            switch.click()
        assert sandbox._core.fault_documents() == []


def test_fields_say_when_and_how(sandbox, visit, sender, cart):
    """Share, times and seconds; several faults at once; those that end a request come last."""
    page = visit(sandbox, "/#/rehearse")
    down = page.locator("[data-fault=down]")
    slow = page.locator("[data-fault=slow]")
    for card in (down, slow):
        with page.expect_response("**/api/faults"):
            card.get_by_role("switch").click()
    for card, label, value in (
        (down, "% of requests", "50"),
        (down, "times", "3"),
        (slow, "seconds", "0.01"),
    ):
        with page.expect_response("**/api/faults"):
            card.get_by_label(label, exact=True).fill(value)
            card.get_by_label(label, exact=True).press("Enter")
    expected = [{"latency": 0.01}, {"status": 503, "share": 0.5, "times": 3}]
    assert sandbox._core.fault_documents() == expected
    expect(page.get_by_title("faults in force")).to_have_text("2")
    # What a fault has done is shown as it happens.
    for _ in range(20):
        sender.post([cart()])
    expect(down.get_by_role("switch")).not_to_be_checked()
    page.get_by_role("button", name="All well again").click()
    expect(page.get_by_title("faults in force")).to_be_hidden()
    assert sandbox._core.fault_documents() == []


def test_faults_of_others_are_shown(sandbox, visit):
    """What a test or a command line put in force shows on the page, known to it or not."""
    page = visit(sandbox, "/#/rehearse")
    sandbox.faults({"status": 503, "seconds": 60}, {"partial": True})
    expect(page.get_by_role("switch", name="503 Service Unavailable")).to_be_checked()
    expect(page.locator("[data-fault=down]")).to_contain_text("s left")
    expect(page.get_by_text('Also in force: {"partial":true}')).to_be_visible()
    # Another switch leaves it in force.
    with page.expect_response("**/api/faults"):
        page.get_by_role("switch", name="Slow answers").click()
    assert {"partial": True} in sandbox._core.fault_documents()


def test_a_fault_ends_by_the_clock_on_the_page_too(sandbox, visit):
    """The switch goes off when the time is up, without an event that would tell."""
    sandbox.faults(status=503, seconds=1.5)
    page = visit(sandbox, "/#/rehearse")
    switch = page.get_by_role("switch", name="503 Service Unavailable")
    expect(switch).to_be_checked()
    expect(switch).not_to_be_checked()


def test_presets_and_faults_by_hand(sandbox, visit):
    """A rehearsal in one click; any document by hand, and what is wrong with it in words."""
    page = visit(sandbox, "/#/rehearse", quiet=True)
    with page.expect_response("**/api/faults"):
        page.get_by_role("button", name="A flaky network").click()
    assert len(sandbox._core.fault_documents()) == 2
    page.get_by_text("The same by hand").click()
    hand = page.get_by_label("Faults in JSON")
    hand.fill('{"status": 418, "times": 2}')
    with page.expect_response("**/api/faults"):
        page.get_by_role("button", name="Put in force").click()
    assert sandbox._core.fault_documents() == [{"status": 418, "times": 2}]
    expect(page.get_by_label("The same with curl")).to_contain_text(
        f"curl -X PUT {sandbox.url}/api/faults -d '"
        + json.dumps([{"status": 418, "times": 2}], separators=(",", ":"))
    )
    hand.fill('{"statuss": 418}')
    page.get_by_role("button", name="Put in force").click()
    expect(page.get_by_role("status")).to_contain_text("unknown field 'statuss'")


def test_how_the_client_behaves(sandbox, visit, clients):
    """Our handler through an outage: its requests, their answers, and its waits in words."""
    page = visit(sandbox, "/#/rehearse")
    expect(page.get_by_text("No request in the last two minutes.")).to_be_visible()
    sandbox.faults(status=503, times=2)
    clients.handler(sandbox)
    expect(
        page.get_by_text(re.compile("2 requests of 3 not accepted .* accepted again"))
    ).to_be_visible()
    expect(page.get_by_text(re.compile("Before trying again it waited"))).to_be_visible()
    rows = page.get_by_role("table", name="The latest requests").locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("202")
    expect(rows.nth(2)).to_contain_text("503")
    expect(page.locator(".strip rect.c-down")).to_have_count(2)
    expect(page.locator(".strip rect.c-ok")).to_have_count(1)
