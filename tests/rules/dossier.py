"""Draws a rulebook in the shape of the dossier's digest, and says where the two differ: record, row and figure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import decidua
from decidua.evidence.care import CarePosition
from decidua.evidence.models import Arm, Citation, Outcome, PooledResult, Position, Reported, Study
from decidua.rulebook.models import Caution, Drug

Entry = dict[str, Any]
Digest = dict[str, dict[str, Entry]]


# From the rules to the shape of the digest ----------------------------------------------------------------------------


def kept(**fields: Any) -> Entry:
    return {name: value for name, value in fields.items() if value is not None}


def flag(holds: bool) -> bool | None:
    return True if holds else None


def without_prefix(population: str) -> str:
    """Some populations of a synthesis are comparisons and say so first."""
    return population.removeprefix("contrast: ")


def of_citation(citation: Citation) -> Entry:
    unread = [name for name in ("authors", "title", "journal", "year") if getattr(citation, name) is None]
    known = {name: getattr(citation, name) for name in ("year", "doi", "pmid", "volume", "pages")}
    return kept(**known, not_read=unread or None)


def of_arm(arm: Arm | None) -> Entry | None:
    return None if arm is None else kept(events=arm.events, total=arm.total, percent=arm.percent)


def of_reported(reported: Reported | None) -> Entry | None:
    if reported is None:
        return None
    return kept(
        measure=reported.measure,
        value=reported.value,
        ci=reported.ci and list(reported.ci),
        p=reported.p,
        adjusted=reported.adjusted,
        unit=reported.unit,
        says_more=flag(reported.direction is not None),
    )


def of_outcome(outcome: Outcome) -> Entry:
    return kept(
        outcome=outcome.outcome,
        per=outcome.per,
        labelled=flag(outcome.label is not None),
        subgroup=outcome.subgroup,
        contrast=outcome.contrast,
        intervention=of_arm(outcome.treated),
        comparator=of_arm(outcome.control),
        counts=outcome.counts,
        reported=of_reported(outcome.reported),
    )


def of_study(study: Study) -> Entry:
    return kept(
        design=study.design,
        blinding=study.blinding,
        condition=study.condition,
        published=study.published,
        published_inferred=flag(study.published_inferred),
        registered=study.registered,
        centres=study.centres,
        comparator=study.comparator and study.comparator.kind,
        integrity=study.integrity.status,
        use_in_pooling=study.pooled,
        same_paper_as=study.same_as,
        read=study.source.read,
        citation=of_citation(study.citation),
        outcomes=[of_outcome(outcome) for outcome in study.outcomes],
    )


def of_pooled(pooled: PooledResult) -> Entry:
    counts = [one.model_dump() for one in pooled.trial_counts]
    plain = pooled.model_dump(exclude={"note", "population", "ci", "trial_counts"})
    population = None if pooled.population is None else without_prefix(pooled.population)
    return kept(**plain, population=population, ci=pooled.ci and list(pooled.ci), trial_counts=counts or None)


def of_position(position: Position) -> Entry:
    names = ("guideline", "option", "drug", "condition", "position", "strength", "certainty")
    return kept(
        **{name: getattr(position, name) for name in names},
        grade_as_printed=position.grade_as_printed and position.grade_as_printed.split()[-1],
        rating=position.rating and position.rating.split()[0],
        read=position.source.read,
    )


def of_care(position: CarePosition) -> Entry:
    """Draw a position on a test or other care; grades and colours stand in words, after and before others."""
    names = ("guideline", "subject", "condition", "position", "strength", "certainty", "population", "tier")
    grades = position.grade_as_printed and position.grade_as_printed.removeprefix("RCOG grade ").split(" and ")
    colour, _, date = (position.rating or "").partition(" ")
    return kept(
        **{name: getattr(position, name) for name in names},
        co_conditions=list(position.co_conditions) or None,
        grades=grades,
        rating=colour or None,
        rated=date.strip("()").removeprefix("as of ") or None,
        read=position.source.read,
    )


def of_caution(caution: Caution) -> Entry:
    return kept(
        fact=caution.finding,
        level=caution.level,
        jurisdiction=caution.jurisdiction,
        hard_stop=None if caution.hard_stop else False,
        at_one_dose_only=flag(caution.only_at is not None),
        product=caution.product,
        read="no source" if caution.source is None else caution.source.read,
        quality=caution.source and caution.source.quality,
        watched=flag(caution.watched),
    )


def of_drug(drug: Drug) -> Entry:
    sections = ("effects", "screening", "monitoring", "pregnancy", "lactation", "doses")
    screening = [
        kept(
            fact=one.finding,
            level="screening",
            jurisdiction=one.jurisdiction,
            read=one.source.read,
            quality=one.source.quality,
        )
        for one in drug.screening or ()
    ]
    return kept(
        option=drug.option,
        lines=[*map(of_caution, drug.cautions), *screening],
        sections_not_read=sorted(name for name in sections if getattr(drug, name) is None) or None,
    )


def in_the_rules(book: decidua.Rulebook) -> dict[str, dict[str, Entry]]:
    """The rulebook, drawn in the shape of the digest."""
    return {
        "studies": {one.id: of_study(one) for one in book.studies},
        "syntheses": {
            one.id: kept(
                published=one.published,
                published_inferred=flag(one.published_inferred),
                searched_until=one.searched_until,
                integrity=one.integrity.status,
                use=one.used,
                same_paper_as=one.same_as,
                read=one.source.read,
                citation=of_citation(one.citation),
                pooled=[of_pooled(pooled) for pooled in one.pooled],
            )
            for one in book.syntheses
        },
        "ongoing": {one.id: kept(registry_id=one.registry_id) for one in book.ongoing},
        "documents": {
            one.id: kept(
                society=one.society,
                kind=one.kind,
                published=one.published,
                year=one.year,
                supersedes=list(one.supersedes) or None,
                superseded_by=list(one.superseded_by) or None,
                read=one.source.read,
            )
            for one in book.guidelines
        },
        "positions": {one.id: of_position(one) for one in book.positions},
        "care_positions": {one.id: of_care(one) for one in book.care_positions},
        "contradictions": {
            one.id: kept(
                options=list(one.options) or None, tests=list(one.tests) or None, positions=sorted(one.positions)
            )
            for one in book.contradictions
        },
        "comparisons": {one.id: kept(read=one.source.read, url=one.source.url) for one in book.comparisons},
        "unreliable": {
            one.id: kept(url=one.url, fault=one.fault, url_exact=None if one.url_exact else False)
            for one in book.unreliable
        },
        "drugs": {one.key: of_drug(one) for one in book.drugs},
    }


# The comparison -------------------------------------------------------------------------------------------------------


def differences(read: Any, rules: Any, at: str) -> Iterator[str]:
    """Say, in both directions, where two entries differ: the record, the row and the figure."""
    if isinstance(read, dict) and isinstance(rules, dict):
        for name in sorted({*read, *rules}):
            where = f"{at}: {name}" if ":" not in at or is_row(at) else f"{at} {name}"
            yield from differences(read.get(name), rules.get(name), where)
    elif is_rows(read) and is_rows(rules):
        yield from row_differences(read, rules, at.rpartition(":")[0])
    elif read != rules:
        yield f"{at}: read {said(read)}, rules say {said(rules)}"


def is_row(at: str) -> bool:
    return at.endswith(")")


def is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def said(value: Any) -> str:
    return "nothing" if value is None else str(value)


def row_name(row: Entry) -> str:
    """Name a row so that a reader finds it: ``live_birth per woman (29/35 v 16/33)``."""
    if "fact" in row:
        return f"{row['fact']} ({row['level']})"
    if "trial" in row:
        return f"{row['trial']} ({row['e1']}/{row['n1']})"
    if "per" not in row:
        return f"{row['outcome']} ({row.get('population', 'all')}, {row['measure']} {said(row.get('value'))})"
    arms = [row[name] for name in ("intervention", "comparator") if name in row]
    figures = " v ".join(f"{arm.get('events', '?')}/{arm.get('total', '?')}" for arm in arms)
    return f"{row['outcome']} per {row['per']} ({figures})"


def row_differences(read: list[Entry], rules: list[Entry], at: str) -> Iterator[str]:
    """Pair the rows that are alike, then the likest of the others; what finds no partner was lost or added."""
    left = [row for row in read if row not in rules or read.count(row) != rules.count(row)]
    right = [row for row in rules if row not in read or read.count(row) != rules.count(row)]
    while left and right:
        one, other = max(product(left, right), key=lambda pair: likeness(*pair))
        left.remove(one)
        right.remove(other)
        yield from differences(one, other, f"{at}: {row_name(one)}")
    yield from (f"{at}: {row_name(row)}: read, and lost from the rules" for row in left)
    yield from (f"{at}: {row_name(row)}: in the rules, and never read" for row in right)


def likeness(one: Entry, other: Entry) -> int:
    names = {*one, *other}
    return sum(one.get(name) == other.get(name) for name in names) + 5 * (one.get("fact") == other.get("fact"))


def compare(read: dict[str, dict[str, Entry]], rules: dict[str, dict[str, Entry]]) -> list[str]:
    """Return every difference between what was read and what the rules say."""
    found: list[str] = []
    for kind in sorted({*read, *rules}):
        ours, theirs = rules.get(kind, {}), read.get(kind, {})
        for id_ in sorted({*ours, *theirs}):
            at = f"{kind} {id_}"
            if id_ not in ours:
                found.append(f"{at}: read, and lost from the rules")
            elif id_ not in theirs:
                found.append(f"{at}: in the rules, and never read")
            else:
                found.extend(differences(theirs[id_], ours[id_], at))
    return found
