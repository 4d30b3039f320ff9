"""The evidence on an option as report blocks: pooled lines with their plots, studies, syntheses, positions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from decidua.assessment.answers.evidence import (
    Eligibility,
    EvidenceOverview,
    LineEvidence,
    OptionEvidence,
    OverviewRow,
    Ratio,
    SynthesisEvidence,
)
from decidua.assessment.answers.result import PublishedRating
from decidua.assessment.words import PER_WORDS
from decidua.report.evidence_positions import position_blocks
from decidua.report.evidence_studies import sentence, study_items
from decidua.report.hers import hers_words
from decidua.report.parts import Block, Bullet, Bullets, Forest, ForestRow, Grid, Heading, Paragraph, list_words

__all__ = ["evidence_blocks", "overview_blocks"]

HOW_TO_READ = (
    "Risk ratios with 95 % intervals, recomputed from counts; random effects by REML, with the interval of Hartung and "
    "Knapp from three studies on. A square is a study (hollow: one with an integrity concern), a diamond a pooled "
    "effect, dots the interval in which a new study would fall; an arrowhead says that an interval leaves the axis. "
    "Certainty is computed."
)
UNREAD_TRIALS = "which trials it pooled was not read"
WOMEN_COUNTED = (
    "Studies are distinct papers: second filings are left out, retracted papers are counted apart. Women: of each "
    "study that counts women, the largest number read in one comparison; cycles, transfers, pregnancies and embryos "
    "are never added to women. For and against: current documents of societies that speak so for some population; a "
    "document may do both."
)


def evidence_blocks(evidence: OptionEvidence) -> list[Block]:
    """Return the blocks of the evidence on one option."""
    return [
        *_head(evidence),
        *_lines(evidence),
        Heading("Studies, newest first", 2),
        *_studies(evidence),
        *_syntheses(evidence),
        *_ongoing(evidence),
        *position_blocks(evidence),
    ]


def _head(evidence: OptionEvidence) -> Iterator[Block]:
    about = f": {_said(evidence.outcome)}" if evidence.outcome else ""
    yield Heading(f"Evidence on {evidence.name}{about}", 1)
    if evidence.what_it_is:
        yield Paragraph(evidence.what_it_is, "muted")
    row = evidence.summary
    parts = [f"As of {evidence.as_of}: {_studies_words(row)}; {_women_words(row)}"]
    if row.newest:
        parts.append(f"newest of {row.newest}")
    if row.retracted:
        parts.append(f"{row.retracted} retracted beside them")
    yield Paragraph(f"{'; '.join(parts)}.")
    if evidence.other_studies:
        one = evidence.other_studies == 1
        yield Paragraph(
            f"{evidence.other_studies} further {'study reports' if one else 'studies report'} other outcomes.", "muted"
        )
    if row.eligibility is not None:
        yield from _eligibility(evidence, row.eligibility)


def _said(name: str) -> str:
    return name.replace("_", " ")


def _studies_words(row: OverviewRow) -> str:
    return f"{row.studies} {'study' if row.studies == 1 else 'studies'}, {row.randomised} randomised"


def _women_words(row: OverviewRow) -> str:
    if not row.counting_women:
        return "none of them counts women"
    where = "all of them" if row.counting_women == row.studies else f"the {row.counting_women} that count women"
    return f"{row.women} women in {where}"


def _eligibility(evidence: OptionEvidence, counted: Eligibility) -> Iterator[Block]:
    text = (
        f"She would have been eligible for {counted.yes} of {counted.studies} studies "
        f"({counted.women_in_them} of {counted.women} women in them)"
    )
    if counted.unknown:
        text += f"; of {counted.unknown} it cannot be known"
    text += "."
    standing, largest = counted.largest_standing, counted.largest
    if standing is not None and largest is not None:
        label = next(one.label for one in evidence.studies if one.id == largest)
        verb = {"yes": "she would have been in it", "no": "she would not have been in it", "unknown": "not known"}
        text += (
            f" The largest, {label}: {verb[standing.verdict]}{f' ({standing.because})' if standing.because else ''}."
        )
    yield Paragraph(text, "good" if counted.yes else "plain")


def _lines(evidence: OptionEvidence) -> Iterator[Block]:
    yield Heading("What it comes to", 2)
    if not evidence.lines:
        yield Paragraph(
            "Nothing is pooled or drawn: no strategy of the rulebook has a study on it with counts for two arms.",
            "open",
        )
        return
    yield Paragraph(HOW_TO_READ, "muted")
    for (name, per), lines in groupby(evidence.lines, key=lambda line: (line.name, line.per)):
        group = list(lines)
        yield Heading(f"{name[0].upper()}{name[1:]}, counted in {PER_WORDS[per]}", 3)
        yield Forest(tuple(row for line in group for row in _forest_rows(line)), group[0].favourable)
        beside = tuple(bullet for line in group for bullet in _beside(line))
        if beside:
            yield Bullets(beside, indent=4)


def _forest_rows(line: LineEvidence) -> Iterator[ForestRow]:
    design = "randomised" if line.randomised else "observational"
    certainty = line.certainty.replace("_", " ")
    about = "; ".join(part for part in (design, line.label, f"{certainty} certainty") if part)
    yield ForestRow("section", f"{line.number}. {line.title} ({about})")
    several = len(line.rows) > 1
    for row in line.rows:
        yield ForestRow(
            "questioned" if row.questioned else "study",
            row.label,
            f"{row.treated_events}/{row.treated_total}",
            f"{row.control_events}/{row.control_total}",
            _triple(row.risk_ratio),
            row.weight if several else None,
            f"no ratio: {row.no_ratio}" if row.no_ratio else "",
        )
    if not several or line.risk_ratio is None:
        return
    treated, control = (
        f"{sum(row.treated_events for row in line.rows)}/{sum(row.treated_total for row in line.rows)}",
        f"{sum(row.control_events for row in line.rows)}/{sum(row.control_total for row in line.rows)}",
    )
    yield ForestRow("pooled", f"Pooled, {len(line.rows)} studies", treated, control, _triple(line.risk_ratio), 1.0)
    if line.prediction is not None:
        low, high = line.prediction
        yield ForestRow("prediction", "In a new study", ratio=(line.risk_ratio.value, low, high))


def _triple(ratio: Ratio | None) -> tuple[float, float, float] | None:
    return None if ratio is None else (ratio.value, ratio.low, ratio.high)


def _beside(line: LineEvidence) -> Iterator[Bullet]:
    """Say what stands beside an effect: published ratings, and how far the studies of a pooled one agree."""
    corrected = [row.label for row in line.rows if row.risk_ratio is not None and row.risk_ratio.corrected]
    remarks = [f"0.5 was added to each cell of {list_words(corrected)}: one was zero."] if corrected else []
    if line.published_ratings:
        remarks.append(f"Published ratings: {'; '.join(map(_rating, line.published_ratings))}.")
    ratio, hers = line.risk_ratio, tuple(_for_her(line))
    if ratio is None or line.q is None or line.i2 is None or line.tau2 is None:
        if remarks or hers:
            yield Bullet(f"Line {line.number}", " ".join(remarks), "muted", hers)
        return
    details: list[str] = []
    text = f"RR {_ratio_words(ratio)}, {len(line.rows)} studies, {line.participants} {PER_WORDS[line.per]}"
    if line.prediction is not None:
        text += f"; in a new study {line.prediction[0]:.2f} to {line.prediction[1]:.2f}"
    if line.interval == "plain, two studies":
        details.append("Two studies only: a plain interval, probably too narrow.")
    spread = f"I2 {100 * line.i2[0]:.0f} % ({100 * line.i2[1]:.0f} to {100 * line.i2[2]:.0f})"
    p = "" if line.q_p is None else f", P {line.q_p:.2f}" if line.q_p >= 0.01 else f", P {line.q_p:.1g}"
    details.append(f"{spread}; tau2 {line.tau2:.3g}; Q {line.q:.1f} on {_degrees(line)}{p}.")
    fixed = [
        f"{name} {_ratio_words(one)}"
        for name, one in (("inverse variance", line.fixed), ("Mantel-Haenszel", line.mantel_haenszel))
        if one is not None
    ]
    details.append(f"Fixed effect: {'; '.join(fixed)}.")
    out = line.leave_one_out
    if out is not None:
        names = {row.study: row.label for row in line.rows}
        details.append(
            f"Leaving one study out: from {_ratio_words(out.low)} without {names[out.low_without]} to "
            f"{_ratio_words(out.high)} without {names[out.high_without]}."
        )
    yield Bullet(f"Line {line.number}", f"{text}.", "plain", (*details, *remarks, *hers))


def _for_her(line: LineEvidence) -> Iterator[str]:
    """Yield what a line is to her, where a profile was given."""
    if line.per_1000 is not None and line.baseline is not None:
        point, low, high = line.per_1000
        without = f"Of 1000: {1000 * line.baseline:.0f} without, {point:.0f} with it ({low:.0f} to {high:.0f})"
        yield f"{without}; {line.baseline_from}."
        if line.randomised and len(line.rows) == 1:
            return
    said = hers_words(line.hers, line.per, line.baseline or 0)
    if said is not None:
        yield said


def _rating(one: PublishedRating) -> str:
    about = f": {one.population}" if one.population else ""
    return f"{_said(one.rating)} ({one.who}{about})"


def _degrees(line: LineEvidence) -> str:
    degrees = sum(row.risk_ratio is not None for row in line.rows) - 1
    return f"{degrees} degree{'' if degrees == 1 else 's'} of freedom"


def _ratio_words(ratio: Ratio) -> str:
    return f"{ratio.value:.2f} ({ratio.low:.2f} to {ratio.high:.2f})"


def _studies(evidence: OptionEvidence) -> Iterator[Block]:
    if not evidence.studies:
        yield Paragraph(f"No study on it that was published by {evidence.as_of} was read.", "open")
        return
    yield Bullets(tuple(study_items(evidence.studies)))


def _syntheses(evidence: OptionEvidence) -> Iterator[Block]:
    if not evidence.syntheses:
        return
    yield Heading("Published syntheses, as printed", 2)
    yield Bullets(tuple(_synthesis(one, evidence.outcome) for one in evidence.syntheses))


def _synthesis(one: SynthesisEvidence, outcome: str | None) -> Bullet:
    figures = []
    for pooled in one.pooled:
        if outcome not in (None, pooled.outcome):
            continue
        parts = [_said(pooled.outcome)]
        if pooled.population:
            parts.append(f"({pooled.population})")
        if pooled.value is not None:
            parts.append(f"{_said(pooled.measure)} {pooled.value:g}")
        if pooled.ci is not None:
            parts.append(f"({pooled.ci[0]:g} to {pooled.ci[1]:g})")
        if pooled.i2 is not None:
            parts.append(f"I2 {pooled.i2:g} %")
        size = [
            f"{pooled.k} {'study' if pooled.k == 1 else 'studies'}" if pooled.k else "",
            f"n = {pooled.n}" if pooled.n else "",
        ]
        if any(size):
            parts.append(f"in {', '.join(part for part in size if part)}")
        if pooled.certainty:
            parts.append(f"rated {_said(pooled.certainty)} there")
        figures.append(" ".join(parts))
    details = [f"{figure[0].upper()}{figure[1:]}." for figure in figures] or ["No pooled figure of it was read."]
    if one.differs and one.pooled and one.differs != (UNREAD_TRIALS,):
        details.append(sentence("; ".join(one.differs)))
    if one.integrity != "none_known":
        details.insert(0, f"{_said(one.integrity).upper()}.")
    if not one.used:
        details.insert(0, f"Not the state of the evidence: {sentence(one.not_used_because or 'not said why')}")
    searched = f", searched until {one.searched_until}" if one.searched_until else ""
    text = f"{sentence(one.question)} {one.read.capitalize()}{searched}. {one.citation}"
    year = one.published[:4] if one.published else "date not read"
    return Bullet(f"{one.id} ({year})", text, "plain" if one.used else "muted", tuple(details))


def _ongoing(evidence: OptionEvidence) -> Iterator[Block]:
    if not evidence.ongoing:
        return
    yield Heading("Trials without a result, as far as was read", 2)
    yield Bullets(
        tuple(
            Bullet(
                one.registry_id or one.id,
                sentence(one.title),
                "plain",
                tuple(sentence(text) for text in (one.note, one.expected) if text),
            )
            for one in evidence.ongoing
        )
    )


def overview_blocks(overview: EvidenceOverview) -> list[Block]:
    """Return a line on every option as a grid, and what its numbers count."""
    return list(_overview(overview))


def _overview(overview: EvidenceOverview) -> Iterator[Block]:
    yield Heading(f"The evidence base{f': {_said(overview.outcome)}' if overview.outcome else ''}", 1)
    yield Paragraph(f"As of {overview.as_of}.", "muted")
    every = (*overview.options, overview.total)
    columns = ["Option", "Studies", "RCTs", "Women", "Newest", "For", "Against"]
    most = [26, 7, 5, 7, 10, 4, 7]
    hers = overview.total.eligibility is not None
    if hers:
        columns.append("Hers")
        most.append(8)
    yield Grid(
        tuple(columns),
        tuple(_overview_cells(row) for row in every),
        tuple("plain" for _ in every),
        most=tuple(most),
        right=(1, 2, 3, 5, 6),
        cell_tones=tuple(tuple("plain" for _ in columns) for _ in every),
    )
    if hers:
        yield Paragraph("Hers: studies she would have been in; in brackets those of which it cannot be known.")
    yield Bullets(tuple(_remarks(overview)))
    yield Paragraph(WOMEN_COUNTED, "muted")
    yield Paragraph(
        f"More: 'decidua evidence OPTION', with {list_words([row.option for row in overview.options], 'or')}."
    )


def _overview_cells(row: OverviewRow) -> tuple[str, ...]:
    cells = [row.name, str(row.studies), str(row.randomised), str(row.women), row.newest or "none"]
    cells += [str(row.documents_for), str(row.documents_against)]
    if row.eligibility is not None:
        unknown = f"({row.eligibility.unknown})" if row.eligibility.unknown else ""
        cells.append(f"{row.eligibility.yes}{unknown}")
    return tuple(cells)


def _remarks(overview: EvidenceOverview) -> Iterator[Bullet]:
    retracted = [f"{row.name} {row.retracted}" for row in overview.options if row.retracted]
    if retracted:
        yield Bullet("Retracted, counted nowhere above", f"{list_words(retracted)}.", "bad")
    silent = [
        f"{row.name} {row.studies - row.counting_women}" for row in overview.options if row.studies > row.counting_women
    ]
    if silent:
        yield Bullet("Studies that give no number of women", f"{', '.join(silent)}.", "open")
    for topic, number in overview.outside:
        noun = "study" if number == 1 else "studies"
        yield Bullet("Outside the options", f"{_said(topic)}, {number} {noun}.", "muted")
