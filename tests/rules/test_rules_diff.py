"""Two rulebooks compared: what reads otherwise, for whom something else comes out, and through which rule."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace

import pytest
from tests.functional.running import PROFILES, run

import decidua
from decidua.authoring import difference
from decidua.authoring.difference import compare_rulebooks
from decidua.authoring.records import record_changes, with_records_of
from decidua.report.markdown import render_markdown
from decidua.report.rules_diff import difference_blocks
from decidua.rulebook.folder import data_folder

BOOK = decidua.load_rulebook()
SHIPPED = data_folder("rules")
TWO = decidua.load_profile(PROFILES["rpl_two_losses"])
FOUR = decidua.load_profile(PROFILES["rpl_four_losses"])


@pytest.fixture
def changed(tmp_path):
    """Load a copy of the shipped rules with some text replaced, by file."""

    def load(**edits):
        folder = tmp_path / "changed"
        shutil.copytree(SHIPPED, folder)
        for file, (old, new) in edits.items():
            path = folder / f"{file.replace('__', '/')}.yaml"
            text = path.read_text(encoding="utf-8")
            assert old in text
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return decidua.load_rulebook(folder)

    return load


STRICTER = ("        - losses.total >= 2\n        - all:\n", "        - losses.total >= 3\n        - all:\n")
REFRACTORY = ("losses.total >= 4", "losses.total >= 5")


def test_a_rulebook_does_not_differ_from_itself():
    found = compare_rulebooks(BOOK, BOOK, {"two": TWO})
    assert (found.records, found.women, found.looked_at) == ((), (), 1)


def test_a_threshold_is_told_in_words_and_what_it_moves_is_laid_to_it(changed):
    new = changed(definitions__rpl=STRICTER, subsets__subsets=REFRACTORY)
    found = compare_rulebooks(BOOK, new, {"two": TWO, "four": FOUR})
    assert [(one.kind, one.id, one.how) for one in found.records] == [
        ("definition", "rpl-eshre-2022", "changed"),
        ("subset", "refractory_rpl", "changed"),
    ]
    (field,) = found.records[0].fields
    assert field.field == "when"
    assert field.before.startswith("pregnancy losses, clinical and biochemical at least 2 or ")
    assert field.after.startswith("pregnancy losses, clinical and biochemical at least 3 or ")
    women = {woman.profile: woman.changes for woman in found.women}
    assert women.keys() == {"two", "four"}
    (only,) = women["four"]
    assert (only.about, only.id, only.what, only.before, only.after) == (
        "subset",
        "refractory_rpl",
        "verdict",
        "yes",
        "no",
    )
    assert (only.by, only.how) == (("refractory_rpl",), "alone")
    assert {change.by for change in women["two"]} == {("rpl-eshre-2022",)}
    verdicts = {change.id: (change.before, change.after) for change in women["two"]}
    assert verdicts["rpl-eshre-2022"] == ("yes", "unknown")


def test_a_change_of_words_alone_moves_nobody(changed):
    new = changed(subsets__subsets=("A series of losses after a live birth", "A run of losses after a live birth"))
    found = compare_rulebooks(BOOK, new, {"four": FOUR})
    (record,) = found.records
    assert [one.field for one in record.fields] == ["says"]
    assert found.women == ()


def with_stance(id_, stance):
    """Return the shipped rulebook with one position turned round."""
    turned = tuple(one.model_copy(update={"position": stance}) if one.id == id_ else one for one in BOOK.positions)
    return replace(BOOK, positions=turned)


def test_a_status_that_a_position_moves_is_laid_to_the_position():
    found = compare_rulebooks(BOOK, with_stance("eshre-rpl-2022--ivig", "recommend_against"), {"four": FOUR})
    (record,) = found.records
    (field,) = record.fields
    assert (field.field, field.after) == ("position", "recommend_against")
    (woman,) = found.women
    (status,) = [one for one in woman.changes if (one.about, one.what) == ("option", "status")]
    assert (status.id, status.before, status.after) == ("ivig", "consider", "research_only")
    assert {one.by for one in woman.changes} == {("eshre-rpl-2022--ivig",)}


def test_what_either_of_two_positions_would_have_moved_is_laid_to_each():
    new = with_stance("eshre-rpl-2022--ivig", "recommend_against")
    new = replace(
        new,
        positions=tuple(
            one.model_copy(update={"position": "recommend_against"}) if one.id == "ksri-ivig-2017--ivig" else one
            for one in new.positions
        ),
    )
    (woman,) = compare_rulebooks(BOOK, new, {"four": FOUR}).women
    (status,) = [one for one in woman.changes if (one.about, one.id, one.what) == ("option", "ivig", "status")]
    assert (status.before, status.after) == ("consider", "research_only")
    assert (set(status.by), status.how) == ({"eshre-rpl-2022--ivig", "ksri-ivig-2017--ivig"}, "each_alone")
    (way,) = [one for one in woman.changes if one.about == "strategy"]
    assert (way.id, way.by, way.how) == ("ivig-four-losses", ("eshre-rpl-2022--ivig",), "alone")


def without_position(id_):
    return replace(BOOK, positions=tuple(one for one in BOOK.positions if one.id != id_))


def test_a_position_on_other_women_that_comes_or_goes_changes_nothing_for_her():
    old = without_position("hfea-addons--intralipid")
    for found, how in (
        (compare_rulebooks(old, BOOK, {"four": FOUR}), "added"),
        (compare_rulebooks(BOOK, old, {"four": FOUR}), "removed"),
    ):
        assert [(one.id, one.how) for one in found.records] == [("hfea-addons--intralipid", how)]
        assert found.women == ()


def test_a_position_of_women_like_her_that_comes_or_goes_is_told():
    old = without_position("eshre-rpl-2022--ivig")
    for pair, told in (((old, BOOK), "now yes (new)"), ((BOOK, old), "was yes (no longer said)")):
        said = render_markdown(difference_blocks(compare_rulebooks(*pair, {"four": FOUR})))
        assert f"position eshre-rpl-2022--ivig: verdict {told}" in said.replace("\\", "")


def test_a_changed_policy_moves_statuses_and_ranks(changed):
    order = ("[consider, research_only", "[research_only, consider")
    found = compare_rulebooks(
        BOOK, changed(policy__rank=order), {name: decidua.load_profile(path) for name, path in PROFILES.items()}
    )
    (record,) = found.records
    assert (record.kind, record.id, record.file) == ("policy", "rank", "policy/rank.yaml")
    changes = [change for woman in found.women for change in woman.changes]
    assert "rank" in {change.what for change in changes}
    assert {change.by for change in changes} == {("rank",)}


@pytest.mark.parametrize("name", sorted(type(BOOK.policy).model_fields))
def test_a_change_of_any_policy_is_told(name):
    old = getattr(BOOK.policy, name)
    policy = BOOK.policy.model_copy(update={name: None})
    kinds = {(one.kind, one.id) for one in record_changes(replace(BOOK, policy=policy), BOOK)}
    assert old is not None
    assert kinds == {("policy", name)}


def test_what_came_and_what_went_is_told_with_its_condition(changed):
    record = """  - id: invented
    title: Invented group
    when: losses.total >= 9
    says: Invented.
    valid: {since: '2020'}
    source: [yamada-2022]
