"""The content of a report, in order, before any format: headings, paragraphs, bullets and a grid.

Every format renders this one outline, so that none of them says more, or less, than another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.assessment.answers.result import Assessment, NextFinding, OptionAnswer
from decidua.report.brief import brief_blocks, brief_sources
from decidua.report.definitions import definition_blocks, explanation_blocks
from decidua.report.on_tests import advice_lines
from decidua.report.option import STATUS_TONES, option_blocks
from decidua.report.parts import Block, Bullet, Bullets, Grid, Heading, Paragraph, list_words, lower_first
from decidua.report.stability import stability_blocks
from decidua.report.with_retracted import with_retracted_blocks

__all__ = ["outline"]

OWN_CHOICE = (
    "Intervals are 95 %. Certainty is computed by declared rules ('decidua rules show certainty'); it replaces no "
    "published rating. A step marked * rests on a threshold of decidua's own choice, without a published source. "
    "Labels are for other diseases and doses: most use described here is off-label."
)
LONGER = (
    "Every way to use an option, every study, position and caution: --all. Studies with their forest plots: "
    "'decidua evidence OPTION'."
)


def outline(result: Assessment, *, full: bool = False) -> list[Block]:
    """Return the content of a report in order.

    Args:
        result: The assessment.
        full: Show every option, study, position and caution at length.
    """
    return [
        *_head(result),
        *definition_blocks(result, full=full),
        *explanation_blocks(result, full=full),
        *_options(result),
        *([] if full else [Paragraph(LONGER, "muted")]),
        *(block for one in result.options for block in (option_blocks(one, full=True) if full else brief_blocks(one))),
        *_next(result, full=full),
        *_sources(result, full=full),
        *_not_read(result),
        *([] if result.stability is None else stability_blocks(result.stability, full=full)),
        *([] if result.with_retracted is None else with_retracted_blocks(result.with_retracted, full=full)),
        Heading("Please note", 2),
        Paragraph(result.notice),
        Paragraph(OWN_CHOICE, "muted"),
    ]


def _head(result: Assessment) -> Iterator[Block]:
    yield Heading("Ranked evidence summary", 1)
    yield Paragraph(
        f"decidua {result.decidua}, rulebook {result.rulebook.version}; evidence as of {result.as_of}, newest record "
        f"{result.evidence.newest or 'none'}; engine: {result.engine}.",
        "muted",
    )
    if result.overlays:
        from decidua.report.overlay import overlay_blocks  # noqa: PLC0415 - needed for overlays alone

        yield from overlay_blocks(result)
    yield Heading("Who she is", 2)
    for line in result.who:
        yield Paragraph(line)
    if result.notes:
        yield Bullets(tuple(Bullet("Not used", note, "open") for note in result.notes))


NEXT_SHOWN = 10
BEARS_ON_NAMED = 3


def _options(result: Assessment) -> Iterator[Block]:
    yield Heading("Options, ranked", 2)
    yield Paragraph(result.without_treatment.says, "muted")
    rows = tuple(_row(option) for option in result.options)
    tones = tuple(STATUS_TONES[option.status] for option in result.options)
    yield Grid(("#", "Option", "Status and certainty", "Effect", "Why"), rows, tones)


def _row(option: OptionAnswer) -> tuple[str, str, str, str, str]:
    certainty = f"\n{option.certainty.replace('_', ' ')}" if option.certainty else "\nnot computed"
    status = option.status.replace("_", " ") + (certainty if option.status != "not_applicable" else "")
    return str(option.rank), option.name, status, effect_words(option), option.in_brief


def effect_words(option: OptionAnswer) -> str:
    """Say the main effect of an option in two short lines."""
    if option.status == "not_applicable" or not option.effects:
        return "none computed" if option.status != "not_applicable" else ""
    best = next((one for one in option.effects if one.strategy == option.leading_strategy), None)
    if best is None or best.value is None or best.ci is None:
        return "none computed"
    return f"{best.outcome.replace('_', ' ')}\nRR {best.value:.2f}\n({best.ci[0]:.2f} to {best.ci[1]:.2f})"


def _next(result: Assessment, *, full: bool) -> Iterator[Block]:
    yield Heading("What to find out next", 2)
    if not result.next:
        yield Paragraph("Nothing that can still be found out would bring an option a better status.")
        return
    groups: dict[str, list[NextFinding]] = {}
    for finding in result.next:
        remark = f" ({finding.remark})" if finding.remark else ""
        who = "".join(f"; {line}" for line in advice_lines(finding))
        text = f"{finding.burden}; bears on {_bears_on(result, finding, full=full)}{remark}{who}"
        groups.setdefault(text, []).append(finding)
    shown = list(groups.items())[: None if full else NEXT_SHOWN]
    bullets = [Bullet(_labels(found), text, "plain") for text, found in shown]
    more = len(result.next) - sum(len(found) for _, found in shown)
    if more:
        bullets.append(Bullet("", f"{more} more {'finding' if more == 1 else 'findings'} with --all.", "muted"))
    if not full:
        bullets.append(Bullet("", "What each answer would do: 'decidua next'.", "muted"))
    yield Bullets(tuple(bullets))


def _labels(found: Sequence[NextFinding]) -> str:
    return list_words([one.label if at == 0 else lower_first(one.label) for at, one in enumerate(found)])


def _bears_on(result: Assessment, finding: NextFinding, *, full: bool) -> str:
    """Name what a finding bears on; where that is much and not all is asked for, count it."""
    kinds: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("option", "options", {one.option: one.name for one in result.options}),
        ("definition", "definitions", {one.id: one.title for one in result.definitions}),
        ("panel", "panels", {one.panel: one.title for one in result.unexplained}),
    )
    if full or len(finding.settles) <= BEARS_ON_NAMED:
        names = {id_: name for _, _, named in kinds for id_, name in named.items()}
        return list_words([names.get(id_, id_) for id_ in finding.settles])
    counts = [(sum(id_ in named for id_ in finding.settles), one, several) for one, several, named in kinds]
    return list_words([f"{count} {one if count == 1 else several}" for count, one, several in counts if count])


def _sources(result: Assessment, *, full: bool) -> Iterator[Block]:
    yield Heading("Sources", 2)
    seen: dict[str, Bullet] = {}
    hidden: set[str] = set()
    for option in result.options:
        drawn_on = {source.id for source in option.sources} if full else brief_sources(option)
        for source in option.sources:
            if source.id in drawn_on:
                seen.setdefault(source.id, Bullet("", f"{source.citation} ({source.read})"))
            else:
                hidden.add(source.id)
    if not seen:
        yield Paragraph("No option applies, so no source was drawn on.")
        return
    more = len(hidden - set(seen))
    further = (Bullet("", f"{more} further sources with --all.", "muted"),) if more else ()
    yield Bullets((*seen.values(), *further))


def _not_read(result: Assessment) -> Iterator[Block]:
    yield Heading("Not read", 2)
    yield Paragraph("A position that was not read is not recorded: it is neither consent nor neutrality.", "muted")
    yield Bullets(tuple(Bullet("", line) for line in result.not_read))
