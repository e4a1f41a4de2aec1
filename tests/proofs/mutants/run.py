"""Breaks the core on purpose, one line at a time, and records which test notices.

    python tests/proofs/mutants/run.py              all mutants of `mutants.py`, one after the other
    python tests/proofs/mutants/run.py pace wire    those whose file or line has one of these words

Each mutant is one line of a copy of the checkout. It is caught if a test fails. It is caught, too, if the tests hang or
the interpreter crashes, and the table says which; tests that cannot be collected, or whose fixtures fail, catch nothing.
The test that failed must fail once more, alone, so that none counts that failed by chance. The control: the same tests
are green on the copy as it is, else nothing they say counts. A mutant that no test notices is a gap in the tests, or it
changes nothing that anybody could see; then `mutants.py` argues so beside it.

`results.json` keeps what came out, by a digest of the file, the mutant and the names of its tests: a run that was broken
off goes on where it was, and the mutants of a file that has changed are tried again. The exit status is 1 where one is
not noticed without an argument, was not tried, or does not stand in the code any more.
"""

import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mutants import MUTANTS

# ruff: noqa: T201 - printing is what it does

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
RESULTS = HERE / "results.json"
LONGEST = 1800.0  # seconds for the tests of a control
HUNG = 150.0  # seconds, with which one test may hang for 120
CAUGHT = ("failed", "hung", "crashed")
_SAID = re.compile(r"^(FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)
_SUMS = re.compile(r"\b\d+ (?:passed|failed|errors?)\b.* in [\d.]+s")
_HUNG = re.compile(r"^E +Failed: Timeout \(>", re.MULTILINE)


class Verdict(NamedTuple):
    """What tests say.

    Attributes:
        what: `passed`, `failed`, `hung` (a test or all of them), `crashed`, or `error`: they say nothing.
        by: the test that noticed, or why they say nothing.
        seconds: that they took.
    """

    what: str
    by: str
    seconds: float


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
    """Have a mutant's line in the copy for a while."""
    path = mutant.found(folder / "zaius_logging")
    text = path.read_text("utf-8")
    path.write_text(mutant.applied(text), "utf-8")
    try:
        yield
    finally:
        path.write_text(text, "utf-8")


def environment(folder):
    """Have Python import the copy, there and in each process that a test starts."""
    return {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def is_imported(folder):
    """Whether the tests there import the copy, and not what is installed."""
    found = subprocess.run(
        [sys.executable, "-c", "import zaius_logging; print(zaius_logging.__file__)"],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return Path(found.strip()).is_relative_to(folder)


def asked(folder, words, longest):
    """Run tests in the copy, up to the first that fails.

    Args:
        folder: the copy.
        words: pytest's arguments.
        longest: seconds.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not full"]
    command += ["-p", "no:cacheprovider", *words]
    began = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(folder),
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(longest)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)  # with what the tests have started
                process.wait()
        said.seek(0)
        return Verdict(*read(code, said.read()), round(time.monotonic() - began, 1))


def read(code, said):
    """Give what a run of pytest says, and by which test.

    Args:
        code: its exit status; None where it had to be killed.
        said: what it printed.
    """
    named = dict(reversed(_SAID.findall(said)))  # the first of each
    sums = [line for line in said.splitlines() if _SUMS.search(line)] or said.splitlines() or [""]
    if code is None:
        return "hung", "all of them"
    if code < 0:
        return "crashed", signal.Signals(-code).name
    if code == 1 and "FAILED" in named:
        return "hung" if _HUNG.search(said) else "failed", named["FAILED"]
    return ("passed", sums[-1]) if code == 0 else ("error", named.get("ERROR", sums[-1]))


def digest(*texts):
    """Name a list of texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


@cache
def digest_of(folder, mutant):
    """Name a mutant of the code as it is; None where it does not stand there."""
    with suppress(ValueError):
        text = mutant.found(folder / "zaius_logging").read_text("utf-8")
        return digest(text, mutant.old, mutant.new, mutant.tests)
    return None


@cache
def digest_of_all(folder, tests):
    """Name the whole package with the files of tests."""
    named = [folder / each for each in shlex.split(tests) if (folder / each).exists()]
    places = [folder / "zaius_logging", *named]
    paths = {
        path for place in places for path in (place.rglob("*.py") if place.is_dir() else [place])
    }
    return digest(tests, *(path.read_text("utf-8") for path in sorted(paths)))


class Results:
    """What came out, in a file that is written anew after each mutant.

    Attributes:
        controls: tests -> what they say of the code as it is, where they are green.
        red: the same where they are not, in this run.
        verdicts: digest -> what the tests say of a mutant.
    """

    def __init__(self):
        known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
        self.controls = {each["tests"]: each for each in known.get("controls", [])}
        self.red = {}
        self.verdicts = {each["digest"]: each for each in known.get("mutants", [])}

    def note(self, folder, mutant, found):
        """Keep what was found; `again` says that the test has failed twice."""
        key = digest_of(folder, mutant)
        said = {"verdict": found.what, "by": found.by, "seconds": found.seconds}
        again = found.what == "failed"
        self.verdicts[key] = {"digest": key, **mutant._asdict(), **said, "again": again}
        self.save(folder)

    def save(self, folder):
        """Write the file: in the order of the list, one a line, without what is of other code."""
        used = dict.fromkeys(each.tests for each in MUTANTS)
        found = [digest_of(folder, each) for each in MUTANTS]
        kept = {
            "controls": [self.controls[each] for each in used if each in self.controls],
            "mutants": [self.verdicts[each] for each in found if each in self.verdicts],
        }
        lists = (
            f' "{kind}": [\n  ' + ",\n  ".join(map(json.dumps, each)) + "\n ]"
            for kind, each in kept.items()
        )
        new = RESULTS.with_suffix(".new")
        new.write_text("{\n" + ",\n".join(lists) + "\n}\n", "utf-8")
        new.replace(RESULTS)


def controlled(folder, tests, results):
    """Run tests on the copy as it is, unless that was done; give what they say. Only green is kept for the next run."""
    key = digest_of_all(folder, tests)
    known = results.controls.get(tests)
    if known and known["digest"] == key:
        return Verdict("passed", known["said"], known["seconds"])
    if tests not in results.red:
        said = asked(folder, shlex.split(tests), LONGEST)
        if said.what == "passed":
            results.controls[tests] = {
                "digest": key,
                "tests": tests,
                "said": said.by,
                "seconds": said.seconds,
            }
            results.save(folder)
            return said
        results.red[tests] = said
    return results.red[tests]


def is_noticed_again(folder, mutant, test):
    """Whether a test that has failed with a mutant does so once more, alone: on a busy machine any may fail by chance."""
    with mutated(folder, mutant):
        return asked(folder, [test], HUNG).what in CAUGHT


def tried(folder, mutant, results):
    """Run a mutant's tests, on the code as it is and with the mutant."""
    control = controlled(folder, mutant.tests, results)
    if control.what != "passed":
        return Verdict("error", f"red without it ({control.what}): {control.by}", control.seconds)
    for _ in range(3):
        with mutated(folder, mutant):
            found = asked(folder, shlex.split(mutant.tests), 2 * control.seconds + HUNG)
        if found.what != "failed" or is_noticed_again(folder, mutant, found.by):
            return found
    return Verdict("error", f"fails at times, and not alone: {found.by}", found.seconds)


def verdict_on(folder, mutant, results):
    """Say what the tests say of a mutant: as it was, or try it."""
    key = digest_of(folder, mutant)
    if key is None:
        return Verdict("error", "does not stand in the code once", 0.0)
    if known := results.verdicts.get(key):
        found = Verdict(known["verdict"], known["by"], known["seconds"])
        settled = known.get("again") or found.what != "failed"
        if found.what in CAUGHT and (settled or is_noticed_again(folder, mutant, found.by)):
            results.note(folder, mutant, found)
            return found
        if found.what == "passed" and mutant.argued:
            return found
    found = tried(folder, mutant, results)
    results.note(folder, mutant, found)
    return found


def one_line(text):
    """Show a piece of code in a line."""
    return " ".join(text.split())


def row(number, mutant, verdict):
    """Give a mutant's line of the table."""
    outcome = {"passed": f"argued: {mutant.argued}" if mutant.argued else "NOT NOTICED"}.get(
        verdict.what, f"{verdict.what}: {verdict.by}"
    )
    change = f"`{one_line(mutant.old)}` -> `{one_line(mutant.new)}`"
    return f"{number:3} {mutant.where}: {change}: {outcome} ({verdict.seconds:.0f} s)"


def main(words):
    """Try the mutants; print a line each and the sums. Gives the exit status."""
    results = Results()
    sums = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        checkout(folder)
        if not is_imported(folder):
            print("The tests would import another zaius_logging than the copy.")
            return 1
        for number, mutant in enumerate(MUTANTS, 1):
            if words and not any(word in f"{mutant.where} {mutant.old}" for word in words):
                continue
            verdict = verdict_on(folder, mutant, results)
            print(row(number, mutant, verdict), flush=True)
            sums["argued" if verdict.what == "passed" and mutant.argued else verdict.what] += 1
    caught = sum(sums[each] for each in CAUGHT)
    print(
        f"{sum(sums.values())} mutants: {caught} caught ({sums['hung']} by a test that hangs, "
        f"{sums['crashed']} by a crash), {sums['argued']} argued, {sums['passed']} not noticed, "
        f"{sums['error']} not tried"
    )
    return int(sums["passed"] + sums["error"] > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
