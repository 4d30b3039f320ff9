"""The tables of a study's feasibility: its criteria one by one and one after the other, as they are and as changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.report.cohort import share_bar
from decidua.report.parts import Block, Bullet, Bullets, Grid, Heading, Paragraph, Tone
from decidua.tables.feasibility.criteria import Kind
from decidua.tables.feasibility.result import (
    ChangeMade,
    CriterionCount,
    Difference,
    EligibilityCount,
    StudyFeasibility,
)
from decidua.tables.result import Counted
from decidua.truth import NO, UNKNOWN, YES

__all__ = ["KINDS", "Row", "change_blocks", "changed_blocks", "count_grid", "own_blocks"]

Row = tuple[str, Counted, Tone]

MOST = (31, 8, 8, 8, 18)
MOST_CHANGED = (24, 12, 12, 12)
MOST_SO_FAR = (20, 10, 10, 10, 10, 10)
COUNTS = ("Takes", "Does not", "Cannot tell")
KINDS: dict[Kind, str] = {"asks_for": "Asks for", "leaves_out": "Leaves out"}
IN_TEXT = {"no": "", "in_part": " [in part text]", "wholly": " [text]"}
BUT_FOR_TEXT = "But for criteria in text"
WITHOUT_TEXT = "Without the criteria that stay as text."
ALONE, AFTER = "Each criterion alone", "One criterion after the other"


def count_grid(head: str, rows: Sequence[Row]) -> Grid:
    """Return a table of counts with a bar each."""
    return Grid(
        (head, *COUNTS, ""),
        tuple((name, str(one.met), str(one.not_met), str(one.unknown), share_bar(one)) for name, one, _ in rows),
        tuple(tone for *_, tone in rows),
        MOST,
        (1, 2, 3),
    )


def own_blocks(own: EligibilityCount) -> Iterator[Block]:
    """Yield the criteria of a study that was not changed."""
    yield Heading(ALONE, 3)
    yield from _alone([(one.kind, (_words(one), one.counted, _tone(one))) for one in own.criteria])
    yield Heading(AFTER, 3)
    if own.text_criteria:
        yield Paragraph(WITHOUT_TEXT, "muted")
    rows = [(one.number, one.so_far) for one in own.criteria if one.so_far is not None]
    if rows:
        yield count_grid("Criteria", [(_up_to(number, rows[0][0]), so_far, "plain") for number, so_far in rows])


def _up_to(number: int, first: int) -> str:
    return f"{number}" if number == first else f"up to {number}"


def _words(one: CriterionCount) -> str:
    """Say a criterion, with its number and whether it stays as text."""
    return f"{one.number}. {one.says}{IN_TEXT[one.in_text]}"


def _tone(one: CriterionCount) -> Tone:
    return "muted" if one.in_text == "wholly" else "plain"


def _alone(rows: Sequence[tuple[Kind, Row]]) -> Iterator[Block]:
    for kind, said in KINDS.items():
        found = [row for of, row in rows if of == kind]
        if found:
            yield count_grid(said, found)


def change_blocks(study: StudyFeasibility, changed: EligibilityCount) -> Iterator[Block]:
    """Yield what was changed of a study's eligibility on request, and what that does to the numbers."""
    yield Bullets(tuple(_change(one) for one in study.changes) or (Bullet("", "What was asked for changes nothing."),))
    own = study.own
    if study.difference is not None:
        yield _side_by_side("All criteria", own.counted, changed.counted, study.difference)
    if _in_text(study, changed) and study.difference_on_expressible is not None:
        yield _side_by_side(BUT_FOR_TEXT, own.on_expressible, changed.on_expressible, study.difference_on_expressible)


def changed_blocks(study: StudyFeasibility, changed: EligibilityCount) -> Iterator[Block]:
    """Yield the criteria of a study as they are and as changed on request, side by side."""
    without = [Paragraph(WITHOUT_TEXT, "muted")] if _in_text(study, changed) else []
    yield Heading("Who moves", 3)
    yield from without
    yield _moves(study)
    yield Heading(ALONE, 3)
    yield from _alone(list(_both(study.own, changed)))
    yield Heading(AFTER, 3)
    yield from without
    yield from _so_far_changed(study.own, changed)


