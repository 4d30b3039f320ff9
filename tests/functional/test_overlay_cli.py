"""The terminal tool with local overlays: what the reports name, where records come from, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from tests.functional.running import PROFILES, run, surroundings, told

EXAMPLE = str(Path(__file__).parents[1] / "overlays" / "invented_clinic")
FOUR_LOSSES = PROFILES["rpl_four_losses"]
WITH = ("--rules", EXAMPLE)


def words_of(text):
    return " ".join(text.split())


@pytest.mark.parametrize("output", ["text", "markdown", "html"])
def test_every_report_names_the_overlay_at_its_head_and_what_it_changed(output):
    ran = told("assess", FOUR_LOSSES, *WITH, "--all", "--format", output)
    assert (ran.code, ran.err) == (0, "")
    said = words_of(ran.out.replace("\\", "").replace("&#x27;", "'"))
    head = said[: said.lower().index("who she is")]
    for part in (
        "invented-clinic 1",
        "there is no such clinic and no such policy",
        "Adds the document invented-clinic-policy and the position invented-clinic-policy--g_csf.",
        "Adds to the drug filgrastim.",
        "Puts its own in place of the strategy g_csf-rpl-intrauterine (invented; the clinic has its own words for it).",
        "the line on latex_allergy in the safety record of filgrastim was taken away by this overlay. Its reason: invent",
        "status research only without it, advised against with it",
    ):
        assert part in head
    assert said.count("[from overlay invented-clinic]") == 3
    assert "No longer looked at: Latex allergy: taken out of the safety record of filgrastim by the overlay" in (
        said.replace("*", "").replace("<strong>", "").replace("</strong>", "")
    )
    assert "[from overlay" not in head


def test_without_an_overlay_no_report_speaks_of_one():
    ran = told("assess", FOUR_LOSSES, "--all")
    assert "overlay" not in ran.out.lower()
    result = json.loads(told("assess", FOUR_LOSSES, "--format", "json").out)
    assert (result["overlays"], result["changed_by_overlays"]) == ([], [])


def test_an_overlay_that_changes_nothing_says_so(tmp_path):
    (tmp_path / "rulebook.yaml").write_text("overlay: true\nname: none\nversion: '1'\nwhy: a test\n", encoding="utf-8")
    ran = run("assess", FOUR_LOSSES, "--rules", str(tmp_path))
    assert "It changes nothing in the rulebook." in words_of(ran.out)
    assert "For her: no option's status, rank or certainty is other" in words_of(ran.out)
    assert run("rules", "check", str(tmp_path)).out.endswith("It changes nothing in the rulebook.\n")


def test_the_json_holds_the_overlay_and_what_it_changed_for_her():
    result = json.loads(told("assess", FOUR_LOSSES, *WITH, "--format", "json").out)
    jsonschema.validate(result, json.loads(told("schema", "assessment").out))
    (overlay,) = result["overlays"]
    assert (overlay["name"], overlay["version"], len(overlay["sha256"])) == ("invented-clinic", "1", 64)
    assert [one["id"] for one in overlay["removed"]] == ["filgrastim/latex_allergy"]
    assert {"option": "g_csf", "name": "G-CSF", "what": "status", "was": "research_only", "now": "advised_against"} in (
        result["changed_by_overlays"]
    )


def test_the_explanation_names_the_overlay():
    ran = told("explain", FOUR_LOSSES, "g_csf", *WITH)
    assert "With the local overlay invented-clinic 1: Invented for decidua's own tests" in words_of(ran.out)
    assert "overlay" not in told("explain", FOUR_LOSSES, "g_csf").out


def test_the_list_of_rules_tells_where_each_record_comes_from():
    entries = json.loads(told("rules", "list", *WITH, "--format", "json").out)
    brought = {one["id"]: (one["overlay"], one["file"]) for one in entries if one["overlay"]}
    assert brought == {
        "invented-clinic-policy": ("invented-clinic", f"{EXAMPLE}/evidence/guidelines.yaml"),
        "invented-clinic-policy--g_csf": ("invented-clinic", f"{EXAMPLE}/evidence/guidelines.yaml"),
        "g_csf-rpl-intrauterine": ("invented-clinic", f"{EXAMPLE}/options/g_csf.yaml"),
    }
    homes = {(one["kind"], one["id"]): one["file"] for one in entries}
    assert homes["drug", "filgrastim"] == "cautions/drugs/filgrastim.yaml"
    assert homes["drug", "ivig"] == "cautions/drugs/ivig.yaml"
    assert homes["option", "g_csf"] == "options/g_csf.yaml"
    text = words_of(told("rules", "list", *WITH, "--format", "markdown").out)
    assert text.count("from overlay invented-clinic") == 3


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        ("invented-clinic-policy", "Brought by the overlay invented-clinic."),
        ("g_csf-rpl-intrauterine", "Put in place of the record below by the overlay invented-clinic: invented; the"),
        ("filgrastim", "Extended by the overlay invented-clinic."),
        ("filgrastim", "The overlay invented-clinic took away 'latex_allergy': invented; the clinic's syringes"),
        ("g_csf-rpl", "The record itself is the rulebook's own."),
    ],
)
def test_one_record_is_shown_with_where_it_comes_from(id_, said):
    assert said in words_of(told("rules", "show", id_, *WITH).out)


def test_a_sound_overlay_is_told_with_what_it_changes():
    ran = run("rules", "check", EXAMPLE)
    assert (ran.code, ran.err) == (0, "")
    first, *rest = ran.lines
    assert first.startswith("Rulebook 0.1.0 is sound: ")
    assert rest[0].startswith("Overlay invented-clinic 1 lies over it: ")
    assert run("rules", "check", *WITH).out == ran.out


def test_a_faulty_overlay_is_refused_with_file_and_line(tmp_path):
    head = "overlay: true\nname: mine\nversion: '1'\nwhy: x\noverrides: [nothing-there]\n"
    (tmp_path / "rulebook.yaml").write_text(head, encoding="utf-8")
    place = f"{tmp_path}/rulebook.yaml, line 5: overrides.1: 'nothing-there' is no record of the rulebook below"
    ran = run("rules", "check", str(tmp_path))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"{place} [R501]\n1 fault.\n"
    ran = run("assess", FOUR_LOSSES, "--rules", str(tmp_path))
    assert (ran.code, ran.out, ran.err) == (2, "", f"decidua: {place}\n")


def test_overlays_are_given_one_after_another(tmp_path):
    head = "overlay: true\nname: second\nversion: '1'\nwhy: x\n"
    removes = "removes: [{id: invented-clinic-policy--g_csf, why: a test}]\n"
    (tmp_path / "rulebook.yaml").write_text(head + removes, encoding="utf-8")
    ran = run("assess", FOUR_LOSSES, *WITH, "--rules", str(tmp_path), "--format", "json")
    result = json.loads(ran.out)
    assert [one["name"] for one in result["overlays"]] == ["invented-clinic", "second"]
    assert not [one for one in result["changed_by_overlays"] if one["option"] == "g_csf"]
    assert run("rules", "check", str(tmp_path), *WITH).code == 0
    refused = run("rules", "check", str(tmp_path))
    assert refused.code == 1
    assert "'invented-clinic-policy--g_csf' is no record of the rulebook below" in refused.err


def test_what_only_overlays_need_is_imported_only_then():
    asked = (
        "import sys, decidua\n"
        f"decidua.assess(decidua.load_profile({FOUR_LOSSES!r}), rulebook=decidua.load_rulebook(*sys.argv[1:]))\n"
        "print(sorted(name for name in sys.modules if name.startswith('decidua') and name.endswith('overlays')))"
    )
    for given, expected in (((), "[]"), ((EXAMPLE,), "['decidua.assessment.options.overlays']")):
        call = [sys.executable, "-c", asked, *given]
        ran = subprocess.run(call, capture_output=True, text=True, check=True, env=surroundings())
        assert ran.stdout.strip() == expected
