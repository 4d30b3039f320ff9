"""What to find out next: the unknown findings that could settle a definition, a panel or an option."""

from __future__ import annotations

from collections.abc import Sequence

from decidua.assessment.options import JudgedOption
from decidua.assessment.result import NextFinding
from decidua.assessment.verdicts import Verdicts
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import vocabulary
from decidua.truth import NO, UNKNOWN

__all__ = ["BURDENS", "what_next"]

BURDENS = ("history", "blood", "imaging", "embryo", "partner", "biopsy")
"""From light to heavy; ``past`` is tissue of an earlier loss, which no test can supply any more."""

IMMUNE = "an immune marker: no threshold is validated, and societies advise against testing outside research"
NOT_YET = "cannot be known before the next pregnancy"


def what_next(verdicts: Verdicts, options: Sequence[JudgedOption]) -> list[NextFinding]:
    """Return the findings worth finding out, those that settle most first, then by burden.

    What can no longer be obtained is left out; an immune marker is named as such and stands last.
    """
    settles: dict[str, dict[str, None]] = {}
    for judged in options:
        for one in judged.strategies:
            if one.status == "undetermined":
                for name in verdicts.unknown_facts(one.population):
                    settles.setdefault(name, {}).setdefault(judged.option.option)
    for term in ("rpl", "rif"):
        if verdicts.verdict(term) is not UNKNOWN:
            continue
        for definition in verdicts.view.definitions:
            if definition.term == term and definition.kind == "society":
                for name in verdicts.unknown_facts(verdicts.proof(definition.id)):
                    settles.setdefault(name, {}).setdefault(definition.id)
    for panel in verdicts.view.panels:
        if panel.kind == "society" and verdicts.verdict(panel.condition) is not NO:
            for name in verdicts.unknown_facts(verdicts.proof(panel.id)):
                settles.setdefault(name, {}).setdefault(panel.id)
    burdens = _burdens(verdicts)
    not_pregnant = verdicts.facts.get("pregnancy.pregnant") is False
    found = []
    for name, reached in settles.items():
        fact = vocabulary()[name]
        burden = burdens.get(name, "history")
        if not fact.obtainable or burden == "past":
            continue
        found.append(
            (
                _order(name, fact, burden, len(reached), not_pregnant),
                _finding(name, fact, burden, reached, not_pregnant),
            )
        )
    found.sort(key=lambda pair: pair[0])
    return [finding for _, finding in found]


def _burdens(verdicts: Verdicts) -> dict[str, str]:
    return {fact: test.burden for test in verdicts.view.book.investigations for fact in test.facts}


def _order(name: str, fact: Fact, burden: str, reached: int, not_pregnant: bool) -> tuple[bool, bool, int, int, str]:
    later = not_pregnant and name.startswith("pregnancy.")
    return name.startswith("immune."), later, -reached, BURDENS.index(burden), fact.label


def _finding(name: str, fact: Fact, burden: str, reached: dict[str, None], not_pregnant: bool) -> NextFinding:
    remark = None
    if name.startswith("immune."):
        remark = IMMUNE
    elif not_pregnant and name.startswith("pregnancy."):
        remark = NOT_YET
    return NextFinding(finding=name, label=fact.label, settles=tuple(reached), burden=burden, remark=remark)
