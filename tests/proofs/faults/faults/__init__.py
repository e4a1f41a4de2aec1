"""The proofs behind tests/proofs/faults: each module runs one kind of fault and counts.

A module has `run(trials, …)`, which returns a `Tally`. The tests run short forms, `report.py` the long.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent


def python(module, *arguments):
    """The command line that runs a module of this package in a process of its own."""
    return [sys.executable, "-m", f"faults.{module}", *map(str, arguments)]


def environment():
    """What such a process needs to find this package."""
    paths = [
        str(HERE.parent),
        str(HERE.parents[2] / "spool"),
        *os.environ.get("PYTHONPATH", "").split(os.pathsep),
    ]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
