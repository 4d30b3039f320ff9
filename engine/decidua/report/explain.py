"""The explanation of one option as report blocks: a proof tree in English for each strategy."""

from __future__ import annotations

from collections.abc import Iterator

from decidua.assessment.explanation import Explanation, ProofNode, StrategyExplanation
from decidua.report.option import STATUS_TONES
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph, Tone, list_words

__all__ = ["explanation_blocks"]

MARKS = {"yes": "[yes]", "no": "[no] ", "unknown": "[?]  "}
TONES: dict[str, Tone] = {"yes": "good", "no": "bad", "unknown": "open"}


def explanation_blocks(explanation: Explanation, *, full: bool = False) -> list[Block]:
    """Return the blocks of an explanation.

    Args:
        explanation: What to show.
        full: Open every rule down to its findings, also where it is settled.
    """
    return list(_blocks(explanation, full=full))


def _blocks(explanation: Explanation, *, full: bool) -> Iterator[Block]:
    status = explanation.status.replace("_", " ")
    yield Heading(f"{explanation.name}: {status}", 1)
    yield Paragraph(f"As of {explanation.as_of}; engine: {explanation.engine}.", "muted")
    for overlay in explanation.overlays:
        yield Paragraph(f"With the local overlay {overlay.name} {overlay.version}: {overlay.why}", "open")
    leading = next(one for one in explanation.strategies if one.id == explanation.leading_strategy)
    yield Paragraph(f"The option takes the status of its best way for her: {leading.title}.")
    if explanation.contraindications_unknown:
        yield Paragraph(
            f"Not yet ruled out, and never taken for absent: {list_words(explanation.contraindications_unknown)}.",
            "open",
        )
    for strategy in sorted(explanation.strategies, key=lambda one: one.id != explanation.leading_strategy):
        yield from _strategy(strategy, full=full)


def _strategy(strategy: StrategyExplanation, *, full: bool) -> Iterator[Block]:
    yield Heading(f"{strategy.title}: {strategy.status.replace('_', ' ')}", 3, STATUS_TONES[strategy.status])
    yield Paragraph(f"{strategy.row_says} (row '{strategy.row}' of the status table)")
    if full:
        yield Paragraph(f"The row holds when {strategy.row_when}.", "muted")
    yield Heading("Is she in its population?", 4)
    yield Bullets(tuple(_tree(strategy.population, 0, full=full)), indent=4)
    more: list[Bullet] = []
    if strategy.explained_by:
        more.append(Bullet("A cause explains her case", f"{list_words(strategy.explained_by)}.", "bad"))
    if strategy.stopped_by:
        more.append(Bullet("Stopped by", f"{list_words(strategy.stopped_by)}.", "bad"))
    if strategy.unknown:
        more.append(Bullet("Not known", f"{list_words(strategy.unknown)}.", "open"))
    if strategy.untold:
        more.append(Bullet("Cannot be looked up", f"{'; '.join(strategy.untold)}.", "open"))
    if strategy.could_be:
        could = list_words([status.replace("_", " ") for status in strategy.could_be], "or")
        more.append(Bullet("Could become", f"{could}.", "open"))
    if strategy.would_change:
        more.append(Bullet("What would change it", f"{'; '.join(strategy.would_change)}."))
    if more:
        yield Bullets(tuple(more), indent=4)


def _tree(node: ProofNode, depth: int, *, full: bool) -> Iterator[Bullet]:
    known = f" (she: {node.known})" if node.known is not None else ""
    yield Bullet("", f"{'  ' * depth}{MARKS[node.verdict]} {node.says}{known}", TONES[node.verdict])
    parts = node.parts if full else _telling(node)
    for part in parts:
        yield from _tree(part, depth + 1, full=full)
    if len(parts) < len(node.parts):
        yield Bullet(
            "", f"{'  ' * (depth + 1)}... and {len(node.parts) - len(parts)} more that do not decide it", "muted"
        )


def _telling(node: ProofNode) -> tuple[ProofNode, ...]:
    """Return the parts that decide a node's verdict; for ``any of`` that is yes, one is enough."""
    if node.says in ("all of", "not") and node.verdict == "yes":
        return node.parts
    deciding = tuple(part for part in node.parts if part.verdict == node.verdict) or node.parts
    return deciding[:1] if node.says == "any of" and node.verdict == "yes" else deciding
