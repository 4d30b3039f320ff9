"""The head of an assessment: who she is, which definitions hold, whether anything explains her case."""

from __future__ import annotations

from decidua.assessment.answers.result import (
    CauseAnswer,
    DefinitionAnswer,
    SubsetAnswer,
)
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import because, year_of
from decidua.condition.english import value_in_english
from decidua.profile.counting import Interval
from decidua.profile.facts import Facts
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Cause
from decidua.truth import NO, UNKNOWN, YES

__all__ = ["causes", "definitions", "describe", "not_read", "subsets"]


def describe(facts: Facts, why: str | None) -> list[str]:
    """Say who she is in two lines: her history, then where she stands now."""
    history = []
    age = facts.get("age")
    if isinstance(age, int | float):
        history.append(f"{age:g} years")
    history.extend(_counted(facts, "losses.total", "pregnancy loss", "pregnancy losses"))
    history.extend(_counted(facts, "live_births.total", "live birth", "live births"))
    history.extend(_counted(facts, "transfers.failed", "failed transfer", "failed transfers"))
    if not history:
        history.append("Age, losses and transfers not known")
    return [f"{'; '.join(history)}.", *([why] if why else []), f"{_present(facts)}.", *_rates(facts)]


def _rates(facts: Facts) -> list[str]:
    """Say that a clinic's own table of rates was used, and for how many of her transfers."""
    used = facts.rates
    if used is None:
        return []
    filled = sum(one.origin == "table" for one in used.transfers)
    says = f"Predicted chances from the table of rates of {used.clinic} ({used.date}): {filled} of her failed transfers"
    missed = sum(one.origin == "not_covered" for one in used.transfers)
    return [f"{says}{f'; {missed} not covered by it stay unknown' if missed else ''}."]


def _counted(facts: Facts, name: str, one: str, several: str) -> list[str]:
    value = facts.get(name)
    if value is None or isinstance(value, bool | str):
        return []
    if isinstance(value, Interval):
        return [f"{value_in_english(value, vocabulary()[name])} {several}"]
    if value == 0:
        return [f"no {one}"] if name == "live_births.total" else []
    return [f"{value} {one if value == 1 else several}"]


def _present(facts: Facts) -> str:
    pregnant = facts.get("pregnancy.pregnant")
    if pregnant is True:
        weeks = facts.get("pregnancy.weeks")
        age = f", {_weeks(weeks)}" if isinstance(weeks, int | float) else ""
        parts = [f"Pregnant now{age}"]
        for name, yes, no in (
            ("pregnancy.bleeding", "bleeding", "no bleeding"),
            ("pregnancy.intrauterine_on_scan", "intrauterine on scan", "no intrauterine pregnancy on scan"),
            ("pregnancy.heartbeat", "heartbeat seen", "no heartbeat seen"),
        ):
            value = facts.get(name)
            parts.append(yes if value is True else no if value is False else f"{yes}: not known")
        return "; ".join(parts)
    planned = {"natural": "natural conception", "transfer": "an embryo transfer", "none": "no pregnancy"}.get(
        str(facts.get("plan.next")), "not known"
    )
    state = "Not pregnant" if pregnant is False else "Pregnant now: not known"
    return f"{state}; planned: {planned}"


def _weeks(weeks: float) -> str:
    """Say a gestational age as weeks and days."""
    whole, days = divmod(round(weeks * 7), 7)
    return f"{whole} weeks and {days} {'day' if days == 1 else 'days'}" if days else f"{whole} weeks"


def definitions(verdicts: Verdicts) -> list[DefinitionAnswer]:
    """Return every definition that holds on the date with its verdict for her."""
    answers = []
    for definition in verdicts.view.definitions:
        proof = verdicts.proof(definition.id)
        answers.append(
            DefinitionAnswer(
                id=definition.id,
                society=definition.society,
                term=definition.term,
                verdict=proof.verdict.value,
                title=definition.title,
                because=because(verdicts, proof, limit=2),
                stands_in=definition.id in verdicts.view.stand_ins,
            )
        )
    return answers


