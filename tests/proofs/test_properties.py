"""Every property holds for a small rulebook, and is found broken where one thing in it is made wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.proofs.books import condition, small, with_rows, with_rule, with_strategies

import decidua
from decidua.assessment.evidence.positions import judge_position
from decidua.assessment.verdicts import Verdicts
from decidua.condition.syntax import Known, Not
from decidua.engines.formulas import Number, Pair
from decidua.engines.proof import Translator
from decidua.profile.facts import Facts
from decidua.proving.proofs import PROPERTIES, Proof, prove, wanted
from decidua.report.proofs import write_profiles
from decidua.rulebook.book import DatedRulebook, Rulebook
from decidua.rulebook.models import Validity
from decidua.rulebook.policy import StatusRow


def proof_of(name: str, book: Rulebook) -> Proof:
    (proof,) = prove(book, wanted([name]))
    return proof


@pytest.mark.parametrize("name", [one.name for one in PROPERTIES])
def test_the_property_holds_for_a_sound_rulebook(name):
    proof = proof_of(name, small())
    assert proof.counterexamples == ()
    assert proof.verdict == "holds"


def rows_with(row: str, **changes: object) -> Rulebook:
    rows = small().policy.status.rows
    assert any(one.id == row for one in rows)
    return with_rows(small(), tuple(one.model_copy(update=changes) if one.id == row else one for one in rows))


def a_contraindication_that_is_only_research() -> Rulebook:
    return rows_with("contraindicated", status="research_only")


def no_safety_record_and_yet_to_consider() -> Rulebook:
    return rows_with("no-safety-record", status="consider")


def offered_where_asthma_is_not_known() -> Rulebook:
    return with_strategies(small(), "g_csf", when=Not(Known("condition.asthma")))


def a_table_with_a_gap() -> Rulebook:
    return with_rows(small(), tuple(one for one in small().policy.status.rows if one.id != "research"))


def a_table_whose_rows_overlap() -> Rulebook:
    return rows_with("outside", when=condition("described = yes"))


def a_subset_for_nobody() -> Rulebook:
    return with_rule(
        small(), "subsets", "two_losses_only", when=condition({"all": ["losses.total >= 4", "losses.total <= 2"]})
    )


def a_subset_for_everybody() -> Rulebook:
    return with_rule(small(), "subsets", "two_losses_only", when=condition({"any": ["age < 40", "age >= 40"]}))


def four_losses_and_no_live_birth_called_exclusive() -> Rulebook:
    return with_rule(small(), "subsets", "refractory_rpl", exclusive=("live_births",))


def a_subset_of_women_whose_tsh_is_not_known() -> Rulebook:
    return with_rule(small(), "subsets", "two_losses_only", when=Not(Known("workup.tsh")))


def an_option_for_women_who_cannot_be() -> Rulebook:
    impossible = condition({"all": ["condition.lupus = yes", "condition.autoimmune_disease = no"]})
    return with_strategies(small(), "g_csf", when=impossible)


def a_row_that_nothing_meets() -> Rulebook:
    row = small().policy.status.rows[0]
    never = condition({"all": ["described = yes", "described = no"]})
    extra = StatusRow(id="never", status=row.status, when=never, says="Never.")
    return with_rows(small(), (*small().policy.status.rows, extra))


def a_superseded_definition_that_goes_on() -> Rulebook:
    return with_rule(small(), "definitions", "rpl-rcog-2011", valid=Validity(since="2011-04"))


BROKEN: tuple[tuple[str, Callable[[], Rulebook], str], ...] = (
    ("contraindications-win", a_contraindication_that_is_only_research, "g_csf"),
    ("no-record-no-offer", no_safety_record_and_yet_to_consider, "prp"),
    ("silence-offers-nothing", offered_where_asthma_is_not_known, "g_csf"),
    ("one-row", a_table_with_a_gap, ""),
    ("one-row", a_table_whose_rows_overlap, ""),
    ("rules-can-hold", a_subset_for_nobody, "two_losses_only"),
    ("rules-can-fail", a_subset_for_everybody, "two_losses_only"),
    ("groups-exclude", four_losses_and_no_live_birth_called_exclusive, "refractory_rpl"),
    ("learning-keeps-verdicts", a_subset_of_women_whose_tsh_is_not_known, "two_losses_only"),
    ("statuses-reachable", an_option_for_women_who_cannot_be, "g_csf"),
    ("statuses-reachable", a_row_that_nothing_meets, "never"),
    ("superseded-gives-way", a_superseded_definition_that_goes_on, "rpl-rcog-2011"),
)


def test_every_property_is_broken_somewhere():
    assert {name for name, *_ in BROKEN} == {one.name for one in PROPERTIES}


LONG = (offered_where_asthma_is_not_known, a_table_with_a_gap)  # they reach nothing that the others do not


@pytest.mark.parametrize(
    ("name", "broken", "about"),
    [pytest.param(*one, id=one[1].__name__, marks=[pytest.mark.slow] if one[1] in LONG else []) for one in BROKEN],
)
def test_a_broken_rulebook_yields_a_woman_whom_the_reference_engine_confirms(name, broken, about, tmp_path):
    proof = proof_of(name, broken())
    assert proof.verdict == "fails"
    assert [one for one in proof.counterexamples if about in one.about]
    written = write_profiles(tmp_path, [proof])
    for at, one in enumerate(proof.counterexamples):
        assert one.confirmed, one
        files = written[name, at]
        assert len(files) == len(one.profiles) == (2 if name == "learning-keeps-verdicts" else 1)
        for path in files:
            assert decidua.load_profile(path).why.startswith(f"Counterexample to '{name}'")


def test_a_document_that_alone_says_what_it_supersedes_ends_the_positions_of_the_other():
    book = small()
    old = next(one for one in book.guidelines if one.id == "eshre-rpl-2022")
    newer = old.model_copy(update={"id": "newer", "supersedes": (old.id,), "superseded_by": (), "published": "2025-01"})
    book = replace(book, guidelines=(*book.guidelines, newer))
    held = {one.id for one in book.positions if one.guideline == old.id}
    nobody = [Verdicts(book.at(day), Facts({}), "reference") for day in ("2024-06-01", "2025-06-01")]
    moving = [{one.id for one in book.positions if judge_position(by, one).moves} for by in nobody]
    assert held <= moving[0]
    assert not held & moving[1]
    proof = proof_of("superseded-gives-way", book)
    assert "rpl-eshre-2022" in {one.about for one in proof.counterexamples}
    assert not {f"position:{id_}" for id_ in held} & {one.about for one in proof.counterexamples}


def test_positions_of_a_superseded_document_are_found_where_the_engine_would_let_them_count(monkeypatch):
    """Which document supersedes which is read from the records, not from the engine that is to be held to them."""
    monkeypatch.setattr(DatedRulebook, "superseded", lambda _self, _guideline: None)
    book = decidua.load_rulebook()
    proof = proof_of("superseded-gives-way", replace(book))
    assert proof.verdict == "fails"
    assert all(one.about.startswith("position:") for one in proof.counterexamples)


def test_the_woman_found_is_told_with_no_more_than_is_needed(tmp_path: Path):
    proof = proof_of("contraindications-win", a_contraindication_that_is_only_research())
    one = next(one for one in proof.counterexamples if one.about.startswith("g_csf"))
    (document,) = one.profiles
    told = sum(len(held) if isinstance(held, dict) else 1 for held in document.values())
    assert told <= 8


def test_a_fault_of_the_translation_is_told_from_a_fault_of_the_rulebook(monkeypatch):
    """Where the translation says that an exact count is met by any count, the reference engine does not agree."""
    right = Translator._equals

    def wrong(self: Translator, known: object, literal: object) -> Pair:
        pair = right(self, known, literal)  # type: ignore[arg-type]
        return Pair(known.given, pair.no) if isinstance(known, Number) else pair

    monkeypatch.setattr(Translator, "_equals", wrong)
    proof = proof_of("groups-exclude", small())
    assert proof.verdict == "fault"
    assert all(one.profiles and not one.confirmed for one in proof.counterexamples)
    assert "refractory_rpl and two_losses_only" in {one.about for one in proof.counterexamples}
