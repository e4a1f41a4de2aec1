"""Make bytes that lead to new places in our code, for an hour, and give them to a target.

python tests/proofs/fuzz/fuzz.py journal --minutes 60     goes on from what was found before
python tests/proofs/fuzz/fuzz.py --list

Needs `pip install atheris` (Linux and macOS, CPython up to 3.13). What breaks a promise ends it with the input
and the traceback, and is kept; correct it, and run it again. At the end a selection of the inputs goes into
`seeds/`, which `test_fuzz.py` gives to the targets in each run of CI, and `runs.json` there adds up the time.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
WORK = ROOT / ".cache" / "fuzz"
RUNS = HERE / "seeds" / "runs.json"
MOST = 200  # inputs that are kept, ...
LARGEST = 2048  # ... each of so many bytes at the most
sys.path[:0] = [str(HERE), str(ROOT / "tests" / "spool"), str(ROOT)]


def run(name):
    """The process that libFuzzer drives; it ends by itself."""
    import atheris

    with atheris.instrument_imports(
        include=["zaius_logging", "reader"], enable_loader_override=False
    ):
        import targets
    target = targets.TARGETS[name]
    atheris.Setup(sys.argv[2:], target)
    atheris.Fuzz()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", nargs="?")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    import targets

    if given.list or given.target not in targets.TARGETS:
        print("\n".join(f"{name}: {each.__doc__}" for name, each in targets.TARGETS.items()))  # noqa: T201
        sys.exit(0 if given.list else 2)
    corpus, found = WORK / given.target, WORK / f"{given.target}-found"
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    for each in [*targets.beginnings(given.target), *targets.kept(given.target)]:
        (corpus / hashlib.sha1(each).hexdigest()).write_bytes(each)  # noqa: S324 - a name
    began = time.monotonic()
    driven = subprocess.Popen(
        [
            sys.executable,
            __file__,
            "--run",
            given.target,
            f"-max_total_time={round(given.minutes * 60)}",
            f"-artifact_prefix={found}/",
            "-max_len=8192",
            "-timeout=120",  # a few bytes unpack to millions, which a busy machine reads in half a minute
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
            str(corpus),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    units = 0
    for line in driven.stderr:
        sys.stderr.write(line)
        if line.startswith("stat::number_of_executed_units:"):
            units = int(line.split()[1])
    minutes = (time.monotonic() - began) / 60
    slow = "slow-unit"  # which libFuzzer keeps, too, and which breaks no promise before its time is over
    broken = [path.read_bytes() for path in found.iterdir() if not path.name.startswith(slow)]
    inputs = sorted((path.read_bytes() for path in corpus.iterdir()), key=len)
    chosen = [each for each in inputs if len(each) <= LARGEST]
    step = max(1, -(-len(chosen) // MOST))
    targets.keep(given.target, [*chosen[::step], *broken])
    runs = json.loads(RUNS.read_text()) if RUNS.exists() else {}
    before = runs.get(given.target, {"minutes": 0, "inputs": 0})
    runs[given.target] = {
        "minutes": round(before["minutes"] + minutes, 1),
        "inputs": before["inputs"] + units,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    RUNS.write_text(json.dumps(runs, indent=1) + "\n")
    print(f"{given.target}: {minutes:.1f} minutes, {units:,} inputs, {len(broken)} broke a promise")  # noqa: T201
    sys.exit(driven.wait())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2])
    else:
        main()
