"""Tests the rules by their worked cases: runs them, and asks whether they would notice a mistake in any rule."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from decidua.assessment.verdicts import Engine
from decidua.authoring.case_results import (
    CaseReport,
    Excused,
    MissingVerdict,
    RulePlace,
    Survivor,
)
from decidua.authoring.case_runs import CaseRun, run_case
from decidua.authoring.equivalent import attainable, same_for_all
from decidua.condition.mutants import Mutant, mutants_of
from decidua.condition.reference import evaluate
from decidua.condition.syntax import Condition, facts_in, rules_in
from decidua.engines.production import available
from decidua.errors import DeciduaError, nearest
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import Rulebook
from decidua.rulebook.case_files import Cases
from decidua.rulebook.cases import TestedRule, TestedRules
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["run_cases"]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are."""


def run_cases(
    book: Rulebook,
    cases: Cases,
    *,
    only: Sequence[str] = (),
    mutants: bool = True,
    engine: Engine = "auto",
    progress: Progress = lambda _what, _done, _all: None,
) -> CaseReport:
    """Run the cases, list what they leave out, and try every mutant of every rule on them.

    Where overlays lie over the rulebook, what they brought is looked at; the rest is held by the rulebook's own cases.

    Args:
        book: The rulebook.
        cases: Its cases.
        only: Ids of the rules to look at; none means all. Only cases that speak of one of them are run.
        mutants: Whether to try mutants.
        engine: The engines to run.
        progress: Told how far it is.

    Raises:
        DeciduaError: One of ``only`` is no rule.
    """
    tested = TestedRules(book)
    rules = _looked_at(tested, only)
    runs: list[CaseRun] = []
    for at, case in enumerate(cases.cases):
        progress("cases", at, len(cases.cases))
        run = run_case(case, book, tested, engine)
        if not only or run.expected.keys() & {rule.id for rule in rules}:
            runs.append(run)
    missing = _missing(rules, runs, tested)
    trial = _Trial(tested, runs, {(one.rule, says): one.why for one in cases.excuses for says in one.mutants})
    if mutants:
        for at, rule in enumerate(rules):
            progress("rules", at, len(rules))
            trial.try_rule(rule)
    never: dict[tuple[str, str], str] = {(one.rule, one.never): one.why for one in cases.excuses if one.never}
    excused, still_missing = _excuse_missing(missing, never, {rule.id for rule in rules}, tested)
    return CaseReport(
        engine="reference and durable-rules" if engine != "reference" and available() else "reference",
        cases=len(runs),
        rules=len(rules),
        mutants=trial.tried if mutants else None,
        killed=trial.killed,
        same=trial.same,
        failures=tuple(failure for run in runs for failure in run.failures),
        missing=tuple(still_missing),
        survivors=tuple(trial.survivors),
        excused=(*excused, *(trial.excused({rule.id for rule in rules}) if mutants else ())),
    )


def _looked_at(tested: TestedRules, only: Sequence[str]) -> list[TestedRule]:
    for id_ in only:
        if id_ not in tested.rules:
            raise DeciduaError(f"there is no rule '{id_}'{nearest(id_, tested.rules) or '; see decidua rules list'}")
    return [
        rule
        for rule in tested.rules.values()
        if (rule.id in only if only else rule.brought_by is not None or not tested.book.overlays)
    ]


def _place(rule: TestedRule) -> RulePlace:
    return RulePlace(rule.id, rule.kind, *rule.place)


def _possible(tested: TestedRules) -> Callable[[str], frozenset[Verdict]]:
    """Return what tells the verdicts that a rule can have, by its id."""
    found: dict[str, frozenset[Verdict]] = {}

    def may_be(id_: str) -> frozenset[Verdict]:
        if id_ not in found:
            # on a date on which a definition or panel does not hold, its verdict is unknown
            found[id_] = _attainable(tested.rules[id_], tested, may_be) | {UNKNOWN}
        return found[id_]

    return may_be


def _attainable(
    rule: TestedRule, tested: TestedRules, may_be: Callable[[str], frozenset[Verdict]]
) -> frozenset[Verdict]:
    """Return the verdicts that a rule can have, on one date or another."""
    if rule.id not in tested.members:
        return attainable(rule.condition, may_be)
    return frozenset({UNKNOWN}.union(*(may_be(id_) for id_ in tested.members[rule.id])))


def _missing(rules: Sequence[TestedRule], runs: Sequence[CaseRun], tested: TestedRules) -> list[MissingVerdict]:
    may_be = _possible(tested)
    expected: dict[str, set[Verdict]] = {}
    for run in runs:
        for id_, verdict in run.expected.items():
            expected.setdefault(id_, set()).add(verdict)
    missing = []
    for rule in rules:
        can_be = _attainable(rule, tested, may_be)
        lacking = [one for one in (YES, NO, UNKNOWN) if one in can_be and one not in expected.get(rule.id, ())]
        if lacking:
            missing.append(MissingVerdict(_place(rule), tuple(lacking)))
    return missing


