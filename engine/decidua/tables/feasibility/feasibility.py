"""How many women of a table each study's eligibility would take, refuse, or cannot tell, criterion by criterion.

A woman's verdict is that of the one-woman judgement: what findings cannot express is unknown, so an eligibility with a
criterion that stays as text can refuse a woman, and never certainly takes her.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from decidua.assessment.loading import load_rulebook
from decidua.assessment.words import cite
from decidua.condition.syntax import All, Condition, Untold, rules_in
from decidua.condition.written import written
from decidua.engines.frame import FramePlan, Term
from decidua.errors import DeciduaError, Fault
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import DatedRulebook, Rulebook
from decidua.tables.cells.columns import Cells, find_sources
from decidua.tables.cells.mapping import ColumnMapping, read_mapping
from decidua.tables.cells.names import PREFIX, nearly_named
from decidua.tables.cohort import BATCH, as_polars
from decidua.tables.feasibility.asked import Question, StudyAsked, ask_for
from decidua.tables.feasibility.criteria import Criterion
from decidua.tables.feasibility.result import (
    CriterionCount,
    Difference,
    EligibilityCount,
    FeasibilityReport,
    Hidden,
    Move,
    StudyFeasibility,
)
from decidua.tables.files.files import TableWriter, open_table, refuse_itself
from decidua.tables.hiding import Hiding
from decidua.tables.judging import faults_as_error
from decidua.tables.long.histories import LongTables
from decidua.tables.long.long import Beside
from decidua.tables.result import ColumnFault, Counted
from decidua.tables.run import Progress, read_beside
from decidua.truth import NO, UNKNOWN, YES, Verdict
from decidua.version import __version__

__all__ = ["FeasibilityJudge", "count_any", "count_file"]

TRUTHS: dict[Verdict, bool | None] = {YES: True, NO: False, UNKNOWN: None}
VERDICTS = {truth: verdict for verdict, truth in TRUTHS.items()}


class FeasibilityJudge:
    """Counts the women of tables that have the same columns by the eligibility of studies, batch after batch.

    Args:
        question: The studies.
        columns: Names of the columns, in order.
        schema: Their types.
        mapping: How the table is read.
        beside: Long tables of pregnancies or transfers from which facts are drawn too.

    Raises:
        DeciduaError: The columns cannot be read, with every fault.
    """

    def __init__(
        self,
        question: Question,
        columns: Sequence[str],
        schema: Mapping[str, pl.DataType],
        mapping: ColumnMapping,
        beside: LongTables | None = None,
    ) -> None:
        self.beside = beside
        self.view, self.asked = question.view, question.studies
        self.columns = tuple(columns)
        self.sources = find_sources(columns, mapping, beside)
        self.cells = Cells(self.sources, schema, mapping, beside)
        conditions = {key: one for study in self.asked for key, one in _conditions(study)}
        self._plan = FramePlan(conditions | _rules_behind(self.view, conditions.values()), self.cells.facts)
        self._terms = {key: self._plan.verdict(key) for key in conditions}
        self._counts = dict.fromkeys(self._terms, Counted(0, 0, 0))
        roots = {key: one for key, one in conditions.items() if key.endswith(" whole")}
        self._hiding = Hiding(self._plan, roots)
        self._hidden: dict[str, dict[str, int]] = {key: {} for key in roots}
        self._moves: dict[str, dict[tuple[Verdict, Verdict], int]] = {
            one.study.id: {} for one in self.asked if one.changed is not None
        }
        self._appended = {name: self._terms[key] for one in self.asked for name, key in _appended(one)}

    @property
    def women(self) -> int:
        """Rows counted so far."""
        return self.cells.rows

    @property
    def faults(self) -> tuple[ColumnFault, ...]:
        """Cells that could not be used so far, and women whose rows in a long table cannot be told."""
        return (*(() if self.beside is None else self.beside.faults), *self.cells.faults)

    @property
    def every_fault(self) -> tuple[ColumnFault, ...]:
        """The same with those of the long tables, which are named."""
        return (*self.faults, *(() if self.beside is None else self.beside.named_faults))

    def count(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Count the women of a batch, and return their verdicts by each eligibility, in their order."""
        facts = self.cells.typed(batch)
        judged: pl.DataFrame = self._plan.judge(nw.from_native(facts.lazy())).to_native().collect()
        self._add(judged)
        for key, hidden in self._hiding.count(judged).items():
            for fact, women in hidden.items():
                self._hidden[key][fact] = self._hidden[key].get(fact, 0) + women
        for id_, moves in self._moves.items():
            for verdicts, women in _pairs(judged, *(self._terms[f"{id_} {which} rest"] for which in VERSIONS)):
                moves[verdicts] = moves.get(verdicts, 0) + women
        columns = [_column(term).alias(name) for name, term in self._appended.items()]
        return judged.with_columns(columns).select(list(self._appended))

    def _add(self, judged: pl.DataFrame) -> None:
        names = list(dict.fromkeys(term for term in self._terms.values() if not isinstance(term, Verdict)))
        sums = [pl.col(name).sum().alias(f"{name} yes") for name in names]
        sums += [(~pl.col(name)).sum().alias(f"{name} no") for name in names]
        found = judged.select(sums).row(0, named=True) if names else {}
        women = judged.height
        for key, term in self._terms.items():
            if isinstance(term, Verdict):
                met, not_met, unknown = (women if term is one else 0 for one in (YES, NO, UNKNOWN))
            else:
                met, not_met = found[f"{term} yes"], found[f"{term} no"]
                unknown = women - met - not_met
            before = self._counts[key]
            self._counts[key] = Counted(before.met + met, before.not_met + not_met, before.unknown + unknown)

    def report(self) -> FeasibilityReport:
        """Return what is said of all women counted so far."""
        view = self.view
        read = {source.column for source in self.sources}
        empty = set(self.cells.empty)
        return FeasibilityReport(
            decidua=__version__,
            as_of=view.day,
            rulebook=view.book.manifest.version,
            rulebook_sha256=view.book.sha256,
            overlays=view.book.overlays,
            women=self.women,
            read=tuple((source.column, source.name) for source in self.sources),
            not_read=tuple(column for column in self.columns if column not in read),
            nearly=nearly_named(column for column in self.columns if column not in read),
            empty=tuple(column for column in self.columns if column in empty),
            faults=self.faults,
            long=() if self.beside is None else tuple(one.report for one in self.beside.tables.values()),
            studies=tuple(self._study(one) for one in self.asked),
            notice=view.book.manifest.notice,
        )

    def _study(self, asked: StudyAsked) -> StudyFeasibility:
        study, book = asked.study, self.view.book
        own = self._eligibility(study.id, "own", asked.own)
        changed = None if asked.changed is None else self._eligibility(study.id, "changed", asked.changed)
        moves = self._moves.get(study.id, {})
        return StudyFeasibility(
            study=study.id,
            title=study.citation.title,
            citation=cite(study.citation, study.id, study.published),
            topic=book.topics.get(study.id, ""),
            published=study.published,
            integrity=study.integrity.status,
            second_filing_of=study.same_as,
            overlay=book.overlay_of("study", study.id),
            logistics=study.logistics,
            own=own,
            changes=asked.changes,
            changed=changed,
            difference=None if changed is None else _difference(own.counted, changed.counted),
            difference_on_expressible=(
                None if changed is None else _difference(own.on_expressible, changed.on_expressible)
            ),
            moves=tuple(
                Move(*pair, moves[pair]) for pair in ((a, b) for a in Verdict for b in Verdict) if pair in moves
            ),
        )

    def _eligibility(self, id_: str, which: str, criteria: Sequence[Criterion]) -> EligibilityCount:
        key = f"{id_} {which}"
        hidden = self._hidden[f"{key} whole"]
        return EligibilityCount(
            counted=self._counts[f"{key} whole"],
            text_criteria=tuple(one.number for one in criteria if one.in_text == "wholly"),
            on_expressible=self._counts[f"{key} rest"],
            criteria=tuple(self._criterion(key, one) for one in criteria),
            hidden_by=tuple(
                Hidden(fact, vocabulary()[fact].label, hidden[fact], fact in self.cells.facts)
                for fact in sorted(hidden, key=lambda fact: (-hidden[fact], fact))
                if hidden[fact]
            ),
        )

    def _criterion(self, key: str, one: Criterion) -> CriterionCount:
        return CriterionCount(
            number=one.number,
            kind=one.kind,
            origin=one.origin,
            says=one.says(self.view.book.titles),
            condition=written(one.condition),
            in_text=one.in_text,
            points=one.points,
            counted=self._counts[f"{key} {one.number} alone"],
            so_far=self._counts.get(f"{key} {one.number} so far"),
        )


