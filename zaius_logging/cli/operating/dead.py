"""`zaius-logging dead`: its parts, their options and help."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import Any

import click

from zaius_logging._config import configure, own_part
from zaius_logging._spool.journal.letters import RETRIED, Letter
from zaius_logging.cli.options import checked_by
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.screen import stdout
from zaius_logging.cli.words import count, json_text, printable

from . import page
from .letters import Choice, Letters, age, kind_of, letters_of
from .mapping import Mapping, pairs, value_of

_HELP = """\
Look at dead letters, the events that the API rejected; cure the cause, and try them again.

FROM is a spool_dir, a file of dead letters, or a relay's stream:
redis://host/0?stream=zaius:events.

\b
What was rejected, and why:
  zaius-logging dead /var/spool/shop list
One with its reason and its event:
  zaius-logging dead /var/spool/shop show --kind order/purchase
Try again once the cause is cured, or with a small change:
  zaius-logging dead /var/spool/shop retry --reason "unknown field"
  zaius-logging dead /var/spool/shop retry --kind order/purchase \\
    --rename data.sku=data.product_id --number data.total --catalog events.toml
Look first:
  zaius-logging dead /var/spool/shop retry --number data.total --dry-run
Change them by hand, in $EDITOR:
  zaius-logging dead /var/spool/shop edit --id 3fa9

