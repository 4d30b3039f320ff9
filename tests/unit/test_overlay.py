"""Local overlays: what they add, override and remove, what they may not do in silence, and every fault with its place."""

from __future__ import annotations

import itertools
import json
import pickle
import shutil
from pathlib import Path

import pytest

import decidua
from decidua.errors import RulebookError
from decidua.rulebook.folder import data_folder
from decidua.rulebook.overlay import Touched

EXAMPLE = Path(__file__).parents[1] / "overlays" / "invented_clinic"
SHIPPED = decidua.load_rulebook()
FOUR_LOSSES = decidua.load_profile(data_folder("profiles") / "rpl_four_losses.yaml")

DOCUMENT = """topic: guidelines
guidelines:
  - id: mine
    society: mine
    society_name: Mine (not real)
    kind: society_document
    title: Mine
    published: {published}
    source: {{read: full_text}}
positions:
{positions}
"""


def document(*positions, published="2025-03"):
    return DOCUMENT.format(published=published, positions="".join(positions) or "  []\n")


def position(id_="mine--g_csf", *, guideline="mine", stance="suggest_against", when="rpl", option="g_csf"):
    return (
        f"  - {{id: {id_}, guideline: {guideline}, option: {option}, drug: any, condition: rpl, position: {stance},\n"
        f"     strength: not_graded, certainty: not_read, population: mine, when: {when}, in_brief: mine,\n"
        "     source: {read: full_text}}\n"
    )


def finding(key, when="condition.asthma = yes"):
    return f"findings:\n  - {{key: {key}, label: Mine, kind: condition, when: {when}}}\n"


def caution(finding_, level="caution"):
    return f"  - {{finding: {finding_}, level: {level}, jurisdiction: null, text: mine, source: {{read: label}}}}\n"


def more_of(drug, *cautions):
    return f"key: {drug}\ncautions:\n{''.join(cautions)}"


def shipped_drug(key, *, without=""):
    """The shipped file of a drug, less the caution of one finding."""
    text = (data_folder("rules") / "cautions" / "drugs" / f"{key}.yaml").read_text(encoding="utf-8")
    blocks = text.split("\n  - finding: ")
    return "\n  - finding: ".join(block for block in blocks if not without or block.split("\n")[0] != without)


def shipped_strategy(option, id_, **changed):
    """An overlay's file with one shipped strategy, some of its lines changed."""
    text = (data_folder("rules") / "options" / f"{option}.yaml").read_text(encoding="utf-8")
    (block,) = (one for one in text.split("\n  - id: ") if one.split("\n")[0] == id_)
    lines = [line for line in block.split("\n") if not line.startswith("#")]
    for at, line in enumerate(lines):
        name = line.strip().partition(":")[0]
        if name in changed and line.startswith("    ") and not line.startswith("     "):
            lines[at] = f"    {name}: {changed[name]}"
    return f"option: {option}\nstrategies:\n  - id: " + "\n".join(lines).rstrip() + "\n"


@pytest.fixture
def overlay(tmp_path, monkeypatch):
    """Makes an overlay folder; no copy of what is loaded is kept."""
    monkeypatch.setenv("DECIDUA_CACHE", "off")
    count = itertools.count(1)

    def make(files=None, *, overrides="", removes="", name="mine", manifest=None, more=""):
        folder = tmp_path / f"overlay{next(count)}"
        head = f"overlay: true\nname: {name}\nversion: '1'\nwhy: for a test\n{more}"
        head += f"overrides: [{overrides}]\n" if overrides else ""
        head += f"removes: [{removes}]\n" if removes else ""
        for file, text in {"rulebook.yaml": head if manifest is None else manifest, **(files or {})}.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return make


def faults_of(*folders):
    with pytest.raises(RulebookError) as caught:
        decidua.load_rulebook(folders)
    return caught.value.faults


def fault_of(*folders):
    (fault,) = faults_of(*folders)
    return fault


