"""Loading a rulebook: every fault in one go with file, line and cure; and the kept copy that makes the next start fast."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import stat
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import decidua
from decidua.assessment.loading import load_rulebook
from decidua.document import parse_document
from decidua.errors import RulebookError
from decidua.rulebook import cache as cache_module
from decidua.rulebook import reading as reading_module
from decidua.rulebook.cache import cache_folder
from decidua.rulebook.folder import data_folder
from decidua.rulebook.reading import FILES

SHIPPED = data_folder("rules")
PARSED_ONCE = cache(parse_document)
"""The real parser, but files that several tests leave as they are are parsed once."""
BOOK = load_rulebook()


@pytest.fixture
def rules(tmp_path, monkeypatch):
    """A copy of the shipped rules to break; no copy of it is kept, and files that stay the same are parsed once."""
    monkeypatch.setenv("DECIDUA_CACHE", "off")
    monkeypatch.setattr(reading_module, "parse_document", PARSED_ONCE)
    copied = tmp_path / "rules"
    shutil.copytree(SHIPPED, copied)
    return copied


def append(rules, file, text):
    path = rules / file
    with path.open("a", encoding="utf-8") as stream:
        stream.write(text)


def faults_of(rules):
    with pytest.raises(RulebookError) as caught:
        load_rulebook(rules)
    return caught.value.faults


def line_of(rules, file, text):
    lines = (rules / file).read_text(encoding="utf-8").splitlines()
    (number,) = (at for at, line in enumerate(lines, 1) if text in line)
    return number


# New records, each sound but for what a test puts in


def subset(when, *, id_="mine", source="yamada-2022", valid="{since: '2020'}"):
    return f"  - id: {id_}\n    title: Mine\n    when: {when}\n    says: Mine.\n    valid: {valid}\n    source: [{source}]\n"


SUBSETS = "subsets/mine.yaml"


def subsets(*records):
    return f"subsets:\n{''.join(records)}"


def strategy(*, drugs="ivig", evidence="{study: yamada-2022}", syntheses="", source="yamada-2022", more=""):
    return (
        "  - id: my-way\n    title: Mine\n    condition: rpl\n"
        f"    drugs: [{drugs}]\n    dose: x\n    timing: x\n    off_label: not_read\n    needs_unexplained: false\n"
        f"    when: rpl\n    evidence: [{evidence}]\n    syntheses: [{syntheses}]\n    says: Mine.\n"
        f"    valid: {{since: '2020'}}\n    source: [{source}]\n{more}"
    )


def definition(*, when="losses.total >= 2", guideline="eshre-rpl-2022", more=""):
    return (
        "definitions:\n  - id: mine\n    title: Mine\n    term: rpl\n    society: Mine\n"
        f"    guideline: {guideline}\n    when: {when}\n    says: Mine.\n    valid: {{since: '2020'}}\n"
        f"    source: {{read: abstract}}\n{more}"
    )


def cause(*, position="rcog-gtg17-2023--aspirin_heparin"):
    return (
        "causes:\n  - id: mine\n    title: Mine\n    conditions: [rpl]\n    explains: false\n    when: losses.total >= 1\n"
        f"    says: Mine.\n    usual_care:\n      - {{says: Mine., positions: [{position}]}}\n"
        "    valid: {since: '2020'}\n    source: {read: abstract}\n"
    )


def panel(*, test="uterine_imaging", normal="known workup.uterine_imaging", optional=""):
    return (
        "panels:\n  - id: mine\n    title: Mine\n    society: Mine\n    kind: trial\n    condition: rpl\n"
        f"    items:\n      - {{test: {test}, normal: {normal}}}\n    optional: [{optional}]\n"
        "    says: Mine.\n    valid: {since: '2020'}\n    source: {read: abstract}\n"
    )


def investigation(*, fact="workup.thyroid"):
    return f"investigations:\n  - key: mine\n    name: Mine\n    conditions: [rpl]\n    facts: [{fact}]\n    burden: blood\n"


def drug(*, finding="asthma", check="asthma"):
    return (
        "key: mine\noption: ivig\nnames: [mine]\ncautions:\n"
        f"  - {{finding: {finding}, level: caution, jurisdiction: null, text: x, source: {{read: label}}}}\n"
        "effects: null\nscreening:\n"
        f"  - {{finding: {check}, what: x, timing: null, jurisdiction: null, source: {{read: label}}}}\n"
        "monitoring: null\npregnancy: null\nlactation: null\ndoses: null\n"
    )


STRATEGIES = "options/ivig.yaml"
DEFINITIONS = "definitions/mine.yaml"
DRUGS = "cautions/drugs/mine.yaml"
RULE, WAY = "id: mine", "id: my-way"


def test_new_records_that_fit_are_taken_up(rules):
    append(rules, SUBSETS, subsets(subset("{all: [rpl, losses.total >= 3]}")))
    append(rules, STRATEGIES, strategy(syntheses="kofod-2025", more="    stops: [asthma]\n"))
    append(rules, DEFINITIONS, definition().replace(RULE, "id: mine-2"))
    append(rules, "causes/mine.yaml", cause().replace(RULE, "id: mine-3"))
    append(rules, "workup/mine.yaml", panel().replace(RULE, "id: mine-4") + investigation())
    append(rules, DRUGS, drug())
    book = load_rulebook(rules)
    for records in ("subsets", "definitions", "causes", "panels", "investigations", "drugs"):
        assert len(getattr(book, records)) == len(getattr(BOOK, records)) + 1
    assert len(list(book.strategies)) == len(list(BOOK.strategies)) + 1
    assert book.sha256 != BOOK.sha256
    assert book.evidence_sha256 == BOOK.evidence_sha256


@dataclass(frozen=True)
class Broken:
    """A file with something added, and where and how its one fault is said."""

    file: str
    added: str
    at: str
    said: str


BROKEN = {
    "an unknown fact": Broken(
        SUBSETS, subsets(subset("losses.totl >= 3")), RULE, "no fact of the vocabulary; did you mean 'losses.total'?"
    ),
    "an unknown fact deep down": Broken(
        SUBSETS,
        subsets(subset("{any: [rpl, {not: {all: [rif, losses.totl > 1]}}]}")),
        RULE,
        "'losses.totl' is no fact of the vocabulary; did you mean 'losses.total'?",
    ),
    "a word for a number": Broken(SUBSETS, subsets(subset("age = young")), RULE, "'age' is a number, not 'young'"),
    "yes for a number": Broken(SUBSETS, subsets(subset("age = yes")), RULE, "'age' is a number, not 'True'"),
    "a number for yes": Broken(
        SUBSETS, subsets(subset("pregnancy.bleeding = 1")), RULE, "'pregnancy.bleeding' is yes or no, not '1'"
    ),
    "half a loss": Broken(
        SUBSETS, subsets(subset("losses.total = 2.5")), RULE, "'losses.total' is a whole number, not '2.5'"
    ),
    "an order of words": Broken(
        SUBSETS,
        subsets(subset("workup.thyroid > normal")),
        RULE,
        "'workup.thyroid >' compares a choice; only numbers have an order",
    ),
    "an order of yes and no": Broken(
        SUBSETS, subsets(subset("pregnancy.bleeding >= 1")), RULE, "compares a yes/no; only numbers have an order"
    ),
    "a value that does not exist": Broken(
        SUBSETS,
        subsets(subset("workup.thyroid = norml")),
        RULE,
        "'workup.thyroid' has no value 'norml'; it may be normal, abnormal; did you mean 'normal'?",
    ),
    "one of several values that does not exist": Broken(
        SUBSETS,
        subsets(subset('"workup.uterine_finding in [septum, arcuate]"')),
        RULE,
        "'workup.uterine_finding' has no value 'arcuate'; it may be none, septum",
    ),
    "a count beyond its range": Broken(
        SUBSETS,
        subsets(subset("losses.total >= 61")),
        RULE,
        "61 is outside the possible range of 'losses.total' (0 to 60)",
    ),
    "an age below its range": Broken(
        SUBSETS, subsets(subset("age < 11")), RULE, "11 is outside the possible range of 'age' (12 to 65 years)"
    ),
    "an unknown rule": Broken(SUBSETS, subsets(subset("rlp")), RULE, "'rlp' is no rule; did you mean 'rpl'?"),
    "a fact without an operator": Broken(
        SUBSETS, subsets(subset("age")), RULE, "'age' is no rule; a fact needs an operator"
    ),
    "known, where it may not stand": Broken(
        SUBSETS,
        subsets(subset("known losses.total")),
        RULE,
        "'known losses.total' may stand in panels and policies only; say what value you need",
    ),
    "a rule that is its own reason": Broken(
        SUBSETS, subsets(subset("mine")), RULE, "refers to itself through mine -> mine; break the circle"
    ),
    "a circle of three": Broken(
        SUBSETS,
        subsets(subset("theirs"), subset("{not: ours}", id_="theirs"), subset("{any: [mine, rpl]}", id_="ours")),
        RULE,
        "refers to itself through mine -> theirs -> ours -> mine; break the circle",
    ),
    "a definition that asks for the term it defines": Broken(
        DEFINITIONS, definition(when="rpl"), RULE, "refers to itself through mine -> rpl -> mine; break the circle"
    ),
    "an id used twice": Broken(
        SUBSETS,
        subsets(subset("rpl", id_="rif_two_failed")),
        "id: rif_two_failed",
        "the id 'rif_two_failed' is used 2 times; give each record its own",
    ),
    "the id of a term": Broken(SUBSETS, subsets(subset("rif", id_="rpl")), "id: rpl", "the id 'rpl' is used 2 times"),
    "an unknown source": Broken(
        SUBSETS,
        subsets(subset("rpl", source="yamada-2023")),
        RULE,
        "refers to the source 'yamada-2023', which does not exist; did you mean 'yamada-2022'?",
    ),
    "an unknown study": Broken(
        STRATEGIES,
        strategy(evidence="{study: yamada-2023}"),
        WAY,
        "refers to the study 'yamada-2023', which does not exist; did you mean 'yamada-2022'?",
    ),
    "a synthesis for a study": Broken(
        STRATEGIES,
        strategy(evidence="{study: kofod-2025}"),
        WAY,
        "refers to the study 'kofod-2025', which does not exist",
    ),
    "an unknown contrast": Broken(
        STRATEGIES,
        strategy(evidence="{study: davari-tanha-2016, contrast: G-CSF v saltwater}"),
        WAY,
        "'davari-tanha-2016' has no contrast 'G-CSF v saltwater'; it has G-CSF v ",
    ),
    "an unknown subgroup": Broken(
        STRATEGIES,
        strategy(evidence="{study: yamada-2022, subgroup: left-handed}"),
        WAY,
        "'yamada-2022' has no subgroup 'left-handed'; it has",
    ),
    "an unknown synthesis": Broken(
        STRATEGIES, strategy(syntheses="kofod-2026"), WAY, "refers to the synthesis 'kofod-2026', which does not exist"
    ),
    "an unknown drug": Broken(
        STRATEGIES,
        strategy(drugs="prednisolon"),
        WAY,
        "refers to the safety record of the drug 'prednisolon', which does not exist; did you mean 'prednisolone'?",
    ),
    "an unknown finding that stops": Broken(
        STRATEGIES,
        strategy(more="    stops: [asthmatic]\n"),
        WAY,
        "refers to the finding 'asthmatic', which does not exist; did you mean 'asthma'?",
    ),
    "an unknown guideline": Broken(
        DEFINITIONS,
        definition(guideline="eshre-rpl-2032"),
        RULE,
        "refers to the guideline 'eshre-rpl-2032', which does not exist; did you mean 'eshre-rpl-20",
    ),
    "an unknown position": Broken(
        "causes/mine.yaml",
        cause(position="rcog--aspirin"),
        RULE,
        "refers to the position 'rcog--aspirin', which does not exist",
    ),
    "an unknown investigation": Broken(
        "workup/mine.yaml",
        panel(test="uterin_imaging"),
        RULE,
        "refers to the investigation 'uterin_imaging', which does not exist; did you mean 'uterine_imaging'?",
    ),
    "an unknown optional investigation": Broken(
        "workup/mine.yaml",
        panel(optional="horoscope"),
        RULE,
        "refers to the investigation 'horoscope', which does not exist",
    ),
    "an unknown fact of an investigation": Broken(
        "workup/mine.yaml",
        investigation(fact="workup.tyroid"),
        "key: mine",
        "refers to the fact 'workup.tyroid', which does not exist; did you mean 'workup.thyroid'?",
    ),
    "an unknown finding": Broken(
        DRUGS,
        drug(finding="asthmatic"),
        "key: mine",
        "refers to the finding 'asthmatic', which does not exist; did you mean 'asthma'?",
    ),
    "an unknown finding to check": Broken(
        DRUGS, drug(check="weather"), "key: mine", "refers to the finding 'weather', which does not exist"
    ),
    # What one file alone can show
    "no YAML": Broken(
        SUBSETS, "subsets:\n  - id: [mine\n", "id: [mine", "is not YAML: did not find expected ',' or ']'"
    ),
    "two documents": Broken(SUBSETS, f"{subsets(subset('rpl'))}---\na: 1\n", "---", "a second document starts here"),
    "a key used twice": Broken(
        SUBSETS,
        subsets(subset("rpl")) + "    title: Yours\n",
        "title: Yours",
        "the key 'title' is used twice (first in line 3); keep one of them",
    ),
    "an empty file": Broken(SUBSETS, "# later\n", "", "is empty; it must hold one document"),
    "a list": Broken(SUBSETS, "- id: mine\n", "id: mine", "a list is not a mapping; write 'name: value'"),
    "a misspelt key": Broken(
        SUBSETS,
        subsets(subset("rpl")) + "    titel: Mine\n",
        "titel: Mine",
        "there is no such key; did you mean 'title'?",
    ),
    "a key of another kind": Broken(
        SUBSETS,
        subsets(subset("rpl")) + "    zzz: 1\n",
        "zzz: 1",
        "there is no such key; it may hold id, title, when, exclusive, says, valid, source",
    ),
    "a missing key": Broken(
        SUBSETS, subsets(subset("rpl")).replace("    says: Mine.\n", ""), RULE, "is required here; add it"
    ),
    "an empty title": Broken(
        SUBSETS,
        subsets(subset("rpl")).replace("title: Mine", "title: ''"),
        "title: ''",
        "'' is too short; write something",
    ),
    "a word that is no choice": Broken(
        DEFINITIONS,
        definition().replace("term: rpl", "term: rlp"),
        "term: rlp",
        "'rlp' is not one of rpl, rif; did you mean 'rpl'?",
    ),
    "a date that is none": Broken(
        SUBSETS, subsets(subset("rpl", valid="{since: last year}")), "valid:", "must be YYYY, YYYY-MM or YYYY-MM-DD"
    ),
    "no condition": Broken(SUBSETS, subsets(subset("3")), "when: 3", "3 is no condition; write a comparison such as"),
    "a list for a condition": Broken(
        SUBSETS,
        subsets(subset("[rpl, rif]")),
        "when: [rpl, rif]",
        "a list says not how its parts are joined; write 'all:' or 'any:' before it",
    ),
    "a misspelt joint": Broken(
        SUBSETS, subsets(subset("{al: [rpl, rif]}")), "when: {al", "'al' joins no conditions; use one of all, any, not"
    ),
    "arithmetic": Broken(
        SUBSETS,
        subsets(subset("losses.total + 1 > 3")),
        "when: losses",
        "is no condition; write a rule's id, 'known FACT'",
    ),
    "a derived figure that does not say how": Broken(
        "evidence/mine.yaml",
        "topic: mine\nstudies:\n  - id: mine\n    citation: {}\n    published: '2020'\n    design: rct\n"
        "    blinding: none\n    condition: rpl\n    treatment: {drug: x, class: x}\n    comparator: null\n"
        "    outcomes:\n      - {outcome: live_birth, per: woman, treated: {events: 5, total: 4}, control: null, counts: "
        "printed}\n    integrity: {status: none_known}\n    pooled: true\n    source: {read: abstract}\n",
        "outcome: live_birth",
        "5 events among 4 are not possible",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_one_fault_is_said_once_with_file_line_and_cure(rules, what):
    broken = BROKEN[what]
    append(rules, broken.file, broken.added)
    (fault,) = faults_of(rules)
    assert broken.said in fault.message
    assert fault.file == broken.file
    assert fault.line == (line_of(rules, broken.file, broken.at) if broken.at else None)


EDITED = {
    # file, what stands there, what is put in its place, and how the fault is said
    "a misspelt drug of a position, which would speak of nothing": (
        "evidence/guidelines.yaml",
        "drug: progesterone\n",
        "drug: progestrone\n",
        "'progestrone', which does not exist; did you mean 'progesterone'?",
    ),
    "a status that has no rank": ("policy/rank.yaml", ", contraindicated]", "]", "contraindicated"),
    "a misspelt status": (
        "policy/rank.yaml",
        "[consider,",
        "[considr,",
        "'considr' is not one of consider, ",
    ),
    "a misspelt policy fact": (
        "policy/status.yaml",
        "- population = not_known",
        "- populaton = not_known",
        "'populaton' is no fact of the vocabulary; did you mean 'population'?",
    ),
    "a misspelt value of a policy fact": (
        "policy/status.yaml",
        "- population = not_known",
        "- population = not_knwn",
        "'population' has no value 'not_knwn'; it may be hers, not_hers, not_known; did you mean 'not_known'?",
    ),
    "a rule in a policy": ("policy/status.yaml", "when: described = no", "when: rpl", "'rpl' is no rule"),
    "a misspelt policy fact of pooling": (
        "policy/pooling.yaml",
        "when: integrity = retracted",
        "when: integrty = retracted",
        "'integrty' is no fact of the vocabulary; did you mean 'integrity'?",
    ),
    "a retracted study that would be let into a pool": (
        "policy/pooling.yaml",
        "when: integrity = retracted",
        "when: integrity = concern",
        "'never' must keep out what has integrity = retracted; add a rule for it",
    ),
    "a study of one arm that would be let into a pool": (
        "policy/pooling.yaml",
        "when: control_arm = no",
        "when: {all: [control_arm = no, integrity = concern]}",
        "'never' must keep out what has control_arm = no; add a rule for it",
    ),
    "a pool of different outcomes": (
        "policy/pooling.yaml",
        "  - {on: outcome, says: one outcome}\n",
        "",
        "'agree' must name outcome, per, design, and nothing twice",
    ),
    "a reason to lower that raises": (
        "policy/certainty.yaml",
        "when: events < 300\n    levels: -1",
        "when: events < 300\n    levels: 1",
        "'imprecision' lowers a certainty; +1 levels does the opposite",
    ),
    "a rule of certainty that is there twice": (
        "policy/certainty.yaml",
        "- id: bias-some",
        "- id: bias-high",
        "the rule of certainty 'bias-high' is used 2 times; give each record its own",
    ),
    "a domain without a rule": (
        "policy/certainty.yaml",
        "domain: dose_response",
        "domain: confounding",
        "has no rule for dose_response; each domain needs one",
    ),
    "a baseline of a study without such a figure": (
        "policy/baseline.yaml",
        "subgroup: three or more earlier losses, bleeding now (prespecified)",
        "subgroup: four or more earlier losses",
        "'coomarasamy-2019' has no control arm with a figure on live_birth per woman in the subgroup",
    ),
    "a baseline of a study that is not on record": (
        "policy/baseline.yaml",
        "study: coomarasamy-2019",
        "study: coomarasmy-2019",
        "refers to the study 'coomarasmy-2019', which does not exist; did you mean 'coomarasamy-2019'?",
    ),
    "a misspelt finding in a baseline": (
        "policy/baseline.yaml",
        "- pregnancy.bleeding = yes",
        "- pregnancy.bleding = yes",
        "'pregnancy.bleding' is no fact of the vocabulary; did you mean 'pregnancy.bleeding'?",
    ),
    "a baseline that is there twice": (
        "policy/baseline.yaml",
        "- id: prism-one-or-two-losses-bleeding",
        "- id: prism-three-losses-bleeding",
        "the rule of baseline 'prism-three-losses-bleeding' is used 2 times; give each record its own",
    ),
    "a place in a sentence that nothing fills": (
        "policy/words.yaml",
        '"{verb} {outcome} slightly"',
        '"{verb} {outcom} slightly"',
        "nothing is known to put in the place 'outcom'",
    ),
    "a range of chances that goes down": (
        "policy/stability.yaml",
        "[0.1, 0.2,",
        "[0.2, 0.1,",
        "'chances' must go from low to high, none of them twice",
    ),
    "a chance that is certainty": (
        "policy/stability.yaml",
        "0.8, 0.9]",
        "0.8, 1.0]",
        "must be under 1",
    ),
    "a trial of a synthesis that is not on record": (
        "evidence/progestogens.yaml",
        "studies: [coomarasamy-2015, coomarasamy-2019]",
        "studies: [coomarasamy-2015, coomarasmy-2019]",
        "refers to the study 'coomarasmy-2019', which does not exist; did you mean 'coomarasamy-2019'?",
    ),
    "a whole list of trials that names none": (
        "evidence/g_csf.yaml",
        "      without: [kalem-2020, karimi-2020]\n      complete: false",
        "      complete: true",
        "a whole list of trials names at least one",
    ),
    "a share above one": (
        "policy/certainty.yaml",
        "when: concern_share > 0",
        "when: concern_share > 50",
        "50 is outside the possible range of 'concern_share' (0 to 1)",
    ),
}


@pytest.mark.parametrize("what", EDITED)
def test_one_word_changed_is_said_once_with_its_file_and_line(rules, what):
    name, before, after, said = EDITED[what]
    path = rules / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    (fault,) = faults_of(rules)
    assert fault.file == name
    assert fault.line
    assert said in fault.message


def test_faults_of_several_files_are_said_in_one_go(rules):
    append(rules, SUBSETS, subsets(subset("losses.totl >= 3"), subset("rlp", id_="yours")))
    append(rules, STRATEGIES, strategy(drugs="aspirine, heparine"))
    said = [(fault.file, fault.message.split(";")[0]) for fault in faults_of(rules)]
    assert said == [
        (SUBSETS, "'losses.totl' is no fact of the vocabulary"),
        (SUBSETS, "'rlp' is no rule"),
        (STRATEGIES, "refers to the safety record of the drug 'aspirine', which does not exist"),
        (STRATEGIES, "refers to the safety record of the drug 'heparine', which does not exist"),
    ]


def test_files_that_cannot_be_read_are_all_named_in_one_go(rules):
    append(rules, SUBSETS, "subsets: [\n")
    append(rules, "causes/mine.yaml", "causes:\n  - id: mine\n    when: {al: [rpl]}\n    title: 3\n")
    (rules / "definitions/latin.yaml").write_bytes(b"says: fr\xfch")
    (rules / "policy/rank.yaml").unlink()
    (rules / "q").mkdir()
    append(rules, "q/w.yaml", "a: 1\n")
    said = {fault.file: fault.message for fault in faults_of(rules)}
    assert said.keys() == {
        SUBSETS,
        "causes/mine.yaml",
        "definitions/latin.yaml",
        str(rules / "policy/rank.yaml"),
        "q/w.yaml",
    }
    assert said["definitions/latin.yaml"] == "is not UTF-8 text here; save the file as UTF-8"


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_every_rulebook_has_is_missed(rules, name):
    (rules / name).unlink()
    (fault,) = faults_of(rules)
    assert (fault.file, fault.message) == (str(rules / name), "is missing; every rulebook needs it")


def test_a_file_where_no_rule_is_looked_for_is_not_passed_over(rules):
    append(rules, "extra.yaml", "a: 1\n")
    (fault,) = faults_of(rules)
    assert (fault.file, fault.message) == ("extra.yaml", "stands where no rule is looked for; move it")


def test_cases_and_files_that_are_no_yaml_are_left_alone(rules):
    (rules / "cases").mkdir(exist_ok=True)
    append(rules, "cases/mine.yaml", "a case: of its own\n")
    append(rules, "options/README.md", "Notes.\n")
    assert load_rulebook(rules).sha256 == BOOK.sha256


def test_an_option_or_a_drug_given_twice_is_named_with_its_file(rules):
    shutil.copy(rules / "cautions/drugs/ivig.yaml", rules / "cautions/drugs/ivig2.yaml")
    append(rules, DRUGS, drug().replace("key: mine", "key: asthma"))
    faults = faults_of(rules)
    assert all(fault.file and fault.line for fault in faults)
    assert {(fault.file, fault.message.split(";")[0]) for fault in faults} == {
        ("cautions/drugs/ivig.yaml", "the drug 'ivig' is used 2 times")
    }


def test_an_option_given_twice_is_named_with_the_file_of_the_option(rules):
    shutil.copy(rules / "options/endometrial_scratching.yaml", rules / "options/scratch.yaml")
    faults = {fault.message.split(";")[0]: fault for fault in faults_of(rules)}
    assert faults["the option 'endometrial_scratching' is used 2 times"].file == "options/endometrial_scratching.yaml"


def test_a_study_or_a_position_given_twice_is_named(rules):
    shutil.copy(rules / "evidence/pbmc.yaml", rules / "evidence/pbmc2.yaml")
    faults = faults_of(rules)
    ids = {one.id for one in BOOK.studies} | {one.id for one in BOOK.syntheses} | {one.id for one in BOOK.ongoing}
    assert faults
    for fault in faults:
        assert fault.file == "evidence/pbmc.yaml"
        assert fault.field in ids
        assert fault.message.startswith(f"the study id '{fault.field}' is used 2 times; give each record its own (it ")
        assert " (it stands in evidence/pbmc2.yaml, line " in fault.message


@pytest.mark.parametrize("link", [".#ivig.yaml", "options/gone.yaml"])
def test_a_link_to_nowhere_such_as_an_editor_leaves_is_said_to_be_unreadable(rules, link):
    (rules / link).symlink_to("nobody@nowhere.1:1")
    (fault,) = faults_of(rules)
    assert fault.file.endswith(link)
    assert fault.message.startswith("cannot be read: ")


def test_a_folder_for_a_file_and_a_file_beyond_8_megabytes_are_refused(rules):
    (rules / "options/folder.yaml").mkdir()
    (fault,) = faults_of(rules)
    assert fault.message.startswith("cannot be read: ")
    (rules / "options/folder.yaml").rmdir()
    with (rules / "options/large.yaml").open("wb") as stream:
        stream.truncate(8_000_001)
    (fault,) = faults_of(rules)
    assert fault.message == "is larger than 8 MB"


def test_what_is_no_folder_is_no_rulebook(tmp_path):
    file = tmp_path / "rules.yaml"
    file.write_text("a: 1\n")
    for path in (file, tmp_path / "nowhere"):
        (fault,) = faults_of(path)
        assert fault.message.startswith("is no folder of rules; name one laid out like the shipped 'rules'")
        assert fault.file == str(path)


# Places

KINDS = {
    "definitions": ("id", "definitions/"),
    "panels": ("id", "workup/"),
    "causes": ("id", "causes/"),
    "subsets": ("id", "subsets/"),
    "strategies": ("id", "options/"),
    "options": ("option", "options/"),
    "drugs": ("key", "cautions/drugs/"),
    "findings": ("key", "cautions/findings.yaml"),
    "investigations": ("key", "workup/"),
    "studies": ("id", "evidence/"),
    "syntheses": ("id", "evidence/"),
    "guidelines": ("id", "evidence/guidelines.yaml"),
    "positions": ("id", "evidence/guidelines.yaml"),
    "subjects": ("key", "evidence/guidelines_tests.yaml"),
    "care_positions": ("id", "evidence/guidelines_tests.yaml"),
    "contradictions": ("id", "evidence/guidelines"),
    "comparisons": ("id", "evidence/guidelines_tests.yaml"),
    "unreliable": ("id", "evidence/guidelines_tests.yaml"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_place_of_every_record_is_where_a_reader_finds_it(kind):
    name, where = KINDS[kind]
    lines = cache(lambda file: (SHIPPED / file).read_text(encoding="utf-8").splitlines())
    for record in getattr(BOOK, kind):
        id_ = getattr(record, name)
        file, line = BOOK.places[f"{name}:{id_}"]
        assert file.startswith(where), f"{id_} is said to stand in {file}"
        assert lines(file)[line - 1].strip().removeprefix("- ").replace("'", "") == f"{name}: {id_}"


# What holds on a date


@pytest.mark.parametrize(
    ("date", "rcog"),
    [
        (None, ["rpl-rcog-2023"]),
        ("2023-06-19", ["rpl-rcog-2023"]),
        ("2023-06-18", ["rpl-rcog-2011"]),
        ("2023-05", ["rpl-rcog-2011"]),
        ("2023-06", ["rpl-rcog-2023"]),
        ("2011-04-30", ["rpl-rcog-2011"]),
        ("2011-04-29", ["rpl-rcog-2011"]),  # nothing older was read, so it stands in
        ("1999", ["rpl-rcog-2011"]),
    ],
)
def test_of_two_definitions_of_a_society_the_one_of_the_date_holds(date, rcog):
    view = BOOK.at(date)
    assert [one.id for one in view.definitions if one.society == "RCOG"] == rcog
    assert ("rpl-rcog-2011" in view.stand_ins) is (date in ("2011-04-29", "1999"))


def test_a_definition_without_a_date_holds_only_when_no_date_is_asked_for():
    undated = {one.id for one in BOOK.definitions if one.valid.since is None}
    assert {"rpl-acog", "rpl-who"} <= undated
    assert undated <= {one.id for one in BOOK.at().definitions}
    assert not undated & {one.id for one in BOOK.at(BOOK.manifest.as_of).definitions}


def test_before_2000_the_oldest_definition_read_stands_in_and_the_answer_says_so():
    result = decidua.assess(decidua.Profile.model_validate({"pregnancies": {"losses": 3}}), as_of="1999")
    standing_in = {one.id for one in result.definitions if one.stands_in}
    assert standing_in == {"rpl-rcog-2011", "rif-eshre-pgd-consortium-2005"}
    assert {one.id for one in result.definitions} == standing_in
    now = decidua.assess(decidua.Profile.model_validate({"pregnancies": {"losses": 3}}))
    assert not any(one.stands_in for one in now.definitions)


# The kept copy


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A folder for kept rulebooks, and a copy of the rules."""
    place = tmp_path / "kept"
    monkeypatch.setenv("DECIDUA_CACHE", str(place))
    monkeypatch.setattr(reading_module, "parse_document", PARSED_ONCE)
    rules = tmp_path / "rules"
    shutil.copytree(SHIPPED, rules)
    return place, rules