Which: --reason, --kind, --fate, --newer 2h, --older 3d, --id; --account where FROM
holds several; those that were retried stay, marked, and are left out without
--retried. An event keeps its id, so nothing is doubled. --json for programs.
"""


@click.group(short_help="Look at events that the API rejected; try them again.", help=_HELP)
@click.argument("where", metavar="FROM")
@click.pass_context
def dead(context: click.Context, where: str) -> None:
    """Look at dead letters."""
    context.obj = where


def _said(text: str | None) -> str | None:
    """A script whose variable is empty must not mean all letters."""
    if text is not None and not text.strip():
        raise ValueError("is blank: leave it out to mean all")
    return text


def _all_said(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text for text in texts if _said(text))


_CHOICE: list[Any] = [
    click.option(
        "--account", metavar="NAME", help="The account's folder; its first letters will do."
    ),
    click.option(
        "--reason", metavar="TEXT", callback=checked_by(_said), help="A part of the reason."
    ),
    click.option(
        "--kind", metavar="TYPE[/ACTION]", callback=checked_by(_said), help="The events' kind."
    ),
    click.option("--fate", type=click.Choice(["rejected", "expired", RETRIED])),
    click.option("--newer", metavar="TIME", callback=checked_by(age), help="Died since: 2h, 3d."),
    click.option("--older", metavar="TIME", callback=checked_by(age), help="Died before: 2h, 3d."),
    click.option(
        "--id",
        "ids",
        multiple=True,
        metavar="ID",
        callback=checked_by(_all_said),
        help="Its first digits will do.",
    ),
    click.option("--retried", is_flag=True, help="Those that were retried, too."),
]
_CHANGES: list[Any] = [
    click.option(
        "--rename", multiple=True, metavar="PATH=NAME", help="data.sku=data.product_id, in place."
    ),
    click.option("--number", multiple=True, metavar="PATH", help="Text that is to be a number."),
    click.option("--set", "put", multiple=True, metavar="PATH=VALUE", help="JSON, else text."),
    click.option("--drop", multiple=True, metavar="PATH", help="What is taken out."),
]
_CHECK: list[Any] = [
    click.option(
        "--catalog",
        "catalogue",
        metavar="FILE",
        envvar="ZAIUS_CATALOG",
        help="Check by an events.toml, or `standard`.  [default: ZAIUS_CATALOG]",
    ),
]
_NONE = "no dead letter is like that"

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _with(options: Sequence[Any]) -> Callable[[Any], Any]:
    def add(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _opened(where: str, options: dict[str, Any]) -> Letters:
    config = configure({}, own_part(os.environ), needs_key=False)
    return letters_of(where, options.pop("account"), config.spool_bytes)


def _chosen(letters: Letters, options: dict[str, Any]) -> list[Letter]:
    names = ("reason", "kind", "fate", "newer", "older", "ids", "retried")
    said = {name: options.pop(name) for name in names}
    said["retried"] = said["retried"] or said["fate"] == RETRIED or bool(said["ids"])
    return list(Choice(**said).of(letters.read()))


@dead.command("list", short_help="How many, of which kind, and why.")
@_with(_CHOICE)
@click.option("--each", is_flag=True, help="A line for each letter, with its id.")
@as_json
@click.pass_obj
def list_(where: str, /, *, each: bool, as_json: bool, **options: Any) -> int:
    """Count the dead letters by kind and reason, the most frequent first. Those that were retried are counted apart.

    Status: 0.
    """
    options["retried"] = True
    found = _chosen(_opened(where, options), options)
    console = stdout()
    if each:
        rows = [(one.id, one.at, one.fate, kind_of(one), _short(one.reason)) for one in found]
        if as_json:
            page.show_json(console, [_plain(one) for one in found])
        else:
            page.show(console, page.table(("ID", "DIED", "FATE", "KIND", "REASON"), rows))
        return 0
    groups = _groups(found)
    if as_json:
        page.show_json(console, groups)
        return 0
    rows = [
        (f"{one['left']:,}", f"{one['retried']:,}", one["kind"], one["last"], _short(one["reason"]))
        for one in groups
    ]
    page.show(console, page.table((">LEFT", ">RETRIED", "KIND", "LAST DIED", "REASON"), rows))
    left = sum(one["left"] for one in groups)
    console.print(f"{count(left, 'dead letter')} left, {len(found) - left:,} retried.")
    return 0


def _groups(found: Sequence[Letter]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str], list[Letter]] = {}
    for one in found:
        groups.setdefault((kind_of(one), re.sub(r"\d+", "#", one.reason)), []).append(one)
    return sorted(
        (
            {
                "kind": kind,
                "reason": many[0].reason,
                "left": sum(one.fate != RETRIED for one in many),
                "retried": sum(one.fate == RETRIED for one in many),
                "first": min(one.at for one in many),
                "last": max(one.at for one in many),
                "example": many[0].id,
            }
            for (kind, _), many in groups.items()
        ),
        key=lambda one: (-one["left"], one["kind"], one["reason"]),
    )


def _short(reason: str, most: int = 60) -> str:
    text = "".join(each if each.isprintable() else " " for each in reason)
    return text if len(text) <= most else text[: most - 1] + "…"


def _plain(letter: Letter) -> dict[str, Any]:
    return {**letter._asdict(), "where": letter.where[0]}


@dead.command(short_help="Letters whole: reason, time and event.")
@_with(_CHOICE)
@click.option("-n", "most", type=click.IntRange(1), default=1, show_default=True)
@as_json
@click.pass_obj
def show(where: str, /, *, most: int, as_json: bool, **options: Any) -> int:
    """Show letters whole, the newest first: when, why, and the event. It is a customer's data.

    Status: 0; 1 where there is none.
    """
    found = _chosen(_opened(where, options), options)[::-1][:most]
    console = stdout()
    if as_json:
        page.show_json(console, [_plain(one) for one in found])
    for one in () if as_json else found:
        console.print(printable(f"{one.id}  {kind_of(one)}  {one.fate} {one.at}"), style="bold")
        console.print(_short(one.reason, 1000), style="red")
        console.print(json_text(one.event, indent=2))
    if not found:
        click.echo(_NONE, err=True)
    return int(not found)


@dead.command(short_help="Send events again that were rejected.")
@_with([*_CHOICE, *_CHANGES, *_CHECK])
@click.option("--dry-run", is_flag=True, help="Print the events as they would be; do nothing.")
@as_json
@click.pass_obj
def retry(
    where: str, /, *, dry_run: bool, as_json: bool, catalogue: str | None, **options: Any
) -> int:
    """Put events back where they wait, changed if need be, and mark their letters.

    Each is checked first, by the API's rules and by a catalogue; what is wrong stays. From a spool_dir the
    processes of the service send them within 25 seconds, or `zaius-logging spool DIR drain` does. An
    event keeps its idempotence_id and its time.

    Status: 0 all that were chosen; 1 some stay, with the reasons on stderr, or none is like that; 2 nothing was
    done.
    """
    from .retrying import Check, carry_out, ready

    letters = _opened(where, options)
    check = Check(catalogue)
    change = _mapping(options)
    chosen = _chosen(letters, options)
    if not chosen:
        return _none(as_json=as_json)
    done = ready(chosen, change, check)
    return carry_out(letters, *done, dry_run=dry_run, as_json=as_json)


def _mapping(options: dict[str, Any]) -> Mapping:
    try:
        rename = pairs(options.pop("rename"), "--rename data.sku=data.product_id")
        put = pairs(options.pop("put"), "--set data.currency=EUR")
    except ValueError as error:
        raise JobError(str(error)) from None
    for old, new in rename:
        if old.rpartition(".")[0] != new.rpartition(".")[0]:
            raise JobError(
                f"--rename {old}={new}: a field gets another name, but not another place"
            )
    return Mapping(
        rename=rename,
        put=tuple((path, value_of(text)) for path, text in put),
        number=options.pop("number"),
        drop=options.pop("drop"),
    )


def _none(*, as_json: bool) -> int:
    if as_json:
        page.show_json(stdout(), {"retried": 0, "left": [], "no_room_for": 0})
    click.echo(_NONE, err=True)
    return 1


@dead.command(short_help="Change events in $EDITOR, and send them again.")
@_with([*_CHOICE, *_CHECK])
@click.option("--dry-run", is_flag=True, help="Print the events as they would be; do nothing.")
@as_json
@click.pass_obj
def edit(
    where: str, /, *, dry_run: bool, as_json: bool, catalogue: str | None, **options: Any
) -> int:
    """Open the events in VISUAL or EDITOR as JSON, and retry what was saved.

    An entry that is taken out there stays a dead letter. What is wrong is said, and may be edited again.

    Status: as retry.
    """
    from .retrying import Check, carry_out, edited

    letters = _opened(where, options)
    check = Check(catalogue)
    chosen = _chosen(letters, options)
    if not chosen:
        return _none(as_json=as_json)
    return carry_out(letters, *edited(chosen, check), dry_run=dry_run, as_json=as_json)


@dead.command(short_help="Print the events, as JSON lines.")
@_with(_CHOICE)
@click.option("--letters", "whole", is_flag=True, help="With reason, time and fate.")
@click.pass_obj
def export(where: str, /, *, whole: bool, **options: Any) -> int:
    """Print the events of dead letters, an event a line: for `send`, jq, or whoever must correct them.

    Status: 0.
    """
    found = _chosen(_opened(where, options), options)
    for one in found:
        click.echo(json_text(_plain(one) if whole else one.event))
    click.echo(f"{count(len(found), 'event')} exported", err=True)
    return 0


@dead.command(short_help="Remove letters for good.")
@_with(_CHOICE)
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_obj
def purge(where: str, /, *, yes: bool, as_json: bool, **options: Any) -> int:
    """Remove dead letters for good: their events are gone. Without a choice: all, the retried ones too.

    Status: 0; 2 where nobody can be asked and --yes is missing.
    """
    letters = _opened(where, options)
    everything = not any(options.values())
    found = _chosen(letters, {**options, "retried": options["retried"] or everything})
    if found and not yes:
        try:
            sure = click.confirm(f"Remove {count(len(found), 'dead letter')} for good?", err=True)
        except click.Abort:
            raise JobError("nobody can be asked: give --yes") from None
        if not sure:
            return 0
    letters.purge(found)
    if as_json:
        page.show_json(stdout(), {"removed": len(found)})
    else:
        click.echo(f"{count(len(found), 'dead letter')} removed.")
    return 0
