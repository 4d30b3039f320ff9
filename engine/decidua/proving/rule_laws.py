"""Properties of the rules: reachable, not always true, exclusive, stable under learning, superseded in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from decidua.assessment.evidence.positions import judge_position
from decidua.assessment.verdicts import Verdicts
from decidua.condition.english import in_english
from decidua.condition.reference import evaluate
from decidua.condition.syntax import All, AnyOf, AtLeast, Condition, Known, Not, Untold, rules_in, walk
from decidua.engines.formulas import Pair, Search, Term
from decidua.engines.proof import Translator
from decidua.evidence.models import last_day
from decidua.profile.facts import Facts, draw_facts
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.proving.describing import Document, describe, described, leaves, without
from decidua.proving.ground import Counterexample, Dated, Ground
from decidua.proving.women import Woman, refines
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Definition, Panel
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["groups_exclude", "learning_keeps_verdicts", "rules_can_fail", "rules_can_hold", "superseded_gives_way"]


def rules_can_hold(ground: Ground) -> Iterator[Counterexample | str]:
    """Find a rule that is YES for nobody on any date on which it holds."""
    return _reached(ground, YES)


def rules_can_fail(ground: Ground) -> Iterator[Counterexample | str]:
    """Find a rule that is NO for nobody: once everything is known it says nothing."""
    return _reached(ground, NO)


def _reached(ground: Ground, wanted: Verdict) -> Iterator[Counterexample | str]:
    """Find the rules that never have a verdict; each that has it is shown by a woman run through the reference."""
    left: dict[str, Dated] = {}
    for dated in ground.dates:
        for id_ in dated.view.rules:
            if (id_, wanted) in ground.met:
                continue
            pair = dated.rules.rule(id_)
            term = pair.yes if wanted is YES else pair.no
            document = None if ground.nobody(term) else ground.witness(term)
            if document is None:
                left.setdefault(id_, dated)
                continue
            verdicts = Verdicts(dated.view, draw_facts(described(document)), "reference")
            if verdicts.verdict(id_) is not wanted:
                said = f"the reference engine says {verdicts.verdict(id_)}"
                yield Counterexample(id_, dated.as_of, f"it should be {wanted}", (document,), said, confirmed=False)
                ground.met.add((id_, wanted))
            ground.met.update((one, verdicts.verdict(one)) for one in dated.view.rules)
    done = {id_ for id_, verdict in ground.met if verdict is wanted}
    left = {id_: dated for id_, dated in left.items() if id_ not in done}
    yield f"{len(done)} rules are {wanted} for some woman on some date, each shown by one"
    yield from _once_read(ground, left, wanted)


def _once_read(ground: Ground, left: Mapping[str, Dated], wanted: Verdict) -> Iterator[Counterexample | str]:
    """Tell the rules that only a point which was not read keeps from a verdict from those that can never have it."""
    answers: dict[str, Pair] = {}
    shared: dict[Condition, Pair] = {}

    def answer(point: Untold) -> Pair:
        if point.text not in answers:
            yes = ground.logic.boolean(f"yes to: {point.text}")
            no = ground.logic.both([ground.logic.boolean(f"no to: {point.text}"), ground.logic.negated(yes)])
            answers[point.text] = Pair(yes, no)
        return answers[point.text]

    waiting: list[str] = []
    for id_, dated in left.items():
        conditions = {one: rule.condition for one, rule in dated.view.rules.items()}
        translator = Translator(ground.logic, ground.woman.known, conditions, answer, shared)
        pair = translator.rule(id_)
        term = pair.yes if wanted is YES else pair.no
        if ground.nobody(term):
            yield _never(ground, dated, translator, id_, wanted)
            continue
        waiting.append(id_)
        document, found = ground.witness_found(term)
        read = {} if found is None else {text: found.verdict(pair) for text, pair in answers.items()}
        if not _holds_once_read(dated, document, read, id_, wanted):
            says = f"it should be {wanted} once {len(read)} points are read"
            yield Counterexample(id_, dated.as_of, says, (document,), "the reference engine differs", confirmed=False)
    if waiting:
        named = [id_ for id_ in waiting if not id_.startswith("study:")]
        studies = len(waiting) - len(named)
        criteria = [f"the criteria of {studies} {'study' if studies == 1 else 'studies'}"] if studies else []
        until = "only once a point that was not read, or that no finding expresses, is known"
        yield f"{len(waiting)} can be {wanted} {until}: {', '.join([*named, *criteria])}"


def _holds_once_read(dated: Dated, document: Document, read: Mapping[str, Verdict], id_: str, wanted: Verdict) -> bool:
    """Say whether the reference engine gives a rule its verdict when points that were not read are answered so."""
    facts, rules = draw_facts(described(document)), dated.view.rules

    def verdict(one: str) -> Verdict:
        return evaluate(_answered(rules[one].condition, read), facts, verdict).verdict if one in rules else UNKNOWN

    return verdict(id_) is wanted


def _answered(condition: Condition, read: Mapping[str, Verdict]) -> Condition:
    """Return a condition with its points that were not read answered: an empty 'all' is YES, an empty 'any' NO."""
    if isinstance(condition, Untold):
        answer = read.get(condition.text, UNKNOWN)
        return condition if answer is UNKNOWN else All(()) if answer is YES else AnyOf(())
    if isinstance(condition, Not):
        return Not(_answered(condition.part, read))
    if isinstance(condition, All | AnyOf):
        return type(condition)(tuple(_answered(part, read) for part in condition.parts))
    if isinstance(condition, AtLeast):
        return AtLeast(condition.count, tuple(_answered(part, read) for part in condition.parts))
    return condition


def _never(ground: Ground, dated: Dated, translator: Translator, id_: str, wanted: Verdict) -> Counterexample:
    """Show a rule that never has a verdict: the fewest parts that stand against each other, and the nearest woman."""
    condition = dated.view.rules[id_].condition
    joined = All if wanted is YES else AnyOf
    parts = list(condition.parts) if isinstance(condition, joined) else [condition]

    def term(part: Condition) -> Term:
        pair = translator.pair(part)
        return pair.yes if wanted is YES else pair.no

    for part in list(parts):
        rest = [one for one in parts if one is not part]
        if rest and ground.nobody(ground.logic.both([term(one) for one in rest])):
            parts = rest
    *others, last = parts
    document = ground.witness(ground.logic.both([term(one) for one in others])) or {}
    facts = draw_facts(described(document))
    verdict = Verdicts(dated.view, facts, "reference").verdict(id_)
    titles = ground.book.titles
    against = in_english(All(tuple(parts)) if len(parts) > 1 else last, vocabulary(), titles)
    what = "is never met" if wanted is YES else "can never fail"
    nearest = f"the nearest woman has {verdict}"
    return Counterexample(
        id_, dated.as_of, f"it is {wanted} for nobody: '{against}' {what}", (document,), nearest, verdict is not wanted
    )


def groups_exclude(ground: Ground) -> Iterator[Counterexample | str]:
    """Find a woman for whom two rules of one exclusive group are YES."""
    groups: dict[str, list[str]] = {}
    book = ground.book
    for rule in (*book.definitions, *book.causes, *book.subsets, *book.strategies):
        for group in rule.exclusive:
            groups.setdefault(group, []).append(rule.id)
    for name, members in groups.items():
        yield f"group '{name}': {', '.join(members)}"
    for dated in ground.dates:
        for name, members in groups.items():
            for first, second in combinations([one for one in members if one in dated.view.rules], 2):
                both = ground.logic.both([dated.rules.rule(first).yes, dated.rules.rule(second).yes])

                def seen(facts: Facts, at: Dated = dated, pair: tuple[str, str] = (first, second)) -> str | None:
                    verdicts = Verdicts(at.view, facts, "reference")
                    return "both are YES" if all(verdicts.verdict(one) is YES for one in pair) else None

                found = ground.refute(
                    both, seen, about=f"{first} and {second}", as_of=dated.as_of, says=f"both are YES in group '{name}'"
                )
                if found is not None:
                    yield found


def superseded_gives_way(ground: Ground) -> Iterator[Counterexample]:
    """Find a rule of a superseded document that applies on a date on which the newer document is in force."""
    for dated in ground.dates:
        for id_, old, new in _superseded(dated):

            def seen(facts: Facts, at: Dated = dated, one: str = id_) -> str | None:
                return "it is YES" if Verdicts(at.view, facts, "reference").verdict(one) is YES else None

            found = ground.refute(
                dated.rules.rule(id_).yes,
                seen,
                about=id_,
                as_of=dated.as_of,
                says=f"it applies though {old} is superseded by {new}",
            )
            if found is not None:
                yield found


def _superseded(dated: Dated) -> Iterator[tuple[str, str, str]]:
    """Yield the rules that apply on a date though their document is superseded: id, its document, the newer one.

    Which document supersedes which is read from the records themselves, whichever of the two says so, and not from what
    the engine makes of them.
    """
    view = dated.view
    newest = dict(_in_force(view))
    editions: tuple[Definition | Panel, ...] = (*view.definitions, *view.panels)
    for rule in editions:
        document = rule.guideline or ""
        if document in newest and rule.id not in view.stand_ins:
            yield rule.id, document, newest[document]
    nobody = Verdicts(view, Facts({}), "reference")
    for position in view.positions:
        judged = judge_position(nobody, position)
        if judged.moves and position.guideline in newest:
            yield f"position:{position.id}", position.guideline, newest[position.guideline]


def _in_force(view: DatedRulebook) -> Iterator[tuple[str, str]]:
    """Yield each document that a newer one supersedes which had been published by the date, with the newer one."""
    for one in view.book.guidelines:
        out = one.published is not None and last_day(one.published) <= view.day
        if out or (one.published is None and view.as_of is None):
            yield from ((older, one.id) for older in one.supersedes)
            yield from ((older.id, one.id) for older in view.book.guidelines if one.id in older.superseded_by)


def learning_keeps_verdicts(ground: Ground) -> Iterator[Counterexample | str]:
    """Find a verdict that what is learned of a woman overturns."""
    logic, before = ground.logic, ground.woman
    after = Woman(logic, "after ", before.true)
    more = [refines(logic, before.known[name], after.known[name]) for name in before.known]
    search = Search(logic, [*before.possible(), *after.possible(), *more])
    asked: set[int] = set()
    shared: dict[Condition, Pair] = {}
    excepted: set[str] = set()
    for dated in ground.dates:
        conditions = {id_: rule.condition for id_, rule in dated.view.rules.items()}
        excepted |= (asking := _ask_what_is_known(dated))
        later = Translator(logic, after.known, conditions, shared=shared)
        for id_ in conditions:
            first, second = dated.rules.rule(id_), later.rule(id_)
            overturned = logic.either(
                [logic.both([first.yes, logic.negated(second.yes)]), logic.both([first.no, logic.negated(second.no)])]
            )
            if id_ in asking or logic.key(overturned) in asked:
                continue
            asked.add(logic.key(overturned))
            if search.find(overturned) is not None:
                yield _overturned(ground, after, more, overturned, (dated, id_))
    ground.asked_beside += search.asked
    if excepted:
        yield f"left out, since a panel asks what is known: {', '.join(sorted(excepted))}"


def _ask_what_is_known(dated: Dated) -> set[str]:
    """Return the panels that ask what is known and the rules that rest on one: these may change by learning."""
    rules = dated.view.rules
    panels = {id_: rule for id_, rule in rules.items() if rule.kind == "panel"}
    asking = {id_ for id_, rule in panels.items() if any(isinstance(node, Known) for node in walk(rule.condition))}
    while more := {id_ for id_, rule in rules.items() if id_ not in asking and rules_in(rule.condition) & asking}:
        asking |= more
    return asking


def _overturned(
    ground: Ground, after: Woman, more: list[Term], formula: Term, where: tuple[Dated, str]
) -> Counterexample:
    """Return the counterexample of a verdict that learning overturns: her profile before and after."""
    (dated, id_), before = where, ground.woman
    says = "a verdict on it is overturned by learning more"
    always = [*before.possible(), *after.possible(), *before.describable(), *after.describable(), *more]
    found = Search(ground.logic, always).find(formula)
    if found is None:
        nothing = "a woman of whom this could be known exists for the translation, but no profile of her"
        return Counterexample(id_, dated.as_of, says, (), nothing, confirmed=False)
    documents = describe(before, found), describe(after, found)

    def seen(earlier: Document, later: Document) -> str | None:
        first, second = draw_facts(described(earlier)), draw_facts(described(later))
        was, is_ = (Verdicts(dated.view, one, "reference").verdict(id_) for one in (first, second))
        overturned = was is not UNKNOWN and was is not is_ and not forgotten(first, second)
        return f"{was} before, {is_} after" if overturned else None

    said = seen(*documents)
    for place in list(leaves(documents[1])) if said is not None else ():
        less = _both_without(documents, place)
        if less is not None and seen(*less) is not None:
            documents = less
    reference = seen(*documents) or "sees no verdict overturned"
    return Counterexample(id_, dated.as_of, says, documents, reference, said is not None)


def _both_without(documents: tuple[Document, Document], place: tuple[str, ...]) -> tuple[Document, Document] | None:
    less: list[Document] = []
    for document in documents:
        try:
            less.append(without(document, place))
        except KeyError:
            less.append(document)
    return None if tuple(less) == documents else (less[0], less[1])


def forgotten(before: Facts, after: Facts) -> list[str]:
    """Return the facts that were known before and are known otherwise, or not at all, after."""
    return [name for name, value in before.values.items() if not _still(value, after.get(name))]


def _still(before: object, after: object) -> bool:
    if not isinstance(before, Interval):
        return before == after
    if not isinstance(after, Interval | int | float):
        return False
    low, high = (after.low, after.high) if isinstance(after, Interval) else (after, after)
    return low >= before.low and (before.high is None or (high is not None and high <= before.high))