def _excuse_missing(
    missing: Sequence[MissingVerdict],
    never: Mapping[tuple[str, str], str],
    looked_at: Collection[str],
    tested: TestedRules,
) -> tuple[list[Excused], list[MissingVerdict]]:
    """Take out of what is missing what no woman can show."""
    excused: list[Excused] = []
    still: list[MissingVerdict] = []
    lacking = {(one.rule.id, verdict) for one in missing for verdict in one.verdicts}
    for one in missing:
        left = tuple(verdict for verdict in one.verdicts if (one.rule.id, verdict) not in never)
        if left:
            still.append(MissingVerdict(one.rule, left))
    for (id_, verdict), why in never.items():
        if id_ in looked_at:
            idle = None if (id_, verdict) in lacking else "a case expects it, or no woman could"
            excused.append(Excused(_place(tested.rules[id_]), f"never {verdict}", why, idle))
    return excused, still


class _Trial:
    """Tries mutants on the cases that were run."""

    def __init__(self, tested: TestedRules, runs: Sequence[CaseRun], excuses: Mapping[tuple[str, str], str]) -> None:
        self.tested = tested
        self.runs = runs
        self.excuses = excuses
        self.may_be = _possible(tested)
        self.tried = self.killed = self.same = 0
        self.survivors: list[Survivor] = []
        self._fates: dict[tuple[str, str], str] = {}

    def try_rule(self, rule: TestedRule) -> None:
        """Try every mutant of a rule."""
        if not rule.mutable:
            return
        direct = list(self._unlike(rule, [run for run in self.runs if rule.id in run.expected]))
        above = self.tested.dependents.get(rule.id, frozenset())
        through = [run for run in self.runs if above & run.expected.keys() and rule.id in run.verdicts.view.rules]
        for mutant in mutants_of(rule.condition, vocabulary()):
            self.tried += 1
            self._note(rule, mutant, self._fate(rule, mutant, direct, through))

    def _note(self, rule: TestedRule, mutant: Mutant, fate: str) -> None:
        self._fates[rule.id, mutant.says] = fate
        if fate == "killed":
            self.killed += 1
        elif fate == "same":
            self.same += 1
        elif (rule.id, mutant.says) not in self.excuses:
            self.survivors.append(Survivor(_place(rule), mutant.says))

    def _fate(self, rule: TestedRule, mutant: Mutant, direct: Sequence[CaseRun], through: Sequence[CaseRun]) -> str:
        if any(_verdict(mutant.condition, run) is not run.verdicts.verdict(rule.id) for run in direct):
            return "killed"
        if any(self._shows(rule, mutant.condition, run) for run in through):
            return "killed"
        if same_for_all(rule.condition, mutant.condition, vocabulary(), self.may_be):
            return "same"
        return "survived"

    def _unlike(self, rule: TestedRule, runs: Sequence[CaseRun]) -> Iterator[CaseRun]:
        """Yield one run of each kind that no condition over the same facts and rules can tell apart."""
        facts, rules = sorted(facts_in(rule.condition)), sorted(rules_in(rule.condition))
        seen = set()
        for run in runs:
            if rule.id not in run.verdicts.view.rules:
                continue
            signature = (
                *(run.verdicts.facts.get(fact) for fact in facts),
                *(run.verdicts.verdict(id_) for id_ in rules),
            )
            if signature not in seen:
                seen.add(signature)
                yield run

    def _shows(self, rule: TestedRule, mutant: Condition, run: CaseRun) -> bool:
        """Say whether a rule that refers to the mutated one comes out otherwise than the case expects."""
        verdicts = run.verdicts
        changed = _verdict(mutant, run)
        if changed is verdicts.verdict(rule.id):
            return False
        above = self.tested.dependents[rule.id]
        found: dict[str, Verdict] = {rule.id: changed}

        def verdict_of(id_: str) -> Verdict:
            if id_ not in found:
                found[id_] = verdicts.verdict(id_)
                if id_ in above and id_ in verdicts.view.rules:
                    found[id_] = evaluate(verdicts.view.rules[id_].condition, verdicts.facts, verdict_of).verdict
            return found[id_]

        return any(verdict_of(id_) is not verdicts.verdict(id_) for id_ in above & run.expected.keys())

    def excused(self, looked_at: Collection[str]) -> Iterator[Excused]:
        """Yield the mutants that are excused; an excuse that is not needed says why."""
        idle = {
            "killed": "a case shows it",
            "same": "it means the same for every woman anyway",
            None: "there is no such change",
        }
        for (id_, says), why in self.excuses.items():
            if id_ in looked_at:
                fate = self._fates.get((id_, says))
                yield Excused(_place(self.tested.rules[id_]), says, why, idle.get(fate))


def _verdict(condition: Condition, run: CaseRun) -> Verdict:
    return evaluate(condition, run.verdicts.facts, run.verdicts.verdict).verdict
