"""The four figures of the review that decidua grew from come out of it as of July 2016, and nothing later counts then.

Mekinian A et al. Am J Reprod Immunol 2016;76(1):8-28: progesterone, TNF antagonists, G-CSF and intralipid.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from scipy import stats

import decidua
from decidua.assessment.answers.result import Assessment, EffectAnswer, OptionAnswer, StudyAnswer
from decidua.assessment.evidence.effects import live_birth_lines, rate_strategy
from decidua.evidence.models import Arm, Outcome, Study
from decidua.profile.model import Profile
from decidua.report.study import study_bullets
from decidua.rulebook.folder import data_folder

REVIEW = "2016-07"
TODAY = None
FOUR_LOSSES = "rpl_four_losses"
FAILED_TRANSFERS = "rif_untested_embryos"
WOMEN = sorted(path.stem for path in data_folder("profiles").glob("*.yaml"))


def woman(name: str) -> Profile:
    return decidua.load_profile(data_folder("profiles") / f"{name}.yaml")


@cache
def answer(name: str = FOUR_LOSSES, as_of: str | None = REVIEW) -> Assessment:
    return decidua.assess(woman(name), as_of=as_of, engine="reference")


@cache
def as_json(name: str, as_of: str | None) -> dict[str, Any]:
    return answer(name, as_of).model_dump(mode="json")


def option(key: str, name: str = FOUR_LOSSES, as_of: str | None = REVIEW) -> OptionAnswer:
    (found,) = (one for one in answer(name, as_of).options if one.option == key)
    return found


def written(key: str, name: str = FOUR_LOSSES, as_of: str | None = REVIEW) -> dict[str, Any]:
    """The option as it stands in the JSON."""
    (found,) = (one for one in as_json(name, as_of)["options"] if one["option"] == key)
    return found


def study(shown: OptionAnswer, id_: str) -> StudyAnswer:
    (found,) = (one for one in shown.studies if one.id == id_)
    return found


def effect(shown: OptionAnswer, id_: str, outcome: str = "live_birth", **traits: Any) -> EffectAnswer:
    """The one line of an option that rests on one study alone."""
    (found,) = (
        one
        for one in shown.effects
        if one.study_ids == (id_,)
        and one.outcome == outcome
        and all(getattr(one, name) == value for name, value in traits.items())
    )
    return found


def parts(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every mapping and every text of an answer, with its place."""
    if isinstance(value, dict):
        yield at, value
        for key, part in value.items():
            yield from parts(part, f"{at}.{key}".strip("."))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from parts(part, at)
    elif isinstance(value, str):
        yield at, value


def figures_shown(shown: dict[str, Any]) -> set[str]:
    """Every "events/total" and every "percent %" that a part of the JSON shows, in its fields or its words."""
    found: set[str] = set()
    for _, part in parts(shown):
        if isinstance(part, str):
            found.update(re.findall(r"\b\d+/\d+\b", part))
            found.update(f"{float(number):g} %" for number in re.findall(r"\b(\d+(?:\.\d+)?) ?%", part))
            continue
        for arm in ("treated", "control"):
            events, total, percent = (part.get(f"{arm}_{name}") for name in ("events", "total", "percent"))
            if events is not None and total is not None:
                found.add(f"{events}/{total}")
            if percent is not None:
                found.add(f"{percent:g} %")
    return found


def fisher(treated: tuple[int, int], control: tuple[int, int]) -> float:
    return float(stats.fisher_exact([[treated[0], treated[1] - treated[0]], [control[0], control[1] - control[0]]])[1])


def corrected_chi_squared(treated: tuple[int, int], control: tuple[int, int]) -> float:
    table = [[treated[0], treated[1] - treated[0]], [control[0], control[1] - control[0]]]
    return float(stats.chi2_contingency(table, correction=True).pvalue)


# Progesterone: as printed, since the trials of the pool are not named ------------------------------------------------


def test_the_reviews_pool_of_progesterone_is_shown_as_printed():
    (review,) = (one for one in option("progestogens").syntheses if one.id == "mekinian-2016")
    (printed,) = review.as_printed
    for figure in ("live birth", "OR 1.38", "1.07 to 1.77", "P = 0.01", "I2 = 78 %"):
        assert figure in printed


def test_the_reviews_pool_of_progesterone_is_not_the_state_of_the_evidence_and_says_why():
    shown = option("progestogens")
    (review,) = (one for one in shown.syntheses if one.id == "mekinian-2016")
    assert (review.used, review.read) == (False, "abstract only")
    assert "trials are not identified" in (review.because or "")
    assert "mekinian-2016" not in {id_ for one in shown.effects for id_ in one.study_ids}


