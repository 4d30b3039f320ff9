"""Her standing in the studies: counted without loss, told in words, moving how sure an effect is and its figures."""

from __future__ import annotations

import math
from functools import cache

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trials import GOOD, POLICY, gather, result, trial

import decidua
from decidua.assessment.answers.standing import HersAnswer, StandingPart
from decidua.assessment.evidence.effects import live_birth_lines, rate_strategy
from decidua.assessment.evidence.hers import bearing_studies, line_standing, rate_for, rated_at_worst
from decidua.assessment.evidence.on_option import option_evidence
from decidua.assessment.evidence.standing import refused_by
from decidua.assessment.evidence.studies import counted_women
from decidua.assessment.options.judged import judge_option
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import outcome_names
from decidua.condition.parser import parse_condition
from decidua.condition.reference import evaluate
from decidua.evidence.certainty import (
    LEVELS,
    held_through_standing,
    line_facts,
    not_eligible_share,
    rate,
    standing_rules,
)
from decidua.evidence.effects import Table, risk_ratio
from decidua.evidence.models import OPTION_KEYS
from decidua.evidence.pooling import pool
from decidua.evidence.standing import part_of, pooled_control_risk, rows_by_standing
from decidua.profile.facts import draw_facts
from decidua.profile.vocabulary import vocabulary
from decidua.report.hers import hers_words
from decidua.rulebook.folder import data_folder
from decidua.truth import NO, UNKNOWN, YES, Verdict

BOOK = decidua.load_rulebook()
NOW = BOOK.at()
PROFILES = sorted(path.stem for path in data_folder("profiles").glob("*.yaml"))


def document(name):
    return yaml.safe_load((data_folder("profiles") / f"{name}.yaml").read_text("utf-8"))


def verdicts_of(name, as_of=None, **changed):
    profile = decidua.Profile.model_validate(document(name) | changed)
    return Verdicts(BOOK.at(as_of), draw_facts(profile), "reference")


@cache
def assessed(name, as_of=None):
    profile = decidua.load_profile(data_folder("profiles") / f"{name}.yaml")
    return decidua.assess(profile, engine="reference", as_of=as_of)


def every_effect(name):
    return [effect for option in assessed(name).options for effect in option.effects]


# A line by standing

