"""Her chance without treatment: given, else a declared rule, else the trials she fits, else all; always said which."""

from __future__ import annotations

import pytest
import yaml
from tests.unit.trials import gather, line, result, trial

import decidua
from decidua.assessment.evidence.baseline import baseline_by_trials, declared_chance
from decidua.assessment.options.without_treatment import _had_one
from decidua.assessment.verdicts import Verdicts
from decidua.evidence.models import Outcome
from decidua.profile.facts import draw_facts
from decidua.report.hers import BASELINES
from decidua.rulebook.baseline import control_risk_of, outcome_of
from decidua.rulebook.folder import data_folder
from decidua.truth import NO, UNKNOWN, YES

BOOK = decidua.load_rulebook()
RULES = BOOK.policy.baseline.rules
THREE, ONE_OR_TWO = "prism-three-losses-bleeding", "prism-one-or-two-losses-bleeding"
PRISM = "coomarasamy-2019"


def document(name):
    return yaml.safe_load((data_folder("profiles") / f"{name}.yaml").read_text("utf-8"))


def bleeding(losses=1, **changed):
    """A woman who bleeds now, with some earlier clinical losses."""
    pregnancies = {"complete": True, "losses": losses, "clinical_losses": losses, "live_births": 0}
    return decidua.Profile.model_validate(document("bleeding_now") | {"pregnancies": pregnancies} | changed)


def effects(profile, **more):
    return [one for option in decidua.assess(profile, engine="reference", **more).options for one in option.effects]


def live_birth(profile, strategy, **more):
    return next(one for one in effects(profile, **more) if (one.strategy, one.outcome) == (strategy, "live_birth"))


def held(profile, as_of=None):
    found = declared_chance(Verdicts(BOOK.at(as_of), draw_facts(profile), "reference"))
    return None if found is None else found.rule


# Declared rules


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_declared_rule_takes_its_figure_from_the_record_of_its_study_and_says_its_scope(rule):
    study = BOOK.study[rule.study]
    outcome = outcome_of(rule, study)
    assert outcome.control.percent is not None or outcome.control.events is not None
    assert 0 < control_risk_of(outcome) < 1
    assert study.integrity.status == "none_known"
    assert rule.scope
    assert rule.says


def test_a_figure_is_that_of_the_counts_where_they_were_read_and_else_as_printed():
    def risk(**control):
        return control_risk_of(
            Outcome.model_validate(
                {"outcome": "live_birth", "per": "woman", "counts": "printed", "treated": {}, "control": control}
            )
        )

    assert risk(events=1, total=4, percent=30.0) == 0.25
    assert risk(percent=30.0) == 0.3
    assert risk() is None
    assert risk(events=0, total=0) is None


@pytest.mark.parametrize(
    ("losses", "rule"),
    [(0, None), (1, ONE_OR_TWO), (2, ONE_OR_TWO), (3, THREE), (4, THREE)],
)
def test_the_rule_for_a_woman_who_bleeds_follows_the_number_of_her_losses(losses, rule):
    assert held(bleeding(losses)) == rule


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"age": 40}, id="older than the trial took"),
        pytest.param({"age": 15}, id="younger than the trial took"),
        pytest.param({"age": None}, id="an age that is not known"),
        pytest.param({"pregnancy": {"pregnant": True, "weeks": "6w4d"}}, id="bleeding not known"),
        pytest.param({"pregnancy": document("bleeding_now")["pregnancy"] | {"bleeding": False}}, id="no bleeding"),
        pytest.param({"pregnancy": document("bleeding_now")["pregnancy"] | {"weeks": "12w0d"}}, id="from week 12 on"),
        pytest.param({"pregnancies": {"losses": 2}}, id="losses of which the kind is not known"),
        pytest.param(
            {"allergies": {"progesterone": True}}, id="a criterion by which the trial would not have taken her"
        ),
    ],
)
def test_where_it_is_not_known_to_hold_no_rule_is_used(changed):
    assert held(bleeding(**changed)) is None


def test_a_rule_needs_its_study_by_the_date_and_unquestioned():
    assert held(bleeding(), "2019-04") is None
    assert held(bleeding(), "2019-05") == ONE_OR_TWO
    view = BOOK.at(None, without=frozenset({PRISM}))
    assert declared_chance(Verdicts(view, draw_facts(bleeding()), "reference")) is None


# The order: given, declared, the trials she fits, all


