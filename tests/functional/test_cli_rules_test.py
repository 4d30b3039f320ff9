"""``decidua rules test``: each thing that can be wrong with worked cases, and exactly what is said of it."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from tests.functional.running import run, terminal

from decidua.cli.app import main

RULE = """\
subsets:
  - id: clinic_losses
    title: Three losses at our clinic (invented)
    when: {all: [losses.total >= 3, {not: condition.diabetes = yes}]}
    says: Invented for this test.
    valid: {since: '2020'}
    source: [yamada-2022]
"""
THREE = """\
  - case: Three losses and no diabetes
    woman: three_losses
    profile: {pregnancies: {complete: true, losses: 3}, conditions: {diabetes: no}}
    expect: {yes: [clinic_losses]}
"""
TWO = """\
  - case: Two losses only
    like: three_losses
    but: {pregnancies: {losses: 2}}
    expect: {no: [clinic_losses]}
"""
DIABETES = """\
  - case: Three losses, and diabetes
    like: three_losses
    but: {conditions: {diabetes: yes}}
    expect: {no: [clinic_losses]}
"""
UNASKED = """\
  - case: Three losses, and nobody asked about diabetes
    like: three_losses
    but: {conditions: {diabetes: null}}
    expect: {unknown: [clinic_losses]}
"""
ALL = THREE + TWO + DIABETES + UNASKED
SUM = "for 1 rule on the engine reference; 8 changes tried:"


@pytest.fixture
def clinic(tmp_path, monkeypatch):
    """Return what writes an overlay with one rule and the cases given, and runs them."""
    monkeypatch.chdir(tmp_path)

    def ran(cases, *words, rule=RULE, name="made.yaml", engine="reference"):
        folder = tmp_path / "clinic"
        for part in ("subsets", "cases"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "rulebook.yaml").write_text(
            "overlay: true\nname: our-clinic\nversion: '1'\nwhy: Invented for a test.\n", encoding="utf-8"
        )
        (folder / "subsets" / "clinic.yaml").write_text(rule, encoding="utf-8")
        (folder / "cases" / name).write_text(f"cases:\n{cases}" if cases else "cases: []\n", encoding="utf-8")
        return run("rules", "test", *words, "--rules", "clinic", "--engine", engine)

    return ran


def test_cases_that_hold_every_rule_are_counted_and_nothing_else_is_said(clinic):
    ran = clinic(ALL)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "  4 cases for 1 rule on the engine reference; 8 changes tried: 8 noticed, 0\n"
        "  without any effect, 0 excused. All as expected.\n"
    )


def test_the_production_network_runs_too(clinic):
    pytest.importorskip("durable")
    ran = clinic(ALL, engine="durable")
    assert (ran.code, ran.err) == (0, "")
    assert "on the engine reference and durable-rules;" in " ".join(ran.out.split())


def test_what_comes_out_otherwise_is_listed_by_case_with_what_was_expected_and_why(clinic):
    ran = clinic(ALL.replace("{no: [clinic_losses]}", "{yes: [clinic_losses]}"), "--no-mutants")
    assert (ran.code, ran.err) == (1, "")
    assert (
        ran.out
        == """\

CAME OUT OTHERWISE
  Two losses only: clinic/cases/made.yaml, line 6
    clinic_losses: yes expected, no came out (asks for pregnancy losses,
    clinical and biochemical at least 3 (she: 2))
  Three losses, and diabetes: clinic/cases/made.yaml, line 10
    clinic_losses: yes expected, no came out (excluded: diabetes)

NO CASE FOR A VERDICT
  clinic_losses: has no case in which it is no
    clinic/subsets/clinic.yaml, line 2
  4 cases for 1 rule on the engine reference. Not sound: 2 cases came out
  otherwise, 1 verdict without a case.
"""
    )


def test_a_verdict_without_a_case_and_a_change_that_no_case_notices_stand_beside_the_rule(clinic):
    ran = clinic(THREE + DIABETES)
    assert (ran.code, ran.err) == (1, "")
    assert (
        ran.out
        == """\

