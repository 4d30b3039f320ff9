"""Finds what cannot be true together in one profile; each contradiction names its field and the way out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import combinations
from typing import Any

from decidua.profile.counting import PREGNANCY_COUNTS, bound_pregnancies
from decidua.profile.history import LOSSES, Pregnancies, Transfer, Transfers
from decidua.profile.interval import Interval, exactly
from decidua.profile.investigations import Investigations
from decidua.profile.present import Plan, PregnancyNow
from decidua.profile.safety import KINDS, KINDS_OF_MEDICINE, Conditions, Medicines
from decidua.profile.transfer_counts import TRANSFER_COUNTS, bound_transfers

__all__ = ["BORN_OF_TRANSFERS", "NEEDS_PREGNANCY", "Contradiction", "Found", "find_contradictions", "find_mismatches"]

Found = tuple[tuple[str, ...], str]
"""Path of the field and the message."""


class Contradiction(ValueError):
    """What ``find_contradictions`` found, carried through pydantic to the reader of the profile."""

    def __init__(self, found: list[Found]) -> None:
        self.found = found
        super().__init__("; ".join(f"{'.'.join(path)}: {message}" for path, message in found))


def find_contradictions(
    pregnancies: Pregnancies,
    transfers: Transfers,
    investigations: Investigations,
    conditions: Conditions,
    pregnancy: PregnancyNow,
) -> list[Found]:
    """Return every contradiction between the findings, empty where they can all be true."""
    return [
        *_pregnancies(pregnancies),
        *_transfers(transfers),
        *_findings(investigations, conditions),
        *_present(pregnancy, pregnancies),
    ]


def find_mismatches(
    age: float | None, pregnancies: Pregnancies, transfers: Transfers, medicines: Medicines, plan: Plan
) -> list[Found]:
    """Return every contradiction across what ``find_contradictions`` looks at by itself."""
    return [
        *_born_of_transfers(pregnancies, transfers),
        *_own_oocytes(age, transfers, plan),
        *_kinds("medicines", medicines, KINDS_OF_MEDICINE),
    ]


BORN_OF_TRANSFERS = {
    "live_birth": ("live_births", "live births"),
    "stillbirth": ("stillbirths", "stillbirths"),
    "ectopic": ("ectopic", "ectopic pregnancies"),
    "miscarriage": ("clinical_losses", "clinical losses"),
}
"""Outcomes of a transfer that are a pregnancy, with its count and how it is called.

