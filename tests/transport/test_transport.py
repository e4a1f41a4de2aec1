"""The stub transport: what it was given, and what it answers."""

from zaius_logging import Delivered, Rejected, Retry, StubTransport, ZaiusHandler


def test_it_keeps_batches_as_they_were_sent():
    """Every batch is kept, delivered or not; `events` are the delivered ones, in order."""
    stub = StubTransport([Retry("busy"), Rejected({0: "no"}), Delivered()])
    assert stub.send([b'{"n":1}', b'{"n":2}']) == Retry("busy")
    assert stub.send([b'{"n":1}', b'{"n":2}']) == Rejected({0: "no"})
    assert stub.send([b'{"n":2}']) == Delivered()
    assert stub.batches == [[{"n": 1}, {"n": 2}], [{"n": 1}, {"n": 2}], [{"n": 2}]]
    assert stub.events == [{"n": 2}]


def test_when_its_answers_are_used_up_it_delivers():
    """A test scripts the trouble; afterwards all goes well."""
    stub = StubTransport(iter([Retry("busy")]))
    assert [stub.send([b"{}"]) for _ in range(3)] == [Retry("busy"), Delivered(), Delivered()]


def test_its_events_are_a_copy():
    """What a test does to the list does not change what was delivered."""
    stub = StubTransport()
    stub.send([b"{}"])
    stub.events.clear()
    assert stub.events == [{}]


def test_reset_and_close_lose_nothing():
    """A forked child and a closed handler can still read what was sent before."""
    stub = StubTransport()
    stub.send([b'{"n":1}'])
    stub.after_fork_in_child()
    stub.close()
    stub.close()
    assert stub.batches == [[{"n": 1}]]
    assert list(stub.loggers) == []


def test_its_repr_counts():
    """A failing test shows how far it came."""
    stub = StubTransport([Retry("busy")])
    stub.send([b"{}"])
    stub.send([b"{}", b"{}"])
    assert repr(stub) == "<StubTransport 2 batches, 2 events>"


class Nonsense(StubTransport):
    """Answers what is no outcome, as a transport of somebody's own may."""

    def send(self, items):
        super().send(items)


def test_an_answer_that_is_no_outcome_is_asked_for_again_after_a_wait(attach, capsys, cart):
    """Nothing is lost and nothing spins: the batch waits as after any failure."""
    transport = Nonsense()
    handler = ZaiusHandler(transport=transport, close_timeout=0.1)
    attach(handler).info("cart", extra={"zaius": cart})
    assert handler.flush(0.3) is False
    assert handler.stats().pending == 1
    assert 1 <= len(transport.batches) < 50
    assert "settling a batch failed" in capsys.readouterr().err
