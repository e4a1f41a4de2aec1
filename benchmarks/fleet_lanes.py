"""A relay with several requests in flight: `python -m benchmarks.fleet_lanes [--quick]`.

Events a second from a Redis stream to a sandbox that answers after 100 and 200 ms, by requests in flight at the
most, without a rate and with the default of 10 a second. Needs redis-server.
"""

import argparse
import json
from datetime import datetime

from zaius_logging._fleet.relay import Relay
from zaius_logging._fleet.term import RelaySettings
from zaius_logging._fleet.transport import RedisTransport
from zaius_logging._operators.notices import Notices
from zaius_logging._transport.http.transport import HTTPTransport
from zaius_logging._transport.outcome import Delivered
from zaius_logging._transport.redis_address import redis_address
from zaius_logging.sandbox import SandboxProcess

from .fleet_relay import BATCH, server

CUSTOMERS = 2_000


def item(number):
    """An event of one of 2,000 customers, of about 300 bytes."""
    data = {"n": number, "idempotence_id": f"{number:032x}", "note": "x" * 120}
    identifiers = {"customer_id": f"customer-{number * 7919 % CUSTOMERS}"}
    return json.dumps(
        {"type": "test", "action": "count", "identifiers": identifiers, "data": data}
    ).encode()


def measured(client, url, *, latency, in_flight, rate, count):
    """Events a second of one relay, and whether each customer's came in order."""
    client.flushall()
    transport = RedisTransport(url)
    for start in range(0, count, BATCH):
        assert transport.send([item(n) for n in range(start, start + BATCH)]) == Delivered()
    with SandboxProcess(capacity=count + 1) as api:
        api.faults(latency=latency)
        relay = Relay(
            redis_address(url),
            lambda: HTTPTransport(api.endpoint, "k"),
            RelaySettings(rate=rate, in_flight=in_flight),
            notices=Notices(str),
        )
        assert relay.run(once=True)
        times = [
            datetime.fromisoformat(each["time"].replace("Z", "+00:00")) for each in api.requests()
        ]
        seconds = (max(times) - min(times)).total_seconds()
        last = {}
        for each in api.events():
            who, number = each["identifiers"]["customer_id"], each["data"]["n"]
            assert number > last.get(who, -1), "a customer's events came in another order"
            last[who] = number
        assert api.stats()["events"] == count
    return (count - BATCH) / seconds


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quarter of the events")
    share = 4 if parser.parse_args(arguments).quick else 1
    with server() as (client, url):
        print(f"{'in flight':>10}{'100 ms':>10}{'200 ms':>10}{'100 ms, rate 10':>18}{'200 ms, rate 10':>18}")  # fmt: skip
        for in_flight in (1, 2, 4, 8):
            row = [
                measured(client, url, latency=latency, in_flight=in_flight, rate=rate, count=count)
                for rate, count in ((None, 160 * BATCH // share), (10.0, 80 * BATCH // share))
                for latency in (0.1, 0.2)
            ]
            print(f"{in_flight:>10}{row[0]:>10,.0f}{row[1]:>10,.0f}{row[2]:>18,.0f}{row[3]:>18,.0f}")  # fmt: skip


if __name__ == "__main__":
    main()
