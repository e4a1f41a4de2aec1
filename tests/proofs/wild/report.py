"""Runs every environment of the table and prints docs/wild.md: `python tests/proofs/wild/report.py [WORD...]`.

With words, only the rows whose group or name holds one of them. The status is 1 if a row is not as it must be.
"""

# ruff: noqa: T201 - it prints

import platform
import subprocess
import sys
from datetime import datetime, timezone
from itertools import groupby
from pathlib import Path

from run import run
from table import ROWS

from zaius_logging.sandbox import SandboxProcess

HEAD = """\
# In the wild

Whoever else lives in the process, and wherever it runs: each row is a small program as its users write it, run in a
process of its own against the sandbox. It logs ten events; all must arrive, once, with the exit status that the
program has without us, and the key nowhere on stderr. Controls that lose, double or fail must be found out by the
same judge (`tests/proofs/wild/test_wild.py`).

Written by `python tests/proofs/wild/report.py > docs/wild.md` (extra `wild`) on {date}, at commit {commit}, on CPython
{python}, {system}."""


def _head():
    """Say when, of what and where."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 - whichever git is on the path
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return HEAD.format(
        date=f"{datetime.now(timezone.utc):%Y-%m-%d}",
        commit=commit or "unknown",
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
    )


def main(words):
    """Print the table, row by row."""
    wanted = [
        row
        for row in ROWS
        if not words or any(word.lower() in f"{row.group} {row.name}".lower() for word in words)
    ]
    wrong = ran = 0
    print(_head())
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
    how = how.replace("BIN/", "").replace("PREFIX", "$VIRTUAL_ENV").replace("|", "\\|")
    if result.skipped:
        return f"| {row.name} | `{how}` | - | - | not run: {result.skipped} |"
    verdict = "**wrong**" if result.problem else "yes"
    arrived = f"{result.arrived} of {row.events}"
    return f"| {row.name} | `{how}` | {arrived} | {result.seconds:.1f} | {verdict} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
