"""The terminal tool as it is called: every command, every format, and what its answer holds."""

from __future__ import annotations

import datetime as dt
import html.parser
import json
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from tests.functional.running import COMMAND, OPTIONS, PROFILES, Ran, run, run_apart, surroundings, told

import decidua
from decidua.document import read_document
from decidua.engines.production import available
from decidua.profile.facts import draw_facts
from decidua.profile.interval import Interval
from decidua.rulebook.folder import data_folder

needs_durable = pytest.mark.skipif(not available(), reason="durable-rules is not installed (Python 3.13 and later)")
every_profile = pytest.mark.parametrize("name", sorted(PROFILES))

FOUR_LOSSES = PROFILES["rpl_four_losses"]


def read(name):
    return read_document(PROFILES[name], limit=1_000_000).value or {}


@cache
def assessed(name):
    """The JSON answer on a shipped profile."""
    ran = told("assess", PROFILES[name], "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def headings(answer):
    return [f"{one['rank']}. {one['name']}: {one['status'].replace('_', ' ')}" for one in answer["options"]]


# Every woman, every format


@every_profile
def test_every_shipped_woman_gets_all_options_in_the_order_of_their_rank(name):
    answer = assessed(name)
    assert [one["rank"] for one in answer["options"]] == list(range(1, len(OPTIONS) + 1))
    assert {one["option"] for one in answer["options"]} == set(OPTIONS)
    for output, mark in (("text", ""), ("markdown", "### ")):
        ran = told("assess", PROFILES[name], "--format", output)
        assert (ran.code, ran.err) == (0, "")
        wanted = [mark + heading for heading in headings(answer)]
        assert [line for line in ran.lines if line in wanted] == wanted


class Page(html.parser.HTMLParser):
    """Reads a page strictly: every element that is opened is closed, and in its place."""

    def __init__(self, text):
        super().__init__()
        self.open, self.words, self.blocks, self.addresses, self.elements = [], [], [], [], set()
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.addresses += [value for name, value in attrs if name in ("href", "src", "action", "style", "onload")]
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag in ("p", "li", "h1", "h2", "h3", "h4"):
            self.blocks.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "title"):
            self.words += re.findall(r"\w+", data)
        if "body" in self.open and "table" not in self.open and self.blocks:
            self.blocks[-1] += data


def squeezed(text):
    return re.sub(r"\s+", "", text).casefold()


@every_profile
def test_the_page_is_whole_asks_nothing_of_the_network_and_says_what_markdown_says(name):
    page = Page(told("assess", PROFILES[name], "--format", "html").out)
    markdown = told("assess", PROFILES[name], "--format", "markdown").out
    assert not page.addresses
    assert not page.elements & {"script", "img", "link", "iframe", "form"}
    plain = re.sub(r"\\(.)", r"\1", markdown.replace("<br>", "\n"))
    assert page.words == re.findall(r"\w+", plain)


@every_profile
def test_the_text_says_what_the_page_says(name):
    page = Page(told("assess", PROFILES[name], "--format", "html").out)
    text = squeezed(told("assess", PROFILES[name]).out)
    assert len(page.blocks) > 40
    assert [block for block in page.blocks if squeezed(block) not in text] == []


def test_all_shows_every_strategy_study_and_position_that_the_short_answer_leaves_out():
    short, long = told("assess", FOUR_LOSSES), told("assess", FOUR_LOSSES, "--all")
    assert long.code == 0
    for option in assessed("rpl_four_losses")["options"]:
        for study in option["studies"]:
            assert f"{study['id']}:" in long.out
        for strategy in option["strategies"]:
            assert squeezed(strategy["title"]) in squeezed(long.out)
    assert "with --all" in short.out
    assert "with --all" not in long.out


def test_of_a_woman_without_any_loss_or_transfer_no_option_is_said_to_apply():
    given = b"pregnancies: {complete: yes}\ntransfers: {complete: yes}\npregnancy: {pregnant: no}\n"
    answer = json.loads(run("assess", "-", "--format", "json", given=given).out)
    assert {one["status"] for one in answer["options"]} == {"not_applicable"}
    assert "No option applies, so no source was drawn on." in run("assess", "-", given=given).out


def test_the_json_is_the_answer_of_the_python_call():
    result = decidua.assess(decidua.load_profile(FOUR_LOSSES))
    assert told("assess", FOUR_LOSSES, "--format", "json").out == result.model_dump_json(indent=2) + "\n"


