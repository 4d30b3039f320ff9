"""The lines on single studies: what was counted, as printed and recomputed, and whether she would have been in it."""

from __future__ import annotations

from collections.abc import Iterator

from decidua.assessment.answers.result import OptionAnswer, StudyAnswer
from decidua.assessment.words import PER_WORDS
from decidua.report.parts import Bullet, Tone, from_overlay

__all__ = ["study_bullets"]

STUDIES_SHOWN = 4
DESIGNS = {
    "rct": "randomised trial",
    "rct_cluster": "cluster-randomised trial",
    "quasi_rct": "quasi-randomised trial",
    "cohort_prospective": "prospective cohort",
    "cohort_retrospective": "retrospective cohort",
    "case_series": "case series",
    "before_after": "before-and-after study",
    "other": "other design",
}
STANDING = {
    "yes": "She would have been in it",
    "no": "She would not have been in it",
    "unknown": "Would she have been in it? Not known",
}


def study_bullets(option: OptionAnswer, *, full: bool) -> Iterator[Bullet]:
    """Yield a line a study, newest first; fewer, unless everything is asked for."""
    shown = option.studies if full else option.studies[:STUDIES_SHOWN]
    for study in shown:
        tone: Tone = "bad" if study.integrity == "retracted" else "open" if study.integrity != "none_known" else "plain"
        yield Bullet(study.id, _words(study), tone, tuple(_details(study, full=full)))
    if len(shown) < len(option.studies):
        older = len(option.studies) - len(shown)
        yield Bullet("", f"{older} older {'study' if older == 1 else 'studies'} with --all.", "muted")


def _words(study: StudyAnswer) -> str:
    parts = [f"{DESIGNS[study.design]}, {study.read}"]
    if study.counts is not None:
        parts.append(_counts(study.counts))
    flag = "" if study.integrity == "none_known" else f" {study.integrity.replace('_', ' ').upper()}."
    return f"{'; '.join(parts)}.{flag}{from_overlay(study.overlay)}"


def _counts(counts: dict[str, int | float | str | None]) -> str:
    name = str(counts["label"] or counts["outcome"]).replace("_", " ")
    arms = [text for text in (_arm(counts, "treated"), _arm(counts, "control")) if text is not None]
    if not arms:
        return f"{name}: no figures read"
    how = {"printed": "", "derived": ", derived", "secondary": ", read elsewhere", "none": ""}[str(counts["read"])]
    one_arm = ", one arm without control" if counts["arms"] != "two arms" else ""
    about = "".join(f", {counts[key]}" for key in ("contrast", "subgroup") if counts[key])
    return f"{name}{about}: {' against '.join(arms)} {PER_WORDS[str(counts['per'])]}{how}{one_arm}"


def _arm(counts: dict[str, int | float | str | None], which: str) -> str | None:
    events, total, percent = (counts[f"{which}_{what}"] for what in ("events", "total", "percent"))
    if isinstance(events, int) and isinstance(total, int):
        share = f" ({100 * events / total:.0f} %)" if counts["arms"] != "two arms" and total else ""
        return f"{events}/{total}{share}"
    return f"{percent:g} %" if isinstance(percent, int | float) else None


def _details(study: StudyAnswer, *, full: bool) -> Iterator[str]:
    if study.printed and study.recomputed:
        yield f"As printed {study.printed}; recomputed {study.recomputed}."
    elif study.printed:
        yield f"As printed {study.printed}."
    elif study.recomputed and full:
        yield f"Recomputed {study.recomputed}."
    for counts in study.further:
        yield f"Also {_counts(counts)}."
    if study.note:
        yield f"{study.note[0].upper()}{study.note[1:].rstrip('.')}."
    yield f"{STANDING[study.standing]}{f': {study.because}' if study.because else ''}."
    if full and study.kept_out is not None:
        where = "every line" if study.kept_out.everywhere else "the first line"
        own = f" Its record: {study.kept_out.because.rstrip('.')}." if study.kept_out.because else ""
        yield f"Kept out of {where}: {study.kept_out.says} [{study.kept_out.rule}].{own}"
    if full or study.integrity != "none_known":
        for note in study.integrity_notes[: None if full else 2]:
            yield note if note.endswith(".") else f"{note}."
