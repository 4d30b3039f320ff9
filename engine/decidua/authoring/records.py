"""What differs between the records of two rulebooks, in words; and a rulebook in which one difference is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from decidua.condition.english import in_english
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Known, Not, Rule, Untold
from decidua.frozen import Frozen
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import vocabulary
from decidua.record import Record
from decidua.rulebook.book import Rulebook
from decidua.rulebook.laying import LISTS, POLICIES
from decidua.rulebook.policy import POLICY_FACTS

__all__ = ["FieldChange", "RecordChange", "record_changes", "with_records_of"]

CONDITIONS = (Atom, Known, Rule, All, AnyOf, Not, AtLeast, Untold)

KINDS: Mapping[str, str] = {**LISTS, "strategy": "strategies"}
"""Where a rulebook holds the records of each kind."""


class FieldChange(Frozen):
    """One field that differs, in words; None where it was not there."""

    field: str
    before: str | None
    after: str | None


class RecordChange(Frozen):
    """One record that differs.

    Attributes:
        how: Whether it came, went, or reads otherwise.
        file, line: Where it stands; of one that went, where it stood.
        fields: What of it differs; empty for one that came or went.
        condition: For one that came or went, its condition in words, where it has one.
    """

    kind: str
    id: str
    title: str
    how: Literal["added", "removed", "changed"]
    file: str
    line: int | None
    fields: tuple[FieldChange, ...] = ()
    condition: str | None = None


def record_changes(old: Rulebook, new: Rulebook) -> list[RecordChange]:
    """Return every record that differs between two rulebooks, by kind, in the order of the files."""
    found = []
    for kind in (*KINDS, "policy", "rulebook"):
        before, after = _records(old, kind), _records(new, kind)
        for id_ in dict.fromkeys([*after, *before]):
            change = _record_change(old, new, kind, id_, before.get(id_), after.get(id_))
            if change is not None:
                found.append(change)
    return found


def _records(book: Rulebook, kind: str) -> dict[str, Any]:
    """Return the records of one kind by id; an option without its strategies, which are records of their own."""
    if kind == "policy":
        return {name: getattr(book.policy, name) for name in POLICIES}
    if kind == "rulebook":
        return {"rulebook": book.manifest}
    if kind == "option":
        return {one.option: one.model_copy(update={"strategies": ()}) for one in book.options}
    return {_id(one): one for one in getattr(book, KINDS[kind])}


def _id(record: Any) -> str:
    id_: str = getattr(record, "id", None) or getattr(record, "key", None) or record.option
    return id_


def _record_change(old: Rulebook, new: Rulebook, kind: str, id_: str, before: Any, after: Any) -> RecordChange | None:
    if before == after:
        return None
    facts = POLICY_FACTS.get(id_, vocabulary()) if kind == "policy" else vocabulary()
    book = new if after is not None else old
    prefix = {"option": "option", "drug": "key", "finding": "key", "investigation": "key", "subject": "key"}
    file, line = book.places.get(f"{prefix.get(kind, 'id')}:{id_}", ("", None))
    if kind in ("policy", "rulebook"):
        file, line = f"policy/{id_}.yaml" if kind == "policy" else "rulebook.yaml", None
    one = after if after is not None else before
    said = _title(kind, id_, one)
    if before is not None and after is not None:
        words = (_Words(old, facts), _Words(new, facts))
        return RecordChange(kind, id_, said, "changed", file, line, tuple(_fields(before, after, words)))
    condition = getattr(one, "when", None)
    told = None if condition is None else _Words(book, facts).say(condition)
    return RecordChange(kind, id_, said, "added" if before is None else "removed", file, line, (), told)


def _title(kind: str, id_: str, record: Any) -> str:
    if kind in ("policy", "rulebook"):
        return f"policy {id_}" if kind == "policy" else "the rulebook as a whole"
    if kind == "drug":
        return ", ".join(record.names)
    for name in ("title", "label", "name", "in_brief", "question", "topic"):
        value = getattr(record, name, None)
        if isinstance(value, str):
            return value
    citation = getattr(record, "citation", None)
    return getattr(citation, "title", None) or id_


class _Words(Frozen):
    """Says a value in the words of one rulebook."""

    book: Rulebook
    facts: Mapping[str, Fact]

    def say(self, value: Any) -> str | None:
        if value is None or value == ():
            return None
        if isinstance(value, CONDITIONS):
            return in_english(value, self.facts, self.book.titles)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Record):
            inner = {name: self.say(getattr(value, name)) for name in type(value).model_fields}
            return "; ".join(f"{_name(name)} {said}" for name, said in inner.items() if said not in (None, "no"))
        if isinstance(value, tuple):
            return ", ".join(said for one in value if (said := self.say(one)) is not None)
        if isinstance(value, dict):
            return "; ".join(f"{key}: {self.say(one)}" for key, one in value.items())
        return f"{value:g}" if isinstance(value, float) else str(value)


def _name(field: str) -> str:
    return field.strip("_").replace("_", " ")


Pair = tuple[_Words, _Words]


def _fields(before: Any, after: Any, words: Pair, path: str = "") -> Iterator[FieldChange]:
    """Yield what differs, down to the smallest part that has a name."""
    if before == after:
        return
    if isinstance(before, Record) and type(before) is type(after):
        for name in type(before).model_fields:
            inner = f"{path}, {_name(name)}" if path else _name(name)
            yield from _fields(getattr(before, name), getattr(after, name), words, inner)
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*after, *before]):
            yield from _fields(before.get(key), after.get(key), words, f"{path}, {_name(str(key))}")
    elif isinstance(before, tuple) and isinstance(after, tuple):
        yield from _items(before, after, words, path)
    else:
        yield FieldChange(path, words[0].say(before), words[1].say(after))


def _items(before: tuple[Any, ...], after: tuple[Any, ...], words: Pair, path: str) -> Iterator[FieldChange]:
    """Compare two lists: records by what they are called, anything else by what is in one and not in the other."""
    named = [_named(before), _named(after)]
    if named[0] is not None and named[1] is not None:
        for key in dict.fromkeys([*named[1], *named[0]]):
            yield from _fields(named[0].get(key), named[1].get(key), words, f"{path}, {key}")
        if [key for key in named[0] if key in named[1]] != [key for key in named[1] if key in named[0]]:
            yield FieldChange(f"{path}, order", ", ".join(named[0]), ", ".join(named[1]))
        return
    gone, came = [one for one in before if one not in after], [one for one in after if one not in before]
    if not gone and not came:
        yield FieldChange(f"{path}, order", words[0].say(before), words[1].say(after))
    elif len(gone) == len(came):
        for one, other in zip(gone, came, strict=True):
            yield from _fields(one, other, words, path)
    else:
        yield from (FieldChange(path, words[0].say(one), None) for one in gone)
        yield from (FieldChange(path, None, words[1].say(one)) for one in came)


def _named(items: Iterable[Any]) -> dict[str, Any] | None:
    """Return records by what each is called among its like, or None where that is no name of each."""
    every = list(items)
    for field in ("id", "key", "study", "finding", "test", "name", "on", "outcome", "trial"):
        names = [getattr(one, field, None) for one in every]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return {str(name): one for name, one in zip(names, every, strict=True)}
    return None


# A rulebook between the two


def with_records_of(new: Rulebook, old: Rulebook, changes: Iterable[RecordChange]) -> Rulebook:
    """Return the new rulebook with some changes taken back: those records are as in the old one.

    The rulebook is not checked again; where it refers to what it does not hold, judging by it fails.
    """
    taken_back = list(changes)
    update: dict[str, Any] = {
        "topics": {**old.topics, **new.topics},
        "places": {**old.places, **new.places},
    }
    if any(one.kind == "rulebook" for one in taken_back):
        update["manifest"] = old.manifest
    policies = [one.id for one in taken_back if one.kind == "policy"]
    if policies:
        update["policy"] = new.policy.model_copy(update={name: getattr(old.policy, name) for name in policies})
    for kind, name in KINDS.items():
        ids = {one.id for one in taken_back if one.kind == kind}
        if ids and kind not in ("option", "strategy"):
            update[name] = _put_back(getattr(new, name), getattr(old, name), ids)
    ids = {one.id for one in taken_back if one.kind == "strategy"}
    keys = {one.id for one in taken_back if one.kind == "option"}
    if ids or keys:
        update["options"] = tuple(_options(new, old, ids, keys))
    return replace(new, **update)


def _put_back(new: tuple[Any, ...], old: tuple[Any, ...], ids: set[str]) -> tuple[Any, ...]:
    before = {_id(one): one for one in old}
    kept = [before.get(_id(one)) if _id(one) in ids else one for one in new]
    here = {_id(one) for one in new}
    return (*(one for one in kept if one is not None), *(before[id_] for id_ in before if id_ in ids - here))


def _options(new: Rulebook, old: Rulebook, ids: set[str], keys: set[str]) -> Iterator[Any]:
    for option in _put_back(new.options, old.options, keys):
        mine = new.option[option.option].strategies if option.option in new.option else ()
        theirs = old.option[option.option].strategies if option.option in old.option else ()
        strategies = _put_back(mine, theirs, ids)
        if strategies:
            yield option.model_copy(update={"strategies": strategies})
