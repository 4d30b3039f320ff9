"""One YAML or JSON document: what its scalars mean, where things stood, and what is refused before it is built."""

from __future__ import annotations

import json
import os
import stat
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from decidua import document
from decidua.document import MAX_DEPTH, MAX_VALUES, parse_document, read_document, read_text
from decidua.errors import DocumentError

LIMIT = 1000
LOADERS = [loader for loader in (getattr(yaml, "CSafeLoader", None), yaml.SafeLoader) if loader is not None]


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__, autouse=True)
def loader(request, monkeypatch):
    """Both parsers of PyYAML, since a machine may have only the slow one."""
    monkeypatch.setattr(document, "_LOADER", request.param)


def refusal(text):
    with pytest.raises(DocumentError) as caught:
        parse_document(text, name="woman.yaml")
    (fault,) = caught.value.faults
    assert fault.file == "woman.yaml"
    return fault


def refused_file(path, *, limit=LIMIT):
    with pytest.raises(DocumentError) as caught:
        read_document(path, limit=limit)
    (fault,) = caught.value.faults
    assert fault.file == os.fspath(path)
    return fault


SCALARS = [
    ("3", 3),
    ("-3", -3),
    ("+3", 3),
    ("010", 10),
    ("0", 0),
    ("123456789012345", 123456789012345),
    ("1.5", 1.5),
    (".5", 0.5),
    ("5.", 5.0),
    ("1e3", 1000.0),
    ("1.2E-1", 0.12),
    ("1234567890123456", 1234567890123456.0),
    ("yes", True),
    ("Yes", True),
    ("true", True),
    ("TRUE", True),
    ("no", False),
    ("No", False),
    ("false", False),
    ("null", None),
    ("Null", None),
    ("NULL", None),
    ("~", None),
    ("", None),
    ("on", "on"),
    ("off", "off"),
    ("y", "y"),
    ("n", "n"),
    ("2024-01-31", "2024-01-31"),
    ("12:30", "12:30"),
    ("1:30:00", "1:30:00"),
    ("0x1F", "0x1F"),
    ("0o17", "0o17"),
    ("1_000", "1_000"),
    ("1,5", "1,5"),
    (".inf", ".inf"),
    (".nan", ".nan"),
    ("inf", "inf"),
    ("8w3d", "8w3d"),
    ("٣", "٣"),
    ("'no'", "no"),
    ('"3"', "3"),
    ("''", ""),
    ("! 3", "3"),
    ("'null'", "null"),
]


@pytest.mark.parametrize(("written", "meant"), SCALARS, ids=[repr(written) for written, _ in SCALARS])
def test_a_scalar_means_what_a_clinician_wrote(written, meant):
    found = parse_document(f"finding: {written}\n", name="woman.yaml").value["finding"]
    assert found == meant
    assert type(found) is type(meant)


def test_a_text_block_is_text_whatever_it_says():
    assert parse_document("why: |\n  no\nnote: >-\n  3\n", name="x").value == {"why": "no\n", "note": "3"}


def test_a_very_long_number_is_kept_as_text_rather_than_rounded_away():
    digits = "9" * 41
    assert parse_document(f"age: {digits}", name="x").value == {"age": digits}


def test_keys_are_always_text():
    assert parse_document("1: a\nno: b\nnull: c\n", name="x").value == {"1": "a", "no": "b", "null": "c"}


def test_json_is_read_as_it_stands():
    read = parse_document(
        '{"age": 34, "why": "no", "tried": {"ivig": false, "lit": null},\n "x": [8.5]}', name="x"
    ).value
    assert read == {"age": 34, "why": "no", "tried": {"ivig": False, "lit": None}, "x": [8.5]}


signs = st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=("Cc",)) | st.sampled_from(
    '\\"\U0001f600\U0002070e'
)
names = st.text(signs, max_size=12)
leaves = st.none() | st.booleans() | st.integers(-(10**15) + 1, 10**15 - 1) | st.floats(-1e9, 1e9) | names
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(trees)
@example({"a": "\\ud83d\\ude00", "b": "\\\U0001f600"})
def test_any_json_document_comes_back_as_it_was(tree):
    assert parse_document(json.dumps(tree), name="x").value == tree


def test_every_key_and_list_item_keeps_its_line():
    read = parse_document(
        "age: 34\n\npregnancies:\n  singles:\n    - outcome: miscarriage\n      weeks: 8\n    - {weeks: 9}\n",
        name="woman.yaml",
    )
    assert {place: line for place, line in read.lines.items() if place} == {
        ("age",): 1,
        ("pregnancies",): 3,
        ("pregnancies", "singles"): 4,
        ("pregnancies", "singles", 0): 5,
        ("pregnancies", "singles", 0, "outcome"): 5,
        ("pregnancies", "singles", 0, "weeks"): 6,
        ("pregnancies", "singles", 1): 7,
        ("pregnancies", "singles", 1, "weeks"): 7,
    }


