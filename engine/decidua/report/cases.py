"""The outcome of the worked cases as report blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from decidua.authoring.case_results import CaseFailure, CaseReport, Excused, RulePlace
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph, list_words

__all__ = ["case_blocks"]


def case_blocks(report: CaseReport) -> Iterator[Block]:
    """Yield what did not hold, what is missing, what no case would notice, and what is excused."""
    if report.failures:
        yield Heading("Came out otherwise", 2, "bad")
        yield Bullets(tuple(_failures(report.failures)))
    if report.missing:
        yield Heading("No case for a verdict", 2, "bad")
        yield Bullets(
            tuple(
                Bullet(
                    one.rule.id, f"has no case in which it is {list_words(one.verdicts, 'or')}", "bad", _where(one.rule)
                )
                for one in report.missing
            )
        )
    if report.survivors:
        yield Heading("Changes that no case would notice", 2, "bad")
        yield Bullets(tuple(_survivors(report)))
    idle = [one for one in report.excused if one.idle is not None]
    if idle:
        yield Heading("Excuses that are not needed", 2, "bad")
        yield Bullets(tuple(Bullet(one.rule.id, f"{one.says}: {one.idle}; remove the excuse", "bad") for one in idle))
    excused = [one for one in report.excused if one.idle is None]
    if excused:
        yield Heading("Not asked of the cases, with the reason", 2, "muted")
        yield Bullets(tuple(_excused(excused)))
    yield Paragraph(_sum(report), "good" if report.holds else "bad")


def _where(rule: RulePlace) -> tuple[str, ...]:
    if not rule.file:
        return ()
    return (f"{rule.file}, line {rule.line}" if rule.line else rule.file,)


def _failures(failures: Iterable[CaseFailure]) -> Iterator[Bullet]:
    by_case: dict[tuple[str, str, int | None], list[str]] = {}
    for one in failures:
        said = f"{one.of}: {one.expected} expected, {one.found} came out{f' ({one.because})' if one.because else ''}"
        by_case.setdefault((one.case, one.file, one.line), []).append(said)
    for (case, file, line), all_said in by_case.items():
        yield Bullet(case, f"{file}, line {line}" if line else file, "bad", tuple(all_said))


def _survivors(report: CaseReport) -> Iterator[Bullet]:
    by_rule: dict[RulePlace, list[str]] = {}
    for one in report.survivors:
        by_rule.setdefault(one.rule, []).append(one.says)
    for rule, says in by_rule.items():
        yield Bullet(rule.id, ", ".join(_where(rule)), "bad", tuple(says))


def _excused(excused: Iterable[Excused]) -> Iterator[Bullet]:
    by_reason: dict[tuple[str, str], list[str]] = {}
    for one in excused:
        by_reason.setdefault((one.rule.id, one.why), []).append(one.says)
    for (id_, why), says in by_reason.items():
        yield Bullet(id_, why, "muted", tuple(says))


def _sum(report: CaseReport) -> str:
    ran = f"{_count(report.cases, 'case')} for {_count(report.rules, 'rule')} on the engine {report.engine}"
    found = (
        [f"{_count(len({one.case for one in report.failures}), 'case')} came out otherwise"] if report.failures else []
    )
    if report.missing:
        verdicts = sum(len(one.verdicts) for one in report.missing)
        found.append(f"{_count(verdicts, 'verdict')} without a case")
    if report.mutants is not None:
        tried = (
            f"{_count(report.mutants, 'change')} tried: {report.killed} noticed, {report.same} without any effect, "
            f"{sum(one.idle is None and not one.says.startswith('never ') for one in report.excused)} excused"
        )
        if report.survivors:
            found.append(f"{_count(len(report.survivors), 'change')} unnoticed")
        ran = f"{ran}; {tried}"
    if report.holds:
        return f"{ran}. All as expected."
    return f"{ran}. Not sound: {', '.join(found) or 'an excuse is not needed'}."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
