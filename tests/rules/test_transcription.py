"""The rules say what was read: every record and figure of the evidence dossier, in both directions, against a digest.

``dossier_digest.json`` was drawn once from the notes taken while reading and is frozen: figures, dates, how each record
was read, and the wording that tells one row of a record from another. A key that is absent was not read.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from tests.rules.dossier import Digest, Entry, compare, in_the_rules, without_prefix

import decidua
from decidua.evidence.models import Arm, Source, Study
from decidua.rulebook.folder import data_folder

INFERRED = "syntheses {}: published_inferred: read nothing, rules say True"

DELIBERATE = {
    # While reading, a synthesis had no mark for a deduced date; it stood among the points that were not read.
    INFERRED.format("gcsf-ursa-ma-2023"): "the date is a deduction",
    INFERRED.format("hamulyak-2021"): "the date is a deduction",
    INFERRED.format("hcg-ma-2019-12rct"): "the date is a deduction",
    INFERRED.format("hcg-ma-2019-rif"): "the date is a deduction",
    INFERRED.format("hutton-2007"): "the year comes from the number of the issue",
    INFERRED.format("ijph-2024-ivig"): "the year is a deduction",
    INFERRED.format("skeith-2016"): "the date is a deduction",
    INFERRED.format("stephenson-2010-ma"): "the same paper as stephenson-2010, whose date is a deduction",
    INFERRED.format("mekinian-2016"): "the month is a deduction from the issue",
    "syntheses mekinian-2016: published: read 2016, rules say 2016-07": "volume 76, issue 1, is that of July 2016",
    # A note told the two outcomes of this series apart; in the rules a label does.
    "studies nyborg-2014: live_birth per woman (19/52): labelled: read nothing, rules say True": "the first transfer",
    "studies nyborg-2014: live_birth per woman (32/52): labelled: read nothing, rules say True": "up to five transfers",
}
"""Every difference that is meant, with its reason. One that is no longer there has to leave this table."""


# The rules against the digest -----------------------------------------------------------------------------------------


def beside(name: str) -> Any:
    return json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


@cache
def digest() -> Digest:
    return beside("dossier_digest.json")


@cache
def reworded() -> dict[str, dict[str, str]]:
    """By record: wording as read, and as in the rules, where no sentence is copied; what has to stay is the meaning."""
    return beside("dossier_rewording.json")


@cache
def populations() -> dict[str, str]:
    """Populations of positions on tests and other care: wording as read, and as in the rules."""
    return beside("dossier_rewording_care.json")


@cache
def as_read() -> Digest:
    """The digest in the wording of the rules."""
    read = copy.deepcopy(digest())
    for kind, rows in (("studies", "outcomes"), ("syntheses", "pooled")):
        for id_, entry in read[kind].items():
            for row, name in product(entry[rows], ("subgroup", "contrast", "population")):
                if name in row:
                    row[name] = without_prefix(reworded().get(id_, {}).get(row[name], row[name]))
    for entry in read["care_positions"].values():
        entry["population"] = populations().get(entry["population"], entry["population"])
    return read


def unexpected(book: decidua.Rulebook) -> list[str]:
    return [line for line in compare(as_read(), in_the_rules(book)) if line not in DELIBERATE]


def test_nothing_that_was_read_is_lost_added_or_altered_in_the_rules():
    assert unexpected(decidua.load_rulebook()) == []


def test_every_deliberate_difference_is_still_there_and_has_its_reason():
    found = compare(as_read(), in_the_rules(decidua.load_rulebook()))
    assert [line for line in DELIBERATE if line not in found] == []
    assert all(DELIBERATE.values())


def test_every_rewording_stands_in_both_the_digest_and_the_rules():
    rules = in_the_rules(decidua.load_rulebook())

    def wording(source: Digest, id_: str) -> set[str | None]:
        kind, rows = ("studies", "outcomes") if id_ in source["studies"] else ("syntheses", "pooled")
        return {row.get(name) for row in source[kind][id_][rows] for name in ("subgroup", "contrast", "population")}

    stale = [
        (id_, read, ours)
        for id_, pairs in reworded().items()
        for read, ours in pairs.items()
        if read not in wording(digest(), id_) or ours not in wording(rules, id_)
    ]
    assert stale == []


def test_every_reworded_population_stands_in_both_the_digest_and_the_rules():
    rules = in_the_rules(decidua.load_rulebook())["care_positions"].values()
    read = digest()["care_positions"].values()
    assert set(populations()) <= {one["population"] for one in read}
    assert set(populations().values()) <= {one["population"] for one in rules}
    assert len(set(populations().values())) == len(populations())


def test_the_digest_is_whole():
    sizes = {kind: len(entries) for kind, entries in digest().items()}
    rows = sum(len(entry["outcomes"]) for entry in digest()["studies"].values())
    evidence = {"studies": 182, "syntheses": 95, "ongoing": 20, "drugs": 13}
    documents = {"documents": 48, "positions": 79, "care_positions": 115, "comparisons": 4}
    assert sizes == {**evidence, **documents, "contradictions": 13, "unreliable": 6}
    assert rows == 310


# The comparison bites -------------------------------------------------------------------------------------------------


def changed_study(book: decidua.Rulebook, id_: str, change: Callable[[Study], Study]) -> decidua.Rulebook:
    return dataclasses.replace(book, studies=tuple(change(one) if one.id == id_ else one for one in book.studies))


def with_outcome(study: Study, at: int, **changes: Any) -> Study:
    outcomes = list(study.outcomes)
    outcomes[at] = outcomes[at].model_copy(update=changes)
    return study.model_copy(update={"outcomes": tuple(outcomes)})


def one_more_birth(study: Study) -> Study:
    return with_outcome(study, 0, control=Arm(events=17, total=33))


def arms_exchanged(study: Study) -> Study:
    first = study.outcomes[0]
    return with_outcome(study, 0, treated=first.control, control=first.treated)


def contrasts_exchanged(study: Study) -> Study:
    first, last = study.outcomes[0], study.outcomes[2]
    return with_outcome(with_outcome(study, 0, contrast=last.contrast), 2, contrast=first.contrast)


def per_woman(study: Study) -> Study:
    return with_outcome(study, 1, per="woman")


def cleared(study: Study) -> Study:
    return study.model_copy(update={"integrity": study.integrity.model_copy(update={"status": "none_known"})})


GCSF = "studies scarpellini-2009: live_birth per woman (29/35 v 16/33)"
INTRALIPID = "studies coulam-acacio-2012: ongoing_or_live_birth per not_stated (?/?)"
TNF = "studies winger-reed-2008: live_birth per pregnancy"


@pytest.mark.parametrize(
    ("study", "change", "reported"),
    [
        pytest.param(
            "scarpellini-2009",
            one_more_birth,
            [f"{GCSF}: comparator events: read 16, rules say 17"],
            id="one birth more",
        ),
        pytest.param(
            "scarpellini-2009",
            arms_exchanged,
            [
                f"{GCSF}: comparator events: read 16, rules say 29",
                f"{GCSF}: comparator total: read 33, rules say 35",
                f"{GCSF}: intervention events: read 29, rules say 16",
                f"{GCSF}: intervention total: read 35, rules say 33",
            ],
            id="arms exchanged",
        ),
        pytest.param(
            "winger-reed-2008",
            contrasts_exchanged,
            [
                f"{TNF} (12/17 v 20/37): contrast: read TNFi+IVIG+AC v IVIG+AC, rules say TNFi+IVIG+AC v AC",
                f"{TNF} (12/17 v 4/21): contrast: read TNFi+IVIG+AC v AC, rules say TNFi+IVIG+AC v IVIG+AC",
            ],
            id="figures under the wrong contrast",
        ),
        pytest.param(
            "coulam-acacio-2012",
            per_woman,
            [
                f"{INTRALIPID}: per: read not_stated, rules say woman",
            ],
            id="a share of pregnancies as a rate per woman",
        ),
        pytest.param(
            "ismail-2018",
            cleared,
            ["studies ismail-2018: integrity: read retracted, rules say none_known"],
            id="a retraction forgotten",
        ),
    ],
)
def test_an_altered_study_is_reported_by_record_and_figure(study, change, reported):
    assert sorted(unexpected(changed_study(decidua.load_rulebook(), study, change))) == sorted(reported)


def test_a_record_lost_or_added_is_reported():
    book = decidua.load_rulebook()
    lost = dataclasses.replace(book, studies=tuple(one for one in book.studies if one.id != "eapen-2019"))
    assert unexpected(lost) == ["studies eapen-2019: read, and lost from the rules"]
    invented = book.study["eapen-2019"].model_copy(update={"id": "eapen-2020"})
    added = dataclasses.replace(book, studies=(*book.studies, invented))
    assert unexpected(added) == ["studies eapen-2020: in the rules, and never read"]


def test_a_row_lost_or_given_twice_is_reported():
    book = decidua.load_rulebook()
    progesterone = book.drug["progesterone"]
    first = progesterone.cautions[0]
    for cautions, says in (
        (progesterone.cautions[1:], "read, and lost from the rules"),
        ((first, *progesterone.cautions), "in the rules, and never read"),
    ):
        altered = progesterone.model_copy(update={"cautions": cautions})
        drugs = tuple(altered if one is progesterone else one for one in book.drugs)
        assert unexpected(dataclasses.replace(book, drugs=drugs)) == [
            f"drugs progesterone: {first.finding} ({first.level}): {says}"
        ]


def test_one_figure_altered_in_a_copy_of_the_files_is_reported(tmp_path, monkeypatch):
    monkeypatch.setenv("DECIDUA_CACHE", "off")
    folder = tmp_path / "rules"
    shutil.copytree(data_folder("rules"), folder)
    file = folder / "evidence" / "g_csf.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count("{events: 16, total: 33}") == 1
    file.write_text(text.replace("{events: 16, total: 33}", "{events: 26, total: 33}"), encoding="utf-8")
    assert unexpected(decidua.load_rulebook(folder)) == [f"{GCSF}: comparator events: read 16, rules say 26"]


def alterations(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield every leaf of an entry with another value: a flag turned, a number one higher, a word misspelt."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from alterations(part, (*path, key))
    elif isinstance(value, bool):
        yield path, not value
    else:
        yield path, f"{value}?" if isinstance(value, str) else value + 1


def altered(entry: Entry, path: tuple[Any, ...], other: Any) -> Entry:
    new = copy.deepcopy(entry)
    holder: Any = new
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = other
    return new


@pytest.mark.parametrize("kind", sorted(digest()))
def test_no_single_figure_of_any_record_can_change_unseen(kind):
    unseen, tried = [], 0
    for id_, entry in as_read()[kind].items():
        for path, other in alterations(entry):
            tried += 1
            said_so = compare({kind: {id_: entry}}, {kind: {id_: altered(entry, path, other)}})
            if not said_so or not all(line.startswith(f"{kind} {id_}: ") for line in said_so):
                unseen.append((id_, path))
    assert tried >= len(as_read()[kind]) / 2
    assert unseen == []


# How each record was read, and under which name -----------------------------------------------------------------------


def sources(book: decidua.Rulebook) -> Iterator[tuple[str, Source | None]]:
    """Every record of the rulebook that has a source, by name."""
    documents = (*book.guidelines, *book.positions, *book.care_positions, *book.comparisons)
    for record in (*book.studies, *book.syntheses, *documents):
        yield record.id, record.source
    for rule in (*book.definitions, *book.panels, *book.causes):
        yield rule.id, rule.source
    for cause in book.causes:
        yield from ((f"{cause.id}, usual care", care.source) for care in cause.usual_care if not care.positions)
    for drug in book.drugs:
        sections = (drug.effects, drug.screening, drug.monitoring, drug.pregnancy, drug.lactation, drug.doses)
        for line in (line for section in sections for line in section or ()):
            yield f"{drug.key}, a line of its record", line.source
        for caution in drug.cautions:
            if caution.level != "inference":
                yield f"{drug.key}, {caution.finding}", caution.source


def test_every_source_says_how_it_was_read_and_where():
    named = list(sources(decidua.load_rulebook()))
    assert len(named) > 600
    silent = [name for name, source in named if source is None or not source.read or not (source.url or source.where)]
    assert silent == []


def test_only_a_safety_record_was_read_from_a_label():
    book = decidua.load_rulebook()
    papers = (*book.studies, *book.syntheses)
    assert {one.source.read for one in papers} <= {"full_text", "abstract", "registry", "secondary"}
    assert [one.id for one in papers if one.source.quality is not None] == []


def test_only_an_inference_has_no_source_and_it_says_so_and_never_blocks():
    inferences = [one for drug in decidua.load_rulebook().drugs for one in drug.cautions if one.source is None]
    assert inferences
    assert {(one.level, one.hard_stop, one.jurisdiction) for one in inferences} == {("inference", False, "none")}
    assert all("inference, no source" in one.text for one in inferences)


@pytest.mark.parametrize("kind", ["evidence", "rules", "positions", "findings", "drugs"])
def test_no_two_records_share_an_id(kind):
    book = decidua.load_rulebook()
    rules = (*book.definitions, *book.panels, *book.causes, *book.subsets, *book.strategies)
    ids = {
        "evidence": [one.id for one in (*book.studies, *book.syntheses, *book.ongoing, *book.guidelines)],
        "rules": [*(one.id for one in rules), *(one.option for one in book.options)],
        "positions": [one.id for one in (*book.positions, *book.care_positions, *book.contradictions, *book.unread)],
        "findings": [one.key for one in book.findings],
        "drugs": [one.key for one in book.drugs],
    }[kind]
    assert ids
    assert {id_: times for id_, times in Counter(ids).items() if times > 1} == {}
