"""Promises 2 and 13: however long the API is down, memory stays bounded and every event is accounted for."""

import sys

import pytest
from faults import million

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="reads what memory a process has from /proc, which Linux has"
)

SHORT = 50_000
FULL = 1_000_000
MiB = 1024 * 1024
BOUNDS = {"capacity": 10_000, "capacity_bytes": 4 * MiB}  # the bytes are reached first
DEFAULTS = {"capacity": 100_000, "capacity_bytes": 64 * MiB}


def assert_bounded(report, capacity_bytes=0):
    assert report.growth <= capacity_bytes * 1.5 + million.SLACK, report


def assert_one_fate_each(report, count):
    """Each number was taken by the API or reported to `on_drop`, once, and the counts say the same."""
    stats = report.stats
    assert (report.neither, report.both, report.early) == (0, 0, 0), report
    assert report.arrived == report.distinct == report.ids == stats["delivered"], report
    assert report.reported == sum(stats["dropped"].values()), report
    assert stats["accepted"] == count
    assert (stats["rejected"], stats["invalid"], stats["pending"]) == (0, 0, 0)
    assert stats["delivered"] + stats["dropped"].get("overflow", 0) == count, report


def in_memory(count, where, bounds):
    report = million.run(count, where, pad=500, **bounds)
    print(report)  # noqa: T201 - the figures, with -s
    assert_bounded(report, bounds["capacity_bytes"])
    assert_one_fate_each(report, count)
    assert report.requests >= 3
    assert report.backlog["delivered"] == 0
    assert report.backlog["pending"] <= bounds["capacity"]
    assert 0.95 * bounds["capacity_bytes"] < report.backlog["pending_bytes"]
    assert report.backlog["pending_bytes"] <= bounds["capacity_bytes"]
    assert report.stats["delivered"] == report.backlog["pending"]


def on_disk(count, where):
    report = million.run(
        count, where, spool_dir=str(where / "spool"), spool_bytes=2048 * MiB, capacity=1_000
    )
    print(report)  # noqa: T201 - the figures, with -s
    assert_bounded(report)
    assert_one_fate_each(report, count)
    assert report.requests >= 3
    assert report.backlog["pending"] == report.stats["delivered"] == count
    assert report.stats["dropped"] == {}
    assert list((where / "spool").glob("*/*.jsonl")) == []


def test_in_memory(tmp_path):
    """While the API is down, memory grows by what the bounds allow; each event is delivered or reported."""
    in_memory(SHORT, tmp_path, BOUNDS)


def test_on_disk(tmp_path):
    """With a spool memory stays flat while the API is down, and then all arrives once, in order."""
    on_disk(SHORT, tmp_path)


def test_a_buffer_without_bounds_is_caught(tmp_path):
    """The control: where nothing bounds the buffer, the same look at memory says so."""
    report = million.run(SHORT, tmp_path, pad=500, variant="unbounded", **BOUNDS)
    assert report.growth > BOUNDS["capacity_bytes"] * 1.5 + million.SLACK, report
    with pytest.raises(AssertionError):
        assert_bounded(report, BOUNDS["capacity_bytes"])


def test_a_spool_that_forgets_is_caught(tmp_path):
    """The control: where a spool forgets what it gives out, the same accounts say so."""
    report = million.run(1_000, tmp_path, variant="eager", spool_dir=str(tmp_path / "spool"))
    assert report.neither > 0
    with pytest.raises(AssertionError):
        assert_one_fate_each(report, 1_000)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_a_million_in_memory(tmp_path):
    """The long form, with the bounds that are the default."""
    in_memory(FULL, tmp_path, DEFAULTS)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_a_million_on_disk(tmp_path):
    """The long form."""
    on_disk(FULL, tmp_path)
