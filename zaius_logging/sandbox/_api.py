"""Answers a request to `POST /v3/events`: reads the body, judges its events, stores them. Pure."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from zaius_logging.sandbox import _answers as answers
from zaius_logging.sandbox._body import BodyError, Posted, read
from zaius_logging.sandbox._entries import Checked
from zaius_logging.sandbox._judging import judge
from zaius_logging.sandbox._rules import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zaius_logging.sandbox._answers import Answer, Silence
    from zaius_logging.sandbox._faults import Judge, Plan
    from zaius_logging.sandbox._judging import Rules
    from zaius_logging.sandbox._store import Store


@dataclass(frozen=True, slots=True)
class Post:
    """A request to the Events API: what its answer depends on.

    Attributes:
        number: The number of the request.
        key: The `x-api-key`.
        content_type: The media type, without parameters.
        encoding: The `Content-Encoding`.
        body: The bytes as they came; None where they are more than a request may have.
    """

    number: int
    key: str
    content_type: str
    encoding: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a request, and what the list of requests shows of it.

    Attributes:
        reply: What the client gets.
        count: How many events it carried, as far as they could be read.
        note: Why it was not taken; empty if it was.
    """

    reply: Answer | Silence
    count: int = 0
    note: str = ""


def answer(post: Post, rules: Rules, plan: Plan, store: Store, now: float) -> Outcome:
    """Answer a request and keep its events.

    Args:
        post: The request.
        rules: How events are judged.
        plan: The faults that it meets.
        store: Takes the events.
        now: Epoch seconds.
    """
    if plan.ending is None:
        return _judge(post, rules, plan, store, now)
    reply = answers.of_fault(plan.ending, now)
    if not plan.ending.taken:
        return Outcome(reply, 0, "fault")
    outcome = _judge(post, rules, plan, store, now)
    return replace(outcome, reply=reply, note=f"fault after: {outcome.note or 'taken'}")


def _judge(post: Post, rules: Rules, plan: Plan, store: Store, now: float) -> Outcome:
    options = rules.options
    if not _key_is_good(post.key, options["key"]):
        return Outcome(answers.forbidden(), 0, "key missing or wrong")
    if options["strict"] and post.content_type != "application/json":
        message = "Content-Type must be application/json"
        return Outcome(answers.plain(415, message), 0, message)
    if post.body is None:
        return Outcome(answers.plain(413, "Request Too Long"), 0, "body too large")
    try:
        posted = read(post.body, post.encoding)
    except BodyError as error:
        return Outcome(_whole(error, now), 0, error.message)
    good, bad = _sort(posted, rules, plan.bad, now)
    partial = options["partial"] if plan.partial is None else plan.partial
    store.reject(bad, post.number, now)
    if partial or not bad:
        store.accept(good, post.number, now)
    if not bad:
        return Outcome(answers.accepted(now), len(posted))
    reply = answers.invalid(bad, now, named=plan.named, form=plan.form)
    return Outcome(reply, len(posted), f"{len(bad)} of {len(posted)} events are bad")


def _key_is_good(given: str, wanted: str | None) -> bool:
    if wanted is None:
        return bool(given.strip())
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())


def _whole(error: BodyError, now: float) -> Answer:
    if error.status == HTTPStatus.BAD_REQUEST:
        return answers.rejected(400, error.message, now)
    return answers.plain(error.status, error.message)


def _sort(
    posted: Sequence[Posted], rules: Rules, bad_by_fault: Sequence[Judge], now: float
) -> tuple[list[Checked], list[Checked]]:
    """Separate the good events of a request from the bad ones."""
    good: list[Checked] = []
    bad: list[Checked] = []

    def of_faults(event: Any) -> list[Finding]:
        return _condemned(event, _idempotence_id(event), bad_by_fault)

    for index, (event, text) in enumerate(posted):
        rejected, found = judge(event, rules, now, of_faults)
        checked = Checked(text, found, _idempotence_id(event), index)
        (bad if rejected else good).append(checked)
    return good, bad


def _idempotence_id(event: object) -> str | None:
    data = event.get("data") if isinstance(event, dict) else None
    id_ = data.get("idempotence_id") if isinstance(data, dict) else None
    return id_ if isinstance(id_, str) else None


def _condemned(event: Any, id_: str | None, judges: Sequence[Judge]) -> list[Finding]:
    # Each judge is asked, because some of them count.
    return [Finding("fault", "", judge.message) for judge in judges if judge.condemns(event, id_)]
