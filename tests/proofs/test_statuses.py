"""The statuses as formulas are those that an assessment gives, for every strategy and option of generated women."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.generative.profiles import described, shipped, women

import decidua
from decidua.assessment.options.judged import judge_option
from decidua.assessment.options.status import judge_strategy
from decidua.assessment.verdicts import Verdicts
from decidua.engines.formulas import Search
from decidua.engines.proof import told
from decidua.profile.facts import Facts, draw_facts
from decidua.proving.ground import Dated, Ground, change_days

DATES = (None, "2023-07-01", "2016-07-01")


@cache
def ground() -> Ground:
    return Ground(decidua.load_rulebook())


@cache
def dated(as_of: str | None) -> Dated:
    return Dated(ground(), ground().book.at(as_of))


@cache
def everything() -> Search:
    return Search(ground().logic)


def hold_to_the_reference(facts: Facts, as_of: str | None) -> set[str]:
    """Compare every row and status with the reference engine, and return the statuses that were seen."""
    at, seen = dated(as_of), set()
    found = everything().find(told(ground().logic, ground().woman.known, facts))
    assert found is not None
    verdicts = Verdicts(at.view, facts, "reference")
    for option in at.view.book.options:
        for strategy in option.strategies:
            judged = judge_strategy(verdicts, strategy, option.option)
            judgement = at.judgement(strategy, option.option)
            assert [row for row, term in judgement.rows.items() if found.holds(term)] == [judged.row.id], strategy.id
            assert [status for status, term in judgement.status.items() if found.holds(term)] == [judged.status]
            assert found.holds(judgement.stopped) is bool(judged.stopped_by)
            assert found.verdict(judgement.population) is judged.population.verdict
        status = judge_option(verdicts, option).status
        assert [one for one, term in at.statuses.option(option).items() if found.holds(term)] == [status], option.option
        seen.add(status)
    return seen


@pytest.mark.parametrize("as_of", DATES)
def test_every_example_has_the_statuses_of_the_assessment(as_of):
    seen = set()
    for document in shipped().values():
        seen |= hold_to_the_reference(draw_facts(described(document)), as_of)
    assert seen >= {"consider", "research_only", "undetermined", "not_applicable"}


@settings(max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(document=women(), as_of=st.sampled_from(DATES))
def test_every_generated_woman_has_the_statuses_of_the_assessment(document, as_of):
    hold_to_the_reference(draw_facts(described(document)), as_of)


def test_nothing_changes_between_two_days_of_change():
    """Between them the same rules hold and the same documents, studies and ways of use count."""
    book = ground().book
    days = sorted(change_days(book))

    def holding(day: str) -> tuple[object, ...]:
        view = book.at(None).near(day)
        described_ = [one.id for one in book.strategies if view.described(one)]
        return list(view.rules), list(view.guidelines), list(view.studies), list(view.syntheses), described_

    for day in days[::12]:
        following = next((one for one in days if one > day), None)
        eve = "2100-01-01" if following is None else following
        between = [f"{day[:8]}{number:02d}" for number in range(int(day[8:]) + 1, 29)]
        for other in (one for one in between if one < eve):
            assert holding(other) == holding(day)
            break
    assert len(days) > 100
