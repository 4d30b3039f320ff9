"""JSON Schemas of the rule files, so that an editor completes and checks them while they are typed.

They follow from the models that load the files, and know the vocabulary: a misspelt fact, a value it cannot have or a
word for a number is marked in the editor. What joins several records (ids, circles) is for ``decidua rules check``.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from decidua.errors import DeciduaError, nearest
from decidua.frozen import Frozen
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import vocabulary
from decidua.record import Record
from decidua.rulebook.case_files import CASES
from decidua.rulebook.cases import CaseFile
from decidua.rulebook.loading import CONDITION_KEYS
from decidua.rulebook.overlay_files import DrugMore, GuidelinesMore, OptionMore, OverlayManifest
from decidua.rulebook.policy import POLICY_FACTS
from decidua.rulebook.reading import FILES, FOLDERS

__all__ = ["KINDS", "FileKind", "kind_of", "rule_schema", "schema_files", "schema_text"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NODES = ("All", "AnyOf", "AtLeast", "Atom", "Known", "Not", "Rule", "Untold")


class FileKind(Frozen):
    """A kind of rule file.

    Attributes:
        model: What loads it.
        where: The file or the folder that it is, relative to the rulebook.
        facts: What its conditions may look at.
        rules: Whether they may refer to other rules.
        known: Whether ``known`` may stand in them.
    """

    model: type[Record]
    where: str
    facts: Mapping[str, Fact]
    rules: bool = True
    known: bool = False


def _kinds() -> dict[str, FileKind]:
    kinds: dict[str, FileKind] = {}
    for where, model in FILES.items():
        name = where.removesuffix(".yaml").rpartition("/")[2]
        if where.startswith("policy/") and name != "baseline":  # that one looks at her facts
            kinds[name] = FileKind(model, where, POLICY_FACTS.get(name, {}), rules=False, known=True)
        else:
            kinds[name] = FileKind(model, where, vocabulary())
    for where, model in FOLDERS.items():
        kinds[where.rpartition("/")[2]] = FileKind(model, f"{where}/", vocabulary(), known=where == "workup")
    more: dict[str, tuple[type[Record], str]] = {
        "overlay": (OverlayManifest, "rulebook.yaml"),
        "overlay_options": (OptionMore, "options/"),
        "overlay_drugs": (DrugMore, "cautions/drugs/"),
        "overlay_guidelines": (GuidelinesMore, "evidence/guidelines.yaml"),
    }
    kinds |= {name: FileKind(model, where, vocabulary()) for name, (model, where) in more.items()}
    return kinds | {CASES: FileKind(CaseFile, f"{CASES}/", {}, rules=False)}  # a case holds no condition


KINDS: Mapping[str, FileKind] = _kinds()
"""Every kind of rule file by name; those of an overlay hold only what they add."""


def kind_of(name: str) -> str | None:
    """Return the kind of a file of a whole rulebook by its name relative to the folder, or None where it has none."""
    folder = f"{name.rpartition('/')[0]}/"
    whole = {kind: one for kind, one in KINDS.items() if not kind.startswith("overlay")}
    exact = next((kind for kind, one in whole.items() if one.where == name), None)
    return exact or next((kind for kind, one in whole.items() if one.where == folder), None)


def rule_schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of one kind of rule file.

    Raises:
        DeciduaError: There is no such kind; the nearest is named.
    """
    if kind not in KINDS:
        raise DeciduaError(
            f"there is no kind of rule file '{kind}'{nearest(kind, KINDS)}; the kinds are {', '.join(KINDS)}"
        )
    one = KINDS[kind]
    schema = one.model.model_json_schema(schema_generator=_Generator)
    definitions: dict[str, Any] = schema.pop("$defs", {})
    models = {model.__name__: model for model in _models(one.model, set())}
    for name, definition in (*definitions.items(), (one.model.__name__, schema)):
        if name in models:
            _describe(definition, models[name])
    for name in NODES:
        definitions.pop(name, None)
    if any(_uses_condition(part) for part in (schema, *definitions.values())):
        definitions["Condition"] = _condition(one)
    schema.pop("title", None)
    head = {"$schema": DIALECT, "title": f"decidua: {kind.replace('_', ' ')}", **schema}
    return {**head, "$defs": dict(sorted(definitions.items()))} if definitions else head


def schema_files() -> dict[str, dict[str, Any]]:
    """Return every schema by the name of its file; conditions over her facts stand in files of their own."""
    files: dict[str, dict[str, Any]] = {}
    for kind, one in KINDS.items():
        schema = rule_schema(kind)
        condition = schema.get("$defs", {}).get("Condition")
        if condition is not None and one.facts is vocabulary():
            shared = "condition_in_panels.json" if one.known else "condition.json"
            del schema["$defs"]["Condition"]
            title = {"$schema": DIALECT, "title": f"decidua: {shared.removesuffix('.json').replace('_', ' ')}"}
            files[shared] = {**title, **_with_reference(condition, "#")}
            schema = _with_reference(schema, shared)
        files[f"{kind}.json"] = schema
    return dict(sorted(files.items()))


