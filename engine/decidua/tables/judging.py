"""Judges a table of women batch by batch, with the columns that are appended and the counts over the whole table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import add

import narwhals as nw
import polars as pl

from decidua.condition.english import in_english
from decidua.condition.syntax import All, AnyOf, Condition, Not, Rule, facts_in
from decidua.engines.frame import FactColumns, FramePlan, Term
from decidua.errors import DeciduaError, Fault
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Strategy
from decidua.tables.cells.columns import Cells, find_sources
from decidua.tables.cells.mapping import ColumnMapping
from decidua.tables.cells.names import PREFIX, nearly_named
from decidua.tables.hiding import Hiding
from decidua.tables.long.histories import LongTables
from decidua.tables.query import BatchQuery
from decidua.tables.result import Attrition, CohortReport, ColumnFault, Counted, StatusCount, Step, StrategyAttrition
from decidua.tables.statuses import OptionJudge, spread_over
from decidua.truth import NO, UNKNOWN, YES, Verdict
from decidua.version import __version__

__all__ = ["TableJudge", "faults_as_error"]

MOST_IN_A_BYTE = 255
COUNTED_AS_MISSING = ("definition", "panel", "cause", "strategy", "finding")
"""Kinds of rule whose findings are counted as missing; what only a study's criteria or a document ask for is not."""