GUIDELINES, FINDINGS = "evidence/guidelines.yaml", "cautions/findings.yaml"


# What an overlay does


def test_a_new_document_with_its_position_is_added_and_all_else_stays(overlay):
    book = decidua.load_rulebook(overlay({GUIDELINES: document(position())}))
    assert [one.id for one in book.guidelines] == [*(one.id for one in SHIPPED.guidelines), "mine"]
    assert [one.id for one in book.positions] == [*(one.id for one in SHIPPED.positions), "mine--g_csf"]
    assert book.studies == SHIPPED.studies
    assert book.options == SHIPPED.options
    (told,) = book.overlays
    assert told.added == (Touched("document", "mine"), Touched("position", "mine--g_csf"))
    assert (told.extended, told.overridden, told.removed) == ((), (), ())
    assert book.overlay_of("position", "mine--g_csf") == "mine"
    assert book.overlay_of("position", SHIPPED.positions[0].id) is None
    assert SHIPPED.overlays == ()


def test_the_assessment_names_the_overlay_and_what_it_changes_for_her(overlay):
    book = decidua.load_rulebook(overlay({GUIDELINES: document(position())}))
    plain, result = decidua.assess(FOUR_LOSSES), decidua.assess(FOUR_LOSSES, rulebook=book)
    assert [one.name for one in result.overlays] == ["mine"]
    before = {one.option: one for one in plain.options}
    after = {one.option: one for one in result.options}
    expected = {
        (key, what): (getattr(before[key], what), getattr(after[key], what))
        for key in before
        for what in ("status", "rank", "certainty", "could_be")
        if getattr(before[key], what) != getattr(after[key], what)
    }
    assert expected["g_csf", "status"] == ("research_only", "advised_against")
    assert {(one.option, one.what): (one.was, one.now) for one in result.changed_by_overlays} == expected
    assert {one.guideline: one.overlay for one in after["g_csf"].positions} == {"mine": "mine"}
    assert {one.overlay for one in after["ivig"].positions} == {None}
    assert plain.overlays == plain.changed_by_overlays == ()


def test_an_overlay_that_touches_nothing_of_hers_says_that_nothing_changed(overlay):
    book = decidua.load_rulebook(overlay({GUIDELINES: document(position(when="rif"))}))
    result = decidua.assess(FOUR_LOSSES, rulebook=book)
    assert result.changed_by_overlays == ()
    assert len(result.overlays) == 1


def test_the_date_asked_for_holds_for_what_an_overlay_brings_and_for_the_comparison(overlay):
    book = decidua.load_rulebook(overlay({GUIDELINES: document(position())}))
    before = decidua.assess(FOUR_LOSSES, rulebook=book, as_of="2025-02")
    assert before.changed_by_overlays == ()
    assert decidua.assess(FOUR_LOSSES, rulebook=book, as_of="2025-03").changed_by_overlays


def test_a_record_named_in_overrides_stands_whole_in_place_of_the_shipped_one(overlay):
    files = {"options/g_csf.yaml": shipped_strategy("g_csf", "g_csf-rpl", says="Mine.")}
    book = decidua.load_rulebook(overlay(files, overrides="{id: g_csf-rpl, why: a reason}"))
    old, new = SHIPPED.option["g_csf"], book.option["g_csf"]
    assert [one.id for one in new.strategies] == [one.id for one in old.strategies]
    assert new.strategies[0].model_copy(update={"says": old.strategies[0].says}) == old.strategies[0]
    assert new.strategies[0].says == "Mine."
    assert book.overlays[0].overridden == (Touched("strategy", "g_csf-rpl", "a reason"),)
    answers = {one.option: one for one in decidua.assess(FOUR_LOSSES, rulebook=book).options}
    assert {one.overlay for one in answers["g_csf"].strategies if one.id == "g_csf-rpl"} == {"mine"}
    assert {one.overlay for one in answers["g_csf"].strategies if one.id != "g_csf-rpl"} == {None}