def _with_reference(value: Any, to: str) -> Any:
    """Return a schema whose references to the definition of a condition lead elsewhere."""
    if isinstance(value, dict):
        return {
            key: to if key == "$ref" and part == "#/$defs/Condition" else _with_reference(part, to)
            for key, part in value.items()
        }
    return [_with_reference(part, to) for part in value] if isinstance(value, list) else value


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return a schema as the text of its file."""
    return f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n"


class _Generator(GenerateJsonSchema):
    """Says of what a validator reads before pydantic looks at it, what it takes."""

    def function_before_schema(self, schema: Any) -> dict[str, Any]:
        """Describe a date in its short forms, and a record that may be given by its id alone."""
        called = getattr(schema["function"]["function"], "__name__", "")
        if called == "_read_date":
            shortest = (schema["schema"].get("min_length") or 4) == 10
            day = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
            if shortest:
                return {"type": "string", "pattern": day}
            text = {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
            return {"anyOf": [text, {"type": "integer", "minimum": 1000, "maximum": 9999}]}
        inner = super().function_before_schema(schema)
        return {"anyOf": [{"type": "string", "minLength": 1}, inner]} if called == "_with_id" else inner


def _models(model: type[Record], seen: set[type[Record]]) -> set[type[Record]]:
    if model not in seen:
        seen.add(model)
        for field in model.model_fields.values():
            for found in _models_in(field.annotation):
                _models(found, seen)
    return seen


def _models_in(annotation: Any) -> list[type[Record]]:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return [annotation]
    return [found for part in getattr(annotation, "__args__", ()) for found in _models_in(part)]


_ATTRIBUTE = re.compile(r"^([a-z_]+(?:, [a-z_]+)*): (.*)$")


def _describe(schema: dict[str, Any], model: type[Record]) -> None:
    """Put the words of a model's docstring where an editor shows them, and conditions in their own form."""
    text = inspect.getdoc(model) or ""
    summary, _, attributes = text.partition("Attributes:")
    schema["description"] = " ".join(summary.split())
    said = _attributes(attributes)
    aliases = {name: field.alias or name for name, field in model.model_fields.items()}
    for name, field in aliases.items():
        part = schema.get("properties", {}).get(field)
        if part is None:
            continue
        part.pop("title", None)
        if field in CONDITION_KEYS:
            nullable = any(one.get("type") == "null" for one in part.get("anyOf", ()))
            part.clear()
            condition = {"$ref": "#/$defs/Condition"}
            part.update({"anyOf": [condition, {"type": "null"}]} if nullable else condition)
        if name in said:
            part["description"] = said[name]


def _attributes(text: str) -> dict[str, str]:
    said: dict[str, list[str]] = {}
    names: list[str] = []
    for line in inspect.cleandoc(text).splitlines():
        found = _ATTRIBUTE.match(line)
        if found:
            names = found[1].split(", ")
            for name in names:
                said[name] = [found[2]]
        else:
            for name in names:
                said[name].append(line.strip())
    return {name: " ".join(lines).strip() for name, lines in said.items()}


def _uses_condition(schema: Mapping[str, Any]) -> bool:
    return any(key in CONDITION_KEYS for key in schema.get("properties", {}))


# Conditions

_LITERAL_NUMBER = r"[-+]?([0-9]+(\.[0-9]+)?|\.[0-9]+)"


def _condition(kind: FileKind) -> dict[str, Any]:
    itself = {"$ref": "#/$defs/Condition"}
    several = {"type": "array", "items": itself, "minItems": 1}
    sentence = {"type": "string", "pattern": r"\S"}
    joined = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            "all": several | {"description": "Every part must hold."},
            "any": several | {"description": "One part is enough."},
            "not": {"$ref": "#/$defs/Condition", "description": "The part must not hold; unknown stays unknown."},
            "at_least": {"type": "integer", "minimum": 1, "description": "So many of the parts in 'of'."},
            "of": several | {"description": "The parts of which 'at_least' counts."},
            "unread": sentence | {"description": "A point of the source that was not read: always unknown."},
            "words": sentence | {"description": "A criterion that no finding expresses: always unknown."},
        },
        "dependentRequired": {"at_least": ["of"], "of": ["at_least"]},
    }
    return {
        "description": "YES, NO or UNKNOWN: a comparison of a fact, another rule's id, or several joined.",
        "anyOf": [_text(kind), joined],
    }


def _text(kind: FileKind) -> dict[str, Any]:
    """Describe a condition in one line: each fact with the operators and values it can have."""
    numbers = [fact.name for fact in kind.facts.values() if fact.kind in ("integer", "number")]
    truths = [fact.name for fact in kind.facts.values() if fact.kind == "yes_no"]
    choices = [fact for fact in kind.facts.values() if fact.kind == "choice"]
    forms: list[dict[str, Any]] = []
    offered = [f"{name} = {value}" for name in truths for value in ("yes", "no")]
    offered += [f"{fact.name} = {choice}" for fact in choices for choice in fact.choices]
    if offered:
        forms.append({"enum": offered})
    for names, value, order in (
        (numbers, _LITERAL_NUMBER, True),
        (truths, "(yes|no|true|false)", False),
        *(([fact.name], f"({'|'.join(fact.choices)})", False) for fact in choices),
    ):
        if names:
            forms.append({"pattern": _comparison(names, value, order=order)})
    if kind.rules:
        forms.append({"pattern": r"^\s*[a-z][a-z0-9_-]*\s*$", "not": {"enum": list(kind.facts)}})
    if kind.known and kind.facts:
        forms.append({"pattern": rf"^\s*known\s+({_either(list(kind.facts))})\s*$"})
    snippets = [
        {"label": name, "description": kind.facts[name].label, "body": f"{name} ${{1:>=}} ${{2}}"} for name in numbers
    ]
    return {"type": "string", "anyOf": forms, "defaultSnippets": snippets}


def _comparison(names: list[str], value: str, *, order: bool) -> str:
    operators = r"(==?|!=|<=?|>=?)" if order else "(==?|!=)"
    several = rf"(not\s+)?in\s*\[\s*{value}\s*(,\s*{value}\s*)*\]"
    return rf"^\s*({_either(names)})(\s*{operators}\s*{value}|\s+{several})\s*$"


def _either(names: list[str]) -> str:
    return "|".join(name.replace(".", r"\.") for name in names)
