"""What documents say of tests and other care that is no option: positions, comparisons, and sources not relied on.

They are shown and named; none of them moves the status of an option.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from decidua.evidence.models import Contradiction, Identified, PositionCondition, Record, Source, Stance, Text, Texts

__all__ = ["CareFile", "CarePosition", "CareSubject", "Comparison", "UnreliableSource"]


class CareSubject(Record):
    """Something that documents speak of and that is neither an option nor a single investigation.

    Attributes:
        kind: A treatment that is no option, a group of tests, or a whole work-up.
        tests: Keys of the investigations it stands for; none for a treatment or a whole work-up.
    """

    key: Text
    name: Text
    kind: Literal["treatment", "test_group", "workup"]
    tests: Texts = ()


class CarePosition(Identified):
    """What one document says of one test, or of other care.

    Attributes:
        guideline: Id of the document.
        subject: Key of an investigation, or of a subject of its own.
        facts: The findings it speaks of, where not all that its test yields; empty means all of them.
        part: The same in words, where that is a part of the test.
        co_conditions: What narrows the condition; whether all or any of them are needed stands in ``population``.
        population: Whom it speaks of, in words.
        in_brief: What it says, in our words.
        grade_as_printed: The grade on the document's own scale.
        rating: The colour a regulator gives, with the date of it.
        tier: The tier in which a document lists a test.
    """

    guideline: Text
    subject: Text
    facts: Texts = ()
    part: Text | None = None
    condition: PositionCondition
    co_conditions: Texts = ()
    position: Stance
    strength: Literal["strong", "conditional", "good_practice", "not_graded", "not_read"]
    certainty: Literal["high", "moderate", "low", "very_low", "not_read"]
    population: Text
    in_brief: Text
    grade_as_printed: Text | None = None
    rating: Text | None = None
    tier: Literal["recommended", "selective", "research", "not_recommended"] | None = None
    notes: Texts = ()
    source: Source


class Comparison(Identified):
    """A paper that compares documents; what it says is shown as its own, never as a position."""

    in_brief: Text
    source: Source


class UnreliableSource(Identified):
    """A source that was seen and is not relied on.

    Attributes:
        url: Its address; with ``url_exact`` false only the site is named.
        fault: It contradicts what it retells, drops a condition, or was written by a machine.
        why: The same in words.
    """

    url: Text
    url_exact: bool = True
    fault: Literal["contradicts_source", "drops_condition", "machine_written"]
    why: Text


class CareFile(Record):
    """``rules/evidence/guidelines_tests.yaml``; an overlay may hold any of its lists."""

    topic: Literal["guidelines_tests"]
    subjects: Annotated[tuple[CareSubject, ...], Field(strict=False)] = ()
    care_positions: Annotated[tuple[CarePosition, ...], Field(strict=False)] = ()
    contradictions: Annotated[tuple[Contradiction, ...], Field(strict=False)] = ()
    comparisons: Annotated[tuple[Comparison, ...], Field(strict=False)] = ()
    unreliable: Annotated[tuple[UnreliableSource, ...], Field(strict=False)] = ()
