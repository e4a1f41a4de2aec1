"""The standard library's own way off the caller's thread, doing nothing there."""

import logging
import queue
from logging.handlers import QueueHandler, QueueListener

from . import Contender


class Queue(Contender):
    name = "QueueHandler + QueueListener, doing nothing"
    delivers = False

    def handler(self, sink):  # noqa: ARG002
        waiting = queue.Queue()
        self._listener = QueueListener(waiting, logging.NullHandler())
        self._listener.start()
        return QueueHandler(waiting)

    def finish(self):
        self._listener.stop()
