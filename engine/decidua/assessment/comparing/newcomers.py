"""What came in between two dates: studies, syntheses, documents and rules, and which options each of them bears on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from decidua.evidence.models import OptionKey, last_day
from decidua.frozen import Frozen
from decidua.rulebook.book import Rulebook
from decidua.rulebook.models import Definition, Panel, Strategy, Subset

__all__ = ["Newcomer", "NewcomerKind", "all_newcomers"]

DatedRule = Strategy | Subset | Definition | Panel
NewcomerKind = Literal["study", "synthesis", "document", "definition", "panel", "subset", "strategy"]


class Newcomer(Frozen):
    """A source that came in on a day, with the rules that came with it.

    Attributes:
        day: The last day its date can mean; None where no date was read.
        records: Ids of what comes with it: itself, and the definitions, panels, subsets and strategies of its date.
        options: Options that it bears on.
        everywhere: Whether it changes definitions, panels or subsets, on which every option may depend.
        beside: Whether it bears on what is said outside the options, such as usual care.
    """

    id: str
    kind: NewcomerKind
    published: str | None
    records: frozenset[str]
    options: frozenset[OptionKey]
    everywhere: bool = False
    beside: bool = False

    @property
    def day(self) -> str | None:
        """The last day its date can mean."""
        return None if self.published is None else last_day(self.published)


def all_newcomers(book: Rulebook) -> list[Newcomer]:
    """Return every source that options, definitions, panels or causes rest on, by day and id; undated ones last."""
    brought = _Brought(book)
    found = [*_papers(book, brought), *_documents(book, brought), *brought.left()]
    return sorted(found, key=lambda one: (one.day is None, one.day or "", one.id))


class _Brought:
    """Which rules came with which source: those of a date come with the source that they name of that date."""

    def __init__(self, book: Rulebook) -> None:
        dates = {one.id: one.published for one in (*book.studies, *book.syntheses, *book.guidelines)}
        self.by_source: dict[str, list[DatedRule]] = {}
        self.alone: list[DatedRule] = []
        self.option_of: dict[str, OptionKey] = {
            one.id: option.option for option in book.options for one in option.strategies
        }
        rules: list[DatedRule] = [*book.definitions, *book.panels, *book.subsets, *book.strategies]
        for rule in rules:
            day = None if rule.valid.since is None else last_day(rule.valid.since)
            owner = next(
                (id_ for id_ in _named(rule) if id_ in dates and _day(dates[id_]) == day),
                None,
            )
            if owner is None:
                self.alone.append(rule)
            else:
                self.by_source.setdefault(owner, []).append(rule)

    def with_(self, id_: str) -> list[DatedRule]:
        return self.by_source.get(id_, [])

    def options(self, rules: Iterable[DatedRule]) -> set[OptionKey]:
        return {self.option_of[rule.id] for rule in rules if isinstance(rule, Strategy)}

    def left(self) -> Iterator[Newcomer]:
        """Yield the rules that came with no source on record."""
        for rule in self.alone:
            kind = _kind(rule)
            options = frozenset(self.options([rule]))
            yield Newcomer(
                rule.id, kind, rule.valid.since, frozenset({rule.id}), options, everywhere=not options, beside=True
            )


def _kind(rule: DatedRule) -> NewcomerKind:
    kinds: dict[type, NewcomerKind] = {
        Strategy: "strategy",
        Subset: "subset",
        Definition: "definition",
        Panel: "panel",
    }
    return kinds[type(rule)]


def _named(rule: DatedRule) -> list[str]:
    """Return the sources that a rule names."""
    if isinstance(rule, Strategy):
        return [*rule.source, *(use.study for use in rule.evidence)]
    if isinstance(rule, Subset):
        return list(rule.source)
    return [rule.guideline] if rule.guideline is not None else []


def _day(published: str | None) -> str | None:
    return None if published is None else last_day(published)


def _rules_everywhere(rules: Iterable[DatedRule]) -> bool:
    return any(not isinstance(rule, Strategy) for rule in rules)


def _papers(book: Rulebook, brought: _Brought) -> Iterator[Newcomer]:
    """Yield studies and syntheses that a strategy or another rule draws on."""
    of_study = _options_of(book, lambda strategy: [use.study for use in strategy.evidence])
    of_synthesis = _options_of(book, lambda strategy: list(strategy.syntheses))
    kinds: tuple[tuple[NewcomerKind, Iterable[tuple[str, str | None]], dict[str, set[OptionKey]]], ...] = (
        ("study", ((one.id, one.published) for one in book.studies), of_study),
        ("synthesis", ((one.id, one.published) for one in book.syntheses), of_synthesis),
    )
    for kind, records, of in kinds:
        for id_, published in records:
            rules = brought.with_(id_)
            options = of.get(id_, set()) | brought.options(rules)
            everywhere = _rules_everywhere(rules)
            if options or everywhere:
                ids = frozenset({id_, *(rule.id for rule in rules)})
                yield Newcomer(id_, kind, published, ids, frozenset(options), everywhere, everywhere)


def _options_of(book: Rulebook, named: Callable[[Strategy], list[str]]) -> dict[str, set[OptionKey]]:
    found: dict[str, set[OptionKey]] = {}
    for option in book.options:
        for strategy in option.strategies:
            for id_ in named(strategy):
                found.setdefault(id_, set()).add(option.option)
    return found


def _documents(book: Rulebook, brought: _Brought) -> Iterator[Newcomer]:
    """Yield the documents; one that supersedes another bears on what the other spoke of."""
    speaks: dict[str, set[OptionKey]] = {}
    judged = {option.option for option in book.options}
    for position in book.positions:
        if position.option in judged and position.option is not None:
            speaks.setdefault(position.guideline, set()).add(position.option)
    care = {
        id_
        for cause in book.causes
        for usual in cause.usual_care
        for id_ in (
            *([usual.guideline] if usual.guideline else ()),
            *(book.position[one].guideline for one in usual.positions),
        )
    }
    rule_documents = {one.guideline for one in book.definitions} | {one.guideline for one in book.panels}
    for one in book.guidelines:
        rules = brought.with_(one.id)
        ended = [id_ for id_, newer in book.newer.items() if one.id in newer]
        replaced = not rule_documents.isdisjoint(ended)
        options = set().union(*(speaks.get(id_, set()) for id_ in (one.id, *ended))) | brought.options(rules)
        everywhere = _rules_everywhere(rules) or replaced
        beside = everywhere or one.id in care
        if options or beside:
            ids = frozenset({one.id, *(rule.id for rule in rules)})
            yield Newcomer(one.id, "document", one.published, ids, frozenset(options), everywhere, beside)
