"""What a spool is: a place where encoded events wait until the API has answered for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol


class Waiting(NamedTuple):
    """What a spool holds, as of one moment.

    Attributes:
        count: items that wait.
        size: their bytes, as they stand there.
        found: items that came from elsewhere (left from before, adopted), over this object's life.
        lost: items that were taken and can never be given back, over this object's life.
        more: whether some that were left from before are not counted yet.
        stored: items on disk that are another process's to send; they do not wait here.
        stored_size: their bytes.
    """

    count: int  # type: ignore[assignment]  # hides tuple's method of that name
    size: int
    found: int = 0
    lost: int = 0
    more: bool = False
    stored: int = 0
    stored_size: int = 0


class Spool(Protocol):
    """What the listener needs of a place to wait in.

    Appending happens in the application's threads and signal handlers; one thread at a time does all
    that takes items out or looks after files.
    """

    durable: bool
    """Whether what is left at the end of the process is still there at the next start."""

    @property
    def shared(self) -> bool:
        """Whether `maintain` may bring items in from elsewhere, and is to be called though nobody appends."""
        ...

    @property
    def degraded(self) -> bool:
        """Whether a durable spool keeps events in memory for now, because its disk fails it."""
        ...

    def append(self, item: bytes) -> bool:
        """Put an item at the end. False where there is no room; then nothing has changed.

        Any thread and any signal handler calls it, also one that interrupts it, and it waits for no
        lock. It opens what it needs: a closed spool works on at the next append.
        """
        ...

    def peek(self, max_count: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The (id, item) pairs at the front, in order: at most so many, but at least one if any.

        The ids of one process's own items rise in this order.
        """
        ...

    def remove(self, ids: Iterable[int]) -> None:
        """Forget delivered items. Ids that are not there are passed over."""
        ...

    def dead_letter(self, reasons: Mapping[int, str], fate: str) -> None:
        """Remove items for good, and keep them for people where the spool can.

        Args:
            reasons: id -> why. Ids that are not there are passed over.
            fate: `rejected` or `expired`.
        """
        ...

    def expired(self, max_age: float) -> list[tuple[int, bytes]]:
        """Pairs at the front that were appended more than `max_age` seconds ago; not always all."""
        ...

    def waiting(self) -> Waiting:
        """What waits now. Cheap, for any thread."""
        ...

    def perishable(self) -> list[bytes]:
        """The items that would not outlive the process: in memory all, on a sound disk none."""
        ...

    def maintain(self) -> float:
        """Do what is due: sync, adopt, make room. Called before each batch, so cheap when nothing is.

        Returns:
            Seconds until it wants to be called again; may be infinite.
        """
        ...

    def after_fork_in_child(self) -> None:
        """In a forked child: forget all that was inherited. These items are the parent's."""
        ...

    def close(self) -> None:
        """Let go of files, threads and the like. May be called at any time, and twice.

        The next append or peek opens again. Nothing that waits is lost by it.
        """
        ...
