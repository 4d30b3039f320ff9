"""What local overlays change for one woman: every option beside itself without them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.assessment.answers.result import Assessment, OptionAnswer, OverlayChange
from decidua.rulebook.book import Rulebook
from decidua.rulebook.models import Strategy

__all__ = ["changes", "taken_away"]


def changes(without: Assessment, result: Assessment) -> Iterator[OverlayChange]:
    """Yield what is other with the overlays: status, rank, certainty and what it could become, an option each.

    Args:
        without: The assessment of the same woman by the rulebook below.
        result: The assessment with the overlays.
    """
    before = {option.option: option for option in without.options}
    after = {option.option: option for option in result.options}
    for key in dict.fromkeys([*after, *before]):
        old, new = before.get(key), after.get(key)
        name = (new or before[key]).name
        for what in ("status", "rank", "certainty", "could_be"):
            was, now = _value(old, what), _value(new, what)
            if was != now:
                yield OverlayChange(key, name, what, was, now)


def _value(option: OptionAnswer | None, what: str) -> str | int | tuple[str, ...] | None:
    value: str | int | tuple[str, ...] | None = None if option is None else getattr(option, what)
    return value


def taken_away(book: Rulebook, strategies: Sequence[Strategy]) -> Iterator[str]:
    """Yield each line that an overlay took out of the safety records of the drugs of an option, with its reason."""
    drugs = {key for strategy in strategies for key in strategy.drugs}
    for overlay in book.overlays:
        for one in overlay.removed:
            drug, _, finding = one.id.partition("/")
            if one.kind == "caution" and drug in drugs:
                record = book.finding.get(finding) or (book.base or book).finding.get(finding)
                label = finding if record is None else record.label
                yield f"{label}: taken out of the safety record of {drug} by the overlay {overlay.name}: {one.why}"