def causes(verdicts: Verdicts) -> list[CauseAnswer]:
    """Return every cause with its verdict; those found come first, those that explain before those that do not."""
    answers = [_cause(verdicts, cause) for cause in _known_then(verdicts)]
    order = {"yes": 0, "unknown": 1, "no": 2}
    return sorted(answers, key=lambda answer: (order[answer.verdict], not answer.explains))


def _known_then(verdicts: Verdicts) -> list[Cause]:
    """Return the causes; a further set of criteria only from the day on which it was printed."""
    return [one for one in verdicts.view.book.causes if one.criterion_of is None or verdicts.view.printed(one.valid)]


def _criteria_differ(verdicts: Verdicts, cause: Cause) -> tuple[str | None, tuple[str, ...]]:
    """Say what each set of criteria for one cause says of her and why, where their verdicts differ."""
    sets = [one for one in _known_then(verdicts) if one.criterion_of == cause.id]
    if len({verdicts.verdict(one.id) for one in (cause, *sets)}) < 2:
        return None, ()
    words = {YES: "yes", NO: "no", UNKNOWN: "not known"}
    said = []
    for one in (cause, *sets):
        proof = verdicts.proof(one.id)
        said.append(f"{one.criteria or one.title}: {words[proof.verdict]} ({because(verdicts, proof, limit=3)})")
    told = [f"{one.criteria or one.title}: {line}" for one in sets for line in (one.says, *one.notes)]
    return f"by {'; by '.join(said)}. {' '.join(one.says for one in sets)}", tuple(told)


def _cause(verdicts: Verdicts, cause: Cause) -> CauseAnswer:
    view = verdicts.view
    positions = view.keep(("positions",), lambda: {one.id: one for one in view.positions})
    care, sources = [], [cause.source.url or cause.source.where or ""]
    for usual in cause.usual_care:
        speaking = [positions[id_] for id_ in usual.positions if id_ in positions]
        unpublished = usual.guideline is not None and usual.guideline not in view.guidelines
        if unpublished or (usual.positions and not speaking):
            continue
        care.append(usual.says)
        sources.extend(one.id for one in speaking)
    differ, told = _criteria_differ(verdicts, cause)
    return CauseAnswer(
        id=cause.id,
        title=cause.title,
        verdict=verdicts.verdict(cause.id).value,
        explains=cause.explains,
        says=cause.says,
        usual_care=tuple(care),
        sources=tuple(dict.fromkeys(source for source in sources if source)),
        because=because(verdicts, verdicts.proof(cause.id), limit=2),
        criteria=cause.criteria,
        criterion_of=cause.criterion_of,
        criteria_differ=differ,
        criteria_notes=told,
    )


def subsets(verdicts: Verdicts) -> list[SubsetAnswer]:
    """Return every subset with its verdict."""
    return [
        SubsetAnswer(id=one.id, title=one.title, verdict=verdicts.verdict(one.id).value, says=one.says)
        for one in verdicts.view.subsets
    ]


def not_read(view: DatedRulebook) -> tuple[str, ...]:
    """Name the documents whose position on an option was not read."""
    return view.keep(("not read",), lambda: tuple(_not_read(view)))


def _not_read(view: DatedRulebook) -> list[str]:
    names = {option.option: option.name for option in view.book.options}
    lines = []
    for gap in view.book.unread:
        if any(id_ not in view.guidelines for id_ in gap.guidelines) or (view.as_of and not gap.guidelines):
            continue
        about = [names[option] for option in gap.options if option in names]
        if gap.options and not about:
            continue
        documents = [
            *(
                f"{view.guidelines[id_].society_name} {year_of(view.guidelines[id_].published)}"
                for id_ in gap.guidelines
            ),
            *(gap.documents if view.as_of is None else ()),
        ]
        lines.append(f"{', '.join(dict.fromkeys(documents))}: {', '.join(about) if about else gap.missing}")
    recorded = {position.guideline for position in view.positions}
    silent = [
        f"{one.society_name} {year_of(one.published)}"
        for one in view.guidelines.values()
        if one.id not in recorded and one.kind == "society_document" and view.superseded(one) is None
    ]
    if silent:
        lines.append(f"No position on any option recorded from: {', '.join(silent)}")
    return lines
