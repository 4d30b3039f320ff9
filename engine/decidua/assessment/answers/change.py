"""What is said differently of one woman: between two dates, or had retracted and questioned work counted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from decidua.evidence.models import OptionKey
from decidua.frozen import Frozen

__all__ = ["About", "Change", "How", "What", "WithRetracted", "WorkLeftOut"]

About = Literal["option", "strategy", "definition", "panel", "cause", "subset"]
What = Literal["status", "leading_strategy", "certainty", "effect", "further_effects", "rank", "verdict", "usual_care"]
How = Literal["alone", "together", "each_alone", "not_known"]


class Change(Frozen):
    """One thing that is said differently.

    Attributes:
        about: What kind of thing it is said of; ``id`` and ``name`` tell which.
        option: The option, where it is said of one or of a way to use it.
        before, after: What was said; None where nothing was.
        by: Ids of the sources that made it.
        says: What a definition or panel says, in words; None for anything else.
        how: ``alone``: that one source; ``together``: it takes all of them to be as it is; ``each_alone``: any one of
            them would have done; ``not_known``: no source on record explains it.
    """

    about: About
    id: str
    name: str
    option: OptionKey | None
    what: What
    before: str | None
    after: str | None
    by: tuple[str, ...] = ()
    how: How = "not_known"
    says: str | None = None


class WorkLeftOut(Frozen):
    """A retracted or questioned work, and what would come of counting it."""

    id: str
    kind: Literal["study", "synthesis"]
    integrity: Literal["none_known", "concern", "expression_of_concern", "retracted"]
    published: str | None
    citation: str
    options: Annotated[tuple[OptionKey, ...], Field(description="Options that name it.")]
    for_her: Annotated[bool, Field(description="Whether a way of use that names it applies, or may apply, to her.")]
    enters: Annotated[bool, Field(description="Whether it would enter a line of evidence, were it sound.")]
    because: Annotated[str | None, Field(description="Why it would enter none even then.")]


class WithRetracted(Frozen):
    """What would be said had retracted and questioned work counted; nothing of it is to be relied upon.

    Attributes:
        says: The warning that goes with it.
        works: The works, the retracted first.
        retracted_counted: What would differ, had the retracted work counted as if it were sound.
        all_counted: The same with the questioned work counted as sound too.
    """

    says: str
    works: tuple[WorkLeftOut, ...]
    retracted_counted: tuple[Change, ...]
    all_counted: tuple[Change, ...]
