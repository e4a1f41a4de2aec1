"""The bill of materials is of what is installed, and an audit that could ask nobody is no clean one."""

import importlib.util
import json
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("supply", Path(__file__).parent / "supply.py")
supply = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(supply)


def test_the_bill_lists_what_is_installed(tmp_path):
    """Our two requirements with their versions, and us as what it is the bill of."""
    pytest.importorskip("cyclonedx_py", reason="needs cyclonedx-bom")
    supply.write_bill(Path(sys.prefix), tmp_path / "new" / "bill.json")
    bill = json.loads((tmp_path / "new" / "bill.json").read_text("utf-8"))
    found = {each["name"].lower(): each.get("version") for each in bill["components"]}
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "zaius-logging"
    for name in ("requests", "python-json-logger"):
        assert found[name] == version(name)


@pytest.mark.parametrize(
    ("packages", "status", "says"),
    [
        ([{"name": "a", "vulns": []}], 0, "no known vulnerability in 1"),
        ([{"name": "a", "vulns": [{"id": "CVE-1"}]}, {"name": "b", "vulns": []}], 1, "a CVE-1"),
        ([{"name": "a", "skip_reason": "not found"}], 77, "none of 1"),
        ([], 77, "NOT TRIED"),
    ],
)
def test_only_an_answer_counts(packages, status, says):
    """Known and clean, known and vulnerable, known to nobody, no answer at all."""
    found, line = supply.judge({"dependencies": packages})
    assert found == status
    assert says in line