counts = st.integers(2, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
arms = st.lists(st.tuples(counts, counts), min_size=1, max_size=5)
verdict = st.sampled_from(list(Verdict))


@settings(deadline=None, derandomize=True, max_examples=120)
@given(tables=arms, data=st.data())
def test_the_parts_of_a_line_by_standing_are_the_whole_line(tables, data):
    (line,) = gather(*(trial(f"t{at}", result(*pair)) for at, pair in enumerate(tables)))
    standing = {row.study.id: data.draw(verdict) for row in line.rows}
    parts = rows_by_standing(line, standing)
    assert sorted(row.study.id for rows in parts.values() for row in rows) == sorted(standing)
    assert sum(row.table.events for rows in parts.values() for row in rows) == line.events
    assert sum(row.table.total for rows in parts.values() for row in rows) == line.participants
    hers = part_of(line, parts[YES])
    assert (hers is None) is (YES not in standing.values())
    if hers is not None:
        alone = [one for one, row in zip(tables, line.rows, strict=True) if standing[row.study.id] is YES]
        (anew,) = gather(*(trial(f"t{at}", result(*pair)) for at, pair in enumerate(alone)))
        assert (hers.ratio, hers.odds_ratio, hers.events) == (anew.ratio, anew.odds_ratio, anew.events)
        assert hers.control_risk == anew.control_risk == pooled_control_risk(parts[YES])


@settings(deadline=None, derandomize=True, max_examples=60)
@given(tables=arms)
def test_the_studies_of_a_line_that_would_all_have_taken_her_are_the_line(tables):
    (line,) = gather(*(trial(f"t{at}", result(*pair)) for at, pair in enumerate(tables)))
    assert part_of(line, rows_by_standing(line, dict.fromkeys((row.study.id for row in line.rows), YES))[YES]) is line


def test_a_study_whose_standing_is_not_given_is_unknown_and_not_no():
    (line,) = gather(trial("a", result((5, 10), (4, 10))))
    assert {key: len(rows) for key, rows in rows_by_standing(line, {}).items()} == {YES: 0, NO: 0, UNKNOWN: 1}
    assert not_eligible_share(line, {}) == not_eligible_share(line, {"a": UNKNOWN}) == 0


# How sure: through the declared rule alone


@settings(deadline=None, derandomize=True, max_examples=150)
@given(at=st.integers(0, 10_000), data=st.data())
def test_what_is_kept_for_her_is_what_the_policy_gives_with_her_standing(at, data):
    lines = [rated for one in BOOK.strategies if (rated := rate_strategy(NOW, one))]
    rated = lines[at % len(lines)]
    ids = dict.fromkeys(row.study.id for one in rated for row in one.line.rows)
    standing = {id_: data.draw(verdict) for id_ in ids}
    policy, rules = POLICY.certainty, standing_rules(POLICY.certainty)
    for one in rated:
        others = [other.line for other in rated if other is not one]
        outcome = outcome_names(POLICY.outcomes)[one.line.rows[0].outcome.outcome]
        whole = rate(one.line, others, policy, outcome, standing)
        held = held_through_standing(rules, one.facts, not_eligible_share(one.line, standing))
        assert set(held) <= {rule.id for rule in rules}
        assert bool(held) is (not_eligible_share(one.line, standing) > 0.5)
        drop = LEVELS.index(whole.certainty) - LEVELS.index(one.rating.certainty)
        assert drop in ((0, 1) if held else (0,))
        if not held:
            assert whole == one.rating


@pytest.mark.parametrize("name", PROFILES)
def test_every_rating_of_a_shipped_woman_is_the_policys_with_her_standing(name):
    verdicts = verdicts_of(name)
    for strategy in BOOK.strategies:
        lines = rate_for(verdicts, rate_strategy(verdicts.view, strategy))
        for one in lines:
            outcome = outcome_names(POLICY.outcomes)[one.line.rows[0].outcome.outcome]
            others = [other.line for other in lines if other is not one]
            standing = line_standing(verdicts, one.line)
            assert one.rating == rate(one.line, others, POLICY.certainty, outcome, standing)


def test_facts_of_a_line_without_a_woman_say_nothing_of_her_standing():
    (line,) = gather(trial("a", result((5, 10), (4, 10))))
    assert "not_eligible_share" not in line_facts(line, [], POLICY.certainty, GOOD).values
    assert line_facts(line, [], POLICY.certainty, GOOD, {"a": NO}).values["not_eligible_share"] == 1


BLEEDING = "progesterone-bleeding"


def main_line(verdicts, strategy):
    (found,) = [one for one in BOOK.strategies if one.id == strategy]
    return live_birth_lines(rate_for(verdicts, rate_strategy(verdicts.view, found)))[0]


@pytest.mark.parametrize(
    ("age", "certainty"),
    [
        pytest.param(32, "moderate", id="within the ages of the trial, the rest of its criteria open"),
        pytest.param(None, "moderate", id="an age that is not known is not a no"),
        pytest.param(42, "low", id="older than the trial took"),
    ],
)
def test_a_woman_whom_most_participants_do_not_speak_for_loses_a_level_with_the_step_shown(age, certainty):
    verdicts = verdicts_of("bleeding_now", age=age)
    one = main_line(verdicts, BLEEDING)
    assert one.rating.certainty == certainty
    steps = {step.rule: step for step in one.rating.steps}
    assert ("not-eligible" in steps) is (certainty == "low")
    if certainty == "low":
        assert (steps["not-eligible"].domain, steps["not-eligible"].levels) == ("indirectness", -1)
        profile = decidua.Profile.model_validate(document("bleeding_now") | {"age": age})
        effect = next(
            effect
            for option in decidua.assess(profile, engine="reference").options
            for effect in option.effects
            if (effect.strategy, effect.outcome) == (BLEEDING, "live_birth")
        )
        assert effect.certainty == "low"
        assert "not-eligible" in {step.rule for step in effect.steps}
        assert effect.sentence.startswith("Progestogens may ")


def test_where_another_reason_of_the_kind_is_counted_her_standing_is_shown_beside_it_and_costs_nothing():
    (line,) = gather(trial("a", result((50, 100), (40, 100), isolates=False)))
    without, with_her = (rate(line, [], POLICY.certainty, GOOD, standing) for standing in (None, {"a": NO}))
    assert without.certainty == with_her.certainty
    (step,) = [step for step in with_her.steps if step not in without.steps]
    assert (step.rule, step.domain, step.levels) == ("not-eligible", "indirectness", 0)
    assert step.says.endswith("another reason of this kind is counted already")


def judged_way(verdicts, strategy):
    judged = judge_option(verdicts, BOOK.option["progestogens"])
    return next(one for one in judged.strategies if one.strategy.id == strategy)


def test_on_the_evidence_alone_a_status_follows_her_standing():
    """In June 2019 no society that was read had spoken: only the trial carried progesterone for bleeding."""
    ways = [judged_way(verdicts_of("bleeding_now", "2019-06", age=age), BLEEDING) for age in (32, None, 42)]
    assert [(one.status, one.row.id) for one in ways] == [
        ("consider", "evidence-for"),
        ("consider", "evidence-for"),
        ("research_only", "research"),
    ]


def test_what_a_status_could_become_counts_with_her_not_having_been_in_the_trials():
    bleeding = document("bleeding_now")
    pregnancy = {key: value for key, value in bleeding["pregnancy"].items() if key != "intrauterine_on_scan"}
    verdicts = verdicts_of("bleeding_now", "2019-06", age=None, pregnancy=pregnancy)
    way = judged_way(verdicts, BLEEDING)
    assert way.status == "undetermined"
    assert {"consider", "research_only"} <= set(way.could_be)
    worst = rated_at_worst(verdicts, [main_line(verdicts, BLEEDING)])[0]
    assert (worst.rating.certainty, main_line(verdicts, BLEEDING).rating.certainty) == ("low", "moderate")


def test_only_studies_that_can_move_a_status_bear_on_one():
    found = {one.id: bearing_studies(NOW, one) for one in BOOK.strategies}
    assert found[BLEEDING] == ["study:coomarasamy-2019"]
    assert {id_ for id_, studies in found.items() if studies} == {BLEEDING, "progesterone-positive-test"}


# In how many studies: per option


@pytest.mark.parametrize("name", PROFILES)
def test_the_standing_of_an_option_counts_its_randomised_studies_once_and_without_retracted_ones(name):
    for option in assessed(name).options:
        standing, own = option.standing, {study.id: study for study in option.studies}
        counting = [one for one in own if NOW.studies[one].same_as is None and own[one].integrity != "retracted"]
        randomised = [one for one in counting if NOW.studies[one].randomised]
        looked_at = randomised or counting
        assert standing.randomised is bool(randomised)
        assert sorted((*standing.yes, *standing.no, *standing.unknown)) == sorted(looked_at)
        assert standing.studies == len(looked_at)
        for verdict_, ids in (("yes", standing.yes), ("no", standing.no), ("unknown", standing.unknown)):
            assert {own[id_].standing for id_ in ids} <= {verdict_}
            women = sum(counted_women(NOW.studies[id_]) or 0 for id_ in ids)
            assert getattr(standing, f"women_{verdict_}") == women
        assert standing.women == standing.women_yes + standing.women_no + standing.women_unknown
        assert {id_ for one in standing.open for id_ in one.studies} <= set(standing.unknown)
        if standing.largest is not None:
            most = max(counted_women(NOW.studies[id_]) or 0 for id_ in looked_at)
            assert counted_women(NOW.studies[standing.largest]) == standing.largest_women == most
            assert own[standing.largest].standing == standing.largest_standing
        if standing.studies > 1:
            assert f"eligible for {len(standing.yes)} of {standing.studies} " in standing.says


def standing_of(name, option):
    return next(one.standing for one in assessed(name).options if one.option == option)


def test_the_sentence_says_how_many_not_the_largest_and_why_and_what_it_depends_on():
    standing = standing_of("rpl_four_losses", "antithrombotics")
    assert standing.says.startswith(
        f"She is eligible for {len(standing.yes)} of {standing.studies} randomised trials ({standing.women_yes} of "
        f"the {standing.women} women in them), on the criteria read."
    )
    assert (
        "Not for the largest, Schisterman 2014 (1078 women): it took only: pregnancy losses, clinical and biochemical "
        "at most 2 (she: 4)." in standing.says
    )
    assert f"For {len(standing.unknown)} of them it cannot be known; it depends on " in standing.says
    findings = [one.finding for one in standing.open if one.what == "finding"]
    assert set(findings) <= set(vocabulary())
    assert len(findings) > 4
    assert " further findings" in standing.says
    assert {one.what for one in standing.open} == {"finding", "not_expressed", "not_read"}


def test_of_a_woman_of_whom_nothing_is_known_every_standing_is_open():
    for option in assessed("empty").options:
        assert (option.standing.yes, option.standing.no) == ((), ())
        assert option.standing.largest_standing in (None, "unknown")


@pytest.mark.parametrize(
    ("name", "option", "says"),
    [
        ("rpl_four_losses", "intralipid", "She is eligible for the one randomised trial (154 women), on the criteria"),
        ("rpl_four_losses", "pbmc", "She is not eligible for the one randomised trial (198 women): it took only: "),
        ("rpl_four_losses", "tnf_antagonists", "Whether she is eligible for the one randomised trial (188 women)"),
        ("rpl_four_losses", "calcineurin_inhibitors", "on the criteria read; none is randomised."),
    ],
)
def test_one_study_and_none_that_is_randomised_are_said_so(name, option, says):
    assert says in standing_of(name, option).says


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("losses.total >= 5", "it took only: pregnancy losses, clinical and biochemical at least 5 (she: 4)"),
        ({"not": "losses.total >= 3"}, "it left out: pregnancy losses, clinical and biochemical at least 3 (she: 4)"),
        ({"not": {"any": ["condition.asthma = yes", "age > 30"]}}, "it left out: age over 30 years (she: 34 years)"),
        (
            {"all": ["age < 30", "losses.total >= 3", "live_births.total >= 1"]},
            "it took only: age under 30 years (she: 34 years), and 1 more criterion",
        ),
        ({"any": ["age < 30", "live_births.total >= 1"]}, "it took only: age under 30 years or live births at least 1"),
    ],
)
def test_a_refusal_names_the_criterion_and_what_she_has(condition, says):
    verdicts = verdicts_of("rpl_four_losses")
    proof = evaluate(parse_condition(condition, report=pytest.fail), verdicts.facts, verdicts.verdict)
    assert proof.verdict is NO
    assert refused_by(verdicts, proof) == says


