"""What is said of her standing: in the studies of an option, and in those of one line of evidence."""

from typing import Annotated, Literal

from pydantic import Field

from decidua.frozen import Frozen

__all__ = ["BaselineKind", "HersAnswer", "OpenStanding", "StandingAnswer", "StandingPart"]

Answer = Literal["yes", "no", "unknown"]
BaselineKind = Literal["given", "declared_rule", "studies_she_fits", "all_studies"]


class StandingPart(Frozen):
    """The studies of a line of evidence in which she has one standing."""

    studies: tuple[str, ...]
    women: Annotated[int, Field(ge=0, description="Participants in both arms, in the unit of the line's 'per'.")]
    events: Annotated[int, Field(ge=0, description="Events in both arms.")]


class HersAnswer(Frozen):
    """A line of evidence by her standing, and what comes of the studies that she would have been in alone.

    The figures are null where she would have been in all of them, since they are those of the line, and where she is
    not known to have been in any.
    """

    which: Annotated[
        Literal["all", "some", "none"], Field(description="In how many of its studies she would have been.")
    ]
    yes: StandingPart
    no: StandingPart
    unknown: StandingPart
    studies: Annotated[int, Field(ge=0, description="Studies that she would have been in, on the criteria read.")]
    women: Annotated[int, Field(ge=0, description="Participants in these.")]
    value: Annotated[float | None, Field(description="Their risk ratio.")]
    ci: tuple[float, float] | None
    interval: Annotated[str | None, Field(description="How the interval was made; 'none' where no ratio can be given.")]
    per_1000: Annotated[
        tuple[float, float, float] | None,
        Field(description="Events per 1000 with the treatment by these alone, at the baseline of the line."),
    ]


class OpenStanding(Frozen):
    """What keeps it from being known whether studies would have taken her."""

    what: Annotated[
        Literal["finding", "not_expressed", "not_read"],
        Field(description="A finding of hers, a criterion that no finding expresses, or one that was not read."),
    ]
    finding: Annotated[str | None, Field(description="Name of the finding; null for a criterion.")]
    label: str
    studies: tuple[str, ...]


class StandingAnswer(Frozen):
    """In how many of an option's studies she would have been.

    Looked at are the randomised studies behind the ways to use it that apply or may apply to her, or behind all ways
    where none does; where none is randomised, the other studies. Retracted papers and second filings do not count.
    """

    randomised: Annotated[bool, Field(description="False where no randomised study is among them.")]
    studies: int
    yes: tuple[str, ...]
    no: tuple[str, ...]
    unknown: tuple[str, ...]
    women: Annotated[int, Field(description="Women in the studies that count women.")]
    women_yes: int
    women_no: int
    women_unknown: int
    counting_women: Annotated[int, Field(description="How many of the studies count women.")]
    largest: Annotated[str | None, Field(description="The study with most women; null where none counts women.")]
    largest_women: int | None
    largest_standing: Answer | None
    largest_because: Annotated[str | None, Field(description="What decides it there, in words.")]
    open: Annotated[tuple[OpenStanding, ...], Field(description="By what it cannot be known, the most frequent first.")]
    says: str
