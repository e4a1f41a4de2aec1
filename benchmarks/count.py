"""Instructions of one call: a figure that does not depend on the neighbours' load.

`python -m benchmarks.count` runs calls under callgrind, prints instructions per call beside those that are
recorded in count.json, and fails where one is more than 5 % above. `--record` records them.
`call`: what the calling thread pays for a plain event, and `call: …` for another shape, the making of the event left out;
`json: …`: the same with the standard json; `call_spool`: with events on disk; `catalogue: …`: with a catalogue of 50 kinds and
with the steps of privacy, with nothing but the writing of the event; `event`: with the thread and a transport that does nothing;
`http`: with requests to a sink. Of these two, many calls less few leave out what starts and ends a process. An import is counted
whole, less a bare interpreter's start.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from .catalogue import CASES
from .measure import IMPORT, IMPORT_FLOOR, IMPORT_NAMES
from .shapes import SHAPES
from .sink import Sink

CALLGRIND = ("valgrind", "--tool=callgrind")
RECORDED = Path(__file__).with_name("count.json")

BEGIN = """
import contextlib, functools, gc, itertools, logging, os, sys, tempfile, time, types
# Time goes on as without callgrind, which makes a call take a hundred times as long.
logging.time = types.SimpleNamespace(**vars(time))
logging.time.time = itertools.count(4_000_000_000.0, 7e-6).__next__
logging.time.time_ns = itertools.count(4_000_000_000_000_000_000, 7_000).__next__
logger = logging.getLogger("count")
logger.setLevel("INFO")
logger.propagate = False
from zaius_logging import Delivered, StubTransport, ZaiusHandler, _build, bound
from zaius_logging._event import encode
stub = StubTransport()
stub.send = lambda items: Delivered()
"""

# callgrind writes what it has counted before each getppid().
CALLS = (
    BEGIN
    + """
from benchmarks.event import logs_each
from benchmarks.catalogue import cases
from benchmarks.shapes import SHAPES, binding
from pathlib import Path
catalogue = cases(Path(tempfile.mkdtemp(dir=os.environ["BENCHMARKS_DIRECTORY"])))
for what in sys.argv[2:]:
    kind, _, name = what.partition(": ")
    if kind == "catalogue":
        call, log, _ = catalogue[name]
        for number in range(int(sys.argv[1]) + 50):
            if number == 50:
                os.getppid()
            call(log)
        os.getppid()
        continue
    shape = SHAPES[name or "plain"]
    settings = dict(shape.settings)
    _build.dumper = functools.partial(encode.dumper, fast=False if kind == "json" else None)
    if kind == "call_spool":
        settings["spool_dir"] = tempfile.mkdtemp(dir=os.environ["BENCHMARKS_DIRECTORY"])
        settings["account"] = "count"  # a transport of its own has no endpoint that says whose events these are
    handler = logging.NullHandler() if kind == "floor" else ZaiusHandler(
        transport=stub, flush_interval=3600.0, **settings
    )
    logger.handlers[:] = [handler]
    every = shape.bind_every or 50
    extras = [{"zaius": shape.make(number)} for number in range(int(sys.argv[1]) + 50)]
    gc.collect()
    gc.freeze()  # a full collection costs by what else lives, and would fall to one shape or another
    for first in range(0, len(extras), every):
        if first == 50:
            os.getppid()
        with bound(**binding(first)) if shape.bind_every else contextlib.nullcontext():
            logs_each(logger, extras[first : first + every])
    os.getppid()
os._exit(0)
"""
)

WHOLE = (
    BEGIN
    + """
