"""GRADE's sentences: how sure by certainty, what by direction, how much by the difference per 1000."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from tests.functional.running import PROFILES
from tests.unit.trials import GOOD, POLICY, line, result, trial

import decidua
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import because, grade_sentence, join, series
from decidua.evidence.certainty import shown_by
from decidua.profile.facts import draw_facts

PLAIN = line(trial("a", result((400, 1000), (400, 1000))))


def said(ratio, *, certainty="high", baseline=0.4, plural=False, shows=None):
    """Return the sentence on a line whose risk ratio and interval are put in place; 400 per 1000 without it."""
    logs = dict(zip(("log", "low", "high"), map(math.log, ratio), strict=True))
    one = replace(PLAIN, relative=replace(PLAIN.relative, **logs))
    shown = shows or shown_by(one, POLICY.certainty, GOOD)
    return grade_sentence(POLICY, (certainty, shown), "treatment", GOOD, (one, baseline), plural=plural)


def times(per_1000):
    """Return the ratio that makes so many more of 400 per 1000, with a narrow interval."""
    ratio = 1 + per_1000 / 400
    return ratio, ratio * 0.999, ratio * 1.001


@pytest.mark.parametrize(
    ("certainty", "sentence"),
    [
        ("high", "Treatment increases live birth."),
        ("moderate", "Treatment probably increases live birth."),
        ("low", "Treatment may increase live birth."),
        ("very_low", "The evidence is very uncertain about the effect of treatment on live birth."),
    ],
)
def test_how_sure_a_sentence_sounds_follows_the_certainty(certainty, sentence):
    assert said(times(120), certainty=certainty) == sentence


@pytest.mark.parametrize(
    ("per_1000", "more", "less"),
    [
        (200.1, "results in a large increase in live birth", "results in a large reduction in live birth"),
        (199.9, "increases live birth", "reduces live birth"),
        (100.1, "increases live birth", "reduces live birth"),
        (99.9, "increases live birth slightly", "reduces live birth slightly"),
        (50.1, "increases live birth slightly", "reduces live birth slightly"),
        (
            49.9,
            "increases live birth, though by less than the smallest difference taken to matter",
            "reduces live birth, though by less than the smallest difference taken to matter",
        ),
    ],
)
def test_how_much_follows_the_difference_per_1000(per_1000, more, less):
    assert said(times(per_1000)) == f"Treatment {more}."
    assert said(times(-per_1000)) == f"Treatment {less}."


def test_the_size_is_that_at_the_baseline_shown():
    assert said((1.2, 1.1, 1.3), baseline=0.2) == (
        "Treatment increases live birth, though by less than the smallest difference taken to matter."
    )
    assert said((1.2, 1.1, 1.3), baseline=0.6) == "Treatment increases live birth."


@pytest.mark.parametrize(
    ("ratio", "sentence"),
    [
        pytest.param((1.01, 0.95, 1.08), "Treatment makes little or no difference to live birth.", id="settled"),
        pytest.param(
            (1.05, 0.8, 1.3),
            "Treatment makes little or no difference to live birth, though the interval holds a difference that matters.",
            id="open upwards",
        ),
        pytest.param(
            (1.0, 0.8, 1.05),
            "Treatment makes little or no difference to live birth, though the interval holds a difference that matters.",
            id="open downwards",
        ),
        pytest.param(
            (1.3, 0.9, 1.6), "Treatment increases live birth, but the interval holds the opposite too.", id="more"
        ),
        pytest.param(
            (0.7, 0.5, 1.01), "Treatment reduces live birth, but the interval holds the opposite too.", id="less"
        ),
    ],
)
def test_what_the_interval_leaves_open_is_added(ratio, sentence):
    assert said(ratio) == sentence


def test_many_treatments_take_the_plural_and_may_takes_the_infinitive():
    assert said(times(120), plural=True) == "Treatment increase live birth."
    assert said(times(300), certainty="low") == "Treatment may result in a large increase in live birth."
    assert said((1.01, 0.95, 1.08), certainty="low") == "Treatment may make little or no difference to live birth."


def test_where_no_risk_can_be_given_the_size_is_left_out():
    assert said((3.0, 2.0, 4.0), baseline=0.0, shows="benefit") == "Treatment increases live birth."


def test_without_a_ratio_the_evidence_is_very_uncertain():
    nothing = line(trial("a", result((0, 20), (0, 20))))
    sentence = grade_sentence(POLICY, ("high", "unclear"), "treatment", GOOD, (nothing, 0.0), plural=False)
    assert sentence.startswith("The evidence is very uncertain")


# What decided


@pytest.mark.parametrize(
    ("woman", "rule", "says"),
    [
        ("antiphospholipid_syndrome", "aps_acr_eular_2023", "asks for thromboembolic disorder earlier (she: no)"),
        ("rpl_four_losses", "aps", "asks for antiphospholipid antibodies: positive (she: negative)"),
        ("antiphospholipid_syndrome", "aps", "antiphospholipid antibodies: positive; "),
    ],
)
def test_what_a_rule_asks_for_is_never_read_as_asking_for_the_opposite(woman, rule, says):
    profile = decidua.load_profile(PROFILES[woman])
    verdicts = Verdicts(decidua.load_rulebook().at(), draw_facts(profile), "reference")
    told = because(verdicts, verdicts.proof(rule), limit=9)
    assert says in told
    assert "thromboembolic disorder earlier: no" not in told


@pytest.mark.parametrize(
    ("parts", "joined", "listed"),
    [
        (["one"], "one", "one"),
        (["one", "two"], "one and two", "one, two"),
        (["one", "two", "three"], "one, two and three", "one, two, three"),
        (
            ["a septum, not treated", "a fibroid"],
            "a septum, not treated; and a fibroid",
            "a septum, not treated; a fibroid",
        ),
        (
            ["TSH", "a septum, not treated", "a fibroid"],
            "TSH; a septum, not treated; and a fibroid",
            "TSH; a septum, not treated; a fibroid",
        ),
        (
            ["RCOG 2023 (RPL, outside research)", "ESHRE"],
            "RCOG 2023 (RPL, outside research) and ESHRE",
            "RCOG 2023 (RPL, outside research), ESHRE",
        ),
    ],
)
def test_a_list_whose_parts_have_commas_is_told_apart_by_semicolons(parts, joined, listed):
    assert (join(parts), series(parts)) == (joined, listed)
