"""What local overlays change for one woman: every option beside itself without them."""

from __future__ import annotations

from collections.abc import Iterator

from decidua.assessment.result import Assessment, OptionAnswer, OverlayChange

__all__ = ["changes"]


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
