"""A control: a relay as one would write it in an afternoon. No lease; deletes before or after sending."""

import json
import os
import sys
import urllib.request

import redis

when, batch = sys.argv[1], int(sys.argv[2])
client = redis.Redis.from_url(os.environ["STREAM"].partition("?")[0])
print("ready", flush=True)  # noqa: T201 - who started it waits for it
while True:
    entries = client.xrange("zaius:events", count=batch)
    ids = [name for name, _ in entries]
    if not ids:
        continue
    if when == "before":
        client.xdel("zaius:events", *ids)
    body = json.dumps([json.loads(fields[b"e"]) for _, fields in entries]).encode()
    headers = {"x-api-key": "k", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{os.environ['API']}/events", body, headers)  # noqa: S310
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
    if when == "after":
        client.xdel("zaius:events", *ids)
