"""Tries dead letters again: changed, checked, put back where events wait, and marked."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from zaius_logging._catalog.check import findings
from zaius_logging._catalog.model import Catalogue
from zaius_logging._catalog.read import catalogue as read_catalogue
from zaius_logging._errors import ConfigError
from zaius_logging._spool.journal.letters import Letter
from zaius_logging.cli.problems import JobError
from zaius_logging.cli.screen import stderr, stdout
from zaius_logging.cli.words import count, json_text, printable

from . import page
from .event import bytes_of
from .letters import Letters

_SHOWN = 3

Ready = list[tuple[Letter, bytes]]


class Check:
    """Judges events by the API's rules, and by a catalogue where there is one.

    Args:
        catalogue: `standard`, or a path; None for the rules alone.

    Raises:
        JobError: the catalogue cannot be read.
    """

    def __init__(self, catalogue: str | None) -> None:
        try:
            self._known: Catalogue | None = read_catalogue(catalogue) if catalogue else None
        except ConfigError as error:
            raise JobError(str(error)) from None

    def __call__(self, event: dict[str, Any], letter: Letter) -> bytes:
        """Write an event that may be sent.

        Raises:
            ValueError: it may not, with what is wrong; or its id is not the letter's any more.
        """
        item = bytes_of(event)
        before, after = (_id_of(each) for each in (letter.event or {}, json.loads(item)))
        if before and before != after:
            raise ValueError("data.idempotence_id: must stay, so that the event is sent once")
        for found in findings(self._known, event) if self._known else ():
            if found.grade in {"wrong", "refuse"}:
                raise ValueError(str(found))
        return item


def _id_of(event: dict[str, Any]) -> Any:
    data = event.get("data")
    return data.get("idempotence_id") if isinstance(data, dict) else None


def ready(
    chosen: Iterable[Letter], change: Callable[[dict[str, Any]], dict[str, Any]], check: Check
) -> tuple[Ready, Counter[str]]:
    """Change and check letters. Gives those that may be sent, and of the others each reason with its count."""
    found: Ready = []
    problems: Counter[str] = Counter()
    for letter in chosen:
        if letter.event is None:
            problems["the letter holds no JSON"] += 1
            continue
        try:
            found.append((letter, check(change(letter.event), letter)))
        except ValueError as error:
            problems[str(error)] += 1
    return found, problems


def carry_out(
    letters: Letters, found: Ready, problems: Counter[str], *, dry_run: bool, as_json: bool
) -> int:
    """Put what may be sent back, and say what was done. Gives the exit status."""
    done = len(found) if dry_run else letters.retry(found) if found else 0
    status = int(bool(problems) or done < len(found))
    if as_json:
        said: dict[str, Any] = {
            "retried": 0 if dry_run else done,
            "left": [{"problem": each, "count": number} for each, number in problems.most_common()],
            "no_room_for": len(found) - done,
        }
        if dry_run:
            said["would_be_retried"] = [json.loads(item) for _, item in found]
        page.show_json(stdout(), said)
        return status
    if dry_run:
        for _, item in found:
            click.echo(item.decode())
        click.echo(f"{count(len(found), 'event')} would be retried", err=True)
    else:
        click.echo(f"{count(done, 'event')} retried, with the ids that they had, and marked.")
    for problem, number in problems.most_common(_SHOWN):
        click.echo(printable(f"{count(number, 'event')} left: {problem}"), err=True)
    if len(problems) > _SHOWN:
        click.echo(f"and {len(problems) - _SHOWN} other reasons", err=True)
    if done < len(found):
        click.echo(
            f"{count(len(found) - done, 'event')} left: no room; go on when some are sent", err=True
        )
    return status


def edited(chosen: Sequence[Letter], check: Check) -> tuple[Ready, Counter[str]]:
    """Have a person change the events in an editor, again while something is wrong.

    Raises:
        JobError: the editor failed, or what it left is not what it was given.
    """
    by_id = {each.id: each for each in chosen}
    text = json_text(
        [{"id": one.id, "reason": one.reason, "event": one.event} for one in chosen], indent=2
    )
    before = text
    while True:
        text = _in_editor(text)
        if text == before:
            raise JobError(
                "nothing was changed, so nothing is sent: `retry` sends them as they are"
            )
        found, problems = _read(text, by_id, check)
        if not problems:
            return found, problems
        for problem, number in problems.most_common(_SHOWN):
            stderr().print(printable(f"{number:,} times: {problem}"), style="red")
        if not (sys.stdin.isatty() and click.confirm("Edit again?", default=True, err=True)):
            return found, problems


def _read(text: str, by_id: dict[str, Letter], check: Check) -> tuple[Ready, Counter[str]]:
    try:
        entries = json.loads(text)
        events = [(by_id[each["id"]], each["event"]) for each in entries]
    except (ValueError, RecursionError):
        return [], Counter(["what was saved is not JSON"])
    except (KeyError, TypeError):
        return [], Counter(["what was saved is not the list of id, reason and event that it was"])
    found: Ready = []
    problems: Counter[str] = Counter()
    for letter, event in events:
        try:
            found.append((letter, check(event, letter)))
        except ValueError as error:  # noqa: PERF203 - one of a few
            problems[str(error)] += 1
    return found, problems


@contextmanager
def _signals_of_an_editor() -> Iterator[None]:
    """Ctrl-C is the editor's own. SIGTERM or a lost terminal end us, but what it holds is removed first."""

    def end(number: int, _: Any) -> None:
        sys.exit(128 + number)

    def go_on(_: int, __: Any) -> None:
        """Say nothing. Unlike SIG_IGN it is not handed down to the editor."""

    wanted = {"SIGINT": go_on, "SIGTERM": end, "SIGHUP": end}
    before = {
        getattr(signal, name): signal.signal(getattr(signal, name), handler)
        for name, handler in wanted.items()
        if hasattr(signal, name)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_editor(text: str) -> str:
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory() as folder:  # 0700: it holds customers' data
        path = Path(folder, "dead-letters.json")
        path.write_text(text, "utf-8")
        try:
            with _signals_of_an_editor():
                done = subprocess.run([*shlex.split(editor), str(path)], check=False)  # noqa: S603
        except (OSError, ValueError) as error:  # ValueError: quotes that do not end
            why = getattr(error, "strerror", None) or error
            raise JobError(f"EDITOR={editor}: {why}") from None
        if done.returncode:
            raise JobError(f"EDITOR={editor} ended with {done.returncode}: nothing was changed")
        try:
            return path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            text = "left no text in UTF-8: nothing was changed"
            raise JobError(f"EDITOR={editor} {text}") from None
