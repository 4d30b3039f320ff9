"""The blocks on definitions, causes and panels: societies side by side, why they differ, and where she stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from decidua.assessment.answers.result import (
    Assessment,
    CauseAnswer,
    CountAnswer,
    CumulativeChance,
    DefinitionAnswer,
    DefinitionDifference,
    LossKind,
)
from decidua.profile.chances import RatesUse
from decidua.report.parts import Block, Bullet, Bullets, Grid, Heading, Paragraph, Tone, list_words, lower_first

__all__ = ["definition_blocks", "explanation_blocks"]

TERMS = {"rpl": "Recurrent pregnancy loss", "rif": "Recurrent implantation failure"}
VERDICTS = {"yes": "yes", "unknown": "not known", "no": "no"}
VERDICT_TONES: dict[str, Tone] = {"yes": "good", "unknown": "open", "no": "plain"}
IN_A_ROW = {"required": "in a row", "not_required": "in a row or not", "not_read": "in a row: left open or not read"}
KINDS: dict[LossKind, str] = {
    "biochemical": "Biochemical losses",
    "ectopic": "Ectopic pregnancies",
    "molar": "Molar pregnancies",
    "second_trimester": "Second trimester (losses from 14 weeks on)",
    "aneuploid": "Losses known to be aneuploid",
    "stillbirth": "Stillbirths",
}
COUNTED = {"yes": "count for", "no": "do not count for", "not_read": "not read for"}
NO_LIMIT: dict[LossKind, str] = {
    "second_trimester": " (no earlier limit of weeks was read)",
    "aneuploid": " (no text that was read leaves them out)",
}
"""What a yes means of kinds on which a text that is silent sets no limit."""
USUAL_CARE_SHOWN = 4


def definition_blocks(result: Assessment, *, full: bool) -> Iterator[Block]:
    """Yield which definitions hold; where they do not agree on her, side by side and with the reason."""
    yield Heading("Which definitions hold", 2)
    differing = {one.term: one for one in result.definitions_differ}
    for term, name in TERMS.items():
        answers = [one for one in result.definitions if one.term == term]
        difference = differing.get(term)  # type: ignore[call-overload]
        yield Bullets(tuple(_summary(name, answers, full=full, apart=difference is not None)))
        if difference is not None or (full and answers):
            yield _side_by_side(answers)
        if difference is not None:
            yield from _why(difference, answers)
        if full and any(one.counting for one in answers):
            yield from _who_counts([one for one in answers if one.counting])
    stand_ins = [one.title for one in result.definitions if one.stands_in]
    if stand_ins:
        text = f"{list_words(stand_ins)}: no definition of that date was read."
        yield Bullets((Bullet("Stands in", text, "open"),))
    if result.rates is not None:
        yield _rates(result.rates)
    if result.cumulative_chance is not None:
        yield _chances(result.cumulative_chance, full=full or result.rates is not None)


def _summary(name: str, answers: Sequence[DefinitionAnswer], *, full: bool, apart: bool) -> Iterator[Bullet]:
    said = []
    for verdict, word in VERDICTS.items():
        group = [one for one in answers if one.verdict == verdict]
        if not group:
            continue
        if apart:
            said.append(f"{word} by {len(group)} of {len(answers)}")
        elif len(group) == 1:
            said.append(f"{word} by {definition_name(group[0])}")
        else:
            names = f": {list_words([definition_name(one) for one in group])}" if verdict == "yes" or full else ""
            said.append(f"{word} by all {len(group)} that were read{names}")
    tone: Tone = "good" if any(one.verdict == "yes" for one in answers) else "plain"
    yield Bullet(name, "; ".join(said) or "no definition of that date was read", tone)
    open_ones = [one for one in answers if one.verdict == "unknown" and one.because]
    if open_ones and not apart:
        yield Bullet("", f"{definition_name(open_ones[0])} {open_ones[0].because}.", "open")


def definition_name(answer: DefinitionAnswer) -> str:
    """Name a definition by its society and year."""
    year = answer.id.rpartition("-")[2]
    return f"{answer.society} {year}" if year.isdigit() and year not in answer.society else answer.society


def _side_by_side(answers: Sequence[DefinitionAnswer]) -> Grid:
    """Return the definitions of one term in a table; those that count losses with how many of hers count."""
    tones = tuple(VERDICT_TONES[one.verdict] for one in answers)
    counting = any(one.counted is not None for one in answers)
    if not counting:
        rows = tuple((definition_name(one), VERDICTS[one.verdict], one.because) for one in answers)
        return Grid(("Definition", "Holds", "Because"), rows, tones, most=(26, 9, 60))
    counted = tuple((definition_name(one), VERDICTS[one.verdict], *_count_cells(one)) for one in answers)
    return Grid(("Definition", "Holds", "Hers count", "Asks for"), counted, tones, most=(28, 9, 11, 60))


def _count_cells(answer: DefinitionAnswer) -> tuple[str, str]:
    if answer.counted is None or answer.in_a_row is None:
        return "", answer.because
    asked = [str(answer.asks_for), IN_A_ROW[answer.in_a_row]]
    if answer.before_weeks is not None:
        asked.append(f"before {answer.before_weeks} weeks")
    if answer.one_partner == "required":
        asked.append("with one partner")
    return _count_words(answer.counted), ", ".join(asked)


def _count_words(count: CountAnswer) -> str:
    if count.high is None:
        return f"at least {count.low}" if count.low else "not known"
    return str(count.low) if count.low == count.high else f"{count.low} to {count.high}"


def _why(difference: DefinitionDifference, answers: Sequence[DefinitionAnswer]) -> Iterator[Block]:
    """Yield the points on which a difference rests; of implantation failure the table says it all."""
    if difference.term == "rif" or not difference.points:
        return
    names = {one.id: definition_name(one) for one in answers}
    yield Paragraph("Why they differ, for her:")
    bullets = []
    for point in difference.points:
        sides = sorted(point.sides, key=lambda side: 2 * len(side.definitions) > len(answers))
        said = (f"{side.says}: {_who(side.definitions, names)}" for side in sides)
        bullets.append(Bullet(f"{point.label} (hers: {point.hers})", f"{'; '.join(said)}."))
    yield Bullets(tuple(bullets), indent=4)


def _who(ids: Sequence[str], names: Mapping[str, str]) -> str:
    """Name the definitions of one side; more than half of all are the others."""
    return "the others" if 2 * len(ids) > len(names) else list_words([names[id_] for id_ in ids])


def _who_counts(answers: Sequence[DefinitionAnswer]) -> Iterator[Block]:
    """Yield which losses count for whom, kind by kind."""
    yield Paragraph("Which losses count for whom:")
    bullets = []
    for at, kind in enumerate(answers[0].counting):
        sides = []
        for counts, words in COUNTED.items():
            named = [definition_name(one) for one in answers if one.counting[at].counts == counts]
            if named:
                remark = NO_LIMIT.get(kind.kind, "") if counts == "yes" else ""
                sides.append(f"{words} {'all' if len(named) == len(answers) else list_words(named)}{remark}")
        bullets.append(Bullet(f"{KINDS[kind.kind]} (hers: {_count_words(kind.hers)})", f"{'; '.join(sides)}."))
    yield Bullets(tuple(bullets), indent=4)
    yield Paragraph("Tried on each definition's own rule.", "muted")


def _rates(used: RatesUse) -> Block:
    """Say whose table of rates was used."""
    return Paragraph(
        f"Predicted chances: the table of rates of {used.clinic}, of {used.date} ({used.source.rstrip('.')}; sha256 "
        f"{used.sha256[:12]}). It was given with this profile; decidua has no rates of its own."
    )


ORIGINS = {
    "given": "{chance}, given with the profile",
    "table": "{chance}, row {row} of the table",
    "not_covered": "not covered by the table, so its chance stays unknown; {why}",
    "not_given": "its chance is not known",
}


def _chances(chance: CumulativeChance, *, full: bool) -> Block:
    """Say what chance her failed transfers carried together, and what each of them carried."""
    known = sum(one.chance is not None for one in chance.transfers)
    bounds = _percent(chance.low) if chance.low == chance.high else f"{_percent(chance.low)} to {_percent(chance.high)}"
    counted = f"known for {known} of the {len(chance.transfers)} described transfers that failed or may have failed"
    each = tuple(
        f"Transfer {one.transfer}: "
        + ORIGINS[one.origin].format(chance=_percent(one.chance or 0.0), row=one.row, why=one.why)
        + "."
        for one in chance.transfers
    )
    said = f"{bounds}; {counted}."
    return Bullets((Bullet("Cumulative predicted chance", said, "plain", each if full else ()),))


def _percent(chance: float) -> str:
    return f"{100 * chance:.6g}%"


# Causes and panels


def explanation_blocks(result: Assessment, *, full: bool) -> Iterator[Block]:
    """Yield the causes that were found, those that are open, and where she stands with each panel."""
    yield Heading("Does anything explain it?", 2)
    bullets: list[Bullet] = []
    found = [cause for cause in result.causes if cause.verdict == "yes" and cause.criterion_of is None]
    for cause in found:
        bullets.append(_found(cause, full=full))
    if not any(cause.explains for cause in found):
        bullets.append(Bullet("Causes", "none that would explain it was found among what is known."))
    bullets.extend(_criteria(cause, full=full) for cause in result.causes if cause.criteria_differ)
    unknown = [one.title for one in result.causes if one.verdict == "unknown" and one.criterion_of is None]
    if unknown:
        bullets.append(Bullet("Not known", f"{list_words([lower_first(title) for title in unknown])}.", "open"))
    terms = {one.term for one in result.definitions if one.verdict == "yes"}
    for panel in result.unexplained:
        if terms and panel.condition not in terms and not full:
            continue
        tone: Tone = {"yes": "good", "no": "bad", "unknown": "open"}[panel.verdict]  # type: ignore[assignment]
        stands = " (stands in: none of that date was read)" if panel.stands_in else ""
        details = tuple(f"{one.name}: {one.because}" for one in panel.tests if one.because) if full else ()
        bullets.append(Bullet(f"{panel.title}{stands}", f"{panel.says}.", tone, details))
    yield Bullets(tuple(bullets))


def _found(cause: CauseAnswer, *, full: bool) -> Bullet:
    role = "taken to explain it" if cause.explains else "bears on it, and is not taken to explain the series"
    shown = cause.usual_care if full else cause.usual_care[:USUAL_CARE_SHOWN]
    care = tuple(f"Usual for it: {line}" for line in shown) or ("What is usual for it was not read.",)
    if len(shown) < len(cause.usual_care):
        care += (f"{len(cause.usual_care) - len(shown)} more on usual care with --all.",)
    return Bullet(cause.title, f"found; {role}. {cause.says}", "bad" if cause.explains else "open", care)


def _criteria(cause: CauseAnswer, *, full: bool) -> Bullet:
    """Say what each set of criteria for one cause says, and on what the difference rests."""
    notes = cause.criteria_notes if full else ()
    return Bullet("Criteria differ", cause.criteria_differ or "", "open", notes)
