"""The proof engine: conditions about all possible women at once, translated with their three values.

What is known of a fact becomes variables: whether it is known at all, and its value or the two ends between which it
lies. A condition becomes a pair of formulas, when it is YES and when it is NO; where neither holds it is UNKNOWN. The
formulas follow ``condition/reference.py`` node by node, and ``tests/spec`` holds them to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Known, Literal_, Not, Rule, Untold
from decidua.engines.formulas import Flag, KnownFact, Logic, Number, Pair, Search, Tally, Term
from decidua.profile.facts import Facts
from decidua.profile.finding import Fact
from decidua.truth import Verdict

__all__ = ["Translator", "judge", "told"]


class Translator:
    """Turns conditions into pairs of formulas.

    Args:
        logic: Makes the formulas.
        known: What is known of each fact.
        rules: Conditions of the rules that others may refer to; one that is not there is UNKNOWN.
        untold: What a point that cannot be looked up is taken for; without it, for UNKNOWN.
        shared: Pairs of conditions that refer to no rule; translators of the same facts may share them.
    """

    def __init__(
        self,
        logic: Logic,
        known: Mapping[str, KnownFact | Tally],
        rules: Mapping[str, Condition],
        untold: Callable[[Untold], Pair] | None = None,
        shared: dict[Condition, Pair] | None = None,
    ) -> None:
        self.logic = logic
        self._known = known
        self._rules = rules
        self._nothing = Pair(logic.false, logic.false)
        self._untold = untold or (lambda _: self._nothing)
        self._shared: dict[Condition, Pair] = {} if shared is None else shared
        self._done: dict[str, Pair] = {}

    def rule(self, id_: str) -> Pair:
        """Return when a rule is YES and when it is NO."""
        if id_ not in self._rules:
            return self._nothing
        if id_ not in self._done:
            self._done[id_] = self.pair(self._rules[id_])
        return self._done[id_]

    def pair(self, condition: Condition) -> Pair:
        """Return when a condition is YES and when it is NO."""
        return self._translate(condition)[0]

    def _translate(self, condition: Condition) -> tuple[Pair, bool]:
        """Return a condition's pair, and whether it refers to no rule."""
        if isinstance(condition, Rule):
            return self.rule(condition.id), False
        kept = self._shared.get(condition)
        if kept is not None:
            return kept, True
        alone = True
        if isinstance(condition, All | AnyOf | AtLeast):
            parts = [self._translate(part) for part in condition.parts]
            alone = all(one for _, one in parts)
            pair = self._joined(condition, [part for part, _ in parts])
        elif isinstance(condition, Not):
            part, alone = self._translate(condition.part)
            pair = Pair(part.no, part.yes)
        else:
            pair = self._leaf(condition)
        if alone:
            self._shared[condition] = pair
        return pair, alone

    def _joined(self, condition: All | AnyOf | AtLeast, parts: Sequence[Pair]) -> Pair:
        logic = self.logic
        yes, no = [part.yes for part in parts], [part.no for part in parts]
        if isinstance(condition, All):
            return Pair(logic.both(yes), logic.either(no))
        if isinstance(condition, AnyOf):
            return Pair(logic.either(yes), logic.both(no))
        return Pair(logic.at_least(condition.count, yes), logic.at_least(len(parts) - condition.count + 1, no))

    def _leaf(self, condition: Atom | Known | Untold) -> Pair:
        if isinstance(condition, Untold):
            return self._untold(condition)
        known = self._known[condition.fact]
        if isinstance(known, Tally):
            return self._counted(known, condition)
        if isinstance(condition, Known):
            exact = [known.given, self.logic.negated(known.spread)] if isinstance(known, Number) else [known.given]
            yes = self.logic.both(exact)
            return Pair(yes, self.logic.negated(yes))
        operator, wanted = condition.operator, condition.value
        several = wanted if isinstance(wanted, tuple) else (wanted,)
        if operator in ("=", "!=", "in", "not in"):
            equal = [self._equals(known, one) for one in several]
            pair = Pair(self.logic.either([one.yes for one in equal]), self.logic.both([one.no for one in equal]))
            return Pair(pair.no, pair.yes) if operator in ("!=", "not in") else pair
        return self._order(known, operator, several[0])

    def _counted(self, known: Tally, condition: Atom | Known) -> Pair:
        """Compare how many formulas hold; that is never UNKNOWN."""
        logic, parts = self.logic, known.parts
        yes = logic.true
        if isinstance(condition, Atom):
            several = condition.value if isinstance(condition.value, tuple) else (condition.value,)
            numbers = [int(one) for one in several]
            first = numbers[0]
            yes = {
                ">=": lambda: logic.at_least(first, parts),
                ">": lambda: logic.at_least(first + 1, parts),
                "<=": lambda: logic.at_most(first, parts),
                "<": lambda: logic.at_most(first - 1, parts),
            }.get(
                condition.operator,
                lambda: logic.either(
                    logic.both([logic.at_least(one, parts), logic.at_most(one, parts)]) for one in numbers
                ),
            )()
            if condition.operator in ("!=", "not in"):
                yes = logic.negated(yes)
        return Pair(yes, logic.negated(yes))

    def _equals(self, known: KnownFact, wanted: Literal_) -> Pair:
        logic = self.logic
        if isinstance(known, Number):
            literal = self._number(wanted)
            below, above = literal < known.low, logic.both([logic.negated(known.open), literal > known.high])
            met = [known.given, logic.negated(known.open), known.low == literal, known.high == literal]
            return Pair(logic.both(met), logic.both([known.given, logic.either([below, above])]))
        if isinstance(known, Flag):
            met_ = known.value if wanted is True else logic.negated(known.value)
        else:
            met_ = known.values.get(str(wanted), logic.false)
        return Pair(logic.both([known.given, met_]), logic.both([known.given, logic.negated(met_)]))

    def _order(self, known: KnownFact, operator: str, wanted: Literal_) -> Pair:
        if not isinstance(known, Number):
            raise TypeError(f"{operator} compares numbers, not yes/no or a list of values")
        literal, bounded = self._number(wanted), self.logic.negated(known.open)
        if operator in (">=", ">"):
            certain = known.low >= literal if operator == ">=" else known.low > literal
            beyond = known.high < literal if operator == ">=" else known.high <= literal
            impossible = self.logic.both([bounded, beyond])
        else:
            within = known.high <= literal if operator == "<=" else known.high < literal
            certain = self.logic.both([bounded, within])
            impossible = known.low > literal if operator == "<=" else known.low >= literal
        return Pair(self.logic.both([known.given, certain]), self.logic.both([known.given, impossible]))

    def _number(self, wanted: Literal_) -> Term:
        if isinstance(wanted, str | bool):
            raise TypeError(f"a number cannot be compared with {wanted!r}")
        return self.logic.number(wanted)


def told(logic: Logic, known: Mapping[str, KnownFact], facts: Facts) -> Term:
    """Say that exactly these facts are known."""
    return logic.both([logic.is_told(one, facts.get(name)) for name, one in known.items()])


def judge(
    rules: Mapping[str, Condition], women: Sequence[Facts], vocabulary: Mapping[str, Fact]
) -> list[dict[str, Verdict]]:
    """Return every rule's verdict for each woman: the engine run on one woman at a time, to hold it to the others.

    Args:
        rules: Conditions by id; a condition refers only to rules of the same mapping.
        women: What is known of each.
        vocabulary: Facts by name.
    """
    logic = Logic()
    known = {name: logic.fact(fact, name) for name, fact in vocabulary.items()}
    translator = Translator(logic, known, rules)
    search = Search(logic)
    judged = []
    for facts in women:
        found = search.find(told(logic, known, facts))
        if found is None:
            raise ValueError(f"{dict(facts.values)} cannot be known together")
        judged.append({id_: found.verdict(translator.rule(id_)) for id_ in rules})
    return judged
