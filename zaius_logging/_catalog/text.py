"""A catalogue's file in one style: how values are written, and `fmt`, which rewrites a file and keeps its comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from zaius_logging._errors import ConfigError

from .lines import Statement, statements
from .spec import FIELD, IDENTIFIER, KIND, TOP
from .toml import loads

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ORDER = {name: at for at, name in enumerate((*TOP, *KIND, *FIELD, *IDENTIFIER))}


def value(given: Any) -> str:
    """A value as TOML, on one line."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        if "\\" in given and "'" not in given and given.isprintable():
            return f"'{given}'"  # regular expressions stay readable
        return json.dumps(given, ensure_ascii=False)
    if isinstance(given, Mapping):
        inner = sorted(given.items(), key=lambda pair: _ORDER.get(pair[0], len(_ORDER)))
        pairs = ", ".join(f"{key(name)} = {value(each)}" for name, each in inner)
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(given, (list, tuple)):
        return f"[{', '.join(map(value, given))}]"
    return str(given)


def key(*path: str) -> str:
    """A key as TOML, quoted where it must be."""
    return ".".join(
        each if _BARE.fullmatch(each) else json.dumps(each, ensure_ascii=False) for each in path
    )


def formatted(text: str) -> str:
    """Rewrite a catalogue in one style: fields beside their kind, one a line; comments stay where they are.

    Raises:
        ConfigError: it cannot be done without a change of what the file says.
    """
    lines = "\n".join(_tidy(_lines(text))).strip("\n") + "\n"
    try:
        same = loads(lines) == loads(text)
    except ValueError:
        same = False
    if not same:
        raise ConfigError(
            "catalog", "cannot be put in order: write the tables of a kind one after the other"
        )
    return lines


def _lines(text: str) -> Iterator[str]:
    opened: tuple[str, ...] = ()
    above = ""  # a comment right above a table belongs to it
    for each in statements(text):
        if each.kind == "text":
            yield each.value
            above = each.value
            continue
        home = each.table[:2] if each.table[:1] in (("kind",), ("shape",)) else each.table
        if home != opened:
            opened = home
            if not above:
                yield ""
            comment = each.comment if each.kind == "table" and each.table == home else ""
            yield _with(f"[{key(*home)}]", comment)
            if each.kind == "table" and each.table != home and each.comment:
                yield each.comment
        elif each.kind == "table" and each.comment:
            yield each.comment
        above = ""
        if each.kind == "value":
            yield from _value_lines(each, each.table[len(home) :])


def _value_lines(each: Statement, above: tuple[str, ...]) -> Iterator[str]:
    if "\n" in each.value and "#" in each.value:  # a list with comments inside stays as it is
        yield _with(f"{key(*above, *each.path)} = {each.value}", each.comment)
        return
    given = loads(f"x = {each.value}")["x"]
    path = (*above, *each.path)
    if path == ("fields",) and isinstance(given, dict):
        for name, spec in given.items():
            yield f"{key(*path, name)} = {value(spec)}"
        if each.comment:
            yield each.comment
        return
    yield _with(f"{key(*path)} = {value(given)}", each.comment)


def _with(line: str, comment: str) -> str:
    return f"{line}  {comment}" if comment else line


def _tidy(lines: Iterator[str]) -> Iterator[str]:
    """No two blank lines, and none between a table and what is in it."""
    blank = head = False
    for line in lines:
        if not line:
            blank = True
            continue
        if blank and not (head and not line.startswith("[")):
            yield ""
        yield line
        blank, head = False, line.startswith("[")
