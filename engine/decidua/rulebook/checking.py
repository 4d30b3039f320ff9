"""Checks that the records of a rulebook fit together, and finds all faults in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import comb

from decidua.condition.reference import evaluate
from decidua.condition.syntax import (
    All,
    AnyOf,
    AtLeast,
    Atom,
    Condition,
    Known,
    Literal_,
    Rule,
    children,
    rules_in,
    walk,
)
from decidua.engines.production import WAYS
from decidua.errors import Fault, nearest
from decidua.evidence.lines import refers_to_no_rule
from decidua.profile.facts import Facts, Value
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.baseline import outcome_of
from decidua.rulebook.book import AGGREGATES, Rulebook, panel_condition
from decidua.rulebook.models import Strategy
from decidua.rulebook.policy import CERTAINTY_FACTS, POOLING_FACTS, STATUS_FACTS
from decidua.truth import YES

__all__ = ["check_rulebook", "condition_faults", "condition_findings"]

Conditions = Iterable[tuple[str, str, Condition, bool]]
"""Record id, key of its place, condition, and whether ``known`` is allowed in it."""

Where = tuple[str, int | None]
"""File and line."""


def check_rulebook(book: Rulebook, again: Mapping[str, Sequence[Where]] | None = None) -> list[Fault]:
    """Return every fault of a rulebook whose files loaded one by one.

    Args:
        book: The rulebook.
        again: Where an id or key stood once more, by its place's key.
    """
    policies = list(_policy_conditions(book))
    return [
        *_twice(book, again or {}),
        *_conditions(book),
        *(policies or _pooling_laws(book)),
        *_circles(book),
        *_references(book),
    ]


def condition_faults(book: Rulebook, condition: Condition) -> list[Fault]:
    """Return what is wrong with a condition that stands in no file, as that of a study's eligibility is checked.

    Args:
        book: Whose rules it may refer to.
        condition: The condition.
    """
    faults = condition_findings(condition, vocabulary(), _rule_ids(book), known_allowed=False)
    return [Fault(message, code=code) for code, message in faults]


def _at(book: Rulebook, key: str, message: str, code: str) -> Fault:
    file, line = book.places.get(key, ("", None))
    return Fault(message, file=file, line=line, field=key.partition(":")[2], code=code)


PLACES = {"key": "key", "test": "key", "drug": "key", "option": "option"}
"""Under which name the place of a record is kept; the others are found by their id."""


def _twice(book: Rulebook, again: Mapping[str, Sequence[Where]]) -> Iterator[Fault]:
    groups: dict[str, list[str]] = {
        "id": [
            *(one.id for one in (*book.definitions, *book.panels, *book.causes, *book.subsets)),
            *(strategy.id for strategy in book.strategies),
            *AGGREGATES,
        ],
        "study id": [one.id for one in (*book.studies, *book.syntheses, *book.ongoing)],
        "guideline id": [one.id for one in book.guidelines],
        "position id": [one.id for one in (*book.positions, *book.care_positions)],
        "contradiction": [one.id for one in book.contradictions],
        "comparison": [one.id for one in book.comparisons],
        "unreliable source": [one.id for one in book.unreliable],
        "key": [one.key for one in book.findings],
        "drug": [one.key for one in book.drugs],
        "test": [*(one.key for one in book.investigations), *(one.key for one in book.subjects)],
        "option": [one.option for one in book.options],
        "row of the status table": [one.id for one in book.policy.status.rows],
        "rule of certainty": [one.id for one in book.policy.certainty.rules],
        "rule of pooling": _pooling_ids(book),
        "rule of baseline": [one.id for one in book.policy.baseline.rules],
    }
    for kind, ids in groups.items():
        for id_, times in Counter(ids).items():
            if times > 1:
                key = f"{PLACES.get(kind, 'id')}:{id_}"
                others = [f"{file}, line {line}" for file, line in again.get(key, ())]
                also = f" (it stands in {' and in '.join(others)} too)" if others else ""
                message = f"the {kind} '{id_}' is used {times} times; give each record its own{also}"
                yield _at(book, key, message, "R401")


def _pooling_ids(book: Rulebook) -> list[str]:
    policy = book.policy.pooling
    return [one.id for one in (policy.named, *policy.never, *policy.second_line, *policy.alone, policy.once)]


def _all_conditions(book: Rulebook) -> Iterator[tuple[str, str, Condition, bool]]:
    for rule in (*book.definitions, *book.causes, *book.subsets):
        yield rule.id, f"id:{rule.id}", rule.when, False
    for panel in book.panels:
        yield panel.id, f"id:{panel.id}", panel_condition(panel), True
    for strategy in book.strategies:
        yield strategy.id, f"id:{strategy.id}", strategy.when, False
    for finding in book.findings:
        yield f"finding:{finding.key}", f"key:{finding.key}", finding.when, False
    for position in book.positions:
        yield f"position:{position.id}", f"id:{position.id}", position.when, False
    for study in book.studies:
        if study.eligibility is not None:
            yield f"study:{study.id}", f"id:{study.id}", study.eligibility, False
    for chance in book.policy.baseline.rules:
        yield f"baseline:{chance.id}", f"id:{chance.id}", chance.when, False


def _conditions(book: Rulebook) -> Iterator[Fault]:
    known_rules = _rule_ids(book)
    for _, key, condition, known_allowed in _all_conditions(book):
        for code, message in condition_findings(condition, vocabulary(), known_rules, known_allowed=known_allowed):
            yield _at(book, key, message, code)


def _rule_ids(book: Rulebook) -> list[str]:
    rules = (*book.definitions, *book.panels, *book.causes, *book.subsets)
    return [*AGGREGATES, *(rule.id for rule in rules), *(strategy.id for strategy in book.strategies)]


def _policy_conditions(book: Rulebook) -> Iterator[Fault]:
    for row in book.policy.status.rows:
        for code, message in condition_findings(row.when, STATUS_FACTS, [], known_allowed=True):
            yield _at(book, f"id:{row.id}", message, code)
    for rule in book.policy.certainty.rules:
        for code, message in condition_findings(rule.when, CERTAINTY_FACTS, [], known_allowed=True):
            yield _at(book, f"id:{rule.id}", message, code)
    pooling = book.policy.pooling
    for out in (*pooling.never, *pooling.second_line, *pooling.alone):
        for code, message in condition_findings(out.when, POOLING_FACTS, [], known_allowed=True):
            yield _at(book, f"id:{out.id}", message, code)


SOUND: Mapping[str, Value] = {
    "integrity": "none_known",
    "second_filing": False,
    "comparator": "placebo",
    "control_arm": True,
    "counts_read": True,
    "usable": True,
    "isolates": True,
}
"""Facts of a result that may be pooled."""

NEVER_POOLED: tuple[tuple[str, Value], ...] = (
    ("integrity", "retracted"),
    ("second_filing", True),
    ("control_arm", False),
    ("counts_read", False),
    ("usable", False),
    ("comparator", "prognostic"),
    ("comparator", "historical"),
)
"""What no rulebook may let into a pool."""


def _pooling_laws(book: Rulebook) -> Iterator[Fault]:
    """Find what a rulebook lets into a pool that no rulebook may."""
    never = book.policy.pooling.never
    for fact, value in NEVER_POOLED:
        facts = Facts({**SOUND, fact: value})
        if not any(evaluate(rule.when, facts, refers_to_no_rule).verdict is YES for rule in never):
            said = ("yes" if value else "no") if isinstance(value, bool) else value
            message = f"'never' must keep out what has {fact} = {said}; add a rule for it"
            yield _at(book, f"id:{never[0].id}", message, "R403")


def condition_findings(
    condition: Condition, facts: Mapping[str, Fact], rules: list[str], *, known_allowed: bool
) -> Iterator[tuple[str, str]]:
    """Yield code and message of everything that is wrong with a condition over these facts and rules."""
    for node in walk(condition):
        if isinstance(node, Rule) and node.id not in rules:
            hint = "" if node.id in facts else nearest(node.id, [*rules, *facts])
            yield "R302", f"'{node.id}' is no rule{hint or '; a fact needs an operator, as in FACT = yes'}"
        if isinstance(node, All | AnyOf | AtLeast):
            yield from _too_many_parts(node)
        if isinstance(node, Known) and not known_allowed:
            yield "R304", f"'known {node.fact}' may stand in panels and policies only; say what value you need"
        if isinstance(node, Atom | Known) and node.fact not in facts:
            yield "R303", f"'{node.fact}' is no fact of the vocabulary{nearest(node.fact, facts)}"
        elif isinstance(node, Atom):
            yield from _atom_faults(node, facts[node.fact])


def _too_many_parts(node: All | AnyOf | AtLeast) -> Iterator[tuple[str, str]]:
    """Find what the production network could not write out: too many ways to meet it, or to fail it."""
    parts = len(node.parts)
    if parts > WAYS:
        yield "R310", f"joins {parts} parts, more than {WAYS}; split it into rules of their own"
    elif isinstance(node, AtLeast) and max(comb(parts, node.count), comb(parts, node.count - 1)) > WAYS:
        yield "R310", f"'at_least {node.count}' of {parts} conditions can be met in more than {WAYS} ways; split it"


def _atom_faults(atom: Atom, fact: Fact) -> Iterator[tuple[str, str]]:
    ordered = atom.operator in ("<", "<=", ">", ">=")
    if ordered and fact.kind not in ("integer", "number"):
        kind = fact.kind.replace("_", "/")
        yield "R305", f"'{atom.fact} {atom.operator}' compares a {kind}; only numbers have an order"
        return
    for value in atom.value if isinstance(atom.value, tuple) else (atom.value,):
        yield from _value_faults(atom.fact, value, fact)


def _value_faults(name: str, value: Literal_, fact: Fact) -> Iterator[tuple[str, str]]:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if fact.kind == "yes_no" and not isinstance(value, bool):
        yield "R306", f"'{name}' is yes or no, not '{value}'"
    elif fact.kind == "choice" and value not in fact.choices:
        choices = f"{', '.join(fact.choices)}{nearest(str(value), fact.choices)}"
        yield "R306", f"'{name}' has no value '{value}'; it may be {choices}"
    elif fact.kind == "integer" and (not number or isinstance(value, float)):
        yield "R306", f"'{name}' is a whole number, not '{value}'"
    elif fact.kind == "number" and not number:
        yield "R306", f"'{name}' is a number, not '{value}'"
    elif number and isinstance(value, int | float):
        low, high = fact.minimum, fact.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            limits = f"{low:g} to {high:g} {fact.unit}".rstrip()
            yield "R307", f"{value:g} is outside the possible range of '{name}' ({limits})"


def _circles(book: Rulebook) -> Iterator[Fault]:
    """Find rules that refer to themselves through others."""
    refers: dict[str, set[str]] = {id_: set(rules_in(condition)) for id_, _, condition, _ in _all_conditions(book)}
    refers["rpl"] = {one.id for one in book.definitions if one.term == "rpl"}
    refers["rif"] = {one.id for one in book.definitions if one.term == "rif"}
    refers["unexplained_rpl"] = {one.id for one in book.panels if one.condition == "rpl"}
    refers["unexplained_rif"] = {one.id for one in book.panels if one.condition == "rif"}
    reported: set[frozenset[str]] = set()
    for start in refers:
        trail = _circle_from(start, refers)
        if trail is not None and frozenset(trail) not in reported:
            reported.add(frozenset(trail))
            message = f"refers to itself through {' -> '.join([*trail, start])}; break the circle"
            yield _at(book, f"id:{start}", message, "R308")
    if not reported:
        yield from _too_deep(book, refers)


MAX_DEPTH = 120
"""Deepest nesting of a condition with those of the rules it refers to: far more than a person can follow."""


def _depth(condition: Condition) -> int:
    return 1 + max((_depth(part) for part in children(condition)), default=0)


def _too_deep(book: Rulebook, refers: Mapping[str, set[str]]) -> Iterator[Fault]:
    """Find the first rules that nest conditions too deep, through others too; there are no circles."""
    own = {id_: _depth(condition) for id_, _, condition, _ in _all_conditions(book)}
    depth: dict[str, int] = {}
    stack = list(refers)
    while stack:
        id_ = stack[-1]
        missing = [one for one in refers.get(id_, ()) if one not in depth]
        if missing:
            stack.extend(missing)
            continue
        stack.pop()
        if id_ in depth:
            continue
        below = max((depth[one] for one in refers.get(id_, ())), default=0)
        depth[id_] = own.get(id_, 1) + below
        if depth[id_] > MAX_DEPTH >= below:
            message = f"nests more than {MAX_DEPTH} deep, with the rules it refers to; write it flatter"
            yield _at(book, f"id:{id_}", message, "R309")


def _circle_from(start: str, refers: Mapping[str, set[str]]) -> list[str] | None:
    stack: list[list[str]] = [[start]]
    seen: set[str] = set()
    while stack:
        trail = stack.pop()
        for id_ in sorted(refers.get(trail[-1], ())):
            if id_ == start:
                return trail
            if id_ not in seen:
                seen.add(id_)
                stack.append([*trail, id_])
    return None


def _references(book: Rulebook) -> Iterator[Fault]:
    sources = [*book.study, *book.synthesis, *book.guideline, *(one.id for one in book.ongoing)]
    for strategy in book.strategies:
        yield from _strategy_references(book, strategy, sources)
    checks: tuple[tuple[Iterable[tuple[str, Iterable[str]]], Iterable[str], str], ...] = (
        (((f"id:{one.id}", one.source) for one in book.subsets), sources, "source"),
        (((f"id:{one.id}", [one.guideline]) for one in book.positions), book.guideline, "guideline"),
        (
            ((f"id:{one.id}", [one.drug]) for one in book.positions),
            [*book.drug, "any", "none", "aspirin_heparin"],
            "drug",
        ),
        (
            ((f"id:{one.id}", one.only_strategies) for one in book.positions),
            [strategy.id for strategy in book.strategies],
            "strategy",
        ),
        (((f"id:{one.id}", _named(one.guideline)) for one in book.definitions), book.guideline, "guideline"),
        (((f"id:{one.id}", _named(one.guideline)) for one in book.panels), book.guideline, "guideline"),
        (
            (
                (f"id:{one.id}", [id_ for care in one.usual_care for id_ in _named(care.guideline)])
                for one in book.causes
            ),
            book.guideline,
            "guideline",
        ),
        (
            ((f"id:{one.id}", [item.test for item in one.items] + list(one.optional)) for one in book.panels),
            [test.key for test in book.investigations],
            "investigation",
        ),
        (
            ((f"id:{one.id}", _named(one.criterion_of)) for one in book.causes),
            [one.id for one in book.causes],
            "cause",
        ),
        (
            ((f"id:{one.id}", [id_ for care in one.usual_care for id_ in care.positions]) for one in book.causes),
            book.position,
            "position",
        ),
        (
            (
                (f"id:{one.id}", [*one.trials.studies, *one.trials.without])
                for one in book.syntheses
                if one.trials is not None
            ),
            book.study,
            "study",
        ),
        *_care_references(book),
        (((f"id:{one.id}", [one.study]) for one in book.policy.baseline.rules), book.study, "study"),
        (((f"id:{one.id}", one.guidelines) for one in book.unread), book.guideline, "guideline"),
        (
            ((f"id:{one.id}", [*one.supersedes, *one.superseded_by]) for one in book.guidelines),
            book.guideline,
            "guideline",
        ),
        (((f"key:{one.key}", one.facts) for one in book.investigations), vocabulary(), "fact"),
        (
            (
                (
                    f"key:{one.key}",
                    [*(line.finding for line in one.cautions), *(check.finding for check in one.screening or ())],
                )
                for one in book.drugs
            ),
            book.finding,
            "finding",
        ),
    )
    for records, known, called in checks:
        yield from _unknown(book, records, list(known), called)
    for rule in book.policy.baseline.rules:
        study = book.study.get(rule.study)
        if study is not None and outcome_of(rule, study) is None:
            what = f"{rule.outcome} per {rule.per}{f' in the subgroup {rule.subgroup!r}' if rule.subgroup else ''}"
            yield _at(
                book, f"id:{rule.id}", f"'{rule.study}' has no control arm with a figure on {what}; name one", "R402"
            )


def _care_references(book: Rulebook) -> Iterator[tuple[Iterable[tuple[str, Iterable[str]]], Iterable[str], str]]:
    """Yield what positions on tests and other care, and contradictions, refer to."""
    tests = [test.key for test in book.investigations]
    positions = [*book.position, *book.care_position]
    yield ((f"id:{one.id}", [one.guideline]) for one in book.care_positions), book.guideline, "guideline"
    yield ((f"id:{one.id}", [one.subject]) for one in book.care_positions), book.tests_of, "investigation or subject"
    yield ((f"key:{one.key}", one.tests) for one in book.subjects), tests, "investigation"
    yield ((f"id:{one.id}", one.facts) for one in book.care_positions), vocabulary(), "fact"
    yield ((f"id:{one.id}", one.tests) for one in book.contradictions), tests, "investigation"
    yield ((f"id:{one.id}", one.positions) for one in book.contradictions), positions, "position"


def _named(id_: str | None) -> list[str]:
    return [] if id_ is None else [id_]


def _unknown(
    book: Rulebook, records: Iterable[tuple[str, Iterable[str]]], known: list[str], called: str
) -> Iterator[Fault]:
    names = set(known)
    for key, references in records:
        for reference in references:
            if reference not in names:
                message = f"refers to the {called} '{reference}', which does not exist{nearest(reference, known)}"
                yield _at(book, key, message, "R402")


def _strategy_references(book: Rulebook, strategy: Strategy, sources: list[str]) -> Iterator[Fault]:
    key = f"id:{strategy.id}"
    lists: tuple[tuple[Iterable[str], Iterable[str], str], ...] = (
        (strategy.drugs, book.drug, "safety record of the drug"),
        (strategy.syntheses, book.synthesis, "synthesis"),
        (strategy.stops, book.finding, "finding"),
        (strategy.source, sources, "source"),
        ([use.study for use in strategy.evidence], book.study, "study"),
    )
    for references, known, called in lists:
        yield from _unknown(book, [(key, references)], list(known), called)
    for use in strategy.evidence:
        study = book.study.get(use.study)
        if study is None:
            continue
        pairs: tuple[tuple[str | None, str, Callable[[str], bool]], ...] = (
            (use.contrast, "contrast", lambda text, s=study: any(o.contrast == text for o in s.outcomes)),  # type: ignore[misc]
            (use.subgroup, "subgroup", lambda text, s=study: any(o.subgroup == text for o in s.outcomes)),  # type: ignore[misc]
        )
        for text, called, exists in pairs:
            if text is not None and not exists(text):
                known = {getattr(outcome, called) for outcome in study.outcomes} - {None}
                message = f"'{use.study}' has no {called} '{text}'; it has {'; '.join(sorted(known)) or 'none'}"
                yield _at(book, key, message, "R402")
