"""The files that people have: each of `corpus/`, with its line and exactly what comes of it."""

import importlib
import json
import shlex
from pathlib import Path

import pytest

tomllib = pytest.importorskip("tomllib" if importlib.util.find_spec("tomllib") else "tomli")
CORPUS = Path(__file__).parent / "corpus"
CASES = tomllib.loads((CORPUS / "cases.toml").read_text("utf-8"))["case"]
OURS = ("idempotence_id", "data_source", "data_source_type", "data_source_version")
NEEDS = {"jmespath": ("jmespath",), "zstd": ("compression.zstd", "backports.zstd")}


def has(name):
    """Whether one of a package's modules can be imported."""
    for module in NEEDS[name]:
        try:
            importlib.import_module(module)
        except ImportError:
            continue
        return True
    return False


def events(text):
    """The events that were printed, without what we add."""
    for line in text.splitlines():
        event = json.loads(line)
        for name in OURS:
            event["data"].pop(name, None)
        yield json.dumps(event, ensure_ascii=False)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_a_file(here, case):
    """Its events are exactly these, its status is this, and people are shown what they need."""
    if not all(map(has, filter(None, [case.get("needs")]))):
        pytest.skip(f"{case['needs']} is not installed")
    done = here("send", "--dry-run", CORPUS / case["file"], *shlex.split(case["line"]))
    right = CORPUS / f"{case['file']}.right"
    assert list(events(done.stdout)) == right.read_text("utf-8").splitlines()
    assert done.returncode == case.get("status", 0)
    said = " ".join(done.stderr.split())
    for part in case.get("said", ()):
        assert part in said
    for part in case.get("silent", ()):
        assert part not in said


def test_there_are_enough():
    """At least forty files, each described, with a line and what comes of it."""
    assert len({case["file"] for case in CASES}) == len(CASES) >= 40
    assert all(case["about"] and "line" in case for case in CASES)
    assert {path.name for path in CORPUS.iterdir()} == {
        "cases.toml",
        *(case["file"] for case in CASES),
        *(f"{case['file']}.right" for case in CASES),
    }
