"""Takes the identifiers of a request that can be bound, for middlewares: a request must not fail for the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zaius_logging._errors import EventError
from zaius_logging._event.rules import identifiers_of
from zaius_logging._operators.notices import Notices

_notices = Notices()


def usable(identifiers: Mapping[str, Any]) -> dict[str, Any]:
    """Give those of a request's identifiers that can be bound.

    One that cannot, such as a text that is too long, is left out and reported on stderr: a request must
    not fail for what its events would have said.

    Args:
        identifiers: name -> text or whole number.
    """
    found: dict[str, Any] = {}
    for name, value in identifiers.items():
        try:
            found |= identifiers_of({name: value})
        except EventError as error:  # noqa: PERF203 - they are few
            tell_left_out(name, str(error))
    return found


def tell_left_out(name: str, why: str) -> None:
    """Say on stderr, now and then, that an identifier of requests is left out.

    Args:
        name: of the identifier.
        why: without any value of it.
    """
    _notices.tell(f"identifier {name}", f"the identifier {name!r} of a request is left out: {why}")
