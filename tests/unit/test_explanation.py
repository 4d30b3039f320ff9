"""Explanations of every option for every example woman: what decides, what would bring an option in, and the laws."""

from __future__ import annotations

import copy
import gc
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import pytest
from tests.generative.profiles import shipped

import decidua
from decidua.assessment.answers.explanation import Changes, Explanation, FindingToBe, ProofNode
from decidua.assessment.asking.possible import say_together
from decidua.assessment.explaining.counterfactual import barring, changed_facts
from decidua.assessment.explaining.explanation import explain
from decidua.assessment.options.judged import judge_option
from decidua.assessment.options.status import JudgedStrategy, status_of
from decidua.assessment.verdicts import Verdicts
from decidua.condition.english import value_in_english
from decidua.condition.reference import Proof
from decidua.condition.syntax import Atom
from decidua.profile.facts import Facts, draw_facts
from decidua.profile.vocabulary import direct_facts, vocabulary
from decidua.rulebook.explaining import PAST, Changeable
from decidua.truth import NO, UNKNOWN, YES

BOOK = decidua.load_rulebook()
OPTIONS = [one.option for one in BOOK.options]
NAMES = sorted(shipped())
PATHS = {fact.name: path for path, fact, _ in direct_facts()}
MEASURED = {fact.name for _, fact, _ in direct_facts() if fact.unit and fact.name.startswith(("workup.", "immune."))}


@cache
def explained(name: str, option: str) -> Explanation:
    return explain(decidua.Profile.model_validate(shipped()[name]), option, engine="reference")


@cache
def known(name: str) -> Facts:
    return draw_facts(decidua.Profile.model_validate(shipped()[name]))


def judged(facts: Facts, option: str) -> tuple[Verdicts, dict[str, JudgedStrategy]]:
    verdicts = Verdicts(BOOK.at(), facts, "reference")
    return verdicts, {one.strategy.id: one for one in judge_option(verdicts, BOOK.option[option]).strategies}


def values(one: Changes) -> Iterator[dict[str, Any]]:
    """The first values that the findings of a set may come to have, and the last."""
    names = [finding.finding for finding in one.findings]
    for end in (0, -1):
        yield dict(zip(names, (finding.values[end] for finding in one.findings), strict=True))


def nodes(node: ProofNode) -> Iterator[ProofNode]:
    yield node
    for part in node.parts:
        yield from nodes(part)


# On every example woman


@pytest.mark.parametrize("name", NAMES)
def test_what_decides_suffices_by_itself_and_nothing_of_it_can_be_left_out(name):
    for option in OPTIONS:
        for one in explained(name, option).strategies:
            for found in one.responsible:
                wanted = NO if found.rule == one.id else YES
                assert found.sets, (option, one.id)
                for some in found.sets:
                    alone = {finding.finding: known(name).values[finding.finding] for finding in some}
                    assert Verdicts(BOOK.at(), Facts(alone), "reference").verdict(found.rule) is wanted
                    for left_out in alone if found.smallest else ():
                        rest = Facts({key: value for key, value in alone.items() if key != left_out})
                        assert Verdicts(BOOK.at(), rest, "reference").verdict(found.rule) is UNKNOWN


@pytest.mark.parametrize("name", NAMES)
def test_the_nearest_changes_bring_a_way_in_when_they_are_applied_and_judged_again(name):
    for option in OPTIONS:
        for one in explained(name, option).strategies:
            for changes in one.nearest.changes.sets if one.nearest is not None else ():
                for chosen in values(changes):
                    verdicts, ways = judged(changed_facts(known(name), chosen), option)
                    after = ways[one.id]
                    assert after.population.verdict is YES, (option, one.id, chosen)
                    assert not any(verdicts.verdict(id_) is YES for id_ in barring(verdicts, after))
                    assert after.status in changes.then
                    assert after.status not in ("not_applicable", "contraindicated", "undetermined")


@pytest.mark.parametrize("name", NAMES)
def test_what_would_settle_an_open_population_settles_it_when_it_is_applied(name):
    for option in OPTIONS:
        for one in explained(name, option).strategies:
            for outcomes, verdict in ((one.yes_if, YES), (one.no_if, NO)):
                for changes in outcomes.sets if outcomes is not None else ():
                    for chosen in values(changes):
                        _, ways = judged(changed_facts(known(name), chosen), option)
                        assert ways[one.id].population.verdict is verdict, (option, one.id, chosen)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_told_of_a_way_fits_its_status_and_only_what_can_change_is_supposed(name):
    facts, changeable = known(name), {key: one for one in BOOK.policy.explain.changeable for key in one.findings}
    for option in OPTIONS:
        for one in explained(name, option).strategies:
            assert bool(one.responsible) is (one.status in ("not_applicable", "contraindicated"))
            assert (one.yes_if is not None) is (one.no_if is not None) is (one.status == "undetermined")
            assert bool(one.rests_on) is (one.status in ("consider", "research_only", "advised_against"))
            if one.nearest is not None and not one.nearest.changes.sets and one.nearest.changes.complete:
                assert one.nearest.for_good or one.nearest.left_open
            for finding in supposed(one):
                value = facts.get(finding.finding)
                if finding.how in ("find_out", "next_pregnancy"):
                    assert vocabulary()[finding.finding].obtainable
                    assert value is None or type(value).__name__ == "Interval"
                else:
                    assert finding.finding in changeable
                    assert not finding.finding.startswith(PAST)
                    assert value not in finding.values


