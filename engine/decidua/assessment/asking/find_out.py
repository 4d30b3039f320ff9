"""What to find out next: what would settle each open option, and the order in which to ask."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from decidua.assessment.answers.next import (
    AnswerEffect,
    AskedFinding,
    OpenOption,
    OpenWay,
    Outcome,
    QuestionToAsk,
    ToFindOut,
    WayOut,
)
from decidua.assessment.asking.possible import possible_answers
from decidua.assessment.asking.questions import Asking, Question, atoms_behind, rules_behind
from decidua.assessment.asking.settling import Limits, Memory, Settling, settle
from decidua.assessment.asking.whats_next import WORTH_ASKING
from decidua.assessment.evidence.on_tests import advised, advised_against
from decidua.assessment.loading import load_rulebook
from decidua.assessment.options.judged import JudgedOption, judge_option
from decidua.assessment.options.ranking import rank_options
from decidua.assessment.options.status import JudgedStrategy
from decidua.assessment.verdicts import Engine, Verdicts
from decidua.assessment.woman.summary import describe
from decidua.condition.syntax import Atom, Condition, Known, walk
from decidua.profile.facts import IMPLIED, draw_facts, with_finding
from decidua.profile.finding import Fact
from decidua.profile.model import Profile
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import DatedRulebook, Rulebook
from decidua.rulebook.policy import NextPolicy
from decidua.truth import YES, Verdict
from decidua.version import __version__

if TYPE_CHECKING:
    from decidua.profile.rates import Rates

__all__ = ["find_out"]


def find_out(
    profile: Profile,
    *,
    as_of: str | datetime.date | None = None,
    rulebook: Rulebook | None = None,
    engine: Engine = "auto",
    rates: Rates | None = None,
) -> ToFindOut:
    """Say what to find out next for one woman, and what each finding would settle.

    Args:
        profile: The woman.
        as_of: As for ``assess``.
        rulebook: As for ``assess``.
        engine: As for ``assess``; the answers that are only supposed are judged by the reference engine.
        rates: As for ``assess``.

    Raises:
        DeciduaError: There is no such date or engine.
        EngineDisagreement: The two engines disagree; nothing is shown.
    """
    book = rulebook if rulebook is not None else load_rulebook()
    verdicts = Verdicts(book.at(as_of), draw_facts(profile, rates), engine)
    return _FindOut(verdicts).answer(profile)


class _FindOut:
    def __init__(self, verdicts: Verdicts) -> None:
        self.verdicts = verdicts
        self.view = verdicts.view
        self.asking = Asking(verdicts)
        self.judged = rank_options(self.view, [judge_option(verdicts, one) for one in self.view.book.options])
        self.rules_of = {one.option.option: tuple(rules_behind(self.view, one.option)) for one in self.judged}
        self._settled: dict[tuple[Condition, ...], Settling] = {}
        self._memory = Memory()

    def answer(self, profile: Profile) -> ToFindOut:
        """Return the whole answer."""
        policy = self.view.book.policy.next
        opened = [self._open_option(one, policy) for one in self.judged if one.open]
        asked = self._questions()
        urged = [one for one in asked if one.bears_on and not self._not_urged(one.question)]
        ask = [one for one in urged if not self._only_stops(one)]
        manifest = self.view.book.manifest
        waiting, gone = self._out_of_reach()
        return ToFindOut(
            decidua=__version__,
            as_of=self.view.day,
            rulebook=manifest.version,
            engine=self.verdicts.engine,
            who=tuple(describe(self.verdicts.facts, profile.why)),
            open=tuple(opened),
            settled=tuple(one.option.option for one in self.judged if not one.open),
            ask=tuple(sorted(ask, key=self._order)),
            not_urged=tuple(one for one in asked if one.bears_on and self._not_urged(one.question)),
            safety=tuple(one for one in urged if self._only_stops(one)),
            not_yet=waiting,
            no_longer=gone,
            changes_nothing=tuple(self._changes_nothing()),
            limits=(
                f"Looked for: sets of at most {policy.most_questions} questions, {policy.most_sets} sets, "
                f"{policy.most_combinations} combinations of answers."
            ),
            notice=manifest.notice,
            overlays=self.view.book.overlays,
        )

    def _open_option(self, judged: JudgedOption, policy: NextPolicy) -> OpenOption:
        ways = [one for one in judged.strategies if one.status == "undetermined"]
        worth = [one for one in ways if any(status in WORTH_ASKING for status in one.could_be)] or ways
        groups: dict[Condition | Verdict, list[JudgedStrategy]] = {}
        for one in worth:
            groups.setdefault(self.asking.left(one.strategy.id), []).append(one)
        return OpenOption(
            option=judged.option.option,
            name=judged.option.name,
            status=judged.status,
            could_be=judged.could_be,
            whole=self._way(worth, policy),
            ways=tuple(self._way(group, policy) for group in groups.values()),
        )

    def _way(self, ways: Sequence[JudgedStrategy], policy: NextPolicy) -> OpenWay:
        left = [self.asking.left(one.strategy.id) for one in ways]
        found = self._settle(tuple(dict.fromkeys(one for one in left if not isinstance(one, Verdict))), policy)
        order = policy.burdens
        sets = [self._way_out(one.questions, one.findings) for one in found.sets]
        sets.sort(key=lambda one: self._weight(one, order))
        could_be = {status for one in ways for status in one.could_be}
        return OpenWay(
            strategies=tuple(one.strategy.id for one in ways),
            titles=tuple(one.strategy.title for one in ways),
            could_be=tuple(sorted(could_be, key=self.view.book.policy.rank.statuses.index)),
            sets=tuple(sets),
            leaves_open=tuple(dict.fromkeys(self.asking.why_open(leaf) for leaf in found.leaves_open)),
            complete=found.complete,
            smallest=found.smallest,
        )

    def _weight(self, one: WayOut, order: Sequence[str]) -> tuple[int, int, list[int]]:
        """Order sets: those without a test that is not urged first, then the smaller, then the lighter."""
        burdens = sorted((order.index(self.asking.questions[key].burden) for key in one.questions), reverse=True)
        return len(one.not_urged), len(one.questions), burdens

    def _way_out(self, questions: Sequence[str], findings: tuple[str, ...]) -> WayOut:
        asked = [self.asking.questions[key] for key in questions]
        not_urged = tuple(one.name for one in asked if self._not_urged(one.key))
        return WayOut(tuple(questions), tuple(one.name for one in asked), findings, not_urged)

    def _settle(self, left: tuple[Condition, ...], policy: NextPolicy) -> Settling:
        found = self._settled.get(left)
        if found is not None:
            return found
        nodes = [node for one in left for node in walk(one)]
        named = {node.fact for node in nodes if isinstance(node, Atom | Known)}
        questions = {
            key: facts
            for key, one in self.asking.questions.items()
            if (facts := [fact.name for fact in one.facts if fact.name in named])
        }
        atoms = [node for node in nodes if isinstance(node, Atom)]
        answers = {
            name: [one.value for one in possible_answers(vocabulary()[name], self.verdicts.facts.get(name), atoms)]
            for facts in questions.values()
            for name in facts
        }
        limits = Limits(policy.most_questions, policy.most_sets, policy.most_combinations)
        found = self._settled[left] = settle(left, questions, answers, limits, self._memory)
        return found

    # The order of questions

    def _questions(self) -> list[QuestionToAsk]:
        reach: dict[str, set[str]] = {
            key: {atom.fact for atom in atoms_behind(self.verdicts, ids)} for key, ids in self.rules_of.items()
        }
        opened: dict[str, set[str]] = {
            one.option.option: set(self.asking.open_facts(way.strategy.id for way in self._possible(one)))
            for one in self.judged
            if one.open
        }
        atoms = list(atoms_behind(self.verdicts, (rule for ids in self.rules_of.values() for rule in ids)))
        return [
            asked
            for question in self.asking.questions.values()
            if (asked := self._question(question, reach, opened, atoms)).findings
        ]

    def _possible(self, judged: JudgedOption) -> list[JudgedStrategy]:
        return [one for one in judged.strategies if one.status == "undetermined"]

    def _question(
        self, question: Question, reach: dict[str, set[str]], opened: dict[str, set[str]], atoms: Sequence[Atom]
    ) -> QuestionToAsk:
        findings = []
        bears: dict[str, None] = {}
        for fact in question.facts:
            touched = [one for one in self.judged if fact.name in reach[one.option.option]]
            told = {other for known, _, other, _ in IMPLIED if known == fact.name}
            touched += [one for one in self.judged if one not in touched and told & reach[one.option.option]]
            if not touched or fact.name not in self._deciding:
                continue
            finding = self._finding(fact, touched, atoms)
            could = [key for key, facts in opened.items() if fact.name in facts]
            changed = [one.option for answer in finding.answers for one in answer.changes]
            if could or changed:
                bears.update(dict.fromkeys((*could, *changed)))
                findings.append(finding)
        settles = {key for one in findings for answer in one.answers for key in answer.settles}
        order = [one.option.option for one in self.judged]
        return QuestionToAsk(
            question=question.key,
            name=question.name,
            burden=question.burden,
            could_settle=tuple(key for key in order if key in settles),
            bears_on=tuple(key for key in order if key in bears),
            findings=tuple(findings),
            remark=question.remark,
            advised_against_by=self._who(question, advised_against),
            advised_by=self._who(question, advised),
        )

    def _who(self, question: Question, say: Callable[[DatedRulebook, str], tuple[str, ...]]) -> tuple[str, ...]:
        """Name who says something of the test of any of a question's findings."""
        return tuple(dict.fromkeys(who for one in question.facts for who in say(self.view, one.name)))

    def _finding(self, fact: Fact, touched: Sequence[JudgedOption], atoms: Sequence[Atom]) -> AskedFinding:
        """Judge the options that a finding touches again, with each answer it can have."""
        known = self.verdicts.facts.get(fact.name)
        answers = []
        for answer in possible_answers(fact, known, atoms):
            supposed = self.verdicts.supposing(with_finding(self.verdicts.facts, fact.name, answer.value))
            changes, settles = [], []
            for before in touched:
                after = judge_option(supposed, before.option)
                if (after.status, after.could_be) != (before.status, before.could_be):
                    option = before.option
                    changes.append(Outcome(option.option, option.name, after.status, after.could_be, before.status))
                    if before.open and not after.open:
                        settles.append(option.option)
            answers.append(AnswerEffect(answer.says, tuple(changes), tuple(settles)))
        stays = self.view.book.policy.next.stays_unknown
        unknown = next((one.where for one in stays if one.finding == fact.name), None)
        return AskedFinding(fact.name, fact.label, tuple(answers), unknown)

    def _not_urged(self, key: str) -> bool:
        """Say whether a question is never urged: an immune marker, or a test advised against and by none for."""
        question = self.asking.questions[key]
        if question.immune:
            return True
        return bool(self._who(question, advised_against)) and not self._who(question, advised)

    def _only_stops(self, one: QuestionToAsk) -> bool:
        """Say whether a question can do no more than rule options out as contraindicated."""
        facts = {finding.finding for finding in one.findings}
        return not facts & self._settling

    @cached_property
    def _settling(self) -> set[str]:
        """The findings that could still decide a population, a position or a cause.

        One that could decide her standing in a study is among them where it could not rule the option out as well.
        """
        rules = dict.fromkeys(rule for ids in self.rules_of.values() for rule in ids)

        def opened(*kinds: str) -> set[str]:
            return set(self.asking.open_facts(rule for rule in rules if rule.startswith(kinds)))

        others = (rule for rule in rules if not rule.startswith(("finding:", "study:")))
        return set(self.asking.open_facts(others)) | (opened("study:") - opened("finding:"))

    def _order(self, one: QuestionToAsk) -> tuple[bool, bool, int, int, int, str]:
        question = self.asking.questions[one.question]
        facts = self.verdicts.facts
        pregnant = facts.get("pregnancy.pregnant") is True
        here_for_losses = self.verdicts.verdict("rpl") is YES and self.verdicts.verdict("rif") is not YES
        return (
            not (pregnant and question.of_pregnancy),
            here_for_losses and question.of_transfers,
            -len(one.could_settle),
            -len(one.bears_on),
            self.view.book.policy.next.burdens.index(question.burden),
            one.name,
        )

    # What need not be asked

    def _asked_about(self) -> list[Fact]:
        """Return the unknown findings that any rule asks about."""
        named = {atom.fact for atom in atoms_behind(self.verdicts, self.view.rules)}
        return [fact for name, fact in vocabulary().items() if name in named and self.asking.unknown(name)]

    def _out_of_reach(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what waits for the next pregnancy, and what can no longer be had, of what could decide an option."""
        ways = [way.strategy.id for judged in self.judged for way in self._possible(judged)]
        facts = [vocabulary()[name] for name in dict.fromkeys(self.asking.open_facts(ways))]
        gone = [fact.label for fact in facts if self.asking.past(fact)]
        waiting = [fact.label for fact in facts if self.asking.not_yet(fact) and not self.asking.past(fact)]
        return tuple(waiting), tuple(gone)

    def _changes_nothing(self) -> Iterator[str]:
        """Yield the findings that no answer, alone or with others, lets change an option."""
        for fact in self._asked_about():
            if fact.name in self.asking.question_of and fact.name not in self._deciding:
                yield fact.label

    @cached_property
    def _deciding(self) -> set[str]:
        """The findings that could still decide a rule that an option rests on, or say one that could."""
        found = set(self.asking.open_facts(dict.fromkeys(rule for ids in self.rules_of.values() for rule in ids)))
        return found | {known for known, _, other, _ in IMPLIED if other in found}
