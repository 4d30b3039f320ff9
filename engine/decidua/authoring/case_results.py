"""What running the worked cases gives: failures, verdicts without a case, and mutants that no case tells apart."""

from __future__ import annotations

from decidua.frozen import Frozen

__all__ = ["CaseFailure", "CaseReport", "Excused", "MissingVerdict", "RulePlace", "Survivor"]


class RulePlace(Frozen):
    """A rule and where it stands."""

    id: str
    kind: str
    file: str
    line: int | None


class CaseFailure(Frozen):
    """One thing that came out otherwise than a case expects.

    Attributes:
        case: The sentence of the case.
        of: What was judged: a rule, an option, a strategy, an option's caution, or the engines.
        expected: What should have come out.
        found: What came out.
        because: What decided it.
    """

    case: str
    file: str
    line: int | None
    of: str
    expected: str
    found: str
    because: str


class MissingVerdict(Frozen):
    """A rule, and the verdicts that no case expects of it."""

    rule: RulePlace
    verdicts: tuple[str, ...]


class Survivor(Frozen):
    """A mutant of a rule under which every case comes out as expected.

    Attributes:
        says: What was changed.
    """

    rule: RulePlace
    says: str


class Excused(Frozen):
    """What the cases need not show, with the reason; ``idle`` where a case shows it after all, or it cannot be."""

    rule: RulePlace
    says: str
    why: str
    idle: str | None = None


class CaseReport(Frozen):
    """The outcome of a run.

    Attributes:
        engine: The engines that ran.
        cases: Cases run.
        rules: Rules looked at.
        mutants: Mutants tried; None where they were not asked for.
        killed: Mutants that a case tells apart.
        same: Mutants that mean the same for every woman.
    """

    engine: str
    cases: int
    rules: int
    mutants: int | None
    killed: int
    same: int
    failures: tuple[CaseFailure, ...]
    missing: tuple[MissingVerdict, ...]
    survivors: tuple[Survivor, ...]
    excused: tuple[Excused, ...]

    @property
    def holds(self) -> bool:
        """Whether every case holds, every verdict has a case, every mutant is killed and every excuse is needed."""
        idle = any(one.idle is not None for one in self.excused)
        return not (self.failures or self.missing or self.survivors or idle)
