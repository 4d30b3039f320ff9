"""Counts as intervals: tables a clinician can check, and the truth of generated histories told in part."""

from __future__ import annotations

from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit import histories

from decidua.profile.counting import count_pregnancies
from decidua.profile.history import Pregnancies, Transfers
from decidua.profile.interval import Interval, Sum, exactly, narrow
from decidua.profile.model import Profile
from decidua.profile.transfer_counts import bound_transfers, cumulative_chance

quick = settings(deadline=None, derandomize=True, max_examples=100)


def pregnancy_counts(section):
    return count_pregnancies(Profile.model_validate({"pregnancies": section}).pregnancies)


def transfer_counts(section):
    transfers = Profile.model_validate({"transfers": section}).transfers
    named = {name: count for name, count in bound_transfers(transfers).items() if not name.startswith("~")}
    return named | {"transfers.cumulative_chance": cumulative_chance(transfers)}


def ends(interval):
    return interval.low, interval.high


def loss(weeks=None, outcome="miscarriage", **more):
    return {"outcome": outcome, **({} if weeks is None else {"weeks": weeks}), **more}


def failed(*embryos, outcome="negative_hcg", **more):
    return {"outcome": outcome, **({"embryos": list(embryos)} if embryos else {}), **more}


GOOD = {"stage": "blastocyst", "quality": "good", "ploidy": "untested"}
POOR = {"stage": "cleavage", "quality": "poor", "ploidy": "untested"}
EUPLOID = {"stage": "blastocyst", "quality": "good", "ploidy": "euploid"}


# Pregnancies

