"""The stable name of every kind of finding about a rulebook, with its weight and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from decidua.frozen import Frozen

__all__ = ["CODES", "Code", "Severity"]

Severity = Literal["error", "warning", "note"]


class Code(Frozen):
    """A kind of finding."""

    severity: Severity
    title: str
    cure: str


def _error(title: str, cure: str) -> Code:
    return Code("error", title, cure)


def _warning(title: str, cure: str) -> Code:
    return Code("warning", title, cure)


def _note(title: str, cure: str) -> Code:
    return Code("note", title, cure)


CODES: Mapping[str, Code] = {
    "D001": _error("a file that cannot be read", "Check the path and its permissions."),
    "D002": _error("a file that is too large", "Split it, or take out what is no rule."),
    "D003": _error("a file that is no UTF-8 text", "Save it as UTF-8."),
    "D004": _error("a file that is not YAML", "Repair the line; indent with spaces, never with tabs."),
    "D005": _error("a key used twice", "Keep one of them."),
    "D006": _error("an alias", "Write the value out."),
    "D007": _error("a tag", "Remove it."),
    "D008": _error("nesting too deep", "Write it flatter; name a part as a rule of its own."),
    "D009": _error("too many values in one file", "Split the file."),
    "D010": _error("two documents in one file", "Give each a file of its own."),
    "D011": _error("an empty file", "Fill it or remove it."),
    "D012": _error("a key that is no plain word", "Write the key as a plain word."),
    "R101": _error("no folder of rules", "Name a folder laid out like the shipped 'rules', or an overlay."),
    "R102": _error("a file that is missing", "Add the file; every rulebook needs it."),
    "R103": _error("a file where no rule is looked for", "Move it into the folder of its kind."),
    "R201": _error("a key that does not exist", "Use one of the keys that this kind of record has."),
    "R202": _error("a key that is missing", "Add it; where it was not read, null or what the schema allows."),
    "R203": _error("a value that is not on the list", "Use one of the values named."),
    "R204": _error("a value of another type", "Write a value of the type named."),
    "R205": _error("a value that is not possible", "Correct it as the message says."),
    "R301": _error(
        "something that is no condition", "Write FACT OPERATOR VALUE, a rule's id, or all, any, not, at_least."
    ),
    "R302": _error("a rule that does not exist", "Name a rule of the rulebook; 'decidua rules list' has them."),
    "R303": _error("a fact that does not exist", "Name a fact of the vocabulary; 'decidua schema facts' has them."),
    "R304": _error("'known' where it may not stand", "Say what value you need."),
    "R305": _error("an order of what has none", "Compare with = or in."),
    "R306": _error("a value of another type than the fact's", "Use a value the fact can have."),
    "R307": _error("a number that is not possible", "Use a number within the fact's range."),
    "R308": _error("rules that refer to each other in a circle", "Break the circle."),
    "R309": _error("conditions nested too deep through other rules", "Write them flatter."),
    "R310": _error("a condition of too many parts", "Split it into rules of their own."),
    "R401": _error("an id used twice", "Give each record its own."),
    "R402": _error("a reference to what does not exist", "Name a record that exists, or add it."),
    "R403": _error("something let into a pool that no rulebook may", "Add a rule to 'never'."),
    "R501": _error("an overlay that does not fit what it lies over", "Do what the message says."),
    "R502": _error("a case that cannot be run", "Do what the message says."),
    "R601": _error("a condition that nobody can meet", "Correct the part that contradicts the others."),
    "R602": _error("a condition that everybody meets", "Correct it, or take it out."),
    "R603": _warning("a part that changes nothing", "Take it out, or correct its threshold."),
    "R604": _warning("one finding that counts twice", "Count each finding once."),
    "R605": _warning("two rules that say the same", "Keep one, and refer to it."),
    "R606": _error("rows of the status table that overlap", "Let their conditions exclude each other."),
    "R607": _error("a gap in the status table", "Add a row for it."),
    "R608": _warning("a rule of a policy that never counts", "Take it out, or correct its threshold or its place."),
    "R609": _note("a condition too large to look through", "Nothing to do; needless parts of it are not looked for."),
    "R610": _note("a part that the rest of the condition settles", "See whether it is what was meant."),
    "R611": _error("a rule that outlives its document", "Give it 'until', the day on which the newer document came."),
    "R612": _error("documents that supersede each other in a circle", "Break the circle."),
    "R701": _warning("a rule without a source", "Add the source that was read."),
    "R702": _note(
        "a source or rule without a date", "Add the date where it can be read; until then it counts undated."
    ),
    "R703": _warning("a threshold without its unit", "Say the number with its unit."),
    "R704": _warning("a threshold without its study", "Name the study that the number comes from."),
    "R801": _warning("a strategy without a safety record", "Add the safety record of its drug under 'cautions/drugs'."),
    "R802": _warning("a position that no strategy can match", "Correct its drug or condition, or add the strategy."),
    "R803": _warning(
        "evidence that no option uses", "Name it in a strategy, or say in the record why it stands apart."
    ),
    "R804": _warning(
        "a caution that no field of the profile asks for", "Read its finding from a field of the profile."
    ),
    "R805": _warning("a finding that nothing refers to", "Name it in a safety record or a strategy, or take it out."),
    "R806": _note("evidence kept apart with its reason", "Nothing to do; it is on record and moves nothing."),
    "R807": _note("a document without a position", "Add what it says, or list it under 'unread'."),
}
"""Every code; D is for what any YAML file may have, R for rules."""
