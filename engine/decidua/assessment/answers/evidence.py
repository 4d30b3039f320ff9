"""What ``decidua evidence`` answers: the evidence on one option, or a line on each, before any format.

Every figure stands as it was counted or recomputed from counts; null means that it was not read or cannot be given.
"""

from __future__ import annotations

from typing import Literal

from decidua.assessment.answers.result import Answer, PublishedRating
from decidua.assessment.answers.standing import HersAnswer
from decidua.evidence.models import GuidelineKind, Ongoing, PooledResult, PositionCondition, Stance
from decidua.frozen import Frozen
from decidua.rulebook.policy import Certainty

__all__ = [
    "ContradictionEvidence",
    "DocumentRow",
    "Eligibility",
    "EvidenceOverview",
    "LeaveOneOut",
    "LineEvidence",
    "LineRow",
    "OptionEvidence",
    "OverviewRow",
    "Ratio",
    "Said",
    "Standing",
    "StudyEvidence",
    "StudyResult",
    "SynthesisEvidence",
]


class Ratio(Frozen):
    """A ratio of two risks or odds with its 95 % interval.

    Attributes:
        corrected: Whether 0.5 was added to every cell because one was zero.
    """

    value: float
    low: float
    high: float
    corrected: bool = False


class StudyResult(Frozen):
    """One outcome of a study: what was counted, how it was read, and what it gives.

    Attributes:
        name: The outcome's name for people.
        read: ``printed``, ``secondary``, ``derived`` (see ``derivation``) or ``none``.
        no_ratio: Why no ratio stands here, where none does.
        printed: The effect as the source prints it.
        favourable: Which side is good.
    """

    outcome: str
    name: str
    label: str | None
    per: str
    subgroup: str | None
    contrast: str | None
    isolates: bool
    treated_events: int | None
    treated_total: int | None
    treated_percent: float | None
    control_events: int | None
    control_total: int | None
    control_percent: float | None
    control_arm: bool
    read: Literal["printed", "derived", "secondary", "none"]
    derivation: str | None
    risk_ratio: Ratio | None
    odds_ratio: Ratio | None
    no_ratio: str | None
    printed: str | None
    favourable: Literal["higher", "lower"]


class Standing(Frozen):
    """Whether she would have been in a study, and what decides it."""

    verdict: Answer
    because: str


class StudyEvidence(Frozen):
    """One study.

    Attributes:
        label: First author and year where read, else the id.
        women: The largest number of women read in one comparison; None where none was counted in women.
        read: How the study was read, in words.
        lines: Numbers (from 1) of the lines of evidence it stands in.
        not_pooled: Why it stands in none.
        same_as: Id of the record that owns this paper, where it is a second filing.
        standing: Hers, where a profile was given.
    """

    id: str
    label: str
    citation: str
    published: str | None
    design: str
    randomised: bool
    blinding: str
    condition: str
    treatment: str
    start: str
    comparator: str | None
    comparator_text: str | None
    women: int | None
    results: tuple[StudyResult, ...]
    integrity: str
    integrity_notes: tuple[str, ...]
    read: str
    lines: tuple[int, ...]
    not_pooled: str | None
    same_as: str | None
    standing: Standing | None = None


class LineRow(Frozen):
    """One study in a line of evidence.

    Attributes:
        weight: Share (0 to 1) in the random-effects estimate; None where the study gives no ratio.
        questioned: Whether it carries an integrity concern.
    """

    study: str
    label: str
    treated_events: int
    treated_total: int
    control_events: int
    control_total: int
    risk_ratio: Ratio | None
    no_ratio: str | None
    weight: float | None
    questioned: bool


class LeaveOneOut(Frozen):
    """The lowest and the highest pooled risk ratio with one study left out, and which study that is."""

    low: Ratio
    low_without: str
    high: Ratio
    high_without: str