"""
    new = changed(subsets__subsets=("subsets:\n", f"subsets:\n{record}"))
    (came,) = record_changes(BOOK, new)
    assert (came.how, came.kind, came.id) == ("added", "subset", "invented")
    assert came.condition == "pregnancy losses, clinical and biochemical at least 9"
    (went,) = record_changes(new, BOOK)
    assert (went.how, went.id, went.file) == ("removed", "invented", "subsets/subsets.yaml")


def test_a_record_that_others_need_is_left_out_with_those(tmp_path):
    folder = tmp_path / "changed"
    shutil.copytree(SHIPPED, folder)
    text = (folder / "cautions/drugs/intralipid.yaml").read_text(encoding="utf-8")
    (folder / "cautions/drugs/invented.yaml").write_text(
        text.replace("key: intralipid", "key: invented").replace("option: intralipid", "option: pbmc"),
        encoding="utf-8",
    )
    path = folder / "options/pbmc.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("drugs: []", "drugs: [invented]", 1), encoding="utf-8")
    woman = decidua.Profile.model_validate(
        {"age": 34, "transfers": {"failed": 4, "complete": True}, "allergies": {"egg": True, "soya": True}}
    )
    found = compare_rulebooks(BOOK, decidua.load_rulebook(folder), {"woman": woman})
    assert {(one.kind, one.how) for one in found.records} == {("drug", "added"), ("strategy", "changed")}
    (changed,) = found.women
    statuses = {(one.about, one.id): (one.before, one.after) for one in changed.changes if one.what == "status"}
    assert statuses == {
        ("option", "pbmc"): ("undetermined", "contraindicated"),
        ("strategy", "pbmc-rif"): ("undetermined", "contraindicated"),
    }
    assert {frozenset(one.by) for one in changed.changes} == {frozenset({"invented", "pbmc-rif"})}


def test_taking_every_change_back_gives_the_old_rulebook(changed):
    new = changed(definitions__rpl=STRICTER, subsets__subsets=REFRACTORY, options__lit=("drugs: []", "drugs: [ivig]"))
    back = with_records_of(new, BOOK, record_changes(BOOK, new))
    assert record_changes(BOOK, back) == []


def fields_of(old, new):
    """Say what differs between two records of one strategy or study, as field, before and after."""
    (record,) = record_changes(old, new)
    return [(one.field, one.before, one.after) for one in record.fields]


def test_a_difference_is_told_down_to_the_smallest_part_that_has_a_name():
    study = BOOK.study["eapen-2019"]
    first, *rest = study.outcomes
    arm = first.treated.model_copy(update={"events": first.treated.events + 1})
    new = study.model_copy(
        update={
            "outcomes": (first.model_copy(update={"treated": arm}), *rest),
            "pooled": not study.pooled,
            "limitations": (*study.limitations, "invented"),
        }
    )
    book = replace(BOOK, studies=tuple(new if one is study else one for one in BOOK.studies))
    said = fields_of(BOOK, book)
    assert [field for field, _, _ in said] == ["outcomes, treated, events", "limitations", "pooled"]
    assert said[0][1:] == (str(first.treated.events), str(first.treated.events + 1))
    assert said[1:] == [("limitations", None, "invented"), ("pooled", "yes", "no")]


def test_another_order_and_lines_that_came_and_went_are_told():
    option = BOOK.option["g_csf"]
    strategy = option.strategies[0]
    assert len({use.study for use in strategy.evidence}) == len(strategy.evidence) == 3

    def book(**update):
        ways = (strategy.model_copy(update=update), *option.strategies[1:])
        changed = option.model_copy(update={"strategies": ways})
        return replace(BOOK, options=tuple(changed if one is option else one for one in BOOK.options))

    turned = book(evidence=tuple(reversed(strategy.evidence)))
    ((field, before, after),) = fields_of(BOOK, turned)
    assert field == "evidence, order"
    assert before.split(", ") == list(reversed(after.split(", ")))
    fewer = book(evidence=strategy.evidence[1:])
    gone = strategy.evidence[0].study
    assert fields_of(BOOK, fewer)[0] == (f"evidence, {gone}", f"study {gone}", None)
    assert fields_of(fewer, BOOK)[0] == (f"evidence, {gone}", None, f"study {gone}")


def test_a_strategy_that_went_is_put_back_in_its_option():
    option = BOOK.option["ivig"]
    fewer = option.model_copy(update={"strategies": option.strategies[1:]})
    new = replace(BOOK, options=tuple(fewer if one is option else one for one in BOOK.options))
    (record,) = record_changes(BOOK, new)
    assert (record.kind, record.id, record.how) == ("strategy", option.strategies[0].id, "removed")
    assert record.condition is not None
    assert record_changes(BOOK, with_records_of(new, BOOK, [record])) == []


def test_of_very_many_changes_those_of_a_file_are_left_out_together(changed, monkeypatch):
    monkeypatch.setattr(difference, "MOST_LEFT_OUT", 1)
    new = changed(definitions__rpl=STRICTER, subsets__subsets=REFRACTORY)
    found = compare_rulebooks(BOOK, new, {"four": FOUR})
    assert found.by == "file"
    assert {change.by for woman in found.women for change in woman.changes} == {("subsets/subsets.yaml",)}


# The command


def git(folder, *words):
    subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.org", *words],
        check=True,
        capture_output=True,
    )


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repository")
    shutil.copytree(SHIPPED, folder / "rules")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    path = folder / "rules/subsets/subsets.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(*REFRACTORY, 1), encoding="utf-8")
    git(folder, "commit", "-qam", "second")
    git(folder, "tag", "mine")
    (folder / "rules/policy/rank.yaml").unlink()
    git(folder, "commit", "-qam", "third: without its ranks")
    return folder


def test_two_revisions_are_compared(repository, monkeypatch):
    monkeypatch.chdir(repository)
    ran = run("rules", "diff", "HEAD~2", "mine", "--profile", PROFILES["rpl_four_losses"])
    assert (ran.code, ran.err) == (0, "")
    said = " ".join(ran.out.split())
    assert "1 record differs. Of 1 profile looked at, 1 is judged otherwise." in said
    assert "subset refractory_rpl: reads otherwise: Four losses or more (subsets/subsets.yaml, line " in said
    assert "clinical and biochemical at least 4; now recurrent pregnancy loss" in said
    assert "Through refractory_rpl: subset refractory_rpl: verdict was yes, now no" in said


@pytest.mark.parametrize("output", ["text", "markdown", "html"])
def test_a_comparison_reads_in_every_format(repository, monkeypatch, output):
    monkeypatch.chdir(repository)
    ran = run("rules", "diff", "mine", "mine", "--format", output, "--profile", PROFILES["rpl_four_losses"])
    assert (ran.code, ran.err) == (0, "")
    assert "No record differs." in ran.out


def test_a_revision_is_compared_with_a_folder_in_json(repository, monkeypatch):
    monkeypatch.chdir(repository)
    ran = run("rules", "diff", "mine", str(SHIPPED), "--profile", PROFILES["rpl_four_losses"], "--format", "json")
    said = json.loads(ran.out)
    assert (said["old"]["name"], said["new"]["sha256"]) == ("mine", BOOK.sha256)
    (change,) = said["women"][0]["changes"]
    assert (change["id"], change["before"], change["after"], change["by"]) == (
        "refractory_rpl",
        "no",
        "yes",
        ["refractory_rpl"],
    )


def refused(*words):
    ran = run("rules", "diff", *words)
    assert (ran.code, ran.out) == (2, "")
    return ran.err


def test_what_is_no_rulebook_is_refused_with_the_cure(repository, monkeypatch, tmp_path):
    monkeypatch.chdir(repository)
    assert "'nosuch' is no folder and no revision of the git repository" in refused("nosuch", "mine")
    assert "the revision 'mine' holds no folder 'elsewhere'; name with --path" in refused(
        "mine", "mine", "--path", "elsewhere"
    )
    assert "'--upload-pack=x' is no folder and no git revision" in refused("--", "--upload-pack=x", "mine")
    broken = refused("mine", "HEAD")
    assert "HEAD: its rules do not fit this release of decidua; name a revision whose rules do" in broken
    assert "HEAD:rules/policy/rank.yaml: is missing; every rulebook needs it" in broken
    monkeypatch.chdir(tmp_path)
    assert "'mine' is no folder, and the working directory is in no git repository" in refused("mine", str(SHIPPED))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git was not found" in refused("mine", str(SHIPPED))


def test_a_folder_without_a_profile_is_refused(tmp_path):
    assert "holds no profile" in refused(str(SHIPPED), str(SHIPPED), "--profile", str(tmp_path))
