"""What to find out next for the shipped women: sets that really settle, an order, and what is never urged."""

from __future__ import annotations

from functools import cache
from itertools import islice, product

import pytest
from pydantic import ValidationError
from tests.functional.running import PROFILES

import decidua
from decidua.assessment.asking.find_out import _FindOut, find_out
from decidua.assessment.asking.possible import possible_answers
from decidua.assessment.asking.questions import Asking, atoms_behind, rules_behind
from decidua.assessment.options.judged import judge_option
from decidua.assessment.verdicts import Verdicts
from decidua.condition.syntax import Atom, Known, walk
from decidua.profile.facts import draw_facts, with_finding
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.asking import StaysUnknown
from decidua.truth import UNKNOWN, Verdict

SOME = ("rpl_two_losses", "rif_over_40_donor", "bleeding_no_scan", "pregnant_now", "antiphospholipid_once")


@cache
def found(name):
    return find_out(decidua.load_profile(PROFILES[name]), engine="reference")


def verdicts_of(name):
    return Verdicts(decidua.load_rulebook().at(), draw_facts(decidua.load_profile(PROFILES[name])), "reference")


def possible(verdicts, finding):
    atoms = atoms_behind(verdicts, verdicts.view.rules)
    known = verdicts.facts.get(finding)
    return [one.value for one in possible_answers(vocabulary()[finding], known, atoms)]


@pytest.mark.parametrize("name", SOME)
def test_with_a_set_known_nothing_more_can_be_found_out_that_decides_the_way(name):
    verdicts, looked_at = verdicts_of(name), 0
    for way in (way for option in found(name).open for way in option.ways):
        for one in way.sets:
            for values in islice(product(*(possible(verdicts, finding) for finding in one.findings)), 20):
                facts = verdicts.facts
                for finding, value in zip(one.findings, values, strict=True):
                    facts = with_finding(facts, finding, value)
                after = Verdicts(verdicts.view, facts, "reference")
                for strategy in way.strategies:
                    looked_at += 1
                    if not way.leaves_open:
                        assert after.verdict(strategy) is not UNKNOWN
                        continue
                    asking, left = Asking(after), Asking(after).left(strategy)
                    named = set() if isinstance(left, Verdict) else set(facts_named(left))
                    assert not named & set(asking.question_of)
    assert looked_at


def facts_named(left):
    return (node.fact for node in walk(left) if isinstance(node, Atom | Known))


@pytest.mark.parametrize("name", SOME)
def test_every_answer_says_what_setting_the_finding_really_does_and_overturns_no_verdict(name):
    before = verdicts_of(name)
    status = {one.option: judge_option(before, one) for one in before.view.book.options}
    for question in found(name).ask:
        for finding in question.findings:
            values = possible_values(before, finding.finding)
            assert [answer.says for answer in finding.answers] == list(values)
            for answer in finding.answers:
                after = Verdicts(
                    before.view, with_finding(before.facts, finding.finding, values[answer.says]), "reference"
                )
                said = {one.option: (one.status, one.could_be) for one in answer.changes}
                for option in before.view.book.options:
                    judged = judge_option(after, option)
                    was = status[option.option].status, status[option.option].could_be
                    assert (judged.status, judged.could_be) == said.get(option.option, was)
                    assert (option.option in answer.settles) <= (not judged.could_be)
                for id_ in before.view.rules:
                    assert before.verdict(id_) in (UNKNOWN, after.verdict(id_))


def possible_values(verdicts, finding):
    """The answers as the whole of what options rest on tells them apart."""
    view = verdicts.view
    rules = [rule for option in view.book.options for rule in rules_behind(view, option)]
    atoms = atoms_behind(verdicts, rules)
    return {one.says: one.value for one in possible_answers(vocabulary()[finding], verdicts.facts.get(finding), atoms)}


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_order_follows_the_declared_policy_and_holds_no_immune_marker(name):
    answer = found(name)
    asked = [finding.finding for question in answer.ask for finding in question.findings]
    assert not [finding for finding in asked if finding.startswith("immune.")]
    assert all(question.remark and "immune marker" in question.remark for question in answer.not_urged)
    verdicts = verdicts_of(name)
    assert not [finding for finding in asked if not vocabulary()[finding].obtainable]
    assert all(
        verdicts.facts.get(finding) is None or not isinstance(verdicts.facts.get(finding), bool | str)
        for finding in asked
    )
    order = verdicts.view.book.policy.next.burdens
    for one, other in zip(answer.ask, answer.ask[1:], strict=False):
        same = (len(one.could_settle), len(one.bears_on)) == (len(other.could_settle), len(other.bears_on))
        if same and not special(one) and not special(other):
            assert order.index(one.burden) <= order.index(other.burden)