class TableJudge:
    """Judges the women of tables that have the same columns, one batch after the other.

    Args:
        view: The rules.
        columns: Names of the columns, in order.
        schema: Their types.
        mapping: How the table is read.
        beside: Long tables of pregnancies or transfers from which facts are drawn too.

    Raises:
        DeciduaError: The columns cannot be read, with every fault.
    """

    def __init__(
        self,
        view: DatedRulebook,
        columns: Sequence[str],
        schema: Mapping[str, pl.DataType],
        mapping: ColumnMapping,
        beside: LongTables | None = None,
    ) -> None:
        self.view = view
        self.columns = tuple(columns)
        self.beside = beside
        self.sources = find_sources(columns, mapping, beside)
        self.cells = Cells(self.sources, schema, mapping, beside)
        self.plan = FramePlan({rule.id: rule.condition for rule in view.rules.values()}, self.cells.facts)
        self._appended = {f"{PREFIX}definition_{_snake(one.id)}": self.plan.verdict(one.id) for one in view.definitions}
        self._appended |= {f"{PREFIX}unexplained_{_snake(one.id)}": self.plan.verdict(one.id) for one in view.panels}
        self._panel_tests = {
            f"{PREFIX}open_tests_{_snake(panel.id)}": [
                self.plan.term(item.normal if item.needed is None else AnyOf((Not(item.needed), item.normal)))
                for item in panel.items
            ]
            for panel in view.panels
        }
        self._options = [OptionJudge(view, option, self.plan) for option in view.book.options]
        self._populations: dict[str, Condition] = {
            option.option: AnyOf(tuple(Rule(one.id) for one in view.strategies_of(option)))
            for option in view.book.options
        }
        self._steps = {
            strategy.id: _steps(strategy) for option in view.book.options for strategy in view.strategies_of(option)
        }
        self._counted_terms = self._terms_to_count()
        self._hiding = Hiding(self.plan, self._populations)
        self._query = BatchQuery(self._judged)
        self._counts = dict.fromkeys(self._counted_terms, (0, 0, 0))
        self._hidden: dict[str, dict[str, int]] = {key: {} for key in self._populations}
        self._statuses: dict[str, dict[str, int]] = {key: {} for key in self._populations}
        self._facts_asked = {
            fact for rule in view.rules.values() if rule.kind in COUNTED_AS_MISSING for fact in facts_in(rule.condition)
        }

    @property
    def appended(self) -> dict[str, pl.DataType]:
        """The columns that are appended, with their types."""
        types: dict[str, pl.DataType] = {name: pl.Boolean() for name in self._appended}
        types |= {name: pl.Int64() for name in self._panel_tests}
        for option in self._options:
            for what in ("status", "could_be", "certainty"):
                types[f"{PREFIX}{what}_{option.option.option}"] = pl.String()
        types[f"{PREFIX}missing"] = pl.Int64()
        return types

    @property
    def women(self) -> int:
        """Rows judged so far."""
        return self.cells.rows

    @property
    def faults(self) -> tuple[ColumnFault, ...]:
        """Cells that could not be used so far, and women whose rows in a long table cannot be told."""
        return (*(() if self.beside is None else self.beside.faults), *self.cells.faults)

    @property
    def every_fault(self) -> tuple[ColumnFault, ...]:
        """The same with those of the long tables, which are named."""
        return (*self.faults, *(() if self.beside is None else self.beside.named_faults))

    def judge(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return the appended columns for the women of a batch, in their order."""
        facts = self.cells.typed(batch)
        judged = self.verdicts(facts)
        columns = [_verdict(term).alias(name) for name, term in self._appended.items()]
        columns += [_unknowns(terms).alias(name) for name, terms in self._panel_tests.items()]
        columns.append(self._missing().alias(f"{PREFIX}missing"))
        said = judged.with_columns(columns).select([*self._appended, *self._panel_tests, f"{PREFIX}missing"])
        said = said.hstack(self.statuses(judged))
        self.count(judged)
        return said.select(list(self.appended))

    def verdicts(self, facts: pl.DataFrame) -> pl.DataFrame:
        """Return the typed facts of a batch with the columns of all verdicts added; ``plan`` says where each stands."""
        return self._query.run(facts)

    def statuses(self, judged: pl.DataFrame) -> list[pl.Series]:
        """Return the columns that say how each option stands, for women with all verdicts, and count them."""
        columns = []
        for option in self._options:
            key = option.option.option
            answers = option.judge(judged)
            self._count_statuses(key, answers["status"])
            columns += [answers[what].alias(f"{PREFIX}{what}_{key}") for what in answers.columns]
        return columns

    def _judged(self, facts: pl.LazyFrame) -> pl.LazyFrame:
        judged: pl.LazyFrame = self.plan.judge(nw.from_native(facts)).to_native()
        return judged

    def _missing(self) -> pl.Expr:
        absent = sum(fact not in self.cells.facts for fact in self._facts_asked)
        unknown = [
            _nothing_known(self.cells.facts[fact]) for fact in sorted(self._facts_asked) if fact in self.cells.facts
        ]
        return _how_many(unknown) + absent

    def _terms_to_count(self) -> dict[str, Term]:
        terms = {rule.id: self.plan.verdict(rule.id) for rule in (*self.view.definitions, *self.view.panels)}
        for key, condition in self._populations.items():
            terms[f"option {key}"] = self.plan.term(condition)
        for id_, steps in self._steps.items():
            terms[f"strategy {id_}"] = self.plan.verdict(id_)
            for at in range(len(steps)):
                terms[f"step {id_} {at}"] = self.plan.term(All(steps[: at + 1]))
        return terms

    def count(self, judged: pl.DataFrame) -> None:
        """Count who met what, and which findings hide it, among women with all verdicts."""
        women = judged.height
        names = list(dict.fromkeys(term for term in self._counted_terms.values() if not isinstance(term, Verdict)))
        yes, unknown = (
            dict(zip(names, judged.select(counted).row(0), strict=True)) if names else {}
            for counted in ([pl.col(name).sum() for name in names], [pl.col(name).null_count() for name in names])
        )
        for key, term in self._counted_terms.items():
            if isinstance(term, Verdict):
                more = tuple(women if term is one else 0 for one in (YES, NO, UNKNOWN))
            else:
                more = (yes[term], women - yes[term] - unknown[term], unknown[term])
            met, not_met, open_ = (a + b for a, b in zip(self._counts[key], more, strict=True))
            self._counts[key] = met, not_met, open_
        for key, facts in self._hiding.count(judged).items():
            for fact, hidden in facts.items():
                self._hidden[key][fact] = self._hidden[key].get(fact, 0) + hidden

    def _count_statuses(self, key: str, statuses: pl.Series) -> None:
        counts = self._statuses[key]
        for status, women in statuses.value_counts().rows():
            counts[status] = counts.get(status, 0) + women

    def report(self) -> CohortReport:
        """Return what is said of all women judged so far."""
        view = self.view
        read = {source.column for source in self.sources}
        empty = set(self.cells.empty)
        return CohortReport(
            decidua=__version__,
            as_of=view.day,
            rulebook=view.book.manifest.version,
            rulebook_sha256=view.book.sha256,
            women=self.women,
            read=tuple((source.column, source.name) for source in self.sources),
            not_read=tuple(column for column in self.columns if column not in read),
            nearly=nearly_named(column for column in self.columns if column not in read),
            empty=tuple(column for column in self.columns if column in empty),
            faults=self.faults,
            definitions=tuple((one.id, one.title, self._counted(one.id)) for one in view.definitions),
            unexplained=tuple((one.id, one.title, self._counted(one.id)) for one in view.panels),
            options=tuple(self._attrition(option) for option in self._options),
            combinations=sum(option.worked_out for option in self._options),
            count_combinations=self.cells.worked_out,
            spread=spread_over(self.cells.worked_out, self.women)
            or any(option.spread(self.women) for option in self._options),
            notice=view.book.manifest.notice,
            long=() if self.beside is None else tuple(one.report for one in self.beside.tables.values()),
            overlays=view.book.overlays,
        )

    def _counted(self, key: str) -> Counted:
        return Counted(*self._counts[key])

    def _attrition(self, judge: OptionJudge) -> Attrition:
        option = judge.option
        hidden = self._hidden[option.option]
        hides = min(hidden, key=lambda fact: (-hidden[fact], fact), default=None)
        if hides is not None and not hidden[hides]:
            hides = None
        statuses = self._statuses[option.option]
        return Attrition(
            option=option.option,
            name=option.name,
            counted=self._counted(f"option {option.option}"),
            hides=hides,
            hides_label=None if hides is None else vocabulary()[hides].label,
            hides_women=0 if hides is None else hidden[hides],
            hides_in_table=None if hides is None else hides in self.cells.facts,
            statuses=tuple(
                StatusCount(status, statuses[status])
                for status in self.view.book.policy.rank.statuses
                if status in statuses
            ),
            strategies=tuple(self._strategy(one) for one in self.view.strategies_of(option)),
        )

    def _strategy(self, strategy: Strategy) -> StrategyAttrition:
        titles = self.view.book.titles
        steps = tuple(
            Step(in_english(part, vocabulary(), titles), self._counted(f"step {strategy.id} {at}"))
            for at, part in enumerate(self._steps[strategy.id])
        )
        return StrategyAttrition(strategy.id, strategy.title, self._counted(f"strategy {strategy.id}"), steps)


def faults_as_error(faults: Sequence[ColumnFault]) -> DeciduaError:
    """Return the error that refuses a table with cells that cannot be used."""
    return DeciduaError([Fault(said, field=fault.column) for fault, said in zip(faults, _said(faults), strict=True)])


def _said(faults: Sequence[ColumnFault]) -> Iterator[str]:
    for fault in faults:
        rows = ", ".join(str(row) for row in fault.first)
        more = ", ..." if fault.rows > len(fault.first) else ""
        cells = "1 cell" if fault.rows == 1 else f"{fault.rows} cells"
        yield f"{cells} cannot be used ({fault.problem.replace('_', ' ')}; rows {rows}{more}); it takes {fault.allowed}"


def _snake(id_: str) -> str:
    return id_.replace("-", "_").removeprefix("panel_")


def _steps(strategy: Strategy) -> tuple[Condition, ...]:
    return strategy.when.parts if isinstance(strategy.when, All) else (strategy.when,)


def _verdict(term: Term) -> pl.Expr:
    if isinstance(term, Verdict):
        return pl.lit({YES: True, NO: False, UNKNOWN: None}[term], pl.Boolean)
    return pl.col(term)


def _unknowns(terms: Sequence[Term]) -> pl.Expr:
    """Count the verdicts that are unknown."""
    fixed = sum(term is UNKNOWN for term in terms)
    return _how_many([pl.col(term).is_null() for term in terms if not isinstance(term, Verdict)]) + fixed


def _how_many(truths: Sequence[pl.Expr]) -> pl.Expr:
    """Count what is true, as a sum of few bytes at a time: none of them can be more than a byte holds."""
    some = [truths[at : at + MOST_IN_A_BYTE] for at in range(0, len(truths), MOST_IN_A_BYTE)]
    sums = [reduce(add, [truth.cast(pl.UInt8) for truth in part]).cast(pl.Int64) for part in some]
    return reduce(add, sums, pl.lit(0, pl.Int64))


def _nothing_known(fact: FactColumns) -> pl.Expr:
    """Say where neither the value nor a limit of a fact is known."""
    if fact.low is None:
        return pl.col(fact.value).is_null()
    return pl.col(fact.low).is_null()
