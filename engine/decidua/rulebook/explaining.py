"""What the rules say for explanations: which known findings can change, and where the search for sets ends."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from decidua.errors import nearest
from decidua.evidence.models import Record, Text, Texts
from decidua.profile.vocabulary import vocabulary

__all__ = ["PAST", "Changeable", "ExplainPolicy"]


class Changeable(Record):
    """Findings that can come to be otherwise, so that an explanation may name the change.

    Attributes:
        to: What they can come to be; null is any other value, and ``more`` a number that only grows.
        by: What brings it about: a decision, a treatment, or time and the course of things.
        why: A sentence on why they can change.
    """

    findings: Annotated[Texts, Field(min_length=1)]
    to: Annotated[tuple[bool | str, ...], Field(strict=False, min_length=1)] | Literal["more"] | None
    by: Literal["decision", "treatment", "course"]
    why: Text

    @model_validator(mode="after")
    def _can_change(self) -> Self:
        for name in self.findings:
            fact = vocabulary().get(name)
            if fact is None:
                raise ValueError(f"there is no finding '{name}'{nearest(name, list(vocabulary()))}")
            if name.startswith(PAST) or not fact.obtainable:
                raise ValueError(f"'{name}' is past or a matter of age, and can never be said to change; leave it out")
            if name in LOST or (name == "pregnancy.pregnant" and self.to != (True,)):
                raise ValueError(f"'{name}' cannot be said to change that way: it would suppose that a pregnancy ends")
            allowed = (True, False) if fact.kind == "yes_no" else fact.choices
            if self.to == "more" and fact.kind not in ("integer", "number"):
                raise ValueError(f"'{name}' is no number, and cannot become more")
            if isinstance(self.to, tuple) and not set(self.to) <= set(allowed):
                raise ValueError(f"'{name}' can never be {', '.join(str(one) for one in self.to)}")
        return self


PAST = ("age", "losses.", "pregnancies.", "live_births.", "births.", "transfers.", "embryos.", "ivf.", "tried.")
"""How the names of findings begin that no rulebook may call changeable: her age, and what has happened."""

LOST = ("pregnancy.missed_miscarriage", "pregnancy.ectopic")
"""Findings of a pregnancy that is lost."""


class ExplainPolicy(Record):
    """Which known findings can change, and where the search for the smallest sets of an explanation ends.

    Attributes:
        changeable: What is not named here never changes: her age, her losses and transfers, what a test once showed.
        most_findings: Largest set that is looked for where the quick search had to leave something out.
        most_sets: Most sets named.
        most_steps: Most joinings of two ways tried in one go.
    """

    says: Texts
    changeable: Annotated[tuple[Changeable, ...], Field(strict=False)]
    most_findings: Annotated[int, Field(ge=1, le=20)]
    most_sets: Annotated[int, Field(ge=1, le=100)]
    most_steps: Annotated[int, Field(ge=100, le=10_000_000)]

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        named = [name for one in self.changeable for name in one.findings]
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise ValueError(f"says twice how {', '.join(twice)} can change; say it once")
        return self
