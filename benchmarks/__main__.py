"""The benchmark: `python -m benchmarks`, or with `--quick` for a look in two minutes.

It measures everybody who is installed (`pip install -e '.[bench]'` for all) in interleaved rounds, prints
each goal with met or not met, and writes RESULTS.md, results.json and calls.svg.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import distributions
from pathlib import Path

from . import rounds
from .contenders import load
from .goals import goals
from .plot import svg
from .report import markdown

HERE = Path(__file__).parent
PACKAGES = (
    "orjson",
    "requests",
    "urllib3",
    "optimizely-sdk",
    "opentelemetry-sdk",
    "splunk-handler",
    "watchtower",
    "python-logstash-async",
    "logzio-python-handler",
)


def packages():
    installed = {each.metadata["Name"].lower(): each.version for each in distributions()}
    return ", ".join(f"{name} {installed[name]}" for name in PACKAGES if name in installed)


def made(number):
    """How and where the figures of the shapes were made."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 - whichever git there is
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    loads = "/".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"Made at commit {commit or 'unknown'} on Python {platform.python_version()}, {number} rounds; "
        f"load averages at the end {loads} on {os.cpu_count()} processors."
    )


def main(arguments):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small round")
    parser.add_argument("--rounds", type=int, help="how many, instead of 7")
    parser.add_argument("--only", nargs="*", metavar="CONTENDER", help="these besides ours")
    parser.add_argument("--out", type=Path, default=HERE, help="where to write (default: here)")
    parser.add_argument(
        "--measure", nargs="*", metavar="NAME", help="these alone; other figures stay as they are"
    )
    given = parser.parse_args(arguments)
    size = dict(rounds.QUICK if given.quick else rounds.FULL)
    size["rounds"] = given.rounds or size["rounds"]
    keys, missing = rounds.installed()
    if given.only is not None:
        always = ("floor", "inline", "sqlite", "zaius", *given.only)
        keys = [key for key in keys if key in always]
    figures = rounds.run(
        size, keys, lambda line: print(line, file=sys.stderr, flush=True), given.measure
    )
    recorded = {}
    if given.measure:
        recorded = json.loads((given.out / "results.json").read_text("utf-8"))
        figures = {**recorded["figures"], **figures}
    results = {
        "shapes_made": made(size["rounds"]),
        "command": f"python -m benchmarks{' --quick' if given.quick else ''} --rounds {size['rounds']}",
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "rounds": size["rounds"],
        "packages": packages(),
        "names": {key: load(key).name for key in keys},
        "missing": missing,
        "goals": [asdict(goal) for goal in goals(figures)],
        "figures": figures,
    }
    if recorded:  # what it says of itself is of the run as a whole
        kept = ("command", "python", "processors", "rounds", "packages", "names", "missing")
        results |= {name: recorded[name] for name in kept}
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "results.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    (given.out / "RESULTS.md").write_text(markdown(results), "utf-8")
    (given.out / "calls.svg").write_text(svg(results), "utf-8")
    for goal in results["goals"]:
        verdict = {True: "met", False: "NOT MET", None: "-"}[goal["met"]]
        print(
            f"{goal['number']}  {verdict:8} {goal['what']}: {goal['figure']} (goal {goal['goal']})"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
