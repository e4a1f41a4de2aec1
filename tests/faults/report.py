"""Run all proofs at length and print the table of counts, as Markdown.

python tests/faults/report.py            the long form: about half an hour
python tests/faults/report.py --short    a hundredth of it
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from faults import disk, kill9, oracle, power, rot, syscalls


def proofs(share):
    """Each as a call without arguments, in the table's order."""

    def of(count):
        return max(4, int(count * share))

    yield lambda: kill9.run(of(1000), seed=1)
    yield lambda: kill9.run(of(1000), seed=2, sync="always")
    yield lambda: syscalls.run(step=1 if share == 1 else 15)
    for mode in power.MODES:
        yield lambda mode=mode: power.run(of(3000), mode, seed=1)
    yield lambda: disk.errors(of(400), seed=1)
    yield lambda: troubles(of(400))
    yield lambda: rot.run(of(2000), seed=1)
    yield lambda: control(kill9.run(of(100), spool="eager", weather=("down",)))
    for mode in power.CONTROLS:
        yield lambda mode=mode: power.run(of(3000), mode, seed=1)


def troubles(count):
    with disk.small_disk() as path:
        if path is None:
            return oracle.Tally("disk full or gone: not run, mounting is not allowed here")
        return disk.troubles(count, path, seed=1)


def control(tally):
    tally.name = "control: a spool that removes before it sends"
    return tally


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="a hundredth of the trials")
    share = 0.01 if parser.parse_args().short else 1
    print(oracle.HEADER, flush=True)  # noqa: T201 - the report
    notes = []
    for proof in proofs(share):
        tally = proof()
        print(tally.row(), flush=True)  # noqa: T201
        notes += [f"- {tally.name}: {note}" for note in tally.notes]
    print("", *notes, sep="\n")  # noqa: T201


if __name__ == "__main__":
    main()
