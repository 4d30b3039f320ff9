"""What documents say of an option: a row each with its date, and where they contradict one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from decidua.assessment.answers.evidence import ContradictionEvidence, DocumentRow, Said
from decidua.assessment.evidence.positions import AGAINST, FOR
from decidua.assessment.words import NO_DATE, POSITION_WORDS, READ_WORDS, edition
from decidua.evidence.care import CarePosition
from decidua.evidence.models import Contradiction, Guideline, Position, Stance, last_day
from decidua.rulebook.book import DatedRulebook

__all__ = ["contradictions_on", "documents_on", "name_of", "side_by_side", "sort_key", "speaking", "unread_on"]

CONDITIONS = ("rpl", "threatened_miscarriage", "rif", "ivf", "aps")


def documents_on(view: DatedRulebook, option: str) -> list[DocumentRow]:
    """Return what documents say of an option, current ones first, newest first within."""
    said: dict[str, list[Position]] = {}
    for position in view.positions:
        if position.option == option:
            said.setdefault(position.guideline, []).append(position)
    guidelines = sorted((view.guidelines[id_] for id_ in said), key=sort_key, reverse=True)
    guidelines.sort(key=lambda one: (view.superseded(one) is not None, one.kind != "society_document"))
    number = 0
    rows = []
    for guideline in guidelines:
        statements = []
        for position in sorted(said[guideline.id], key=lambda one: CONDITIONS.index(one.condition)):
            number += 1
            statements.append(_said(number, position))
        rows.append(_row(view, guideline, tuple(statements)))
    return rows


def sort_key(guideline: Guideline) -> tuple[str, str]:
    """Return the last day that the date of a document can mean, empty where none was read, and its id."""
    return last_day(guideline.published) if guideline.published else "", guideline.id


def _row(view: DatedRulebook, guideline: Guideline, said: tuple[Said, ...]) -> DocumentRow:
    newer = view.superseded(guideline)
    return DocumentRow(
        guideline=guideline.id,
        society=guideline.society_name,
        year=edition(guideline),
        published=guideline.published,
        kind=guideline.kind,
        superseded_by=None if newer is None else name_of(view.guidelines[newer]),
        read=READ_WORDS[guideline.source.read],
        said=said,
    )


def name_of(guideline: Guideline) -> str:
    """Return the society with the year of the edition."""
    year = edition(guideline)
    return guideline.society_name if year == NO_DATE else f"{guideline.society_name} {year}"


def _said(number: int, position: Position) -> Said:
    return Said(
        number=number,
        id=position.id,
        condition=position.condition,
        position=position.position,
        words=POSITION_WORDS[position.position],
        drug=position.drug,
        strength=position.strength,
        certainty=position.certainty,
        population=position.population,
        in_brief=position.in_brief,
    )


def contradictions_on(view: DatedRulebook, option: str) -> Iterator[ContradictionEvidence]:
    """Yield the recorded contradictions on an option."""
    return side_by_side(view, (one for one in view.book.contradictions if option in one.options))


def side_by_side(view: DatedRulebook, contradictions: Iterable[Contradiction]) -> Iterator[ContradictionEvidence]:
    """Yield contradictions with who stands on which side.

    On a date at which documents were still to come, a contradiction needs two documents that already differed; why they
    differ is left out then, since it was written with all of them in view.
    """
    whole = len(view.guidelines) == len(view.book.guidelines)
    here: dict[str, Position | CarePosition] = {one.id: one for one in view.positions}
    here |= {one.id: one for one in view.care_positions}
    for one in contradictions:
        sides: dict[Stance, list[str]] = {}
        for id_ in one.positions:
            if id_ in here:
                position = here[id_]
                name = name_of(view.guidelines[position.guideline])
                names = sides.setdefault(position.position, [])
                if name not in names:
                    names.append(name)
        if whole or len(sides) > 1:
            yield ContradictionEvidence(
                id=one.id,
                topic=one.topic,
                sides=tuple((stance, tuple(names)) for stance, names in sides.items()),
                why=one.why if whole else None,
            )


def unread_on(view: DatedRulebook, option: str) -> list[str]:
    """Return what was not read of documents on an option: a position that was not read is not recorded."""
    if view.as_of is not None and len(view.guidelines) < len(view.book.guidelines):
        return []
    lines = []
    for one in view.book.unread:
        if option in one.options:
            names = [*(name_of(view.guidelines[id_]) for id_ in one.guidelines), *one.documents]
            lines.append(f"{', '.join(dict.fromkeys(names))}: {one.missing}" if names else one.missing)
    return lines


def speaking(view: DatedRulebook, option: str | None) -> tuple[int, int, int]:
    """Count the current documents of societies for, against, and keeping to research; one may count in several.

    Args:
        view: What holds on the date.
        option: The option they speak of; None is any.
    """
    groups: tuple[set[str], set[str], set[str]] = set(), set(), set()
    for position in view.positions:
        guideline = view.guidelines[position.guideline]
        about = position.option is not None and option in (None, position.option)
        if not about or guideline.kind != "society_document" or view.superseded(guideline):
            continue
        for group, stances in zip(groups, (FOR, AGAINST, ("research_only",)), strict=True):
            if position.position in stances:
                group.add(guideline.id)
    return len(groups[0]), len(groups[1]), len(groups[2])
