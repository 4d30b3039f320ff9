"""Keeps the plain values of rule files, so that a command starts without parsing all their YAML again.

YAML stays the one source: an entry is found by the digest of every byte of the files, holds nothing but plain values,
is validated like freshly parsed ones, and carries its own digest, so a damaged entry is simply made anew. Set
``DECIDUA_CACHE`` to another folder, or to ``off``.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from decidua.document import Document

__all__ = ["cache_folder", "read_cache", "write_cache"]

FORMAT = "1"
KEPT = 8
"""Entries kept; the least recently written are removed."""

_log = logging.getLogger("decidua")


def cache_folder() -> Path | None:
    """Return the folder for cached rule files, or None where caching is off or no home is known."""
    chosen = os.environ.get("DECIDUA_CACHE", "")
    if chosen.lower() == "off":
        return None
    if chosen:
        return Path(chosen)
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "decidua"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / "decidua" / "cache"
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else home / ".cache") / "decidua"


def _entry(digest: str) -> Path | None:
    folder = cache_folder()
    return None if folder is None else folder / f"rules-{FORMAT}-{digest}.json"


def read_cache(digest: str) -> dict[str, Document] | None:
    """Return the documents of a digest by file name, or None where there is no sound entry."""
    entry = _entry(digest)
    if entry is None:
        return None
    try:
        stored = entry.read_bytes()
    except OSError:
        return None
    seal, _, body = stored.partition(b"\n")
    if seal.decode("ascii", "replace") != hashlib.sha256(body).hexdigest():
        return None
    documents: dict[str, Document] = {}
    for name, (value, lines) in json.loads(body).items():
        documents[name] = Document(value, name, {tuple(place): line for place, line in lines})
    return documents


def write_cache(digest: str, documents: dict[str, Document]) -> None:
    """Keep documents under a digest; a folder that cannot be written to is no error, only slower."""
    entry = _entry(digest)
    if entry is None:
        return
    content: dict[str, Any] = {
        name: (document.value, [(place, line) for place, line in document.lines.items() if _kept(place)])
        for name, document in documents.items()
    }
    body = json.dumps(content, separators=(",", ":")).encode()
    seal = hashlib.sha256(body).hexdigest().encode("ascii")
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=entry.parent, delete=False) as stream:
            stream.write(seal + b"\n" + body)
        Path(stream.name).replace(entry)
        for old in sorted(entry.parent.glob("rules-*.json"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        _log.debug("rules were not cached: %s", error)


def _kept(place: tuple[str | int, ...]) -> bool:
    """Keep only the lines of records: the others are needed for faults, and a faulty file is never cached."""
    return bool(place) and place[-1] in ("id", "key", "option")
