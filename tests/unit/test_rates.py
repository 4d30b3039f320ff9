"""A clinic's own table of rates: what it may say, which transfers it covers, and what the chances make together.

Every rate here is invented.
"""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import decidua
from decidua.assessment.verdicts import Verdicts
from decidua.condition.reference import compare
from decidua.condition.syntax import Atom
from decidua.profile.facts import draw_facts
from decidua.profile.history import Transfers
from decidua.profile.interval import Interval
from decidua.profile.rates import Rates, apply_rates
from decidua.profile.transfer_counts import bound_transfers, cumulative_chance
from decidua.truth import NO, UNKNOWN, YES

ROW = {"oocyte_age": {"below": 35}, "embryos": 1, "stage": "blastocyst", "ploidy": "untested", "chance": 0.4}
BLASTOCYST = {"stage": "blastocyst", "quality": "good", "ploidy": "untested"}
FAILED = {"outcome": "negative_hcg", "oocyte_age": 33, "oocytes": "own", "kind": "frozen", "embryos": [BLASTOCYST]}


def table(*rows):
    head = {"clinic": "Invented clinic", "date": "2026-01-31", "source": "invented"}
    return Rates.model_validate({**head, "rates": list(rows) or [ROW]})


def her(*singles, **counts):
    transfers = {"singles": [{"order": at, **one} for at, one in enumerate(singles, 1)], **counts}
    return decidua.Profile.model_validate({"transfers": transfers})


def chance(profile, rates=None):
    return draw_facts(profile, rates).get("transfers.cumulative_chance")


# Reading a table

