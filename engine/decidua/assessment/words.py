"""The words of an assessment: reasons, citations and GRADE's sentences, each carried by data."""

from __future__ import annotations

import re
from collections.abc import Sequence

from decidua.assessment.verdicts import Verdicts
from decidua.condition.english import in_english, value_in_english
from decidua.condition.reference import Proof, deciding
from decidua.condition.syntax import Atom, Condition, Not, Untold
from decidua.evidence.lines import Line
from decidua.evidence.models import Citation, Guideline, OutcomeName, Position, Reported
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import OutcomePolicy
from decidua.rulebook.policy import Certainty, Policy, Verb, Words
from decidua.truth import UNKNOWN, YES

__all__ = [
    "NO_DATE",
    "PER_WORDS",
    "POSITION_WORDS",
    "READ_WORDS",
    "SAID_OF_IT",
    "because",
    "cite",
    "cite_position",
    "edition",
    "grade_sentence",
    "join",
    "outcome_names",
    "printed_effect",
    "says",
    "series",
    "who_wrote",
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

SAID_OF_IT = {
    "recommend": "recommends it",
    "suggest": "suggests it",
    "consider": "would consider it",
    "research_only": "keeps it to research",
    "suggest_against": "suggests against it",
    "recommend_against": "recommends against it",
    "no_recommendation": "makes no recommendation on it",
}
"""What a document says of an option, to follow its name."""

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


NO_DATE = "(date not read)"


_BRACKETS = re.compile(r"\([^()]*\)")


def join(parts: Sequence[str], word: str = "and") -> str:
    """Join parts as English does: ``a, b and c``, or ``a; b, c; and d`` where a part has a comma of its own."""
    if len(parts) <= 1:
        return "".join(parts)
    if _have_commas(parts):
        return f"{'; '.join(parts[:-1])}; {word} {parts[-1]}"
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def series(parts: Sequence[str]) -> str:
    """Join parts with commas, or with semicolons where a part has a comma of its own."""
    return ("; " if _have_commas(parts) else ", ").join(parts)


def _have_commas(parts: Sequence[str]) -> bool:
    """Say whether a comma stands in one of the parts, brackets apart."""
    return any(", " in _BRACKETS.sub("", part) for part in parts if ", " in part)


def year_of(published: str | None) -> str:
    """Return the year of a date, or that none was read: a text may well bear one."""
    return published[:4] if published else NO_DATE


def edition(guideline: Guideline) -> str:
    """Return the year of the edition, which may differ from that of its publication."""
    return str(guideline.year) if guideline.year is not None else year_of(guideline.published)


def who_wrote(citation: Citation) -> str:
    """Name the first author, and that there were others."""
    authors = (citation.authors or "").split(",")[0].strip().rstrip(".")
    return (f"{authors} et al." if citation.authors and "," in citation.authors else authors) or "authors not read"


def cite(citation: Citation, id_: str, published: str | None) -> str:
    """Cite a paper in a line; what was not read is left out, never filled in."""
    parts = [f"{who_wrote(citation)} {year_of(published)}".strip()]
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
    shown = list(leaves.values())[:limit]
    more = len(leaves) - len(shown)
    holds = proof.verdict is YES
    view = verdicts.view
    reasons = [
        _open_reason(view, leaf) if open_question else _settled_reason(view, leaf, holds=holds) for leaf in shown
    ]
    text = "; ".join(dict.fromkeys(reasons)) + (f"; and {more} more" if more else "")
    return f"depends on {text}" if open_question else text


def says(view: DatedRulebook, node: Condition) -> str:
    """Say a condition in English; said once, it is kept."""
    return view.share(("says", node), lambda: in_english(node, vocabulary(), view.book.titles))


def _open_reason(view: DatedRulebook, leaf: Proof) -> str:
    node = leaf.condition
    if isinstance(node, Untold):
        return f"not read: {node.text}" if node.why == "unread" else node.text
    if isinstance(node, Atom):
        fact = vocabulary().get(node.fact)
        known = f" (so far {value_in_english(leaf.value, fact)})" if leaf.value is not None else ""
        return f"{says(view, node)}{known}"
    return "a point that is not known"


def _settled_reason(view: DatedRulebook, leaf: Proof, *, holds: bool) -> str:
    """Say what one leaf contributed to a verdict; a leaf that holds and yet made a NO was an exclusion."""
    node = leaf.condition
    if not holds and leaf.verdict is YES:
        return f"excluded: {says(view, node)}"
    if not isinstance(node, Atom):
        words = says(view, node)
        return words if leaf.verdict is YES else f"not so: {words}"
    fact = vocabulary().get(node.fact)
    if fact is None or (fact.kind in ("yes_no", "choice") and (leaf.verdict is YES or holds)):
        return says(view, node if leaf.verdict is YES else Not(node))
    she = value_in_english(leaf.value, fact)
    if leaf.verdict is YES or holds:  # what does not hold and yet makes a YES stands under a not
        return f"{says(view, node if leaf.verdict is YES else Not(node))} (she: {she})"
    return f"asks for {says(view, node)} (she: {she})"


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
    policy: Policy,
    rated: tuple[Certainty, str],
    treatment: str,
    outcome: OutcomePolicy,
    risks: tuple[Line, float],
    *,
    plural: bool,
) -> str:
    """Return GRADE's sentence for one effect.

    How sure it sounds follows from the certainty, its verb from the point estimate, and its size from the difference
    per 1000 at the baseline; where the interval does not settle it, that is added. The word "significant" is not used.

    Args:
        policy: The sentences, and the smallest difference that matters.
        rated: Computed certainty, and what the line shows.
        treatment: The treatment, as it stands within a sentence.
        outcome: The outcome.
        risks: The line of evidence, and the baseline risk (0 to 1) at which it is shown.
        plural: Whether the treatment's name is a plural.
    """
    (certainty, shows), (line, baseline) = rated, risks
    words = policy.words
    saying = words.by_certainty[certainty]
    if saying.form == "none" or line.ratio is None:
        text = words.by_certainty["very_low"].says.format(treatment=treatment, outcome=outcome.name, effect="")
        return text[0].upper() + text[1:] + "."
    matters = policy.certainty.smallest_difference_per_1000
    absolute = line.absolute(baseline)
    differences = None if absolute is None else [1000 * (risk - baseline) for risk in absolute]
    settled = shows in ("benefit", "harm")
    phrase = _size_words(words, None if differences is None else abs(differences[0]), matters, settled=settled)
    direction = words.directions["same" if phrase == words.none else "more" if line.ratio[0] > 1 else "less"]

    def form(verb: Verb) -> str:
        return verb.infinitive if saying.form == "infinitive" else verb.plural if plural else verb.singular

    effect = phrase.format(
        verb=form(direction.verb), result=form(words.result), noun=direction.noun, outcome=outcome.name
    )
    text = saying.says.format(treatment=treatment, effect=effect, outcome=outcome.name)
    if phrase == words.none and differences is not None and max(map(abs, differences[1:])) >= matters:
        text += f", {words.wide}"
    elif phrase != words.none and not settled:
        text += f", {words.opposite}"
    return text[0].upper() + text[1:] + "."


def _size_words(words: Words, difference: float | None, matters: float, *, settled: bool) -> str:
    """Return the phrase for a difference per 1000, whatever its side."""
    if difference is None:
        return words.unknown
    if difference < matters:
        return words.trivial if settled else words.none
    return next((size.says for size in words.sizes if difference >= size.from_per_1000), words.small)


def outcome_names(outcomes: Sequence[OutcomePolicy]) -> dict[OutcomeName, OutcomePolicy]:
    """Return the outcome policies by outcome."""
    return {policy.outcome: policy for policy in outcomes}