VERSIONS = ("own", "changed")


def _conditions(asked: StudyAsked) -> Iterable[tuple[str, Condition]]:
    """Yield every condition by which women are counted, under the key of its count."""
    id_ = asked.study.id
    for which, criteria in zip(VERSIONS, (asked.own, asked.changed), strict=True):
        if criteria is None:
            continue
        key = f"{id_} {which}"
        yield f"{key} whole", All(tuple(one.condition for one in criteria))
        so_far: list[Condition] = []
        for one in criteria:
            yield f"{key} {one.number} alone", one.condition
            if one.in_text != "wholly":
                so_far.append(one.condition)
                yield f"{key} {one.number} so far", All(tuple(so_far))
        yield f"{key} rest", All(tuple(so_far))


def _rules_behind(view: DatedRulebook, conditions: Iterable[Condition]) -> dict[str, Condition]:
    """Return the rules that some conditions refer to, through others too; one that does not hold then is unknown."""
    found: dict[str, Condition] = {}
    waiting = [id_ for one in conditions for id_ in sorted(rules_in(one))]
    while waiting:
        id_ = waiting.pop()
        if id_ in found:
            continue
        rule = view.rules.get(id_)
        found[id_] = Untold("a rule that does not hold on the date", "unread") if rule is None else rule.condition
        waiting.extend(sorted(rules_in(found[id_])))
    return found


