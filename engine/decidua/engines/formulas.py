"""Formulas for z3: what is known of a fact, how conditions join, and the search for a way to fulfil them.

This is the only module that imports z3, which comes with the extra ``prove``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from decidua.errors import DeciduaError
from decidua.profile.facts import Value
from decidua.profile.finding import Fact
from decidua.profile.interval import Interval
from decidua.truth import NO, UNKNOWN, YES, Verdict

try:
    import z3
except ModuleNotFoundError:
    raise DeciduaError(
        "proving needs z3, which is not installed; install it with: pip install 'decidua[prove]'"
    ) from None

__all__ = ["Choice", "Flag", "Found", "KnownFact", "Logic", "Number", "Pair", "Search", "Tally", "Term"]

Term = Any
"""A formula or a number of z3."""


@dataclass(frozen=True, slots=True)
class Pair:
    """When a condition is YES and when it is NO; where neither holds it is UNKNOWN."""

    yes: Term
    no: Term


@dataclass(frozen=True, slots=True)
class Flag:
    """What is known of a yes/no finding."""

    given: Term
    value: Term


@dataclass(frozen=True, slots=True)
class Choice:
    """What is known of a finding with a list of values: for each value, whether it is that one."""

    given: Term
    values: Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Number:
    """What is known of a number.

    Attributes:
        given: Whether anything is known.
        spread: Whether it is known only to lie between two ends.
        open: Whether no upper end is known.
        low: The lower end, and the value where it is known.
        high: The upper end.
    """

    given: Term
    spread: Term
    open: Term
    low: Term
    high: Term


@dataclass(frozen=True, slots=True)
class Tally:
    """A number that is always known: how many of some formulas hold."""

    parts: tuple[Term, ...]


KnownFact = Flag | Choice | Number
"""What is known of a fact about her; a policy also looks at tallies."""


class Logic:
    """Makes formulas; each instance has a z3 context of its own, so that threads do not meet in one."""

    def __init__(self) -> None:
        self._context = z3.Context()
        self._keyed: dict[int, Term] = {}
        self.true, self.false = (z3.BoolVal(value, self._context) for value in (True, False))

    def both(self, parts: Iterable[Term]) -> Term:
        """Join formulas by ``and``."""
        left: list[Term] = []
        for part in parts:
            if part is self.false:
                return self.false
            if part is not self.true:
                left.append(part)
        return self.true if not left else left[0] if len(left) == 1 else self._joined(z3.Z3_mk_and, left)

    def either(self, parts: Iterable[Term]) -> Term:
        """Join formulas by ``or``."""
        left: list[Term] = []
        for part in parts:
            if part is self.true:
                return self.true
            if part is not self.false:
                left.append(part)
        return self.false if not left else left[0] if len(left) == 1 else self._joined(z3.Z3_mk_or, left)

    def _joined(self, join: Callable[..., Any], parts: Sequence[Term]) -> Term:
        """Join formulas without the checks of z3's own ``And`` and ``Or``, which take most of the time of a proof."""
        array = (z3.Ast * len(parts))(*[part.as_ast() for part in parts])
        return z3.BoolRef(join(self._context.ref(), len(parts), array), self._context)

    def negated(self, part: Term) -> Term:
        """Negate a formula."""
        if part is self.true or part is self.false:
            return self.false if part is self.true else self.true
        return z3.BoolRef(z3.Z3_mk_not(self._context.ref(), part.as_ast()), self._context)

    def implies(self, when: Term, then: Term) -> Term:
        """Say that one formula entails another."""
        return self.either([self.negated(when), then])

    def at_least(self, count: int, parts: Sequence[Term]) -> Term:
        """Say that at least so many formulas hold."""
        if count <= 0 or count > len(parts):
            return self.truth(count <= 0)
        return self.either(parts) if count == 1 else z3.AtLeast(*parts, count)

    def at_most(self, count: int, parts: Sequence[Term]) -> Term:
        """Say that at most so many formulas hold."""
        return self.negated(self.at_least(count + 1, parts))

    def weight_between(self, weighed: Sequence[tuple[Term, int]], low: int, high: int) -> Term:
        """Say that the weights of those formulas that hold add up to at least ``low`` and at most ``high``."""
        whole = sum(weight for _, weight in weighed)
        least = self.truth(low <= 0) if low <= 0 or not weighed else z3.PbGe(list(weighed), low)
        most = self.true if high >= whole or not weighed else z3.PbLe(list(weighed), high)
        return self.both([least, most])

    def truth(self, value: bool) -> Term:  # noqa: FBT001 - a truth value is what it makes
        """Return a constant truth."""
        return self.true if value else self.false

    def boolean(self, name: str) -> Term:
        """Return a truth variable."""
        return z3.Bool(name, self._context)

    def integer(self, name: str) -> Term:
        """Return a variable for a whole number."""
        return z3.Int(name, self._context)

    def number(self, value: float | Fraction, like: Term | None = None) -> Term:
        """Return a constant number: exactly the decimal that is written, of the kind of another where it can be."""
        exact = value if isinstance(value, Fraction) else Fraction(str(value))
        if exact.denominator == 1 and (like is None or z3.is_int(like)):
            return z3.IntVal(exact.numerator, self._context)
        return z3.RealVal(exact, self._context)

    def total(self, numbers: Sequence[Term]) -> Term:
        """Add numbers."""
        return z3.Sum(*numbers) if numbers else z3.IntVal(0, self._context)

    def same(self, first: Term, second: Term) -> Term:
        """Say that two formulas or two numbers are the same."""
        return first == second

    def simple(self, term: Term) -> Term:
        """Return a formula in a simpler form."""
        term = z3.simplify(term)
        return self.true if z3.is_true(term) else self.false if z3.is_false(term) else term

    def key(self, term: Term) -> int:
        """Return a number that tells a formula from every other; the formula is kept, so that none takes its number."""
        key = int(term.get_id())
        self._keyed[key] = term
        return key

    def fact(self, fact: Fact, name: str) -> KnownFact:
        """Return variables for what is known of a fact.

        Args:
            fact: Entry of a vocabulary.
            name: Begins the variables' names.
        """
        given = self.boolean(f"{name} given")
        if fact.kind == "yes_no":
            return Flag(given, self.boolean(name))
        if fact.kind == "choice":
            return Choice(given, {value: self.boolean(f"{name} = {value}") for value in fact.choices})
        make = z3.Int if fact.kind == "integer" else z3.Real
        low, high = make(f"{name} low", self._context), make(f"{name} high", self._context)
        return Number(given, self.boolean(f"{name} spread"), self.boolean(f"{name} open"), low, high)

    def possible(self, fact: Fact, known: KnownFact) -> Term:
        """Say that what is known lies in the fact's possible range and contradicts itself nowhere."""
        if isinstance(known, Flag):
            return self.true
        if isinstance(known, Choice):
            return self._one_of(known)
        parts = [
            known.low <= known.high,
            self.implies(self.negated(known.spread), known.low == known.high),
            self.implies(known.spread, self.either([known.open, known.low < known.high])),
            self.implies(known.open, known.spread),
        ]
        if fact.minimum is not None:
            parts.append(known.low >= self.number(fact.minimum, known.low))
        if fact.maximum is not None:
            parts.append(known.high <= self.number(fact.maximum, known.high))
        return self.both(parts)

    def _one_of(self, known: Choice) -> Term:
        values = list(known.values.values())
        return self.both([known.given == self.either(values), self.at_most(1, values)])

    def is_told(self, known: KnownFact, value: Value | None) -> Term:
        """Say what is known of a fact: a value, an interval, or nothing."""
        if value is None:
            parts = [self.negated(known.given)]
            return self.both([*parts, self._one_of(known)] if isinstance(known, Choice) else parts)
        if isinstance(known, Flag):
            return self.both([known.given, known.value if value is True else self.negated(known.value)])
        if isinstance(known, Choice):
            chosen = known.values.get(value) if isinstance(value, str) else None
            return self.both([known.given, self.false if chosen is None else chosen, self._one_of(known)])
        between = value if isinstance(value, Interval) else None
        low = value.low if isinstance(value, Interval) else value
        high = low if between is None else between.high
        if isinstance(low, str | bool) or not isinstance(low, int | float):
            raise TypeError(f"{value!r} is no number")
        return self.both(
            [
                known.given,
                known.spread == self.truth(between is not None),
                known.open == self.truth(high is None),
                known.low == self.number(low, known.low),
                known.high == self.number(low if not isinstance(high, int | float) else high, known.high),
            ]
        )


