"""What differs between two rulebooks as report blocks: the rules in words, then the women, by what made it so."""

from __future__ import annotations

from collections.abc import Iterator

from decidua.assessment.change import Change
from decidua.authoring.difference import RulesDifference, WomanChanged
from decidua.authoring.records import FieldChange, RecordChange
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph, Tone, list_words

__all__ = ["difference_blocks"]

HOW: dict[str, tuple[str, Tone]] = {
    "added": ("is new", "good"),
    "removed": ("is gone", "bad"),
    "changed": ("reads otherwise", "open"),
}


def difference_blocks(difference: RulesDifference) -> list[Block]:
    """Return what differs, the rules first."""
    return [*_head(difference), *_records(difference), *_women(difference)]


def _head(one: RulesDifference) -> Iterator[Block]:
    yield Heading("What differs between two rulebooks", 1)
    sides = [f"{side.name} (version {side.version}, {side.sha256[:12]})" for side in (one.old, one.new)]
    yield Paragraph(f"From {sides[0]} to {sides[1]}.", "muted")
    if not one.records:
        yield Paragraph("No record differs.")
        return
    yield Paragraph(
        f"{_count(len(one.records), 'record')} differ{'s' if len(one.records) == 1 else ''}. Of "
        f"{_count(one.looked_at, 'profile')} looked at, {len(one.women)} "
        f"{'is' if len(one.women) == 1 else 'are'} judged otherwise."
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
        through = {
            "alone": f"Through {list_words(by)}",
            "together": f"Through {list_words(by)} together",
            "each_alone": f"Through {list_words(by, 'or')}, each by itself",
            "not_known": "Through no single change",
        }[how]
        yield Bullet(through, "", "open", tuple(_lines(changes)))


def _lines(changes: list[Change]) -> Iterator[str]:
    """Yield one line for what turned from the same into the same."""
    lines: dict[tuple[str, str, str | None, str | None], list[str]] = {}
    for change in changes:
        lines.setdefault((change.about, change.what, change.before, change.after), []).append(change.id)
    for (about, what, before, after), ids in lines.items():
        called = f"{about.replace('_', ' ')}{'s' if len(ids) > 1 and not about.endswith('y') else ''}"
        called = {"studys": "studies", "study": "study" if len(ids) == 1 else "studies"}.get(called, called)
        said = [value.replace("_", " ") if value and len(value) < 40 else value for value in (before, after)]
        yield f"{called} {', '.join(ids)}: {what.replace('_', ' ')} {_turned(*said)}"


def _turned(before: str | None, after: str | None) -> str:
    if before is None:
        return f"now {after} (new)"
    return f"was {before} (no longer said)" if after is None else f"was {before}, now {after}"