def test_in_july_2016_the_review_stands_beside_promise_whose_interval_holds_no_effect():
    promise = effect(option("progestogens"), "coomarasamy-2015", per="woman")
    assert (promise.value, promise.ci) == (pytest.approx(1.04, abs=0.005), pytest.approx((0.94, 1.15), abs=0.005))
    assert "262/398" in figures_shown(written("progestogens"))
    assert "271/428" in figures_shown(written("progestogens"))


def test_before_july_2016_the_review_is_not_shown():
    assert "mekinian-2016" not in {one.id for one in option("progestogens", as_of="2016-06").syntheses}


# TNF antagonists: 12/17 against 4/21 ----------------------------------------------------------------------------------


def test_the_tnf_figure_of_the_review_is_recomputed_and_its_printed_p_stands_beside():
    shown = study(option("tnf_antagonists"), "winger-reed-2008")
    counts = shown.counts or {}
    arms = [counts[name] for name in ("treated_events", "treated_total", "control_events", "control_total")]
    assert arms == [12, 17, 4, 21]
    assert (counts["treated_percent"], counts["control_percent"]) == (71, 19)
    assert "P = 0.0026" in (shown.printed or "")
    assert "Fisher P 0.0026" in (shown.recomputed or "")
    line = effect(option("tnf_antagonists"), "winger-reed-2008", isolates=False)
    assert line.fisher_p == pytest.approx(fisher((12, 17), (4, 21)), rel=1e-5)


def test_the_tnf_figure_of_the_review_is_said_to_add_two_treatments_at_once():
    line = effect(option("tnf_antagonists"), "winger-reed-2008", isolates=False)
    assert "two treatments at once" in line.label
    assert "IVIG" in line.sentence
    assert not line.randomised


def test_the_contrast_that_isolates_the_tnf_antagonist_is_recomputed_and_holds_no_effect():
    line = effect(option("tnf_antagonists"), "winger-reed-2008", isolates=True)
    assert line.women == 17 + 37
    assert line.value == pytest.approx((12 / 17) / (20 / 37), rel=1e-5)
    assert line.ci[0] < 1 < line.ci[1]
    assert line.fisher_p == pytest.approx(fisher((12, 17), (20, 37)), rel=1e-5)


@pytest.mark.parametrize("as_of", [REVIEW, TODAY])
def test_beside_12_of_17_against_4_of_21_stands_12_of_17_against_20_of_37(as_of):
    assert {"12/17", "4/21", "20/37"} <= figures_shown(written("tnf_antagonists", as_of=as_of))


def test_two_treatments_at_once_lend_the_tnf_antagonist_no_certainty_and_no_rank():
    shown = option("tnf_antagonists")
    line = effect(shown, "winger-reed-2008", isolates=False)
    assert line.per == "pregnancy"
    first = next(one for one in shown.effects if one.strategy == shown.leading_strategy)
    assert first.isolates
    assert (shown.status, shown.certainty) == ("research_only", "very_low")


# G-CSF: 29/35 against 16/33 -------------------------------------------------------------------------------------------


def test_the_g_csf_figure_of_the_review_shows_the_printed_p_and_both_recomputed_ones():
    shown = study(option("g_csf"), "scarpellini-2009")
    counts = shown.counts or {}
    arms = [counts[name] for name in ("treated_events", "treated_total", "control_events", "control_total")]
    assert (arms, counts["read"], counts["per"]) == ([29, 35, 16, 33], "printed", "woman")
    assert "P = 0.0061" in (shown.printed or "")
    assert "Fisher P 0.0044" in (shown.recomputed or "")
    assert "with correction 0.0062" in (shown.recomputed or "")


def test_the_recomputed_p_values_of_the_g_csf_figure_are_those_of_another_library():
    line = effect(option("g_csf"), "scarpellini-2009")
    assert line.fisher_p == pytest.approx(fisher((29, 35), (16, 33)), rel=1e-5)
    assert round(corrected_chi_squared((29, 35), (16, 33)), 4) == 0.0062
    assert round(fisher((29, 35), (16, 33)), 4) == 0.0044


def test_in_july_2016_the_g_csf_trial_stands_alone_and_its_concern_is_named():
    shown = option("g_csf")
    assert {one.study_ids for one in shown.effects if one.outcome == "live_birth"} == {("scarpellini-2009",)}
    line = effect(shown, "scarpellini-2009")
    assert "questioned" in line.label
    assert line.certainty == "very_low"
    assert study(shown, "scarpellini-2009").integrity == "concern"
    assert study(shown, "scarpellini-2009").integrity_notes


