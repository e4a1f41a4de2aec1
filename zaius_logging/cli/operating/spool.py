"""`zaius-logging spool`: its parts, their options and help."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click
from rich.text import Text

from zaius_logging._spool.journal import look
from zaius_logging.cli.options import checked_by, rate, seconds
from zaius_logging.cli.screen import stdout
from zaius_logging.cli.words import count

from . import looking, page
from .place import Place, account_of, opened

_HELP = """\
Look into a spool_dir, and send what is stuck in it.

\b
What waits, whose it is, and whether its process lives:
  zaius-logging spool /var/spool/shop list
Checksums of every line:
  zaius-logging spool /var/spool/shop verify
Send what dead processes have left, beside running ones, two requests a second:
  zaius-logging spool /var/spool/shop drain --rate 2
See events as a service writes them:
  zaius-logging spool /var/spool/shop tail
Take what waits to another machine:
  zaius-logging spool /var/spool/shop export > waiting.jsonl
  zaius-logging spool /var/spool/other import waiting.jsonl

list, verify, export and tail change no byte, send nothing and take over nothing. Run
as root, the command acts as the owner of DIR. list and verify take --json. Where DIR
holds several accounts, --account names one, after the command.
"""


@click.group(short_help="Look into a spool_dir; send what is stuck in it.", help=_HELP)
@click.argument("directory", metavar="DIR")
@click.pass_context
def spool(context: click.Context, directory: str) -> None:
    """Look into a spool directory."""
    context.obj = directory


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
one_account = click.option(
    "--account", metavar="NAME", help="The account's folder; its first letters will do."
)


@spool.command("list", short_help="What waits, whose it is, whether its process lives.")
@one_account
@as_json
@click.pass_obj
def list_(directory: str, account: str | None, *, as_json: bool) -> int:
    """List accounts and processes: owner alive or ended, events that wait, the oldest, bytes.

    Status: 0.
    """
    found = [
        looking.account(folder) for folder in _chosen(opened(directory, counted=True), account)
    ]
    console = stdout()
    if as_json:
        page.show_json(console, {"directory": directory, "accounts": found})
        return 0
    page.show(console, page.table(_HEAD, [row for each in found for row in _rows(each)]))
    for each in found:
        page.say(console, _summary(each))
        for one in each["left_alone"]:
            console.print(f"  {one['file']}: {one['problem']}; left alone")
    if not found:
        console.print("Nothing waits here, and no process has left its numbers.")
    return 0


def _chosen(place: Place, account: str | None) -> list[Path]:
    return place.folders if account is None else [account_of(place.folders, account)]


_HEAD = ("ACCOUNT", ">PID", "OWNER", "SENT BY", ">WAITING", ">OLDEST", ">DISK")


def _rows(account: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for each in account["processes"]:
        yield (
            account["account"],
            str(each["pid"]),
            each["owner"],
            each["sender"] if each["owner"] == "alive" or each["sender"] != "itself" else "others",
            f"{each['waiting']:,}",
            page.duration(each["oldest_seconds"]),
            page.size(each["bytes"]),
        )


def _summary(account: dict[str, Any]) -> Text:
    text = Text(f"{account['account']}: {count(account['waiting'], 'event')} wait")
    if account["oldest_seconds"] is not None:
        text.append(f", the oldest for {page.duration(account['oldest_seconds'])}")
    text.append(f"; {page.size(account['bytes'])} on disk")
    if account["dead_letters"]:
        text.append(f"; {count(account['dead_letters'], 'dead letter')}", style="yellow")
    if account["damaged"]:
        text.append(f"; {count(account['damaged'], 'damaged line')} (verify)", style="red")
    return text


@spool.command(short_help="Checksums of every line.")
@one_account
@as_json
@click.pass_obj
def verify(directory: str, account: str | None, *, as_json: bool) -> int:
    """Read every line of every file, and compare checksums and ordinals.

    Status: 0 all sound; 1 damage was found. A damaged line costs itself: what is sound is sent.
    """
    folders = _chosen(opened(directory), account)
    found = [looking.counted(each) for folder in folders for each in look.segments(str(folder))]
    bad = [each for each in found if each["damaged"] or each["missing"] or each["problem"]]
    console = stdout()
    if as_json:
        page.show_json(console, {"directory": directory, "sound": not bad, "files": found})
        return int(bool(bad))
    for each in bad:
        where = ", ".join(f"byte {at:,}" for at in each["damaged_at"][:3])
        why = each["problem"] or f"{count(each['damaged'], 'damaged line')} ({where})"
        if each["missing"]:
            why += f", {count(each['missing'], 'line')} missing"
        console.print(f"{each['file']}: {why}", style="red")
    lines = sum(each["lines"] for each in found)
    console.print(
        f"{count(len(found), 'file')}, {count(lines, 'sound line')}, {len(bad):,} with damage."
    )
    return int(bool(bad))


@spool.command(short_help="Send what dead processes have left.")
@one_account
@click.option(
    "--rate",
    type=float,
    metavar="NUMBER",
    callback=checked_by(rate),
    help="Requests a second at the most.  [default: no limit]",
)
@click.option(
    "--timeout",
    type=float,
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    callback=checked_by(seconds),
    help="Give up after so long without any event getting through.",
)
@as_json
@click.pass_obj
def drain(directory: str, /, **options: Any) -> int:
    """Send what dead processes have left; what living ones hold, they send themselves.

    The key is read from ZAIUS_API_KEY, the address from ZAIUS_ENDPOINT; only the account that they belong to
    is sent. Stop it at any time: what was delivered is marked in the files, and the next run, or the service,
    goes on. Events that the API rejects go to the dead letters.

    Status: 0 nothing is left; 1 some is; 2 key, address or DIR are wrong; 130 ended by Ctrl-C, 143 by SIGTERM.
    """
    from .draining import drained

    return drained(directory, **options)


@spool.command(short_help="Print the events that wait, as JSON lines.")
@one_account
@click.option("--ended", is_flag=True, help="Only those whose process is gone.")
@click.pass_obj
def export(directory: str, account: str | None, *, ended: bool) -> int:
    """Print the events that wait, an event a line: for `send`, `import` and jq. They stay where they are.

    Their ids stay the same, so an event that is sent from here, too, is recognised by its idempotence_id.
    """
    out = sys.stdout.buffer
    folder = account_of(opened(directory).folders, account)
    number = 0
    for number, (_, each) in enumerate(looking.waiting(folder, ended_only=ended), 1):  # noqa: B007
        out.write(each.item + b"\n")
    out.flush()
    click.echo(f"{count(number, 'event')} exported, and left where they are", err=True)
    return 0


@spool.command("import", short_help="Put events into the spool, as a process that has ended would.")
@click.argument("file", type=click.File("rb"))
@one_account
@click.option(
    "--skip", type=click.IntRange(0), default=0, help="Lines to pass over at the beginning."
)
@as_json
@click.pass_obj
def import_(directory: str, /, file: IO[bytes], **options: Any) -> int:
    """Put the events of FILE, one a line, into the spool; the service's processes send them.

    Every line is checked first; where one is wrong nothing is imported. The account is that of ZAIUS_API_KEY
    and ZAIUS_ENDPOINT, or the one that --account names.

    Status: 0 all are in the spool; 1 it is full, and the last line says how to go on; 2 nothing was done.
    """
    from .moving import imported

    return imported(directory, file, **options)


@spool.command(short_help="Print events as they are written.")
@one_account
@click.option("-n", "last", type=click.IntRange(0), default=0, help="Begin with so many that wait.")
@click.pass_obj
def tail(directory: str, account: str | None, last: int) -> int:
    """Print the events that a service writes, as it writes them, until Ctrl-C. Nothing is changed by it."""
    from .moving import tailed

    return tailed(account_of(opened(directory).folders, account), last)
