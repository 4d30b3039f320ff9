"""What is answered to "what to find out next": open options, what would settle them, and the order of findings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from decidua.evidence.models import OptionKey
from decidua.frozen import Frozen
from decidua.rulebook.overlay import Overlay
from decidua.rulebook.policy import Status

__all__ = ["AnswerEffect", "AskedFinding", "OpenOption", "OpenWay", "Outcome", "QuestionToAsk", "ToFindOut", "WayOut"]


class WayOut(Frozen):
    """A smallest set: with these known, whatever they show, nothing more needs to be found out.

    Attributes:
        questions: Keys of the questions.
        names: What they are called.
        findings: The findings of theirs that it takes.
        not_urged: Names of the immune markers among them, and of tests that are only advised against.
    """

    questions: tuple[str, ...]
    names: tuple[str, ...]
    findings: tuple[str, ...]
    not_urged: tuple[str, ...]


class OpenWay(Frozen):
    """A way to use an option of which it is not known whether she is in its population.

    Attributes:
        leaves_open: What no finding can settle: then the sets settle all but this.
        complete: Whether every smallest set stands in ``sets``; false where the search stopped at a declared limit.
        smallest: Whether the sets are the smallest there are; false where one of too many questions stands in.
    """

    strategies: tuple[str, ...]
    titles: tuple[str, ...]
    could_be: tuple[Status, ...]
    sets: tuple[WayOut, ...]
    leaves_open: tuple[str, ...]
    complete: bool
    smallest: bool


class OpenOption(Frozen):
    """An option whose status is not settled; ``whole`` settles every way at once, ``ways`` each by itself."""

    option: OptionKey
    name: str
    status: Status
    could_be: tuple[Status, ...]
    whole: OpenWay
    ways: tuple[OpenWay, ...]


class Outcome(Frozen):
    """What an option would be with one answer, were nothing else to come in.

    Attributes:
        was: Its status without the answer.
    """

    option: OptionKey
    name: str
    status: Status
    could_be: tuple[Status, ...]
    was: Status


class AnswerEffect(Frozen):
    """One possible answer and the options it changes; none where it changes nothing by itself."""

    says: str
    changes: tuple[Outcome, ...]
    settles: tuple[OptionKey, ...]


class AskedFinding(Frozen):
    """One finding with every answer it can have.

    Attributes:
        stays_unknown_if: What may come out when it is looked for that leaves it unknown and settles nothing.
    """

    finding: str
    label: str
    answers: tuple[AnswerEffect, ...]
    stays_unknown_if: str | None = None


class QuestionToAsk(Frozen):
    """What can be found out in one go.

    Attributes:
        could_settle: Options that one answer, by itself, could settle.
        bears_on: Options that it could change, by itself or with others.
        remark: What must be known before asking; a marker that the field advises against is named as such.
        advised_against_by: Current society documents that advise against the test, or keep it to research.
        advised_by: Current society documents that recommend, suggest or would consider it.
    """

    question: str
    name: str
    burden: str
    could_settle: tuple[OptionKey, ...]
    bears_on: tuple[OptionKey, ...]
    findings: tuple[AskedFinding, ...]
    remark: str | None = None
    advised_against_by: tuple[str, ...] = ()
    advised_by: tuple[str, ...] = ()


class ToFindOut(Frozen):
    """What to find out next for one woman, and what it would settle.

    Attributes:
        who: Who she is.
        ask: Worth asking, in order.
        not_urged: Never urged: immune markers, and tests that societies advise against and none advises.
        safety: Findings that can only rule an option out, as contraindications.
        not_yet: What cannot be known before the next pregnancy.
        no_longer: What can no longer be found out.
        changes_nothing: Unknown findings that rules ask about, and that would change no option.
    """

    decidua: str
    as_of: str
    rulebook: str
    engine: str
    who: tuple[str, ...]
    open: tuple[OpenOption, ...]
    settled: Annotated[tuple[OptionKey, ...], Field(description="Options whose status is settled.")]
    ask: tuple[QuestionToAsk, ...]
    not_urged: tuple[QuestionToAsk, ...]
    safety: tuple[QuestionToAsk, ...]
    not_yet: tuple[str, ...]
    no_longer: tuple[str, ...]
    changes_nothing: tuple[str, ...]
    limits: Annotated[str, Field(description="Where the search for the smallest sets ends.")]
    notice: str
    overlays: tuple[Overlay, ...] = ()
