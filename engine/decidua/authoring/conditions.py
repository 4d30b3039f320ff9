"""Looks for conditions that say nothing, contradict themselves or overlap, by what they mean and not by their text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice

from decidua.authoring.diagnostics import Diagnostic, at
from decidua.authoring.meaning import Space, TooLarge, expanded, without_a_part
from decidua.condition.english import in_english, value_in_english
from decidua.condition.syntax import AtLeast, Condition, Known, Rule, facts_in, walk
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import Rulebook, panel_condition
from decidua.rulebook.policy import CERTAINTY_FACTS, POOLING_FACTS, STATUS_FACTS, StatusRow

__all__ = ["condition_findings", "reachable_statuses"]

Facts = Mapping[str, Fact]
MOST_NODES = 300
"""Most parts of a condition that is looked through: far more than a person writes."""

Ruled = tuple[str, Condition]
"""Key of a record's place, and its condition."""


def condition_findings(book: Rulebook) -> Iterator[Diagnostic]:
    """Yield what is odd about the conditions of a rulebook."""
    rules = _ways_to_write_out(book)
    for key, condition in _conditions(book):
        yield from _about(book, key, condition, rules, vocabulary())
    for panel in book.panels:
        always = _settled(book, f"id:{panel.id}", panel_condition(panel), rules, vocabulary())
        if always:
            yield always
    yield from _same(book, [(f"id:{one.id}", one.when) for one in book.subsets], rules)
    yield from _same(book, [(f"key:{one.key}", one.when) for one in book.findings], rules)
    yield from _status_table(book)
    yield from _policies(book)


Rules = tuple[Mapping[str, Condition], ...]
"""Conditions of the rules that are written out where others refer to them: all of them first, then fewer."""

PLAIN = ("cause", "subset", "strategy", "finding")
"""Kinds of rule that look at a few facts each; definitions and panels, and what follows from them, look at many."""


def _ways_to_write_out(book: Rulebook) -> Rules:
    every = book.at().rules
    whole = {id_: rule.condition for id_, rule in every.items()}
    return whole, {id_: rule.condition for id_, rule in every.items() if rule.kind in PLAIN}, {}


def _open(
    conditions: Sequence[Condition], rules: Rules, facts: Facts, *, unknown: bool
) -> tuple[Space, list[Condition]]:
    """Return the answers that conditions tell apart, with as many rules written out as can be looked through.

    Raises:
        TooLarge: There are too many even with none written out.
    """
    for written in (*rules, {}):
        whole = [expanded(one, written) for one in conditions]
        try:
            return Space(whole, facts, unknown=unknown), whole
        except TooLarge:
            continue
    raise TooLarge


def _conditions(book: Rulebook) -> Iterator[Ruled]:
    for rule in (*book.definitions, *book.causes, *book.subsets, *book.strategies):
        yield f"id:{rule.id}", rule.when
    for panel in book.panels:
        for item in panel.items:
            yield from ((f"id:{panel.id}", part) for part in (item.normal, item.needed) if part is not None)
    yield from ((f"key:{finding.key}", finding.when) for finding in book.findings)
    yield from ((f"id:{position.id}", position.when) for position in book.positions)
    yield from ((f"id:{study.id}", study.eligibility) for study in book.studies if study.eligibility is not None)
    yield from ((f"id:{chance.id}", chance.when) for chance in book.policy.baseline.rules)


def _about(book: Rulebook, key: str, condition: Condition, rules: Rules, facts: Facts) -> Iterator[Diagnostic]:
    """Judge one condition, with the rules it refers to written out where that can be looked through."""
    too_large = at(book, key, "R609", "tells too many combinations of answers apart to look through all of them")
    if len(list(islice(walk(condition), MOST_NODES + 1))) > MOST_NODES:
        yield too_large
        return
    always = None if isinstance(condition, Known) else _settled(book, key, condition, rules, facts)
    if always:
        yield always
        return
    try:
        yield from _needless(book, key, condition, rules, facts)
    except TooLarge:
        yield too_large
    yield from _counted_twice(book, key, condition, rules, facts)


