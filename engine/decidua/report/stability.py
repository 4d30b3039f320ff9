"""The part of a report that says what hangs on a single study, and what on her chance without treatment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.assessment.answers.stability import (
    BaselineRange,
    OptionOverRange,
    OptionStability,
    Stability,
    StudyLeftOut,
    WithoutStudy,
)
from decidua.assessment.supposing.stability_words import ordinal
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph, list_words, lower_first

__all__ = ["stability_blocks"]

SHIFTS = "How far an effect itself shifts without each of its studies stands in 'decidua evidence OPTION'."
OWN_RANGE = "The range of chances is decidua's own choice ('decidua rules show stability'), not an estimate of hers."


def stability_blocks(answer: Stability, *, full: bool) -> Iterator[Block]:
    """Yield what hangs on a single study, then what on her chance.

    Args:
        answer: What was found.
        full: Name every study that was left out, too.
    """
    yield Heading("How much hangs on one study", 2)
    yield Paragraph(answer.says)
    bullets = [
        *(_own(one) for one in answer.options if any(change.own for change in one.changes)),
        *_following(answer),
        *_steady(answer.options),
    ]
    if bullets:
        yield Bullets(tuple(bullets))
    if answer.studies:
        yield Paragraph(SHIFTS, "muted")
    if full and answer.studies:
        yield Heading("Left out in turn", 3)
        yield Bullets(tuple(_study(one) for one in answer.studies))
    if answer.ranges:
        yield Heading("Over a range of chances without treatment", 3)
        for one in answer.ranges:
            yield from _range(one)
        if any(one.source is None for one in answer.ranges):
            yield Paragraph(OWN_RANGE, "muted")


def _own(option: OptionStability) -> Bullet:
    now = option.now
    certainty = f", {now.certainty.replace('_', ' ')} certainty" if now.certainty else ""
    label = f"{option.name}, {ordinal(now.rank)} ({now.status.replace('_', ' ')}{certainty})"
    own = [f"{change.says}." for change in option.changes if change.own]
    if len(own) == 1:
        return Bullet(label, own[0])
    return Bullet(label, f"{option.says}.", "plain", tuple(f"{line[0].upper()}{line[1:]}" for line in own))


def _following(answer: Stability) -> Iterator[Bullet]:
    """Yield, study by study, the options whose rank changes only because another option moved past them."""
    by_study: dict[str, list[tuple[OptionStability, WithoutStudy]]] = {}
    for option in sorted(answer.options, key=lambda one: one.now.rank):
        for change in option.changes:
            if not change.own:
                by_study.setdefault(change.without, []).append((option, change))
    if not by_study:
        return
    names = {one.option: lower_first(one.name) for one in answer.options}
    lines = []
    for pairs in by_study.values():
        moved = [f"{lower_first(one.name)} {_from_to(one, change)}" for one, change in pairs]
        passing = dict.fromkeys(key for _, change in pairs for key in change.moved_past)
        who = list_words([names[key] for key in passing])
        lines.append(f"Without {pairs[0][1].name}, where {who} moved: {list_words(moved)}.")
    yield Bullet("Moved only by others", "the rank, and nothing of their own.", "plain", tuple(lines))


def _from_to(option: OptionStability, change: WithoutStudy) -> str:
    return f"{ordinal(option.now.rank)} to {ordinal(change.after.rank)}"


def _steady(options: Sequence[OptionStability]) -> Iterator[Bullet]:
    applying = [one for one in options if one.now.status != "not_applicable" and not one.changes]
    steady = [lower_first(one.name) for one in applying if one.studies]
    if steady:
        yield Bullet("No single study moves", f"{list_words(steady)}.")
    without = [lower_first(one.name) for one in applying if not one.studies]
    if without:
        yield Bullet("No study in a line of evidence", f"{list_words(without)}.", "muted")


def _study(one: StudyLeftOut) -> Bullet:
    filings = f"; with it {list_words(one.filings)}" if one.filings else ""
    moves = "makes a difference" if one.moves else "makes none"
    return Bullet(one.name, f"{moves}. {one.citation}{filings}.", "open" if one.moves else "plain")


def _range(one: BaselineRange) -> Iterator[Block]:
    yield Paragraph(one.says)
    hers = [option for option in one.options if set(option.statuses) != {"not_applicable"}]
    bullets = [] if one.same else [_differing(option, one.chances) for option in one.options if _differs(option)]
    bullets += [_effect(option, one.chances) for option in hers if option.carried and any(option.per_1000)]
    if bullets:
        yield Bullets(tuple(bullets))


def _differs(option: OptionOverRange) -> bool:
    return any(len(set(said)) > 1 for said in (option.ranks, option.statuses, option.certainties))


def _differing(option: OptionOverRange, chances: Sequence[float]) -> Bullet:
    said = [
        f"{ordinal(rank)} ({status.replace('_', ' ')}, {(certainty or 'not computed').replace('_', ' ')})"
        for rank, status, certainty in zip(option.ranks, option.statuses, option.certainties, strict=True)
    ]
    at = [f"at {_per_1000(chance)} {words}" for chance, words in zip(chances, said, strict=True)]
    return Bullet(option.name, f"{'; '.join(at)}.", "open")


def _effect(option: OptionOverRange, chances: Sequence[float]) -> Bullet:
    found = [
        f"at {_per_1000(chance)}: {risk[0]:.0f} ({risk[1]:.0f} to {risk[2]:.0f})"
        for chance, risk in zip(chances, option.per_1000, strict=True)
        if risk is not None
    ]
    ratio = "" if option.ratio is None else f"RR {option.ratio[0]:.2f} ({option.ratio[1]:.2f} to {option.ratio[2]:.2f})"
    by_odds = [chance for chance, by in zip(chances, option.carried_by, strict=True) if by == "OR"]
    odds = (
        (f"From {_per_1000(by_odds[0])} on the odds ratio carries it: by the risk ratio an end of it would pass 1000.",)
        if by_odds
        else ()
    )
    return Bullet(option.name, f"{ratio}, live births per 1000 {'; '.join(found)}.", "plain", odds)


def _per_1000(chance: float) -> str:
    return f"{1000 * chance:.0f}"
