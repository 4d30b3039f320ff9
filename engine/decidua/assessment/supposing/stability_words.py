"""The sentences on what hangs on a single study, and on her chance without treatment."""

from __future__ import annotations

from collections.abc import Sequence

from decidua.assessment.answers.stability import OptionStability, Place, Said, WithoutStudy
from decidua.assessment.options.ranking import NOTHING
from decidua.assessment.words import join
from decidua.condition.english import lower_first
from decidua.evidence.certainty import LEVELS
from decidua.frozen import Frozen

__all__ = ["Moved", "change_words", "option_words", "ordinal", "range_words", "summary_words", "what_differs"]

UNITS = {"next_pregnancy": "in her next pregnancy", "transfer": "at her next transfer"}
NAMED = 3


class Moved(Frozen):
    """What a sentence on one change is made of.

    Attributes:
        by_itself: Whether what the option is ranked by is other, so that its rank follows from itself.
        passed: Names of the options that moved past it.
        level_with: Names of those that it stands level with then.
        leads: Title of the way of use that leads then.
    """

    study: str
    name: str
    now: Place
    after: Place
    changed: tuple[Said, ...]
    by_itself: bool
    passed: tuple[str, ...]
    level_with: tuple[str, ...]
    leads: str
    because: str | None


def ordinal(number: int) -> str:
    """Say a rank: 1st, 2nd, 3rd, 4th, 11th, 21st."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _plain(word: str) -> str:
    return word.replace("_", " ")


def what_differs(now: tuple[int, int, float], after: tuple[int, int, float]) -> str | None:
    """Say what of the evidence that an option is ranked by is other; None where that is the same.

    Args:
        now: Place of its status, place of the certainty of its favourable live-birth effect per woman (past the last
            one where it has none), and the conservative end of that effect with its sign turned.
        after: The same without a study.
    """
    if now[1:] == after[1:]:
        return None
    if after[1] == NOTHING:
        return "it has no favourable live-birth effect per woman then"
    if now[1] == NOTHING:
        return "its live-birth effect per woman is favourable then"
    if now[1] != after[1]:
        return f"its favourable live-birth effect is of {_plain(LEVELS[after[1]])} certainty then"
    return f"the conservative end of its live-birth effect goes from {-now[2]:.2f} to {-after[2]:.2f}"


def change_words(moved: Moved) -> str:
    """Say one change in a sentence: ``without Scarpellini 2009 [...] it falls from 2nd to 5th``."""
    who = moved.study if moved.name == moved.study else f"{moved.name} [{moved.study}]"
    now, after = moved.now, moved.after
    parts: list[str] = []
    if "status" in moved.changed:
        parts.append(f"its status goes from {_plain(now.status)} to {_plain(after.status)}")
    if "rank" in moved.changed:
        parts.append(_rank(moved))
    if "certainty" in moved.changed:
        parts.append(_certainty(now, after))
    if now.leading_strategy != after.leading_strategy:
        parts.append(f"the way of use that leads is {lower_first(moved.leads)}")
    reason = f": {moved.because}" if moved.because and {"status", "rank"} & set(moved.changed) else ""
    return f"without {who} {join(parts)}{reason}"


def _rank(moved: Moved) -> str:
    verb = "falls" if moved.after.rank > moved.now.rank else "rises"
    text = f"it {verb} from {ordinal(moved.now.rank)} to {ordinal(moved.after.rank)}"
    if not moved.by_itself:
        return f"{text} since {join([lower_first(name) for name in moved.passed])} moved past it"
    if not moved.level_with:
        return text
    others = len(moved.level_with)
    level = f"{others} others" if others > NAMED else join([lower_first(name) for name in moved.level_with])
    return f"{text} (level there with {level}, in order of name)"


def _certainty(now: Place, after: Place) -> str:
    if after.certainty is None:
        return f"no certainty can be computed for it any more (now {_plain(str(now.certainty))})"
    if now.certainty is None:
        return f"its certainty, not computed now, is {_plain(after.certainty)}"
    return f"its certainty goes from {_plain(now.certainty)} to {_plain(after.certainty)}"


def option_words(now: Place, studies: Sequence[str], changes: Sequence[WithoutStudy]) -> str:
    """Say of an option how much of it hangs on a single study."""
    own = [one for one in changes if one.own]
    if own:
        of = f"{len(own)} of its {len(studies)} studies" if len(studies) > 1 else "its one study"
        return f"{of} {'moves' if len(own) == 1 else 'move'} it"
    if changes:
        return "no study of its own moves it; its rank changes only where another option moves past it"
    if now.status == "not_applicable":
        return "it does not apply to her"
    if not studies:
        return "no study stands in a line of evidence for it"
    return "no single study moves it"


def summary_words(left_out: int | None, options: Sequence[OptionStability], *, applies: bool) -> str:
    """Say what was done and what came of it.

    Args:
        left_out: How many studies were left out in turn; None where nothing is known of her.
        options: What came of it.
        applies: Whether any way of use is known to be for her.
    """
    if left_out is None:
        return (
            "Nothing hangs on a study: nothing is known of her, so nothing that was read is said of her yet. No study "
            "was left out."
        )
    if not left_out:
        return "Nothing hangs on a study: none stands in a line of evidence that is hers or may be."
    done = (
        "The one study in a line of evidence that is hers or may be was left out, and everything judged again."
        if left_out == 1
        else f"Each of the {left_out} studies in lines of evidence that are hers or may be was left out in turn, and "
        "everything judged again."
    )
    changes = [change for one in options for change in one.changes]
    moving = {change.without for change in changes}
    if not moving:
        return f"{done} Nothing hangs on a single one: without it no status, rank or certainty is other."
    falling = {one.option for one in options for change in one.changes if "status" in change.changed}
    to_what = f", also to the status of {len(falling)} {_options(len(falling))}" if falling else ", but to no status"
    some = "It makes" if left_out == 1 else f"{len(moving)} of them {'makes' if len(moving) == 1 else 'make'}"
    said = f"{done} {some} a difference{to_what}."
    return said if applies else f"{said} No option is known to apply to her yet: this is the order of those that may."


def _options(number: int) -> str:
    return "option" if number == 1 else "options"


def range_words(unit: str, chances: Sequence[float], *, same: bool, carried: bool) -> str:
    """Say what comes of taking her chance without treatment over a range.

    Args:
        unit: What the chance is of.
        chances: The chances.
        same: Whether rank, status and certainty are the same at each.
        carried: Whether the chance carries the main effect of any option that is or may be hers.
    """
    low, high = (f"{1000 * chance:.0f}" for chance in (chances[0], chances[-1]))
    chance = f"chance of a live birth without treatment {UNITS[unit]}"
    if not same:
        return f"Rank, status or certainty of an option differs with her {chance}, from {low} to {high} per 1000."
    if not carried:
        return (
            f"Her {chance}, taken from {low} to {high} per 1000, changes no rank, status or certainty, and carries no "
            "main effect of an option that is hers or may be."
        )
    return (
        f"Rank, status and certainty of every option are the same at every {chance} from {low} to {high} per 1000; "
        "what changes is the effect per 1000. Certainty weighs differences per 1000 at the risk in the studies' own "
        "control arms, not at hers."
    )
