"""Checks what can be read of a rulebook of which a file cannot: its faults are told together with those of reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from decidua.condition.syntax import Condition
from decidua.errors import Fault
from decidua.evidence.models import Position, Record, Study
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import panel_condition
from decidua.rulebook.checking import condition_findings
from decidua.rulebook.models import Cause, CautionFinding, Definition, Panel, Strategy, Subset
from decidua.rulebook.policy import (
    CERTAINTY_FACTS,
    POOLING_FACTS,
    STATUS_FACTS,
    CertaintyPolicy,
    PoolingPolicy,
    StatusPolicy,
)

__all__ = ["check_fragments"]

NO_SUCH_RULE = "R302"
"""Told only of a whole rulebook: the rule may stand in the file that could not be read."""


def check_fragments(records: Iterable[Record], places: Mapping[str, tuple[str, int | None]]) -> list[Fault]:
    """Return what is wrong with the facts that the conditions of some records ask for.

    Args:
        records: Definitions, panels, causes, subsets, strategies, caution findings, positions, studies and policies.
        places: File and line of each record, by ``id:`` or ``key:`` and its name.
    """
    faults: list[Fault] = []
    for record in records:
        for key, condition, facts, known_allowed in _conditions_of(record):
            file, line = places.get(key, ("", None))
            for code, message in condition_findings(condition, facts, [], known_allowed=known_allowed):
                if code != NO_SUCH_RULE:
                    faults.append(Fault(message, file=file, line=line, field=key.partition(":")[2], code=code))
    return faults


def _conditions_of(record: Record) -> Iterator[tuple[str, Condition, Mapping[str, Fact], bool]]:
    """Yield each condition with the key of its place, the facts it is over, and whether ``known`` may stand in it."""
    if isinstance(record, Definition | Cause | Subset | Strategy | Position):
        yield f"id:{record.id}", record.when, vocabulary(), False
    elif isinstance(record, Panel):
        yield f"id:{record.id}", panel_condition(record), vocabulary(), True
    elif isinstance(record, CautionFinding):
        yield f"key:{record.key}", record.when, vocabulary(), False
    elif isinstance(record, Study):
        if record.eligibility is not None:
            yield f"id:{record.id}", record.eligibility, vocabulary(), False
    elif isinstance(record, StatusPolicy):
        for row in record.rows:
            yield f"id:{row.id}", row.when, STATUS_FACTS, True
    elif isinstance(record, CertaintyPolicy):
        for rule in record.rules:
            yield f"id:{rule.id}", rule.when, CERTAINTY_FACTS, True
    elif isinstance(record, PoolingPolicy):
        for out in (*record.never, *record.second_line, *record.alone):
            yield f"id:{out.id}", out.when, POOLING_FACTS, True
