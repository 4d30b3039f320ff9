"""The explanation of one option as report blocks: the answer in short, what decides and would change it, the proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.assessment.explanation_answer import (
    Changes,
    DecidingFinding,
    Explanation,
    FindingToBe,
    Nearest,
    Outcomes,
    ProofNode,
    Responsible,
    StrategyExplanation,
)
from decidua.report.option import STATUS_TONES
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph, Tone, list_words, lower_first

__all__ = ["explanation_blocks"]

MARKS = {"yes": "[yes]", "no": "[no] ", "unknown": "[?]  "}
TONES: dict[str, Tone] = {"yes": "good", "no": "bad", "unknown": "open"}
SHOWN = 3
"""Most sets shown of one kind, unless all are asked for."""
OFFERED = ("consider",)


def explanation_blocks(explanation: Explanation, *, full: bool = False) -> list[Block]:
    """Return the blocks of an explanation.

    Args:
        explanation: What to show.
        full: Show every set, and open every rule down to its findings, also where it is settled.
    """
    return list(_blocks(explanation, full=full))


def _blocks(explanation: Explanation, *, full: bool) -> Iterator[Block]:
    yield Heading(f"{explanation.name}: {_said(explanation.status)}", 1)
    yield Paragraph(f"As of {explanation.as_of}; engine: {explanation.engine}.", "muted")
    for overlay in explanation.overlays:
        yield Paragraph(f"With the local overlay {overlay.name} {overlay.version}: {overlay.why}", "open")
    ordered = sorted(explanation.strategies, key=lambda one: one.id != explanation.leading_strategy)
    yield Paragraph(_opening(ordered))
    yield Bullets(tuple(_way(one, full=full) for one in ordered))
    yield from _remarks(explanation, ordered)
    yield Heading("The proof, way by way", 2)
    yield Paragraph("* marks what decided a verdict or, where it is not known, what still could.", "muted")
    for strategy in ordered:
        yield from _proof(strategy, full=full)
    yield Heading("Please note", 2)
    yield Paragraph(explanation.notice)
    yield Paragraph(
        "A set is of the fewest findings that do it, with everything else as it stands. What can change, and the "
        f"limits, are declared ('decidua rules show explain'). {explanation.limits}",
        "muted",
    )


def _said(status: str) -> str:
    return status.replace("_", " ")


def _opening(ordered: Sequence[StrategyExplanation]) -> str:
    leading = ordered[0]
    if len(ordered) == 1:
        return "There is one way to use it."
    if leading.status == "not_applicable":
        return f"None of its {len(ordered)} ways is for her."
    return f"The option takes the status of the best for her of its {len(ordered)} ways, which stands first."


# Way by way


def _way(one: StrategyExplanation, *, full: bool) -> Bullet:
    details = [*_why_not(one, full=full), *_what_would(one, full=full)]
    return Bullet(one.title, f"{_said(one.status)}. {one.row_says}", STATUS_TONES[one.status], tuple(details))


def _why_not(one: StrategyExplanation, *, full: bool) -> Iterator[str]:
    """Say which findings of hers decide, or that none does and what the status rests on."""
    if one.explained_by:
        yield f"A cause explains her case: {list_words([_reason(found) for found in one.responsible])}."
    elif one.status == "contraindicated":
        yield f"Stopped by: {list_words([_reason(found) for found in one.responsible])}."
    else:
        for found in one.responsible:
            yield f"What decides: {_responsible(found, full=full)}."
    if one.rests_on:
        if one.status not in OFFERED:
            yield "No finding of hers stands in the way; the status comes from positions and evidence:"
        yield from one.rests_on


def _reason(found: Responsible) -> str:
    """Say a reason, with the findings behind it where its name does not say them already."""
    findings = [finding for one in found.sets[:1] for finding in one]
    own = len(findings) == 1 and findings[0].known == "yes"
    return found.decides if own or not findings else f"{found.decides} ({'; '.join(map(_hers, findings))})"


def _hers(one: DecidingFinding) -> str:
    return f"{lower_first(one.label)}: {one.known}"


def _responsible(found: Responsible, *, full: bool) -> str:
    if not found.sets:
        return "the search stopped at its limit; no set of her findings was found"
    shown = found.sets if full else found.sets[:SHOWN]
    sets = [" with ".join(_hers(finding) for finding in one) for one in shown]
    more = _more(len(found.sets) - len(shown), complete=found.complete, smallest=found.smallest)
    if len(found.sets) == 1:
        return f"{sets[0]}{' (together)' if len(found.sets[0]) > 1 else ''}{more}"
    return f"each of these by itself: {'; or '.join(sets)}{more}"


def _more(hidden: int, *, complete: bool, smallest: bool) -> str:
    notes = [f"{hidden} more with --all"] if hidden else []
    if not smallest:
        notes.append("the search stopped at its limit; a smaller set may exist")
    elif not complete:
        notes.append("there are more such sets than are looked for")
    return f" ({'; '.join(notes)})" if notes else ""


def _what_would(one: StrategyExplanation, *, full: bool) -> Iterator[str]:
    """Say what would bring a way in, or settle it."""
    if one.nearest is not None:
        yield from _nearest(one.nearest, full=full)
    if one.yes_if is not None:
        yield from _settles("Hers if", "can be found out now makes it hers", one.yes_if, full=full)
    if one.no_if is not None:
        yield from _settles("Not hers if", "can be found out now rules it out", one.no_if, full=full)
    if one.untold:
        yield f"Cannot be looked up: {'; '.join(one.untold)}."


def _nearest(nearest: Nearest, *, full: bool) -> Iterator[str]:
    if nearest.changes.sets:
        yield from _sets("Would come in with", nearest.changes, full=full)
        return
    if not nearest.changes.complete:
        yield "What would bring it in: the search stopped at its limit; nothing so near was found."
        return
    yield "Nothing that can still be found out or change would bring it in."
    for found in nearest.for_good:
        if found.sets:
            yield f"In the way for good ({found.decides}): {_responsible(found, full=full)}."
    if nearest.left_open:
        yield f"Cannot be found out: {'; '.join(nearest.left_open)}."


def _settles(head: str, nothing: str, outcomes: Outcomes, *, full: bool) -> Iterator[str]:
    if outcomes.sets:
        yield from _sets(head, outcomes, full=full)
    elif outcomes.complete:
        yield f"Nothing that {nothing}."
    else:
        yield f"{head}: the search stopped at its limit; no set was found."


def _sets(head: str, outcomes: Outcomes, *, full: bool) -> Iterator[str]:
    shown = outcomes.sets if full else outcomes.sets[:SHOWN]
    more = _more(len(outcomes.sets) - len(shown), complete=outcomes.complete, smallest=outcomes.smallest)
    for at, one in enumerate(shown):
        last = more if at == len(shown) - 1 else ""
        yield f"{head if at == 0 else 'or'}: {_changes(one)}{last}"


def _changes(one: Changes) -> str:
    then = f" -> {list_words([_said(status) for status in one.then], 'or')}" if one.then else ""
    return f"{'; '.join(_to_be(finding) for finding in one.findings)}{then}"


def _to_be(one: FindingToBe) -> str:
    marks = []
    if one.how in ("decision", "treatment", "course"):
        marks.append(f"now {one.now}")
    elif one.now != "not known":
        marks.append(f"known: {one.now}")
    if one.how == "next_pregnancy":
        marks.append("in a next pregnancy")
    if one.immune:
        marks.append("immune marker, not urged")
    noted = f" ({'; '.join(marks)})" if marks else ""
    return f"{lower_first(one.label)}: {one.to_be}{noted}"


def _remarks(explanation: Explanation, ordered: Sequence[StrategyExplanation]) -> Iterator[Block]:
    """Say what must be ruled out first, and why what is said to change can."""
    bullets = []
    if explanation.contraindications_unknown:
        names = list_words(explanation.contraindications_unknown)
        bullets.append(Bullet("Not yet ruled out, and never taken for absent", f"{names}.", "open"))
    whys = {
        finding.why: None
        for one in ordered
        if one.nearest is not None
        for changes in one.nearest.changes.sets
        for finding in changes.findings
        if finding.why is not None
    }
    if whys:
        bullets.append(Bullet("What is said to change", " ".join(why for why in whys if why is not None), "muted"))
    if bullets:
        yield Bullets(tuple(bullets))


# The proof


def _proof(strategy: StrategyExplanation, *, full: bool) -> Iterator[Block]:
    yield Heading(f"{strategy.title}: {_said(strategy.status)}", 3, STATUS_TONES[strategy.status])
    yield Paragraph(f"{strategy.row_says} (row '{strategy.row}' of the status table)")
    if full:
        yield Paragraph(f"The row holds when {strategy.row_when}.", "muted")
    yield Heading("Is she in its population?", 4)
    yield Bullets(tuple(_tree(strategy.population, 0, full=full)), indent=4)
    more: list[Bullet] = []
    if strategy.unknown:
        more.append(Bullet("Not known", f"{list_words(strategy.unknown)}.", "open"))
    if strategy.could_be:
        could = list_words([_said(status) for status in strategy.could_be], "or")
        more.append(Bullet("Could become", f"{could}.", "open"))
    if more:
        yield Bullets(tuple(more), indent=4)


def _tree(node: ProofNode, depth: int, *, full: bool) -> Iterator[Bullet]:
    known = f" (she: {node.known})" if node.known is not None else ""
    mark = "*" if node.decides and not node.parts else " "
    text = f"{'  ' * depth}{MARKS[node.verdict]}{mark}{node.says}{known}"
    yield Bullet("", text, TONES[node.verdict])
    parts = node.parts if full else _telling(node)
    for part in parts:
        yield from _tree(part, depth + 1, full=full)
    hidden = [part for part in node.parts if part not in parts]
    if hidden:
        yield Bullet("", f"{'  ' * (depth + 1)}... and {_hidden(hidden)}", "muted")


def _hidden(parts: Sequence[ProofNode]) -> str:
    count = len(parts)
    if all(part.decides for part in parts):
        return f"{count} more that would do as well"
    return f"{count} more that {'does' if count == 1 else 'do'} not decide it"


def _telling(node: ProofNode) -> tuple[ProofNode, ...]:
    """Return the parts that decide a node's verdict; where one of several is enough, the first."""
    if node.joint in ("rule", "not"):
        return node.parts
    flipped = node.joint in ("none", "not_all")
    verdict = {"yes": "no", "no": "yes", "unknown": "unknown"}[node.verdict] if flipped else node.verdict
    deciding = tuple(part for part in node.parts if part.verdict == verdict) or node.parts
    one_is_enough = node.joint == "any" and verdict == "yes"
    return deciding[:1] if one_is_enough else deciding