class Found:
    """One way to fulfil what a search asked for."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def holds(self, formula: Term) -> bool:
        """Say whether a formula holds in it."""
        return bool(z3.is_true(self._model.eval(formula, model_completion=True)))

    def number(self, term: Term) -> Fraction:
        """Return the value of a number in it."""
        value = self._model.eval(term, model_completion=True)
        return (
            Fraction(value.numerator_as_long(), value.denominator_as_long())
            if z3.is_rational_value(value)
            else (Fraction(value.as_long()))
        )

    def verdict(self, pair: Pair) -> Verdict:
        """Return the verdict of a condition in it."""
        return YES if self.holds(pair.yes) else NO if self.holds(pair.no) else UNKNOWN


class Search:
    """Looks for a way to fulfil formulas: what it does not find does not exist.

    Args:
        logic: The one that made the formulas.
        always: What holds in every search.
    """

    def __init__(self, logic: Logic, always: Iterable[Term] = ()) -> None:
        self._solver = z3.SimpleSolver(ctx=logic._context)  # noqa: SLF001 - the two share one context
        self._solver.set("random_seed", 0)
        self._solver.add(*always)
        self.asked = 0

    def find(self, *formulas: Term) -> Found | None:
        """Return a way to fulfil all formulas, or None where there is none.

        Raises:
            DeciduaError: z3 could not decide it.
        """
        self.asked += 1
        self._solver.push()
        try:
            self._solver.add(*formulas)
            answer = self._solver.check()
            if answer == z3.sat:
                return Found(self._solver.model())
            if answer == z3.unsat:
                return None
            raise DeciduaError(f"z3 could not decide a question ({self._solver.reason_unknown()}); nothing is proved")
        finally:
            self._solver.pop()
