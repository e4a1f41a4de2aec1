"""The limit: no logging and no thread, orjson and requests in the loop itself."""

import orjson
import requests

from benchmarks.event import EVENT

from . import Contender


class Inline(Contender):
    name = "orjson and requests inline"

    def __init__(self, sink):
        self._url = f"{sink.url}/v3/events"
        self._session = requests.Session()
        self._session.trust_env = False
        self._batch = []

    def run(self, n):
        batch = self._batch
        dumps = orjson.dumps
        for _ in range(n):
            batch.append(dumps(EVENT))
            if len(batch) == 500:
                self._send()

    def _send(self):
        body = b"[" + b",".join(self._batch) + b"]"
        self._batch.clear()
        self._session.post(
            self._url, data=body, headers={"Content-Type": "application/json"}, timeout=10
        )

    def finish(self):
        if self._batch:
            self._send()
        self._session.close()