def test_the_python_call_prints_nothing(capfd, caplog):
    decidua.assess(decidua.load_profile(FOUR_LOSSES))
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_python_m_decidua_prints_the_same_bytes_as_the_call_in_this_process():
    ran = run_apart("assess", FOUR_LOSSES)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout.decode() == told("assess", FOUR_LOSSES).out


# The shape of the JSON

SHAPE = {
    "": "decidua as_of rulebook evidence profile engine definitions unexplained causes subsets options next notice",
    "rulebook": "version sha256",
    "evidence": "sha256 newest",
    "profile": "sha256",
    "definitions": "id society term verdict",
    "unexplained": "panel verdict missing abnormal",
    "causes": "id verdict usual_care sources",
    "subsets": "id verdict",
    "options": "option name rank status why certainty strategies could_be effects harms studies positions cautions "
    "missing sources standing",
    "options.strategies": "id verdict status certainty dose timing off_label",
    "options.effects": "outcome per studies women measure value ci prediction i2 tau2 baseline per_1000 certainty "
    "steps sentence published_ratings retracted_left_out baseline_kind baseline_from hers",
    "options.effects.hers": "which yes no unknown studies women value ci interval per_1000",
    "options.standing": "randomised studies yes no unknown women women_yes counting_women largest largest_standing "
    "largest_because open says",
    "options.effects.steps": "rule domain levels says source own_choice",
    "options.effects.published_ratings": "who source published outcome population rating",
    "options.syntheses": "id as_printed used ours trials_read in_both only_there only_here retracted_inside differs",
    "options.harms": "outcome as_printed counts source",
    "options.studies": "id counts standing because integrity kept_out",
    "options.positions": "guideline position strength population matches_her",
    "options.cautions": "key level verdict text source",
    "next": "finding settles burden",
}


def parts(answer, path):
    found = [answer]
    for key in filter(None, path.split(".")):
        deeper = [one[key] for one in found]
        found = [item for one in deeper for item in (one if isinstance(one, list) else [one])]
    return found


@pytest.mark.parametrize("path", SHAPE)
def test_each_part_of_the_json_has_the_keys_that_other_software_relies_on(path):
    found = [part for name in PROFILES for part in parts(assessed(name), path)]
    assert len(found) >= len(PROFILES)
    lacking = {key for key in SHAPE[path].split() for part in found if key not in part}
    assert not lacking


def test_intervals_come_as_two_numbers_and_absolute_effects_as_three():
    effects = [effect for name in PROFILES for effect in parts(assessed(name), "options.effects")]
    assert {len(effect["ci"]) for effect in effects if effect["ci"] is not None} == {2}
    assert {len(effect["prediction"]) for effect in effects if effect["prediction"] is not None} == {2}
    assert {len(effect["per_1000"]) for effect in effects if effect["per_1000"] is not None} == {3}
    for effect in effects:
        assert 0 <= effect["baseline"] <= 1
        assert effect["ci"] is None or effect["ci"][0] <= effect["value"] <= effect["ci"][1]
        assert effect["per_1000"] is None or all(0 <= number <= 1000 for number in effect["per_1000"])


def test_verdicts_and_statuses_are_the_words_of_the_interface():
    answers = [assessed(name) for name in PROFILES]
    verdicts = {one["verdict"] for part in ("definitions", "unexplained", "causes") for a in answers for one in a[part]}
    statuses = {one["status"] for answer in answers for one in answer["options"]}
    assert verdicts == {"yes", "no", "unknown"}
    assert statuses <= set(decidua.load_rulebook().policy.rank.statuses)
    assert len(statuses) == 6


# Schemas