def _settled(book: Rulebook, key: str, condition: Condition, rules: Rules, facts: Facts) -> Diagnostic | None:
    """Find a condition that has the same verdict whatever is found of her."""
    try:
        space, (whole,) = _open([condition], rules, facts, unknown=False)
    except TooLarge:
        return None
    yes, no = space.masks(whole)
    said = _say(book, condition, facts)
    if not yes:
        return at(book, key, "R601", f"nobody can meet its condition ({said}); correct it")
    if not no:
        return at(book, key, "R602", f"everybody meets its condition ({said}); correct it, or take it out")
    return None


def _needless(book: Rulebook, key: str, condition: Condition, rules: Rules, facts: Facts) -> Iterator[Diagnostic]:
    """Find parts without which the verdict is the same, also where something is unknown; of two equal ones the later.

    A part that what it is joined with makes needless is a warning; one that the rest of the condition makes needless
    is a note, since it may stand there for the reader.
    """
    left = condition
    meaning: _Meaning | None = None
    found = True
    while found:
        found = False
        for drop in without_a_part(left):
            meaning = meaning or _Meaning(left, rules, facts)
            if any(isinstance(node, Known) for node in walk(drop.part)) or not meaning.same(left, drop.whole):
                continue
            said = _say(book, drop.part, facts)
            if meaning.same(drop.joined, drop.left):
                message = f"the part '{said}' changes nothing beside what it is joined with; take it out, or correct it"
                yield at(book, key, "R603", message)
            else:
                message = f"the part '{said}' changes nothing, since the rest of the condition settles it; is it right?"
                yield at(book, key, "R610", message)
            left, found = drop.whole, True
            break


class _Meaning:
    """Compares conditions that are parts of one: as they stand, and were all known that was not read."""

    def __init__(self, whole: Condition, rules: Rules, facts: Facts) -> None:
        for self._rules in (*rules, {}):
            condition = expanded(whole, self._rules)
            try:
                self._spaces = [Space([condition], facts, unknown=unknown) for unknown in (False, True)]
            except TooLarge:
                continue
            return
        raise TooLarge

    def same(self, one: Condition, other: Condition) -> bool:
        """Say whether two conditions have the same verdict for every combination."""
        pair = (expanded(one, self._rules), expanded(other, self._rules))
        return all(space.same(*pair) for space in self._spaces)


def _counted_twice(book: Rulebook, key: str, condition: Condition, rules: Rules, facts: Facts) -> Iterator[Diagnostic]:
    """Find parts of an ``at_least`` of which one brings the other with it."""
    for node in walk(condition):
        if not isinstance(node, AtLeast) or node.count < 2:
            continue
        for one, other in combinations(node.parts, 2):
            try:
                space, pair = _open([one, other], rules, facts, unknown=False)
            except TooLarge:
                continue
            first, second = (space.masks(each)[0] for each in pair)
            if first and second and first & second in (first, second):
                stronger, weaker = (one, other) if first & second == first else (other, one)
                message = (
                    f"'{_say(book, stronger, facts)}' brings '{_say(book, weaker, facts)}' with it, so one finding "
                    f"makes two of the {node.count} that are asked for; count it once"
                )
                yield at(book, key, "R604", message)


def _same(book: Rulebook, ruled: Sequence[Ruled], rules: Rules) -> Iterator[Diagnostic]:
    """Find rules of one kind that say the same in other words."""
    looks_at = {key: facts_in(expanded(condition, rules[0])) for key, condition in ruled}
    for (earlier, one), (later, other) in combinations(ruled, 2):
        if looks_at[earlier] != looks_at[later]:
            continue
        try:
            space, pair = _open([one, other], rules, vocabulary(), unknown=True)
            same = space.same(*pair)
        except TooLarge:
            same = one == other
        if same:
            first = earlier.partition(":")[2]
            yield at(book, later, "R605", f"says the same as '{first}'; keep one of them, and refer to it")


