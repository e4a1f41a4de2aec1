"""Makes the body of a request to the Events API, and reads what an answer means for the batch.

Sources, as the table in `meaning` cites them: [D] the API's documentation, [S] read in an official
SDK, [I] inferred, [?] unknown and handled so that no reading loses an event.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timezone
from typing import Any

from .endpoint import MAX_EVENTS
from .outcome import Delivered, Outcome, Paused, Rejected, Retry, Split

MAX_RETRY_AFTER = 3600.0
"""Seconds. Retry-After is not documented here [?]: a wild value must not stop us for days."""

MAX_REASON = 500
"""Characters of the API's own text that are kept with a rejected event."""

_NUMERALS = frozenset("0123456789.+-eE")
_MAX_HEADER = 500  # characters of a Retry-After that are read; a date has 29

_MAX_BRACKETS = 4 * MAX_EVENTS
"""Brackets in a body: twice as many as a 400 needs that names every event. Empty lists and objects take
twenty times their bytes in memory, so an answer that is made of them is not read."""


def request_body(items: Sequence[bytes]) -> bytes:
    """Join encoded events to the array that the API takes [D]."""
    return b"[" + b",".join(items) + b"]"


def meaning(
    status: int, headers: Mapping[str, str], body: bytes, count: int, *, now: float
) -> Outcome:
    """Say what an answer means for the batch: the status decides, the body only adds detail.

    | status | outcome | source |
    |---|---|---|
    | 200-299 | delivered, whatever the body says | [D] 202; [S] any 2xx |
    | 300-399 | paused: a redirect would carry the key to another place | [I] measured |
    | 400, 422 | events are bad: the named ones rejected, else split; where the body is not the API's own, `own=False` | [D] 400; 422 [I] RFC 9110 |
    | 408, 425, 429 | retry, not before Retry-After | [?] RFC 9110, 8470, 6585 |
    | 413 | split: too large | [I] API gateway |
    | other 400-499 | paused: key, address or account | [D] 403, 404; the rest [?] |
    | 500-599, anything else | retry | [?] RFC 9110 |

    Args:
        status: of the status line.
        headers: of the answer; names in any case.
        body: as far as it was read. It can be anything.
        count: events in the batch.
        now: seconds since the epoch, for a Retry-After that is a date.
    """
    if 200 <= status < 300:  # noqa: PLR2004 - the classes of RFC 9110, section 15
        return Delivered()
    if status in (400, 422):
        return _blamed(_json(body), count, status)
    if status == 413:  # noqa: PLR2004
        return Split("the API answered 413: too large", too_large=True)
    if status in (408, 425, 429) or not 300 <= status < 500:  # noqa: PLR2004
        after = retry_after(_header(headers, "retry-after"), now)
        return Retry(f"the API answered {status}", after, throttled=status == 429)  # noqa: PLR2004
    return Paused(_advice(status))


def retry_after(value: str | None, now: float) -> float | None:
    """Read Retry-After (RFC 9110, section 10.2.3), in seconds or as a date.

    More forms are read than the RFC has, for servers that send them: fractions, signs, exponents, and
    lists, which is how a header that was sent twice arrives; of these the longest wait counts.

    Returns:
        Seconds between 0 and `MAX_RETRY_AFTER`, or None where it says nothing that can be read.
    """
    if value is None:
        return None
    value = value[:_MAX_HEADER]
    try:
        seconds = [_seconds(part.strip()) for part in value.split(",")]
    except ValueError:
        seconds = _until(value, now)
    return min(max(*seconds, 0.0), MAX_RETRY_AFTER) if seconds else None


def _seconds(text: str) -> float:
    if not _NUMERALS.issuperset(
        text
    ):  # float() takes "nan", "1_0" and digits of other scripts, too
        raise ValueError
    return float(text)


def _until(date: str, now: float) -> list[float]:
    """The seconds until a date, as the one entry of a list; none where it is no date."""
    from email.utils import parsedate_to_datetime  # 7 ms of 46 to import us, for a rare header

    try:
        at = parsedate_to_datetime(date)
        if at.tzinfo is None:  # "-0000", which RFC 5322 reads as UTC
            at = at.replace(tzinfo=timezone.utc)
        return [at.timestamp() - now]
    except (ValueError, TypeError, OverflowError, IndexError):  # as email.utils raises on garbage
        return []


def _advice(status: int) -> str:
    if status < 400:  # noqa: PLR2004
        return f"the API answered {status}, a redirect, which is not followed: check endpoint"
    if status in (401, 403):
        return f"the API answered {status}: check api_key, and that it may post events"
    if status in (404, 405, 410):
        return f"the API answered {status}: check endpoint"
    if status == 407:  # noqa: PLR2004
        return "the proxy answered 407: check the proxy's user and password"
    return f"the API answered {status}: check endpoint, api_key and the account"


def _blamed(answer: Any, count: int, status: int) -> Outcome:
    """Which events a 400 blames: the named places if they make sense, else anyone."""
    if not isinstance(answer, dict) or "detail" not in answer:  # every known form has it [D] [S]
        return Split(_reason(answer, status), own=False)
    detail = answer["detail"]
    invalids = detail.get("invalids") if isinstance(detail, dict) else None
    places: dict[int, list[str]] = {}
    for invalid in invalids if isinstance(invalids, list) else ():
        place = invalid.get("event") if isinstance(invalid, dict) else None
        if type(place) is not int or not 0 <= place < count:
            # It speaks of something else: prove it one by one.
            return Split(_reason(invalid, status))
        places.setdefault(place, []).append(_reason(invalid, status))
    if not places:
        return Split(_reason(detail, status))
    return Rejected({place: _short("; ".join(said)) for place, said in places.items()})


def _reason(said: Any, status: int) -> str:
    """The API's own words, in the forms that are known, made safe to print."""
    words = said if isinstance(said, dict) else {}
    reason = _text(words.get("message")) or _text(words.get("reason"))
    if field := _text(words.get("field")):
        reason = f"{field}: {reason}"
    return _short(reason) or f"the API answered {status} and gave no reason"


def _text(said: Any) -> str:
    """Text, or a list of texts; anything else says nothing."""
    if isinstance(said, list):
        return "; ".join(part for part in said if isinstance(part, str))
    return said if isinstance(said, str) else ""


def _short(text: str) -> str:
    shown = (char if char.isprintable() else " " for char in text[:MAX_REASON])
    return "".join(shown).strip()


def _json(body: bytes) -> Any:
    if body.count(b"[") + body.count(b"{") > _MAX_BRACKETS:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _header(headers: Mapping[str, str], name: str) -> str | None:
    return next((value for key, value in headers.items() if key.lower() == name), None)
