"""The terminal tool on definitions, panels and a clinic's own table of rates; every rate here is invented."""

from __future__ import annotations

import json

import pytest
from tests.functional.running import PROFILES, run

import decidua

TABLE = """\
clinic: Invented clinic
date: 2026-01-31
source: invented
rates:
  - {oocyte_age: {at_least: 30, below: 37}, embryos: 1, stage: blastocyst, ploidy: euploid, chance: 0.5}
"""
EUPLOID = PROFILES["rif_three_euploid"]


@pytest.fixture
def rates(tmp_path):
    file = tmp_path / "rates.yaml"
    file.write_text(TABLE)
    return str(file)


def section(text, heading):
    """The lines of one part of a report."""
    lines = text.splitlines()
    first = lines.index(heading.upper()) + 1
    after = [at for at, line in enumerate(lines[first:], first) if line and line == line.upper() and line[0] != " "]
    return "\n".join(lines[first : after[0]])


def words(text):
    return " ".join(text.split())


def definition(ran, id_):
    return next(one for one in json.loads(ran.out)["definitions"] if one["id"] == id_)


def test_with_a_table_of_rates_the_rule_is_met_and_the_report_says_whose_table_it_was(rates):
    without, found = (
        run("assess", EUPLOID, "--format", "json"),
        run("assess", EUPLOID, "--format", "json", "--rates", rates),
    )
    assert definition(without, "rif-eshre-2023")["verdict"] == "unknown"
    assert definition(found, "rif-eshre-2023")["verdict"] == "yes"
    used = json.loads(found.out)["rates"]
    assert (used["clinic"], used["date"], used["sha256"]) == (
        "Invented clinic",
        "2026-01-31",
        decidua.load_rates(rates).sha256,
    )
    assert [one["origin"] for one in used["transfers"]] == ["table", "table", "not_covered"]
    assert json.loads(without.out)["rates"] is None
    told = words(section(run("assess", EUPLOID, "--rates", rates).out, "Which definitions hold"))
    assert "the table of rates of Invented clinic, of 2026-01-31 (invented; sha256 " in told
    assert "Transfer 1: 50%, row 1 of the table." in told
    assert (
        "Transfer 3: not covered by the table, so its chance stays unknown; no row of the table holds for it." in told
    )


@pytest.mark.parametrize(
    "call",
    [
        ("explain", EUPLOID, "intralipid"),
        ("next", EUPLOID),
        ("compare", EUPLOID, "--as-of", "2024"),
        ("evidence", "intralipid", "--profile", EUPLOID),
    ],
    ids=lambda call: call[0],
)
def test_every_command_on_one_woman_takes_the_table(call, rates, tmp_path):
    assert run(*call, "--rates", rates).code == 0
    bad = tmp_path / "bad.yaml"
    bad.write_text(TABLE.replace("0.5", "50"))
    refused = run(*call, "--rates", str(bad))
    assert (refused.code, refused.out) == (2, "")
    assert f"{bad}, line 5: rates.1.chance: '50' is not possible; it must be at most 1" in refused.err


def test_next_asks_no_more_for_the_chance_that_the_table_gives(rates):
    asked = [one["finding"] for one in json.loads(run("assess", EUPLOID, "--format", "json").out)["next"]]
    with_table = run("assess", EUPLOID, "--format", "json", "--rates", rates)
    assert "transfers.cumulative_chance" not in [one["finding"] for one in json.loads(with_table.out)["next"]]
    assert len(asked) >= len(json.loads(with_table.out)["next"])


def test_a_table_without_a_profile_has_nothing_to_fill(rates):
    ran = run("evidence", "ivig", "--rates", rates)
    assert ran.code == 2
    assert "--rates belongs to a profile" in ran.err


def test_the_schema_of_a_table_names_every_field_and_holds_no_rate():
    schema = json.loads(run("schema", "rates").out)
    row = schema["$defs"]["Rate"]
    assert set(row["properties"]) == {
        "oocyte_age",
        "embryos",
        "stage",
        "ploidy",
        "quality",
        "oocytes",
        "kind",
        "chance",
        "transfers",
    }
    assert set(row["required"]) == {"oocyte_age", "embryos", "stage", "ploidy", "chance"}
    assert "examples" not in json.dumps(schema)


def test_definitions_that_do_not_agree_stand_side_by_side_with_the_reason():
    told = section(run("assess", PROFILES["rpl_secondary"]).out, "Which definitions hold")
    assert "Recurrent pregnancy loss: yes by 6 of 9; not known by 3 of 9" in words(told)
    rows = {line.strip().split("   ")[0]: words(line) for line in told.splitlines() if line.strip()}
    assert rows["ESHRE 2022"] == "ESHRE 2022 yes 3 2, in a row or not"
    assert rows["RCOG 2023"] == "RCOG 2023 not known 2 to 3 3, in a row or not"
    assert rows["WHO (as cited)"] == "WHO (as cited) not known 2 to 3 3, in a row"
    assert rows["CNGOF 2014"].startswith("CNGOF 2014 not known 2 to 3 3, in a row, before 14")
    assert "Why they differ, for her: Biochemical losses (hers: 1): count: ESHRE 2022 and Australasian" in words(told)
    assert "not read whether they count: RCOG 2023, WHO (as cited) and CNGOF 2014." in words(told)


def test_definitions_that_agree_are_one_line():
    told = words(section(run("assess", PROFILES["rpl_four_losses"]).out, "Which definitions hold"))
    assert "Recurrent pregnancy loss: yes by all 9 that were read: ESHRE 2022, ASRM 2012" in told
    assert "Why they differ" not in told


def test_at_length_it_is_said_which_losses_count_for_whom():
    told = words(section(run("assess", PROFILES["rpl_two_losses"], "--all").out, "Which definitions hold"))
    assert (
        "Biochemical losses (hers: 1): count for ESHRE 2022 and Australasian guideline 2024; do not count for" in told
    )
    assert "Losses known to be aneuploid (hers: 0 to 2): count for all (no text that was read leaves them out)." in told


def test_where_she_stands_with_each_panel_is_one_sentence():
    told = words(section(run("assess", PROFILES["rpl_secondary"]).out, "Does anything explain it?"))
    assert (
        "Unexplained by RANZCOG 2025: nothing found so far, 2 of 4 known; missing: karyotype of both partners" in told
    )
    assert "can no longer be obtained, unless a result is on record: cytogenetics of pregnancy tissue" in told


def test_the_two_sets_of_criteria_stand_under_the_syndrome_they_differ_on():
    told = words(section(run("assess", PROFILES["antiphospholipid_syndrome"]).out, "Does anything explain it?"))
    assert "Criteria differ: by Sydney 2006: yes (" in told
    assert "by ACR/EULAR 2023: no (asks for births before 34 weeks" in told
    assert "Criteria differ" not in run("assess", PROFILES["rpl_four_losses"]).out


@pytest.mark.parametrize("name", ["rpl_two_losses", "rif_three_euploid", "antiphospholipid_once"])
@pytest.mark.parametrize("full", [[], ["--all"]])
def test_the_head_of_a_report_keeps_to_80_columns(name, full):
    lines = run("assess", PROFILES[name], *full).out.splitlines()
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("output", ["markdown", "html"])
def test_other_formats_say_the_same(output):
    told = run("assess", PROFILES["rpl_two_losses"], "--format", output).out
    for said in ("Why they differ, for her", "Hers count", "do not count", "can no longer be obtained"):
        assert said in told
