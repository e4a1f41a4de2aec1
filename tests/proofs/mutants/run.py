"""Breaks the core on purpose, one line at a time, and reports which tests notice.

    python tests/proofs/mutants/run.py              all mutants of `mutants.py`, one after the other
    python tests/proofs/mutants/run.py pace wire    those whose file or line has one of these words

Each mutant is one line of a copy of the checkout. A mutant that no test notices is a gap in the tests, or it
changes nothing that anybody could see; then `mutants.py` argues so beside it. The exit status is the count of gaps.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
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


@contextmanager
def mutated(folder, mutant):
    """Have a mutant's line in the copy for a while.

    Raises:
        ValueError: the line is not there once: the code has changed, and the mutant must follow.
    """
    place = folder / "zaius_logging" / mutant.where
    paths = place.rglob("*.py") if place.is_dir() else [place]
    texts = {path: path.read_text("utf-8") for path in paths}
    count = sum(text.count(mutant.old) for text in texts.values())
    if count != 1:
        raise ValueError(f"{mutant.where}: {mutant.old!r} is there {count} times, not once")
    path = next(path for path, text in texts.items() if mutant.old in text)
    path.write_text(texts[path].replace(mutant.old, mutant.new), "utf-8")
    try:
        yield
    finally:
        path.write_text(texts[path], "utf-8")


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
        ended = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    if ended.returncode > 1:  # nothing was collected, or pytest itself failed: that is no catch
        raise ValueError(f"{mutant.where}: {mutant.tests}: {ended.stdout.decode()[-500:]}")
    return ended.returncode == 1


def one_line(text):
    """Show a piece of code in a line."""
    return " ".join(text.split())


def main(words):
    """Try the mutants; print a line each and the sum."""
    gaps = caught = argued = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        checkout(folder)
        for mutant in MUTANTS:
            if words and not any(word in f"{mutant.where} {mutant.old}" for word in words):
                continue
            started = time.monotonic()
            with mutated(folder, mutant):
                noticed = is_noticed(folder, mutant)
            caught += noticed
            argued += not noticed and bool(mutant.argued)
            gaps += not noticed and not mutant.argued
            unnoticed = f"argued: {mutant.argued}" if mutant.argued else "NOT NOTICED"
            print(  # noqa: T201 - a command
                f"{mutant.where}: {one_line(mutant.old)} -> {one_line(mutant.new)}: "
                f"{'caught' if noticed else unnoticed} ({time.monotonic() - started:.0f} s)",
                flush=True,
            )
    print(  # noqa: T201 - a command
        f"{caught + argued + gaps} mutants: {caught} caught, {argued} argued, {gaps} not noticed"
    )
    return gaps


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