# Beside the pooled effect: that of the studies she would have been in


@pytest.mark.parametrize("name", PROFILES)
def test_the_parts_of_every_effect_are_the_whole_and_her_figures_are_those_of_her_studies(name):
    for effect in every_effect(name):
        hers = effect.hers
        parts = (hers.yes, hers.no, hers.unknown)
        assert sorted(id_ for part in parts for id_ in part.studies) == sorted(effect.study_ids)
        assert sum(part.women for part in parts) == effect.women
        assert sum(part.events for part in parts) == sum(a + c for a, _, c, _ in effect.arms)
        assert (hers.studies, hers.women) == (len(hers.yes.studies), hers.yes.women)
        size = {0: "none", len(effect.study_ids): "all"}.get(hers.studies, "some")
        assert hers.which == size
        if size != "some":
            assert (hers.value, hers.ci, hers.interval, hers.per_1000) == (None,) * 4
            continue
        ratios = [
            found
            for id_, table in zip(effect.study_ids, effect.arms, strict=True)
            if id_ in hers.yes.studies and (found := risk_ratio(Table(*table))) is not None
        ]
        pooled = pool([one.log for one in ratios], [one.se**2 for one in ratios])
        wanted = [math.exp(log) for log in (pooled.log, pooled.low, pooled.high)]
        assert [hers.value, *hers.ci] == pytest.approx(wanted, rel=1e-5)
        assert hers.interval == pooled.interval


