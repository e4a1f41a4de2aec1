"""The worked example of a foreign source: Kafka, with librdkafka's own mock cluster as the broker."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "kafka_relay.py"
SECONDS = 50

confluent_kafka = pytest.importorskip("confluent_kafka", reason="needs confluent-kafka")


class Broker:
    """A mock cluster in this process: `test.mock.num.brokers` of librdkafka, reached over 127.0.0.1."""

    def __init__(self):
        self.producer = confluent_kafka.Producer({"test.mock.num.brokers": 1, "log_level": 0})
        brokers = self.producer.list_topics(timeout=SECONDS).brokers.values()
        self.servers = ",".join(f"{each.host}:{each.port}" for each in brokers)

    def put(self, *values):
        """Append messages to the topic, and wait until all are there."""
        for value in values:
            text = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.producer.produce("events", text)
        assert self.producer.flush(SECONDS) == 0

    def committed(self):
        """How many messages the group has committed, over all partitions."""
        consumer = confluent_kafka.Consumer(
            {"bootstrap.servers": self.servers, "group.id": "zaius-relay", "log_level": 0}
        )
        try:
            partitions = consumer.list_topics("events", timeout=SECONDS).topics["events"].partitions
            asked = [confluent_kafka.TopicPartition("events", number) for number in partitions]
            found = consumer.committed(asked, timeout=SECONDS)
            return sum(max(0, each.offset) for each in found)
        finally:
            consumer.close()


@pytest.fixture
def broker():
    return Broker()


@pytest.fixture
def relay(sandbox, broker):
    """Start the example as its users do; all end with the test."""
    started = []

    def start(script=EXAMPLE, **changes):
        process = subprocess.Popen(
            [sys.executable, "-W", "error", str(script)],
            env={
                **os.environ,
                "ZAIUS_API_KEY": "test",
                "ZAIUS_ENDPOINT": sandbox.endpoint,
                "KAFKA_SERVERS": broker.servers,
                "no_proxy": "*",
                **changes,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for each in started:
        each.kill()
        each.communicate()


def bought(number, **data):
    return {
        "type": "order",
        "action": "purchase",
        "identifiers": {"customer_id": f"c{number}"},
        "data": {"number": number, **data},
    }


def numbers(sandbox):
    return [each["data"]["number"] for each in sandbox.events()]


def ids(sandbox):
    return [each["data"]["idempotence_id"] for each in sandbox.events()]


def ended(process):
    """End it as a service manager does; gives what it said."""
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, err
    return err


def wait_until(fact):
    until = time.monotonic() + SECONDS
    while not fact():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_what_is_in_the_topic_arrives_once(relay, broker, sandbox):
    """With the ids and times that it has, or with those of its message; a second start sends nothing again."""
    broker.put(bought(0, idempotence_id="its-own", ts=1_700_000_000), *map(bought, range(1, 600)))
    first = relay()
    sandbox.wait_for(600, timeout=SECONDS)
    wait_until(lambda: broker.committed() == 600)
    assert ended(first) == ""
    broker.put(bought(600))
    second = relay()
    sandbox.wait_for(601, timeout=SECONDS)
    wait_until(lambda: broker.committed() == 601)
    assert ended(second) == ""
    assert sorted(numbers(sandbox)) == list(range(601))
    assert len(set(ids(sandbox))) == 601
    assert "its-own" in ids(sandbox)


def test_nothing_is_committed_before_the_api_has_answered(relay, broker, sandbox):
    """Killed in an outage, it has committed nothing; the next one delivers all, with the ids that were made before."""
    sandbox.faults(status=503)
    broker.put(*map(bought, range(40)))
    killed = relay()
    wait_until(lambda: len(sandbox.requests()) > 1)
    assert broker.committed() == 0
    killed.kill()
    sandbox.heal()
    relay()
    sandbox.wait_for(40, timeout=SECONDS)
    wait_until(lambda: broker.committed() == 40)
    assert sorted(numbers(sandbox)) == list(range(40))


def test_the_control_one_that_commits_what_it_has_read_is_caught(relay, broker, sandbox, tmp_path):
    """With Kafka's own commits the offsets run ahead in an outage: killed now, it would have lost 40 events."""
    right = '"enable.auto.commit": False'
    text = EXAMPLE.read_text("utf-8")
    assert right in text
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        text.replace(right, '"enable.auto.commit": True, "auto.commit.interval.ms": 200')
    )
    sandbox.faults(status=503)
    broker.put(*map(bought, range(40)))
    relay(wrong)
    wait_until(lambda: broker.committed() == 40)
    assert sandbox.events() == []


def test_killed_between_answer_and_commit_it_repeats_the_same_ids(relay, broker, sandbox):
    """At least once: what comes twice can be recognised, for the ids are those of the first time."""
    # The API has taken the events, and the relay has not heard of it.
    sandbox.faults(status=503, taken=True)
    broker.put(*map(bought, range(40)))
    killed = relay()
    sandbox.wait_for(40, timeout=SECONDS)
    killed.kill()
    killed.wait()
    assert broker.committed() == 0
    sandbox.heal()
    before = len(sandbox.events())
    relay()
    wait_until(lambda: broker.committed() == 40)
    assert len(sandbox.events()) == before + 40
    assert (len(set(ids(sandbox))), set(numbers(sandbox))) == (40, set(range(40)))


def test_what_is_no_event_stops_nothing(relay, broker, sandbox):
    """It is reported with its place, without its content, and what follows arrives."""
    broker.put(b"\xff secret", b"[1]", b"", b"[" * 100_000, {"type": "order"}, bought(1))
    running = relay()
    sandbox.wait_for(1, timeout=SECONDS)
    wait_until(lambda: broker.committed() == 6)
    err = ended(running)
    assert err.count("passed over") == 4
    assert "invalid" in err
    assert "secret" not in err
    assert numbers(sandbox) == [1]
