"""Counts of embryo transfers and of the embryos in them that may be intervals, and the cumulative predicted chance."""

from collections.abc import Callable, Collection, Mapping, Sequence
from math import prod

from decidua.profile.history import FAILED, Embryo, Transfer, Transfers
from decidua.profile.interval import Interval, Sum, exactly, narrow

__all__ = ["TRANSFER_COUNTS", "bound_transfers", "cumulative_chance", "transfer_sums"]

ROUNDING = 12
"""Decimals kept of a product of chances, so that a chance of exactly 60 % is not read as above it."""

TRANSFER_COUNTS = {
    "total": "transfers.total",
    "failed": "transfers.failed",
    "failed_consecutive": "transfers.failed_consecutive",
    "negative_hcg": "transfers.negative_hcg",
    "failed_with_good_embryo": "transfers.failed_with_good_embryo",
    "failed_euploid_blastocyst": "transfers.failed_euploid_blastocyst",
    "failed_with_immunomodulation": "transfers.failed_with_immunomodulation",
    "embryos_failed": "embryos.failed",
    "good_embryos_failed": "embryos.failed_good",
}
"""Field of the profile that holds a count, and the fact it is."""

GOOD = {"quality": "good"}
CLEAVAGE, BLASTOCYST, MORULA = {"stage": "cleavage"}, {"stage": "blastocyst"}, {"stage": "morula"}
EUPLOID_BLASTOCYST = {**BLASTOCYST, "ploidy": "euploid"}

EMBRYO_COUNTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("embryos.failed", {}),
    ("embryos.failed_good", GOOD),
    ("embryos.failed_cleavage", CLEAVAGE),
    ("embryos.failed_blastocyst", BLASTOCYST),
    ("~morulae", MORULA),
    ("embryos.failed_good_cleavage", {**GOOD, **CLEAVAGE}),
    ("embryos.failed_good_blastocyst", {**GOOD, **BLASTOCYST}),
    ("~good morulae", {**GOOD, **MORULA}),
    ("embryos.failed_good_euploid_blastocyst", {**GOOD, **EUPLOID_BLASTOCYST}),
)
"""Counts of embryos in failed transfers, with the properties an embryo must have."""

EMBRYO_SUMS = (
    Sum("embryos.failed", ("embryos.failed_cleavage", "embryos.failed_blastocyst", "~morulae")),
    Sum("embryos.failed_good", ("embryos.failed_good_cleavage", "embryos.failed_good_blastocyst", "~good morulae")),
    Sum("embryos.failed", ("embryos.failed_good", "~not good")),
    Sum("embryos.failed_cleavage", ("embryos.failed_good_cleavage", "~not good cleavage")),
    Sum("embryos.failed_blastocyst", ("embryos.failed_good_blastocyst", "~not good blastocyst")),
    Sum("embryos.failed_good_blastocyst", ("embryos.failed_good_euploid_blastocyst",), all_told=False),
    Sum("embryos.failed_blastocyst", ("transfers.failed_euploid_blastocyst",), all_told=False),
    Sum("embryos.failed", ("transfers.failed", "~beyond the first")),
    Sum("embryos.failed_good", ("transfers.failed_with_good_embryo", "~good beyond the first")),
)

EMBRYO_NAMES = frozenset(name for one in EMBRYO_SUMS for name in (one.whole, *one.parts))

Judge = Callable[[Transfer], bool | None]


def bound_transfers(
    transfers: Transfers, leaving_out: Collection[str] = (), beside: Mapping[str, Interval] | None = None
) -> dict[str, Interval]:
    """Draw the counts, and those between them that no fact names (they begin with ``~``).

    Args:
        transfers: The section of the profile.
        leaving_out: Fields to read as if they were given but could not be read: how contradictions are traced.
        beside: What is known of counts beside the section, by fact name: those of a table, which has no profile.

    Returns:
        Intervals by name; at least one is empty where the section contradicts itself.
    """
    counts, sums = _described(transfers)
    for field, fact in TRANSFER_COUNTS.items():
        given = getattr(transfers, field)
        if given is not None and field not in leaving_out:
            counts[fact] = counts[fact].meet(exactly(given))
    for fact, interval in (beside or {}).items():
        counts[fact] = counts[fact].meet(interval)
    narrow(counts, sums)
    _add_embryos(transfers, counts)
    narrow(counts, [*sums, *EMBRYO_SUMS], EMBRYO_NAMES)
    _bound_consecutive_failures(transfers, counts)
    return counts


