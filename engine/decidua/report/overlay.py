"""Says which local overlays lie over the rulebook, what each changed in it, and what that changes for her."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.assessment.answers.result import Assessment, OverlayChange
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph, list_words
from decidua.rulebook.book import Rulebook
from decidua.rulebook.overlay import Overlay, Touched

__all__ = ["laid_over_blocks", "origin_blocks", "overlay_blocks", "overlay_lines"]


def overlay_blocks(result: Assessment) -> Iterator[Block]:
    """Yield the part at the head of a report that names the overlays and what they changed."""
    yield from laid_over_blocks(result.overlays)
    yield Bullets(tuple(_for_her(result)))


def laid_over_blocks(overlays: Sequence[Overlay]) -> Iterator[Block]:
    """Yield which overlays lie over the rulebook and what they changed in it; nothing where none does."""
    if overlays:
        yield Heading("Local overlay: not the rulebook alone", 2, "open")
    for overlay in overlays:
        yield Bullets(tuple(_overlay(overlay)))


def _overlay(overlay: Overlay) -> Iterator[Bullet]:
    yield Bullet(f"{overlay.name} {overlay.version}", overlay.why, "open", tuple(_details(overlay)))
    for touched, word in ((overlay.removed, "taken away"), (overlay.overridden, "overridden")):
        for one in touched:
            if one.safety:
                reason = f"Its reason: {one.why.rstrip('.')}." if one.why else "It gives no reason."
                yield Bullet("Safety", f"{_name(one)} was {word} by this overlay. {reason}", "bad")


def _details(overlay: Overlay) -> Iterator[str]:
    if overlay.changes_nothing:
        yield "It changes nothing in the rulebook."
    said: tuple[tuple[str, Sequence[Touched]], ...] = (
        ("Adds", overlay.added),
        ("Adds to", overlay.extended),
        ("Puts its own in place of", overlay.overridden),
        ("Takes away", overlay.removed),
    )
    for word, touched in said:
        if touched:
            yield f"{word} {list_words([_name(one, reason=True) for one in touched])}."


def _name(one: Touched, *, reason: bool = False) -> str:
    why = f" ({one.why.rstrip('.')})" if reason and one.why else ""
    if one.kind == "caution":
        drug, _, finding = one.id.partition("/")
        return f"the line on {finding} in the safety record of {drug}{why}"
    return f"the {one.kind} {one.id}{why}"


def _for_her(result: Assessment) -> Iterator[Bullet]:
    if not result.changed_by_overlays:
        text = "no option's status, rank or certainty is other than without the overlay, nor what it could become."
        yield Bullet("For her", text)
        return
    it = "it" if len(result.overlays) == 1 else "them"
    names = dict.fromkeys(change.name for change in result.changed_by_overlays)
    for name in names:
        said = [_change(change, it) for change in result.changed_by_overlays if change.name == name]
        yield Bullet(f"For her, {name}", f"{'; '.join(said)}.", "open")


def _change(change: OverlayChange, it: str) -> str:
    what = "could become" if change.what == "could_be" else change.what
    return f"{what} {_value(change.was)} without {it}, {_value(change.now)} with {it}"


def _value(value: str | int | tuple[str, ...] | None) -> str:
    if isinstance(value, tuple):
        return list_words([one.replace("_", " ") for one in value], "or") or "nothing else"
    return "none" if value is None else str(value).replace("_", " ")


def overlay_lines(overlays: Sequence[Overlay]) -> Iterator[str]:
    """Yield what each overlay changed in the rulebook, in lines for its author."""
    for overlay in overlays:
        yield f"Overlay {overlay.name} {overlay.version} lies over it: {overlay.why}"
        yield from (f"  {line}" for line in _details(overlay))


def origin_blocks(book: Rulebook, kind: str, id_: str) -> Iterator[Block]:
    """Yield where a record comes from, where overlays lie over the rulebook."""
    brought = book.overlay_of(kind, id_)
    for overlay in book.overlays:
        for touched, word in (
            (overlay.added, "Brought"),
            (overlay.overridden, "Put in place of the record below"),
            (overlay.extended, "Extended"),
        ):
            found = next((one for one in touched if (one.kind, one.id) == (kind, id_)), None)
            if found is not None:
                yield Paragraph(f"{word} by the overlay {overlay.name}{f': {found.why}' if found.why else '.'}", "open")
        lines = [one for one in overlay.removed if one.kind == "caution" and one.id.partition("/")[0] == id_]
        for one in lines if kind == "drug" else ():
            yield Paragraph(f"The overlay {overlay.name} took away '{one.id.partition('/')[2]}': {one.why}", "bad")
    if brought is None:
        yield Paragraph("The record itself is the rulebook's own.", "muted")
