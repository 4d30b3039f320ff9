"""The studies of an option as lines for people, and as a table for other software."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from decidua.assessment.answers.evidence import OptionEvidence, OverviewRow, Ratio, StudyEvidence, StudyResult
from decidua.assessment.words import PER_WORDS
from decidua.evidence.lines import POPULATIONS
from decidua.report.parts import Bullet, Tone, list_words, lower_first
from decidua.report.study import DESIGNS, STANDING

__all__ = ["overview_csv", "sentence", "studies_csv", "study_items"]

AGAINST = {
    "placebo": "placebo",
    "no_treatment": "no treatment",
    "active": "another treatment",
    "usual_care": "usual care",
    "historical": "earlier women",
    "none": "nothing",
    "prognostic": "women without the marker",
}
INTEGRITY = {
    "none_known": "Nothing known against it",
    "concern": "CONCERN",
    "expression_of_concern": "EXPRESSION OF CONCERN",
    "retracted": "RETRACTED",
}
READ = {"printed": "", "derived": "; derived", "secondary": "; read in another source", "none": ""}


def sentence(text: str) -> str:
    """Return text as a sentence: a capital first, a full stop last."""
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "?")) else f"{text}."


def study_items(studies: Sequence[StudyEvidence]) -> Iterator[Bullet]:
    """Yield an item a study: what it was, what it counted, and how it stands."""
    for study in studies:
        tone: Tone = "bad" if study.integrity == "retracted" else "open" if study.integrity != "none_known" else "plain"
        yield Bullet(study.label, f"{_what(study)}. {INTEGRITY[study.integrity]}.", tone, tuple(_details(study)))


def _what(study: StudyEvidence) -> str:
    blind = {"double_blind": "double-blind ", "single_blind": "single-blind ", "open_label": "open "}
    design = f"{blind.get(study.blinding, '') if study.randomised else ''}{DESIGNS[study.design]}"
    against = ""
    if study.comparator not in (None, "none"):
        kind = AGAINST[study.comparator or "none"]
        text = study.comparator_text
        against = f" against {text if text and study.comparator == 'active' else kind}"
    return f"{design} in {POPULATIONS[study.condition]}; {study.treatment}{against}; {study.read}"


def _details(study: StudyEvidence) -> Iterator[str]:
    for result in study.results:
        yield sentence(result_words(result))
    if not study.results:
        yield "No outcome was read."
    if study.lines:
        numbers = list_words([str(number) for number in study.lines])
        yield f"In line{'' if len(study.lines) == 1 else 's'} {numbers} above."
    if study.not_pooled:
        yield f"In no line above: {lower_first(study.not_pooled.rstrip('.'))}."
    if study.standing is not None:
        reason = f": {study.standing.because}" if study.standing.because else ""
        yield f"{STANDING[study.standing.verdict]}{reason}."
    if study.integrity != "none_known":
        for note in study.integrity_notes:
            yield sentence(note)
    yield f"{study.citation}"


def result_words(result: StudyResult) -> str:
    """Say one outcome in a clause: counts, effect, how it was read, as printed."""
    own = result.label.replace("_", " ") if result.label else ""
    about = [part for part in (own, result.contrast, result.subgroup) if part and part.lower() != result.name]
    name = f"{result.name} ({'; '.join(about)})" if about else result.name
    arms = [
        _arm(result.treated_events, result.treated_total, result.treated_percent),
        _arm(result.control_events, result.control_total, result.control_percent) if result.control_arm else None,
    ]
    told = [arm for arm in arms if arm is not None]
    counted = f"{' against '.join(told)} {PER_WORDS[result.per]}" if told else "no figures read"
    parts = [counted]
    if result.risk_ratio is not None:
        parts.append(f"RR {_ratio_words(result.risk_ratio)}")
    elif told and result.no_ratio:
        parts.append(f"no ratio: {result.no_ratio}")
    text = f"{name}: {', '.join(parts)}{READ[result.read]}"
    if result.derivation:
        text += f" ({result.derivation.rstrip('.')})"
    if result.printed:
        text += f"; as printed {result.printed}"
    return text


def _arm(events: int | None, total: int | None, percent: float | None) -> str | None:
    if events is not None and total is not None:
        return f"{events}/{total}"
    return None if percent is None else f"{percent:g} %{f' of {total}' if total is not None else ''}"


def _ratio_words(ratio: Ratio) -> str:
    zero = ", 0.5 added to each cell" if ratio.corrected else ""
    return f"{ratio.value:.2f} ({ratio.low:.2f} to {ratio.high:.2f}{zero})"


RESULT_COLUMNS = (
    "outcome",
    "label",
    "per",
    "subgroup",
    "contrast",
    "isolates",
    "treated_events",
    "treated_total",
    "treated_percent",
    "control_arm",
    "control_events",
    "control_total",
    "control_percent",
    "read",
    "derivation",
    "no_ratio",
    "printed",
    "favourable",
)
STUDY_COLUMNS = (
    "id",
    "label",
    "published",
    "design",
    "randomised",
    "blinding",
    "condition",
    "treatment",
    "start",
    "comparator",
    "comparator_text",
    "women",
    "integrity",
    "read",
    "not_pooled",
    "same_as",
    "citation",
)


def studies_csv(evidence: OptionEvidence) -> str:
    """Return a table with one row a study outcome; a study without one has a row of its own. Empty means not read."""
    hers = any(study.standing is not None for study in evidence.studies)
    ratios = [f"{measure}{end}" for measure in ("risk_ratio", "odds_ratio") for end in ("", "_low", "_high")]
    head = [
        "option",
        *(f"study_{name}" for name in STUDY_COLUMNS),
        "study_lines",
        *RESULT_COLUMNS,
        *ratios,
        "zero_cell_corrected",
        *(("standing", "standing_because") if hers else ()),
    ]
    rows = []
    for study in evidence.studies:
        own = [evidence.option, *(getattr(study, name) for name in STUDY_COLUMNS), " ".join(map(str, study.lines))]
        standing = [study.standing.verdict, study.standing.because] if study.standing is not None else []
        if not study.results:
            rows.append([*own, *[None] * (len(RESULT_COLUMNS) + len(ratios) + 1), *standing])
        for result in study.results:
            figures = [getattr(result, name) for name in RESULT_COLUMNS]
            effects = [end for ratio in (result.risk_ratio, result.odds_ratio) for end in _ends(ratio)]
            corrected = None if result.risk_ratio is None else result.risk_ratio.corrected
            rows.append([*own, *figures, *effects, corrected, *standing])
    return _table(head, rows)


def _ends(ratio: Ratio | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if ratio is None else (ratio.value, ratio.low, ratio.high)


OVERVIEW_COLUMNS = (
    "option",
    "name",
    "studies",
    "randomised",
    "women",
    "counting_women",
    "newest",
    "retracted",
    "documents_for",
    "documents_against",
    "documents_research",
)


def overview_csv(rows: Sequence[OverviewRow]) -> str:
    """Return a table with one row an option, and for how many studies she would have been eligible."""
    hers = any(row.eligibility is not None for row in rows)
    head = [*OVERVIEW_COLUMNS, *(("eligible", "not_eligible", "eligibility_unknown") if hers else ())]
    cells = []
    for row in rows:
        counted = row.eligibility
        standing = [counted.yes, counted.no, counted.unknown] if counted is not None else []
        cells.append([*(getattr(row, name) for name in OVERVIEW_COLUMNS), *standing])
    return _table(head, cells)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    words = {True: "yes", False: "no", None: ""}
    for row in rows:
        writer.writerow([words[cell] if cell is None or isinstance(cell, bool) else cell for cell in row])
    return stream.getvalue()
