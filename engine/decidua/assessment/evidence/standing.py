"""In how many of an option's studies she would have been: a typed answer, and the sentence that says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from decidua.assessment.answers.result import Answer
from decidua.assessment.answers.standing import OpenStanding, StandingAnswer
from decidua.assessment.evidence.studies import counted_women, distinct, short_names
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import because, join, says
from decidua.condition.english import lower_first, value_in_english
from decidua.condition.reference import Proof
from decidua.condition.syntax import All, AnyOf, Atom, Condition, Not, Untold
from decidua.evidence.models import Study
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import DatedRulebook
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["option_standing", "refused_by"]

OPEN_NAMED = 4
PARTS_NAMED = 3
CRITERIA_NOT_READ = "its criteria"


def option_standing(verdicts: Verdicts, studies: Iterable[Study]) -> StandingAnswer:
    """Return her standing in the studies of an option, with the sentence that says it.

    Args:
        verdicts: Hers.
        studies: The studies behind the ways to use it; of these the randomised ones are looked at, or all where there
            is none. Retracted papers and second filings are left out.
    """
    every = distinct(studies)
    randomised = [one for one in every if one.randomised]
    looked_at = randomised or every
    by = {verdict: [one for one in looked_at if verdicts.verdict(f"study:{one.id}") is verdict] for verdict in Verdict}
    women = {one.id: _women(verdicts.view, one) for one in looked_at}
    counted = [one for one in looked_at if women[one.id]]
    largest = max(counted, key=lambda one: (women[one.id], one.id), default=None)
    sums = {verdict: sum(women[one.id] for one in found) for verdict, found in by.items()}
    opened = tuple(_open(verdicts, by[UNKNOWN]))
    answer = StandingAnswer(
        randomised=bool(randomised),
        studies=len(looked_at),
        yes=tuple(one.id for one in by[YES]),
        no=tuple(one.id for one in by[NO]),
        unknown=tuple(one.id for one in by[UNKNOWN]),
        women=sum(sums.values()),
        women_yes=sums[YES],
        women_no=sums[NO],
        women_unknown=sums[UNKNOWN],
        counting_women=len(counted),
        largest=None if largest is None else largest.id,
        largest_women=None if largest is None else women[largest.id],
        largest_standing=None if largest is None else _said(verdicts.verdict(f"study:{largest.id}")),
        largest_because=None if largest is None else _why(verdicts, largest),
        open=opened,
        says="",
    )
    if len(looked_at) == 1:
        return answer.altered(says=_on_one(answer, _why(verdicts, looked_at[0])))
    label = None if largest is None else short_names([largest])[largest.id]
    return answer.altered(says=" ".join(_sentences(answer, label)))


def _women(view: DatedRulebook, study: Study) -> int:
    """Return the women of a study; 0 where none was counted in women."""
    return view.keep(("women", study.id), lambda: counted_women(study) or 0)


def _said(verdict: Verdict) -> Answer:
    return verdict.value


def _open(verdicts: Verdicts, studies: Sequence[Study]) -> Iterator[OpenStanding]:
    """Yield what would tell whether studies would have taken her, the most frequent first, then as it is met."""
    found: dict[tuple[str, str], list[str]] = {}
    for study in studies:
        rule = f"study:{study.id}"
        if rule not in verdicts.view.rules:
            found.setdefault(("not_read", CRITERIA_NOT_READ), []).append(study.id)
            continue
        told: dict[tuple[str, str], None] = {}
        for leaf in verdicts.deciding_leaves(verdicts.proof(rule)):
            node = leaf.condition
            if isinstance(node, Untold):
                told.setdefault(("not_read" if node.why == "unread" else "not_expressed", node.text))
            elif isinstance(node, Atom) and leaf.verdict is UNKNOWN:
                told.setdefault(("finding", node.fact))
        for key in told:
            found.setdefault(key, []).append(study.id)
    for (what, name), ids in sorted(found.items(), key=lambda pair: -len(pair[1])):
        if what == "finding":
            yield OpenStanding("finding", name, vocabulary()[name].label, tuple(ids))
        else:
            yield OpenStanding("not_read" if what == "not_read" else "not_expressed", None, name, tuple(ids))


def _why(verdicts: Verdicts, study: Study) -> str:
    rule = f"study:{study.id}"
    if rule not in verdicts.view.rules:
        return "its criteria were not read"
    proof = verdicts.proof(rule)
    if proof.verdict is YES:
        return "on the criteria read"
    return refused_by(verdicts, proof) if proof.verdict is NO else because(verdicts, proof)


def refused_by(verdicts: Verdicts, proof: Proof) -> str:
    """Say in plain words by which criterion a study would not have taken her, and what she has.

    Args:
        verdicts: Hers.
        proof: The proof of its criteria, which is NO.
    """
    node, view = proof.condition, verdicts.view
    if isinstance(node, All):
        reasons = [refused_by(verdicts, part) for part in proof.parts if part.verdict is NO]
        more = len(reasons) - 1
        return reasons[0] + (f", and {more} more {'criterion' if more == 1 else 'criteria'}" if more else "")
    if isinstance(node, Not):
        held = _first_holding(proof.parts[0])
        return f"it left out: {says(view, held.condition)}{_hers(held)}"
    if isinstance(node, AnyOf) and len(node.parts) > PARTS_NAMED:
        words = [says(view, part) for part in node.parts[:PARTS_NAMED]]
        return f"it took only: {'; or '.join(words)}; or one of {len(node.parts) - PARTS_NAMED} more"
    return f"it took only: {says(view, node)}{_hers(proof)}"


def _first_holding(proof: Proof) -> Proof:
    """Return the first part of an exclusion that is enough for it."""
    if isinstance(proof.condition, AnyOf):
        return _first_holding(next(part for part in proof.parts if part.verdict is YES))
    return proof


def _hers(proof: Proof) -> str:
    """Say what she has, where the criterion is a number."""
    node: Condition = proof.condition
    fact = vocabulary().get(node.fact) if isinstance(node, Atom) else None
    if fact is None or fact.kind not in ("integer", "number"):
        return ""
    return f" (she: {value_in_english(proof.value, fact)})"


def _sentences(answer: StandingAnswer, largest: str | None) -> Iterator[str]:
    if not answer.studies:
        yield "No study stands behind it."
        return
    several = "randomised trials" if answer.randomised else "studies"
    none = "" if answer.randomised else "; none is randomised"
    counted = f"{len(answer.yes)} of {answer.studies} {several}{_women_words(answer)}"
    yield f"She is eligible for {counted}, on the criteria read{none}."
    if largest is not None:
        yield _largest_words(answer, largest)
    if answer.unknown:
        yield _open_words(answer)


def _on_one(answer: StandingAnswer, why: str) -> str:
    """Return the sentence where there is one study only.

    Args:
        answer: Her standing.
        why: What decides it there.
    """
    women = f" ({answer.women} women)" if answer.counting_women else ""
    study = f"one randomised trial{women}" if answer.randomised else f"one study{women}, not a randomised one"
    if answer.yes:
        return f"She is eligible for the {study}, on the criteria read."
    if answer.no:
        return f"She is not eligible for the {study}: {why}."
    return f"Whether she is eligible for the {study} cannot be known; it depends on {_depends_on(answer)}."


def _women_words(answer: StandingAnswer) -> str:
    if not answer.counting_women:
        return " (none of them counts women)"
    where = "in them" if answer.counting_women == answer.studies else f"in the {answer.counting_women} that count women"
    return f" ({answer.women_yes} of the {answer.women} women {where})"


def _largest_words(answer: StandingAnswer, largest: str) -> str:
    named = f"the largest, {largest} ({answer.largest_women} women)"
    if answer.largest_standing == "yes":
        return f"{named[0].upper()}{named[1:]}, would have taken her."
    if answer.largest_standing == "no":
        return f"Not for {named}: {answer.largest_because}."
    return f"Of {named}, it cannot be known."


def _open_words(answer: StandingAnswer) -> str:
    return f"For {len(answer.unknown)} of them it cannot be known; it depends on {_depends_on(answer)}."


def _depends_on(answer: StandingAnswer) -> str:
    """Name the findings by which it cannot be known, and how many studies each bears on."""
    findings = [one for one in answer.open if one.what == "finding"]
    several = len(answer.unknown) > 1
    parts = [lower_first(one.label) + (f" ({len(one.studies)})" if several else "") for one in findings[:OPEN_NAMED]]
    if len(findings) > OPEN_NAMED:
        parts.append(f"{len(findings) - OPEN_NAMED} further findings")
    for what, words in (
        ("not_expressed", "a criterion that no finding expresses"),
        ("not_read", "a criterion not read"),
    ):
        ids = {id_ for one in answer.open if one.what == what for id_ in one.studies}
        if ids:
            parts.append(words + (f" ({len(ids)})" if several else ""))
    return join(parts) or "what was not read"
