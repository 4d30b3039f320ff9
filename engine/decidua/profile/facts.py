"""Draws the facts from a profile: flat, typed, and missing where the profile is silent."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from decidua.frozen import Frozen
from decidua.profile.chances import RatesUse
from decidua.profile.counting import Interval, bound_transfers, count_pregnancies, cumulative_chance
from decidua.profile.finding import Fact
from decidua.profile.history import Transfers
from decidua.profile.investigations import AntiphospholipidTest, Measurement
from decidua.profile.model import Profile
from decidua.profile.safety import KINDS, KINDS_OF_MEDICINE, REVEALED_APART
from decidua.profile.vocabulary import direct_facts, vocabulary

if TYPE_CHECKING:
    from decidua.profile.rates import Rates

__all__ = ["IMPLIED", "Facts", "Value", "as_values", "draw_facts", "with_finding"]

Value = bool | int | float | str | date | Interval
Implication = tuple[str, bool | str, str, bool | str]

EXACT_CONVERSIONS: dict[tuple[str, str], float] = {
    ("fraction", "percent"): 100.0,
    ("%", "percent"): 1.0,
    ("uIU/mL", "mIU/L"): 1.0,
    ("mU/L", "mIU/L"): 1.0,
    ("cm", "mm"): 10.0,
    ("GPL", "GPL_or_MPL"): 1.0,
    ("MPL", "GPL_or_MPL"): 1.0,
    ("titre", "reciprocal_titre"): 1.0,
}
"""Factors between units that mean the same by definition. Anything else is not converted: the finding stays unknown."""


class Facts(Frozen):
    """What is known of one woman.

    Attributes:
        values: Known values and intervals by fact name; a name that is missing is unknown.
        notes: Sentences on what was given and could not be used, such as a unit that has no exact conversion.
        rates: The clinic's own table of rates that was used for her transfers, where one was given.
    """

    values: Mapping[str, Value]
    notes: tuple[str, ...] = ()
    rates: RatesUse | None = None

    def get(self, name: str) -> Value | None:
        """Return a value, an interval, or None for unknown."""
        return self.values.get(name)


def draw_facts(profile: Profile, rates: Rates | None = None) -> Facts:
    """Draw every fact of the vocabulary that the profile makes known.

    A section declared complete turns its unlisted entries into no, except a condition that only a check can reveal:
    that one needs the check too.

    Args:
        profile: The woman.
        rates: Her clinic's own table of implantation rates, for transfers whose predicted chance is not given.
    """
    values: dict[str, Value] = {}
    notes: list[str] = []
    completed: list[str] = []
    for path, fact, revealed_by in direct_facts():
        value = _look_up(profile, path)
        if value is None:
            if fact.kind == "yes_no" and _completed(profile, path[0], revealed_by):
                completed.append(fact.name)
        elif isinstance(value, Measurement):
            converted = _convert(value, fact, notes)
            if converted is not None:
                values[fact.name] = converted
        else:
            values[fact.name] = value
    _imply(values)
    for name in completed:
        values.setdefault(name, False)  # after what the findings imply: lupus listed makes autoimmune disease no "no"
    _imply(values)
    values.update(_antiphospholipid(profile.investigations.antiphospholipid, notes))
    transfers, used = (profile.transfers, None) if rates is None else _with_rates(profile.transfers, rates)
    of_transfers = bound_transfers(transfers)
    counts = {**count_pregnancies(profile.pregnancies), **of_transfers}
    counts["transfers.cumulative_chance"] = cumulative_chance(transfers, of_transfers)
    values.update(as_values({name: count for name, count in counts.items() if not name.startswith("~")}))
    return Facts(values, tuple(notes), used)


def as_values(counts: Mapping[str, Interval]) -> dict[str, Value]:
    """Return counts as facts: a number where both ends are the same, and nothing where nothing is known."""
    values: dict[str, Value] = {}
    for name, interval in counts.items():
        fact = vocabulary()[name]
        if interval.low == interval.high:
            values[name] = interval.low if fact.kind == "number" else int(interval.low)
        elif interval.low > (fact.minimum or 0) or (
            interval.high is not None and interval.high < (fact.maximum or math.inf)
        ):
            values[name] = interval
    return values


def _of_kinds(section: str, kinds: Mapping[str, tuple[str, ...]]) -> Iterator[Implication]:
    """Yield what a name and its kinds say of each other; "none at all" denies no kind that a check of its own shows."""
    for whole, parts in kinds.items():
        for part in parts:
            yield f"{section}.{part}", True, f"{section}.{whole}", True
            if part not in REVEALED_APART:
                yield f"{section}.{whole}", False, f"{section}.{part}", False


IMPLIED: tuple[Implication, ...] = (
    ("workup.thyroid", "normal", "workup.thyroid_disease", "none"),
    ("workup.uterine_imaging", "normal", "workup.uterine_finding", "none"),
    ("workup.factor_v_leiden", "present", "workup.inherited_thrombophilia", "present"),
    ("workup.prothrombin_variant", "present", "workup.inherited_thrombophilia", "present"),
    ("pregnancy.heartbeat", True, "pregnancy.missed_miscarriage", False),
    ("pregnancy.intrauterine_on_scan", True, "pregnancy.ectopic", False),
    *_of_kinds("condition", KINDS),
    *_of_kinds("medicine", KINDS_OF_MEDICINE),
)
"""What one finding says of another by the meaning of the words; it never overrides a finding that was given."""


def _imply(values: dict[str, Value]) -> None:
    for known, value, implied, follows in IMPLIED:
        if values.get(known) == value:
            values.setdefault(implied, follows)


def with_finding(facts: Facts, name: str, value: Value) -> Facts:
    """Return the facts with one finding more, and what it says of others by the meaning of the words."""
    values = {**facts.values, name: value}
    _imply(values)
    return Facts(values, facts.notes, facts.rates)


def _with_rates(transfers: Transfers, rates: Rates) -> tuple[Transfers, RatesUse]:
    from decidua.profile.rates import apply_rates  # noqa: PLC0415 - needed where a table was given

    return apply_rates(transfers, rates)


def _look_up(profile: Profile, path: tuple[str, ...]) -> Any:
    value: Any = profile
    for name in path:
        value = getattr(value, name)
    return value


def _completed(profile: Profile, section: str, revealed_by: str | None) -> bool:
    if not getattr(getattr(profile, section), "complete", False):
        return False
    return revealed_by is None or getattr(profile.checks, revealed_by) is True


def _convert(measurement: Measurement, fact: Fact, notes: list[str]) -> float | None:
    """Return a value in the vocabulary's unit, or None with a note on why it was not used."""
    given = f"{fact.label}: {measurement.value:g} {measurement.unit}"
    factor = 1.0 if measurement.unit == fact.unit else EXACT_CONVERSIONS.get((measurement.unit, fact.unit))
    if factor is None:
        notes.append(f"{given} was not used, since it has no exact conversion to {fact.unit}")
        return None
    converted = round(measurement.value * factor, 9)
    if fact.maximum is not None and converted > fact.maximum:
        notes.append(f"{given} was not used, since it is not possible")
        return None
    return converted


