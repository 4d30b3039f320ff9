"""The short block of one option: why it has its status, how it was used, what was found, in whom, how sure, what else.

Every word is taken from the answer; what is left out here stands in ``--all`` and in ``decidua evidence``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.assessment.answers.result import EffectAnswer, HarmAnswer, OptionAnswer, PositionAnswer
from decidua.report.hers import BASELINES, hers_line, standing_bullets
from decidua.report.option import (
    NOT_READ,
    SAID,
    STATUS_TONES,
    caution_labels,
    drug_words,
    effect_words,
    how_given,
    main_effects,
    off_label,
    out_of_1000,
    says_more,
    sentence,
    strategy_words,
)
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph, Tone, from_overlay, list_words, series

__all__ = ["brief_blocks", "brief_sources"]

WAYS_NAMED = 3
HARMS_NAMED = 2
LABELS_NAMED = 8
OPEN_NAMED = 3
RATINGS_NAMED = 2


def brief_blocks(option: OptionAnswer) -> Iterator[Block]:
    """Yield the short block of one option; one that does not apply says only why."""
    yield Heading(f"{option.rank}. {option.name}: {option.status.replace('_', ' ')}", 3, STATUS_TONES[option.status])
    if option.status == "not_applicable":
        yield Paragraph(option.why)
        return
    yield Paragraph(option.what_it_is, "muted")
    yield Paragraph(option.why)
    if option.above_next:
        yield Paragraph(option.above_next, "muted")
    yield Bullets(tuple(_lines(option)), indent=4)


def _lines(option: OptionAnswer) -> Iterator[Bullet]:
    yield from _ways(option)
    yield from _found(option)
    yield from standing_bullets(option, full=False)
    yield from _said(option)
    yield from _harms(option)
    yield from _cautions(option)
    yield from _open(option)


def _ways(option: OptionAnswer) -> Iterator[Bullet]:
    if option.could_be:
        could = list_words([status.replace("_", " ") for status in option.could_be], "or")
        when = "once that is known" if option.status == "undetermined" else "by another way that is still open"
        yield Bullet("Could become", f"{could}, {when}.", "open")
    leading = next(one for one in option.strategies if one.id == option.leading_strategy)
    tone: Tone = "open" if leading.dose == leading.timing == NOT_READ else "plain"
    yield Bullet("As studied", f"{how_given(leading)} {off_label(leading)}.", tone)
    others = [one for one in option.strategies if one is not leading and one.status != "not_applicable"]
    for one in others[:WAYS_NAMED]:
        yield Bullet("Another way", f"{one.title}: {strategy_words(one)}.", STATUS_TONES[one.status])
    hidden = len(others) - WAYS_NAMED
    if hidden > 0:
        yield Bullet("", f"{hidden} further {'way' if hidden == 1 else 'ways'} with --all.", "muted")


def _found(option: OptionAnswer) -> Iterator[Bullet]:
    if not option.effects:
        yield Bullet("Found", "nothing can be computed: no study with counts for two arms was read.", "open")
        return
    shown = main_effects(option)
    titles = {one.id: one.title for one in option.strategies}
    leading = [effect for effect in shown if effect.strategy == option.leading_strategy]
    if not leading:
        yield Bullet("Found", "nothing can be computed for this way: no study of it with counts was read.", "open")
    for effect in leading[:1]:
        yield Bullet("Found", f"{_figures(effect)}.", "plain", tuple(_sure(effect)))
    for effect in (*leading[1:], *(one for one in shown if one.strategy != option.leading_strategy)):
        way = "" if effect.strategy == option.leading_strategy else f" of another way ({titles[effect.strategy]})"
        without = f"; without it: {BASELINES[effect.baseline_kind]}" if effect.per_1000 is not None else ""
        certainty = effect.certainty.replace("_", " ")
        hers = hers_line(effect) if effect.studies > 1 else None
        details = () if hers is None else (hers,)
        yield Bullet(f"Found{way}", f"{_figures(effect)}; {certainty} certainty{without}.", "plain", details)


def _figures(effect: EffectAnswer) -> str:
    label = f" ({effect.label})" if effect.label else ""
    risks = "".join(f"{words}; " for words in out_of_1000(effect))
    return f"{effect.outcome.replace('_', ' ')}{label}, {risks}{effect_words(effect)}"


def _sure(effect: EffectAnswer) -> Iterator[str]:
    reasons = [f"{step.says}{'*' if step.own_choice else ''}" for step in effect.steps[1:] if step.levels]
    because = f": {'; '.join(reasons)}" if reasons else ", no reason to lower it"
    if effect.per_1000 is not None:
        yield f"The {1000 * effect.baseline:.0f} without: {effect.baseline_from}."
    hers = hers_line(effect)
    if hers is not None:
        yield hers
    yield f"How sure: {effect.certainty.replace('_', ' ')}{because}."
    ratings = dict.fromkeys(f"{one.rating.replace('_', ' ')} ({one.who})" for one in effect.published_ratings)
    if ratings:
        more = f" and {len(ratings) - RATINGS_NAMED} more with --all" if len(ratings) > RATINGS_NAMED else ""
        yield f"Rated by others: {list_words(list(ratings)[:RATINGS_NAMED])}{more}."
    if effect.retracted_left_out:
        yield f"Left out as retracted: {list_words(effect.retracted_left_out)}."


def _said(option: OptionAnswer) -> Iterator[Bullet]:
    if not option.positions:
        yield Bullet("Societies", "no position on it is recorded from any document that was read.", "open")
        return
    current = [one for one in option.positions if not one.superseded]
    hers = [one for one in current if one.matches_her == "yes"]
    possible: dict[str, list[PositionAnswer]] = {}
    for one in current:
        if one.matches_her == "unknown":
            possible.setdefault(one.population, []).append(one)
    of_her = "is known to speak" if possible else "speaks"
    parts = list(_documents(hers)) or [f"none that was read {of_her} of women like her"]
    others = sum(one.matches_her == "no" for one in current)
    if others:
        parts.append(f"{others} more on other women")
    older = len(option.positions) - len(current)
    if older:
        parts.append(f"{older} superseded, with --all")
    details = [f"{whom}: {'; '.join(_documents(said))}." for whom, said in possible.items()]
    if details:
        details.insert(0, "Possibly of her, where they speak of:")
    yield Bullet("Societies", f"{'; '.join(parts)}.", "plain", tuple(details))


def _documents(positions: Sequence[PositionAnswer]) -> Iterator[str]:
    """Yield what each document says, all of it in one clause."""
    said: dict[tuple[str, str], list[str]] = {}
    for one in positions:
        words = said.setdefault((f"{one.society} {one.year}", _remarks(one)), [])
        if (phrase := _stance(one)) not in words:
            words.append(phrase)
    for (document, remarks), words in said.items():
        yield f"{document} {list_words(words)}{remarks}"


def _stance(one: PositionAnswer) -> str:
    said = SAID[one.position]
    if one.drug in ("any", "none"):
        return said
    drug = one.drug.replace("_", " with ")
    return said.replace(" it", f" {drug}", 1) if " it" in said else f"{said} on {drug}"


def _remarks(one: PositionAnswer) -> str:
    return (f" ({one.remark})" if one.remark else "") + from_overlay(one.overlay)


def _harms(option: OptionAnswer) -> Iterator[Bullet]:
    if option.harms_note:
        yield Bullet("Harms", "not read.", "open")
        return
    shown = [f"{one.as_printed.rstrip('.')} [{one.source}]" for one in _main_harms(option)]
    more = f"; {len(option.harms) - len(shown)} more with --all" if len(option.harms) > len(shown) else ""
    yield Bullet("Harms", f"{'; '.join(shown)}{more}.")


def _main_harms(option: OptionAnswer) -> list[HarmAnswer]:
    """Return the harms to name: those with figures before those in words only."""
    return sorted(option.harms, key=lambda one: one.outcome == "as recorded")[:HARMS_NAMED]


def _cautions(option: OptionAnswer) -> Iterator[Bullet]:
    for line in option.taken_away:
        yield Bullet("No longer looked at", sentence(line), "bad")
    if not option.cautions:
        yield Bullet("Against it", "no safety record was read.", "open")
        return
    several = len({one.drug for one in option.cautions}) > 1
    for one in option.cautions:
        if one.verdict == "yes":
            kind = "contraindicated" if one.stops else one.level.replace("_", " ")
            of_drug = f" ({drug_words(one.drug)})" if several else ""
            said = f"{one.label}: {kind}{of_drug}. {says_more(one)}".rstrip()
            yield Bullet("Against it", said, "bad" if one.stops else "open")
    first: list[str] = []
    for stops, label in ((True, "Rule out first"), (False, "Not known either")):
        open_ones = [one for one in option.cautions if one.verdict == "unknown" and one.stops is stops]
        labels = [words for words in caution_labels(open_ones) if words not in first]
        first = labels if stops else first
        if labels:
            shown = labels if stops else labels[:LABELS_NAMED]
            yield Bullet(label, f"{series(shown)}{_and_more(labels, shown)}.", "open")
    if all(one.verdict == "no" for one in option.cautions):
        yield Bullet("Against it", "none of the cautions recorded for its drugs is present.")


def _and_more(all_of_them: Sequence[str], shown: Sequence[str]) -> str:
    return f" and {len(all_of_them) - len(shown)} more" if len(all_of_them) > len(shown) else ""


def _open(option: OptionAnswer) -> Iterator[Bullet]:
    missing = [line for line in option.missing if not line.startswith("contraindications")]
    if missing:
        shown = missing[:OPEN_NAMED]
        yield Bullet("Still open", f"{'; '.join(shown)}{_and_more(missing, shown)}.", "open")


def brief_sources(option: OptionAnswer) -> set[str]:
    """Return the ids of the sources that the short block draws on."""
    if option.status == "not_applicable":
        return set()
    studies = {id_ for effect in main_effects(option) for id_ in effect.study_ids}
    documents = {one.guideline for one in option.positions if one.matches_her != "no" and not one.superseded}
    return studies | documents | {one.source for one in _main_harms(option)}
