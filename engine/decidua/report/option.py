"""The short block of one option: what it is, what was found and how sure, who says what, what speaks against it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from decidua.assessment.answers.result import (
    CautionAnswer,
    EffectAnswer,
    OptionAnswer,
    PositionAnswer,
    PublishedRating,
    StrategyAnswer,
    SynthesisAnswer,
)
from decidua.assessment.words import PER_WORDS
from decidua.report.hers import hers_line, standing_bullets
from decidua.report.parts import (
    Block,
    Bullet,
    Bullets,
    Heading,
    Paragraph,
    Tone,
    from_overlay,
    list_words,
    lower_first,
    series,
)
from decidua.report.study import study_bullets

__all__ = [
    "NOT_READ",
    "SAID",
    "STATUS_TONES",
    "caution_labels",
    "drug_words",
    "effect_words",
    "how_given",
    "main_effects",
    "off_label",
    "option_blocks",
    "out_of_1000",
    "says_more",
    "sentence",
    "strategy_words",
]

EFFECTS_SHOWN = 3
SYNTHESES_SHOWN = 2
FIGURES_SHOWN = 4
HARMS_SHOWN = 4
RATINGS_SHOWN = 3
CAUTIONS_SHOWN = 6
SAID = {
    "recommend": "recommends it",
    "suggest": "suggests it",
    "consider": "would consider it",
    "research_only": "keeps it to research",
    "suggest_against": "suggests against it",
    "recommend_against": "recommends against it",
    "no_recommendation": "makes no recommendation",
}
AGAINST = ("suggest_against", "recommend_against", "research_only")
STATUS_TONES: dict[str, Tone] = {
    "consider": "good",
    "research_only": "plain",
    "undetermined": "open",
    "advised_against": "bad",
    "not_applicable": "muted",
    "contraindicated": "bad",
}


def option_blocks(option: OptionAnswer, *, full: bool) -> Iterator[Block]:
    """Yield the block of one option; one that does not apply is only a line, unless everything is asked for.

    Args:
        option: The answer.
        full: Show every strategy, study, position and caution.
    """
    yield Heading(f"{option.rank}. {option.name}: {option.status.replace('_', ' ')}", 3, STATUS_TONES[option.status])
    yield Paragraph(option.what_it_is, "muted")
    yield Paragraph(option.why)
    if option.above_next and full:
        yield Paragraph(option.above_next, "muted")
    if option.status == "not_applicable" and not full:
        return
    sections: tuple[tuple[str, Iterator[Bullet]], ...] = (
        ("Ways to use it", _strategies(option, full=full)),
        ("What was found", _effects(option, full=full)),
        ("Would she have been in them?", standing_bullets(option, full=full)),
        ("In which studies", study_bullets(option, full=full)),
        ("Published syntheses", _syntheses(option, full=full)),
        ("Who says what", _positions(option, full=full)),
        ("Harms", _harms(option, full=full)),
        ("What speaks against it", _cautions(option, full=full)),
        ("Still unknown", _missing(option)),
    )
    for title, bullets in sections:
        items = tuple(bullets)
        if items:
            yield Heading(title, 4)
            yield Bullets(items, indent=4)


def _strategies(option: OptionAnswer, *, full: bool) -> Iterator[Bullet]:
    shown = [one for one in option.strategies if full or one.status != "not_applicable"]
    for strategy in sorted(shown, key=lambda one: one.id != option.leading_strategy):
        tone = STATUS_TONES[strategy.status]
        yield Bullet(strategy.title, strategy_words(strategy), tone, tuple(_strategy_details(strategy, full=full)))
    hidden = len(option.strategies) - len(shown)
    if hidden:
        yield Bullet("", f"{hidden} further {'way does' if hidden == 1 else 'ways do'} not apply to her.", "muted")


def strategy_words(strategy: StrategyAnswer) -> str:
    """Say a strategy's status, and what it could become."""
    said = strategy.status.replace("_", " ")
    could = list_words([status.replace("_", " ") for status in strategy.could_be], "or")
    return f"{said}{f'; could become {could}' if could else ''}{from_overlay(strategy.overlay)}"


