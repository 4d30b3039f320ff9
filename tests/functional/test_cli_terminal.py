"""What a person sees: columns, colour, plain ASCII where nothing else can be shown, and pipes that close early."""

from __future__ import annotations

import contextlib
import html
import itertools
import json
import re
import subprocess
from pathlib import Path

import pytest
from tests.functional.running import (
    COMMAND,
    OPTIONS,
    PROFILES,
    columns_of,
    run,
    run_apart,
    run_on_terminal,
    surroundings,
    terminal,
    told,
    widest,
    without_colour,
)

from decidua.cli.app import main

every_profile = pytest.mark.parametrize("name", sorted(PROFILES))
FOUR_LOSSES = PROFILES["rpl_four_losses"]
ESCAPE = "\x1b"


# Columns


@every_profile
def test_no_line_of_an_answer_is_wider_than_80_columns(name):
    long = ("--all", "--engine", "reference")
    for words, encoding in (((), "utf-8"), ((), "ascii"), (long, "utf-8"), (long, "ascii")):
        line = widest(told("assess", PROFILES[name], *words, encoding=encoding).out)
        assert columns_of(line) <= 80, line


@every_profile
def test_parts_of_an_answer_stand_apart_by_one_blank_line_and_no_more(name):
    for encoding in ("utf-8", "ascii"):
        out = told("assess", PROFILES[name], "--engine", "reference", encoding=encoding).out
        assert "\n\n\n" not in out
        lines = out.splitlines()
        for before, line in itertools.pairwise(lines):
            heading = re.match(r"[0-9]+\. |[A-Z][A-Z ,?]+$", line)
            assert not heading or before == "", line
        table = next(at for at, line in enumerate(lines) if line.startswith("  Every way to use an option"))
        assert lines[table - 1] == ""


@pytest.mark.parametrize("name", ["four_losses_two_described", "contraindications", "rif_three_euploid"])
@pytest.mark.parametrize("option", OPTIONS)
def test_no_line_of_an_explanation_is_wider_than_80_columns(name, option):
    line = widest(run("explain", PROFILES[name], option, "--all", "--engine", "reference").out)
    assert columns_of(line) <= 80, line


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_no_line_of_the_rules_is_wider_than_80_columns(encoding):
    shown = [("rules", "list"), *(("rules", "show", id_) for id_ in ("certainty", "words", "rpl-cngof-2014", "ivig"))]
    for words in (*shown, ("rules", "check"), ("--help",), ("assess", "--help"), ("rules", "list", "--help")):
        line = widest(run(*words, encoding=encoding).out)
        if words != ("rules", "check"):  # one sentence, left to the terminal
            assert columns_of(line) <= 80, line


@pytest.mark.parametrize(("columns", "filled"), [("120", 120), ("60", 60), ("10", 40), ("1000", 200)])
def test_the_columns_that_are_set_are_filled_and_kept(monkeypatch, columns, filled):
    monkeypatch.setenv("COLUMNS", columns)
    for words in (("assess", FOUR_LOSSES), ("explain", FOUR_LOSSES, "ivig", "--all"), ("rules", "list")):
        width = columns_of(widest(run(*words).out))
        assert filled - 12 <= width <= filled


