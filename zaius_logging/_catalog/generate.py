"""A catalogue -> a module of typed functions, one for each kind, that return the `extra` of a log call.

The same catalogue gives the same bytes: kinds are sorted, an argument has a line of its own, nothing tells the
time. The module needs nothing but Python to run; `ruff format` leaves it as it is.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from .arguments import Argument, annotation, arguments
from .model import Catalogue, Field, Kind
from .names import Names, argument_name, literals

_WIDTH = 96


def module(catalogue: Catalogue, attribute: str = "zaius") -> str:
    """Write the module.

    Args:
        catalogue: what to write.
        attribute: the name in `extra` that the handler looks for.
    """
    names = Names(catalogue)
    body = [
        *_named(names),
        *_shapes(names),
        *_types(catalogue, names, attribute),
    ]
    return "\n".join([*_head(catalogue, names, "\n".join(body)), *body]).rstrip("\n") + "\n"


def head_of(text: str) -> str:
    """The line of a module that names its catalogue, version and digest; blank where there is none."""
    return next((line for line in text.splitlines() if line.startswith("CATALOGUE: Final")), "")


def identity(catalogue: Catalogue) -> tuple[str, str, str]:
    """Name, version and digest, as the module has them."""
    return catalogue.name, catalogue.version, catalogue.digest


def _head(catalogue: Catalogue, names: Names, body: str) -> Iterator[str]:
    based = f", on {catalogue.extends}" if catalogue.extends else ""
    version = _prose(catalogue.version)
    yield f'"""Events of the catalogue {catalogue.name}, version {version}{based}. Do not edit.'
    yield ""
    yield "Each function returns the `extra` of a log call:"
    yield ""
    yield f'    log.info("done", extra={_call(catalogue, names)}(customer_id=…))'
    yield ""
    yield "Written by `zaius-logging catalog types`, which writes it again when the catalogue changes."
    yield '"""'
    yield "# ruff: noqa"
    yield ""
    yield "from __future__ import annotations"
    yield ""
    typing = ["TYPE_CHECKING", "Any", "Final"]
    typing += [
        name
        for name in ("Literal", "TypedDict")
        if f"{name}[" in body or f"({name})" in body or f"{name}(" in body
    ]
    yield f"from typing import {', '.join(sorted(typing, key=_order))}"
    yield ""
    if catalogue.kinds:
        yield "if TYPE_CHECKING:"
        abstract = [name for name in ("Mapping", "Sequence") if f"{name}[" in body]
        if abstract:
            yield f"    from collections.abc import {', '.join(abstract)}"
        dates = "date, datetime" if "| date |" in body else "datetime"
        yield f"    from datetime import {dates}"
        if "Decimal" in body:
            yield "    from decimal import Decimal"
        if "NotRequired[" in body:
            yield ""
            yield "    from typing_extensions import NotRequired"
        yield ""
    yield f"CATALOGUE: Final[tuple[str, str, str]] = ({', '.join(_text(each) for each in identity(catalogue))})"
    yield '"""Name, version and digest of the catalogue that this was written from."""'
    yield ""
    yield "_extra: type[dict[str, Any]] = dict  # a test puts something in its place that watches"


def _call(catalogue: Catalogue, names: Names) -> str:
    """A function to show."""
    shown = "order/purchase"
    kind = catalogue.kinds.get(shown) or catalogue.kinds.get(min(catalogue.kinds, default=""))
    if kind is None:
        return "order.purchase"
    type_ = names.of_type(kind.type)
    return type_ if kind.action is None else f"{type_}.{names.of_action(kind.type, kind.action)}"


def _order(name: str) -> tuple[bool, str]:
    return not name.isupper(), name


def _named(names: Names) -> Iterator[str]:
    for name in sorted(names.literals):
        yield ""
        yield f"{name} = Literal["
        for value in literals(names.literals[name]):
            yield f"    {value},"
        yield "]"


def _shapes(names: Names) -> Iterator[str]:
    for name in sorted(names.shapes):
        yield ""
        yield ""
        yield from _shape(name, names.shapes[name].fields, names)


def _shape(name: str, fields: Mapping[str, Field], names: Names) -> Iterator[str]:
    types = {
        each: annotation(field, names)
        if field.required
        else f"NotRequired[{annotation(field, names)} | None]"
        for each, field in fields.items()
    }
    if any(argument_name(each) != each for each in types):
        yield f"{name} = TypedDict("
        yield f'    "{name}",'
        yield "    {"
        for each, type_ in types.items():
            yield f"        {_text(each)}: {_text(type_)},"
        yield "    },"
        yield ")"
        return
    yield f"class {name}(TypedDict):"
    yield f'    """One {name} of an event."""'
    for each, type_ in types.items():
        yield ""
        yield f"    {each}: {type_}"
        if about := fields[each].about:
            yield f'    """{_prose(about)}"""'