def test_some_shipped_woman_would_have_been_in_all_some_and_none_of_the_studies_of_a_line():
    found = {effect.hers.which for effect in every_effect("rpl_four_losses") if effect.studies > 1}
    assert found == {"some", "none"}
    assert "all" in {effect.hers.which for name in PROFILES for effect in every_effect(name)}


def test_her_figure_stands_at_the_same_chance_as_the_pooled_one_and_is_put_into_words():
    effect = next(one for one in every_effect("rpl_four_losses") if one.hers.which == "some")
    assert effect.hers.per_1000[0] == pytest.approx(1000 * effect.baseline * effect.hers.value, abs=0.2)
    text = hers_words(effect.hers, effect.per, effect.baseline)
    assert text.startswith(f"The {effect.hers.studies} of {effect.studies} studies she would have been in (")
    assert f"alone: RR {effect.hers.value:.2f}" in text


def part(*studies):
    return StandingPart(studies, 10 * len(studies), len(studies))


def hers(which, yes=(), no=(), unknown=(), ratio=None):
    figures = (None,) * 4 if ratio is None else (ratio[0], ratio[1:], "one study", None)
    return HersAnswer(which, part(*yes), part(*no), part(*unknown), len(yes), 10 * len(yes), *figures)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (None, None),
        (hers("all", "a"), "She would have been in this study, on the criteria read."),
        (
            hers("all", "ab"),
            "She would have been in all 2 studies, so these are her figures too, on the criteria read.",
        ),
        (hers("none", no="a"), "She would not have been in this study."),
        (hers("none", unknown="a"), "Whether she would have been in it: not known."),
        (hers("none", no="ab"), "She would have been in none of these 2 studies."),
        (hers("none", unknown="ab"), "Whether she would have been in any of these 2 studies: not known."),
        (
            hers("none", no="a", unknown="b"),
            "She would not have been in 1 of these 2 studies; of the rest it is not known.",
        ),
        (hers("some", "a", "b"), "The 1 of 2 studies she would have been in (10 women), alone: no ratio can be given."),
        (
            hers("some", "a", "b", ratio=(1.5, 1.2, 1.9)),
            "The 1 of 2 studies she would have been in (10 women), alone: RR 1.50 (1.20 to 1.90).",
        ),
    ],
)
def test_a_line_by_her_standing_is_said_in_one_sentence(answer, says):
    assert hers_words(answer, "woman", 0.5) == says


