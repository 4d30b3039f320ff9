"""A rule shown with what stands behind it, the list of rules, and every rule as a row of a decision table."""

from __future__ import annotations

import csv
import io
import json

import pytest
from tests.functional.running import run

import decidua
from decidua.authoring.decision_table import COLUMNS, decision_rows
from decidua.authoring.sources import cases_of, studies_behind
from decidua.cli.rules_export import FORMULA, _cell
from decidua.rulebook.book import AGGREGATES
from decidua.rulebook.folder import data_folder

BOOK = decidua.load_rulebook()
FIELDS = [
    "Decision ID",
    "Business rule",
    "Trigger",
    "Inputs",
    "Output",
    "Action",
    "Annotations",
    "References",
]


def shown(id_, *more):
    ran = run("rules", "show", id_, *more)
    assert (ran.code, ran.err) == (0, "")
    return " ".join(ran.out.split())


def test_a_rule_is_shown_with_its_sources_studies_and_decision_table():
    said = shown("g_csf-rpl")
    assert "SOURCES Scarpellini F et al. 2009. Hum Reprod 24:2703-2708." in said
    assert "[eapen-2019] (full text: " in said
    assert "STUDIES BEHIND IT Scarpellini F et al. 2009." in said
    assert "[scarpellini-2009]: rct; its integrity raises concern" in said
    assert "[santjohanser-2013]: cohort retrospective; not pooled" in said
    assert "Decision ID: strategy.g_csf-rpl" in said
    for field in FIELDS:
        assert f" {field}: " in said


def test_a_record_that_is_no_rule_has_no_decision_table():
    said = shown(BOOK.syntheses[0].id)
    assert "decision table" not in said.lower()
    said = shown("rpl")
    assert "Holds when any of these holds on the date" in said


def test_a_retracted_study_behind_a_rule_is_said_to_move_nothing():
    retracted = {one.id for one in BOOK.studies if one.integrity.status == "retracted"}
    behind = [one for one in BOOK.strategies if retracted & {use.study for use in one.evidence}]
    assert behind
    for strategy in behind:
        lines = [line for line in studies_behind(BOOK, strategy) if any(f"[{id_}]" in line for id_ in retracted)]
        assert lines
        assert all("; retracted, moves nothing" in line for line in lines)


CASES = """cases:
  - case: NK cells at 13 % in blood are above 12
    profile: {}
    expect: {yes: [nk_blood_above_12], status: {ivig: research_only}}
  - case: Nothing is known of her
    profile: {}
    expect: {unknown: [every subset, every finding], no: ['finding:asthma']}
  - case: Nothing is known of her, by what was on record in 2015
    profile: {}
    as_of: '2015'
    expect: {unknown: [every definition], not: {status: {ivig: consider}}}
"""