def entries(place):
    return sorted(place.glob("*")) if place.is_dir() else []


def no_parsing(monkeypatch):
    def refuse(text, *, name):
        raise AssertionError(f"{name} is parsed again")

    monkeypatch.setattr(reading_module, "parse_document", refuse)


def test_a_rulebook_is_parsed_once_and_the_kept_one_is_the_same(kept, monkeypatch):
    place, rules = kept
    first = load_rulebook(rules)
    (entry,) = entries(place)
    no_parsing(monkeypatch)
    again = load_rulebook(rules)
    assert again is not first
    assert again.sha256 == first.sha256 == BOOK.sha256
    assert again.places == first.places
    assert again.at().rules == first.at().rules
    assert not stat.S_IMODE(entry.stat().st_mode) & 0o077


def sealed(body):
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


DAMAGES = {
    "emptied": lambda content: b"",
    "cut short": lambda content: content[: len(content) // 2],
    "its seal alone": lambda content: content[:65],
    "one bit turned": lambda content: content[:-200] + bytes([content[-200] ^ 1]) + content[-199:],
    "not its own": lambda content: b"\xff\xfe\x00 something else",
    "another thing, well sealed": lambda content: sealed(pickle.dumps({"rules": "none"})),
    "no thing, well sealed": lambda content: sealed(b"no pickle at all"),
    "a thing of a release that is gone": lambda content: sealed(b"cdecidua.gone\nRulebook\n."),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_copy_is_made_anew(kept, damage, monkeypatch):
    place, rules = kept
    load_rulebook(rules)
    (entry,) = entries(place)
    sound = entry.read_bytes()
    entry.write_bytes(DAMAGES[damage](sound))
    assert load_rulebook(rules).sha256 == BOOK.sha256
    assert entries(place) == [entry]
    no_parsing(monkeypatch)
    assert load_rulebook(rules).at().rules == BOOK.at().rules


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_copy_that_others_may_write_to_is_not_read(kept, mode, caplog):
    place, rules = kept
    load_rulebook(rules)
    (entry,) = entries(place)
    entry.write_bytes(sealed(pickle.dumps(BOOK)))
    entry.chmod(mode)
    assert load_rulebook(rules).sha256 == BOOK.sha256
    assert "is not this user's alone and is not read" in caplog.text
    assert not stat.S_IMODE(entry.stat().st_mode) & 0o077  # made anew


def test_a_changed_rule_is_not_answered_from_the_copy(kept):
    place, rules = kept
    before = load_rulebook(rules)
    file = rules / "subsets/subsets.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("losses.total >= 4", "losses.total >= 5"), encoding="utf-8"
    )
    after = load_rulebook(rules)
    assert after.sha256 != before.sha256
    assert after.at().rules["refractory_rpl"] != before.at().rules["refractory_rpl"]
    assert len(entries(place)) == 2


def test_a_broken_rulebook_is_never_kept(kept):
    place, rules = kept
    append(rules, SUBSETS, subsets(subset("losses.totl >= 3")))
    assert faults_of(rules) == faults_of(rules)
    assert entries(place) == []


def test_only_a_few_copies_are_kept_and_the_newest_is_among_them(kept, monkeypatch):
    place, rules = kept
    monkeypatch.setattr(cache_module, "KEPT", 2)
    for number in range(4):
        (rules / SUBSETS).write_text(subsets(subset(f"losses.total >= {number}")))
        load_rulebook(rules)
    assert len(entries(place)) == 2
    no_parsing(monkeypatch)
    load_rulebook(rules)


def test_without_a_place_for_copies_nothing_is_written(kept, monkeypatch):
    place, rules = kept
    monkeypatch.setenv("DECIDUA_CACHE", "OFF")
    assert cache_folder() is None
    assert load_rulebook(rules).sha256 == BOOK.sha256
    assert entries(place) == []


def test_a_place_that_cannot_be_written_to_is_no_error(kept, tmp_path, monkeypatch):
    _, rules = kept
    file = tmp_path / "file"
    file.write_text("not a folder")
    monkeypatch.setenv("DECIDUA_CACHE", str(file / "kept"))
    assert load_rulebook(rules).sha256 == BOOK.sha256
    assert load_rulebook(rules).sha256 == BOOK.sha256
    assert file.read_text() == "not a folder"


def test_a_place_that_may_only_be_read_is_no_error(monkeypatch):
    superuser = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        rules, place = Path(folder) / "rules", Path(folder) / "kept"
        shutil.copytree(SHIPPED, rules)
        place.mkdir(mode=0o555)
        Path(folder).chmod(0o755)
        monkeypatch.setenv("DECIDUA_CACHE", str(place))
        if superuser:  # who may write everywhere
            os.seteuid(65534)
        try:
            assert load_rulebook(rules).sha256 == BOOK.sha256
        finally:
            if superuser:
                os.seteuid(0)
        assert entries(place) == []


@pytest.mark.parametrize(
    ("platform", "environment", "place"),
    [
        ("linux", {}, "~/.cache/decidua"),
        ("linux", {"XDG_CACHE_HOME": "/var/kept"}, "/var/kept/decidua"),
        ("linux", {"XDG_CACHE_HOME": "kept"}, "~/.cache/decidua"),
        ("linux", {"DECIDUA_CACHE": "/elsewhere", "XDG_CACHE_HOME": "/var/kept"}, "/elsewhere"),
        ("darwin", {}, "~/Library/Caches/decidua"),
        ("win32", {}, "~/AppData/Local/decidua/cache"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/decidua/cache"),
    ],
)
def test_copies_are_kept_where_the_system_keeps_such_things(monkeypatch, platform, environment, place):
    for name in ("DECIDUA_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cache_module.sys, "platform", platform)
    assert cache_folder() == Path(place).expanduser()


def test_without_a_home_nothing_is_kept(monkeypatch):
    def homeless():
        raise RuntimeError("no home")

    monkeypatch.delenv("DECIDUA_CACHE", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert cache_folder() is None


def test_a_rulebook_sent_elsewhere_gives_the_same_answer():
    again = pickle.loads(pickle.dumps(BOOK))  # noqa: S301 - what was just pickled here
    profile = decidua.load_profile(data_folder("profiles") / "rpl_four_losses.yaml")
    assert decidua.assess(profile, rulebook=again) == decidua.assess(profile)
