"""What every transport promises, as checks; `contracts.check_transport` runs them."""

from __future__ import annotations

import gc
import math
import re
import tracemalloc
from collections.abc import Callable, Mapping, Sequence

from zaius_logging._transport.base import Transport
from zaius_logging._transport.outcome import Delivered, Paused, Rejected, Retry, Split

from ._contract import (
    Network,
    expect,
    full_disk,
    given_key,
    in_child,
    interrupt,
    keeps_others_going,
    leaves_others_alone,
    records,
    shows_key,
    within,
)

_CLOSING = 3.0  # seconds
_HANGS = 10.0  # seconds after which a send that follows an interrupted one hangs
_AFTER = 3600.0  # seconds that a server may ask us to wait
_SENDS, _BATCH = 100, 500
_HOARD = 1024 * 1024  # bytes that a hundred batches may leave behind
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

Make = Callable[[], Transport]

_EVENT = (
    b'{"type":"zaius_logging","action":"certify","identifiers":{"vuid":"0123456789abcdef0123456789abcdef"},'
    b'"data":{"active_event":false,"idempotence_id":"certify"}}'
)
_OUTCOMES = (Delivered, Rejected, Split, Retry, Paused)


def _answers(transport: Transport, _make: object) -> None:
    """Sending gives an outcome, and raises nothing."""
    outcome = transport.send([_EVENT])
    expect(isinstance(outcome, _OUTCOMES), f"gave {type(outcome).__name__}")


def _names_places(transport: Transport, _make: object) -> None:
    """A rejection names places that are in the batch."""
    outcome = transport.send([_EVENT, b'{"type":"","identifiers":{}}'])
    if isinstance(outcome, Rejected):
        expect(set(outcome.places) <= {0, 1}, f"names {sorted(outcome.places)}")


def _closes(transport: Transport, _make: object) -> None:
    """It may be closed at any time, and twice; the next send opens it again."""
    transport.close()
    transport.close()
    expect(isinstance(transport.send([_EVENT]), _OUTCOMES), "it sends nothing after close()")


def _sends_in_child(transport: Transport, _make: object) -> None:
    """A forked child sends by connections of its own, and the parent goes on."""
    transport.send([_EVENT])

    def send() -> None:
        transport.after_fork_in_child()
        expect(isinstance(transport.send([_EVENT]), _OUTCOMES), "the child could not send")

    in_child(send)
    expect(isinstance(transport.send([_EVENT]), _OUTCOMES), "the parent cannot send any more")


def _names_loggers(transport: Transport, make: Make) -> None:
    """It names each logger that sending logs to."""
    transport.close()

    def work() -> None:
        fresh = make()
        with records() as found:
            fresh.send([_EVENT])
            fresh.close()
        more = sorted({each.name for each in found}.difference(fresh.loggers))
        expect(not more, f"it logs to {', '.join(more)}, too")

    expect(all(isinstance(name, str) for name in transport.loggers), "loggers are no names")
    in_child(work)


def _keeps_the_batch(transport: Transport, _make: object) -> None:
    """A batch is left as it was given: what is in it is counted, and perhaps sent again."""
    batch = [_EVENT, _EVENT]
    transport.send(batch)
    expect(batch == [_EVENT, _EVENT], "the batch is another one afterwards")


def _tries_once(transport: Transport, make: Make) -> None:
    """It asks an address for a connection once in a call: whether to try again is not its to decide."""
    transport.close()

    def work() -> None:
        network, fresh = Network(), make()
        fresh.send([_EVENT])
        twice = len(network.tried) - len(set(network.tried))
        expect(not twice, f"it tried {len(network.tried)} times")

    in_child(work)


def _waits_for_the_network(transport: Transport, make: Make) -> None:
    """Without a network the batch stays: it gives Retry or Paused, and the seconds of a Retry can be waited."""
    transport.close()

    def work() -> None:
        network, fresh = Network(), make()
        outcome = fresh.send([_EVENT])
        if network.tried:
            expect(isinstance(outcome, (Retry, Paused)), f"it gave {type(outcome).__name__}")
        if isinstance(outcome, Retry) and outcome.after is not None:
            after = outcome.after
            expect(math.isfinite(after) and 0 <= after <= _AFTER, f"Retry(after={after})")

    in_child(work)