def test_her_own_chance_goes_before_a_declared_rule_and_that_before_the_trials():
    given = live_birth(bleeding(3), "progesterone-bleeding", baseline={"next_pregnancy": 0.4})
    assert (given.baseline_kind, given.baseline) == ("given", 0.4)
    assert given.baseline_from == "her own chance, given (next pregnancy)"
    declared = live_birth(bleeding(3), "progesterone-bleeding")
    outcome = outcome_of(next(rule for rule in RULES if rule.id == THREE), BOOK.study[PRISM])
    assert (declared.baseline_kind, declared.baseline) == ("declared_rule", outcome.control.percent / 100)
    assert declared.baseline_from.startswith("by a declared rule: placebo arm of PRISM, women with three or more")
    assert f"({outcome.control.percent:g} %, as printed) [{THREE}]" in declared.baseline_from
    trials = live_birth(bleeding(3, age=40), "progesterone-bleeding")
    assert trials.baseline_kind == "all_studies"
    assert trials.value == declared.value == given.value
    assert [one.per_1000[0] for one in (given, declared)] == [
        pytest.approx(1000 * one.baseline * one.value, abs=0.06) for one in (given, declared)
    ]


def test_a_declared_rule_carries_only_what_it_speaks_of():
    found = {one.strategy for one in effects(bleeding(3)) if one.baseline_kind == "declared_rule"}
    assert found <= {"progesterone-bleeding", "dydrogesterone-bleeding"}
    kinds = {one.outcome for one in effects(bleeding(3)) if one.baseline_kind == "declared_rule"}
    assert kinds == {"live_birth"}


def pooled(*tables):
    (line,) = gather(*(trial(name, result(*pair)) for name, pair in tables))
    return line


A, B, NOBODY = ("a", ((6, 10), (4, 10))), ("b", ((60, 100), (20, 100))), ("c", ((3, 10), (0, 10)))


@pytest.mark.parametrize(
    ("tables", "standing", "risk", "kind", "origin"),
    [
        ([A], {"a": YES}, 0.4, "studies_she_fits", "control arm of the study, in which she would have been"),
        ([A], {"a": NO}, 0.4, "all_studies", "control arm of the study; she would not have been in it"),
        ([A], {}, 0.4, "all_studies", "control arm of the study; whether she would have been in it is not known"),
        ([A, B], {"a": YES, "b": NO}, 0.4, "studies_she_fits", "control arm of the one of 2 studies that she would"),
        ([A, B], {"a": YES, "b": UNKNOWN}, 0.4, "studies_she_fits", "control arm of the one of 2 studies that she"),
        ([A, B], {"a": YES, "b": YES}, 24 / 110, "studies_she_fits", "pooled control arms of 2 studies, all of which"),
        ([A, B], {"a": NO, "b": NO}, 24 / 110, "all_studies", "pooled control arms of 2 studies; she would have been"),
        ([A, B], {"a": NO}, 24 / 110, "all_studies", "pooled control arms of 2 studies; she is not known to fit any"),
        (
            [A, NOBODY],
            {"c": YES},
            4 / 20,
            "all_studies",
            "in those she would have been in the event happened to nobody",
        ),
    ],
)
def test_the_control_arms_of_the_trials_she_fits_stand_where_any_is_known(tables, standing, risk, kind, origin):
    found = baseline_by_trials(pooled(*tables), standing)
    assert (found.risk, found.kind) == (pytest.approx(risk), kind)
    assert origin in found.origin


def test_observational_studies_lend_their_own_control_arms_whoever_they_took():
    (line,) = gather(trial("a", result((6, 10), (4, 10)), design="cohort_prospective"))
    found = baseline_by_trials(line, {"a": YES})
    assert (found.risk, found.kind, found.origin) == (0.4, "all_studies", "control arm of the study")


@pytest.mark.parametrize("name", sorted(path.stem for path in data_folder("profiles").glob("*.yaml")))
def test_every_effect_of_a_shipped_woman_says_whose_chance_it_stands_on(name):
    profile = decidua.load_profile(data_folder("profiles") / f"{name}.yaml")
    for effect in effects(profile):
        assert effect.baseline_kind in BASELINES
        assert effect.baseline_from
        if effect.hers.which == "all" and effect.randomised and effect.baseline_kind == "studies_she_fits":
            control = [(events, total) for _, _, events, total in effect.arms]
            whole = sum(events for events, _ in control) / sum(total for _, total in control)
            assert effect.baseline == round(whole, 4)


# With none of the options


