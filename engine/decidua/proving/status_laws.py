"""Which statuses each option can have: what its data allow, some woman must reach; what they do not is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from decidua.condition.english import in_english
from decidua.condition.syntax import All
from decidua.engines.formulas import KnownFact, Number, Pair, Search, Term
from decidua.engines.proof import Translator
from decidua.profile.facts import Facts, draw_facts
from decidua.proving.describing import described
from decidua.proving.ground import Counterexample, Dated, Ground
from decidua.proving.policy_laws import has_row, reference_status
from decidua.proving.statuses import Judgement, Kept, Statuses
from decidua.rulebook.models import Option, Strategy
from decidua.rulebook.policy import STATUS_FACTS, Status, StatusRow

__all__ = ["statuses_reachable"]


@dataclass
class _Reach:
    """What was reached so far, and what the data of some date allow: by option and status, and by row."""

    reached: set[tuple[str, str]] = field(default_factory=set)
    allowed: dict[tuple[str, str], Dated] = field(default_factory=dict)
    rows_reached: set[str] = field(default_factory=set)
    rows_allowed: dict[str, tuple[Dated, Strategy, str]] = field(default_factory=dict)


class _Allowing:
    """What the data of a date allow when the verdict of each rule is taken by itself, whatever woman that may be."""

    def __init__(self, ground: Ground) -> None:
        self.logic = ground.logic
        self._search = Search(ground.logic)
        self._verdicts: dict[str, Pair] = {}
        self.kept = Kept()
        self._answers: dict[int, bool] = {}
        self._ground = ground

    def on(self, dated: Dated) -> Statuses:
        """Return the statuses of a date with a free verdict for each rule that holds on it."""
        return Statuses(
            self.logic, dated.view, lambda id_: self._free(id_) if id_ in dated.view.rules else self._none(), self.kept
        )

    def can(self, term: Term) -> bool:
        """Say whether some verdicts make a formula true."""
        key = self.logic.key(term)
        if key not in self._answers:
            self._answers[key] = self._search.find(term) is not None
            self._ground.asked_beside += 1
        return self._answers[key]

    def _free(self, id_: str) -> Pair:
        if id_ not in self._verdicts:
            yes, no = self.logic.boolean(f"{id_} is yes"), self.logic.boolean(f"{id_} is no")
            self._verdicts[id_] = Pair(yes, self.logic.both([no, self.logic.negated(yes)]))
        return self._verdicts[id_]

    def _none(self) -> Pair:
        return Pair(self.logic.false, self.logic.false)


def statuses_reachable(ground: Ground) -> Iterator[Counterexample | str]:
    """Find a status that the data of an option allow and no woman has, and a row of the table that never applies."""
    allowing, reach = _Allowing(ground), _Reach()
    for dated in ground.dates:
        free = allowing.on(dated)
        for option in ground.book.options:
            yield from _option(ground, dated, free, option, (allowing, reach))
            for strategy in dated.view.strategies_of(option):
                yield from _rows(ground, dated, free, (strategy, option.option), (allowing, reach))
    yield f"{len(reach.reached)} statuses of {len(ground.book.options)} options are each reached by some woman"
    for (key, status), dated in reach.allowed.items():
        if (key, status) not in reach.reached:
            yield _not_reached(ground, dated, ground.book.option[key], status)
    for option in ground.book.options:
        for status in ground.book.policy.rank.statuses:
            if (option.option, status) not in reach.allowed:
                reason = _reason(ground, allowing, option, status)
                yield f"{option.option} is {status.replace('_', ' ')} for nobody on any date: {reason}"
    yield from _dead_rows(ground, reach)


def _option(
    ground: Ground, dated: Dated, free: Statuses, option: Option, with_: tuple[_Allowing, _Reach]
) -> Iterator[Counterexample]:
    allowing, reach = with_
    may, does = free.option(option), dated.statuses.option(option)
    for status, term in does.items():
        key = (option.option, status)
        if key in reach.reached:
            continue
        if key not in reach.allowed and allowing.can(may[status]):
            reach.allowed[key] = dated
        if ground.nobody(term):
            continue
        document = ground.witness(term)
        if document is None:
            continue
        found = reference_status(dated, draw_facts(described(document)), option)
        reach.reached.add(key)
        if found != status:
            says, seen = f"it should be {status}", f"its status is {found}"
            yield Counterexample(option.option, dated.as_of, says, (document,), seen, confirmed=False)


def _rows(
    ground: Ground,
    dated: Dated,
    free: Statuses,
    which: tuple[Strategy, str],
    with_: tuple[_Allowing, _Reach],
) -> Iterator[Counterexample]:
    (strategy, option), (allowing, reach) = which, with_
    may: Judgement | None = None
    for row, term in dated.judgement(strategy, option).rows.items():
        if row in reach.rows_reached or term is ground.logic.false:
            continue
        may = may or free.strategy(strategy, option)
        if row not in reach.rows_allowed and allowing.can(may.rows[row]):
            reach.rows_allowed[row] = (dated, strategy, option)
        document = None if ground.nobody(term) else ground.witness(term)
        if document is None:
            continue
        reach.rows_reached.add(row)
        judged = dated.judged(draw_facts(described(document)), strategy, option)
        if not has_row(judged, row):
            found = judged if isinstance(judged, str) else f"row {judged.row.id} applies"
            says = f"row '{row}' of the status table should apply to {strategy.id}"
            yield Counterexample(row, dated.as_of, says, (document,), found, confirmed=False)


def _not_reached(ground: Ground, dated: Dated, option: Option, status: str) -> Counterexample:
    """Show a status that the data allow and nobody has, with a woman as near to it as may be."""
    judged = [dated.judgement(one, option.option) for one in dated.view.strategies_of(option)]
    inside = [ground.logic.both([one.population.yes, ground.logic.negated(one.stopped)]) for one in judged]
    document = ground.witness(ground.logic.either(inside)) or ground.witness(ground.logic.true) or {}
    found = reference_status(dated, draw_facts(described(document)), option)
    says = f"its data allow the status {status}, which no woman has on any date"
    return Counterexample(option.option, dated.as_of, says, (document,), f"her status is {found}", found != status)


def _reason(ground: Ground, allowing: _Allowing, option: Option, status: Status) -> str:
    """Say which part of each row of a status no data of the option ever meet."""
    own = {one.id for one in option.strategies}
    judged = [one for key, one in allowing.kept.strategies.items() if key[0] in own]
    reasons = []
    for row in ground.book.policy.status.rows:
        if row.status == status:
            parts = row.when.parts if isinstance(row.when, All) else (row.when,)
            missing = [
                part
                for part in parts
                if not any(
                    allowing.can(ground.logic.simple(Translator(ground.logic, one.known, {}).pair(part).yes))
                    for one in judged
                )
            ]
            said = " and ".join(in_english(part, STATUS_FACTS, {}) for part in missing)
            reasons.append(f"row '{row.id}' needs {said or 'what no date has together'}")
    return "; ".join(reasons) or "the table has no such row"


def _dead_rows(ground: Ground, reach: _Reach) -> Iterator[Counterexample | str]:
    """Tell the rows that nothing can ever meet, or that nobody meets though data allow it, from those without data."""
    logic = ground.logic
    known: dict[str, KnownFact] = {name: logic.fact(fact, f"status {name}") for name, fact in STATUS_FACTS.items()}
    search = Search(logic, [logic.possible(fact, known[name]) for name, fact in STATUS_FACTS.items()])
    exact = [logic.negated(one.spread) for one in known.values() if isinstance(one, Number)]
    given = [one.given for one in known.values()]
    for row in ground.book.policy.status.rows:
        ground.asked_beside += 1
        if row.id in reach.rows_reached:
            continue
        if search.find(*given, *exact, Translator(logic, known, {}).pair(row.when).yes) is None:
            says = "nothing that the table looks at can ever meet this row"
            yield _nearest(ground, ground.dates[0], row, says)
        elif row.id in reach.rows_allowed:
            dated, strategy, _ = reach.rows_allowed[row.id]
            yield _nearest(ground, dated, row, f"the data of {strategy.id} allow this row, and no woman meets it")
        else:
            yield f"row '{row.id}' of the status table applies to nobody on any date: no evidence or society meets it"


def _nearest(ground: Ground, dated: Dated, row: StatusRow, says: str) -> Counterexample:
    """Show a row that nobody meets, with a woman and the row that applies to her instead."""
    strategy, option = next(iter(dated.strategies))
    document = ground.witness(dated.judgement(strategy, option).population.yes) or {}
    facts: Facts = draw_facts(described(document))
    judged = dated.judged(facts, strategy, option)
    found = judged if isinstance(judged, str) else f"row '{judged.row.id}' applies to her for {strategy.id}"
    return Counterexample(row.id, dated.as_of, says, (document,), found, not has_row(judged, row.id))
