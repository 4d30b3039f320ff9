"""Why an option has its status: in a sentence or two, and in a few words."""

from __future__ import annotations

from collections.abc import Sequence

from decidua.assessment.answers.result import EffectAnswer
from decidua.assessment.evidence.positions import AGAINST, FOR, JudgedPosition
from decidua.assessment.options.judged import JudgedOption
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import SAID_OF_IT, because, edition, join
from decidua.condition.english import lower_first
from decidua.profile.vocabulary import vocabulary
from decidua.truth import UNKNOWN, YES

__all__ = ["in_brief", "why"]

NOT_YET = "no way to use it was on record by this date"


def why(verdicts: Verdicts, judged: JudgedOption, effects: Sequence[EffectAnswer]) -> str:
    """Say in a sentence or two why the option has its status."""
    best = judged.best
    if not verdicts.view.known_strategies(judged.option):
        return best.row.says
    parts = [best.row.says]
    if len(judged.strategies) > 1 and best.status in ("consider", "research_only", "advised_against"):
        parts.insert(0, f"{best.strategy.title}.")
    speaking = [one for one in best.positions if one.moves and one.matches is YES]
    maybe = [one for one in best.positions if one.moves and one.matches is UNKNOWN and one.position.position in FOR]
    if speaking and best.status in ("consider", "research_only", "advised_against"):
        parts.append(f"{join([_speaks(one) for one in speaking])}.")
    if maybe and best.status in ("research_only", "advised_against"):
        parts.append(f"For women whom she may be among: {join([_speaks(one) for one in maybe])}.")
    if best.status == "contraindicated":
        parts[-1] = f"{parts[-1].removesuffix('.')}: {join([lower_first(label) for label in best.stopped_by])}."
    elif best.explained_by:
        parts.append(f"Found: {join(list(best.explained_by))}.")
    elif best.status in ("undetermined", "not_applicable"):
        reason = because(verdicts, best.population)
        if reason:
            parts.append(f"{reason[0].upper()}{reason[1:]}.")
    main = next((effect for effect in effects if effect.strategy == best.strategy.id), None)
    if main is not None and best.status in ("consider", "research_only", "advised_against"):
        parts.append(main.sentence)
    return " ".join(parts)


def in_brief(verdicts: Verdicts, judged: JudgedOption) -> str:
    """Say in a few words why the option has its status."""
    best = judged.best
    if not verdicts.view.known_strategies(judged.option):
        return NOT_YET
    speaking = {one.guideline.society_name: one for one in best.positions if one.moves and one.matches is YES}
    supporting = [name for name, one in speaking.items() if one.position.position in FOR]
    possible = {
        one.guideline.society_name
        for one in best.positions
        if one.moves and one.matches is UNKNOWN and one.position.position in FOR
    }
    opposing = [name for name, one in speaking.items() if one.position.position in AGAINST]
    if best.status == "contraindicated":
        more = f" and {len(best.stopped_by) - 1} more" if len(best.stopped_by) > 1 else ""
        return f"{lower_first(best.stopped_by[0])}{more}"
    if best.explained_by:
        return f"explained by {join([lower_first(title) for title in best.explained_by])}"
    if best.status == "not_applicable":
        return "outside its populations"
    if best.status == "undetermined":
        facts = [lower_first(vocabulary()[name].label) for name in verdicts.unknown_facts(best.population)]
        if not facts:
            return "depends on what was not read"
        return f"depends on {facts[0]}" if len(facts) == 1 else f"depends on {len(facts)} findings that are not known"
    parts = []
    if supporting:
        parts.append(f"for: {join(supporting)}")
    if opposing:
        parts.append(f"against: {join(opposing)}")
    if possible - set(supporting):
        parts.append(f"possibly for: {join(sorted(possible - set(supporting)))}")
    return "; ".join(parts) or "no society for or against"


def _speaks(one: JudgedPosition) -> str:
    said = SAID_OF_IT[one.position.position]
    return f"{one.guideline.society_name} {edition(one.guideline)} {said}"
