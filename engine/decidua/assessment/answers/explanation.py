"""What is answered to "why this status": the proof, the findings that decide, and what would change it."""

from __future__ import annotations

from typing import Literal

from decidua.assessment.answers.result import Answer
from decidua.frozen import Frozen
from decidua.rulebook.overlay import Overlay
from decidua.rulebook.policy import Status

__all__ = [
    "Changes",
    "DecidingFinding",
    "Explanation",
    "FindingToBe",
    "Nearest",
    "Outcomes",
    "ProofNode",
    "Responsible",
    "StrategyExplanation",
]

Joint = Literal["finding", "rule", "all", "any", "at_least", "none", "not_all", "not", "untold"]
How = Literal["find_out", "next_pregnancy", "decision", "treatment", "course"]


class ProofNode(Frozen):
    """One node of a proof in English.

    Attributes:
        joint: What kind of node it is.
        known: For a finding, what is known of it.
        decides: Whether it is one of those that decided the verdict of the whole; of an unknown, that still could.
    """

    says: str
    verdict: Answer
    known: str | None
    joint: Joint
    decides: bool
    parts: tuple[ProofNode, ...] = ()


class DecidingFinding(Frozen):
    """A finding of hers and what is known of it, in words."""

    finding: str
    label: str
    known: str


class Responsible(Frozen):
    """The smallest sets of her findings that decide something by themselves, were all else unknown.

    Attributes:
        rule: Id of the rule that they decide.
        decides: What that means, in words.
        sets: The sets of fewest findings.
        smallest: Whether there is none of fewer; false where the search stopped at a declared limit.
        complete: Whether every set of that size stands here.
    """

    rule: str
    decides: str
    sets: tuple[tuple[DecidingFinding, ...], ...]
    smallest: bool
    complete: bool


class FindingToBe(Frozen):
    """A finding and what it would have to be.

    Attributes:
        to_be: What it would have to be, in words.
        values: The same as values, one for every way in which rules tell them apart.
        now: What is known of it now, in words.
        how: How it can come about: it is to be found out, belongs to a next pregnancy, or a known finding changes.
        why: Why a known finding can change, as the rules declare it.
        immune: Whether it is an immune marker, which is never urged.
    """

    finding: str
    label: str
    to_be: str
    values: tuple[bool | int | float | str, ...]
    now: str
    how: How
    why: str | None
    immune: bool


class Changes(Frozen):
    """Findings that together would bring something about, and the status the way would then have.

    Attributes:
        then: The statuses it would have, judged with the first values of all findings and with the last; none where
            it is not asked.
    """

    findings: tuple[FindingToBe, ...]
    then: tuple[Status, ...]


class Outcomes(Frozen):
    """The smallest sets of findings that would bring something about.

    Attributes:
        sets: The sets, those to be preferred first.
        smallest: Whether none of fewer findings does; false where the search stopped at a declared limit.
        complete: Whether every set of that size stands here; without any, whether there is none.
    """

    sets: tuple[Changes, ...]
    smallest: bool
    complete: bool


class Nearest(Frozen):
    """What would bring a way in: her in its population, nothing stopping it, no cause that explains her case.

    Attributes:
        for_good: Where nothing can: what stays in the way whatever else is found out or changes.
        left_open: Where nothing can: what cannot be found out any more, or was not read.
    """

    changes: Outcomes
    for_good: tuple[Responsible, ...]
    left_open: tuple[str, ...]


class StrategyExplanation(Frozen):
    """Why one strategy has its status.

    Attributes:
        responsible: Where it is not for her: the findings of hers that decide that.
        rests_on: Where no finding of hers stands in the way: the positions and the evidence it rests on.
        nearest: Where it is not for her, or nothing that can be found out now makes it hers: what would bring it in.
        yes_if: Where it is open whether she is in the population: what would make it yes.
        no_if: And what would make it no.
    """

    id: str
    title: str
    status: Status
    row: str
    row_says: str
    row_when: str
    population: ProofNode
    explained_by: tuple[str, ...]
    stopped_by: tuple[str, ...]
    unknown: tuple[str, ...]
    untold: tuple[str, ...]
    could_be: tuple[Status, ...]
    responsible: tuple[Responsible, ...]
    rests_on: tuple[str, ...]
    nearest: Nearest | None
    yes_if: Outcomes | None
    no_if: Outcomes | None


class Explanation(Frozen):
    """Why an option has its status."""

    option: str
    name: str
    status: Status
    leading_strategy: str
    as_of: str
    engine: str
    strategies: tuple[StrategyExplanation, ...]
    contraindications_unknown: tuple[str, ...]
    limits: str
    notice: str
    overlays: tuple[Overlay, ...] = ()
