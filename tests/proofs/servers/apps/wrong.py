"""A server with one thing wrong: the controls. `python -m wrong global uvicorn …` runs `python -m uvicorn …`

| how | what is wrong |
|---|---|
| global | what is bound is kept in one place for all, as in a module's global |
| first | what was bound first stays, as where nobody takes it back |
| drain | nothing is sent at the end, as by handlers that know nothing of it |
"""

import logging
import runpy
import sys

import zaius_logging
from zaius_logging._event.context import NOTHING, current


class Global:
    """A ContextVar that knows no context."""

    def __init__(self):
        self._value = NOTHING

    def get(self):
        """Whatever anybody has set last."""
        return self._value

    def set(self, value):
        """Set it for everybody. Returns what was there, to be set again."""
        before, self._value = self._value, value
        return before

    def reset(self, before):
        """Set what was there."""
        self.set(before)


class First(Global):
    """And that keeps what came first."""

    def set(self, value):
        """Set it, once: the first that names a customer (a task begins with a binding that is empty)."""
        if not self._value.identifiers:
            self._value = value


def keep_in(wrong):
    """Let the whole package keep what is bound in `wrong`."""
    for name, module in list(sys.modules.items()):
        if name.startswith("zaius_logging") and getattr(module, "current", None) is current:
            module.current = wrong


match sys.argv.pop(1):
    case "global":
        keep_in(Global())
    case "first":
        keep_in(First())
    case "drain":
        zaius_logging.ZaiusHandler.flush = lambda *_: True
        zaius_logging.ZaiusHandler.close = logging.Handler.close
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