NO CASE FOR A VERDICT
  clinic_losses: has no case in which it is unknown
    clinic/subsets/clinic.yaml, line 2

CHANGES THAT NO CASE WOULD NOTICE
  clinic_losses: clinic/subsets/clinic.yaml, line 2
    without losses.total >= 3
    losses.total >= 2 instead of 3
  2 cases for 1 rule on the engine reference; 8 changes tried: 6 noticed, 0
  without any effect, 0 excused. Not sound: 1 verdict without a case, 2 changes
  unnoticed.
"""
    )


def test_json_tells_the_same(clinic):
    ran = clinic(THREE + DIABETES, "--format", "json")
    assert (ran.code, ran.err) == (1, "")
    place = {"id": "clinic_losses", "kind": "subset", "file": "clinic/subsets/clinic.yaml", "line": 2}
    assert json.loads(ran.out) == {
        "engine": "reference",
        "cases": 2,
        "rules": 1,
        "mutants": 8,
        "killed": 6,
        "same": 0,
        "failures": [],
        "missing": [{"rule": place, "verdicts": ["unknown"]}],
        "survivors": [
            {"rule": place, "says": "without losses.total >= 3"},
            {"rule": place, "says": "losses.total >= 2 instead of 3"},
        ],
        "excused": [],
    }


EXCUSED = """\
same_anyway:
  - rule: clinic_losses
    mutants: [without losses.total >= 3, losses.total >= 2 instead of 3]
    why: Nobody with fewer than three losses is seen here (invented).
  - {rule: clinic_losses, never: unknown, why: Everybody is asked (invented).}
"""


def test_what_is_excused_is_shown_with_its_reason(clinic):
    ran = clinic(THREE + DIABETES + EXCUSED)
    assert (ran.code, ran.err) == (0, "")
    assert (
        ran.out
        == """\

NOT ASKED OF THE CASES, WITH THE REASON
  clinic_losses: Everybody is asked (invented).
    never unknown
  clinic_losses: Nobody with fewer than three losses is seen here (invented).
    without losses.total >= 3
    losses.total >= 2 instead of 3
  2 cases for 1 rule on the engine reference; 8 changes tried: 6 noticed, 0
  without any effect, 2 excused. All as expected.
"""
    )


def test_an_excuse_that_a_case_contradicts_does_not_stand(clinic):
    ran = clinic(ALL + EXCUSED.replace("without losses.total >= 3", "losses.total >= 5 instead of 3"))
    assert (ran.code, ran.err) == (1, "")
    assert (
        ran.out
        == """\

EXCUSES THAT ARE NOT NEEDED
  clinic_losses: never unknown: a case expects it, or no woman could; remove
    the excuse
  clinic_losses: losses.total >= 5 instead of 3: there is no such change;
    remove the excuse
  clinic_losses: losses.total >= 2 instead of 3: a case shows it; remove the
    excuse
  4 cases for 1 rule on the engine reference; 8 changes tried: 8 noticed, 0
  without any effect, 0 excused. Not sound: an excuse is not needed.
"""
    )


def test_a_change_without_any_effect_needs_no_case_and_a_verdict_that_cannot_be_none_either(clinic):
    rule = RULE.replace("losses.total >= 3, ", "losses.total >= 0, {unread: a point}, {unread: another}, ")
    none = TWO.replace("Two losses only", "No loss").replace("losses: 2", "losses: 0").replace("no: [", "unknown: [")
    cases = THREE.replace("yes: [", "unknown: [") + DIABETES + none
    ran = clinic(cases, rule=rule)
    assert (ran.code, ran.err) == (0, "")
    assert "3 cases for 1 rule on the engine reference; 9 changes tried: 6 noticed, 3 without any effect" in " ".join(
        ran.out.split()
    )


def test_status_and_cautions_are_held_too_and_what_must_not_come_out(clinic):
    case = """\
  - case: Egg allergy and tuberculosis
    like: contraindications
    expect:
      status: {intralipid: consider, heparin-rpl: research_only, ivig: contraindicated}
      cautions: {intralipid: [egg_allergy, asthma], ivig: [iga_deficiency_with_antibodies]}
      not: {status: {intralipid: contraindicated, ivig: consider}, cautions: {intralipid: [soya_allergy]}}