PREGNANCIES = {
    "nothing known": (
        {},
        {"losses.total": (0, None), "losses.consecutive": (0, None), "live_births.total": (0, None)},
    ),
    "never pregnant": (
        {"complete": True},
        {
            "losses.total": (0, 0),
            "losses.clinical": (0, 0),
            "losses.consecutive": (0, 0),
            "losses.since_last_live_birth": (0, 0),
            "losses.before_10_weeks": (0, 0),
            "losses.of_any_kind": (0, 0),
            "live_births.total": (0, 0),
            "births.placental_before_34_weeks": (0, 0),
        },
    ),
    "four losses, one described as euploid at 9 weeks": (
        {"losses": 4, "singles": [loss(9, karyotype="euploid")]},
        {
            "losses.total": (4, 4),
            "losses.euploid": (1, 4),
            "losses.aneuploid": (0, 3),
            "losses.without_karyotype": (0, 3),
            "losses.clinical": (1, 4),
            "losses.biochemical": (0, 3),
            "losses.before_10_weeks": (1, 4),
            "losses.before_12_weeks": (1, 4),
            "losses.from_10_weeks": (0, 3),
            "losses.from_14_weeks": (0, 3),
            "losses.consecutive": (1, 4),
        },
    ),
    "two losses of unknown kind": (
        {"singles": [loss(outcome="loss_of_unknown_kind"), loss(outcome="loss_of_unknown_kind")]},
        {"losses.total": (2, None), "losses.clinical": (0, None), "losses.biochemical": (0, None)},
    ),
    "these two losses of unknown kind are all": (
        {"complete": True, "singles": [loss(outcome="loss_of_unknown_kind"), loss(outcome="loss_of_unknown_kind")]},
        {"losses.total": (2, 2), "losses.clinical": (0, 2), "losses.biochemical": (0, 2)},
    ),
    "three losses, two of them clinical": (
        {"losses": 3, "clinical_losses": 2},
        {"losses.clinical": (2, 2), "losses.biochemical": (1, 1)},
    ),
    "three losses, one described as biochemical": (
        {"losses": 3, "singles": [loss(5, "biochemical_loss")]},
        {"losses.clinical": (0, 2), "losses.biochemical": (1, 3)},
    ),
    "clinical and biochemical losses make the total": (
        {"clinical_losses": 2, "biochemical_losses": 1},
        {"losses.total": (3, 3), "losses.before_10_weeks": (0, 3), "losses.euploid": (0, 3)},
    ),
    "clinical losses only, and nothing else happened": (
        {"complete": True, "clinical_losses": 2},
        {"losses.total": (2, 2), "losses.biochemical": (0, 0), "losses.consecutive": (2, 2)},
    ),
    "biochemical losses only, and nothing else happened": (
        {"complete": True, "biochemical_losses": 2},
        {"losses.total": (2, 2), "losses.clinical": (0, 0)},
    ),
    "clinical losses only, the rest not asked": (
        {"clinical_losses": 2},
        {"losses.total": (2, None), "losses.biochemical": (0, None)},
    ),
    "complete, with one euploid loss and no total: how many losses stays open": (
        {"complete": True, "euploid_losses": 1},
        {"losses.total": (1, None), "live_births.total": (0, 0), "losses.since_last_live_birth": (1, None)},
    ),
    "five losses, two before 10 weeks": (
        {"losses": 5, "losses_before_10_weeks": 2},
        {
            "losses.from_10_weeks": (3, 3),
            "losses.before_12_weeks": (2, 5),
            "losses.before_24_weeks": (2, 5),
            "losses.from_14_weeks": (0, 3),
        },
    ),
    "five losses, two from 14 weeks on": (
        {"losses": 5, "losses_from_14_weeks": 2},
        {
            "losses.before_14_weeks": (3, 3),
            "losses.before_12_weeks": (0, 3),
            "losses.before_10_weeks": (0, 3),
            "losses.before_20_weeks": (3, 5),
            "losses.from_10_weeks": (2, 5),
        },
    ),
    "five losses, two before 10 and two from 14 weeks on": (
        {"losses": 5, "losses_before_10_weeks": 2, "losses_from_14_weeks": 2},
        {"losses.before_12_weeks": (2, 3), "losses.before_14_weeks": (3, 3), "losses.from_10_weeks": (3, 3)},
    ),
    "no total, two before 10 and one from 14 weeks on": (
        {"losses_before_10_weeks": 2, "losses_from_14_weeks": 1},
        {"losses.total": (3, None), "losses.before_12_weeks": (2, None), "losses.from_10_weeks": (1, None)},
    ),
    "two before 10 weeks by count, one described at 11": (
        {"losses": 4, "losses_before_10_weeks": 2, "singles": [loss(11)]},
        {"losses.before_12_weeks": (3, 4), "losses.from_14_weeks": (0, 1), "losses.before_14_weeks": (3, 4)},
    ),
    "a loss of 9 weeks and 6 days is before 10 weeks, one of 10 weeks is not": (
        {"complete": True, "singles": [loss("9w6d"), loss("10w0d")]},
        {"losses.before_10_weeks": (1, 1), "losses.from_10_weeks": (1, 1), "losses.before_12_weeks": (2, 2)},
    ),
    "four losses, one euploid and two aneuploid by count": (
        {"losses": 4, "euploid_losses": 1, "aneuploid_losses": 2},
        {"losses.unbalanced": (0, 1), "losses.without_karyotype": (0, 1)},
    ),
    "three losses: one euploid by count, one described as not tested": (
        {"losses": 3, "euploid_losses": 1, "singles": [loss(karyotype="not_tested")]},
        {"losses.aneuploid": (0, 1), "losses.without_karyotype": (1, 2)},
    ),
    "karyotypes tell how many losses there are at least": (
        {"euploid_losses": 1, "aneuploid_losses": 2, "unbalanced_losses": 1},
        {"losses.total": (4, None)},
    ),
    "three losses, one with an earlier partner and one after ART": (
        {"losses": 3, "singles": [loss(partner="earlier", conceived="art"), loss(partner="current")]},
        {"losses.with_current_partner": (1, 2), "losses.after_art": (1, 3)},
    ),
    "three losses and nothing else are consecutive": (
        {"complete": True, "losses": 3},
        {"losses.consecutive": (3, 3), "losses.since_last_live_birth": (3, 3), "losses.of_any_kind": (3, 3)},
    ),
    "four losses and one birth, order unknown": (
        {"complete": True, "losses": 4, "live_births": 1},
        {"losses.consecutive": (2, 4), "losses.since_last_live_birth": (0, 4)},
    ),
    "four losses, one birth, three losses since": (
        {"complete": True, "losses": 4, "live_births": 1, "losses_since_last_live_birth": 3},
        {"losses.consecutive": (3, 3)},
    ),
    "three losses, then one birth and nothing else: the losses came in a row": (
        {"complete": True, "losses": 3, "live_births": 1, "losses_since_last_live_birth": 0},
        {"losses.consecutive": (3, 3)},
    ),
    "four losses, then two births, none since": (
        {"complete": True, "losses": 4, "live_births": 2, "losses_since_last_live_birth": 0},
        {"losses.consecutive": (2, 4)},
    ),
    "three consecutive losses are three losses at least": (
        {"consecutive_losses": 3},
        {"losses.total": (3, None), "losses.consecutive": (3, 3), "losses.since_last_live_birth": (0, None)},
    ),
    "four losses, one birth and two losses since: never three in a row": (
        {"losses": 4, "live_births": 1, "losses_since_last_live_birth": 2},
        {"losses.consecutive": (1, 2)},
    ),
    "three losses since the last birth, with an ectopic pregnancy somewhere": (
        {"complete": True, "losses": 3, "live_births": 1, "ectopic": 1, "losses_since_last_live_birth": 3},
        {"losses.consecutive": (2, 3)},
    ),
    "fewer losses since the last birth than in all: there was a birth": (
        {"losses": 3, "losses_since_last_live_birth": 1},
        {"live_births.total": (1, None), "losses.consecutive": (1, 2)},
    ),
    "no birth: all losses are since": (
        {"live_births": 0, "losses_since_last_live_birth": 2},
        {"losses.total": (2, 2)},
    ),
    "an ectopic pregnancy may or may not part two losses": (
        {
            "complete": True,
            "singles": [loss(order=1), {"outcome": "ectopic", "order": 2}, loss(order=3), loss(order=4)],
        },
        {"losses.consecutive": (2, 3), "losses.since_last_live_birth": (3, 3), "losses.of_any_kind": (4, 4)},
    ),
    "a stillbirth parts two losses": (
        {
            "complete": True,
            "singles": [loss(order=3), {"outcome": "stillbirth", "order": 2}, loss(order=1)],
        },
        {"losses.consecutive": (1, 1), "losses.since_last_live_birth": (2, 2)},
    ),
    "secondary: a birth, then two losses": (
        {
            "complete": True,
            "singles": [loss(order=1), {"outcome": "live_birth", "order": 2}, loss(order=3), loss(order=4)],
        },
        {"losses.consecutive": (2, 2), "losses.since_last_live_birth": (2, 2), "live_births.total": (1, 1)},
    ),
    "the same woman without the order": (
        {"complete": True, "singles": [loss(), {"outcome": "live_birth"}, loss(), loss()]},
        {"losses.consecutive": (2, 3), "losses.since_last_live_birth": (0, 3)},
    ),
    "a pregnancy that goes on does not part losses": (
        {"complete": True, "singles": [loss(order=1), loss(order=2), {"outcome": "ongoing", "order": 3}]},
        {"losses.consecutive": (2, 2), "losses.total": (2, 2)},
    ),
    "stillbirths, ectopic and molar pregnancies count apart from losses": (
        {"losses": 2, "ectopic": 1, "molar": 1, "stillbirths": 1, "terminations": 3},
        {"losses.total": (2, 2), "losses.of_any_kind": (5, 5), "losses.clinical_or_stillbirth": (1, 3)},
    ),
    "a normal fetus lost at 12 weeks, another loss hardly described": (
        {"losses": 2, "stillbirths": 0, "singles": [loss(12, fetus_normal=True)]},
        {"losses.normal_fetus_from_10_weeks": (1, 2)},
    ),
    "both losses before 10 weeks leave no death of a fetus from 10 weeks on": (
        {"losses": 2, "losses_before_10_weeks": 2, "stillbirths": 0},
        {"losses.normal_fetus_from_10_weeks": (0, 0)},
    ),
    "one early loss, one late loss of a malformed fetus, one late loss": (
        {"losses": 3, "losses_before_10_weeks": 1, "stillbirths": 0, "singles": [loss(16, fetus_normal=False)]},
        {"losses.normal_fetus_from_10_weeks": (0, 1)},
    ),
    "births for placental disease": (
        {
            "live_births": 2,
            "stillbirths": 1,
            "singles": [
                {"outcome": "stillbirth", "weeks": 30, "placental_disease": True},
                {"outcome": "live_birth", "weeks": 34, "placental_disease": True},
                {"outcome": "live_birth", "placental_disease": True},
            ],
        },
        {"births.placental_before_34_weeks": (1, 2)},
    ),
}


