"""What everybody logs: one event of 390 bytes on the wire, and the loops that log it."""

import time

MARK = (
    b"tyler@zaius.com"  # once in each event, however a contender writes it: the sink counts these
)

EVENT = {
    "type": "product",
    "action": "add_to_cart",
    "identifiers": {"email": MARK.decode(), "vuid": "9a1c9f1d3c0e4b6f8a2d5e7c"},
    "data": {
        "product_id": "SKU-4711",
        "quantity": 2,
        "price": 29.95,
        "page": "/cart/?from=product",
        "new": True,
    },
}
EXTRA = {"zaius": EVENT}
TEXT = "added to cart"


def logs(logger, extra=EXTRA):
    """What makes `n` calls in a tight loop."""

    def run(n):
        info = logger.info
        for _ in range(n):
            info(TEXT, extra=extra)

    return run


def logs_each(logger, extras):
    """One call for each of these, in a tight loop."""
    info = logger.info
    for extra in extras:
        info(TEXT, extra=extra)


def sends(call):
    """The same for what is no logger."""

    def run(n):
        for _ in range(n):
            call()

    return run


def spent(run, n):
    """Microseconds a call."""
    start = time.perf_counter_ns()
    run(n)
    return (time.perf_counter_ns() - start) / 1000 / n
