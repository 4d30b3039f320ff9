"""The definitions side by side: how many of her losses each counts, and why they do not agree on her.

The reason is worked out from the rules themselves: a definition that does not hold is asked again with one thing about
her read otherwise (her biochemical losses as clinical ones, her losses as one run), and what makes it hold is a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Literal

from decidua.assessment.answers.result import (
    CountAnswer,
    CumulativeChance,
    DefinitionAnswer,
    DefinitionDifference,
    DifferencePoint,
    DifferenceSide,
)
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.woman.who_counts import (
    KIND_FACTS,
    Counting,
    counted_kinds,
    counting_of,
    hers_counted,
    known_count,
    of_each_kind,
)
from decidua.condition.english import COMPARED, value_in_english
from decidua.condition.syntax import Atom, atoms
from decidua.profile.chances import given_chances
from decidua.profile.counting import WEEK_MARKS
from decidua.profile.facts import Facts, Value
from decidua.profile.interval import Interval
from decidua.profile.model import Profile
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.models import Definition
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["cumulative", "differences", "with_counts"]

NUMBER, IN_A_ROW, ONE_PARTNER = "number", "in_a_row", "one_partner"
MOST_REASONS = 3
"""Most things about her that are read otherwise at once."""

LABELS = {
    NUMBER: "How many losses are asked for",
    IN_A_ROW: "In a row or not",
    ONE_PARTNER: "With one partner or any",
    "biochemical": "Biochemical losses",
    "ectopic": "Ectopic pregnancies",
    "molar": "Molar pregnancies",
    "second_trimester": "Losses from 14 weeks on",
    "stillbirth": "Stillbirths",
}
COUNTS = {"yes": "count", "no": "do not count", "unknown": "not read whether they count"}
LATE = {**COUNTS, "yes": "count, as no earlier limit of weeks was read"}
ROW = {"yes": "asked for", "no": "not asked for", "unknown": "left open or not read"}
PARTNER = {"yes": "one partner", "no": "nothing on partners that was read", "unknown": "not read"}

REQUIRED: dict[Verdict, Literal["required", "not_required", "not_read"]] = {
    YES: "required",
    NO: "not_required",
    UNKNOWN: "not_read",
}
HERS = {
    NUMBER: "losses.total",
    IN_A_ROW: "losses.consecutive",
    ONE_PARTNER: "losses.with_current_partner",
    **{kind: KIND_FACTS[kind] for kind in ("biochemical", "ectopic", "molar", "second_trimester", "stillbirth")},
}
"""The fact that holds what is hers on each point."""


def with_counts(verdicts: Verdicts, answers: Sequence[DefinitionAnswer]) -> Iterator[DefinitionAnswer]:
    """Yield the answers on definitions, those of recurrent loss with what they count of hers."""
    rules = {one.id: one for one in verdicts.view.definitions}
    losses = of_each_kind(verdicts.facts)
    for answer in answers:
        counting = _counting(verdicts, rules[answer.id])
        if counting is None:
            yield answer
            continue
        hers = hers_counted(counting, verdicts.facts)
        yield replace(
            answer,
            asks_for=counting.asks_for,
            in_a_row=REQUIRED[counting.in_a_row],
            one_partner=REQUIRED[counting.one_partner],
            before_weeks=next((mark for mark, counts in counting.weeks.items() if counts is NO), None),
            counting=counted_kinds(counting, losses),
            counted=CountAnswer(int(hers.low), None if hers.high is None else int(hers.high)),
        )


def _counting(verdicts: Verdicts, definition: Definition) -> Counting | None:
    """Return how a definition of recurrent loss counts; None for one that is no matter of a number of losses."""
    if definition.term != "rpl":
        return None
    counting = counting_of(verdicts.view, definition)
    return None if counting.asks_for is None else counting


def cumulative(profile: Profile, facts: Facts) -> CumulativeChance | None:
    """Return the chance that her failed transfers carried together, and what each carried; None without such a one."""
    chances = given_chances(profile.transfers) if facts.rates is None else facts.rates.transfers
    bounds = known_count(facts, "transfers.cumulative_chance")
    return CumulativeChance(bounds.low, 1.0 if bounds.high is None else bounds.high, chances) if chances else None


def differences(verdicts: Verdicts) -> Iterator[DefinitionDifference]:
    """Yield for each term on whose definitions there is no agreement the points on which that rests."""
    terms: tuple[Literal["rpl", "rif"], ...] = ("rpl", "rif")
    for term in terms:
        of_term = [one for one in verdicts.view.definitions if one.term == term]
        if len({verdicts.verdict(one.id) for one in of_term}) > 1:
            points = _of_losses(verdicts, of_term) if term == "rpl" else _of_facts(verdicts, of_term)
            yield DefinitionDifference(term, tuple(points))


# Recurrent loss: what of hers, read otherwise, would make a definition hold


def _of_losses(verdicts: Verdicts, of_term: Sequence[Definition]) -> Iterator[DifferencePoint]:
    counted = {one.id: counting for one in of_term if (counting := _counting(verdicts, one)) is not None}
    otherwise = _Otherwise(verdicts)
    reasons = {reason for id_ in counted for reason in otherwise.reasons(id_)}
    says: dict[str, Callable[[Counting], str]] = {
        NUMBER: lambda one: str(one.asks_for),
        IN_A_ROW: lambda one: ROW[one.in_a_row.value],
        ONE_PARTNER: lambda one: PARTNER[one.one_partner.value],
    }
    for point, label in LABELS.items():
        if point in reasons:
            say = says.get(point) or _kind_words(point)
            fact = vocabulary()[HERS[point]]
            hers = value_in_english(verdicts.facts.get(fact.name), fact)
            sides = _sides((id_, say(one)) for id_, one in counted.items())
            yield DifferencePoint(point, label, hers, tuple(sides))


def _kind_words(point: str) -> Callable[[Counting], str]:
    words = LATE if point == "second_trimester" else COUNTS
    return lambda one: words[next(counts for kind, counts in one.kinds.items() if kind == point).value]


def _sides(said: Iterator[tuple[str, str]]) -> Iterator[DifferenceSide]:
    groups: dict[str, list[str]] = {}
    for id_, says in said:
        groups.setdefault(says, []).append(id_)
    yield from (DifferenceSide(says, tuple(ids)) for says, ids in sorted(groups.items()))


class _Otherwise:
    """Her verdicts were some points about her read otherwise; each reading is drawn up once."""

    def __init__(self, verdicts: Verdicts) -> None:
        self.verdicts = verdicts
        points = [point for point in LABELS if point != NUMBER]
        self._moving = [one for one in points if as_if(verdicts.facts, (one,)) != verdicts.facts]
        self._read: dict[tuple[str, ...], Verdicts] = {}

    def reasons(self, id_: str) -> set[str]:
        """Return why a definition does not hold: the fewest points that would make it, else the number of losses."""
        if self.verdicts.verdict(id_) is YES:
            return set()
        for size in range(1, MOST_REASONS + 1):
            found = [points for points in combinations(self._moving, size) if self._holds(id_, points)]
            if found:
                return {point for points in found for point in points}
        return {NUMBER}

    def _holds(self, id_: str, points: tuple[str, ...]) -> bool:
        if points not in self._read:
            self._read[points] = Verdicts(self.verdicts.view, as_if(self.verdicts.facts, points), "reference")
        return self._read[points].verdict(id_) is YES


def as_if(facts: Facts, points: tuple[str, ...]) -> Facts:
    """Return the facts with some points read otherwise: what did not count as clinical losses, or as one run.

    Args:
        facts: What is known of her.
        points: Kinds of loss to be read as clinical losses, ``second_trimester`` as early ones, ``one_partner`` as all
            with the present partner, and ``in_a_row`` as one run.
    """
    counts = {
        name: known_count(facts, name) for name in (*LOSS_COUNTS, *(f"losses.before_{m}_weeks" for m in WEEK_MARKS))
    }
    before = dict(counts)
    if "biochemical" in points:
        counts["losses.clinical"], counts["losses.biochemical"] = counts["losses.total"], Interval(0, 0)
    for kind in ("ectopic", "molar", "stillbirth"):
        if kind in points:
            _move(counts, KIND_FACTS[kind])
    counts["losses.clinical_or_stillbirth"] = counts["losses.clinical"] + counts["pregnancies.stillbirths"]
    if "second_trimester" in points:
        counts |= {f"losses.before_{mark}_weeks": counts["losses.total"] for mark in WEEK_MARKS}
        counts["losses.from_14_weeks"] = counts["losses.from_10_weeks"] = Interval(0, 0)
    if ONE_PARTNER in points:
        counts["losses.with_current_partner"] = counts["losses.total"]
    if IN_A_ROW in points:
        counts["losses.consecutive"] = counts["losses.total"]
    changed: dict[str, Value] = {name: count for name, count in counts.items() if count != before[name]}
    return replace(facts, values={**facts.values, **changed})


LOSS_COUNTS = (
    "losses.total",
    "losses.clinical",
    "losses.biochemical",
    "losses.consecutive",
    "losses.clinical_or_stillbirth",
    "losses.with_current_partner",
    "losses.from_10_weeks",
    "losses.from_14_weeks",
    "pregnancies.ectopic",
    "pregnancies.molar",
    "pregnancies.stillbirths",
)


def _move(counts: dict[str, Interval], kind: str) -> None:
    """Read pregnancies of one kind as clinical losses, early and with the present partner."""
    moved = counts[kind]
    early = [name for name in counts if name.startswith("losses.before")]
    for name in ("losses.total", "losses.clinical", "losses.with_current_partner", *early):
        counts[name] = counts[name] + moved
    counts[kind] = Interval(0, 0)


# Implantation failure: the facts that decide where a definition does not hold


def _of_facts(verdicts: Verdicts, of_term: Sequence[Definition]) -> Iterator[DifferencePoint]:
    deciding: dict[str, None] = {}
    for one in of_term:
        proof = verdicts.proof(one.id)
        if proof.verdict is not YES:
            for leaf in verdicts.deciding_leaves(proof):
                if isinstance(leaf.condition, Atom) and leaf.verdict is proof.verdict:
                    deciding.setdefault(leaf.condition.fact)
    for name in deciding:
        fact = vocabulary()[name]
        asked = ((one.id, words) for one in of_term if (words := _asked(one, name)))
        hers = value_in_english(verdicts.facts.get(name), fact)
        yield DifferencePoint(name, fact.label, hers, tuple(_sides(asked)))


def _asked(definition: Definition, fact: str) -> str:
    """Say what a definition asks of one fact: ``at least 3``."""
    asked = [atom for atom in atoms(definition.when) if isinstance(atom, Atom) and atom.fact == fact]
    words = (f"{COMPARED.get(one.operator, one.operator)} {one.value}" for one in asked)
    return " or ".join(dict.fromkeys(words))
