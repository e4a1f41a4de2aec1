"""Writes what is said of each setting, from its one declaration in `zaius_logging/_settings.py`.

`python docs/settings.py` rewrites the handler's signature and docstring and the page of settings;
`tests/test_settings.py` fails where they differ.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

from zaius_logging._settings import SETTINGS, Config, MiB, Setting

ROOT = Path(__file__).resolve().parents[1]
HANDLER = ROOT / "zaius_logging" / "_handler.py"
PAGE = ROOT / "docs" / "settings.md"
WIDTH = 100


def default_of(declared: Setting) -> str:
    """Write a default as people do: `64 MiB`, `100,000`; nothing where there is none."""
    value = declared.default
    if value is None or value == "" or isinstance(value, (Mapping, tuple)):
        return ""
    if isinstance(value, (bool, str)):
        return repr(value) if isinstance(value, bool) else f'"{value}"'
    if value >= MiB and value % MiB == 0:
        return f"{value // MiB} MiB"
    return f"{value:,}" if value != int(value) or isinstance(value, int) else f"{int(value):,}"


def sentence_of(declared: Setting) -> str:
    """Write the sentence with its default at the end."""
    default = default_of(declared)
    return declared.says.removesuffix(".") + (f" (default: {default})." if default else ".")


def signature() -> str:
    """Write the arguments of `ZaiusHandler.__init__`; None stands for "not given"."""
    lines = []
    for name in SETTINGS:
        kind = Config.__annotations__[name]
        kind = kind if kind.endswith("| None") else f"{kind} | None"
        lines.append(f"        {name}: {kind} = None,\n")
    return "".join(lines)


def docstring() -> str:
    """Write the entries under `Args:` of the handler's docstring."""
    entries = [f"{name}: {sentence_of(declared)}" for name, declared in SETTINGS.items()]
    return "".join(
        line + "\n"
        for entry in entries
        for line in textwrap.wrap(
            entry,
            WIDTH,
            initial_indent=" " * 8,
            subsequent_indent=" " * 12,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def table() -> Iterator[str]:
    """Write the rows of the page."""
    yield "| setting | default | variable? | meaning |\n|---|---|---|---|\n"
    for name, declared in SETTINGS.items():
        variable = "yes" if declared.read else ""
        default = default_of(declared)
        default = f"`{default}`" if default.startswith('"') else default
        says = declared.says[0].upper() + declared.says[1:].replace("|", "\\|")
        yield f"| `{name}` | {default} | {variable} | {says} |\n"


def written(handler: str, page: str) -> tuple[str, str]:
    """Give the texts of the handler's module and of the page as they should be."""
    handler = re.sub(
        r"(?<=\n    Args:\n).*?(?=        level: as )",
        lambda _: docstring(),
        handler,
        count=1,
        flags=re.DOTALL,
    )
    handler = re.sub(
        r"(?<=\n        \*,\n).*?(?=        level: int)",
        lambda _: signature(),
        handler,
        count=1,
        flags=re.DOTALL,
    )
    page = re.sub(
        r"(?<=<!-- settings -->\n).*(?=<!-- /settings -->)",
        lambda _: "\n" + "".join(table()) + "\n",
        page,
        flags=re.DOTALL,
    )
    return handler, page


if __name__ == "__main__":
    texts = written(HANDLER.read_text("utf-8"), PAGE.read_text("utf-8"))
    for path, text in zip((HANDLER, PAGE), texts, strict=True):
        path.write_text(text, "utf-8")