def test_a_new_strategy_comes_to_an_option_that_exists(overlay):
    text = shipped_strategy("g_csf", "g_csf-rpl").replace("id: g_csf-rpl\n", "id: my-way\n")
    book = decidua.load_rulebook(overlay({"options/mine.yaml": text}))
    assert [one.id for one in book.option["g_csf"].strategies][-1] == "my-way"
    assert book.overlays[0].added == (Touched("strategy", "my-way"),)


def test_what_is_missing_in_the_only_strategy_of_a_file_is_told_once(overlay):
    text = shipped_strategy("g_csf", "g_csf-rpl").replace("id: g_csf-rpl\n", "id: my-way\n")
    without = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("    source:"))
    fault = fault_of(overlay({"options/mine.yaml": without}))
    assert (fault.field, fault.message) == ("strategies.1.source", "is required here; add it")
    fault = fault_of(overlay({"options/mine.yaml": "option: g_csf\nstrategies: []\n"}))
    assert fault.field == "strategies"


def test_a_record_named_in_removes_is_taken_away_with_the_reason(overlay):
    gone = SHIPPED.unread[0].id
    book = decidua.load_rulebook(overlay(removes=f"{{id: {gone}, why: it was read since}}"))
    assert gone not in [one.id for one in book.unread]
    assert len(book.unread) == len(SHIPPED.unread) - 1
    assert book.overlays[0].removed == (Touched("unread", gone, "it was read since"),)


def test_a_removed_option_takes_its_strategies_with_it_and_the_change_is_told(overlay):
    book = decidua.load_rulebook(overlay(removes="{id: g_csf, why: never used here}"))
    assert "g_csf" not in book.option
    assert {one.kind for one in book.overlays[0].removed} == {"option", "strategy"}
    result = decidua.assess(FOUR_LOSSES, rulebook=book)
    gone = {one.what: (one.was, one.now) for one in result.changed_by_overlays if one.option == "g_csf"}
    assert gone["status"] == ("research_only", None)


def test_a_whole_policy_replaces_the_shipped_one(overlay):
    text = (data_folder("rules") / "policy" / "rank.yaml").read_text(encoding="utf-8")
    book = decidua.load_rulebook(overlay({"policy/rank.yaml": text}, overrides="policy:rank"))
    assert book.policy == SHIPPED.policy
    assert book.overlays[0].overridden == (Touched("policy", "rank"),)
    assert "name it in 'overrides'" in fault_of(overlay({"policy/rank.yaml": text})).message


def test_an_empty_overlay_changes_nothing_and_says_so(overlay):
    book = decidua.load_rulebook(overlay())
    assert book.overlays[0].changes_nothing
    assert [one.id for one in book.strategies] == [one.id for one in SHIPPED.strategies]
    assert decidua.assess(FOUR_LOSSES, rulebook=book).changed_by_overlays == ()
    assert book.evidence_sha256 == SHIPPED.evidence_sha256
    assert book.sha256 != SHIPPED.sha256


def test_overlays_lie_over_each_other_in_the_order_given(overlay):
    first = overlay({GUIDELINES: document(position())})
    second = overlay(
        {GUIDELINES: "topic: guidelines\npositions:\n" + position(stance="suggest")},
        overrides="mine--g_csf",
        name="second",
    )
    book = decidua.load_rulebook([first, second])
    assert book.position["mine--g_csf"].position == "suggest"
    assert [one.name for one in book.overlays] == ["mine", "second"]
    assert book.overlay_of("position", "mine--g_csf") == "second"
    assert book.base is not None
    assert book.base.sha256 == SHIPPED.sha256
    faults = faults_of(second, first)
    assert any("'mine--g_csf' is no record of the rulebook below" in one.message for one in faults)


