"""What can come of sending a batch, as types that `match` tells apart.

A transport answers with one of these and never raises; the delivery machine reads nothing else. Counts of
places start at 0 and mean the batch that was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivered:
    """The API has taken the whole batch."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The API named events that it will never take; the others are still to be sent.

    Attributes:
        places: place of an event in the batch -> the API's reason. At least one.
    """

    places: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Split:
    """Something in the batch was rejected, and nothing says which event: send halves.

    Attributes:
        reason: the API's, for the event that stands alone at last.
        too_large: the batch as a whole was too big, so both halves may be good.
        own: the answer was the API's own. Another's (a gateway's page, say) rejects an event only
            where others go through; where nothing does, it is an outage.
    """

    reason: str
    too_large: bool = False
    own: bool = True


@dataclass(frozen=True, slots=True)
class Retry:
    """Nothing is wrong with the batch: send the very same again, later.

    Attributes:
        reason: for people.
        after: seconds to wait at the least, or None where the server did not say.
        throttled: the server asked for fewer requests (429).
    """

    reason: str
    after: float | None = None
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing gets through until a person changes the key, the address or the network.

    Attributes:
        reason: what happened and what to check, for people.
    """

    reason: str


Outcome = Delivered | Rejected | Split | Retry | Paused
