"""Counts of pregnancies that may be intervals: what is certain is the lower end, what is possible the upper.

Four losses of which two are described are between some and four euploid ones. Each interval holds every number that is
possible given the profile, and no count that is known is left out of bounding the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from decidua.profile.history import LOSSES, Pregnancies, Pregnancy
from decidua.profile.interval import Interval, Sum, exactly, narrow
from decidua.profile.transfer_counts import bound_transfers, cumulative_chance

__all__ = [
    "PREGNANCY_COUNTS",
    "WEEK_MARKS",
    "Interval",
    "bound_pregnancies",
    "bound_transfers",
    "count_pregnancies",
    "cumulative_chance",
    "pregnancy_sums",
]

WEEK_MARKS = (10, 12, 14, 20, 22, 24)
"""Weeks for which the vocabulary offers a count of earlier losses; which of them matters, a rule says."""

PREGNANCY_COUNTS = {
    "losses": "losses.total",
    "clinical_losses": "losses.clinical",
    "biochemical_losses": "losses.biochemical",
    "consecutive_losses": "losses.consecutive",
    "losses_before_10_weeks": "losses.before_10_weeks",
    "losses_from_14_weeks": "losses.from_14_weeks",
    "euploid_losses": "losses.euploid",
    "aneuploid_losses": "losses.aneuploid",
    "unbalanced_losses": "losses.unbalanced",
    "losses_with_current_partner": "losses.with_current_partner",
    "losses_since_last_live_birth": "losses.since_last_live_birth",
    "ectopic": "pregnancies.ectopic",
    "molar": "pregnancies.molar",
    "stillbirths": "pregnancies.stillbirths",
    "terminations": "pregnancies.terminations",
    "live_births": "live_births.total",
}
"""Field of the profile that holds a count, and the fact it is."""

KINDS = {
    "ectopic": "ectopic",
    "molar": "molar",
    "stillbirths": "stillbirth",
    "terminations": "termination",
    "live_births": "live_birth",
}
"""Counts of pregnancies other than losses, and the outcome each counts."""

NO_BIRTH = (*LOSSES, "ectopic", "molar", "termination", "ongoing")

Judge = Callable[[Pregnancy], bool | None]
"""Says of one single pregnancy whether it belongs to a count: True, False, or None where that is not known."""


def count_pregnancies(pregnancies: Pregnancies) -> dict[str, Interval]:
    """Draw every count of pregnancies from the counts given and the singles described.

    Returns:
        Intervals by fact name; counts about which nothing is known are ``[0, None]``.
    """
    counts = bound_pregnancies(pregnancies)
    return {name: interval for name, interval in counts.items() if not name.startswith("~")}


def bound_pregnancies(
    pregnancies: Pregnancies, leaving_out: Collection[str] = (), beside: Mapping[str, Interval] | None = None
) -> dict[str, Interval]:
    """Draw the counts, and those between them that no fact names (they begin with ``~``).

    Args:
        pregnancies: The section of the profile.
        leaving_out: Fields to read as if they were given but could not be read: how contradictions are traced.
        beside: What is known of counts beside the section, by fact name: those of a table, which has no profile.

    Returns:
        Intervals by name; at least one is empty where the section contradicts itself.
    """
    counts, sums = _described(pregnancies)
    for field, fact in PREGNANCY_COUNTS.items():
        given = getattr(pregnancies, field)
        if given is not None and field not in leaving_out:
            counts[fact] = counts[fact].meet(exactly(given))
    for fact, interval in (beside or {}).items():
        counts[fact] = counts[fact].meet(interval)
    narrow(counts, sums)
    _bound_since_last_live_birth(pregnancies, counts, sums)
    _bound_consecutive(pregnancies, counts)
    return counts


def pregnancy_sums() -> tuple[Sum, ...]:
    """Return how the counts of any woman's pregnancies add up; names that begin with ``~`` are no facts."""
    return tuple(_described(Pregnancies())[1])


def _described(pregnancies: Pregnancies) -> tuple[dict[str, Interval], list[Sum]]:
    """Return what the singles alone say of each count, and how the counts add up."""
    losses = [single for single in pregnancies.singles if single.outcome in LOSSES]
    counts, sums = _total_and_kinds(pregnancies, losses)
    _add_weeks(losses, counts, sums)
    _add_karyotypes(losses, counts, sums)
    _divide("losses.with_current_partner", "losses.total", losses, _with_current_partner, counts, sums)
    _divide("losses.after_art", "losses.total", losses, _after_art, counts, sums)
    _add_sums_of_kinds(counts, sums)
    _add_fetuses_and_births(pregnancies, counts, sums)
    counts["losses.consecutive"] = counts["losses.since_last_live_birth"] = Interval(0, None)
    sums.append(Sum("losses.total", ("losses.consecutive",), all_told=False))
    sums.append(Sum("losses.total", ("losses.since_last_live_birth",), all_told=False))
    return counts, sums


