"""One finding about a rulebook: its code, weight, place, what was found and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from decidua.authoring.codes import CODES, Severity
from decidua.condition.english import lower_first
from decidua.errors import Fault
from decidua.frozen import Frozen
from decidua.rulebook.book import Rulebook

__all__ = ["Diagnostic", "at", "from_fault", "in_order"]


class Diagnostic(Frozen):
    """One finding.

    Attributes:
        code: One of ``CODES``.
        file: The file, relative to the rulebook or as it was named; empty where there is none.
        line: 1-based line, or None.
        record: Id of the record, or the dotted path of the field.
        message: What was found and what to do.
    """

    code: str
    file: str
    line: int | None
    record: str
    message: str

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        return CODES[self.code].severity

    def __str__(self) -> str:
        fault = Fault(self.message, file=self.file, line=self.line, field=self.record)
        return f"{fault} [{self.code}]"

    def as_json(self) -> Mapping[str, Any]:
        """Return it for editors: one flat object."""
        code = CODES[self.code]
        return {
            "code": self.code,
            "severity": code.severity,
            "file": self.file,
            "line": self.line,
            "record": self.record,
            "message": self.message,
            "what": code.title,
            "cure": code.cure,
        }


def from_fault(fault: Fault) -> Diagnostic:
    """Return a fault as a finding; one whose message names no cure gets that of its code."""
    code = fault.code or "R205"
    message = fault.message
    if code.startswith("D") and ";" not in message:
        message = f"{message}; {lower_first(CODES[code].cure).rstrip('.')}"
    return Diagnostic(code, fault.file, fault.line, fault.field, message)


def at(book: Rulebook, key: str, code: str, message: str) -> Diagnostic:
    """Return a finding about a record.

    Args:
        book: The rulebook.
        key: Key of the record's place, such as ``id:rpl-eshre-2022``.
        code: One of ``CODES``.
        message: What was found and what to do.
    """
    file, line = book.places.get(key, ("", None))
    return Diagnostic(code, file, line, key.partition(":")[2], message)


def in_order(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return findings by weight, then by place, each once."""
    weights: tuple[Severity, ...] = ("error", "warning", "note")
    every = dict.fromkeys(found)
    return sorted(every, key=lambda one: (weights.index(one.severity), one.file, one.line or 0, one.code, one.message))
