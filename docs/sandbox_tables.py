"""Writes the tables of options and rules in docs/how-to/sandbox.md, from where they are declared.

`python docs/sandbox_tables.py` rewrites them; `tests/sandbox/test_docs.py` fails where they differ.
"""

from pathlib import Path

from zaius_logging.sandbox._options import OPTIONS, Option
from zaius_logging.sandbox._rule import EVIDENCE, Rule
from zaius_logging.sandbox._rulebook import RULES

PAGE = Path(__file__).resolve().parent / "how-to" / "sandbox.md"


def options() -> str:
    """Write a row for each option."""
    rows = ["| option | default | what it does |", "|---|---|---|"]
    rows += [
        f"| `{each.name}` | {_default(each)} | {each.sentence}{_choices(each)} |"
        for each in OPTIONS.values()
    ]
    return "\n".join(rows)


def _default(option: Option) -> str:
    if option.default is None:
        return ""
    if isinstance(option.default, bool):
        return "on" if option.default else "off"
    return f"{option.default:,}" if isinstance(option.default, int) else f"`{option.default}`"


def _choices(option: Option) -> str:
    return f" {', '.join(f'`{each}`' for each in option.choices)}." if option.choices else ""


def rules() -> str:
    """Write a row for each rule."""
    rows = ["| rule | what is wrong | follows | option | evidence |", "|---|---|---|---|---|"]
    rows += [
        f"| `{each.name}` | {each.title} | `{each.verdict}` | {_option(each)} | "
        f"[{each.evidence}] {each.source} |"
        for each in RULES
    ]
    marks = [f"[{mark}] {words}" for mark, words in EVIDENCE.items()]
    return "\n".join([*rows, "", f"{'; '.join(marks)}."])


def _option(rule: Rule) -> str:
    return f"`{rule.option}`" if rule.option else ""


def page(text: str) -> str:
    """Put both tables into the page's text."""
    for name, table in (("options", options()), ("rules", rules())):
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        if not end:
            raise ValueError(f"{PAGE} has no place for the table of {name}")
        text = f"{before}{begin}{table}\n{end}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
