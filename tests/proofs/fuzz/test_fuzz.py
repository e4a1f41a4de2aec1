"""The inputs that the fuzzer kept, each given to its target again; and controls that the same inputs must find."""

import io

import pytest
import reader
import targets

from zaius_logging import Rejected
from zaius_logging.cli.reading.json_stream import read_json

pytestmark = pytest.mark.timeout(600)


def inputs(name):
    return [*targets.beginnings(name), *targets.kept(name)]


def give(name, **settings):
    for each in inputs(name):
        targets.TARGETS[name](each, **settings)


@pytest.mark.parametrize("name", targets.TARGETS)
def test_what_was_kept_breaks_nothing(name):
    """Each of these was new to the fuzzer once, or broke a promise."""
    give(name)


def test_an_answer_that_is_misread_is_noticed():
    """The control: an event is rejected that was not in the batch."""
    with pytest.raises(AssertionError):
        give("answers", meaning=lambda *_, now: Rejected({targets.COUNT: "no"}))


def test_a_transport_that_raises_is_noticed(monkeypatch):
    """The control: an answer that is no HTTP reaches the caller as an exception."""
    monkeypatch.setattr(targets, "_server", [Raising()])
    with pytest.raises(ValueError, match="status"):
        targets.connections(b"no HTTP")


class Raising:
    answer = b""

    @property
    def transport(self):
        return self

    def send(self, items):
        raise ValueError("no status line")


def test_a_reader_that_trusts_each_line_is_noticed(monkeypatch):
    """The control: what damage left is taken for an event."""
    monkeypatch.setattr(reader, "sound", lambda line: line.startswith(b'{"s"') and len(line) > 68)
    with pytest.raises((AssertionError, ValueError)):
        give("journal")


def test_a_reader_that_stops_at_a_short_read_is_noticed():
    """The control: a pipe gives some bytes at a time."""

    def hasty(stream, source):
        return read_json(io.BufferedReader(io.BytesIO(stream.read1(64))), source)

    with pytest.raises(AssertionError):
        give("files", read=hasty)