def test_a_place_that_is_not_written_has_the_line_of_the_nearest_place_above_it():
    read = parse_document("age: 34\npregnancies:\n  singles:\n    - weeks: 8\n", name="x")
    assert read.line_of(("pregnancies", "singles", 0, "outcome")) == 4
    assert read.line_of(("bmi",)) == 1
    assert read.line_of(()) == 1


REFUSED = [
    ("a value that never ends", "a: 1\nb: 'x\n", 2, "is not YAML"),
    ("a colon too many", "a: 1\nb: c: d\n", 2, "is not YAML: mapping values are not allowed"),
    ("a tab for indentation", "a:\n\t- 1\n", 2, "is not YAML: a tab stands where a value begins"),
    ("a bracket left open", "a: [1, 2\n", 1, "is not YAML"),
    ("a YAML of the future", "%YAML 3.0\n---\na: 1\n", 1, "is not YAML"),
    ("nothing at all", "", None, "is empty; it must hold one document"),
    ("comments only", "# nothing is known\n", None, "is empty; it must hold one document"),
    ("two documents", "a: 1\n---\nb: 2\n", 2, "a second document starts here; give one document a file"),
    ("an alias", "a: &x 1\nb: *x\n", 2, "the alias '*x' is not allowed; write the value out"),
    ("an alias for a key", "a: &x b\n*x : 1\n", 2, "the alias '*x' is not allowed; write the value out"),
    ("a merge", "a: &x {b: 1}\nc:\n  <<: *x\n", 3, "the alias '*x' is not allowed; write the value out"),
    ("a tag", "a: 1\nb: !!str 3\n", 2, "the tag 'tag:yaml.org,2002:str' is not allowed; remove it"),
    ("a Python object", "!!python/object/apply:os.system [x]", 1, "the tag 'tag:yaml.org,2002:python/"),
    ("a tag on a mapping", "a: !woman {b: 1}\n", 1, "the tag '!woman' is not allowed; remove it"),
    ("a tag on a key", "!x a: 1\n", 1, "the tag '!x' is not allowed; remove it"),
    ("a list for a key", "? [a]\n: b\n", 1, "a key must be a plain word"),
    ("a mapping for a key", "? {a: 1}\n: b\n", 1, "a key must be a plain word"),
    ("a control character", "a: é\nb: \x01\n", 2, "holds the character U+0001, which no text has; remove it"),
    ("a NUL", "a: 1\nb: \x00\n", 2, "holds the character U+0000, which no text has; remove it"),
]


