"""The lines of a TOML file, which `tomllib` does not tell: its statements, with what stands around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .toml import loads


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a file, or what stands between two.

    Attributes:
        line: its first, from 1.
        kind: `table`, `value`, or `text` (a comment or a blank line).
        table: the path of the table that it stands in or opens.
        path: the path of a value, below its table.
        value: a value's text, or that of the line.
        comment: behind it, from `#` on.
    """

    line: int
    kind: str
    table: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    value: str = ""
    comment: str = ""


def statements(text: str) -> Iterator[Statement]:
    """Take a file of valid TOML apart."""
    table: tuple[str, ...] = ()
    lines = iter(enumerate(text.removesuffix("\n").split("\n"), 1))
    for number, raw in lines:
        line = raw.strip()
        if not line or line.startswith("#"):
            yield Statement(line=number, kind="text", table=table, value=line)
        elif line.startswith("["):
            head, comment = _apart(line)
            table = _keys(loads(head))
            yield Statement(line=number, kind="table", table=table, value=head, comment=comment)
        else:
            whole = raw
            while not _is_whole(whole):
                whole += "\n" + next(lines)[1]
            code, comment = _apart(whole)
            path = _keys(loads(_key(code) + "= 0"))
            value = code[len(_key(code)) + 1 :].strip()
            yield Statement(
                line=number, kind="value", table=table, path=path, value=value, comment=comment
            )


def places(text: str) -> dict[tuple[str, ...], int]:
    """The line of each path that a file gives, of those inside inline tables as well."""
    found: dict[tuple[str, ...], int] = {}
    for each in statements(text):
        if each.kind == "text":
            continue
        path = each.table + each.path
        for end in range(1, len(path) + 1):
            found.setdefault(path[:end], each.line)
        if each.kind == "value" and each.value.startswith("{"):
            for inner in loads(f"x = {each.value}")["x"]:
                found.setdefault((*path, inner), each.line)
    return found


def _is_whole(text: str) -> bool:
    try:
        loads(text)
    except ValueError:
        return False
    return True


def _keys(document: dict[str, Any]) -> tuple[str, ...]:
    path: list[str] = []
    inner: Any = document
    while isinstance(inner, (dict, list)) and inner:
        if isinstance(inner, list):
            inner = inner[0]
            continue
        (name, inner), *_ = inner.items()
        path.append(name)
    return tuple(path)


def _key(code: str) -> str:
    """What stands before the first equals sign outside quotes."""
    for at, char in _outside(code):
        if char == "=":
            return code[:at]
    return code


def _apart(code: str) -> tuple[str, str]:
    """Part code from the comment behind it. A comment inside a list of several lines stays in it."""
    marks = [at for at, char in _outside(code) if char == "#" and "\n" not in code[at:]]
    return (code[: marks[0]].rstrip(), code[marks[0] :]) if marks else (code.rstrip(), "")


def _outside(code: str) -> Iterator[tuple[int, str]]:
    """The characters that stand in no quotes, with their places."""
    quote, at = "", 0
    while at < len(code):
        if quote:
            if code[at] == "\\" and quote[0] == '"':
                at += 1
            elif code.startswith(quote, at):
                at += len(quote) - 1
                quote = ""
        elif code[at] in "\"'":
            quote = code[at] * 3 if code.startswith(code[at] * 3, at) else code[at]
            at += len(quote) - 1
        else:
            yield at, code[at]
        at += 1
