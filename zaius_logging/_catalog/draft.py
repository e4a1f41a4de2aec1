"""What was learned -> the text of a draft, each guess marked with `# ?` and its count."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .hints import KINDS
from .learn import KindSeen, Learner, PathSeen, bound, is_personal, looks_closed, slips
from .model import Catalogue, Field, leaves
from .read import standard
from .resolve import MAX_SHAPES
from .text import key, value

_FEW = 30  # sightings below which "always" means nothing
MARK = "# ?"


def draft(learner: Learner, name: str, against: Catalogue | None = None) -> str:
    """Write a draft.

    Args:
        learner: what was seen.
        name: of the catalogue.
        against: a catalogue; then only what it lacks is written.
    """
    lines = [*_head(learner, name)] if against is None else []
    lines += [f"{MARK} {slip}" for slip in slips(learner)]
    lines += _identifiers(learner, against)
    doubtful = _doubtful(learner, against)
    for kind in sorted(learner.kinds):
        if kind in doubtful:
            lines += ["", f"{MARK} {doubtful[kind]}: {learner.kinds[kind].first}"]
        lines += _kind(kind, learner.kinds[kind], against)
    shapes = _shapes(learner, against)
    return "\n".join([*lines, *shapes]).strip("\n") + "\n"


def _head(learner: Learner, name: str) -> Iterator[str]:
    yield f"# Drafted from {learner.total:,} events: look at each line with {MARK}, then take `draft` out."
    yield "catalog = 1"
    yield f'name = "{name}"'
    yield 'version = "1"'
    yield 'extends = "standard@1"'
    yield "draft = true"
    yield ""


def _identifiers(learner: Learner, against: Catalogue | None) -> Iterator[str]:
    known = against.identifiers if against else {}
    new = [name for name in sorted(learner.identifiers) if name not in known]
    if not new:
        return
    yield ""
    yield "[identifiers]"
    for name in new:
        seen = learner.identifiers[name]
        form = {}
        for look, count in (("email", seen.types["email"]), ("phone", seen.personal["phone"])):
            if count and count >= 0.9 * seen.count:
                form = {"form": look}
        yield f"{key(name)} = {value(form)}  {MARK} {seen.count:,} seen"


def _doubtful(learner: Learner, against: Catalogue | None) -> dict[str, str]:
    """Kinds that are probably others: known slips, and names one letter or the case apart."""
    found = {}
    known = {**standard().kinds, **(against.kinds if against else {})}
    for name, seen in learner.kinds.items():
        if name in known:
            continue
        meant = KINDS.get(seen.type.lower()) or next(
            iter(difflib.get_close_matches(name.lower(), [n for n in known if n != name], 1, 0.85)),
            "",
        )
        more = [n for n in learner.kinds if n != name and learner.kinds[n].count > seen.count]
        meant = meant or next(iter(difflib.get_close_matches(name, more, 1, 0.9)), "")
        if meant:
            found[name] = f"{value(name)} ({seen.count:,} seen) is probably {meant}"
    return found


def _kind(name: str, seen: KindSeen, against: Catalogue | None) -> list[str]:
    known: Mapping[str, Field] = {}
    for one in (against, standard()):
        if one is not None and name in one.kinds:
            known = dict(leaves(one.kinds[name].fields))
            break
    lines = [
        _field(path, each, seen)
        for path, each in sorted(seen.paths.items())
        if "[]" not in path and path not in known and _is_at(path, known)
    ]
    if against is not None and name in against.kinds:
        return ["", f"[kind.{value(name)}]", *lines] if lines else []
    return ["", f"[kind.{value(name)}]  # {seen.count:,} seen", *lines]


def _is_at(path: str, known: Mapping[str, Field]) -> bool:
    """Whether a field stands in `data` itself, or in an object that is known: others are in a new shape."""
    above = path.rpartition(".")[0]
    return not above or above in known


def _field(path: str, seen: PathSeen, kind: KindSeen) -> str:
    spec: dict[str, Any] = _type(path, seen, kind)
    guesses: list[str] = []
    if looks_closed(seen) and seen.values is not None:
        values = value(sorted(seen.values))
        guesses.append(
            f"one_of = {values}: {len(seen.values)} seen, none new after {seen.newest:,} of {seen.count:,}"
        )
    around = kind.above[path.rpartition(".")[0]]
    if seen.count == around and around >= _FEW:
        guesses.append(
            f"required = true: seen in {around:,} of {around:,}, absent in under {bound(around)}"
        )
    if seen.personal:
        spec["redact"] = True
        look, count = seen.personal.most_common(1)[0]
        guesses.append(f"{count:,} of {seen.count:,} hold {look}")
    elif is_personal(path):
        spec["pii"] = True
        guesses.append("its name says that it is personal")
    mixed = sorted(set(seen.types) - {"integer", "number"})
    if len(seen.types) > 1 and mixed:
        guesses.append(
            "of several types: " + ", ".join(f"{t} {n:,}" for t, n in seen.types.items())
        )
    return "".join(
        [f"fields.{key(path)} = {value(spec)}", *(f"  {MARK} {each}" for each in guesses)]
    )


def _type(path: str, seen: PathSeen, kind: KindSeen) -> dict[str, Any]:
    types = set(seen.types)
    inside = any(each.startswith((f"{path}.", f"{path}[].")) for each in kind.paths)
    shaped = inside and path.count(".") < MAX_SHAPES
    if types == {"list"}:
        items = set(seen.items)
        return {"list": _shape_name(path) if shaped and items == {"object"} else _plain(items)}
    if types == {"object"} and shaped:
        return {"shape": _shape_name(path)}
    if types in ({"text", "integer"}, {"text"}, {"integer"}) and path.endswith("_id"):
        return {"type": "id"}
    return {"type": _plain(types)}


def _plain(types: set[str]) -> str:
    """One type for all that was seen, where it is neither an object nor a list."""
    if types == {"integer", "number"}:
        return "number"
    if types == {"text", "time"}:
        return "text"
    return types.pop() if len(types) == 1 and not types & {"object", "list"} else "any"


def _shape_name(path: str) -> str:
    """`tags` as `tag`; inside another object with what is around it, since names may repeat there."""
    steps = path.replace("[]", "").split(".")
    ones = [re.sub(r"(?<=[^s])s\Z", "", each) for each in steps]
    return "_".join(ones)


def _shapes(learner: Learner, against: Catalogue | None) -> list[str]:
    """The shapes that drafted fields name, and what known ones lack: the union of what was seen in them."""
    found: dict[str, dict[str, str]] = {}
    base = standard().kinds
    for name, kind in learner.kinds.items():
        kinds = against.kinds if against and name in against.kinds else base
        known = dict(leaves(kinds[name].fields)) if name in kinds else {}
        for path, seen in kind.paths.items():
            field = known.get(path)
            if not set(seen.types) & {"list", "object"} or (field and field.item is None):
                continue
            item = field.item if field else None
            inner = f"{path}[]" if "list" in seen.types else path
            for each, inside in kind.paths.items():
                if each.rpartition(".")[0] == inner and each not in known:
                    own = each.rpartition(".")[2]
                    fields = found.setdefault(item.shape if item else _shape_name(path), {})
                    fields.setdefault(own, _field(each, inside, kind).partition(" = ")[2])
    lines = []
    for name in sorted(found):
        lines += ["", f"[shape.{key(name)}]"]
        lines += [f"{key(own)} = {text}" for own, text in sorted(found[name].items())]
    return lines
