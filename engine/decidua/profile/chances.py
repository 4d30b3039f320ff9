"""The predicted chance of implantation of each of her transfers, and where it comes from."""

from __future__ import annotations

from typing import Literal

from decidua.frozen import Frozen
from decidua.profile.history import FAILED, Transfers

__all__ = ["RatesUse", "TransferChance", "given_chances"]


class TransferChance(Frozen):
    """Where the predicted chance of one failed transfer, or of one without a known outcome, comes from.

    Without a table of rates a chance is given in the profile or not known.

    Attributes:
        transfer: Its place in the profile, the first is 1.
        chance: The predicted chance of implantation, 0 to 1; None where it is not known.
        origin: Given in the profile, taken from the clinic's table, or not covered by it.
        row: The row of the table, the first is 1.
        why: Why the table does not cover it.
    """

    transfer: int
    chance: float | None
    origin: Literal["given", "table", "not_covered", "not_given"]
    row: int | None = None
    why: str | None = None


class RatesUse(Frozen):
    """The clinic's own table of rates that was used, and what it gave for each transfer."""

    clinic: str
    date: str
    source: str
    sha256: str
    transfers: tuple[TransferChance, ...]


def given_chances(transfers: Transfers) -> tuple[TransferChance, ...]:
    """Return the chances that the profile itself gives, for each failed transfer or one whose outcome is not known."""
    return tuple(
        TransferChance(place, single.predicted_chance, "not_given" if single.predicted_chance is None else "given")
        for place, single in enumerate(transfers.singles, 1)
        if single.outcome is None or single.outcome in FAILED
    )
