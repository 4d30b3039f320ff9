"""Complete, true histories of pregnancies and transfers, what is true of each, and ways to tell less of them.

The truth is counted here from the whole history, one plain loop a count, and shares nothing with the package.
"""

from __future__ import annotations

from hypothesis import strategies as st

LOSSES = ("biochemical_loss", "miscarriage")
WEEKS = (5, 9.9, 10, 11.9, 12, 13.9, 14, 19.9, 20, 21, 22, 23.5, 24, 31, 34, 39)
KINDS = {
    "ectopic": "ectopic",
    "molar": "molar",
    "stillbirths": "stillbirth",
    "terminations": "termination",
    "live_births": "live_birth",
}
COUNTED_LOSSES = {
    "losses": "losses.total",
    "clinical_losses": "losses.clinical",
    "biochemical_losses": "losses.biochemical",
    "consecutive_losses": "losses.consecutive",
    "losses_before_10_weeks": "losses.before_10_weeks",
    "losses_from_14_weeks": "losses.from_14_weeks",
    "euploid_losses": "losses.euploid",
    "aneuploid_losses": "losses.aneuploid",
    "unbalanced_losses": "losses.unbalanced",
    "losses_with_current_partner": "losses.with_current_partner",
    "losses_since_last_live_birth": "losses.since_last_live_birth",
}
COUNTED_KINDS = {
    "ectopic": "pregnancies.ectopic",
    "molar": "pregnancies.molar",
    "stillbirths": "pregnancies.stillbirths",
    "terminations": "pregnancies.terminations",
    "live_births": "live_births.total",
}
COUNTED_TRANSFERS = {
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

pregnancy = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from((*LOSSES, "miscarriage", "miscarriage", *KINDS.values())),
        "weeks": st.sampled_from(WEEKS),
        "conceived": st.sampled_from(("naturally", "art")),
        "partner": st.sampled_from(("current", "earlier")),
        "karyotype": st.sampled_from(("euploid", "aneuploid", "unbalanced", "not_tested", "no_result")),
        "fetus_normal": st.booleans(),
        "placental_disease": st.booleans(),
    }
)
embryo = st.fixed_dictionaries(
    {
        "stage": st.sampled_from(("cleavage", "morula", "blastocyst")),
        "quality": st.sampled_from(("good", "good", "fair", "poor")),
        "ploidy": st.sampled_from(("euploid", "mosaic", "aneuploid", "untested")),
    }
)
transfer = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(
            ("negative_hcg", "negative_hcg", "biochemical_loss", "miscarriage", "ectopic", "live_birth", "ongoing")
        ),
        "predicted_chance": st.sampled_from((0.0, 0.2, 0.25, 0.4, 0.5, 1.0)),
        "with_immunomodulation": st.booleans(),
        "embryos": st.lists(embryo, min_size=1, max_size=3),
    }
)


@st.composite
def pregnancies(draw):
    """A complete history of pregnancies in their order; at most the last one goes on."""
    history = draw(st.lists(pregnancy, max_size=6))
    if draw(st.integers(0, 5)) == 0:
        history.append({"outcome": "ongoing", "weeks": 8})
    return history


transfers = st.lists(transfer, max_size=5)


def count(history, test):
    return sum(1 for one in history if test(one))


def longest(history, counts, breaks):
    best = run = 0
    for one in history:
        if counts(one):
            run += 1
        elif breaks(one):
            run = 0
        best = max(best, run)
    return best


def truth_of_pregnancies(history):
    """Every count by its fact name; the longest run of losses has two values, as others part it or do not."""
    losses = [one for one in history if one["outcome"] in LOSSES]
    dead = [one for one in history if one["outcome"] in (*LOSSES, "stillbirth")]
    births = [one for one in history if one["outcome"] in ("live_birth", "stillbirth")]
    last_birth = max((place for place, one in enumerate(history) if one["outcome"] == "live_birth"), default=-1)
    truth = {
        "losses.total": len(losses),
        "losses.clinical": count(losses, lambda one: one["outcome"] == "miscarriage"),
        "losses.biochemical": count(losses, lambda one: one["outcome"] == "biochemical_loss"),
        "losses.from_10_weeks": count(losses, lambda one: one["weeks"] >= 10),
        "losses.from_14_weeks": count(losses, lambda one: one["weeks"] >= 14),
        "losses.euploid": count(losses, lambda one: one["karyotype"] == "euploid"),
        "losses.aneuploid": count(losses, lambda one: one["karyotype"] == "aneuploid"),
        "losses.unbalanced": count(losses, lambda one: one["karyotype"] == "unbalanced"),
        "losses.without_karyotype": count(losses, lambda one: one["karyotype"] in ("not_tested", "no_result")),
        "losses.with_current_partner": count(losses, lambda one: one["partner"] == "current"),
        "losses.after_art": count(losses, lambda one: one["conceived"] == "art"),
        "losses.since_last_live_birth": count(history[last_birth + 1 :], lambda one: one["outcome"] in LOSSES),
        "losses.normal_fetus_from_10_weeks": count(dead, lambda one: one["weeks"] >= 10 and one["fetus_normal"]),
        "births.placental_before_34_weeks": count(births, lambda one: one["weeks"] < 34 and one["placental_disease"]),
    }
    for weeks in (10, 12, 14, 20, 22, 24):
        truth[f"losses.before_{weeks}_weeks"] = sum(one["weeks"] < weeks for one in losses)
    for field, fact in COUNTED_KINDS.items():
        truth[fact] = sum(one["outcome"] == KINDS[field] for one in history)
    apart = truth["pregnancies.ectopic"] + truth["pregnancies.molar"] + truth["pregnancies.stillbirths"]
    truth["losses.of_any_kind"] = len(losses) + apart
    truth["losses.clinical_or_stillbirth"] = truth["losses.clinical"] + truth["pregnancies.stillbirths"]
    return {name: (number, number) for name, number in truth.items()} | {"losses.consecutive": runs(history)}


