"""The part of a report that says what would differ had retracted and questioned work counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.assessment.answers.change import Change, WithRetracted, WorkLeftOut
from decidua.report.change import change_bullets
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph, list_words

__all__ = ["with_retracted_blocks"]


def with_retracted_blocks(answer: WithRetracted, *, full: bool) -> Iterator[Block]:
    """Yield what would differ with retracted and questioned work, as what it is: not to be relied upon.

    Args:
        answer: What would differ.
        full: Name the works that bear on ways of use that are not hers, too.
    """
    yield Heading("Had retracted and questioned work counted", 2, "bad")
    yield Paragraph(answer.says, "bad")
    shown = [work for work in answer.works if full or work.for_her or work.integrity == "retracted"]
    if not answer.works:
        yield Paragraph("No option names a retracted or questioned work of that date.")
        return
    yield Bullets(tuple(_work(work) for work in shown))
    if len(shown) < len(answer.works):
        hidden = len(answer.works) - len(shown)
        noun = "work" if hidden == 1 else "works"
        yield Paragraph(f"{hidden} more questioned {noun} on ways of use that are not hers, with --all.", "muted")
    retracted = [work for work in answer.works if work.integrity == "retracted"]
    if retracted:
        yield from _scenario("With the retracted work", answer.retracted_counted, retracted, full=full)
    if len(retracted) < len(answer.works):
        yield from _scenario("With the questioned work too", answer.all_counted, answer.works, full=full)


def _work(work: WorkLeftOut) -> Bullet:
    would = "would be pooled" if work.enters else f"would still enter no line of evidence: {work.because}"
    said = work.integrity.replace("_", " ")
    return Bullet(f"{work.id} ({said})", f"{work.citation}; {would}.", "bad" if said == "retracted" else "open")


def _scenario(title: str, changes: Sequence[Change], works: Sequence[WorkLeftOut], *, full: bool) -> Iterator[Block]:
    yield Heading(f"{title}: not to be relied upon", 3, "bad")
    told = [change for change in changes if full or change.what != "rank" or change.about == "option"]
    if told:
        yield Bullets(tuple(change_bullets(told, several=True)))
        return
    names = list_words([work.id for work in works if full or work.for_her or work.integrity == "retracted"])
    yield Paragraph(f"Nothing would differ with {names}." if names else "Nothing would differ.")
