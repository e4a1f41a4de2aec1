"""The lease in Redis: at most one relay has it, and Redis forgets it unless it is renewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .failures import code_of
from .scripts import ACQUIRE, FENCED, LOOK, RELEASE
from .server import Server

_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Grant:
    """A lease that was granted.

    Attributes:
        token: which every later script compares; each grant has a higher one.
        ages: seconds since the last leader's requests ended; None where it left no note.
    """

    token: str
    ages: Sequence[float] | None


class RedisLease:
    """Asks for a stream's lease, renews it and gives it back. Keeps no state: who has it, Redis knows.

    `acquire`, `renew`, `holds` and `release` are what `zaius_logging.testing.contracts.check_lease` checks.

    Args:
        server: of the stream.
        name: of the relay.
        seconds: that it lasts unless it is renewed.
    """

    def __init__(self, server: Server, name: str, seconds: float) -> None:
        address = server.address
        self.seconds = seconds
        self._server = server
        self._name = name
        self._lease, self._token, self._note = map(address.key, ("lease", "token", "note"))
        self._stream = address.stream
        self._milliseconds = int(seconds * 1000)

    def ask(self) -> Grant | float:
        """Ask for it. Gives the seconds for which another may still have it, if one has.

        Raises:
            Exception: whatever redis-py raises, here and below. See `failures.py`.
        """
        keys = (self._lease, self._token, self._note)
        granted, rest, *now = self._server.run(ACQUIRE, keys, (self._name, self._milliseconds))
        if granted is None:
            return max(0, int(rest)) / 1000
        ages = None if rest is None else [_seconds(now[0] - int(end)) for end in rest.split()]
        return Grant(granted.decode(), ages)

    def look(self, token: str, *, renew: bool) -> int:
        """Say how many events the stream has, and renew the lease with it if asked to.

        Raises:
            Exception: FENCED where another has it, and nothing was changed.
        """
        extend = self._milliseconds if renew else 0
        return int(self._server.run(LOOK, (self._lease, self._stream), (token, extend)))

    def give_back(self, token: str, ages: Sequence[float], keep: float) -> None:
        """Let the next have it at once, with a note of when the last requests ended.

        Args:
            token: of the grant.
            ages: seconds since each of them ended.
            keep: seconds for which they matter.
        """
        micros = [int(age * _MICRO) for age in ages]
        keys = (self._lease, self._note)
        self._server.run(RELEASE, keys, (token, int(keep * 1000) + 1, *micros))

    # As anyone's lease

    def acquire(self) -> str | None:
        """Ask for it. None where another has it."""
        found = self.ask()
        return found.token if isinstance(found, Grant) else None

    def renew(self, token: str) -> bool:
        """Have it for `seconds` more. False where another has it; then nothing has changed."""
        return self._unless_fenced(token, renew=True)

    def holds(self, token: str) -> bool:
        """Whether no other has had it since."""
        return self._unless_fenced(token, renew=False)

    def _unless_fenced(self, token: str, *, renew: bool) -> bool:
        try:
            self.look(token, renew=renew)
        except Exception as error:
            if code_of(error) != FENCED:
                raise
            return False
        return True

    def release(self, token: str) -> None:
        """Give it back, unless another has it."""
        if self.holds(token):
            self.give_back(token, (), 0.0)

    def close(self) -> None:
        """Close the connection. May be called twice."""
        self._server.drop()


def _seconds(micros: int) -> float:
    """Seconds since a request ended. A clock that was set back, or another primary's, may have it end later than now."""
    return max(0, micros) / _MICRO
