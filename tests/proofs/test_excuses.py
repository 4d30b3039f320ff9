"""What the worked cases excuse is held to the proof engine: no woman whom it can describe shows an excused change."""

from __future__ import annotations

from functools import cache

import pytest

import decidua
from decidua.assessment.verdicts import Verdicts
from decidua.condition.mutants import mutants_of
from decidua.condition.reference import evaluate
from decidua.condition.syntax import Condition
from decidua.engines.formulas import Term
from decidua.profile.facts import draw_facts
from decidua.profile.vocabulary import vocabulary
from decidua.proving.describing import described
from decidua.proving.ground import Dated, Ground
from decidua.rulebook import cases
from decidua.rulebook.case_files import read_cases
from decidua.rulebook.folder import data_folder

BOOK = decidua.load_rulebook()
RULES = cases.TestedRules(BOOK).rules
EXCUSES = read_cases(BOOK, [data_folder("rules")]).excuses
EXCUSED = [(excuse.rule, says) for excuse in EXCUSES for says in excuse.mutants]


@cache
def ground() -> Ground:
    return Ground(BOOK)


def mutant(rule: str, says: str) -> Condition:
    return next(one.condition for one in mutants_of(RULES[rule].condition, vocabulary()) if one.says == says)


def differ(dated: Dated, one: Condition, other: Condition) -> Term:
    """Say that two conditions have unlike verdicts on a date."""
    logic = ground().logic
    first, second = dated.rules.pair(one), dated.rules.pair(other)
    return logic.negated(logic.both([logic.same(first.yes, second.yes), logic.same(first.no, second.no)]))


def shown_by(rule: str, *changed: Condition) -> dict | None:
    """Return a woman for whom a rule comes out otherwise by some change on some date, as the reference engine does."""
    written = RULES[rule].condition
    for dated in ground().dates:
        if rule not in dated.view.rules:
            continue
        unlike = ground().logic.either([differ(dated, written, one) for one in changed])
        document = None if ground().nobody(unlike) else ground().witness(unlike)
        if document is not None:
            facts = draw_facts(described(document))
            verdicts = Verdicts(dated.view, facts, "reference")
            found = {evaluate(one, facts, verdicts.verdict).verdict for one in changed}
            assert found != {verdicts.verdict(rule)}, document
            return document
    return None


@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, _ in EXCUSED))
def test_no_woman_shows_a_change_that_is_excused(rule):
    changed = [mutant(rule, says) for one, says in EXCUSED if one == rule]
    assert shown_by(rule, *changed) is None


def test_a_change_that_is_not_excused_would_be_found():
    """One change to each excused rule that the cases do notice: the same search finds a woman for it."""
    for rule in dict.fromkeys(rule for rule, _ in EXCUSED):
        excused = {says for one, says in EXCUSED if one == rule}
        others = [one for one in mutants_of(RULES[rule].condition, vocabulary()) if one.says not in excused]
        assert any(shown_by(rule, one.condition) is not None for one in others), rule
