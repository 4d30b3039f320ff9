"""The kinds of rule, as they stand in ``rules/``: definitions, causes, panels, subsets, options, cautions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from decidua.condition.syntax import Condition
from decidua.evidence.models import (
    Count,
    Identified,
    OptionKey,
    OutcomeName,
    PartialDate,
    PositionCondition,
    Record,
    Source,
    Text,
    Texts,
)

__all__ = [
    "Burden",
    "Cause",
    "Caution",
    "CautionFinding",
    "Definition",
    "Dose",
    "Drug",
    "EvidenceUse",
    "Investigation",
    "LabelLine",
    "Option",
    "Panel",
    "PanelItem",
    "Screening",
    "Strategy",
    "Subset",
    "UsualCare",
    "Validity",
]


class Validity(Record):
    """When a rule held; ``since`` null means not read: then it counts only when no date is asked for."""

    since: PartialDate | None
    until: PartialDate | None = None


class TitledRule(Identified):
    """A rule with an id and a title."""

    title: Text


class ConditionRule(TitledRule):
    """A rule with a condition of its own.

    Attributes:
        exclusive: Names of groups that it belongs to; of the rules of one group at most one can hold.
    """

    when: Condition
    exclusive: Texts = ()


class Definition(ConditionRule):
    """A society's definition of RPL or RIF."""

    term: Literal["rpl", "rif"]
    society: Text
    kind: Literal["society", "authors", "funder", "trial"] = "society"
    guideline: Text | None = None
    says: Text
    valid: Validity
    notes: Texts = ()
    source: Source


class UsualCare(Record):
    """What is usual where a cause was found, with who says so: positions, or a document that was read on it."""

    says: Text
    positions: Texts = ()
    guideline: Text | None = None
    source: Source | None = None


class Cause(ConditionRule):
    """An explanation other than "unexplained".

    Attributes:
        explains: Whether it explains a series of losses (or failures), or only bears on it.
        criteria: The set of criteria it stands for, where there are several for one cause.
        criterion_of: Id of the cause that this is a further set of criteria for; it explains nothing by itself.
    """

    conditions: Annotated[tuple[Literal["rpl", "rif"], ...], Field(strict=False)]
    explains: bool
    criteria: Text | None = None
    criterion_of: Text | None = None
    says: Text
    usual_care: Annotated[tuple[UsualCare, ...], Field(strict=False)] = ()
    notes: Texts = ()
    valid: Validity
    source: Source


class PanelItem(Record):
    """One test of a panel.

    Attributes:
        test: Key of the investigation.
        normal: What a normal result is.
        needed: When the panel asks for it; absent means always.
    """

    test: Text
    normal: Condition
    needed: Condition | None = None


class Panel(TitledRule):
    """What must be known and normal before loss is called unexplained."""

    society: Text
    kind: Literal["society", "trial"]
    condition: Literal["rpl", "rif"]
    guideline: Text | None = None
    items: Annotated[tuple[PanelItem, ...], Field(strict=False, min_length=1)]
    optional: Texts = ()
    says: Text
    valid: Validity
    notes: Texts = ()
    source: Source


class Subset(ConditionRule):
    """A group that studies selected on; none of the immune ones is validated."""

    says: Text
    valid: Validity
    source: Texts


Burden = Literal["history", "blood", "imaging", "biopsy", "embryo", "partner", "past"]


class Investigation(Record):
    """One investigation: what it looks for, which facts it yields, and what it costs her.

    Attributes:
        burden: history, blood, imaging, biopsy, or past (tissue of a past loss: no test can supply it any more).
    """

    key: Text
    name: Text
    looks_for: Text | None = None
    conditions: Annotated[tuple[Literal["rpl", "rif"], ...], Field(strict=False)]
    facts: Texts
    burden: Burden
    thresholds: Texts = ()
    notes: Texts = ()


class EvidenceUse(Record):
    """One study in the evidence of a strategy.

    Attributes:
        study: Id of the study.
        contrast: Which of its contrasts, by the exact text; absent means those without one.
        subgroup: Which of its subgroups, by the exact text; absent means all women.
        note: Why it stands here where that is not plain.
    """

    study: Text
    contrast: Text | None = None
    subgroup: Text | None = None
    note: Text | None = None