def _types(catalogue: Catalogue, names: Names, attribute: str) -> Iterator[str]:
    by_type: dict[str, list[Kind]] = {}
    for name in sorted(catalogue.kinds):
        by_type.setdefault(catalogue.kinds[name].type, []).append(catalogue.kinds[name])
    for type_, kinds in by_type.items():
        yield ""
        yield ""
        if len(kinds) == 1 and kinds[0].action is None:
            yield from _function(catalogue, kinds[0], names, names.of_type(type_), attribute)
            continue
        yield f"class {names.of_type(type_)}:"
        yield f'    """Events of the type `{_prose(type_)}`."""'
        for kind in kinds:
            yield ""
            yield "    @staticmethod"
            name = names.of_action(type_, kind.action)
            for line in _function(catalogue, kind, names, name, attribute):
                yield f"    {line}" if line else ""


def _function(
    catalogue: Catalogue, kind: Kind, names: Names, name: str, attribute: str
) -> Iterator[str]:
    given = arguments(catalogue, kind, names)
    yield f"def {name}("
    yield "    *,"
    for each in given:
        yield f"    {each.name}: {each.type}{'' if each.required else ' | None = None'},"
    if not catalogue.closed:
        yield "    identifiers: Mapping[str, str | int | None] | None = None,"
        yield "    data: Mapping[str, object] | None = None,"
    yield "    ts: datetime | str | float | None = None,"
    yield f"    active_event: bool | None = {kind.active_event},"
    yield ") -> dict[str, Any]:"
    yield from _docstring(catalogue, kind, given)
    yield from _body(catalogue, kind, given, attribute)


def _docstring(catalogue: Catalogue, kind: Kind, given: list[Argument]) -> Iterator[str]:
    about = f"Deprecated: {kind.deprecated}." if kind.deprecated else kind.about.strip()
    first, *rest = _wrapped(about or f"An event {kind.name}.", "    ")
    yield f'    """{first.strip()}'
    yield from rest
    yield ""
    yield "    Args:"
    for each in given:
        yield from _wrapped(f"{each.name}: {each.about or each.field}", "        ")
    if not catalogue.closed:
        yield "        identifiers: others that your account knows, by name."
        yield "        data: other fields that your account knows, by name."
    yield "        ts: when it happened; the time of the log call where it is left out."
    yield "        active_event: whether the customer was active, which decides the bill."
    yield '    """'


def _body(catalogue: Catalogue, kind: Kind, given: list[Argument], attribute: str) -> Iterator[str]:
    action = "" if kind.action is None else f', "action": {_text(kind.action)}'
    nested = [e for e in kind.fields.values() if e.shape and e.type == "object"]
    yield from _filled("fields_", [each for each in given if each.into == "fields"])
    for outer in nested:
        inner = [each for each in given if each.into == outer.name]
        yield from _filled("object_", inner, typed=outer is nested[0])
        if outer.required:
            yield f"    fields_[{_text(outer.name)}] = object_"
        else:
            yield "    if object_:"
            yield f"        fields_[{_text(outer.name)}] = object_"
    for name in ("ts", "active_event"):
        yield f"    if {name} is not None:"
        yield f'        fields_["{name}"] = {name}'
    if not catalogue.closed:
        yield "    if data is not None:"
        yield "        fields_.update(data)"
    yield from _filled("known_", [each for each in given if each.into == "identifiers"])
    if not catalogue.closed:
        yield "    if identifiers is not None:"
        yield "        known_.update(identifiers)"
    yield f'    event_: dict[str, Any] = {{"type": {_text(kind.type)}{action}}}'
    yield "    if known_:"
    yield '        event_["identifiers"] = known_'
    yield "    if fields_:"
    yield '        event_["data"] = fields_'
    named = argument_name(attribute) == attribute
    whole = f"{attribute}=event_" if named else f"**{{{_text(attribute)}: event_}}"
    yield f"    return _extra({whole})"


def _filled(target: str, given: list[Argument], *, typed: bool = True) -> Iterator[str]:
    required = [each for each in given if each.required]
    begin = f"    {target}: dict[str, Any] =" if typed else f"    {target} ="
    if len(required) == 1:
        yield f"{begin} {{{_text(required[0].field)}: {required[0].name}}}"
    elif required:
        yield f"{begin} {{"
        for each in required:
            yield f"        {_text(each.field)}: {each.name},"
        yield "    }"
    else:
        yield f"{begin} {{}}"
    for each in given:
        if not each.required:
            yield f"    if {each.name} is not None:"
            yield f"        {target}[{_text(each.field)}] = {each.name}"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        _prose(text),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "    ",
        break_on_hyphens=False,
    )


def _prose(text: str) -> str:
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''")
    return plain + " " if plain.endswith('"') else plain


def _text(text: str) -> str:
    """Text as `ruff format` writes it."""
    shown = repr(text)
    return '"' + shown[1:-1] + '"' if shown[0] == "'" and '"' not in text else shown
