"""Histories described one by one, as the rows of a long table do: what the code of one woman says of each.

Nothing is counted here. Rows that the counting cannot tell apart are one kind of single; a history is kinds of singles
in their order, and what her history and the counts given beside it say is asked of the very code of one woman.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from decidua.frozen import Frozen
from decidua.profile.consistency import BORN_OF_TRANSFERS, find_contradictions
from decidua.profile.counting import PREGNANCY_COUNTS, bound_pregnancies
from decidua.profile.history import FAILED, LOSSES, Embryo, Pregnancies, Pregnancy, Transfer, Transfers
from decidua.profile.interval import Interval
from decidua.profile.investigations import Investigations
from decidua.profile.present import PregnancyNow
from decidua.profile.safety import Conditions
from decidua.profile.transfer_counts import TRANSFER_COUNTS, bound_transfers, cumulative_chance
from decidua.tables.long.fields import EMBRYO, LongKind, embryo_columns

__all__ = ["ORDERS", "Described", "Histories", "PregnancyHistories", "TransferHistories", "histories_of"]

ORDERS = 64
"""A row is its kind times this, and its place among all; 0 where that is not known."""
KEPT = 50_000
"""Histories that are kept; beyond that they are described anew."""
MOST = 60
"""Most singles that a profile takes (``Pregnancies.singles``); more than that is no possible history."""

TOUCHED = {
    "losses.of_any_kind": ("losses", "ectopic", "molar", "stillbirths"),
    "losses.clinical_or_stillbirth": ("losses", "stillbirths"),
    "losses.normal_fetus_from_10_weeks": ("losses", "stillbirths"),
    "births.placental_before_34_weeks": ("live_births", "stillbirths"),
}
"""Fields that a count without a field of its own speaks of; of any other it is the losses in all."""


class Described(Frozen):
    """One woman's history as her rows describe it.

    Attributes:
        singles: Her pregnancies or transfers.
        complete: Whether these are all.
        contradicts: Whether she cannot have had them, whatever is counted beside.
        going_on: Whether one of the pregnancies goes on.
        born: How many of them, transfers, led to each pregnancy that her history must have room for, in the order of
            ``BORN_OF_TRANSFERS``.
        furthest: The highest place that one of them has among all; 0 where none has a place.
        key: What the counting can tell it from others by.
    """

    singles: tuple[Any, ...]
    complete: bool
    contradicts: bool
    going_on: bool
    born: tuple[int, ...]
    furthest: int
    key: Hashable


@cache
def _else_unknown() -> tuple[Investigations, Conditions]:
    return Investigations(), Conditions()


class Histories(ABC):
    """Kinds of singles, and the histories made of them; one for pregnancies, one for transfers.

    Attributes:
        kind: The section of the profile.
        counts: Field of the profile that holds a count, and the fact it is.
    """

    kind: ClassVar[LongKind]
    counts: ClassVar[Mapping[str, str]]

    def __init__(self) -> None:
        self._kinds: list[Any] = []
        self._kind_of: dict[Hashable, int] = {}
        self._placed: dict[int, Any] = {}
        self._memo: dict[tuple[tuple[int, ...], bool], Described] = {}
        self._fields = {fact: field for field, fact in self.counts.items()}

    def number_of(self, cells: Mapping[str, Any]) -> int:
        """Return the number of the kind of single that a row of typed cells is; null is unknown."""
        single = self._single(cells)
        key = None if single is None else self._sign(single)
        number = self._kind_of.get(key)
        if number is None:
            number = self._kind_of[key] = len(self._kinds)
            self._kinds.append(single)
        return number

    def describe(self, rows: tuple[int, ...], *, complete: bool) -> Described:
        """Return the history that rows describe, each its kind times ``ORDERS`` and its place."""
        found = self._memo.get((rows, complete))
        if found is None:
            if len(self._memo) >= KEPT:
                self._memo.clear()
            found = self._memo[rows, complete] = self._describe(rows, complete=complete)
        return found

    def _describe(self, rows: tuple[int, ...], *, complete: bool) -> Described:
        known = [row for row in rows if self._kinds[row // ORDERS] is not None]
        complete = complete and len(known) == len(rows)  # one that cannot be read may be of any kind
        singles = tuple(self._at_its_place(row) for row in known)
        orders = [row % ORDERS for row in known]
        return Described(
            singles,
            complete,
            len(rows) > MOST or self._contradict(singles, complete=complete),
            any(single.outcome == "ongoing" for single in singles),
            tuple(self._led_to(outcome, singles) for outcome in BORN_OF_TRANSFERS),
            max(orders, default=0),
            (complete, bool(known), self._digest(known), self._sequence(known) if complete and all(orders) else None),
        )

    def _at_its_place(self, row: int) -> Any:
        single = self._placed.get(row)
        if single is None:
            order = row % ORDERS or None
            single = self._placed[row] = self._kinds[row // ORDERS].model_copy(update={"order": order})
        return single

    def _sequence(self, rows: Sequence[int]) -> Hashable:
        """Return what the order of the singles tells."""
        return tuple(self._turn(self._kinds[row // ORDERS]) for row in sorted(rows, key=lambda row: row % ORDERS))

    def given(self, counts: Mapping[str, Interval], *, complete: bool) -> tuple[dict[str, int], dict[str, Interval]]:
        """Divide counts given beside the singles: those a profile has a field for, and limits and others.

        In a complete section a count that is not given is 0. One that is given within limits only is given: its field
        holds a number that is to be left out, as ``bound_pregnancies`` and ``bound_transfers`` call it.
        """
        fields = {
            self._fields[name]: int(one.low) for name, one in counts.items() if name in self._fields and one.exact
        }
        beside = {name: one for name, one in counts.items() if self._fields.get(name) not in fields}
        touched: dict[str, int] = {}
        for name in beside if complete else ():
            own = self._fields.get(name)
            touched |= dict.fromkeys((own,) if own is not None else self._touched(name), 0)
        return touched | fields, beside

    def bound(self, described: Described, counts: Mapping[str, Interval]) -> dict[str, Interval]:
        """Return the bounds of every count, as of a profile that holds the history and the counts given."""
        fields, beside = self.given(counts, complete=described.complete)
        section = self._section(described.singles, complete=described.complete, **fields)
        left_out = [field for field in fields if self.counts[field] in beside or self.counts[field] not in counts]
        return self._bound(section, left_out, beside)

    @abstractmethod
    def _single(self, cells: Mapping[str, Any]) -> Any: ...

    @abstractmethod
    def _sign(self, single: Any) -> Hashable: ...

    @abstractmethod
    def _digest(self, rows: Sequence[int]) -> Hashable: ...

    @abstractmethod
    def _turn(self, single: Any) -> Hashable: ...

    @abstractmethod
    def _section(self, singles: tuple[Any, ...], *, complete: bool, **counts: int) -> Any: ...

    @abstractmethod
    def _bound(
        self, section: Any, left_out: Collection[str], beside: Mapping[str, Interval]
    ) -> dict[str, Interval]: ...

    @abstractmethod
    def _contradict(self, singles: tuple[Any, ...], *, complete: bool) -> bool: ...

    @abstractmethod
    def _led_to(self, outcome: str, singles: tuple[Any, ...]) -> int:
        """Return how many of the singles led to a pregnancy of some outcome that is counted apart from them."""

    @abstractmethod
    def _touched(self, name: str) -> tuple[str, ...]: ...


class PregnancyHistories(Histories):
    """Histories of pregnancies."""

    kind: ClassVar[LongKind] = "pregnancies"
    counts: ClassVar[Mapping[str, str]] = PREGNANCY_COUNTS

    def __init__(self) -> None:
        super().__init__()
        self._adds: list[tuple[float, ...] | None] = []

    def _single(self, cells: Mapping[str, Any]) -> Pregnancy | None:
        """Return the pregnancy; None where its outcome is not known, which no profile can hold."""
        if cells["outcome"] is None:
            return None
        known = {name: value for name, value in cells.items() if value is not None}
        return Pregnancy.model_construct(**known)

    def _sign(self, single: Pregnancy) -> Hashable:
        """Return what tells pregnancies apart: how each ended, and what one alone adds to each count."""
        firmest = single.confirmed_by if self._contradict((single,), complete=False) else None
        return single.outcome, firmest, self._added(single)

    def _added(self, single: Pregnancy) -> tuple[float, ...]:
        counts = bound_pregnancies(self._section((single,), complete=False))
        return tuple(count.low for count in counts.values())

    def _digest(self, rows: Sequence[int]) -> Hashable:
        """Return what the singles add to each count together: the counting looks at nothing else but their order."""
        return tuple(map(sum, zip(*(self._adds_of(row // ORDERS) for row in rows), strict=True)))

    def _adds_of(self, number: int) -> tuple[float, ...]:
        while len(self._adds) < len(self._kinds):
            self._adds.append(None)
        adds = self._adds[number]
        if adds is None:
            adds = self._adds[number] = self._added(self._kinds[number])
        return adds

    def _turn(self, single: Pregnancy) -> Hashable:
        return "loss" if single.outcome in LOSSES else single.outcome

    def _section(self, singles: tuple[Any, ...], *, complete: bool, **counts: int) -> Pregnancies:
        told: dict[str, Any] = {"complete": complete, "singles": singles, **counts}
        return Pregnancies.model_construct(**told)

    def _bound(self, section: Any, left_out: Collection[str], beside: Mapping[str, Interval]) -> dict[str, Interval]:
        return bound_pregnancies(section, left_out, beside)

    def _contradict(self, singles: tuple[Pregnancy, ...], *, complete: bool) -> bool:
        section = self._section(singles, complete=complete)
        return bool(find_contradictions(section, Transfers.model_construct(), *_else_unknown(), PregnancyNow()))

    def _led_to(self, outcome: str, singles: tuple[Pregnancy, ...]) -> int:  # noqa: ARG002 - they are counted themselves
        return 0

    def _touched(self, name: str) -> tuple[str, ...]:
        return TOUCHED.get(name, ("losses",))


class TransferHistories(Histories):
    """Histories of transfers, with the cumulative chance of implantation."""

    kind: ClassVar[LongKind] = "transfers"
    counts: ClassVar[Mapping[str, str]] = TRANSFER_COUNTS

    def _single(self, cells: Mapping[str, Any]) -> Transfer:
        """Return the transfer; of one that did not fail nothing more is looked at."""
        outcome = cells.get("outcome")
        if outcome is not None and outcome not in FAILED:
            return Transfer.model_construct(outcome=outcome)
        return Transfer.model_construct(
            outcome=outcome,
            with_immunomodulation=cells.get("with_immunomodulation"),
            embryos=_embryos_of(cells),
        )

    def _sign(self, single: Transfer) -> Hashable:
        return single.outcome, single.with_immunomodulation, single.embryos

    def _digest(self, rows: Sequence[int]) -> Hashable:
        return tuple(sorted(row // ORDERS for row in rows))

    def _turn(self, single: Transfer) -> Hashable:
        return None if single.outcome is None else single.outcome in FAILED

    def _section(self, singles: tuple[Any, ...], *, complete: bool, **counts: int) -> Transfers:
        told: dict[str, Any] = {"complete": complete, "singles": singles, **counts}
        return Transfers.model_construct(**told)

    def _bound(self, section: Any, left_out: Collection[str], beside: Mapping[str, Interval]) -> dict[str, Interval]:
        return bound_transfers(section, left_out, beside)

    def _contradict(self, singles: tuple[Transfer, ...], *, complete: bool) -> bool:
        section = self._section(singles, complete=complete)
        return bool(find_contradictions(Pregnancies.model_construct(), section, *_else_unknown(), PregnancyNow()))

    def _led_to(self, outcome: str, singles: tuple[Transfer, ...]) -> int:
        return sum(single.outcome == outcome for single in singles)

    def _touched(self, name: str) -> tuple[str, ...]:  # noqa: ARG002 - any count says that there were transfers
        return ("total",)

    @staticmethod
    def chance(
        singles: tuple[Transfer, ...], counts: Mapping[str, Interval], chances: Sequence[float | None] | None = None
    ) -> Interval:
        """Return the cumulative predicted chance; ``chances`` holds that of each transfer, where any is known."""
        if chances is not None:
            singles = tuple(
                single if chance is None else single.model_copy(update={"predicted_chance": chance})
                for single, chance in zip(singles, chances, strict=True)
            )
        return cumulative_chance(Transfers.model_construct(singles=singles), counts)


def _embryos_of(cells: Mapping[str, Any]) -> tuple[Embryo, ...] | None:
    """Return the embryos of a transfer in an order of their own; None where their number is not known."""
    number = cells.get("embryos")
    if number is None:
        return None
    embryos = []
    for at in range(1, number + 1):
        own = {name: cells.get(column) for name, column in embryo_columns(at).items()}
        embryos.append(tuple(cells.get(name) if own[name] is None else own[name] for name in EMBRYO))
    ordered = sorted(embryos, key=lambda one: tuple(part or "" for part in one))
    return tuple(Embryo.model_construct(**dict(zip(EMBRYO, one, strict=True))) for one in ordered)


def histories_of(kind: LongKind) -> Histories:
    """Return an empty register of histories."""
    return PregnancyHistories() if kind == "pregnancies" else TransferHistories()
