"""What is answered on definitions and panels: verdicts side by side, why they differ, and where she stands."""

from typing import Annotated, Literal

from pydantic import Field

from decidua.frozen import Frozen
from decidua.profile.chances import TransferChance

__all__ = [
    "Answer",
    "CountAnswer",
    "CountedKind",
    "CumulativeChance",
    "DefinitionAnswer",
    "DefinitionDifference",
    "DifferencePoint",
    "DifferenceSide",
    "LossKind",
    "PanelState",
    "PanelTest",
    "UnexplainedAnswer",
]

Answer = Literal["yes", "no", "unknown"]
LossKind = Literal["biochemical", "ectopic", "molar", "second_trimester", "aneuploid", "stillbirth"]


class CountAnswer(Frozen):
    """A number of hers: known exactly where both ends are the same; ``high`` null where no upper end is known."""

    low: int
    high: int | None


class CountedKind(Frozen):
    """Whether one kind of loss counts for a definition, and how many of it she had."""

    kind: LossKind
    counts: Annotated[Literal["yes", "no", "not_read"], Field(description="By the definition as far as it was read.")]
    hers: CountAnswer


class DefinitionAnswer(Frozen):
    """Whether a definition holds."""

    id: str
    society: str
    term: Literal["rpl", "rif"]
    verdict: Answer
    title: Annotated[str, Field(description="Title of the definition.")]
    because: Annotated[str, Field(description="What decided it, or what would.")]
    stands_in: Annotated[
        bool, Field(default=False, description="True where none of the date was read and this oldest one stands in.")
    ]
    asks_for: Annotated[
        int | None, Field(description="Fewest losses that meet it; null for a definition that is no matter of number.")
    ] = None
    in_a_row: Annotated[
        Literal["required", "not_required", "not_read"] | None,
        Field(description="Whether a birth between the losses matters; null where nothing is counted."),
    ] = None
    one_partner: Annotated[
        Literal["required", "not_required", "not_read"] | None,
        Field(description="Whether a loss with an earlier partner is left out beside those with the present one."),
    ] = None
    before_weeks: Annotated[
        int | None, Field(description="Weeks from which a loss surely counts no more, of those that are told apart.")
    ] = None
    counting: Annotated[tuple[CountedKind, ...], Field(description="Which losses count for it.")] = ()
    counted: Annotated[CountAnswer | None, Field(description="How many of her losses count for it.")] = None


class CumulativeChance(Frozen):
    """The predicted chance of implantation that her failed transfers carried together: 1 - product(1 - p)."""

    low: float
    high: float
    transfers: Annotated[
        tuple[TransferChance, ...], Field(description="Each failed transfer described, or one without a known outcome.")
    ]


class DifferenceSide(Frozen):
    """What some definitions say on one point."""

    says: str
    definitions: Annotated[tuple[str, ...], Field(description="Their ids.")]


class DifferencePoint(Frozen):
    """One point on which definitions differ, and on which the difference rests for her."""

    point: Annotated[str, Field(description="number, in_a_row, one_partner, a kind of loss, or the name of a fact.")]
    label: str
    hers: Annotated[str, Field(description="What is known of her on this point.")]
    sides: tuple[DifferenceSide, ...]


class DefinitionDifference(Frozen):
    """Why the definitions of one term do not agree on her; worked out from their rules."""

    term: Literal["rpl", "rif"]
    points: tuple[DifferencePoint, ...]


PanelState = Literal["normal", "abnormal", "not_settled", "missing", "no_longer", "not_judged"]


class PanelTest(Frozen):
    """Where one test of a panel stands for her.

    ``missing`` can still be done; ``not_settled`` has a first result that another must confirm; ``no_longer`` rests on
    tissue of a past loss and can never be had again; ``not_judged`` is known, but whether the panel calls it normal was
    not read.
    """

    test: Annotated[str, Field(description="Key of the investigation.")]
    name: str
    asked_for: Annotated[Answer, Field(description="Whether the panel asks for it in her case.")]
    state: PanelState
    found: Annotated[str, Field(description="What is known of its result; empty where nothing is.")]
    because: Annotated[str, Field(description="What the state rests on, or what would settle it.")]


class UnexplainedAnswer(Frozen):
    """Whether her case is unexplained by a panel of tests, and where she stands on the way there."""

    panel: str
    title: str
    condition: Literal["rpl", "rif"]
    verdict: Answer
    missing: Annotated[
        tuple[str, ...], Field(description="Tests the panel needs whose result is not known and can still be had.")
    ]
    abnormal: Annotated[tuple[str, ...], Field(description="Tests whose result is known and not normal.")]
    stands_in: bool = False
    needed: Annotated[tuple[str, ...], Field(description="Tests that it needs, or may need, in her case.")] = ()
    known: Annotated[tuple[str, ...], Field(description="Those of them whose result is known.")] = ()
    normal: Annotated[tuple[str, ...], Field(description="Those of them whose result is normal.")] = ()
    no_longer_obtainable: Annotated[
        tuple[str, ...], Field(description="Those of them that can no longer be had; never asked for.")
    ] = ()
    not_judged: Annotated[
        tuple[str, ...], Field(description="Known, but whether the panel calls them normal was not read.")
    ] = ()
    not_needed: Annotated[tuple[str, ...], Field(description="Tests that it does not need in her case.")] = ()
    tests: Annotated[tuple[PanelTest, ...], Field(description="Each test that it needs, or may need.")] = ()
    says: Annotated[str, Field(description="Where she stands, in a sentence.")] = ""
