"""What hangs on a single study, and what on her chance without treatment: the answer that reports format."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from decidua.evidence.models import OptionKey
from decidua.frozen import Frozen
from decidua.rulebook.policy import Certainty, Status

__all__ = [
    "BaselineRange",
    "OptionOverRange",
    "OptionStability",
    "Place",
    "Said",
    "Stability",
    "StudyLeftOut",
    "WithoutStudy",
]

Said = Literal["status", "rank", "certainty"]
PerThousand = tuple[float, float, float]


class Place(Frozen):
    """Where an option stands, with all studies or without one.

    Attributes:
        certainty: Computed certainty of its leading way of use; None where nothing can be computed.
        level_with: Options that stand level with it on status and evidence: the order among them is by name.
        leading_strategy: Id of the way of use whose status and certainty it takes.
        rests_on: Ids of the studies in the main line of evidence of that way of use.
    """

    status: Status
    rank: Annotated[int, Field(ge=1)]
    certainty: Certainty | None
    level_with: tuple[OptionKey, ...]
    leading_strategy: str
    rests_on: tuple[str, ...]


class StudyLeftOut(Frozen):
    """A study that was left out.

    Attributes:
        name: First author and year, or the id where no author was read.
        filings: Ids of other records of the same paper, left out with it.
        options: Options that draw on it.
        moves: Whether any option stands elsewhere without it.
    """

    id: str
    name: str
    filings: tuple[str, ...]
    citation: str
    options: tuple[OptionKey, ...]
    moves: bool


class WithoutStudy(Frozen):
    """Where an option stands without one study, where that is elsewhere.

    Attributes:
        without: Id of the study.
        name: Its name.
        changed: What of the option is other.
        own: True where its own status, certainty or evidence is other; False where only its rank is, since another
            option moved past it.
        moved_past: Options whose own place changed and that stand on its other side then.
        because: What of its evidence is other, where its place in the order follows from it.
        says: The change in a sentence.
    """

    without: str
    name: str
    after: Place
    changed: tuple[Said, ...]
    own: bool
    moved_past: tuple[OptionKey, ...]
    because: str | None
    says: str


class OptionStability(Frozen):
    """What of an option hangs on a single study.

    Attributes:
        studies: Ids of the studies left out that it draws on.
        changes: What is other without which study, the worst first.
        says: That in a sentence.
    """

    option: OptionKey
    name: str
    now: Place
    studies: tuple[str, ...]
    changes: tuple[WithoutStudy, ...]
    says: str


class OptionOverRange(Frozen):
    """An option at each chance of a range.

    Attributes:
        ranks, statuses, certainties: What is said of it at each chance.
        strategy: Id of the leading way of use at the first chance, whose main effect is shown.
        outcome: Outcome of that effect; None where there is none.
        ratio: Its risk ratio with its 95 % interval.
        carried: Whether her chance carries it; where it does not, it stays as it is.
        per_1000: Live births per 1000 with the treatment at each chance: point, low, high. Empty where not carried.
        carried_by: The ratio that carries each: the odds ratio where the risk ratio would pass 1000 per 1000.
    """

    option: OptionKey
    name: str
    ranks: tuple[int, ...]
    statuses: tuple[Status, ...]
    certainties: tuple[Certainty | None, ...]
    strategy: str
    outcome: str | None
    ratio: PerThousand | None
    carried: bool
    per_1000: tuple[PerThousand | None, ...]
    carried_by: tuple[Literal["RR", "OR"], ...]


class BaselineRange(Frozen):
    """What is said of her at each chance of a live birth without treatment, from low to high.

    Attributes:
        unit: What the chance is of: ``next_pregnancy`` or ``transfer``.
        chances: The chances, above 0 and below 1.
        source: Where the range comes from; None for decidua's own choice.
        same: Whether rank, status and certainty of every option are the same at each.
        says: That in a sentence.
        options: The options in the order of the first chance.
    """

    unit: str
    chances: tuple[float, ...]
    source: str | None
    same: bool
    says: str
    options: tuple[OptionOverRange, ...]


class Stability(Frozen):
    """What hangs on a single study, and what on her chance without treatment.

    Attributes:
        says: What was done, and what came of it.
        studies: The studies that were left out in turn.
        options: The options, worst first; those that no study moves come last, in rank order. None where nothing is
            known of her.
        ranges: A range for each unit of chance; none where nothing is known of her.
    """

    says: str
    studies: tuple[StudyLeftOut, ...]
    options: tuple[OptionStability, ...]
    ranges: tuple[BaselineRange, ...]