def test_an_overlay_lies_over_a_whole_rulebook_of_ones_own(overlay, tmp_path):
    whole = tmp_path / "rules"
    shutil.copytree(data_folder("rules"), whole)
    book = decidua.load_rulebook([whole, overlay({GUIDELINES: document(position())})])
    assert book.base.sha256 == SHIPPED.sha256
    assert "mine--g_csf" in book.position
    assert fault_of(whole, whole).message.startswith("is no overlay: its rulebook.yaml does not say 'overlay: true'")


def test_the_date_of_the_evidence_is_the_later_of_the_two(overlay):
    files = {GUIDELINES: document(position(), published="2027-02-01")}
    fault = fault_of(overlay(files))
    assert fault.message.startswith("is of 2027-02-01, after the evidence base (2026-11-22), and would not count")
    book = decidua.load_rulebook(overlay(files, more="as_of: '2027-02-01'\n"))
    assert book.manifest.as_of == "2027-02-01"
    assert decidua.assess(FOUR_LOSSES, rulebook=book).as_of == "2027-02-01"
    assert decidua.load_rulebook(overlay(more="as_of: '2020-01-01'\n")).manifest.as_of == SHIPPED.manifest.as_of


# The same input, the same bytes; the hashes tell both


def test_the_same_overlay_gives_the_same_bytes_kept_or_read_anew_wherever_it_lies(overlay, tmp_path, monkeypatch):
    made = overlay({GUIDELINES: document(position())})
    moved = shutil.copytree(made, tmp_path / "elsewhere")
    anew = decidua.assess(FOUR_LOSSES, rulebook=decidua.load_rulebook(made)).model_dump_json()
    monkeypatch.setenv("DECIDUA_CACHE", str(tmp_path / "cache"))
    for folder in (made, made, moved):
        assert decidua.assess(FOUR_LOSSES, rulebook=decidua.load_rulebook(folder)).model_dump_json() == anew
    assert decidua.load_rulebook(moved).places["id:mine"][0] == str(moved / GUIDELINES)


def test_a_kept_copy_is_not_used_when_a_byte_of_either_differs(overlay, tmp_path, monkeypatch):
    monkeypatch.setenv("DECIDUA_CACHE", str(tmp_path / "cache"))
    whole = shutil.copytree(data_folder("rules"), tmp_path / "rules")
    made = overlay({GUIDELINES: document(position())})
    seen = {decidua.load_rulebook([whole, made]).sha256}
    for path in (made / GUIDELINES, whole / GUIDELINES, made / "rulebook.yaml"):
        path.write_text(path.read_text(encoding="utf-8") + "# one more byte\n", encoding="utf-8")
        seen.add(decidua.load_rulebook([whole, made]).sha256)
    assert len(seen) == 4


def test_a_laid_rulebook_survives_pickling_with_what_it_lies_over(overlay):
    stored = pickle.dumps(decidua.load_rulebook(overlay({GUIDELINES: document(position())})))
    book = pickle.loads(stored)  # noqa: S301 - written the line before
    result = decidua.assess(FOUR_LOSSES, rulebook=book)
    assert result.changed_by_overlays
    assert decidua.Assessment.model_validate_json(result.model_dump_json()) == result


def test_the_hashes_of_the_rulebook_and_of_the_evidence_tell_the_overlay(overlay):
    evidence = decidua.load_rulebook(overlay({GUIDELINES: document(position())}))
    other = decidua.load_rulebook(overlay({FINDINGS: finding("mine")}))
    assert len({SHIPPED.sha256, evidence.sha256, other.sha256}) == 3
    assert evidence.evidence_sha256 != SHIPPED.evidence_sha256 == other.evidence_sha256


# Safety: added to freely, taken away only by name and reason


def test_a_caution_is_added_to_a_safety_record_freely_and_marked(overlay):
    book = decidua.load_rulebook(overlay({"cautions/drugs/more.yaml": more_of("filgrastim", caution("asthma"))}))
    old, new = SHIPPED.drug["filgrastim"], book.drug["filgrastim"]
    assert new.cautions[:-1] == old.cautions
    assert new.cautions[-1].finding == "asthma"
    assert new.screening == old.screening
    assert book.overlays[0].extended == (Touched("drug", "filgrastim"),)
    answers = {one.option: one for one in decidua.assess(FOUR_LOSSES, rulebook=book).options}
    marks = {one.key: one.overlay for one in answers["g_csf"].cautions}
    assert marks.pop("asthma") == "mine"
    assert set(marks.values()) == {None}


