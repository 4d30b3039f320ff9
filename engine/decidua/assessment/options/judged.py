"""An option with its strategies judged for her."""

from __future__ import annotations

from decidua.assessment.options.status import choose_best, judge_strategy, option_status
from decidua.assessment.verdicts import Verdicts
from decidua.rulebook.models import Option

__all__ = ["JudgedOption", "judge_option"]


class JudgedOption:
    """An option with its strategies judged for her."""

    def __init__(self, verdicts: Verdicts, option: Option) -> None:
        self.option = option
        strategies = verdicts.view.strategies_of(option)
        self.strategies = [judge_strategy(verdicts, strategy, option.option) for strategy in strategies]
        self.best = choose_best(verdicts.view, self.strategies)
        self.status, self.could_be = option_status(verdicts.view, self.strategies)

    @property
    def open(self) -> bool:
        """Whether its status is not settled: not determined, or a better one is still possible."""
        return self.status == "undetermined" or bool(self.could_be)


def judge_option(verdicts: Verdicts, option: Option) -> JudgedOption:
    """Judge every strategy of an option for her."""
    return JudgedOption(verdicts, option)