@pytest.mark.parametrize(("section", "expected"), PREGNANCIES.values(), ids=PREGNANCIES.keys())
def test_pregnancies_are_counted_as_a_clinician_would(section, expected):
    counts = pregnancy_counts(section)
    assert {name: ends(counts[name]) for name in expected} == expected


# Transfers

TRANSFERS = {
    "nothing known": ({}, {"transfers.total": (0, None), "embryos.failed": (0, None)}),
    "never a transfer": (
        {"complete": True},
        {
            "transfers.total": (0, 0),
            "transfers.failed": (0, 0),
            "transfers.failed_consecutive": (0, 0),
            "embryos.failed": (0, 0),
            "transfers.cumulative_chance": (0, 0),
        },
    ),
    "four transfers, three failed": (
        {"total": 4, "failed": 3},
        {
            "transfers.negative_hcg": (0, 3),
            "transfers.failed_consecutive": (2, 3),
            "transfers.failed_with_good_embryo": (0, 3),
            "embryos.failed": (3, None),
            "embryos.failed_good": (0, None),
            "transfers.cumulative_chance": (0, 1),
        },
    ),
    "two consecutive failures are two failures at least": (
        {"failed_consecutive": 2},
        {"transfers.failed": (2, None), "transfers.total": (2, None), "embryos.failed": (2, None)},
    ),
    "two failures of a euploid blastocyst are two blastocysts at least": (
        {"failed_euploid_blastocyst": 2},
        {"transfers.failed": (2, None), "embryos.failed_blastocyst": (2, None), "embryos.failed_good": (0, None)},
    ),
    "all four failed": (
        {"total": 4, "failed": 4},
        {"transfers.failed_consecutive": (4, 4), "embryos.failed": (4, None)},
    ),
    "none failed": (
        {"failed": 0},
        {
            "transfers.total": (0, None),
            "transfers.negative_hcg": (0, 0),
            "embryos.failed": (0, 0),
            "embryos.failed_good": (0, 0),
            "transfers.cumulative_chance": (0, 0),
        },
    ),
    "each failed transfer had an embryo at least": (
        {"embryos_failed": 3},
        {"transfers.failed": (0, 3), "embryos.failed_good": (0, 3), "embryos.failed_blastocyst": (0, 3)},
    ),
    "embryos by count: five in four transfers, four of them good in three": (
        {"failed": 4, "failed_with_good_embryo": 3, "embryos_failed": 5, "good_embryos_failed": 4},
        {
            "embryos.failed_good": (4, 4),
            "embryos.failed_good_blastocyst": (0, 4),
            "embryos.failed_blastocyst": (0, 5),
        },
    ),
    "good embryos are at least the transfers that had one, at most all embryos": (
        {"failed": 3, "failed_with_good_embryo": 2, "embryos_failed": 4},
        {"embryos.failed_good": (2, 4)},
    ),
    "good embryos bound the transfers that had one": (
        {"failed": 4, "good_embryos_failed": 2},
        {"transfers.failed_with_good_embryo": (0, 2), "embryos.failed": (4, None)},
    ),
    "two failed transfers described, three in all failed": (
        {"failed": 3, "singles": [failed(GOOD, GOOD), failed(POOR)]},
        {
            "transfers.failed_with_good_embryo": (1, 2),
            "transfers.failed_euploid_blastocyst": (0, 1),
            "embryos.failed": (4, None),
            "embryos.failed_good": (2, None),
            "embryos.failed_cleavage": (1, None),
        },
    ),
    "all failed transfers described, though not all transfers": (
        {"failed": 2, "singles": [failed(GOOD, GOOD, predicted_chance=0.5), failed(POOR, predicted_chance=0.2)]},
        {
            "transfers.total": (2, None),
            "transfers.failed_with_good_embryo": (1, 1),
            "embryos.failed": (3, 3),
            "embryos.failed_good": (2, 2),
            "embryos.failed_good_blastocyst": (2, 2),
            "embryos.failed_cleavage": (1, 1),
            "transfers.cumulative_chance": (0.6, 0.6),
        },
    ),
    "one of two described transfers failed: its outcome settles the other": (
        {"failed": 1, "singles": [failed(GOOD, predicted_chance=0.3), {"embryos": [EUPLOID], "predicted_chance": 0.9}]},
        {
            "embryos.failed": (1, 1),
            "transfers.failed_euploid_blastocyst": (0, 0),
            "transfers.cumulative_chance": (0.3, 0.3),
        },
    ),
    "a transfer of unknown outcome may have failed": (
        {
            "complete": True,
            "singles": [failed(GOOD, predicted_chance=0.5), {"embryos": [GOOD], "predicted_chance": 0.5}],
        },
        {
            "transfers.failed": (1, 2),
            "embryos.failed": (1, 2),
            "transfers.cumulative_chance": (0.5, 0.75),
            "transfers.failed_with_good_embryo": (1, 2),
        },
    ),
    "an embryo of unknown grade may be good": (
        {"complete": True, "singles": [failed({"stage": "blastocyst"}), failed({**POOR, "stage": "morula"})]},
        {
            "embryos.failed_good": (0, 1),
            "embryos.failed_blastocyst": (1, 1),
            "embryos.failed_good_blastocyst": (0, 1),
            "embryos.failed_good_cleavage": (0, 0),
            "transfers.failed_with_good_embryo": (0, 1),
            "transfers.failed_euploid_blastocyst": (0, 1),
        },
    ),
    "an embryo that is no euploid blastocyst for one stated reason is none": (
        {"complete": True, "singles": [failed({"ploidy": "untested"}), failed({"stage": "cleavage"})]},
        {"transfers.failed_euploid_blastocyst": (0, 0), "embryos.failed_good_euploid_blastocyst": (0, 0)},
    ),
    "a failed transfer with unknown embryos": (
        {"complete": True, "singles": [failed()]},
        {"embryos.failed": (1, None), "embryos.failed_good": (0, None), "transfers.failed_with_good_embryo": (0, 1)},
    ),
    "a biochemical loss is a failed transfer, a miscarriage is not": (
        {"complete": True, "singles": [failed(outcome="biochemical_loss"), failed(outcome="miscarriage")]},
        {"transfers.failed": (1, 1), "transfers.negative_hcg": (0, 0)},
    ),
    "three failures, one of them biochemical": (
        {"failed": 3, "singles": [failed(outcome="biochemical_loss")]},
        {"transfers.negative_hcg": (0, 2)},
    ),
    "failures parted by a success, in order": (
        {
            "complete": True,
            "singles": [failed(order=1), failed(order=4), failed(outcome="live_birth", order=2), failed(order=3)],
        },
        {"transfers.failed_consecutive": (2, 2)},
    ),
    "an unknown outcome between two failures": (
        {"complete": True, "singles": [failed(order=1), {"order": 2}, failed(order=3)]},
        {"transfers.failed_consecutive": (1, 3), "transfers.failed": (2, 3)},
    ),
    "immunomodulation said of one of two failures": (
        {"failed": 2, "singles": [failed(with_immunomodulation=False)]},
        {"transfers.failed_with_immunomodulation": (0, 1)},
    ),
    "chances of 50 % and 20 % make 60 %": (
        {"complete": True, "singles": [failed(predicted_chance=0.5), failed(predicted_chance=0.2)]},
        {"transfers.cumulative_chance": (0.6, 0.6)},
    ),
    "an unknown chance adds between nothing and certainty": (
        {"complete": True, "singles": [failed(predicted_chance=0.5), failed()]},
        {"transfers.cumulative_chance": (0.5, 1)},
    ),
    "the chance of a transfer that succeeded does not count": (
        {
            "complete": True,
            "singles": [failed(predicted_chance=0.5), failed(predicted_chance=0.9, outcome="live_birth")],
        },
        {"transfers.cumulative_chance": (0.5, 0.5)},
    ),
    "a count of failures declared complete leaves the successes open": (
        {"complete": True, "failed": 2},
        {"transfers.total": (2, None), "transfers.failed_consecutive": (1, 2)},
    ),
}


