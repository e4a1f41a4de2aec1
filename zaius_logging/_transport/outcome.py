"""What can come of sending a batch, as types that `match` tells apart.

A transport answers with one of these and never raises; the delivery machine reads nothing else.
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
        places: 0-based place in the batch -> the API's reason. At least one.
    """

    places: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Split:
    """Something in the batch was refused, and nothing says which: halve it.

    Attributes:
        reason: what the API said, for the event that at last stands alone.
        too_large: the batch as a whole was too big, so its halves may both be good.
    """

    reason: str
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """Nothing is wrong with the batch: send the very same again, later.

    Attributes:
        reason: for people.
        after: seconds to wait at the least, or None where the server did not say.
        throttled: the server asked us to slow down (429).
    """

    reason: str
    after: float | None = None
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing we send would be taken until a person mends the key, the address or the network.

    Attributes:
        reason: what happened and what to check, for people.
    """

    reason: str


Outcome = Delivered | Rejected | Split | Retry | Paused
