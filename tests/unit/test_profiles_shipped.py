"""The example women: each file loads, says in one sentence why she is here, and is listed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from decidua.profile.facts import draw_facts
from decidua.profile.interval import Interval
from decidua.profile.reading import load_profile

PROFILES = sorted(Path(__file__).parents[2].joinpath("profiles").glob("*"))
WOMEN = [path for path in PROFILES if path.suffix == ".yaml"]
a_woman = pytest.mark.parametrize("path", WOMEN, ids=lambda path: path.stem)


def facts_of(name):
    (path,) = [path for path in WOMEN if path.stem == name]
    return draw_facts(load_profile(path))


def test_there_are_women_and_a_list_of_them_and_nothing_else():
    assert len(WOMEN) >= 10
    assert [path.name for path in PROFILES if path not in WOMEN] == ["README.md"]


@a_woman
def test_a_woman_opens_with_a_sentence_and_says_why_she_is_here(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert re.fullmatch(r"# [A-Z].{20,}\.", first)
    profile = load_profile(path)
    assert profile.why is not None
    assert re.fullmatch(r"[A-Z].*\.", profile.why)


@a_woman
def test_a_woman_is_listed_with_a_sentence(path):
    listed = path.parent.joinpath("README.md").read_text(encoding="utf-8")
    assert re.search(rf"^- `{re.escape(path.name)}`: .+\.$", listed, re.MULTILINE)


@a_woman
def test_a_woman_has_no_name_and_no_day_of_birth(path):
    assert not re.search(r"(?i)\b(mrs|ms|born|dob|birth_?date|surname|insurance)\b", path.read_text(encoding="utf-8"))


def test_no_two_women_are_the_same():
    everything = [load_profile(path) for path in WOMEN]
    assert len(set(everything)) == len(everything)


def test_the_list_names_no_woman_who_is_not_there():
    listed = Path(WOMEN[0]).parent.joinpath("README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`([a-z0-9_]+\.yaml)`", listed)) == {path.name for path in WOMEN}


def test_nothing_is_known_of_the_empty_profile():
    assert dict(facts_of("empty").values) == {}


@pytest.mark.parametrize(
    ("woman", "known"),
    [
        (
            "rpl_four_losses",
            {"losses.total": 4, "losses.before_14_weeks": 4, "losses.euploid": 1, "losses.consecutive": 4},
        ),
        ("rpl_secondary", {"live_births.total": 1, "losses.consecutive": 3, "losses.since_last_live_birth": 3}),
        ("rpl_two_losses", {"losses.total": 2, "losses.clinical": 1, "losses.biochemical": 1}),
        (
            "four_losses_two_described",
            {"losses.total": 4, "losses.euploid": Interval(1, 4), "losses.from_14_weeks": Interval(0, 2)},
        ),
        (
            "rif_untested_embryos",
            {"transfers.failed": 3, "embryos.failed_good": 3, "transfers.cumulative_chance": Interval(0.6404, 1)},
        ),
        ("rif_three_euploid", {"transfers.failed_euploid_blastocyst": 3, "losses.biochemical": 1}),
        ("rif_over_40_donor", {"transfers.failed_consecutive": 4, "embryos.failed_good": 4}),
        ("antiphospholipid_syndrome", {"workup.antiphospholipid_positive_weeks_apart": Interval(19, None)}),
        ("antiphospholipid_once", {"workup.antiphospholipid": "positive", "workup.anticardiolipin": 46}),
        ("septate_uterus", {"losses.from_14_weeks": 1, "workup.uterine_finding": "septum"}),
        ("balanced_translocation", {"losses.unbalanced": 1}),
        ("raised_blood_nk", {"immune.nk_blood_percent": 18, "immune.nk_uterine_percent": None}),
        ("bleeding_now", {"pregnancy.bleeding": True, "pregnancy.ectopic": False}),
        ("bleeding_no_scan", {"pregnancy.bleeding": True, "pregnancy.ectopic": None}),
    ],
)
def test_what_the_list_says_of_a_woman_is_what_is_drawn_from_her_profile(woman, known):
    facts = facts_of(woman)
    assert {name: facts.get(name) for name in known} == known
