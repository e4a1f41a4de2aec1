"""A pytest plugin: the fixture `zaius_events` captures what would be sent, without a network.

    def test_a_purchase_is_reported(zaius_events):
        buy("a book")
        zaius_events.assert_sent("order", "purchase", data={"order": {"total": 9.9}})

Every `ZaiusHandler` of the process delivers into the fixture, those that the test configures included;
where none sees a record, one on the root logger does. At the end of the test an event that was
invalid fails it. Nothing is changed for a test that does not use the fixture.

pytest finds the plugin by itself, under the name `zaius_logging`: `-p no:zaius_logging` turns it off. At its
start pytest then imports the package as `import zaius_logging` does, without requests, sqlite3 or asyncio.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .testing._capture import ZaiusEvents

__all__ = ["ZaiusEvents", "zaius_events"]

_MARKER = (
    "zaius(level='INFO', identifiers=None, data=None, attribute='zaius', allow_invalid=False): options of "
    "the fixture zaius_events: the root logger's level, the defaults that ZaiusHandler has where you "
    "configure it, and whether invalid events fail the test"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def zaius_events(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ZaiusEvents]:
    """Capture what `ZaiusHandler` would send during the test."""
    from .testing._capture import Options, capturing

    options = Options()
    for marker in reversed([*request.node.iter_markers("zaius")]):  # the closest has the last word
        if marker.args:
            raise pytest.UsageError(f"the marker zaius takes keywords only: {_MARKER}")
        try:
            options = options.with_(**marker.kwargs)
        except TypeError as error:
            raise pytest.UsageError(f"the marker zaius: {error}. It is {_MARKER}") from None
    with capturing(options, monkeypatch) as events:
        yield events
    if events.invalid and not options.allow_invalid:
        pytest.fail(events.report_invalid(), pytrace=False)


def __getattr__(name: str) -> Any:
    """`ZaiusEvents`, the type of the fixture, for annotations: loaded by who asks for it."""
    if name == "ZaiusEvents":
        from .testing._capture import ZaiusEvents

        return ZaiusEvents
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
