"""Run all proofs at length and write the table of counts into docs/proofs.md, and one line of them into the README.

python tests/proofs/faults/report.py                all rows, some hours; those that are done are kept in build/faults
python tests/proofs/faults/report.py kill9 rot      these rows, and whatever is kept of the others
python tests/proofs/faults/report.py --share 0.01   a hundredth of the trials
python tests/proofs/faults/report.py --print        to the screen, and leave the files as they are
"""

import argparse
import hashlib
import json
import platform
import sqlite3
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
KEPT = ROOT / "build" / "faults"
BEGIN, END = "<!-- faults -->\n", "<!-- /faults -->\n"

sys.path[:0] = [str(HERE), str(ROOT / "tests" / "spool")]

import test_model as model  # noqa: E402 - both are found now
from faults import disk, ends, forks, kill9, million, oracle, power, reentrancy, rot, soak  # noqa: E402
from faults import syscalls as calls  # noqa: E402

MiB = 1024 * 1024


def rows(share):
    """Each row's name and what gives its tally, in the table's order; a control after what it controls."""

    def of(count):
        return max(4, int(count * share))

    long = share == 1
    return {
        "kill9": lambda: kill9.run(of(1000), seed=1),
        "kill9-always": lambda: kill9.run(of(1000), seed=2, sync="always"),
        "kill9-control": lambda: control(
            kill9.run(of(100), spool="eager", weather=("down",), within=0.5),
            "SIGKILL, a spool that forgets what it gives out",
        ),
        "syscalls": lambda: calls.run(step=1 if long else 15),
        "syscalls-control": lambda: control(
            calls.run(step=1 if long else 4, calls=("sendto",), spool="eager"),
            "SIGKILL at each send, the same spool",
        ),
        **{
            f"power-{mode}": lambda mode=mode: power.run(of(3000), mode, seed=1)
            for mode in power.MODES
        },
        **{
            f"power-{mode}": lambda mode=mode: control(
                power.run(of(3000), mode, seed=1), f"power cut, {mode}"
            )
            for mode in power.CONTROLS
        },
        "errors": lambda: disk.errors(of(400), seed=1),
        "errors-control": lambda: control(
            disk.errors(of(40), calls=("pwrite64",), spool="blind"),
            "I/O errors, a spool that takes one for a commit",
        ),
        "disks": lambda: on_a_small_disk(lambda path: disk.troubles(of(400), path, seed=1)),
        "disks-control": lambda: control(
            on_a_small_disk(lambda path: disk.troubles(of(20), path, seed=1, spool="blind")),
            "disk full and so on, the same spool",
        ),
        "rot": lambda: rot.run(of(2000), seed=1),
        "rot-unchecked": lambda: control(
            rot.run(of(400), seed=1, wrong={"_sound": rot.unchecked}),
            "bit rot, without the checksum",
        ),
        "rot-trusting": lambda: control(
            rot.run(of(400), seed=1, kinds=("flips",), wrong=rot.TRUSTING),
            "bit rot, only the file knows what has left",
        ),
        "model": lambda: like_a_list(of(5000)),
        "forks": lambda: forks.run(of(500)),
        "forks-spool": lambda: named(
            forks.run(of(500), spool=True), "the same forks, events on disk"
        ),
        "forks-control": lambda: control(
            forks.run(of(20), kinds=("os.fork",), handler="Careless"),
            "a fork, a child that forgets nothing",
        ),
        "ends": lambda: ends.run(of(9 * 200), seed=1),
        "ends-control": lambda: control(
            ends.run(of(100), kinds=("SIGTERM in memory",)), "SIGTERM without handler or spool"
        ),
        "re-entrancy": lambda: reentrancy.run(60 if long else 5),
        "memory": lambda: an_outage(of(1_000_000), "in memory", pad=500),
        "memory-spool": lambda: an_outage(of(1_000_000), "on disk", spool=True, capacity=1_000),
        "memory-control": lambda: control(
            an_outage(of(200_000), "", pad=500, variant="unbounded"),
            "an outage, a buffer without bounds",
        ),
        "soak": lambda: soak.run(of(240), seed=1)[0],
    }


def control(tally, name):
    """A variant that is wrong on purpose: the same trials must find it out."""
    return named(tally, f"*control: {name}*")