def test_today_the_unconfirmed_g_csf_result_stands_beside_the_trial_that_did_not_confirm_it():
    shown = option("g_csf", as_of=TODAY)
    assert {"29/35", "16/33", "45/76", "48/74"} <= figures_shown(written("g_csf", as_of=TODAY))
    small, large = effect(shown, "scarpellini-2009"), effect(shown, "eapen-2019")
    assert small.ci[0] > 1
    assert (large.value, large.ci) == (pytest.approx(0.91, abs=0.005), pytest.approx((0.71, 1.17), abs=0.005))
    assert large.fisher_p == pytest.approx(fisher((45, 76), (48, 74)), rel=1e-5)
    live_births = [one.study_ids for one in shown.effects if one.outcome == "live_birth" and one.per == "woman"]
    assert live_births == [("eapen-2019",), ("scarpellini-2009",)], "the sound trial leads and the two are not pooled"


# Intralipid: 52 % pregnant, 91 % of them ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [FOUR_LOSSES, FAILED_TRANSFERS])
def test_the_intralipid_series_of_the_review_is_shown_as_one_arm_without_a_control(name):
    shown = study(option("intralipid", name), "coulam-acacio-2012")
    assert (shown.counts or {})["arms"] == "one arm, no control"
    assert shown.recomputed is None
    assert shown.read == "read in another source only"


@pytest.mark.parametrize("name", [FOUR_LOSSES, FAILED_TRANSFERS])
def test_the_intralipid_series_shows_its_91_percent_as_printed(name):
    counts = study(option("intralipid", name), "coulam-acacio-2012").counts or {}
    assert (counts["treated_percent"], counts["treated_events"], counts["treated_total"]) == (91, None, None)
    assert (counts["outcome"], counts["label"]) == ("ongoing_or_live_birth", "ongoing pregnancy or live birth")


@pytest.mark.parametrize("name", [FOUR_LOSSES, FAILED_TRANSFERS])
def test_the_intralipid_series_shows_its_52_percent_pregnancies(name):
    (series,) = (one for one in written("intralipid", name)["studies"] if one["id"] == "coulam-acacio-2012")
    assert figures_shown(series) & {"104/200", "52 %"}


@pytest.mark.parametrize("name", [FOUR_LOSSES, FAILED_TRANSFERS])
def test_the_intralipid_series_is_told_with_both_its_shares(name):
    option = next(one for one in answer(name).options if one.option == "intralipid")
    (told,) = (one for one in study_bullets(option, full=True) if one.label == "coulam-acacio-2012")
    text = " ".join((told.text, *told.details))
    assert "clinical pregnancy: 104/200 (52 %) (denominator not stated), derived, one arm without control" in text
    assert "ongoing pregnancy or live birth: 91 % (denominator not stated), one arm without control" in text


@pytest.mark.parametrize(
    ("name", "as_of"), [*((name, REVIEW) for name in WOMEN), (FOUR_LOSSES, TODAY), (FAILED_TRANSFERS, TODAY)]
)
def test_no_share_of_the_intralipid_series_is_a_rate_per_woman_or_an_effect(name, as_of):
    shown = written("intralipid", name, as_of)
    assert "coulam-acacio-2012" not in {id_ for one in shown["effects"] for id_ in one["study_ids"]}
    for _, part in parts(shown):
        if isinstance(part, str):
            assert not re.search(r"91 % (of|per) wom[ae]n", part)
        elif part.get("treated_percent") == 91:
            assert (part["outcome"], part["per"]) == ("ongoing_or_live_birth", "not_stated")
        elif part.get("treated_total") == 200:
            assert (part["outcome"], part["per"], part["read"]) == ("clinical_pregnancy", "not_stated", "derived")


# As of July 2016 nothing later counts ---------------------------------------------------------------------------------


def later_than_the_review() -> set[str]:
    """Ids of all that was published after July 2016, or at a time that was not read."""
    book = decidua.load_rulebook()
    records = (*book.studies, *book.syntheses, *book.guidelines)
    later = {one.id for one in records if one.published is None or one.published[:7] > REVIEW}
    return later | {one.id for one in book.positions if one.guideline in later}


def test_the_later_trials_and_guidelines_are_there_to_be_left_out():
    later = later_than_the_review()
    assert {
        "eapen-2019",
        "yamada-2022",
        "coomarasamy-2019",
        "eshre-rpl-2017",
        "eshre-rpl-2022",
        "rcog-gtg17-2023",
    } <= later
    assert "scarpellini-2009" not in later
    assert "eapen-2019" in {one.id for one in option("g_csf", as_of=TODAY).studies}
    assert "yamada-2022" in {one.id for one in option("ivig", as_of=TODAY).studies}


