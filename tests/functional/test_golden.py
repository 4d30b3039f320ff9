"""The short blocks of every shipped woman, word for word, and that no number stands in them that the data do not hold.

After a change that is meant: DECIDUA_GOLDEN=write python -m pytest tests/functional/test_golden.py, then read the diff.
"""

import json
import os
import re
from functools import cache
from pathlib import Path

import pytest
from tests.functional.running import PROFILES

import decidua
from decidua.report.brief import brief_blocks
from decidua.report.terminal import render_terminal

GOLDEN = Path(__file__).parents[1] / "golden"
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@cache
def assessed(name):
    return decidua.assess(decidua.load_profile(PROFILES[name]), engine="reference")


def blocks(name):
    return [list(brief_blocks(option)) for option in assessed(name).options]


def text_of(name):
    return "".join(f"{render_terminal(block, width=80).strip(chr(10))}\n\n" for block in blocks(name))


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_short_blocks_read_as_they_did(name):
    path = GOLDEN / f"{name}.txt"
    text = text_of(name)
    if os.environ.get("DECIDUA_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text.splitlines() == path.read_text(encoding="utf-8").splitlines()


def test_there_is_one_for_every_shipped_woman_and_no_other():
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(PROFILES)


def numbers_in(value):
    """Yield every number of an answer in the forms in which words may say it."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield from (
            f"{value:g}",
            f"{value:.0f}",
            f"{value:.1f}",
            f"{value:.2f}",
            f"{100 * value:.0f}",
            f"{1000 * value:.0f}",
        )
    elif isinstance(value, str):
        yield from NUMBER.findall(value)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from NUMBER.findall(key)
            yield from numbers_in(part)
    else:
        yield str(len(value))
        yield from (str(len(value) - shown) for shown in range(1, 5))
        for part in value:
            yield from numbers_in(part)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_no_number_stands_in_a_block_that_the_answer_does_not_hold(name):
    answers = json.loads(assessed(name).model_dump_json())["options"]
    for answer, block in zip(answers, blocks(name), strict=True):
        said = NUMBER.findall(render_terminal(block, width=400))
        held = {*numbers_in(answer), "1000", "95"}
        assert not [number for number in said if number not in held], answer["option"]


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_of_each_document_that_may_speak_of_her_it_is_said_of_whom_and_no_superseded_one_is_quoted(name):
    for answer, block in zip(assessed(name).options, blocks(name), strict=True):
        text = " ".join(render_terminal(block, width=400).split())
        if answer.status == "not_applicable":
            continue
        societies = text.partition("Societies: ")[2].partition("Harms: ")[0]
        for one in answer.positions:
            if one.matches_her == "unknown" and not one.superseded:
                assert f"{one.population}: " in societies
                assert one.society in societies.partition(f"{one.population}: ")[2]
        older = sum(one.superseded for one in answer.positions)
        assert (f"{older} superseded, with --all" in societies) is bool(older)
        assert "superseded by" not in societies
        assert "research on" not in societies