what, n, url = sys.argv[1], int(sys.argv[2]), sys.argv[3]
from benchmarks.event import logs
settings = {"endpoint": url, "api_key": "any"} if what == "http" else {"transport": stub}
handler = ZaiusHandler(close_timeout=120.0, timeout=60.0, **settings)
logger.addHandler(handler)
logs(logger)(n)
handler.close()
"""
)

# A batch is due at 500 events: the calls alone stay below it, and whole events are whole batches.
EACH = 400
SHAPED = (
    "floor",
    *(f"call: {name}".removesuffix(": plain") for name in SHAPES),
    *(f"json: {name}" for name in SHAPES),
    *(f"catalogue: {name}" for name in CASES),
    "call_spool",
)
WHOLES = {"event": (3_200, 9_600), "http": (3_200, 9_600)}
MOST = 0.05  # that a figure may lie above the recorded one
IMPORTS = {"import_floor": IMPORT_FLOOR, "import": IMPORT, "import_names": IMPORT_NAMES}


def instructions(*command, options=("--callgrind-out-file=/dev/null",), **environment):
    done = subprocess.run(
        [*CALLGRIND, *options, sys.executable, "-c", *command],
        env={**os.environ, "PYTHONHASHSEED": "0", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def shaped(names, directory):
    """Instructions of a call of each of these, all in one process."""
    out = Path(directory, "parts")
    out.mkdir()
    # Of the calling thread: what the others do meanwhile goes by the clock, and `event` counts them.
    options = (
        f"--callgrind-out-file={out}/part",
        "--dump-before=getppid",
        "--separate-threads=yes",
    )
    instructions(CALLS, str(EACH), *names, options=options, BENCHMARKS_DIRECTORY=str(directory))
    parts = {}
    for file in out.glob("part.*-01"):
        text = file.read_text("utf-8")
        part, totals = (
            int(re.search(rf"^{key}: (\d+)", text, re.MULTILINE)[1]) for key in ("part", "totals")
        )
        parts[part] = totals
    between = [parts[number] for number in sorted(parts)][1::2]
    return {name: round(count / EACH) for name, count in zip(names, between, strict=False)}


def whole(what, url, _):
    # Compiled before it is counted: else the first run pays for that, and many calls can come out cheaper than few.
    subprocess.run([sys.executable, "-c", WHOLE, what, "1", url], check=True)
    few, many = (instructions(WHOLE, what, str(n), url) for n in WHOLES[what])
    return round((many - few) / (WHOLES[what][1] - WHOLES[what][0]))


def of_import(what, _, directory):
    env = {"PYTHONPYCACHEPREFIX": directory, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run([sys.executable, "-c", IMPORTS[what]], env={**os.environ, **env}, check=True)
    return instructions(IMPORTS[what], **env) - instructions("pass", **env)


def main(arguments):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.count", description=__doc__)
    parser.add_argument("--record", action="store_true", help="write them to count.json")
    parser.add_argument("only", nargs="*", metavar="FIGURE", help="those whose names begin so")
    given = parser.parse_args(arguments)
    if shutil.which("valgrind") is None:
        print("valgrind is not installed: instructions are not counted")
        return
    recorded = json.loads(RECORDED.read_text("utf-8")) if RECORDED.exists() else {}
    names = [
        name for name in (*SHAPED, *WHOLES, *IMPORTS) if name.startswith(tuple(given.only) or "")
    ]
    with Sink() as sink, tempfile.TemporaryDirectory() as directory:
        some = [name for name in names if name in SHAPED]
        found = shaped(some, directory) if some else {}
        for what in names[len(some) :]:
            counted = of_import if what in IMPORTS else whole
            found[what] = counted(what, sink.url, directory)
    for what, count in found.items():
        before = recorded.get("instructions", {}).get(what)
        beside = f", recorded {before:,} ({count / before - 1:+.1%})" if before else ""
        print(f"{what:30} {count:11,} instructions{beside}", flush=True)
    for what, count in found.items():
        base = found.get("import_floor" if what in IMPORTS else "floor")
        kind, _, name = what.partition(": ")
        plain = found.get("json: plain" if kind == "json" else "call")
        if kind == "catalogue":
            plain = found.get(f"catalogue: {name.partition(',')[0]}")
        beside = f", {count / plain:5.2f} x plain" if plain and ":" in what else ""
        if base:
            print(f"{what:30} {count / base:7.2f} x the floor{beside}")
    here = {"python": platform.python_version(), "orjson": version("orjson")}
    if given.record:
        found = {**recorded.get("instructions", {}), **found}
        text = json.dumps({"made_with": here, "instructions": found}, indent=1) + "\n"
        RECORDED.write_text(text, "utf-8")
    elif recorded and recorded["made_with"] != here:
        print(f"recorded with {recorded['made_with']}, counted with {here}: not compared")
    elif above := more_than_recorded(found, recorded.get("instructions", {})):
        sys.exit("more instructions than recorded: " + ", ".join(above))


def more_than_recorded(found, recorded):
    """Those that take more than 5 % more instructions than the recorded."""
    return [
        f"{what} {count / recorded[what] - 1:+.1%}"
        for what, count in found.items()
        if what in recorded and count > recorded[what] * (1 + MOST)
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
