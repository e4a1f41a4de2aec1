"""Instructions of one call: a figure that does not depend on the neighbours' load.

`python -m benchmarks.count` runs calls under callgrind, prints instructions per call beside those that are
recorded in count.json, and records them with `--record`. Twice as many calls less once as many leave out
what starts and ends a process. `call`: what the caller pays; `event`: with the thread and a transport that
does nothing; `http`: with requests to a sink; `call_spool`: the call with events on disk. An import is
counted whole, less a bare interpreter's start.
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

from .measure import IMPORT, IMPORT_FLOOR, IMPORT_NAMES
from .sink import Sink

CALLGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
RECORDED = Path(__file__).with_name("count.json")

RUN = """
import itertools, logging, os, sys, tempfile, time, types
what, n, url = sys.argv[1], int(sys.argv[2]), sys.argv[3]
from benchmarks.event import logs
# Time goes on as without callgrind, which makes a call take a hundred times as long.
logging.time = types.SimpleNamespace(**vars(time))
logging.time.time = itertools.count(1_700_000_000.0, 7e-6).__next__
logging.time.time_ns = itertools.count(1_700_000_000_000_000_000, 7_000).__next__
logger = logging.getLogger("count")
logger.setLevel("INFO")
logger.propagate = False
if what == "floor":
    handler = logging.NullHandler()
else:
    from zaius_logging import Delivered, StubTransport, ZaiusHandler, _build
    from zaius_logging._event import encode as _encode
    if what == "call_json":
        _build.dumper = lambda: _encode.dumper(fast=False)
    stub = StubTransport()
    stub.send = lambda items: Delivered()
    settings = {"endpoint": url, "api_key": "any"} if what == "http" else {"transport": stub}
    if what == "call_spool":
        settings["spool_dir"] = tempfile.mkdtemp(dir=os.environ["BENCHMARKS_DIRECTORY"])
    handler = ZaiusHandler(close_timeout=120.0, timeout=60.0, **settings)
logger.addHandler(handler)
logs(logger)(n)
if what.startswith("call"):
    os._exit(0)
handler.close()
"""

# A batch is due at 500 events: the calls alone stay below it, and whole events are whole batches. Ids are
# made in stock, so the difference is a multiple of what is made at once.
CALLS = {
    "floor": (63, 441),
    "call": (63, 441),
    "call_json": (63, 441),
    "call_spool": (63, 441),
    "event": (3_200, 9_600),
    "http": (3_200, 9_600),
}
IMPORTS = {"import_floor": IMPORT_FLOOR, "import": IMPORT, "import_names": IMPORT_NAMES}


def instructions(*command, **environment):
    done = subprocess.run(
        [*CALLGRIND, sys.executable, "-c", *command],
        env={**os.environ, "PYTHONHASHSEED": "0", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def per_call(what, url, directory):
    few, many = (
        instructions(RUN, what, str(n), url, BENCHMARKS_DIRECTORY=directory) for n in CALLS[what]
    )
    return round((many - few) / (CALLS[what][1] - CALLS[what][0]))


def of_import(what, _, directory):
    env = {"PYTHONPYCACHEPREFIX": directory, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run([sys.executable, "-c", IMPORTS[what]], env={**os.environ, **env}, check=True)
    return instructions(IMPORTS[what], **env) - instructions("pass", **env)


def main(arguments):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.count", description=__doc__)
    parser.add_argument("--record", action="store_true", help="write them to count.json")
    parser.add_argument(
        "only", nargs="*", choices=[[], *CALLS, *IMPORTS], help="these instead of all"
    )
    given = parser.parse_args(arguments)
    if shutil.which("valgrind") is None:
        print("valgrind is not installed: instructions are not counted")
        return
    recorded = json.loads(RECORDED.read_text("utf-8")) if RECORDED.exists() else {}
    found = {}
    with Sink() as sink, tempfile.TemporaryDirectory() as directory:
        for what in given.only or (*CALLS, *IMPORTS):
            counted = of_import if what in IMPORTS else per_call
            found[what] = counted(what, sink.url, directory)
            before = recorded.get("instructions", {}).get(what)
            beside = f", recorded {before:,} ({found[what] / before - 1:+.1%})" if before else ""
            print(f"{what:12} {found[what]:11,} instructions{beside}", flush=True)
    for what, count in found.items():
        floor = found.get("import_floor" if what in IMPORTS else "floor")
        if floor:
            print(f"{what:12} {count / floor:11.2f} x the floor")
    here = {"python": platform.python_version(), "orjson": version("orjson")}
    if recorded and recorded["made_with"] != here:
        print(f"recorded with {recorded['made_with']}, counted with {here}")
    if given.record:
        found = {**recorded.get("instructions", {}), **found}
        text = json.dumps({"made_with": here, "instructions": found}, indent=1) + "\n"
        RECORDED.write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
