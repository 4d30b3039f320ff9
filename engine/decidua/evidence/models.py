"""What was read: studies, syntheses, guidelines and their positions, each with how it was read.

Null and absent mean "not read", never 0, "none" or "no". An empty list of harms is no evidence of safety.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from decidua.condition.syntax import Condition
from decidua.record import Record

__all__ = [
    "OPTION_KEYS",
    "Arm",
    "Citation",
    "EvidenceFile",
    "Guideline",
    "GuidelineFile",
    "Identified",
    "Integrity",
    "Ongoing",
    "OptionKey",
    "Outcome",
    "PooledResult",
    "Position",
    "Published",
    "Record",
    "Reported",
    "Source",
    "Study",
    "Synthesis",
    "TrialList",
    "last_day",
]

OptionKey = Literal[
    "progestogens",
    "corticosteroids",
    "intralipid",
    "tnf_antagonists",
    "g_csf",
    "hydroxychloroquine",
    "ivig",
    "endometrial_scratching",
    "lit",
    "calcineurin_inhibitors",
    "prp",
    "pbmc",
    "hcg_intrauterine",
    "antithrombotics",
]
OPTION_KEYS: tuple[OptionKey, ...] = OptionKey.__args__  # type: ignore[attr-defined]

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _read_date(value: Any) -> Any:
    """Read a bare year, which YAML gives as a number, and check the form of a date."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and not _DATE.fullmatch(text):
        raise ValueError("must be YYYY, YYYY-MM or YYYY-MM-DD")
    return text


@lru_cache(maxsize=4096)
def last_day(date: str) -> str:
    """Return the last day that a date can mean: a year or a month means its last day.

    Args:
        date: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
    """
    if len(date) == 4:
        return f"{date}-12-31"
    if len(date) == 7:
        year, month = int(date[:4]), int(date[5:])
        leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return f"{date}-{29 if leap else _MONTH_DAYS[month - 1]}"
    return date


PartialDate = Annotated[str, BeforeValidator(_read_date)]
Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]
Count = Annotated[int, Field(ge=0)]


class Identified(Record):
    """A record with an id."""

    id: Text


class Published(Identified):
    """A record with a date; null means that none was read."""

    published: PartialDate | None


class Source(Record):
    """How and where something was read.

    Attributes:
        read: What was read: the full text, an abstract, a registry entry, a label, or only another's account.
        url: Address of the page that was read.
        url_exact: False where the site is known and the item is named in ``where``.
        where: The part that was read.
        quality: For labels: official, compendium, or a web copy that has to be compared with the current label.
    """

    read: Literal["full_text", "abstract", "registry", "label", "secondary"]
    url: Text | None = None
    url_exact: bool = True
    where: Text | None = None
    quality: Literal["official", "compendium", "copy"] | None = None


class Citation(Record):
    """A paper's citation; what was not read is null, never filled in from memory."""

    authors: str | None = None
    title: str | None = None
    journal: str | None = None
    year: int | None = Field(default=None, ge=1900, le=2100)
    volume: str | None = None
    pages: str | None = None
    doi: str | None = None
    pmid: str | None = None


class Integrity(Record):
    """What is known against a paper. ``none_known`` means that nothing is known, not that it was cleared."""

    status: Literal["none_known", "concern", "expression_of_concern", "retracted"]
    notes: Texts = ()


class Arm(Record):
    """One arm: events and total where they are counts, the printed percentage beside or instead of them."""

    events: Count | None = None
    total: Count | None = None
    percent: float | None = Field(default=None, ge=0, le=100)

    @model_validator(mode="after")
    def _events_fit(self) -> Self:
        if self.events is not None and self.total is not None and self.events > self.total:
            raise ValueError(f"{self.events} events among {self.total} are not possible")
        return self


class Reported(Record):
    """An effect as the source prints it.

    Attributes:
        measure: OR, RR, HR, RD (its unit is in ``unit``), percent ("see the arms") or p_only.
        unit: For RD: percentage_points or proportion.
        direction: What the number says where it is turned round or unusual.
    """

    measure: Literal["OR", "RR", "HR", "RD", "percent", "p_only"]
    value: float | None = None
    ci: Annotated[tuple[float, float], Field(strict=False)] | None = None
    p: float | str | None = None
    adjusted: bool | None = None
    unit: Literal["percentage_points", "proportion"] | None = None
    direction: Text | None = None


OutcomeName = Literal[
    "live_birth",
    "no_live_birth",
    "term_birth",
    "ongoing_or_live_birth",
    "ongoing_pregnancy",
    "clinical_pregnancy",
    "biochemical_pregnancy",
    "pregnancy_unspecified",
    "implantation",
    "miscarriage",
    "biochemical_loss",
    "pregnancy_loss",
    "stillbirth",
    "ectopic_pregnancy",
    "preterm_birth",
    "low_birth_weight",
    "congenital_anomaly",
    "multiple_pregnancy",
    "preeclampsia",
    "hypertensive_disorder",
    "gestational_diabetes",
    "obstetric_morbidity",
    "adverse_event",
    "serious_adverse_event",
    "biomarker_response",
]
Per = Literal["woman", "conception", "cycle", "transfer", "pregnancy", "live_birth", "neonate", "embryo", "not_stated"]