class LineEvidence(Frozen):
    """Studies that may stand together, with what they give together.

    Attributes:
        number: From 1, in the order shown.
        strategies: Ids of the strategies it belongs to; ``title`` is the first one's.
        label: What sets it apart from the plain line.
        participants: Both arms, in the unit of ``per``.
        risk_ratio: Random effects (REML), or the one study's.
        interval: How the 95 % interval was made.
        prediction: 95 % prediction interval, for three studies or more.
        i2: Share of the variation beyond chance (0 to 1) with its 95 % interval.
        certainty: Computed, with a profile for her; ``published_ratings`` stand beside it.
        baseline, baseline_from, per_1000: With a profile: the risk (0 to 1) without treatment at which the line is
            shown to her, whose it is, and events per 1000 with the treatment.
        hers: With a profile: the line by her standing in its studies.
        fixed, mantel_haenszel: Fixed effects beside it: inverse variance, and Mantel-Haenszel without correction.
    """

    number: int
    strategies: tuple[str, ...]
    title: str
    outcome: str
    name: str
    per: str
    favourable: Literal["higher", "lower"]
    randomised: bool
    label: str
    isolates: bool
    questioned: bool
    rows: tuple[LineRow, ...]
    participants: int
    risk_ratio: Ratio | None
    interval: str
    prediction: tuple[float, float] | None
    tau2: float | None
    i2: tuple[float, float, float] | None
    q: float | None
    q_p: float | None
    fixed: Ratio | None
    mantel_haenszel: Ratio | None
    odds_ratio: Ratio | None
    leave_one_out: LeaveOneOut | None
    certainty: Certainty
    published_ratings: tuple[PublishedRating, ...]
    baseline: float | None = None
    baseline_from: str | None = None
    per_1000: tuple[float, float, float] | None = None
    hers: HersAnswer | None = None


class SynthesisEvidence(Frozen):
    """A published synthesis: its figures as printed, and why they may not stand as the state of the evidence.

    Attributes:
        ours: Our own figure on each outcome it pooled, where a strategy names it.
        differs: Why it may differ from ours; empty where no strategy names it.
    """

    id: str
    citation: str
    published: str | None
    question: str
    searched_until: str | None
    pooled: tuple[PooledResult, ...]
    conclusion: str | None
    integrity: str
    used: bool
    not_used_because: str | None
    same_as: str | None
    read: str
    ours: tuple[str, ...]
    differs: tuple[str, ...]


class Said(Frozen):
    """What one document says for one population.

    Attributes:
        number: From 1, in the order of the documents.
        drug: The drug it names, or ``any``.
    """

    number: int
    id: str
    condition: PositionCondition
    position: Stance
    words: str
    drug: str
    strength: str
    certainty: str
    population: str
    in_brief: str


class DocumentRow(Frozen):
    """One row of the matrix of positions.

    Attributes:
        superseded_by: Name of the document that replaced it by the date; None while it is current.
    """

    guideline: str
    society: str
    year: str
    published: str | None
    kind: GuidelineKind
    superseded_by: str | None
    read: str
    said: tuple[Said, ...]


class ContradictionEvidence(Frozen):
    """Where documents contradict one another.

    Attributes:
        sides: Numbers of what is said on either side, by stance.
        why: Why they differ; None on a date at which not all of it could be known.
    """

    id: str
    topic: str
    sides: tuple[tuple[Stance, tuple[str, ...]], ...]
    why: str | None


class Eligibility(Frozen):
    """For how many studies she would have been eligible; retracted papers and second filings are not counted.

    Attributes:
        women_in_them: Women in the studies she would have been in; ``women`` those of all that count women.
        largest: The study with most women, and her standing in it.
    """

    studies: int
    yes: int
    no: int
    unknown: int
    women_in_them: int
    women: int
    largest: str | None
    largest_standing: Standing | None


class OverviewRow(Frozen):
    """One option in a line.

    Attributes:
        studies: Distinct papers; retracted ones are counted apart, second filings not at all.
        women: Sum of the largest number of women read in one comparison of each study that counts women.
        counting_women: How many of the studies that is.
        documents_for: Current documents of societies that recommend, suggest or would consider it for someone.
        documents_against: Those that speak against it for someone; ``documents_research`` keep it to research.
    """

    option: str
    name: str
    studies: int
    randomised: int
    women: int
    counting_women: int
    newest: str | None
    retracted: int
    documents_for: int
    documents_against: int
    documents_research: int
    eligibility: Eligibility | None = None


class OptionEvidence(Frozen):
    """All that was read on one option by a date.

    Attributes:
        outcome: The outcome it was narrowed to, or None.
        summary: The option in a line, of the studies shown.
        other_studies: Studies left out because they do not report that outcome.
        unread: What was not read of documents on it.
    """

    option: str
    name: str
    what_it_is: str | None
    as_of: str
    outcome: str | None
    summary: OverviewRow
    studies: tuple[StudyEvidence, ...]
    other_studies: int
    lines: tuple[LineEvidence, ...]
    syntheses: tuple[SynthesisEvidence, ...]
    ongoing: tuple[Ongoing, ...]
    documents: tuple[DocumentRow, ...]
    contradictions: tuple[ContradictionEvidence, ...]
    unread: tuple[str, ...]


class EvidenceOverview(Frozen):
    """A line on every option, their sum without counting a paper twice, and what belongs to none of them."""

    as_of: str
    outcome: str | None
    options: tuple[OverviewRow, ...]
    total: OverviewRow
    outside: tuple[tuple[str, int], ...]
