"""The short blocks of every shipped woman, word for word, and that no number stands in them that the data do not hold.

After a change that is meant: DECIDUA_GOLDEN=write python -m pytest tests/functional/test_golden.py, then read the diff.
"""

import itertools
import json
import os
import re
from functools import cache
from pathlib import Path

import pytest
from tests.functional.running import PROFILES

import decidua
from decidua.report.brief import LABELS_NAMED, brief_blocks
from decidua.report.option import drug_words
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
        unknown = {one["label"] for one in answer["cautions"] if one["verdict"] == "unknown" and not one["stops"]}
        first = {one["label"] for one in answer["cautions"] if one["verdict"] == "unknown" and one["stops"]}
        held = {*numbers_in(answer), "1000", "95", str(len(unknown - first) - LABELS_NAMED)}
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


def text_in_a_line(answer):
    return " ".join(render_terminal(list(brief_blocks(answer)), width=400).split())


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_a_check_to_make_first_is_not_named_again_among_the_other_cautions(name):
    for answer in assessed(name).options:
        text = text_in_a_line(answer)
        if answer.status == "not_applicable" or "Not known either: " not in text:
            continue
        first = text.partition("Rule out first: ")[2].partition("Not known either: ")[0]
        others = text.partition("Not known either: ")[2].partition(".")[0]
        named = [one.label for one in answer.cautions if one.verdict == "unknown" and one.stops]
        for label in named:
            assert label[1:] in first
            assert not {label[1:]} & {part[1:] for part in others.replace(", ", "; ").split("; ")}


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_what_speaks_against_an_option_of_several_drugs_names_the_drug(name):
    for answer in assessed(name).options:
        if answer.status == "not_applicable" or len({one.drug for one in answer.cautions}) < 2:
            continue
        text = text_in_a_line(answer)
        for one in answer.cautions:
            if one.verdict == "yes":
                kind = "contraindicated" if one.stops else one.level.replace("_", " ")
                assert f"Against it: {one.label}: {kind} ({drug_words(one.drug)})" in text


def test_a_present_contraindication_is_said_once_and_in_one_sentence():
    tnf = next(one for one in assessed("contraindications").options if one.option == "tnf_antagonists")
    assert tnf.why == (
        "A contraindication is present: active tuberculosis; serious infection, sepsis for one, or opportunistic "
        "infection; IgA deficiency with anti-IgA antibodies and past hypersensitivity; and hypersensitivity to "
        "salicylates."
    )
    thrombosis = next(one for one in assessed("contraindications").options if one.option == "antithrombotics")
    text = text_in_a_line(thrombosis)
    assert "Hypersensitivity to salicylates: contraindicated (aspirin). Against it: Asthma: caution (aspirin)." in text


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_of_an_option_with_an_open_population_it_is_said_what_it_could_become(name):
    for answer in assessed(name).options:
        said = text_in_a_line(answer).partition("Could become: ")[2].partition(".")[0]
        assert bool(said) is bool(answer.could_be)
        assert answer.could_be or answer.status != "undetermined"
        if said:
            could, _, when = said.rpartition(", ")
            assert could.replace(" or ", ", ").split(", ") == [status.replace("_", " ") for status in answer.could_be]
            assert when.startswith("once" if answer.status == "undetermined" else "by another way")


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_of_dose_and_timing_it_is_said_which_was_not_read(name):
    for answer in assessed(name).options:
        said = text_in_a_line(answer).partition("As studied: ")[2].partition("Found")[0]
        leading = next((one for one in answer.strategies if one.id == answer.leading_strategy), None)
        if not said or leading is None:
            continue
        both = "dose and timing not read" in said.lower()
        for what, told in (("dose", leading.dose), ("timing", leading.timing)):
            assert told != "not read" or both or f"{what} not read" in said.lower()
        assert ". Not read." not in said


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_it_is_said_why_an_option_stands_above_the_next(name):
    for answer, following in itertools.pairwise(assessed(name).options):
        if answer.status != "not_applicable":
            assert answer.above_next.startswith((f"Above {following.name}", f"Level with {following.name} "))
            assert answer.above_next in text_in_a_line(answer)
            assert f"{following.name} has" not in answer.above_next
