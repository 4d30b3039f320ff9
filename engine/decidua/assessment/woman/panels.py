"""Unexplained by panel: what each panel needs in her case, what is known of it, and where she stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from decidua.assessment.answers.result import Answer, PanelState, PanelTest, UnexplainedAnswer
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.woman.who_counts import known_count
from decidua.assessment.words import because, join
from decidua.condition.english import lower_first, value_in_english
from decidua.condition.reference import Proof, evaluate
from decidua.condition.syntax import Atom, Condition, Rule, walk
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.models import Investigation, Panel, PanelItem
from decidua.truth import NO, UNKNOWN, YES

__all__ = ["unexplained"]


def unexplained(verdicts: Verdicts) -> list[UnexplainedAnswer]:
    """Return the panels for conditions that are, or may be, hers."""
    return [
        _panel(verdicts, panel)
        for panel in verdicts.view.panels
        if verdicts.verdict(panel.condition) is not NO and panel.kind == "society"
    ]


def _panel(verdicts: Verdicts, panel: Panel) -> UnexplainedAnswer:
    tests = {test.key: test for test in verdicts.view.book.investigations}
    judged = [_judge(verdicts, item, tests[item.test]) for item in panel.items]
    needed = tuple(one for one in judged if one.asked_for != "no")

    def names(*states: PanelState) -> tuple[str, ...]:
        return tuple(one.name for one in needed if one.state in states)

    verdict: Answer = verdicts.verdict(panel.id).value
    return UnexplainedAnswer(
        panel=panel.id,
        title=panel.title,
        condition=panel.condition,
        verdict=verdict,
        missing=names("missing", "not_settled"),
        abnormal=names("abnormal"),
        stands_in=panel.id in verdicts.view.stand_ins,
        needed=tuple(one.name for one in needed),
        known=names("normal", "abnormal", "not_judged"),
        normal=names("normal"),
        no_longer_obtainable=names("no_longer"),
        not_judged=names("not_judged"),
        not_needed=tuple(one.name for one in judged if one.asked_for == "no"),
        tests=needed,
        says=_sentence(verdict, needed),
    )


def _judge(verdicts: Verdicts, item: PanelItem, test: Investigation) -> PanelTest:
    """Say where one test stands: whether it is asked for in her case, and what its result is."""
    needed = None if item.needed is None else evaluate(item.needed, verdicts.facts, verdicts.verdict)
    normal = evaluate(item.normal, verdicts.facts, verdicts.verdict)
    past = test.burden == "past"
    looked_at = test.facts if past else tuple(_facts_behind(verdicts, item.normal))
    found = _found(verdicts, [name for name in looked_at if not past or known_count(verdicts.facts, name).low > 0])
    state = _state(verdicts, normal, past=past, known=bool(found))
    if state == "no_longer":
        on_record = "; a result already on record could still tell" if verdicts.unknown_facts(normal) else ""
        says = f"tissue of a past loss cannot be had again{on_record}"
    else:
        says = found if state in ("normal", "abnormal") else because(verdicts, normal, limit=2)
    if needed is not None and needed.verdict is UNKNOWN:
        says = "; ".join(filter(None, (says, f"whether it is asked for {because(verdicts, needed, limit=2)}")))
    asked_for: Answer = "yes" if needed is None else needed.verdict.value
    return PanelTest(test.key, test.name, asked_for, state, found, says)


def _state(verdicts: Verdicts, normal: Proof, *, past: bool, known: bool) -> PanelState:
    if normal.verdict is not UNKNOWN:
        return "normal" if normal.verdict is YES else "abnormal"
    if past:
        return "no_longer"
    if any(vocabulary()[name].obtainable for name in verdicts.unknown_facts(normal)):
        return "not_settled" if known else "missing"
    return "not_judged" if known else "missing"


def _facts_behind(verdicts: Verdicts, condition: Condition) -> Iterator[str]:
    """Yield the findings that a condition looks at, those of the rules it refers to included."""
    for node in walk(condition):
        if isinstance(node, Atom):
            yield node.fact
        elif isinstance(node, Rule) and node.id in verdicts.view.rules:
            yield from _facts_behind(verdicts, verdicts.view.rules[node.id].condition)


def _found(verdicts: Verdicts, names: Iterable[str]) -> str:
    """Say what is known of some findings: ``antiphospholipid antibodies: negative``."""
    known = [(vocabulary()[name], verdicts.facts.get(name)) for name in dict.fromkeys(names)]
    shown = [(fact, value) for fact, value in known if value is not None]
    return "; ".join(f"{lower_first(fact.label)}: {value_in_english(value, fact)}" for fact, value in shown)


def _sentence(verdict: Answer, tests: Sequence[PanelTest]) -> str:
    """Say where she stands with one panel, in a sentence."""

    def named(*states: PanelState) -> list[str]:
        return [_name(one) for one in tests if one.state in states]

    known, total = len(named("normal", "abnormal", "not_judged")), len(tests)
    counted = f"{known} of {total} known"
    if verdict == "yes":
        return f"all {total} tests that it needs are known and normal: unexplained by it"
    abnormal = named("abnormal")
    if abnormal:
        finding = "an abnormal finding" if len(abnormal) == 1 else f"{len(abnormal)} abnormal findings"
        parts = [f"{finding}: {join(abnormal)}", counted]
    elif known or any(one.found for one in tests):
        partly = any(one.found for one in tests if one.state not in ("normal", "abnormal"))
        parts = [f"{'nothing is settled as abnormal' if partly else 'nothing found'} so far, {counted}"]
    else:
        parts = [f"nothing known yet of the {total} tests that it needs"]
    parts.extend(f"{words}: {join(named(state))}" for state, words in WHERE.items() if named(state))
    return "; ".join(parts)


WHERE: dict[PanelState, str] = {
    "not_settled": "not settled",
    "missing": "missing",
    "not_judged": "known, but which result is normal was not read",
    "no_longer": "can no longer be obtained, unless a result is on record",
}


def _name(one: PanelTest) -> str:
    """Name a test in the sentence, with what was found where that is not normal, and whether it may not be needed."""
    short = lower_first(one.name.partition(" (")[0])
    if one.state == "normal":
        return short
    remarks = [one.found.removeprefix(f"{short}: ")] if one.found else []
    if one.asked_for == "unknown":
        remarks.append("if needed")
    return f"{short} ({'; '.join(remarks)})" if remarks else short