@pytest.mark.parametrize(
    ("profile", "more", "kind", "says"),
    [
        (bleeding(3), {"baseline": {"next_pregnancy": 0.4}}, "given", "as given: 400 of 1000 (next pregnancy)"),
        (bleeding(3), {}, "declared_rule", "by a declared rule: placebo arm of PRISM"),
        (
            decidua.Profile.model_validate(document("rpl_four_losses")),
            {},
            "studies_she_fits",
            "trials that would have taken her, on the criteria read",
        ),
        (decidua.Profile(), {}, "all_studies", "she is not known to fit any of them"),
    ],
    ids=["given", "declared", "trials she fits", "all"],
)
def test_the_chance_with_none_of_the_options_says_whose_it_is(profile, more, kind, says):
    found = decidua.assess(profile, engine="reference", **more).without_treatment
    assert found.kind == kind
    assert says in found.says
    assert found.per_1000[0] <= found.pooled <= found.per_1000[1]


@pytest.mark.parametrize(
    ("name", "baseline", "says"),
    [
        ("rif_untested_embryos", {"transfer": 0.3}, "counts live births by transfer: that chance is used for none"),
        ("rpl_four_losses", {"transfer": 0.3}, "counts live births by transfer: that chance is used for none"),
        (
            "rif_untested_embryos",
            {"next_pregnancy": 0.5, "transfer": 0.3},
            "counts live births in a next pregnancy or by transfer: these chances are used for none",
        ),
        ("rpl_four_losses", {"next_pregnancy": 0.5}, None),
    ],
)
def test_a_chance_of_hers_that_carries_no_effect_is_said_to_carry_none(name, baseline, says):
    profile = decidua.Profile.model_validate(document(name))
    found = decidua.assess(profile, engine="reference", baseline=baseline)
    ways = {one.id for option in found.options for one in option.strategies if one.status != "not_applicable"}
    effects = [effect for option in found.options for effect in option.effects if effect.strategy in ways]
    assert ("given" in {effect.baseline_kind for effect in effects}) is (says is None)
    assert says is None or says in found.without_treatment.says
    assert ("No effect below" in found.without_treatment.says) is (says is not None)


def test_the_chance_says_in_how_many_women_it_was_seen():
    found = decidua.assess(decidua.Profile.model_validate(document("rpl_four_losses")), engine="reference")
    arms = ((17, 49), (13, 29), (15, 19), (21, 30), (11, 48), (48, 74), (19, 25), (69, 121))  # as the records have them
    events, total = sum(one for one, _ in arms), sum(one for _, one in arms)
    assert found.without_treatment.pooled == round(1000 * events / total, 1)
    assert f"{1000 * events / total:.0f} of 1000 women had a live birth in the control arms ({total} women)" in (
        found.without_treatment.says
    )


LOSSES_AND_FAILURES = {
    "age": 39.5,
    "bmi": 36,
    "pregnancies": {
        "complete": True,
        "singles": [
            {"order": 1, "outcome": "miscarriage", "weeks": 7, "conceived": "art", "karyotype": "euploid"},
            {"order": 2, "outcome": "biochemical_loss", "weeks": 5, "conceived": "art"},
        ],
    },
    "transfers": {"complete": True, "total": 4, "failed": 3, "failed_with_good_embryo": 3, "good_embryos_failed": 4},
    "investigations": {
        "antiphospholipid": [{"date": "2026-01-01", "result": "negative"}],
        "thyroid": "normal",
        "uterine_imaging": "normal",
        "parental_karyotype": "normal",
    },
    "conditions": {"complete": True},
    "pregnancy": {"pregnant": False},
    "plan": {"next": "transfer"},
}


def test_a_trial_that_she_fits_and_in_which_nobody_gave_birth_is_no_chance_of_hers():
    found = decidua.assess(decidua.Profile.model_validate(LOSSES_AND_FAILURES), engine="reference").without_treatment
    assert found.kind == "all_studies"
    assert found.pooled > 100
    assert "; in the one that would have taken her the 20 women had none; 0 to " in found.says
    assert "With none of the options, 0 of 1000" not in found.says


@pytest.mark.parametrize(
    ("arms", "says"),
    [
        ([(0, 20)], "none of the 20 women had a live birth in the control arm of one trial, a,"),
        ([(0, 20), (0, 5)], "none of the 25 women had a live birth in the control arms of 2 trials"),
        ([(5, 5)], "all of the 5 women had a live birth in the control arm of one trial, a,"),
        ([(3, 12)], "250 of 1000 women had a live birth in the control arm (12 women) of one trial, a,"),
    ],
)
def test_of_nobody_or_everybody_no_rate_is_made(arms, says):
    rows = line(*[trial(name, result((1, 9), arm)) for name, arm in zip("ab", arms, strict=False)]).rows
    assert _had_one(rows) == says
