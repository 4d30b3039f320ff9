"""Which losses count for a definition of recurrent loss, found by trying its rule on histories made for it.

Nothing is declared beside the rule: its own condition is asked about histories that differ in one loss, so what is
said of a definition cannot drift from what it decides. It works on a definition that an overlay brings just as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal

from decidua.assessment.answers.result import Answer, CountAnswer, CountedKind, LossKind
from decidua.assessment.verdicts import Verdicts
from decidua.frozen import Frozen
from decidua.profile.counting import WEEK_MARKS, count_pregnancies
from decidua.profile.facts import Facts, as_values
from decidua.profile.history import Pregnancies
from decidua.profile.interval import Interval, exactly
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Definition
from decidua.truth import NO, YES, Verdict, negation

__all__ = ["KIND_FACTS", "Counting", "counted_kinds", "counting_of", "hers_counted", "known_count", "of_each_kind"]

Single = Mapping[str, Any]

LOSS: Single = {
    "outcome": "miscarriage",
    "weeks": 8,
    "confirmed_by": "histology",
    "conceived": "naturally",
    "partner": "current",
    "karyotype": "euploid",
}
"""A loss that every definition counts: clinical, early, with the present partner."""

BIRTH: Single = {"outcome": "live_birth", "weeks": 40, "partner": "current", "placental_disease": False}

TRIED: dict[LossKind, Single] = {
    "biochemical": {**LOSS, "outcome": "biochemical_loss", "weeks": 5, "confirmed_by": "serum_hcg"},
    "ectopic": {**LOSS, "outcome": "ectopic", "weeks": 6},
    "molar": {**LOSS, "outcome": "molar", "weeks": 9},
    "second_trimester": {**LOSS, "weeks": 16},
    "aneuploid": {**LOSS, "karyotype": "aneuploid"},
    "stillbirth": {**LOSS, "outcome": "stillbirth", "weeks": 30},
}
"""One loss of each kind that societies treat differently."""

KIND_FACTS: dict[LossKind, str] = {
    "biochemical": "losses.biochemical",
    "ectopic": "pregnancies.ectopic",
    "molar": "pregnancies.molar",
    "second_trimester": "losses.from_14_weeks",
    "aneuploid": "losses.aneuploid",
    "stillbirth": "pregnancies.stillbirths",
}
"""The fact that holds how many of each kind she had."""

MOST_TRIED = 8
"""Most losses tried in a row; a definition that these do not meet is not one of a number of losses."""


class Counting(Frozen):
    """How a definition counts.

    Attributes:
        asks_for: Fewest losses of the plainest kind, in a row, that meet it; None where it is no matter of number.
        kinds: Whether one loss of each kind counts: YES, NO, or UNKNOWN where that was not read.
        in_a_row: YES where losses with a birth between them do not meet it, UNKNOWN where that was not read.
        one_partner: YES where a loss with an earlier partner does not count beside those with the present one.
        weeks: Whether a loss at each mark counts, by its first week.
    """

    asks_for: int | None
    kinds: Mapping[LossKind, Verdict]
    in_a_row: Verdict
    one_partner: Verdict
    weeks: Mapping[int, Verdict]


def counting_of(view: DatedRulebook, definition: Definition) -> Counting:
    """Return how a definition counts, as its rule shows when it is tried; the same for every woman."""

    def make() -> Counting:
        def tried(*singles: Single) -> Verdict:
            return _tried(view, definition.id, singles)

        number = next((n for n in range(1, MOST_TRIED + 1) if tried(*[LOSS] * n) is YES), None)
        if number is None:
            return Counting(None, {}, NO, NO, {})
        others = [LOSS] * (number - 1)
        parted = [single for at in range(number) for single in ((BIRTH, LOSS) if at else (LOSS,))]
        return Counting(
            asks_for=number,
            kinds={kind: tried(*others, one) for kind, one in TRIED.items()},
            in_a_row=negation(tried(*parted)) if number > 1 else NO,
            one_partner=negation(tried({**LOSS, "partner": "earlier"}, *others)) if number > 1 else NO,
            weeks={mark: tried(*others, {**LOSS, "weeks": mark}) for mark in WEEK_MARKS},
        )

    return view.share(("counting", definition.id, definition.when), make)


def _tried(view: DatedRulebook, id_: str, singles: Sequence[Single]) -> Verdict:
    facts = _facts(tuple(tuple(single.items()) for single in singles))
    return Verdicts(view, facts, "reference").verdict(id_)


@cache
def _facts(singles: tuple[tuple[tuple[str, Any], ...], ...]) -> Facts:
    ordered = [{"order": at, **dict(single)} for at, single in enumerate(singles, 1)]
    return Facts(as_values(count_pregnancies(Pregnancies.model_validate({"complete": True, "singles": ordered}))))


# Her own losses


def known_count(facts: Facts, name: str) -> Interval:
    """Return what is known of one of her counts; one of which nothing is known lies anywhere."""
    value = facts.get(name)
    if isinstance(value, Interval):
        return value
    return exactly(value) if isinstance(value, int | float) else Interval(0, None)


def hers_counted(counting: Counting, facts: Facts) -> Interval:
    """Return how many of her losses count for a definition; kinds that were not read open the upper end only."""
    total, biochemical = known_count(facts, "losses.total"), known_count(facts, "losses.biochemical")
    clinical, counts = known_count(facts, "losses.clinical"), counting.kinds["biochemical"]
    low, high = (total if counts is YES else clinical).low, (clinical if counts is NO else total).high
    late, latest = _too_late(counting, facts, total)
    low, high = _less(low, late), _least(high, latest)
    if counting.one_partner is not NO:
        same = known_count(facts, "losses.with_current_partner")
        others = None if total.high is None else total.high - same.low
        left_out = 0 if counts is YES else biochemical.high
        low = max(_less(low, others), _less(_less(same.low, left_out), late))
        high = _least(high, None if same.high is None or others is None else max(same.high, others))
    counted = Interval(low, high)
    for kind in ("ectopic", "molar", "stillbirth"):
        other, says = known_count(facts, KIND_FACTS[kind]), counting.kinds[kind]
        if says is not NO:
            counted = counted + (other if says is YES else Interval(0, other.high))
    return counted


def _too_late(counting: Counting, facts: Facts, total: Interval) -> tuple[float | None, float | None]:
    """Return how many of her losses may have come too late for a definition, and how many at most came early enough."""
    surely = next((mark for mark, counts in counting.weeks.items() if counts is not YES), None)
    never = next((mark for mark, counts in counting.weeks.items() if counts is NO), None)
    late: float | None = 0
    if surely is not None:
        before = known_count(facts, f"losses.before_{surely}_weeks")
        late = None if total.high is None else total.high - before.low
    return late, None if never is None else known_count(facts, f"losses.before_{never}_weeks").high


def _less(count: float, taken: float | None) -> float:
    return 0 if taken is None else max(0, count - taken)


def _least(one: float | None, other: float | None) -> float | None:
    return min((end for end in (one, other) if end is not None), default=None)


def of_each_kind(facts: Facts) -> Mapping[LossKind, CountAnswer]:
    """Return how many losses of each kind she had."""
    return {kind: _count(known_count(facts, name)) for kind, name in KIND_FACTS.items()}


def counted_kinds(counting: Counting, hers: Mapping[LossKind, CountAnswer]) -> tuple[CountedKind, ...]:
    """Return for each kind of loss whether it counts, and how many of it she had.

    Args:
        counting: How a definition counts.
        hers: Her losses of each kind.
    """
    return tuple([CountedKind(kind, _answer(counts), hers[kind]) for kind, counts in counting.kinds.items()])


def _answer(verdict: Verdict) -> Literal["yes", "no", "not_read"]:
    said: Answer = verdict.value
    return "not_read" if said == "unknown" else said


def _count(interval: Interval) -> CountAnswer:
    return CountAnswer(int(interval.low), None if interval.high is None else int(interval.high))
