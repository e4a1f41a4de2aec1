"""A hundred handlers, one after the other, leave nothing behind; and callbacks at the end do what they like."""

import json
import sys

import pytest

HUNDRED = """
import gc, tracemalloc
from pathlib import Path

def left():
    gc.collect()
    files = [path for path in Path({spool_dir!r}).glob("*/*.jsonl")] if {spool_dir!r} else []
    return {{
        "threads": threading.active_count(),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "bytes": tracemalloc.get_traced_memory()[0],
        "on disk": sum(path.stat().st_blocks for path in files) * 512,
    }}

def again(count):
    for number in range(count):
        configure(spool_dir={spool_dir!r})
        log(3)
        {how}
    logging.shutdown()
    deadline = time.monotonic() + 20
    while threading.active_count() > 1 and time.monotonic() < deadline:
        time.sleep(0.01)  # one that was forgotten ends by itself, as soon as it has sent
    return left()

tracemalloc.start()
again(10)
print(json.dumps([again(10), again(100)]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("how", ["pass", "logging.getLogger().handlers.clear()"])
@pytest.mark.parametrize("where", ["memory", "disk"])
def test_a_hundred_reconfigurations_leave_no_thread_descriptor_or_byte(run, tmp_path, where, how):
    """By dictConfig over and over, and by handlers that were taken off and forgotten."""
    spool_dir = str(tmp_path / "spool") if where == "disk" else None
    ran = run(HUNDRED.format(spool_dir=spool_dir, how=how))
    assert len(ran.arrived()) == 3 * 120, ran.err
    ten, hundred = json.loads(ran.out)
    print(ten, hundred)  # noqa: T201 - -s shows the counts
    for name in ("threads", "descriptors", "on disk"):
        assert hundred[name] <= ten[name], (name, ten, hundred)
    assert hundred["bytes"] - ten["bytes"] < 100 * 1024  # a handler has more than 10 KiB


@pytest.mark.slow
@pytest.mark.parametrize(
    "does",
    [
        "log(1, 'callback')",
        "handler().close()",
        "handler().flush()",
        "zaius_logging.flush()",
        "os.fork() or os._exit(0)",
        "time.sleep(0.05)",
        "sys.exit(3)",
        "1 / 0",
        "configure()",
    ],
)
def test_callbacks_at_the_end_do_what_they_like(run, sandbox, does):
    """The API is down at the end: each event is counted, the deadline holds, and the process ends as it would."""
    sandbox.faults(status=503)
    ran = run(
        f"""
        called = []
        def on_drop(event, reason):
            if called: return
            called.append(reason)
            {does}
        configure(close_timeout=1.0, on_drop=on_drop)
        log(20)
        started = time.monotonic()
        atexit.register(lambda: os.write(2, b"took %.1f\\n" % (time.monotonic() - started)))
        atexit.unregister(logging.shutdown)
        atexit.register(logging.shutdown)
        """,
        PYTHONWARNINGS="ignore",
    )
    assert ran.status == 0, ran.err
    assert f"{21 if 'log(' in does else 20} closed dropped" in ran.err
    assert float(ran.err.partition("took ")[2].split()[0]) < 3
