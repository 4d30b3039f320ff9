"""Every engine that interprets conditions, in one registry: the specification runs on each of them.

An engine takes rules and women and says every rule's verdict for every woman. To add one, write such a function and
list it in ``ENGINES``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pytest

from decidua.condition.reference import compare, evaluate
from decidua.condition.syntax import Atom, Condition, Known, Not, Rule, facts_in
from decidua.engines.production import ProductionNetwork, available
from decidua.engines.proof import judge
from decidua.profile.facts import Facts
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["ENGINES", "SpecEngine", "on_every_engine"]

Rules = Mapping[str, Condition]
Judged = list[dict[str, Verdict]]


@dataclass(frozen=True)
class SpecEngine:
    """One engine.

    Attributes:
        name: How tests call it.
        judge: From rules, by id, and women to the verdicts of each woman.
        installed: Whether it can run here.
        why_not: Where it cannot run.
    """

    name: str
    judge: Callable[[Rules, Sequence[Facts]], Judged]
    installed: bool = True
    why_not: str = ""


def judge_by_reference(rules: Rules, women: Sequence[Facts]) -> Judged:
    def judge(facts: Facts) -> dict[str, Verdict]:
        def verdict(id_: str) -> Verdict:
            return evaluate(rules[id_], facts, verdict).verdict

        return {id_: verdict(id_) for id_ in rules}

    return [judge(facts) for facts in women]


def judge_by_durable(rules: Rules, women: Sequence[Facts]) -> Judged:
    """The network says only what is YES, so each rule is compiled a second time negated: that one's YES is its NO."""
    negated = {f"not-{id_}": id_ for id_ in rules}
    compiled = [*rules.items(), *((inverse, Not(Rule(id_))) for inverse, id_ in negated.items())]
    network = ProductionNetwork(compiled, "specification")
    judged = []
    for facts in women:

        def decide(atom: Atom | Known, facts: Facts = facts) -> Verdict:
            value = facts.get(atom.fact)
            if isinstance(atom, Atom):
                return compare(value, atom)
            return NO if value is None or isinstance(value, Interval) else YES

        fired = network.fire(decide)
        both = [id_ for inverse, id_ in negated.items() if inverse in fired and id_ in fired]
        assert not both, f"yes and no at once: {both}"
        judged.append(
            {id_: YES if id_ in fired else NO if f"not-{id_}" in fired else UNKNOWN for id_ in rules},
        )
    return judged


def judge_by_proof(rules: Rules, women: Sequence[Facts]) -> Judged:
    return judge(rules, women, {name: vocabulary()[name] for name in looked_at(rules, women)})


def looked_at(rules: Rules, women: Sequence[Facts]) -> list[str]:
    names = {fact for condition in rules.values() for fact in facts_in(condition)}
    return sorted(names.union(*(facts.values for facts in women)))


ENGINES: dict[str, SpecEngine] = {
    engine.name: engine
    for engine in (
        SpecEngine("reference", judge_by_reference),
        SpecEngine("proof", judge_by_proof),
        SpecEngine(
            "durable", judge_by_durable, available(), "durable-rules is not installed here (Python 3.13 and later)"
        ),
    )
}

on_every_engine = pytest.mark.parametrize(
    "engine",
    [
        pytest.param(engine, id=engine.name, marks=pytest.mark.skipif(not engine.installed, reason=engine.why_not))
        for engine in ENGINES.values()
    ],
)
"""Runs a test once on every engine; it takes the argument ``engine``."""