@pytest.mark.parametrize(
    ("test", "left_alone"),
    [
        ("cytokine_testing", True),  # an immune marker
        ("th1_th2_testing", True),  # one that no current document speaks against
        ("vitamin_d_testing", True),  # ESHRE 2023 advises against it, nobody advises it
        ("infection_screen", True),
        ("inherited_thrombophilia_testing", False),  # RCOG 2023 against Japan 2025: asked for with both named
        ("parental_karyotyping", False),
    ],
)
def test_what_is_advised_against_and_advised_by_none_is_not_urged(test, left_alone):
    asking = _FindOut(verdicts_of("empty"))
    assert asking._not_urged(test) is left_alone


def test_a_set_names_what_is_not_urged_in_it_and_each_answer_what_an_option_was():
    answer = found("rpl_two_losses")
    apart = {one.name for one in answer.not_urged}
    sets = [one for option in answer.open for way in option.ways for one in way.sets]
    assert any(one.not_urged for one in sets)
    assert all(set(one.not_urged) == apart & set(one.names) for one in sets)
    status = {one.option: one.status for one in answer.open} | {
        one.option: one.status
        for one in decidua.assess(decidua.load_profile(PROFILES["rpl_two_losses"]), engine="reference").options
    }
    changes = [
        one
        for question in answer.ask
        for finding in question.findings
        for told in finding.answers
        for one in told.changes
    ]
    assert changes
    assert all(one.was == status[one.option] for one in changes)


def special(question):
    return all(
        finding.finding.startswith(("pregnancy.", "transfers.", "embryos.", "ivf.")) for finding in question.findings
    )


def test_a_scan_comes_first_where_she_bleeds_and_each_answer_says_what_it_does():
    first = found("bleeding_no_scan").ask[0]
    assert first.question == "early_pregnancy_scan"
    seen = next(one for one in first.findings if one.finding == "pregnancy.intrauterine_on_scan")
    assert {answer.says: [(one.option, one.status) for one in answer.changes] for answer in seen.answers} == {
        "yes": [("progestogens", "consider")],
        "no": [("progestogens", "not_applicable")],
    }
    assert first.could_settle == ("progestogens",)


def test_tissue_of_a_past_loss_is_said_to_be_lost_and_in_no_set():
    answer = found("rpl_two_losses")
    assert "Losses with a normal karyotype" in answer.no_longer
    used = {finding for option in answer.open for way in option.ways for one in way.sets for finding in one.findings}
    assert not {"losses.euploid", "losses.aneuploid", "losses.without_karyotype"} & used


def test_what_belongs_to_a_pregnancy_waits_for_one_where_she_is_not_pregnant():
    answer = found("rpl_two_losses")
    assert "Vaginal bleeding in this pregnancy" in answer.not_yet
    assert not [one for one in answer.ask if one.question.startswith("pregnancy.")]


def test_a_finding_that_would_change_nothing_changes_nothing_with_any_answer():
    verdicts = verdicts_of("bleeding_no_scan")
    labels = set(found("bleeding_no_scan").changes_nothing)
    facts = [fact for fact in vocabulary().values() if fact.label in labels]
    assert facts
    status = {one.option: judge_option(verdicts, one) for one in verdicts.view.book.options}
    for fact in facts:
        for value in possible(verdicts, fact.name):
            after = Verdicts(verdicts.view, with_finding(verdicts.facts, fact.name, value), "reference")
            for option in verdicts.view.book.options:
                assert judge_option(after, option).status == status[option.option].status


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_short_list_of_the_assessment_names_no_option_that_is_settled(name):
    settled = set(found(name).settled)
    assessed = decidua.assess(decidua.load_profile(PROFILES[name]), engine="reference")
    named = {id_ for one in assessed.next for id_ in one.settles}
    assert not settled & named


def test_what_may_stay_unknown_is_a_finding_of_the_vocabulary():
    with pytest.raises(ValidationError, match=r"there is no finding 'workup\.antiphosholipid'; did you mean"):
        StaysUnknown.model_validate({"finding": "workup.antiphosholipid", "where": "a repeat that is negative"})
