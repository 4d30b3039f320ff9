"""The shipped rules put into other engines, so that all can be timed on the same rules and the same women.

None of them knows three truth values, so the meaning is spelled out for each: two flags a condition, "is yes" (``y``)
and "may be yes" (``m``), and of each finding what it is at least and at most. What is unknown is never left to an
engine's own handling of missing values. CLIPS, which reasons forwards, is told instead what makes a condition yes and
what makes it no.
"""

from __future__ import annotations

import atexit
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Not, Rule, Untold, children
from decidua.profile.facts import Facts
from decidua.profile.finding import Fact
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["RIVALS", "Nodes", "encoded"]

Flags = dict[str, Any]
Judge = Callable[[Sequence[Flags]], list[dict[str, Verdict]]]
BEYOND = 1e9
"""An end of a number that is not known, beyond any that a finding can have."""
OPERATORS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def variable(fact: str) -> str:
    """Return the name of a finding in the other engines."""
    return f"f{list(vocabulary()).index(fact)}"


def encoded(facts: Facts, names: Sequence[str]) -> Flags:
    """Return a woman for the other engines, with everything unknown said."""
    flags: Flags = {}
    for name in names:
        value, kind, var = facts.get(name), vocabulary()[name].kind, variable(name)
        if kind == "yes_no":
            flags |= {f"{var}_y": value is True, f"{var}_m": value is not False}
        elif kind == "choice":
            flags[f"{var}_s"] = "" if value is None else value
        else:
            low = value.low if isinstance(value, Interval) else value
            high = value.high if isinstance(value, Interval) else value
            flags |= {f"{var}_l": -BEYOND if low is None else low, f"{var}_h": BEYOND if high is None else high}
    return flags


class Nodes:
    """Every distinct condition of the rules, parts before wholes, numbered."""

    def __init__(self, rules: Mapping[str, Condition]) -> None:
        self.rules = rules
        self.number: dict[Condition, int] = {}
        for condition in rules.values():
            self._add(condition)

    def _add(self, condition: Condition) -> int:
        if isinstance(condition, Rule):
            return self._add(self.rules[condition.id])
        if condition not in self.number:
            for part in children(condition):
                self._add(part)
            self.number[condition] = len(self.number)
        return self.number[condition]

    def of(self, condition: Condition) -> int:
        """Return the number of a condition; that of a reference to a rule is the rule's."""
        return self._add(condition)

    def roots(self) -> dict[str, int]:
        """Return the number of each rule."""
        return {id_: self.of(condition) for id_, condition in self.rules.items()}


class _Words:
    """How a language writes what both flags of a condition are."""

    yes, no, and_, or_, not_ = "True", "False", " and ", " or ", "not ({})"
    flag = "{}"

    def literal(self, value: Any) -> str:
        return repr(value)

    def count(self, flags: Sequence[str], least: int) -> str:
        return f"({' + '.join(flags)}) >= {least}"

    def both(self, nodes: Nodes, node: Condition) -> tuple[str, str]:
        """Return "is yes" and "may be yes"."""
        if isinstance(node, Untold):
            return self.no, self.yes
        if isinstance(node, Atom):
            return self._atom(vocabulary()[node.fact], node)
        if isinstance(node, Not):
            (part,) = self._flags(nodes, node)
            return self.not_.format(part[1]), self.not_.format(part[0])
        parts = self._flags(nodes, node)
        yes, may = [part[0] for part in parts], [part[1] for part in parts]
        if isinstance(node, AtLeast):
            return self.count(yes, node.count), self.count(may, node.count)
        if not isinstance(node, All | AnyOf):
            raise TypeError(f"no engine but decidua's own is told of {node}")
        joined = self.and_ if isinstance(node, All) else self.or_
        return joined.join(yes), joined.join(may)

    def _flags(self, nodes: Nodes, node: Condition) -> list[tuple[str, str]]:
        numbers = [nodes.of(part) for part in children(node)]
        return [(self.flag.format(f"y{number}"), self.flag.format(f"m{number}")) for number in numbers]

    def _atom(self, fact: Fact, atom: Atom) -> tuple[str, str]:
        wanted = atom.value if isinstance(atom.value, tuple) else (atom.value,)
        if atom.operator in ("!=", "not in"):
            yes, may = self._atom(fact, Atom(atom.fact, "in", wanted))
            return self.not_.format(may), self.not_.format(yes)
        if atom.operator in ("=", "in"):
            each = [self._equals(fact, one) for one in wanted]
            return self.or_.join(f"({yes})" for yes, _ in each), self.or_.join(f"({may})" for _, may in each)
        low, high = f"{variable(fact.name)}_l", f"{variable(fact.name)}_h"
        if atom.operator in ("<", "<="):
            low, high = high, low
        operator, value = OPERATORS[atom.operator], self.literal(wanted[0])
        return f"{low} {operator} {value}", f"{high} {operator} {value}"

    def _equals(self, fact: Fact, wanted: Any) -> tuple[str, str]:
        var = variable(fact.name)
        if fact.kind == "yes_no":
            yes, may = f"{var}_y", f"{var}_m"
            return (yes, may) if wanted else (self.not_.format(may), self.not_.format(yes))
        if fact.kind == "choice":
            same = f"{var}_s == {self.literal(wanted)}"
            return same, f"{same}{self.or_}{var}_s == {self.literal('')}"
        value = self.literal(wanted)
        return (
            f"{var}_l == {value}{self.and_}{var}_h == {value}",
            f"{var}_l <= {value}{self.and_}{var}_h >= {value}",
        )