def runs(history):
    """The longest run of losses where any other pregnancy parts it, and where only a birth does."""
    return tuple(
        longest(history, lambda one: one["outcome"] in LOSSES, lambda one, parts=parts: one["outcome"] in parts)
        for parts in (tuple(KINDS.values()), ("live_birth", "stillbirth"))
    )


def truth_of_transfers(history):
    failed = [one for one in history if one["outcome"] in ("negative_hcg", "biochemical_loss")]
    embryos = [one for transferred in failed for one in transferred["embryos"]]

    def good(one):
        return one["quality"] == "good"

    def blastocyst(one):
        return one["stage"] == "blastocyst"

    def cleavage(one):
        return one["stage"] == "cleavage"

    def euploid(one):
        return one["ploidy"] == "euploid"

    missed = 1.0
    for one in failed:
        missed *= 1 - one["predicted_chance"]
    truth = {
        "transfers.total": len(history),
        "transfers.failed": len(failed),
        "transfers.negative_hcg": count(failed, lambda one: one["outcome"] == "negative_hcg"),
        "transfers.failed_consecutive": longest(history, lambda one: one in failed, lambda one: True),
        "transfers.failed_with_good_embryo": count(failed, lambda one: any(map(good, one["embryos"]))),
        "transfers.failed_euploid_blastocyst": count(
            failed, lambda one: any(blastocyst(each) and euploid(each) for each in one["embryos"])
        ),
        "transfers.failed_with_immunomodulation": count(failed, lambda one: one["with_immunomodulation"]),
        "embryos.failed": len(embryos),
        "embryos.failed_good": count(embryos, good),
        "embryos.failed_cleavage": count(embryos, cleavage),
        "embryos.failed_blastocyst": count(embryos, blastocyst),
        "embryos.failed_good_cleavage": count(embryos, lambda one: good(one) and cleavage(one)),
        "embryos.failed_good_blastocyst": count(embryos, lambda one: good(one) and blastocyst(one)),
        "embryos.failed_good_euploid_blastocyst": count(
            embryos, lambda one: good(one) and blastocyst(one) and euploid(one)
        ),
        "transfers.cumulative_chance": 1 - missed,
    }
    return {name: (number, number) for name, number in truth.items()}


# Telling of a history


def told_one_by_one(history):
    return {"complete": True, "singles": [{**one, "order": place} for place, one in enumerate(history, 1)]}


def told_in_counts(truth, fields):
    return {"complete": True} | {field: truth[fact][0] for field, fact in fields.items()}


def told_in_full(history, truth, fields):
    return told_one_by_one(history) | told_in_counts(truth, fields)


@st.composite
def told_less(draw, section, must_stay, less_of_one):
    """The same section with parts of it hidden, at random.

    A section that stays complete keeps its singles or, without singles, every count that says what happened: to leave
    one of those out would be to say that it did not happen.
    """
    section = dict(section)
    if draw(st.booleans()):
        section.pop("complete", None)
    complete, described = "complete" in section, bool(section.get("singles"))
    for field in sorted(section.keys() - {"complete", "singles"}):
        if not (complete and not described and field in must_stay) and draw(st.booleans()):
            del section[field]
    if described:
        told = [draw(st.just(single) | less_of_one(single)) for single in section["singles"]]
        section["singles"] = told if complete else [single for single in told if draw(st.booleans())]
    return section


@st.composite
def some_of(draw, single, keep=()):
    return {field: value for field, value in single.items() if field in keep or draw(st.booleans())}


@st.composite
def less_of_a_pregnancy(draw, single):
    told = draw(some_of(single, keep=("outcome",)))
    if told["outcome"] in LOSSES and draw(st.booleans()):
        told["outcome"] = "loss_of_unknown_kind"
    return told


@st.composite
def less_of_a_transfer(draw, single):
    told = draw(some_of(single))
    if "embryos" in told and draw(st.booleans()):
        told["embryos"] = [draw(some_of(embryo)) for embryo in told["embryos"]]
    return told


def less_of_pregnancies(section):
    return told_less(section, ("losses", *KINDS), less_of_a_pregnancy)


def less_of_transfers(section):
    return told_less(section, ("total",), less_of_a_transfer)