def _total_and_kinds(pregnancies: Pregnancies, losses: Sequence[Pregnancy]) -> tuple[dict[str, Interval], list[Sum]]:
    """Start from what is described; a complete section says that no other kind of pregnancy occurred."""

    def closed(*fields: str) -> bool:
        unlisted = all(getattr(pregnancies, field) is None for field in fields)
        return pregnancies.complete and (bool(pregnancies.singles) or unlisted)

    def start(described: int, *fields: str) -> Interval:
        return Interval(described, described if closed(*fields) else None)

    def described(outcome: str) -> int:
        return sum(single.outcome == outcome for single in pregnancies.singles)

    any_loss = [field for field, fact in PREGNANCY_COUNTS.items() if fact.startswith("losses.")]
    counts = {"losses.total": start(len(losses), *any_loss)}
    for kind, outcome, other in (
        ("clinical", "miscarriage", "biochemical_losses"),
        ("biochemical", "biochemical_loss", "clinical_losses"),
    ):
        counts[f"losses.{kind}"] = Interval(described(outcome), None)
        if getattr(pregnancies, other) is not None and not pregnancies.singles and closed("losses", f"{kind}_losses"):
            counts[f"losses.{kind}"] = exactly(0)
    for field, outcome in KINDS.items():
        counts[PREGNANCY_COUNTS[field]] = start(described(outcome), field)
    return counts, [Sum("losses.total", ("losses.clinical", "losses.biochemical"))]


def _divide(
    name: str, whole: str, singles: Iterable[Pregnancy], judge: Judge, counts: dict[str, Interval], sums: list[Sum]
) -> None:
    """Divide a whole into those that belong to a count and those that do not, by what the singles say."""
    judged = [judge(single) for single in singles]
    counts[name] = Interval(judged.count(True), None)
    counts[f"~not {name}"] = Interval(judged.count(False), None)
    sums.append(Sum(whole, (name, f"~not {name}")))


def _add_weeks(losses: Sequence[Pregnancy], counts: dict[str, Interval], sums: list[Sum]) -> None:
    """Add the counts by gestational age: each band between two marks lies between two of them."""
    for first, last in pairwise((0, *WEEK_MARKS, 50)):
        within = sum(single.weeks is not None and first <= single.weeks < last for single in losses)
        counts[f"~from {first} before {last}"] = Interval(within, None)
    for last in WEEK_MARKS:
        counts[f"losses.before_{last}_weeks"] = Interval(0, None)
    for first in (10, 14):
        counts[f"losses.from_{first}_weeks"] = Interval(0, None)
    sums.append(Sum("losses.before_10_weeks", ("~from 0 before 10",)))
    for first, last in pairwise(WEEK_MARKS):
        sums.append(
            Sum(f"losses.before_{last}_weeks", (f"losses.before_{first}_weeks", f"~from {first} before {last}"))
        )
    sums.append(Sum("losses.total", ("losses.before_24_weeks", "~from 24 before 50")))
    for first in (10, 14):
        later = [f"~from {low} before {high}" for low, high in pairwise((*WEEK_MARKS, 50)) if low >= first]
        sums.append(Sum(f"losses.from_{first}_weeks", tuple(later)))
        sums.append(Sum("losses.total", (f"losses.before_{first}_weeks", f"losses.from_{first}_weeks")))
    sums.append(Sum("losses.from_10_weeks", ("~from 10 before 12", "~from 12 before 14", "losses.from_14_weeks")))


def _add_karyotypes(losses: Sequence[Pregnancy], counts: dict[str, Interval], sums: list[Sum]) -> None:
    """Add the counts by karyotype. They exclude each other, and a loss may have none of these results."""
    groups = {
        "losses.euploid": ("euploid",),
        "losses.aneuploid": ("aneuploid",),
        "losses.unbalanced": ("unbalanced",),
        "losses.without_karyotype": ("not_tested", "no_result"),
    }
    for name, results in groups.items():
        counts[name] = Interval(sum(single.karyotype in results for single in losses), None)
    sums.append(Sum("losses.total", tuple(groups), all_told=False))


def _with_current_partner(single: Pregnancy) -> bool | None:
    return None if single.partner is None else single.partner == "current"


def _after_art(single: Pregnancy) -> bool | None:
    return None if single.conceived is None else single.conceived == "art"


def _add_sums_of_kinds(counts: dict[str, Interval], sums: list[Sum]) -> None:
    for whole, parts in (
        (
            "losses.of_any_kind",
            ("losses.total", "pregnancies.ectopic", "pregnancies.molar", "pregnancies.stillbirths"),
        ),
        ("losses.clinical_or_stillbirth", ("losses.clinical", "pregnancies.stillbirths")),
        ("~dead", ("losses.total", "pregnancies.stillbirths")),
        ("~births", ("live_births.total", "pregnancies.stillbirths")),
    ):
        counts[whole] = Interval(0, None)
        sums.append(Sum(whole, parts))


