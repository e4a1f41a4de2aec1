"""The list of events in a real browser: arrival, search, filters, detail, keys."""

import json
import re

import pytest

from zaius_logging.sandbox import Sandbox, Session

expect = pytest.importorskip("playwright.sync_api", reason="pip install playwright").expect

ROWS = ".row:not([hidden])"


def first(page):
    return page.locator("[aria-rowindex='2']")


def test_events_arrive_live(sandbox, sender, visit, cart):
    """An event is on the page as soon as it is posted, newest first, without a reload."""
    page = visit(sandbox)
    expect(page.get_by_role("heading", name="Waiting for the first event")).to_be_visible()
    sender.post([cart("ada@shop.example", product_id="sku-1")])
    expect(first(page)).to_contain_text("add_to_cart")
    expect(first(page)).to_contain_text("ada@shop.example")
    expect(first(page)).to_contain_text("sku-1")
    sender.post([cart("ben@shop.example")])
    expect(first(page)).to_contain_text("ben@shop.example")
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page.get_by_role("heading", name="Waiting for")).to_be_hidden()


def test_a_press_opens_what_stood_there(sandbox, sender, visit, cart):
    """Events arrive, and the list moves on, between the button's way down and up: what was pressed is opened."""
    page = visit(sandbox)
    sender.post([cart("ada@shop.example")])
    box = first(page).bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + box["height"] / 2)
    page.mouse.down()
    for number in range(3):
        sender.post([cart(f"ben{number}@shop.example")])
        expect(first(page)).to_contain_text(f"ben{number}@shop.example")
    page.mouse.up()
    expect(page.get_by_role("complementary")).to_contain_text("ada@shop.example")


def test_the_first_step_can_be_pasted(sandbox, visit):
    """The empty page has a dictConfig with this sandbox's address; run as it stands, it works."""
    page = visit(sandbox, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy: Our handler").click()
    expect(page.get_by_role("status")).to_have_text("Our handler copied")
    code = page.evaluate("navigator.clipboard.readText()")
    assert f'"endpoint": "{sandbox.endpoint}"' in code
    import logging

    before = logging.root.handlers[:], logging.root.level
    try:
        exec(compile(code, "pasted", "exec"), {"logging": logging})  # noqa: S102 - that is the point
        (handler,) = logging.root.handlers
        handler.close()
    finally:
        logging.root.handlers[:], level = before
        logging.root.setLevel(level)
    expect(first(page)).to_contain_text("tyler@zaius.com")


def test_search_finds_words_and_fields(sandbox, sender, visit, cart):
    """Words anywhere in an event, fields by name, turned round by a minus; letters of any kind."""
    sender.post(
        [cart("ada@shop.example", note="Über Größe"), cart("ben@shop.example", product_id="9")]
    )
    sender.post([{"type": "pageview", "identifiers": {"vuid": "v1"}, "data": {"page": "/a\\b"}}])
    page = visit(sandbox)
    search = page.get_by_role("searchbox", name="Search events")
    for text, found in {
        "ADA": 1,
        "größe": 1,
        "ÜBER": 1,
        "shop.example": 2,
        '"Über Größe"': 1,
        "type:product": 2,
        "-type:product": 1,
        "product_id:9": 1,
        "email:ben ada": 0,
        "id:v1": 1,
        "/a\\b": 1,
        "is:taken": 3,
        "is:rejected": 0,
        "request:1": 2,
        "": 3,
    }.items():
        search.fill(text)
        expect(page.locator(ROWS), text).to_have_count(found)
    search.fill("nothing of that kind")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.get_by_role("button", name="Show all events").click()
    expect(page.locator(ROWS)).to_have_count(3)


def test_filters(sandbox, sender, visit, cart):
    """Type and action, identifier, logger, and only problems; together they all count."""
    sender.post([cart(logger="shop.cart"), cart(logger="shop.web", productId="x")])
    sender.post([{**cart(), "action": "detail", "identifiers": {"vuid": "v1"}}])
    sender.post([{"type": 5}])
    page = visit(sandbox)
    rows = page.locator(ROWS)
    expect(rows).to_have_count(4)
    kinds = page.get_by_label("Type and action")
    kinds.select_option("product/add_to_cart")
    expect(rows).to_have_count(2)
    page.get_by_label("Logger", exact=True).select_option("shop.web")
    expect(rows).to_have_count(1)
    page.get_by_label("Logger", exact=True).select_option("")
    kinds.select_option("")
    page.get_by_label("Identifier", exact=True).select_option("vuid")
    expect(rows).to_have_count(1)
    page.get_by_label("Identifier", exact=True).select_option("")
    page.get_by_role("button", name="Only problems").click()
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="rejected")).to_have_count(1)
    expect(rows.filter(has_text="1 warning")).to_have_count(1)
    # What arrives is filtered as well.
    sender.post([cart(), cart(event_x=1)])
    expect(rows).to_have_count(3)


