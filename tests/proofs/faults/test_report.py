"""The table of faults stands in the README, between two marks, and says what was counted."""

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
    shutil.copy(report.ROOT / "README.md", tmp_path)
    monkeypatch.setattr(report, "ROOT", tmp_path)
    monkeypatch.setattr(report, "KEPT", tmp_path / "kept")
    return tmp_path


def test_the_table_is_written_between_its_marks(root):
    """Twice is as once, and nothing else in the README changes."""
    before = (root / "README.md").read_text("utf-8")
    for _ in range(2):
        report.write("| a | table |")
    after = (root / "README.md").read_text("utf-8")
    assert after.count("| a | table |") == 1
    for part in (0, -1):
        assert after.split("faults -->")[part] == before.split("faults -->")[part]


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
