"""logging.LoggerAdapter, and what its `extra` does to an event."""

import logging
import sys

import pytest

EVENT = {"zaius": {"type": "order", "action": "purchase", "identifiers": {"email": "a@b.c"}}}


def test_an_adapter_hides_the_event_of_the_call(sink):
    """The trap that the docs warn of: an adapter's extra takes the place of the call's."""
    logging.LoggerAdapter(sink.logger, {"request_id": "7"}).info("bought", extra=EVENT)
    assert sink.events == []


@pytest.mark.skipif(sys.version_info < (3, 13), reason="merge_extra is new in Python 3.13")
def test_merge_extra_keeps_it(sink):
    """From 3.13 on `merge_extra=True` keeps both."""
    adapter = logging.LoggerAdapter(sink.logger, {"request_id": "7"}, merge_extra=True)
    adapter.info("bought", extra=EVENT)
    assert len(sink.events) == 1


def test_an_adapter_without_extra_keeps_it(sink):
    """An adapter that carries the event itself works as ever."""
    logging.LoggerAdapter(sink.logger, EVENT).info("bought")
    assert len(sink.events) == 1