def test_an_event_in_full(sandbox, sender, visit):
    """The event as it was written, each problem at its place, the request, and the key masked."""
    event = (
        '{"type":"product","action":"detail","identifiers":{"email":"noreply@shop.example"},'
        '"data":{"ts":1656622792046,"big":12345678901234567890123,"text":"\\u00fc",'
        '"list":[{},[],{"deep":[1.50]}]}}'
    )
    sender._connection.request("POST", "/v3/events", f"[{event}]", sender._headers)
    sender._connection.getresponse().read()
    page = visit(sandbox, permissions=["clipboard-read", "clipboard-write"])
    first(page).click()
    side = page.get_by_role("complementary", name="The open event")
    shown = side.locator(".json").first
    expect(shown).to_contain_text('"big": 12345678901234567890123')
    expect(shown).to_contain_text('"text": "ü"')
    marked = shown.locator(".line.warning")
    expect(marked.filter(has_text="milliseconds")).to_contain_text('"ts": 1656622792046')
    expect(marked.filter(has_text="shared-identifier")).to_contain_text("noreply@shop.example")
    expect(marked.filter(has_text="missing-data")).to_contain_text('"data": {')
    problems = side.get_by_role("list", name="Problems").get_by_role("listitem")
    expect(problems.filter(has_text="Missing required field `product_id`")).to_have_count(1)
    assert (
        problems.first.get_by_role("link", name="the rule")
        .get_attribute("href")
        .startswith("#/rules/")
    )
    expect(side).to_contain_text("POST /v3/events")
    expect(side.locator("dl.headers")).to_contain_text("the-…")
    expect(side.locator("dl.headers")).to_contain_text("shop/1.0")
    expect(side).to_contain_text('"title": "Accepted"')
    assert "the-shop-key" not in page.content()
    page.keyboard.press("c")
    expect(page.get_by_role("status")).to_have_text("Event copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert json.loads(copied) == json.loads(event)
    assert "12345678901234567890123" in copied


def test_a_permanent_link(sandbox, sender, visit, cart):
    """A link opens its event on a page that is new, a rejected one as well; what is gone is said."""
    sender.post([cart("ada@shop.example")])
    sender.post([{"type": "oops"}])
    page = visit(sandbox, "/#/events/0")
    side = page.get_by_role("complementary", name="The open event")
    expect(side).to_contain_text("ada@shop.example")
    page = visit(sandbox, "/#/rejected/0")
    expect(page.get_by_role("complementary")).to_contain_text("missing 'action' field")
    page = visit(sandbox, "/#/events/77", quiet=True)
    expect(page.get_by_role("complementary")).to_contain_text("forgotten, or never came")
    page.get_by_role("button", name="Close (Esc)").click()
    expect(page.get_by_role("complementary")).to_be_hidden()


def test_going_back_closes_the_event(sandbox, sender, visit, cart):
    """The browser's own way back works, however many events were looked at."""
    sender.post([cart(product_id=str(number)) for number in range(5)])
    page = visit(sandbox)
    first(page).click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile("#/events/2$"))
    page.go_back()
    expect(page.get_by_role("complementary")).to_be_hidden()


def test_a_slow_press_of_go_on_counts(sandbox, sender, visit, cart):
    """Paused, the button is drawn anew in each frame; one that is held down over some frames still goes on."""
    sender.post([cart("ada@shop.example")])
    page = visit(sandbox)
    expect(page.locator(ROWS)).to_have_count(1)
    page.keyboard.press("p")
    sender.post([cart("ben@shop.example")])
    button = page.get_by_role("button", name="Go on")
    expect(button).to_contain_text("1 new")
    button.locator("span").hover()
    page.mouse.down()
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    page.mouse.up()
    expect(page.locator(ROWS)).to_have_count(2)


def test_pause_holds_new_events_back(sandbox, sender, visit, cart):
    """Paused, the list stands still and tells how many wait; going on brings them all."""
    sender.post([cart("ada@shop.example")])
    page = visit(sandbox)
    expect(page.locator(ROWS)).to_have_count(1)
    page.keyboard.press("p")
    sender.post([cart("ben@shop.example"), cart("ben@shop.example")])
    expect(page.get_by_role("button", name="Go on")).to_contain_text("2 new")
    expect(page.locator("#live-text")).to_have_text("paused")
    expect(page.locator(ROWS)).to_have_count(1)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(ROWS)).to_have_count(3)
    expect(first(page)).to_contain_text("ben@shop.example")


def test_clear_empties_every_page(sandbox, sender, visit, cart):
    """One page clears, and another one is empty too; what comes next is shown on both."""
    sender.post([cart()])
    pages = [visit(sandbox), visit(sandbox)]
    for page in pages:
        expect(page.locator(ROWS)).to_have_count(1)
    pages[0].get_by_role("button", name="Clear").click()
    for page in pages:
        expect(page.get_by_role("heading", name="Waiting for")).to_be_visible()
    assert sandbox.stats()["events"] == 0
    sender.post([cart("ada@shop.example")])
    for page in pages:
        expect(first(page)).to_contain_text("ada@shop.example")


