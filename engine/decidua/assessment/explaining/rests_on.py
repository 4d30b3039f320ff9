"""What a status rests on where no finding of hers stands in the way: positions of societies, and the evidence."""

from __future__ import annotations

from collections.abc import Iterator

from decidua.assessment.evidence.effects import live_birth_lines
from decidua.assessment.evidence.positions import AGAINST, FOR, JudgedPosition
from decidua.assessment.options.status import JudgedStrategy
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import POSITION_WORDS, because, edition, join
from decidua.truth import UNKNOWN, YES

__all__ = ["rests_on"]

SHOWS = {
    "benefit": "a benefit",
    "no_important_benefit": "no important benefit",
    "harm": "harm",
    "unclear": "no clear difference either way",
}


def rests_on(verdicts: Verdicts, one: JudgedStrategy) -> Iterator[str]:
    """Yield, in a line each, the positions that count for her, those that may, the evidence, and a missing record.

    Args:
        verdicts: Her verdicts.
        one: The way to use an option, whose population is hers.
    """
    moving = [position for position in one.positions if position.moves]
    hers = [position for position in moving if position.matches is YES]
    for words, stances in (("For it", FOR), ("Against it", AGAINST), ("Within research only", ("research_only",))):
        speaking = [_speaks(position) for position in hers if position.position.position in stances]
        if speaking:
            yield f"{words}: {join(speaking)}."
    if not hers:
        yield "No current position that was read is known to speak of her."
    for position in moving:
        if position.matches is UNKNOWN and position.position.position in (*FOR, *AGAINST):
            yield f"Not known whether it speaks of her: {_speaks(position)} ({_open(verdicts, position)})."
    yield _evidence(one)
    if not one.strategy.drugs:
        yield "No safety record of it was read."


def _speaks(one: JudgedPosition) -> str:
    return f"{one.guideline.society_name} {edition(one.guideline)} {POSITION_WORDS[one.position.position]}"


def _open(verdicts: Verdicts, one: JudgedPosition) -> str:
    reason = because(verdicts, verdicts.proof(f"position:{one.position.id}")) or "not read"
    return reason.removeprefix("depends on ")


def _evidence(one: JudgedStrategy) -> str:
    lines = live_birth_lines(one.lines)
    if not lines:
        return "No randomised evidence on live births per woman that a status may rest on was read."
    certainty = lines[0].rating.certainty.replace("_", " ")
    return f"Randomised evidence on live births shows {SHOWS[lines[0].shows]}, {certainty} certainty."
