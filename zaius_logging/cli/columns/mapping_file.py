"""Mapping files: what the options say of columns, in TOML."""

from __future__ import annotations

import json
from collections.abc import Mapping as Map
from contextlib import suppress
from dataclasses import fields
from importlib import import_module
from pathlib import Path as File
from typing import Any

from zaius_logging.cli.problems import MappingError

from .options import Columns, pair

SHIPPED = tuple(
    f"{shop}{what}" for shop in ("shopify", "woocommerce", "stripe") for what in ("", "-refunds")
)
"""Mappings that come with the package."""

_TABLES = {"identifier": "identifiers", "data": "data", "items": "items"}
_LISTS = ("where", "kind", "map", "set")


def load(name: str) -> Columns:
    """Read a mapping file, or one that comes with the package.

    Raises:
        MappingError: it cannot be read, or has a name that means nothing.
    """
    try:
        text = _shipped(name) if name in SHIPPED else File(name).read_text("utf-8")
        read = _toml(text)
    except OSError as error:
        known = ", ".join(SHIPPED)
        raise MappingError(f"--mapping {name}: {error.strerror}; shipped are {known}") from None
    except ValueError as error:
        raise MappingError(f"--mapping {name} is not TOML: {error}") from None
    return _columns_of(name, read)


def _shipped(name: str) -> str:
    from importlib import resources  # which takes as long to load as all of this

    return resources.files("zaius_logging.cli.columns").joinpath(f"{name}.toml").read_text("utf-8")


def _toml(text: str) -> dict[str, Any]:
    for name in ("tomllib", "tomli"):  # the second up to Python 3.10
        with suppress(ImportError):
            found: dict[str, Any] = import_module(name).loads(text)
            return found
    raise MappingError("--mapping needs: pip install 'zaius-logging[tools]'")


def _columns_of(name: str, read: Map[str, Any]) -> Columns:
    given: dict[str, Any] = {}
    for option in fields(Columns):
        table = _TABLES.get(option.name)
        if table:
            entries = read.get(table, {})
            if not isinstance(entries, dict):
                raise MappingError(f"--mapping {name}: {table} must be a table")
            given[option.name] = tuple(f"{key}={value}" for key, value in entries.items())
        elif option.name in _LISTS:
            value = read.get(option.name, ())
            if isinstance(value, dict):
                value = [f"{key}={json.dumps(each)}" for key, each in value.items()]
            given[option.name] = tuple([value] if isinstance(value, str) else value)
        else:
            given[option.name] = read.get(option.name)
    unknown = sorted(
        set(read) - {*(each.name for each in fields(Columns)), *_TABLES.values(), "about"}
    )
    unknown += ["identifier"] if "identifier" in read else []
    if unknown:
        raise MappingError(f"--mapping {name}: '{unknown[0]}' means nothing there")
    return Columns(**given)


def save(columns: Columns, path: str) -> None:
    """Write a mapping file of options.

    Raises:
        MappingError: it cannot be written.
    """
    lines, tables = [], []
    for option in fields(Columns):
        value = getattr(columns, option.name)
        if not value:
            continue
        if option.name in _TABLES:
            tables += ["", f"[{_TABLES[option.name]}]"]
            tables += [
                f"{_text(key)} = {_text(text)}" for key, text in (pair("", e) for e in value)
            ]
        elif isinstance(value, tuple):
            lines.append(f"{option.name} = [{', '.join(map(_text, value))}]")
        else:
            lines.append(f"{option.name} = {_text(value)}")
    try:
        File(path).write_text("\n".join([*lines, *tables]) + "\n", "utf-8")
    except OSError as error:
        raise MappingError(f"--save-mapping {path}: {error.strerror}") from None


def _text(value: str) -> str:
    """A text of TOML, which is written as JSON's is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
