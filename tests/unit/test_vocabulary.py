"""The vocabulary and the JSON Schema of a profile: each fact can be told, is named once and explains itself."""

from __future__ import annotations

import json
import re

import pytest
from pydantic import ValidationError

from decidua.profile.facts import draw_facts
from decidua.profile.interval import Interval
from decidua.profile.investigations import Measurement
from decidua.profile.model import Profile
from decidua.profile.vocabulary import DERIVED, direct_facts, vocabulary

VOCABULARY = vocabulary()
DIRECT = [(path, fact) for path, fact, _ in direct_facts()]
MEASURED = {fact.name for _, fact in DIRECT if fact.kind == "number" and fact.name.startswith(("workup.", "immune."))}


def profile_with(path, value):
    section = {path[-1]: value}
    for name in reversed(path[:-1]):
        section = {name: section}
    return Profile.model_validate(section)


def told(fact, value):
    return {"value": value, "unit": fact.unit} if fact.name in MEASURED else value


def values_of(fact):
    if fact.kind == "choice":
        return list(fact.choices)
    if fact.kind == "yes_no":
        return [True, False]
    return [fact.minimum, fact.maximum]


# Every fact can be told


@pytest.mark.parametrize(("path", "fact"), DIRECT, ids=[fact.name for _, fact in DIRECT])
def test_a_fact_read_from_a_field_takes_every_value_it_has_and_no_other(path, fact):
    for value in values_of(fact):
        whole = int(value) if fact.kind == "integer" else value
        assert draw_facts(profile_with(path, told(fact, whole))).get(fact.name) == value
    beyond = "no such choice" if fact.kind in ("choice", "yes_no") else fact.maximum + 1
    with pytest.raises(ValidationError):
        profile_with(path, told(fact, beyond))


FULL = Profile.model_validate(
    {
        "pregnancies": {
            "complete": True,
            "singles": [
                {
                    "order": 1,
                    "outcome": "miscarriage",
                    "weeks": 11,
                    "conceived": "art",
                    "partner": "current",
                    "karyotype": "euploid",
                    "fetus_normal": True,
                },
                {"order": 2, "outcome": "live_birth", "weeks": 33, "placental_disease": True},
            ],
        },
        "transfers": {
            "complete": True,
            "singles": [
                {
                    "order": 1,
                    "outcome": "negative_hcg",
                    "predicted_chance": 0.4,
                    "with_immunomodulation": True,
                    "embryos": [{"stage": "blastocyst", "quality": "good", "ploidy": "euploid"}],
                },
            ],
        },
        "investigations": {
            "antiphospholipid": [
                {
                    "date": date,
                    "result": "positive",
                    "lupus_anticoagulant": "positive",
                    "anticardiolipin": {"value": 50, "unit": "GPL"},
                    "anti_beta2gpi": {"value": 99, "unit": "percentile"},
                }
                for date in ("2024-01-01", "2024-06-01")
            ]
        },
    }
)


AT_LEAST = "workup.antiphospholipid_positive_weeks_apart"
"""Never exact: a later test can be further away from the first."""


def test_positive_tests_lie_at_least_so_far_apart():
    apart = draw_facts(FULL).get(AT_LEAST)
    assert (apart.low, apart.high) == (pytest.approx(152 / 7, abs=1), None)


@pytest.mark.parametrize("fact", [one for one in DERIVED if one.name != AT_LEAST], ids=lambda fact: fact.name)
def test_a_fact_that_is_worked_out_is_known_of_a_woman_who_is_fully_described(fact):
    value = draw_facts(FULL).get(fact.name)
    assert value is not None
    assert not isinstance(value, Interval)
    if fact.kind == "choice":
        assert value in fact.choices
    else:
        assert type(value) is int if fact.kind == "integer" else isinstance(value, float)
        assert fact.minimum <= value <= fact.maximum


# Every fact is named once and explains itself


def test_every_name_and_every_label_is_used_once():
    everything = [*(fact for _, fact in DIRECT), *DERIVED]
    assert len(VOCABULARY) == len(everything) == len({fact.label for fact in everything})
    assert all(name == fact.name for name, fact in VOCABULARY.items())