def transfer_sums() -> tuple[Sum, ...]:
    """Return how the counts of any woman's transfers and embryos add up; names that begin with ``~`` are no facts."""
    return (*_described(Transfers())[1], *EMBRYO_SUMS)


def _described(transfers: Transfers) -> tuple[dict[str, Interval], list[Sum]]:
    """Return what the singles alone say of each count, and how the counts of transfers add up."""
    described = len(transfers.singles)
    unlisted = all(getattr(transfers, field) is None for field in TRANSFER_COUNTS)
    closed = transfers.complete and (bool(transfers.singles) or unlisted)
    counts = {"transfers.total": Interval(described, described if closed else None)}
    sums: list[Sum] = []
    for name, whole, judge in (
        ("transfers.failed", "transfers.total", _failed),
        ("transfers.negative_hcg", "transfers.failed", _negative),
        ("transfers.failed_with_good_embryo", "transfers.failed", _has_embryo(GOOD)),
        ("transfers.failed_euploid_blastocyst", "transfers.failed", _has_embryo(EUPLOID_BLASTOCYST)),
        ("transfers.failed_with_immunomodulation", "transfers.failed", _in_spite_of_immunomodulation),
    ):
        _divide(name, whole, transfers.singles, judge, counts, sums)
    counts["transfers.failed_consecutive"] = Interval(0, None)
    sums.append(Sum("transfers.failed", ("transfers.failed_consecutive",), all_told=False))
    for name, _ in EMBRYO_COUNTS:
        counts[name] = Interval(0, None)
    return counts, sums


def _divide(
    name: str,
    whole: str,
    singles: Sequence[Transfer],
    judge: Judge,
    counts: dict[str, Interval],
    sums: list[Sum],
) -> None:
    """Divide the whole, and all transfers, into those that belong to a count and those that do not."""
    judged = [judge(single) for single in singles]
    counts[name] = Interval(judged.count(True), None)
    failures = [verdict for single, verdict in zip(singles, judged, strict=True) if _failed(single)]
    counts[f"~not {name}"] = Interval(judged.count(False), None)
    sums.append(Sum("transfers.total", (name, f"~not {name}")))
    if whole != "transfers.total":
        counts[f"~failed, not {name}"] = Interval(failures.count(False), None)
        sums.append(Sum(whole, (name, f"~failed, not {name}")))


def _failed(transfer: Transfer) -> bool | None:
    return None if transfer.outcome is None else transfer.outcome in FAILED


def _negative(transfer: Transfer) -> bool | None:
    return None if transfer.outcome is None else transfer.outcome == "negative_hcg"


def _in_spite_of_immunomodulation(transfer: Transfer) -> bool | None:
    failed, given = _failed(transfer), transfer.with_immunomodulation
    if failed is False or given is False:
        return False
    return True if failed and given else None


def _has_embryo(wanted: dict[str, str]) -> Judge:
    def judge(transfer: Transfer) -> bool | None:
        failed, embryos = _failed(transfer), _embryos(transfer, wanted)
        if failed is False or embryos.high == 0:
            return False
        return True if failed and embryos.low > 0 else None

    return judge


def _embryos(transfer: Transfer, wanted: dict[str, str]) -> Interval:
    """Count the embryos of one transfer that have every property wanted; an unstated property leaves it open."""
    if transfer.embryos is None:
        return Interval(0, None)
    judged = [_has_properties(embryo, wanted) for embryo in transfer.embryos]
    return Interval(judged.count(True), judged.count(True) + judged.count(None))


def _has_properties(embryo: Embryo, wanted: dict[str, str]) -> bool | None:
    stated = [(getattr(embryo, name), value) for name, value in wanted.items()]
    if any(found not in (None, value) for found, value in stated):
        return False
    return None if any(found is None for found, _ in stated) else True


def _open_failures(transfers: Transfers, counts: Mapping[str, Interval]) -> tuple[bool, bool]:
    """Say whether a described transfer of unknown outcome, and one not described, may have failed."""
    known = sum(_failed(single) is True for single in transfers.singles)
    failed, total = counts["transfers.failed"], counts["transfers.total"]
    if failed.high == known:
        return False, False
    return True, total.high != len(transfers.singles)


