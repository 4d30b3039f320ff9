"""What no overlay may do in silence: take away or loosen what speaks against a treatment, or clear retracted work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from decidua.condition.reference import evaluate
from decidua.errors import Fault
from decidua.evidence.lines import refers_to_no_rule
from decidua.evidence.models import last_day
from decidua.profile.facts import Facts, Value
from decidua.rulebook.models import CautionFinding, Drug, Strategy
from decidua.rulebook.overlay_files import Brought
from decidua.rulebook.policy import STATUS_FACTS, StatusPolicy
from decidua.truth import YES

__all__ = ["check_dates", "check_override", "guarded", "loosened", "lost_lines"]


def lost_lines(old: Drug, new: Drug) -> list[str]:
    """Return the findings that a safety record no longer holds, or holds as less than before."""
    before, after = _lines(old), _lines(new)
    return [finding for finding, weight in before.items() if after.get(finding, -1) < weight]


def _lines(drug: Drug) -> dict[str, int]:
    """Return every finding of a safety record with how much it weighs: a check, a caution, a contraindication."""
    lines: dict[str, int] = {}
    for caution in drug.cautions:
        weight = {"contraindication": 3, "caution": 2}.get(caution.level, 1)
        if caution.level == "contraindication" and caution.hard_stop and caution.only_at is None:
            weight = 4
        lines[caution.finding] = max(weight, lines.get(caution.finding, 0))
    for check in drug.screening or ():
        lines.setdefault(check.finding, 0)
    return lines


def loosened(old: Strategy, new: Strategy) -> list[str]:
    """Return what ruled a strategy out, or warned of it, and no longer does: stops, and drugs with their records."""
    return [*(key for key in old.stops if key not in new.stops), *(key for key in old.drugs if key not in new.drugs)]


def guarded(old: object, new: object | None) -> bool:
    """Say whether an override (or, with None, a removal) takes away or loosens what may speak against a treatment."""
    if new is None:
        return isinstance(old, CautionFinding | Drug)
    if isinstance(old, Strategy) and isinstance(new, Strategy):
        return bool(loosened(old, new))
    if isinstance(old, Drug) and isinstance(new, Drug):
        return bool(lost_lines(old, new))
    return isinstance(old, CautionFinding | StatusPolicy)


def check_override(one: Brought, old: object, why: str | None, removed: Iterable[str]) -> Iterator[Fault]:
    """Yield what is wrong with a record that stands in place of another.

    Args:
        one: The new record.
        old: The record it replaces.
        why: The reason given for it.
        removed: What the overlay removes by name, as ``kind:id``.
    """
    new = one.record
    if isinstance(old, Drug) and isinstance(new, Drug):
        for finding in lost_lines(old, new):
            name = f"caution:{one.id}/{finding}"
            if name not in removed:
                yield one.fault(
                    f"the safety record below speaks of '{finding}', and this one does not, or less; keep it, or name "
                    f"'{name}' in 'removes' with the reason"
                )
    elif isinstance(old, CautionFinding) and why is None:
        yield one.fault(
            "a finding that may speak against a treatment is overridden only with a reason; add 'why' to it"
        )
    elif isinstance(old, Strategy) and isinstance(new, Strategy) and why is None and loosened(old, new):
        yield one.fault(
            f"it drops {', '.join(repr(key) for key in loosened(old, new))}, which may speak against it; keep that, or "
            "add the reason as 'why' to it in 'overrides'"
        )
    elif isinstance(new, StatusPolicy):
        if why is None:
            yield one.fault("the status table is overridden only with a reason; add 'why' to it in 'overrides'")
        yield from _contraindication_wins(one, new)
    integrity = [getattr(getattr(record, "integrity", None), "status", None) for record in (old, new)]
    if integrity[0] == "retracted" and integrity[1] != "retracted":
        yield one.fault("the record below says that it was retracted; no overlay takes that back")


def _contraindication_wins(one: Brought, policy: StatusPolicy) -> Iterator[Fault]:
    """Find a case in which a contraindication is present and yet does not decide."""
    fixed: dict[str, tuple[Value, ...]] = {
        "described": (True,),
        "population": ("hers", "not_known"),
        "explained": (False,),
        "contraindicated": (True,),
    }
    names = list(STATUS_FACTS)
    for values in product(*(fixed.get(name) or _possible(name) for name in names)):
        facts = Facts(dict(zip(names, values, strict=True)))
        rows = [row for row in policy.rows if evaluate(row.when, facts, refers_to_no_rule).verdict is YES]
        if [row.status for row in rows] != ["contraindicated"]:
            case = ", ".join(f"{name} = {_said(facts.values[name])}" for name in names)
            yield one.fault(f"a contraindication always wins; exactly one row must say 'contraindicated' for {case}")
            return


def _said(value: object) -> object:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def _possible(name: str) -> Sequence[Value]:
    """Return the values of a fact that differ in kind: every choice, yes and no, the least and the most."""
    fact = STATUS_FACTS[name]
    if fact.kind == "choice":
        return fact.choices
    return (True, False) if fact.kind == "yes_no" else (int(fact.minimum or 0), int(fact.maximum or 0))


def check_dates(brought: Iterable[Brought], as_of: str) -> Iterator[Fault]:
    """Yield a fault for each record that is newer than the evidence base: it would count on no day."""
    for one in brought:
        valid = getattr(one.record, "valid", None)
        date = getattr(one.record, "published", None) or (None if valid is None else valid.since)
        if isinstance(date, str) and last_day(date) > as_of:
            yield one.fault(
                f"is of {date}, after the evidence base ({as_of}), and would not count; give the overlay's "
                f"rulebook.yaml 'as_of: {last_day(date)}' or later"
            )
