"""Which studies are asked for, and what of their eligibility is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from decidua.errors import DeciduaError, Fault
from decidua.evidence.models import Study
from decidua.frozen import Frozen
from decidua.rulebook.book import DatedRulebook
from decidua.tables.feasibility.changes import apply_changes
from decidua.tables.feasibility.criteria import Criterion, criteria_of
from decidua.tables.feasibility.result import ChangeMade

__all__ = ["EVERY", "Question", "StudyAsked", "ask_for"]

EVERY = "all"
"""What stands for every study whose criteria were read."""

NAMED = 3
"""Studies named that are near a name that is none's."""


class StudyAsked(Frozen):
    """A study that is asked for, with its criteria, and those of it as changed."""

    study: Study
    own: tuple[Criterion, ...]
    changed: tuple[Criterion, ...] | None
    changes: tuple[ChangeMade, ...]


class Question(Frozen):
    """Some studies, and the rules of the date on which they are asked for."""

    view: DatedRulebook
    studies: tuple[StudyAsked, ...]


def ask_for(view: DatedRulebook, names: Sequence[str], changes: Sequence[str] = ()) -> Question:
    """Return the studies that some names stand for, with the changes made.

    Args:
        view: The rules.
        names: Ids of studies, or ``all``.
        changes: Changes to the eligibility, in the forms of ``tables.changes``; for one study only.

    Raises:
        DeciduaError: There is no such study on the date, its criteria were not read, or a change cannot be made.
    """
    read = [one for one in view.studies.values() if one.eligibility is not None]
    known = {one.id: one for one in read}
    wanted = read if EVERY in names else [known[name] for name in dict.fromkeys(names) if name in known]
    faults = [Fault(_no_study(view, known, name)) for name in names if name != EVERY and name not in known]
    if not names:
        faults.append(Fault(f"no study is named; give the id of one, or '{EVERY}'"))
    elif not read:
        faults.append(Fault("the criteria of no study were read by that date"))
    elif changes and not faults and (EVERY in names or len(wanted) > 1):
        faults.append(Fault("the eligibility of one study can be changed at a time; name that one alone"))
    if faults:
        raise DeciduaError(faults)
    return Question(view, tuple(_asked(view, study, changes) for study in wanted))


def _asked(view: DatedRulebook, study: Study, changes: Sequence[str]) -> StudyAsked:
    own = criteria_of(view.rules[f"study:{study.id}"].condition)
    if not changes:
        return StudyAsked(study, own, None, ())
    return StudyAsked(study, own, *apply_changes(view.book, study.id, own, changes))


def _no_study(view: DatedRulebook, known: Mapping[str, Study], name: str) -> str:
    if name in view.studies:
        return f"the criteria of '{name}' were not read, so nobody can be counted by them"
    if name in view.book.study:
        return f"'{name}' was not published by {view.day}; give a later date"
    near = get_close_matches(name.lower(), known, n=NAMED, cutoff=0.6)
    near += [id_ for id_ in known if name and name.lower() in id_ and id_ not in near][: NAMED - len(near)]
    if near:
        return f"there is no study '{name}'; did you mean {' or '.join(repr(one) for one in near)}?"
    return f"there is no study '{name}'; 'decidua evidence OPTION' names the studies, and '{EVERY}' stands for all"