def test_the_list_is_exported_as_a_session(sandbox, sender, visit, cart, tmp_path):
    """What is listed is saved as JSON lines, in the order of arrival, exactly as it came."""
    sender.post(
        [cart(product_id="1"), cart("ben@shop.example", product_id="2"), cart(product_id="3")]
    )
    page = visit(sandbox)
    page.get_by_role("searchbox").fill("tyler")
    expect(page.locator(ROWS)).to_have_count(2)
    with page.expect_download() as saving:
        page.get_by_role("button", name="Export JSON lines").click()
    saving.value.save_as(tmp_path / "events.jsonl")
    saved = Session.load(tmp_path / "events.jsonl")
    assert [event["data"]["product_id"] for event in saved.events] == ["1", "3"]
    whole = sandbox.session()
    assert saved.entries == [whole.entries[0], whole.entries[2]]


def test_the_keyboard_is_enough(sandbox, sender, visit, cart):
    """/ j k Enter Esc x p ? and the numbers of the views."""
    sender.post([cart(product_id=str(number)) for number in range(60)])
    page = visit(sandbox)
    expect(page.locator(ROWS).first).to_be_visible()
    press = page.keyboard.press
    chosen = page.locator(".row[aria-selected='true']")
    press("j")
    expect(chosen).to_contain_text("product_id 59")
    for _ in range(40):
        press("j")
    expect(chosen).to_contain_text("product_id 19")
    expect(chosen).to_be_in_viewport()
    press("k")
    expect(chosen).to_contain_text("product_id 20")
    press("Enter")
    side = page.get_by_role("complementary")
    expect(side.locator(".json").first).to_contain_text('"product_id": "20"')
    press("j")
    expect(side.locator(".json").first).to_contain_text('"product_id": "19"')
    press("Escape")
    expect(side).to_be_hidden()
    press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("jp")  # Letters are text there, and no keys.
    expect(page.get_by_role("searchbox")).to_have_value("jp")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.get_by_role("searchbox").fill("")
    press("Escape")
    press("x")
    expect(page.get_by_role("button", name="Only problems")).to_have_attribute(
        "aria-pressed", "true"
    )
    press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    for key, name in zip("2345", ("Customers", "Problems", "Numbers", "Rehearse"), strict=True):
        press(key)
        expect(page.get_by_role("link", name=name).first).to_have_attribute("aria-current", "page")


def test_what_is_read_stays_where_it_is(sandbox, sender, visit, cart):
    """Scrolled down, new events move nothing; a button tells of them and leads to the top."""
    sender.post([cart(product_id=str(number)) for number in range(200)])
    page = visit(sandbox)
    rows = page.get_by_role("grid", name="Events, newest first")
    expect(page.locator(ROWS).first).to_be_visible()
    rows.evaluate("box => { box.scrollTop = 30 * 100; }")
    row = page.locator(ROWS).filter(has_text="product_id 90")
    before = row.bounding_box()
    sender.post([cart(product_id=f"new-{number}") for number in range(25)])
    expect(page.get_by_role("button", name="25 new events")).to_be_visible()
    assert row.bounding_box() == before
    page.get_by_role("button", name="25 new events").click()
    expect(first(page)).to_contain_text("new-24")


def test_the_page_survives_a_break(sandbox, sender, visit, cart):
    """While the sandbox is away the page says so; afterwards it misses nothing, and repeats nothing."""
    sender.post([cart("ada@shop.example")])
    page = visit(sandbox, quiet=True)
    expect(page.locator(ROWS)).to_have_count(1)
    sandbox.stop()
    expect(page.locator("#live-text")).to_have_text("not connected")
    sandbox.start()
    sender.close()
    sender.post([cart("ben@shop.example")])
    expect(page.locator("#live-text")).to_contain_text("live")
    expect(page.locator(ROWS)).to_have_count(2)


def test_history_fills_in_behind(sandbox, sender, visit, cart):
    """A page that is opened late holds what the sandbox holds, oldest to newest."""
    for part in range(9):
        sender.post([cart(product_id=str(part * 500 + number)) for number in range(500)])
    page = visit(sandbox)
    expect(page.get_by_text("4,500 held")).to_be_visible()
    page.get_by_role("searchbox").fill("product_id:0")
    expect(page.locator(ROWS)).to_have_count(1)
    page.locator(ROWS).click()
    expect(page).to_have_url(re.compile("#/events/0$"))


def test_trouble_with_the_file_is_told(visit, tmp_path):
    """When the file of `--keep` can no longer be written, the page says so, without a reload."""
    with Sandbox(keep=tmp_path / "kept.db") as sandbox:
        page = visit(sandbox)
        expect(page.get_by_role("heading", name="Waiting for")).to_be_visible()
        expect(page.get_by_role("alert")).to_be_hidden()
        sandbox._core.kept_file.trouble = "kept.db cannot be written: disk full"
        sandbox.heal()
        sandbox.clear()
        expect(page.get_by_role("alert")).to_have_text("kept.db cannot be written: disk full")
