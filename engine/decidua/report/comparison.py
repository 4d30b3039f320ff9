"""The report on two dates: each option then and now, the story source by source, and what moved nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.assessment.answers.change import Change
from decidua.assessment.comparing.comparison import (
    Comparison,
    MainEffect,
    OptionThenAndNow,
    OptionThere,
    SourceThatCame,
    Step,
)
from decidua.assessment.comparing.newcomers import NewcomerKind
from decidua.report.change import change_bullets
from decidua.report.option import STATUS_TONES
from decidua.report.parts import Block, Bullet, Bullets, Grid, Heading, Paragraph, Tone, list_words

__all__ = ["comparison_blocks"]


def comparison_blocks(comparison: Comparison, *, full: bool = False) -> list[Block]:
    """Return the content of a report on two dates, in order.

    Args:
        comparison: What changed.
        full: Show changes of rank, RIF or RPL definitions that are not hers, and every source that moved nothing.
    """
    return [
        *_head(comparison),
        *_options(comparison),
        *_outside(comparison, full=full),
        *_story(comparison, full=full),
        *_taken_back(comparison),
        *_moved_nothing(comparison, full=full),
        *_not_dated(comparison),
        Heading("Please note", 2),
        Paragraph(comparison.notice),
    ]


def _head(comparison: Comparison) -> Iterator[Block]:
    yield Heading(f"What changed between {comparison.earlier} and {comparison.later}", 1)
    undated = ", what bears no date included" if comparison.undated_count else ""
    yield Paragraph(
        f"decidua {comparison.decidua}, rulebook {comparison.rulebook.version}; the later date is {comparison.later}"
        f"{undated}; engine: {comparison.engine}.",
        "muted",
    )
    for line in comparison.who:
        yield Paragraph(line)
    if comparison.notes:
        yield Bullets(tuple(Bullet("Note", note, "open") for note in comparison.notes))


def _options(comparison: Comparison) -> Iterator[Block]:
    yield Heading("Each option then and now", 2)
    changed = [one for one in comparison.options if set(one.changed) - {"rank"}]
    rows = tuple(_row(one) for one in changed)
    if rows:
        tones = tuple(STATUS_TONES.get(one.after.status, "plain") for one in changed)
        yield Grid(("#", "Option", comparison.earlier, comparison.later, "Through"), rows, tones)
    same = [one for one in comparison.options if not set(one.changed) - {"rank"}]
    if same:
        said = [f"{one.name} ({_rank(one)}{one.after.status.replace('_', ' ')})" for one in same]
        yield Paragraph(f"Unchanged but for rank: {list_words(said)}.", "muted")


def _rank(one: OptionThenAndNow) -> str:
    return f"rank {one.before.rank} to {one.after.rank}, " if one.before.rank != one.after.rank else ""


def _row(one: OptionThenAndNow) -> tuple[str, ...]:
    through = "\n".join(one.through) or "none on record"
    return str(one.after.rank), one.name, _there(one.before), _there(one.after), through


def _there(one: OptionThere) -> str:
    lines = [one.status.replace("_", " "), f"rank {one.rank}"]
    if one.status not in ("not_applicable", "not_yet_described"):
        lines.append(_effect(one.effect))
        lines.append(one.certainty.replace("_", " ") if one.certainty else "not computed")
    return "\n".join(lines)


def _effect(effect: MainEffect | None) -> str:
    if effect is None or effect.value is None or effect.ci is None:
        return "none computed"
    ratio = f"RR {effect.value:.2f}\n({effect.ci[0]:.2f} to {effect.ci[1]:.2f})"
    return f"{effect.outcome.replace('_', ' ')}\n{ratio}"


def _outside(comparison: Comparison, *, full: bool) -> Iterator[Block]:
    """Yield what changed in definitions, panels and causes; subsets only at length."""
    shown = [one for one in comparison.outside if full or (one.about != "subset" and _is_hers(one))]
    if not comparison.outside:
        return
    yield Heading("Definitions, panels and causes", 2)
    undated = {source.id for step in comparison.steps if step.day is None for source in step.sources}
    bullets = [Bullet(one.name, _outside_words(one, undated), _outside_tone(one), _says(one)) for one in shown]
    hidden = [one for one in comparison.outside if one not in shown and one.about != "subset"]
    if hidden:
        names = list_words([one.name for one in hidden])
        bullets.append(Bullet("", f"Changed too, and hold for her neither before nor after: {names}.", "muted"))
    yield Bullets(tuple(bullets))


def _is_hers(change: Change) -> bool:
    return not all(side is None or side.startswith("no") for side in (change.before, change.after))


def _outside_tone(change: Change) -> Tone:
    return "muted" if change.after is None else "good" if change.after == "yes" else "plain"


def _outside_words(change: Change, undated: set[str]) -> str:
    by = f" [{list_words(change.by)}]" if change.by else ""
    if change.what == "usual_care":
        return f"usual care changed{by}; now: {change.after or 'none on record'}"
    if change.before is None and change.by and undated.issuperset(change.by):
        return f"not dated, so it counts on the later side only; holds for her: {change.after}{by}."
    if change.before is None:
        return f"came in; holds for her: {change.after}{by}."
    if change.after is None:
        return f"no longer current; it held for her: {change.before}{by}."
    return f"holds for her: {change.before}, then {change.after}{by}."


def _says(change: Change) -> tuple[str, ...]:
    return (change.says,) if change.says and change.after is not None else ()


def _story(comparison: Comparison, *, full: bool) -> Iterator[Block]:
    yield Heading("The story, in order of publication", 2)
    steps = [step for step in comparison.steps if _worth_telling(step, full=full)]
    if not steps:
        yield Paragraph("No source that came in between the two dates changed what is said of any option for her.")
        return
    yield Paragraph(
        "Each source is added in turn and everything is judged again; where several came in on one day, each is left "
        "out in turn to see which of them mattered.",
        "muted",
    )
    for step in steps:
        yield from _step(step, full=full)


def _worth_telling(step: Step, *, full: bool) -> bool:
    return any(_told(change, full=full) for change in step.changes)


def _told(change: Change, *, full: bool) -> bool:
    return change.option is not None and (full or change.what != "rank")


def _step(step: Step, *, full: bool) -> Iterator[Block]:
    told = [change for change in step.changes if _told(change, full=full)]
    moving = dict.fromkeys(id_ for change in told for id_ in change.by)
    sources = [source for source in step.sources if source.id in moving]
    named = list_words([source.id for source in sources]) or "the end of a definition or panel"
    yield Heading(f"{_when(sources) if sources else step.day}: {named}", 3)
    for source in sources:
        yield Paragraph(_source_words(source), "muted")
    yield Bullets(tuple(change_bullets(told, several=len(sources) > 1)))


def _when(sources: Sequence[SourceThatCame]) -> str:
    """Return the date of sources of one day as it was read: a year, a month or a day."""
    return min((source.published or "Not dated" for source in sources), key=len, default="Not dated")


def _source_words(source: SourceThatCame) -> str:
    words = source.citation
    if source.kind in NOT_SOURCES:
        words += f" ({NOT_SOURCES[source.kind]}, dated by the rulebook: no source of that date is on record)"
    if source.supersedes:
        words += f"; supersedes {list_words(source.supersedes)}"
    if source.integrity not in (None, "none_known"):
        words += f"; {str(source.integrity).replace('_', ' ').upper()}"
    return f"{words}."


def _taken_back(comparison: Comparison) -> Iterator[Block]:
    if not comparison.retracted:
        return
    yield Heading("Retracted", 2)
    yield Paragraph(
        "Published between the two dates and retracted since. A retraction works backwards: the paper moves nothing on "
        "any date, not even on those when it was still believed.",
        "bad",
    )
    bullets = (Bullet(one.id, f"{one.citation}.", "bad", one.notes) for one in comparison.retracted)
    yield Bullets(tuple(bullets))


def _moved_nothing(comparison: Comparison, *, full: bool) -> Iterator[Block]:
    still = [source for step in comparison.steps for source in step.sources if not source.moved and _sound(source)]
    if not still:
        return
    yield Heading("Came in and changed nothing that is said of her", 2)
    if full:
        yield Bullets(tuple(Bullet(one.published or "not dated", _source_words(one)) for one in still))
        return
    hers = [source for source in still if source.for_her]
    bullets = []
    for name, kinds in KINDS.items():
        named = [f"{one.id} ({one.published or 'not dated'})" for one in hers if one.kind in kinds]
        if named:
            bullets.append(Bullet(name, f"{list_words(named)}."))
    if len(hers) < len(still):
        more = f"{len(still) - len(hers)} more on ways of use that are not hers; each is cited with --all."
        bullets.append(Bullet("", more, "muted"))
    yield Bullets(tuple(bullets))


NOT_SOURCES = {"strategy": "a way of use", "definition": "a definition", "panel": "a panel", "subset": "a subset"}
KINDS: dict[str, tuple[NewcomerKind, ...]] = {
    "Studies": ("study",),
    "Syntheses": ("synthesis",),
    "Documents": ("document",),
    "Rules": ("definition", "panel", "subset", "strategy"),
}


def _sound(source: SourceThatCame) -> bool:
    return source.integrity != "retracted"


def _not_dated(comparison: Comparison) -> Iterator[Block]:
    if comparison.undated_count:
        undated = [source.id for step in comparison.steps if step.day is None for source in step.sources]
        if undated:
            yield Heading("Not dated", 2)
            yield Paragraph(
                f"No date was read of {list_words(undated)}: they count on the later side only because no date was "
                "asked for there; when they came in is not known.",
                "open",
            )
    elif comparison.not_dated:
        yield Heading("Not dated", 2)
        yield Paragraph(
            f"No date was read of {list_words(comparison.not_dated)}: they count on neither of the two dates.", "open"
        )