def _status_table(book: Rulebook) -> Iterator[Diagnostic]:
    """Find rows of the status table that overlap, and cases that no row is for."""
    rows = book.policy.status.rows
    space = Space([row.when for row in rows], STATUS_FACTS, unknown=False)
    holds = {row.id: space.masks(row.when)[0] for row in rows}
    for row in rows:
        if not holds[row.id]:
            yield at(book, f"id:{row.id}", "R601", "nobody can meet its condition; correct it")
    for one, other in combinations(rows, 2):
        both = holds[one.id] & holds[other.id]
        if both:
            message = f"overlaps with the row '{one.id}', as for {_case(space, both)}; let them exclude each other"
            yield at(book, f"id:{other.id}", "R606", message)
    gap = space.whole
    for mask in holds.values():
        gap &= ~mask
    if gap:
        message = f"no row of the status table is for {_case(space, gap)}; add one"
        yield at(book, f"id:{rows[0].id}", "R607", message)


def _case(space: Space, mask: int) -> str:
    said = []
    for name, value in space.example(mask).items():
        truth = ("yes" if value else "no") if isinstance(value, bool) else None
        said.append(f"{name} = {truth or value_in_english(value, None).replace(' ', '_')}")
    return ", ".join(said)


def reachable_statuses(book: Rulebook, fixed: Condition) -> list[str]:
    """Return the statuses that the table can give where a condition on policy facts holds, the best first."""
    rows: Sequence[StatusRow] = book.policy.status.rows
    space = Space([fixed, *(row.when for row in rows)], STATUS_FACTS, unknown=False)
    there = space.masks(fixed)[0]
    found = {row.status for row in rows if space.masks(row.when)[0] & there}
    return sorted(found, key=book.policy.rank.statuses.index)


def _policies(book: Rulebook) -> Iterator[Diagnostic]:
    """Find rules of certainty, pooling and words that never count, since another always goes before them."""
    pooling = book.policy.pooling
    for rule in book.policy.certainty.rules:
        yield from _about(book, f"id:{rule.id}", rule.when, (), CERTAINTY_FACTS)
    for out in (*pooling.never, *pooling.second_line, *pooling.alone):
        yield from _about(book, f"id:{out.id}", out.when, (), POOLING_FACTS)
    certainty = book.policy.certainty.rules
    for at_, rule in enumerate(certainty):
        for place, other in enumerate(certainty):
            heavier = abs(other.levels) > abs(rule.levels) or (other.levels == rule.levels and place < at_)
            if other.domain == rule.domain and rule.levels and heavier and _implies(rule.when, other.when):
                message = f"never counts: wherever it holds '{other.id}' holds and goes before it; correct one of them"
                yield at(book, f"id:{rule.id}", "R608", message)
    for earlier, later in combinations(pooling.never, 2):
        if _implies(later.when, earlier.when, POOLING_FACTS):
            message = f"is never the reason: wherever it holds '{earlier.id}' was asked before it; correct one of them"
            yield at(book, f"id:{later.id}", "R608", message)
    for first, then in combinations(book.policy.baseline.rules, 2):
        same_effects = set(then.conditions) <= set(first.conditions) and (then.outcome, then.per) == (
            first.outcome,
            first.per,
        )
        if same_effects and _implies(then.when, first.when, vocabulary()):
            message = f"never counts: wherever it holds '{first.id}' was asked before it; correct one of them"
            yield at(book, f"id:{then.id}", "R608", message)
    smallest = book.policy.certainty.smallest_difference_per_1000
    for size in book.policy.words.sizes:
        if size.from_per_1000 < smallest:
            message = (
                f"begins at {size.from_per_1000:g} per 1000, below the smallest difference that matters "
                f"({smallest:g}), and is never said from there; begin at that or above"
            )
            yield at(book, f"id:{size.id}", "R608", message)


def _implies(one: Condition, other: Condition, facts: Facts = CERTAINTY_FACTS) -> bool:
    try:
        space = Space([one, other], facts, unknown=False)
    except TooLarge:
        return False
    yes = space.masks(one)[0]
    return bool(yes) and yes & space.masks(other)[0] == yes


def _say(book: Rulebook, condition: Condition, facts: Facts) -> str:
    if isinstance(condition, Rule):
        return condition.id
    return in_english(condition, facts, book.titles)
