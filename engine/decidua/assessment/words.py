"""The words of an assessment: reasons, citations and GRADE's sentences, each carried by data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from decidua.assessment.verdicts import Verdicts
from decidua.condition.english import in_english, value_in_english
from decidua.condition.reference import Proof, deciding
from decidua.condition.syntax import Atom, Condition, Not, Untold
from decidua.evidence.lines import Line
from decidua.evidence.models import Citation, Guideline, OutcomeName, Position, Reported
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.models import OutcomePolicy
from decidua.rulebook.policy import Certainty, Words
from decidua.truth import UNKNOWN, YES

__all__ = [
    "PER_WORDS",
    "POSITION_WORDS",
    "READ_WORDS",
    "because",
    "cite",
    "cite_position",
    "grade_sentence",
    "join",
    "printed_effect",
    "year_of",
]

READ_WORDS = {
    "full_text": "full text",
    "abstract": "abstract only",
    "registry": "registry entry",
    "label": "label",
    "secondary": "read in another source only",
}

POSITION_WORDS = {
    "recommend": "recommends",
    "suggest": "suggests",
    "consider": "would consider",
    "research_only": "keeps to research",
    "suggest_against": "suggests against",
    "recommend_against": "recommends against",
    "no_recommendation": "makes no recommendation",
}

PER_WORDS = {
    "woman": "women",
    "conception": "women who conceived",
    "cycle": "cycles",
    "transfer": "transfers",
    "pregnancy": "pregnancies",
    "live_birth": "live births",
    "neonate": "newborns",
    "embryo": "embryos",
    "not_stated": "(denominator not stated)",
}


def join(parts: Sequence[str], word: str = "and") -> str:
    """Join parts as English does: ``a, b and c``."""
    if len(parts) <= 1:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def year_of(published: str | None) -> str:
    """Return the year of a date, or ``undated``."""
    return published[:4] if published else "undated"


def cite(citation: Citation, id_: str, published: str | None) -> str:
    """Cite a paper in a line; what was not read is left out, never filled in."""
    authors = (citation.authors or "").split(",")[0].strip().rstrip(".")
    author = f"{authors} et al." if citation.authors and "," in citation.authors else authors
    head = author or "authors not read"
    parts = [f"{head} {year_of(published)}".strip()]
    if citation.journal:
        place = citation.journal
        if citation.volume:
            place += f" {citation.volume}"
            if citation.pages:
                place += f":{citation.pages}"
        parts.append(place)
    if citation.doi:
        parts.append(f"doi:{citation.doi}")
    elif citation.pmid:
        parts.append(f"PMID {citation.pmid}")
    return f"{'. '.join(parts)} [{id_}]"


def cite_position(position: Position, guideline: Guideline) -> str:
    """Say in a clause what a document says: ``NICE 2021 recommends``."""
    return f"{guideline.society_name} {year_of(guideline.published)} {POSITION_WORDS[position.position]}"


def because(verdicts: Verdicts, proof: Proof, *, limit: int = 3) -> str:
    """Say in a phrase what decided a verdict, or what could still decide it.

    Args:
        verdicts: All verdicts.
        proof: The proof to speak of.
        limit: Most reasons named; the rest are counted.
    """
    open_question = proof.verdict is UNKNOWN
    leaves: dict[Condition, Proof] = {}
    for leaf in verdicts.deciding_leaves(proof) if open_question else deciding(proof):
        if (leaf.verdict is UNKNOWN) is open_question:
            leaves.setdefault(leaf.condition, leaf)
    if not leaves:
        return ""
    titles = verdicts.view.book.titles
    shown = list(leaves.values())[:limit]
    more = len(leaves) - len(shown)
    holds = proof.verdict is YES
    reasons = [_open_reason(leaf) if open_question else _settled_reason(leaf, titles, holds=holds) for leaf in shown]
    text = "; ".join(dict.fromkeys(reasons)) + (f"; and {more} more" if more else "")
    return f"depends on {text}" if open_question else text


def _open_reason(leaf: Proof) -> str:
    node = leaf.condition
    if isinstance(node, Untold):
        return f"not read: {node.text}" if node.why == "unread" else node.text
    if isinstance(node, Atom):
        fact = vocabulary().get(node.fact)
        known = f" (so far {value_in_english(leaf.value, fact)})" if leaf.value is not None else ""
        return f"{in_english(node, vocabulary(), {})}{known}"
    return "a point that is not known"


def _settled_reason(leaf: Proof, titles: Mapping[str, str], *, holds: bool) -> str:
    """Say what one leaf contributed to a verdict; a leaf that holds and yet made a NO was an exclusion."""
    node = leaf.condition
    if not holds and leaf.verdict is YES:
        return f"excluded: {in_english(node, vocabulary(), titles)}"
    if not isinstance(node, Atom):
        words = in_english(node, vocabulary(), titles)
        return words if leaf.verdict is YES else f"not so: {words}"
    fact = vocabulary().get(node.fact)
    if fact is None or fact.kind in ("yes_no", "choice"):
        return in_english(node if leaf.verdict is YES else Not(node), vocabulary(), titles)
    asked = in_english(node, vocabulary(), titles)
    she = value_in_english(leaf.value, fact)
    return f"{asked} (she: {she})" if leaf.verdict is YES else f"asks for {asked} (she: {she})"


def printed_effect(reported: Reported | None) -> str | None:
    """Say an effect as the source prints it."""
    if reported is None:
        return None
    parts: list[str] = []
    if reported.value is not None:
        unit = {"percentage_points": " percentage points", "proportion": ""}.get(reported.unit or "", "")
        parts.append(f"{reported.measure} {reported.value:g}{unit}")
    if reported.ci is not None:
        parts.append(f"(95 % CI {reported.ci[0]:g} to {reported.ci[1]:g})")
    if reported.p is not None:
        printed = reported.p if isinstance(reported.p, str) else f"= {reported.p:g}"
        parts.append(f"P {printed}" if str(printed)[0] in "=<>" else f"P = {printed}")
    if reported.adjusted:
        parts.append("adjusted")
    if reported.direction:
        parts.append(f"({reported.direction})")
    return " ".join(parts) or None


def grade_sentence(
    words: Words, rating: tuple[Certainty, str], treatment: str, outcome: OutcomePolicy, line: Line, *, plural: bool
) -> str:
    """Return GRADE's sentence for one effect.

    The direction comes from the interval and the smallest difference that matters; where the interval settles nothing,
    the point estimate is named as what it may be, and the word "significant" is never used.

    Args:
        words: The sentences and verbs of the policy.
        rating: Computed certainty, and what the line shows.
        treatment: The treatment, as it stands within a sentence.
        outcome: The outcome.
        line: The line of evidence.
        plural: Whether the treatment's name is a plural.
    """
    certainty, shows = rating
    if certainty == "very_low" or line.ratio is None:
        text = words.by_certainty["very_low"].format(treatment=treatment, outcome=outcome.name)
    else:
        more = line.ratio[0] > 1
        direction = "same" if shows == "no_important_benefit" else "more" if more else "less"
        if shows == "unclear" and 0.95 <= line.ratio[0] <= 1.05:
            direction = "same"
        verb = words.directions[direction]
        text = words.by_certainty[certainty].format(
            treatment=treatment,
            verb=verb.plural if plural else verb.singular,
            infinitive=verb.infinitive,
            outcome=outcome.name,
        )
        if shows == "unclear":
            same = direction == "same"
            text += (
                ", though the interval holds a difference that matters"
                if same
                else ", but the interval holds the opposite too"
            )
    return text[0].upper() + text[1:] + "."


def outcome_names(outcomes: Sequence[OutcomePolicy]) -> dict[OutcomeName, OutcomePolicy]:
    """Return the outcome policies by outcome."""
    return {policy.outcome: policy for policy in outcomes}
