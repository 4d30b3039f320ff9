"""All possible women at once: variables for what is known of one, and what no woman can be.

Behind what is known stand true counts: each interval holds its own, and the true counts add up as those of any woman
do. ``possible`` leaves out nobody that a profile can describe. ``describable`` narrows that to women for whom
``proving/describing.py`` can write the profile: her pregnancies, and her transfers, told one by one or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from decidua.engines.formulas import Choice, Flag, KnownFact, Logic, Number, Term
from decidua.profile.consistency import NEEDS_PREGNANCY
from decidua.profile.counting import PREGNANCY_COUNTS, WEEK_MARKS, pregnancy_sums
from decidua.profile.facts import IMPLIED
from decidua.profile.interval import Sum
from decidua.profile.transfer_counts import TRANSFER_COUNTS, transfer_sums
from decidua.profile.vocabulary import DERIVED, vocabulary

__all__ = ["EMBRYO_KINDS", "PREGNANCY_DETAILS", "TrueCounts", "Woman", "refines"]

MOST_OF_A_KIND = 20
MOST_EMBRYOS = 12
"""Most pregnancies or transfers of one kind, and most embryos in one transfer, that are written out."""

PREGNANCY_DETAILS = ("kind", "weeks", "karyotype", "partner", "conceived")
"""What may be told or left out of all pregnancies described."""

EMBRYO_KINDS: dict[str, dict[str, str]] = {
    "good cleavage": {"stage": "cleavage", "quality": "good"},
    "poor cleavage": {"stage": "cleavage", "quality": "poor"},
    "good blastocyst": {"stage": "blastocyst", "quality": "good", "ploidy": "untested"},
    "poor blastocyst": {"stage": "blastocyst", "quality": "poor", "ploidy": "untested"},
    "good euploid blastocyst": {"stage": "blastocyst", "quality": "good", "ploidy": "euploid"},
    "poor euploid blastocyst": {"stage": "blastocyst", "quality": "poor", "ploidy": "euploid"},
}
"""Embryos of the failed transfers that are written out; those of one transfer are all of one kind."""

KARYOTYPES = ("losses.euploid", "losses.aneuploid", "losses.unbalanced", "losses.without_karyotype")


class TrueCounts:
    """How many pregnancies, transfers and embryos of each kind there truly were, told or not."""

    def __init__(self, logic: Logic, name: str = "") -> None:
        self._logic = logic
        self._name = name
        self.sums: tuple[Sum, ...] = (*pregnancy_sums(), *transfer_sums())
        counted = (*PREGNANCY_COUNTS.values(), *TRANSFER_COUNTS.values())
        names = dict.fromkeys([*(one for sum_ in self.sums for one in (sum_.whole, *sum_.parts)), *counted])
        self.of = {one: logic.integer(f"{name}true {one}") for one in names}
        self.transfers = {kind: logic.integer(f"{name}transfers of {kind}") for kind in EMBRYO_KINDS}
        self.embryos = {kind: logic.integer(f"{name}embryos of {kind}") for kind in EMBRYO_KINDS}
        self.run_before = logic.integer(f"{name}longest run before the last live birth")
        self.days_apart = logic.integer(f"{name}days between positive tests")
        self.chance_in_1000 = logic.integer(f"{name}chance in 1000")

    def possible(self) -> Iterator[Term]:
        """Yield how they add up, for any woman."""
        logic, of = self._logic, self.of
        for name, count in of.items():
            fact = vocabulary().get(name)
            yield count >= 0
            if fact is not None and fact.maximum is not None:
                yield count <= logic.number(fact.maximum)
        for one in self.sums:
            parts = logic.total([of[part] for part in one.parts])
            yield of[one.whole] == parts if one.all_told else of[one.whole] >= parts
        losses, run, since = of["losses.total"], of["losses.consecutive"], of["losses.since_last_live_birth"]
        births = of["live_births.total"]
        others = [of[f"pregnancies.{kind}"] for kind in ("stillbirths", "ectopic", "molar", "terminations")]
        yield logic.implies(births == 0, since == losses)
        yield logic.implies(logic.total([births, *others]) == 0, run == losses)
        yield logic.implies(losses >= 1, run >= 1)
        yield logic.either([run <= since, run <= losses - since])
        failed, row = of["transfers.failed"], of["transfers.failed_consecutive"]
        yield logic.implies(failed >= 1, row >= 1)
        yield logic.implies(of["transfers.total"] == failed, row == failed)

    def describable(self) -> Iterator[Term]:
        """Yield what lets them be written out one by one."""
        logic, of = self._logic, self.of
        for name in ("losses.total", "live_births.total", "transfers.total"):
            yield of[name] <= MOST_OF_A_KIND
        for kind in ("stillbirths", "ectopic", "molar", "terminations"):
            yield of[f"pregnancies.{kind}"] <= 4
        yield logic.total([of[name] for name in KARYOTYPES]) == of["losses.total"]
        yield of["losses.normal_fetus_from_10_weeks"] <= of["losses.from_10_weeks"] + of["pregnancies.stillbirths"]
        losses, run, since = of["losses.total"], of["losses.consecutive"], of["losses.since_last_live_birth"]
        births, before = of["live_births.total"], self.run_before
        yield logic.both([before >= 0, before <= losses - since, losses - since <= 2 * before])
        yield logic.implies(births <= 1, before == losses - since)
        yield logic.either([logic.both([run == since, since >= before]), logic.both([run == before, before >= since])])
        yield from self._embryos()

    def _embryos(self) -> Iterator[Term]:
        logic, of = self._logic, self.of
        for kind in EMBRYO_KINDS:
            count, embryos = self.transfers[kind], self.embryos[kind]
            yield logic.both([count >= 0, embryos >= count, embryos <= MOST_EMBRYOS * count])

        def added(counts: dict[str, Term], *words: str) -> Term:
            return logic.total([counts[kind] for kind in EMBRYO_KINDS if all(word in kind for word in words)])

        yield of["transfers.failed"] == added(self.transfers)
        yield of["transfers.failed_with_good_embryo"] == added(self.transfers, "good")
        yield of["transfers.failed_euploid_blastocyst"] == added(self.transfers, "euploid")
        for name, words in (
            ("failed", ()),
            ("failed_good", ("good",)),
            ("failed_cleavage", ("cleavage",)),
            ("failed_blastocyst", ("blastocyst",)),
            ("failed_good_cleavage", ("good", "cleavage")),
            ("failed_good_blastocyst", ("good", "blastocyst")),
            ("failed_good_euploid_blastocyst", ("good euploid",)),
        ):
            yield of[f"embryos.{name}"] == added(self.embryos, *words)
        failed, row = of["transfers.failed"], of["transfers.failed_consecutive"]
        yield logic.either([failed == row, logic.both([of["transfers.total"] > failed, failed <= 2 * row])])


class Woman:
    """Variables for what is known of one woman.

    Args:
        logic: Makes the formulas.
        name: Tells her variables from those of another description of her.
        true: The true counts behind what is known; descriptions of one woman share them.
    """

    def __init__(self, logic: Logic, name: str = "", true: TrueCounts | None = None) -> None:
        self.logic = logic
        self.true = TrueCounts(logic, name) if true is None else true
        self.known: dict[str, KnownFact] = {
            fact.name: logic.fact(fact, f"{name}{fact.name}") for fact in vocabulary().values()
        }
        self.pregnancies_told = logic.boolean(f"{name}pregnancies told")
        self.transfers_told = logic.boolean(f"{name}transfers told")
        self.chance_told = logic.boolean(f"{name}chances told")
        self.details = {detail: logic.boolean(f"{name}{detail} told") for detail in PREGNANCY_DETAILS}

    def flag(self, name: str) -> Flag:
        """Return what is known of a yes/no finding."""
        known = self.known[name]
        if not isinstance(known, Flag):
            raise TypeError(f"{name} is not yes or no")
        return known

    def choice(self, name: str) -> Choice:
        """Return what is known of a finding with a list of values."""
        known = self.known[name]
        if not isinstance(known, Choice):
            raise TypeError(f"{name} has no list of values")
        return known

    def number(self, name: str) -> Number:
        """Return what is known of a number."""
        known = self.known[name]
        if not isinstance(known, Number):
            raise TypeError(f"{name} is no number")
        return known

    def is_(self, name: str, value: bool | str) -> Term:  # noqa: FBT001 - the value of a finding
        """Say that a finding is known to have a value."""
        known = self.known[name]
        if isinstance(known, Choice):
            return known.values[str(value)]
        flag = self.flag(name)
        return self.logic.both([flag.given, flag.value if value is True else self.logic.negated(flag.value)])

    def nothing_known(self) -> Term:
        """Say that no finding at all is known of her."""
        return self.logic.both(self.logic.negated(one.given) for one in self.known.values())

    def possible(self) -> Iterator[Term]:
        """Yield what is true of every woman that a profile can describe."""
        logic, derived = self.logic, {fact.name for fact in DERIVED}
        yield from self.true.possible()
        for fact in vocabulary().values():
            known = self.known[fact.name]
            yield logic.possible(fact, known)
            if isinstance(known, Number) and fact.name not in derived:
                yield logic.negated(known.spread)
        for name, count in self.true.of.items():
            if name in self.known:
                known_count = self.number(name)
                within = [known_count.low <= count, logic.either([known_count.open, count <= known_count.high])]
                yield logic.implies(known_count.given, logic.both(within))
        yield from self._implied()
        yield from self._antiphospholipid()

    def _implied(self) -> Iterator[Term]:
        """Yield what one finding says of another, and which findings contradict each other."""
        logic = self.logic
        for name, value, implied, follows in IMPLIED:
            follows_then = [self.is_(implied, follows)]
            if implied == "workup.uterine_finding":  # a treated anomaly leaves a normal image
                anomaly = self.choice(implied)
                follows_then.append(logic.both([anomaly.given, self.is_("workup.uterine_finding_treated", True)]))
            yield logic.implies(self.is_(name, value), logic.either(follows_then))
        for name, finding in (("workup.thyroid", "thyroid_disease"), ("workup.uterine_imaging", "uterine_finding")):
            yield logic.negated(logic.both([self.is_(name, "abnormal"), self.is_(f"workup.{finding}", "none")]))
        age, retrieved = self.number("age"), self.number("plan.oocyte_age")
        own = logic.both([age.given, retrieved.given, self.is_("plan.oocytes", "own")])
        yield logic.implies(own, retrieved.low < age.low + 1)
        not_pregnant = self.is_("pregnancy.pregnant", False)
        for field in NEEDS_PREGNANCY:
            known = self.known[f"pregnancy.{field}"]
            present = logic.both([known.given, known.value]) if isinstance(known, Flag) else known.given
            yield logic.negated(logic.both([not_pregnant, present]))

    def _antiphospholipid(self) -> Iterator[Term]:
        """Yield how the results of one round of antiphospholipid tests go together."""
        logic, tested = self.logic, self.choice("workup.antiphospholipid")
        positive = self.is_("workup.antiphospholipid", "positive")
        yield logic.implies(self.number("workup.antiphospholipid_positive_weeks_apart").given, positive)
        yield logic.implies(self.is_("workup.lupus_anticoagulant", "positive"), positive)
        for name in ("lupus_anticoagulant", "anticardiolipin", "anti_beta2gpi"):
            yield logic.implies(self.known[f"workup.{name}"].given, tested.given)

    def describable(self) -> Iterator[Term]:
        """Yield what lets a profile be written that draws exactly this."""
        logic = self.logic
        yield from self.true.describable()
        counts = [name for name in self.true.of if name in self.known]
        for name in counts:
            told = self.transfers_told if name.startswith(("transfers", "embryos")) else self.pregnancies_told
            yield self.known[name].given == told
            yield logic.implies(told, self._told(name))
        chance, failed = self.number("transfers.cumulative_chance"), self.true.of["transfers.failed"]
        none_failed = logic.both([self.transfers_told, failed == 0])
        yield chance.given == logic.either([none_failed, logic.both([self.transfers_told, self.chance_told])])
        yield logic.implies(none_failed, chance.low == 0)
        for name in ("anticardiolipin", "anti_beta2gpi"):
            yield logic.negated(self.number(f"workup.{name}").spread)
        yield logic.both([logic.negated(chance.spread), chance.low * 1000 == self.true.chance_in_1000])
        weeks = self.number("workup.antiphospholipid_positive_weeks_apart")
        yield logic.implies(weeks.given, weeks.open)
        yield logic.both([weeks.low * 7 == self.true.days_apart, self.true.days_apart <= 20_000])

    def _told(self, name: str) -> Term:
        """Say what is known of a count where the pregnancies or transfers are told one by one."""
        logic, known, of = self.logic, self.number(name), self.true.of
        exact = logic.both([logic.negated(known.spread), known.low == of[name]])
        detail = _detail_of(name)
        if detail is None:
            return exact
        least: Term = of["pregnancies.stillbirths"] if name == "losses.clinical_or_stillbirth" else logic.number(0)
        whole = of["losses.total"]
        if name == "births.placental_before_34_weeks":
            whole = of["~births"]
        elif name == "losses.normal_fetus_from_10_weeks":
            whole = of["~dead"]
        elif name == "losses.clinical_or_stillbirth":
            whole = whole + of["pregnancies.stillbirths"]
        between = [known.spread == (least < whole), logic.negated(known.open), known.low == least, known.high == whole]
        return logic.either(
            [
                logic.both([self.details[detail], exact]),
                logic.both([logic.negated(self.details[detail]), *between]),
            ]
        )


def _detail_of(name: str) -> str | None:
    """Return which detail of each pregnancy gives a count; None where its outcome and order do."""
    if name in KARYOTYPES:
        return "karyotype"
    if name in ("losses.clinical", "losses.biochemical", "losses.clinical_or_stillbirth"):
        return "kind"
    weeks = [f"losses.before_{mark}_weeks" for mark in WEEK_MARKS]
    fetus = ["losses.normal_fetus_from_10_weeks", "births.placental_before_34_weeks"]
    if name in (*weeks, "losses.from_10_weeks", "losses.from_14_weeks", *fetus):
        return "weeks"
    return {"losses.with_current_partner": "partner", "losses.after_art": "conceived"}.get(name)


def refines(logic: Logic, before: KnownFact, after: KnownFact) -> Term:
    """Say that nothing known before is known otherwise after: what was unknown may come in, an interval may narrow."""
    if isinstance(before, Flag) and isinstance(after, Flag):
        stays = logic.same(before.value, after.value)
    elif isinstance(before, Choice) and isinstance(after, Choice):
        stays = logic.both(logic.same(one, after.values[value]) for value, one in before.values.items())
    elif isinstance(before, Number) and isinstance(after, Number):
        bounded = logic.both([logic.negated(after.open), after.high <= before.high])
        stays = logic.both(
            [
                after.low >= before.low,
                logic.either([before.open, bounded]),
                logic.either([before.spread, logic.negated(after.spread)]),
            ]
        )
    else:
        raise TypeError("the two are no descriptions of one fact")
    return logic.implies(before.given, logic.both([after.given, stays]))
