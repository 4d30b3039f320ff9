"""Finds the rule files of a folder and the rulebook they make: the kept copy of it, or read anew."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from decidua.document import parse_document
from decidua.errors import DocumentError, Fault, RulebookError
from decidua.rulebook.book import Rulebook
from decidua.rulebook.cache import cache_key, read_cache, write_cache

__all__ = ["data_folder", "find_rulebook", "is_overlay", "rule_files"]

MAX_RULE_FILE_BYTES = 8_000_000

IGNORED = ("cases",)


@cache
def data_folder(kind: str) -> Path:
    """Return the shipped folder ``rules`` or ``profiles``: in the package where installed, else in the checkout.

    Raises:
        RulebookError: Neither is there.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_data" / kind, package.parent.parent / kind):
        if folder.is_dir():
            return folder
    raise RulebookError(f"the shipped {kind} were not found beside the package; install decidua again")


def find_rulebook(folder: Path, *, prepare: Callable[[Rulebook], None]) -> Rulebook:
    """Return the rulebook of a folder: its kept copy where no byte of it has changed, else read, checked and kept.

    Args:
        folder: Laid out like the shipped ``rules``.
        prepare: Called with a rulebook that was just read, before a copy is kept.

    Raises:
        RulebookError: With every fault found, each with file, line and cure.
    """
    files = rule_files(folder)
    key = cache_key(files)
    kept = read_cache(key)
    if isinstance(kept, Rulebook):
        return kept
    from decidua.rulebook.reading import read_rulebook  # noqa: PLC0415 - slow to import, and seldom needed

    book = read_rulebook(files, folder)
    prepare(book)
    write_cache(key, book)
    return book


def rule_files(folder: Path) -> dict[str, bytes]:
    """Return the content of every rule file of a folder by its name relative to it, in a fixed order.

    Raises:
        RulebookError: It is no folder, or a file cannot be read.
    """
    return dict(_read_files(folder, _file_names(folder)))


def is_overlay(folder: Path) -> bool:
    """Say whether a folder calls itself an overlay: its ``rulebook.yaml`` holds the key ``overlay``."""
    path = folder / "rulebook.yaml"
    if not path.is_file():
        return False
    (_, content), *_ = _read_files(folder, ["rulebook.yaml"])
    if b"overlay" not in content:
        return False
    try:
        value = parse_document(content.decode("utf-8-sig"), name=str(path)).value
    except (DocumentError, UnicodeDecodeError):  # which one it was meant to be; the fault itself is said on reading
        return _MEANT_AS_OVERLAY.search(content) is not None
    return isinstance(value, dict) and "overlay" in value


_MEANT_AS_OVERLAY = re.compile(rb"^[ \t{\"']*overlay[\"']?[ \t]*:", re.MULTILINE)


def _file_names(folder: Path) -> list[str]:
    """Return the name of every rule file relative to the folder, in a fixed order."""
    if not folder.is_dir():
        raise RulebookError(
            Fault("is no folder of rules; name one laid out like the shipped 'rules'", file=str(folder), code="R101")
        )
    names: list[str] = []
    for parent, folders, files in os.walk(folder, onerror=_refuse):
        below = Path(parent).relative_to(folder).as_posix()
        start = "" if below == "." else f"{below}/"
        for name in folders:
            path = Path(parent, name)
            if path.is_symlink():
                raise RulebookError(
                    Fault("is a link to a folder, which is not followed; put the files here", str(path), code="D001")
                )
        names.extend(f"{start}{name}" for name in (*folders, *files) if name.endswith((".yaml", ".yml")))
    return sorted(name for name in names if name.split("/", 1)[0] not in IGNORED)


def _refuse(error: OSError) -> None:
    """Refuse a folder that cannot be listed: rules in it would be left out unseen."""
    raise RulebookError(Fault(f"cannot be read: {error.strerror}", file=str(error.filename), code="D001")) from error


def _read_files(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the content of every rule file."""
    for name in names:
        path = folder / name
        try:
            state = path.stat()
            if not (stat.S_ISREG(state.st_mode) or stat.S_ISDIR(state.st_mode)):  # to read a pipe may take for ever
                raise RulebookError(Fault("is a device or a pipe, not a file; remove it", file=str(path), code="D001"))
            if state.st_size > MAX_RULE_FILE_BYTES:
                raise RulebookError(
                    Fault(f"is larger than {MAX_RULE_FILE_BYTES // 1_000_000} MB", file=str(path), code="D002")
                )
            yield name, path.read_bytes()
        except OSError as error:
            raise RulebookError(Fault(f"cannot be read: {error.strerror}", file=str(path), code="D001")) from error
