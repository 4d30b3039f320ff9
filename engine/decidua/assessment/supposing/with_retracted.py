"""What would be said of a woman had retracted and questioned work counted: everything is pooled again with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from decidua.assessment.answers.change import Change, WithRetracted, WorkLeftOut
from decidua.assessment.supposing.worlds import World, attribute, judge_world
from decidua.assessment.words import cite
from decidua.evidence.lines import kept_out
from decidua.evidence.models import OptionKey, Study, Synthesis
from decidua.profile.facts import Facts
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Strategy

__all__ = ["with_retracted"]

SAYS = (
    "Not to be relied upon: what would be said if retracted work counted as if it were sound, and if questioned work "
    "did too. It shows only how much hangs on such work; nothing of it moves anything above."
)


def with_retracted(view: DatedRulebook, facts: Facts) -> WithRetracted:
    """Say what would differ had retracted and questioned work counted.

    Args:
        view: What holds on the date.
        facts: What is known of her.
    """
    world = judge_world(view, facts, every_line=True)
    studies = [study for study in view.studies.values() if _doubted(study) and _options(view, study.id)]
    studies.sort(key=lambda study: (study.integrity.status != "retracted", study.published or "", study.id))
    retracted = [study.id for study in studies if study.integrity.status == "retracted"]
    syntheses = [one for one in view.syntheses.values() if _doubted(one) and _options(view, one.id)]
    syntheses.sort(key=lambda one: (one.integrity.status != "retracted", one.published or "", one.id))
    works = [
        *(_study(view, world, study) for study in studies),
        *(_synthesis(view, world, one) for one in syntheses),
    ]
    return WithRetracted(
        says=SAYS,
        works=tuple(sorted(works, key=lambda one: one.integrity != "retracted")),
        retracted_counted=tuple(_counted(view, facts, world, retracted)),
        all_counted=tuple(_counted(view, facts, world, [study.id for study in studies])),
    )


def _doubted(record: Study | Synthesis) -> bool:
    return record.integrity.status != "none_known"


def _strategies(view: DatedRulebook, id_: str) -> Iterator[tuple[OptionKey, Strategy]]:
    for option in view.book.options:
        for strategy in option.strategies:
            if id_ in strategy.syntheses or any(use.study == id_ for use in strategy.evidence):
                yield option.option, strategy


def _options(view: DatedRulebook, id_: str) -> tuple[OptionKey, ...]:
    return tuple(dict.fromkeys(key for key, _ in _strategies(view, id_)))


def _for_her(view: DatedRulebook, world: World, id_: str) -> bool:
    naming = {strategy.id for _, strategy in _strategies(view, id_)}
    return any(
        one.strategy.id in naming and one.status != "not_applicable"
        for judged in world.judged.values()
        for one in judged.strategies
    )


def _study(view: DatedRulebook, world: World, study: Study) -> WorkLeftOut:
    uses = [use for _, strategy in _strategies(view, study.id) for use in strategy.evidence]
    still = kept_out(study.as_if_sound(), uses, view.book.policy.pooling)
    return _work(view, world, study, None if still is None else still.says)


def _synthesis(view: DatedRulebook, world: World, one: Synthesis) -> WorkLeftOut:
    return _work(view, world, one, "figures of a published synthesis are never pooled, sound or not")


def _work(view: DatedRulebook, world: World, record: Study | Synthesis, because: str | None) -> WorkLeftOut:
    return WorkLeftOut(
        id=record.id,
        kind="study" if isinstance(record, Study) else "synthesis",
        integrity=record.integrity.status,
        published=record.published,
        citation=cite(record.citation, record.id, record.published),
        options=_options(view, record.id),
        for_her=_for_her(view, world, record.id),
        enters=because is None,
        because=because,
    )


def _counted(view: DatedRulebook, facts: Facts, world: World, ids: Sequence[str]) -> list[Change]:
    """Judge with some works lifted, and say which of them make each difference."""
    if not ids:
        return []

    def judge_without(left_out: Iterable[str]) -> World:
        lifted = frozenset(ids) - frozenset(left_out)
        touched = {key for id_ in ids for key in _options(view, id_)}
        lifting = DatedRulebook(view.book, view.as_of, view.without, lifted)
        return judge_world(lifting, facts, before=world, touched=touched, beside=False, every_line=True)

    return attribute(world, judge_without(()), [(id_, id_) for id_ in ids], judge_without)
