"""From a profile to a ranked evidence summary: the one call that the terminal and other software make."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from decidua.assessment.answers.change import WithRetracted
from decidua.assessment.answers.result import Assessment, Identity
from decidua.assessment.answers.stability import Stability
from decidua.assessment.asking.whats_next import what_next
from decidua.assessment.evidence.effects import check_baseline
from decidua.assessment.loading import load_rulebook
from decidua.assessment.options.answer import answer_options
from decidua.assessment.options.without_treatment import without_treatment
from decidua.assessment.verdicts import Engine, Verdicts
from decidua.assessment.woman.definitions import cumulative, differences, with_counts
from decidua.assessment.woman.panels import unexplained
from decidua.assessment.woman.summary import (
    causes,
    definitions,
    describe,
    not_read,
    subsets,
)
from decidua.errors import DeciduaError
from decidua.evidence.models import last_day
from decidua.profile.facts import Facts, draw_facts
from decidua.profile.model import Profile
from decidua.rulebook.book import DatedRulebook, Rulebook
from decidua.version import __version__

if TYPE_CHECKING:
    from decidua.profile.rates import Rates

__all__ = ["assess"]


def assess(  # noqa: PLR0913 - every further argument is a keyword with a default
    profile: Profile,
    *,
    as_of: str | datetime.date | None = None,
    rulebook: Rulebook | None = None,
    baseline: Mapping[str, float] | None = None,
    engine: Engine = "auto",
    with_retracted: bool = False,
    stability: bool = False,
    rates: Rates | None = None,
) -> Assessment:
    """Assess one woman.

    A pure function of its arguments: it prints nothing, keeps nothing of her, and may be called from any thread.

    Args:
        profile: The woman; every finding may be absent, and absent means unknown.
        as_of: What could be said on that date (``2016``, ``2016-07``, ``2016-07-31``; a year or a month means its last
            day). None is the date of the evidence base, never the clock's.
        rulebook: Rules and evidence; None is the shipped rulebook.
        baseline: Her own chance of a live birth without treatment, above 0 and below 1, by unit: ``next_pregnancy`` or
            ``transfer``. It carries live-birth effects of that unit only.
        engine: ``auto`` runs the reference engine and, where durable-rules is installed, confirms it with the
            production network; ``reference`` runs the first alone; ``durable`` demands both.
        with_retracted: Whether to say beside it what would differ had retracted and questioned work counted; nothing
            else in the answer changes by it.
        stability: Whether to say beside it what hangs on a single study, and what on her chance without treatment;
            nothing else in the answer changes by it.
        rates: Her clinic's own table of implantation rates (``decidua.load_rates``); it fills in the predicted chance
            of each transfer that it covers and that has none of its own.

    Returns:
        The ranked options with evidence, certainty, cautions, and what is still unknown.

    Raises:
        DeciduaError: No such date, baseline or engine; or the woman is no ``Profile``, the rulebook no ``Rulebook``.
        EngineDisagreement: The two engines disagree; nothing is shown.
    """
    _refuse_others(profile, rulebook)
    book = rulebook if rulebook is not None else load_rulebook()
    view = book.at(as_of)
    chances = check_baseline(baseline)
    facts = draw_facts(profile, rates)
    verdicts = Verdicts(view, facts, engine)
    judged, answers = answer_options(verdicts, chances)
    result = Assessment.model_construct(
        decidua=__version__,
        as_of=view.day,
        rulebook=Identity(version=book.manifest.version, sha256=book.sha256),
        evidence=Identity(sha256=book.evidence_sha256, newest=view.keep("newest", lambda: _newest(view))),
        profile=Identity(sha256=_digest(profile)),
        engine=verdicts.engine,
        who=tuple(describe(facts, profile.why)),
        notes=facts.notes,
        cumulative_chance=cumulative(profile, facts),
        rates=facts.rates,
        definitions=tuple(with_counts(verdicts, definitions(verdicts))),
        definitions_differ=tuple(differences(verdicts)),
        unexplained=tuple(unexplained(verdicts)),
        causes=tuple(causes(verdicts)),
        subsets=tuple(subsets(verdicts)),
        without_treatment=without_treatment(verdicts, judged, chances),
        options=tuple(answers),
        next=tuple(what_next(verdicts, judged)),
        not_read=not_read(view),
        notice=book.manifest.notice,
        overlays=book.overlays,
        changed_by_overlays=(),
        with_retracted=_with_retracted(view, facts) if with_retracted else None,
        stability=_stability(verdicts, chances) if stability else None,
    )
    if book.base is None:
        return result
    from decidua.assessment.options.overlays import changes  # noqa: PLC0415 - needed for overlays alone

    without = assess(profile, as_of=as_of, rulebook=book.base, baseline=baseline, engine=engine, rates=rates)
    return result.model_copy(update={"changed_by_overlays": tuple(changes(without, result))})


def _refuse_others(profile: object, rulebook: object) -> None:
    """Refuse a mapping or a path in place of what was read from it."""
    if not isinstance(profile, Profile):
        raise DeciduaError(
            f"'assess' takes a Profile, not {type(profile).__name__}; make one with decidua.load_profile(path) or "
            "decidua.Profile.model_validate(mapping)"
        )
    if rulebook is not None and not isinstance(rulebook, Rulebook):
        raise DeciduaError(
            f"'rulebook' takes a Rulebook, not {type(rulebook).__name__}; read one with decidua.load_rulebook(path)"
        )


def _with_retracted(view: DatedRulebook, facts: Facts) -> WithRetracted:
    from decidua.assessment.supposing.with_retracted import with_retracted  # noqa: PLC0415 - seldom asked for

    return with_retracted(view, facts)


def _stability(verdicts: Verdicts, chances: Mapping[str, float]) -> Stability:
    from decidua.assessment.supposing.stability import judge_stability  # noqa: PLC0415 - seldom asked for

    return judge_stability(verdicts, chances)


def _newest(view: DatedRulebook) -> str | None:
    """Return the date of the newest study, synthesis or document that counted."""
    records = (*view.studies.values(), *view.syntheses.values(), *view.guidelines.values())
    dates = [record.published for record in records if record.published is not None]
    return max(dates, key=last_day, default=None)


def _digest(profile: Profile) -> str:
    """Return a digest of what was given, the same whatever the order of the keys."""
    return hashlib.sha256(profile.model_dump_json(exclude_defaults=True).encode()).hexdigest()
