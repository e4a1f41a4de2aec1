"""What sixty lines do, as a yardstick: no id, no time, no checks, no bounds, no retry, no accounts."""

import logging
import threading
from queue import Empty, SimpleQueue

import orjson
import requests

from . import Contender


class SketchHandler(logging.Handler):
    def __init__(self, url):
        super().__init__()
        self._url = url
        self._items = SimpleQueue()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def handle(self, record):
        self.emit(record)
        return True

    def emit(self, record):
        event = getattr(record, "zaius", None)
        if event is not None:
            self._items.put(bytes(memoryview(orjson.dumps(event))))

    def _work(self):
        with requests.Session() as session:
            session.trust_env = False
            while not (self._ended.wait(0.005) and self._items.empty()):
                while batch := self._batch():
                    session.post(
                        self._url,
                        data=b"[" + b",".join(batch) + b"]",
                        headers={"Content-Type": "application/json"},
                        timeout=10,
                    )

    def _batch(self):
        batch = []
        try:
            while len(batch) < 500:
                batch.append(self._items.get_nowait())
        except Empty:
            pass
        return batch

    def close(self):
        self._ended.set()
        self._thread.join(60)
        super().close()


class Sketch(Contender):
    name = "a 60-line sketch"

    def handler(self, sink):
        return SketchHandler(f"{sink.url}/v3/events")