@pytest.mark.parametrize(("section", "expected"), TRANSFERS.values(), ids=TRANSFERS.keys())
def test_transfers_and_embryos_are_counted_as_a_clinician_would(section, expected):
    counts = transfer_counts(section)
    assert {name: ends(counts[name]) for name in expected} == expected


# The truth of generated histories


def holds(interval, truth):
    return interval.low <= truth[0] + 1e-9 and (interval.high is None or truth[1] - 1e-9 <= interval.high)


def within(narrower, wider):
    upper = wider.high is None or (narrower.high is not None and narrower.high <= wider.high)
    return wider.low <= narrower.low and upper


def close(interval, truth):
    return interval.high is not None and ends(interval) == pytest.approx(truth, abs=1e-9)


def wrong(counts, truth, judge):
    assert counts.keys() == truth.keys()
    return {name: (counts[name], truth[name]) for name in truth if not judge(counts[name], truth[name])}


@quick
@given(histories.pregnancies())
def test_a_history_of_pregnancies_told_one_by_one_leaves_nothing_open(history):
    counts = pregnancy_counts(histories.told_one_by_one(history))
    assert not wrong(counts, histories.truth_of_pregnancies(history), close)


@quick
@given(histories.transfers)
def test_a_history_of_transfers_told_one_by_one_leaves_nothing_open(history):
    counts = transfer_counts(histories.told_one_by_one(history))
    assert not wrong(counts, histories.truth_of_transfers(history), close)