Biochemical losses are left out: who describes them with her transfers may not count them among her pregnancies."""


def _born_of_transfers(pregnancies: Pregnancies, transfers: Transfers) -> Iterator[Found]:
    """Check that her pregnancies leave room for those that came of her transfers."""
    outcomes: list[str] = [single.outcome for single in transfers.singles if single.outcome in BORN_OF_TRANSFERS]
    if not outcomes:
        return
    counts = bound_pregnancies(pregnancies)
    for outcome, (field, called) in BORN_OF_TRANSFERS.items():
        high, described = counts[PREGNANCY_COUNTS[field]].high, outcomes.count(outcome)
        if high is not None and described > high >= 0:
            place = ("pregnancies", field) if getattr(pregnancies, field) is not None else ("pregnancies",)
            message = f"leaves room for at most {high:g} {called}, but the transfers described led to {described}"
            yield place, f"{message}; correct one of the two"


def _own_oocytes(age: float | None, transfers: Transfers, plan: Plan) -> Iterator[Found]:
    """Check that she was never older at the retrieval of her own oocytes than she is now."""
    if age is None:
        return
    oocytes: list[tuple[tuple[str, ...], Transfer | Plan]] = [
        (("transfers", "singles", str(index)), single) for index, single in enumerate(transfers.singles)
    ]
    for place, of in (*oocytes, (("plan",), plan)):
        if (
            of.oocytes == "own" and of.oocyte_age is not None and of.oocyte_age >= age + 1
        ):  # her age may be told in completed years
            message = f"is {of.oocyte_age:g} and the oocytes are her own, but she is {age:g} now; correct one of them"
            yield (*place, "oocyte_age"), message


LOSS_SUBSETS = (
    "clinical_losses",
    "biochemical_losses",
    "consecutive_losses",
    "losses_before_10_weeks",
    "losses_from_14_weeks",
    "euploid_losses",
    "aneuploid_losses",
    "unbalanced_losses",
    "losses_with_current_partner",
    "losses_since_last_live_birth",
)
APART = (
    ("clinical_losses", "biochemical_losses"),
    ("losses_before_10_weeks", "losses_from_14_weeks"),
    ("euploid_losses", "aneuploid_losses", "unbalanced_losses"),
)
FAILED_SUBSETS = (
    "failed_consecutive",
    "negative_hcg",
    "failed_with_good_embryo",
    "failed_euploid_blastocyst",
    "failed_with_immunomodulation",
)


def _pregnancies(pregnancies: Pregnancies) -> Iterator[Found]:
    here = "pregnancies"
    most = len(pregnancies.singles) if pregnancies.complete else None
    found = [
        *_losses(here, pregnancies, pregnancies.losses),
        *_orders(here, [single.order for single in pregnancies.singles], most),
        *_single_pregnancies(here, pregnancies),
    ]
    yield from found
    yield from _counts(here, pregnancies, PREGNANCY_COUNTS, bound_pregnancies, found)


def _losses(here: str, pregnancies: Pregnancies, losses: int | None) -> Iterator[Found]:
    """Check what is counted and described against the losses in all."""
    if losses is None:
        return
    for name in LOSS_SUBSETS:
        count = getattr(pregnancies, name)
        if count is not None and count > losses:
            yield (here, name), f"is {count}, more than the {losses} losses in all; correct one of the two"
    for group in APART:
        known = [count for name in group if (count := getattr(pregnancies, name)) is not None]
        if all(count <= losses for count in known) and sum(known) > losses:
            given = " and ".join(name for name in group if getattr(pregnancies, name) is not None)
            message = f"{given} make {sum(known)}, more than the {losses} losses in all; correct one of them"
            yield (here, group[0]), message
    clinical, biochemical = pregnancies.clinical_losses, pregnancies.biochemical_losses
    if clinical is not None and biochemical is not None and clinical + biochemical < losses:
        parts = f"clinical_losses {clinical} and biochemical_losses {biochemical}"
        yield (here, "losses"), f"{parts} do not make the {losses} losses in all; correct one of them"
    described = sum(single.outcome in LOSSES for single in pregnancies.singles)
    if described > losses:
        yield (here, "singles"), f"describes {described} losses, but 'losses' is {losses}; correct one of the two"
    elif pregnancies.complete and pregnancies.singles and described != losses:
        message = f"is declared complete and describes {described} losses, but 'losses' is {losses}"
        yield (here, "singles"), f"{message}; describe the others or drop 'complete'"
    since = pregnancies.losses_since_last_live_birth
    if pregnancies.live_births == 0 and since is not None and since < losses:
        message = f"is {since}, but she has no live birth and {losses} losses; correct one of them"
        yield (here, "losses_since_last_live_birth"), message


def _single_pregnancies(here: str, pregnancies: Pregnancies) -> Iterator[Found]:
    """Check each pregnancy described for itself, and that none follows one that goes on."""
    last = max((single.order or 0 for single in pregnancies.singles), default=0)
    going_on = 0
    for index, single in enumerate(pregnancies.singles):
        if single.outcome == "biochemical_loss" and single.confirmed_by in ("ultrasound", "histology"):
            message = (
                f"is {single.confirmed_by}, but a biochemical loss is a positive test only; correct one of the two"
            )
            yield (here, "singles", str(index), "confirmed_by"), message
        if single.outcome == "ongoing":
            going_on += 1
            if going_on > 1 or (single.order is not None and single.order < last):
                message = "is ongoing, but another pregnancy goes on or came later; correct one of the two"
                yield (here, "singles", str(index), "outcome"), message


def _orders(here: str, orders: list[int | None], most: int | None) -> Iterator[Found]:
    for (first, order), (second, other) in combinations(enumerate(orders), 2):
        if order is not None and order == other:
            message = f"is {order}, like that of number {first + 1} in the list; each has its own place"
            yield (here, "singles", str(second), "order"), message
    for index, order in enumerate(orders):
        if order is not None and most is not None and order > most:
            message = f"is {order}, but there are {most} {here} in all; correct one of the two"
            yield (here, "singles", str(index), "order"), message


TOTALS = ("losses", "total")
"""Counts that are held against the singles before the others are."""

Bound = Callable[[Any, Collection[str]], dict[str, Interval]]


def _counts(
    here: str, section: Pregnancies | Transfers, facts: dict[str, str], bound: Bound, found: Collection[Found]
) -> Iterator[Found]:
    """Check each count given against the singles described, then, where nothing was found, all counts together."""
    given = [name for name in facts if getattr(section, name) is not None]
    if not given:
        return
    named = {path[1] for path, _ in found}
    beyond: list[Found] = []
    described = bound(section, given) if section.singles else {}
    for name in given if section.singles else ():
        count, allowed = getattr(section, name), described[facts[name]]
        if name not in TOTALS and name not in named and exactly(count).meet(allowed).empty:
            limit = f"at least {allowed.low:g}" if count < allowed.low else f"at most {allowed.high:g}"
            beyond.append(((here, name), f"is {count}, but the {here} described make it {limit}"))
    yield from beyond
    if not beyond and not found:
        yield from _together(here, section, given, bound)


def _together(here: str, section: Pregnancies | Transfers, given: list[str], bound: Bound) -> Iterator[Found]:
    """Name the fewest counts that cannot all be true: whatever leaves a contradiction when left out is innocent."""

    def contradicts(leaving_out: Collection[str]) -> bool:
        return any(interval.empty for interval in bound(section, leaving_out).values())

    if not contradicts(()):
        return
    innocent: set[str] = set()
    for name in given:
        if contradicts({*innocent, name}):
            innocent.add(name)
    guilty = [name for name in given if name not in innocent]
    message = f"{' and '.join(f'{name} {getattr(section, name)}' for name in guilty)} cannot be true together"
    if section.singles:
        message = f"{message} with the {here} described"
    if section.complete:
        message = f"{message}, where 'complete' says that nothing else happened"
    yield (here, guilty[0]), f"{message}; correct one of them"


def _transfers(transfers: Transfers) -> Iterator[Found]:
    here = "transfers"
    described, total = len(transfers.singles), transfers.total
    most = described if transfers.complete else total
    found = [
        *_failures(here, transfers, total, transfers.failed),
        *_orders(here, [single.order for single in transfers.singles], most),
    ]
    if total is not None and described > total:
        message = f"describes {described} transfers, but 'total' is {total}; correct one of the two"
        found.append(((here, "singles"), message))
    elif total is not None and transfers.complete and described and described != total:
        message = f"is declared complete and describes {described} transfers, but 'total' is {total}"
        found.append(((here, "singles"), f"{message}; describe the others or drop 'complete'"))
    yield from found
    yield from _counts(here, transfers, TRANSFER_COUNTS, bound_transfers, found)


def _failures(here: str, transfers: Transfers, total: int | None, failed: int | None) -> Iterator[Found]:
    """Check what is counted against the transfers in all and those that failed."""
    if total is not None and failed is not None and failed > total:
        yield (here, "failed"), f"is {failed}, more than the {total} transfers in all; correct one of the two"
    bound, called = (failed, "failed transfers") if failed is not None else (total, "transfers in all")
    for name in FAILED_SUBSETS:
        count = getattr(transfers, name)
        if bound is not None and count is not None and count > bound:
            yield (here, name), f"is {count}, more than the {bound} {called}; correct one of the two"
    good, every = transfers.good_embryos_failed, transfers.embryos_failed
    if good is not None and every is not None and good > every:
        yield (here, "good_embryos_failed"), f"is {good}, more than the {every} embryos in failed transfers"


def _findings(investigations: Investigations, conditions: Conditions) -> Iterator[Found]:
    anomaly, imaging = investigations.uterine_finding, investigations.uterine_imaging
    if imaging == "normal" and anomaly not in (None, "none") and not investigations.uterine_finding_treated:
        message = f"is normal, but uterine_finding is {anomaly} and not said to be treated; correct one of the two"
        yield ("investigations", "uterine_imaging"), message
    if imaging == "abnormal" and anomaly == "none":
        yield ("investigations", "uterine_finding"), "is none, but uterine_imaging is abnormal; correct one of the two"
    disease = investigations.thyroid_disease
    if investigations.thyroid == "normal" and disease not in (None, "none"):
        yield ("investigations", "thyroid"), f"is normal, but thyroid_disease is {disease}; correct one of the two"
    if investigations.thyroid == "abnormal" and disease == "none":
        yield ("investigations", "thyroid_disease"), "is none, but thyroid is abnormal; correct one of the two"
    for index, test in enumerate(investigations.antiphospholipid):
        if test.result == "negative" and test.lupus_anticoagulant == "positive":
            message = "is negative, but lupus_anticoagulant is positive; correct one of the two"
            yield ("investigations", "antiphospholipid", str(index), "result"), message
    for variant in ("factor_v_leiden", "prothrombin_variant"):
        if investigations.inherited_thrombophilia == "absent" and getattr(investigations, variant) == "present":
            message = f"is absent, but {variant} is present; correct one of the two"
            yield ("investigations", "inherited_thrombophilia"), message
    yield from _kinds("conditions", conditions, KINDS)


def _kinds(here: str, section: Conditions | Medicines, kinds: Mapping[str, tuple[str, ...]]) -> Iterator[Found]:
    for whole, parts in kinds.items():
        for part in parts if getattr(section, whole) is False else ():
            if getattr(section, part) is True:
                yield (here, whole), f"is no, but {part} is yes; correct one of the two"


NEEDS_PREGNANCY = (
    "weeks",
    "conceived",
    "bleeding",
    "heartbeat",
    "intrauterine_on_scan",
    "missed_miscarriage",
    "ectopic",
)
"""Findings of a present pregnancy: with any of them she is pregnant."""


def _present(pregnancy: PregnancyNow, pregnancies: Pregnancies) -> Iterator[Found]:
    if pregnancy.pregnant is False:
        for index, single in enumerate(pregnancies.singles):
            if single.outcome == "ongoing":
                message = "is ongoing, but 'pregnancy.pregnant' is no; correct one of the two"
                yield ("pregnancies", "singles", str(index), "outcome"), message
        for name in NEEDS_PREGNANCY:
            value = getattr(pregnancy, name)
            if value is not None and value is not False:
                yield ("pregnancy", name), "is given, but 'pregnant' is no; correct one of the two"
    if pregnancy.missed_miscarriage and pregnancy.heartbeat:
        yield ("pregnancy", "missed_miscarriage"), "is yes, but a heartbeat was seen; correct one of the two"
    if pregnancy.ectopic and pregnancy.intrauterine_on_scan:
        message = "is yes, but an intrauterine pregnancy was seen; where both are present, give 'ectopic' alone"
        yield ("pregnancy", "ectopic"), message
