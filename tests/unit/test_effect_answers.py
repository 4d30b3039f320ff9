"""What stands beside a pooled effect in the answer: fixed effects, Q, I2 with interval, leave-one-out, fragility."""

from __future__ import annotations

import math
from functools import cache

import pytest

import decidua
from decidua.evidence.effects import Table, fragility_index, risk_ratio
from decidua.evidence.pooling import mantel_haenszel, pool
from decidua.rulebook.folder import data_folder


@cache
def effects(baseline=None):
    profile = decidua.load_profile(data_folder("profiles") / "empty.yaml")
    given = None if baseline is None else {"next_pregnancy": baseline}
    return [one for option in decidua.assess(profile, baseline=given).options for one in option.effects]


def tables(effect):
    return [Table(*arms) for arms in effect.arms]


def columns(some):
    found = [risk_ratio(table) for table in some if table.informative]
    return [one.log for one in found], [one.se**2 for one in found]


def exact(logs):
    return pytest.approx([math.exp(log) for log in logs], rel=1e-5)


SEVERAL = [one for one in effects() if one.studies > 1 and one.value is not None]
SINGLE = [one for one in effects() if one.studies == 1]


@pytest.mark.parametrize("effect", SEVERAL, ids=lambda one: f"{one.strategy}, {one.outcome}, {one.label}")
def test_beside_a_pool_stand_both_fixed_effects_q_and_i_squared_with_its_interval(effect):
    pooled = pool(*columns(tables(effect)))
    assert effect.fixed == exact(pooled.fixed)
    assert effect.mantel_haenszel == exact(mantel_haenszel(tables(effect), "RR"))
    assert (effect.q, effect.q_p) == pytest.approx((pooled.q, pooled.q_p), rel=1e-5)
    assert (effect.i2, *effect.i2_ci) == pytest.approx(pooled.i2, abs=0.0006)
    assert effect.fragility_index is None


@pytest.mark.parametrize("effect", SEVERAL, ids=lambda one: f"{one.strategy}, {one.outcome}, {one.label}")
def test_a_pool_is_shown_without_each_of_its_studies_in_turn(effect):
    assert [one.without for one in effect.leave_one_out] == list(effect.study_ids)
    for at, one in enumerate(effect.leave_one_out):
        rest = pool(*columns([table for place, table in enumerate(tables(effect)) if place != at]))
        assert (one.value, *one.ci) == exact((rest.log, rest.low, rest.high))


def test_a_single_study_has_nothing_pooled_beside_it():
    assert SINGLE
    for effect in SINGLE:
        beside = (effect.i2, effect.i2_ci, effect.q, effect.q_p, effect.fixed, effect.mantel_haenszel)
        assert beside == (None,) * 6
        assert effect.leave_one_out == ()


def test_a_single_randomised_study_has_its_fragility_index_and_no_other_study_has():
    found = {effect.study_ids: effect.fragility_index for effect in SINGLE if effect.fragility_index is not None}
    assert found
    for effect in SINGLE:
        wanted = fragility_index(tables(effect)[0]) if effect.randomised else None
        assert effect.fragility_index == wanted


def test_her_own_baseline_changes_nothing_of_what_stands_beside_an_effect():
    for here, there in zip(effects(), effects(0.3), strict=True):
        assert (here.fixed, here.leave_one_out, here.fragility_index, here.certainty) == (
            there.fixed,
            there.leave_one_out,
            there.fragility_index,
            there.certainty,
        )