YAML = """\
clinic: Invented clinic
date: 2026-01-31
source: invented
rates:
  - {oocyte_age: {below: 35}, embryos: 1, stage: blastocyst, ploidy: untested, chance: 0.4}
"""
FAULTS = {
    "a chance in percent": ("chance: 0.4", "chance: 40", "line 5: rates.1.chance: '40' is not possible; it must be at"),
    "an unknown property": ("chance: 0.4", "chance: 0.4, grade: 4AA", "line 5: rates.1.grade: there is no such field"),
    "an unknown stage": ("blastocyst", "day5", "line 5: rates.1.stage: 'day5' is not one of cleavage, morula, blast"),
    "no number of embryos": ("embryos: 1, ", "", "line 5: rates.1.embryos: is required here; add it"),
    "no ages": ("{below: 35}", "{}", "line 5: rates.1.oocyte_age: names no age; give 'at_least', 'below' or both"),
    "ages turned round": ("{below: 35}", "{at_least: 38, below: 35}", "rates.1.oocyte_age.below: is 35, not above"),
    "no date": ("date: 2026-01-31\n", "", "date: is required here; add it"),
    "a date that is none": ("2026-01-31", "January", "line 2: date: 'January' is not a date (YYYY-MM-DD)"),
    "no clinic": ("clinic: Invented clinic\n", "", "clinic: is required here; add it"),
    "no rows": ("rates:\n" + YAML.splitlines()[4], "rates: []", "rates: is empty; it must hold at least 1"),
    "a list": (YAML, "- 1", "is a list; a table of rates is a mapping with 'clinic', 'date', 'source' and 'rates'"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_in_a_table_is_told_with_file_line_and_field(what, tmp_path):
    old, new, said = FAULTS[what]
    file = tmp_path / "rates.yaml"
    file.write_text(YAML.replace(old, new))
    with pytest.raises(decidua.RatesError) as refused:
        decidua.load_rates(file)
    assert len(refused.value.faults) == 1
    assert str(refused.value).startswith(str(file))
    assert said in str(refused.value)


def test_a_table_is_read_from_yaml_and_its_digest_does_not_depend_on_the_order_of_its_keys(tmp_path):
    file = tmp_path / "rates.yaml"
    file.write_text(YAML)
    turned = tmp_path / "turned.yaml"
    turned.write_text("\n".join(reversed(YAML.splitlines()[:3])) + "\n" + "\n".join(YAML.splitlines()[3:]))
    assert decidua.load_rates(file) == table()
    assert decidua.load_rates(turned).sha256 == table().sha256
    assert table({**ROW, "chance": 0.41}).sha256 != table().sha256


@pytest.mark.parametrize(
    ("other", "apart"),
    [
        ({}, False),
        ({"chance": 0.1}, False),
        ({"oocyte_age": {"at_least": 34, "below": 40}}, False),
        ({"oocyte_age": {"at_least": 35, "below": 40}}, True),
        ({"oocyte_age": {"at_least": 30}}, False),
        ({"embryos": 2}, True),
        ({"stage": "cleavage"}, True),
        ({"ploidy": "euploid"}, True),
        ({"quality": "good"}, False),
        ({"oocytes": "donor"}, False),
    ],
)
def test_two_rows_that_could_hold_for_one_transfer_are_refused(other, apart):
    if apart:
        assert len(table(ROW, {**ROW, **other}).rates) == 2
        return
    with pytest.raises(ValueError, match="could hold for the same transfer as row 1"):
        table(ROW, {**ROW, **other})


def test_rows_of_two_qualities_tell_transfers_apart():
    assert len(table({**ROW, "quality": "good"}, {**ROW, "quality": "fair"}).rates) == 2


# Which transfers a table covers


@pytest.mark.parametrize(
    ("single", "origin", "why"),
    [
        ({}, "table", None),
        ({"predicted_chance": 0.2}, "given", None),
        ({"oocyte_age": 35}, "not_covered", "no row of the table holds for it"),
        ({"oocyte_age": 34.9}, "table", None),
        ({"embryos": [BLASTOCYST, BLASTOCYST]}, "not_covered", "no row of the table holds for it"),
        ({"embryos": [{"stage": "blastocyst"}]}, "not_covered", "not known: the ploidy"),
        ({"oocyte_age": None}, "not_covered", "not known: the age at retrieval"),
        ({"outcome": None}, "table", None),
    ],
)
def test_a_transfer_keeps_its_own_chance_else_takes_that_of_its_row_else_stays_unknown(single, origin, why):
    told = {name: value for name, value in {**FAILED, **single}.items() if value is not None}
    _, used = apply_rates(her(told).transfers, table())
    (found,) = used.transfers
    assert (found.origin, found.why) == (origin, why)
    assert found.chance == {"table": 0.4, "given": 0.2, "not_covered": None}[origin]


def test_each_embryo_must_be_what_the_row_says():
    row = {**ROW, "embryos": 2, "quality": "good"}
    pair = {**FAILED, "embryos": [BLASTOCYST, {**BLASTOCYST, "quality": "fair"}]}
    assert apply_rates(her(pair).transfers, table(row))[1].transfers[0].origin == "not_covered"
    assert apply_rates(her({**FAILED, "embryos": [BLASTOCYST] * 2}).transfers, table(row))[1].transfers[0].row == 1


def test_a_transfer_that_did_not_fail_is_not_looked_up():
    _, used = apply_rates(her({**FAILED, "outcome": "live_birth"}, FAILED).transfers, table())
    assert [one.transfer for one in used.transfers] == [2]


def test_with_the_table_every_engine_sees_the_chance_and_without_it_nobody_does():
    three = her(FAILED, FAILED, {**FAILED, "oocyte_age": 36}, complete=True)
    view = decidua.load_rulebook().at()
    assert chance(three) is None
    assert chance(three, table()) == Interval(0.64, 1)
    for engine in ("reference", "auto"):
        assert Verdicts(view, draw_facts(three, table()), engine).verdict("rif-eshre-2023") is YES
        assert Verdicts(view, draw_facts(three), engine).verdict("rif-eshre-2023") is UNKNOWN


def test_the_answer_names_the_table_and_what_it_did_not_cover():
    three = her(FAILED, {**FAILED, "predicted_chance": 0.3}, {**FAILED, "oocyte_age": 36}, complete=True)
    result = decidua.assess(three, rates=table(), engine="reference")
    assert result.rates is not None
    assert (result.rates.clinic, result.rates.date) == ("Invented clinic", "2026-01-31")
    assert result.rates.sha256 == table().sha256
    assert [one.origin for one in result.rates.transfers] == ["table", "given", "not_covered"]
    assert "1 of her failed transfers; 1 not covered by it stay unknown" in result.who[-1]
    assert result.profile == decidua.assess(three, engine="reference").profile
    assert decidua.assess(three, engine="reference").rates is None


def test_without_a_table_the_answer_says_of_which_transfers_the_chance_is_given():
    two = her({**FAILED, "predicted_chance": 0.3}, FAILED, {**FAILED, "outcome": "live_birth"}, complete=True)
    found = decidua.assess(two, engine="reference").cumulative_chance
    assert (found.low, found.high) == (0.3, 1)
    assert [(one.transfer, one.chance, one.origin) for one in found.transfers] == [
        (1, 0.3, "given"),
        (2, None, "not_given"),
    ]
    assert decidua.assess(her(complete=True), engine="reference").cumulative_chance is None
    assert decidua.assess(two, rates=table(), engine="reference").cumulative_chance.high == pytest.approx(0.58)


# The cumulative chance


@pytest.mark.parametrize(
    ("chances", "verdict"),
    [
        ((0.5, 0.2), NO),  # 0.6 itself
        ((0.2, 0.5), NO),
        ((0.2, 0.2, 0.375), NO),  # 0.6 in three
        ((0.6,), NO),
        ((0.601,), YES),
        ((0.5, 0.2, 0.001), YES),
        ((0.4, 0.4), YES),
        ((0.61, None), YES),
        ((0.6, None), UNKNOWN),
        ((0.1, None), UNKNOWN),
        ((None,), UNKNOWN),
        ((0.59, 0.0), NO),
        ((), NO),
    ],
)
def test_the_rule_is_met_above_60_percent_and_unknown_only_where_an_unknown_chance_decides(chances, verdict):
    singles = [{"outcome": "negative_hcg"} | ({} if p is None else {"predicted_chance": p}) for p in chances]
    facts = draw_facts(her(*singles, complete=True))
    assert Verdicts(decidua.load_rulebook().at(), facts, "reference").verdict("rif-eshre-2023") is verdict


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"complete": True}, Interval(0.3, 0.3)),
        ({}, Interval(0.3, 1)),  # another may have failed
        ({"total": 3, "failed": 1}, Interval(0.3, 0.3)),  # two more are not described, but only one failed
        ({"total": 3, "failed": 3}, Interval(0.3, 1)),
        ({"total": 1}, Interval(0.3, 0.3)),
    ],
)
def test_transfers_that_are_not_described_open_the_upper_end_only_where_one_may_have_failed(counts, expected):
    found = cumulative_chance(her({"outcome": "negative_hcg", "predicted_chance": 0.3}, **counts).transfers)
    assert found == expected