def _in_text(study: StudyFeasibility, changed: EligibilityCount) -> bool:
    return bool(study.own.text_criteria or changed.text_criteria)


def _change(one: ChangeMade) -> Bullet:
    written = {"before": one.before, "after": one.after}
    details = tuple(f"{when}: {condition}" for when, condition in written.items() if condition is not None)
    said = [words for words in (one.before_says, one.after_says) if words is not None]
    return Bullet(f"Criterion {one.number} {one.what}", "; becomes: ".join(said), "open", details)


def _side_by_side(head: str, own: Counted, changed: Counted, difference: Difference) -> Grid:
    rows = tuple(
        (said, str(before), str(after), _signed(more))
        for said, before, after, more in (
            ("takes", own.met, changed.met, difference.met),
            ("does not take", own.not_met, changed.not_met, difference.not_met),
            ("cannot tell", own.unknown, changed.unknown, difference.unknown),
        )
    )
    tones: tuple[Tone, ...] = ("plain", "plain", "plain")
    return Grid((head, "Its own", "As changed", "Difference"), rows, tones, MOST_CHANGED, (1, 2, 3))


def _signed(number: int) -> str:
    return f"{number:+d}" if number else "0"


def _moves(study: StudyFeasibility) -> Grid:
    women = {(one.own, one.changed): one.women for one in study.moves}
    names = {YES: "taken", NO: "not taken", UNKNOWN: "cannot be told"}
    rows = tuple(
        (name, *(str(women.get((before, after), 0)) for after in (YES, NO, UNKNOWN))) for before, name in names.items()
    )
    head = ("By its own \\ as changed", "Taken", "Not taken", "Cannot be told")
    return Grid(head, rows, ("plain", "plain", "plain"), MOST_CHANGED, (1, 2, 3))


def _both(own: EligibilityCount, changed: EligibilityCount) -> Iterator[tuple[Kind, Row]]:
    """Yield the criteria by their numbers, one that was changed twice."""
    after = {one.number: one for one in changed.criteria}
    for one in own.criteria:
        now = after.pop(one.number, None)
        dropped = " (dropped)" if now is None else ""
        yield one.kind, (_words(one) + dropped, one.counted, "muted" if now is None else _tone(one))
        if now is not None and now.origin != "own":
            yield now.kind, (f"{_words(now)} (as changed)", now.counted, "open")
    for one in after.values():
        yield one.kind, (f"{_words(one)} (added)", one.counted, "open")


def _so_far_changed(own: EligibilityCount, changed: EligibilityCount) -> Iterator[Block]:
    """Yield the attrition side by side; where a criterion is there on one side only, the other goes on as it was."""
    before, after = ({one.number: one for one in count.criteria} for count in (own, changed))
    women = sum((own.counted.met, own.counted.not_met, own.counted.unknown))
    left = right = Counted(women, 0, 0)
    rows: list[tuple[str, ...]] = []
    for number in sorted(before.keys() | after.keys()):
        was, now = before.get(number), after.get(number)
        left = was.so_far if was is not None and was.so_far is not None else left
        right = now.so_far if now is not None and now.so_far is not None else right
        if all(one is None or one.so_far is None for one in (was, now)):
            continue
        what = " (dropped)" if now is None else f" ({now.origin})" if now.origin != "own" else ""
        took = (str(left.met), str(right.met), _signed(right.met - left.met))
        rows.append((f"up to {number}{what}", *took, str(left.unknown), str(right.unknown)))
    if rows:
        head = ("Criteria", "Takes: its own", "as changed", "Difference", "Cannot tell: its own", "as changed")
        yield Grid(head, tuple(rows), tuple("plain" for _ in rows), MOST_SO_FAR, (1, 2, 3, 4, 5))
