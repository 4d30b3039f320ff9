"""CONTRIBUTING, done as it says: its files are written, its commands run, and what they print is what stands there."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from tests.functional.running import run

from decidua.condition.parser import parse_condition
from decidua.rulebook.folder import data_folder

PAGE = Path(__file__).parents[2] / "CONTRIBUTING.md"
LEFT_OUT = "..."
FILE = re.compile(r"# (?P<name>our-clinic/\S+\.yaml)(?P<continued>, continued)?\n")
NO_FILES = ("when:\n", "cases:\n  - case: Two miscarriages")
"""How the two blocks begin that show a notation: the first is parsed here, the second run in test_cli_rules_test."""


@dataclass(frozen=True)
class Block:
    """A fenced block of the page."""

    line: int
    language: str
    text: str

    @property
    def file(self) -> str | None:
        named = FILE.match(self.text)
        return named["name"] if named else None

    @property
    def continues(self) -> bool:
        named = FILE.match(self.text)
        return named is not None and named["continued"] is not None


def blocks() -> list[Block]:
    page = PAGE.read_text(encoding="utf-8")
    fenced = re.finditer(r"^```(\w*)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return [Block(page.count("\n", 0, one.start()) + 1, one[1], one[2]) for one in fenced]


def sessions(text: str) -> list[tuple[list[str], str]]:
    """Return the commands of a console block, each with what is printed below it."""
    _, *parts = re.split(r"^\$ decidua ", text, flags=re.MULTILINE)
    return [(shlex.split(part.partition("\n")[0]), part.partition("\n")[2]) for part in parts]


def agrees(shown: str, printed: str) -> bool:
    """Tell whether the words are the same; where '...' stands, any words may."""
    said = _spaced(printed.split())
    first, *rest = [_spaced(words) for words in _parts(shown.split())]
    if not rest:
        return said == first
    *middle, last = rest
    at = len(first) - 1 if said.startswith(first) else -1
    for part in middle:
        found = said.find(part, at) if at >= 0 else -1
        at = found + len(part) - 1 if found >= 0 else -1
    return at >= 0 and said.endswith(last) and len(said) - len(last) >= at


def _parts(words: list[str]) -> list[list[str]]:
    """Return the words before, between and behind what is left out."""
    at = [-1, *(index for index, word in enumerate(words) if word == LEFT_OUT), len(words)]
    return [words[start + 1 : end] for start, end in pairwise(at)]


def _spaced(words: list[str]) -> str:
    return " ".join(["", *words, ""]) if words else " "


class Reader:
    """A clinician with an empty folder who does what the page says, from its top to its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.undo: tuple[Path, str] | None = None

    def does(self, block: Block) -> None:
        if block.language == "yaml" and block.file:
            self.writes(block, self.folder / block.file)
        elif block.language == "diff" and block.file:
            self.mistakes(block, self.folder / block.file)
        elif block.language == "console":
            self.runs(block)

    def writes(self, block: Block, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        earlier = path.read_text(encoding="utf-8") if block.continues else ""
        path.write_text(earlier + block.text, encoding="utf-8")

    def mistakes(self, block: Block, path: Path) -> None:
        """Make a mistake that is set right after the next command."""
        assert self.undo is None
        lines = block.text.splitlines()[1:]
        old = "".join(f"{line[1:]}\n" for line in lines if line.startswith("-"))
        new = "".join(f"{line[1:]}\n" for line in lines if line.startswith("+"))
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"line {block.line}: does not stand once in {path.name}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        self.undo = path, text

    def runs(self, block: Block) -> None:
        for words, shown in sessions(block.text):
            ran = run(*words)
            printed = ran.err + ran.out
            assert agrees(shown, printed), f"CONTRIBUTING.md, line {block.line}: decidua {' '.join(words)}\n{printed}"
            refused = bool(re.search(r"^\d+ faults?\.$|Not\s+sound", printed, re.MULTILINE))
            assert ran.code == int(refused)
        if self.undo is not None:
            path, text = self.undo
            path.write_text(text, encoding="utf-8")
            self.undo = None


@pytest.fixture
def reader(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("rules", "profiles"):
        (tmp_path / name).symlink_to(data_folder(name), target_is_directory=True)
    return Reader(tmp_path)


def test_whoever_follows_the_page_from_top_to_end_sees_what_it_shows(reader):
    for block in blocks():
        reader.does(block)
    assert reader.undo is None


def test_no_block_of_the_page_is_left_unread():
    for block in blocks():
        if block.language == "console":
            assert block.text.startswith("$ decidua "), f"line {block.line}"
            assert all(shown.split() not in ([], [LEFT_OUT]) for _, shown in sessions(block.text)), f"line {block.line}"
        else:
            assert block.language in ("yaml", "diff"), f"line {block.line}"
            assert block.file or block.text.startswith(NO_FILES), f"line {block.line}"


def test_the_example_of_the_condition_language_is_a_condition():
    (block,) = [one for one in blocks() if one.text.startswith("when:\n")]
    faults = []
    parse_condition(yaml.safe_load(block.text)["when"], report=lambda _, message: faults.append(message))
    assert faults == []


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("1 fault.", "1 fault.\n", True),
        ("1 fault.", "2 faults.\n", False),
        ("a\n  b", "a b", True),
        ("a ... d", "a b c d", True),
        ("a ... d", "a d", True),
        ("a ... d", "a b c", False),
        ("... d", "a b c d e", False),
        ("a ...", "a b", True),
        ("a", "a b", False),
        ("a ... ... b ...", "a x b c", True),
        ("a ... b ... b", "a b", False),
    ],
)
def test_only_what_is_left_out_may_differ(shown, printed, same):
    assert agrees(shown, printed) is same
