"""What happens to events on their way, without a network: patience, origins, failures."""

import copy
import io
import json
import logging
import threading

import pytest

from zaius_logging import Delivered, Paused, Rejected, Retry, Stats, StubTransport, ZaiusHandler
from zaius_logging.cli.reading.items import Found, Origin, Place, Skipped, Unusable
from zaius_logging.cli.reading.sources import Spot
from zaius_logging.cli.sending.failures import Failures, Origins
from zaius_logging.cli.sending.printing import PrintingTransport
from zaius_logging.cli.sending.report import report
from zaius_logging.cli.sending.result import Patience, Read, Result
from zaius_logging.cli.sending.sending import Sending, Way

EVENT = {"type": "list", "action": "subscribe", "identifiers": {"email": "a@b.c"}}


class Rig:
    """A sending with a stub at its end."""

    def __init__(self, items, *outcomes, capacity=100, **settings):
        self.transport = StubTransport(outcomes)
        self.shown, self.file = [], io.StringIO()
        self.failures = Failures(self.file, self.shown.append)

        def make(**callbacks):
            return ZaiusHandler(
                transport=self.transport,
                strict=True,
                overflow="block",
                capacity=capacity,
                flush_interval=0.05,
                close_timeout=0.2,
                **{**callbacks, **settings},
            )

        self.sending = Sending(items, make, self.failures, Way(capacity=capacity))

    def run(self, seconds=5.0, look=lambda _stats: None):
        return self.sending.run(Patience(seconds), look)

    def failed(self):
        return [json.loads(line) for line in self.file.getvalue().splitlines()]


def found(number, **data):
    event = {**EVENT, "data": data} if data else {**EVENT}
    return Spot(0, 0, Place(number * 100, number)), Found(Origin("a/f.jsonl", number), event)


def test_everything_is_sent_and_settled():
    """A run ends when all is delivered; log lines count apart."""
    rig = Rig([found(1), (2, Skipped(Origin("f", 2))), found(3)])
    result = rig.run()
    assert (result.stats.delivered, result.read.log, result.complete) == (2, 1, True)
    assert result.stats.state == "closed"


def test_ids_of_files_repeat_and_those_of_pipes_do_not():
    """Sent again, a file's events have their ids, packed or not; a pipe's are fresh; own ids stay."""
    items = [found(1), found(2, idempotence_id="own"), (None, found(3)[1])]
    elsewhere = [
        (number, Found(Origin("a/f.jsonl.gz", item.origin.line), copy.deepcopy(item.event)))
        for number, item in items
    ]
    one, two = Rig(items), Rig(elsewhere)
    one.run()
    two.run()
    first, second = (
        [event["data"]["idempotence_id"] for event in rig.transport.events] for rig in (one, two)
    )
    assert first[:2] == second[:2]
    assert first[1] == "own"
    assert first[2] != second[2]


@pytest.mark.parametrize("data", ["text", {"idempotence_id": 7}, {"ts": 1e12}])
def test_what_the_handler_finds_invalid_is_kept_with_its_origin(data):
    """An invalid event is invalid by the handler itself, and the others go."""
    bad = Found(Origin("f", 1), {**EVENT, "data": data})
    rig = Rig([(1, bad), found(2)])
    result = rig.run()
    assert (result.stats.delivered, result.invalid, result.complete) == (1, 1, False)
    (line,) = rig.failed()
    assert (line["source"], line["line"]) == ("f", 1)
    assert line["reason"].startswith("data")
    assert line["event"]["type"] == "list"


def test_what_cannot_be_read_is_kept_as_it_was_given():
    """Not an event at all: the reason, and what stood there."""
    rig = Rig([(1, Unusable(Origin("f", 1), "is not JSON", "nope"))])
    assert not rig.run().complete
    assert rig.shown == ["f:1: is not JSON"]
    assert rig.failed() == [
        {"source": "f", "line": 1, "reason": "is not JSON", "given": "nope"},
    ]


def test_what_the_api_rejects_is_kept_with_its_origin():
    """The API names places in a batch; the file names lines."""
    rig = Rig([found(1), found(2), found(3)], Rejected({1: "no such product"}))
    result = rig.run()
    assert (result.stats.delivered, result.stats.rejected) == (2, 1)
    assert rig.shown == ["a/f.jsonl:2: the API says: no such product"]
    assert rig.failed()[0]["event"]["data"]["idempotence_id"]


