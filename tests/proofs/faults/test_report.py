"""The table of faults stands in docs/proofs.md, between two marks, and one line of it in the README."""

import importlib.util
import shutil
from pathlib import Path

import pytest
from faults.oracle import Tally

# By its path: the hostile servers have a report.py, too.
_SPEC = importlib.util.spec_from_file_location(
    "report_of_faults", Path(__file__).with_name("report.py")
)
report = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(report)


@pytest.fixture
def root(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    for name in ("README.md", "docs/proofs.md"):
        shutil.copy(report.ROOT / name, tmp_path / name)
    monkeypatch.setattr(report, "ROOT", tmp_path)
    monkeypatch.setattr(report, "KEPT", tmp_path / "kept")
    return tmp_path


@pytest.mark.parametrize("name", ["README.md", "docs/proofs.md"])
def test_table_and_line_are_written_between_their_marks(root, name):
    """Twice is as once, and nothing else in the file changes."""
    before = (root / name).read_text("utf-8")
    for _ in range(2):
        report.write("| a | text |", "| a | text |\n")
    after = (root / name).read_text("utf-8")
    assert after.count("| a | text |") == 1
    for part in (0, -1):
        assert after.split("faults -->")[part] == before.split("faults -->")[part]


def test_the_line_sums_kills_and_cuts_and_leaves_controls_out():
    """A control loses on purpose; a real row that loses is in the sum."""
    rows = [
        Tally("SIGKILL at a random instant (`interval`)", trials=1000, obligations=7000),
        Tally("SIGKILL at a random instant (`always`)", trials=1000, obligations=1000, lost=1),
        Tally("power cut, `always`", trials=3000, obligations=5, lost=2),
        Tally("*control: power cut, off*", trials=3000, obligations=5, lost=9),
    ]
    said = report.line([(tally, 1) for tally in rows])
    assert said.startswith("2,000 SIGKILLs at random instants over 8,000 events, and 3,000 power")
    assert said.endswith("cuts: 3 lost.\n")


def test_a_row_is_kept_for_its_version_only(root):
    """What was proved of this code is not proved again; of other code it is. A row that fails is not kept."""
    made = []

    def proof():
        made.append(1)
        return Tally("any", trials=len(made))

    assert report.tallied("any", proof, 1, "one")[0].trials == 1
    assert report.tallied("any", proof, 1, "one")[0].trials == 1
    assert report.tallied("any", proof, 1, "two")[0].trials == 2
    assert report.tallied("any", None, 0.5, "two") is None
    assert "failed" in report.tallied("bad", lambda: 1 / 0, 1, "one")[0].name
    assert report.tallied("bad", proof, 1, "one")[0].trials == 3


def test_every_wrong_variant_is_called_a_control():
    """What must lose stands in the table as what it is."""
    assert report.control(Tally("x"), "y").row().startswith("| *control: y* |")
    assert sum("control" in name for name in report.rows(1)) >= 6
