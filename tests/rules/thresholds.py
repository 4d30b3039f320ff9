"""Just below, at and just above every number in the rules: what each rule says of women who differ in one count.

A table gives what is known of all its women, what other rules say of them, and then one line a woman. Counts that a
line does not give are 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from decidua.truth import NO, UNKNOWN, YES, Verdict


class Table(NamedTuple):
    """Women who differ in one count, and the verdict on each."""

    women: list[tuple[dict[str, Any], Verdict]]
    known: dict[str, Any] = {}  # noqa: RUF012 - never changed
    rules: dict[str, Verdict] = {}  # noqa: RUF012 - never changed


SHORT = {
    "total": "losses.total",
    "clinical": "losses.clinical",
    "biochemical": "losses.biochemical",
    "in_a_row": "losses.consecutive",
    "any_kind": "losses.of_any_kind",
    "or_stillbirth": "losses.clinical_or_stillbirth",
    "before_10": "losses.before_10_weeks",
    "before_14": "losses.before_14_weeks",
    "from_10": "losses.from_10_weeks",
    "from_14": "losses.from_14_weeks",
    "same_partner": "losses.with_current_partner",
    "after_art": "losses.after_art",
    "ectopic": "pregnancies.ectopic",
    "molar": "pregnancies.molar",
    "stillbirths": "pregnancies.stillbirths",
    "failed": "transfers.failed",
    "failed_in_a_row": "transfers.failed_consecutive",
    "failed_good": "transfers.failed_with_good_embryo",
    "failed_euploid": "transfers.failed_euploid_blastocyst",
    "failed_immuno": "transfers.failed_with_immunomodulation",
    "embryos": "embryos.failed",
    "good": "embryos.failed_good",
    "good_cleavage": "embryos.failed_good_cleavage",
    "good_blastocyst": "embryos.failed_good_blastocyst",
    "good_euploid": "embryos.failed_good_euploid_blastocyst",
    "chance": "transfers.cumulative_chance",
    "weeks": "pregnancy.weeks",
    "apart": "workup.antiphospholipid_positive_weeks_apart",
    "acl": "workup.anticardiolipin",
    "b2": "workup.anti_beta2gpi",
}


def woman(verdict: Verdict, **counts: float) -> tuple[dict[str, Any], Verdict]:
    return {SHORT.get(name, name): count for name, count in counts.items()}, verdict


def from_number(name: str, number: float, below: float) -> Table:
    """At least so many: the first is in, the one below is not."""
    return Table([({name: number}, YES), ({name: below}, NO)])


def above(name: str, number: float, over: float) -> Table:
    """More than so many: the number itself is not in, the next is."""
    return Table([({name: number}, NO), ({name: over}, YES)])


TWO_CLINICAL_IN_A_ROW = [
    woman(NO, clinical=1, in_a_row=2),
    woman(YES, clinical=2, in_a_row=2),
    woman(UNKNOWN, clinical=2, in_a_row=1),
    woman(UNKNOWN, clinical=2, biochemical=1, in_a_row=2),
    woman(YES, clinical=2, biochemical=1, in_a_row=3),
    woman(UNKNOWN, clinical=2, biochemical=2, in_a_row=3),
    woman(YES, clinical=2, biochemical=2, in_a_row=4),
    woman(UNKNOWN, clinical=2, biochemical=3, in_a_row=4),
    woman(NO, clinical=1),
    woman(UNKNOWN, or_stillbirth=2),
    woman(NO, or_stillbirth=1),
]
THREE_CLINICAL_IN_A_ROW = [
    woman(NO, clinical=2, in_a_row=3),
    woman(YES, clinical=3, in_a_row=3),
    woman(NO, clinical=3, in_a_row=2),
    woman(NO, clinical=3, biochemical=1, in_a_row=3),
    woman(YES, clinical=3, biochemical=1, in_a_row=4),
    woman(NO, clinical=3, biochemical=2, in_a_row=4),
    woman(YES, clinical=3, biochemical=2, in_a_row=5),
    woman(NO, clinical=3, biochemical=3, in_a_row=5),
    woman(NO, any_kind=3),
    woman(UNKNOWN, any_kind=3, in_a_row=3),
    woman(NO, any_kind=2, in_a_row=3),
    woman(NO, any_kind=3, in_a_row=2),
    woman(UNKNOWN, any_kind=3, ectopic=1),
    woman(UNKNOWN, any_kind=3, molar=1),
    woman(UNKNOWN, any_kind=3, stillbirths=1),
]
BLEEDING_AFTER_A_LOSS = Table(
    [
        woman(YES, clinical=1, total=1, weeks=12),
        woman(NO, clinical=1, total=1, weeks=12.1),
        woman(UNKNOWN, clinical=0, total=1, weeks=8),
        woman(NO, clinical=0, total=0, weeks=8),
    ],
    {"pregnancy.bleeding": True, "pregnancy.intrauterine_on_scan": True},
)

TABLES: dict[str, Table] = {
    # Recurrent pregnancy loss
    "rpl-eshre-2022": Table(
        [
            woman(NO, total=1),
            woman(YES, total=2),
            woman(NO, stillbirths=1),
            woman(UNKNOWN, stillbirths=2),
            woman(UNKNOWN, total=1, stillbirths=1),
        ]
    ),
    "rpl-asrm-2012": Table(
        [
            *TWO_CLINICAL_IN_A_ROW,
            woman(NO, ectopic=1),
            woman(UNKNOWN, ectopic=2),
            woman(NO, molar=1),
            woman(UNKNOWN, molar=2),
            woman(UNKNOWN, or_stillbirth=1, ectopic=1),
            woman(UNKNOWN, or_stillbirth=1, molar=1),
            woman(UNKNOWN, ectopic=1, molar=1),
        ]
    ),
    "rpl-acog": Table(TWO_CLINICAL_IN_A_ROW),
    "rpl-rcog-2011": Table(THREE_CLINICAL_IN_A_ROW),
    "rpl-who": Table(THREE_CLINICAL_IN_A_ROW),
    "rpl-rcog-2023": Table(
        [woman(NO, clinical=2), woman(YES, clinical=3), woman(NO, any_kind=2), woman(UNKNOWN, any_kind=3)]
    ),
    "rpl-cngof-2014": Table(
        [
            woman(YES, clinical=3, before_14=3, in_a_row=3),
            woman(NO, clinical=2, before_14=3, in_a_row=3),
            woman(NO, clinical=3, before_14=2, in_a_row=3),
            woman(NO, clinical=3, before_14=3, in_a_row=2),
            woman(UNKNOWN, clinical=3, before_14=3, biochemical=1, in_a_row=3),
            woman(YES, clinical=3, before_14=3, biochemical=1, in_a_row=4),
            woman(UNKNOWN, clinical=3, before_14=3, biochemical=2, in_a_row=4),
            woman(YES, clinical=3, before_14=3, biochemical=2, in_a_row=5),
            woman(UNKNOWN, clinical=3, before_14=3, biochemical=3, in_a_row=5),
            woman(UNKNOWN, clinical=3, before_14=3, from_14=1, in_a_row=3),
            woman(NO, clinical=2, before_14=3, from_14=1, in_a_row=3),
            woman(NO, clinical=3, before_14=2, from_14=1, in_a_row=3),
            woman(NO, clinical=3, before_14=3, from_14=1, in_a_row=2),
            woman(UNKNOWN, before_14=3, biochemical=1, in_a_row=3),
            woman(NO, before_14=2, biochemical=1, in_a_row=3),
            woman(NO, before_14=3, biochemical=1, in_a_row=2),
            woman(UNKNOWN, before_14=2, ectopic=1),
            woman(UNKNOWN, before_14=2, molar=1),
            woman(NO, before_14=1, ectopic=1),
            woman(NO, before_14=1, molar=1),
            woman(UNKNOWN, before_14=1, ectopic=2),
            woman(UNKNOWN, before_14=1, molar=2),
            woman(UNKNOWN, before_14=1, ectopic=1, molar=1),
            woman(NO, ectopic=2),
            woman(NO, molar=2),
            woman(NO, ectopic=1, molar=1),
            woman(UNKNOWN, ectopic=3),
            woman(UNKNOWN, molar=3),
            woman(UNKNOWN, ectopic=2, molar=1),
            woman(UNKNOWN, ectopic=1, molar=2),
            woman(NO, any_kind=3, from_14=2, ectopic=1),
            woman(NO, any_kind=3, stillbirths=2, ectopic=1),
        ]
    ),
    "rpl-japan-2025": from_number("losses.clinical_or_stillbirth", 2, 1),
    "rpl-anz-2024": Table(
        [
            woman(NO, same_partner=1),
            woman(YES, same_partner=2),
            woman(NO, total=1),
            woman(UNKNOWN, total=2),
            woman(NO, total=2, same_partner=1),
            woman(UNKNOWN, total=3, same_partner=1),
            woman(NO, any_kind=2),
            woman(UNKNOWN, any_kind=2, ectopic=1),
            woman(NO, any_kind=1, ectopic=1),
            woman(UNKNOWN, any_kind=2, molar=1),
            woman(UNKNOWN, any_kind=2, stillbirths=1),
        ]
    ),
    "rpl-ranzcog-2025": Table(
        [
            woman(NO, clinical=1),
            woman(YES, clinical=2),
            woman(NO, or_stillbirth=1),
            woman(UNKNOWN, or_stillbirth=2),
            woman(NO, molar=1),
            woman(UNKNOWN, molar=2),
            woman(UNKNOWN, or_stillbirth=1, molar=1),
        ]
    ),
    # Recurrent implantation failure
    "rif-eshre-2023": Table([woman(NO, chance=0.6), woman(YES, chance=0.61)]),
    "rif-lugano-2022": Table(
        [
            woman(NO, failed_euploid=2),
            woman(YES, failed_euploid=3),
            woman(UNKNOWN, failed=1, embryos=3),
            woman(NO, failed=0, embryos=3),
            woman(NO, failed=1, embryos=2),
        ]
    ),
    "rif-coughlan-2014": Table(
        [
            woman(YES, age=39.9, failed=3, good=4),
            woman(NO, age=40, failed=3, good=4),
            woman(NO, age=39.9, failed=2, good=4),
            woman(NO, age=39.9, failed=3, good=3),
        ]
    ),
    "rif-polanski-2014": Table(
        [
            woman(YES, failed_in_a_row=2, good_cleavage=4),
            woman(NO, failed_in_a_row=1, good_cleavage=4),
            woman(NO, failed_in_a_row=2, good_cleavage=3),
            woman(YES, failed_in_a_row=2, good_blastocyst=2),
            woman(NO, failed_in_a_row=2, good_blastocyst=1),
        ]
    ),
    "rif-eshre-pgd-consortium-2005": Table(
        [
            woman(NO, failed_good=2),
            woman(YES, failed_good=3),
            woman(YES, failed=3, embryos=10),
            woman(NO, failed=3, embryos=9),
            woman(UNKNOWN, failed=2, embryos=10),
            woman(NO, failed=1, embryos=10),
        ]
    ),
    "rif-santillan-2015": from_number("transfers.failed_with_good_embryo", 3, 2),
    "rif-bashiri-2018": from_number("transfers.failed_with_good_embryo", 3, 2),
    "rif-china-2023": Table(
        [
            woman(YES, age=39.9, failed=3, good=3),
            woman(NO, age=40, failed=3, good=3),
            woman(NO, age=39.9, failed=2, good=3),
            woman(NO, age=39.9, failed=3, good=2),
        ]
    ),
    "rif-igum-ontario": Table(
        [
            woman(YES, age=41.9, failed_in_a_row=4, failed_good=4, good_euploid=2),
            woman(NO, age=42, failed_in_a_row=4, failed_good=4, good_euploid=2),
            woman(NO, age=41.9, failed_in_a_row=3, failed_good=4, good_euploid=2),
            woman(NO, age=41.9, failed_in_a_row=4, failed_good=3, good_euploid=2),
            woman(NO, age=41.9, failed_in_a_row=4, failed_good=4, good_euploid=1),
            woman(YES, age=41.9, failed_immuno=1),
            woman(NO, age=41.9),
        ]
    ),
    # Subsets
    "start_in_early_pregnancy": Table([woman(UNKNOWN, weeks=13.9), woman(NO, weeks=14)], rules={"start_by_week_6": NO}),
    "start_by_week_6": Table([woman(YES, weeks=6), woman(NO, weeks=6.1)], rules={"not_pregnant": NO}),
    "primary_rpl": Table([({"live_births.total": 0}, YES), ({"live_births.total": 1}, NO)]),
    "secondary_rpl": from_number("live_births.total", 1, 0),
    "refractory_rpl": from_number("losses.total", 4, 3),
    "two_losses_only": Table([woman(NO, total=1), woman(YES, total=2), woman(NO, total=3)]),
    "rpl_euploid_loss": from_number("losses.euploid", 1, 0),
    "apl_persistent": Table([woman(NO, apart=11.9), woman(YES, apart=12)], {"workup.antiphospholipid": "positive"}),
    "nk_blood_above_12": above("immune.nk_blood_percent", 12, 12.1),
    "unk_above_5_of_stroma": above("immune.nk_uterine_percent_of_stroma", 5, 5.1),
    "th1_th2_high_nakagawa": from_number("immune.ifng_il4_ratio", 10.3, 10.2),
    "tnf_il10_high": above("immune.tnf_il10_ratio", 30.6, 30.7),
    "ana_160": Table(
        [({"immune.ana_titre": 159.9}, NO), ({"immune.ana_titre": 160}, UNKNOWN), ({"immune.ana_titre": 160.1}, YES)]
    ),
    "rif_two_failed": from_number("transfers.failed", 2, 1),
    "rif_three_failed": from_number("transfers.failed", 3, 2),
    "rif_euploid_three": from_number("transfers.failed_euploid_blastocyst", 3, 2),
    "bleeding_after_loss": Table([woman(NO, total=0), woman(YES, total=1)], {"pregnancy.bleeding": True}),
    # Strategies
    "prednisone-aspirin-autoantibodies": Table(
        [woman(NO, in_a_row=1), woman(YES, in_a_row=2)],
        {"immune.autoantibody_any": True, "workup.parental_karyotype": "normal"},
        {"uterine_septum": NO},
    ),
    "prednisone-aspirin-ana": from_number("immune.ana_titre", 80, 79.9),
    "ivig-four-losses": from_number("losses.clinical", 4, 3),
    "ivig-rpl": from_number("losses.total", 3, 2),
    "ivig-prednisolone-art": Table(
        [woman(YES, in_a_row=2, after_art=2), woman(NO, in_a_row=1, after_art=2), woman(NO, in_a_row=2, after_art=1)]
    ),
    "progesterone-bleeding": BLEEDING_AFTER_A_LOSS,
    "dydrogesterone-bleeding": BLEEDING_AFTER_A_LOSS,
    "etanercept-refractory-rpl": Table([woman(NO, in_a_row=3), woman(UNKNOWN, in_a_row=4)]),
    "tnf-ivig-rpl": from_number("losses.total", 3, 2),
    "tacrolimus-rpl": from_number("losses.consecutive", 4, 3),
    # Causes and findings
    "aps": Table(
        [
            woman(YES, apart=12, in_a_row=3, before_10=3, b2=99.1),
            woman(UNKNOWN, apart=12, in_a_row=3, before_10=3, b2=99),
            woman(YES, apart=12, in_a_row=3, before_10=3, b2=0, acl=40.1),
            woman(UNKNOWN, apart=12, in_a_row=3, before_10=3, b2=0, acl=40),
            woman(NO, apart=11.9, in_a_row=3, before_10=3),
            woman(NO, apart=12, in_a_row=2, before_10=3),
            woman(NO, apart=12, in_a_row=3, before_10=2),
            woman(UNKNOWN, apart=12, in_a_row=3, before_10=3, from_10=1),
            woman(UNKNOWN, apart=12, in_a_row=3, before_10=3, biochemical=1),
            woman(NO, apart=12),
            ({SHORT["apart"]: 12, "losses.normal_fetus_from_10_weeks": 1}, YES),
            ({SHORT["apart"]: 12, "births.placental_before_34_weeks": 1}, YES),
        ],
        {"workup.antiphospholipid": "positive", "workup.lupus_anticoagulant": "negative", SHORT["b2"]: 99.1},
    ),
    "aps_acr_eular_2023": Table(
        [
            ({SHORT["apart"]: 12, "births.placental_before_34_weeks": 1}, UNKNOWN),
            ({SHORT["apart"]: 11.9, "births.placental_before_34_weeks": 1}, NO),
            ({SHORT["apart"]: 12, "births.placental_before_34_weeks": 0}, NO),
        ],
        {
            "workup.antiphospholipid": "positive",
            "condition.thromboembolism_history": False,
            "condition.thromboembolic_disorder": False,
        },
    ),
    "aneuploid_losses": from_number("losses.aneuploid", 1, 0),
    "finding:low_body_weight": Table([({"weight": 39.9}, YES), ({"weight": 40}, NO)]),
    "finding:bmi_35_or_more": from_number("bmi", 35, 34.9),
    "finding:beyond_first_trimester": Table(
        [woman(NO, weeks=13.9), woman(YES, weeks=14)], {"pregnancy.pregnant": True}
    ),
    "finding:third_trimester": Table([woman(NO, weeks=27.9), woman(YES, weeks=28)], {"pregnancy.pregnant": True}),
}

SAME_ANYWAY = {
    ("rpl-anz-2024", "losses.with_current_partner", operator, number): "two with the present partner are a yes already"
    for operator, number in (("<", 3), ("<=", 2))
}
"""Changed numbers that change no verdict, with the reason."""
