"""The JSON Schemas of the rule files: kept up to date, named at the top of every file, and of one mind with the loader."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import referencing
import yaml

from decidua.document import Document, parse_document
from decidua.errors import DeciduaError
from decidua.report.rule_schema import KINDS, kind_of, rule_schema, schema_files, schema_text
from decidua.rulebook.folder import data_folder
from decidua.rulebook.loading import Loaded, load_records
from decidua.rulebook.overlay_files import _model_for

RULES = data_folder("rules")
SCHEMAS = RULES / "schemas"
OVERLAY = Path(__file__).parents[1] / "overlays" / "invented_clinic"
SHIPPED = {path.relative_to(RULES).as_posix(): path for path in sorted(RULES.rglob("*.yaml"))}
MORE = {"OverlayManifest": "overlay", "OptionMore": "overlay_options", "DrugMore": "overlay_drugs"} | {
    "GuidelinesMore": "overlay_guidelines"
}


def read(path):
    return parse_document(path.read_text(encoding="utf-8"), name=path.name).value


@cache
def validator(kind):
    return jsonschema.Draft202012Validator(rule_schema(kind))


def refused(kind, value):
    return [f"{fault.json_path}: {fault.message[:100]}" for fault in validator(kind).iter_errors(value)]


def test_the_schemas_beside_the_rules_are_those_of_the_models():
    cure = "run 'decidua schema rules --out rules/schemas'"
    assert {path.name for path in SCHEMAS.iterdir()} == set(schema_files()), cure
    for name, schema in schema_files().items():
        assert (SCHEMAS / name).read_text(encoding="utf-8") == schema_text(schema), cure


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_rule_file_names_its_schema_in_its_first_line_and_fits_it(name):
    path = SHIPPED[name]
    first = path.read_text(encoding="utf-8").splitlines()[0]
    start = "# yaml-language-server: $schema="
    assert first.startswith(start)
    schema = (path.parent / first.removeprefix(start)).resolve()
    assert schema == (SCHEMAS / f"{kind_of(name)}.json").resolve()
    files = {one.name: json.loads(one.read_text(encoding="utf-8")) for one in SCHEMAS.iterdir()}
    registry = referencing.Registry().with_resources(
        (key, referencing.Resource.from_contents(value)) for key, value in files.items()
    )
    judge = jsonschema.Draft202012Validator(files[schema.name], registry=registry)
    assert [fault.message for fault in judge.iter_errors(read(path))] == []
    assert refused(kind_of(name), read(path)) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_editors_that_read_yaml_1_2_read_the_same_values(name):
    """Bare ``yes`` and ``no`` are words there: no rule file may use them for a truth value.

    A woman is written in the words of a profile, which takes them as well as true and false.
    """
    node = yaml.compose(SHIPPED[name].read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    assert list(bare_words(node, WOMEN if kind_of(name) == "cases" else ())) == []


WOMEN = ("profile", "but")


def bare_words(node, but_not_below):
    """Yield the lines of values that are a bare ``yes`` or ``no``; as a key the word is the same everywhere."""
    if isinstance(node, yaml.ScalarNode):
        if not node.style and node.value.lower() in ("yes", "no"):
            yield node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for inner in node.value:
            yield from bare_words(inner, but_not_below)
    else:
        for key, inner in node.value:
            if key.value not in but_not_below:
                yield from bare_words(inner, but_not_below)


def test_a_truth_value_written_as_a_word_is_found():
    text = "a: {b: yes}\nprofile: [no]\nc: ['no', \"yes\", true, {yes: [1]}]\nd: No\n"
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert list(bare_words(node, ())) == [1, 2, 4]
    assert list(bare_words(node, WOMEN)) == [1, 4]


@pytest.mark.parametrize("path", sorted(OVERLAY.rglob("*.yaml")), ids=lambda path: path.name)
def test_the_files_of_an_overlay_fit_the_schema_of_their_kind(path):
    name = path.relative_to(OVERLAY).as_posix()
    document = parse_document(path.read_text(encoding="utf-8"), name=name)
    in_cases = name.startswith("cases/")  # these are read apart from the rules
    kind = "cases" if in_cases else MORE.get(_model_for(name, document).__name__, kind_of(name))
    assert refused(kind, document.value) == []


# The schema and the loader


def places(value, place=(), shape=(), seen=None):
    """Yield one place of every shape in a document: keys as they are, items of a list as one."""
    seen = set() if seen is None else seen
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        here = (*shape, step if isinstance(value, dict) else "[]")
        if here not in seen:
            seen.add(here)
            yield (*place, step)
        yield from places(inner, (*place, step), here, seen)


def with_change(value, place, change):
    changed = copy.deepcopy(value)
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    change(inner, place[-1])
    return changed


def rename(inner, step):
    if isinstance(inner, dict):
        inner[f"{step}_misspelt"] = inner.pop(step)


def drop(inner, step):
    del inner[step]


def nest(inner, step):
    inner[step] = {"something": ["else"]}


def number(inner, step):
    inner[step] = -7.5


def word(inner, step):
    inner[step] = "gobbledygook !"


def smallest():
    """Return the smallest shipped file of each kind that has several."""
    found = {}
    for name, path in SHIPPED.items():
        kind = kind_of(name)
        if kind not in found or path.stat().st_size < found[kind].stat().st_size:
            found[kind] = path
    return found


def short(value):
    """Return a document with two items of each list."""
    if isinstance(value, dict):
        return {key: short(inner) for key, inner in value.items()}
    return [short(inner) for inner in value[:2]] if isinstance(value, list) else value


EVERY_KEY_OF_CASES = {
    "cases": [
        {
            "case": "Two miscarriages",
            "woman": "two_miscarriages",
            "profile": {"age": 31, "pregnancies": {"clinical_losses": 2}},
            "like": "empty",
            "but": {"age": None},
            "as_of": "2025-06",
            "expect": {
                "yes": ["rpl"],
                "no": ["every finding"],
                "unknown": ["aps"],
                "status": {"ivig": "research_only"},
                "cautions": {"ivig": ["asthma"]},
                "not": {"status": {"lit": "consider"}, "cautions": {"prp": ["asthma"]}},
            },
        }
    ],
    "same_anyway": [{"rule": "rpl", "mutants": ["without x"], "never": "no", "why": "She cannot be."}],
}
"""No shipped file of cases needs them all."""

BY_MESSAGE = ("R205",)
"""What a check across several values refuses; a schema cannot."""


@pytest.mark.parametrize("change", [rename, drop, nest, number, word], ids=lambda change: change.__name__)
@pytest.mark.parametrize("kind", smallest())
def test_the_schema_refuses_the_names_and_types_that_the_loader_refuses_and_no_others(kind, change):
    whole = EVERY_KEY_OF_CASES if kind == "cases" else read(smallest()[kind])
    value = whole if KINDS[kind].where.startswith("policy/") else short(whole)
    told = 0
    for place in places(value):
        changed = with_change(value, place, change)
        loaded = Loaded()
        load_records(Document(changed, "x.yaml"), KINDS[kind].model, loaded)
        codes = {fault.code for fault in loaded.faults}
        taken = validator(kind).is_valid(changed)
        if codes - set(BY_MESSAGE):
            assert not taken, (place, loaded.faults)
            told += 1
        elif not codes and change in (rename, drop, nest):
            assert taken, (place, refused(kind, changed))
    assert told or (kind, change) == ("rulebook", word)


CONDITIONS = {
    "a misspelt fact": "losses.totl >= 3",
    "a fact without an operator": "age",
    "a value that does not exist": "workup.thyroid = norml",
    "a word for a number": "age = young",
    "an order of words": "workup.thyroid > normal",
    "an order of yes and no": "pregnancy.bleeding >= yes",
    "one of several that does not exist": "workup.uterine_finding in [septum, arcuate]",
    "known, where it may not stand": "known losses.total",
    "a list": ["rpl"],
    "nothing": {},
    "an unknown joint": {"both": ["rpl", "rif"]},
    "at_least without of": {"at_least": 2},
    "an empty sentence": {"unread": "  "},
}


@pytest.mark.parametrize("what", CONDITIONS)
def test_an_editor_marks_a_condition_that_is_none(what):
    value = read(SHIPPED["subsets/plans.yaml"])
    assert refused("subsets", value) == []
    value["subsets"][0]["when"] = CONDITIONS[what]
    assert refused("subsets", value)


SOUND = (
    "rpl",
    "losses.total>=3",
    "losses.total in [2, 3]",
    "workup.uterine_finding not in [septum, fibroid]",
    "pregnancy.bleeding != yes",
    {"not": {"any": ["rpl", {"words": "x"}]}},
    {"at_least": 1, "of": ["rpl", "rif"]},
)


@pytest.mark.parametrize("condition", SOUND, ids=str)
def test_an_editor_takes_every_form_of_a_condition(condition):
    value = read(SHIPPED["subsets/plans.yaml"])
    value["subsets"][0]["when"] = condition
    assert refused("subsets", value) == []


def test_known_may_stand_in_panels_and_policies_and_policies_refer_to_no_rule():
    workup = {"panels": [dict(read(SHIPPED["workup/panels.yaml"])["panels"][0])]}
    workup["panels"][0]["items"] = [{"test": "uterine_imaging", "normal": "known workup.uterine_imaging"}]
    assert refused("workup", workup) == []
    status = read(SHIPPED["policy/status.yaml"])
    status["rows"][0]["when"] = "rpl"
    assert refused("status", status)


def test_a_kind_that_does_not_exist_is_named_with_the_nearest():
    with pytest.raises(DeciduaError, match="there is no kind of rule file 'option'; did you mean 'options'"):
        rule_schema("option")
