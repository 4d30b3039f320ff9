"""Finds the rulebook that a name stands for: a folder, or the rules of a git revision."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from decidua.assessment.loading import load_rulebook
from decidua.errors import DeciduaError, Fault, RulebookError
from decidua.rulebook.book import Rulebook

__all__ = ["load_revision"]


def load_revision(name: str, *, path: str) -> Rulebook:
    """Load the rulebook that a name stands for.

    Args:
        name: A folder (a rulebook, or an overlay over the shipped one), else a git revision of the repository that
            holds the working directory.
        path: Where the rules stand in that repository.

    Raises:
        RulebookError: With every fault of the rulebook, each with its place.
        DeciduaError: There is neither such a folder nor such a revision, or git cannot be run.
    """
    if Path(name).is_dir():
        return load_rulebook(name)
    with _checked_out(name, path) as folder:
        try:
            return load_rulebook(folder)
        except RulebookError as error:
            start = f"{folder}/"
            faults = [
                replace(one, file=f"{name}:{path}/{one.file.removeprefix(start)}" if one.file else f"{name}:{path}")
                for one in error.faults
            ]
            message = "its rules do not fit this release of decidua; name a revision whose rules do"
            raise RulebookError([Fault(message, file=name), *faults]) from None


@contextmanager
def _checked_out(revision: str, path: str) -> Iterator[Path]:
    """Yield a folder with the rules of a revision, for as long as it is needed."""
    what = f"'{revision}' is no folder"
    if revision.startswith("-"):
        raise DeciduaError(f"{what} and no git revision")
    found = _git("rev-parse", "--show-toplevel")
    if found.returncode:
        raise DeciduaError(f"{what}, and the working directory is in no git repository; name a folder of rules")
    top = found.stdout.decode().strip()
    if _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", folder=top).returncode:
        raise DeciduaError(f"{what} and no revision of the git repository {top}; name a folder, a commit or a tag")
    archive = _git("archive", "--format=tar", revision, "--", path, folder=top)
    if archive.returncode:
        raise DeciduaError(f"the revision '{revision}' holds no folder '{path}'; name with --path where its rules were")
    with TemporaryDirectory() as folder:
        _unpack(archive.stdout, Path(folder))
        yield Path(folder) / path


def _unpack(archive: bytes, folder: Path) -> None:
    """Write the files of an archive into a folder; links and what would lie outside it are left out."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            target = (folder / member.name).resolve()
            content = files.extractfile(member) if member.isfile() else None
            if content is not None and target.is_relative_to(folder.resolve()):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())


def _git(*words: str, folder: str = ".") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - git itself, without a shell
            ["git", "-C", folder, *words],  # noqa: S607 - the user's own git
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise DeciduaError("git was not found, which reads the rules of a revision; name two folders instead") from None
