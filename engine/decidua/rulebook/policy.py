"""The policies: how verdicts, evidence and positions become certainty, status, rank and words. All of it is data.

A policy looks at policy facts, a vocabulary of its own: they are drawn from the assessment, not from the woman.
"""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from decidua.condition.syntax import Condition
from decidua.evidence.models import Record, Text, Texts
from decidua.profile.finding import Fact
from decidua.rulebook.models import OutcomePolicy

__all__ = [
    "CERTAINTY_FACTS",
    "STATUS_FACTS",
    "Certainty",
    "CertaintyPolicy",
    "CertaintyRule",
    "Policy",
    "RankPolicy",
    "Status",
    "StatusPolicy",
    "StatusRow",
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
    Fact("randomised", "yes_no", "The studies are randomised"),
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
    Fact("interval_holds_no_effect", "yes_no", "The 95 % interval holds no effect"),
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
    Fact("participants", "integer", "Participants in both arms", minimum=0, maximum=10_000_000),
    Fact("i_squared", "number", "I2 (0 to 1)", minimum=0, maximum=1),
    Fact("estimates_disagree", "yes_no", "Another line of randomised evidence points the other way"),
    Fact("isolates", "yes_no", "The arms differ in this treatment alone"),
    Fact("other_population", "yes_no", "The studies took another population than the strategy's"),
    Fact("concern_share", "number", "Share of participants in studies with an integrity concern", minimum=0, maximum=1),
    Fact("retracted", "integer", "Retracted studies kept out", minimum=0, maximum=1000),
    Fact("publication_bias", "choice", "Publication bias", choices=("not_read", "suspected", "not_suspected")),
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


class CertaintyRule(Record):
    """One reason to lower the certainty; in each domain the strongest that holds counts.

    Attributes:
        source: Where its threshold comes from; null is printed as decidua's own choice.
    """

    id: Text
    domain: Literal["risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias", "integrity"]
    when: Condition
    down: Annotated[int, Field(ge=1, le=2)]
    says: Text
    source: Text | None


class CertaintyPolicy(Record):
    """Where certainty starts, what lowers it, and the differences it looks at."""

    start_randomised: Certainty
    start_observational: Certainty
    smallest_difference_per_1000: Annotated[float, Field(gt=0)]
    smallest_difference_source: Text | None
    rules: Annotated[tuple[CertaintyRule, ...], Field(strict=False, min_length=1)]


class RankPolicy(Record):
    """The order of the options."""

    statuses: Annotated[tuple[Status, ...], Field(strict=False)]
    says: Texts

    @model_validator(mode="after")
    def _ranks_every_status(self) -> Self:
        if sorted(self.statuses) != sorted(get_args(Status)):
            raise ValueError(f"must name each of {', '.join(get_args(Status))} once")
        return self


class Verb(Record):
    """One verb in the three forms that a sentence may need."""

    singular: Text
    plural: Text
    infinitive: Text


class Words(Record):
    """GRADE's sentences: how sure by certainty, what by direction."""

    by_certainty: dict[Certainty, Text]
    directions: dict[Text, Verb]


class Policy(Record):
    """All of ``rules/policy``."""

    status: StatusPolicy
    certainty: CertaintyPolicy
    rank: RankPolicy
    outcomes: Annotated[tuple[OutcomePolicy, ...], Field(strict=False)]
    words: Words
