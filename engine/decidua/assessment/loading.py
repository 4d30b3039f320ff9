"""Loads a rulebook, with all computed that depends on no woman: lines of evidence, effects, productions."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from decidua.assessment.effects import effect_answer, rate_strategy
from decidua.assessment.options import study_figures
from decidua.assessment.published import published_ratings, synthesis_answers
from decidua.engines.production import available
from decidua.rulebook.book import Rulebook
from decidua.rulebook.folder import data_folder, find_rulebook

__all__ = ["load_rulebook"]


def load_rulebook(path: str | Path | None = None) -> Rulebook:
    """Load a rulebook.

    Args:
        path: A folder laid out like the shipped ``rules``; None loads the shipped one, once a process.

    Raises:
        RulebookError: With every fault found, each with file, line and cure.
    """
    return _shipped() if path is None else find_rulebook(Path(path), prepare=_prepare)


@cache
def _shipped() -> Rulebook:
    return find_rulebook(data_folder("rules"), prepare=_prepare)


def _prepare(book: Rulebook) -> None:
    """Compute for the date of the evidence base what the first woman would wait for."""
    view = book.at()
    for option in book.options:
        for strategy in option.strategies:
            published = published_ratings(view, strategy, option.option)
            for at, line in enumerate(rate_strategy(view, strategy)):
                effect_answer(view, line, {}, published.get(at, ()))
            synthesis_answers(view, [strategy])
            for use in strategy.evidence:
                if use.study in view.studies:
                    study_figures(view, view.studies[use.study], strategy.evidence)
    if available():
        _ = view.network
