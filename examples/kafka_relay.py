"""Kafka to the Events API: offsets are committed only once the API has answered for the events.

A message's value is an event as JSON. Killed at any instant, the relay sends again what it had not committed, with the
same ids: an event that has none gets one made of topic, partition and offset. What is no event is reported
with its place, and passed over. Start as many as the topic has partitions.
"""

import json
import logging
import os
import signal
import sys
import threading
import uuid

from confluent_kafka import Consumer, KafkaException

import zaius_logging

ending = threading.Event()
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: ending.set())

consumer = Consumer(
    {
        "bootstrap.servers": os.environ["KAFKA_SERVERS"],
        "group.id": "zaius-relay",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "session.timeout.ms": 10_000,  # so long after a kill another one has its partitions
        "max.poll.interval.ms": 86_400_000,  # an outage of the API is no reason to leave the group
    }
)
log = logging.getLogger("kafka_relay")
log.setLevel(logging.INFO)
log.propagate = False
handler = zaius_logging.ZaiusHandler(overflow="block")  # full? then Kafka keeps the rest
log.addHandler(handler)


def event_of(message):
    """The event in a message, with an id and a time that are the same however often it is read.

    Raises:
        ValueError: there is none.
    """
    event = json.loads(message.value() or b"null")
    if not isinstance(event, dict):
        raise ValueError("is no JSON object")  # noqa: TRY004
    place = f"kafka:{message.topic()}/{message.partition()}/{message.offset()}"
    own = {"idempotence_id": str(uuid.uuid5(uuid.NAMESPACE_URL, place))}
    _, milliseconds = message.timestamp()
    if milliseconds > 0:
        own["ts"] = milliseconds / 1000
    return {**event, "data": {**own, **event.get("data", {})}}


def report(*words):
    print(*words, file=sys.stderr, flush=True)


consumer.subscribe([os.environ.get("KAFKA_TOPIC", "events")])
while not ending.is_set():
    read = 0
    for message in consumer.consume(500, timeout=1.0):
        if message.error():
            report(message.error().str())
            continue
        read += 1
        try:
            log.info("from Kafka", extra={"zaius": event_of(message)})
        except (ValueError, TypeError, RecursionError) as error:
            place = f"{message.topic()}/{message.partition()}/{message.offset()}"
            report(f"{place}: {error}; passed over")
    settled = handler.flush(5)
    while not settled and not ending.is_set():  # the API is down: nothing more is read meanwhile
        settled = handler.flush(5)
    if read and settled:
        try:
            consumer.commit(asynchronous=False)
        except KafkaException as error:  # another has the partition now, and sends the same ids
            report(f"not committed: {error}")

consumer.close()