def _strategy_details(strategy: StrategyAnswer, *, full: bool) -> Iterator[str]:
    yield f"{how_given(strategy)} {off_label(strategy)}."
    if strategy.status == "contraindicated":
        yield sentence(strategy.because)
    elif strategy.because and (full or strategy.verdict != "yes" or strategy.status == "not_applicable"):
        for_her = {"yes": "Hers", "no": "Not hers", "unknown": "Open"}[strategy.verdict]
        yield f"{for_her}: {strategy.because}."


NOT_READ = "not read"


def how_given(strategy: StrategyAnswer) -> str:
    """Say dose and timing, and which of them was not read."""
    if strategy.dose == strategy.timing == NOT_READ:
        return "Dose and timing not read."
    dose, timing = (
        f"{name} not read." if said == NOT_READ else sentence(said)
        for name, said in (("Dose", strategy.dose), ("Timing", strategy.timing))
    )
    return f"{dose} {timing}"


def off_label(strategy: StrategyAnswer) -> str:
    """Say whether a use is on the label."""
    return {"yes": "Off-label", "no": "On label", "not_read": "On or off label: not read"}[strategy.off_label]


def sentence(text: str) -> str:
    """Return text as a sentence: a capital first, a full stop last."""
    text = text[0].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."


def _effects(option: OptionAnswer, *, full: bool) -> Iterator[Bullet]:
    if not option.effects:
        yield Bullet("", "Nothing can be computed: no study with counts for two arms was read.", "open")
        return
    shown = option.effects if full else main_effects(option)
    titles = {one.id: one.title for one in option.strategies}
    several = len({effect.strategy for effect in shown}) > 1
    for effect in shown:
        label = effect.outcome.replace("_", " ").capitalize()
        about = f" ({effect.label})" if effect.label else ""
        strategy = (f"On: {titles[effect.strategy]}.",) if several else ()
        yield Bullet(label + about, effect_words(effect), "plain", (*_effect_details(effect, full=full), *strategy))
    if len(shown) < len(option.effects):
        yield Bullet("", f"{len(option.effects) - len(shown)} further lines of evidence with --all.", "muted")


def main_effects(option: OptionAnswer) -> list[EffectAnswer]:
    """Return the first line of each strategy, then further live-birth lines of the leading one."""
    firsts: dict[str, EffectAnswer] = {}
    for effect in option.effects:
        firsts.setdefault(effect.strategy, effect)
    leading = [
        effect
        for effect in option.effects
        if effect.strategy == option.leading_strategy and effect.outcome == "live_birth"
    ]
    chosen = [*leading, *firsts.values()]
    unique = [effect for at, effect in enumerate(chosen) if effect not in chosen[:at]]
    return unique[:EFFECTS_SHOWN]


def effect_words(effect: EffectAnswer) -> str:
    """Say the ratio of a line of evidence and what it rests on."""
    kind = "randomised" if effect.randomised else "observational"
    studies = "study" if effect.studies == 1 else "studies"
    base = f"{effect.studies} {kind} {studies}, {effect.women} {PER_WORDS[effect.per]}"
    if effect.value is None or effect.ci is None:
        return f"{base}: no ratio can be given"
    text = f"RR {effect.value:.2f} ({effect.ci[0]:.2f} to {effect.ci[1]:.2f}), {base}"
    if effect.i2 is not None:
        text += f", I2 {100 * effect.i2:.0f} %"
    if effect.prediction is not None:
        text += f"; in a new study {effect.prediction[0]:.2f} to {effect.prediction[1]:.2f}"
    return text


def _effect_details(effect: EffectAnswer, *, full: bool) -> Iterator[str]:
    for risks in out_of_1000(effect):
        carried = ", carried by the odds ratio" if effect.carried_by == "OR" else ""
        yield f"{sentence(risks)[:-1]}; {effect.baseline_from}{carried}."
    hers = hers_line(effect)
    if hers is not None:
        yield hers
    if effect.interval == "plain, two studies":
        yield "Two studies only: a plain interval, probably too narrow."
    if full:
        yield from _beside_words(effect)
    yield _certainty_words(effect)
    if effect.published_ratings:
        yield f"Published beside it: {_published(effect.published_ratings, full=full)}."
    if effect.retracted_left_out:
        yield f"Left out as retracted: {list_words(effect.retracted_left_out)}."


