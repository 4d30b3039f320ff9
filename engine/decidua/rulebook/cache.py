"""Keeps a checked rulebook ready to load, so that a command starts without parsing and checking all its YAML again.

YAML stays the one source. An entry is found by every byte of the files, by the release of decidua and of Python, and
is made anew when anything differs. Like Python's own ``__pycache__`` it is trusted only as far as the
folder is: an entry that another user owns or may write to is not read. ``DECIDUA_CACHE`` names another folder, or
``off``.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from decidua.version import __version__

if TYPE_CHECKING:
    from logging import Logger

__all__ = ["cache_folder", "cache_key", "read_cache", "write_cache"]

FORMAT = "2"
KEPT = 8
"""Entries kept; the least recently written are removed."""


def _log() -> Logger:
    """Return where it is told what became of an entry."""
    from logging import getLogger  # noqa: PLC0415 - imported only then

    return getLogger("decidua")


def cache_folder() -> Path | None:
    """Return the folder for cached rulebooks, or None where caching is off or no home is known."""
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


def cache_key(files: Mapping[str, bytes]) -> str:
    """Return the key of rule files: every byte of them, and the releases and modules that read them."""
    digest = hashlib.sha256(f"{FORMAT}\1{__version__}\1{sys.version}".encode())
    for name, content in files.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    code = Path(__file__).parent.parent
    for folder in ("assessment", "condition", "engines", "evidence", "profile", "rulebook"):
        for module in _modules(code / folder):
            status = module.stat()
            digest.update(f"{folder}/{module.name}\0{status.st_size}\0{status.st_mtime_ns}".encode())
    return digest.hexdigest()


def _modules(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield the modules of a package and of those within it, in the order of their names."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.endswith(".py"):
                yield entry
            elif entry.is_dir() and not entry.name.startswith("__"):
                yield from _modules(Path(entry.path))


def _entry(key: str) -> Path | None:
    folder = cache_folder()
    return None if folder is None else folder / f"rulebook-{key}.pickle"


def _trusted(status: os.stat_result) -> bool:
    """Say whether a file is this user's own and nobody else may write to it."""
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def read_cache(key: str) -> Any:
    """Return the rulebook of a key, or None where there is no sound entry."""
    entry = _entry(key)
    if entry is None:
        return None
    try:
        with entry.open("rb") as stream:
            if not _trusted(os.fstat(stream.fileno())):
                _log().warning("the cached rulebook %s is not this user's alone and is not read", entry)
                return None
            seal, body = stream.readline().strip(), stream.read()
    except OSError:
        return None
    if seal.decode("ascii", "replace") != hashlib.sha256(body).hexdigest():
        return None
    try:
        return pickle.loads(body)  # noqa: S301 - this user's own file, as trusted as the compiled modules beside it
    except (pickle.UnpicklingError, ImportError, LookupError, EOFError, AttributeError, TypeError, ValueError) as error:
        _log().debug("the cached rulebook %s is made anew: %s", entry, error)
        return None


def write_cache(key: str, rulebook: object) -> None:
    """Keep a checked rulebook; a folder that cannot be written to is no error, only slower."""
    entry = _entry(key)
    if entry is None:
        return
    import tempfile  # noqa: PLC0415 - needed only when an entry is made

    body = pickle.dumps(rulebook, protocol=5)
    seal = hashlib.sha256(body).hexdigest().encode("ascii")
    try:
        entry.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=entry.parent, delete=False) as stream:
            stream.write(seal + b"\n" + body)
        Path(stream.name).replace(entry)
        for old in sorted(entry.parent.glob("rulebook-*.pickle"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        _log().debug("the rulebook was not cached: %s", error)