@cache
def validator(what):
    ran = told("schema", what)
    assert (ran.code, ran.err) == (0, "")
    schema = json.loads(ran.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def faults(what, value):
    return [f"{fault.json_path}: {fault.message[:120]}" for fault in validator(what).iter_errors(value)]


@every_profile
def test_every_shipped_profile_and_its_answer_fit_their_schemas(name):
    assert faults("profile", read(name)) == []
    assert faults("assessment", assessed(name)) == []


def in_json(value):
    if isinstance(value, Interval):
        return {"low": value.low, "high": value.high}
    return value.isoformat() if isinstance(value, dt.date) else value


def facts_of(profile):
    return {name: in_json(value) for name, value in draw_facts(profile).values.items()}


@every_profile
def test_the_facts_of_every_shipped_profile_fit_their_schema(name):
    assert faults("facts", facts_of(decidua.load_profile(PROFILES[name]))) == []


def test_facts_that_are_known_only_within_limits_fit_their_schema():
    rounds = [
        {"result": "positive", "date": "2024-01-01", "anticardiolipin": {"value": 60, "unit": "GPL"}},
        {"result": "positive", "date": "2024-09-01", "anti_beta2gpi": {"value": 99, "unit": "percentile"}},
        {"result": "positive"},
    ]
    woman = {"investigations": {"antiphospholipid": rounds}, "pregnancies": {"losses": 4, "euploid_losses": 1}}
    facts = facts_of(decidua.Profile.model_validate(woman))
    within_limits = {name for name, value in facts.items() if isinstance(value, dict)}
    assert {"workup.antiphospholipid_positive_weeks_apart", "workup.anticardiolipin", "losses.consecutive"} <= (
        within_limits
    )
    assert faults("facts", facts) == []


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("profile", {"age": 340}),
        ("profile", {"agee": 34}),
        ("profile", {"pregnancies": {"losses": -1}}),
        ("profile", {"pregnancy": {"pregnant": "yes"}}),
        ("profile", {"investigations": {"thyroid": "fine"}}),
        ("facts", {"losses.total": "many"}),
        ("facts", {"losses.totl": 3}),
        ("facts", {"workup.thyroid": "fine"}),
        ("facts", {"age": {"low": 30, "high": 40}}),
        ("assessment", {}),
    ],
)
def test_a_schema_refuses_what_the_tool_refuses(what, value):
    assert len(faults(what, value)) >= 1


def test_the_schemas_say_which_version_of_json_schema_they_are():
    for what in ("profile", "assessment", "facts"):
        assert validator(what).schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


# Options of assess


@pytest.mark.parametrize(("asked", "day"), [("2016", "2016-12-31"), ("2016-02", "2016-02-29"), ("2016-07-01",) * 2])
def test_an_answer_as_of_a_date_rests_on_nothing_published_later(asked, day):
    answer = json.loads(run("assess", FOUR_LOSSES, "--as-of", asked, "--format", "json").out)
    assert answer["as_of"] == day
    studies = parts(answer, "options.studies")
    assert studies
    assert all(study["published"] is not None and study["published"] <= day for study in studies)
    assert f"as of {day}" in run("assess", FOUR_LOSSES, "--as-of", asked).out


def test_a_definition_of_a_later_date_that_stands_in_is_named_as_standing_in():
    then = run("assess", FOUR_LOSSES, "--as-of", "1999")
    assert "Stands in: RPL by RCOG 2011" in " ".join(then.out.split())
    assert "Stands in" not in told("assess", FOUR_LOSSES).out


@needs_durable
@every_profile
def test_all_engines_give_the_same_answer_but_for_the_name_of_the_engine(name):
    answers = {
        engine: json.loads(run("assess", PROFILES[name], "--engine", engine, "--format", "json").out)
        for engine in ("reference", "durable")
    }
    named = {engine: answer.pop("engine") for engine, answer in answers.items()}
    assert named == {"reference": "reference", "durable": "reference and durable-rules, in agreement"}
    assert assessed(name) == answers["durable"] | {"engine": named["durable"]}
    assert answers["reference"] == answers["durable"]


def test_her_own_chance_carries_live_birth_in_her_next_pregnancy_and_nothing_else():
    answer = json.loads(run("assess", FOUR_LOSSES, "--baseline", "next_pregnancy=0.4", "--format", "json").out)
    effects = parts(answer, "options.effects")
    before = parts(assessed("rpl_four_losses"), "options.effects")
    changed = [after for was, after in zip(before, effects, strict=True) if was != after]
    assert {(effect["outcome"], effect["baseline"]) for effect in changed} == {("live_birth", 0.4)}
    assert {effect["per"] for effect in changed} <= {"woman", "pregnancy"}
    assert all(effect["strategy"] not in ("g_csf-rif", "scratching-rif") for effect in changed)
    assert "of 1000: 400 without" in run("assess", FOUR_LOSSES, "--baseline", " next_pregnancy = 0.4").out