def test_an_added_contraindication_that_is_present_stops_the_option(overlay):
    files = {
        "cautions/drugs/more.yaml": more_of("filgrastim", caution("mine", "contraindication")),
        FINDINGS: finding("mine", "losses.total >= 4"),
    }
    result = decidua.assess(FOUR_LOSSES, rulebook=decidua.load_rulebook(overlay(files)))
    assert {one.option: one.status for one in result.options}["g_csf"] == "contraindicated"


def test_a_line_of_a_safety_record_goes_only_by_name_and_reason_and_is_flagged(overlay):
    book = decidua.load_rulebook(overlay(removes="{id: 'caution:filgrastim/latex_allergy', why: no latex}"))
    kept = [one.finding for one in book.drug["filgrastim"].cautions]
    assert "latex_allergy" not in kept
    assert [one.finding for one in SHIPPED.drug["filgrastim"].cautions if one.finding != "latex_allergy"] == kept
    assert book.overlays[0].removed == (Touched("caution", "filgrastim/latex_allergy", "no latex", safety=True),)
    fault = fault_of(overlay(removes="'caution:filgrastim/latex_allergy'"))
    assert (fault.field, fault.message) == ("removes.1.why", "is required here; add it")


def test_a_line_of_ones_own_stands_in_place_of_the_one_that_goes(overlay):
    files = {"cautions/drugs/more.yaml": more_of("filgrastim", caution("latex_allergy", "contraindication"))}
    removes = "{id: 'caution:filgrastim/latex_allergy', why: ours is stricter}"
    book = decidua.load_rulebook(overlay(files, removes=removes))
    (line,) = (one for one in book.drug["filgrastim"].cautions if one.finding == "latex_allergy")
    assert (line.level, line.text) == ("contraindication", "mine")


def test_an_overridden_safety_record_may_lose_no_line_in_silence(overlay):
    file = "cautions/drugs/filgrastim.yaml"
    same = decidua.load_rulebook(overlay({file: shipped_drug("filgrastim")}, overrides="drug:filgrastim"))
    assert same.overlays[0].overridden == (Touched("drug", "filgrastim"),)
    less = {file: shipped_drug("filgrastim", without="hypersensitivity_g_csf")}
    folder = overlay(less, overrides="drug:filgrastim")
    fault = fault_of(folder)
    assert (fault.file, fault.line) == (str(folder / file), 3)
    assert "name 'caution:filgrastim/hypersensitivity_g_csf' in 'removes' with the reason" in fault.message
    weaker = {file: shipped_drug("filgrastim").replace("level: contraindication", "level: caution")}
    assert "hypersensitivity_g_csf" in fault_of(overlay(weaker, overrides="drug:filgrastim")).message
    line = "caution:filgrastim/hypersensitivity_g_csf"
    named = overlay(less, overrides="drug:filgrastim", removes=f"{{id: '{line}', why: a reason}}")
    (removed,) = decidua.load_rulebook(named).overlays[0].removed
    assert removed.safety
    kept = overlay(
        {file: shipped_drug("filgrastim")}, overrides="drug:filgrastim", removes=f"{{id: '{line}', why: a reason}}"
    )
    assert "still holds 'hypersensitivity_g_csf' as before" in fault_of(kept).message


def test_a_finding_is_overridden_only_with_a_reason_and_is_flagged(overlay):
    files = {FINDINGS: finding("latex_allergy")}
    fault = fault_of(overlay(files, overrides="latex_allergy"))
    assert "overridden only with a reason" in fault.message
    book = decidua.load_rulebook(overlay(files, overrides="{id: latex_allergy, why: a reason}"))
    assert book.overlays[0].overridden == (Touched("finding", "latex_allergy", "a reason", safety=True),)


