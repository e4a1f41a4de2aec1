"""Promise 3: a power cut costs at most the last second (`interval`), or nothing (`always`)."""

import json
from pathlib import Path

import pytest
from faults import power
from faults.recorder import Recorder


def test_the_record_takes_no_file_for_another(tmp_path):
    """A disk gives a removed file's inode to the next one; here those of a hundred stay apart."""
    directory, path = tmp_path / "spool", tmp_path / "record"
    directory.mkdir()
    recorder = Recorder(directory, path)
    for number in range(100):
        file = Path(directory, f"{number}")
        file.write_bytes(b"%d" % number)
        recorder.mark("put", number)
        file.unlink()
    recorder.end()
    steps = map(json.loads, path.read_text().splitlines())
    stores = [(said[0], said[2]) for _, what, *said in steps if what == "store"]
    assert len(stores) == len(dict(stores)) == 100


@pytest.mark.parametrize("mode", power.MODES)
def test_a_power_cut_loses_no_more_than_was_promised(mode):
    """Of recorded writes, those that were not synced are lost or torn; no event that was owed is."""
    tally = power.run(100, mode)
    assert (tally.lost, tally.altered, tally.reordered) == (0, 0, 0), tally
    assert tally.obligations > tally.trials


@pytest.mark.parametrize("mode", power.CONTROLS)
def test_what_nobody_syncs_is_lost(mode):
    """The controls: where lines or names are not synced, the same cuts lose events."""
    assert power.run(100, mode).lost > 0


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mode", power.MODES)
def test_three_thousand_power_cuts(mode):
    """The long form."""
    tally = power.run(3000, mode, seed=1)
    assert (tally.lost, tally.altered, tally.reordered) == (0, 0, 0), tally