def supposed(one: Any) -> Iterator[FindingToBe]:
    every = [*(() if one.nearest is None else (one.nearest.changes,)), one.yes_if, one.no_if]
    for outcomes in every:
        for changes in outcomes.sets if outcomes is not None else ():
            yield from changes.findings


def with_findings(document: dict[str, Any], chosen: dict[str, Any]) -> dict[str, Any] | None:
    """Write findings back into a profile; None where one of them is counted from several fields."""
    changed = copy.deepcopy(document)
    for name, value in chosen.items():
        if name not in PATHS:
            return None
        *sections, field = PATHS[name]
        place = changed
        for section in sections:
            place = place.setdefault(section, {})
        place[field] = {"value": value, "unit": vocabulary()[name].unit} if name in MEASURED else value
    return changed


def test_the_nearest_changes_make_a_possible_woman_for_whom_the_way_has_the_status_told():
    tried = 0
    for name, option in product(NAMES, OPTIONS):
        for one in explained(name, option).strategies:
            for changes in one.nearest.changes.sets[:1] if one.nearest is not None else ():
                for chosen in list(values(changes))[:1]:
                    document = with_findings(shipped()[name], chosen)
                    if document is not None:
                        woman = decidua.Profile.model_validate(document)  # refused where she could not be like that
                        _, ways = judged(draw_facts(woman), option)
                        assert ways[one.id].status in changes.then, (name, option, one.id, chosen)
                        tried += 1
    assert tried >= 20


def test_the_marked_findings_are_the_leaves_that_decide():
    for name, option in (("rpl_four_losses", "ivig"), ("empty", "lit"), ("septate_uterus", "g_csf")):
        verdicts, ways = judged(known(name), option)
        for one in explained(name, option).strategies:
            marked = {node.says for node in nodes(one.population) if node.decides and not node.parts}
            leaves = list(verdicts.deciding_leaves(ways[one.id].population))
            assert len(marked) > 0
            assert len(marked) <= len(leaves)
            for node in nodes(one.population):
                if node.decides and node.joint in ("rule", "not"):
                    assert all(part.decides for part in node.parts)
                if node.decides and node.joint in ("all", "any", "at_least"):
                    assert all(part.decides is (part.verdict == node.verdict) for part in node.parts)
                if not node.decides:
                    assert not any(part.decides for part in node.parts)


# By hand


def way(name: str, option: str, id_: str) -> Any:
    return next(one for one in explained(name, option).strategies if one.id == id_)


def sets(changes: Any) -> list[dict[str, str]]:
    return [{finding.finding: finding.to_be for finding in one.findings} for one in changes.sets]


def test_a_plan_may_change_and_a_loss_may_not():
    found = way("rpl_four_losses", "ivig", "ivig-prednisolone-art")
    assert [[one.finding for one in some] for some in found.responsible[0].sets] == [
        ["plan.next"],
        ["losses.after_art"],
    ]
    assert found.nearest.changes.sets == ()
    assert found.nearest.changes.complete
    assert [[one.finding for one in some] for some in found.nearest.for_good[0].sets] == [["losses.after_art"]]


def test_an_infection_may_be_treated_and_an_allergy_stays():
    stopped = way("contraindications", "tnf_antagonists", "tnf-rpl-raised-tnf")
    assert sets(stopped.nearest.changes) == [
        {
            "immune.tnf_serum_raised": "yes",
            "condition.serious_or_opportunistic_infection": "no",
            "condition.active_tuberculosis": "no",
        }
    ]
    assert stopped.nearest.changes.sets[0].then == ("research_only",)
    stays = way("contraindications", "tnf_antagonists", "tnf-ivig-rpl").nearest
    assert stays.changes.sets == ()
    assert {found.rule for found in stays.for_good} == {
        "finding:iga_deficiency_with_antibodies",
        "finding:hypersensitivity_salicylate",
    }


def test_what_belongs_to_a_pregnancy_comes_with_a_next_one_and_never_ends_a_present_one():
    found = way("rpl_four_losses", "progestogens", "progesterone-bleeding")
    assert found.yes_if.sets == ()
    assert {one.finding: one.how for one in found.nearest.changes.sets[0].findings} == {
        "pregnancy.pregnant": "course",
        "pregnancy.weeks": "next_pregnancy",
        "pregnancy.bleeding": "next_pregnancy",
        "pregnancy.intrauterine_on_scan": "next_pregnancy",
    }
    pregnant = way("bleeding_now", "progestogens", "progesterone-luteal")
    assert pregnant.nearest.changes.sets == ()
    assert [[one.finding for one in some] for some in pregnant.responsible[0].sets] == [["pregnancy.pregnant"]]


