"""What the README says is true: its example runs, its figures are those of the pages, and it is short."""

import logging
import pathlib
import re

import pytest

from zaius_logging import ZaiusHandler
from zaius_logging.sandbox import Sandbox

README = pathlib.Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")


@pytest.fixture
def clean_root():
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield root
    for handler in root.handlers[:]:
        if handler not in before:
            handler.close()
    root.handlers[:] = before
    root.setLevel(level)


def test_whoever_is_called_at_night_finds_the_page():
    """From the README, and from each page where trouble is looked up."""
    docs = README.parent / "docs"
    assert "(docs/operate.md)" in TEXT
    for name in ("index", "operations", "troubleshooting"):
        assert "(operate.md" in (docs / f"{name}.md").read_text(encoding="utf-8"), name


def test_the_example_runs(clean_root, monkeypatch):
    """As it stands there, and what it logs arrives."""
    with Sandbox() as sandbox:
        monkeypatch.setenv("ZAIUS_API_KEY", "from-the-readme")
        monkeypatch.setenv("ZAIUS_ENDPOINT", sandbox.endpoint)
        [example] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
        exec(compile(example, str(README), "exec"), {})  # noqa: S102 - our own README
        [handler] = [h for h in clean_root.handlers if isinstance(h, ZaiusHandler)]
        assert handler.flush(10)
        [event] = sandbox.events()
    assert event["action"] == "add_to_cart"


def test_a_visitor_can_decide_in_one_screen_or_two():
    """About 110 lines."""
    assert len(TEXT.splitlines()) <= 115


def test_the_two_commands_are_there():
    """The README has one command for the demo, and one, marked for CI, for the tests."""
    assert re.search(r"```sh\npython3 -m venv .*zaius-logging demo\n```", TEXT)
    assert re.search(r"<!-- test command -->\n```sh\npython3 -m venv .* -m pytest.*\n```", TEXT)


def test_the_comparison_is_the_measured_one():
    """Each row that holds counts stands in the page that `compare.py` writes."""
    page = (README.parent / "docs" / "compared.md").read_text("utf-8")
    rows = re.findall(r"^\| (?:arrived|requests for).*$", TEXT, re.MULTILINE)
    assert len(rows) == 5
    for row in rows:
        assert row in page


def test_the_hostile_servers_are_as_many_as_their_table_has_rows():
    """Here, and wherever else the number stands."""
    rows = (README.parent / "docs" / "hostile.md").read_text("utf-8").count("\n| ") - 1
    for name in ("README.md", "CONTRIBUTING.md", "docs/proofs.md"):
        text = (README.parent / name).read_text("utf-8")
        assert re.findall(r"(\d+) (?:hostile servers|servers, proxies)", text) == [str(rows)], name


def test_the_badge_names_the_versions_that_are_supported():
    """From the first to the last of the classifiers."""
    project = (README.parent / "pyproject.toml").read_text("utf-8")
    versions = re.findall(r"Python :: (3\.\d+)", project)
    assert f"![Python {versions[0]} to {versions[-1]}]" in TEXT


def test_every_link_leads_to_a_file():
    """Also those to pictures."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT)
    assert len(links) > 20
    assert [link for link in links if not (README.parent / link).exists()] == []
