"""Every fault that ``decidua rules check`` knows: rules that have it, and the exact findings expected of them.

``tests/faults/NAME/rules`` is laid over a copy of the shipped rules, ``edits.yaml`` changes files of it, and
``expected.txt`` holds what is found beyond what the shipped rules themselves give rise to.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from functools import cache
from pathlib import Path

import pytest
from tests.functional.running import columns_of, run, run_on_terminal, widest

from decidua.authoring.check import check_folders
from decidua.authoring.codes import CODES
from decidua.document import parse_document
from decidua.rulebook import reading as reading_module
from decidua.rulebook.folder import data_folder

FAULTS = Path(__file__).parents[1] / "faults"
CASES = sorted(path.name for path in FAULTS.iterdir() if path.is_dir())
SHIPPED = data_folder("rules")
PARSED_ONCE = cache(parse_document)
"""The real parser, but files that stay the same are parsed once."""


@cache
def own():
    """Return what the shipped rules give rise to, without lines: those may move."""
    return {(one.code, one.record, one.message) for one in check_folders([SHIPPED]).found}


@pytest.fixture
def laid(tmp_path, monkeypatch):
    """Lay the rules of a case over a copy of the shipped ones; an overlay stays by itself."""
    monkeypatch.setenv("DECIDUA_CACHE", "off")
    monkeypatch.setattr(reading_module, "parse_document", PARSED_ONCE)

    def lay(case):
        given, edits = FAULTS / case / "rules", FAULTS / case / "edits.yaml"
        if (given / "rulebook.yaml").is_file():
            shutil.copytree(given, tmp_path / "rules")
            return tmp_path / "rules"
        folder = copied(tmp_path)
        if given.is_dir():
            shutil.copytree(given, folder, dirs_exist_ok=True)
        if edits.is_file():
            edit(folder, parse_document(edits.read_text(encoding="utf-8"), name="edits.yaml").value)
        return folder

    return lay


def copied(tmp_path):
    folder = tmp_path / "rules"
    shutil.copytree(SHIPPED, folder)
    return folder


def edit(folder, edits):
    for name in edits.get("remove", ()):
        (folder / name).unlink()
    for one in edits.get("replace", ()):
        path = folder / one["file"]
        text = path.read_text(encoding="utf-8")
        assert text.count(one["old"]) >= 1, one
        path.write_text(text.replace(one["old"], one["new"], 1), encoding="utf-8")
    for one in edits.get("append", ()):
        with (folder / one["file"]).open("a", encoding="utf-8") as stream:
            stream.write(one["text"])


def told(folder):
    """Return the findings beyond those of the shipped rules, a line each."""
    found = check_folders([folder]).found
    beyond = [one for one in found if (one.code, one.record, one.message) not in own()]
    return [f"{one.severity}: {one}".replace(f"{folder}/", "").replace(str(folder), "rules") for one in beyond]


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_found_with_its_code_place_and_cure(case, laid):
    expected = (FAULTS / case / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert told(laid(case)) == expected


def test_every_code_has_a_case_or_a_test_of_its_own():
    here = {"D001", "D002", "D009", "R101"}
    told = "\n".join((FAULTS / case / "expected.txt").read_text(encoding="utf-8") for case in CASES)
    assert {code for code in CODES if f"[{code}]" in told} == CODES.keys() - here


def test_the_shipped_rules_have_no_fault():
    weights = {CODES[code].severity for code, _, _ in own()}
    assert "error" not in weights


# Files too large or too odd to be kept here


def test_a_huge_file_is_refused_unread(tmp_path):
    folder = copied(tmp_path)
    with (folder / "subsets/huge.yaml").open("wb") as stream:
        stream.truncate(9_000_000)
    assert [line.replace(str(folder), "rules") for line in map(str, check_folders([folder]).found)] == [
        "rules/subsets/huge.yaml: is larger than 8 MB; split it, or take out what is no rule [D002]"
    ]


def test_a_folder_named_like_a_file_is_told(tmp_path):
    folder = copied(tmp_path)
    (folder / "subsets/folder.yaml").mkdir()
    assert [line.replace(str(folder), "rules") for line in map(str, check_folders([folder]).found)] == [
        "rules/subsets/folder.yaml: cannot be read: Is a directory; check the path and its permissions [D001]"
    ]


def told_of(folder):
    return [line.replace(str(folder), "rules") for line in map(str, check_folders([folder]).found)]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    folder = copied(tmp_path)
    os.mkfifo(folder / "subsets/pipe.yaml")
    assert told_of(folder) == ["rules/subsets/pipe.yaml: is a device or a pipe, not a file; remove it [D001]"]


def test_a_folder_that_is_a_link_is_refused_since_its_rules_would_be_left_out_unseen(tmp_path):
    folder = copied(tmp_path)
    (folder / "subsets/more").symlink_to(folder / "causes")
    assert told_of(folder) == [
        "rules/subsets/more: is a link to a folder, which is not followed; put the files here [D001]"
    ]


def test_a_folder_that_cannot_be_listed_is_refused(tmp_path, monkeypatch):
    folder = copied(tmp_path)
    scandir = os.scandir

    def closed(path):
        if Path(path).name == "causes":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert [line.partition(";")[0] for line in told_of(folder)] == ["rules/causes: cannot be read: Permission denied"]


def test_a_file_of_too_many_values_is_refused_soon(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_module, "parse_document", PARSED_ONCE)
    folder = copied(tmp_path)
    (folder / "subsets/many.yaml").write_text(f"subsets: [{'0,' * 400_100}0]\n", encoding="utf-8")
    start = time.perf_counter()
    assert list(map(str, check_folders([folder]).found)) == [
        "subsets/many.yaml, line 1: holds more than 400000 values; split the file [D009]"
    ]
    assert time.perf_counter() - start < 60


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (2999, "error: PLACE: joins 2999 parts, more than 400; split it into rules of their own [R310]"),
        (390, "note: PLACE: tells too many combinations of answers apart to look through all of them [R609]"),
    ],
)
def test_a_huge_condition_is_told_soon(tmp_path, monkeypatch, count, said):
    monkeypatch.setenv("DECIDUA_CACHE", "off")
    monkeypatch.setattr(reading_module, "parse_document", PARSED_ONCE)
    folder = copied(tmp_path)
    parts = ", ".join(f"transfers.cumulative_chance > 0.{number:04d}" for number in range(1, count + 1))
    (folder / "subsets/huge.yaml").write_text(
        f"subsets:\n  - id: huge\n    title: Invented\n    when: {{any: [{parts}]}}\n    says: Invented.\n"
        "    valid: {since: '2020'}\n    source: [yamada-2022]\n",
        encoding="utf-8",
    )
    start = time.perf_counter()
    assert told(folder) == [said.replace("PLACE", "subsets/huge.yaml, line 2: huge")]
    assert time.perf_counter() - start < 60


def test_an_empty_folder_is_no_rulebook(tmp_path):
    (found,) = check_folders([tmp_path]).found
    assert found.code == "R101"
    assert found.message.startswith("holds no rulebook.yaml: it is no rulebook laid out like the shipped 'rules'")


# The command


def test_warnings_fail_only_where_that_is_asked_for():
    ran = run("rules", "check")
    assert (ran.code, ran.err) == (0, "")
    assert "has no safety record, so that it can be research only at best" in ran.out
    assert "not shown (--all shows them)" in ran.out
    strict = run("rules", "check", "--strict")
    assert (strict.code, strict.out) == (1, ran.out)


def test_findings_are_broken_between_words_on_a_terminal_and_stand_in_a_line_elsewhere():
    elsewhere = run("rules", "check").out
    seen = run_on_terminal("rules", "check")
    assert columns_of(widest(seen)) <= 80
    assert seen.split() == elsewhere.split()
    assert len([line for line in elsewhere.splitlines() if line.endswith("]")]) == elsewhere.count("[R")


def test_notes_are_shown_when_asked_for():
    ran = run("rules", "check", "--all")
    assert "has no date, and counts only where no date is asked for" in ran.out
    assert "not shown" not in ran.out


def test_a_rulebook_that_loads_and_contradicts_itself_fails_the_check(laid):
    ran = run("rules", "check", str(laid("meaning")))
    assert ran.code == 1
    *faults, count = ran.err.splitlines()
    assert [line.rpartition(" ")[2] for line in faults] == ["[R601]", "[R602]"]
    assert count == "2 faults."
    assert "is sound" not in ran.out
    assert "[R603]" in ran.out


def test_an_overlay_is_told_only_what_it_brought_about(laid):
    ran = run("rules", "check", str(laid("overlay_odd")))
    assert (ran.code, ran.err) == (0, "")
    assert "1 warning:" in ran.out
    assert ran.out.endswith("take it out, or correct it [R603]\n")


def test_editors_get_json_with_code_place_and_cure(laid):
    folder = laid("ids")
    ran = run("rules", "check", str(folder), "--format", "json")
    assert (ran.code, ran.err) == (1, "")
    said = json.loads(ran.out)
    assert (said["sound"], said["rulebook"]) == (False, None)
    assert said["counts"] == {"errors": len(said["diagnostics"]), "warnings": 0, "notes": 0}
    for one in said["diagnostics"]:
        assert one.keys() == {"code", "severity", "file", "line", "record", "message", "what", "cure"}
        assert one["line"] is not None
    sound = json.loads(run("rules", "check", "--format", "json").out)
    assert sound["sound"] is True
    assert {one["severity"] for one in sound["diagnostics"]} == {"warning", "note"}


def test_a_check_is_told_in_no_other_format():
    ran = run("rules", "check", "--format", "html")
    assert (ran.code, ran.out) == (2, "")
    assert "a check is told as text or json" in ran.err
