"""What the rules say for asking: the order of burdens, what may stay unknown, and where the search for sets ends."""

from typing import Annotated, Self, get_args

from pydantic import Field, model_validator

from decidua.errors import nearest
from decidua.evidence.models import Record, Text, Texts
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.models import Burden

__all__ = ["NextPolicy", "StaysUnknown"]


class StaysUnknown(Record):
    """A finding that looking for it may leave unknown, so that a set with it settles nothing.

    Attributes:
        where: What comes out then, in a phrase.
    """

    finding: Text
    where: Text

    @model_validator(mode="after")
    def _is_a_finding(self) -> Self:
        if self.finding not in vocabulary():
            raise ValueError(f"there is no finding '{self.finding}'{nearest(self.finding, list(vocabulary()))}")
        return self


class NextPolicy(Record):
    """What to find out next: the order of burdens, and where the search for the smallest sets ends.

    Attributes:
        burdens: From light to heavy; what is past is no burden, since it can no longer be found out.
        stays_unknown: Findings that looking for them may leave unknown.
        most_questions: Most questions in a set.
        most_sets: Most sets looked for.
        most_combinations: Most combinations of answers tried for one set of conditions.
    """

    burdens: Annotated[tuple[Burden, ...], Field(strict=False)]
    says: Texts
    stays_unknown: Annotated[tuple[StaysUnknown, ...], Field(strict=False)] = ()
    most_questions: Annotated[int, Field(ge=1, le=12)]
    most_sets: Annotated[int, Field(ge=1, le=100)]
    most_combinations: Annotated[int, Field(ge=100, le=10_000_000)]

    @model_validator(mode="after")
    def _orders_every_burden(self) -> Self:
        wanted = [burden for burden in get_args(Burden) if burden != "past"]
        if sorted(self.burdens) != sorted(wanted):
            raise ValueError(f"must name each of {', '.join(wanted)} once")
        return self