class Outcome(Record):
    """One outcome of a study.

    Attributes:
        outcome: Which outcome.
        label: The source's own name or definition where it differs.
        per: What was counted; women, cycles, transfers and embryos are never mixed.
        subgroup: The part of the women it speaks of; absent means all.
        contrast: Which arms are compared where there are several.
        isolates: False where the arms differ in more than one treatment.
        treated, control: The arms; no control means one arm.
        counts: ``printed``, ``secondary`` (read elsewhere), ``derived`` (see ``derivation``) or ``none``.
        reported: The effect as printed.
    """

    outcome: OutcomeName
    label: Text | None = None
    per: Per
    subgroup: Text | None = None
    contrast: Text | None = None
    isolates: bool = True
    treated: Arm
    control: Arm | None
    counts: Literal["printed", "derived", "secondary", "none"]
    derivation: Text | None = None
    reported: Reported | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _derived_says_how(self) -> Self:
        if self.counts == "derived" and self.derivation is None:
            raise ValueError("derived counts must say how they were derived")
        return self


class Treatment(Record):
    """What was given. ``start`` keeps starts before and after conception apart in every pool."""

    drug: Text
    class_: Text = Field(alias="class")
    dose: Text | None = None
    route: Text | None = None
    timing: Text | None = None
    start: Literal["before_conception", "after_conception", "around_transfer", "not_stated"] = "not_stated"
    with_: Texts = Field(default=(), alias="with")


class Comparator(Record):
    """What it was compared with."""

    kind: Literal["placebo", "no_treatment", "active", "usual_care", "historical", "none", "prognostic"]
    text: Text | None = None


class RiskOfBias(Record):
    """A judgement of bias that was read; absent from a study it was not read."""

    judged: Literal["low", "some_concerns", "high"]
    by: Text
    domains: Texts


class Study(Published):
    """One study.

    Attributes:
        eligibility: Would she have been in it? In the condition language; null where no criterion was read.
        logistics: Criteria that are not about her (consent, centre, dates), left out of ``eligibility``.
        pooled: Whether its counts may enter a pool; ``not_pooled_because`` says why not.
        same_as: Id of the record that owns this paper, where it is a second filing; never pooled beside its owner.
        dose_response: Whether more treatment had a stronger effect; null was not read.
        confounding_opposes: Whether plausible confounding would have hidden the effect; null was not read.
    """

    citation: Citation
    registered: Text | None = None
    published_inferred: bool = False
    design: Literal[
        "rct",
        "rct_cluster",
        "quasi_rct",
        "cohort_prospective",
        "cohort_retrospective",
        "case_series",
        "before_after",
        "other",
    ]
    blinding: Literal["double_blind", "single_blind", "open_label", "none", "not_stated"]
    centres: Annotated[int, Field(ge=1)] | None = None
    countries: Texts = ()
    condition: Literal["rpl", "rif", "rpl_and_rif", "threatened_miscarriage", "aps", "ivf_unselected", "other"]
    eligibility: Condition | None = None
    logistics: Texts = ()
    treatment: Treatment
    comparator: Comparator | None
    outcomes: Annotated[tuple[Outcome, ...], Field(strict=False)]
    harms: Texts = ()
    limitations: Texts = ()
    risk_of_bias: RiskOfBias | None = None
    dose_response: bool | None = None
    confounding_opposes: bool | None = None
    funding: Text | None = None
    integrity: Integrity
    pooled: bool
    not_pooled_because: Text | None = None
    same_as: Text | None = None
    notes: Texts = ()
    source: Source

    @model_validator(mode="after")
    def _says_why_not_pooled(self) -> Self:
        if not self.pooled and self.not_pooled_because is None:
            raise ValueError("a study that is not pooled must say why in 'not_pooled_because'")
        return self

    @property
    def randomised(self) -> bool:
        """Whether women were allotted by chance, or nearly so."""
        return self.design in ("rct", "rct_cluster", "quasi_rct")

    def as_if_sound(self) -> Self:
        """Return it as if nothing were known against it: only for what would be said then, never for what is said.

        A retracted study may be pooled then, as far as its counts allow; what keeps a questioned one out stays.
        """
        pooled = self.pooled or self.integrity.status == "retracted"
        return self.model_copy(update={"integrity": Integrity(status="none_known"), "pooled": pooled})


class TrialCounts(Record):
    """Counts of one trial as a synthesis prints them; 1 is treated, 0 control."""

    trial: Text
    e1: Count
    n1: Count
    e0: Count
    n0: Count


class PooledResult(Record):
    """One pooled figure as a synthesis prints it."""

    outcome: OutcomeName
    population: Text | None = None
    k: Count | None = None
    n: Count | None = None
    measure: Literal["OR", "RR", "HR", "RD", "Peto_OR", "log_OR", "not_stated"]
    model: Literal["fixed", "random"] | None = None
    value: float | None = None
    ci: Annotated[tuple[float, float], Field(strict=False)] | None = None
    i2: float | None = Field(default=None, ge=0, le=100)
    p_heterogeneity: float | str | None = None
    certainty: Text | None = None
    trial_counts: Annotated[tuple[TrialCounts, ...], Field(strict=False)] = ()
    note: Text | None = None


