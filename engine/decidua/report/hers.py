"""The words on her standing: in the studies of an option, and what comes of those she would have been in alone."""

from __future__ import annotations

from collections.abc import Iterator

from decidua.assessment.answers.result import EffectAnswer, OptionAnswer
from decidua.assessment.answers.standing import HersAnswer, OpenStanding, StandingAnswer
from decidua.assessment.words import PER_WORDS
from decidua.report.parts import Bullet, list_words, lower_first

__all__ = ["BASELINES", "hers_line", "hers_words", "standing_bullets"]

BASELINES = {
    "given": "her own chance, as given",
    "declared_rule": "by a declared rule",
    "studies_she_fits": "as in the studies she fits",
    "all_studies": "as in all its studies",
}
"""Whose risk stands for her without treatment, in a few words."""

OPEN = {
    "finding": "Depends on",
    "not_expressed": "Criterion that no finding expresses",
    "not_read": "Criterion not read",
}


def hers_line(effect: EffectAnswer) -> str | None:
    """Say a line of evidence by her standing, unless the words on its baseline say it already."""
    by_trials = effect.baseline_kind in ("studies_she_fits", "all_studies")
    if effect.studies == 1 and effect.randomised and by_trials and effect.per_1000 is not None:
        return None
    return hers_words(effect.hers, effect.per, effect.baseline)


def hers_words(hers: HersAnswer | None, per: str, baseline: float) -> str | None:
    """Say what the studies of a line come to in which she would have been, or that they are all of them or none.

    Args:
        hers: The line by her standing; None without a woman.
        per: What the line counts.
        baseline: The risk (0 to 1) at which the line is shown.
    """
    if hers is None:
        return None
    k = sum(len(part.studies) for part in (hers.yes, hers.no, hers.unknown))
    if hers.which == "all":
        what = "this study" if k == 1 else f"all {k} studies, so these are her figures too"
        return f"She would have been in {what}, on the criteria read."
    if hers.which == "none":
        return _none_words(hers, k)
    text = f"The {hers.studies} of {k} studies she would have been in ({hers.women} {PER_WORDS[per]}), alone: "
    if hers.value is None or hers.ci is None:
        return f"{text}no ratio can be given."
    text += f"RR {hers.value:.2f} ({hers.ci[0]:.2f} to {hers.ci[1]:.2f})"
    if hers.per_1000 is not None:
        point, low, high = hers.per_1000
        text += f"; of 1000: {1000 * baseline:.0f} without, {point:.0f} with it ({low:.0f} to {high:.0f})"
    return f"{text}."


def _none_words(hers: HersAnswer, k: int) -> str:
    refused, unknown = len(hers.no.studies), len(hers.unknown.studies)
    if k == 1:
        return "She would not have been in this study." if refused else "Whether she would have been in it: not known."
    if not unknown:
        return f"She would have been in none of these {k} studies."
    if not refused:
        return f"Whether she would have been in any of these {k} studies: not known."
    return f"She would not have been in {refused} of these {k} studies; of the rest it is not known."


def standing_bullets(option: OptionAnswer, *, full: bool) -> Iterator[Bullet]:
    """Yield in how many of an option's studies she would have been; in full with what keeps it from being known."""
    standing = option.standing
    details = tuple(_details(standing)) if full else ()
    yield Bullet("In whom", standing.says, "plain", details)


def _details(standing: StandingAnswer) -> Iterator[str]:
    for words, ids in (
        ("Would have taken her", standing.yes),
        ("Would not have taken her", standing.no),
        ("Cannot be known", standing.unknown),
    ):
        if ids:
            yield f"{words}: {list_words(ids)}."
    yield from (_open_words(one) for one in standing.open)


def _open_words(one: OpenStanding) -> str:
    return f"{OPEN[one.what]}: {lower_first(one.label)} ({list_words(one.studies)})."