def test_the_cases_beside_the_rules_are_named_with_their_place(tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/mine.yaml").write_text(CASES, encoding="utf-8")
    (tmp_path / "cases/broken.yaml").write_text("cases: [\n", encoding="utf-8")
    found, faulty = cases_of(BOOK, [tmp_path], "subset", "nk_blood_above_12")
    assert [(one.expected, one.file, one.line) for one in found] == [
        ("yes", "cases/mine.yaml", 2),
        ("unknown", "cases/mine.yaml", 5),
    ]
    assert faulty == ["cases/broken.yaml"]
    assert expected(tmp_path, "finding", "asthma") == ["no"]
    assert expected(tmp_path, "option", "ivig") == ["research only", "not consider"]
    assert expected(tmp_path, "cause", "aps") == []


def expected(folder, kind, id_):
    return [one.expected for one in cases_of(BOOK, [folder], kind, id_)[0]]


def test_every_of_a_kind_means_those_that_hold_on_the_date_of_the_case(tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/mine.yaml").write_text(CASES, encoding="utf-8")
    assert expected(tmp_path, "definition", "rpl-asrm-2012") == ["unknown"]
    assert expected(tmp_path, "definition", "rpl-eshre-2022") == []


@pytest.mark.parametrize(
    ("kind", "id_"),
    [
        ("strategy", "ivig-four-losses"),
        ("definition", "rpl-asrm-2012"),
        ("position", "eshre-rpl-2017--aspirin_heparin"),
        ("study", "kaandorp-2010"),
    ],
)
def test_a_shipped_rule_is_shown_with_its_cases_of_every_verdict(kind, id_):
    found, faulty = cases_of(BOOK, [data_folder("rules")], kind, id_)
    assert faulty == []
    assert {one.expected for one in found} >= {"yes", "no", "unknown"}
    said = shown(id_)
    for one in found:
        assert f"{one.expected}: {one.name} ({one.file}, line {one.line})" in said


def test_a_file_of_cases_that_cannot_be_read_is_named_beside_the_others(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clinic/cases").mkdir(parents=True)
    overlay = "overlay: true\nname: x\nversion: '1'\nwhy: x\n"
    (tmp_path / "clinic/rulebook.yaml").write_text(overlay, encoding="utf-8")
    (tmp_path / "clinic/cases/broken.yaml").write_text("cases: [\n", encoding="utf-8")
    said = shown("nk_blood_above_12", "--rules", "clinic")
    assert "clinic/cases/broken.yaml has faults and was passed over; 'decidua rules test' names them" in said


def test_the_cases_of_an_overlay_are_shown_with_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "clinic"
    (folder / "cases").mkdir(parents=True)
    (folder / "rulebook.yaml").write_text("overlay: true\nname: x\nversion: '1'\nwhy: x\n", encoding="utf-8")
    (folder / "cases/mine.yaml").write_text(CASES, encoding="utf-8")
    said = shown("nk_blood_above_12", "--rules", "clinic")
    assert "CASES" in said
    assert "yes: NK cells at 13 % in blood are above 12 (clinic/cases/mine.yaml, line 2)" in said


# The list


def test_the_list_is_filtered_by_kind_and_words():
    entries = json.loads(run("rules", "list", "ivig", "FOUR", "--format", "json").out)
    assert "ivig-four-losses" in {one["id"] for one in entries}
    assert all("ivig" in f"{one['id']} {one['title']}".lower() for one in entries)
    both = json.loads(run("rules", "list", "ivig", "four", "--kind", "strategy", "--format", "json").out)
    assert both == [one for one in entries if one["kind"] == "strategy"]
    assert json.loads(run("rules", "list", "nothing-of-that-name", "--format", "json").out) == []
    assert "No rule or record is called so" in run("rules", "list", "nothing-of-that-name").out


# Decision tables


def test_every_rule_is_exported_once_with_every_field(tmp_path):
    file = tmp_path / "rules.csv"
    ran = run("rules", "export", "--dak", str(file))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8"))))
    assert list(rows[0]) == FIELDS == list(COLUMNS.values())
    ids = [row["Decision ID"] for row in rows]
    assert len(set(ids)) == len(ids)
    wanted = {f"definition.{one.id}" for one in BOOK.definitions} | {f"panel.{one.id}" for one in BOOK.panels}
    wanted |= {f"cause.{one.id}" for one in BOOK.causes} | {f"subset.{one.id}" for one in BOOK.subsets}
    wanted |= {f"strategy.{one.id}" for one in BOOK.strategies} | {f"finding.{one.key}" for one in BOOK.findings}
    wanted |= {f"position.{one.id}" for one in BOOK.positions}
    wanted |= {f"status.{one.id}" for one in BOOK.policy.status.rows}
    wanted |= {f"certainty.{one.id}" for one in BOOK.policy.certainty.rules}
    wanted |= {f"baseline.{one.id}" for one in BOOK.policy.baseline.rules}
    wanted |= {f"study.{one.id}" for one in BOOK.studies if one.eligibility is not None}
    wanted |= {f"aggregate.{one}" for one in AGGREGATES}
    pooling = (*BOOK.policy.pooling.never, *BOOK.policy.pooling.second_line, *BOOK.policy.pooling.alone)
    assert set(ids) == wanted | {f"pooling.{one.id}" for one in pooling}
    for row in rows:
        for field in ("Business rule", "Trigger", "Inputs", "Output", "Action", "References"):
            assert row[field], (row["Decision ID"], field)


def test_a_row_names_the_finding_with_its_unit_and_what_is_done_with_it():
    rows = {row.decision_id: row for row in decision_rows(BOOK)}
    nk = rows["subset.nk_blood_above_12"]
    assert "immune.nk_blood_percent (number, percent)" in nk.inputs
    assert "[heilmann-2010]" in nk.references
    assert "In force from 2010." in nk.annotations
    assert "ivig: contraindication" in rows["finding.iga_deficiency_with_antibodies"].action
    assert rows["certainty.bias-high"].output == "Levels of certainty: -2 (risk of bias)"
    assert rows["position.eshre-rpl-2022--ivig"].action.startswith("Show it with its document; ")


def test_a_contraindication_names_the_labels_that_it_comes_from():
    rows = {row.decision_id: row for row in decision_rows(BOOK)}
    for finding in BOOK.findings:
        references = rows[f"finding.{finding.key}"].references
        held = [
            (drug.key, caution.source)
            for drug in BOOK.drugs
            for caution in drug.cautions
            if caution.finding == finding.key
        ]
        for key, source in held:
            assert f"{key}, " in references
            assert source is None or source.url is None or source.url in references
    assert "SOURCES" in shown("iga_deficiency_with_antibodies")


@pytest.mark.parametrize(
    ("id_", "decision"),
    [
        ("few-events", "certainty.few-events"),
        ("contested", "status.contested"),
        ("retracted", "pooling.retracted"),
        ("prism-three-losses-bleeding", "baseline.prism-three-losses-bleeding"),
        ("rpl", "aggregate.rpl"),
        ("yamada-2022", "study.yamada-2022"),
    ],
)
def test_a_rule_of_a_policy_a_study_and_what_follows_from_rules_are_shown_as_rows_too(id_, decision):
    assert f"Decision ID: {decision}" in shown(id_)


def test_every_policy_is_listed_and_shown():
    names = {one["id"] for one in json.loads(run("rules", "list", "--kind", "policy", "--format", "json").out)}
    assert names == set(type(BOOK.policy).model_fields)
    for name in sorted(names):
        assert f"policy '{name}'" in shown(name)


def test_the_table_can_be_printed_and_a_place_that_cannot_be_written_is_told(tmp_path):
    ran = run("rules", "export", "--dak", "-")
    assert ran.out.startswith("Decision ID,Business rule,")
    refused = run("rules", "export", "--dak", str(tmp_path / "nowhere" / "x.csv"))
    assert (refused.code, refused.out) == (2, "")
    assert "cannot be written: No such file or directory" in refused.err


def test_no_cell_is_a_formula_to_a_spreadsheet():
    assert _cell("=1+1") == "'=1+1"
    assert _cell("-2 levels") == "'-2 levels"
    for row in decision_rows(BOOK):
        for value in row.as_dict().values():
            assert not _cell(value).startswith(FORMULA)


# Schemas on the command line


def test_the_schema_of_one_kind_is_printed_whole_and_all_are_written(tmp_path):
    one = json.loads(run("schema", "rules", "--kind", "options").out)
    assert "Condition" in one["$defs"]
    ran = run("schema", "rules", "--out", str(tmp_path / "schemas"))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    shipped = data_folder("rules") / "schemas"
    for path in shipped.iterdir():
        assert (tmp_path / "schemas" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rules",), "name the kind of rule file with --kind (rulebook, "),
        (("rules", "--kind", "option"), "there is no kind of rule file 'option'; did you mean 'options'?"),
        (("facts", "--kind", "options"), "--kind and --out go with 'decidua schema rules', not with 'facts'"),
    ],
    ids=["no kind", "a misspelt kind", "a kind of something else"],
)
def test_a_schema_that_is_not_named_is_refused(words, said):
    ran = run("schema", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize("id_", ["aps", "scarpellini-2009", "progesterone", "rpl-asrm-2012", "eapen-2019"])
def test_sentences_of_a_record_stand_as_sentences_and_what_is_usual_is_not_said(id_):
    said = shown(id_)
    assert ".," not in said
    assert ".;" not in said
    assert "url exact yes" not in said
    assert "hard stop yes" not in said


def test_what_is_not_usual_of_a_record_is_said():
    assert "hard stop no" in shown("progesterone")
    assert "url exact no" in shown("progesterone")
    assert "isolates no" in shown("winger-reed-2008")
    assert "isolates yes" not in shown("eapen-2019")
