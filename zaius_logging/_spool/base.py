"""Where events wait, in order, as opaque bytes.

A spool knows neither events nor JSON. `append` may be called from any thread and inside a signal
handler; everything else is called by one thread, the listener's, or by who closes or forks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol


class Maintenance(NamedTuple):
    """What changed in a spool without the listener's doing, since it last asked.

    Attributes:
        found: items that came in from elsewhere and now stand at the front.
        found_size: their bytes.
        lost: items that had been taken and cannot be given back, nor altered ones in their place.
        lost_size: their bytes.
        wait: seconds until the spool wants to be tended again.
    """

    found: int = 0
    found_size: int = 0
    lost: int = 0
    lost_size: int = 0
    wait: float = math.inf


QUIET = Maintenance()


class Spool(Protocol):
    """What the listener needs of a place to wait in."""

    durable: bool
    """Whether what is left at close is still there at the next start."""

    @property
    def shared(self) -> bool:
        """Whether `maintain` may bring items in from elsewhere, and is to be asked though nobody appends."""
        ...

    @property
    def degraded(self) -> bool:
        """Whether a durable spool keeps events in memory for now, because its disk fails it."""
        ...

    appended: int
    """Items that `append` has taken, ever: it never falls. Raised before the item can be peeked, and
    plain to read: whoever reads it waits for no lock."""

    appended_size: int
    """Their bytes, likewise; raised together with `appended`."""

    @property
    def size(self) -> int:
        """Bytes of the items that wait."""
        ...

    def append(self, item: bytes) -> bool:
        """Put an item at the end. False where there is no room; then nothing has changed."""
        ...

    def peek(self, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The (id, item) pairs at the front, in order: at most so many, but at least one if any."""
        ...

    def remove(self, ids: Iterable[int]) -> None:
        """Forget delivered items."""
        ...

    def dead_letter(self, reasons: Mapping[int, str]) -> None:
        """Put items aside for good, each with its reason."""
        ...

    def expired(self, max_age: float) -> list[tuple[int, bytes]]:
        """Pairs at the front that were appended more than `max_age` seconds ago; not always all."""
        ...

    def __len__(self) -> int:
        """How many items wait."""
        ...

    def after_fork_in_child(self) -> None:
        """Forget what was inherited: in a forked child, these items are the parent's."""
        ...

    def close(self) -> None:
        """Let go of files and the like. May be called twice."""
        ...

    def preserve(self) -> list[bytes]:
        """Make what waits outlive the process, as far as that can be.

        Returns:
            The items that will not, in order: the caller counts them as dropped. From here on
            `append` takes only what will.
        """
        ...

    def maintain(self) -> Maintenance:
        """Do what is due. Asked by the listener before each batch, so cheap when nothing is."""
        ...

    def before_fork(self) -> None:
        """Before a fork: let go of all that must not be inherited, and let no thread in."""
        ...

    def after_fork_in_parent(self) -> None:
        """After a fork, in the parent: let them in again."""
        ...
