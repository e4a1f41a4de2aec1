"""Plays all rows and writes the table as Markdown: `python tests/proofs/hostile/report.py > hostile.md`.

It ends with an error if any row is not as it must be. `--trials` and `--timeout` as in the tests.
"""

# ruff: noqa: T201 - printing is what it does

import argparse
import sys

from hostile.rows import AT_ONCE, DELIVERED, PAUSED, REJECTED, ROWS
from hostile.run import COUNT, play

WORDS = {
    DELIVERED: "kept, delivered once it ended",
    PAUSED: "paused and kept, delivered once it ended",
    REJECTED: "1 rejected with its reason, the others delivered",
    AT_ONCE: "delivered",
}
HEAD = (
    "| server | 500 events | delivered | rejected | twice | requests | slowest request | "
    "memory of an answer | what operators read |\n|---|---|---|---|---|---|---|---|---|"
)


def line(row, result):
    fate = WORDS[row.fate] if not result.complaints else "**" + "; ".join(result.complaints) + "**"
    delivered = min(result.delivered, COUNT)  # without the fresh event at the end
    if result.rejected:
        delivered = result.delivered - 1
    cells = (
        row.name,
        fate,
        delivered,
        result.rejected,
        result.repeated,
        result.attempts,
        f"{result.slowest * 1000:.0f} ms",
        f"{result.memory / 1024:.0f} KiB",
        result.problem,
    )
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--trials", type=int, default=3)
    options.add_argument("--timeout", type=float, default=0.25)
    given = options.parse_args()
    print(f"{len(ROWS)} rows, each met {given.trials} times, timeout {given.timeout:g} s.\n")
    print(HEAD)
    wrong = 0
    for row in ROWS:
        result = play(row, trials=given.trials, timeout=given.timeout)
        wrong += bool(result.complaints)
        print(line(row, result), flush=True)
    print(f"\n{len(ROWS) - wrong} of {len(ROWS)} rows as promised.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
