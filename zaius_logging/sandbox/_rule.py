"""What a rule is: a verdict by default, the option that changes it, words for people, evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from zaius_logging.sandbox._options import Verdict

Evidence = Literal["D", "S", "I", "third party", "?", "sandbox", "catalogue"]

EVIDENCE: Final[dict[Evidence, str]] = {
    "D": "documented by Zaius",
    "S": "what the official SDKs do and expect",
    "I": "inferred: no document says so",
    "third party": "what others saw the API do",
    "?": "nobody knows: the sandbox takes the careful side",
    "sandbox": "a rehearsal, no rule of the API",
    "catalogue": "your catalogue of events says so",
}


class Rule(NamedTuple):
    """One rule.

    Attributes:
        name: As findings name it.
        verdict: What follows by default: `refuse` rejects the event, `warn` takes it with a
            warning, `allow` takes it in silence.
        option: The option that changes the verdict. `strict` stands for a rule without an option
            of its own that only warns; empty for one that nothing changes.
        title: What is wrong, in a few words.
        why: What it leads to, in a sentence.
        cure: What to do.
        evidence: How sure the rule is; `EVIDENCE` has the words.
        source: Where it is said, or seen.
    """

    name: str
    verdict: Verdict
    option: str
    title: str
    why: str
    cure: str
    evidence: Evidence
    source: str
