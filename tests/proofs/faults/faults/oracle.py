"""What is owed and what arrived, compared; and the table of it."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from faults.lives import event

MAX_DUPLICATES = 500  # a batch: what was in flight when it happened (P4)


@dataclass
class Tally:
    """The counts of one kind of fault over all its trials.

    Attributes:
        obligations: events whose call had returned.
        lost: of them, those that never arrived.
        altered: events that arrived otherwise than they were logged, or that nobody logged.
        reordered: events that arrived for the first time after a later one of the same thread.
        duplicated: arrivals beyond the first.
        most_duplicated: the same for the worst trial.
        worst_restart: seconds from a start until all that was left had been sent.
        examples: the first that were lost or altered, to look into.
    """

    name: str
    trials: int = 0
    obligations: int = 0
    lost: int = 0
    altered: int = 0
    reordered: int = 0
    duplicated: int = 0
    most_duplicated: int = 0
    worst_restart: float = 0.0
    notes: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def add(self, owed, arrived, *, allowed=(), restart=0.0, power_cut=False):
        """Compare one trial.

        Args:
            owed: names of the events that must have arrived: a thread's, and a number in its order.
            arrived: names of those that did, as often as they did, in the order of their arrival.
            allowed: names of more that may have.
            restart: seconds.
            power_cut: duplicates are not counted: removals of the last second may be undone.
        """
        counts = Counter(arrived)
        lost = set(owed) - set(counts)
        self.trials += 1
        self.obligations += len(set(owed))
        self.lost += len(lost)
        altered = set(counts) - set(owed) - set(allowed)
        self.altered += len(altered)
        late = out_of_order(arrived)
        self.reordered += len(late)
        self.examples = [*self.examples, *sorted(lost), *sorted(altered), *late][:8]
        twice = 0 if power_cut else sum(counts.values()) - len(counts)
        self.duplicated += twice
        self.most_duplicated = max(self.most_duplicated, twice)
        self.worst_restart = max(self.worst_restart, restart)
        return lost

    def plus(self, other):
        """Add another part of the same trials; of numbers in their notes, the sums, or the largest "at most"."""
        for name in ("trials", "obligations", "lost", "altered", "reordered", "duplicated"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("most_duplicated", "worst_restart"):
            setattr(self, name, max(getattr(self, name), getattr(other, name)))
        self.examples = [*self.examples, *other.examples][:8]
        same = [_NUMBER.sub("#", note) for note in self.notes]
        for note in other.notes:
            kind = _NUMBER.sub("#", note)
            if kind in same:
                at = same.index(kind)
                self.notes[at] = _both(self.notes[at], note)
            else:
                self.notes.append(note)

    def row(self):
        restart = f"{self.worst_restart:.2f} s" if self.worst_restart else "-"
        cells = (
            self.name,
            f"{self.trials:,}",
            f"{self.obligations:,}",
            f"{self.lost:,}",
            f"{self.altered:,}",
            f"{self.reordered:,}",
            f"{self.duplicated:,}",
            f"{self.most_duplicated:,}",
            restart,
        )
        return f"| {' | '.join(cells)} |"


_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def _both(one, other):
    """Join the numbers of two notes that are alike."""
    numbers, join = iter(_NUMBER.findall(other)), max if "at most" in one else sum

    def joined(found):
        value = join(float(each.replace(",", "")) for each in (found[0], next(numbers)))
        return f"{value:,.1f}" if "." in found[0] else f"{value:,.0f}"

    return _NUMBER.sub(joined, one)


HEADER = """\
| fault | trials | obligations | lost | altered | out of order | duplicated | most in a trial | worst restart |
|---|---|---|---|---|---|---|---|---|"""


def out_of_order(arrived):
    """Those of the names that arrived for the first time after a later one of the same thread."""
    last, late = {}, []
    for each in dict.fromkeys(map(str, arrived)):
        who, _, number = each.rpartition("-")
        if number.isdigit():
            late += [each] if int(number) < last.get(who, 0) else []
            last[who] = max(last.get(who, 0), int(number))
    return late


def acknowledged(path):
    """Names of the events whose call returned; a torn last line is not one."""
    if not Path(path).exists():
        return []
    whole, _, _ = Path(path).read_text().rpartition("\n")
    return [line.rstrip() for line in whole.splitlines()]


def names(events):
    """Names of events that arrived; "altered …" for one that is not as it was logged."""
    found = []
    for each in events:
        name = each["data"]["idempotence_id"]
        data = {key: each["data"].get(key) for key in ("idempotence_id", "text")}
        same = {**each, "data": data} == event(name)
        found.append(name if same else f"altered {name}")
    return found