def test_a_strategy_drops_a_drug_with_its_safety_record_only_with_a_reason(overlay):
    files = {"options/g_csf.yaml": shipped_strategy("g_csf", "g_csf-rpl", drugs="[]")}
    assert (
        "it drops 'filgrastim', which may speak against it" in fault_of(overlay(files, overrides="g_csf-rpl")).message
    )
    book = decidua.load_rulebook(overlay(files, overrides="{id: g_csf-rpl, why: a reason}"))
    assert book.overlays[0].overridden == (Touched("strategy", "g_csf-rpl", "a reason", safety=True),)


def test_no_status_table_lets_a_contraindication_lose(overlay):
    text = (data_folder("rules") / "policy" / "status.yaml").read_text(encoding="utf-8")
    with_reason = "{id: 'policy:status', why: a reason}"
    (touched,) = (
        decidua.load_rulebook(overlay({"policy/status.yaml": text}, overrides=with_reason)).overlays[0].overridden
    )
    assert touched.safety
    lost = text.replace("status: contraindicated", "status: consider")
    fault = fault_of(overlay({"policy/status.yaml": lost}, overrides=with_reason))
    assert fault.message.startswith("a contraindication always wins; exactly one row must say 'contraindicated' for")
    assert "only with a reason" in fault_of(overlay({"policy/status.yaml": text}, overrides="policy:status")).message


def test_no_overlay_takes_a_retraction_back(overlay):
    (retracted, *_) = (one for one in SHIPPED.studies if one.integrity.status == "retracted")
    text = "topic: mine\nstudies:\n" + study(retracted.id)
    assert fault_of(overlay({"evidence/mine.yaml": text}, overrides=retracted.id)).message == (
        "the record below says that it was retracted; no overlay takes that back"
    )


def study(id_):
    return (
        f"  - id: {id_}\n    published: '2010'\n    citation: {{title: mine}}\n    design: rct\n"
        "    blinding: not_stated\n    condition: rpl\n    treatment: {drug: mine, class: mine}\n    comparator: null\n"
        "    outcomes: []\n    integrity: {status: none_known}\n    pooled: false\n    not_pooled_because: mine\n"
        "    source: {read: abstract}\n"
    )


# Bad input: each fault with file, line and cure


def test_an_id_clash_by_accident_is_a_fault_at_both_places(overlay):
    taken = SHIPPED.positions[0].id
    folder = overlay({GUIDELINES: document(position(taken))})
    fault = fault_of(folder)
    assert (fault.file, fault.line) == (str(folder / GUIDELINES), 11)
    file, line = SHIPPED.places[f"id:{taken}"]
    assert fault.message == (
        f"the rulebook below already has the position '{taken}' ({file}, line {line}); give this one its own id, or "
        "name it in 'overrides' to put it in place of that"
    )


@pytest.mark.parametrize(
    ("key", "name", "said"),
    [
        (
            "overrides",
            "eshre-rpl-202",
            "'eshre-rpl-202' is no record of the rulebook below; did you mean 'eshre-rpl-20",
        ),
        ("removes", "eshre-rpl-202", "'eshre-rpl-202' is no record of the rulebook below; did you mean 'eshre-rpl-20"),
        (
            "removes",
            "study:eapen-2018",
            "'study:eapen-2018' is no record of the rulebook below; did you mean 'study:ea",
        ),
        ("removes", "studie:eapen-2019", "'studie' is no kind; did you mean 'study'?; the kinds are definition, panel"),
        ("removes", "ivig", "'ivig' may be option:ivig or drug:ivig; write which"),
        ("removes", "caution:filgrastim/latex", "did you mean 'caution:filgrastim/latex_allergy'?"),
        ("removes", "caution:filgrasti/latex_allergy", "did you mean 'caution:filgrastim/latex_allergy'?"),
        ("removes", "policy:rank", "is a policy, which cannot be removed; override it with a whole one"),
        ("overrides", "eapen-2019", "is to be overridden, but no file of the overlay holds it; add it there"),
        ("overrides", "caution:filgrastim/latex_allergy", "is a line of a safety record, which is not overridden"),
    ],
)
def test_a_name_in_the_manifest_that_names_nothing_to_change_is_a_fault_with_the_nearest(overlay, key, name, said):
    folder = overlay(**{key: f"{{id: '{name}', why: a reason}}"})
    fault = fault_of(folder)
    assert (fault.file, fault.line, fault.field) == (str(folder / "rulebook.yaml"), 5, f"{key}.1")
    assert said in fault.message