def out_of_1000(effect: EffectAnswer) -> Iterator[str]:
    """Yield the risks with and without the treatment, where they can be given."""
    if effect.per_1000 is not None:
        point, low, high = effect.per_1000
        without = "in the control arm, which had an active treatment" if effect.active_control else "without"
        yield f"of 1000: {1000 * effect.baseline:.0f} {without}, {point:.0f} with it ({low:.0f} to {high:.0f})"


def _beside_words(effect: EffectAnswer) -> Iterator[str]:
    """Say what stands beside a pooled effect, or a single study's fragility."""
    if effect.fixed is not None:
        fixed, low, high = effect.fixed
        yield f"With a fixed effect RR {fixed:.2f} ({low:.2f} to {high:.2f})."
    if effect.leave_one_out:
        left = [
            f"without {one.without} {one.value:.2f} ({one.ci[0]:.2f} to {one.ci[1]:.2f})"
            for one in effect.leave_one_out
        ]
        yield f"RR {'; '.join(left)}."
    if effect.fragility_index is not None:
        others = "one other outcome" if effect.fragility_index == 1 else f"{effect.fragility_index} other outcomes"
        yield f"Fragility index {effect.fragility_index}: with {others} in one arm Fisher's P would pass 0.05."


def _certainty_words(effect: EffectAnswer) -> str:
    """Say the computed certainty with its steps; an asterisk marks decidua's own choice."""
    steps = [
        f"{step.says} ({step.levels or 'no level'}{'*' if step.own_choice else ''})"
        if step.levels <= 0
        else f"{step.says} (+{step.levels}{'*' if step.own_choice else ''})"
        for step in effect.steps[1:]
    ]
    start = effect.steps[0].says
    reasons = f": {start}; {'; '.join(steps)}" if steps else f": {start}, no reason to lower it"
    return f"{effect.certainty.replace('_', ' ').capitalize()} certainty{reasons}."


def _published(ratings: Sequence[PublishedRating], *, full: bool) -> str:
    shown = ratings if full else ratings[:RATINGS_SHOWN]
    said = []
    for one in shown:
        about = f"{one.who}: {one.population}" if one.population else one.who
        said.append(f"{one.rating.replace('_', ' ')} ({about})")
    more = f"; and {len(ratings) - len(shown)} more with --all" if len(shown) < len(ratings) else ""
    return "; ".join(said) + more


def _syntheses(option: OptionAnswer, *, full: bool) -> Iterator[Bullet]:
    shown = option.syntheses if full else option.syntheses[:SYNTHESES_SHOWN]
    review = [one for one in option.syntheses if one.id == "mekinian-2016" and one not in shown]
    for synthesis in (*shown, *review):
        printed = "; ".join(synthesis.as_printed[: None if full else FIGURES_SHOWN]) or "no pooled figure read"
        concern = "" if synthesis.integrity == "none_known" else f" {synthesis.integrity.replace('_', ' ').upper()}."
        reason = lower_first((synthesis.because or "").rstrip("."))
        unused = f" Not the state of the evidence: {reason}." if not synthesis.used else ""
        year = synthesis.published[:4] if synthesis.published else "date not read"
        yield Bullet(
            f"{synthesis.id} ({year})",
            f"{sentence(synthesis.question)} As printed, {printed}.{concern}{unused}{from_overlay(synthesis.overlay)}",
            "plain",
            tuple(_beside(synthesis, full=full)),
        )


def _beside(synthesis: SynthesisAnswer, *, full: bool) -> Iterator[str]:
    """Yield our own figures beside those of a synthesis, and why they may differ."""
    ours = synthesis.ours if full else synthesis.ours[:1]
    if ours and synthesis.as_printed:
        yield f"Here: {'; '.join(ours)}."
    yield f"{sentence('; '.join(synthesis.differs))}"


def _positions(option: OptionAnswer, *, full: bool) -> Iterator[Bullet]:
    if not option.positions:
        yield Bullet("", "No position on it is recorded from any document that was read.", "open")
        return
    for match, word in (("yes", ""), ("unknown", "She may be among them. ")):
        for position in option.positions:
            if position.matches_her == match:
                yield Bullet(*_position(position, word))
    others = [position for position in option.positions if position.matches_her == "no"]
    if full:
        for position in others:
            yield Bullet(*_position(position, "Not her population. ")[:2], "muted")
    elif others:
        names = list_words(list(dict.fromkeys(f"{one.society} {one.year}" for one in others)))
        yield Bullet("", f"Not of women like her: {names}.", "muted")


