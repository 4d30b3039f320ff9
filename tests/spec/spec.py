"""What conditions mean, as tables: the truth tables in full, then every form of condition for several women.

Nothing here runs anything. ``test_spec.py`` holds every engine to these tables, and a manual can print them as they
stand: a chapter has a sentence, a table has a title, a condition as it stands in a rule file, and rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from decidua.profile.interval import Interval
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["AND", "AT_LEAST_2_OF_3", "NOT", "OR", "SPECIFICATION", "Chapter", "Row", "Table"]

AND: dict[tuple[Verdict, Verdict], Verdict] = {
    (YES, YES): YES,
    (YES, NO): NO,
    (YES, UNKNOWN): UNKNOWN,
    (NO, YES): NO,
    (NO, NO): NO,
    (NO, UNKNOWN): NO,
    (UNKNOWN, YES): UNKNOWN,
    (UNKNOWN, NO): NO,
    (UNKNOWN, UNKNOWN): UNKNOWN,
}

OR: dict[tuple[Verdict, Verdict], Verdict] = {
    (YES, YES): YES,
    (YES, NO): YES,
    (YES, UNKNOWN): YES,
    (NO, YES): YES,
    (NO, NO): NO,
    (NO, UNKNOWN): UNKNOWN,
    (UNKNOWN, YES): YES,
    (UNKNOWN, NO): UNKNOWN,
    (UNKNOWN, UNKNOWN): UNKNOWN,
}

NOT: dict[Verdict, Verdict] = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}

AT_LEAST_2_OF_3: dict[tuple[Verdict, Verdict, Verdict], Verdict] = {
    (YES, YES, YES): YES,
    (YES, YES, UNKNOWN): YES,
    (YES, YES, NO): YES,
    (YES, UNKNOWN, UNKNOWN): UNKNOWN,
    (YES, UNKNOWN, NO): UNKNOWN,
    (YES, NO, NO): NO,
    (UNKNOWN, UNKNOWN, UNKNOWN): UNKNOWN,
    (UNKNOWN, UNKNOWN, NO): UNKNOWN,
    (UNKNOWN, NO, NO): NO,
    (NO, NO, NO): NO,
}
"""In any order of the three."""


@dataclass(frozen=True)
class Row:
    """What is known of one woman, by fact name; a fact that is not named is missing. And the verdict."""

    known: Mapping[str, Any]
    verdict: Verdict


@dataclass(frozen=True)
class Table:
    """One condition, as it stands in a rule file, for several women; ``rules`` are those it refers to."""

    title: str
    condition: Any
    rows: tuple[Row, ...]
    rules: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Chapter:
    """Tables on one matter."""

    title: str
    says: str
    tables: tuple[Table, ...]


MISSING = None


def between(low: float, high: float) -> Interval:
    return Interval(low, high)


def from_on(low: float) -> Interval:
    return Interval(low, None)


def one_fact(title: str, condition: Any, fact: str, verdicts: Mapping[Any, Verdict]) -> Table:
    """Lay out a table whose women differ in one fact."""
    rows = tuple(Row({} if value is MISSING else {fact: value}, verdict) for value, verdict in verdicts.items())
    return Table(title, condition, rows)


COMPARISONS = Chapter(
    "Comparisons",
    "A fact, an operator and a literal. A fact that is missing leaves every operator UNKNOWN, != and not in included. "
    "Of a count known as an interval, the lower end is certain and the upper possible; what it does not settle is "
    "UNKNOWN.",
    (
        one_fact(
            "three losses or more",
            "losses.total >= 3",
            "losses.total",
            {
                2: NO,
                3: YES,
                4: YES,
                between(0, 2): NO,
                between(1, 3): UNKNOWN,
                between(2, 5): UNKNOWN,
                between(3, 5): YES,
                from_on(2): UNKNOWN,
                from_on(3): YES,
                MISSING: UNKNOWN,
            },
        ),
        one_fact(
            "over three losses",
            "losses.total > 3",
            "losses.total",
            {
                3: NO,
                4: YES,
                between(1, 3): NO,
                between(3, 4): UNKNOWN,
                between(4, 5): YES,
                from_on(3): UNKNOWN,
                from_on(4): YES,
                MISSING: UNKNOWN,
            },
        ),
        one_fact(
            "three losses at most",
            "losses.total <= 3",
            "losses.total",
            {
                3: YES,
                4: NO,
                between(1, 3): YES,
                between(3, 4): UNKNOWN,
                between(4, 5): NO,
                from_on(3): UNKNOWN,
                from_on(4): NO,
                MISSING: UNKNOWN,
            },
        ),
        one_fact(
            "under three losses",
            "losses.total < 3",
            "losses.total",
            {
                2: YES,
                3: NO,
                between(0, 2): YES,
                between(2, 3): UNKNOWN,
                between(3, 5): NO,
                from_on(2): UNKNOWN,
                from_on(3): NO,
                MISSING: UNKNOWN,
            },
        ),
        one_fact(
            "exactly three losses",
            "losses.total = 3",
            "losses.total",
            {
                2: NO,
                3: YES,
                4: NO,
                between(0, 2): NO,
                between(2, 3): UNKNOWN,
                between(3, 4): UNKNOWN,
                between(1, 5): UNKNOWN,
                between(4, 5): NO,
                from_on(3): UNKNOWN,
                from_on(4): NO,
                MISSING: UNKNOWN,
            },
        ),
        one_fact(
            "another number of losses than three",
            "losses.total != 3",
            "losses.total",
            {
                2: YES,
                3: NO,
                between(0, 2): YES,
                between(2, 3): UNKNOWN,
                between(1, 5): UNKNOWN,
                between(4, 5): YES,
                from_on(3): UNKNOWN,
                from_on(4): YES,
                MISSING: UNKNOWN,
            },
        ),
        one_fact(
            "one of several counts: an interval over several of them is as open as an 'or' of them",
            "losses.total in [2, 3]",
            "losses.total",
            {
                1: NO,
                2: YES,
                3: YES,
                between(0, 1): NO,
                between(1, 2): UNKNOWN,
                between(2, 3): UNKNOWN,
                between(4, 6): NO,
                from_on(3): UNKNOWN,
                from_on(4): NO,
                MISSING: UNKNOWN,
            },
        ),
        one_fact(
            "none of several counts",
            "losses.total not in [2, 3]",
            "losses.total",
            {
                1: YES,
                2: NO,
                between(0, 1): YES,
                between(1, 2): UNKNOWN,
                between(2, 3): UNKNOWN,
                from_on(3): UNKNOWN,
                from_on(4): YES,
                MISSING: UNKNOWN,
            },
        ),
        one_fact(
            "a measured number",
            "immune.nk_blood_percent > 12",
            "immune.nk_blood_percent",
            {11.9: NO, 12.0: NO, 12.1: YES, MISSING: UNKNOWN},
        ),
        one_fact(
            "a number known only within bounds",
            "transfers.cumulative_chance > 0.6",
            "transfers.cumulative_chance",
            {
                0.6: NO,
                0.61: YES,
                between(0.2, 0.6): NO,
                between(0.5, 0.9): UNKNOWN,
                between(0.61, 1.0): YES,
                MISSING: UNKNOWN,
            },
        ),
        one_fact(
            "a finding that is yes or no",
            "condition.asthma = yes",
            "condition.asthma",
            {True: YES, False: NO, MISSING: UNKNOWN},
        ),
        one_fact(
            "a finding that must be absent: silence is not absence",
            "condition.asthma = no",
            "condition.asthma",
            {True: NO, False: YES, MISSING: UNKNOWN},
        ),
        one_fact(
            "a finding that must not be present: silence is not absence here either",
            "condition.asthma != yes",
            "condition.asthma",
            {True: NO, False: YES, MISSING: UNKNOWN},
        ),
        one_fact(
            "one of a list",
            "workup.uterine_finding = septum",
            "workup.uterine_finding",
            {"septum": YES, "none": NO, "fibroid": NO, MISSING: UNKNOWN},
        ),
        one_fact(
            "another than one of a list",
            "workup.uterine_finding != septum",
            "workup.uterine_finding",
            {"septum": NO, "none": YES, "fibroid": YES, MISSING: UNKNOWN},
        ),
        one_fact(
            "any of some of a list",
            "workup.uterine_finding in [septum, fibroid]",
            "workup.uterine_finding",
            {"septum": YES, "fibroid": YES, "none": NO, MISSING: UNKNOWN},
        ),
        one_fact(
            "none of some of a list",
            "workup.uterine_finding not in [septum, fibroid]",
            "workup.uterine_finding",
            {"septum": NO, "fibroid": NO, "none": YES, MISSING: UNKNOWN},
        ),
    ),
)

KNOWN = Chapter(
    "Known",
    "Whether a fact is known at all is never UNKNOWN; for panels and policy only. An interval is no known number.",
    (
        one_fact(
            "the losses are known",
            "known losses.total",
            "losses.total",
            {0: YES, 4: YES, between(2, 4): NO, from_on(2): NO, MISSING: NO},
        ),
        one_fact(
            "a result is known, whatever it is",
            "known workup.antiphospholipid",
            "workup.antiphospholipid",
            {"negative": YES, "positive": YES, MISSING: NO},
        ),
        one_fact(
            "an absent finding is a known one",
            "known condition.asthma",
            "condition.asthma",
            {True: YES, False: YES, MISSING: NO},
        ),
        one_fact(
            "the losses are not known",
            {"not": "known losses.total"},
            "losses.total",
            {4: NO, between(2, 4): YES, MISSING: YES},
        ),
    ),
)

ASTHMA = "condition.asthma = yes"
GOUT = "condition.gout = yes"
LUPUS = "condition.lupus = yes"


def findings(asthma: bool | None = None, gout: bool | None = None, lupus: bool | None = None) -> dict[str, bool]:
    given = {"condition.asthma": asthma, "condition.gout": gout, "condition.lupus": lupus}
    return {name: value for name, value in given.items() if value is not None}


JOINED = Chapter(
    "Joined conditions",
    "all, any, not and at_least. One NO settles an 'all' and one YES an 'any', whatever is unknown.",
    (
        Table(
            "all of them",
            {"all": [ASTHMA, GOUT, LUPUS]},
            (
                Row(findings(asthma=True, gout=True, lupus=True), YES),
                Row(findings(asthma=True, gout=True), UNKNOWN),
                Row(findings(asthma=True, gout=True, lupus=False), NO),
                Row(findings(lupus=False), NO),
                Row(findings(), UNKNOWN),
            ),
        ),
        Table(
            "any of them",
            {"any": [ASTHMA, GOUT, LUPUS]},
            (
                Row(findings(asthma=False, gout=False, lupus=False), NO),
                Row(findings(asthma=False, gout=False), UNKNOWN),
                Row(findings(asthma=False, gout=False, lupus=True), YES),
                Row(findings(lupus=True), YES),
                Row(findings(), UNKNOWN),
            ),
        ),
        Table(
            "not",
            {"not": ASTHMA},
            (Row(findings(asthma=True), NO), Row(findings(asthma=False), YES), Row(findings(), UNKNOWN)),
        ),
        Table(
            "not twice",
            {"not": {"not": ASTHMA}},
            (Row(findings(asthma=True), YES), Row(findings(asthma=False), NO), Row(findings(), UNKNOWN)),
        ),
        Table(
            "neither of two",
            {"not": {"any": [ASTHMA, GOUT]}},
            (
                Row(findings(asthma=False, gout=False), YES),
                Row(findings(asthma=False), UNKNOWN),
                Row(findings(asthma=True), NO),
                Row(findings(), UNKNOWN),
            ),
        ),
        Table(
            "not both",
            {"not": {"all": [ASTHMA, GOUT]}},
            (
                Row(findings(asthma=True, gout=True), NO),
                Row(findings(asthma=True), UNKNOWN),
                Row(findings(gout=False), YES),
                Row(findings(), UNKNOWN),
            ),
        ),
        Table(
            "at least two of three",
            {"at_least": 2, "of": [ASTHMA, GOUT, LUPUS]},
            (
                Row(findings(asthma=True, lupus=True), YES),
                Row(findings(asthma=True, gout=False), UNKNOWN),
                Row(findings(asthma=True), UNKNOWN),
                Row(findings(gout=False, lupus=False), NO),
                Row(findings(), UNKNOWN),
            ),
        ),
        Table(
            "fewer than two of three",
            {"not": {"at_least": 2, "of": [ASTHMA, GOUT, LUPUS]}},
            (
                Row(findings(asthma=True, lupus=True), NO),
                Row(findings(asthma=True), UNKNOWN),
                Row(findings(gout=False, lupus=False), YES),
                Row(findings(), UNKNOWN),
            ),
        ),
        Table(
            "at least one of them is any of them",
            {"at_least": 1, "of": [ASTHMA, GOUT]},
            (
                Row(findings(gout=True), YES),
                Row(findings(asthma=False), UNKNOWN),
                Row(findings(asthma=False, gout=False), NO),
            ),
        ),
        Table(
            "at least as many as there are is all of them",
            {"at_least": 2, "of": [ASTHMA, GOUT]},
            (
                Row(findings(asthma=True, gout=True), YES),
                Row(findings(asthma=True), UNKNOWN),
                Row(findings(gout=False), NO),
            ),
        ),
        Table(
            "a finding or its absence: what is unknown stays unknown",
            {"any": [ASTHMA, {"not": ASTHMA}]},
            (Row(findings(asthma=True), YES), Row(findings(asthma=False), YES), Row(findings(), UNKNOWN)),
        ),
        Table(
            "several keys of one mapping are all asked for",
            {"all": [ASTHMA], "not": GOUT},
            (
                Row(findings(asthma=True, gout=False), YES),
                Row(findings(asthma=True), UNKNOWN),
                Row(findings(asthma=True, gout=True), NO),
            ),
        ),
    ),
)

UNTOLD = Chapter(
    "What cannot be looked up",
    "A point that was not read ('unread') and a criterion that no finding expresses ('words') are always UNKNOWN, so "
    "they decide only the women whom that point would decide.",
    (
        Table("a point not read", {"unread": "whether biochemical losses count"}, (Row({}, UNKNOWN),)),
        Table("its opposite", {"not": {"unread": "whether biochemical losses count"}}, (Row({}, UNKNOWN),)),
        Table("a criterion in words", {"words": "no more than two centres"}, (Row({}, UNKNOWN),)),
        Table("its opposite, too", {"not": {"words": "no more than two centres"}}, (Row({}, UNKNOWN),)),
        Table(
            "an open point leaves open only those whom it would decide",
            {
                "any": [
                    "losses.clinical >= 2",
                    {"all": ["losses.total >= 2", {"unread": "whether biochemical losses count"}]},
                ]
            },
            (
                Row({"losses.clinical": 2, "losses.total": 2}, YES),
                Row({"losses.clinical": 1, "losses.total": 2}, UNKNOWN),
                Row({"losses.clinical": 0, "losses.total": 1}, NO),
                Row({}, UNKNOWN),
            ),
        ),
        Table(
            "one NO settles a criterion in words",
            {"all": ["age < 40", {"words": "normal ovarian reserve"}]},
            (Row({"age": 41.0}, NO), Row({"age": 39.0}, UNKNOWN), Row({}, UNKNOWN)),
        ),
    ),
)

REFERENCES = Chapter(
    "Other rules",
    "The id of another rule stands for its verdict; the order in which rules are written does not matter.",
    (
        Table(
            "another rule's verdict",
            "rpl",
            (
                Row({"losses.total": 2}, YES),
                Row({"losses.total": between(1, 3)}, UNKNOWN),
                Row({"losses.total": 1}, NO),
                Row({}, UNKNOWN),
            ),
            {"rpl": "losses.total >= 2"},
        ),
        Table(
            "the opposite of another rule",
            {"not": "rpl"},
            (Row({"losses.total": 2}, NO), Row({"losses.total": 1}, YES), Row({}, UNKNOWN)),
            {"rpl": "losses.total >= 2"},
        ),
        Table(
            "through several rules, negated on the way",
            {"all": ["unexplained", "refractory"]},
            (
                Row({"losses.total": 4, "workup.antiphospholipid": "negative"}, YES),
                Row({"losses.total": 4, "workup.antiphospholipid": "positive"}, NO),
                Row({"losses.total": 4}, UNKNOWN),
                Row({"losses.total": 3}, NO),
                Row({"workup.antiphospholipid": "negative", "losses.total": between(3, 4)}, UNKNOWN),
            ),
            {
                "unexplained": {"all": ["rpl", {"not": "aps"}]},
                "refractory": {"all": ["rpl", "losses.total >= 4"]},
                "aps": "workup.antiphospholipid = positive",
                "rpl": "losses.total >= 2",
            },
        ),
        Table(
            "a rule that is open stays open in whoever refers to it",
            {"any": ["funded", "losses.total >= 4"]},
            (Row({"losses.total": 4}, YES), Row({"losses.total": 3}, UNKNOWN)),
            {"funded": {"unread": "who is funded"}},
        ),
    ),
)

NESTED = Chapter(
    "Nested conditions",
    "The pieces put together, to show the syntax; no threshold here is advice.",
    (
        Table(
            "recurrent loss with at least one euploid loss, or none of the tissue abnormal",
            {
                "all": [
                    "rpl",
                    "losses.total >= 3",
                    {"any": ["losses.euploid >= 1", {"not": "losses.aneuploid >= 1"}]},
                    {
                        "at_least": 2,
                        "of": ["immune.nk_blood_percent > 12", "immune.ana = positive", "workup.anti_tpo = positive"],
                    },
                ]
            },
            (
                Row(
                    {"losses.total": 3, "losses.euploid": 1, "immune.ana": "positive", "workup.anti_tpo": "positive"},
                    YES,
                ),
                Row({"losses.total": 3, "losses.euploid": 1, "immune.ana": "positive"}, UNKNOWN),
                Row(
                    {
                        "losses.total": 3,
                        "losses.euploid": between(1, 3),
                        "immune.nk_blood_percent": 13.0,
                        "workup.anti_tpo": "positive",
                    },
                    YES,
                ),
                Row(
                    {
                        "losses.total": 4,
                        "losses.euploid": 0,
                        "losses.aneuploid": between(0, 2),
                        "immune.ana": "positive",
                        "workup.anti_tpo": "positive",
                    },
                    UNKNOWN,
                ),
                Row({"losses.total": 4, "losses.euploid": 0, "losses.aneuploid": 2}, NO),
                Row({"immune.nk_blood_percent": 8.0, "immune.ana": "negative"}, NO),
                Row({"losses.total": 2}, NO),
                Row({}, UNKNOWN),
            ),
            {"rpl": "losses.total >= 2"},
        ),
        Table(
            "a panel: a test that is not needed may be unknown",
            {
                "all": [
                    "workup.thyroid = normal",
                    {"any": [{"not": "losses.unbalanced >= 1"}, "workup.parental_karyotype = normal"]},
                ]
            },
            (
                Row({"workup.thyroid": "normal", "losses.unbalanced": 0}, YES),
                Row({"workup.thyroid": "normal", "losses.unbalanced": 1}, UNKNOWN),
                Row({"workup.thyroid": "normal", "losses.unbalanced": between(0, 1)}, UNKNOWN),
                Row({"workup.thyroid": "normal", "workup.parental_karyotype": "normal"}, YES),
                Row(
                    {
                        "workup.thyroid": "normal",
                        "losses.unbalanced": 1,
                        "workup.parental_karyotype": "balanced_rearrangement",
                    },
                    NO,
                ),
                Row({"workup.thyroid": "abnormal"}, NO),
                Row({}, UNKNOWN),
            ),
        ),
    ),
)

SPECIFICATION: tuple[Chapter, ...] = (COMPARISONS, KNOWN, JOINED, UNTOLD, REFERENCES, NESTED)
