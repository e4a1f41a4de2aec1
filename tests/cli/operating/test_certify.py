"""`zaius-logging certify`: a dated table with each promise, for each kind of part."""

import json
import re

import pytest

from zaius_logging.testing.contracts import PROMISES

pytestmark = pytest.mark.slow  # each test puts parts into trouble

PARTS = """
from zaius_logging import MemorySpool, StubTransport
from tests.testing.test_lease_rows import InAFile

class Backward(MemorySpool):
    def peek(self, *bounds): return super().peek(*bounds)[::-1]

def spool(): return MemorySpool(5_000, 1 << 20)
def transport(): return StubTransport()
def lease(): return InAFile(".")
def needy(one): pass
class Half:
    def append(self, item): return True
NUMBER = 7
"""


@pytest.fixture
def certify(here, write):
    """Certify one of the parts above."""
    write("certified_parts.py", PARTS)
    return lambda what, *words: here("certify", f"certified_parts:{what}", *words)


@pytest.mark.skipif("sys.platform == 'win32'", reason="Windows has no fork")
@pytest.mark.parametrize(
    ("part", "last_line"),
    [
        ("spool", "19 of 19 are kept; 1 not checked."),
        ("transport", "16 of 16 are kept; 2 not checked."),
        ("lease", "12 of 12 are kept; 7 not checked."),
    ],
)
def test_each_promise_has_a_row_or_more(certify, part, last_line):
    """P1 to P17 in order, each kept, or with whose it is; the first line has the date and the versions; status 0."""
    done = certify(part)
    assert (done.returncode, done.stderr) == (0, "")
    first, *rows, last = done.stdout.splitlines()
    pattern = rf"certified_parts:{part}, \d{{4}}-\d\d-\d\d, zaius-logging \S+, Python \S+"
    assert re.fullmatch(pattern, first)
    assert last == last_line
    assert list(dict.fromkeys(row.split()[0] for row in rows)) == list(PROMISES)
    assert {row.split()[1] for row in rows} == {"ok", "--"}
    assert all("Not a " in row for row in rows if " -- " in row)


def test_what_is_wrong_is_said_with_what_was_seen(certify):
    """Status 1; in JSON, too."""
    done = certify("Backward")
    assert done.returncode == 1
    assert (
        "P7   wrong  Items come out in the order of the calls, and their ids rise. another order"
        in (done.stdout)
    )
    done = certify("Backward", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["part"]) == (1, "certified_parts:Backward")
    assert "P7" in {each["promise"] for each in found["results"] if not each["passed"]}


@pytest.mark.parametrize("what", ["nothing", "needy", "NUMBER", "Half"])
def test_what_cannot_be_made_is_an_error(certify, what):
    """Status 2: nothing of that name, what wants arguments, what makes nothing, what cannot be closed."""
    done = certify(what)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: certified_parts:")


def test_a_module_that_fails_is_an_error(certify, here, write):
    """Whatever it raises at import, in one line."""
    write("failing_parts.py", "1 / 0")
    done = here("certify", "failing_parts:spool")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "failing_parts cannot be imported: ZeroDivisionError" in done.stderr
