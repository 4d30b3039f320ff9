"""The policies: how verdicts, evidence and positions become certainty, status, rank and words. All of it is data.

A policy looks at policy facts, a vocabulary of its own: they are drawn from the assessment, not from the woman.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from decidua.condition.syntax import Condition
from decidua.evidence.models import Record, Text, Texts
from decidua.profile.finding import Fact
from decidua.rulebook.asking import NextPolicy
from decidua.rulebook.baseline import BaselinePolicy
from decidua.rulebook.explaining import ExplainPolicy
from decidua.rulebook.models import OutcomePolicy

__all__ = [
    "CERTAINTY_FACTS",
    "POLICY_FACTS",
    "POOLING_FACTS",
    "STATUS_FACTS",
    "Agreed",
    "Certainty",
    "CertaintyPolicy",
    "CertaintyRule",
    "Domain",
    "NextPolicy",
    "Policy",
    "PoolingPolicy",
    "PoolingRule",
    "RankPolicy",
    "Remark",
    "SecondLine",
    "Size",
    "StabilityPolicy",
    "Status",
    "StatusPolicy",
    "StatusRow",
    "Verb",
    "Words",
]

Status = Literal["consider", "research_only", "undetermined", "advised_against", "not_applicable", "contraindicated"]
Certainty = Literal["high", "moderate", "low", "very_low"]


def _facts(*facts: Fact) -> dict[str, Fact]:
    return {fact.name: fact for fact in facts}


STATUS_FACTS: dict[str, Fact] = _facts(
    Fact(
        "population", "choice", "Whether the strategy's population is hers", choices=("hers", "not_hers", "not_known")
    ),
    Fact("described", "yes_no", "The strategy was on record by the date asked for"),
    Fact("explained", "yes_no", "A cause explains her case and the strategy is for unexplained cases"),
    Fact("contraindicated", "yes_no", "A contraindication is present"),
    Fact("safety_recorded", "yes_no", "A safety record of every drug was read"),
    Fact("societies_for", "integer", "Societies that recommend, suggest or allow it for her", minimum=0, maximum=1000),
    Fact("societies_against", "integer", "Societies that advise against it for her", minimum=0, maximum=1000),
    Fact(
        "societies_possibly_against",
        "integer",
        "Societies that advise against it for a population that may be hers",
        minimum=0,
        maximum=1000,
    ),
    Fact("societies_research_only", "integer", "Societies that keep it to research for her", minimum=0, maximum=1000),
    Fact(
        "live_birth",
        "choice",
        "What the randomised live-birth evidence shows",
        choices=("benefit", "no_important_benefit", "harm", "unclear", "none"),
    ),
    Fact("certainty", "choice", "Its computed certainty", choices=("high", "moderate", "low", "very_low", "none")),
)

CERTAINTY_FACTS: dict[str, Fact] = _facts(
    Fact("randomised", "yes_no", "Randomised studies"),
    Fact("studies", "integer", "Studies", minimum=0, maximum=1000),
    Fact(
        "bias_low_share",
        "number",
        "Share of the participants in studies judged at low risk of bias",
        minimum=0,
        maximum=1,
    ),
    Fact("bias_high_share", "number", "Share in studies judged at high risk of bias", minimum=0, maximum=1),
    Fact("bias_not_read_share", "number", "Share in studies whose risk of bias was not read", minimum=0, maximum=1),
    Fact("i_squared", "number", "I2 (0 to 1)", minimum=0, maximum=1),
    Fact("estimates_disagree", "yes_no", "Another line of randomised evidence points the other way"),
    Fact("isolates", "yes_no", "Arms that differ in this treatment alone"),
    Fact("other_population", "yes_no", "The studies took another population than the strategy's"),
    Fact(
        "stands_in",
        "yes_no",
        "The outcome stands in for another of which the strategy has no line of the same design or a better one",
    ),
    Fact(
        "not_eligible_share",
        "number",
        "Share of the participants in studies that would not have taken her",
        minimum=0,
        maximum=1,
    ),
    Fact("interval_holds_no_effect", "yes_no", "95 % interval that holds no effect"),
    Fact(
        "interval_holds_important_difference",
        "yes_no",
        "The 95 % interval holds a difference that matters, on the side of the estimate or the other",
    ),
    Fact(
        "interval_holds_both_important",
        "yes_no",
        "The 95 % interval holds both an important benefit and an important harm",
    ),
    Fact("events", "integer", "Events in both arms", minimum=0, maximum=10_000_000),
    Fact(
        "registered_share",
        "number",
        "Share in studies without an integrity concern whose entry in a registry was read",
        minimum=0,
        maximum=1,
    ),
    Fact("concern_share", "number", "Share of participants in studies with an integrity concern", minimum=0, maximum=1),
    Fact("retracted", "integer", "Retracted studies that were left out", minimum=0, maximum=1000),
    Fact("risk_ratio", "number", "The risk ratio", minimum=0, maximum=1_000_000),
    Fact("dose_response", "yes_no", "Every study was read to show a stronger effect of more treatment"),
    Fact(
        "confounding_opposes",
        "yes_no",
        "Of every study it was read that plausible confounding would have hidden the effect, not made it",
    ),
)

POOLING_FACTS: dict[str, Fact] = _facts(
    Fact(
        "integrity",
        "choice",
        "What is known against the study",
        choices=("none_known", "concern", "expression_of_concern", "retracted"),
    ),
    Fact("second_filing", "yes_no", "Another record of the same paper"),
    Fact(
        "comparator",
        "choice",
        "What it was compared with",
        choices=("placebo", "no_treatment", "active", "usual_care", "historical", "none", "prognostic"),
    ),
    Fact("control_arm", "yes_no", "Control arm"),
    Fact("counts_read", "yes_no", "Events and totals of both arms on record"),
    Fact("usable", "yes_no", "Leave of its record to pool its counts"),
    Fact("isolates", "yes_no", "Arms that differ in this treatment alone"),
)


class StatusRow(Record):
    """One row of the status table. The conditions of the rows exclude each other and leave no gap."""

    id: Text
    status: Status
    when: Condition
    says: Text


class StatusPolicy(Record):
    """The status table."""

    rows: Annotated[tuple[StatusRow, ...], Field(strict=False, min_length=1)]


Domain = Literal[
    "risk_of_bias",
    "inconsistency",
    "indirectness",
    "imprecision",
    "publication_bias",
    "integrity",
    "large_effect",
    "dose_response",
    "confounding",
]
RAISING: tuple[Domain, ...] = ("large_effect", "dose_response", "confounding")
"""Domains that raise a certainty; every other one lowers it."""


class CertaintyRule(Record):
    """One reason to lower or to raise the certainty; in each domain the strongest that holds counts.

    Attributes:
        levels: Below 0 lowers, above 0 raises, 0 is a remark.
        source: Where its threshold comes from; null is printed as decidua's own choice.
    """

    id: Text
    domain: Domain
    when: Condition
    levels: Annotated[int, Field(ge=-2, le=2)]
    says: Text
    source: Text | None

    @model_validator(mode="after")
    def _keeps_to_its_side(self) -> Self:
        if self.levels * (1 if self.domain in RAISING else -1) < 0:
            side = "raises" if self.domain in RAISING else "lowers"
            raise ValueError(f"'{self.domain}' {side} a certainty; {self.levels:+d} levels does the opposite")
        return self


class CertaintyPolicy(Record):
    """Where certainty starts, what lowers and raises it, and the differences it looks at."""

    start_randomised: Certainty
    start_observational: Certainty
    smallest_difference_per_1000: Annotated[float, Field(gt=0)]
    smallest_difference_source: Text | None
    not_raised_says: Text
    rules: Annotated[tuple[CertaintyRule, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _covers_every_domain(self) -> Self:
        missing = [domain for domain in get_args(Domain) if domain not in {rule.domain for rule in self.rules}]
        if missing:
            raise ValueError(f"has no rule for {', '.join(missing)}; each domain needs one")
        return self


Agreed = Literal["outcome", "per", "design", "start", "comparison", "population", "subgroup"]
NAMING: tuple[Agreed, ...] = ("outcome", "per", "design")
"""What a line is named by: studies that differ in one of them are never pooled."""


class Agreement(Record):
    """One thing in which studies must agree to be pooled."""

    on: Agreed
    says: Text


class Remark(Record):
    """A rule without a condition: what always holds, and its words."""

    id: Text
    says: Text


class PoolingRule(Remark):
    """One reason why a result is kept out of a pool."""

    when: Condition


class SecondLine(PoolingRule):
    """One reason why a result enters only a second line; ``label`` is what that line is called."""

    label: Text


class PoolingPolicy(Record):
    """What may be pooled.

    Attributes:
        named: What a strategy names (a contrast, a part of the women) is all that it draws on.
        never: What never enters, in the order in which it is asked; the first that holds is the reason.
        second_line: What enters only beside the sound studies, in a second line.
        alone: What is pooled with nothing.
        once: A study is counted once in a line.
        agree: What must agree for studies to be pooled.
    """

    named: Remark
    never: Annotated[tuple[PoolingRule, ...], Field(strict=False, min_length=1)]
    second_line: Annotated[tuple[SecondLine, ...], Field(strict=False)]
    alone: Annotated[tuple[PoolingRule, ...], Field(strict=False)]
    once: Remark
    agree: Annotated[tuple[Agreement, ...], Field(strict=False)]

    @model_validator(mode="after")
    def _agrees_on_what_names_a_line(self) -> Self:
        named = [one.on for one in self.agree]
        if len(set(named)) < len(named) or not set(NAMING) <= set(named):
            raise ValueError(f"'agree' must name {', '.join(NAMING)}, and nothing twice")
        return self


class RankPolicy(Record):
    """The order of the options."""

    statuses: Annotated[tuple[Status, ...], Field(strict=False)]
    says: Texts

    @model_validator(mode="after")
    def _ranks_every_status(self) -> Self:
        if sorted(self.statuses) != sorted(get_args(Status)):
            raise ValueError(f"must name each of {', '.join(get_args(Status))} once")
        return self


Chance = Annotated[float, Field(gt=0, lt=1)]


class StabilityPolicy(Record):
    """What the answer is held against: without each study in turn, and at other chances without treatment.

    Attributes:
        chances: Chances of a live birth without treatment (above 0, below 1), from low to high.
        source: Where the range comes from; null is printed as decidua's own choice.
    """

    chances: Annotated[tuple[Chance, ...], Field(strict=False, min_length=2, max_length=50)]
    source: Text | None
    says: Texts

    @model_validator(mode="after")
    def _goes_up(self) -> Self:
        if list(self.chances) != sorted(set(self.chances)):
            raise ValueError("'chances' must go from low to high, none of them twice")
        return self


class Verb(Record):
    """One verb in the three forms that a sentence may need."""

    singular: Text
    plural: Text
    infinitive: Text


class Direction(Record):
    """Where an effect points: its verb and its noun."""

    verb: Verb
    noun: Text


class Saying(Record):
    """How sure a sentence sounds, and in which form its verb stands."""

    says: Text
    form: Literal["finite", "infinitive", "none"]


class Size(Record):
    """The words for a difference of so many per 1000 or more.

    Attributes:
        source: Where the number comes from; null is printed as decidua's own choice.
    """

    id: Text
    from_per_1000: Annotated[float, Field(gt=0)]
    says: Text
    source: Text | None


class Words(Record):
    """GRADE's sentences: how sure by certainty, what by direction and size.

    Attributes:
        sizes: Differences above the smallest that matters, the largest first.
        small: Words for a smaller difference that still matters.
        trivial: Words for one that does not matter though the interval leaves out no effect.
        none: Words for one that does not matter.
        unknown: Words where the size cannot be given.
        result: The verb of "results in".
        opposite: What is added where the interval holds no effect and the estimate matters.
        wide: What is added where the estimate does not matter and the interval holds a difference that does.
    """

    by_certainty: dict[Certainty, Saying]
    directions: dict[Literal["more", "less", "same"], Direction]
    result: Verb
    sizes: Annotated[tuple[Size, ...], Field(strict=False)]
    small: Text
    trivial: Text
    none: Text
    unknown: Text
    opposite: Text
    wide: Text

    @model_validator(mode="after")
    def _can_be_said(self) -> Self:
        if set(self.by_certainty) != set(get_args(Certainty)) or set(self.directions) != {"more", "less", "same"}:
            raise ValueError("must have words for every certainty, and for more, less and same")
        if [one.from_per_1000 for one in self.sizes] != sorted({one.from_per_1000 for one in self.sizes}, reverse=True):
            raise ValueError("'sizes' must go from the largest down, each with a number of its own")
        phrases = [*(one.says for one in self.sizes), self.small, self.trivial, self.none, self.unknown]
        try:
            for phrase in phrases:
                phrase.format(verb="", noun="", result="", outcome="")
            for saying in self.by_certainty.values():
                saying.says.format(treatment="", effect="", outcome="")
        except (KeyError, IndexError) as error:
            raise ValueError(f"nothing is known to put in the place {error}") from None
        return self


class Policy(Record):
    """All of ``rules/policy``."""

    status: StatusPolicy
    certainty: CertaintyPolicy
    rank: RankPolicy
    outcomes: Annotated[tuple[OutcomePolicy, ...], Field(strict=False)]
    words: Words
    pooling: PoolingPolicy
    baseline: BaselinePolicy
    next: NextPolicy
    stability: StabilityPolicy
    explain: ExplainPolicy


POLICY_FACTS: Mapping[str, Mapping[str, Fact]] = {
    "status": STATUS_FACTS,
    "certainty": CERTAINTY_FACTS,
    "pooling": POOLING_FACTS,
}
"""What the conditions of a policy look at, by its name; those of any other look at her facts."""
