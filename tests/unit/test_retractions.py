"""A Retraction Watch export read offline: what is matched, what it means for our record, and what was not checked."""

from __future__ import annotations

import csv
import io

import pytest

import decidua
from decidua.errors import EvidenceError
from decidua.evidence.retractions import Paper, check_retractions, normal_doi, normal_pmid, papers_of

COLUMNS = [
    "Record ID",
    "Title",
    "Journal",
    "RetractionDate",
    "RetractionDOI",
    "RetractionPubMedID",
    "OriginalPaperDOI",
    "OriginalPaperPubMedID",
    "RetractionNature",
    "Reason",
]
SOUND = Paper("sound", "study", "10.1000/abc", "111", "none_known")
GONE = Paper("gone", "study", "10.1000/gone", "222", "retracted")
DOUBTED = Paper("doubted", "synthesis", None, "333", "concern")
WARNED = Paper("warned", "study", "10.1000/warned", None, "expression_of_concern")
BLANK = Paper("blank", "study", None, None, "none_known")
DOCUMENT = Paper("document", "document", "10.1000/doc", None, None)
PAPERS = [SOUND, GONE, DOUBTED, WARNED, BLANK, DOCUMENT]


def row(doi="", pmid="0", nature="Retraction", date="2/27/2022 0:00", title="A title", **more):
    cells = {
        "Record ID": "1",
        "Title": title,
        "RetractionDate": date,
        "OriginalPaperDOI": doi,
        "OriginalPaperPubMedID": pmid,
        "RetractionNature": nature,
        "Reason": "+Unreliable Data;",
        **more,
    }
    return [cells.get(name, "") for name in COLUMNS]


def export(*rows, header=COLUMNS):
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue()


@pytest.fixture
def check(tmp_path):
    def run(text, papers=PAPERS, encoding="utf-8"):
        path = tmp_path / "export.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return check_retractions(path, papers)

    return run


def found(result):
    return [(one.paper.id, one.by, one.verdict) for one in result.matches]


# Keys


@pytest.mark.parametrize(
    "text",
    [
        "10.1000/ABC",
        "https://doi.org/10.1000/abc",
        "http://dx.doi.org/10.1000/Abc",
        "doi: 10.1000/abc",
        " 10.1000/abc. ",
    ],
)
def test_a_doi_is_the_same_in_any_case_and_with_any_address_before_it(text):
    assert normal_doi(text) == "10.1000/abc"


@pytest.mark.parametrize("text", ["", None, "unavailable", "Unavailable", "10.1000", "https://doi.org/", "0"])
def test_what_is_no_doi_matches_nothing(text):
    assert normal_doi(text) is None


@pytest.mark.parametrize(
    ("text", "pmid"),
    [
        ("123", "123"),
        (" 0123 ", "123"),
        ("123.0", "123"),
        ("0", None),
        ("", None),
        (None, None),
        ("n/a", None),
        ("00", None),
    ],
)
def test_a_pmid_of_nought_or_nothing_is_none(text, pmid):
    assert normal_pmid(text) == pmid


# Matching


def test_a_paper_is_found_by_doi_first_and_by_pmid_where_the_doi_does_not_match(check):
    result = check(
        export(row(pmid="333"), row(doi="HTTPS://DOI.ORG/10.1000/ABC", pmid="0"), row(doi="10.9/else", pmid="999"))
    )
    assert found(result) == [("sound", "doi", "must_change"), ("doubted", "pmid", "must_change")]
    assert not result.holds
    assert result.rows == 3


def test_a_notice_is_given_with_its_nature_date_reason_and_line(check):
    notice = check(export(row("10.1000/gone", RetractionDOI="10.1/N", RetractionPubMedID="77"))).matches[0].notice
    assert (notice.line, notice.nature, notice.date) == (2, "Retraction", "2022-02-27")
    assert (notice.title, notice.reason) == ("A title", "Unreliable Data")
    assert (notice.notice_doi, notice.notice_pmid) == ("10.1/n", "77")


def test_papers_without_a_key_are_not_checked_and_blank_keys_match_nothing(check):
    result = check(export(row(doi="", pmid="0"), row(doi="unavailable", pmid="")))
    assert result.matches == ()
    assert result.not_checked == (BLANK,)
    assert result.checked == 5
    assert result.holds


def test_a_key_that_differs_from_ours_is_pointed_out(check):
    by_doi, by_pmid = check(export(row("10.1000/abc", "999"), row("10.9/x", "222"))).matches
    assert by_doi.differs == "the file gives PMID 999, our record 111"
    assert by_pmid.differs == "the file gives DOI 10.9/x, our record 10.1000/gone"


