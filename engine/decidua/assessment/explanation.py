"""Why an option has its status: the proof of every strategy, what is unknown, and what would change it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from decidua.assessment.loading import load_rulebook
from decidua.assessment.options import judge_option, unknown_contraindications
from decidua.assessment.result import Answer
from decidua.assessment.status import JudgedStrategy
from decidua.assessment.verdicts import Engine, Verdicts
from decidua.condition.english import in_english, lower_first, value_in_english
from decidua.condition.reference import Proof
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Known, Not, Rule, Untold
from decidua.frozen import Frozen
from decidua.profile.facts import draw_facts
from decidua.profile.model import Profile
from decidua.profile.rates import Rates
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import Rulebook
from decidua.rulebook.overlay import Overlay
from decidua.rulebook.policy import STATUS_FACTS, Status

__all__ = ["Explanation", "ProofNode", "StrategyExplanation", "explain"]


class ProofNode(Frozen):
    """One node of a proof in English."""

    says: str
    verdict: Answer
    known: str | None
    parts: tuple[ProofNode, ...] = ()


class StrategyExplanation(Frozen):
    """Why one strategy has its status."""

    id: str
    title: str
    status: Status
    row: str
    row_says: str
    row_when: str
    population: ProofNode
    explained_by: tuple[str, ...]
    stopped_by: tuple[str, ...]
    unknown: tuple[str, ...]
    untold: tuple[str, ...]
    could_be: tuple[Status, ...]
    would_change: tuple[str, ...]


class Explanation(Frozen):
    """Why an option has its status."""

    option: str
    name: str
    status: Status
    leading_strategy: str
    as_of: str
    engine: str
    strategies: tuple[StrategyExplanation, ...]
    contraindications_unknown: tuple[str, ...]
    overlays: tuple[Overlay, ...] = ()


def explain(
    profile: Profile,
    option: str,
    *,
    as_of: str | datetime.date | None = None,
    rulebook: Rulebook | None = None,
    engine: Engine = "auto",
    rates: Rates | None = None,
) -> Explanation:
    """Explain the status of one option for one woman.

    Args:
        profile: The woman.
        option: Key of the option, such as ``g_csf``.
        as_of: As for ``assess``.
        rulebook: As for ``assess``.
        engine: As for ``assess``.
        rates: As for ``assess``.

    Raises:
        DeciduaError: There is no such option, date or engine.
        EngineDisagreement: The two engines disagree.
    """
    book = rulebook if rulebook is not None else load_rulebook()
    view = book.at(as_of)
    chosen = view.option_of(option)
    verdicts = Verdicts(view, draw_facts(profile, rates), engine)
    judged = judge_option(verdicts, chosen)
    return Explanation(
        option=chosen.option,
        name=chosen.name,
        status=judged.status,
        leading_strategy=judged.best.strategy.id,
        as_of=view.day,
        engine=verdicts.engine,
        strategies=tuple(_strategy(verdicts, one) for one in judged.strategies),
        contraindications_unknown=tuple(unknown_contraindications(verdicts, judged)),
        overlays=book.overlays,
    )


def _strategy(verdicts: Verdicts, one: JudgedStrategy) -> StrategyExplanation:
    unknown = verdicts.unknown_facts(one.population)
    return StrategyExplanation(
        id=one.strategy.id,
        title=one.strategy.title,
        status=one.status,
        row=one.row.id,
        row_says=one.row.says,
        row_when=in_english(one.row.when, STATUS_FACTS, {}),
        population=_node(verdicts, one.population, frozenset()),
        explained_by=one.explained_by,
        stopped_by=one.stopped_by,
        unknown=tuple(vocabulary()[name].label for name in unknown),
        untold=tuple(verdicts.untold(one.population)),
        could_be=one.could_be,
        would_change=tuple(_would_change(one, unknown)),
    )


def _would_change(one: JudgedStrategy, unknown: list[str]) -> list[str]:
    changes = [f"learning {lower_first(vocabulary()[name].label)}" for name in unknown]
    if one.stopped_by:
        changes.append(f"if this were no longer so: {', '.join(lower_first(label) for label in one.stopped_by)}")
    if one.explained_by:
        changes.append(
            f"nothing but the cause that was found: {', '.join(lower_first(title) for title in one.explained_by)}"
        )
    return changes


def _node(verdicts: Verdicts, proof: Proof, seen: frozenset[str]) -> ProofNode:
    """Say one node of a proof; a rule it refers to is opened once on each path."""
    node, titles = proof.condition, verdicts.view.book.titles
    parts = tuple(_node(verdicts, part, seen) for part in proof.parts)
    known: str | None = None
    if isinstance(node, Rule):
        if node.id in verdicts.view.rules and node.id not in seen:
            inner = verdicts.proof(node.id)
            parts = (_node(verdicts, inner, seen | {node.id}),)
        says = titles.get(node.id, node.id)
    elif isinstance(node, Atom | Known):
        says = in_english(node, vocabulary(), titles)
        known = value_in_english(proof.value, vocabulary().get(node.fact))
    elif isinstance(node, Untold):
        says = in_english(node, vocabulary(), titles)
    else:
        says = _joint(node)
    return ProofNode(says=says, verdict=proof.verdict.value, known=known, parts=parts)


def _joint(node: All | AnyOf | AtLeast | Not) -> str:
    words: Mapping[type, str] = {All: "all of", AnyOf: "any of", Not: "not"}
    return f"at least {node.count} of" if isinstance(node, AtLeast) else words[type(node)]
