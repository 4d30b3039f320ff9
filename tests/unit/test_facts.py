"""Facts drawn from a profile: what is known, what stays unknown, and what could not be used and why."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from decidua.profile.facts import draw_facts
from decidua.profile.interval import Interval
from decidua.profile.model import Profile
from decidua.profile.safety import KINDS, KINDS_OF_MEDICINE, REVEALED_APART
from decidua.profile.vocabulary import direct_facts, vocabulary


def facts_of(**sections):
    return draw_facts(Profile.model_validate(sections))


def marker(value, unit):
    return {"value": value, "unit": unit}


def test_of_an_empty_profile_nothing_is_known():
    facts = facts_of()
    assert dict(facts.values) == {}
    assert facts.notes == ()
    assert facts.get("age") is None


def test_why_she_is_here_is_no_fact():
    assert dict(facts_of(why="Three losses.").values) == {}


def test_a_finding_that_was_given_is_known_as_it_was_given():
    facts = facts_of(
        age=34.5,
        conditions={"diabetes": True, "lupus": False},
        investigations={"thyroid": "abnormal", "uterine_finding": "septum"},
        transfers={"failed_ivf_cycles": 2},
        plan={"next": "transfer"},
    )
    expected = {
        "age": 34.5,
        "condition.diabetes": True,
        "condition.lupus": False,
        "workup.thyroid": "abnormal",
        "workup.uterine_finding": "septum",
        "ivf.failed_cycles": 2,
        "plan.next": "transfer",
    }
    assert {name: facts.get(name) for name in expected} == expected


# Complete sections

COMPLETABLE = ("conditions", "allergies", "medicines", "tried")


@pytest.mark.parametrize("section", COMPLETABLE)
def test_what_a_complete_section_does_not_list_is_no_except_what_only_a_check_reveals(section):
    facts = facts_of(**{section: {"complete": True}})
    here = [(fact.name, revealed_by) for path, fact, revealed_by in direct_facts() if path[0] == section]
    assert here
    for name, revealed_by in here:
        assert facts.get(name) is (False if revealed_by is None else None), name


@pytest.mark.parametrize("section", COMPLETABLE)
def test_what_an_incomplete_section_does_not_list_stays_unknown(section):
    path, fact, _ = next(row for row in direct_facts() if row[0][0] == section)
    facts = facts_of(**{section: {"complete": False, path[1]: False}})
    assert dict(facts.values) == {fact.name: False}


REVEALED = {
    "active_tuberculosis": "tuberculosis",
    "latent_tuberculosis": "tuberculosis",
    "hepatitis_b": "hepatitis_b",
    "g6pd_deficiency": "g6pd",
    "cervical_infection": "cervical_infection",
    "renal_impairment": "renal_function",
    "severe_renal_impairment": "renal_function",
    "severe_hypertriglyceridaemia": "triglycerides",
    "thrombocytopenia": "platelets",
    "retinopathy": "eyes",
    "hypertension": "blood_pressure",
}


@pytest.mark.parametrize(("condition", "check"), REVEALED.items())
def test_a_condition_that_only_a_check_reveals_is_no_once_the_check_was_made(condition, check):
    name = f"condition.{condition}"
    assert facts_of(conditions={"complete": True}).get(name) is None
    assert facts_of(conditions={"complete": True}, checks={check: False}).get(name) is None
    assert facts_of(checks={check: True}).get(name) is None
    assert facts_of(conditions={"complete": True}, checks={check: True}).get(name) is False
    assert facts_of(conditions={"complete": True, condition: True}).get(name) is True


def test_every_check_that_reveals_a_condition_exists():
    checks = {path[1] for path, _, _ in direct_facts() if path[0] == "checks"}
    revealed_by = {check for _, _, check in direct_facts() if check is not None}
    assert revealed_by
    assert revealed_by <= checks


@pytest.mark.parametrize("section", ["investigations", "immune", "checks", "pregnancy", "plan"])
def test_an_investigation_or_a_check_can_not_be_completed(section):
    with pytest.raises(ValidationError):
        Profile.model_validate({section: {"complete": True}})


def test_a_complete_history_of_pregnancies_makes_no_yes_or_no_of_anything_else():
    facts = facts_of(pregnancies={"complete": True}, transfers={"complete": True})
    assert not any(isinstance(value, bool) for value in facts.values.values())
    assert facts.get("ivf.failed_cycles") is None


# What one finding says of another

IMPLIED = [
    ({"pregnancy": {"heartbeat": True}}, "pregnancy.missed_miscarriage", False),
    ({"pregnancy": {"heartbeat": False}}, "pregnancy.missed_miscarriage", None),
    ({"pregnancy": {"intrauterine_on_scan": True}}, "pregnancy.ectopic", False),
    ({"pregnancy": {"intrauterine_on_scan": False}}, "pregnancy.ectopic", None),
    ({"conditions": {"heart_failure_nyha_3_4": True}}, "condition.heart_failure", True),
    ({"conditions": {"heart_failure_nyha_3_4": False}}, "condition.heart_failure", None),
    ({"conditions": {"heart_failure": False}}, "condition.heart_failure_nyha_3_4", False),
    ({"conditions": {"heart_failure": True}}, "condition.heart_failure_nyha_3_4", None),
    ({"conditions": {"severe_renal_impairment": True}}, "condition.renal_impairment", True),
    ({"conditions": {"renal_impairment": False}}, "condition.severe_renal_impairment", False),
    ({"conditions": {"severe_hepatic_dysfunction": True}}, "condition.liver_disease", True),
    ({"conditions": {"liver_disease": False}}, "condition.severe_hepatic_dysfunction", False),
    ({"conditions": {"lupus": True}}, "condition.autoimmune_disease", True),
    ({"conditions": {"lupus": False}}, "condition.autoimmune_disease", None),
    ({"conditions": {"autoimmune_disease": False}}, "condition.lupus", False),
    ({"conditions": {"autoimmune_disease": True}}, "condition.lupus", None),
    ({"conditions": {"systemic_sclerosis": True}}, "condition.autoimmune_disease", True),
    ({"conditions": {"active_tuberculosis": True}}, "condition.infection_any", True),
    ({"conditions": {"infection_any": False}}, "condition.viral_infection", False),
    ({"conditions": {"infection_any": False}}, "condition.active_tuberculosis", None),
    ({"conditions": {"infection_any": False}}, "condition.cervical_infection", None),
    ({"conditions": {"infection_any": True}}, "condition.viral_infection", None),
    ({"conditions": {"breast_or_genital_cancer": True}}, "condition.malignancy", True),
    ({"conditions": {"malignancy": False}}, "condition.myeloid_malignancy", False),
    ({"conditions": {"thrombocytopenia": True}}, "condition.cytopenia", True),
    ({"conditions": {"cytopenia": False}}, "condition.thrombocytopenia", None),
    ({"conditions": {"recent_haemorrhagic_stroke": True}}, "condition.cerebral_haemorrhage", True),
    ({"medicines": {"ciclosporin": True}}, "medicine.immunosuppressants", True),
    ({"medicines": {"immunosuppressants": False}}, "medicine.ciclosporin", False),
    ({"investigations": {"factor_v_leiden": "present"}}, "workup.inherited_thrombophilia", "present"),
    ({"investigations": {"factor_v_leiden": "absent"}}, "workup.inherited_thrombophilia", None),
    ({"investigations": {"inherited_thrombophilia": "absent"}}, "workup.factor_v_leiden", None),
]


@pytest.mark.parametrize(("sections", "name", "value"), IMPLIED, ids=[f"{row[0]} {row[1]}" for row in IMPLIED])
def test_a_finding_says_of_another_what_its_words_mean_and_no_more(sections, name, value):
    assert facts_of(**sections).get(name) is value


@pytest.mark.parametrize(
    ("severe", "milder"),
    [
        ("lupus", "autoimmune_disease"),
        ("heart_failure_nyha_3_4", "heart_failure"),
        ("severe_hepatic_dysfunction", "liver_disease"),
        ("severe_renal_impairment", "renal_impairment"),
        ("viral_infection", "infection_any"),
        ("serious_or_opportunistic_infection", "infection_any"),
        ("breast_or_genital_cancer", "malignancy"),
        ("myeloid_malignancy", "malignancy"),
        ("thrombocytopenia", "cytopenia"),
        ("recent_haemorrhagic_stroke", "cerebral_haemorrhage"),
        ("systemic_sclerosis", "autoimmune_disease"),
    ],
)
def test_a_complete_list_with_one_kind_of_a_condition_is_no_denial_of_the_condition(severe, milder):
    facts = facts_of(conditions={"complete": True, severe: True}, checks={"renal_function": True})
    assert facts.get(f"condition.{severe}") is True
    assert facts.get(f"condition.{milder}") is True


def test_the_kinds_that_only_a_check_of_their_own_reveals_are_named():
    revealed = {path[1]: check for path, _, check in direct_facts() if path[0] in ("conditions", "medicines")}
    kinds = {**KINDS, **KINDS_OF_MEDICINE}
    apart = [part for whole, parts in kinds.items() for part in parts if revealed[part] not in (None, revealed[whole])]
    assert sorted(apart) == sorted(REVEALED_APART)


# Units


@pytest.mark.parametrize(
    ("section", "field", "given_value", "name", "value"),
    [
        ("immune", "nk_blood", marker(18, "percent"), "immune.nk_blood_percent", 18),
        ("immune", "nk_blood", marker(18, "%"), "immune.nk_blood_percent", 18),
        ("immune", "nk_blood", marker(0.18, "fraction"), "immune.nk_blood_percent", 18),
        ("investigations", "tsh", marker(2.1, "mU/L"), "workup.tsh", 2.1),
        ("investigations", "tsh", marker(2.1, "uIU/mL"), "workup.tsh", 2.1),
        ("investigations", "endometrial_thickness", marker(0.87, "cm"), "workup.endometrial_thickness", 8.7),
        ("immune", "ana_titre", marker(160, "titre"), "immune.ana_titre", 160),
        ("investigations", "sperm_dna_fragmentation", marker(0.3, "fraction"), "workup.sperm_dna_fragmentation", 30),
    ],
)
def test_a_value_is_converted_where_the_conversion_is_exact(section, field, given_value, name, value):
    facts = facts_of(**{section: {field: given_value}})
    assert facts.get(name) == value
    assert facts.notes == ()


NOT_USED = [
    (
        "investigations",
        "vitamin_d",
        marker(24, "ng/mL"),
        "Vitamin D: 24 ng/mL was not used, since it has no exact conversion to nmol/L",
    ),
    (
        "investigations",
        "tsh",
        marker(2.1, "percent"),
        "TSH: 2.1 percent was not used, since it has no exact conversion to mIU/L",
    ),
    (
        "immune",
        "nk_blood",
        marker(300, "G/L"),
        "NK cells in blood, share of lymphocytes: 300 G/L was not used, since it has no exact conversion to percent",
    ),
    (
        "immune",
        "nk_blood",
        marker(1.8, "fraction"),
        "NK cells in blood, share of lymphocytes: 1.8 fraction was not used, since it is not possible",
    ),
    (
        "immune",
        "nk_blood",
        marker(18, "Percent"),
        "NK cells in blood, share of lymphocytes: 18 Percent was not used, since it has no exact conversion to percent",
    ),
]


@pytest.mark.parametrize(
    ("section", "field", "given_value", "note"), NOT_USED, ids=[f"{row[1]} {row[2]['unit']}" for row in NOT_USED]
)
def test_a_value_without_an_exact_conversion_is_unknown_and_a_note_says_so(section, field, given_value, note):
    facts = facts_of(**{section: {field: given_value}})
    assert dict(facts.values) == {}
    assert facts.notes == (note,)


def test_a_blood_value_of_nk_cells_is_never_read_as_a_uterine_one():
    facts = facts_of(immune={"nk_blood": marker(18, "percent")})
    assert dict(facts.values) == {"immune.nk_blood_percent": 18}


# Antiphospholipid tests

POSITIVE, NEGATIVE = {"result": "positive"}, {"result": "negative"}
WEEKS_APART = "workup.antiphospholipid_positive_weeks_apart"
APL = [
    ("no test", [], {"workup.antiphospholipid": None, WEEKS_APART: None}),
    ("one negative round", [NEGATIVE], {"workup.antiphospholipid": "negative", WEEKS_APART: None}),
    (
        "one positive round, dated",
        [POSITIVE | {"date": "2024-01-01"}],
        {"workup.antiphospholipid": "positive", WEEKS_APART: None},
    ),
    (
        "positive, then negative",
        [POSITIVE | {"date": "2024-01-01"}, NEGATIVE | {"date": "2024-06-01"}],
        {"workup.antiphospholipid": "positive", WEEKS_APART: None},
    ),
    (
        "positive twice, exactly 12 weeks apart",
        [POSITIVE | {"date": "2024-01-01"}, POSITIVE | {"date": "2024-03-25"}],
        {WEEKS_APART: Interval(12, None)},
    ),
    (
        "positive twice, one day short of 12 weeks, later one first",
        [POSITIVE | {"date": "2024-03-24"}, POSITIVE | {"date": "2024-01-01"}],
        {WEEKS_APART: Interval(83 / 7, None)},
    ),
    (
        "positive three times: first to last",
        [POSITIVE | {"date": day} for day in ("2024-03-25", "2024-01-01", "2024-02-01")],
        {WEEKS_APART: Interval(12, None)},
    ),
    (
        "positive twice, one without a date",
        [POSITIVE | {"date": "2024-01-01"}, POSITIVE],
        {WEEKS_APART: None},
    ),
    (
        "positive three times, one without a date: at least so far apart",
        [POSITIVE | {"date": "2024-01-01"}, POSITIVE | {"date": "2024-01-15"}, POSITIVE],
        {WEEKS_APART: Interval(2, None)},
    ),
    (
        "lupus anticoagulant in one of two rounds",
        [POSITIVE | {"lupus_anticoagulant": "positive"}, POSITIVE | {"lupus_anticoagulant": "negative"}],
        {"workup.lupus_anticoagulant": "positive"},
    ),
    (
        "lupus anticoagulant negative and not tested in a negative round",
        [POSITIVE | {"lupus_anticoagulant": "negative"}, NEGATIVE],
        {"workup.lupus_anticoagulant": "negative"},
    ),
    (
        "lupus anticoagulant negative once, not said of a positive round",
        [NEGATIVE | {"lupus_anticoagulant": "negative"}, POSITIVE],
        {"workup.lupus_anticoagulant": None},
    ),
    ("lupus anticoagulant never said", [NEGATIVE], {"workup.lupus_anticoagulant": None}),
    (
        "anticardiolipin once, in GPL",
        [POSITIVE | {"anticardiolipin": marker(46, "GPL")}],
        {"workup.anticardiolipin": 46},
    ),
    (
        "anticardiolipin twice: the highest",
        [POSITIVE | {"anticardiolipin": marker(46, "MPL")}, POSITIVE | {"anticardiolipin": marker(52, "GPL")}],
        {"workup.anticardiolipin": 52},
    ),
    (
        "anticardiolipin measured in one of two rounds: at least so high",
        [POSITIVE | {"anticardiolipin": marker(46, "GPL")}, POSITIVE],
        {"workup.anticardiolipin": Interval(46, None)},
    ),
    (
        "anti-beta2-glycoprotein I as a percentile",
        [POSITIVE | {"anti_beta2gpi": marker(99.5, "percentile")}],
        {"workup.anti_beta2gpi": 99.5},
    ),
]


@pytest.mark.parametrize(("tests", "expected"), [row[1:] for row in APL], ids=[row[0] for row in APL])
def test_rounds_of_antiphospholipid_tests_are_read_together(tests, expected):
    facts = facts_of(investigations={"antiphospholipid": tests})
    assert {name: facts.get(name) for name in expected} == expected
    assert facts.notes == ()


def test_a_higher_value_in_a_unit_that_cannot_be_converted_leaves_the_highest_value_open():
    tests = [{**POSITIVE, "anticardiolipin": marker(value, unit)} for value, unit in ((20, "GPL"), (90, "U/mL"))]
    facts = facts_of(investigations={"antiphospholipid": tests})
    assert facts.get("workup.anticardiolipin") == Interval(20, None)
    assert facts.notes == (
        "Anticardiolipin, highest value: 90 U/mL was not used, since it has no exact conversion to GPL_or_MPL",
    )
    alone = facts_of(investigations={"antiphospholipid": tests[1:]})
    assert alone.get("workup.anticardiolipin") is None


# Counts


def chance(*chances):
    singles = [{"outcome": "negative_hcg", "predicted_chance": chance} for chance in chances]
    return facts_of(transfers={"complete": True, "singles": singles}).get("transfers.cumulative_chance")


@pytest.mark.parametrize(
    "chances", [(0.6,), (0.5, 0.2), (0.2, 0.5), (0.2, 0.2, 0.375), (0.1, 0.2, 0.25, 7 / 27), (0.0, 0.6), (1 / 3, 0.4)]
)
def test_a_cumulative_chance_of_exactly_60_percent_is_not_above_60_percent(chances):
    assert chance(*chances) == 0.6


def test_a_cumulative_chance_a_little_above_60_percent_is_above_it():
    assert chance(0.5, 0.2001) > 0.6
    assert chance(0.5, 0.1999) < 0.6
    assert chance(0.6, 1e-9) > 0.6


def test_a_whole_number_is_a_whole_number_and_a_range_is_an_interval():
    facts = facts_of(pregnancies={"losses": 4, "clinical_losses": 3})
    assert facts.get("losses.total") == 4
    assert type(facts.get("losses.biochemical")) is int
    assert facts.get("losses.euploid") == Interval(0, 4)


def test_a_count_about_which_nothing_is_known_is_no_fact():
    facts = facts_of(pregnancies={"losses": 2})
    assert "live_births.total" not in facts.values
    assert "losses.of_any_kind" in facts.values


def test_every_fact_drawn_is_in_the_vocabulary_and_within_its_range():
    facts = facts_of(
        pregnancies={"complete": True, "losses": 40},
        transfers={"complete": True, "total": 60, "failed": 60, "embryos_failed": 200, "failed_ivf_cycles": 60},
        conditions={"complete": True},
    )
    for name, value in facts.values.items():
        fact = vocabulary()[name]
        if isinstance(value, int | float) and not isinstance(value, bool):
            assert fact.minimum <= value <= fact.maximum, name


# Learning more

TRI = st.sampled_from((True, False))
CONDITIONS = [
    "lupus",
    "autoimmune_disease",
    "hepatitis_b",
    "renal_impairment",
    "severe_renal_impairment",
    "heart_failure",
]
CONDITIONS += ["heart_failure_nyha_3_4", "liver_disease", "severe_hepatic_dysfunction", "diabetes"]
rounds = st.lists(
    st.fixed_dictionaries(
        {"result": st.sampled_from(("positive", "negative"))},
        optional={
            "date": st.sampled_from(("2024-01-01", "2024-02-01", "2024-05-01")),
            "lupus_anticoagulant": st.sampled_from(("positive", "negative")),
            "anticardiolipin": st.builds(marker, st.sampled_from((10, 50)), st.sampled_from(("GPL", "MPL", "U/mL"))),
        },
    ),
    max_size=3,
)
women = st.fixed_dictionaries(
    {},
    optional={
        "conditions": st.fixed_dictionaries({}, optional={"complete": st.just(True)} | dict.fromkeys(CONDITIONS, TRI)),
        "checks": st.fixed_dictionaries({}, optional=dict.fromkeys(("hepatitis_b", "renal_function"), TRI)),
        "pregnancy": st.fixed_dictionaries(
            {"pregnant": st.just(True)},
            optional=dict.fromkeys(("heartbeat", "intrauterine_on_scan", "missed_miscarriage", "ectopic"), TRI),
        ),
        "investigations": st.fixed_dictionaries({"antiphospholipid": rounds}),
    },
)


@st.composite
def less_known(draw, woman):
    """The same woman, less known; a section that stays complete keeps what it lists."""
    less = {}
    for name, section in woman.items():
        if name == "investigations":
            kept = [
                {field: value for field, value in one.items() if field == "result" or draw(st.booleans())}
                for one in section["antiphospholipid"]
            ]
            less[name] = {"antiphospholipid": kept}
        elif section.get("complete") and draw(st.booleans()):
            less[name] = section
        else:
            kept = {field: value for field, value in section.items() if draw(st.booleans())}
            less[name] = {field: value for field, value in kept.items() if field != "complete"}
    return less


def possible(woman):
    try:
        Profile.model_validate(woman)
    except ValidationError:
        return False
    return True


def agree(known, now):
    if not isinstance(known, Interval):
        return known == now
    low, high = (now.low, now.high) if isinstance(now, Interval) else (now, now)
    return known.low <= low and (known.high is None or (high is not None and high <= known.high))


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.data(), women.filter(possible))
def test_learning_more_never_changes_what_was_known(data, woman):
    less = data.draw(less_known(woman))
    before, after = facts_of(**less), facts_of(**woman)
    overturned = {
        name: (known, after.get(name)) for name, known in before.values.items() if not agree(known, after.get(name))
    }
    assert not overturned
