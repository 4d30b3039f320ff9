"""The explanation of one option as report blocks: the answer in short, what decides and would change it, the proof."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence

from decidua.assessment.answers.explanation import (
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
"""Most sets shown of one kind, and of a set that is too long to be named the findings, unless all are asked for."""
NAMED = 6
"""Most findings of a set that are named, unless all are asked for."""


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
    yield from _ways(ordered, full=full)
    yield from _remarks(explanation, ordered)
    yield Heading("The proof, way by way", 2)
    yield Paragraph("* marks a finding that decided the verdict or, where that is not known, still could.", "muted")
    shown: set[ProofNode] = set()
    for group in _alike(ordered, lambda one: (one.row, one.population, one.unknown, one.could_be)):
        yield from _proof(group, shown, full=full)
    yield Heading("Please note", 2)
    yield Paragraph(explanation.notice)
    yield Paragraph(
        "Each set is of the fewest findings that do it, with everything else as it stands. Her age, a further loss or "
        "failed transfer, what a test once showed and the end of a pregnancy are never supposed; what can change, and "
        "the limits, are "
        f"declared ('decidua rules show explain'). {explanation.limits}",
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


def _ways(ordered: Sequence[StrategyExplanation], *, full: bool) -> Iterator[Block]:
    """Say of each way why and what would change it; those of which the same is said stand together."""
    said = {one.id: (*_why_not(one, full=full), *_what_would(one, full=full)) for one in ordered}
    for group in _alike(ordered, lambda one: (one.status, one.row, said[one.id])):
        first = group[0]
        status = _said(first.status)
        yield Heading(f"{first.title}: {status}", 3, STATUS_TONES[first.status])
        yield Paragraph(first.row_says)
        bullets = [*said[first.id]]
        if len(group) > 1:
            bullets.append(Bullet("The same for", "", "plain", tuple(f"{one.title}: {status}" for one in group[1:])))
        if bullets:
            yield Bullets(tuple(bullets))


def _alike(
    ordered: Sequence[StrategyExplanation], told: Callable[[StrategyExplanation], Hashable]
) -> list[list[StrategyExplanation]]:
    """Put together the ways of which the same is told, in the order of the first of each."""
    groups: dict[Hashable, list[StrategyExplanation]] = {}
    for one in ordered:
        groups.setdefault(told(one), []).append(one)
    return list(groups.values())


def _why_not(one: StrategyExplanation, *, full: bool) -> Iterator[Bullet]:
    """Say which findings of hers decide, or that none does and what the status rests on."""
    reasons = "; ".join(_reason(found) for found in one.responsible)
    if one.explained_by:
        yield Bullet("A cause explains her case", f"{reasons}.", "bad")
    elif one.status == "contraindicated":
        yield Bullet("Stopped by", f"{reasons}.", "bad")
    else:
        for found in one.responsible:
            yield Bullet("What decides", f"{_responsible(found, full=full)}.", "bad")
    if one.rests_on and one.status == "consider":
        yield Bullet("It rests on", "", "good", one.rests_on)
    elif one.rests_on:
        says = "no finding of hers; the status comes from positions and evidence."
        yield Bullet("What stands in the way", says, "bad", one.rests_on)


def _reason(found: Responsible) -> str:
    """Say a reason, with the findings behind it where its name does not say them already."""
    findings = [finding for one in found.sets[:1] for finding in one]
    own = len(findings) == 1 and findings[0].known == "yes"
    return found.decides if own or not findings else f"{found.decides} ({'; '.join(map(_hers, findings))})"


def _findings(found: Sequence[DecidingFinding], *, full: bool) -> str:
    """Say the findings of one set; of a long one the first few, unless all are asked for."""
    named = found if full or len(found) <= NAMED else found[:SHOWN]
    more = f"; and {len(found) - len(named)} more with --all" if len(found) > len(named) else ""
    return f"{'; '.join(_hers(finding) for finding in named)}{more}"


def _hers(one: DecidingFinding) -> str:
    return f"{lower_first(one.label)}: {one.known}"


def _responsible(found: Responsible, *, full: bool) -> str:
    if not found.sets:
        return "the search stopped at its limit; no set of her findings was found"
    long = len(found.sets[0]) > NAMED
    shown = found.sets if full else found.sets[: 1 if long else SHOWN]
    sets = [_findings(one, full=full) for one in shown]
    more = _more(len(found.sets) - len(shown), complete=found.complete, smallest=found.smallest)
    if len(shown) == 1:
        return f"{'together: ' if len(found.sets[0]) > 1 else ''}{sets[0]}{more}"
    return f"any one of these is enough: ({') or ('.join(sets)}){more}"


def _more(hidden: int, *, complete: bool, smallest: bool) -> str:
    notes = [f"{hidden} more such {'set' if hidden == 1 else 'sets'} with --all"] if hidden else []
    if not smallest:
        notes.append("the search stopped at its limit; a smaller set may exist")
    elif not complete:
        notes.append("there are more sets of that size")
    return f" ({'; '.join(notes)})" if notes else ""


def _what_would(one: StrategyExplanation, *, full: bool) -> Iterator[Bullet]:
    """Say what would bring a way in, or settle it."""
    if one.nearest is not None and one.yes_if is None:
        yield from _nearest(one, one.nearest, full=full)
    if one.yes_if is not None:
        yield _settles("Hers if", "nothing that can be found out now makes it hers", one.yes_if, full=full)
        if one.nearest is not None and one.nearest.changes.sets:
            yield from _nearest(one, one.nearest, full=full)
    if one.no_if is not None:
        yield _settles("Not hers if", "nothing that can be found out now rules it out", one.no_if, full=full)
    if one.untold and one.status == "undetermined":
        yield Bullet("Cannot be looked up", f"{'; '.join(one.untold)}.", "open")


def _nearest(one: StrategyExplanation, nearest: Nearest, *, full: bool) -> Iterator[Bullet]:
    head = "What would bring it in"
    if nearest.changes.sets:
        yield Bullet(head, "", "open", tuple(_sets(nearest.changes, full=full, mark_unknown=True)))
        return
    if not nearest.changes.complete:
        yield Bullet(head, "the search stopped at its limit; nothing so near was found.", "open")
        return
    stays = list(_stays(one, nearest, full=full))
    rest = "" if stays or not nearest.for_good else "; what decides is never supposed to change"
    yield Bullet(head, f"nothing that can still be found out or changed{rest}.", "open")
    if stays:
        several = len(stays) > 1
        text, details = ("", tuple(f"{one}." for one in stays)) if several else (f"{stays[0]}.", ())
        yield Bullet("What stays in the way", text, "bad", details)
    elif nearest.left_open and not nearest.for_good:
        yield Bullet("Not read, or past finding out", f"{'; '.join(nearest.left_open)}.", "open")


def _stays(one: StrategyExplanation, nearest: Nearest, *, full: bool) -> Iterator[str]:
    """Say what no change touches; where it is all that decides, it was said before."""
    if [found.sets for found in nearest.for_good] == [found.sets for found in one.responsible]:
        return
    said = [(found.decides, found.sets) for found in one.responsible]
    for found in nearest.for_good:
        if found.rule == one.id:
            yield _responsible(found, full=full)
        else:
            yield found.decides if (found.decides, found.sets) in said else _reason(found)


def _settles(head: str, nothing: str, outcomes: Outcomes, *, full: bool) -> Bullet:
    if outcomes.sets:
        return Bullet(head, "", "open", tuple(_sets(outcomes, full=full, mark_unknown=False)))
    if outcomes.complete:
        return Bullet(head, f"{nothing}.", "open")
    return Bullet(head, "the search stopped at its limit; no set was found.", "open")


def _sets(outcomes: Outcomes, *, full: bool, mark_unknown: bool) -> Iterator[str]:
    shown = outcomes.sets if full else outcomes.sets[:SHOWN]
    more = _more(len(outcomes.sets) - len(shown), complete=outcomes.complete, smallest=outcomes.smallest)
    for at, one in enumerate(shown):
        findings = "; ".join(_to_be(finding, mark_unknown=mark_unknown) for finding in one.findings)
        then = f" -> {list_words([_said(status) for status in one.then], 'or')}" if one.then else ""
        yield f"{'or ' if at else ''}{findings}{then}{more if at == len(shown) - 1 else ''}"


def _to_be(one: FindingToBe, *, mark_unknown: bool) -> str:
    marks = []
    if one.how in ("decision", "treatment", "course"):
        marks.append(f"now {one.now}")
    elif one.now != "not known":
        marks.append(f"so far {one.now}")
    elif one.how == "next_pregnancy":
        marks.append("in a next pregnancy")
    elif mark_unknown:
        marks.append("not known yet")
    if one.immune:
        marks.append("immune marker, not urged")
    noted = f" ({'; '.join(marks)})" if marks else ""
    return f"{lower_first(one.label)}: {one.to_be}{noted}"


def _remarks(explanation: Explanation, ordered: Sequence[StrategyExplanation]) -> Iterator[Block]:
    """Say what must be ruled out first, and why what is said to change can."""
    bullets = []
    if explanation.contraindications_unknown:
        names = "; ".join(explanation.contraindications_unknown)
        bullets.append(Bullet("Not yet ruled out, and never taken for absent", f"{names}.", "open"))
    changes = [one for strategy in ordered if strategy.nearest is not None for one in strategy.nearest.changes.sets]
    whys = dict.fromkeys(finding.why for one in changes for finding in one.findings)
    said = " ".join(why for why in whys if why is not None)
    if said:
        bullets.append(Bullet("What is said to change", said, "muted"))
    if bullets:
        yield Heading("To bear in mind", 2)
        yield Bullets(tuple(bullets))


# The proof


SHORT = 3
"""Most lines of the proof of a rule that are written out again where the rule comes up once more."""


def _proof(group: Sequence[StrategyExplanation], shown: set[ProofNode], *, full: bool) -> Iterator[Block]:
    strategy = group[0]
    yield Heading(strategy.title, 3, STATUS_TONES[strategy.status])
    yield Paragraph(f"Row '{strategy.row}' of the status table: {_said(strategy.status)}.", "muted")
    if full:
        yield Paragraph(f"The row holds when {strategy.row_when}.", "muted")
    if len(group) > 1:
        yield Paragraph(f"The same proof for: {'; '.join(lower_first(one.title) for one in group[1:])}.")
    yield Heading("Is she in its population?", 4)
    yield Bullets(tuple(_tree(strategy.population, 0, shown, full=full)), indent=4)
    more: list[Bullet] = []
    if strategy.unknown:
        more.append(Bullet("Not known", f"{list_words(strategy.unknown)}.", "open"))
    if strategy.could_be:
        could = list_words([_said(status) for status in strategy.could_be], "or")
        more.append(Bullet("Could become", f"{could}.", "open"))
    if more:
        yield Bullets(tuple(more), indent=4)


def _tree(node: ProofNode, depth: int, shown: set[ProofNode], *, full: bool) -> Iterator[Bullet]:
    """Yield a proof, a line a node; that of a rule is written out once, unless it is short."""
    known = f" (she: {node.known})" if node.known is not None else ""
    mark = "*" if node.decides and not node.parts else " "
    text = f"{'  ' * depth}{MARKS[node.verdict]}{mark}{node.says}{known}"
    below = tuple(_below(node, depth, shown, full=full))
    again = node.joint == "rule" and node in shown and len(below) > SHORT
    yield Bullet("", f"{text}: as above" if again else text, TONES[node.verdict])
    yield from () if again else below
    if node.joint == "rule":
        shown.add(node)


def _below(node: ProofNode, depth: int, shown: set[ProofNode], *, full: bool) -> Iterator[Bullet]:
    parts = node.parts if full else _telling(node)
    for part in parts:
        yield from _tree(part, depth + 1, shown, full=full)
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
