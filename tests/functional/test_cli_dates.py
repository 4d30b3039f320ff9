"""What the terminal tool says of two dates, of retracted work, and of a Retraction Watch export."""

from __future__ import annotations

import json

import jsonschema
import pytest
from tests.functional.running import PROFILES, columns_of, run, told, widest

FOUR_LOSSES = PROFILES["rpl_four_losses"]
HEADER = "RetractionDate,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature,Title\n"
ISMAIL = "11/5/2021 0:00,10.1080/14767058.2017.1286315,28114846,Retraction,Peri-conceptional\n"
PRISM = "1/2/2024 0:00,https://doi.org/10.1056/NEJMoa1813730,0,Expression of concern,Prism\n"


# decidua compare


def test_compare_tells_what_changed_and_the_source_in_every_format():
    for output in ("text", "markdown", "html"):
        ran = told("compare", FOUR_LOSSES, "--as-of", "2019-03", "--and", "2023", "--format", output)
        assert (ran.code, ran.err) == (0, "")
        text = " ".join(ran.out.split()).replace("\\", "")
        assert "What changed between 2019-03-31 and 2023-12-31" in text
        assert "eshre-rpl-2022" in text
        assert "Intravenous immunoglobulin" in text
        assert "RPL by ESHRE 2022" in text
        assert "Two losses suffice" in text


def test_the_story_comes_in_order_of_publication_with_the_change_under_its_source():
    out = told("compare", FOUR_LOSSES, "--as-of", "2019-03", "--and", "2023").out
    story = out[out.index("THE STORY") : out.index("CAME IN AND")]
    heads = [
        "2019-05: coomarasamy-2019",
        "2021-11-24: nice-ng126",
        "2022-06: yamada-2022",
        "2023-02-01: eshre-rpl-2022",
    ]
    places = [story.index(head) for head in heads]
    assert places == sorted(places)
    assert "Intravenous immunoglobulin: status research only -> consider" in story[places[-1] :]


def test_compare_as_json_holds_the_steps_and_their_sources():
    ran = told("compare", FOUR_LOSSES, "--as-of", "2019-03", "--and", "2023", "--format", "json")
    answer = json.loads(ran.out)
    assert (answer["earlier"], answer["later"]) == ("2019-03-31", "2023-12-31")
    changes = [change for step in answer["steps"] for change in step["changes"]]
    assert {"yamada-2022", "eshre-rpl-2022"} <= {id_ for change in changes for id_ in change["by"]}
    assert run("compare", FOUR_LOSSES, "--as-of", "2019-03", "--and", "2023", "--format", "json").out == ran.out


def test_without_a_second_date_what_bears_no_date_is_said_to_bear_none():
    out = " ".join(told("compare", FOUR_LOSSES, "--as-of", "2023").out.split())
    assert "what bears no date included" in out
    assert "when they came in is not known" in out
    assert "RPL by ACOG: not dated, so it counts on the later side only; holds for her: yes [rpl-acog]." in out
    assert "RPL by Japan 2025: came in; holds for her: yes [jp-rpl-2025]." in out
    dated = " ".join(told("compare", FOUR_LOSSES, "--as-of", "2019-03", "--and", "2023").out.split())
    assert "they count on neither of the two dates" in dated


def test_a_retraction_between_the_dates_is_said_to_work_backwards():
    out = " ".join(told("compare", FOUR_LOSSES, "--as-of", "2016-07", "--and", "2019-03").out.split())
    assert "A retraction works backwards" in out
    assert "ismail-2018: Ismail AM et al. 2017" in out


def test_two_dates_the_wrong_way_round_are_told_forward_and_it_is_said():
    out = told("compare", FOUR_LOSSES, "--as-of", "2019-03", "--and", "2016-07").out
    assert "What changed between 2016-07-31 and 2019-03-31" in out
    assert "the story is told forward in time" in " ".join(out.split())