def test_a_finding_that_is_open_settles_either_way():
    found = way("bleeding_no_scan", "progestogens", "progesterone-bleeding")
    assert sets(found.yes_if) == [{"pregnancy.intrauterine_on_scan": "yes"}]
    assert found.yes_if.sets[0].then == ("consider",)
    assert sets(found.no_if) == [{"pregnancy.intrauterine_on_scan": "no"}]


def test_a_status_that_no_finding_brings_about_names_the_societies_and_the_evidence():
    found = way("rif_over_40_donor", "intralipid", "intralipid-rif")
    assert found.status == "advised_against"
    assert any(line.startswith("Against it: ESHRE 2023") for line in found.rests_on)
    assert found.responsible == ()
    assert found.nearest is None


def test_a_search_without_room_says_that_it_stopped():
    tight = BOOK.policy.explain.model_copy(update={"most_steps": 5, "most_findings": 1})
    book = replace(BOOK, policy=BOOK.policy.model_copy(update={"explain": tight}))
    found = explain(decidua.Profile.model_validate({}), "progestogens", rulebook=book, engine="reference")
    assert any(not one.yes_if.smallest for one in found.strategies if one.yes_if is not None)
    assert all(
        not one.yes_if.complete for one in found.strategies if one.yes_if is not None and not one.yes_if.smallest
    )


# What may be declared


@pytest.mark.parametrize("name", ["age", "losses.total", "losses.euploid", "transfers.failed", "tried.ivig"])
def test_no_rulebook_may_say_that_age_or_the_past_changes(name):
    with pytest.raises(ValueError, match="can never be said to change"):
        Changeable.model_validate({"findings": (name,), "to": None, "by": "course", "why": "It does not."})


@pytest.mark.parametrize(
    ("finding", "to"),
    [("pregnancy.pregnant", (False,)), ("pregnancy.pregnant", None), ("pregnancy.missed_miscarriage", (True,))],
)
def test_no_rulebook_may_suppose_that_a_pregnancy_ends(finding, to):
    with pytest.raises(ValueError, match="would suppose that a pregnancy ends"):
        Changeable.model_validate({"findings": (finding,), "to": to, "by": "course", "why": "It never is."})


@pytest.mark.parametrize(
    ("finding", "to", "message"),
    [
        ("plan.nxt", None, "there is no finding 'plan.nxt'; did you mean 'plan.next'"),
        ("plan.next", ("later",), "'plan.next' can never be later"),
        ("plan.next", "more", "is no number"),
        ("condition.smoking", ("no",), "can never be no"),
    ],
)
def test_a_change_that_cannot_be_is_refused(finding, to, message):
    with pytest.raises(ValueError, match=message):
        Changeable.model_validate({"findings": (finding,), "to": to, "by": "course", "why": "It is a test."})


def test_weeks_are_said_with_their_days_as_they_were_given():
    weeks = vocabulary()["pregnancy.weeks"]
    said = [value_in_english(value, weeks) for value in (8, 6 + 4 / 7, 6 + 1 / 7, 8.5)]
    assert said == ["8 weeks", "6 weeks 4 days", "6 weeks 1 day", "8.5 weeks"]


def test_values_are_said_together_as_people_say_them():
    losses = vocabulary()["losses.total"]
    atoms = [Atom("losses.total", ">=", 2), Atom("losses.total", ">=", 4)]
    assert say_together(losses, None, atoms, [2, 4]) == "at least 2"
    assert say_together(losses, None, atoms, [0, 4]) == "at most 1 or at least 4"
    uterus = vocabulary()["workup.uterine_finding"]
    septum = [Atom("workup.uterine_finding", "=", "septum")]
    assert say_together(uterus, None, septum, ["none"]) == "not septum"
    assert say_together(uterus, None, septum, ["septum"]) == "septum"


@pytest.mark.parametrize("name", NAMES)
def test_the_status_alone_of_a_way_is_that_of_the_way_judged_in_full(name):
    for option in OPTIONS:
        verdicts, found = judged(known(name), option)
        for one in found.values():
            assert status_of(verdicts, one.strategy, option) == one.status


@pytest.mark.parametrize("option", ["tnf_antagonists", "antithrombotics"])
def test_nothing_of_a_woman_waits_for_the_garbage_collector(option):
    """What goes round in circles stays in memory until the collector comes by, which then holds up some later woman."""
    profile = decidua.Profile.model_validate(shipped()["contraindications"])
    gc.collect()
    before = kept_in_memory()
    gc.disable()
    try:
        explain(profile, option)
        decidua.assess(profile)
        assert kept_in_memory() == before
    finally:
        gc.enable()


def kept_in_memory() -> int:
    return sum(isinstance(one, Verdicts | Proof) for one in gc.get_objects())