def test_a_wrong_key_ends_it_at_once():
    """No waiting helps a key: it ends, and what was read is kept as not delivered."""
    rig = Rig([found(1), found(2)], *[Paused("the API answered 403: check api_key")] * 9)
    result = rig.run(seconds=1000)
    assert result.gave_up == "the API answered 403: check api_key"
    assert (result.undelivered, result.stats.dropped, rig.shown) == (2, {"closed": 2}, [])
    assert [line["reason"] for line in rig.failed()] == [
        "not delivered: the API answered 403: check api_key"
    ] * 2


def test_a_full_handler_that_nobody_empties_ends_in_time():
    """With more to read than can wait, and no answer, patience ends it; the file has all that was not sent."""
    rig = Rig([found(n) for n in range(1, 50)], *[Retry("no answer")] * 999, capacity=3)
    result = rig.run(seconds=0.3)
    assert result.gave_up == "no answer, for 0.3 s on end"
    assert result.undelivered == 49
    assert (str(result.read.last), len(rig.failed())) == ("a/f.jsonl:49", 49)


def test_a_source_that_breaks_is_told():
    """An error of the disk ends reading; what was read before is delivered, and it is not complete."""

    def items():
        yield found(1)
        raise OSError(5, "Input/output error")

    result = Rig(items()).run()
    assert (result.stats.delivered, result.read.broken) == (1, "Input/output error")
    assert not result.complete


def test_a_source_with_a_bug_is_told():
    """Any other error is reported by its kind, never by its words, which may hold data."""

    def items():
        yield found(1)
        raise KeyError("ada@example.com")

    assert Rig(items()).run().read.broken == "KeyError"


def test_ctrl_c_keeps_what_was_sent():
    """KeyboardInterrupt ends the run in order: the numbers so far are given."""
    hold = threading.Event()

    def items():
        yield found(1)
        hold.wait(30)
        yield found(2)

    def look(stats):
        if stats.delivered and stats.state != "closed":
            raise KeyboardInterrupt

    result = Rig(items()).run(look=look)
    hold.set()
    assert (result.interrupted, result.gave_up, result.stats.delivered) == (True, "interrupted", 1)


