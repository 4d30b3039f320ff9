"""The cautions of the drugs that may be used: what is present first, then what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from decidua.assessment.answers.result import CautionAnswer
from decidua.assessment.options.judged import JudgedOption
from decidua.assessment.options.stopping import stopping_labels, stops
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import READ_WORDS
from decidua.condition.english import lower_first
from decidua.evidence.models import Source
from decidua.rulebook.book import Rulebook
from decidua.rulebook.models import Caution, Strategy
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["caution_answers", "unknown_contraindications"]

PRESENT_FIRST = {YES: 0, UNKNOWN: 1, NO: 2}


LEVEL_ORDER = ("contraindication", "caution", "inference", "trial_exclusion")


def caution_answers(verdicts: Verdicts, strategies: Sequence[Strategy]) -> list[CautionAnswer]:
    """Return the cautions of the drugs that may be used: what is present first, then what is not known."""
    book = verdicts.view.book
    keys = dict.fromkeys(key for strategy in strategies for key in strategy.drugs)
    answers: list[tuple[tuple[int, int, int], CautionAnswer]] = []
    for at, key in enumerate(keys):
        for number, caution in enumerate(book.drug[key].cautions):
            verdict = verdicts.verdict(f"finding:{caution.finding}")
            kept = ("caution", key, number, verdict)
            answer = verdicts.view.keep(kept, partial(_caution, book, key, caution, verdict))
            answers.append(((PRESENT_FIRST[verdict], LEVEL_ORDER.index(caution.level), at), answer))
    answers.sort(key=lambda pair: pair[0])
    return [answer for _, answer in answers]


def _caution(book: Rulebook, drug: str, caution: Caution, verdict: Verdict) -> CautionAnswer:
    return CautionAnswer(
        key=caution.finding,
        label=book.finding[caution.finding].label,
        drug=drug,
        level=caution.level if caution.only_at is None else f"{caution.level} ({caution.only_at})",
        verdict=verdict.value,
        stops=stops(caution),
        text=caution.text,
        source=_source_words(caution.source, caution.jurisdiction, caution.product),
        overlay=book.overlay_of("drug", drug) or book.overlay_of("caution", f"{drug}/{caution.finding}/{caution.text}"),
    )


def _source_words(source: Source | None, jurisdiction: str | None, product: str | None) -> str:
    if source is None:
        return "decidua's own inference, no source"
    place = {None: "country not read", "none": ""}.get(jurisdiction, jurisdiction or "")
    read = READ_WORDS[source.read]
    quality = {"copy": "web copy: compare with the current label"}.get(source.quality or "", source.quality or "")
    return ", ".join(part for part in (product or "", place, read, quality) if part)


def unknown_contraindications(verdicts: Verdicts, judged: JudgedOption) -> list[str]:
    """Return the labels of stopping contraindications whose finding is unknown, for strategies that may apply."""
    possible = [
        one.strategy for one in judged.strategies if one.population.verdict is not NO and one.status != "not_applicable"
    ]
    labels = [label for strategy in possible for label in stopping_labels(verdicts, strategy, UNKNOWN)]
    return [lower_first(label) for label in dict.fromkeys(labels)]
