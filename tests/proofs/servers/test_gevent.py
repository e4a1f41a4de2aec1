"""gevent, patched before and after our import, and after our thread has started."""

import subprocess
import sys

import pytest

pytest.importorskip("gevent", reason="needs gevent")

SCRIPT = """
import sys, warnings
warnings.simplefilter("ignore")  # gevent minds late patching
when = sys.argv[1]
from gevent import monkey
if when == "before import":
    monkey.patch_all()
import shop
import zaius_logging
shop.configure()
if when == "after configuration":
    monkey.patch_all()
if when == "after an event":
    shop.buy("first")
    monkey.patch_all()
import gevent

def work(name):
    for number in range(25):
        shop.buy(f"{name}-{number}")
        gevent.sleep(0)

gevent.joinall([gevent.spawn(work, name) for name in range(8)], raise_error=True)

ticks = 0
def tick():
    global ticks
    while True:
        ticks += 1
        gevent.sleep(0.001)

ticking = gevent.spawn(tick)
assert zaius_logging.flush(20.0) is True
print(ticks)
ticking.kill()
shop.buy("last")
"""


@pytest.mark.parametrize("when", ["before import", "after configuration", "after an event"])
def test_patched(when, sandbox, environment, tmp_path, ended):
    """Eight greenlets' events arrive, once; while a flush waits, other greenlets run; exit delivers too."""
    sandbox.faults(latency=0.3, times=1)
    process = subprocess.run(
        [sys.executable, "-c", SCRIPT, when],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    (tmp_path / "stderr").write_text(process.stderr)
    came = ended(process.returncode)
    assert process.returncode == 0, process.stderr
    assert len(came.logged) >= 201
    assert came.missing == set(), process.stderr
    assert came.duplicates == 0
    assert int(process.stdout) > 10
