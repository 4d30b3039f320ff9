"""Loads a rulebook, with all computed that depends on no woman: lines of evidence, effects, productions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from decidua.assessment.evidence.effects import effect_answer, rate_strategy
from decidua.assessment.evidence.hers import rated_for_nobody
from decidua.assessment.evidence.published import published_ratings, synthesis_answers
from decidua.assessment.options.studies import study_figures
from decidua.assessment.woman.who_counts import counting_of
from decidua.engines.production import available
from decidua.rulebook.book import Rulebook
from decidua.rulebook.folder import data_folder, find_rulebook, is_overlay

__all__ = ["load_rulebook"]


def load_rulebook(path: str | Path | Sequence[str | Path] | None = None) -> Rulebook:
    """Load a rulebook.

    Args:
        path: A folder laid out like the shipped ``rules``; or a local overlay, which is laid over the shipped rulebook;
            or several folders, of which the first may be a whole rulebook and each further one is an overlay over what
            comes before it. None or an empty sequence loads the shipped one, once a process.

    Raises:
        RulebookError: With every fault found, each with file, line and cure.
    """
    folders = [Path(path)] if isinstance(path, str | Path) else [Path(one) for one in path or ()]
    if not folders:
        return _shipped()
    whole = folders.pop(0) if not is_overlay(folders[0]) else None
    if not folders and whole is not None:
        return find_rulebook(whole, prepare=_prepare)
    from decidua.rulebook.laying import find_laid_over  # noqa: PLC0415 - needed for overlays alone

    return find_laid_over(whole, folders, shipped=_shipped, prepare=_prepare)


@cache
def _shipped() -> Rulebook:
    return find_rulebook(data_folder("rules"), prepare=_prepare)


def _prepare(book: Rulebook) -> None:
    """Compute for the date of the evidence base what the first woman would wait for."""
    view = book.at()
    for definition in view.definitions:
        if definition.term == "rpl":
            counting_of(view, definition)
    for option in book.options:
        for strategy in option.strategies:
            published = published_ratings(view, strategy, option.option)
            for lines in (rate_strategy(view, strategy), rated_for_nobody(view, strategy)):
                for at, line in enumerate(lines):
                    effect_answer(view, line, published.get(at, ()))
            synthesis_answers(view, [strategy])
            for use in strategy.evidence:
                if use.study in view.studies:
                    study_figures(view, view.studies[use.study], strategy.evidence)
    if available():
        _ = view.network
