"""Coverage of a catalogue, as lines for a terminal; and a catalogue as the sandbox takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from zaius_logging._catalog.check import findings
from zaius_logging._catalog.model import Catalogue
from zaius_logging._catalog.read import catalogue
from zaius_logging._errors import ConfigError

from .problems import JobError


def load(where: str) -> tuple[dict[str, Any], Callable[[Mapping[str, Any]], Any]]:
    """Read a catalogue for the sandbox, which itself knows nothing of such files.

    Args:
        where: `standard`, the path of an `events.toml`, or `package:events.toml`.

    Returns:
        The catalogue as plain data with the file's text, and what judges an event by it.

    Raises:
        JobError: it cannot be read, or is wrong: with file, line and what to do.
    """
    try:
        read = catalogue(where)
    except ConfigError as error:
        raise JobError(str(error)) from None
    path = Path(where)
    text = path.read_text("utf-8") if read.source and path.is_file() else ""
    return {**read.plain(), "text": text}, lambda event: judge(read, event)


def judge(read: Catalogue, event: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Say what in an event does not fit: grade, path, and a message that names the catalogue's line."""
    for found in findings(read, event):
        place = f" ({read.place(found.line)})" if found.line else ""
        yield found.grade, found.path, f"{found.path}: {found.problem}{place}"


def table(coverage: Mapping[str, Any]) -> Iterator[str]:
    """Give the lines of a coverage: kinds with what came of them, fields that never came, strangers."""
    title = " ".join(filter(None, (coverage["name"], coverage["version"])))
    yield (
        f"Catalogue {title}: {coverage['kinds_seen']} of {coverage['kinds_total']} kinds seen · "
        f"{coverage['fields_seen']} of {coverage['fields_total']} fields · "
        f"{len(coverage['unknown'])} kinds unknown"
    )
    for kind in coverage["kinds"]:
        where = f"  {coverage['source']}:{kind['line']}" if kind["line"] else ""
        yield f"  {kind['name']:<30} {kind['count']:>7}  {_fates(kind)}{where}"
        if kind["count"]:
            yield from (
                f"     {each['name']:<27}       0  never seen"
                for each in kind["fields"]
                if not each["count"]
            )
        for name, count in kind["unknown_fields"].items():
            yield f"     {name:<27} {count:>7}  unknown"
    for each in coverage["unknown"]:
        hint = f": {each['nearest']}?" if each["nearest"] else ""
        yield f"  {each['name']:<30} {each['count']:>7}  unknown{hint}"


def _fates(kind: Mapping[str, Any]) -> str:
    if not kind["count"]:
        return "never seen"
    words = [f"{kind[fate]} {fate}" for fate in ("ok", "warned", "rejected") if kind[fate]]
    return ", ".join([*words, *(["deprecated"] if kind["deprecated"] else [])])
