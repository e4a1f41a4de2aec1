"""The table of faults is added up from pieces, and written whole, or says of each row what it lacks."""

import importlib.util
import shutil
from pathlib import Path

import pytest
from faults.oracle import Tally, out_of_order

# By its path: the hostile servers have a report.py, too.
_SPEC = importlib.util.spec_from_file_location(
    "report_of_faults", Path(__file__).with_name("report.py")
)
report = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(report)


@pytest.fixture
def root(tmp_path, monkeypatch):
    shutil.copy(report.ROOT / "README.md", tmp_path)
    (tmp_path / "docs").mkdir()
    shutil.copy(report.ROOT / "docs" / "proofs.md", tmp_path / "docs")
    monkeypatch.setattr(report, "ROOT", tmp_path)
    monkeypatch.setattr(report, "KEPT", tmp_path / "pieces.json")
    return tmp_path


def test_the_table_and_the_line_are_written_between_their_marks(root):
    """Twice is as once, and nothing else of the two files changes."""
    files = {root / "docs" / "proofs.md": "| a | table |", root / "README.md": "a line"}
    before = {path: path.read_text("utf-8") for path in files}
    for _ in range(2):
        report.write("| a | table |", "a line\n")
    for path, written in files.items():
        after = path.read_text("utf-8")
        assert after.count(written) == 1
        for part in (0, -1):
            assert after.split("faults -->")[part] == before[path].split("faults -->")[part]


def made_of(goal, piece, control=""):
    seeds = []

    def run(trials, seed):
        seeds.append(seed)
        return Tally(
            "any", trials=trials, obligations=10, lost=seed, most_duplicated=seed, notes=["5 of x"]
        )

    return report.Row(goal, piece, run, control), seeds


def test_pieces_of_the_same_code_are_added_up(root):
    """Made one after the other; those of other code count no more, and a row in part says so."""
    row, _ = made_of(25, 10)
    for number in range(2):
        report.make("any", row, number, {"any": "one"})
    assert "2 of 3 pieces" in report.added("any", row, report.kept({"any": "one"})).name
    assert not report.is_whole({"any": row}, report.kept({"any": "one"}))
    report.make("any", row, 2, {"any": "one"})
    total = report.added("any", row, report.kept({"any": "one"}))
    assert (total.trials, total.obligations, total.lost, total.most_duplicated) == (25, 30, 3, 2)
    assert total.notes == ["15 of x"]
    assert total.name == "any"
    assert report.is_whole({"any": row}, report.kept({"any": "one"}))
    assert report.kept({"any": "two"}) == []
    row.run = lambda trials, _: Tally("any", trials=trials, lost=9)
    report.make("any", row, 1, {"any": "one"})  # again, beside another: the worse of the two counts
    row.run = lambda trials, _: Tally("any", trials=trials)
    report.make("any", row, 1, {"any": "one"})
    again = report.added("any", row, report.kept({"any": "one"}))
    assert (again.trials, again.lost) == (25, 11)
    text = report.table({"any": row}, report.kept({"any": "one"}))
    assert "| any | 25 | 20 | 11 |" in text
    assert all(word in text for word in ("commit", "Python", "processors"))


def test_every_wrong_variant_is_called_a_control(root):
    """What must lose stands in the table as what it is."""
    row, _ = made_of(1, 1, "y")
    report.make("any", row, 0, {"any": "one"})
    assert (
        report.added("any", row, report.kept({"any": "one"})).row().startswith("| *control: y* |")
    )
    assert sum(bool(each.control) for each in report.rows().values()) >= 8


def test_notes_that_are_alike_are_joined():
    """Numbers add up; of what is said to be the most, the larger one stays."""
    one = Tally("any", notes=["1,000 s, 2 deaths", "it grew by at most 1.5 MiB, 1 threads"])
    one.plus(Tally("any", notes=["1,234 s, 3 deaths", "it grew by at most 0.9 MiB, 4 threads"]))
    assert one.notes == ["2,234 s, 5 deaths", "it grew by at most 1.5 MiB, 4 threads"]


def test_a_status_is_not_added_up_and_what_has_shrunk_grew_by_nothing():
    notes = (
        "3 deaths; 5 events were taken without an answer that says so",
        "2 deaths; 7 events were taken without an answer that says so",
    )
    tally = Tally("a", notes=[*map(report.addable, notes[:1])])
    tally.plus(Tally("b", notes=[*map(report.addable, notes[1:])]))
    tally.plus(Tally("c", notes=[report.addable("grew by at most 1.5 MiB, 3 files")]))
    tally.plus(Tally("d", notes=[report.addable("grew by at most -1.0 MiB, -6 files")]))
    assert tally.notes == [
        "5 deaths; 12 events were taken without an answer that says so",
        "grew by at most 1.5 MiB, 3 files",
    ]


def test_only_first_arrivals_of_one_thread_have_an_order():
    """What comes again may come late, and threads are compared with nobody else."""
    assert out_of_order(["a-0-0", "a-1-7", "a-0-1", "a-0-0", "a-1-8", "last-fresh"]) == []
    assert out_of_order(["a-0-1", "a-0-0", "a-0-2"]) == ["a-0-0"]


def test_each_row_names_what_it_runs():
    """A change of one proof costs the pieces of its rows alone, and one of the spool those of all."""
    words = report.versions(report.rows())
    assert words["kill9"] == words["kill9-always"] != words["rot"]


def test_a_page_that_is_older_than_the_code_is_stale(root):
    """A row that lacks a piece, or that was made and not written, is named; once it is written, none is."""
    row, _ = made_of(20, 10)
    words, every = {"any": "one"}, {"any": row}
    report.make("any", row, 0, words)
    assert report.stale(every, report.kept(words)) == ["any"]
    report.make("any", row, 1, words)
    assert report.stale(every, report.kept(words)) == ["any"]
    report.write(report.table(every, report.kept(words)), "a line\n")
    assert report.stale(every, report.kept(words)) == []
    assert report.stale(every, report.kept({"any": "two"})) == ["any"]