"""
    ran = clinic(ALL + case, "--no-mutants")
    assert (ran.code, ran.err) == (1, "")
    assert (
        ran.out
        == """\

CAME OUT OTHERWISE
  Egg allergy and tuberculosis: clinic/cases/made.yaml, line 18
    intralipid: consider expected, contraindicated came out (egg allergy and 1
    more)
    heparin-rpl: research_only expected, advised_against came out (recurrent
    pregnancy loss by at least one definition; recurrent loss unexplained by at
    least one society's panel; not pregnant yet, or early enough in pregnancy)
    intralipid: not contraindicated expected, contraindicated came out (egg
    allergy and 1 more)
    intralipid: asthma: a caution that is present expected, no such caution came
    out
    intralipid: soya_allergy: no caution that is present expected, yes came out
  5 cases for 1 rule on the engine reference. Not sound: 1 case came out
  otherwise.
"""
    )


def test_only_the_rules_named_are_looked_at(clinic):
    two = RULE + RULE.partition("\n")[2].replace("clinic_losses", "clinic_other")
    ran = clinic(ALL, "clinic_losses", rule=two)
    assert (ran.code, ran.out.split()[:5]) == (0, ["4", "cases", "for", "1", "rule"])
    ran = clinic(ALL, "clinic_oter", rule=two)
    assert (ran.code, ran.err) == (2, "decidua: there is no rule 'clinic_oter'; did you mean 'clinic_other'?\n")


def test_a_rule_is_held_by_a_case_of_another_that_refers_to_it(clinic):
    above = RULE + (
        "  - id: clinic_above\n    title: A rule that refers to it (invented)\n    when: {all: [clinic_losses]}\n"
        "    says: Invented.\n    valid: {since: '2020'}\n    source: [yamada-2022]\n"
    )
    ran = clinic(ALL.replace("[clinic_losses]", "[clinic_above]"), rule=above)
    assert ran.code == 1
    assert "CHANGES THAT NO CASE WOULD NOTICE" not in ran.out
    assert "clinic_losses: has no case in which it is yes, no or unknown" in ran.out


FAULTS = """\
  - case: Three losses
    profile: {pregnancies: {losses: 3,
      clinical_losses: 4}}
    expect: {yes: [clinic_losses]}
  - case: Three losses
    like: nobody
    expect: {yes: [clinic_loses, low_body_weight, clinic_losses], no: [every subest, clinic_losses]}
  - case: Two women
    profile: {}
    like: rpl_four_losses
    expect: {yes: [clinic_losses]}
  - case: A change to nobody
    profile: {}
    but: {age: 30}
    expect: {status: {ivigg: consider}, cautions: {ivig: [asthmaa]}}
  - case: Nothing is expected
    like: rpl_four_losses
    woman: empty
    but: {bmi: null, allergies: {egg: null}, age: 3}
    expect: {}
  - case: One like the other
    woman: one
    like: two
    expect: {yes: [clinic_losses]}
  - case: The other like the one
    woman: two
    like: one
    expect: {yes: [clinic_losses]}
same_anyway:
  - {rule: clinic_loses, why: x}
"""


def test_every_fault_of_a_case_is_told_with_file_line_and_cure(clinic):
    ran = clinic(FAULTS)
    here = "decidua: clinic/cases/made.yaml, line"
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        f"{here} 31: same_anyway.1.rule: 'clinic_loses' is no rule; did you mean 'clinic_losses'?",
        (
            f"{here} 31: same_anyway.1: needs either 'mutants' (changes that make no difference) or 'never' (a verdict "
            "it cannot have)"
        ),
        f"{here} 6: case: the same sentence stands in clinic/cases/made.yaml, line 2; say what is different here",
        f"{here} 19: woman: 'empty' is the name of a shipped profile; give her another",
        f"{here} 4: pregnancies.clinical_losses: is 4, more than the 3 losses in all; correct one of the two",
        f"{here} 8: expect.yes.1: 'clinic_loses' is no rule; did you mean 'clinic_losses'?",
        f"{here} 8: expect.yes.2: 'low_body_weight' is no rule; did you mean 'finding:low_body_weight'?",
        f"{here} 8: expect.no.1: there is no kind of rule 'subest'; did you mean 'subset'?",
        f"{here} 8: expect.no.2: 'clinic_losses' is expected to be yes too; keep one",
        f"{here} 7: like: there is no woman 'nobody'; name a shipped profile or the woman of a case",
        f"{here} 9: needs either 'profile' (the whole woman) or 'like' (another woman)",
        f"{here} 16: expect.status.ivigg: 'ivigg' is no option and no strategy; did you mean 'ivig'?",
        f"{here} 16: expect.cautions.ivig.1: 'asthmaa' is no finding; did you mean 'asthma'?",
        f"{here} 15: but: 'but' says how she differs from 'like'; put it into 'profile'",
        f"{here} 21: expect: expects nothing; say what must come out",
        f"{here} 20: but.allergies.egg: takes 'egg' away, which she does not have; remove the line",
        f"{here} 20: age: '3' is not possible; it must be at least 12",
        f"{here} 24: like: is like herself through two -> one -> two; break the circle",
        f"{here} 28: like: is like herself through one -> two -> one; break the circle",
    ]


def test_a_file_that_is_no_file_of_cases_is_refused(clinic):
    ran = clinic(THREE.replace("yes:", "maybe:"))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "decidua: clinic/cases/made.yaml, line 5: cases.1.expect.maybe: there is no such key; it may hold yes, no, "
        "unknown, status, cautions, not\n"
    )
    ran = clinic("  - [\n")
    assert ran.code == 2
    assert ran.err.startswith("decidua: clinic/cases/made.yaml, line 2: is not YAML")


def test_a_rule_that_does_not_hold_on_the_date_of_a_case_is_said_to_be_none(clinic):
    dated = ALL + (
        "  - case: RCOG's present definition, before it was written\n    like: three_losses\n    as_of: 2012\n"
        "    expect: {unknown: [rpl-rcog-2023]}\n"
    )
    ran = clinic(dated, "--no-mutants")
    assert ran.code == 1
    assert "rpl-rcog-2023: unknown expected, no rule came out (it does not hold on 2012-12-31)" in " ".join(
        ran.out.split()
    )


def test_how_far_it_is_goes_to_a_terminal_alone_and_is_wiped_out(clinic, capsys):
    assert clinic(ALL).err == ""
    with terminal() as (stream, seen), contextlib.redirect_stderr(stream):
        assert main(["rules", "test", "--rules", "clinic", "--engine", "reference"]) == 0
    shown = b"".join(seen).decode()
    assert [part.strip() for part in shown.split("\r\x1b[K")] == [
        "",
        *(f"cases: {n} of 4" for n in range(4)),
        "rules: 0 of 1",
        "",
    ]
    assert "All as expected." in capsys.readouterr().out


def test_an_overlay_is_held_by_its_own_cases_and_may_lean_on_the_shipped_women():
    ran = run("rules", "test", "--rules", str(Path(__file__).parents[1] / "overlays" / "invented_clinic"))
    assert (ran.code, ran.err) == (0, "")
    assert "5 cases for 2 rules" in ran.out
    assert "4 changes tried: 4 noticed" in " ".join(ran.out.split())


def test_the_example_for_those_who_write_cases_holds(clinic):
    page = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    example = page.partition("### Worked cases")[2].partition("```yaml\ncases:\n")[2].partition("```")[0]
    ran = clinic(ALL + example)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("  5 cases for 1 rule ")


def test_the_shipped_cases_hold_their_definitions():
    ran = run("rules", "test", "rpl-eshre-2022", "rif-coughlan-2014", "panel-ranzcog-2025", "--engine", "reference")
    assert (ran.code, ran.err) == (0, "")
    assert "All as expected." in ran.out
