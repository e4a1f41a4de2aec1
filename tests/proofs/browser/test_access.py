"""For everyone: axe, both themes, a phone's width, no motion that was not asked for."""

from importlib import resources

import pytest

from zaius_logging.sandbox import Sandbox

expect = pytest.importorskip("playwright.sync_api", reason="pip install playwright").expect

VIEWS = {
    "empty": "/",
    "list": "/",
    "detail": "/#/events/1",
    "customers": "/#/customers/customer_id%3Dservice",
    "problems": "/#/problems",
    "rules": "/#/rules/long-text",
    "numbers": "/#/numbers",
    "catalog": "/#/catalog",
    "rehearse": "/#/rehearse",
}
READY = {
    "empty": "Waiting for the first event",
    "list": "rejected",
    "detail": "Accepted",
    "customers": "This merges customers",
    "problems": "taken with warnings",
    "rules": "What to do",
    "numbers": "95 % at",
    "catalog": "kinds seen",
    "rehearse": "not accepted",
}
PHONE = {"viewport": {"width": 375, "height": 720}, "has_touch": True, "is_mobile": True}


CATALOG = {
    "name": "shop",
    "version": "7",
    "source": "events.toml",
    "text": "catalog = 1",
    "identifiers": {"email": {"line": 1}},
    "kinds": {
        "product/detail": {"line": 1, "fields": {"product_id": {"line": 1, "required": True}}},
        "order/refund": {"line": 1, "fields": {}, "deprecated": "use order/return"},
    },
}


@pytest.fixture
def sandbox():
    """With a catalogue, so that all tabs are there."""
    with Sandbox(catalog=CATALOG) as running:
        yield running


@pytest.fixture(scope="session")
def axe():
    """Give axe-core as a PyPI package brings it: no request leaves the machine."""
    package = pytest.importorskip(
        "axe_playwright_python", reason="pip install axe-playwright-python"
    )
    return (resources.files(package) / "axe.min.js").read_text("utf-8")


@pytest.fixture
def furnish(sender, shops, sandbox):
    """Fill the sandbox with something for each view."""

    def furnishing(view):
        if view == "empty":
            return
        sender.post(shops.Shop().events(60))
        for name in ("ada", "ben"):
            identifiers = {"customer_id": "service", "email": f"{name}@shop.example"}
            sender.post([{"type": "account", "action": "login", "identifiers": identifiers}])
        sender.post([{"type": "product", "identifiers": {"email": 5}, "properties": {}}])
        sender.post([], **{"x-api-key": " "})
        if view == "rehearse":
            sandbox.faults({"latency": 0.01}, {"status": 503, "seconds": 600})
            sender.post([])

    return furnishing


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_serious(sandbox, furnish, visit, axe, view):
    """No serious or critical finding in any view, in either theme."""
    furnish(view)
    page = visit(sandbox, VIEWS[view])
    expect(page.locator("body")).to_contain_text(READY[view])
    page.evaluate(axe)
    found = page.evaluate("axe.run(document)")
    assert len(found["passes"]) > 15
    assert serious(found) == []
    page.emulate_media(color_scheme="dark")
    found = page.evaluate("axe.run(document, {runOnly: ['color-contrast']})")
    assert len(found["passes"]) == 1
    assert serious(found) == []


def serious(found):
    return [
        (finding["id"], [node["html"][:200] for node in finding["nodes"]])
        for finding in found["violations"]
        if finding["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_a_phone_shows_all_of_it(sandbox, furnish, visit, view):
    """Nothing is cut off at the side, and what is to be pressed is large enough for a finger."""
    furnish(view)
    page = visit(sandbox, VIEWS[view], **PHONE)
    expect(page.locator("body")).to_contain_text(READY[view])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    outside = """[...document.querySelectorAll("button, a, input, select, h2, h3, p")]
        .filter((each) => each.checkVisibility() && !each.closest(".code, .skip, .hush"))
        .filter((each) => !each.matches(".skip, .hush"))
        .filter((each) => { const box = each.getBoundingClientRect();
                            return box.right > innerWidth + 1 || box.left < -1; })
        .map((each) => each.outerHTML.slice(0, 120))"""
    assert page.evaluate(outside) == []
    small = """[...document.querySelectorAll("button, select")]
        .filter((each) => each.checkVisibility())
        .filter((each) => { const box = each.getBoundingClientRect();
                            return box.height < 20 || box.width < 24; })
        .map((each) => each.outerHTML.slice(0, 120))"""
    assert page.evaluate(small) == []


def test_a_phone_reads_an_event_and_goes_back(sandbox, furnish, visit):
    """On a phone an event takes the whole screen, and a button leads back."""
    furnish("list")
    page = visit(sandbox, **PHONE)
    page.locator("[aria-rowindex='2']").tap()
    side = page.get_by_role("complementary")
    assert side.bounding_box()["width"] == 375
    side.get_by_role("button", name="Close (Esc)").tap()
    expect(side).to_be_hidden()
    page.goto(f"{sandbox.url}/#/customers")
    page.get_by_role("option").first.tap()
    page.get_by_role("link", name="All customers").tap()
    expect(page.get_by_role("option").first).to_be_visible()


def test_the_theme_follows_the_system_or_the_button(sandbox, visit):
    """As the system by default; the button chooses, and a reload keeps the choice."""
    page = visit(sandbox, color_scheme="dark")
    shade = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(shade)
    button = page.locator("#theme")
    expect(button).to_have_accessible_name("Theme: as the system")
    button.click()
    expect(button).to_have_accessible_name("Theme: light")
    light = page.evaluate(shade)
    assert light != dark
    page.reload()
    assert page.evaluate(shade) == light
    button.click()
    assert page.evaluate(shade) == dark
    button.click()
    expect(button).to_have_accessible_name("Theme: as the system")
    page.emulate_media(color_scheme="light")
    assert page.evaluate(shade) == light


def test_focus_is_always_seen(sandbox, furnish, visit):
    """With the Tab key alone every control is reached, and each shows that it is."""
    furnish("list")
    page = visit(sandbox)
    expect(page.locator("[aria-rowindex='2']")).to_be_visible()
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            """[document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent,
                getComputedStyle(document.activeElement).outlineStyle]"""
        )
        if page.evaluate("document.activeElement === document.body"):
            break
        reached.append(name.strip())
        assert outline != "none", name
    for wanted in ("Events", "Rehearse", "Search events", "Pause", "Events, newest first"):
        assert any(wanted in name for name in reached), (wanted, reached)
