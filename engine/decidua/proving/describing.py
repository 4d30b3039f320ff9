"""Writes the profile of a woman that a search found, so that it can be kept, read and assessed like any other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import pairwise
from typing import Any, get_args

import yaml

from decidua.engines.formulas import Flag, Found, Number
from decidua.profile.counting import WEEK_MARKS
from decidua.profile.finding import Fact
from decidua.profile.investigations import Measurement
from decidua.profile.model import Profile
from decidua.profile.vocabulary import direct_facts
from decidua.proving.women import EMBRYO_KINDS, Woman

__all__ = ["Document", "describe", "described", "in_one_line", "leaves", "to_yaml", "without"]

Document = dict[str, Any]

FIRST_TEST = dt.date(1950, 1, 1)
WEEKS_WITHIN = (6.0, 11.0, 13.0, 16.0, 21.0, 23.0, 26.0)
"""A week within each band between two marks, the first before the first mark, the last after the last."""
EARLY_BIRTH, TERM = 30.0, 39.0
KARYOTYPES = {
    "euploid": "euploid",
    "aneuploid": "aneuploid",
    "unbalanced": "unbalanced",
    "without_karyotype": "not_tested",
}


def describe(woman: Woman, found: Found) -> Document:
    """Return the profile of a woman that a search found among those who can be described."""
    document: Document = {}
    for path, fact, _ in direct_facts():
        known = woman.known[fact.name]
        if found.holds(known.given):
            _put(document, path, _value(woman, found, fact, path))
    tests = _antiphospholipid(woman, found)
    if tests:
        document.setdefault("investigations", {})["antiphospholipid"] = tests
    if found.holds(woman.pregnancies_told):
        document["pregnancies"] = {"complete": True, "singles": list(_pregnancies(woman, found))}
    if found.holds(woman.transfers_told):
        document.setdefault("transfers", {}).update(complete=True, singles=list(_transfers(woman, found)))
    return document


def described(document: Document) -> Profile:
    """Read a document as ``load_profile`` reads its file.

    Raises:
        pydantic.ValidationError: It describes no possible woman.
    """
    return Profile.model_validate(document)


def to_yaml(document: Document) -> str:
    """Return a document as the text of a profile file."""
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None)
    return text


def in_one_line(document: Document) -> str:
    """Return a document as YAML in one line."""
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=10**6, default_flow_style=True)
    return text.strip()


def leaves(document: Document) -> Iterator[tuple[str, ...]]:
    """Yield the places of what a document says, the coarse ones first: whole sections, then single findings."""
    yield from ((section,) for section in document)
    for section, held in document.items():
        if isinstance(held, dict):
            yield from ((section, name) for name in held if name not in ("complete", "singles"))


def without(document: Document, place: tuple[str, ...]) -> Document:
    """Return a document without what stands at a place."""
    step, *rest = place
    if not rest:
        return {name: held for name, held in document.items() if name != step}
    inner = without(document[step], tuple(rest))
    return {**document, step: inner} if inner else without(document, (step,))


def _put(document: Document, path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        document = document.setdefault(step, {})
    document[path[-1]] = value


def _value(woman: Woman, found: Found, fact: Fact, path: tuple[str, ...]) -> Any:
    known = woman.known[fact.name]
    if isinstance(known, Flag):
        return found.holds(known.value)
    if isinstance(known, Number):
        exact = found.number(known.low)
        if fact.kind == "integer":
            return int(exact)
        return {"value": float(exact), "unit": fact.unit} if _is_measured(path) else float(exact)
    return next(value for value, term in known.values.items() if found.holds(term))


def _is_measured(path: tuple[str, ...]) -> bool:
    """Say whether a field of the profile holds a measurement with its unit."""
    model: Any = Profile
    for step in path[:-1]:
        model = model.model_fields[step].annotation
    return Measurement in get_args(model.model_fields[path[-1]].annotation)


def _antiphospholipid(woman: Woman, found: Found) -> list[Document]:
    known = woman.choice("workup.antiphospholipid")
    if not found.holds(known.given):
        return []
    test: Document = {"result": "positive" if found.holds(known.values["positive"]) else "negative"}
    lupus = woman.choice("workup.lupus_anticoagulant")
    if found.holds(lupus.given):
        test["lupus_anticoagulant"] = "positive" if found.holds(lupus.values["positive"]) else "negative"
    for name, unit in (("anticardiolipin", "GPL_or_MPL"), ("anti_beta2gpi", "percentile")):
        number = woman.number(f"workup.{name}")
        if found.holds(number.given):
            test[name] = {"value": float(found.number(number.low)), "unit": unit}
    if not found.holds(woman.number("workup.antiphospholipid_positive_weeks_apart").given):
        return [test]
    days = dt.timedelta(int(found.number(woman.true.days_apart)))
    return [{"date": day.isoformat(), **deepcopy(test)} for day in (FIRST_TEST, FIRST_TEST + days)]


def _pregnancies(woman: Woman, found: Found) -> Iterator[Document]:
    count = {name: int(found.number(term)) for name, term in woman.true.of.items()}
    told = {detail: found.holds(term) for detail, term in woman.details.items()}
    losses = list(_losses(count, told))
    stillbirths, births = list(_births("stillbirth", count, told)), list(_births("live_birth", count, told))
    since, before = count["losses.since_last_live_birth"], int(found.number(woman.true.run_before))
    earlier, later = losses[: len(losses) - since], losses[len(losses) - since :]
    ordered: list[Document] = []
    for kind in ("ectopic", "molar", "terminations"):
        outcome = "termination" if kind == "terminations" else kind
        ordered.extend({"outcome": outcome} for _ in range(count[f"pregnancies.{kind}"]))
    ordered += stillbirths
    runs = [run for run in (earlier[:before], earlier[before:]) if run]
    ordered += births[: len(births) - len(runs)]
    for run, birth in zip(runs, births[len(births) - len(runs) :], strict=True):
        ordered += [*run, birth]
    for order, single in enumerate([*ordered, *later], start=1):
        yield {"order": order, **single}


def _losses(count: Mapping[str, int], told: Mapping[str, bool]) -> Iterator[Document]:
    """Yield her losses; each detail is dealt out by itself, since no count looks at two of them."""
    total = count["losses.total"]
    bands = [count[f"~from {first} before {last}"] for first, last in pairwise((0, *WEEK_MARKS, 50))]
    weeks = [week for week, times in zip(WEEKS_WITHIN, bands, strict=True) for _ in range(times)]
    karyotypes = [word for name, word in KARYOTYPES.items() for _ in range(count[f"losses.{name}"])]
    late = count["losses.from_10_weeks"]
    normal = min(count["losses.normal_fetus_from_10_weeks"], late)
    for at in range(total):
        kind = "biochemical_loss" if at < count["losses.biochemical"] else "miscarriage"
        single: Document = {"outcome": kind if told["kind"] else "loss_of_unknown_kind"}
        if told["weeks"]:
            single["weeks"] = weeks[at]
            if at >= total - late:
                single["fetus_normal"] = at >= total - normal
        if told["karyotype"]:
            single["karyotype"] = karyotypes[at]
        if told["partner"]:
            single["partner"] = "current" if at < count["losses.with_current_partner"] else "earlier"
        if told["conceived"]:
            single["conceived"] = "art" if at < count["losses.after_art"] else "naturally"
        yield single


def _births(outcome: str, count: Mapping[str, int], told: Mapping[str, bool]) -> Iterator[Document]:
    """Yield her stillbirths or live births; placental disease goes to the stillbirths first."""
    still, alive = count["pregnancies.stillbirths"], count["live_births.total"]
    normal = count["losses.normal_fetus_from_10_weeks"] - min(
        count["losses.normal_fetus_from_10_weeks"], count["losses.from_10_weeks"]
    )
    placental = count["births.placental_before_34_weeks"]
    if outcome == "live_birth":
        placental = max(placental - still, 0)
    for at in range(still if outcome == "stillbirth" else alive):
        single: Document = {"outcome": outcome}
        if told["weeks"]:
            diseased = at < placental
            single |= {"weeks": EARLY_BIRTH if diseased else TERM, "placental_disease": diseased}
            if outcome == "stillbirth":
                single["fetus_normal"] = at < normal
        yield single


def _transfers(woman: Woman, found: Found) -> Iterator[Document]:
    count = {name: int(found.number(term)) for name, term in woman.true.of.items()}
    failed = list(_failed_transfers(woman, found, count))
    chance = woman.number("transfers.cumulative_chance")
    if failed and found.holds(chance.given):
        for at, transfer in enumerate(failed):
            transfer["predicted_chance"] = float(found.number(chance.low)) if at == 0 else 0.0
    row = count["transfers.failed_consecutive"]
    others = [{"outcome": "ongoing"} for _ in range(count["transfers.total"] - len(failed))]
    ordered = [*failed[:row], *others[:1], *failed[row:], *others[1:]]
    for order, transfer in enumerate(ordered, start=1):
        yield {"order": order, **transfer}


def _failed_transfers(woman: Woman, found: Found, count: Mapping[str, int]) -> Iterator[Document]:
    at = 0
    for kind, embryo in EMBRYO_KINDS.items():
        transfers, embryos = int(found.number(woman.true.transfers[kind])), int(found.number(woman.true.embryos[kind]))
        for number in range(transfers):
            share = embryos // transfers + (1 if number < embryos % transfers else 0)
            yield {
                "outcome": "negative_hcg" if at < count["transfers.negative_hcg"] else "biochemical_loss",
                "with_immunomodulation": at < count["transfers.failed_with_immunomodulation"],
                "embryos": [dict(embryo) for _ in range(share)],
            }
            at += 1
