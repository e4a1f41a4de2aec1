"""A pytest plugin: the fixture `zaius_events` captures what would be sent, without a network.

    def test_a_purchase_is_reported(zaius_events):
        buy("a book")
        zaius_events.assert_sent("order", "purchase", data={"order": {"total": 9.9}})

Every `ZaiusHandler` of the process delivers into the fixture, those that the test configures included;
where none sees a record, one on the root logger does. At the end of the test an event that was
invalid fails it, and so does one that does not fit the catalogue, or was made and never logged. Nothing is changed for a test that does not use the fixture.

pytest finds the plugin by itself, under the name `zaius_logging`: `-p no:zaius_logging` turns it off. At its
start pytest then imports the package as `import zaius_logging` does, without requests, sqlite3 or asyncio.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .testing._capture import ZaiusEvents
    from .testing._right import Right

__all__ = ["ZaiusEvents", "zaius_events"]

_MARKER = (
    "zaius(level='INFO', identifiers=None, data=None, attribute='zaius', allow_invalid=False, "
    "catalog=None, allow_unknown=False, allow_unlogged=False): options of the fixture zaius_events: the "
    "root logger's level, the defaults that ZaiusHandler has where you configure it, whether invalid events "
    "fail the test, the catalogue that events are judged by, and whether events that do not fit it (a "
    "wrong form of an identifier apart, which is invalid), or were made and never logged, fail the test"
)
_COVERAGE = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the catalogue and the options of its coverage."""
    group = parser.getgroup("zaius_logging")
    group.addoption(
        "--zaius-coverage",
        action="store_true",
        help="tell which kinds and fields of the catalogue the tests with zaius_events have logged",
    )
    group.addoption(
        "--zaius-coverage-fail-under",
        type=float,
        metavar="PERCENT",
        help="fail where fewer of its kinds and fields were logged",
    )
    parser.addini("zaius_catalog", "catalogue that zaius_events judges by: standard, or a path")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)
    if _is_counting(config):
        config.stash[_COVERAGE] = {}  # name of a catalogue -> its coverage


def _is_counting(config: pytest.Config) -> bool:
    return bool(
        config.getoption("--zaius-coverage")
        or config.getoption("--zaius-coverage-fail-under") is not None
    )


@pytest.fixture
def zaius_events(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ZaiusEvents]:
    """Capture what `ZaiusHandler` would send during the test."""
    from .testing._capture import Options, capturing
    from .testing._right import watching

    options = Options()
    for marker in reversed([*request.node.iter_markers("zaius")]):  # the closest has the last word
        if marker.args:
            raise pytest.UsageError(f"the marker zaius takes keywords only: {_MARKER}")
        try:
            options = options.with_(**marker.kwargs)
        except TypeError as error:
            raise pytest.UsageError(f"the marker zaius: {error}. It is {_MARKER}") from None
    catalog = options.catalog or request.config.getini("zaius_catalog") or None
    with (
        watching(catalog, request.config.rootpath, monkeypatch) as right,
        capturing(options, monkeypatch) as events,
    ):
        yield events
        logged = events.events
    coverage = _coverage_of(request.config, right)
    problems = [
        events.report_invalid() if events.invalid and not options.allow_invalid else "",
        "" if options.allow_unlogged else right.report_unlogged(),
        right.judge(
            logged,
            coverage,
            events.made_invalid(),
            allow_unknown=options.allow_unknown,
            allow_invalid=options.allow_invalid,
        ),
    ]
    if any(problems):
        pytest.fail("\n".join(filter(None, problems)), pytrace=False)


def _coverage_of(config: pytest.Config, right: Right) -> Any:
    if right.catalogue is None or not _is_counting(config):
        return None
    from ._catalog.coverage import Coverage

    known: dict[str, Coverage] = config.stash[_COVERAGE]
    name = f"{right.catalogue.name} {right.catalogue.digest}"
    return known.setdefault(name, Coverage(right.catalogue))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under xdist a worker hands its counts in; alone, or in the main process, too little fails the run."""
    config = session.config
    if _COVERAGE not in config.stash:
        return
    handed = getattr(config, "workeroutput", None)
    if handed is not None:
        handed["zaius_coverage"] = [each.counts() for each in config.stash[_COVERAGE].values()]
        return
    if _too_little(config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _too_little(config: pytest.Config) -> str:
    """Why the coverage fails the run; blank where it does not."""
    least = config.getoption("--zaius-coverage-fail-under")
    if least is None or config.getoption("collectonly"):
        return ""
    seen = min((each.percent for each in config.stash[_COVERAGE].values()), default=0.0)
    return f"FAILED: {seen:.1f} % is under {least:g} %" if seen < least else ""


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the counts of a worker of xdist."""
    from ._catalog.coverage import Coverage
    from ._catalog.read import catalogue

    known: dict[str, Coverage] = node.config.stash.get(_COVERAGE, {})
    for counts in getattr(node, "workeroutput", {}).get("zaius_coverage", ()):
        name = f"{counts['name']} {counts['digest']}"
        if name not in known:
            known[name] = Coverage(catalogue(counts["path"]))
        known[name].add_counts(counts)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Tell the coverage of each catalogue."""
    known = config.stash.get(_COVERAGE, None)
    if known is None:
        return
    terminalreporter.section("coverage of the catalogue")
    for each in known.values():
        for line in each.lines():
            terminalreporter.line(line)
    if not known:
        terminalreporter.line("no test with zaius_events had a catalogue: set zaius_catalog")
    if problem := _too_little(config):
        terminalreporter.line(problem, red=True)


def __getattr__(name: str) -> Any:
    """`ZaiusEvents`, the type of the fixture, for annotations: loaded by who asks for it."""
    if name == "ZaiusEvents":
        from .testing._capture import ZaiusEvents

        return ZaiusEvents
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