def test_the_report_says_in_which_trials_she_would_have_been_and_whose_chance_it_stands_on():
    answer = assessed("rpl_four_losses")
    short, long = (" ".join(run("assess", FOUR_LOSSES, *more).out.split()) for more in ((), ("--all",)))
    applying = [option for option in answer["options"] if option["status"] != "not_applicable"]
    for option in applying:
        assert f"In whom: {option['standing']['says']}" in short
        assert f"In whom: {option['standing']['says']}" in long
    leading = [
        next((one for one in option["effects"] if one["strategy"] == option["leading_strategy"]), None)
        for option in applying
    ]
    for effect in filter(None, leading):
        if effect["per_1000"]:
            assert f"The {1000 * effect['baseline']:.0f} without: {effect['baseline_from']}." in short
    effects = [effect for option in applying for effect in option["effects"] if effect["per_1000"]]
    assert all(effect["baseline_from"] in long for effect in effects)
    (some,) = [effect for effect in effects if effect["hers"]["which"] == "some"]
    hers = f"The {some['hers']['studies']} of {some['studies']} studies she would have been in ("
    assert hers in long
    assert hers in short


def test_her_chance_with_a_transfer_says_nothing_of_her_next_pregnancy():
    answer = json.loads(run("assess", FOUR_LOSSES, "--baseline", "transfer=0.3", "--format", "json").out)
    assert answer["options"] == assessed("rpl_four_losses")["options"]
    assert "300 of 1000 (transfer)" in answer["without_treatment"]["says"]


def test_a_rulebook_of_ones_own_is_used_instead_of_the_shipped_one(tmp_path):
    mine = tmp_path / "rules"
    shutil.copytree(data_folder("rules"), mine)
    file = mine / "options" / "ivig.yaml"
    file.write_text(file.read_text().replace("name: Intravenous immunoglobulin", "name: Immunoglobulin G"))
    for words in (("assess", FOUR_LOSSES), ("explain", FOUR_LOSSES, "ivig"), ("rules", "show", "ivig")):
        ran = run(*words, "--rules", str(mine))
        assert ran.code == 0
        assert "Immunoglobulin G" in ran.out
        assert "Immunoglobulin G" not in run(*words).out


# Several women, and standard input


def test_several_women_get_an_answer_each_under_the_name_of_their_file():
    ran = run("assess", PROFILES["empty"], FOUR_LOSSES)
    assert (ran.code, ran.err) == (0, "")
    marks = [line for line in ran.lines if line.startswith("### ")]
    assert marks == [f"### {PROFILES['empty']}", f"### {FOUR_LOSSES}"]
    first, second = ran.out.split(f"\n\n{marks[1]}\n")
    assert first == f"{marks[0]}\n{told('assess', PROFILES['empty']).out}".rstrip("\n")
    assert second == told("assess", FOUR_LOSSES).out


