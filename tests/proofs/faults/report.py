"""Run all proofs at length, in pieces, and write what they counted into docs/proofs.md and the README.

python tests/proofs/faults/report.py                goes on where it was stopped, until each row is whole; then it writes
python tests/proofs/faults/report.py kill9 rot      only these rows
python tests/proofs/faults/report.py --hours 1      begins no piece after an hour
python tests/proofs/faults/report.py --each 1       makes one piece more of each row
python tests/proofs/faults/report.py --share 2/3    makes every third piece only, from the second on: for three beside each other
python tests/proofs/faults/report.py --partly       writes what there is, too
python tests/proofs/faults/report.py --print        to the screen: rows that are not whole say so
python tests/proofs/faults/report.py --check        ends with 1 where the page is older than the code, or a row is not whole

A piece is a part of a row with a seed of its own. Pieces are kept in pieces.json, beside this file, and added
up if they were made on the same code: what these proofs test of the package, and what the row runs. So they can be made one after the other, on
several days, or different rows side by side. The page is written when it is whole, or with `--partly`; then each row says what it lacks.
"""

import argparse
import fcntl
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PACKAGE = ROOT / "zaius_logging"
KEPT = HERE / "pieces.json"
BEGIN, END = "<!-- faults -->\n", "<!-- /faults -->\n"

sys.path[:0] = [str(HERE), str(ROOT / "tests" / "spool")]

import test_model as model  # noqa: E402 - both are found now
from faults import (  # noqa: E402
    beside,
    disk,
    ends,
    forks,
    kill9,
    million,
    oracle,
    power,
    recorder,
    reentrancy,
    rot,
    soak,
    timed,
)
from faults import syscalls as calls  # noqa: E402

MiB = 1024 * 1024


