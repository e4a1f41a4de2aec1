"""Writes the bill of materials of an environment, and asks whether anything in it is known to be vulnerable.

    python tests/proofs/packaging/supply.py ENVIRONMENT BILL.json

The bill is CycloneDX, by cyclonedx-bom; the question goes to the advisory service that pip-audit asks. Status 1: it
knows of something. Status 77, as automake's tests have it: it knows none of the packages, or did not answer, so
nothing was found out; pip-audit itself would call that no known vulnerability.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
NOT_TRIED = 77


def write_bill(environment, bill):
    """Write the bill of what is installed in an environment, with us as its subject."""
    bill.parent.mkdir(parents=True, exist_ok=True)
    python = environment / "bin" / "python"
    options = ("--pyproject", ROOT / "pyproject.toml", "--of", "JSON", "-o", bill)
    subprocess.run(
        [sys.executable, "-m", "cyclonedx_py", "environment", *options, python], check=True
    )


def asked(environment):
    """Give what pip-audit reports of an environment, an empty report where it could not."""
    [packages] = environment.glob("lib/python*/site-packages")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            sys.executable,
            "-m",
            "pip_audit",
            "--path",
            packages,
            "-f",
            "json",
            "-o",
            report,
        ]
        try:
            subprocess.run(
                [*command, "--timeout", "10", "--progress-spinner", "off"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=120,
                check=False,
            )
            return json.loads(report.read_text("utf-8"))
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return {"dependencies": []}


def judge(report):
    """Give the status and the line for people that a report deserves."""
    known = [each for each in report["dependencies"] if "skip_reason" not in each]
    found = [f"{each['name']} {vuln['id']}" for each in known for vuln in each["vulns"]]
    skipped = len(report["dependencies"]) - len(known)
    if found:
        return 1, f"known vulnerabilities: {', '.join(found)}"
    if not known:
        return NOT_TRIED, f"NOT TRIED: the advisory service answered for none of {skipped} packages"
    return 0, f"no known vulnerability in {len(known)} packages; {skipped} are not known there"


def main(environment, bill):
    """Write the bill, ask, and say what came of both."""
    write_bill(Path(environment), Path(bill))
    count = len(json.loads(Path(bill).read_text("utf-8"))["components"])
    status, line = judge(asked(Path(environment)))
    print(f"{bill}: {count} packages\n{line}")  # noqa: T201 - a command
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