def test_a_name_given_twice_or_both_removed_and_brought_is_a_fault(overlay):
    twice = "{id: eapen-2019, why: one}, {id: 'study:eapen-2019', why: two}"
    assert any("is named twice; keep one" in one.message for one in faults_of(overlay(removes=twice)))
    files = {"options/g_csf.yaml": shipped_strategy("g_csf", "g_csf-rpl")}
    assert "is named twice" in fault_of(overlay(files, overrides="g_csf-rpl, strategy:g_csf-rpl")).message
    line = "{id: 'caution:filgrastim/latex_allergy', why: one}"
    faults = faults_of(overlay(removes=f"{{id: 'drug:filgrastim', why: two}}, {line}"))
    assert any("the whole record of 'filgrastim' is removed already" in one.message for one in faults)
    assert any("refers to the safety record of the drug 'filgrastim', which does" in one.message for one in faults)
    taken = SHIPPED.positions[0].id
    both = overlay({GUIDELINES: document(position(taken))}, removes=f"{{id: {taken}, why: a reason}}")
    assert any("is to be removed, but a file of the overlay holds it" in one.message for one in faults_of(both))


def test_a_reference_to_what_the_overlay_removed_is_a_fault_in_the_overlay(overlay):
    folder = overlay(removes="{id: eapen-2019, why: a reason}")
    faults = faults_of(folder)
    assert {(one.file, one.line) for one in faults} == {(str(folder / "rulebook.yaml"), 5)}
    said = [one.message for one in faults]
    begins = "with this overlay, 'g_csf-rpl' below (options/g_csf.yaml, line 9) refers to the study 'eapen-2019'"
    assert any(one.startswith(begins) for one in said)


def test_references_are_checked_over_both_and_every_fault_is_said_in_one_go(overlay):
    files = {
        GUIDELINES: document(position(guideline="eshre-rpl-2022"), position("two", guideline="nobody")),
        FINDINGS: finding("mine", "condition.asthm = yes"),
        "cautions/drugs/more.yaml": more_of("filgrastim", caution("nothing")),
    }
    folder = overlay(files, overrides="nothing-there")
    said = {(Path(one.file).relative_to(folder).as_posix(), one.line): one.message for one in faults_of(folder)}
    assert set(said) == {
        ("rulebook.yaml", 5),
        (GUIDELINES, 14),
        (FINDINGS, 2),
        ("cautions/drugs/more.yaml", 1),
    }
    assert said[GUIDELINES, 14].startswith("refers to the guideline 'nobody', which does not exist")
    assert "did you mean 'condition.asthma'?" in said[FINDINGS, 2]


def test_faults_of_single_files_are_said_in_one_go_with_file_and_line(overlay):
    files = {
        GUIDELINES: "topic: guidelines\npositions: [\n",
        FINDINGS: "findings:\n  - {key: mine}\n",
        "options/g_csf.yaml": "option: g_csf\nstrategies: []\n",
        "nowhere/x.yaml": "a: b\n",
        "subsets/mine.yaml": "subsets: [{id: mine, \n",
    }
    folder = overlay(files)
    found = {Path(one.file).relative_to(folder).as_posix() for one in faults_of(folder)}
    assert found == set(files)


