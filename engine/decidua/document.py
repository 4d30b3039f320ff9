"""Reads one YAML or JSON document into plain values and remembers where each of them stood.

YAML is read from its event stream, so size, depth, keys used twice and aliases are checked before anything is built:
an anchor bomb is refused at its first alias. Scalars follow the YAML 1.2 core schema, plus ``yes`` and ``no``: ``010``
is a number, ``12:30`` and ``2024-01-31`` are text, and ``no`` is a truth value wherever it is not quoted.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
from pathlib import Path
from typing import IO, Any

import yaml

from decidua.errors import DocumentError, Fault

__all__ = ["Document", "Place", "parse_document", "read_document", "read_text"]

Place = tuple[str | int, ...]

MAX_DEPTH = 64
MAX_VALUES = 400_000

_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Document:
    """One parsed document.

    Args:
        value: Plain Python values: dict, list, str, int, float, bool, None.
        name: How the user named the file.
        lines: 1-based line of every key and list item, by its path from the root.
    """

    __slots__ = ("lines", "name", "value")

    def __init__(self, value: Any, name: str, lines: dict[Place, int] | None = None) -> None:
        self.value = value
        self.name = name
        self.lines: dict[Place, int] = {} if lines is None else lines

    def line_of(self, place: Place) -> int | None:
        """Return the line of a place, or of the nearest place above it that has one."""
        while place:
            if place in self.lines:
                return self.lines[place]
            place = place[:-1]
        return self.lines.get(())


def read_document(path: str | Path, *, limit: int) -> Document:
    """Read one YAML or JSON file.

    Args:
        path: The file; a directory, a device or a file over ``limit`` is refused before it is read.
        limit: The largest size in bytes.

    Raises:
        DocumentError: The file is missing, unreadable, too large, not text, empty or not one document.
    """
    return parse_document(read_text(path, limit=limit), name=os.fspath(path))


def read_text(path: str | Path, *, limit: int) -> str:
    """Read a UTF-8 text file of at most ``limit`` bytes; every failure is a ``DocumentError`` with the cure."""
    name = os.fspath(path)
    if not name:
        raise DocumentError(Fault("the name of the file is empty; name one", code="D001"))
    try:
        status = Path(name).stat()
        if stat.S_ISDIR(status.st_mode):
            raise DocumentError(Fault("is a directory; name one file in it", file=name, code="D001"))
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError(
                Fault("is a device or a pipe, not a file; save it as a file first", file=name, code="D001")
            )
        if status.st_size > limit:
            raise DocumentError(Fault(_too_large(status.st_size, limit), file=name, code="D002"))
        with Path(name).open("rb") as stream:
            return decode(stream, name=name, limit=limit)
    except FileNotFoundError:
        raise DocumentError(Fault("does not exist; check the path", file=name, code="D001")) from None
    except PermissionError:
        raise DocumentError(Fault("may not be read; check its permissions", file=name, code="D001")) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DocumentError(Fault(f"cannot be read: {reason}", file=name, code="D001")) from error


def decode(stream: IO[bytes], *, name: str, limit: int) -> str:
    """Read and decode a byte stream of at most ``limit`` bytes, refusing what is not text."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise DocumentError(Fault(_too_large(None, limit), file=name, code="D002"))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DocumentError(Fault("is UTF-16 text; save the file as UTF-8", file=name, code="D003"))
    if b"\x00" in data:
        raise DocumentError(Fault("is binary, not text; give a YAML or JSON file", file=name, code="D003"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            Fault("is not UTF-8 text here; save the file as UTF-8", file=name, line=line, code="D003")
        ) from None


def _too_large(size: int | None, limit: int) -> str:
    found = f"is {size / 1e6:.1f} MB" if size is not None else "is larger"
    return f"{found}; at most {limit / 1e6:g} MB is read, so this is probably the wrong file"


def parse_document(text: str, *, name: str) -> Document:
    """Parse text that holds exactly one YAML or JSON document.

    Raises:
        DocumentError: With file and line: no YAML, several documents, an alias, a tag, a key used twice, or nesting
            deeper than 64 levels.
    """
    document = Document(value=None, name=name)
    try:
        _build(_with_joined_pairs(text), document)
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        line = min(mark.line + 1, len(text.splitlines()))  # a mark at the very end lies one line further
        problem = error.problem
        if "cannot start any token" in str(problem) and text[mark.index : mark.index + 1] in ("\t", "%", "@", "`"):
            sign = "a tab" if text[mark.index] == "\t" else f"the sign {text[mark.index]}"
            problem = f"{sign} stands where a value begins"
        raise DocumentError(Fault(f"is not YAML: {problem}", file=name, line=line, code="D004")) from None
    except yaml.reader.ReaderError as error:
        raise _no_text(text, chr(error.character), name) from None
    except UnicodeEncodeError as error:
        raise _no_text(text, text[error.start], name) from None
    return document


def _with_joined_pairs(text: str) -> str:
    """Join the two halves in which JSON escapes a sign beyond U+FFFF, which YAML has as one; other text stays."""
    if not text.lstrip("\ufeff \t\r\n").startswith(("{", "[", '"')):
        return text

    def joined(match: re.Match[str]) -> str:
        high, low = int(match[2], 16) - 0xD800, int(match[3], 16) - 0xDC00
        return f"{match[1]}\\U{0x10000 + (high << 10) + low:08X}"

    return _PAIR.sub(joined, text)


def _no_text(text: str, character: str, name: str) -> DocumentError:
    line = text.partition(character)[0].count("\n") + 1
    return DocumentError(
        Fault(
            f"holds the character U+{ord(character):04X}, which no text has; remove it",
            file=name,
            line=line,
            code="D003",
        )
    )


def _build(text: str, document: Document) -> None:
    """Consume the event stream with an explicit stack: no recursion, so no input can exhaust it."""
    stack: list[_Open] = []
    documents = values = 0
    events: Any = yaml.parse(text, Loader=_LOADER)
    for event in events:
        kind = type(event)
        if kind is yaml.ScalarEvent or kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            line = event.start_mark.line + 1
            values += 1
            _check_limits(event, line, len(stack), values, document.name)
            if kind is yaml.ScalarEvent:
                value: Any = _scalar(event)
            else:
                value = {} if kind is yaml.MappingStartEvent else []
            place = stack[-1].add(value, line, event, document) if stack else ()
            if not stack:
                document.value = value
                document.lines[()] = line
            if kind is not yaml.ScalarEvent and place is not None:
                stack.append(_Open(value, place))
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            stack.pop()
        elif kind is yaml.AliasEvent:
            raise DocumentError(
                Fault(
                    f"the alias '*{event.anchor}' is not allowed; write the value out",
                    file=document.name,
                    line=event.start_mark.line + 1,
                    code="D006",
                )
            )
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise DocumentError(
                    Fault(
                        "a second document starts here; give one document a file",
                        file=document.name,
                        line=event.start_mark.line + 1,
                        code="D010",
                    )
                )
    if documents == 0:
        raise DocumentError(Fault("is empty; it must hold one document", file=document.name, code="D011"))


def _check_limits(event: Any, line: int, depth: int, values: int, name: str) -> None:
    if event.tag is not None and event.tag != "!":
        raise DocumentError(
            Fault(f"the tag '{event.tag}' is not allowed; remove it", file=name, line=line, code="D007")
        )
    if depth >= MAX_DEPTH and not isinstance(event, yaml.ScalarEvent):
        raise DocumentError(Fault(f"is nested deeper than {MAX_DEPTH} levels", file=name, line=line, code="D008"))
    if values > MAX_VALUES:
        raise DocumentError(Fault(f"holds more than {MAX_VALUES} values", file=name, line=line, code="D009"))


class _Open:
    """A mapping or list whose end has not been seen yet."""

    __slots__ = ("expects_value", "key", "place", "value")

    def __init__(self, value: Any, place: Place) -> None:
        self.value = value
        self.place = place
        self.key: Any = None
        self.expects_value = False

    def add(self, value: Any, line: int, event: Any, document: Document) -> Place | None:
        if isinstance(self.value, list):
            place = (*self.place, len(self.value))
            self.value.append(value)
            document.lines[place] = line
            return place
        if self.expects_value:
            place = (*self.place, self.key)
            self.value[self.key] = value
            self.expects_value = False
            return place
        if not isinstance(event, yaml.ScalarEvent):
            raise DocumentError(Fault("a key must be a plain word", file=document.name, line=line, code="D012"))
        key = event.value
        if key in self.value:
            first = document.lines[(*self.place, key)]
            raise DocumentError(
                Fault(
                    f"the key '{key}' is used twice (first in line {first}); keep one of them",
                    file=document.name,
                    line=line,
                    code="D005",
                )
            )
        self.key = key
        self.value[key] = None
        self.expects_value = True
        document.lines[(*self.place, key)] = line
        return None


def _scalar(event: Any) -> Any:
    text: str = event.value
    if event.style or event.tag == "!":
        return text
    lowered = text.lower()
    if lowered in ("", "~", "null"):
        return None
    if lowered in _TRUTHS:
        return _TRUTHS[lowered]
    if _INTEGER.fullmatch(text) and len(text) <= 15:
        return int(text)
    if _NUMBER.fullmatch(text) and len(text) <= 40:
        return float(text)
    return text
