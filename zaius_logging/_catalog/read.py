"""Where catalogues come from: the standard by its name, a file by its path, a file inside a package."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from zaius_logging._errors import ConfigError

from .lines import places
from .model import Catalogue
from .resolve import Resolver
from .standard import STANDARDS
from .toml import loads


def catalogue(where: str | Path) -> Catalogue:
    """Give a catalogue.

    Args:
        where: `standard`, `standard@1`, the path of an `events.toml`, or `package:events.toml` for a
            file inside an installed package.

    Raises:
        ConfigError: there is none, or it is wrong: with file, line and what to do.
    """
    name = str(where)
    if name == "standard" or name.startswith("standard@"):
        return standard("standard@1" if name == "standard" else name)
    path = _in_package(name) if _names_a_package(name) else Path(name)
    try:
        text = path.read_text("utf-8-sig")  # some editors put a mark in front
    except OSError as error:
        raise ConfigError("catalog", f"{name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError("catalog", f"{name} is not UTF-8 text") from None
    return replace(parse(text, path.name), path=str(path.absolute()))


def standard(name: str = "standard@1") -> Catalogue:
    """Give a standard by its pinned name, such as `standard@1`."""
    return replace(Resolver(_standard(name, ""), "", {}, None).catalogue(), path=name)


def parse(text: str, source: str = "events.toml") -> Catalogue:
    """Read a catalogue's text.

    Args:
        text: TOML.
        source: the file's name, for messages.

    Raises:
        ConfigError: with file, line and what to do.
    """
    try:
        document = loads(text)
    except ConfigError:
        raise
    except ValueError as error:
        raise ConfigError("catalog", f"{source} is no TOML: {error}") from None
    lines = places(text)
    extends = document.get("extends", "")
    base = _standard(extends, f"{source}:{lines.get(('extends',), 1)}: ") if extends else None
    return Resolver(document, source, lines, base).catalogue()


def _standard(name: object, where: str) -> dict[str, object]:
    if name not in STANDARDS:
        raise ConfigError("catalog", f"{where}there is no {name}; there is {', '.join(STANDARDS)}")
    return STANDARDS[str(name)]


def _names_a_package(name: str) -> bool:
    package, colon, _ = name.partition(":")
    return (
        bool(colon) and all(part.isidentifier() for part in package.split(".")) and len(package) > 1
    )


def _in_package(name: str) -> Path:
    from importlib.util import find_spec

    package, _, file = name.partition(":")
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        spec = None
    folders = [*(spec.submodule_search_locations or ())] if spec else []
    if spec and spec.origin:
        folders = [str(Path(spec.origin).parent)]
    if not folders:
        raise ConfigError("catalog", f"{name}: there is no package {package}")
    return Path(folders[0]) / file
