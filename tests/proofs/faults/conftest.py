"""Makes the package `faults` beside this file importable, and the independent reader; `report.py` finds it by itself."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "spool")]