def test_without_a_woman_nothing_is_said_of_one_and_with_one_the_evidence_says_what_the_assessment_does():
    verdicts = verdicts_of("rpl_four_losses")
    answers = {one.option: one for one in assessed("rpl_four_losses").options}
    for option in OPTION_KEYS:
        assert all(line.hers is None for line in option_evidence(NOW, option).lines)
        effects = {(one.strategy, one.outcome, one.per, one.label): one for one in answers[option].effects}
        for line in option_evidence(NOW, option, verdicts=verdicts).lines:
            effect = effects.get((line.strategies[0], line.outcome, line.per, line.label))
            if effect is not None:
                said = (line.hers, line.certainty, line.baseline, line.baseline_from, line.per_1000)
                assert said == (
                    effect.hers, effect.certainty, effect.baseline, effect.baseline_from, effect.per_1000
                )  # fmt: skip


def test_what_is_kept_of_one_woman_changes_nothing_for_the_next(tmp_path, monkeypatch):
    monkeypatch.setenv("DECIDUA_CACHE", str(tmp_path))
    names = ["rpl_four_losses", "bleeding_now", "rif_untested_embryos", "empty", "rpl_secondary"]
    fresh = decidua.load_rulebook(data_folder("rules"))
    for name in reversed(names):
        profile = decidua.load_profile(data_folder("profiles") / f"{name}.yaml")
        anew = decidua.assess(profile, engine="reference", rulebook=fresh)
        assert anew.model_dump_json() == assessed(name).model_dump_json()
