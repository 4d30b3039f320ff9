"""``decidua evidence`` as it is called: the overview, one option, every format, widths, dates, her standing, refusals."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from tests.functional.running import PROFILES, columns_of, run, run_on_terminal, told, widest, without_colour

import decidua
from decidua.evidence.models import OPTION_KEYS

BOOK = decidua.load_rulebook()
FOUR_LOSSES = PROFILES["rpl_four_losses"]
every_option = pytest.mark.parametrize("option", OPTION_KEYS)
WITH_PLOTS = ("progestogens", "g_csf", "ivig", "endometrial_scratching", "corticosteroids", "intralipid")
PLOT_SIGNS = {*"■□◆├┤┼┬←→◄►═┄"}


def plots(text):
    """Return the lines that belong to forest plots."""
    return [line for line in text.split("\n") if PLOT_SIGNS & {*line} and "favours" not in line]


def null_columns(text):
    """Return the columns of no effect: one in each plot, read off its axis."""
    return [line.index("┼") for line in text.split("\n") if "┬" in line]


# Every option, every width


@pytest.mark.parametrize("columns", ["60", "80", "120"])
@every_option
def test_every_option_is_told_and_nothing_passes_the_edge(option, columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    ran = run("evidence", option)
    assert (ran.code, ran.err) == (0, "")
    assert columns_of(widest(ran.out)) <= int(columns)
    flat = " ".join(ran.out.split())
    for study in BOOK.studies:
        if BOOK.topics[study.id] == option:
            assert f"[{study.id}]" in flat


@pytest.mark.parametrize("columns", ["80", "120"])
@pytest.mark.parametrize("option", WITH_PLOTS)
def test_plots_line_up_and_say_in_ascii_the_same_in_the_same_columns(option, columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    fancy, plain = run("evidence", option), run("evidence", option, encoding="ascii")
    assert plain.code == 0
    assert plain.out.isascii()
    drawn = plots(fancy.out)
    assert len(drawn) > 3
    after = iter(plain.lines)
    for line in drawn:
        shape = [sign == " " for sign in line]
        assert any([sign == " " for sign in other] == shape for other in after), line


@pytest.mark.parametrize("columns", ["80", "120"])
def test_the_null_line_stands_in_one_column_from_the_first_study_to_the_axis(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    for option in WITH_PLOTS:
        rows = []
        for line in plots(run("evidence", option).out):
            if "┬" not in line:
                rows.append(line)
                continue
            null = line.index("┼")
            assert rows
            assert all(row[null] in "│┼■□◆├┤◄►═←→()" for row in rows), (option, rows, null)
            rows = []
        assert not rows


def test_the_pooled_line_the_prediction_and_what_stands_beside_it_are_told():
    out = " ".join(told("evidence", "ivig", "--outcome", "live_birth").out.split())
    answer = json.loads(told("evidence", "ivig", "--outcome", "live_birth", "--format", "json").out)
    line = next(one for one in answer["lines"] if len(one["rows"]) >= 3)
    ratio = line["risk_ratio"]
    assert f"RR {ratio['value']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f}), {len(line['rows'])} studies" in out
    assert f"in a new study {line['prediction'][0]:.2f} to {line['prediction'][1]:.2f}" in out
    assert f"({line['prediction'][0]:.2f}-{line['prediction'][1]:.2f})" in out
    for word in ("I2 ", "tau2 ", "Q ", "Mantel-Haenszel", "inverse variance", "Leaving one study out"):
        assert word in out


def test_on_a_terminal_there_is_colour_and_the_same_text():
    seen = run_on_terminal("evidence", "g_csf")
    assert "\x1b[" in seen
    assert without_colour(seen).rstrip("\n") == told("evidence", "g_csf").out.rstrip("\n")


# The overview


@pytest.mark.parametrize("columns", ["80", "120"])
def test_alone_it_has_a_line_on_each_of_the_fourteen_options(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    ran = run("evidence")
    assert (ran.code, ran.err) == (0, "")
    assert columns_of(widest(ran.out)) <= int(columns)
    rows = json.loads(told("evidence", "--format", "json").out)["options"]
    assert [row["option"] for row in rows] == list(OPTION_KEYS)
    for row in rows:
        line = next(line for line in ran.lines if line.strip().startswith(row["name"]))
        assert line.split()[len(row["name"].split()) :] == [
            str(row[key]) for key in ("studies", "randomised", "women", "newest", "documents_for", "documents_against")
        ]


def test_the_overview_in_csv_has_a_row_an_option_and_one_for_all():
    rows = list(csv.DictReader(io.StringIO(told("evidence", "--format", "csv").out)))
    assert [row["option"] for row in rows] == [*OPTION_KEYS, "all"]
    assert all(int(row["randomised"]) <= int(row["studies"]) for row in rows)


@pytest.mark.parametrize("output", ["markdown", "html"])
def test_the_overview_goes_to_the_other_formats(output):
    ran = told("evidence", "--format", output)
    assert (ran.code, ran.err) == (0, "")
    assert "Endometrial scratching" in ran.out


# Formats


def test_csv_has_a_row_an_outcome_and_the_figures_of_the_json():
    table = list(csv.DictReader(io.StringIO(told("evidence", "g_csf", "--format", "csv").out)))
    answer = json.loads(told("evidence", "g_csf", "--format", "json").out)
    results = [(study, result) for study in answer["studies"] for result in study["results"]]
    assert len(table) == len(results)
    for row, (study, result) in zip(table, results, strict=True):
        assert (row["study_id"], row["outcome"]) == (study["id"], result["outcome"])
        ratio = result["risk_ratio"]
        assert row["risk_ratio"] == ("" if ratio is None else str(ratio["value"]))
        assert row["treated_events"] == ("" if result["treated_events"] is None else str(result["treated_events"]))
        assert row["study_randomised"] in ("yes", "no")


@every_option
def test_markdown_has_a_plot_in_a_fence_and_html_in_pre(option):
    page, notes = told("evidence", option, "--format", "html"), told("evidence", option, "--format", "markdown")
    assert (page.code, page.err, notes.code, notes.err) == (0, "", 0, "")
    plotted = json.loads(told("evidence", option, "--format", "json").out)["lines"]
    assert page.out.count("<pre") == page.out.count("</pre>") == notes.out.count("```text")
    assert bool(plotted) is ("```text" in notes.out)
    for fence in re.findall(r"```text\n(.*?)\n```", notes.out, re.DOTALL):
        assert max(map(columns_of, fence.split("\n"))) <= 100
        assert len(null_columns(fence)) == 1


def test_a_fence_in_ascii_is_drawn_with_ascii_and_holds_no_entities():
    out = run("evidence", "g_csf", "--format", "markdown", encoding="ascii").out
    fences = re.findall(r"```text\n(.*?)\n```", out, re.DOTALL)
    assert fences
    assert not any("&#" in fence for fence in fences)


def test_the_same_call_gives_the_same_bytes():
    for output in ("text", "json", "csv", "markdown", "html"):
        assert run("evidence", "ivig", "--format", output).out == told("evidence", "ivig", "--format", output).out


# On a date, of one outcome, for a woman


def test_as_of_2012_shows_nothing_later():
    answer = json.loads(told("evidence", "ivig", "--as-of", "2012", "--format", "json").out)
    assert answer["as_of"] == "2012-12-31"
    assert answer["studies"]
    assert all(study["published"][:4] <= "2012" for study in answer["studies"])
    assert all(row["published"][:4] <= "2012" for row in answer["documents"])
    text = told("evidence", "ivig", "--as-of", "2012").out
    assert "Yamada 2022" not in text
    assert "As of 2012-12-31" in text


def test_a_retracted_study_is_shown_as_one_and_stands_in_no_line():
    text = " ".join(told("evidence", "progestogens").out.split())
    study = next(
        one for one in BOOK.studies if one.integrity.status == "retracted" and BOOK.topics[one.id] == "progestogens"
    )
    assert f"[{study.id}]" in text
    assert "RETRACTED" in text
    assert "In no line above: retracted: it moves nothing." in text
    assert "1 retracted beside them" in text


def test_one_outcome_shows_that_outcome_only():
    ran = told("evidence", "g_csf", "--outcome", "live_birth")
    headings = [line for line in ran.lines if line.endswith("counted in women")]
    assert headings == ["Live birth, counted in women"]
    assert "further studies report other outcomes" in ran.out


def test_with_a_profile_her_standing_stands_with_every_study():
    ran = told("evidence", "ivig", "--profile", FOUR_LOSSES)
    assert (ran.code, ran.err) == (0, "")
    answer = json.loads(told("evidence", "ivig", "--profile", FOUR_LOSSES, "--format", "json").out)
    counted = answer["summary"]["eligibility"]
    flat = " ".join(ran.out.split())
    assert (
        f"She would have been eligible for {counted['yes']} of {counted['studies']} studies "
        f"({counted['women_in_them']} of {counted['women']} women in them)" in flat
    )
    assert "asks for" in flat
    assert {study["standing"]["verdict"] for study in answer["studies"]} == {"yes", "no", "unknown"}
    assert flat.count("She would have been in it") == sum(
        study["standing"]["verdict"] == "yes" for study in answer["studies"]
    )


def test_with_a_profile_each_line_says_what_it_is_to_her():
    answer = json.loads(told("evidence", "ivig", "--profile", FOUR_LOSSES, "--format", "json").out)
    flat = " ".join(told("evidence", "ivig", "--profile", FOUR_LOSSES).out.split())
    (some,) = [line for line in answer["lines"] if line["hers"]["which"] == "some"]
    hers = some["hers"]
    assert (
        f"The {hers['studies']} of {len(some['rows'])} studies she would have been in ({hers['women']} women), alone: "
        f"RR {hers['value']:.2f} ({hers['ci'][0]:.2f} to {hers['ci'][1]:.2f}); of 1000: "
        f"{1000 * some['baseline']:.0f} without, {hers['per_1000'][0]:.0f} with it" in flat
    )
    assert all(line["baseline_from"] in flat for line in answer["lines"] if line["per_1000"])
    assert "she would have been in" not in told("evidence", "ivig").out
    plain = json.loads(told("evidence", "ivig", "--format", "json").out)
    assert {line["hers"] for line in plain["lines"]} == {None}


def test_a_profile_may_come_from_standard_input_and_goes_with_the_overview():
    given = Path(FOUR_LOSSES).read_bytes()
    assert (
        run("evidence", "ivig", "--profile", "-", given=given).out
        == told("evidence", "ivig", "--profile", FOUR_LOSSES).out
    )
    assert "Hers" in told("evidence", "--profile", FOUR_LOSSES).out
    rows = list(csv.DictReader(io.StringIO(told("evidence", "--profile", FOUR_LOSSES, "--format", "csv").out)))
    assert all(int(row["eligible"]) <= int(row["studies"]) for row in rows)


def test_contradictions_stand_with_their_sides_and_why():
    flat = " ".join(told("evidence", "ivig").out.split())
    for one in BOOK.contradictions:
        assert (one.topic in flat) is ("ivig" in one.options)
        if "ivig" in one.options:
            assert " ".join(one.why.split()) in flat


# Refusals


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("evidence", "ivigg"), "there is no option 'ivigg'; did you mean 'ivig'?"),
        (("evidence", "ivig", "--outcome", "live_brith"), "did you mean 'live_birth'?"),
        (("evidence", "--outcome", "live_brith"), "did you mean 'live_birth'?"),
        (("evidence", "ivig", "--as-of", "yesterday"), "'yesterday' is no date"),
        (("evidence", "prp", "--as-of", "2012"), "nothing published by 2012-12-31 was read on 'prp'; the oldest study"),
        (("evidence", "prp", "--outcome", "stillbirth"), "has 'stillbirth'; they report"),
        (("evidence", "--as-of", "1900"), "nothing published by 1900-12-31 was read"),
        (("evidence", "ivig", "--profile", "nobody.yaml"), "nobody.yaml: does not exist"),
        (("evidence", "ivig", "--format", "xml"), "'xml' is not one of"),
        (("evidence", "ivig", "--rules", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(words, says):
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_a_profile_with_a_fault_is_refused_with_its_place():
    ran = run("evidence", "ivig", "--profile", "-", given=b"age: old\n")
    assert (ran.code, ran.out) == (2, "")
    assert "standard input, line 1: age" in ran.err
