"""One word for one thing: words that were retired stay out of code, messages, pages and tests.

What each means now stands in docs/glossary.md. `python tests/test_words.py` lists what is left, room by room.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

RETIRED = {
    # "connection refused" is the network's own word; `refuse` is a value of some settings.
    "refuse": r"(?<!onnection )(?<!onnection)(?<!ECONN)(?<!onnection was )(?<!warn, )(?<!--)(?<!--max-)(?<![\"'`])refus(?:e(?!:)|al|ing)",
    "bury": r"\bbur(?:y|ied|ies)\b|\bgraves?\b|graveyard",
    "clerk": r"\b_clerk\b|\bClerk\(",
    "teller": r"\btellers?\b",
    "books": r"\b_?books\b",
    "bell": r"\b_?bells?\b",
    "tend": r"\b_?tend(?:s|ed|ing)?\b",
    "mend": r"\b_?mend(?:s|ed|ing)?\b",
    "keeper": r"\b_?keepers?\b",
    "doubts": r"\bdoubts\b",
    "told": r"\b_?(?:un)?told\b(?! (?:to|apart|no|otherwise)\b)",
    "company": r"\bfor company\b",
    "patience": r"\b_PATIENCE\b",
    "written off": r"\bwritten off\b",
}
"""A word, and the pattern that finds it as it was used."""

CLEAN = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "mkdocs.yml",
    "noxfile.py",
    "examples",
    "benchmarks",
    "docs",
    "zaius_logging/__init__.py",
    "zaius_logging/__main__.py",
    "zaius_logging/pytest_plugin.py",
    "zaius_logging/_build.py",
    "zaius_logging/_checks.py",
    "zaius_logging/_config.py",
    "zaius_logging/_errors.py",
    "zaius_logging/_formatter.py",
    "zaius_logging/_settings.py",
    "zaius_logging/_catalog",
    "zaius_logging/_delivery",
    "zaius_logging/_event",
    "zaius_logging/_operators",
    "zaius_logging/_process",
    "zaius_logging/_spool",
    "zaius_logging/_transport",
    "zaius_logging/_fleet",
    "zaius_logging/integrations",
    "tests/transport",
    "tests/catalog",
    "tests/delivery",
    "tests/event",
    "tests/operators",
    "tests/proofs",
    "tests/process",
    "tests/spool",
    "tests/proofs/servers",
    "tests/proofs/fleet",
    "zaius_logging/cli/catalog",
    "zaius_logging/cli",
    "zaius_logging/sandbox",
    "zaius_logging/testing",
    "tests/test_config.py",
    "tests/test_handler.py",
    "tests/test_public.py",
    "tests/test_readme.py",
    "tests/testing",
    "tests/typing",
    "tests/cli",
    "tests/sandbox",
]
"""What is searched. A room stands here once it is clean, and stays."""

OTHERS = {
    "docs/how-to/pipelines.md",
    "docs/how-to/send.md",  # rows are refused, as the option --refused calls it
    "docs/tutorial.md",  # shows the handler's
}
"""Pages whose owners' rooms are not clean yet."""

SUFFIXES = {".py", ".md", ".yml", ".yaml", ".toml", ".ini", ".js", ".css", ".html", ".svg"}


def found(text):
    """Give (line number, word) of each retired word in a text."""
    for number, line in enumerate(text.splitlines(), 1):
        for word, pattern in RETIRED.items():
            if re.search(pattern, line, re.IGNORECASE):
                yield number, word


def files(place):
    """Give the files of a place: itself, or all of ours in the folder."""
    path = ROOT / place
    for each in [path] if path.is_file() else sorted(path.rglob("*")):
        name = each.relative_to(ROOT).as_posix()
        if each.suffix in SUFFIXES and name not in OTHERS and each != Path(__file__):
            yield each


@pytest.mark.parametrize("place", CLEAN)
def test_a_retired_word_stays_out(place):
    """In no file of a room that is clean: neither in a name nor in a sentence."""
    assert (ROOT / place).exists()
    left = [
        f"{path.relative_to(ROOT)}:{number}: {word}"
        for path in files(place)
        for number, word in found(path.read_text("utf-8"))
    ]
    assert left == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the event is refused and buried", ["refuse", "bury"]),
        ("def _mend(self): # the Keeper tends it", ["tend", "mend", "keeper"]),
        ("it was told\nand waits for company", ["told", "company"]),
        ('the connection was refused: placeholders="refuse"', []),
        ("ConnectionRefusedError, attend, amend, bookshelf, a clerk who is signed in", []),
    ],
)
def test_a_retired_word_is_seen(text, words):
    """The control: each is found where it stands, and what only looks like it is not."""
    assert [word for _, word in found(text)] == words


if __name__ == "__main__":
    for room in sorted(
        {
            *(ROOT / "zaius_logging").iterdir(),
            *(ROOT / "tests").iterdir(),
            ROOT / "docs",
            ROOT / "benchmarks",
        }
    ):
        count = {}
        for path in files(room.relative_to(ROOT)):
            for _, word in found(path.read_text("utf-8")):
                count[word] = count.get(word, 0) + 1
        if count:
            print(room.relative_to(ROOT), count)  # noqa: T201 - a command
