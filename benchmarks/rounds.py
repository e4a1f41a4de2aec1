"""Rounds: everything once, in a fresh process each and in another order each time; then again."""

import json
import random
import statistics
import subprocess
import sys

from .contenders import ALL, load

IN_CALLS = [key for key in ALL if key not in ("inline", "sqlite")]
IN_PACED = [key for key in IN_CALLS if key != "zaius_always"]
IN_END_TO_END = [key for key in ALL if key not in ("queue", "sqlite", "floor")]

FULL = {
    "rounds": 7,
    "call": 50_000,
    "paced": 500,
    "end_to_end": 100_000,
    "without_event": 2_000,
    "shapes": 5_000,
    "heap": 500,
    "threads": 96_000,  # sixteen callers leave the sender hardly a turn: what one spool holds
    "flat": [1_000, 10_000, 100_000, 1_000_000],
    "memory": 1_000_000,
    "idle": 5.0,
    "leaving": 5,
    "always": 500,
    "durable": 250,
}
QUICK = {
    "rounds": 1,
    "call": 5_000,
    "paced": 50,
    "end_to_end": 10_000,
    "without_event": 500,
    "shapes": 500,
    "heap": 50,
    "threads": 8_000,
    "flat": [1_000, 10_000],
    "memory": 20_000,
    "idle": 1.0,
    "leaving": 1,
    "always": 50,
    "durable": 20,
}
PEERS = {"flat": 3, "memory": 3, "idle": 1, "leaving": 3}  # rounds of what is slow, or certain


def installed():
    """The contenders that can be loaded here, and the others with the reason."""
    found, missing = [], {}
    for key in ALL:
        problem = _problem(key)
        if problem:
            missing[key] = problem
        else:
            found.append(key)
    return found, missing


def _problem(key):
    try:
        load(key)
    except ImportError as error:
        return str(error)
    return ""


def plan(size, keys, number):
    """What one round measures: (figure's name, worker's arguments)."""
    chosen = [("call", [key, size["call"]]) for key in IN_CALLS if key in keys]
    chosen += [("paced", [key, size["paced"]]) for key in IN_PACED if key in keys]
    chosen += [("end_to_end", [key, size["end_to_end"]]) for key in IN_END_TO_END if key in keys]
    chosen += [
        ("without_event", [size["without_event"]]),
        ("shapes", [size["shapes"], "orjson"]),
        ("shapes", [size["shapes"], "json"]),
        ("heap", [size["heap"]]),
        ("threads", [size["threads"]]),
        ("always", [size["always"]]),
        ("durable", [size["durable"]]),
        ("imports", []),
    ]
    flat = [("flat", [n, backlog]) for n in size["flat"] for backlog in (False, True)]
    for name, each in (
        ("flat", flat),
        ("memory", [("memory", [size["memory"]])]),
        ("idle", [("idle", [size["idle"]])]),
        ("leaving", [("leaving", [size["leaving"]])]),
    ):
        if number < PEERS[name]:
            chosen += each
    random.shuffle(chosen)
    return chosen


def measured(name, arguments):
    """One measurement, in its own process.

    Raises:
        RuntimeError: it failed; with the end of what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.worker", json.dumps([name, *arguments])],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{name} {arguments}: {done.stderr[-500:]}")
    return json.loads(done.stdout.splitlines()[-1])


def label(name, arguments):
    """Under which name a measurement's figures are kept."""
    if name in ("call", "paced", "end_to_end"):
        return f"{name}:{arguments[0]}"
    if name == "shapes":
        return f"shapes:{arguments[1]}"
    if name == "flat":
        return f"flat:{arguments[0]}:{'backlog' if arguments[1] else 'draining'}"
    return name


def run(size, keys, tell, only=None):
    """All rounds, of these measurements where they are named.

    Returns:
        Name of a measurement -> name of a figure -> its value in each round.
    """
    figures = {}
    for number in range(size["rounds"]):
        chosen = [each for each in plan(size, keys, number) if not only or each[0] in only]
        for done, (name, arguments) in enumerate(chosen):
            tell(f"round {number + 1} of {size['rounds']}, {done + 1} of {len(chosen)}: {name}")
            found = measured(name, arguments)
            kept = figures.setdefault(label(name, arguments), {})
            for figure, value in found.items():
                kept.setdefault(figure, []).append(value)
    return figures


def median(figures, name, figure):
    """The median over the rounds; None where it was not measured."""
    values = figures.get(name, {}).get(figure)
    return statistics.median(values) if values else None


def spread(figures, name, figure):
    """Lowest and highest of the rounds."""
    values = figures[name][figure]
    return min(values), max(values)