class _ZenWords(_Words):
    yes, no, flag = "true", "false", "$.{}"

    def literal(self, value: Any) -> str:
        return json.dumps(value)

    def count(self, flags: Sequence[str], least: int) -> str:
        return f"({' + '.join(f'({flag} ? 1 : 0)' for flag in flags)}) >= {least}"


def read_flags(roots: Mapping[str, int], flags: Mapping[str, Any]) -> dict[str, Verdict]:
    """Return the verdicts that two flags a rule stand for."""
    return {
        id_: YES if flags[f"y{number}"] else UNKNOWN if flags[f"m{number}"] else NO for id_, number in roots.items()
    }


def python_loop(nodes: Nodes, names: Sequence[str]) -> Judge:
    """Compile the rules to one plain Python function, called woman by woman."""
    words = _Words()
    lines = ["def judge(woman):"]
    lines += [f"    {flag} = woman[{flag!r}]" for flag in encoded(Facts({}), names)]
    for node, number in nodes.number.items():
        yes, may = words.both(nodes, node)
        lines += [f"    y{number} = {yes}", f"    m{number} = {may}"]
    verdicts = ", ".join(
        f"{id_!r}: YES if y{number} else UNKNOWN if m{number} else NO" for id_, number in nodes.roots().items()
    )
    lines.append(f"    return {{{verdicts}}}")
    scope: dict[str, Any] = {"YES": YES, "NO": NO, "UNKNOWN": UNKNOWN}
    exec(compile("\n".join(lines), "rules", "exec"), scope)  # noqa: S102 - made of the shipped rules alone
    return lambda women: [scope["judge"](woman) for woman in women]


def zen_engine(nodes: Nodes, names: Sequence[str]) -> Judge:
    """Write the rules as one expression node of a GoRules decision."""
    import zen  # noqa: PLC0415 - it may not be installed

    words = _ZenWords()
    expressions = []
    for node, number in nodes.number.items():
        for letter, value in zip("ym", words.both(nodes, node), strict=True):
            expressions.append({"id": f"{letter}{number}", "key": f"{letter}{number}", "value": value})
    place = {"position": {"x": 0, "y": 0}}
    graph = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "content": {"schema": ""}, **place},
            {"id": "all", "name": "all", "type": "expressionNode", "content": {"expressions": expressions}, **place},
            {"id": "out", "name": "out", "type": "outputNode", "content": {"schema": ""}, **place},
        ],
        "edges": [
            {"id": "first", "sourceId": "in", "targetId": "all", "type": "edge"},
            {"id": "last", "sourceId": "all", "targetId": "out", "type": "edge"},
        ],
    }
    decision = zen.ZenEngine().create_decision(json.dumps(graph))
    roots = nodes.roots()
    return lambda women: [read_flags(roots, decision.evaluate(woman)["result"]) for woman in women]


def clips_rules(nodes: Nodes) -> Iterator[str]:
    """Yield the rules of CLIPS: what asserts that a condition is yes (``yN``), and what that it is no (``nN``)."""
    for node, number in nodes.number.items():
        for at, (left, right) in enumerate(_clips_sides(nodes, node, number)):
            yield f"(defrule r{number}-{at} {left} => (assert ({right})))"