def _add_fetuses_and_births(pregnancies: Pregnancies, counts: dict[str, Interval], sums: list[Sum]) -> None:
    """Add deaths of a normal-looking fetus from 10 weeks on, stillbirths included, and placental births."""
    dead = [single for single in pregnancies.singles if single.outcome in (*LOSSES, "stillbirth")]
    normal, placental = "losses.normal_fetus_from_10_weeks", "births.placental_before_34_weeks"
    _divide(normal, "~dead", dead, _normal_fetus_from_10_weeks, counts, sums)
    late = [single for single in dead if single.weeks is not None and single.weeks >= 10]
    counts["~late not normal"] = Interval(sum(single.fetus_normal is False for single in late), None)
    sums.append(Sum("~dead", (normal, "~late not normal", "losses.before_10_weeks"), all_told=False))
    births = [single for single in pregnancies.singles if single.outcome in ("live_birth", "stillbirth")]
    _divide(placental, "~births", births, _placental_before_34_weeks, counts, sums)


def _normal_fetus_from_10_weeks(single: Pregnancy) -> bool | None:
    if single.fetus_normal is False or (single.weeks is not None and single.weeks < 10):
        return False
    return True if single.weeks is not None and single.fetus_normal else None


def _placental_before_34_weeks(single: Pregnancy) -> bool | None:
    if single.placental_disease is False or (single.weeks is not None and single.weeks >= 34):
        return False
    return True if single.placental_disease and single.weeks is not None else None


def _ordered(pregnancies: Pregnancies) -> list[Pregnancy] | None:
    """Return all her pregnancies in order, where every one is described and placed."""
    singles = list(pregnancies.singles)
    orders = [single.order for single in singles if single.order is not None]
    if not pregnancies.complete or not singles or len(orders) != len(singles):
        return None
    return sorted(singles, key=lambda single: single.order or 0)


def _bound_since_last_live_birth(pregnancies: Pregnancies, counts: dict[str, Interval], sums: list[Sum]) -> None:
    """Bound the losses since the last live birth: without a live birth they are all her losses, and the reverse."""
    since, births = "losses.since_last_live_birth", "live_births.total"
    ordered = _ordered(pregnancies)
    if ordered is not None:
        last = max((index for index, single in enumerate(ordered) if single.outcome == "live_birth"), default=-1)
        after = sum(single.outcome in LOSSES for single in ordered[last + 1 :])
        counts[since] = counts[since].meet(exactly(after))
    high = counts[since].high
    if high is not None and high < counts["losses.total"].low:
        counts[births] = counts[births].meet(Interval(1, None))
    if counts[births].high == 0:
        sums.append(Sum("losses.total", (since,)))
    narrow(counts, sums, {since, births})


def _bound_consecutive(pregnancies: Pregnancies, counts: dict[str, Interval]) -> None:
    """Bound the longest run of losses without a birth between.

    An ectopic, molar or ended pregnancy between two losses neither counts nor is it certain to break the run: the lower
    end lets it break, the upper end does not. A run lies wholly before the last live birth or wholly after it.
    """
    name = "losses.consecutive"
    losses, since = counts["losses.total"], counts["losses.since_last_live_birth"]
    ordered = _ordered(pregnancies)
    if ordered is not None:
        run = Interval(_longest_run(ordered, (*LOSSES, "ongoing")), _longest_run(ordered, NO_BIRTH))
        counts[name] = counts[name].meet(run)
    others = counts["pregnancies.stillbirths"] + counts["pregnancies.ectopic"]
    others = others + counts["pregnancies.molar"] + counts["pregnancies.terminations"]
    births = counts["live_births.total"]
    earlier = 0 if since.high is None else losses.low - since.high
    low = max(
        min(losses.low, 1),
        _least_run(losses.low, others + births),
        _least_run(since.low, others),
        _least_run(earlier, others + births + exactly(-1)) if earlier > 0 else 0,
    )
    high = losses.high
    if losses.high is not None and since.high is not None:
        high = max(since.high, losses.high - since.low)
    counts[name] = counts[name].meet(Interval(low, high))


def _least_run(losses: float, between: Interval) -> float:
    """Return how long the longest run must be when so many pregnancies at most part the losses."""
    return 0 if between.high is None or between.high < 0 else -(-losses // (between.high + 1))


def _longest_run(ordered: Sequence[Pregnancy], unbroken: Sequence[str]) -> int:
    longest = run = 0
    for single in ordered:
        if single.outcome in LOSSES:
            run += 1
            longest = max(longest, run)
        elif single.outcome not in unbroken:
            run = 0
    return longest
