"""The content of a report, in order, before any format: headings, paragraphs, bullets and a grid.

Every format renders this one outline, so that none of them says more, or less, than another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.assessment.result import Assessment, CauseAnswer, DefinitionAnswer, OptionAnswer
from decidua.report.brief import brief_blocks, brief_sources
from decidua.report.on_tests import advice_lines
from decidua.report.option import STATUS_TONES, option_blocks
from decidua.report.parts import Block, Bullet, Bullets, Grid, Heading, Paragraph, Tone, list_words, lower_first
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
TERMS = {"rpl": "Recurrent pregnancy loss", "rif": "Recurrent implantation failure"}


def outline(result: Assessment, *, full: bool = False) -> list[Block]:
    """Return the content of a report in order.

    Args:
        result: The assessment.
        full: Show every option, study, position and caution at length.
    """
    return [
        *_head(result),
        *_definitions(result, full=full),
        *_explanation(result, full=full),
        *_options(result),
        *(block for one in result.options for block in (option_blocks(one, full=True) if full else brief_blocks(one))),
        *([] if full else [Paragraph(LONGER, "muted")]),
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


def _definitions(result: Assessment, *, full: bool) -> Iterator[Block]:
    yield Heading("Which definitions hold", 2)
    bullets: list[Bullet] = []
    for term, name in TERMS.items():
        answers = [one for one in result.definitions if one.term == term]
        said = []
        for verdict, word in (("yes", "yes by"), ("unknown", "not known by"), ("no", "no by")):
            group = [one for one in answers if one.verdict == verdict]
            if group:
                every = f"all {len(group)} that were read" if len(group) == len(answers) and len(group) > 1 else ""
                names = list_words(_names(group))
                if every and (verdict == "yes" or full):
                    said.append(f"{word} {every}: {names}")
                else:
                    said.append(f"{word} {every or names}")
        tone: Tone = "good" if any(one.verdict == "yes" for one in answers) else "plain"
        bullets.append(Bullet(name, "; ".join(said) or "no definition of that date was read", tone))
        open_ones = [one for one in answers if one.verdict == "unknown" and one.because]
        if open_ones and not any(one.verdict == "yes" for one in answers):
            bullets.append(Bullet("", f"{_name(open_ones[0])} {open_ones[0].because}.", "open"))
    stand_ins = [one.title for one in result.definitions if one.stands_in]
    if stand_ins:
        bullets.append(Bullet("Stands in", f"{list_words(stand_ins)}: no definition of that date was read.", "open"))
    yield Bullets(tuple(bullets))


def _name(answer: DefinitionAnswer) -> str:
    year = answer.id.rpartition("-")[2]
    return f"{answer.society} {year}" if year.isdigit() and year not in answer.society else answer.society


def _names(answers: Sequence[DefinitionAnswer]) -> list[str]:
    return [_name(answer) for answer in answers]


def _explanation(result: Assessment, *, full: bool) -> Iterator[Block]:
    yield Heading("Does anything explain it?", 2)
    bullets: list[Bullet] = []
    found = [cause for cause in result.causes if cause.verdict == "yes"]
    for cause in found:
        bullets.append(_found(cause, full=full))
    if not any(cause.explains for cause in found):
        bullets.append(Bullet("Causes", "none that would explain it was found among what is known."))
    unknown = [cause.title for cause in result.causes if cause.verdict == "unknown"]
    if unknown:
        bullets.append(Bullet("Not known", f"{list_words([lower_first(title) for title in unknown])}.", "open"))
    terms = {one.term for one in result.definitions if one.verdict == "yes"}
    for panel in result.unexplained:
        if terms and panel.condition not in terms and not full:
            continue
        words = {
            "yes": "all its tests are normal: unexplained",
            "no": "not unexplained by it",
            "unknown": "cannot be said yet",
        }
        said = [words[panel.verdict]]
        if panel.abnormal:
            said.append(f"not normal: {list_words(panel.abnormal)}")
        if panel.missing:
            said.append(f"missing: {list_words(panel.missing)}")
        tone: Tone = {"yes": "good", "no": "bad", "unknown": "open"}[panel.verdict]  # type: ignore[assignment]
        stands = " (stands in: none of that date was read)" if panel.stands_in else ""
        bullets.append(Bullet(f"{panel.title}{stands}", "; ".join(said), tone))
    yield Bullets(tuple(bullets))


USUAL_CARE_SHOWN = 4
NEXT_SHOWN = 10


def _found(cause: CauseAnswer, *, full: bool) -> Bullet:
    role = "explains it" if cause.explains else "bears on it, does not explain the series"
    shown = cause.usual_care if full else cause.usual_care[:USUAL_CARE_SHOWN]
    care = tuple(f"Usual for it: {line}" for line in shown) or ("What is usual for it was not read.",)
    if len(shown) < len(cause.usual_care):
        care += (f"{len(cause.usual_care) - len(shown)} more on usual care with --all.",)
    return Bullet(cause.title, f"found; {role}. {cause.says}", "bad" if cause.explains else "open", care)


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
    names: dict[str, str] = {option.option: option.name for option in result.options}
    titles = {one.id: one.title for one in result.definitions} | {one.panel: one.title for one in result.unexplained}
    bullets = []
    for finding in result.next if full else result.next[:NEXT_SHOWN]:
        settles = list_words([names.get(id_) or titles.get(id_) or id_ for id_ in finding.settles])
        remark = f" ({finding.remark})" if finding.remark else ""
        who = "".join(f"; {line}" for line in advice_lines(finding))
        bullets.append(Bullet(finding.label, f"{finding.burden}; bears on {settles}{remark}{who}", "plain"))
    if len(bullets) < len(result.next):
        bullets.append(Bullet("", f"{len(result.next) - len(bullets)} more findings with --all.", "muted"))
    yield Bullets(tuple(bullets))


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