def _antiphospholipid(tests: tuple[AntiphospholipidTest, ...], notes: list[str]) -> Iterator[tuple[str, Value]]:
    """Read the rounds of antiphospholipid tests together: positive if any round was.

    The first and the last positive one are at least as far apart as the dated ones: a further sample may show more.
    """
    if not tests:
        return
    positive = [test for test in tests if test.result == "positive"]
    yield "workup.antiphospholipid", "positive" if positive else "negative"
    dates = [test.date for test in positive if test.date is not None]
    if len(dates) >= 2:
        yield "workup.antiphospholipid_positive_weeks_apart", Interval((max(dates) - min(dates)).days / 7, None)
    lupus = [test.lupus_anticoagulant for test in tests]
    if "positive" in lupus:
        yield "workup.lupus_anticoagulant", "positive"
    elif "negative" in lupus and all(test.lupus_anticoagulant for test in positive):
        yield "workup.lupus_anticoagulant", "negative"
    for name in ("anticardiolipin", "anti_beta2gpi"):
        fact = vocabulary()[f"workup.{name}"]
        measured = [getattr(test, name) for test in tests]
        converted = [None if value is None else _convert(value, fact, notes) for value in measured]
        known = [value for value in converted if value is not None]
        if known:
            yield fact.name, max(known) if len(known) == len(tests) else Interval(max(known), None)
