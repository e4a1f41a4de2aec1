"""What a handler promises holds where others run the process: each row of the table of frameworks."""

import importlib.util
import sys
from pathlib import Path

import pytest

from zaius_logging.sandbox import SandboxProcess

_SPEC = importlib.util.spec_from_file_location(
    "frameworks", Path(__file__).with_name("frameworks.py")
)
frameworks = sys.modules["frameworks"] = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(frameworks)

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def sandbox():
    with SandboxProcess() as sandbox:
        yield sandbox


@pytest.mark.parametrize("outage", [False, True], ids=["calm", "outage"])
@pytest.mark.parametrize("row", frameworks.ROWS, ids=lambda row: row.name)
def test_ten_of_ten(sandbox, row, outage):
    """Ten events arrive once each, also where the API was down until shortly before the end; the control's do not."""
    if lacks := frameworks.missing(row):
        pytest.skip(f"needs {', '.join(lacks)}")
    assert frameworks.verdict(row, *frameworks.run(row, sandbox, outage=outage)) == ""
