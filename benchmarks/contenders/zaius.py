"""Ours: with orjson, with the standard json, and with events on disk."""

import tempfile
from types import MappingProxyType

import zaius_logging
from zaius_logging import _build
from zaius_logging._event import encode as _encode

from . import Contender


class Zaius(Contender):
    name = "zaius_logging"
    settings = MappingProxyType({})

    def handler(self, sink):
        handler = zaius_logging.ZaiusHandler(
            api_key="any", endpoint=sink.url, close_timeout=60.0, **self.settings
        )
        self.stats, self.flush = handler.stats, handler.flush
        return handler

    def finish(self):
        self._handler.close()


class ZaiusJson(Zaius):
    name = "zaius_logging, standard json"

    def handler(self, sink):
        _build.dumper = lambda: _encode.dumper(fast=False)
        return super().handler(sink)


class ZaiusSpool(Zaius):
    name = "zaius_logging, spool_dir"
    sync = "interval"

    def handler(self, sink):
        self._directory = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.settings = {"spool_dir": self._directory.name, "spool_sync": self.sync}
        return super().handler(sink)

    def finish(self):
        super().finish()
        self._directory.cleanup()


class ZaiusAlways(ZaiusSpool):
    name = "zaius_logging, spool_dir, always"
    slow = True
    sync = "always"
