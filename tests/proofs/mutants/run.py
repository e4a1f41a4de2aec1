"""Breaks the core on purpose, one line at a time, and reports which tests notice.

    python tests/proofs/mutants/run.py              all mutants of `mutants.py`, one after the other
    python tests/proofs/mutants/run.py pace wire    those whose file's name has one of these words

Each mutant is one line of a fresh copy of the checkout. A mutant that no test notices is a gap in the tests, or it
changes nothing that anybody could see; then `mutants.py` argues so beside it. The exit status is the count of gaps.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mutants import MUTANTS

ROOT = Path(__file__).parents[3]
LIMIT = 300.0  # seconds for the tests of one mutant; a mutant that makes them hang has been noticed


def checkout(folder):
    """Copy what git knows of the tree into a folder."""
    names = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - whichever git is on the path
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)


def mutate(folder, mutant):
    """Replace a mutant's line in the copy.

    Raises:
        ValueError: the line is not there once: the code has changed, and the mutant must follow.
    """
    path = folder / "zaius_logging" / mutant.file
    text = path.read_text("utf-8")
    if text.count(mutant.old) != 1:
        raise ValueError(
            f"{mutant.file}: {mutant.old!r} is there {text.count(mutant.old)} times, not once"
        )
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")


def is_noticed(folder, mutant):
    """Run a mutant's tests in the copy; give whether one of them fails, crashes or hangs."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        *mutant.tests.split(),
    ]
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return True
    if ended.returncode > 1:  # nothing was collected, or pytest itself failed: that is no catch
        raise ValueError(f"{mutant.file}: {mutant.tests}: {ended.stdout.decode()[-500:]}")
    return ended.returncode == 1


def main(words):
    """Try the mutants; print a line each and the sum."""
    gaps = caught = argued = 0
    for mutant in MUTANTS:
        if words and not any(word in mutant.file for word in words):
            continue
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as name:
            checkout(Path(name))
            mutate(Path(name), mutant)
            noticed = is_noticed(Path(name), mutant)
        caught += noticed
        argued += not noticed and bool(mutant.argued)
        gaps += not noticed and not mutant.argued
        said = (
            "caught" if noticed else f"argued: {mutant.argued}" if mutant.argued else "NOT NOTICED"
        )
        print(  # noqa: T201 - a command
            f"{mutant.file}: {mutant.old.strip()} -> {mutant.new.strip()}: {said} ({time.monotonic() - started:.0f} s)",
            flush=True,
        )
    print(  # noqa: T201 - a command
        f"{caught + argued + gaps} mutants: {caught} caught, {argued} argued, {gaps} not noticed"
    )
    return gaps


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