def test_a_row_whose_doi_and_pmid_are_of_two_papers_of_ours_is_given_for_both(check):
    assert found(check(export(row("10.1000/gone", "111")))) == [
        ("gone", "doi", "reflected"),
        ("sound", "pmid", "must_change"),
    ]


def test_a_paper_that_our_record_calls_retracted_and_the_file_does_not_name_is_listed(check):
    assert check(export(row("10.1000/abc"))).not_in_file == (GONE,)
    assert check(export(row("10.1000/gone"))).not_in_file == ()


# What it means for our record


@pytest.mark.parametrize(
    ("doi", "pmid", "nature", "verdict"),
    [
        ("10.1000/abc", "0", "Retraction", "must_change"),
        ("10.1000/gone", "0", "Retraction", "reflected"),
        ("10.1000/warned", "0", "Retraction", "must_change"),
        ("10.1000/abc", "0", "Expression of concern", "must_change"),
        ("", "333", "Expression of Concern", "must_change"),
        ("10.1000/warned", "0", "Expression of concern", "reflected"),
        ("10.1000/gone", "0", "Expression of concern", "reflected"),
        ("10.1000/abc", "0", "Correction", "look"),
        ("10.1000/abc", "0", "Reinstatement", "reflected"),
        ("10.1000/gone", "0", "Reinstatement", "must_change"),
        ("10.1000/abc", "0", "Something new", "look"),
        ("10.1000/abc", "0", "", "look"),
        ("10.1000/doc", "0", "Retraction", "look"),
    ],
)
def test_each_nature_is_held_against_what_our_record_says(check, doi, pmid, nature, verdict):
    result = check(export(row(doi, pmid, nature)))
    assert [one.verdict for one in result.matches] == [verdict]
    assert result.holds == (verdict != "must_change")


def test_a_later_reinstatement_takes_a_retraction_back(check):
    rows = [row("10.1000/abc", nature="Retraction", date="1/1/2020"), row("10.1000/abc", nature="Reinstatement")]
    assert {one.verdict for one in check(export(*rows)).matches} == {"reflected"}
    ours = [row("10.1000/gone", nature="Retraction", date="1/1/2020"), row("10.1000/gone", nature="Reinstatement")]
    assert [one.verdict for one in check(export(*ours)).matches] == ["reflected", "must_change"]


def test_a_retraction_after_a_reinstatement_stands(check):
    rows = [row("10.1000/abc", nature="Reinstatement", date="1/1/2020"), row("10.1000/abc", nature="Retraction")]
    assert [one.verdict for one in check(export(*rows)).matches] == ["reflected", "must_change"]
    ours = [row("10.1000/gone", nature="Reinstatement", date="1/1/2020"), row("10.1000/gone", nature="Retraction")]
    assert {one.verdict for one in check(export(*ours)).matches} == {"reflected"}


@pytest.mark.parametrize("date", ["", "2/27/2022 0:00"], ids=["no date", "the same day"])
def test_where_dates_do_not_tell_which_notice_is_the_last_a_retraction_stands(check, date):
    rows = [row("10.1000/abc", nature="Reinstatement", date=date), row("10.1000/abc", nature="Retraction")]
    assert "must_change" in {one.verdict for one in check(export(*rows)).matches}
    ours = [row("10.1000/gone", nature="Reinstatement", date=date), row("10.1000/gone", nature="Retraction")]
    assert {one.verdict for one in check(export(*ours)).matches} == {"look", "reflected"}


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("2/27/2022 0:00", "2022-02-27"),
        ("12/01/2020", "2020-12-01"),
        ("2020-12-01", "2020-12-01"),
        ("27/2/2022", None),
        ("soon", None),
        ("", None),
    ],
)
def test_dates_are_read_month_first_or_as_iso_and_never_guessed(check, printed, read):
    notice = check(export(row("10.1000/abc", date=printed))).matches[0].notice
    assert (notice.date, notice.date_as_printed) == (read, printed)


# The file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_any_of_the_encodings_is_read(check, encoding):
    result = check(export(row("10.1000/abc", title="Pr\u00e9eclampsie \u00e0 r\u00e9p\u00e9tition")), encoding=encoding)
    assert result.matches[0].notice.title == "Pr\u00e9eclampsie \u00e0 r\u00e9p\u00e9tition"
    assert result.encoding == ("latin-1" if encoding == "latin-1" else "utf-8")


