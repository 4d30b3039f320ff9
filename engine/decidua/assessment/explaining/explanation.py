"""Why an option has its status: the proof of every strategy, the findings that decide, and what would change it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING

from decidua.assessment.answers.explanation import Explanation, ProofNode, Responsible, StrategyExplanation
from decidua.assessment.explaining.counterfactual import Counterfactuals, barring
from decidua.assessment.explaining.proof_tree import ProofTrees
from decidua.assessment.explaining.responsible import ResponsibleFindings
from decidua.assessment.explaining.rests_on import rests_on
from decidua.assessment.explaining.ways import Aim
from decidua.assessment.loading import load_rulebook
from decidua.assessment.options.cautions import unknown_contraindications
from decidua.assessment.options.judged import judge_option
from decidua.assessment.options.status import JudgedStrategy
from decidua.assessment.verdicts import Engine, Verdicts
from decidua.condition.english import in_english, lower_first
from decidua.profile.facts import draw_facts
from decidua.profile.model import Profile
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import Rulebook
from decidua.rulebook.policy import STATUS_FACTS
from decidua.truth import YES

if TYPE_CHECKING:
    from decidua.profile.rates import Rates

__all__ = ["Explanation", "ProofNode", "StrategyExplanation", "explain"]


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
        engine: As for ``assess``; what is only supposed is judged by the reference engine.
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
    otherwise = Counterfactuals(verdicts, judged)
    hers = ResponsibleFindings(verdicts, verdicts.facts.values)
    trees, policy = ProofTrees(verdicts), book.policy.explain
    return Explanation(
        option=chosen.option,
        name=chosen.name,
        status=judged.status,
        leading_strategy=judged.best.strategy.id,
        as_of=view.day,
        engine=verdicts.engine,
        strategies=tuple(_strategy(one, hers, otherwise, trees) for one in judged.strategies),
        contraindications_unknown=tuple(unknown_contraindications(verdicts, judged)),
        limits=(
            f"At most {policy.most_sets} sets are named; where a quick search leaves anything out, those of up to "
            f"{policy.most_findings} findings are looked for, in {policy.most_steps} steps."
        ),
        notice=book.manifest.notice,
        overlays=book.overlays,
    )


def _strategy(
    one: JudgedStrategy, hers: ResponsibleFindings, otherwise: Counterfactuals, trees: ProofTrees
) -> StrategyExplanation:
    verdicts = hers.verdicts
    unknown = verdicts.unknown_facts(one.population)
    out = one.row.id != "not-yet-described" and one.status in ("not_applicable", "contraindicated")
    open_ = one.status == "undetermined"
    yes_if = otherwise.settled(one, Aim.YES) if open_ else None
    far = out or (yes_if is not None and yes_if.complete and not yes_if.sets)
    return StrategyExplanation(
        id=one.strategy.id,
        title=one.strategy.title,
        status=one.status,
        row=one.row.id,
        row_says=one.row.says,
        row_when=verdicts.view.share(("row said", one.row.id), lambda: in_english(one.row.when, STATUS_FACTS, {})),
        population=trees.tree(one.population),
        explained_by=one.explained_by,
        stopped_by=one.stopped_by,
        unknown=tuple(vocabulary()[name].label for name in unknown),
        untold=tuple(verdicts.untold(one.population)),
        could_be=one.could_be,
        responsible=tuple(_responsible(hers, one)) if out else (),
        rests_on=() if out or open_ else tuple(rests_on(verdicts, one)),
        nearest=otherwise.nearest(one) if far else None,
        yes_if=yes_if,
        no_if=otherwise.settled(one, Aim.NO) if open_ else None,
    )


def _responsible(hers: ResponsibleFindings, one: JudgedStrategy) -> Iterator[Responsible]:
    """Yield the findings that are responsible for each reason why a way is not for her."""
    verdicts = hers.verdicts
    if one.status == "not_applicable" and not one.explained_by:
        yield hers.of(one.strategy.id, Aim.NO, "outside its population")
        return
    for id_ in dict.fromkeys(barring(verdicts, one)):
        if verdicts.verdict(id_) is YES and id_.startswith("finding:") is not bool(one.explained_by):
            yield hers.of(id_, Aim.YES, lower_first(verdicts.view.rules[id_].title))