@pytest.mark.parametrize("columns", ["", "0", "00", "-5", "wide", "80.5", "²", "٨٠", "9" * 5000])
def test_columns_that_are_no_number_leave_80(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    assert run("assess", FOUR_LOSSES) == told("assess", FOUR_LOSSES)


@pytest.mark.parametrize(("columns", "filled"), [(90, 90), (300, 100), (20, 40), (0, 80)])
def test_a_terminal_is_filled_up_to_100_columns(columns, filled):
    width = columns_of(widest(without_colour(run_on_terminal("assess", FOUR_LOSSES, "--all", columns=columns))))
    assert filled - 8 <= width <= filled


def test_words_that_do_not_fit_and_wide_signs_keep_the_columns(tmp_path):
    file = tmp_path / "her.yaml"
    for why in ("x" * 500, "反復流産の女性" * 20, "a\u0301" * 200, "one\ttwo  three " * 20):
        file.write_text(f"why: {json.dumps(why)}\n", encoding="utf-8")
        for encoding in ("utf-8", "ascii"):
            ran = run("assess", str(file), encoding=encoding)
            assert ran.code == 0
            assert columns_of(widest(ran.out)) <= 80


# Colour


def test_there_is_no_colour_where_nobody_watches(monkeypatch):
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE"):
        monkeypatch.setenv(name, "1")
    for words in (("assess", FOUR_LOSSES), ("explain", FOUR_LOSSES, "ivig"), ("rules", "list"), ("--help",)):
        assert ESCAPE not in run(*words).out


@pytest.mark.parametrize(
    "words", [("assess", FOUR_LOSSES), ("explain", FOUR_LOSSES, "ivig"), ("rules", "show", "g_csf")], ids=" ".join
)
def test_on_a_terminal_there_is_colour_and_the_words_stay_the_same(words):
    seen = run_on_terminal(*words)
    assert ESCAPE in seen
    plain = "\n".join(line.rstrip() for line in without_colour(seen).split("\n"))
    assert plain == run(*words).out


def test_colour_tells_what_is_for_from_what_is_against():
    seen = run_on_terminal("assess", PROFILES["contraindications"])
    assert re.search(r"\x1b\[1;31m[^\n]*: contraindicated", seen)
    assert re.search(r"\x1b\[1;32m[^\n]*: consider", seen)


@pytest.mark.parametrize(("name", "value", "colour"), [("NO_COLOR", "1", False), ("NO_COLOR", "", True)])
def test_a_wish_for_no_colour_is_honoured_where_it_is_not_empty(monkeypatch, name, value, colour):
    monkeypatch.setenv(name, value)
    assert (ESCAPE in run_on_terminal("assess", FOUR_LOSSES)) is colour
    assert (ESCAPE in run_on_terminal("rules", "list", "--kind", "option")) is colour


def test_a_terminal_that_knows_no_colour_gets_none(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    assert ESCAPE not in run_on_terminal("assess", FOUR_LOSSES)


@pytest.mark.parametrize("output", ["json", "markdown", "html"])
def test_only_text_is_coloured(output):
    assert ESCAPE not in run_on_terminal("assess", FOUR_LOSSES, "--format", output)


def test_text_of_a_profile_steers_no_terminal(tmp_path):
    file = tmp_path / "her.yaml"
    file.write_text('why: "\\e[2J\\e]0;title\\a\\x9b31m \\u202eabc and\\tmore"\n', encoding="utf-8")
    for encoding in ("utf-8", "ascii"):
        out = run("assess", str(file), encoding=encoding).out
        assert all(sign.isprintable() or sign == "\n" for sign in out)
        assert re.search(r"abc and\s+more", out)


# ASCII


@every_profile
def test_where_only_ascii_can_be_shown_every_byte_is_ascii(name):
    ran = told("assess", PROFILES[name], encoding="ascii")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.isascii()
    words = [word for word in re.findall(r"[A-Za-z]{4,}", told("assess", PROFILES[name]).out) if word.isascii()]
    assert len(set(words) - set(re.findall(r"[A-Za-z]{4,}", ran.out))) < 0.1 * len(set(words))


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize(
    "words", [("explain", FOUR_LOSSES, "ivig", "--all"), ("rules", "list"), ("rules", "show", "status"), ("--help",)]
)
def test_every_command_can_be_shown_without_utf_8(words, encoding):
    ran = run(*words, encoding=encoding)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.isascii()


def test_json_in_ascii_holds_the_same_values():
    for words in (
        ("assess", FOUR_LOSSES, "--format", "json"),
        ("assess", FOUR_LOSSES, PROFILES["empty"], "--format", "json"),
        ("explain", FOUR_LOSSES, "ivig", "--format", "json"),
        ("schema", "profile"),
        ("rules", "list", "--format", "json"),
    ):
        shown, plain = run(*words), run(*words, encoding="ascii")
        assert plain.out.isascii()
        several = len(words) == 5 and words[0] == "assess"
        for one, other in zip(
            *([ran.out.splitlines() if several else [ran.out] for ran in (shown, plain)]), strict=True
        ):
            assert json.loads(one) == json.loads(other)


def test_a_page_in_ascii_shows_the_same_signs():
    shown, plain = (
        run("assess", FOUR_LOSSES, "--format", "html", encoding=encoding) for encoding in ("utf-8", "ascii")
    )
    assert plain.out.isascii()
    assert html.unescape(plain.out) == html.unescape(shown.out)


@pytest.mark.parametrize("output", ["json", "html", "markdown"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_signs_that_only_look_like_markup_never_become_it(tmp_path, output, encoding):
    file = tmp_path / "her.yaml"
    why = 'she said "no" <b>\uff1cscript\uff1e\uff02 &amp; *[x](y)*\uff40| \U0001d54f \xe9'
    file.write_text(f"why: {json.dumps(why, ensure_ascii=False)}\n", encoding="utf-8")
    ran = run("assess", str(file), "--format", output, encoding=encoding)
    assert ran.code == 0
    assert encoding == "utf-8" or ran.out.isascii()
    if output == "json":
        assert why in json.loads(ran.out)["who"]
    else:
        assert "<b>" not in ran.out.replace("\\<b>", "")
        assert "<script" not in ran.out
        assert why in re.sub(r"\\(.)", r"\1", html.unescape(ran.out) if output == "html" else unreferenced(ran.out))


def unreferenced(markdown):
    return re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), markdown)


def test_apart_and_in_ascii_no_byte_is_beyond_127():
    for output in ("text", "json"):
        ran = run_apart("assess", FOUR_LOSSES, "--format", output, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert (ran.returncode, ran.stderr) == (0, b"")
        assert ran.stdout == run("assess", FOUR_LOSSES, "--format", output, encoding="ascii").out.encode("ascii")


# Pipes


@pytest.mark.parametrize(
    "words",
    [("rules", "list"), ("assess", *[FOUR_LOSSES] * 4, "--all"), ("assess", FOUR_LOSSES, "--format", "json")],
    ids=["rules", "several women", "JSON"],
)
def test_a_pipe_that_closes_early_is_no_error(words):
    with subprocess.Popen(
        [*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings()
    ) as process:
        assert process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_a_pipe_that_nobody_reads_is_no_error():
    with subprocess.Popen(
        [*COMMAND, "--version"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings()
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


# Progress


def test_a_full_disk_is_said_in_one_line_and_nothing_else():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, "rules", "list"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "decidua: the answer could not be written: no space left on device\n"


@pytest.mark.parametrize(("times", "more"), [(20, []), (3, ["--stability"])], ids=["many women", "a longer look"])
def test_progress_is_shown_to_whoever_watches_a_long_run_and_the_answers_go_where_they_should(tmp_path, times, more):
    table = tmp_path / "out.jsonl"
    many = [PROFILES["empty"]] * times
    words = ["assess", *many, *more, "--format", "json", "--engine", "reference"]
    with contextlib.ExitStack() as stack:
        stream, seen = stack.enter_context(terminal())
        stack.enter_context(contextlib.redirect_stderr(stream))
        stack.enter_context(contextlib.redirect_stdout(stack.enter_context(table.open("w", encoding="utf-8"))))
        assert main(words) == 0
    assert "100%" in b"".join(seen).decode()
    answers = table.read_text(encoding="utf-8").splitlines()
    assert len(answers) == times
    few = run(*words[:3], *more, *words[-4:])
    assert few.err == ""
    assert set(answers) == set(few.out.splitlines())
