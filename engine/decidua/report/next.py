"""What to find out next as report blocks: the order of questions, then what settles each open option."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase

from decidua.assessment.answers.next import AnswerEffect, OpenOption, OpenWay, Outcome, QuestionToAsk, ToFindOut, WayOut
from decidua.report.option import STATUS_TONES
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph, list_words, lower_first

__all__ = ["next_blocks"]

SHOWN_TOGETHER = 4
"""Most questions that settle all ways of an option and are named where not all are asked for."""
SHOWN = 8
"""Questions shown where not all are asked for."""
WAYS = 3
"""Most ways of an option that are shown where not all are asked for, those of the fewest questions."""
NAMED = 3
"""Most options that are named in a phrase; more are counted."""


def next_blocks(found: ToFindOut, *, full: bool = False) -> list[Block]:
    """Return the content of the report in order.

    Args:
        found: What to find out.
        full: Show every finding with every answer, and every way to use an option.
    """
    return list(_blocks(found, full=full))


def _blocks(found: ToFindOut, *, full: bool) -> Iterator[Block]:
    yield Heading("What to find out next", 1)
    yield Paragraph(
        f"decidua {found.decidua}, rulebook {found.rulebook}; evidence as of {found.as_of}; engine: {found.engine}.",
        "muted",
    )
    for overlay in found.overlays:
        yield Paragraph(f"With the local overlay {overlay.name} {overlay.version}: {overlay.why}", "open")
    for line in found.who:
        yield Paragraph(line)
    if not found.open:
        yield Paragraph(
            f"The status of all {len(found.settled)} options is settled: nothing that can still be found out would "
            "bring another one a better status."
        )
    else:
        settled = len(found.settled)
        total = len(found.open) + settled
        are = "is" if len(found.open) == 1 else "are"
        yield Paragraph(f"{len(found.open)} of {total} options {are} not settled.")
    yield from _order(found, full=full)
    yield from _options(found, full=full)
    yield from _not_urged(found, full=full)
    yield from _rest(found, full=full)
    yield Heading("Please note", 2)
    yield Paragraph(found.notice)
    yield Paragraph(
        "A set settles whatever its findings show, each taken to be free of the others. The order, the burdens and the "
        f"limits are declared ('decidua rules show next'). {found.limits}",
        "muted",
    )


def _order(found: ToFindOut, *, full: bool) -> Iterator[Block]:
    if not found.ask:
        return
    yield Heading("In this order", 2)
    shown = found.ask if full else found.ask[:SHOWN]
    bullets = [_question(one, len(found.open), at, full=full) for at, one in enumerate(shown, start=1)]
    if len(shown) < len(found.ask):
        names = [lower_first(one.name.partition(" (")[0]) for one in found.ask[len(shown) :]]
        bullets.append(Bullet("", f"then, with --all: {list_words(names)}.", "muted"))
    yield Bullets(tuple(bullets))


def _question(one: QuestionToAsk, opened: int, at: int | None, *, full: bool) -> Bullet:
    settles = len(one.could_settle)
    alone = f"by itself could settle {settles} of {opened}" if settles else "by itself settles none"
    text = f"{one.burden}; {alone}, bears on {_options_counted(len(one.bears_on))}{_advised_against(one)}"
    return Bullet(one.name if at is None else f"{at}. {one.name}", text, "plain", tuple(_answers(one, full=full)))


def _options_counted(count: int) -> str:
    return "1 option" if count == 1 else f"{count} options"


def _answers(one: QuestionToAsk, *, full: bool) -> Iterator[str]:
    """Say what each answer would do; answers of several findings that do the same stand together."""
    several = len(one.findings) > 1
    name = one.name.partition(" (")[0]
    silent, quiet = [], []
    told: dict[str, list[str]] = {}
    for finding in one.findings:
        if not any(answer.changes for answer in finding.answers):
            silent.append(lower_first(finding.label))
            continue
        known_by_name = not several and finding.label.partition(" (")[0] == name
        head = "" if known_by_name else f"{lower_first(finding.label)} "
        for answer in finding.answers:
            if answer.changes:
                told.setdefault(_effect(answer, full=full), []).append(f"{head}{answer.says}")
            else:
                quiet.append(f"{head}{answer.says}")
    yield from (f"{list_words(answers, 'or')}: {effect}" for effect, answers in told.items())
    if quiet:
        yield f"{list_words(quiet, 'or')}: changes nothing by itself"
    for finding in one.findings:
        if finding.stays_unknown_if is not None:
            label = "it" if not silent and len(one.findings) == 1 else f"{lower_first(finding.label)}"
            yield f"{finding.stays_unknown_if}: leaves {label} unknown, and settles nothing"
    if not silent:
        return
    if not several:
        yield "no answer changes an option by itself; it counts together with others"
    elif full or len(silent) <= NAMED:
        counts = "counts" if len(silent) == 1 else "count"
        yield f"{counts} together with others only: {list_words(silent)}"
    else:
        yield f"count together with others only: {len(silent)} of its findings, such as {silent[0]}"


def _effect(answer: AnswerEffect, *, full: bool) -> str:
    groups: dict[tuple[str, tuple[str, ...], bool], list[Outcome]] = {}
    for one in answer.changes:
        groups.setdefault((one.status, one.could_be, one.was == "undetermined"), []).append(one)
    parts = []
    for (status, could_be, was_open), group in groups.items():
        names = [one.name for one in group]
        who = list_words(names) if full or len(names) <= NAMED else _options_counted(len(names))
        if status == "undetermined":
            parts.append(f"{who} {'still open' if was_open else 'open again'}, for {_statuses(could_be)}")
        else:
            unless = f", with {_statuses(could_be)} still possible by another way" if could_be else ""
            parts.append(f"{who} -> {_said(status)}{unless}")
    return "; ".join(parts)


def _said(status: str) -> str:
    return status.replace("_", " ")


def _statuses(statuses: Sequence[str]) -> str:
    return list_words([_said(one) for one in statuses], "or")


def _options(found: ToFindOut, *, full: bool) -> Iterator[Block]:
    if not found.open:
        return
    yield Heading("What would settle each option", 2)
    letters = _letters(found, full=full)
    if letters:
        yield Paragraph(
            "Sets of questions that recur (* settles all but what stays open with any finding known, below):"
        )
        yield Bullets(tuple(Bullet(letter, _named(one), "plain") for one, letter in letters.items()))
        yield Paragraph("Option by option:")
    yield Bullets(tuple(_option(one, letters, full=full) for one in found.open))
    points = list(dict.fromkeys(point for one in found.open for point in one.whole.leaves_open))
    if points:
        yield Heading("What stays open with any finding known", 2)
        yield Paragraph("Where one of these decides, no set settles the option; those marked * settle all but this.")
        yield Bullets(tuple(Bullet("", point, "open") for point in points))
    yield from _may_stay_unknown(found)


def _may_stay_unknown(found: ToFindOut) -> Iterator[Block]:
    """Name the findings in sets that looking for them may leave unknown; then the sets with them settle nothing."""
    used = {name for one in found.open for way in (one.whole, *one.ways) for set_ in way.sets for name in set_.findings}
    asked = [finding for question in (*found.ask, *found.not_urged) for finding in question.findings]
    for one in asked:
        if one.stays_unknown_if is not None and one.finding in used:
            yield Paragraph(
                f"No set with the {lower_first(one.label)} settles anything where that stays unknown: after "
                f"{one.stays_unknown_if}.",
                "open",
            )


def _letters(found: ToFindOut, *, full: bool) -> dict[WayOut, str]:
    """Give a letter to each set of several questions that more than one way shares, in the order of the report."""
    shown = [way for one in found.open for way in _shown(one, full=full)]
    uses = Counter(one.questions for way in shown for one in way.sets if len(one.questions) > 1)
    lettered: dict[tuple[str, ...], WayOut] = {}
    for one in (one for way in shown for one in way.sets):
        if uses[one.questions] > 1 and len(lettered) < len(ascii_uppercase):
            lettered.setdefault(one.questions, one)
    return dict(zip(lettered.values(), ascii_uppercase, strict=False))


def _shown(one: OpenOption, *, full: bool) -> list[OpenWay]:
    """Return the ways to show: all, or a few that could give the best status, those of the fewest questions first."""
    if full:
        return list(one.ways)
    leading = [way for way in one.ways if one.could_be[0] in way.could_be and not _immune_only(way)]
    return sorted(leading, key=lambda way: len(way.sets[0].questions) if way.sets else SHOWN)[:WAYS]


def _option(one: OpenOption, letters: Mapping[WayOut, str], *, full: bool) -> Bullet:
    text = f"{_said(one.status)}; could become {_statuses(one.could_be)}"
    details = []
    for way in (shown := _shown(one, full=full)):
        more = f" and {len(way.titles) - 1} more" if len(way.titles) > 1 and not full else ""
        titles = list_words([lower_first(title) for title in way.titles]) if full else lower_first(way.titles[0])
        details.append(f"{titles}{more}: {_sets(way, letters, full=full)}")
    others = sum(len(way.titles) for way in one.ways) - sum(len(way.titles) for way in shown)
    if others:
        details.append(f"{others} further {'way' if others == 1 else 'ways'} with --all")
    if len(one.ways) > 1:
        details.append(f"all its ways at once: {_whole(one.whole, letters, full=full)}")
    return Bullet(one.name, text, STATUS_TONES[one.status], tuple(details))


def _whole(way: OpenWay, letters: Mapping[WayOut, str], *, full: bool) -> str:
    size = len(way.sets[0].questions) if way.sets else 0
    if full or size <= SHOWN_TOGETHER:
        return _sets(way, letters, full=full)
    least = "" if way.smallest else "up to "
    return f"{least}{size} questions (list: --all){' *' if way.leaves_open else ''}"


def _immune_only(way: OpenWay) -> bool:
    """Say whether every set of a way holds a marker that is not urged."""
    return bool(way.sets) and all(one.not_urged for one in way.sets)


def _sets(way: OpenWay, letters: Mapping[WayOut, str], *, full: bool) -> str:
    if not way.sets:
        return "the search stopped at its limit; no set was found"
    if way.sets[0].questions == ():
        return f"nothing to find out now settles it; open: {'; '.join(way.leaves_open)}"
    star = " *" if way.leaves_open else ""
    shown = way.sets if full else way.sets[:2]
    keys = {one.questions: letter for one, letter in letters.items()}
    said = [f"set {keys[one.questions]}" if one.questions in keys else _named(one) for one in shown]
    text = "; or ".join(said) + star
    if not way.smallest:
        return f"{text} (none of these can be left out; the search for a smaller set stopped at its limit)"
    if not way.complete:
        text += " (the search stopped at its limit: there may be more such sets)"
    if len(shown) < len(way.sets):
        text += f" (and {len(way.sets) - len(shown)} more such sets)"
    return text


def _named(one: WayOut) -> str:
    return list_words(
        [
            f"{lower_first(name.partition(' (')[0])}{' (not urged)' if name in one.not_urged else ''}"
            for name in one.names
        ]
    )


def _not_urged(found: ToFindOut, *, full: bool) -> Iterator[Block]:
    """Say which tests some ways rest on that are not urged, and who advises against each."""
    markers = [one for one in found.not_urged if one.remark is not None]
    others = [one for one in found.not_urged if one.remark is None]
    for heading, group in (("Immune markers: not urged", markers), ("Advised against: not urged", others)):
        if not group:
            continue
        yield Heading(heading, 2)
        for remark in dict.fromkeys(one.remark for one in group if one.remark is not None):
            yield Paragraph(f"Each is {remark}.", "open")
        if full:
            yield Bullets(tuple(_question(one, len(found.open), None, full=True) for one in group))
        else:
            yield Bullets(tuple(Bullet(one.name, _left_alone(one)) for one in group))


def _left_alone(one: QuestionToAsk) -> str:
    """Say in a line what is not urged; silence of the societies is not consent."""
    who = _advised_against(one) or "; no current society document that was read speaks against the test"
    return f"{one.burden}; bears on {_options_counted(len(one.bears_on))}{who}"


def _rest(found: ToFindOut, *, full: bool) -> Iterator[Block]:
    bullets = []
    if found.safety:
        names = [lower_first(finding.label) for one in found.safety for finding in one.findings]
        listed = f": {list_words(names)}" if full else " (list: --all; for each option: 'decidua assess')"
        bullets.append(
            Bullet(
                "Contraindications not ruled out",
                f"{_findings(names)}, which could stop an option or a way to use it, and nothing else{listed}.",
                "open",
            )
        )
    if found.not_yet:
        listed = list_words([lower_first(label) for label in found.not_yet])
        bullets.append(Bullet("Not before the next pregnancy", f"{listed}."))
    if found.no_longer:
        listed = list_words([lower_first(label) for label in found.no_longer])
        bullets.append(Bullet("Can no longer be found out", f"{listed}; not asked for."))
    if found.changes_nothing:
        names = [lower_first(label) for label in found.changes_nothing]
        listed = f": {list_words(names)}" if full else " (list: --all)"
        bullets.append(
            Bullet("Would change nothing", f"{_findings(names, 'unknown ')} would change no option's status{listed}.")
        )
    if bullets:
        yield Heading("What need not be asked for this", 2)
        yield Bullets(tuple(bullets))


def _findings(names: Sequence[str], kind: str = "") -> str:
    return f"{len(names)} {kind}{'finding' if len(names) == 1 else 'findings'}"


def _advised_against(one: QuestionToAsk) -> str:
    """Say who advises against a test and, where somebody does, who is for it."""
    if not one.advised_against_by:
        return ""
    favour = f"; advised, or would be considered, by {list_words(one.advised_by)}" if one.advised_by else ""
    return f"; advised against by {list_words(one.advised_against_by)}{favour}"
