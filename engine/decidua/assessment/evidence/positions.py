"""What societies say of a strategy, each position with its verdict for her and whether it can move a status."""

from __future__ import annotations

from collections.abc import Mapping

from decidua.assessment.verdicts import Verdicts
from decidua.evidence.models import Guideline, Position
from decidua.frozen import Frozen
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Strategy
from decidua.truth import Verdict

__all__ = ["AGAINST", "FOR", "JudgedPosition", "judge_position", "judge_positions", "speaks_of"]

FOR = ("recommend", "suggest", "consider")


AGAINST = ("suggest_against", "recommend_against")


class JudgedPosition(Frozen):
    """A position that speaks of a strategy, with its verdict for her.

    Attributes:
        matches: Whether its population is hers.
        moves: Whether a document of its kind and state can move a status.
        remark: Why it does not, or that it speaks of IVF in general.
    """

    position: Position
    guideline: Guideline
    matches: Verdict
    moves: bool
    remark: str | None


def speaks_of(position: Position, strategy: Strategy) -> bool:
    """Say whether a position speaks of a strategy: the same option and condition, and its drug or any.

    A position on IVF in general speaks of a strategy for implantation failure, and of any other that is part of IVF.
    """
    same_condition = position.condition == strategy.condition or (
        position.condition == "ivf" and (strategy.condition == "rif" or strategy.part_of_ivf)
    )
    if position.only_strategies and strategy.id not in position.only_strategies:
        return False
    drugs = {*strategy.drugs, *(("heparin", "aspirin_heparin") if "heparin" in strategy.drugs else ())}
    return same_condition and (position.drug == "any" or position.drug in drugs)


def judge_positions(verdicts: Verdicts, strategy: Strategy, option: str) -> list[JudgedPosition]:
    """Return every position on an option that speaks of a strategy."""
    speaking = verdicts.view.keep(("speaking", strategy.id, option), lambda: _speaking(verdicts.view, strategy, option))
    return [judged[verdicts.verdict(rule)] for rule, judged in speaking]


def _speaking(
    view: DatedRulebook, strategy: Strategy, option: str
) -> list[tuple[str, Mapping[Verdict, JudgedPosition]]]:
    """Return the rules of the positions on an option that speak of a strategy, with each as it is judged."""
    speaking = [one for one in view.positions if one.option == option and speaks_of(one, strategy)]
    return [(f"position:{one.id}", _judged(view, one)) for one in speaking]


def judge_position(verdicts: Verdicts, position: Position) -> JudgedPosition:
    """Return a position with its verdict for her, and whether it can move a status."""
    return _judged(verdicts.view, position)[verdicts.verdict(f"position:{position.id}")]


def _judged(view: DatedRulebook, position: Position) -> Mapping[Verdict, JudgedPosition]:
    """Return a position as it is judged by each verdict of its population."""

    def judge() -> Mapping[Verdict, JudgedPosition]:
        guideline, moves, remark = _weight(view, position)
        return {verdict: JudgedPosition(position, guideline, verdict, moves, remark) for verdict in Verdict}

    return view.keep(("judged", position.id), judge)


def _weight(view: DatedRulebook, position: Position) -> tuple[Guideline, bool, str | None]:
    """Return whose position it is, whether it can move a status, and a remark on that."""
    guideline = view.guidelines[position.guideline]
    newer = view.superseded(guideline)
    remark: str | None = None
    if newer is not None:
        remark = f"superseded by {view.guidelines[newer].title}"
    elif guideline.kind != "society_document":
        remark = {
            "regulator_rating": "a regulator's rating, no guideline",
            "access_rule": "a rule on access or funding, no guideline",
            "choosing_wisely_list": "a list, no guideline",
            "consultation_draft": "a draft for consultation",
        }[guideline.kind]
    moves = remark is None
    if moves and position.condition == "ivf":
        remark = "speaks of IVF in general"
    return guideline, moves, remark
