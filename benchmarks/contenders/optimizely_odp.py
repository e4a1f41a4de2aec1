"""Optimizely's own Python SDK: its manager of ODP events. It makes no LogRecord."""

from optimizely.odp.odp_config import OdpConfig
from optimizely.odp.odp_event_manager import OdpEventManager

from benchmarks.event import EVENT, sends

from . import Contender


class OptimizelyODP(Contender):
    name = "optimizely-sdk, OdpEventManager"
    slow = True

    def __init__(self, sink):
        self._manager = OdpEventManager()
        self._manager.event_queue.maxsize = 0  # its default of 1,000 would drop most of a burst
        self._manager.start(OdpConfig("any", sink.url, ["any"]))
        self.run = sends(self._call)

    def _call(self):
        self._manager.send_event(**EVENT)

    def finish(self):
        self._manager.stop()
