"""Runs the terminal tool: in this process with streams of its own, on a pseudo-terminal, or in a process apart."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import decidua
from decidua.cli.app import main
from decidua.rulebook.folder import data_folder

PROFILES = {path.stem: str(path) for path in sorted(data_folder("profiles").glob("*.yaml"))}
OPTIONS = tuple(option.option for option in decidua.load_rulebook().options)
COMMAND = [sys.executable, "-m", "decidua"]
SOURCE = str(Path(decidua.__file__).parents[1])


@dataclass(frozen=True)
class Ran:
    """What came of one call."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.split("\n")


class Stream(io.TextIOWrapper):
    """Standard output or error in memory, with the encoding of some terminal."""

    def __init__(self, encoding: str = "utf-8", content: bytes = b"") -> None:
        self.content = io.BytesIO(content)
        super().__init__(self.content, encoding=encoding, errors="strict", newline="\n")

    def text(self) -> str:
        self.flush()
        return self.content.getvalue().decode(self.encoding)


def run(*words: str, encoding: str = "utf-8", given: bytes = b"") -> Ran:
    """Run the tool in this process; a character that the encoding cannot hold is an error here."""
    out, err, before = Stream(encoding), Stream(), sys.stdin
    sys.stdin = Stream(content=given)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(words)
    finally:
        sys.stdin = before
    return Ran(code, out.text(), err.text())


told = cache(run)
"""The same for calls that several tests look at; the answer is the same every time."""


def run_apart(*words: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``python -m decidua`` in a process of its own."""
    call = [*COMMAND, *words]
    return subprocess.run(call, input=given, capture_output=True, env=surroundings(**environment), check=False)


def surroundings(**environment: str) -> dict[str, str]:
    """Return an environment in which this very decidua is found, and nothing that steers its output."""
    dropped = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "DECIDUA_TRACEBACK")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    path = os.pathsep.join(part for part in (SOURCE, os.environ.get("PYTHONPATH", "")) if part)
    return {**kept, "PYTHONPATH": path, "PYTHONUTF8": "1", **environment}


@contextlib.contextmanager
def terminal(columns: int = 80) -> Iterator[tuple[io.TextIOWrapper, list[bytes]]]:
    """Open a real pseudo-terminal: a stream to write to, and the list that what a person sees is collected in."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    seen: list[bytes] = []

    def watch() -> None:
        with contextlib.suppress(OSError):  # the other end was closed
            while chunk := os.read(ours, 65536):
                seen.append(chunk)

    watcher = threading.Thread(target=watch)
    watcher.start()
    stream = os.fdopen(theirs, "w", encoding="utf-8")
    try:
        yield stream, seen
    finally:
        stream.close()
        watcher.join()
        os.close(ours)


def run_on_terminal(*words: str, columns: int = 80) -> str:
    """Run the tool in this process with standard output on a pseudo-terminal, and return what is seen there."""
    with terminal(columns) as (stream, seen), contextlib.redirect_stdout(stream):
        assert main(words) == 0
    return b"".join(seen).decode().replace("\r\n", "\n")


def without_colour(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def columns_of(line: str) -> int:
    """Return how many columns a line takes: East Asian signs take two, combining ones none."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in line)
    return len(line) + wide - sum(unicodedata.combining(sign) > 0 for sign in line)


def widest(text: str) -> str:
    """Return the widest line of a text."""
    return max(text.split("\n"), key=columns_of)
