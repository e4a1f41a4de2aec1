"""The site builds strictly, needs nothing from elsewhere, and its code is code."""

import ast
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
BLOCK = re.compile(r"^( *)```python[^\n]*\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


def build(folder, change=lambda _docs: None):
    """Build a copy of the docs in a folder; gives the finished process.

    Args:
        folder: where to.
        change: called with the copied docs before they are built.
    """
    for needs in ("zensical", "mkdocstrings"):
        pytest.importorskip(needs, reason="needs zensical and mkdocstrings[python]")
    shutil.copytree(ROOT / "docs", folder / "docs")
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    for name in ("paths", "base_path"):
        config = config.replace(f"{name}: [.]", f"{name}: [{ROOT}]")
    (folder / "mkdocs.yml").write_text(config, "utf-8")
    change(folder / "docs")
    return subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "-f", folder / "mkdocs.yml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site."""
    folder = tmp_path_factory.mktemp("project")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "griffe" not in done.stdout + done.stderr
    return folder / "site"


def test_the_site_builds_strictly(site):
    """No warning: links, anchors, snippets and references all lead somewhere."""
    assert (site / "index.html").exists()
    assert (site / "how-to" / "web.html").exists()


@pytest.mark.parametrize(
    "line",
    [
        "[x](nowhere.md)",
        "[x](promises.md#nowhere)",
        '--8<-- "examples/nowhere.py"',
        "::: zaius_logging.Nowhere",
        "[x][zaius_logging.Nowhere]",
    ],
)
def test_what_leads_nowhere_fails_the_build(tmp_path, line):
    """The negative control: a link, an anchor, an example, a name of the reference that are not there."""

    def change(docs):
        with (docs / "operations.md").open("a", encoding="utf-8") as page:
            page.write(f"\n{line}\n")

    assert build(tmp_path, change).returncode != 0


def test_every_page_is_in_the_navigation():
    """And the other way round, which Zensical does not check (0.0.73); no page stands in it twice."""
    nav = (ROOT / "mkdocs.yml").read_text("utf-8").split("\nnav:\n")[1]
    listed = re.findall(r": ([\w/-]+\.md)$", nav, re.MULTILINE)
    assert sorted(listed) == [page.relative_to(ROOT / "docs").as_posix() for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_picture_is_there(page):
    """Zensical does not look for them (0.0.73)."""
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text("utf-8")):
        assert (page.parent / picture).exists(), picture


def test_search_engines_are_given_a_map(site):
    """Each page of the navigation is in the sitemap, by its public address, and says where it is at home."""
    public = re.search(
        r"^site_url: (\S+)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE
    )[1]
    text = (site / "sitemap.xml").read_text("utf-8")
    listed = set(re.findall(r"<loc>(.*?)</loc>", text))
    for page in PAGES:
        address = page.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
        assert {f"{public}{address}", public if address == "index.html" else ""} & listed, address
    assert f'rel="canonical" href="{public}' in (site / "settings.html").read_text("utf-8").replace(
        "rel=canonical href=", 'rel="canonical" href="'
    )


def test_the_examples_are_in_the_site(site):
    """Pages show the examples themselves, not copies of them."""
    assert "bind_customer" in (site / "how-to" / "web.html").read_text("utf-8")


def test_the_reference_has_the_docstrings(site):
    """Each setting of the handler is explained on the reference page."""
    text = (site / "reference.html").read_text("utf-8")
    for setting in ("drain_on_sigterm", "spool_dir", "max_age", "record_attributes"):
        assert setting in text


ELSEWHERE = {  # on a page of its own, or no thing that is called
    "zaius_logging.Outcome",
    "zaius_logging.integrations.VUID_COOKIE",
    "zaius_logging.sandbox.DEFAULT_PORT",
}


def public_names():
    """What can be imported from modules without an underscore, as the modules themselves say."""
    for module in sorted((ROOT / "zaius_logging").rglob("*.py")):
        parts = module.relative_to(ROOT).with_suffix("").parts
        if "cli" in parts or any(p.startswith("_") and p != "__init__" for p in parts):
            continue
        dotted = ".".join(part for part in parts if part != "__init__")
        tree = ast.parse(module.read_text("utf-8"))
        listed = [
            ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        ]
        defined = [
            node.name
            for node in tree.body
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
        ]
        for name in listed[0] if listed else defined:
            yield f"{dotted}.{name}"


def test_the_reference_is_complete(site):
    """Each public class and function has its place on a page."""
    pages = "".join(page.read_text("utf-8") for page in site.rglob("*.html"))
    names = set(public_names())
    assert len(names) > 30
    plugin = {name for name in names if name.startswith("zaius_logging.pytest_plugin.")}
    assert 'id="zaius_logging.testing._capture.ZaiusEvents"' in pages
    missing = {name for name in names - plugin - ELSEWHERE if f'id="{name}"' not in pages}
    assert missing == set()


def test_the_pages_load_nothing_from_elsewhere(site):
    """No script, style, font or image of another host: the site can be read offline."""
    for page in site.rglob("*.html"):
        for tag in re.findall(r"<(?:script|link|img|iframe)[^>]*>", page.read_text("utf-8")):
            if 'rel="canonical"' not in tag:
                assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", tag), (page.name, tag)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_python_in_the_pages_is_python(page):
    """Every block of Python can at least be parsed; those of the examples are run elsewhere."""
    for _, block in BLOCK.findall(page.read_text("utf-8")):
        if "--8<--" not in block:
            code = textwrap.dedent(block)
            ast.parse(code if not code.startswith('"') else "{" + code + "}")


def test_every_example_is_on_a_page():
    """No example is left out of the docs."""
    pages = "".join(page.read_text("utf-8") for page in PAGES)
    shown = set(re.findall(r'--8<-- "examples/([^"]+)"', pages))
    there = {path.name for path in (ROOT / "examples").iterdir() if path.is_file()}
    assert there - shown == {"config_from_toml.py", "config_from_ini.py"}  # as the one from YAML