def _appended(asked: StudyAsked) -> Iterable[tuple[str, str]]:
    """Yield the names of the columns with verdicts, and the key of each."""
    id_ = asked.study.id
    name = f"{PREFIX}eligible_{id_.replace('-', '_')}"
    for which, criteria in zip(VERSIONS, (asked.own, asked.changed), strict=True):
        if criteria is not None:
            said = name if which == "own" else f"{name}_as_changed"
            yield said, f"{id_} {which} whole"
            if any(one.in_text == "wholly" for one in criteria):
                yield f"{said}_but_for_text", f"{id_} {which} rest"


def _column(term: Term) -> pl.Expr:
    return pl.lit(TRUTHS[term], pl.Boolean) if isinstance(term, Verdict) else pl.col(term)


def _pairs(judged: pl.DataFrame, own: Term, changed: Term) -> Iterable[tuple[tuple[Verdict, Verdict], int]]:
    """Yield how many women have each pair of verdicts."""
    both = judged.with_columns(_column(own).alias("own"), _column(changed).alias("changed"))
    for before, after, women in both.group_by("own", "changed").len().rows():
        yield (VERDICTS[before], VERDICTS[after]), women


def _difference(own: Counted, changed: Counted) -> Difference:
    return Difference(changed.met - own.met, changed.not_met - own.not_met, changed.unknown - own.unknown)


def count_any(
    table: Any,
    studies: Sequence[str],
    changes: Sequence[str],
    *,
    mapping: Mapping[str, Any] | ColumnMapping | str | Path | None = None,
    as_of: str | datetime.date | None = None,
    rulebook: Rulebook | None = None,
    strict: bool = False,
) -> FeasibilityReport:
    """Count the women of a table of any kind, as ``decidua.feasibility`` says."""
    view = (rulebook if rulebook is not None else load_rulebook()).at(as_of)
    question, read = ask_for(view, studies, changes), read_mapping(mapping)
    if isinstance(table, str | Path):
        return count_file(question, Path(table), read, strict=strict)
    frame = table.collect() if isinstance(table, pl.LazyFrame) else as_polars(table, "the table", read.decimal)
    if frame.height == 0:
        raise DeciduaError("the table has no rows, so there is nobody to judge")
    judge = FeasibilityJudge(question, frame.columns, frame.schema, read)
    for at in range(0, frame.height, BATCH):
        judge.count(frame.slice(at, BATCH))
    if strict and judge.faults:
        raise faults_as_error(judge.faults)
    return judge.report()


def count_file(  # noqa: PLR0913 - each is an option of the command
    question: Question,
    table: Path,
    mapping: ColumnMapping,
    *,
    beside: Beside | None = None,
    out: Path | None = None,
    strict: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> FeasibilityReport:
    """Count the women of a table in a file, batch by batch.

    Args:
        question: The studies.
        table: A CSV, Parquet or Arrow file, or a folder of Parquet parts.
        mapping: How the tables are read.
        beside: Long tables of pregnancies or transfers, one row each.
        out: A file to write, with each woman's verdict by each eligibility; None writes none.
        strict: Refuse a table with cells that cannot be used.
        overwrite: Whether ``out`` may replace a file that exists.
        progress: Told after each batch how many women were counted, and of how many where that is known.

    Raises:
        DeciduaError: The table cannot be read or the file not written; nothing is left behind then.
    """
    for read in (table, *(beside.tables.values() if beside is not None else ())):
        if out is not None:
            refuse_itself(read, out)
    source = open_table(table, mapping)
    long = read_beside(table, beside, mapping, progress)
    judge = FeasibilityJudge(question, source.columns, source.schema, mapping, long)
    with nullcontext() if out is None else TableWriter(out, overwrite=overwrite) as writer:
        for batch in source.batches(BATCH):
            verdicts = judge.count(batch)
            if writer is not None:
                writer.write(batch.hstack(verdicts))
            if progress is not None:
                progress(judge.women, source.rows)
        if judge.women == 0:
            raise DeciduaError(Fault("has no rows, so there is nobody to judge", file=str(table)))
        if strict and judge.every_fault:
            raise faults_as_error(judge.every_fault)
        if writer is not None:
            writer.finish()
    return judge.report()
