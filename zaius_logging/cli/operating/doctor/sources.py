"""Reads a service's configuration as the service would, without making a handler of it.

A file and Django's settings are read as data. A module is imported, as the service imports it; a ZaiusHandler
that it makes is one that only remembers its arguments.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib
import json
import logging
import logging.config
import logging.handlers
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zaius_logging._catalog.toml import loads as toml
from zaius_logging._errors import ConfigError
from zaius_logging._handler import ZaiusHandler
from zaius_logging._stats import Stats
from zaius_logging.cli.problems import JobError


@dataclass(frozen=True, slots=True)
class Attached:
    """Where a handler hangs.

    Attributes:
        logger: its name; blank for the root logger.
        level: from which on it takes records.
        propagates: whether its records go on to its parents' handlers.
    """

    logger: str
    level: int
    propagates: bool = True


@dataclass(slots=True)
class Made:
    """A ZaiusHandler of the set-up.

    Attributes:
        name: what the configuration calls it.
        arguments: as they were given.
        level: from which on it takes records.
        attached: the loggers that have it.
        behind: the class of a handler that passes records on to it later; blank where there is none.
    """

    name: str
    arguments: dict[str, Any]
    level: int = 0
    attached: list[Attached] = field(default_factory=list)
    behind: str = ""


@dataclass(slots=True)
class Setup:
    """All that is known of a set-up.

    Attributes:
        source: where it was read.
        handlers: the ZaiusHandlers in it.
        disables: whether it disables loggers that exist before it.
        imported: whether the service's own modules are loaded here.
        problems: what could not be read of it.
    """

    source: str
    handlers: list[Made] = field(default_factory=list)
    disables: bool = False
    imported: bool = False
    problems: list[str] = field(default_factory=list)


def read(config: str | None, settings: str | None, app: str | None) -> Setup:
    """Read a set-up from wherever it is; from the environment alone where nothing is named.

    Raises:
        JobError: it cannot be read.
    """
    if sum(each is not None for each in (config, settings, app)) > 1:
        raise JobError("give one of --config, --settings and --app")
    sys.path.insert(0, str(Path.cwd()))
    if config is not None:
        return of_dict(_file(Path(config)), config)
    if settings is not None:
        found = getattr(_imported(settings), "LOGGING", None)
        if not isinstance(found, Mapping):
            raise JobError(f"{settings} has no LOGGING")
        return of_dict(found, f"{settings}.LOGGING")
    if app is not None:
        return _app(app)
    one = Made("zaius", {}, attached=[Attached("", logging.INFO)])
    return Setup("the environment", [one])


_PACKAGES = {"yaml": "PyYAML"}


def _file(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise JobError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise JobError(f"{path} is no text in UTF-8") from None
    try:
        found = _parsed(path.suffix, text)
    except ImportError as error:
        package = _PACKAGES.get(error.name or "", error.name)
        raise JobError(f"{path} cannot be read without {package}: pip install {package}") from None
    except Exception as error:  # noqa: BLE001 - each format has its own kind
        why = " ".join(str(error).split())  # YAML's takes several lines
        raise JobError(f"{path} cannot be read as {path.suffix[1:] or 'JSON'}: {why}") from None
    if not isinstance(found, Mapping):
        raise JobError(f"{path} holds no dictionary for logging.config.dictConfig")
    return found


def _parsed(suffix: str, text: str) -> Any:
    if suffix in {".yaml", ".yml"}:
        return importlib.import_module("yaml").safe_load(text)
    if suffix == ".toml":
        return toml(text)
    if suffix in {".ini", ".cfg", ".conf"}:
        return _of_ini(text)
    return json.loads(text)


def _of_ini(text: str) -> dict[str, Any]:
    """The part of a fileConfig that matters here, as a dictConfig."""
    import ast
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    handlers = {}
    for name in _listed(parser["handlers"]["keys"]):
        part = parser[f"handler_{name}"]
        kwargs = ast.literal_eval(part.get("kwargs", "{}"))
        handlers[name] = {"class": part["class"], "level": part.get("level", "NOTSET"), **kwargs}
    loggers = {}
    for name in _listed(parser["loggers"]["keys"]):
        part = parser[f"logger_{name}"]
        said = {
            "level": part.get("level", "NOTSET"),
            "handlers": _listed(part.get("handlers", "")),
            "propagate": part.get("propagate", "1") == "1",
        }
        loggers["" if name == "root" else part.get("qualname", name)] = said
    return {"version": 1, "handlers": handlers, "root": loggers.pop("", {}), "loggers": loggers}


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def of_dict(config: Mapping[str, Any], source: str) -> Setup:
    """Find the handlers in a dictionary for dictConfig.

    Raises:
        JobError: it is none.
    """
    _shaped(config, source)
    setup = Setup(source, disables=bool(config.get("disable_existing_loggers", True)))
    setup.problems += _unusable(config)
    handlers: Mapping[str, Any] = config.get("handlers") or {}
    for name, said in handlers.items():
        kind, problem = _class_of(said)
        if problem:
            setup.problems.append(f"handler {name}: {problem}")
        if isinstance(kind, type) and issubclass(kind, ZaiusHandler):
            setup.handlers.append(_made(config, name, said))
    for said in handlers.values():
        for made in setup.handlers:
            if made.name in _targets(said):
                made.behind = str(said.get("class", "")).rpartition(".")[2]
    return setup


def _shaped(config: Mapping[str, Any], source: str) -> None:
    parts = {name: config.get(name) or {} for name in ("handlers", "loggers", "root")}
    for name in ("handlers", "loggers"):
        if isinstance(parts[name], Mapping):
            parts |= {f"{name}.{key}": said for key, said in parts[name].items()}
    for name, said in parts.items():
        if not isinstance(said, Mapping):
            raise JobError(f"{source}: {name} is no dictionary, and dictConfig wants one there")


def _unusable(config: Mapping[str, Any]) -> Iterator[str]:
    """What dictConfig does not take, besides classes."""
    if config.get("version") != 1:
        yield "version: 1 is missing"
    handlers: Mapping[str, Any] = config.get("handlers") or {}
    loggers = {"root": config.get("root") or {}, **(config.get("loggers") or {})}
    for logger, part in loggers.items():
        for name in part.get("handlers") or ():
            if name not in handlers:
                yield f"the logger {logger or 'root'} names a handler {name}, and there is none"
    for name, part in {**handlers, **loggers}.items():
        if problem := _wrong_level(part.get("level")):
            yield f"{name}: level: {problem}"


def _wrong_level(said: Any) -> str:
    if said is None or isinstance(said, int):
        return ""
    if not isinstance(said, str):
        return f"{said!r} is neither a name nor a whole number"
    known = ["CRITICAL", "FATAL", "ERROR", "WARNING", "WARN", "INFO", "DEBUG", "NOTSET"]
    if said in known or isinstance(logging.getLevelName(said), int):
        return ""
    near = difflib.get_close_matches(said.upper(), known, 1, 0.8)
    # Another name may be a level that the service adds.
    return f"{said} is none; did you mean {near[0]}?" if near else ""


def _class_of(said: Mapping[str, Any]) -> tuple[Any, str]:
    where = said.get("()", said.get("class"))
    if not isinstance(where, str):
        return where, ""
    try:
        return logging.config.BaseConfigurator({}).resolve(where.removeprefix("ext://")), ""
    except (ValueError, ImportError, AttributeError) as error:
        return None, f"{where} cannot be imported ({error.__cause__ or error})"


def _targets(said: Mapping[str, Any]) -> list[str]:
    target = str(said.get("target", "")).removeprefix("cfg://handlers.")
    return [target, *map(str, said.get("handlers") or ())]


def _made(config: Mapping[str, Any], name: str, said: Mapping[str, Any]) -> Made:
    own = {"class", "()", "level", "formatter", "filters"}
    convert = logging.config.DictConfigurator(dict(config)).convert
    arguments = {key: convert(value) for key, value in said.items() if key not in own}
    made = Made(name, arguments, _level(said.get("level")))
    root = config.get("root") or {}
    loggers: Mapping[str, Any] = config.get("loggers") or {}
    for logger, part in {"": root, **loggers}.items():
        if name in (part.get("handlers") or ()):
            level = _effective(logger, root, loggers)
            made.attached.append(Attached(logger, level, part.get("propagate", True) is not False))
    return made


def _effective(logger: str, root: Mapping[str, Any], loggers: Mapping[str, Any]) -> int:
    name = logger
    while name:
        if level := _level((loggers.get(name) or {}).get("level")):
            return level
        name = name.rpartition(".")[0]
    return _level(root.get("level")) or logging.WARNING


def _level(said: Any) -> int:
    if isinstance(said, int):
        return said
    found = logging.getLevelName(str(said).upper()) if said else 0
    return found if isinstance(found, int) else 0


# A module of the service


def _imported(name: str) -> Any:
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return importlib.import_module(name)
    except ConfigError as error:
        raise JobError(f"{name}: {error}") from None
    except BaseException as error:  # noqa: BLE001 - it is not ours, and may even exit
        raise JobError(
            f"{name} cannot be imported: {type(error).__name__}: {error}; "
            "run doctor in the service's directory, with its Python and its environment"
        ) from None


def _app(where: str) -> Setup:
    name, _, attribute = where.partition(":")
    with _remembering() as made:
        module = _imported(name)
        if attribute and not hasattr(module, attribute):
            raise JobError(f"{name} has no {attribute}: give --app {name}, or a name that is in it")
        found = getattr(module, attribute, None) if attribute else None
        if callable(found) and not made and attribute.startswith(("config", "setup", "log")):
            found = found()
    if isinstance(found, Mapping):
        setup = of_dict(found, where)
        setup.imported = True
        return setup
    setup = Setup(where, imported=True)
    for handler, arguments in made:
        one = Made(handler.name or "zaius", arguments, handler.level, list(_loggers_of(handler)))
        one.behind = _in_front_of(handler)
        setup.handlers.append(one)
    attached = {one.name for one in setup.handlers if one.attached or one.behind}
    setup.handlers = [  # a later dictConfig replaces one by another of the same name
        one for one in setup.handlers if one.attached or one.behind or one.name not in attached
    ]
    if not made and isinstance(known := getattr(module, "LOGGING", None), Mapping):
        setup = of_dict(known, f"{name}.LOGGING")
        setup.imported = True
    return setup


@contextlib.contextmanager
def _remembering() -> Iterator[list[tuple[ZaiusHandler, dict[str, Any]]]]:
    """Have ZaiusHandlers remember their arguments and do nothing else, for the rest of this process."""
    made: list[tuple[ZaiusHandler, dict[str, Any]]] = []

    def remember(self: Any, *, level: Any = 0, **arguments: Any) -> None:
        logging.Handler.__init__(self, level)
        made.append((self, arguments))

    instead: dict[str, Any] = {
        "__init__": remember,
        "handle": lambda _self, _record: False,
        "emit": lambda _self, _record: None,
        "stats": lambda _self: Stats(),
        "flush": lambda _self, _timeout=None: True,
        "close": logging.Handler.close,
        "end": lambda _self: None,
        "acquire": logging.Handler.acquire,
        "release": logging.Handler.release,
        "__repr__": object.__repr__,
    }
    for name, function in instead.items():
        setattr(ZaiusHandler, name, function)
    yield made


def _all_loggers() -> Iterator[logging.Logger]:
    yield logging.getLogger()
    for each in list(logging.root.manager.loggerDict.values()):
        if isinstance(each, logging.Logger):
            yield each


def _loggers_of(handler: logging.Handler) -> Iterator[Attached]:
    for logger in _all_loggers():
        if handler in logger.handlers or _in_front_of(handler, logger):
            name = "" if logger is logging.root else logger.name
            yield Attached(name, logger.getEffectiveLevel(), logger.propagate)


def _in_front_of(handler: logging.Handler, logger: logging.Logger | None = None) -> str:
    """The class of the handler that passes records on to this one; blank where there is none."""
    for one in [logger] if logger else _all_loggers():
        for each in one.handlers:
            if getattr(each, "target", None) is handler:
                return type(each).__name__
            listener = getattr(each, "listener", None)
            if listener is not None and handler in getattr(listener, "handlers", ()):
                return type(each).__name__
    return ""


def environment() -> Mapping[str, str]:
    """The environment that the set-up is read with."""
    return os.environ