@pytest.mark.parametrize(("text", "line", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_not_one_plain_document_is_refused_with_its_line(text, line, message):
    fault = refusal(text)
    assert fault.line == line
    assert fault.message.startswith(message)


def test_half_a_character_is_refused_and_not_a_crash():
    assert "U+D800" in refusal("a: 1\nb: \ud800\n").message


def test_the_line_of_a_bad_character_is_right_after_many_letters_that_take_two_bytes():
    fault = refusal("é" * 40 + "\n\x01" + "\n" * 40)
    assert fault.line == 2


def test_a_fault_at_the_end_of_a_file_is_not_placed_beyond_it():
    assert refusal("- a\n-a").line == 2


def test_a_key_used_twice_is_refused_with_both_lines():
    fault = refusal("age: 34\nbmi: 22\nage: 35\n")
    assert (fault.line, fault.message) == (3, "the key 'age' is used twice (first in line 1); keep one of them")


def test_a_key_used_twice_is_found_at_any_depth_and_however_it_is_quoted():
    fault = refusal("pregnancies:\n  singles:\n    - weeks: 8\n      outcome: molar\n      'weeks': 9\n")
    assert (fault.line, fault.message) == (5, "the key 'weeks' is used twice (first in line 3); keep one of them")


def test_the_same_key_in_two_mappings_is_no_repetition():
    assert parse_document("a: {x: 1}\nb: {x: 2}\n", name="x").value == {"a": {"x": 1}, "b": {"x": 2}}


def test_an_anchor_bomb_is_refused_at_its_first_alias():
    bomb = 'a: &a ["x","x"]\n' + "".join(
        f"{chr(98 + level)}: &{chr(98 + level)} [*{chr(97 + level)},*{chr(97 + level)}]\n" for level in range(20)
    )
    assert refusal(bomb).line == 2


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_nesting_is_allowed_to_64_levels_and_no_further(opening, closing):
    assert parse_document(opening * MAX_DEPTH + closing * MAX_DEPTH, name="x").value
    too_deep = MAX_DEPTH + 1
    assert refusal(opening * too_deep + closing * too_deep).message == "is nested deeper than 64 levels"


def test_a_hundred_thousand_open_brackets_are_refused_without_exhausting_the_stack():
    assert "64 levels" in refusal("[" * 100_000).message


def test_a_document_with_too_many_values_is_refused(monkeypatch):
    assert MAX_VALUES >= 100_000
    monkeypatch.setattr(document, "MAX_VALUES", 10)
    assert parse_document("[1, 2, 3, 4, 5, 6, 7, 8, 9]", name="x").value[-1] == 9
    assert refusal("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]").message == "holds more than 10 values"


# Files


def write(path, data):
    path.write_bytes(data)
    return path


def test_a_file_is_named_as_the_user_named_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "woman.yaml", b"age: 34\n")
    for name in ("woman.yaml", "./woman.yaml", Path("woman.yaml")):
        assert read_document(name, limit=LIMIT).name == os.fspath(name)
        assert read_document(name, limit=LIMIT).value == {"age": 34}


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    assert read_document(write(tmp_path / "w", b"\xef\xbb\xbfage: 34\n"), limit=LIMIT).value == {"age": 34}


def test_a_file_with_line_ends_of_windows_keeps_its_lines(tmp_path):
    read = read_document(write(tmp_path / "w", b"age: 34\r\nbmi: 22\r\n"), limit=LIMIT)
    assert (read.value, read.lines[("bmi",)]) == ({"age": 34, "bmi": 22}, 2)


UNREADABLE = [
    ("binary", b"\x7fELF\x00\x00", None, "is binary, not text; give a YAML or JSON file"),
    ("latin-1", b"age: 34\nwhy: M\xfcller\n", 2, "is not UTF-8 text here; save the file as UTF-8"),
    ("UTF-16 of Windows", "age: 34".encode("utf-16"), None, "is UTF-16 text; save the file as UTF-8"),
    ("UTF-16, big end first", b"\xfe\xff\x00a", None, "is UTF-16 text; save the file as UTF-8"),
    ("empty", b"", None, "is empty; it must hold one document"),
    ("only a byte order mark", b"\xef\xbb\xbf", None, "is empty; it must hold one document"),
]


@pytest.mark.parametrize(
    ("data", "line", "message"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE]
)
def test_what_is_not_text_is_refused_with_the_cure(tmp_path, data, line, message):
    fault = refused_file(write(tmp_path / "woman.yaml", data))
    assert (fault.line, fault.message) == (line, message)


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_not(tmp_path):
    text = b"why: x\n"
    assert read_text(write(tmp_path / "w", text), limit=len(text)) == "why: x\n"
    assert "probably the wrong file" in refused_file(tmp_path / "w", limit=len(text) - 1).message


def test_a_file_that_is_too_large_is_refused_by_its_size(tmp_path):
    with (tmp_path / "w").open("wb") as stream:
        stream.truncate(3_000_000_000)
    fault = refused_file(tmp_path / "w", limit=1_000_000)
    assert fault.message == "is 3000.0 MB; at most 1 MB is read, so this is probably the wrong file"


def test_a_file_that_grows_while_it_is_opened_is_still_not_read_beyond_the_limit(tmp_path, monkeypatch):
    path = write(tmp_path / "w", b"x" * 50)
    seen = os.stat_result((stat.S_IFREG | 0o644, *[0] * 9))
    monkeypatch.setattr(Path, "stat", lambda self, **kwargs: seen)
    assert refused_file(path, limit=10).message.startswith("is larger; at most")


def test_a_directory_is_refused(tmp_path):
    assert refused_file(tmp_path).message == "is a directory; name one file in it"


def test_a_file_without_a_name_is_no_directory():
    assert refused_file("").message == "the name of the file is empty; name one"


def test_a_missing_file_is_refused(tmp_path):
    assert refused_file(tmp_path / "nobody.yaml").message == "does not exist; check the path"


def test_a_link_to_nowhere_is_a_missing_file(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nobody.yaml")
    assert refused_file(tmp_path / "link").message == "does not exist; check the path"


def test_a_path_through_a_file_is_refused_with_the_reason_of_the_system(tmp_path):
    write(tmp_path / "woman.yaml", b"age: 34")
    assert refused_file(tmp_path / "woman.yaml" / "x").message == "cannot be read: Not a directory"


def test_a_name_that_no_file_can_have_is_refused():
    assert refused_file("a\x00b").message.startswith("cannot be read: ")
    assert refused_file("a" * 5000).message.startswith("cannot be read: ")


def test_a_file_without_permission_is_refused(tmp_path):
    """Root may read even a file of mode 000, so root is somebody else for a moment."""
    path = write(tmp_path / "w", b"age: 34")
    path.chmod(0)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
    except OSError:
        pytest.skip("root may read everything, and cannot be laid down here")
    try:
        assert refused_file(path).message == "may not be read; check its permissions"
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/full"])
def test_a_device_is_refused_at_once(device):
    if not Path(device).exists():
        pytest.skip("this system has no such device")
    start = time.monotonic()
    assert refused_file(device).message == "is a device or a pipe, not a file; save it as a file first"
    assert time.monotonic() - start < 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_that_nobody_writes_to_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    start = time.monotonic()
    assert refused_file(tmp_path / "pipe").message == "is a device or a pipe, not a file; save it as a file first"
    assert time.monotonic() - start < 1


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.text(max_size=60) | st.text("[]{}:,-&*!|>'\"%@`#? \n\tab1", max_size=60))
def test_any_text_is_a_document_or_a_fault_of_the_document(text):
    faults = ()
    try:
        parse_document(text, name="x")
    except DocumentError as error:
        faults = error.faults
    for fault in faults:
        assert fault.line is None or 1 <= fault.line <= max(1, len(text.splitlines()))