def test_a_transfer_of_unknown_outcome_that_must_have_failed_by_the_count_enters_the_lower_end():
    open_outcome = {"predicted_chance": 0.4}
    three = her({"outcome": "negative_hcg", "predicted_chance": 0.4}, open_outcome, total=2, failed=2)
    assert cumulative_chance(three.transfers) == Interval(0.64, 0.64)


single = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from([None, "negative_hcg", "biochemical_loss", "live_birth"]),
        "predicted_chance": st.sampled_from([None, 0.0, 0.1, 0.25, 0.4, 0.5, 0.6]),
    }
)


def possible(singles, undescribed, failed):
    """Every cumulative chance that the outcomes and chances not told leave possible, at its ends."""
    found = []
    open_outcomes = [one["outcome"] is None for one in singles]
    for fates in product(*[(True, False) if is_open else (None,) for is_open in open_outcomes]):
        fell = [
            one
            for one, fate in zip(singles, fates, strict=True)
            if fate or (fate is None and one["outcome"] in ("negative_hcg", "biochemical_loss"))
        ]
        for more in range(undescribed + 1):
            if failed is not None and len(fell) + more != failed:
                continue
            chances = [one["predicted_chance"] for one in fell] + [None] * more
            for unknown in (0.0, 1.0):
                missed = 1.0
                for one in chances:
                    missed *= 1 - (unknown if one is None else one)
                found.append(1 - missed)
    return found


@given(st.lists(single, max_size=4), st.integers(0, 2), st.one_of(st.none(), st.integers(0, 5)))
@settings(max_examples=300)
def test_the_bounds_are_those_of_every_history_that_was_possible_and_unknown_is_said_only_where_it_decides(
    singles, undescribed, failed
):
    ends = possible(singles, undescribed, failed)
    assume(ends)
    told = [{name: value for name, value in one.items() if value is not None} for one in singles]
    counts = {"total": len(singles) + undescribed} | ({} if failed is None else {"failed": failed})
    transfers = Transfers.model_validate({"singles": told, **counts})
    assume(not any(interval.empty for interval in bound_transfers(transfers).values()))
    found = cumulative_chance(transfers)
    assert found.low == pytest.approx(min(ends), abs=1e-9)
    assert found.high == pytest.approx(max(ends), abs=1e-9)
    verdict = compare(found, Atom("transfers.cumulative_chance", ">", 0.6))
    above = [round(one, 9) > 0.6 for one in ends]
    assert verdict is (YES if all(above) else UNKNOWN if any(above) else NO)