def _ends(transport: Transport, _make: object) -> None:
    """The end of a process is done with it within three seconds."""
    transport.send([_EVENT])
    expect(within(_CLOSING, transport.close), "close() took more than three seconds")


def _full_disk(transport: Transport, make: Make) -> None:
    """On a disk that is full sending gives an outcome all the same."""
    transport.close()

    def work() -> None:
        fresh = make()
        with full_disk():
            expect(isinstance(fresh.send([_EVENT]), _OUTCOMES), "it gave no outcome")

    in_child(work)


def _hides_the_key(transport: Transport, make: Make) -> None:
    """The key of the environment is in no repr, no outcome and no record."""
    transport.close()

    def work() -> None:
        key = given_key()
        Network()
        with records() as found:
            fresh = make()
            outcomes = [fresh.send([_EVENT]), fresh.send([b"[]"])]
            shown = [repr(fresh), str(fresh), *outcomes]
            expect(not shows_key(key, *shown), "it stands in a repr or an outcome")
        said = [each.getMessage() for each in found]
        expect(not shows_key(key, *said), "it stands in a record")

    in_child(work)


def _hoards_nothing(transport: Transport, make: Make) -> None:
    """While the network is gone it keeps nothing of what it could not send."""
    transport.close()

    def work() -> None:
        network, fresh = Network(), make()

        def send(number: int) -> None:
            fresh.send([b'{"batch":%d,"n":%d}' % (number, each) for each in range(_BATCH)])

        for number in range(5):
            send(number)
        if not network.tried:
            return
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for number in range(_SENDS):
            send(number)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
        expect(grown <= _HOARD, f"{_SENDS} batches left {grown / 1e6:.1f} MB behind")

    in_child(work)


def _works_on(transport: Transport, make: Make) -> None:
    """An exception in the middle of a send, wherever it falls, leaves one that sends the next batch."""
    transport.close()

    def work() -> None:
        fresh = make()
        first = fresh.send([_EVENT])
        interrupt(lambda: fresh.send([_EVENT]), 25)
        outcomes = [fresh.send([_EVENT]) for _ in range(3)]
        expect(all(isinstance(each, _OUTCOMES) for each in outcomes), "it gave no outcome")
        if isinstance(first, Delivered):
            expect(Delivered() in outcomes, f"it gives {type(outcomes[-1]).__name__} from then on")
        fresh.close()

    in_child(work, _HANGS)


def _one_account(transport: Transport, make: Make) -> None:
    """Where it names the account of its events, that is a folder's name, and the same for each that is made."""
    account = getattr(transport, "account", None)
    if account is None:
        return
    expect(isinstance(account, str) and _ACCOUNT.fullmatch(account), "it is no folder's name")
    following = make()
    try:
        expect(getattr(following, "account", None) == account, "the next one names another")
    finally:
        following.close()


def _alone(transport: Transport, make: Make) -> None:
    """Files of somebody else, beside those that it writes, are left as they are."""
    transport.close()

    def work() -> None:
        fresh = make()
        fresh.send([_EVENT])
        fresh.close()

    def alone() -> None:
        Network()
        leaves_others_alone(work)

    in_child(alone)


def _stops_nobody(transport: Transport, _make: object) -> None:
    """While it sends no other thread stands still."""
    keeps_others_going(lambda: transport.send([_EVENT]))


CHECKS: Sequence[tuple[str, Callable[[Transport, Make], None]]] = (
    ("P1", _answers),
    ("P2", _keeps_the_batch),
    ("P4", _tries_once),
    ("P5", _waits_for_the_network),
    ("P6", _names_places),
    ("P8", _ends),
    ("P9", _sends_in_child),
    ("P10", _names_loggers),
    ("P11", _full_disk),
    ("P12", _hides_the_key),
    ("P13", _hoards_nothing),
    ("P14", _closes),
    ("P15", _works_on),
    ("P16", _one_account),
    ("P16", _alone),
    ("P17", _stops_nobody),
)

ELSEWHERE: Mapping[str, str] = {
    "P3": "Not a transport's: the spool keeps an event until the transport has answered for it.",
    "P7": "Not a transport's: delivery gives it one batch at a time, in order, and sets the pace.",
}
"""Of the other promises, who keeps them."""