@quick
@given(st.data(), histories.pregnancies(), st.booleans())
def test_what_is_hidden_of_her_pregnancies_never_moves_the_truth_out_of_an_interval(data, history, one_by_one):
    truth = histories.truth_of_pregnancies(history)
    truth["losses.consecutive"] = (data.draw(st.integers(*truth["losses.consecutive"])),) * 2
    fields = histories.COUNTED_LOSSES | histories.COUNTED_KINDS
    told = histories.told_in_full(history, truth, fields) if one_by_one else histories.told_in_counts(truth, fields)
    less = data.draw(histories.less_of_pregnancies(told))
    counts = pregnancy_counts(less)
    assert not wrong(counts, truth, holds)
    wider = pregnancy_counts(data.draw(histories.less_of_pregnancies(less)))
    assert not wrong(counts, wider, within)


@quick
@given(st.data(), histories.transfers, st.booleans())
def test_what_is_hidden_of_her_transfers_never_moves_the_truth_out_of_an_interval(data, history, one_by_one):
    truth = histories.truth_of_transfers(history)
    fields = histories.COUNTED_TRANSFERS
    told = histories.told_in_full(history, truth, fields) if one_by_one else histories.told_in_counts(truth, fields)
    less = data.draw(histories.less_of_transfers(told))
    counts = transfer_counts(less)
    assert not wrong(counts, truth, holds)
    wider = transfer_counts(data.draw(histories.less_of_transfers(less)))
    assert not wrong(counts, wider, within)