@pytest.mark.parametrize("fact", VOCABULARY.values(), ids=VOCABULARY.keys())
def test_a_fact_has_a_name_a_label_and_a_place_in_the_profile(fact):
    assert re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?", fact.name)
    assert fact.label.strip() == fact.label != ""
    assert fact.label[0].isupper() or fact.label[0].isdigit()
    model = Profile
    for step in fact.read_from.split("."):
        assert step in model.model_fields
        model = model.model_fields[step].annotation


@pytest.mark.parametrize("fact", VOCABULARY.values(), ids=VOCABULARY.keys())
def test_a_fact_says_what_its_values_may_be(fact):
    assert fact.kind in ("integer", "number", "yes_no", "choice", "date")
    assert bool(fact.choices) == (fact.kind == "choice")
    assert len(set(fact.choices)) == len(fact.choices)
    if fact.kind in ("integer", "number"):
        assert fact.minimum < fact.maximum
    else:
        assert fact.minimum is fact.maximum is None


def test_every_number_has_a_unit_except_a_chance_between_0_and_1():
    assert {fact.name for fact in VOCABULARY.values() if fact.kind == "number" and not fact.unit} == {
        "transfers.cumulative_chance"
    }
    assert not {fact.name for fact in VOCABULARY.values() if fact.kind != "number" and fact.unit}


def test_what_no_test_can_supply_any_more_is_the_karyotype_of_a_past_loss():
    assert {fact.name for fact in VOCABULARY.values() if not fact.obtainable} == {
        "losses.euploid",
        "losses.aneuploid",
        "losses.unbalanced",
    }


def test_a_ratio_is_named_by_what_it_divides():
    ratios = {name for name, fact in VOCABULARY.items() if fact.unit == "ratio"}
    assert ratios
    assert all(re.fullmatch(r"immune\.[a-z0-9]+_[a-z0-9]+_ratio", name) for name in ratios)


# The JSON Schema, for editors and other software

SCHEMA = Profile.model_json_schema()
KEYWORDS = {
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "default",
    "description",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minLength",
    "minimum",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
}
TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}


def nodes(schema, where="profile"):
    yield where, schema
    for keyword, value in schema.items():
        if keyword in ("properties", "$defs"):
            for name, inner in value.items():
                yield from nodes(inner, f"{where}.{name}")
        elif keyword == "anyOf":
            for inner in value:
                yield from nodes(inner, where)
        elif keyword == "items":
            yield from nodes(value, f"{where}[]")


NODES = list(nodes(SCHEMA))


def test_the_schema_uses_keywords_of_json_schema_only_and_says_so_where_it_adds_its_own():
    assert len(NODES) > 250
    for where, node in NODES:
        assert node.keys() - {"x-decidua"} <= KEYWORDS, where
        assert node.get("type", "null") in TYPES, where
        assert any(keyword in node for keyword in ("type", "anyOf", "$ref", "enum")), where


def test_every_reference_of_the_schema_leads_somewhere():
    references = {node["$ref"] for _, node in NODES if "$ref" in node}
    assert references
    assert references <= {f"#/$defs/{name}" for name in SCHEMA["$defs"]}


def test_every_property_of_the_schema_is_described():
    properties = [
        (f"{where}.{name}", inner) for where, node in NODES for name, inner in node.get("properties", {}).items()
    ]
    assert len(properties) > 250
    assert not [where for where, inner in properties if not inner.get("description", "").strip().endswith(".")]


def test_every_object_of_the_schema_is_described_and_closed():
    for where, node in NODES:
        if node.get("type") == "object":
            assert node["description"], where
            assert node["additionalProperties"] is False, where


def test_every_pattern_of_the_schema_takes_what_the_profile_takes():
    patterns = {node["pattern"] for _, node in NODES if "pattern" in node}
    assert patterns
    for pattern in patterns:
        assert [bool(re.search(pattern, weeks)) for weeks in ("8w3d", "12w0", "8w7d", "8", "x8w3d")] == [
            True,
            True,
            False,
            False,
            False,
        ]


def test_the_schema_names_the_fact_and_the_unit_of_each_finding():
    declared = {node["x-decidua"]["fact"] for _, node in NODES if "fact" in node.get("x-decidua", {})}
    assert declared == {fact.name for _, fact in DIRECT}
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_a_measured_value_is_one_with_a_unit():
    assert MEASURED
    assert {"value", "unit"} == set(Measurement.model_json_schema()["required"])
