"""The floor: a call to logging that does nothing."""

import logging

from . import Contender


class Floor(Contender):
    name = "logging with a NullHandler"
    delivers = False

    def handler(self, sink):  # noqa: ARG002
        return logging.NullHandler()
