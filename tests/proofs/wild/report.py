"""Runs every environment of the table and prints it as Markdown: `python tests/proofs/wild/report.py [WORD...]`.

With words, only the rows whose group or name holds one of them. The status is 1 if a row is not as it must be.
"""

# ruff: noqa: T201 - it prints

import sys
from itertools import groupby

from run import run
from table import ROWS

from zaius_logging.sandbox import SandboxProcess


def main(words):
    """Print the table, row by row."""
    wanted = [
        row
        for row in ROWS
        if not words or any(word.lower() in f"{row.group} {row.name}".lower() for word in words)
    ]
    wrong = ran = 0
    with SandboxProcess() as sandbox:
        for group, members in groupby(wanted, key=lambda row: row.group):
            print(
                f"\n## {group}\n\n| environment | run as | arrived | seconds | |\n|---|---|---|---|---|"
            )
            for row in members:
                result = run(row, sandbox)
                ran += not result.skipped
                wrong += bool(result.problem)
                print(_line(row, result), flush=True)
                if result.problem:
                    print(result.problem, file=sys.stderr, flush=True)
    print(f"\n{len(wanted)} environments, {ran} run, {wrong} not as they must be.")
    return int(bool(wrong))


def _line(row, result):
    how = row.how.replace("PYTHON", "python").replace("APP", "app.py").replace("FUTURE", "python")
    if result.skipped:
        return f"| {row.name} | `{how}` | - | - | not run: {result.skipped} |"
    verdict = "**wrong**" if result.problem else "yes"
    arrived = f"{result.arrived} of {row.events}"
    return f"| {row.name} | `{how}` | {arrived} | {result.seconds:.1f} | {verdict} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