# No interval is wider than it must be: every woman with so many losses, by brute force

BANDS = (9, 11, 13, 15, 21, 23, 30)
GROUPS = ("euploid", "aneuploid", "unbalanced", "not_tested", None)


def hulls(women, given_counts):
    """The least and the greatest of each count over the women of whom the given counts are true."""
    possible = [woman for woman in women if all(woman[name] == value for name, value in given_counts.items())]
    return {name: (min(w[name] for w in possible), max(w[name] for w in possible)) for name in possible[0]}


def by_weeks(weeks):
    woman = {f"losses.before_{mark}_weeks": sum(one < mark for one in weeks) for mark in (10, 12, 14, 20, 22, 24)}
    return woman | {f"losses.from_{mark}_weeks": sum(one >= mark for one in weeks) for mark in (10, 14)}


def by_karyotype(karyotypes):
    return {f"losses.{group}": karyotypes.count(group) for group in ("euploid", "aneuploid", "unbalanced")} | {
        "losses.without_karyotype": karyotypes.count("not_tested")
    }


@pytest.mark.parametrize(
    ("kinds", "count", "given_facts"),
    [
        (BANDS, by_weeks, ("losses.before_10_weeks", "losses.from_14_weeks")),
        (GROUPS, by_karyotype, ("losses.euploid", "losses.aneuploid", "losses.unbalanced")),
    ],
    ids=["weeks", "karyotypes"],
)
@pytest.mark.parametrize("losses", range(5))
def test_counts_given_bound_each_other_as_closely_as_all_possible_women_allow(kinds, count, given_facts, losses):
    fields = {fact: field for field, fact in histories.COUNTED_LOSSES.items()}
    women = [count(woman) for woman in combinations_with_replacement(kinds, losses)]
    told = {
        tuple((fact, woman[fact]) for fact, tell in zip(given_facts, telling, strict=True) if tell)
        for woman in women
        for telling in product((True, False), repeat=len(given_facts))
    }
    assert told
    for counts in told:
        section = {"losses": losses} | {fields[fact]: value for fact, value in counts}
        intervals = pregnancy_counts(section)
        expected = hulls(women, dict(counts))
        assert {name: ends(intervals[name]) for name in expected} == expected, section


