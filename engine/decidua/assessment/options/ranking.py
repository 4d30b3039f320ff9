"""The order of the options, and in a sentence why each stands above the next."""

from __future__ import annotations

from collections.abc import Sequence

from decidua.assessment.evidence.effects import RatedLine
from decidua.assessment.options.judged import JudgedOption
from decidua.evidence.certainty import LEVELS
from decidua.rulebook.book import DatedRulebook

__all__ = ["NOTHING", "rank_key", "rank_options", "why_above"]

NOTHING = len(LEVELS)
"""Where an option stands that has no favourable live-birth effect per woman."""


def _main_live_birth(judged: JudgedOption) -> RatedLine | None:
    """Return the best strategy's favourable live-birth line per woman, if it has one free of questioned studies."""
    for one in judged.best.lines:
        line = one.line
        if line.outcome == "live_birth" and line.per == "woman" and line.isolates and not line.questioned:
            return one if one.shows == "benefit" else None
    return None


def rank_key(view: DatedRulebook, judged: JudgedOption) -> tuple[int, int, float, str]:
    """Return what an option is ranked by: status, certainty and conservative end of a favourable effect, then name."""
    favourable = None if judged.status == "not_applicable" else _main_live_birth(judged)
    certainty, end = NOTHING, 0.0
    if favourable is not None and favourable.line.ratio is not None:
        certainty, end = LEVELS.index(favourable.rating.certainty), -favourable.line.ratio[1]
    return view.book.policy.rank.statuses.index(judged.status), certainty, end, judged.option.name


def rank_options(view: DatedRulebook, options: Sequence[JudgedOption]) -> list[JudgedOption]:
    """Return the options in rank order, by the declared policy."""
    return sorted(options, key=lambda judged: rank_key(view, judged))


def why_above(view: DatedRulebook, judged: JudgedOption, following: JudgedOption) -> str:
    """Say in a sentence why one option stands above the next."""
    here, there = rank_key(view, judged), rank_key(view, following)
    name = following.option.name
    if here[0] != there[0]:
        return f"Above {name} by status: {_said(judged.status)} comes before {_said(following.status)}."
    if here[1] != there[1]:
        level = LEVELS[here[1]].replace("_", " ")
        if there[1] == NOTHING:
            effect = f"a favourable live-birth effect per woman ({level} certainty)"
            return f"Above {name}: it has {effect}, and the next has none."
        lower = LEVELS[there[1]].replace("_", " ")
        return f"Above {name} by certainty of a favourable live-birth effect: {level} against {lower}."
    if here[2] != there[2]:
        return f"Above {name}: the conservative end of its live-birth effect is {-here[2]:.2f} against {-there[2]:.2f}."
    return f"Level with {name} on status and evidence; the order is by name."


def _said(status: str) -> str:
    return status.replace("_", " ")