def _add_embryos(transfers: Transfers, counts: dict[str, Interval]) -> None:
    unsettled, undescribed = _open_failures(transfers, counts)
    failed = [single for single in transfers.singles if _failed(single)]
    maybe = [single for single in transfers.singles if _failed(single) is None] if unsettled else []
    for name, wanted in EMBRYO_COUNTS:
        embryos = Interval(0, None if undescribed else 0)
        for single in failed:
            embryos = embryos + _embryos(single, wanted)
        for single in maybe:
            embryos = embryos + Interval(0, _embryos(single, wanted).high)
        counts[name] = counts[name].meet(embryos)
    known = [embryo for single in failed for embryo in single.embryos or ()]
    for name, wanted, unwanted in (
        ("~not good", {}, GOOD),
        ("~not good cleavage", CLEAVAGE, GOOD),
        ("~not good blastocyst", BLASTOCYST, GOOD),
    ):
        without = [_has_properties(one, wanted) and _has_properties(one, unwanted) is False for one in known]
        counts[name] = Interval(without.count(True), None)
    beyond = sum(len(single.embryos) - 1 for single in failed if single.embryos)
    good_beyond = sum(max(_embryos(single, GOOD).low - 1, 0) for single in failed)
    counts["~beyond the first"] = Interval(beyond, None)
    counts["~good beyond the first"] = Interval(good_beyond, None)


def _bound_consecutive_failures(transfers: Transfers, counts: dict[str, Interval]) -> None:
    name = "transfers.failed_consecutive"
    failed, between = counts["transfers.failed"], counts["~not transfers.failed"]
    orders = [single.order for single in transfers.singles if single.order is not None]
    if transfers.complete and transfers.singles and len(orders) == len(transfers.singles):
        ordered = sorted(transfers.singles, key=lambda single: single.order or 0)
        least = _longest_failure(ordered, lambda failure: failure is True)
        most = _longest_failure(ordered, lambda failure: failure is not False)
        counts[name] = counts[name].meet(Interval(least, most))
    low = min(failed.low, 1)
    if between.high is not None and between.high >= 0:
        low = max(low, -(-failed.low // (between.high + 1)))
    counts[name] = counts[name].meet(Interval(low, failed.high))


def _longest_failure(ordered: Sequence[Transfer], goes_on: Callable[[bool | None], bool]) -> int:
    longest = run = 0
    for transfer in ordered:
        run = run + 1 if goes_on(_failed(transfer)) else 0
        longest = max(longest, run)
    return longest


def cumulative_chance(transfers: Transfers, counts: Mapping[str, Interval] | None = None) -> Interval:
    """Return the cumulative predicted chance of implantation over the failed transfers.

    The formula is 1 - product(1 - p) over the failed transfers (ESHRE 2023). A transfer whose chance is not known adds
    between nothing and certainty, and so does one that is not described. Of the transfers whose outcome is not known as
    many failed as the count of failed transfers demands at least, and allows at most.

    Args:
        transfers: The section of the profile.
        counts: What ``bound_transfers`` says of her failed transfers and of all of them, where that is known already.

    Returns:
        The narrowest interval within 0 to 1 that holds every chance these counts allow.
    """
    counts = bound_transfers(transfers) if counts is None else counts
    failed, total = counts["transfers.failed"], counts["transfers.total"]
    certain = [single.predicted_chance for single in transfers.singles if _failed(single)]
    unsettled = [single.predicted_chance for single in transfers.singles if _failed(single) is None]
    least, most = int(failed.low) - len(certain), len(unsettled)
    if failed.high is not None:
        most = min(most, int(failed.high) - len(certain))
    least -= int(total.high) - len(transfers.singles) if total.high is not None else least
    lowest = sorted(0.0 if chance is None else chance for chance in unsettled)[: max(least, 0)]
    highest = sorted((1.0 if chance is None else chance for chance in unsettled), reverse=True)[:most]
    missed_high = prod(1 - (chance or 0.0) for chance in certain) * prod(1 - chance for chance in lowest)
    missed_low = prod(0.0 if chance is None else 1 - chance for chance in certain) * prod(1 - one for one in highest)
    if _open_failures(transfers, counts)[1]:
        missed_low = 0.0
    return Interval(round(1 - missed_high, ROUNDING), round(1 - missed_low, ROUNDING))