def named(tally, name):
    tally.name = name
    return tally


def on_a_small_disk(proof):
    with disk.small_disk() as path:
        if path is None:
            return oracle.Tally("disk full or gone: not run, mounting is not allowed here")
        return proof(path)


def like_a_list(examples):
    """The model: an obligation is an item that was appended; all that is wrong raises."""
    tally = oracle.Tally(f"{examples:,} random histories of 100 steps, against a list")

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
        f"{report.reported:,} reported to `on_drop`, then drained in {report.draining:.0f} s"
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


def version():
    """A word for what is proved: the package and these proofs."""
    digest = hashlib.sha256()
    for folder in (ROOT / "zaius_logging", HERE / "faults"):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def tallied(name, proof, share, word):
    """A row's tally and seconds; those of this version are not made twice."""
    path = KEPT / f"{name.replace(' ', '-').replace(',', '')}.json"
    said = json.loads(path.read_text()) if path.exists() else {}
    if (said.get("version"), said.get("share")) != (word, share):
        if proof is None:
            return None
        started = time.monotonic()
        try:
            tally = asdict(proof())
        except Exception as error:  # noqa: BLE001 - the other rows are made all the same
            problem = f"{type(error).__name__}: {str(error)[:500]}"
            return oracle.Tally(f"**{name} failed**", notes=[problem]), 0
        said = {"version": word, "share": share, "tally": tally}
        said["seconds"] = round(time.monotonic() - started)
        KEPT.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(said, indent=1))
    return oracle.Tally(**said["tally"]), said["seconds"]


def table(found, share):
    """All of it as Markdown."""
    tallies = [tally for tally, _ in found]
    minutes = sum(seconds for _, seconds in found) / 60
    made = (
        f"By `python tests/proofs/faults/report.py`{'' if share == 1 else f' --share {share:g}'} in {minutes:.0f} minutes "
        f"(Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}). "
        "An obligation is an event whose call had returned. What stands under *control* is wrong on purpose: the same "
        "trials must find it out. What bit rot takes is lost, but counted, or kept aside with its file."
    )
    notes = [
        f"- {tally.name.strip('*')}: {'; '.join(tally.notes)}" for tally in tallies if tally.notes
    ]
    return "\n".join([made, "", oracle.HEADER, *(tally.row() for tally in tallies), "", *notes, ""])


def line(found):
    """The README's line: the random kills and the power cuts, of what is no control."""
    tallies = [tally for tally, _ in found if "control" not in tally.name]
    kills = [tally for tally in tallies if tally.name.startswith("SIGKILL at a random")]
    cuts = sum(tally.trials for tally in tallies if tally.name.startswith("power cut"))
    lost = sum(tally.lost for tally in tallies if tally in kills or "power cut" in tally.name)
    return (
        f"{sum(tally.trials for tally in kills):,} SIGKILLs at random instants over "
        f"{sum(tally.obligations for tally in kills):,} events, and {cuts:,} power cuts: {lost} lost.\n"
    )


def write(text, short):
    """Put the table into its page and the line into the README, between the two markers."""
    for path, written in (
        (ROOT / "docs" / "proofs.md", f"\n{text}\n"),
        (ROOT / "README.md", short),
    ):
        before, _, rest = path.read_text("utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        path.write_text(f"{before}{BEGIN}{written}{END}{after}", "utf-8")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("only", nargs="*", metavar="ROW", help=f"of {', '.join(rows(1))}")
    parser.add_argument("--share", type=float, default=1, help="of the trials")
    parser.add_argument("--print", action="store_true", help="leave the files as they are")
    given = parser.parse_args()
    share = int(given.share) if given.share == 1 else given.share
    proofs, word, found = rows(share), version(), []
    if unknown := set(given.only) - set(proofs):
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    for name, proof in proofs.items():
        wanted = not given.only or name in given.only
        made = tallied(name, proof if wanted else None, share, word)
        if made is None:
            continue
        found.append(made)
        print(made[0].row(), f"{made[1]} s", flush=True)  # noqa: T201 - the report
        if not given.print:
            write(
                table(found, share), line(found)
            )  # after each: it may be stopped and goes on from there
    if given.print:
        print(table(found, share))  # noqa: T201


if __name__ == "__main__":
    main()
