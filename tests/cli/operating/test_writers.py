"""Processes that only write (`deliver=False`): what they load, and that commands in their environment send all the same."""

import json
import signal
import subprocess
import sys

import pytest

SCRIPT = """
import json, logging, logging.config, sys
settings = json.loads(sys.argv[1])
logging.config.dictConfig({
    "version": 1,
    "handlers": {"zaius": {"()": "zaius_logging.ZaiusHandler", **settings}},
    "root": {"level": "INFO", "handlers": ["zaius"]},
})
for number in range(3):
    logging.getLogger("shop").info("paid", extra={"zaius": {"type": "order", "action": "purchase",
        "identifiers": {"customer_id": f"c{number}"}, "data": {"number": number}}})
(handler,) = logging.getLogger().handlers
handler.flush(5)
handler.close()
stats = handler.stats()
print(json.dumps([stats.accepted, stats.stored, sorted(sys.modules)]))
"""
HTTP = {"requests", "urllib3", "http.client", "ssl", "redis"}


def logged(environment, **settings):
    """What a process of its own has accepted and stored, and which of these modules it has loaded."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(settings)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    accepted, stored, modules = json.loads(done.stdout)
    return accepted, stored, HTTP & set(modules)


def test_a_process_that_only_writes_loads_no_http(environment, spool, sandbox):
    """From dictConfig to close: neither requests nor urllib3 nor TLS; what it logged is on disk, and nothing was sent."""
    settings = {"spool_dir": str(spool), "deliver": False, "api_key": "test-key"}
    assert logged(environment, **settings) == (3, 3, set())
    assert sandbox.events() == []


def test_the_control_one_that_sends_loads_it(environment, spool, sandbox):
    """So what is looked for above would be seen."""
    accepted, _, loaded = logged(environment, spool_dir=str(spool))
    assert (accepted, len(sandbox.events())) == (3, 3)
    assert {"requests", "urllib3"} <= loaded


def test_one_that_writes_for_a_stream_loads_no_redis(environment, spool):
    """Redis-py is the sender's, too."""
    settings = {"spool_dir": str(spool), "deliver": False, "endpoint": "redis://127.0.0.1:1/0"}
    assert logged(environment, **settings) == (3, 3, set())


def test_where_events_wait_in_memory_the_process_sends_them(environment, sandbox):
    """`deliver=False` is about `spool_dir`: without one there is nobody else who could."""
    accepted, _, loaded = logged(environment, deliver=False)
    assert (accepted, len(sandbox.events())) == (3, 3)
    assert "requests" in loaded


@pytest.mark.slow
def test_drain_sends_in_the_environment_of_those_who_only_write(cli, spool, left, sandbox):
    """`ZAIUS_DELIVER=no` may be set for a whole host."""
    left(0, 20)
    done = cli("spool", spool, "drain", ZAIUS_DELIVER="no", ZAIUS_SPOOL_DIR=str(spool))
    assert "20 events delivered, 0 left." in done.stdout
    assert len(sandbox.events()) == 20


@pytest.mark.slow
def test_the_agent_sends_in_the_environment_of_those_who_only_write(
    environment, start, spool, service, sandbox
):
    """The same unit's variables may be the workers' and the agent's, before and after the key is read again."""
    writing = service(deliver=False)
    environment.update(ZAIUS_DELIVER="no", ZAIUS_SPOOL_DIR=str(spool))
    agent = start("agent", str(spool))
    writing.log(0, 5)
    sandbox.wait_for(5, timeout=30)
    agent.send_signal(signal.SIGHUP)
    assert any("the key was read again" in line for line in agent.stderr)
    writing.log(5, 10)
    sandbox.wait_for(10, timeout=30)
    agent.terminate()
    _, err = agent.communicate(timeout=30)
    assert "10 events delivered" in err