# Intervals and sums


def test_the_sum_of_two_intervals_is_open_above_where_one_is():
    assert Interval(1, 2) + Interval(3, 4) == Interval(4, 6)
    assert Interval(1, None) + Interval(3, 4) == Interval(3, 4) + Interval(1, None) == Interval(4, None)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Interval(0, None), Interval(2, 5), Interval(2, 5)),
        (Interval(1, 3), Interval(2, 5), Interval(2, 3)),
        (Interval(0, None), Interval(2, None), Interval(2, None)),
        (Interval(0, 1), Interval(2, 5), Interval(2, 1)),
    ],
)
def test_two_intervals_meet_in_what_both_allow(one, other, both):
    assert one.meet(other) == other.meet(one) == both


@pytest.mark.parametrize(
    ("interval", "exact", "empty"),
    [
        (exactly(3), True, False),
        (Interval(2, 3), False, False),
        (Interval(2, None), False, False),
        (Interval(2, 1), False, True),
    ],
)
def test_an_interval_says_whether_it_is_one_number_and_whether_it_is_none(interval, exact, empty):
    assert (interval.exact, interval.empty) == (exact, empty)


def test_parts_make_up_a_whole_and_bound_it_and_each_other():
    counts = {"all": exactly(5), "a": Interval(2, None), "b": Interval(0, 1), "c": Interval(0, None)}
    narrow(counts, [Sum("all", ("a", "b", "c"))])
    assert counts == {"all": exactly(5), "a": Interval(2, 5), "b": Interval(0, 1), "c": Interval(0, 3)}


def test_parts_that_are_not_all_told_bound_from_one_side_only():
    counts = {"all": exactly(5), "a": exactly(2), "b": Interval(0, None)}
    narrow(counts, [Sum("all", ("a", "b"), all_told=False)])
    assert counts["b"] == Interval(0, 3)


def test_a_bound_travels_through_several_sums():
    counts = {"all": Interval(0, None), "a": Interval(0, None), "b": exactly(1), "c": exactly(2), "d": exactly(3)}
    narrow(counts, [Sum("all", ("a", "b")), Sum("a", ("c", "d"))])
    assert counts["all"] == exactly(6)


def test_contradicting_parts_leave_an_empty_count_and_come_to_an_end():
    counts = {"all": exactly(2), "a": exactly(2), "b": exactly(1)}
    narrow(counts, [Sum("all", ("a", "b")), Sum("a", ("b",), all_told=False)])
    assert any(count.empty for count in counts.values())


def test_counting_needs_no_profile_around_a_section():
    assert count_pregnancies(Pregnancies())["losses.total"] == Interval(0, None)
    assert bound_transfers(Transfers())["transfers.total"] == Interval(0, None)
