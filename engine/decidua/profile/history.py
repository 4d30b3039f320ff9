"""Her history: pregnancies and embryo transfers, one by one, as counts, or both."""

import re
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le
from pydantic import BeforeValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from decidua.profile.finding import Section, YesNo, finding

__all__ = ["FAILED", "LOSSES", "Embryo", "Pregnancies", "Pregnancy", "Transfer", "Transfers", "Weeks"]

_WEEKS_AND_DAYS = "([0-9]{1,2})w([0-6])d?"


def _read_weeks(value: Any) -> Any:
    """Read ``9w6d`` as 9 weeks and 6 days; leave numbers alone."""
    match = re.fullmatch(_WEEKS_AND_DAYS, value) if isinstance(value, str) else None
    return int(match[1]) + int(match[2]) / 7 if match else value


_Number = Annotated[float, Ge(2), Le(45)]
_Text = Annotated[str, Field(pattern=f"^{_WEEKS_AND_DAYS}$")]
Weeks = Annotated[_Number, BeforeValidator(_read_weeks, json_schema_input_type=_Number | _Text)]
"""Completed weeks of gestation from the last menstrual period, 2 to 45: ``8``, ``8.5`` or ``8w3d``."""

Outcome = Literal[
    "biochemical_loss",
    "miscarriage",
    "loss_of_unknown_kind",
    "ectopic",
    "molar",
    "stillbirth",
    "termination",
    "live_birth",
    "ongoing",
]
LOSSES = ("biochemical_loss", "miscarriage", "loss_of_unknown_kind")
"""Outcomes that count as a loss: ectopic, molar and ended pregnancies and stillbirths are counted apart."""


class Pregnancy(Section):
    """One earlier pregnancy."""

    order: int | None = Field(
        default=None,
        ge=1,
        le=60,
        description="Position among all her pregnancies, the first is 1. Absent means unknown.",
    )
    outcome: Outcome = Field(
        description="How it ended. 'miscarriage' is a clinical loss seen on scan or by histology, 'biochemical_loss' a "
        "positive test only, 'loss_of_unknown_kind' either of the two; a later death (from 20 to 24 weeks on, by "
        "country) is a 'stillbirth'."
    )
    weeks: Weeks | None = Field(
        default=None,
        description="Gestational age when it ended (completed weeks from the last menstrual period; 9w6d is read too).",
    )
    confirmed_by: Literal["urine_test", "serum_hcg", "ultrasound", "histology"] | None = Field(
        default=None, description="The firmest way in which the pregnancy was confirmed."
    )
    conceived: Literal["naturally", "art"] | None = Field(
        default=None, description="Conceived naturally or by assisted reproduction (ART)."
    )
    partner: Literal["current", "earlier"] | None = Field(
        default=None, description="Whether the partner (or sperm source) was the present one."
    )
    karyotype: Literal["euploid", "aneuploid", "unbalanced", "not_tested", "no_result"] | None = Field(
        default=None,
        description="Karyotype of this loss: euploid, aneuploid, an unbalanced structural rearrangement, not tested, "
        "or tested without a result. A karyotype belongs to its loss.",
    )
    fetus_normal: YesNo = Field(default=None, description="Whether the fetus looked morphologically normal.")
    placental_disease: YesNo = Field(
        default=None, description="Whether it ended early for pre-eclampsia or placental insufficiency."
    )


class Pregnancies(Section):
    """Her pregnancies so far, the present one not included.

    Single pregnancies must fit within the counts given. ``complete`` says that nothing else happened: then a kind of
    pregnancy that is not listed did not occur, and the singles, where any are listed, must equal the counts.
    """

    complete: bool = Field(default=False, description="Every pregnancy so far is accounted for.")
    losses: int | None = finding("Pregnancy losses, clinical and biochemical", at_least=0, at_most=40)
    clinical_losses: int | None = finding("Losses seen on scan or by histology", at_least=0, at_most=40)
    biochemical_losses: int | None = finding("Losses after a positive test only", at_least=0, at_most=40)
    consecutive_losses: int | None = finding("Longest run of losses without a birth between", at_least=0, at_most=40)
    losses_before_10_weeks: int | None = finding("Losses before 10 weeks", at_least=0, at_most=40)
    losses_from_14_weeks: int | None = finding("Losses from 14 weeks on", at_least=0, at_most=40)
    euploid_losses: int | None = finding("Losses with a normal karyotype", at_least=0, at_most=40)
    aneuploid_losses: int | None = finding("Losses with an abnormal number of chromosomes", at_least=0, at_most=40)
    unbalanced_losses: int | None = finding("Losses with an unbalanced rearrangement", at_least=0, at_most=40)
    losses_with_current_partner: int | None = finding("Losses with the present partner", at_least=0, at_most=40)
    ectopic: int | None = finding("Ectopic pregnancies", at_least=0, at_most=40)
    molar: int | None = finding("Molar pregnancies", at_least=0, at_most=40)
    stillbirths: int | None = finding("Stillbirths", at_least=0, at_most=40)
    terminations: int | None = finding("Pregnancies ended on purpose", at_least=0, at_most=40)
    live_births: int | None = finding("Pregnancies that ended in a live birth", at_least=0, at_most=40)
    losses_since_last_live_birth: int | None = finding("Losses after the last live birth", at_least=0, at_most=40)
    singles: Annotated[tuple[Pregnancy, ...], Field(strict=False, max_length=60)] = Field(
        default=(), description="Pregnancies described one by one, as many as are known."
    )


