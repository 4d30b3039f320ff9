"""Properties of what becomes of strategies: contraindications, safety records, silence, one row of the table."""

from __future__ import annotations

from collections.abc import Iterator

from decidua.assessment.options.judged import judge_option
from decidua.assessment.options.status import JudgedStrategy
from decidua.assessment.verdicts import Verdicts
from decidua.errors import RulebookError
from decidua.profile.facts import Facts
from decidua.proving.ground import Counterexample, Dated, Ground
from decidua.rulebook.models import Option, Strategy
from decidua.rulebook.policy import Status
from decidua.truth import YES

__all__ = ["OFFERED", "contraindications_win", "no_record_no_offer", "one_row", "silence_offers_nothing"]

OFFERED: tuple[Status, ...] = ("consider", "research_only")
"""Statuses under which a treatment is offered, within a study or outside."""
STOPPED: tuple[Status, ...] = ("contraindicated", "not_applicable")
"""Statuses that a contraindication leaves."""


def contraindications_win(ground: Ground) -> Iterator[Counterexample]:
    """Find a strategy that is more than contraindicated while something speaks against it."""
    logic = ground.logic
    for dated in ground.dates:
        for strategy, option in dated.strategies:
            judgement = dated.judgement(strategy, option)
            kept_on = [term for status, term in judgement.status.items() if status not in STOPPED]

            def seen(facts: Facts, at: Dated = dated, one: Strategy = strategy, of: str = option) -> str | None:
                judged = at.judged(facts, one, of)
                if isinstance(judged, str):
                    return judged
                if not judged.stopped_by or judged.status in STOPPED:
                    return None
                return f"its status is {judged.status}, with {', '.join(judged.stopped_by)}"

            found = ground.refute(
                logic.both([judgement.stopped, logic.either(kept_on)]),
                seen,
                about=strategy.id,
                as_of=dated.as_of,
                says="a contraindication is present, and it is neither contraindicated nor outside its population",
            )
            if found is not None:
                yield found


def no_record_no_offer(ground: Ground) -> Iterator[Counterexample | str]:
    """Find a strategy without a safety record whose status is better than research only."""
    logic, order = ground.logic, ground.book.policy.rank.statuses
    better = order[: order.index("research_only")]
    without = [(one, option.option) for option in ground.book.options for one in option.strategies if not one.drugs]
    count = len(without)
    yield f"{count} {'strategy has' if count == 1 else 'strategies have'} no safety record"
    for dated in ground.dates:
        for strategy, option in without:
            status = dated.judgement(strategy, option).status

            def seen(facts: Facts, at: Dated = dated, one: Strategy = strategy, of: str = option) -> str | None:
                judged = at.judged(facts, one, of)
                if isinstance(judged, str):
                    return judged
                return f"its status is {judged.status}" if judged.status in better else None

            found = ground.refute(
                logic.either(status[one] for one in better),
                seen,
                about=strategy.id,
                as_of=dated.as_of,
                says="it has no safety record and is more than research only",
            )
            if found is not None:
                yield found


def one_row(ground: Ground) -> Iterator[Counterexample]:
    """Find a woman for whom no row of the status table applies to a strategy, or more than one."""
    logic = ground.logic
    for dated in ground.dates:
        for strategy, option in dated.strategies:
            rows = list(dated.judgement(strategy, option).rows.values())

            def seen(facts: Facts, at: Dated = dated, one: Strategy = strategy, of: str = option) -> str | None:
                judged = at.judged(facts, one, of)
                return judged if isinstance(judged, str) else None

            found = ground.refute(
                logic.either([logic.negated(logic.either(rows)), logic.at_least(2, rows)]),
                seen,
                about=strategy.id,
                as_of=dated.as_of,
                says="no row of the status table applies to it, or more than one",
            )
            if found is not None:
                yield found


def silence_offers_nothing(ground: Ground) -> Iterator[Counterexample]:
    """Find what is YES of a woman of whom nothing is known, or offered to her."""
    logic, nothing = ground.logic, ground.woman.nothing_known()
    for dated in ground.dates:
        said = {id_: dated.rules.rule(id_).yes for id_ in dated.view.rules}
        offered = {
            option.option: logic.either(dated.statuses.option(option)[status] for status in OFFERED)
            for option in ground.book.options
        }
        ways = [
            (one, option, logic.either(dated.judgement(one, option).status[status] for status in OFFERED))
            for one, option in dated.strategies
        ]
        every = logic.either([*said.values(), *offered.values(), *(term for *_, term in ways)])
        if ground.nobody(logic.both([nothing, every])):
            continue
        for id_, term in said.items():

            def yes(facts: Facts, at: Dated = dated, one: str = id_) -> str | None:
                return "it is YES" if Verdicts(at.view, facts, "reference").verdict(one) is YES else None

            found = ground.refute(
                logic.both([nothing, term]), yes, about=id_, as_of=dated.as_of, says="it is YES though nothing is known"
            )
            if found is not None:
                yield found
        for strategy, its_option, term in ways:

            def way(facts: Facts, at: Dated = dated, one: Strategy = strategy, of: str = its_option) -> str | None:
                judged = at.judged(facts, one, of)
                status = judged if isinstance(judged, str) else judged.status
                return f"its status is {status}" if isinstance(judged, str) or status in OFFERED else None

            found = ground.refute(
                logic.both([nothing, term]),
                way,
                about=strategy.id,
                as_of=dated.as_of,
                says="it is offered though nothing is known",
            )
            if found is not None:
                yield found
        for option in ground.book.options:

            def is_offered(facts: Facts, at: Dated = dated, one: Option = option) -> str | None:
                status = reference_status(at, facts, one)
                return f"its status is {status}" if status in OFFERED else None

            found = ground.refute(
                logic.both([nothing, offered[option.option]]),
                is_offered,
                about=option.option,
                as_of=dated.as_of,
                says="it is offered though nothing is known",
            )
            if found is not None:
                yield found


def reference_status(dated: Dated, facts: Facts, option: Option) -> str:
    """Return the status that the reference engine gives an option, or words where it gives none."""
    try:
        return judge_option(Verdicts(dated.view, facts, "reference"), option).status
    except RulebookError as error:
        return str(error)


def has_row(judged: JudgedStrategy | str, row: str) -> bool:
    """Say whether the reference engine took a row for a strategy."""
    return not isinstance(judged, str) and judged.row.id == row
