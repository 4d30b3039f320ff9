"""The words of what is said differently: a bullet an option or way of use, a line a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.assessment.answers.change import Change
from decidua.report.option import STATUS_TONES
from decidua.report.parts import Bullet, Tone, list_words

__all__ = ["change_bullets", "change_words"]

SIDES = {
    "status": "status",
    "leading_strategy": "leading way of use",
    "certainty": "certainty",
    "effect": "main effect",
    "further_effects": "further effects",
    "rank": "rank",
    "verdict": "holds for her",
    "usual_care": "usual care",
}
NOTHING_SAID = {
    "leading_strategy": "none",
    "certainty": "not computed",
    "effect": "none computed",
    "verdict": "not there",
    "status": "not there",
}


def change_bullets(changes: Sequence[Change], *, several: bool) -> Iterator[Bullet]:
    """Yield a bullet an option or way of use; a way of use that says what its option says is not said again."""
    groups: dict[tuple[str, str], list[Change]] = {}
    said = {(one.option, one.what, one.before, one.after) for one in changes if one.about == "option"}
    leading = {one.option: one.after for one in changes if one.what == "leading_strategy"}
    before = tuple(one.before for one in changes if one.what == "effect" and one.before is not None)
    for change in changes:
        same = (change.option, change.what, change.before, change.after) in said
        new = _new_lines(change)
        if change.what == "further_effects" and new and all(line.startswith(before) for line in new):
            continue  # what was the main effect stands beside the new one
        if change.about == "strategy" and (
            same or (leading.get(change.option) == change.name and change.before is None)
        ):
            continue
        groups.setdefault((change.about, change.id), []).append(change)
    for (about, _), group in groups.items():
        status = next((one.after for one in group if one.what == "status"), None)
        tone: Tone = STATUS_TONES.get(status or "", "plain")
        lines = [change_words(one, several=several) for one in group]
        came = about == "strategy" and any(one.what == "status" and one.before is None for one in group)
        yield Bullet(group[0].name, "a way of use that came in" if came else lines[0], tone, tuple(lines[not came :]))


def change_words(change: Change, *, several: bool) -> str:
    """Say one change in a phrase, and through which sources where there are several."""
    side = SIDES[change.what]
    before, after = (_value(change, value) for value in (change.before, change.after))
    if change.what == "further_effects":
        text = _further_words(change)
    else:
        text = f"{side} {after}" if change.before is None else f"{side} {before} -> {after}"
    if several and change.by:
        how = {"alone": "", "together": " together", "each_alone": ", each by itself", "not_known": ""}[change.how]
        text += f" [{list_words(change.by)}{how}]"
    return text


def _further_words(change: Change) -> str:
    """Say what came beside the main effect; what only went away stands in the main effect now, or nowhere."""
    new = _new_lines(change)
    gone = [line for line in (change.before or "").split("\n") if line not in (change.after or "").split("\n")]
    return f"beside it {'; and '.join(new)}" if new else f"no longer beside it {'; and '.join(gone)}"


def _new_lines(change: Change) -> list[str]:
    return [line for line in (change.after or "").split("\n") if line and line not in (change.before or "").split("\n")]


def _value(change: Change, value: str | None) -> str:
    if value is None:
        return NOTHING_SAID.get(change.what, "none")
    return value.replace("_", " ") if change.what in ("status", "certainty") else value