class Embryo(Section):
    """One embryo of a transfer."""

    stage: Literal["cleavage", "morula", "blastocyst"] | None = Field(default=None, description="Stage at transfer.")
    quality: Literal["good", "fair", "poor"] | None = Field(
        default=None, description="Quality by the laboratory's grading."
    )
    ploidy: Literal["euploid", "mosaic", "aneuploid", "untested"] | None = Field(
        default=None, description="Result of PGT-A, or untested."
    )


class Transfer(Section):
    """One embryo transfer in assisted reproduction."""

    order: int | None = Field(
        default=None, ge=1, le=60, description="Position among all her transfers, the first is 1."
    )
    outcome: (
        Literal["negative_hcg", "biochemical_loss", "miscarriage", "ectopic", "stillbirth", "live_birth", "ongoing"]
        | None
    ) = Field(default=None, description="What came of it.")
    kind: Literal["fresh", "frozen"] | None = Field(default=None, description="Fresh or frozen-thawed.")
    oocytes: Literal["own", "donor"] | None = Field(default=None, description="Whose oocytes.")
    oocyte_age: float | None = Field(
        default=None, ge=15, le=60, description="Age (years) of the woman the oocytes came from, at retrieval."
    )
    predicted_chance: float | None = Field(
        default=None, ge=0, le=1, description="Predicted chance of implantation of this transfer (0 to 1), where known."
    )
    with_immunomodulation: YesNo = Field(default=None, description="Whether an immunomodulator was given for it.")
    embryos: Annotated[tuple[Embryo, ...], Field(strict=False, max_length=12)] | None = Field(
        default=None, description="The embryos transferred, at least one; absent means unknown."
    )

    @field_validator("embryos")
    @classmethod
    def _refuse_none_at_all(cls, embryos: tuple[Embryo, ...] | None) -> tuple[Embryo, ...] | None:
        if embryos == ():
            raise PydanticCustomError("no_embryo", "holds no embryo; leave it out where the embryos are not known")
        return embryos


FAILED = ("negative_hcg", "biochemical_loss")
"""Outcomes of a transfer without a clinical pregnancy."""


class Transfers(Section):
    """Her embryo transfers so far; singles, counts and ``complete`` work as for pregnancies."""

    complete: bool = Field(default=False, description="Every transfer so far is accounted for.")
    total: int | None = finding("Embryo transfers", at_least=0, at_most=60)
    failed: int | None = finding("Transfers without a clinical pregnancy", at_least=0, at_most=60)
    failed_consecutive: int | None = finding(
        "Longest run of transfers without a clinical pregnancy", at_least=0, at_most=60
    )
    negative_hcg: int | None = finding("Transfers with a negative hCG", at_least=0, at_most=60)
    failed_with_good_embryo: int | None = finding(
        "Failed transfers with at least one good embryo", at_least=0, at_most=60
    )
    failed_euploid_blastocyst: int | None = finding("Failed transfers of a euploid blastocyst", at_least=0, at_most=60)
    failed_with_immunomodulation: int | None = finding(
        "Failed transfers in spite of an immunomodulator", at_least=0, at_most=60
    )
    embryos_failed: int | None = finding("Embryos in failed transfers", at_least=0, at_most=200)
    good_embryos_failed: int | None = finding("Good embryos in failed transfers", at_least=0, at_most=200)
    failed_ivf_cycles: int | None = finding(
        "IVF or ICSI cycles without a clinical pregnancy", fact="ivf.failed_cycles", at_least=0, at_most=60
    )
    singles: Annotated[tuple[Transfer, ...], Field(strict=False, max_length=60)] = Field(
        default=(), description="Transfers described one by one, as many as are known."
    )
