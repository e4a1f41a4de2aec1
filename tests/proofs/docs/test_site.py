"""The site builds strictly, needs nothing from elsewhere, and its code is code."""

import ast
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
BLOCK = re.compile(r"^( *)```python[^\n]*\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


def build(config, folder):
    """Build the site; gives the finished process."""
    for needs in ("mkdocs", "material", "mkdocstrings"):
        pytest.importorskip(needs, reason="needs mkdocs-material and mkdocstrings[python]")
    # Without --quiet: that hides warnings from --strict itself.
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", config, "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    done = build(ROOT / "mkdocs.yml", folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_site_builds_strictly(site):
    """No warning of MkDocs: links, anchors, snippets and references all lead somewhere."""
    assert (site / "index.html").exists()
    assert (site / "how-to" / "web.html").exists()


def test_a_page_that_nobody_can_reach_is_seen(tmp_path):
    """The negative control: one page taken out of the navigation, and the strict build fails."""
    config = ROOT / "mkdocs.yml"
    lines = config.read_text("utf-8").replace("docs_dir: docs", f"docs_dir: {ROOT / 'docs'}")
    lines = lines.replace("paths: [.]", f"paths: [{ROOT}]").replace(
        "base_path: [.]", f"base_path: [{ROOT}]"
    )
    without = tmp_path / "mkdocs.yml"
    without.write_text(lines.replace("  - Operations: operations.md\n", ""), "utf-8")
    done = build(without, tmp_path / "site")
    assert done.returncode != 0
    assert "- operations.md" in done.stderr


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