class TrialList(Record):
    """Which trials a synthesis holds, as far as was read.

    Attributes:
        studies: Ids of studies on record.
        others: Trials without a record here, as named.
        complete: Whether these are all of them.
        without: Ids of studies that are known not to be in it.
    """

    studies: Texts = ()
    others: Texts = ()
    without: Texts = ()
    complete: bool

    @model_validator(mode="after")
    def _names_some_where_whole(self) -> Self:
        if self.complete and not (self.studies or self.others):
            raise ValueError("a whole list of trials names at least one")
        return self


class Synthesis(Published):
    """A meta-analysis or review. Where ``used`` is false its figures never stand as the state of the evidence.

    Attributes:
        trials: Which trials it holds; null was not read.
    """

    citation: Citation
    published_inferred: bool = False
    question: Text
    included: Texts = ()
    trials: TrialList | None = None
    searched_until: PartialDate | None = None
    pooled: Annotated[tuple[PooledResult, ...], Field(strict=False)]
    conclusion: Text | None
    integrity: Integrity
    used: bool
    not_used_because: Text | None = None
    same_as: Text | None = None
    notes: Texts = ()
    source: Source


class Ongoing(Identified):
    """A trial that has not reported, as far as was read."""

    registry_id: Text | None = None
    title: Text
    expected: Text | None = None
    note: Text | None = None
    url: Text | None = None


class SafetyNote(Record):
    """A note on safety that belongs to a topic rather than a study."""

    text: Text
    url: Text | None = None


class EvidenceFile(Record):
    """One topic file of ``rules/evidence``."""

    topic: Text
    studies: Annotated[tuple[Study, ...], Field(strict=False)] = ()
    syntheses: Annotated[tuple[Synthesis, ...], Field(strict=False)] = ()
    ongoing: Annotated[tuple[Ongoing, ...], Field(strict=False)] = ()
    safety_notes: Annotated[tuple[SafetyNote, ...], Field(strict=False)] = ()


GuidelineKind = Literal[
    "society_document", "regulator_rating", "access_rule", "choosing_wisely_list", "consultation_draft"
]


class Guideline(Published):
    """A document of a society, regulator or payer; only current society documents move a status."""

    society: Text
    society_name: Text
    kind: GuidelineKind
    title: Text
    year: int | None = Field(default=None, ge=1900, le=2100)
    citation: Text | None = None
    supersedes: Texts = ()
    superseded_by: Texts = ()
    notes: Texts = ()
    source: Source


Stance = Literal[
    "recommend",
    "suggest",
    "consider",
    "research_only",
    "suggest_against",
    "recommend_against",
    "no_recommendation",
]
PositionCondition = Literal["rpl", "rif", "ivf", "aps", "threatened_miscarriage"]


class Position(Identified):
    """What one document says of one option, or of a group of treatments.

    Attributes:
        option: The option it names; null where it speaks of a group (see ``group``).
        group: What it speaks of where it names no single option; such a position is shown and moves nothing.
        drug: The drug it names, or ``any``.
        when: The population it speaks of, in the condition language.
        population: The same in words.
        in_brief: What it says, in our words.
        only_strategies: The strategies it speaks of, where its text names a regimen; empty means all of that drug.
    """

    guideline: Text
    option: OptionKey | None
    group: Text | None = None
    drug: Text
    condition: PositionCondition
    position: Stance
    strength: Literal["strong", "conditional", "good_practice", "not_graded", "not_read"]
    certainty: Literal["high", "moderate", "low", "very_low", "not_read"]
    population: Text
    when: Condition
    in_brief: Text
    grade_as_printed: Text | None = None
    rating: Text | None = None
    not_for: Text | None = None
    only_strategies: Texts = ()
    notes: Texts = ()
    source: Source


class Contradiction(Identified):
    """Where documents contradict one another, and why.

    Attributes:
        options: The options it concerns.
        tests: Keys of the investigations it concerns.
        positions: Ids of the positions that differ, on options or on tests.
    """

    topic: Text
    options: Annotated[tuple[OptionKey, ...], Field(strict=False)] = ()
    tests: Texts = ()
    positions: Texts
    why: Text


class UnreadPosition(Identified):
    """A document whose position on some options was not read."""

    guidelines: Texts
    documents: Texts
    options: Annotated[tuple[OptionKey, ...], Field(strict=False)]
    missing: Text


class GuidelineFile(Record):
    """``rules/evidence/guidelines.yaml``."""

    topic: Literal["guidelines"]
    guidelines: Annotated[tuple[Guideline, ...], Field(strict=False)]
    positions: Annotated[tuple[Position, ...], Field(strict=False)]
    contradictions: Annotated[tuple[Contradiction, ...], Field(strict=False)] = ()
    unread: Annotated[tuple[UnreadPosition, ...], Field(strict=False)] = ()
