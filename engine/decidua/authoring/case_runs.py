"""Runs one worked case: what comes out for its woman, beside what should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from decidua.assessment.answers.result import Assessment, OptionAnswer
from decidua.assessment.assess import assess
from decidua.assessment.verdicts import Engine, Verdicts
from decidua.assessment.words import because
from decidua.authoring.case_results import CaseFailure
from decidua.errors import EngineDisagreement
from decidua.frozen import Frozen
from decidua.profile.facts import draw_facts
from decidua.rulebook.book import Rulebook
from decidua.rulebook.cases import TestedRules, WorkedCase
from decidua.truth import Verdict

__all__ = ["CaseRun", "run_case"]


class CaseRun(Frozen):
    """A case that was run.

    Attributes:
        case: The case.
        verdicts: Every rule's verdict for its woman, by the reference engine.
        expected: The verdict expected of each rule that the case speaks of.
        failures: What came out otherwise.
    """

    case: WorkedCase
    verdicts: Verdicts
    expected: Mapping[str, Verdict]
    failures: tuple[CaseFailure, ...]


def run_case(case: WorkedCase, book: Rulebook, tested: TestedRules, engine: Engine = "auto") -> CaseRun:
    """Run one case on the reference engine and, where it is installed, on the production network.

    Raises:
        DeciduaError: There is no such engine or date.
    """
    view = book.at(case.as_of)
    facts = draw_facts(case.profile)
    failures: list[CaseFailure] = []
    try:
        verdicts = Verdicts(view, facts, engine)
    except EngineDisagreement as error:
        failures.append(_failure(case, "the engines", "agreement", "disagreement", str(error)))
        verdicts = Verdicts(view, facts, "reference")
    expected = tested.expected(case)
    failures.extend(_verdict_failures(case, verdicts, expected))
    if case.expect.needs_assessment and not any(one.of == "the engines" for one in failures):
        failures.extend(_answer_failures(case, assess(case.profile, as_of=case.as_of, rulebook=book, engine=engine)))
    return CaseRun(case, verdicts, expected, tuple(failures))


def _failure(case: WorkedCase, of: str, expected: str, found: str, why: str = "") -> CaseFailure:
    return CaseFailure(case.name, case.file, case.line, of, expected, found, why)


def _verdict_failures(case: WorkedCase, verdicts: Verdicts, expected: Mapping[str, Verdict]) -> Iterator[CaseFailure]:
    for id_, wanted in expected.items():
        if id_ not in verdicts.view.rules:
            yield _failure(case, id_, wanted, "no rule", f"it does not hold on {verdicts.view.day}")
        elif (found := verdicts.verdict(id_)) is not wanted:
            yield _failure(case, id_, wanted, found, because(verdicts, verdicts.proof(id_)))


def _answer_failures(case: WorkedCase, result: Assessment) -> Iterator[CaseFailure]:
    options: dict[str, OptionAnswer] = {option.option: option for option in result.options}
    found: dict[str, tuple[str, str]] = {key: (option.status, option.in_brief) for key, option in options.items()}
    for option in result.options:
        found |= {strategy.id: (strategy.status, strategy.because) for strategy in option.strategies}
    nothing = ("no answer", f"it was not on record by {result.as_of}")
    for id_, wanted in case.expect.status.items():
        status, why = found.get(id_, nothing)
        if status != wanted:
            yield _failure(case, id_, wanted, status, why)
    for id_, refused in case.expect.must_not.status.items():
        status, why = found.get(id_, nothing)
        if status == refused:
            yield _failure(case, id_, f"not {refused}", status, why)
    for key, findings in case.expect.cautions.items():
        for finding in findings:
            verdict = _caution(options[key], finding)
            if verdict != "yes":
                yield _failure(case, f"{key}: {finding}", "a caution that is present", verdict)
    for key, findings in case.expect.must_not.cautions.items():
        for finding in findings:
            if _caution(options[key], finding) == "yes":
                yield _failure(case, f"{key}: {finding}", "no caution that is present", "yes")


def _caution(option: OptionAnswer, finding: str) -> str:
    """Return what is said of a finding among the cautions of an option."""
    verdicts = [caution.verdict for caution in option.cautions if caution.key == finding]
    if not verdicts:
        return "no such caution"
    return "yes" if "yes" in verdicts else verdicts[0]
