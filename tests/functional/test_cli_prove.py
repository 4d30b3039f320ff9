"""``decidua rules prove`` as a person meets it: what holds, what does not, and where z3 is missing."""

from __future__ import annotations

import json
import resource
import shutil
from pathlib import Path

import pytest
import yaml
from tests.functional.running import columns_of, run, run_apart, widest, without_colour

import decidua
from decidua.cli.exits import BAD_INPUT, NOT_HELD
from decidua.condition.reference import evaluate
from decidua.profile.facts import draw_facts
from decidua.proving.proofs import PROPERTIES
from decidua.rulebook.folder import data_folder
from decidua.truth import YES, Verdict

QUICK = ("--property", "superseded-gives-way", "--property", "groups-exclude")
TWO_MINUTES = 120


@pytest.fixture(scope="module")
def overlapping(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped rules, with two subsets called exclusive that are not."""
    folder = tmp_path_factory.mktemp("rules") / "rules"
    shutil.copytree(data_folder("rules"), folder)
    path = folder / "subsets" / "subsets.yaml"
    text = path.read_text(encoding="utf-8")
    changed = text.replace("exclusive: [number_of_losses]", "exclusive: [live_births]", 1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    return folder


def test_the_shipped_rulebook_is_proved_within_two_minutes():
    """Measured in seconds of the processor, so that a busy machine does not decide it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = run_apart("rules", "prove")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (ran.returncode, ran.stdout.decode().count("holds")) == (0, len(PROPERTIES)), ran.stdout.decode()
    assert after.ru_utime - before.ru_utime < TWO_MINUTES


def test_what_was_proved_reads_well_in_80_columns_and_progress_goes_to_standard_error():
    ran = run("rules", "prove", *QUICK)
    assert ran.code == 0
    text = without_colour(ran.out)
    assert text.startswith("Proofs of rulebook")
    assert "groups-exclude: holds" in text
    assert text.rstrip().endswith("2 of 2 properties hold.")
    assert columns_of(widest(text)) <= 80
    assert [line.split(":")[0] for line in ran.err.splitlines()[1:]] == [
        "1/2 groups-exclude",
        "2/2 superseded-gives-way",
    ]


def test_json_names_every_property_and_is_the_same_every_time():
    ran = run("rules", "prove", *QUICK, "--format", "json")
    data = json.loads(ran.out)
    assert [(one["property"], one["verdict"]) for one in data["properties"]] == [
        ("groups-exclude", "holds"),
        ("superseded-gives-way", "holds"),
    ]
    assert data["rulebook"]["sha256"] == decidua.load_rulebook().sha256
    assert run("rules", "prove", *QUICK, "--format", "json").out == ran.out


def verdict_of(rules: Path, rule: str, profile: str) -> Verdict:
    view = decidua.load_rulebook(rules).at()
    facts = draw_facts(decidua.load_profile(profile))

    def verdict(id_: str) -> Verdict:
        return evaluate(view.rules[id_].condition, facts, verdict).verdict

    return verdict(rule)


def test_a_property_that_does_not_hold_is_told_with_a_profile_file_that_shows_it(overlapping, tmp_path):
    call = ("rules", "prove", "--property", "groups-exclude", "--rules", str(overlapping))
    ran = run(*call, "--format", "json", "--out", str(tmp_path / "found"))
    assert ran.code == NOT_HELD
    (proof,) = json.loads(ran.out)["properties"]
    assert proof["verdict"] == "fails"
    assert {one["about"] for one in proof["counterexamples"]} == {"primary_rpl and refractory_rpl"} | {
        "secondary_rpl and refractory_rpl"
    }
    for one in proof["counterexamples"]:
        (path,) = one["files"]
        assert all(verdict_of(overlapping, rule, path) is YES for rule in one["about"].split(" and "))
        assert {**yaml.safe_load(Path(path).read_text()), "why": None} == {**one["profiles"][0], "why": None}
    said = run(*call)
    assert said.code == NOT_HELD
    assert "groups-exclude: does not hold" in said.out
    assert "The reference engine confirms it: both are YES." in " ".join(said.out.split())
    assert "--out DIR" in said.out
    assert columns_of(widest(without_colour(said.out))) <= 80


def test_an_unknown_property_is_refused_with_the_nearest_one():
    ran = run("rules", "prove", "--property", "groups-exclud")
    assert (ran.code, ran.out) == (BAD_INPUT, "")
    assert "did you mean 'groups-exclude'?" in ran.err


def test_a_folder_that_cannot_be_written_to_is_refused_before_anything_is_proved(overlapping, tmp_path):
    (tmp_path / "taken").write_text("a file")
    call = ("rules", "prove", "--property", "groups-exclude", "--rules", str(overlapping))
    ran = run(*call, "--out", str(tmp_path / "taken"))
    assert (ran.code, ran.out) == (BAD_INPUT, "")
    assert ran.err == f"decidua: a counterexample could not be written to {tmp_path / 'taken'}: File exists\n"


def test_without_z3_the_message_says_how_to_install_it(tmp_path):
    (tmp_path / "z3.py").write_text("raise ModuleNotFoundError('No module named z3')\n")
    ran = run_apart("rules", "prove", PYTHONPATH=f"{Path(decidua.__file__).parents[1]}:{tmp_path}", PYTHONSAFEPATH="1")
    assert (ran.returncode, ran.stdout) == (BAD_INPUT, b"")
    assert ran.stderr.decode().strip().endswith("install it with: pip install 'decidua[prove]'")
