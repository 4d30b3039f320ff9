"""The rules as rows of a decision table, in the fields of the WHO's SMART guidelines (Digital Adaptation Kits).

Decision ID, business rule, trigger, inputs, output, action, annotations and references are the columns of a decision
table there. Nothing in them is new: each says in words what the rule says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from decidua.assessment.words import cite
from decidua.authoring.sources import citations, cited
from decidua.condition.english import in_english
from decidua.condition.syntax import Condition, facts_in, rules_in
from decidua.evidence.models import Study
from decidua.frozen import Frozen
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import AGGREGATES, Rulebook, panel_condition
from decidua.rulebook.models import Cause, CautionFinding, Definition, Panel, Strategy, Subset
from decidua.rulebook.policy import CERTAINTY_FACTS, POOLING_FACTS, STATUS_FACTS

__all__ = ["COLUMNS", "DecisionRow", "aggregate_row", "decision_rows", "policy_rows", "row_of"]

COLUMNS: Mapping[str, str] = {
    "decision_id": "Decision ID",
    "business_rule": "Business rule",
    "trigger": "Trigger",
    "inputs": "Inputs",
    "output": "Output",
    "action": "Action",
    "annotations": "Annotations",
    "references": "References",
}
"""Column of a decision table for each field."""

OF_WOMEN = ("definition", "panel", "cause", "subset", "strategy", "finding", "position", "study")
"""Kinds of rule whose condition is about a woman, as ``decidua rules list`` names them."""

VERDICT = "yes, no or unknown; unknown is never read as no"
ASSESSED = "A woman's profile is assessed"


class DecisionRow(Frozen):
    """One rule as a row of a decision table."""

    decision_id: str
    business_rule: str
    trigger: str
    inputs: str
    output: str
    action: str
    annotations: str
    references: str

    def as_dict(self) -> dict[str, str]:
        """Return its fields by the name of their column."""
        return {COLUMNS[name]: value for name, value in asdict(self).items()}


def decision_rows(book: Rulebook) -> Iterator[DecisionRow]:
    """Yield every rule: those of women, of documents and studies, those that follow from others, and of policies."""
    rules: list[tuple[str, Any]] = [
        *(("definition", one) for one in book.definitions),
        *(("panel", one) for one in book.panels),
        *(("cause", one) for one in book.causes),
        *(("subset", one) for one in book.subsets),
        *(("strategy", one) for one in book.strategies),
        *(("finding", one) for one in book.findings),
        *(("position", one) for one in book.positions),
        *(("study", one) for one in book.studies),
    ]
    for kind, record in rules:
        row = row_of(book, kind, record)
        if row is not None:
            yield row
    for id_ in AGGREGATES:
        yield aggregate_row(book, id_)
    yield from policy_rows(book)


def aggregate_row(book: Rulebook, id_: str) -> DecisionRow:
    """Return a rule that follows from definitions or panels as a row of a decision table."""
    return DecisionRow(
        f"aggregate.{id_}",
        AGGREGATES[id_].capitalize(),
        ASSESSED,
        _inputs(book, book.at().rules[id_].condition, vocabulary()),
        f"Whether any of them holds: {VERDICT}",
        "Other rules may refer to it",
        "Which definitions and panels are in force depends on the date.",
        "those of the definitions and panels named",
    )


def row_of(book: Rulebook, kind: str, record: Any) -> DecisionRow | None:
    """Return a rule as a row of a decision table, or None where it is no rule with a condition.

    Args:
        book: The rulebook.
        kind: Kind of the record, as ``decidua rules list`` names it; a rule of a policy as ``certainty_rule``, say.
        record: The record.
    """
    if kind.endswith("_rule"):
        wanted = f"{kind.removesuffix('_rule')}.{record.id}"
        return next((row for row in policy_rows(book) if row.decision_id == wanted), None)
    condition: Condition | None = (
        panel_condition(record)
        if isinstance(record, Panel)
        else record.eligibility
        if isinstance(record, Study)
        else getattr(record, "when", None)
    )
    if condition is None or kind not in OF_WOMEN:
        return None
    id_ = getattr(record, "id", None) or record.key
    title, output, action = _told(book, record)
    return DecisionRow(
        f"{kind}.{id_}",
        title,
        ASSESSED,
        _inputs(book, condition, vocabulary()),
        output,
        action,
        _annotations(record),
        "; ".join(citations(book, record)),
    )


def _told(book: Rulebook, record: Any) -> tuple[str, str, str]:
    """Return the name, the output and the action of a rule."""
    if isinstance(record, Definition):
        return record.title, f"Whether the definition of {record.society} holds: {VERDICT}", "Show it beside the others"
    if isinstance(record, Panel):
        says = f"Whether it counts as unexplained by {record.society}: {VERDICT}"
        return record.title, says, "Name what is missing or abnormal"
    if isinstance(record, Cause):
        care = " ".join(one.says for one in record.usual_care) or "None on record"
        what = "explains the case" if record.explains else "bears on the case and does not explain it"
        return record.title, f"Whether a cause is present that {what}: {VERDICT}", f"Say what is usual: {care}"
    if isinstance(record, Subset):
        return record.title, f"Whether she is in the group: {VERDICT}", "Name the group; other rules may refer to it"
    if isinstance(record, Strategy):
        option = book.option_name[record.id]
        action = (
            f"Judge {option} by the status table and show it with its evidence and cautions; {record.dose}; "
            f"{record.timing}; nothing is ordered"
        )
        return record.title, f"Whether she belongs to the women it is for: {VERDICT}", action
    if isinstance(record, Study):
        says = "Whether she would have been in the study, on the criteria read: yes, no or unknown"
        action = "Show her standing beside the study; a no counts as indirectness in the certainty of its evidence"
        return cite(record.citation, record.id, record.published), says, action
    if isinstance(record, CautionFinding):
        return record.label, f"Whether it is present: {VERDICT}", _held_against(book, record.key)
    stance = record.position.replace("_", " ")
    action = f"Show it with its document; {stance} ({record.strength.replace('_', ' ')}): {record.in_brief}"
    return record.population, f"Whether the position is about her: {VERDICT}", action


def _held_against(book: Rulebook, key: str) -> str:
    """Say what a finding is held against, and how."""
    lines = [
        f"{drug.key}: {caution.level.replace('_', ' ')}"
        for drug in book.drugs
        for caution in drug.cautions
        if caution.finding == key
    ]
    lines += [
        f"{drug.key}: check before a start"
        for drug in book.drugs
        for check in drug.screening or ()
        if check.finding == key
    ]
    lines += [f"{one.id}: rules this way out" for one in book.strategies if key in one.stops]
    return "; ".join(dict.fromkeys(lines)) or "None on record"


def _inputs(book: Rulebook, condition: Condition, facts: Mapping[str, Fact]) -> str:
    """Say the condition, then each finding and rule that it looks at."""
    data = [_fact(facts[name]) for name in sorted(facts_in(condition)) if name in facts]
    data += [f"{id_} (another rule)" for id_ in sorted(rules_in(condition))]
    listed = f" [data: {'; '.join(data)}]" if data else ""
    return f"{in_english(condition, facts, book.titles)}{listed}"


def _fact(fact: Fact) -> str:
    kind = {"yes_no": "yes or no", "choice": "one of " + ", ".join(fact.choices)}.get(fact.kind, fact.kind)
    return f"{fact.label}, {fact.name} ({kind}{f', {fact.unit}' if fact.unit else ''})"


def _annotations(record: Any) -> str:
    parts = [getattr(record, "says", ""), *getattr(record, "notes", ())]
    valid = getattr(record, "valid", None)
    if valid is not None:
        since = valid.since or "a date that was not read"
        parts.append(f"In force from {since}{f' until {valid.until}' if valid.until else ''}.")
    return " ".join(part for part in parts if part)


def policy_rows(book: Rulebook) -> Iterator[DecisionRow]:
    """Yield the rules of the policies on statuses, certainty, pooling and her chance without treatment."""
    policy = book.policy
    for row in policy.status.rows:
        yield DecisionRow(
            f"status.{row.id}",
            row.says,
            "A way to use an option is judged for a woman",
            _inputs(book, row.when, STATUS_FACTS),
            f"Status: {row.status.replace('_', ' ')}",
            "Show the option under this status",
            "The rows exclude each other and leave no gap.",
            "decidua's own choice",
        )
    for rule in policy.certainty.rules:
        step = f"{rule.levels:+d}" if rule.levels else "a remark, no level"
        yield DecisionRow(
            f"certainty.{rule.id}",
            rule.says,
            "A line of evidence is rated",
            _inputs(book, rule.when, CERTAINTY_FACTS),
            f"Levels of certainty: {step} ({rule.domain.replace('_', ' ')})",
            "Show the step with the certainty",
            "In each domain the strongest rule that holds counts.",
            _known(book, rule.source),
        )
    pooling = policy.pooling
    for called, rules in (("never", pooling.never), ("second line", pooling.second_line), ("alone", pooling.alone)):
        for out in rules:
            yield DecisionRow(
                f"pooling.{out.id}",
                out.says,
                "A result of a study is looked at for pooling",
                _inputs(book, out.when, POOLING_FACTS),
                f"Kept out of the pool: {called}",
                "Show the result with the reason",
                "",
                "decidua's own choice",
            )
    for chance in policy.baseline.rules:
        yield DecisionRow(
            f"baseline.{chance.id}",
            chance.says,
            "An effect is shown and her own chance without treatment was not given",
            _inputs(book, chance.when, vocabulary()),
            f"The chance that stands for hers: {chance.outcome.replace('_', ' ')} per {chance.per.replace('_', ' ')}",
            "Show the effect at that chance; it counts only where the verdict is yes",
            chance.scope,
            cited(book, chance.study),
        )


def _known(book: Rulebook, source: str | None) -> str:
    return "decidua's own choice" if source is None else cited(book, source)
