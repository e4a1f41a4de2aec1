"""The state of a sandbox: rules, store and faults. It stays when the server restarts."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zaius_logging.sandbox._coverage import Coverage
from zaius_logging.sandbox._fault_document import parse
from zaius_logging.sandbox._faults import Faults
from zaius_logging.sandbox._judging import rules_of
from zaius_logging.sandbox._kept_file import KeptFile
from zaius_logging.sandbox._options import complete
from zaius_logging.sandbox._store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zaius_logging.sandbox._judging import Check, Rules


@dataclass(frozen=True, slots=True)
class Core:
    """The state of a sandbox.

    Attributes:
        rules: How events are judged, and the options that say so.
        store: What is kept.
        faults: What goes wrong on purpose.
        kept_file: Keeps all in a file; None for memory only.
        run: A name of its own, so that a page knows it again.
        wall: Gives epoch seconds, for people.
        monotonic: Gives seconds that never jump, for faults.
    """

    rules: Rules
    store: Store
    faults: Faults
    kept_file: KeptFile | None = None
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic

    def set_faults(self, document: object) -> list[dict[str, Any]]:
        """Put the faults of a document in force.

        Raises:
            FaultError: It says something that it may not.
        """
        self.faults.set(parse(document), self.monotonic())
        return self.fault_documents()

    def fault_documents(self) -> list[dict[str, Any]]:
        """Show the faults in force."""
        return self.faults.documents(self.monotonic())

    def info(self) -> dict[str, Any]:
        """Give the options in force, for the page."""
        return {
            "run": self.run,
            "capacity": self.store.capacity,
            "strict": self.rules.options["strict"],
            "partial": self.rules.options["partial"],
            "key_known": self.rules.options["key"] is not None,
            "keep": None if self.kept_file is None else self.kept_file.name,
            "trouble": self.trouble,
            "catalog": None if self.store.coverage is None else self.store.coverage.title,
        }

    @property
    def trouble(self) -> str | None:
        """A problem of the sandbox itself, such as a file that cannot be written; None if there is none."""
        return None if self.kept_file is None else self.kept_file.trouble


def make_core(given: Mapping[str, Any], check: Check | None = None) -> Core:
    """Build a core.

    Args:
        given: Options.
        check: Says what in an event does not fit the catalogue; None for nobody who knows.

    Raises:
        TypeError: There is no option of that name.
        SandboxError: An option has a value that it cannot have.
        FaultError: `faults` says something that it may not.
    """
    options = complete(given)
    chance = random.Random(options["seed"]).random  # noqa: S311 - shares of faults are no secret
    catalog = options["catalog"]
    coverage = None if catalog is None else Coverage(catalog)
    store = Store(options["capacity"], options["max_bytes"], coverage)
    keep, faults = options["keep"], options["faults"]
    kept_file = None if keep is None else KeptFile(keep, store)
    core = Core(rules_of(options, check), store, Faults(chance), kept_file)
    core.set_faults([] if faults is None else faults)
    return core


@dataclass(slots=True)
class Wakeup:
    """Wakes the tasks that wait for a change in the sandbox."""

    _event: asyncio.Event = field(default_factory=asyncio.Event)
    #: Set when the server stops: every wait ends.
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Wake all waiting tasks."""
        self._event.set()
        self._event = asyncio.Event()

    def close(self) -> None:
        """Wake all waiting tasks, and let none wait again."""
        self.closing.set()
        self.wake()

    async def wait(self, timeout: float) -> None:
        """Wait for the next change, at most `timeout` seconds."""
        await _within(self._event, timeout)

    async def pause(self, seconds: float) -> None:
        """Wait for some seconds, or until the server stops."""
        if seconds > 0:
            await _within(self.closing, seconds)


async def _within(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


async def wait_for_events(store: Store, wakeup: Wakeup, count: int, seconds: float) -> bool:
    """Wait until so many events were taken since the start or the last `clear`.

    Returns:
        Whether they were.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while store.stats()["events"] < count:
        left = deadline - loop.time()
        if left <= 0 or wakeup.closing.is_set():
            return False
        await wakeup.wait(left)
    return True