def _position(position: PositionAnswer, word: str) -> tuple[str, str, Tone]:
    remark = f" [{position.remark}]" if position.remark else ""
    remark += from_overlay(position.overlay)
    tone: Tone = "muted"
    if position.moves_status:
        against = position.position in AGAINST
        tone = "bad" if against else "plain" if position.position == "no_recommendation" else "good"
    text = f"{SAID[position.position]}{remark}, for {position.population}. {word}{sentence(position.says)}"
    return f"{position.society} {position.year}", text, tone


def _harms(option: OptionAnswer, *, full: bool) -> Iterator[Bullet]:
    if option.harms_note:
        yield Bullet("", "Harms not read.", "open")
        return
    figured = {harm.source for harm in option.harms if harm.outcome != "as recorded"}
    brief = [harm for harm in option.harms if harm.outcome != "as recorded" or harm.source not in figured]
    shown = option.harms if full else brief[:HARMS_SHOWN]
    for harm in shown:
        yield Bullet("", f"{harm.as_printed} [{harm.source}]")
    if len(shown) < len(option.harms):
        yield Bullet("", f"{len(option.harms) - len(shown)} more with --all.", "muted")


def _cautions(option: OptionAnswer, *, full: bool) -> Iterator[Bullet]:
    for line in option.taken_away:
        yield Bullet("No longer looked at", sentence(line), "bad")
    if not option.cautions:
        yield Bullet("", "No safety record was read.", "open")
    for caution in option.cautions:
        if caution.verdict == "yes":
            tone: Tone = "bad" if caution.stops else "open"
            said = f": {caution.text.removesuffix('.')}" if says_more(caution) else ""
            yield Bullet(caution.label, f"present. {_caution_words(caution)}{said}.", tone)
    yield from _unknown_cautions(option, full=full)
    if full:
        for caution in option.cautions:
            if caution.verdict == "no":
                yield Bullet(caution.label, f"absent. {_caution_words(caution)}.", "muted")
    elif option.cautions and all(caution.verdict == "no" for caution in option.cautions):
        yield Bullet("", "None of the cautions recorded for its drugs is present.")


def _unknown_cautions(option: OptionAnswer, *, full: bool) -> Iterator[Bullet]:
    first: list[str] = []
    for stop, words in ((True, "Contraindications to rule out first"), (False, "Other cautions not known")):
        open_ones = [one for one in option.cautions if one.verdict == "unknown" and one.stops is stop]
        labels = [label for label in caution_labels(open_ones) if label not in first]
        first = labels if stop else first
        if not labels:
            continue
        shown = labels if full or stop else labels[:CAUTIONS_SHOWN]
        more = f" and {len(labels) - len(shown)} more" if len(shown) < len(labels) else ""
        yield Bullet(words, f"{series(shown)}{more}.", "open")


def caution_labels(cautions: Sequence[CautionAnswer]) -> list[str]:
    """Return the labels of some cautions, each once."""
    return list(dict.fromkeys(lower_first(one.label) for one in cautions))


def drug_words(drug: str) -> str:
    """Return the key of a safety record as a person writes it."""
    return {"ivig": "IVIG", "tnf_antagonists": "TNF antagonists"}.get(drug, drug.replace("_", " "))


def says_more(caution: CautionAnswer) -> str:
    """Return the text of a caution as a sentence, or nothing where it only says its label once more."""
    told, label = (re.sub(r"[^a-z]+", " ", words.lower()).strip() for words in (caution.text, caution.label))
    return "" if told == label else sentence(caution.text)


def _caution_words(caution: CautionAnswer) -> str:
    stops = "Contraindicated" if caution.stops else caution.level.replace("_", " ").capitalize()
    return f"{stops}, {drug_words(caution.drug)} [{caution.source}]{from_overlay(caution.overlay)}"


def _missing(option: OptionAnswer) -> Iterator[Bullet]:
    for line in option.missing:
        if not line.startswith("contraindications"):
            yield Bullet("", sentence(line), "open")