def test_several_women_in_json_come_one_a_line():
    ran = run("assess", PROFILES["empty"], FOUR_LOSSES, PROFILES["bleeding_now"], "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert answers == [assessed("empty"), assessed("rpl_four_losses"), assessed("bleeding_now")]


def test_one_bad_profile_does_not_stop_the_others(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("age: 340\n")
    ran = run("assess", PROFILES["empty"], str(bad), FOUR_LOSSES, "--format", "json")
    assert ran.code == 2
    assert [json.loads(line) for line in ran.out.splitlines()] == [assessed("empty"), assessed("rpl_four_losses")]
    assert ran.err == f"decidua: {bad}, line 1: age: '340' is not possible; it must be at most 65\n"
    text = run("assess", str(bad), FOUR_LOSSES)
    assert (text.code, text.err) == (2, ran.err)
    assert headings(assessed("rpl_four_losses"))[0] in text.out


def test_a_hyphen_reads_standard_input():
    content = Path(FOUR_LOSSES).read_bytes()
    assert run("assess", "-", given=content) == told("assess", FOUR_LOSSES)
    as_json = json.dumps(read("rpl_four_losses"), default=str).encode()
    assert run("assess", "-", given=as_json).out == told("assess", FOUR_LOSSES).out
    assert run("explain", "-", "ivig", given=content) == told("explain", FOUR_LOSSES, "ivig")
    apart = run_apart("assess", "-", given=content)
    assert (apart.returncode, apart.stdout.decode()) == (0, told("assess", FOUR_LOSSES).out)


def test_standard_input_can_stand_among_files():
    ran = run("assess", FOUR_LOSSES, "-", "--format", "json", given=b"age: 30\n")
    assert ran.code == 0
    assert json.loads(ran.out.splitlines()[1])["who"][0] == "30 years."


# explain


@pytest.mark.parametrize("name", ["rpl_four_losses", "contraindications", "antiphospholipid_syndrome", "empty"])
@pytest.mark.parametrize("option", OPTIONS)
def test_an_explanation_gives_the_status_of_the_answer_and_a_proof_for_every_strategy(name, option):
    ran = run("explain", PROFILES[name], option, "--format", "json", "--engine", "reference")
    assert (ran.code, ran.err) == (0, "")
    explained = json.loads(ran.out)
    answered = next(one for one in assessed(name)["options"] if one["option"] == option)
    assert (explained["status"], explained["leading_strategy"]) == (answered["status"], answered["leading_strategy"])
    statuses = {one["id"]: one["status"] for one in explained["strategies"]}
    assert statuses == {one["id"]: one["status"] for one in answered["strategies"]}
    text = run("explain", PROFILES[name], option, "--engine", "reference")
    assert text.code == 0
    assert text.out.startswith(f"{answered['name']}: {answered['status'].replace('_', ' ')}\n")
    for strategy in explained["strategies"]:
        assert squeezed(f"{strategy['title']}: {strategy['status'].replace('_', ' ')}") in squeezed(text.out)
        mark = {"yes": "[yes]", "no": "[no] ", "unknown": "[?]  "}[strategy["population"]["verdict"]]
        assert squeezed(f"{mark} {strategy['population']['says']}") in squeezed(text.out)


def test_an_explanation_names_what_stops_an_option_and_what_is_unknown():
    stopped = run("explain", PROFILES["contraindications"], "ivig").out
    assert "Stopped by: " in stopped
    open_ = run("explain", PROFILES["bleeding_no_scan"], "progestogens").out
    assert "Not known: " in open_
    assert "intrauterine pregnancy seen on scan" in " ".join(open_.split()).lower()
    explained = run("explain", PROFILES["antiphospholipid_syndrome"], "g_csf").out
    assert "A cause explains her case: antiphospholipid syndrome" in " ".join(explained.split())


def test_an_explanation_at_length_opens_every_rule():
    words = ("explain", FOUR_LOSSES, "progestogens", "--engine", "reference")
    short, long = run(*words).out, run(*words, "--all").out
    assert "more that would do as well" in short
    assert "does not decide it" in short
    assert "... and " not in long
    assert "The row holds when" in long


@pytest.mark.parametrize("output", ["markdown", "html"])
def test_an_explanation_comes_in_every_format(output):
    ran = run("explain", FOUR_LOSSES, "ivig", "--format", output)
    assert (ran.code, ran.err) == (0, "")
    assert "Intravenous immunoglobulin: consider" in ran.out
    if output == "html":
        assert Page(ran.out).words


# rules


def test_the_list_of_rules_names_every_rule_with_its_kind():
    entries = json.loads(told("rules", "list", "--format", "json").out)
    book = decidua.load_rulebook()
    for kind, records in (("definition", book.definitions), ("study", book.studies), ("position", book.positions)):
        assert [one["id"] for one in entries if one["kind"] == kind] == [one.id for one in records]
    text = squeezed(told("rules", "list").out)
    assert all(squeezed(one["id"][:30]) in text for one in entries)


def test_the_list_of_one_kind_holds_that_kind_only():
    entries = json.loads(run("rules", "list", "--kind", "option", "--format", "json").out)
    assert [one["id"] for one in entries] == list(OPTIONS)
    assert {one["kind"] for one in entries} == {"option"}
    for output in ("text", "markdown", "html"):
        ran = run("rules", "list", "--kind", "option", "--format", output)
        assert (ran.code, ran.err) == (0, "")
        assert "Intravenous" in ran.out


def kinds():
    entries = json.loads(told("rules", "list", "--format", "json").out)
    return {one["kind"]: one for one in reversed(entries)}


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_rule_of_each_kind_is_shown_with_its_title(kind):
    entry = kinds()[kind]
    ran = run("rules", "show", entry["id"])
    assert (ran.code, ran.err) == (0, "")
    assert f"{kind}'{entry['id']}'" in squeezed(ran.out)
    assert squeezed(entry["title"]) in squeezed(ran.out)


def test_a_rule_is_shown_in_plain_english_with_its_place_and_source():
    said = " ".join(run("rules", "show", "rpl-rcog-2023").out.split())
    assert "in definitions/rpl.yaml, line" in said
    assert "When: clinical losses at least 3 or " in said
    assert "rcog.org.uk" in said
    said = " ".join(run("rules", "show", "panel-ranzcog-2025").out.split())
    assert "Unexplained by it when: " in said


def test_a_rule_that_follows_from_others_is_shown_with_those_that_count():
    said = " ".join(run("rules", "show", "rif").out.split())
    assert "Holds when any of these holds on the date: rif-eshre-2023" in said
    assert "rif-igum-ontario" not in said  # who is funded has no failure by that alone
    assert "panel-trial-bbq" not in run("rules", "show", "unexplained_rpl").out


def test_an_option_is_shown_where_it_stands():
    said = " ".join(run("rules", "show", "g_csf").out.split())
    assert "option 'g_csf', in options/g_csf.yaml, line 3" in said


def test_what_may_be_pooled_is_listed_and_shown_with_every_rule_and_its_words():
    entries = json.loads(told("rules", "list", "--format", "json").out)
    assert {"pooling", "certainty", "status", "rank", "words", "baseline"} <= {
        one["id"] for one in entries if one["kind"] == "policy"
    }
    said = " ".join(run("rules", "show", "pooling").out.split())
    policy = decidua.load_rulebook().policy.pooling
    for rule in (policy.named, *policy.never, *policy.second_line, *policy.alone, policy.once):
        assert f"id {rule.id}; says {rule.says}" in said
    for one in policy.agree:
        assert f"on {one.on}; says {one.says}" in said


def test_a_number_of_a_policy_without_a_source_is_shown_as_own_choice_and_a_sourced_one_with_it():
    said = " ".join(run("rules", "show", "certainty").out.split())
    assert "Smallest difference source: decidua's own choice" in said
    own = "decidua's own choice"
    for rule in decidua.load_rulebook().policy.certainty.rules:
        assert f"id {rule.id}; domain {rule.domain}; " in said
        assert f"levels {rule.levels}; says {rule.says}; source {rule.source or own}" in said


@pytest.mark.parametrize("output", ["text", "markdown", "html"])
def test_every_report_says_what_was_published_what_was_kept_out_and_why_syntheses_differ(output):
    ran = run("assess", FOUR_LOSSES, "--all", "--format", output)
    said = " ".join((ran.out if output == "text" else re.sub(r"<[^>]+>", " ", html.unescape(ran.out))).split())
    said = said.replace("\\", "")
    assert "Published beside it: moderate (Kofod" in said
    assert "Kept out of every line: retracted; it moves nothing" in said
    assert "Left out as retracted: ismail-2018." in said
    assert "Which trials it pooled was not read." in said
    assert "publication bias not read" in said
    assert "Kept out of every line" not in run("assess", FOUR_LOSSES, "--format", output).out


def test_the_shipped_rulebook_is_found_sound_and_its_records_are_counted():
    ran = run("rules", "check")
    book = decidua.load_rulebook()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Rulebook {book.manifest.version} is sound: {len(book.definitions)} definitions, ")
    assert f" {len(book.studies)} studies, " in ran.out
    assert run("rules", "check", str(data_folder("rules"))).out == ran.out
    assert run("rules", "check", "--rules", str(data_folder("rules"))).out == ran.out


# Help and version


@pytest.mark.parametrize(
    "command",
    [
        "",
        "assess",
        "explain",
        "schema",
        "rules",
        "rules list",
        "rules show",
        "rules check",
        "rules diff",
        "rules export",
    ],
    ids=lambda command: command or "decidua",
)
def test_every_command_has_help(command):
    ran = run(*command.split(), "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: decidua {command}".rstrip())
    assert run(*command.split(), "-h") == ran


def test_the_version_is_that_of_the_package():
    assert run("--version") == Ran(0, f"decidua {decidua.__version__}\n", "")


def test_the_installed_command_is_the_module():
    ran = subprocess.run([*COMMAND, "--version"], capture_output=True, env=surroundings(), check=True)
    script = "from decidua.start import run; run()"
    called = subprocess.run(
        [sys.executable, "-c", script, "--version"], capture_output=True, env=surroundings(), check=True
    )
    assert called.stdout == ran.stdout == f"decidua {decidua.__version__}\n".encode()