def test_at_length_every_source_is_cited_and_ranks_are_given():
    brief = told("compare", FOUR_LOSSES, "--as-of", "2019-03", "--and", "2023").out
    full = told("compare", FOUR_LOSSES, "--as-of", "2019-03", "--and", "2023", "--all").out
    assert "rank 8 -> 1" in full
    assert "rank 8 -> 1" not in brief
    assert len(full) > len(brief)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--as-of", "2016", "--and", "2016-12-31"], "both dates are 2016-12-31; name two different ones"),
        (["--as-of", "yesterday"], "'yesterday' is no date; write 2016, 2016-07 or 2016-07-31"),
        (["--as-of", "2016", "--and", "2016-02-30"], "'2016-02-30' is no date"),
        (["--as-of", "2031"], "2031-12-31 is after the date of the evidence base"),
        ([], "--as-of"),
    ],
)
def test_dates_that_cannot_be_compared_are_refused_in_one_line(words, said):
    ran = run("compare", FOUR_LOSSES, *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_all_of_it_fits_eighty_columns_and_ascii():
    for words in (
        ("compare", FOUR_LOSSES, "--as-of", "2009-06", "--all"),
        ("assess", FOUR_LOSSES, "--with-retracted", "--all"),
    ):
        assert columns_of(widest(told(*words).out)) <= 80
        assert run(*words, encoding="ascii").code == 0


# decidua assess --with-retracted


def test_with_retracted_appends_what_would_differ_labelled_and_changes_nothing_above():
    plain, added = told("assess", FOUR_LOSSES).out, told("assess", FOUR_LOSSES, "--with-retracted").out
    above, _, below = added.partition("HAD RETRACTED AND QUESTIONED WORK COUNTED")
    assert plain.startswith(above)
    assert "Not to be relied upon" in below
    assert "ismail-2018 (retracted)" in below
    assert "RR 1.16 (0.82 to 1.62), randomised, badawy-2008" in " ".join(below.split())
    assert "scarpellini-2009 (concern)" in below


@pytest.mark.parametrize("output", ["markdown", "html"])
def test_with_retracted_is_in_every_format_that_people_read(output):
    out = told("assess", FOUR_LOSSES, "--with-retracted", "--format", output).out
    assert "Had retracted and questioned work counted" in out
    assert "Not to be relied upon" in out


def test_the_json_with_retracted_work_is_a_valid_assessment_and_null_where_not_asked():
    schema = json.loads(told("schema", "assessment").out)
    plain = json.loads(told("assess", FOUR_LOSSES, "--format", "json").out)
    added = json.loads(told("assess", FOUR_LOSSES, "--with-retracted", "--format", "json").out)
    for answer in (plain, added):
        jsonschema.validate(answer, schema)
    assert plain["with_retracted"] is None
    retracted = {one["id"] for one in added["with_retracted"]["works"] if one["integrity"] == "retracted"}
    assert retracted == {"badawy-2008", "ismail-2016", "ismail-2018"}
    assert {**added, "with_retracted": None} == plain


# decidua evidence check --retractions


@pytest.fixture
def export(tmp_path):
    def write(text):
        path = tmp_path / "retractions.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_a_notice_that_our_record_reflects_passes(export):
    ran = run("evidence", "check", "--retractions", export(HEADER + ISMAIL))
    assert (ran.code, ran.err) == (0, "")
    assert "ismail-2018 (study): Retraction, 2021-11-05" in ran.out
    assert "Neither a DOI nor a PMID was read of these" in ran.out


def test_a_notice_that_our_record_does_not_reflect_fails_the_check(export):
    ran = run("evidence", "check", "--retractions", export(HEADER + ISMAIL + PRISM))
    assert (ran.code, ran.err) == (1, "")
    assert "OUR RECORD MUST BE CHANGED" in ran.out
    assert "coomarasamy-2019" in ran.out


def test_the_check_is_given_in_every_format(export):
    path = export(HEADER + ISMAIL + PRISM)
    for output in ("markdown", "html"):
        assert "OUR RECORD MUST BE CHANGED" in run("evidence", "check", "--retractions", path, "--format", output).out
    answer = json.loads(run("evidence", "check", "--retractions", path, "--format", "json").out)
    assert [one["paper"]["id"] for one in answer["matches"]] == ["coomarasamy-2019", "ismail-2018"]
    assert not answer["holds"]
    assert answer["not_checked"]


def test_what_is_no_export_is_refused_with_the_columns_that_are_missing(export):
    ran = run("evidence", "check", "--retractions", export("DOI,PMID\n"))
    assert (ran.code, ran.out) == (2, "")
    assert "has no columns OriginalPaperDOI, OriginalPaperPubMedID, RetractionNature, RetractionDate" in ran.err


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    ran = run("evidence", "check", "--retractions", str(tmp_path / "none.csv"))
    assert (ran.code, ran.out) == (2, "")
    assert "cannot be read: No such file" in ran.err
