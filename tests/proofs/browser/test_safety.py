"""What an event says is shown, and does nothing; other pages get nothing."""

import pytest

from zaius_logging.sandbox import Sandbox

expect = pytest.importorskip("playwright.sync_api", reason="pip install playwright").expect

SCRIPT = "<script>window.owned = 1</script>"
HOSTILE = [
    SCRIPT,
    "<img src=x onerror='window.owned = 1'>",
    "</pre></span><svg onload=window.owned=1>",
    "javascript:window.owned=1",
    '" onmouseover="window.owned=1" x="',
    "{{constructor.constructor('window.owned=1')()}}",
    "\u202egnp.exe",
    "a\u0000b\u2028c\ud800d",
    "__proto__",
    "A" * 5000,
]
VIEWS = ["#/events", "#/events/0", "#/rejected/0", "#/customers", "#/problems", "#/numbers"]


def hostile(text):
    return {
        "type": text,
        "action": text,
        "identifiers": {text: text, "email": text},
        "data": {text: text, "order": {text: [text, {text: text}]}, "logger": text, "ts": text},
    }


def test_hostile_events_are_harmless(sandbox, sender, visit):
    """Text in each place of an event is shown as text in each view: no script runs, no tag is made."""
    for text in HOSTILE:
        sender.post([hostile(text)])
        bad = [{**hostile(text), text: text}, {**hostile(text), "type": [text]}]
        sender.post(bad, **{"User-Agent": "<b>agent</b>"})
    page = visit(sandbox)
    links = [
        f"#/{kind}/{number}" for number in range(len(HOSTILE)) for kind in ("events", "rejected")
    ]
    side = page.get_by_role("complementary")
    for link in links:
        page.goto(f"{sandbox.url}/{link}")
        expect(side).to_contain_text(f"Address{link}")
        expect(side.locator("dl.headers")).to_contain_text("127.0.0.1")
        assert_harmless(page)
    for view in VIEWS:
        page.goto(f"{sandbox.url}/{view}")
        expect(page.locator("main > section:not([hidden])")).to_be_visible()
        assert_harmless(page)
    page.goto(f"{sandbox.url}/#/customers")
    people = page.get_by_role("option")
    expect(people).to_have_count(len(HOSTILE))
    for number in range(len(HOSTILE)):
        people.nth(number).click()
        expect(people.nth(number)).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("list", name="Identifiers")).to_be_visible()
        assert_harmless(page)


def test_a_hostile_catalogue_is_harmless(visit, shops):
    """The same texts as kinds, fields, sentences and lines of a catalogue, known ones and strangers."""
    kinds = {
        text: {"line": 1, "about": text, "deprecated": text, "fields": {text: {"line": 1}}}
        for text in HOSTILE[:4]
    }
    catalog = {"name": HOSTILE[0], "source": HOSTILE[1], "text": "\n".join(HOSTILE), "kinds": kinds}
    with Sandbox(catalog=catalog) as sandbox:
        sender = shops.Sender(sandbox.url)
        for text in HOSTILE:
            sender.post([hostile(text)])
        sender.close()
        page = visit(sandbox, "/#/catalog/1")
        expect(page.locator(".kind-card").last).to_contain_text(HOSTILE[0])
        for summary in page.locator("#view-catalog summary").all():
            summary.click()
        assert_harmless(page)


def assert_harmless(page):
    made = "document.querySelectorAll('main script, main img, main b[onclick], svg[onload]').length"
    assert page.evaluate(f"[window.owned, Object.prototype.owned, {made}]") == [None, None, 0]


def test_what_cannot_be_seen_is_written_out(sandbox, sender, visit):
    """Marks that turn the direction of text, or have no width, are shown by their number."""
    sender.post([hostile("a\u202eb\u200bc")])
    page = visit(sandbox, "/#/events/0")
    expect(page.get_by_role("complementary").locator(".json").first).to_contain_text(
        r"a\u202eb\u200bc"
    )
    assert "\u202e" not in page.content()


def test_the_page_asks_nobody_else(sandbox, sender, visit, cart):
    """Every request of a visit through all views goes to the sandbox."""
    sender.post([cart()])
    sender.post([{"type": 5}])
    page = visit(sandbox)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    for view in [*VIEWS, "#/rehearse", "#/rules"]:
        page.goto(f"{sandbox.url}/{view}")
        expect(page.locator("main > section:not([hidden])")).to_be_visible()
    assert len(asked) > 30
    assert [url for url in asked if not url.startswith(f"{sandbox.url}/")] == []


def test_another_page_can_neither_read_nor_change(sandbox, sender, visit, cart):
    """A page of another origin gets no data, no stream, no frame, and clears nothing."""
    sender.post([cart()])
    with Sandbox() as other:
        page = visit(other, quiet=True)
        expect(page.get_by_role("heading", name="Waiting for")).to_be_visible()
        # The other page's own policy would stop it; without one, the sandbox's answers must.
        page.route(
            "**/evil", lambda route: route.fulfill(body="<h1>evil</h1>", content_type="text/html")
        )
        page.goto(f"{other.url}/evil")
        attempt = """async (url) => {
            const tried = {};
            for (const [name, call] of Object.entries({
                read: () => fetch(`${url}/api/events`),
                clear: () => fetch(`${url}/api/events`, {method: "DELETE"}),
                simple: () => fetch(`${url}/v3/events`, {method: "POST", body: "[]", mode: "no-cors"}),
                faults: () => fetch(`${url}/api/faults`, {method: "PUT", body: '{"hang":true}'}),
            })) {
                try { const answer = await call(); tried[name] = answer.type; }
                catch (error) { tried[name] = "rejected"; }
            }
            tried.stream = await new Promise((resolve) => {
                const source = new EventSource(`${url}/api/stream`);
                source.addEventListener("hello", () => resolve("read"));
                source.addEventListener("error", () => { source.close(); resolve("rejected"); });
            });
            return tried;
        }"""
        tried = page.evaluate(attempt, sandbox.url)
    # What needs no leave is sent, and turned down by the sandbox; the browser may hide the answer.
    assert tried.pop("simple") in ("opaque", "rejected")
    assert set(tried.values()) == {"rejected"}
    stats = sandbox.stats()
    assert (stats["events"], stats["requests"]) == (1, 1)
    assert sandbox._core.fault_documents() == []