@pytest.mark.parametrize("name", WOMEN)
def test_no_study_synthesis_or_guideline_after_july_2016_counts_then(name):
    later = later_than_the_review()
    for one in answer(name).options:
        drawn_on = {
            *(shown.id for shown in one.studies),
            *(shown.id for shown in one.syntheses),
            *(shown.id for shown in one.sources),
            *(shown.guideline for shown in one.positions),
            *(shown.source for shown in one.harms),
            *(id_ for shown in one.effects for id_ in shown.study_ids),
        }
        assert drawn_on & later == set()
    assert not {id_ for cause in answer(name).causes for id_ in cause.sources} & later
    assert (answer(name).evidence.newest or "") <= "2016-07-31"


@pytest.mark.parametrize("name", WOMEN)
def test_no_strategy_that_began_after_july_2016_is_weighed_then(name):
    """Of options that had a way by then; where an option had none, its later ways stand in without any evidence."""
    book = decidua.load_rulebook()
    began = {one.id: one.valid.since for one in book.strategies}
    new = {key for key, one in book.option.items() if all((began[way.id] or "9999") > REVIEW for way in one.strategies)}
    assert new == {"pbmc", "prp"}
    weighed = {strategy.id for one in answer(name).options if one.option not in new for strategy in one.strategies}
    assert weighed
    assert not any(one.effects or one.studies or one.positions for one in answer(name).options if one.option in new)
    assert {id_: began[id_] for id_ in weighed if (began[id_] or "9999") > "2016-07-31"} == {}


def test_the_definitions_are_those_of_that_date():
    then = {one.id: one for one in answer().definitions}
    now = {one.id for one in answer(as_of=TODAY).definitions}
    assert {"rpl-rcog-2011", "rpl-asrm-2012"} <= set(then)
    assert not set(then) & {"rpl-rcog-2023", "rpl-eshre-2022", "rif-eshre-2023", "rif-lugano-2022"}
    assert {"rpl-rcog-2023", "rpl-eshre-2022", "rif-eshre-2023"} <= now
    assert "rpl-rcog-2011" not in now
    assert not any(one.stands_in for one in then.values())


def test_a_panel_of_a_later_date_only_stands_in_where_none_of_that_date_was_read_and_is_named_as_doing_so():
    since = {one.id: one.valid.since or "9999" for one in decidua.load_rulebook().panels}
    shown = answer().unexplained
    assert shown
    assert {one.panel for one in shown if since[one.panel] > REVIEW} == {one.panel for one in shown if one.stands_in}


LATER_YEAR = re.compile(r"\b(?:201[7-9]|202\d)\b")
MAY_LOOK_BACK = {
    "unexplained.title": "a panel that stands in is named as doing so",
    "options.cautions.source": "safety does not wait",
    "options.cautions.text": "safety does not wait",
    "options.studies.integrity_notes": "a concern works backwards",
    "options.sources.url": "an address",
    "causes.sources": "an address",
}


@pytest.mark.parametrize(
    "place", ["options", "subsets.says", "causes.usual_care", "definitions", "not_read", "without_treatment"]
)
def test_no_sentence_of_july_2016_names_a_later_year(place):
    named = {
        (at, text)
        for name in WOMEN
        for at, text in parts(as_json(name, REVIEW))
        if isinstance(text, str) and at.startswith(place) and at not in MAY_LOOK_BACK and LATER_YEAR.search(text)
    }
    assert sorted(named) == []


# Retracted: shown as that, and moves nothing on any date --------------------------------------------------------------

DATES = ("2016-07", "2017-02", "2017-12", "2019-12", "2022", TODAY)


def without_study(id_: str) -> decidua.Rulebook:
    book = decidua.load_rulebook()
    return dataclasses.replace(book, studies=tuple(one for one in book.studies if one.id != id_))


def moved(result: Assessment) -> Any:
    """All that a study can move: order, statuses, certainties, effects, harms and every reason given for them.

    The words that say that a retracted study was left out are no such reason.
    """
    kept = result.model_dump(mode="json")
    for name in ("rulebook", "evidence"):
        del kept[name]
    for one in kept["options"]:
        del one["studies"], one["sources"]
        for effect in one["effects"]:
            del effect["retracted_left_out"]
            effect["steps"] = [step for step in effect["steps"] if step["rule"] != "retracted-left-out"]
    return kept