def test_a_sign_of_latin_1_far_into_a_long_file_starts_the_reading_anew(check):
    rows = [row(f"10.9/{at}") for at in range(20_000)]
    result = check(export(*rows, row("10.1000/abc", title="\u00e9")), encoding="latin-1")
    assert (result.rows, result.encoding, len(result.matches)) == (20_001, "latin-1", 1)


def test_rows_that_do_not_fit_the_header_are_counted_with_their_lines_and_never_read_by_column(check):
    short, long = row("10.1000/abc")[:-1], [*row("10.9/other"), "more"]
    result = check(export(row("10.9/x", title="two\nlines"), short, long, row("10.1000/gone")))
    assert [(one.line, one.cells, one.names) for one in result.ragged] == [(4, 9, ("sound",)), (5, 11, ())]
    assert found(result) == [("gone", "doi", "reflected")]
    assert not result.holds
    assert result.rows == 4


def test_a_ragged_row_that_names_none_of_ours_does_not_fail_the_check(check):
    assert check(export(["only"])).holds


def test_blank_lines_are_no_rows(check):
    assert check(export(row("10.1000/gone")) + "\r\n\r\n").rows == 1


@pytest.mark.parametrize("name", ["OriginalPaperDOI", "OriginalPaperPubMedID", "RetractionNature", "RetractionDate"])
def test_a_missing_column_is_named(check, name):
    header = [one for one in COLUMNS if one != name]
    with pytest.raises(EvidenceError, match=rf"line 1: has no column {name}; it needs the columns of a Retraction"):
        check(export(header=header))


def test_all_missing_columns_are_named_at_once(check):
    with pytest.raises(
        EvidenceError, match="has no columns OriginalPaperDOI, OriginalPaperPubMedID, RetractionNature, R"
    ):
        check("a;b;c\n")


def test_columns_that_are_only_shown_may_be_missing_and_the_case_of_a_name_does_not_matter(check):
    header = ["originalpaperdoi", " OriginalPaperPubMedID ", "RetractionNature", "RETRACTIONDATE"]
    notice = check(export(["10.1000/abc", "0", "Retraction", ""], header=header)).matches[0].notice
    assert (notice.title, notice.reason, notice.notice_doi) == ("", "", None)


def test_what_is_no_export_is_refused(check, tmp_path):
    with pytest.raises(EvidenceError, match="is empty"):
        check("")
    with pytest.raises(EvidenceError, match="has no columns"):
        check(export(row("10.1000/abc")).encode("utf-16"))
    with pytest.raises(EvidenceError, match="is no CSV from here on"):
        check(export() + '"' + "x" * 200_000)
    with pytest.raises(EvidenceError, match="cannot be read: No such file"):
        check_retractions(tmp_path / "none.csv", PAPERS)
    with pytest.raises(EvidenceError, match="cannot be read: Is a directory"):
        check_retractions(tmp_path, PAPERS)


def test_a_file_with_a_header_alone_says_that_nothing_was_found_and_what_was_not_checked(check):
    result = check(export())
    assert (result.rows, result.matches, result.not_checked, result.holds) == (0, (), (BLANK,), True)


# The shipped records


def test_every_study_synthesis_and_document_is_either_looked_up_or_listed_as_not_checked(check):
    book = decidua.load_rulebook()
    papers = papers_of(book.studies, book.syntheses, book.guidelines)
    result = check(export(), papers)
    assert len(papers) == len(book.studies) + len(book.syntheses) + len(book.guidelines)
    assert result.checked + len(result.not_checked) == len(papers)
    assert "badawy-2008" in {one.id for one in result.not_checked}


def test_the_retracted_trial_of_the_shipped_rulebook_is_found_and_reflected(check):
    book = decidua.load_rulebook()
    papers = papers_of(book.studies, book.syntheses, book.guidelines)
    result = check(export(row("https://doi.org/10.1080/14767058.2017.1286315", "28114846")), papers)
    assert found(result) == [("ismail-2018", "doi", "reflected")]
    assert result.holds


def test_a_document_is_found_by_the_doi_or_the_pmid_in_its_citation():
    guideline = decidua.load_rulebook().guidelines[0]
    cited = guideline.model_copy(update={"citation": "A journal, doi 10.1000/XYZ. PMID: 0042"})
    assert papers_of([], [], [cited]) == [Paper(guideline.id, "document", "10.1000/xyz", "42", None)]
