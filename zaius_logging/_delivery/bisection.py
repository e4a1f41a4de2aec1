"""The search for a bad event in a batch, as values: each step gives the next search, and changes nothing.

Halving finds k bad events of n in at most 1 + 2k·log2(n) requests. Two rules keep it there: where the
first half went through whole, the second is split unsent; and after the first find all that is left goes
as one, since a single bad event is what happens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Group:
    """Events at the front that are sent together.

    `suspect`: if the group before it goes through whole, the bad one must be in here.
    """

    count: int
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """Where a search stands.

    Attributes:
        groups: what is left of the batch, the next one last; empty where nothing is searched.
        found: a bad event was found in that batch.
        proven: the way to the API is open: something of that batch went through, or the API itself answered.
    """

    groups: tuple[Group, ...] = ()
    found: bool = False
    proven: bool = False

    def __bool__(self) -> bool:
        return bool(self.groups)

    @property
    def count(self) -> int:
        """How many events to send next."""
        return self.groups[-1].count

    def sent(self, count: int) -> Search:
        """Make the next group exactly what was sent; a byte limit may have cut it."""
        if not self.groups:
            return Search((Group(count),))
        rest = self.count - count
        if rest <= 0:
            return self
        last = replace(self.groups[-1], count=rest)
        return replace(self, groups=(*self.groups[:-1], last, Group(count)))

    def went_through(self) -> Search:
        """The group that was sent is delivered."""
        rest = replace(self, groups=self.groups[:-1], proven=True)
        return rest.split() if rest and rest.groups[-1].suspect else rest

    def named(self, bad: int) -> Search:
        """So many of the group that was sent were named as bad, and are gone; the others stay."""
        calm = self._calm()
        left = calm.count - bad
        groups = calm.groups[:-1]
        return replace(calm, groups=(*groups, Group(left)) if left else groups, proven=True)

    def failed(self, *, too_large: bool) -> Search:
        """Something in the group that was sent is bad, and nobody said what; or all of it is too large."""
        calm = self._calm()
        if calm.count > 1:
            return calm.split(suspect=not too_large)
        groups = calm.groups[:-1]  # a single event: found
        if groups and not self.found and not too_large:
            groups = (Group(sum(group.count for group in groups)),)
        return Search(groups, found=True)

    def split(self, *, suspect: bool = True) -> Search:
        """Send the next group in two halves."""
        whole = self.count
        if whole < 2:  # noqa: PLR2004 - one event has no halves
            return self
        halves = Group(whole - whole // 2, suspect=suspect), Group(whole // 2)
        return replace(self, groups=(*self.groups[:-1], *halves))

    def _calm(self) -> Search:
        # At most one is suspect, deeper where a byte limit cut the last group.
        return replace(self, groups=tuple(Group(group.count) for group in self.groups))
