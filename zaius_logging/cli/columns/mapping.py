"""Rows -> events, by what the options say. Pure."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zaius_logging.cli.problems import MappingError, RowError

from .paths import Path, build, check_paths, parse_path
from .spec import LINE, Spec, parse_constant_or_template, parse_spec

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the columns of a file mean.

    Attributes:
        type: of the events.
        action: of the events.
        identifiers: name and where it comes from.
        data: place in data and where it comes from.
        constants: place in data and the value that every event has there.
    """

    type: Spec
    action: Spec
    identifiers: tuple[tuple[str, Spec], ...]
    data: tuple[tuple[Path, Spec], ...]
    constants: tuple[tuple[Path, Any], ...] = ()

    def check(self, header: Sequence[str], source: str) -> None:
        """See that a file has all columns that are asked of it.

        Raises:
            MappingError: it has not, or has one twice.
        """
        specs = [self.type, self.action]
        specs += [spec for _, spec in self.identifiers]
        specs += [spec for _, spec in self.data]
        for spec in specs:
            for column in spec.columns:
                if header.count(column) > 1:
                    raise MappingError(f"{source} has more than one column '{column}'")
                if column not in header and column != LINE:
                    raise MappingError(_no_column(column, spec.target, header, source))

    def event(self, header: Sequence[str], row: Sequence[str], line: int) -> dict[str, Any]:
        """Make a row's event.

        Args:
            header: the names of the columns, checked.
            row: the cells.
            line: the number of the row's line in the file.

        Raises:
            RowError: the row has not as many cells as there are columns, or one cannot be converted.
        """
        if len(row) != len(header):
            raise RowError(f"has {_cells(len(row))}, and the header has {len(header)}")
        cells = {LINE: str(line), **dict(zip(header, map(str.strip, row), strict=True))}
        data = [(path, spec.value(cells)) for path, spec in self.data]
        return {
            "type": self.type.value(cells),
            "action": self.action.value(cells),
            "identifiers": {name: spec.value(cells) for name, spec in self.identifiers},
            "data": build(
                [*self.constants, *((path, value) for path, value in data if value is not None)]
            ),
        }


def parse_mapping(
    *,
    type_: str | None,
    action: str | None,
    identifiers: Sequence[str],
    data: Sequence[str],
    constants: Sequence[str],
) -> Mapping:
    """Read the options that say what columns mean.

    Args:
        type_: `--type`.
        action: `--action`.
        identifiers: each `--identifier`: `NAME` or `NAME=COLUMN`.
        data: each `--data`: `COLUMN` or `FIELD=COLUMN[:TYPE]`.
        constants: each `--set`: `FIELD=VALUE`.

    Raises:
        MappingError: naming the option.
    """
    if not type_ or not action or not identifiers:
        missing = [
            option
            for option, given in (
                ("--type", type_),
                ("--action", action),
                ("--identifier", identifiers),
            )
            if not given
        ]
        raise MappingError(f"say what the columns of CSV mean: {', '.join(missing)} missing")
    fields = [_pair("--data", each) for each in data]
    values = [_set(each) for each in constants]
    paths = [(name, parse_path(name)) for name, _ in [*values, *fields]]
    check_paths(paths)
    return Mapping(
        parse_constant_or_template("--type", type_),
        parse_constant_or_template("--action", action),
        tuple(_identifiers(identifiers)),
        tuple((parse_path(name), parse_spec(f"data.{name}", spec)) for name, spec in fields),
        tuple((parse_path(name), value) for name, value in values),
    )


def _identifiers(options: Sequence[str]) -> list[tuple[str, Spec]]:
    found: dict[str, Spec] = {}
    for each in options:
        name, column = _pair("--identifier", each)
        spec = parse_spec(f"identifiers.{name}", column)
        if spec.type != "text":
            raise MappingError(
                f"--identifier {name}: identifiers are text, leave ':{spec.type}' out"
            )
        if name in found:
            raise MappingError(f"--identifier {name} is given twice")
        found[name] = spec
    return list(found.items())


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, column = text.partition("=")
    name = name.strip()
    if not name:
        raise MappingError(f"{option} '{text}': write it like NAME=COLUMN")
    return name, column if equals else name


def _set(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise MappingError(f"--set '{text}': write it like FIELD=VALUE")
    try:
        return name.strip(), json.loads(value)
    except (ValueError, RecursionError):
        return name.strip(), value


def _no_column(column: str, target: str, header: Sequence[str], source: str) -> str:
    near = difflib.get_close_matches(column, header, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else "."
    more = f" and {len(header) - _SHOWN} more" if len(header) > _SHOWN else ""
    return (
        f"{source} has no column '{column}' (for {target}){hint} "
        f"Its columns are: {', '.join(header[:_SHOWN])}{more}"
    )


def _cells(count: int) -> str:
    return f"{count} cell{'' if count == 1 else 's'}"