def _clips_sides(nodes: Nodes, node: Condition, number: int) -> Iterator[tuple[str, str]]:
    yes, no = f"y{number}", f"n{number}"
    parts = [nodes.of(part) for part in children(node)]
    if isinstance(node, Atom):
        for test, flag in zip(_clips_atom(node), (yes, no), strict=True):
            yield f"({variable(node.fact)} ?l ?h) (test {test})", flag
    elif isinstance(node, Not):
        yield f"(n{parts[0]})", yes
        yield f"(y{parts[0]})", no
    elif isinstance(node, All | AnyOf):
        letters, flags = ("yn", (yes, no)) if isinstance(node, All) else ("ny", (no, yes))
        yield " ".join(f"({letters[0]}{part})" for part in parts), flags[0]
        for part in parts:
            yield f"({letters[1]}{part})", flags[1]
    elif isinstance(node, AtLeast):
        for some in combinations(parts, node.count):
            yield " ".join(f"(y{part})" for part in some), yes
        for some in combinations(parts, len(parts) - node.count + 1):
            yield " ".join(f"(n{part})" for part in some), no
    elif not isinstance(node, Untold):
        raise TypeError(f"no engine but decidua's own is told of {node}")


def _clips_atom(atom: Atom) -> tuple[str, str]:
    """Return what makes a comparison yes, and what makes it no; ``?l`` and ``?h`` are the ends of what is known."""
    wanted = atom.value if isinstance(atom.value, tuple) else (atom.value,)
    if atom.operator in ("=", "in", "!=", "not in"):
        kind = vocabulary()[atom.fact].kind
        if kind in ("yes_no", "choice"):
            words = [f'"{_clips_word(one)}"' for one in wanted]
            same = f"(or {' '.join(f'(eq ?l {word})' for word in words)} FALSE)"
            other = f"(not {same})"
        else:
            same = f"(or {' '.join(f'(= ?l ?h {one})' for one in wanted)} FALSE)"
            other = f"(and {' '.join(f'(or (> ?l {one}) (< ?h {one}))' for one in wanted)} TRUE)"
        return (same, other) if atom.operator in ("=", "in") else (other, same)
    opposite = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[atom.operator]
    near, far = ("?h", "?l") if atom.operator in ("<", "<=") else ("?l", "?h")
    return f"({atom.operator} {near} {wanted[0]})", f"({opposite} {far} {wanted[0]})"


def _clips_word(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def clipspy(nodes: Nodes, names: Sequence[str]) -> Judge:
    """Build the rules in CLIPS, which is told only what is known of a woman."""
    import clips  # noqa: PLC0415 - it may not be installed

    environment = clips.Environment()
    atexit.register(environment.clear)
    for rule in clips_rules(nodes):
        environment.build(rule)
    roots = nodes.roots()

    def judge(women: Sequence[Flags]) -> list[dict[str, Verdict]]:
        judged = []
        for woman in women:
            environment.reset()
            for said in clips_facts(woman, names):
                environment.assert_string(said)
            environment.run()
            found = {fact.template.name for fact in environment.facts()}
            judged.append(
                {
                    id_: YES if f"y{one}" in found else NO if f"n{one}" in found else UNKNOWN
                    for id_, one in roots.items()
                }
            )
        return judged

    return judge


def clips_facts(woman: Flags, names: Sequence[str]) -> Iterator[str]:
    """Yield what is known of a woman, as facts of CLIPS."""
    for name in names:
        var, kind = variable(name), vocabulary()[name].kind
        if kind == "yes_no":
            if woman[f"{var}_y"] or not woman[f"{var}_m"]:
                word = _clips_word(woman[f"{var}_y"])
                yield f'({var} "{word}" "{word}")'
        elif kind == "choice":
            if woman[f"{var}_s"]:
                yield f'({var} "{woman[f"{var}_s"]}" "{woman[f"{var}_s"]}")'
        elif woman[f"{var}_l"] > -BEYOND or woman[f"{var}_h"] < BEYOND:
            if not math.isfinite(woman[f"{var}_l"]):
                raise ValueError(f"{name} has no lower end")
            yield f"({var} {woman[f'{var}_l']} {woman[f'{var}_h']})"


RIVALS: dict[str, tuple[str, Callable[[Nodes, Sequence[str]], Judge]]] = {
    "plain Python loop": ("decidua", python_loop),
    "zen-engine": ("zen", zen_engine),
    "clipspy": ("clips", clipspy),
}
"""The module that each needs, and how it is made."""
