"""Makes the package `hostile` beside this file importable; `report.py` finds it by itself."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