def test_nobody_elses_logging_stands_between():
    """Neither a disabled root nor other handlers change what is sent."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.CRITICAL)
    try:
        assert Rig([found(1)]).run().stats.delivered == 1
    finally:
        root.setLevel(before)


AGAIN = "Run the same line again to send the rest: it goes on where this one stopped."


def stats(**numbers):
    return Stats(**{"state": "waiting", "pending": 1, **numbers})


def test_patience_ends_without_progress():
    """So many seconds without an event settling end it, with the last known reason."""
    patience = Patience(10)
    assert patience.verdict(stats(problem="the API answered 503"), 100) == ""
    assert patience.verdict(stats(problem="the API answered 503"), 109.9) == ""
    assert patience.verdict(stats(problem="the API answered 503"), 110) == (
        "the API answered 503, for 10 s on end"
    )
    assert patience.verdict(stats(), 110) == "no answer came, for 10 s on end"


@pytest.mark.parametrize("news", [{"delivered": 1}, {"rejected": 1}, {"dropped": {"expired": 1}}])
def test_patience_begins_anew_with_progress(news):
    """Whatever settles is progress."""
    patience = Patience(10)
    patience.verdict(stats(), 0)
    assert patience.verdict(stats(**news), 10) == ""
    assert patience.verdict(stats(**news), 19) == ""
    assert patience.verdict(stats(**news), 20) != ""


def test_patience_is_endless_while_nothing_waits():
    """A pipe may be silent for hours."""
    patience = Patience(10)
    assert patience.verdict(stats(pending=0), 0) == ""
    assert patience.verdict(stats(pending=0), 1e6) == ""
    assert patience.verdict(stats(), 1e6 + 9) == ""


def test_origins_of_events_with_one_id_go_in_order():
    """Of several with the same id the first is meant; one that was not sent is forgotten."""
    origins = Origins(10)
    for line in (1, 2):
        origins.add("x", Origin("f", line))
    origins.add("x", Origin("f", 3))
    origins.forget("x")
    event = {"data": {"idempotence_id": "x"}}
    assert [origins.take(event) for _ in range(3)] == [Origin("f", 1), Origin("f", 2), None]


def test_origins_are_bounded():
    """Only as many are remembered as can wait."""
    origins = Origins(2)
    for line in (1, 2, 3):
        origins.add(f"id{line}", Origin("f", line))
    assert origins.take({"data": {"idempotence_id": "id1"}}) is None
    assert origins.take({"data": {"idempotence_id": "id3"}}) == Origin("f", 3)


def test_failures_are_shown_only_so_often():
    """Five are shown, the rest counted; all go to the file, those without an origin too."""
    shown, file = [], io.StringIO()
    failures = Failures(file, shown.append)
    for line in range(1, 8):
        failures.add(Origin("f", line), "why", given=line)
    failures.add(None, "why", show=False, event={})
    assert (len(shown), failures.hidden) == (5, 2)
    assert json.loads(file.getvalue().splitlines()[-1]) == {
        "source": None,
        "line": None,
        "reason": "why",
        "event": {},
    }
    Failures(None, shown.append).add(None, "why")
    assert shown[-1] == "an event: why"


def result_of(**facts):
    read = Read(**{name: facts.pop(name) for name in list(facts) if hasattr(Read(), name)})
    return Result(
        **{"stats": Stats(delivered=1, requests=1), "seconds": 0.5, "read": read, **facts}
    )


@pytest.mark.parametrize(
    ("facts", "lines"),
    [
        ({}, ["1 event delivered in 1 request and 0.5 s."]),
        ({"log": 2}, ["2 log lines without an event passed over."]),
        ({"unusable": 3}, ["3 invalid, and not sent; --refused FILE keeps them."]),
        ({"stats": Stats(rejected=1200)}, ["1,200 rejected by the API."]),
        ({"undelivered": 1}, ["1 event read and not delivered."]),
        (
            {"broken": "Input/output error", "last": "f:9"},
            ["Reading ended, having read f:9: Input/output error. The rest was not sent."],
        ),
        (
            {"gave_up": "the API answered 403: check api_key, endpoint"},
            [
                "Stopped: the API answered 403: check ZAIUS_API_KEY, --endpoint (or ZAIUS_ENDPOINT). "
                + AGAIN
            ],
        ),
    ],
)
def test_the_summary_says_what_there_is(facts, lines):
    """Each fate has its sentence, in the command's own words, and only if there is something to say."""
    said = list(report(result_of(**facts), file=None, dry_run=False, resumes=True))
    assert said[-1:] == lines
    assert len(said) == 1 + bool(facts)


def test_the_summary_says_where_the_rest_is():
    """The file that has what was not delivered is named; where it is not complete, from where on."""
    said = list(report(result_of(unusable=9), file="r.jsonl", dry_run=False, resumes=True))
    early = result_of(unusable=9, finished=False, gave_up="interrupted", last="f:9")
    (*_, last) = report(early, file="r.jsonl", dry_run=False, resumes=True)
    assert last == "r.jsonl has what was read; what follows f:9 is in no file."
    assert said[-1] == "What was not delivered is in r.jsonl, each with its reason."


def test_the_summary_says_what_running_again_does():
    """A file is gone on with, what came by a pipe gets other ids, and a look at it is run again by nobody's advice."""
    early = result_of(gave_up="interrupted", interrupted=True)
    for dry_run, resumes, said in (
        (False, True, "interrupted. Run the same line again to send the rest: it goes on where"),
        (False, False, "interrupted. What came by a pipe gets other ids when it is sent again"),
        (True, False, "interrupted."),
    ):
        (*_, last) = report(early, file=None, dry_run=dry_run, resumes=resumes)
        assert said in last
        assert ("again" in last) is not dry_run


def test_printing_writes_the_bytes_that_would_be_sent():
    """One line an event, unchanged."""
    out = io.BytesIO()
    transport = PrintingTransport(out)
    assert transport.send([b"{}", b"[]"]) == Delivered()
    transport.after_fork_in_child()
    transport.close()
    assert out.getvalue() == b"{}\n[]\n"