def test_that_a_retracted_trial_was_left_out_is_said_and_costs_no_level():
    lines = [line for line in option("progestogens", as_of=TODAY).effects if line.retracted_left_out]
    assert {line.strategy for line in lines} == {"progesterone-luteal"}
    assert {line.retracted_left_out for line in lines} == {("ismail-2018",)}
    steps = [step for line in lines for step in line.steps if step.rule == "retracted-left-out"]
    assert [step.levels for step in steps] == [0] * len(lines)


@cache
def without_ismail() -> decidua.Rulebook:
    return without_study("ismail-2018")


def as_if(status: str) -> decidua.Rulebook:
    """The rulebook as if ismail-2018 had printed an enormous effect, with this mark on its integrity."""
    result = Outcome.model_validate(
        {
            "outcome": "live_birth",
            "per": "woman",
            "treated": Arm(events=340, total=350),
            "control": Arm(events=100, total=350),
            "counts": "printed",
        }
    )

    def change(one: Study) -> Study:
        integrity = one.integrity.model_copy(update={"status": status})
        return one.model_copy(update={"outcomes": (result,), "pooled": True, "integrity": integrity})

    book = decidua.load_rulebook()
    studies = tuple(change(one) if one.id == "ismail-2018" else one for one in book.studies)
    return dataclasses.replace(book, studies=studies)


@pytest.mark.parametrize("as_of", ["2017-12", "2019-12", TODAY])
def test_a_retracted_trial_is_shown_as_retracted(as_of):
    shown = study(option("progestogens", as_of=as_of), "ismail-2018")
    assert shown.integrity == "retracted"
    assert any("Retracted" in note for note in shown.integrity_notes)


@pytest.mark.parametrize("as_of", DATES)
@pytest.mark.parametrize("name", [FOUR_LOSSES, "rpl_secondary", "bleeding_now", "empty"])
def test_taking_the_retracted_trial_out_of_the_rulebook_moves_nothing_on_any_date(name, as_of):
    without = decidua.assess(woman(name), as_of=as_of, rulebook=without_ismail(), engine="reference")
    assert moved(without) == moved(answer(name, as_of))


@pytest.mark.parametrize("as_of", ["2017-12", "2019-12", TODAY])
def test_an_enormous_effect_of_a_retracted_trial_would_move_nothing_either(as_of):
    retracted = decidua.assess(woman(FOUR_LOSSES), as_of=as_of, rulebook=as_if("retracted"), engine="reference")
    assert moved(retracted) == moved(answer(FOUR_LOSSES, as_of))


def test_the_same_enormous_effect_unretracted_would_have_moved_a_great_deal():
    sound = decidua.assess(woman(FOUR_LOSSES), rulebook=as_if("none_known"), engine="reference")
    assert moved(sound) != moved(answer(FOUR_LOSSES, TODAY))
    assert "ismail-2018" in {id_ for one in sound.options for line in one.effects for id_ in line.study_ids}


def test_a_synthesis_that_holds_the_retracted_trial_is_not_the_state_of_the_evidence():
    book = decidua.load_rulebook()
    for id_ in ("haas-cochrane-2018", "rasmark-roepke-2018"):
        assert not book.synthesis[id_].used
        assert "ismail-2018" in (book.synthesis[id_].not_used_because or "")


@pytest.mark.parametrize("status", ["concern", "expression_of_concern"])
@pytest.mark.parametrize("name", [FOUR_LOSSES, "empty"])
def test_an_enormous_effect_of_a_questioned_trial_stands_in_a_line_of_its_own_and_moves_no_status_and_no_rank(
    name, status
):
    questioned = decidua.assess(woman(name), rulebook=as_if(status), engine="reference")
    ranked = [(one.option, one.status, one.rank) for one in questioned.options]
    assert ranked == [(one.option, one.status, one.rank) for one in answer(name, None).options]
    (progestogens,) = (one for one in questioned.options if one.option == "progestogens")
    lines = [line for line in progestogens.effects if "ismail-2018" in line.study_ids]
    assert lines
    assert all("questioned" in line.label for line in lines)


def test_no_status_and_no_rank_rests_on_a_line_with_a_questioned_study():
    view = decidua.load_rulebook().at()
    rated = [line for strategy in view.book.strategies for line in rate_strategy(view, strategy)]
    assert any(one.line.questioned and one.line.outcome == "live_birth" for one in rated)
    assert not any(one.line.questioned for one in live_birth_lines(rated))
    ranks = {one.option: one.rank for one in answer("empty", None).options}
    assert ranks["ivig"] < ranks["tnf_antagonists"]  # which only a questioned trial would put first