@pytest.mark.parametrize(
    ("manifest", "line", "said"),
    [
        ("overlay: true\nname: [\n", 2, "is not YAML"),
        ("overlay: true\nname: mine\nversion: '1'\n", 1, "is required here; add it"),
        ("overlay: false\nname: mine\nversion: '1'\nwhy: x\n", 1, "'false' is not one of true"),
        ("overlay: true\nname: mine\nversion: '1'\nwhy: x\nextends: other\n", 5, "there is no such key"),
        ("overlay: true\nname: decidua\nversion: '1'\nwhy: x\n", 2, "is that of the rulebook or an overlay below"),
    ],
)
def test_a_manifest_that_is_wrong_is_a_fault_with_its_line(overlay, manifest, line, said):
    folder = overlay(manifest=manifest)
    fault = fault_of(folder)
    assert (fault.file, fault.line) == (str(folder / "rulebook.yaml"), line)
    assert said in fault.message


def test_a_folder_that_is_neither_rulebook_nor_overlay_is_refused(overlay, tmp_path):
    folder = overlay({GUIDELINES: document(position())})
    (folder / "rulebook.yaml").unlink()
    said = "holds no rulebook.yaml: it is no rulebook laid out like the shipped 'rules', and no overlay"
    assert fault_of(folder).message.startswith(said)
    (tmp_path / "empty").mkdir()
    assert fault_of(tmp_path / "empty").message.startswith(said)
    assert fault_of(overlay(), tmp_path / "nowhere").message.startswith("is no folder of rules")


def test_an_overlay_over_itself_or_over_its_namesake_is_refused(overlay):
    one, two = overlay(), overlay()
    assert fault_of(one, one).message == "is laid over itself; name each overlay once"
    assert fault_of(one, two).message.startswith("the name 'mine' is that of the rulebook or an overlay below")


def test_what_adds_to_nothing_or_adds_nothing_is_a_fault(overlay):
    nobody = overlay({"cautions/drugs/more.yaml": more_of("filgrasti", caution("asthma"))})
    assert fault_of(nobody).message == (
        "adds to the drug 'filgrasti', which does not exist; did you mean 'filgrastim'?; a new one needs 'names' and "
        "'option'"
    )
    nothing = overlay({"cautions/drugs/more.yaml": "key: filgrastim\n"})
    assert fault_of(nothing).message.startswith("adds nothing to the drug 'filgrastim'")


def test_a_strategy_stays_with_its_option_and_an_option_keeps_a_way_to_use_it(overlay):
    moved = shipped_strategy("g_csf", "g_csf-rpl").replace("option: g_csf", "option: ivig")
    fault = fault_of(overlay({"options/ivig.yaml": moved}, overrides="g_csf-rpl"))
    assert fault.message == "the strategy 'g_csf-rpl' belongs to the option 'g_csf', not to 'ivig'"
    every = ", ".join(f"{{id: {one.id}, why: a reason}}" for one in SHIPPED.option["intralipid"].strategies)
    assert "nothing is left of the option 'intralipid'" in faults_of(overlay(removes=every))[0].message


def test_a_record_that_an_overlay_holds_twice_is_a_fault(overlay):
    files = {GUIDELINES: document(position(), position())}
    assert any("holds 'mine--g_csf' 2 times" in one.message for one in faults_of(overlay(files)))


# The example


def test_the_example_of_the_documentation_is_sound_and_calls_itself_invented():
    book = decidua.load_rulebook(EXAMPLE)
    (told,) = book.overlays
    assert all((told.added, told.extended, told.overridden, told.removed))
    result = decidua.assess(FOUR_LOSSES, rulebook=book)
    assert "g_csf" in {one.option for one in result.changed_by_overlays}
    for path in EXAMPLE.rglob("*.yaml"):
        if path.parent.name != "options":
            assert "nvented" in path.read_text(encoding="utf-8")
    stored = json.loads(result.model_dump_json())
    assert stored["overlays"][0]["removed"][0]["safety"] is True
