"""The answer: what ``assess`` returns, what the JSON holds, and what every report formats."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from decidua.assessment.answers.change import WithRetracted
from decidua.assessment.answers.definitions import (
    Answer,
    CountAnswer,
    CountedKind,
    CumulativeChance,
    DefinitionAnswer,
    DefinitionDifference,
    DifferencePoint,
    DifferenceSide,
    LossKind,
    PanelState,
    PanelTest,
    UnexplainedAnswer,
)
from decidua.assessment.answers.stability import Stability
from decidua.assessment.answers.standing import BaselineKind, HersAnswer, StandingAnswer
from decidua.evidence.models import OptionKey
from decidua.frozen import Frozen
from decidua.profile.chances import RatesUse
from decidua.rulebook.overlay import Overlay
from decidua.rulebook.policy import Certainty, Status

__all__ = [
    "Answer",
    "Assessment",
    "CauseAnswer",
    "CautionAnswer",
    "CertaintyStep",
    "CountAnswer",
    "CountedKind",
    "CumulativeChance",
    "DefinitionAnswer",
    "DefinitionDifference",
    "DifferencePoint",
    "DifferenceSide",
    "EffectAnswer",
    "HarmAnswer",
    "Identity",
    "KeptOutAnswer",
    "LeftOut",
    "LossKind",
    "NextFinding",
    "OptionAnswer",
    "OverlayChange",
    "PanelState",
    "PanelTest",
    "PositionAnswer",
    "PublishedRating",
    "SourceAnswer",
    "StrategyAnswer",
    "StudyAnswer",
    "SubsetAnswer",
    "SynthesisAnswer",
    "UnexplainedAnswer",
    "WithoutTreatment",
]

BroughtBy = Annotated[
    str | None, Field(description="Name of the overlay that brought the record; null where it is the rulebook's own.")
]


class Identity(Frozen):
    """What identifies a rulebook or an evidence base."""

    sha256: Annotated[str, Field(description="SHA-256 of the content.")]
    version: Annotated[str | None, Field(description="Version, for the rulebook.")] = None
    newest: Annotated[str | None, Field(description="Date of the newest record that counted.")] = None


class CauseAnswer(Frozen):
    """An explanation other than "unexplained"."""

    id: str
    title: str
    verdict: Answer
    explains: Annotated[bool, Field(description="Whether it explains the series, or only bears on it.")]
    says: str
    usual_care: tuple[str, ...]
    sources: tuple[str, ...]
    because: Annotated[str, Field(description="What decided it, or what would.")] = ""
    criteria: Annotated[str | None, Field(description="The set of criteria, where there are several for a cause.")] = (
        None
    )
    criterion_of: Annotated[
        str | None, Field(description="Id of the cause that this is a further set of criteria for.")
    ] = None
    criteria_differ: Annotated[
        str | None, Field(description="What each set of criteria says of her, where they do not agree.")
    ] = None
    criteria_notes: Annotated[tuple[str, ...], Field(description="What to know of the further sets.")] = ()


class SubsetAnswer(Frozen):
    """A subset that studies selected on."""

    id: str
    title: str
    verdict: Answer
    says: str


class CertaintyStep(Frozen):
    """One step of a computed certainty."""

    rule: str
    domain: str
    levels: Annotated[
        int, Field(ge=-2, le=2, description="Below 0 for down, above 0 for up; 0 for the start and for a remark.")
    ]
    says: str
    source: Annotated[str | None, Field(description="Where the threshold comes from.")]
    own_choice: Annotated[
        bool, Field(description="True where the threshold has no published source and is decidua's own choice.")
    ]


class PublishedRating(Frozen):
    """A certainty that others published: of an outcome by a synthesis, of a recommendation by a society."""

    who: Annotated[str, Field(description="Author or society, with the year.")]
    source: Annotated[str, Field(description="Id of the synthesis or the position.")]
    published: str | None
    outcome: Annotated[str | None, Field(description="Null where a recommendation as a whole is rated.")]
    population: str | None
    rating: Annotated[str, Field(description="The rating or grade as printed.")]


class LeftOut(Frozen):
    """A pooled risk ratio without one study."""

    without: str
    value: float
    ci: tuple[float, float]


class EffectAnswer(Frozen):
    """One line of evidence on one outcome.

    ``per_1000`` holds events per 1000 with the treatment: point, low, high; ``baseline`` the risk (0 to 1) without it.
    """

    strategy: str
    outcome: str
    per: str
    label: Annotated[str, Field(description="What sets the line apart: a subgroup, a contrast, a start, a concern.")]
    randomised: bool
    isolates: bool
    studies: int
    women: Annotated[int, Field(description="Participants in both arms, in the unit of 'per'.")]
    study_ids: tuple[str, ...]
    measure: Literal["RR"]
    value: float | None
    ci: tuple[float, float] | None
    interval: Annotated[str, Field(description="How the interval was made.")]
    odds_ratio: tuple[float, float, float] | None
    risk_difference: Annotated[tuple[float, float, float] | None, Field(description="For one study.")]
    number_needed: Annotated[str | None, Field(description="For one study, where one can be given.")]
    fisher_p: Annotated[float | None, Field(description="For one study: Fisher's exact two-sided p.")]
    prediction: tuple[float, float] | None
    i2: float | None
    i2_ci: Annotated[tuple[float, float] | None, Field(description="95 % interval of I2; null for one study.")]
    tau2: float | None
    q: Annotated[float | None, Field(description="Cochran's Q; null for one study.")]
    q_p: float | None
    fixed: Annotated[
        tuple[float, float, float] | None,
        Field(description="Risk ratio by fixed effect, inverse variance, with its interval; null for one study."),
    ]
    mantel_haenszel: Annotated[
        tuple[float, float, float] | None,
        Field(description="Risk ratio by fixed effect, Mantel-Haenszel, with its interval; null for one study."),
    ]
    leave_one_out: Annotated[
        tuple[LeftOut, ...], Field(description="The risk ratio without each study in turn; empty for one study.")
    ]
    fragility_index: Annotated[
        int | None,
        Field(description="For one randomised study: events that would lift Fisher's p to 0.05; null where it is."),
    ]
    active_control: Annotated[bool, Field(description="Whether the control arms had an active treatment.")]
    arms: Annotated[
        tuple[tuple[int, int, int, int], ...],
        Field(description="A study each: treated events and total, control events and total."),
    ]
    baseline: float
    baseline_kind: Annotated[BaselineKind, Field(description="Whose risk 'baseline' is.")]
    baseline_from: str
    per_1000: tuple[float, float, float] | None
    carried_by: Literal["RR", "OR"]
    certainty: Certainty
    steps: tuple[CertaintyStep, ...]
    published_ratings: Annotated[
        tuple[PublishedRating, ...],
        Field(description="What others rated; it stands beside the computed certainty and moves nothing."),
    ]
    retracted_left_out: Annotated[
        tuple[str, ...], Field(description="Retracted studies of the strategy; they are left out.")
    ]
    shows: str
    sentence: str
    hers: Annotated[
        HersAnswer | None, Field(description="The same by her standing in its studies; null without a woman.")
    ] = None


class HarmAnswer(Frozen):
    """One harm, as printed or with counts."""

    outcome: str
    as_printed: str
    counts: dict[str, int] | None
    source: str


class KeptOutAnswer(Frozen):
    """The declared rule that keeps a study out of the lines of evidence."""

    rule: Annotated[str, Field(description="Id of the rule of the policy 'pooling'.")]
    says: str
    because: Annotated[str | None, Field(description="The record's own reason, where it gives one.")]
    everywhere: Annotated[bool, Field(description="False where it enters a second, labelled line.")]


class StudyAnswer(Frozen):
    """One study, and whether she would have been in it."""

    id: str
    citation: str
    published: str | None
    design: str
    counts: Annotated[
        dict[str, int | float | str | None] | None,
        Field(description="Events and totals of the outcome that counts most here, and how they were read."),
    ]
    further: Annotated[
        tuple[dict[str, int | float | str | None], ...],
        Field(description="Further figures of the study that are drawn on, in the same form."),
    ]
    note: Annotated[str | None, Field(description="Why it stands here, where that is not plain.")]
    printed: Annotated[str | None, Field(description="The effect or P value as the source prints it.")]
    recomputed: Annotated[str | None, Field(description="The same recomputed from the counts.")]
    standing: Answer
    because: str
    integrity: str
    integrity_notes: tuple[str, ...]
    read: str
    kept_out: Annotated[KeptOutAnswer | None, Field(description="Null where it stands in a line of evidence.")]
    overlay: BroughtBy = None


class SynthesisAnswer(Frozen):
    """A published synthesis as printed, beside our own figures on the same outcomes."""

    id: str
    citation: str
    published: str | None
    question: str
    integrity: str
    as_printed: tuple[str, ...]
    used: bool
    because: str | None
    read: str
    ours: Annotated[tuple[str, ...], Field(description="Our own figure on each outcome that it pooled.")]
    trials_read: Annotated[
        Literal["all", "some", "none"], Field(description="How much of the list of its trials was read.")
    ]
    in_both: tuple[str, ...]
    only_there: tuple[str, ...]
    only_here: Annotated[tuple[str, ...], Field(description="Given only where the whole list of its trials was read.")]
    retracted_inside: tuple[str, ...]
    differs: Annotated[tuple[str, ...], Field(description="Why it may differ, in words.")]
    overlay: BroughtBy = None


class PositionAnswer(Frozen):
    """What one document says."""

    guideline: str
    society: str
    year: str
    kind: str
    drug: Annotated[str, Field(description="The drug it speaks of; any where it speaks of the option as a whole.")]
    position: str
    strength: str
    population: str
    says: str
    matches_her: Answer
    moves_status: Annotated[bool, Field(description="Whether a document of its kind and state can move a status.")]
    remark: str | None
    superseded: Annotated[bool, Field(description="Whether a newer edition took its place by the date.")] = False
    overlay: BroughtBy = None


class CautionAnswer(Frozen):
    """One caution; ``verdict`` says whether its finding is present."""

    key: str
    label: str
    drug: str
    level: str
    verdict: Answer
    stops: Annotated[bool, Field(description="Whether it stops every strategy of that drug when present.")]
    text: str
    source: str
    overlay: BroughtBy = None


class StrategyAnswer(Frozen):
    """One strategy of an option."""

    id: str
    title: str
    status: Status
    row: Annotated[str, Field(description="Row of the status table that applied.")]
    verdict: Annotated[Answer, Field(description="Whether she is in its population.")]
    because: str
    certainty: Certainty | None
    dose: str
    timing: str
    off_label: str
    could_be: tuple[Status, ...]
    overlay: BroughtBy = None


class SourceAnswer(Frozen):
    """A source that was drawn on."""

    id: str
    citation: str
    read: str
    url: str | None


class OptionAnswer(Frozen):
    """One option, ranked."""

    option: OptionKey
    name: str
    what_it_is: str
    rank: Annotated[int, Field(ge=1)]
    status: Status
    in_brief: Annotated[str, Field(description="The reason in a few words.")]
    why: str
    leading_strategy: Annotated[str, Field(description="The strategy whose status and certainty the option takes.")]
    above_next: Annotated[str | None, Field(description="Why it stands above the next one.")]
    certainty: Annotated[
        Certainty | None, Field(description="Computed certainty of its best strategy; null where nothing was computed.")
    ]
    strategies: tuple[StrategyAnswer, ...]
    could_be: tuple[Status, ...]
    effects: tuple[EffectAnswer, ...]
    harms: tuple[HarmAnswer, ...]
    harms_note: Annotated[str | None, Field(description="'harms not read' where none is recorded.")]
    standing: Annotated[StandingAnswer, Field(description="In how many of its studies she would have been.")]
    studies: tuple[StudyAnswer, ...]
    syntheses: tuple[SynthesisAnswer, ...]
    positions: tuple[PositionAnswer, ...]
    cautions: tuple[CautionAnswer, ...]
    missing: tuple[str, ...]
    sources: tuple[SourceAnswer, ...]
    taken_away: Annotated[
        tuple[str, ...], Field(description="What an overlay took out of the safety records of its drugs, and why.")
    ] = ()


class NextFinding(Frozen):
    """Something to find out next.

    Attributes:
        advised_against_by: Current society documents that advise against the test, or keep it to research, each with
            whom it speaks of.
        advised_by: Those that recommend, suggest or would consider it.
    """

    finding: str
    label: str
    settles: tuple[str, ...]
    burden: str
    remark: str | None = None
    advised_against_by: tuple[str, ...] = ()
    advised_by: tuple[str, ...] = ()


class WithoutTreatment(Frozen):
    """What happens with none of the options.

    ``per_1000`` is the lowest and the highest figure drawn on, ``pooled`` what they come to together.
    """

    per_1000: tuple[float, float] | None
    says: str
    pooled: Annotated[float | None, Field(description="Births per 1000; null where nothing can be said.")] = None
    kind: Annotated[BaselineKind | None, Field(description="Whose chance it is.")] = None


class OverlayChange(Frozen):
    """One thing about an option that is other with the overlays than without them, for her.

    ``was`` and ``now`` are null where the option is not there, or nothing was computed.
    """

    option: OptionKey
    name: str
    what: Literal["status", "rank", "certainty", "could_be"]
    was: str | int | tuple[str, ...] | None
    now: str | int | tuple[str, ...] | None


class Assessment(BaseModel):
    """The ranked evidence summary for one woman.

    Its parts are plain frozen dataclasses, made from what was computed and never checked again; the JSON Schema and the
    reading of a stored result are pydantic's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    decidua: Annotated[str, Field(description="Version of decidua.")]
    as_of: Annotated[str, Field(description="The day it stands for.")]
    rulebook: Identity
    evidence: Identity
    profile: Identity
    engine: Annotated[str, Field(description="Engines that ran and agreed.")]
    who: Annotated[tuple[str, ...], Field(description="Who she is, in two lines.")]
    notes: Annotated[tuple[str, ...], Field(description="What was given and could not be used.")]
    definitions: tuple[DefinitionAnswer, ...]
    definitions_differ: Annotated[
        tuple[DefinitionDifference, ...], Field(description="Why definitions do not agree on her; empty where they do.")
    ]
    unexplained: tuple[UnexplainedAnswer, ...]
    causes: tuple[CauseAnswer, ...]
    subsets: tuple[SubsetAnswer, ...]
    without_treatment: WithoutTreatment
    options: tuple[OptionAnswer, ...]
    next: tuple[NextFinding, ...]
    not_read: Annotated[tuple[str, ...], Field(description="Documents whose position on an option was not read.")]
    notice: str
    overlays: Annotated[tuple[Overlay, ...], Field(description="Local overlays that lie over the rulebook.")] = ()
    changed_by_overlays: Annotated[
        tuple[OverlayChange, ...], Field(description="What is other, for her, than without the overlays.")
    ] = ()
    with_retracted: Annotated[
        WithRetracted | None,
        Field(description="What would differ had retracted and questioned work counted; null where it was not asked."),
    ] = None
    stability: Annotated[
        Stability | None,
        Field(description="What hangs on a single study, and on her chance without treatment; null where not asked."),
    ] = None
    cumulative_chance: Annotated[
        CumulativeChance | None, Field(description="For ESHRE's rule; null where no such transfer is described.")
    ] = None
    rates: Annotated[
        RatesUse | None,
        Field(description="Her clinic's own table of rates and what it gave; null where none was given."),
    ] = None
