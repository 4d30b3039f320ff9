"""What differs between two rulebooks as report blocks: the rules in words, then the women, by what made it so.

The women of a table are told together: how many each difference concerns, and the first rows of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from decidua.assessment.answers.change import Change
from decidua.authoring.difference import RulesDifference, WomanChanged
from decidua.authoring.records import FieldChange, RecordChange
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph, Tone, list_words

__all__ = ["difference_blocks"]

HIGHER, LOWER = "higher than before", "lower than before"
ROWS_SHOWN = 5
"""Most rows that are named of the women whom a difference concerns."""

HOW: dict[str, tuple[str, Tone]] = {
    "added": ("is new", "good"),
    "removed": ("is gone", "bad"),
    "changed": ("reads otherwise", "open"),
}


def difference_blocks(difference: RulesDifference) -> list[Block]:
    """Return what differs, the rules first."""
    women = _women(difference) if difference.table is None else _women_of_table(difference)
    remarks = [Paragraph(one, "open") for one in difference.remarks]
    return [*_head(difference), *remarks, *_records(difference), *women]


def _head(one: RulesDifference) -> Iterator[Block]:
    yield Heading("What differs between two rulebooks", 1)
    sides = [f"{side.name} (version {side.version}, {side.sha256[:12]})" for side in (one.old, one.new)]
    yield Paragraph(f"From {sides[0]} to {sides[1]}.", "muted")
    if not one.records:
        yield Paragraph("No record differs.")
        return
    looked_at = _count(one.looked_at, "profile" if one.table is None else "row")
    where = "" if one.table is None else f" of {one.table}"
    yield Paragraph(
        f"{_count(len(one.records), 'record')} differ{'s' if len(one.records) == 1 else ''}. Of "
        f"{looked_at}{where} looked at, {len(one.women) or 'none'} "
        f"{'is' if len(one.women) < 2 else 'are'} judged otherwise."
    )


def _count(number: int, called: str) -> str:
    return f"{number} {called}{'' if number == 1 else 's'}"


def _records(one: RulesDifference) -> Iterator[Block]:
    if one.records:
        yield Heading("The rules", 2)
        yield Bullets(tuple(_record(change) for change in one.records))


def _record(change: RecordChange) -> Bullet:
    words, tone = HOW[change.how]
    where = f" ({change.file}{f', line {change.line}' if change.line else ''})" if change.file else ""
    details = [_field(field) for field in change.fields]
    if change.condition is not None:
        details.append(f"when: {change.condition}")
    return Bullet(f"{change.kind} {change.id}", f"{words}: {change.title}{where}", tone, tuple(details))


def _field(field: FieldChange) -> str:
    if field.before is None:
        return f"{field.field}: now {field.after}"
    if field.after is None:
        return f"{field.field}: no longer {field.before}"
    return f"{field.field}: was {field.before}; now {field.after}"


def _women(one: RulesDifference) -> Iterator[Block]:
    if not one.women:
        return
    yield Heading("The women", 2)
    if one.by == "file":
        yield Paragraph("So many records differ that what made a difference is told by file.", "muted")
    for woman in one.women:
        yield Heading(woman.profile, 3)
        yield Bullets(tuple(_groups(woman)))


def _groups(woman: WomanChanged) -> Iterator[Bullet]:
    """Yield what is said otherwise, together where the same rules made it so."""
    groups: dict[tuple[tuple[str, ...], str], list[Change]] = {}
    for change in woman.changes:
        groups.setdefault((change.by, change.how), []).append(change)
    for (by, how), changes in groups.items():
        yield Bullet(_through(by, how), "", "open", tuple(_lines(changes)))


def _through(by: Sequence[str], how: str) -> str:
    return {
        "alone": f"Through {list_words(by)}",
        "together": f"Through {list_words(by)} together",
        "each_alone": f"Through {list_words(by, 'or')}, each by itself",
        "not_known": "Through no single change",
    }[how]


def _women_of_table(one: RulesDifference) -> Iterator[Block]:
    """Yield what is said otherwise of the women of a table, what concerns most of them first."""
    if not one.women:
        return
    yield Heading("The women", 2)
    if one.by == "file":
        yield Paragraph("So many records differ that what made a difference is told by file.", "muted")
    rows: dict[Change, list[str]] = {}
    for woman in one.women:
        for change in woman.changes:
            rows.setdefault(_of_many(change), []).append(woman.profile)
    bullets: dict[tuple[tuple[str, ...], str], dict[tuple[str, ...], list[Change]]] = {}
    for change, concerned in rows.items():
        same = bullets.setdefault((change.by, change.how), {})
        same.setdefault(tuple(concerned), []).append(change)
    for (by, how), groups in bullets.items():
        yield Heading(_through(by, how), 3)
        largest_first = sorted(groups.items(), key=lambda group: -len(group[0]))
        yield Bullets(tuple(Bullet(_rows(who), "", "open", tuple(_lines(changes))) for who, changes in largest_first))


def _of_many(change: Change) -> Change:
    """Return a change as it is told of many women: of a rank, only whether it is higher or lower."""
    if change.what != "rank" or change.before is None or change.after is None:
        return change
    return replace(change, before=None, after=HIGHER if int(change.after) < int(change.before) else LOWER)


def _rows(who: Sequence[str]) -> str:
    """Say how many women a difference concerns, and in which rows the first of them stand."""
    numbers = [one.removeprefix("row ") for one in who[:ROWS_SHOWN]]
    more = [f"{len(who) - ROWS_SHOWN} more"] if len(who) > ROWS_SHOWN else []
    of = ("woman", "row") if len(who) == 1 else ("women", "rows")
    return f"{len(who)} {of[0]} ({of[1]} {list_words([*numbers, *more])})"


def _lines(changes: list[Change]) -> Iterator[str]:
    """Yield one line for what turned from the same into the same."""
    lines: dict[tuple[str, str, str | None, str | None], list[str]] = {}
    for change in changes:
        lines.setdefault((change.about, change.what, change.before, change.after), []).append(change.id)
    for (about, what, before, after), ids in lines.items():
        called = about.replace("_", " ")
        if len(ids) > 1:
            called = f"{called[:-1]}ies" if called.endswith("y") else f"{called}s"
        said = [value.replace("_", " ") if value and len(value) < 40 else value for value in (before, after)]
        yield f"{called} {', '.join(ids)}: {what.replace('_', ' ')} {_turned(*said)}"


def _turned(before: str | None, after: str | None) -> str:
    if after in (HIGHER, LOWER):
        return after
    if before is None:
        return f"now {after} (new)"
    return f"was {before} (no longer said)" if after is None else f"was {before}, now {after}"
