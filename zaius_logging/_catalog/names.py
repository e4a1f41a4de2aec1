"""The names of a generated module: what Python takes, and no two things under one name."""

from __future__ import annotations

import builtins
import json
import keyword
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping

from .model import Catalogue, Field, leaves

_BUILTINS = frozenset(dir(builtins))
_USED = frozenset(
    {
        *("CATALOGUE", "TYPE_CHECKING", "_extra", "annotations", "Any", "Decimal", "Final"),
        *("Literal", "Mapping", "NotRequired", "Sequence", "TypedDict", "date", "datetime"),
    }
)
"""What the module has of its own and from its imports."""
_IN_A_CLASS = _USED | {"bool", "dict", "float", "int", "object", "staticmethod", "str"}
"""What functions may not be called, since annotations beside them would mean the function."""
_LONG = 48  # characters of a Literal that stand in a signature; a longer one gets a name


class Names:
    """The names of one catalogue's module.

    Args:
        catalogue: to be written.

    Attributes:
        shapes: name of a class -> an object with its fields.
        literals: name of a list of values -> a field with them.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        taken = {*_USED}
        fields = [
            pair
            for name in sorted(catalogue.kinds)
            for pair in leaves(catalogue.kinds[name].fields)
        ]
        objects = [
            each.item or each
            for path, each in fields
            if (each.item is not None and each.item.shape) or (each.shape and "." in path)
        ]
        self._shapes = _named(objects, lambda each: each.shape, _fields_of, taken)
        long = [each for _, each in fields if each.one_of and len(literal_of(each)) > _LONG]
        self._literals = _named(long, lambda each: each.name, _values_of, taken)
        self.shapes = dict(self._shapes.values())
        self.literals = dict(self._literals.values())
        types = sorted({each.type for each in catalogue.kinds.values()})
        self._types = distinct(types, module_name, taken)
        self._actions = {
            type_: distinct(
                sorted(k.action for k in catalogue.kinds.values() if k.type == type_ and k.action),
                argument_name,
                {*_IN_A_CLASS, "without_action"},
            )
            for type_ in types
        }

    def of_type(self, type_: str) -> str:
        """The name of a type's class, or of its function where it has no action."""
        return self._types[type_]

    def of_action(self, type_: str, action: str | None) -> str:
        """The name of a kind's function in its class."""
        return self._actions[type_][action] if action else "without_action"

    def of_shape(self, field: Field) -> str:
        """The name of an object's class."""
        return self._shapes[_fields_of(field)][0]

    def of_values(self, field: Field) -> str:
        """A field's values in Python: their list, or its name where it is long."""
        found = self._literals.get(_values_of(field))
        return found[0] if found else literal_of(field)


def _named(
    fields: Iterable[Field],
    name_of: Callable[[Field], str],
    key_of: Callable[[Field], Hashable],
    taken: set[str],
) -> dict[Hashable, tuple[str, Field]]:
    """Give fields of one key one name; of those who want the same one, the most frequent has it."""
    uses: Counter[Hashable] = Counter()
    first: dict[Hashable, Field] = {}
    for each in fields:
        uses[key_of(each)] += 1
        first.setdefault(key_of(each), each)
    found = {}
    for key, _ in uses.most_common():
        name = base = class_name(name_of(first[key]))
        number = 1
        while name in taken:
            number += 1
            name = f"{base}{number}"
        taken.add(name)
        found[key] = (name, first[key])
    return found


def _fields_of(field: Field) -> Hashable:
    """What a class shows of an object: kinds may tighten a shape, each in its own way."""
    return field.shape, _shown(field)


def _shown(field: Field) -> Hashable:
    inner = tuple((n, f.required, f.about, _shown(f)) for n, f in field.fields.items())
    return field.type, field.shape, field.one_of, field.item and _shown(field.item), inner


def _values_of(field: Field) -> Hashable:
    return field.name, field.one_of


def literal_of(field: Field) -> str:
    """`Literal["web", "app"]`; a number's type where the values are no whole numbers."""
    if any(isinstance(each, float) for each in field.one_of):
        return "object" if any(isinstance(each, str) for each in field.one_of) else "float"
    return f"Literal[{', '.join(literals(field))}]"


def literals(field: Field) -> list[str]:
    """The values of one_of as Python has them."""
    return [json.dumps(each, ensure_ascii=False) for each in field.one_of]


def distinct(
    names: Iterable[str], change: Callable[[str], str], taken: set[str]
) -> Mapping[str, str]:
    """Give each name one of its own in Python: `a-b` and `a_b` are not the same.

    Args:
        names: as the catalogue has them.
        change: makes a name of Python of one.
        taken: names that are not free; those given are added.
    """
    found = {}
    for each in names:
        name = change(each)
        while name in taken:
            name += "_"
        taken.add(name)
        found[each] = name
    return found


def class_name(name: str) -> str:
    """`gift_card` as `GiftCard`."""
    parts = argument_name(name).split("_")
    plain = "".join(part[:1].upper() + part[1:] for part in parts)
    return plain if plain.isidentifier() and not keyword.iskeyword(plain) else f"_{plain}"


def argument_name(name: str) -> str:
    """A name that Python takes: `class` as `class_`, `1st-visit` as `_1st_visit`."""
    read = unicodedata.normalize("NFKC", name)  # as Python reads it
    plain = "".join(char if f"_{char}".isidentifier() else "_" for char in read)
    if plain.startswith("__"):  # private to a class
        plain = f"_{plain.lstrip('_')}"
    if not plain.isidentifier():
        plain = f"_{plain}"
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def module_name(name: str) -> str:
    """The same for a name of the module: `list` as `list_`, for who imports it."""
    plain = argument_name(name)
    return f"{plain}_" if plain in _BUILTINS else plain
