"""A clinic's own table of implantation rates, and the chance it predicts for each of her transfers.

The rates that societies printed were not read, so decidua ships this format and no number in it. A row holds for the
transfers that have all it names; no two rows may hold for one transfer, so a table never leaves a choice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from decidua.profile.chances import RatesUse, TransferChance, given_chances
from decidua.profile.consistency import Contradiction, Found
from decidua.profile.finding import Section
from decidua.profile.history import Transfer, Transfers
from decidua.profile.investigations import Day

__all__ = ["AgeBand", "Rate", "Rates", "apply_rates"]


class AgeBand(Section):
    """Ages of the woman the oocytes came from, at retrieval; an end that is left out is open."""

    at_least: float | None = Field(default=None, ge=15, le=60, description="Youngest age (years), included.")
    below: float | None = Field(default=None, ge=15, le=60, description="Age (years) from which the row holds no more.")

    @model_validator(mode="after")
    def _refuse_no_age(self) -> Self:
        if self.at_least is None and self.below is None:
            raise Contradiction([((), "names no age; give 'at_least', 'below' or both")])
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise Contradiction([(("below",), f"is {self.below:g}, not above 'at_least' {self.at_least:g}")])
        return self

    def holds(self, age: float) -> bool:
        """Say whether an age lies in the band."""
        return (self.at_least is None or age >= self.at_least) and (self.below is None or age < self.below)

    def meets(self, other: AgeBand) -> bool:
        """Say whether any age lies in both bands."""
        return all(
            upper.below is None or lower.at_least is None or lower.at_least < upper.below
            for upper, lower in ((self, other), (other, self))
        )


class Rate(Section):
    """One row: the transfers it holds for, and their predicted chance of implantation."""

    oocyte_age: AgeBand = Field(description="Age of the woman the oocytes came from, at retrieval.")
    embryos: int = Field(ge=1, le=12, description="Number of embryos transferred together.")
    stage: Literal["cleavage", "morula", "blastocyst"] = Field(description="Stage of each embryo at transfer.")
    ploidy: Literal["euploid", "mosaic", "aneuploid", "untested"] = Field(
        description="Result of PGT-A of each embryo, or untested."
    )
    quality: Literal["good", "fair", "poor"] | None = Field(
        default=None, description="Quality of each embryo by the laboratory's grading. Absent means any."
    )
    oocytes: Literal["own", "donor"] | None = Field(default=None, description="Whose oocytes. Absent means either.")
    kind: Literal["fresh", "frozen"] | None = Field(
        default=None, description="Fresh or frozen-thawed. Absent means either."
    )
    chance: float = Field(ge=0, le=1, description="Predicted chance of implantation of one such transfer (0 to 1).")
    transfers: int | None = Field(default=None, ge=1, description="How many transfers the chance rests on.")

    def meets(self, other: Rate) -> bool:
        """Say whether both rows could hold for one transfer."""
        same = all(getattr(self, name) == getattr(other, name) for name in ("embryos", "stage", "ploidy"))
        pairs = [(getattr(self, name), getattr(other, name)) for name in ("quality", "oocytes", "kind")]
        told_apart = any(mine != theirs for mine, theirs in pairs if mine is not None and theirs is not None)
        return same and not told_apart and self.oocyte_age.meets(other.oocyte_age)

    def judge(self, transfer: Transfer) -> tuple[bool | None, tuple[str, ...]]:
        """Say whether the row holds for a transfer: True, False, or None with what would have to be known."""
        embryos = transfer.embryos
        judged: dict[str, bool | None] = {
            "the age at retrieval": None if transfer.oocyte_age is None else self.oocyte_age.holds(transfer.oocyte_age),
            "the number of embryos": None if embryos is None else len(embryos) == self.embryos,
        }
        for name, label in EMBRYO_LABELS.items():
            wanted = getattr(self, name)
            if wanted is not None:
                found = [None] if embryos is None else [getattr(embryo, name) for embryo in embryos]
                differs = any(one not in (None, wanted) for one in found)
                judged[label] = False if differs else None if None in found else True
        for name, label in TRANSFER_LABELS.items():
            wanted, told = getattr(self, name), getattr(transfer, name)
            if wanted is not None:
                judged[label] = None if told is None else told == wanted
        if False in judged.values():
            return False, ()
        unknown = tuple(label for label, holds in judged.items() if holds is None)
        return (None, unknown) if unknown else (True, ())


EMBRYO_LABELS = {"stage": "the stage", "ploidy": "the ploidy", "quality": "the quality"}
TRANSFER_LABELS = {"oocytes": "whose oocytes they were", "kind": "whether it was fresh or frozen"}


class Rates(Section):
    """A clinic's own table of implantation rates, for ESHRE's rule on recurrent implantation failure.

    Each row must tell its transfers from those of every other row. A transfer for which no row holds stays unknown.

    Raises:
        pydantic.ValidationError: On an unknown key, a wrong type, an impossible value or two rows that could hold for
            one transfer. ``decidua.load_rates`` turns it into a ``RatesError`` with file, line and field.
    """

    clinic: str = Field(min_length=1, max_length=200, description="Name of the clinic whose rates these are.")
    date: Day = Field(description="Day on which the table was drawn up (YYYY-MM-DD).")
    source: str = Field(
        min_length=1,
        max_length=600,
        description="Where the rates come from: years, register, and what was counted as implantation.",
    )
    rates: Annotated[tuple[Rate, ...], Field(strict=False, min_length=1, max_length=500)] = Field(
        description="The rows."
    )

    @model_validator(mode="after")
    def _refuse_a_choice(self) -> Self:
        found = list(self._overlaps())
        if found:
            raise Contradiction(found)
        return self

    def _overlaps(self) -> Iterator[Found]:
        for (first, one), (second, other) in combinations(enumerate(self.rates), 2):
            if one.meets(other):
                message = (
                    f"could hold for the same transfer as row {first + 1}; let the ages not overlap, or tell the rows "
                    "apart by embryos, stage, ploidy, quality, oocytes or kind"
                )
                yield ("rates", str(second)), message

    @property
    def sha256(self) -> str:
        """Digest of what the table says, the same whatever the order of its keys."""
        return hashlib.sha256(self.model_dump_json(exclude_defaults=True).encode()).hexdigest()

    def look_up(self, transfer: Transfer, place: int) -> TransferChance:
        """Return the chance of one transfer without a given one.

        Args:
            transfer: The transfer.
            place: Its place in the profile, the first is 1.
        """
        unknown: dict[str, None] = {}
        for row, rate in enumerate(self.rates, 1):
            holds, open_points = rate.judge(transfer)
            if holds:
                return TransferChance(place, rate.chance, "table", row)
            unknown.update(dict.fromkeys(open_points))
        why = f"not known: {', '.join(unknown)}" if unknown else "no row of the table holds for it"
        return TransferChance(place, None, "not_covered", None, why)


def apply_rates(transfers: Transfers, rates: Rates) -> tuple[Transfers, RatesUse]:
    """Fill in the chances that a clinic's table predicts; a transfer with a chance of its own keeps it.

    Only failed transfers, and those whose outcome is not known, are looked up: no other chance is ever used.
    """
    singles, used = list(transfers.singles), []
    for given in given_chances(transfers):
        single = singles[given.transfer - 1]
        found = rates.look_up(single, given.transfer) if given.chance is None else given
        used.append(found)
        if found.origin == "table":
            singles[given.transfer - 1] = single.model_copy(update={"predicted_chance": found.chance})
    filled = transfers.model_copy(update={"singles": tuple(singles)})
    return filled, RatesUse(rates.clinic, rates.date.isoformat(), rates.source, rates.sha256, tuple(used))