@dataclass
class Row:
    """A row of the table.

    Attributes:
        goal: trials of the full run.
        piece: trials of one piece.
        run: takes trials and a seed, from 0 on; gives the tally.
        control: what is wrong on purpose; blank for a proof.
    """

    goal: int
    piece: int
    run: object
    control: str = ""

    def pieces(self):
        return -(-self.goal // self.piece)


def rows():
    """Each row by name, in the table's order; a control after what it controls."""
    return {
        "kill9": Row(1000, 100, lambda n, seed: kill9.run(n, seed=seed)),
        "kill9-written": Row(1000, 100, lambda n, seed: kill9.run(n, seed=seed, spool="written")),
        "kill9-always": Row(1000, 100, lambda n, seed: kill9.run(n, seed=seed, sync="always")),
        "kill9-control": Row(
            100,
            100,
            lambda n, _: kill9.run(n, spool="eager", weather=("down",), within=0.5),
            "SIGKILL, a spool that forgets what it gives out",
        ),
        "kill9-order": Row(
            20,
            20,
            lambda n, _: kill9.run(n, spool="backwards", within=0.5),
            "SIGKILL, a spool that gives out the last first",
        ),
        "syscalls": Row(len(calls.CALLS), 1, lambda _, seed: calls.run(calls=(calls.CALLS[seed],))),
        "syscalls-control": Row(
            1,
            1,
            lambda *_: calls.run(calls=("sendto",), spool="eager"),
            "SIGKILL at each send, the same spool",
        ),
        **{
            f"power-{mode.replace(', ', '-').replace(' ', '-')}": Row(
                3000, 300, lambda n, seed, mode=mode: power.run(n, mode, seed=seed)
            )
            for mode in power.MODES
        },
        **{
            f"power-{mode.replace(' ', '-')}": Row(
                3000,
                1500,
                lambda n, seed, mode=mode: power.run(n, mode, seed=seed),
                f"power cut, {mode}",
            )
            for mode in power.CONTROLS
        },
        "errors": Row(400, 40, lambda n, seed: disk.errors(n, seed=seed)),
        "errors-control": Row(
            40,
            40,
            lambda n, _: disk.errors(n, calls=("pwrite64",), spool="blind", within=2),
            "I/O errors, a spool that does not hear them",
        ),
        "disks": Row(400, 40, lambda n, seed: small(lambda at: disk.troubles(n, at, seed=seed))),
        "disks-control": Row(
            20,
            20,
            lambda n, _: small(lambda at: disk.troubles(n, at, (disk.full,), spool="blind")),
            "disk full, the same spool",
        ),
        "rot": Row(2000, 500, lambda n, seed: rot.run(n, seed=seed)),
        "rot-unchecked": Row(
            400,
            400,
            lambda n, _: rot.run(n, control="unchecked"),
            "bit rot, without the checksum",
        ),
        "rot-uncounted": Row(
            400,
            400,
            lambda n, _: rot.run(n, control="uncounted"),
            "bit rot, without the ordinals",
        ),
        "model": Row(20_000, 500, lambda n, _: like_a_list(n)),
        "forks": Row(500, 100, lambda n, _: forks.run(n)),
        "forks-spool": Row(500, 100, lambda n, _: on_disk(forks.run(n, spool=True))),
        "forks-control": Row(
            20,
            20,
            lambda n, _: forks.run(n, kinds=("os.fork",), handler="Careless"),
            "a fork, a child that forgets nothing",
        ),
        "ends": Row(1800, 180, lambda n, seed: ends.run(n, seed=seed)),
        "ends-control": Row(
            100,
            100,
            lambda n, _: ends.run(n, kinds=("SIGTERM in memory",)),
            "SIGTERM without handler or spool",
        ),
        "re-entrancy": Row(60, 60, lambda n, _: reentrancy.run(n)),
        "memory": Row(1, 1, lambda *_: an_outage(1_000_000, "in memory", pad=500)),
        "memory-spool": Row(
            1, 1, lambda *_: an_outage(1_000_000, "on disk", spool=True, capacity=1_000)
        ),
        "memory-control": Row(
            1,
            1,
            lambda *_: an_outage(200_000, "", pad=500, variant="unbounded"),
            "an outage, a buffer without bounds",
        ),
        "beside": Row(200, 20, lambda n, seed: beside.run(n, seed=seed)),
        "beside-control": Row(
            10,
            10,
            lambda n, _: beside.run(n, agent=beside.Reversed),
            "the same, an agent that gives out the last first",
        ),
        **{
            f"beside-cleaner-{mode}": Row(
                200, 20, lambda n, seed, mode=mode: beside.clean(n, mode, seed=seed)
            )
            for mode in ("mapped", "written")
        },
        "beside-cleaner-control": Row(
            20,
            20,
            lambda n, _: beside.clean(n, "mapped", kind=beside.Trusting, weather=("down",)),
            "the same, a spool that never looks after its files",
        ),
        "soak": Row(28_800, 240, lambda n, seed: soak.run(n, seed=seed)[0]),  # 8 hours, in seconds
    }


def small(proof):
    with disk.small_disk() as path:
        if path is None:
            raise RuntimeError("mounting is not allowed here")
        return proof(path)


def on_disk(tally):
    tally.name = "the same forks, events on disk"
    return tally


def like_a_list(examples):
    """The model: an obligation is an item that was appended; all that is wrong raises."""
    tally = oracle.Tally("random histories of 100 steps, against a list")

    class Counted(model.Line):
        def teardown(self):
            tally.trials += 1
            tally.obligations += getattr(self, "made", 0)
            super().teardown()

    model.run(examples, 100, Counted)
    return tally


def an_outage(count, where, *, spool=False, **settings):
    with tempfile.TemporaryDirectory() as top:
        if spool:
            settings |= {"spool_dir": f"{top}/spool", "spool_bytes": 2048 * MiB}
        report = million.run(count, top, **settings)
    note = (
        f"memory grew by {report.growth / MiB:.0f} MiB; {report.stats['delivered']:,} delivered, "
        f"{report.reported:,} given to `on_drop`, then drained in {report.draining:.0f} s"
    )
    return oracle.Tally(
        f"the API is down for {count:,} events, {where}",
        trials=1,
        obligations=report.stats["delivered"] + report.reported,
        lost=report.neither,
        altered=report.both,
        duplicated=report.arrived - report.distinct,
        notes=[note],
    )


SHARED = ("__init__", "oracle", "lives")
MODULES = {
    "kill9": [kill9],
    "syscalls": [calls],
    "power": [power, recorder],
    "errors": [disk],
    "disks": [disk],
    "rot": [rot],
    "model": [model],
    "forks": [forks],
    "ends": [ends, timed],
    "re": [reentrancy],
    "memory": [million],
    "beside": [beside, kill9],
    "soak": [soak],
}
"""What runs rows, by the first word of their names."""

SPOOL_ALONE = ("power", "rot", "model")
"""How rows begin that run nothing else of the package."""

BESIDE = [
    "_catalog",
    "_fleet",
    "cli",
    "integrations",
    "sandbox",
    "testing",
    "__main__.py",
    "events.py",
    "pytest_plugin.py",
]
"""What of the package no process runs that these proofs put to the test. (The sandbox counts what arrives.)"""


def versions(every):
    """For each row a word for what must be the same for its pieces to count: the spool, and what the row runs."""
    reader = ROOT / "tests" / "spool" / "reader.py"
    shared = [PACKAGE / "_spool", reader, *(HERE / "faults" / f"{name}.py" for name in SHARED)]
    return {
        name: _word(*shared, *(Path(module.__file__) for module in MODULES[name.partition("-")[0]]))
        for name in every
    }


def rest():
    """A word for the other parts of the package that processes run here. Where they were others, a row says so."""
    beside = {*BESIDE, "_spool"}
    return _word(*(each for each in PACKAGE.iterdir() if each.name not in beside))


def _word(*places):
    digest = hashlib.sha256()
    for place in sorted(places):
        for path in [place] if place.suffix == ".py" else sorted(place.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def kept(words):
    """The pieces that were made on this code. One that two have made side by side counts once: the worse of the two."""
    found = json.loads(KEPT.read_text()) if KEPT.exists() else []
    each = {}
    for piece in found:
        if piece["version"] == words.get(piece["row"]):
            which = piece["row"], piece["number"]
            each[which] = max(each.get(which, piece), piece, key=_wrong)
    return list(each.values())


def _wrong(piece):
    return sum(piece["tally"][kind] for kind in ("lost", "altered", "reordered", "duplicated"))


def commit():
    ended = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 - whichever is there
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout.strip() or "no commit"


def make(name, row, number, words):
    """Run one piece, and keep it with what it was made on."""
    count = min(row.piece, row.goal - number * row.piece)
    began = time.monotonic()
    tally = row.run(count, number)
    piece = {
        "row": name,
        "number": number,
        "version": words[name],
        "rest": rest(),
        "commit": commit(),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "python": platform.python_version(),
        "seconds": round(time.monotonic() - began),
        "tally": asdict(tally),
    }
    with KEPT.with_suffix(".lock").open("w") as lock:
        fcntl.flock(
            lock, fcntl.LOCK_EX
        )  # rows may be made side by side, others on a later state of what they run
        found = json.loads(KEPT.read_text()) if KEPT.exists() else []
        others = [each for each in found if each["row"] != name or each["version"] == words[name]]
        KEPT.write_text(json.dumps([*others, piece], indent=1) + "\n")
    return piece


def added(name, row, pieces):
    """One tally of a row's pieces; None where there are none."""
    tallies = [piece["tally"] for piece in pieces if piece["row"] == name]
    mine = [oracle.Tally(**{**each, "notes": [*map(addable, each["notes"])]}) for each in tallies]
    if not mine:
        return None
    total = mine[0]
    for each in mine[1:]:
        total.plus(each)
    if row.control:
        total.name = f"*control: {row.control}*"
    others = {p["commit"] for p in pieces if p["row"] == name and p["rest"] != rest()}
    if others and not name.startswith(SPOOL_ALONE):
        total.name += f" (the rest of the package as of {', '.join(sorted(others))})"
    if len(mine) < row.pieces():
        total.name += f" (**{len(mine)} of {row.pieces()} pieces**)"
    return total


def addable(note):
    """A note whose numbers can be added up: what has shrunk grew by 0 at the most."""
    return re.sub(r" -\d[\d.]*", " 0", note)


def table(every, pieces):
    """All of it as Markdown."""
    tallies = [tally for name, row in every.items() if (tally := added(name, row, pieces))]
    made = {
        key: ", ".join(sorted({piece[key] for piece in pieces}))
        for key in pieces[0]
        if key in _SAID
    }
    hours = sum(piece["seconds"] for piece in pieces) / 3600
    text = (
        f"By `python tests/proofs/faults/report.py` in {hours:.1f} hours: commit {made['commit']}, {made['date']}, "
        f"Python {made['python']}, {made['machine']}. An obligation is an event whose call had returned. What stands "
        "under *control* is wrong on purpose: the same trials must find it out. What bit rot takes is lost, but "
        "counted, or left in a file that is named."
    )
    if none := [f"`{name}`" for name, row in every.items() if not added(name, row, pieces)]:
        text += f" **Not run on this code at length yet: {', '.join(none)}.**"
    notes = [
        f"- {each.name.replace('*', '')}: {'; '.join(each.notes)}" for each in tallies if each.notes
    ]
    return "\n".join([text, "", oracle.HEADER, *(each.row() for each in tallies), "", *notes, ""])


_SAID = ("commit", "date", "python", "machine")


def line(every, pieces):
    """The README's line: the random kills and the power cuts, of what is no control."""
    found = {
        name: tally
        for name, row in every.items()
        if not row.control
        and name.startswith(("kill9", "power"))
        and (tally := added(name, row, pieces))
    }
    kills = [tally for name, tally in found.items() if name.startswith("kill9")]
    cuts = [tally for name, tally in found.items() if name.startswith("power")]
    return (
        f"{sum(tally.trials for tally in kills):,} SIGKILLs at random instants over "
        f"{sum(tally.obligations for tally in kills):,} events, and "
        f"{sum(tally.trials for tally in cuts):,} power cuts: "
        f"{sum(tally.lost for tally in kills + cuts)} lost.\n"
    )


def is_whole(every, pieces):
    """Whether no row lacks a piece."""
    return all(
        sum(piece["row"] == name for piece in pieces) >= row.pieces() for name, row in every.items()
    )


def stale(every, pieces):
    """The rows that lack a piece made on this code, or that the page does not show."""
    page = (ROOT / "docs" / "proofs.md").read_text("utf-8")
    found = {name: added(name, row, pieces) for name, row in every.items()}
    return [
        name
        for name, tally in found.items()
        if not is_whole({name: every[name]}, pieces)
        or tally.row().partition(" | ")[2] not in page  # without the name, which may say more
    ]


def write(text, short):
    """Put the table into its page and the line into the README, between the two markers."""
    for path, written in (
        (ROOT / "docs" / "proofs.md", f"\n{text}\n"),
        (ROOT / "README.md", short),
    ):
        before, _, rest = path.read_text("utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        path.write_text(f"{before}{BEGIN}{written}{END}{after}", "utf-8")


def _share(text):
    which, number = map(int, text.split("/"))
    return slice(which - 1, None, number)


def main():
    every = rows()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("only", nargs="*", metavar="ROW", help=f"of {', '.join(every)}")
    parser.add_argument("--hours", type=float, default=1e9, help="begin no piece after so many")
    parser.add_argument("--each", type=int, metavar="N", help="at most so many pieces of each row")
    parser.add_argument(
        "--share",
        type=_share,
        default=slice(None),
        metavar="I/N",
        help="the Ith of N that share the pieces",
    )
    parser.add_argument("--partly", action="store_true", help="run nothing, write what there is")
    parser.add_argument("--print", action="store_true", help="run nothing, write nothing")
    parser.add_argument("--check", action="store_true", help="the same, and say what is stale")
    given = parser.parse_args()
    if unknown := set(given.only) - set(every):
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    words, until = versions(every), time.monotonic() + 3600 * given.hours
    if given.check:
        if old := stale(every, kept(words)):
            sys.exit(f"docs/proofs.md is not of this code as a whole; rows: {', '.join(old)}")
        return
    for name in () if given.print or given.partly else given.only or every:
        there = {piece["number"] for piece in kept(words) if piece["row"] == name}
        mine = range(every[name].pieces())[given.share]
        missing = [number for number in mine if number not in there]
        for number in missing[: given.each]:
            if time.monotonic() < until:
                piece = make(name, every[name], number, words)
                print(oracle.Tally(**piece["tally"]).row(), f"{piece['seconds']} s", flush=True)  # noqa: T201
    pieces = kept(words)
    if given.print and pieces:
        print(table(every, pieces))  # noqa: T201
    elif is_whole(every, pieces) or (given.partly and pieces):
        write(table(every, pieces), line(every, pieces))


if __name__ == "__main__":
    main()
