"""Looks for what is wrong with the editions of documents: rules of an old one that go on, and circles."""

from __future__ import annotations

from collections.abc import Iterator

from decidua.authoring.diagnostics import Diagnostic, at
from decidua.evidence.models import last_day
from decidua.rulebook.book import Rulebook
from decidua.rulebook.models import Definition, Panel

__all__ = ["edition_findings"]


def edition_findings(book: Rulebook) -> Iterator[Diagnostic]:
    """Yield what is wrong with which document supersedes which."""
    yield from _going_on(book)
    yield from _circles(book)


def _going_on(book: Rulebook) -> Iterator[Diagnostic]:
    """Find definitions and panels that hold on when their document is superseded: positions end by themselves."""
    rules: tuple[Definition | Panel, ...] = (*book.definitions, *book.panels)
    for rule in rules:
        for id_ in book.newer.get(rule.guideline or "", ()):
            since = book.guideline[id_].published
            ends = rule.valid.until
            if since is not None and (ends is None or last_day(ends) > last_day(since)):
                message = f"goes on after '{id_}' took the place of its document; give it 'until: {since}' in 'valid'"
                yield at(book, f"id:{rule.id}", "R611", message)


def _circles(book: Rulebook) -> Iterator[Diagnostic]:
    """Find documents of which each supersedes the next, the last the first: none of them would count."""
    told: set[str] = set()
    for start in book.newer:
        after = _after(book, start)
        if start in after and start not in told:
            circle = sorted(one for one in after if start in _after(book, one))
            told.update(circle)
            message = f"is superseded by itself through {', '.join(circle)}; take one of 'supersedes' away"
            yield at(book, f"id:{start}", "R612", message)


def _after(book: Rulebook, id_: str) -> set[str]:
    """Return every document that supersedes a document, through others too."""
    found: set[str] = set()
    waiting = [id_]
    while waiting:
        more = set(book.newer.get(waiting.pop(), ())) - found
        found |= more
        waiting.extend(more)
    return found