class Strategy(ConditionRule):
    """One way to use an option: drug, dose as studied, timing, and the women it is for.

    Attributes:
        called: What its effects are the effect of, within a sentence, where the option's name would say too much.
        condition: The condition it is for; positions of societies on the same condition speak of it.
        part_of_ivf: Whether it is given within IVF though its condition is another; positions on IVF in general speak
            of it then.
        needs_unexplained: It is for loss without a cause: where a cause explains her losses it does not apply.
        drugs: Keys of the safety records.
        evidence: The studies behind it.
        syntheses: Published syntheses that speak of it.
        stops: Findings that rule this way out whatever the drug, such as a missed miscarriage.
    """

    called: Text | None = None
    condition: PositionCondition
    part_of_ivf: bool = False
    drugs: Texts
    dose: Text
    timing: Text
    off_label: Literal["yes", "no", "not_read"]
    needs_unexplained: bool
    evidence: Annotated[tuple[EvidenceUse, ...], Field(strict=False)]
    syntheses: Texts = ()
    stops: Texts = ()
    says: Text
    valid: Validity
    source: Texts
    notes: Texts = ()


class Option(Record):
    """One candidate immunomodulatory option with its strategies."""

    option: OptionKey
    name: Text
    plural: bool
    what_it_is: Text
    class_of_the_review: bool
    strategies: Annotated[tuple[Strategy, ...], Field(strict=False, min_length=1)]


class CautionFinding(Record):
    """Something that may speak against a treatment, and how it is read from her facts."""

    key: Text
    label: Text
    kind: Literal["condition", "test", "allergy", "medicine", "pregnancy_stage"]
    when: Condition


class LabelLine(Record):
    """One line of a label or a guidance text."""

    stance: Text | None = None
    what: Text | None = None
    timing: Text | None = None
    jurisdiction: Text | None
    product: Text | None = None
    text: Text | None = None
    source: Source


class Caution(Record):
    """One entry of a drug's safety record.

    Attributes:
        level: contraindication (on at least one label), caution, trial_exclusion (kept out of a trial: no safety
            rule) or inference (decidua's own reading, without a source).
        hard_stop: False for a listed contraindication that must not block by itself.
        only_at: The dose at which alone it counts; then it does not block.
    """

    finding: Text
    level: Literal["contraindication", "caution", "trial_exclusion", "inference"]
    hard_stop: bool = True
    watched: bool = False
    only_at: Text | None = None
    jurisdiction: Text | None
    product: Text | None = None
    text: Text
    source: Source | None


class Screening(Record):
    """A check to make before a start."""

    finding: Text
    what: Text
    timing: Text | None
    jurisdiction: Text | None
    source: Source


class AdverseEffect(Record):
    """An effect to be shown, not asked."""

    key: Text
    label: Text
    text: Text
    jurisdiction: Text | None
    source: Source


class Dose(Record):
    """A dose as studied, advised or licensed."""

    name: Text
    kind: Literal["trial", "guideline", "label", "case_series", "access_rule"]
    studies: Texts = ()
    text: Text
    source: Source


class SafetyConflict(Record):
    """Where labels or guidelines contradict one another on safety."""

    id: Text
    topic: Text
    findings: Texts = ()
    sides: Texts
    resolve: Text


class Drug(Record):
    """The safety record of one drug or product. Null means not read."""

    key: Text
    option: OptionKey
    names: Texts
    cautions: Annotated[tuple[Caution, ...], Field(strict=False)]
    effects: Annotated[tuple[AdverseEffect, ...], Field(strict=False)] | None
    screening: Annotated[tuple[Screening, ...], Field(strict=False)] | None
    monitoring: Annotated[tuple[LabelLine, ...], Field(strict=False)] | None
    pregnancy: Annotated[tuple[LabelLine, ...], Field(strict=False)] | None
    lactation: Annotated[tuple[LabelLine, ...], Field(strict=False)] | None
    doses: Annotated[tuple[Dose, ...], Field(strict=False)] | None
    conflicts: Annotated[tuple[SafetyConflict, ...], Field(strict=False)] = ()
    notes: Texts = ()


class OutcomePolicy(Record):
    """How an outcome is treated: whether it is a success, its share of the ranking, its words.

    Attributes:
        stands_for: The outcome that matters and that this one is only a sign of.
    """

    outcome: OutcomeName
    name: Text
    favourable: Literal["higher", "lower"]
    order: Count
    harm: bool = False
    stands_for: OutcomeName | None = None
