"""The fast way to a yes: a catalogue compiled into tables that judge what was logged, before it is JSON.

It says yes only where `check.findings` finds nothing in the event's JSON, which a property test holds it to, and
where nothing about the event has to change. Anything unusual is a no, which only means that the event is
judged by the definition.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any, TypeAlias
from uuid import UUID

from .check import rule_of
from .forms import MAX_LENGTH, denied, has_form
from .hints import IDENTIFIERS
from .model import ALWAYS, Catalogue, Field, Identifier, Kind
from .values import is_time

Rule: TypeAlias = Callable[[Any], object] | None
"""None is yes for every value of the type."""
Table: TypeAlias = dict[str, Mapping[type, Rule]]
"""Name of a field -> exact Python type -> its rule."""

Needs: TypeAlias = Callable[[Any], object]
"""Raises KeyError where an object lacks a name that is required."""

_WIDE = 1 << 63  # from here on a whole number may be written as text
_WHOLE = r"(?=(?s:.{0,%d})\Z)(?u:(?=\S))(?:%s)(?u:(?<=\S))"
_EMAIL = re.compile(r'[^\s@,;<>"]+@[^\s@,;<>".]+(?:\.[^\s@,;<>".]+)+')


class _Anything(dict[type, Rule]):
    """Takes every value of every type."""

    def __missing__(self, _: type) -> Rule:
        return None


_ANY: Mapping[type, Rule] = _Anything(
    dict.fromkeys((str, int, float, bool, list, dict, type(None)))  # without a call for the usual
)


class Fast:
    """A compiled kind.

    Args:
        kind: to judge by.

    Attributes:
        kind: the same.
        table: its fields.
        needs: raises KeyError where a name is missing that must be there.
        always: the names that every kind has, and that this one says nothing of.
        plain: whether an event that is right needs nothing more.
    """

    __slots__ = ("always", "kind", "needs", "plain", "table")

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.plain = True
        self.table, self.needs = _compiled(kind.fields)
        self.always = frozenset(ALWAYS).difference(self.table)


def kinds(catalogue: Catalogue) -> dict[str, dict[str | None, Fast]]:
    """Compile the kinds, by type and action, but for deprecated ones: those have to be reported."""
    found: dict[str, dict[str | None, Fast]] = {}
    for kind in catalogue.kinds.values():
        if not kind.deprecated:
            found.setdefault(kind.type, {})[kind.action] = Fast(kind)
    return found


def is_right(data: Mapping[Any, Any], table: Table, needs: Needs) -> bool:
    """Whether an object has all that is required, and nothing that its table does not take.

    Raises:
        KeyError: it has a name or a type that the table lacks, or lacks one that is required.
        TypeError: it has a name that is none.
    """
    needs(data)
    for name, value in data.items():
        rule = table[name][type(value)]
        if rule is not None and not rule(value):
            return False
    return True


def identifiers(
    catalogue: Catalogue | None, deny: Mapping[str, tuple[str, ...]]
) -> Callable[[Mapping[str, str]], bool]:
    """Compile the identifiers: whether all that an event has are in form, known, and not denied.

    Args:
        catalogue: None where only `deny` is to be looked at.
        deny: patterns by the identifier's name.
    """
    named = catalogue.identifiers if catalogue else {}
    known: dict[str, Rule] = {
        name: _identifier(named.get(name) or Identifier(name=name), deny.get(name, ()))
        for name in {*named, *deny}
    }
    closed = catalogue is not None and catalogue.closed
    slips = frozenset(IDENTIFIERS) if catalogue else frozenset()

    def fit(given: Mapping[str, str]) -> bool:
        for name, value in given.items():
            if name in known:
                rule = known[name]
                if rule is not None and not rule(value):
                    return False
            elif closed or (slips and name.lower() in slips):
                return False
        return True

    return fit


def _identifier(known: Identifier, deny: tuple[str, ...]) -> Rule:
    patterns = (*known.deny, *deny)
    is_denied = denied(patterns) if patterns else None
    form = known.form
    if known.deprecated:
        return lambda _: False  # it has to be reported
    if not form and is_denied is None:
        return None
    if form not in ("", "email", "phone") and is_denied is None:
        try:  # one call for all: short enough, no blank at either end, in form
            return re.compile(_WHOLE % (MAX_LENGTH, form), re.ASCII).fullmatch
        except re.error:
            pass  # it has flags, which stand at the beginning only

    def right(value: str) -> bool:
        if form == "email":
            if _EMAIL.fullmatch(value) is None or value.lower() != value:
                return False
        elif form and (value.strip() != value or not has_form(form, value)):
            return False
        return is_denied is None or not is_denied(value.strip())

    return right


def _compiled(fields: Mapping[str, Field]) -> tuple[Table, Needs]:
    # What is deprecated is left out, so that an event with it takes the other way, which tells.
    table: Table = {name: _rules(field) for name, field in fields.items() if not field.deprecated}
    required = [name for name, field in fields.items() if field.required]
    return table, itemgetter(*required) if required else len


def _rules(field: Field) -> Mapping[type, Rule]:
    rules: dict[type, Rule] = dict(_BY_TYPE[field.type])
    if field.type == "object" and field.shape:
        rules = {dict: _object(field.fields)}
    elif field.item is not None:
        each = _rules(field.item)
        if field.item.type == "number":  # NaN is written as null, which no item may be
            each = {**each, float: math.isfinite}
        rules = {list: _items(each), tuple: _items(each)}
    bounded = field.min is not None or field.max is not None
    limited = bounded or field.one_of or field.form
    for type_, rule in [*rules.items()]:
        if bounded and not (field.one_of or field.form) and type_ in (int, float):
            rules[type_] = _between(field, type_)
        elif limited:
            rules[type_] = _limited(field, rule)
        elif field.required and rule is None and type_ in (str, float):
            rules[type_] = str.strip if type_ is str else math.isfinite
    if not field.required:
        rules[type(None)] = None
        if field.type == "any" and not limited:
            return _ANY
    return rules


def _object(fields: Mapping[str, Field]) -> Callable[[Any], bool]:
    table, needs = _compiled(fields)

    def right(value: dict[Any, Any]) -> bool:  # `is_right` once more: a call less for each object
        needs(value)
        for name, each in value.items():
            rule = table[name][type(each)]
            if rule is not None and not rule(each):
                return False
        return True

    return right


def _between(field: Field, type_: type) -> Callable[[Any], bool]:
    """Within bounds, NaN and infinity not being so."""
    widest = sys.float_info.max if type_ is float else _WIDE - 1
    low = max(-widest, -widest if field.min is None else field.min)
    high = min(widest, widest if field.max is None else field.max)
    if type_ is int:
        return range(math.ceil(low), math.floor(high) + 1).__contains__
    return lambda value: low <= value <= high


def _items(rules: Mapping[type, Rule]) -> Callable[[Any], bool]:
    def right(values: Any) -> bool:
        for value in values:
            rule = rules[type(value)]
            if value is None or (rule is not None and not rule(value)):
                return False
        return True

    return right


def _limited(field: Field, rule: Rule) -> Callable[[Any], bool]:
    plain = field.one_of and not (field.form or field.min is not None or field.max is not None)
    if plain and all(type(each) is str for each in field.one_of):
        return frozenset(field.one_of).__contains__

    def right(value: Any) -> bool:
        if isinstance(value, float) and not math.isfinite(value):
            return False
        if isinstance(value, str) and not (value.isascii() and value.strip()):
            return False  # a lone surrogate would be replaced
        if rule is not None and not rule(value):
            return False
        if isinstance(value, Decimal):
            value = float(value)
        return isinstance(value, (str, int, float, list, tuple)) and (
            rule_of(field, list(value) if isinstance(value, tuple) else value) is None
        )

    return right


def _narrow(value: int) -> bool:
    return -_WIDE < value < _WIDE


def _exact(value: Decimal) -> bool:
    """Whether a Decimal is written as a number, not as its text."""
    if not value.is_finite():
        return False
    near = float(value)
    return math.isfinite(near) and abs(near) < _WIDE and Decimal(repr(near)) == value


_NUMBERS: Mapping[type, Rule] = {int: _narrow, float: None, Decimal: _exact}
_BY_TYPE: Mapping[str, Mapping[type, Rule]] = {
    "text": {str: None},
    "id": {str: None, int: _narrow, UUID: None},
    "integer": {int: _narrow},
    "number": _NUMBERS,
    "boolean": {bool: None},
    "time": {
        str: is_time,
        int: is_time,
        float: is_time,
        datetime: None,
        date: None,
    },
    "object": {dict: None},
    "list": {list: None, tuple: None},
    "any": {str: None, int: None, float: None, bool: None, dict: None, list: None},
}
