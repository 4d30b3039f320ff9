"""What to find out next: the unknown findings that could settle a definition, a panel or an option."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.assessment.answers.result import NextFinding
from decidua.assessment.evidence.on_tests import with_positions
from decidua.assessment.options.judged import JudgedOption
from decidua.assessment.verdicts import Verdicts
from decidua.condition.reference import Proof
from decidua.frozen import Frozen
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.models import Burden
from decidua.truth import NO, UNKNOWN, YES

__all__ = ["IMMUNE", "NOT_YET", "WORTH_ASKING", "burdens", "what_next"]

WORTH_ASKING = ("consider", "research_only")
"""A way that can only turn out to be advised against or not for her is no reason for a test."""

IMMUNE = "an immune marker: no threshold is validated"
NOT_YET = "cannot be known before the next pregnancy"


def what_next(verdicts: Verdicts, options: Sequence[JudgedOption]) -> list[NextFinding]:
    """Return the findings worth finding out, those that settle most first, then by burden.

    What can no longer be obtained is left out; an immune marker is named as such and stands last, and so does a test
    that is advised against and by none for. What concerns a present pregnancy comes first, and questions on transfers
    wait where her losses are what she is here for.
    """
    settles: dict[str, dict[str, None]] = {}
    for reached, proof in _open_questions(verdicts, options):
        for name in verdicts.unknown_facts(proof):
            settles.setdefault(name, {}).setdefault(reached)
    heavy = burdens(verdicts)
    found = [_Finding(vocabulary()[name], heavy.get(name, "history"), tuple(ids)) for name, ids in settles.items()]
    later = verdicts.facts.get("pregnancy.pregnant") is False
    settled_rpl = verdicts.verdict("rpl") is YES and verdicts.verdict("rif") is not YES
    obtainable = [one for one in found if one.fact.obtainable and one.burden != "past"]
    order = verdicts.view.book.policy.next.burdens
    pregnant = verdicts.facts.get("pregnancy.pregnant") is True
    obtainable.sort(
        key=lambda one: (
            not (pregnant and one.of_pregnancy),
            settled_rpl and one.of_transfers,
            *_order(one, order, later=later),
        )
    )
    answers = [with_positions(verdicts.view, _answer(one, later=later)) for one in obtainable]
    return sorted(answers, key=lambda one: bool(one.advised_against_by) and not one.advised_by)


def _open_questions(verdicts: Verdicts, options: Sequence[JudgedOption]) -> Iterator[tuple[str, Proof]]:
    """Yield what is not settled: ways to use an option that is open, definitions while none holds, and panels."""
    for judged in options:
        for one in judged.strategies if judged.open else ():
            if one.status == "undetermined" and any(status in WORTH_ASKING for status in one.could_be):
                yield judged.option.option, one.population
    for definition in verdicts.view.definitions:
        if definition.kind == "society" and verdicts.verdict(definition.term) is UNKNOWN:
            yield definition.id, verdicts.proof(definition.id)
    for panel in verdicts.view.panels:
        if panel.kind == "society" and verdicts.verdict(panel.condition) is not NO:
            yield panel.id, verdicts.proof(panel.id)


class _Finding(Frozen):
    fact: Fact
    burden: str
    settles: tuple[str, ...]

    @property
    def immune(self) -> bool:
        return self.fact.name.startswith("immune.")

    @property
    def of_transfers(self) -> bool:
        return self.fact.name.startswith(("transfers.", "embryos.", "ivf."))

    @property
    def of_pregnancy(self) -> bool:
        return self.fact.name.startswith("pregnancy.")


def burdens(verdicts: Verdicts) -> dict[str, Burden]:
    """Return the burden of every finding that an investigation yields; any other is asked of her: history."""
    return {fact: test.burden for test in verdicts.view.book.investigations for fact in test.facts}


def _order(one: _Finding, order: Sequence[str], *, later: bool) -> tuple[bool, bool, int, int, str]:
    burden = order.index(one.burden)
    return one.immune, later and one.of_pregnancy, -len(one.settles), burden, one.fact.label


def _answer(one: _Finding, *, later: bool) -> NextFinding:
    remark = IMMUNE if one.immune else NOT_YET if later and one.of_pregnancy else None
    return NextFinding(
        finding=one.fact.name, label=one.fact.label, settles=one.settles, burden=one.burden, remark=remark
    )
