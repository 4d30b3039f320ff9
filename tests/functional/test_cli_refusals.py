"""What the terminal tool refuses: one clear message on standard error, nothing on standard output, and the code."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from tests.functional.running import PROFILES, run, run_apart, told

import decidua.assessment.assess
from decidua.engines.production import ProductionNetwork, available
from decidua.rulebook.folder import data_folder

needs_durable = pytest.mark.skipif(not available(), reason="durable-rules is not installed (Python 3.13 and later)")
FOUR_LOSSES = PROFILES["rpl_four_losses"]


def refused(ran, code=2):
    """The messages of a refusal, each one line; nothing was printed."""
    assert (ran.code, ran.out) == (code, "")
    assert "Traceback" not in ran.err
    assert ran.err.endswith("\n")
    messages = ran.err.removesuffix("\n").split("\n")
    assert all(message.startswith("decidua: ") for message in messages)
    return [message.removeprefix("decidua: ") for message in messages]


# Profiles

BOMB = "a: &a [ha, ha]\n" + "".join(f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abc", "bcd", strict=True))

BAD = {
    # content, what must be said after the name of the file
    "no YAML": ("age: [34\nwhy: x\n", [", line 2: is not YAML: did not find expected ',' or ']'"]),
    "no YAML, a tab": ("pregnancies:\n\tlosses: 3\n", [", line 2: is not YAML: a tab stands where a value begins"]),
    "broken JSON": ('{"age": 34,\n "bmi": }}', [", line 2: is not YAML: "]),
    "empty": ("", [": is empty; it must hold one document"]),
    "only a comment": ("# nothing yet\n", [": is empty; it must hold one document"]),
    "a list": ("- age: 34\n", [", line 1: is a list; a profile is a mapping such as 'age: 34'"]),
    "a single word": ("\nage\n", [", line 2: is a single value; a profile is a mapping such as 'age: 34'"]),
    "two documents": ("age: 34\n---\nage: 35\n", [", line 2: a second document starts here; give one document a file"]),
    "age 340": ("why: x\nage: 340\n", [", line 2: age: '340' is not possible; it must be at most 65"]),
    "age in words": ("age: thirty\n", [", line 1: age: 'thirty' is not a number"]),
    "age in quotes": ("age: '34'\n", [", line 1: age: '34' stands in quotes; write the number without them"]),
    "minus one loss": (
        "pregnancies:\n  losses: -1\n",
        [", line 2: pregnancies.losses: '-1' is not possible; it must be at least 0"],
    ),
    "half a loss": ("pregnancies:\n  losses: 2.5\n", [", line 2: pregnancies.losses: '2.5' is not a whole number"]),
    "yes in quotes": (
        "pregnancy: {pregnant: 'yes'}\n",
        [", line 1: pregnancy.pregnant: 'yes' is not yes or no (without quotes)"],
    ),
    "a word that is no choice": (
        "investigations:\n  thyroid: norml\n",
        [", line 2: investigations.thyroid: 'norml' is not one of normal, abnormal; did you mean 'normal'?"],
    ),
    "a number for a section": (
        "pregnancies: 3\n",
        [", line 1: pregnancies: '3' is not a mapping of fields"],
    ),
    "a misspelt field": (
        "pregnancies:\n  loses: 3\n",
        [", line 2: pregnancies.loses: there is no such field; did you mean 'losses'?"],
    ),
    "a name": ("name: Anna\n", [", line 1: name: there is no such field"]),
    "more in a row than losses": (
        "pregnancies:\n  losses: 2\n  consecutive_losses: 3\n",
        [", line 3: pregnancies.consecutive_losses: is 3, more than the 2 losses in all; correct one of the two"],
    ),
    "counts that contradict each other": (
        "pregnancies:\n  losses: 3\n  clinical_losses: 1\n  biochemical_losses: 1\n",
        [", line 2: pregnancies.losses: clinical_losses 1 and biochemical_losses 1 do not make the 3 losses in all"],
    ),
    "a biopsy of a chemical pregnancy": (
        "pregnancies:\n  singles:\n    - outcome: biochemical_loss\n      confirmed_by: histology\n",
        [", line 4: pregnancies.singles.1.confirmed_by: is histology, but a biochemical loss is a positive test only"],
    ),
    "more failures than transfers": (
        "transfers: {total: 1, failed: 2}\n",
        [", line 1: transfers.failed: is 2, more than the 1 transfers in all"],
    ),
    "not pregnant and bleeding in pregnancy": (
        "pregnancy:\n  pregnant: no\n  bleeding: yes\n",
        [", line 3: pregnancy.bleeding: is given, but 'pregnant' is no; correct one of the two"],
    ),
    "a date that is none": (
        "investigations:\n  antiphospholipid:\n    - {result: negative, date: 2024-02-30}\n",
        [", line 3: investigations.antiphospholipid.1.date: '2024-02-30' is not a date (YYYY-MM-DD)"],
    ),
    "a key used twice": ("age: 34\nage: 35\n", [", line 2: the key 'age' is used twice (first in line 1)"]),
    "a key used twice in JSON": ('{"age": 34, "age": 35}', [", line 1: the key 'age' is used twice"]),
    "an anchor bomb": (BOMB, [", line 2: the alias '*a' is not allowed; write the value out"]),
    "a tag": ("why: !!python/object/apply:os.system [id]\n", [", line 1: the tag "]),
    "nested too deep": (f"why: {'[' * 90}{']' * 90}\n", [", line 1: is nested deeper than 64 levels"]),
    "binary": (b"\x7fELF\x02\x00\x01", [": is binary, not text; give a YAML or JSON file"]),
    "Latin-1": ("age: 34\nwhy: Fehlgeburten, früh\n".encode("latin-1"), [", line 2: is not UTF-8 text here"]),
    "UTF-16": ("age: 34".encode("utf-16"), [": is UTF-16 text; save the file as UTF-8"]),
    "several faults at once": (
        "age: 340\nbmi: thin\npregnancies:\n  losses: -1\nallergy: {}\n",
        [
            ", line 1: age: '340' is not possible",
            ", line 2: bmi: 'thin' is not a number",
            ", line 4: pregnancies.losses: '-1' is not possible",
            ", line 5: allergy: there is no such field; did you mean 'allergies'?",
        ],
    ),
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("command", ["assess", "explain"])
def test_a_bad_profile_is_refused_with_file_line_field_and_the_way_out(tmp_path, command, what):
    content, said = BAD[what]
    file = tmp_path / "her.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    messages = refused(run(command, str(file), *(["ivig"] if command == "explain" else [])))
    assert len(messages) == len(said)
    for message, wanted in zip(messages, said, strict=True):
        assert message.startswith(f"{file}{wanted}")


@pytest.mark.parametrize("output", ["json", "markdown", "html"])
def test_a_bad_profile_leaves_standard_output_empty_in_every_format(tmp_path, output):
    file = tmp_path / "her.yaml"
    file.write_text("age: 340\n")
    assert refused(run("assess", str(file), "--format", output)) == [
        f"{file}, line 1: age: '340' is not possible; it must be at most 65"
    ]


def test_the_same_on_standard_input():
    assert refused(run("assess", "-", given=b"age: 340\n")) == [
        "standard input, line 1: age: '340' is not possible; it must be at most 65"
    ]
    assert refused(run("assess", "-")) == ["standard input: is empty; it must hold one document"]
    (message,) = refused(run("assess", "-", given=b"a" * 2_000_000))
    assert message.startswith("standard input: is larger; at most 1 MB is read")


def test_a_file_of_50_megabytes_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "large.yaml"
    with file.open("wb") as stream:
        stream.truncate(50_000_000)
    start = time.perf_counter()
    (message,) = refused(run("assess", str(file)))
    assert message == f"{file}: is 50.0 MB; at most 1 MB is read, so this is probably the wrong file"
    assert time.perf_counter() - start < 2


def test_a_folder_a_pipe_and_a_missing_file_are_refused(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    missing = tmp_path / "missing.yaml"
    assert refused(run("assess", str(tmp_path))) == [f"{tmp_path}: is a directory; name one file in it"]
    assert refused(run("assess", str(missing))) == [f"{missing}: does not exist; check the path"]
    (message,) = refused(run("assess", str(pipe)))
    assert message.startswith(f"{pipe}: is a device or a pipe, not a file")


@contextlib.contextmanager
def an_ordinary_person():
    """Nobody in particular: whoever runs the tests as the superuser may read everything."""
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(65534)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)


def test_a_file_that_may_not_be_read_is_refused():
    run("assess", FOUR_LOSSES)  # whatever is imported late is imported by now
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        file = Path(folder) / "hers.yaml"
        file.write_text("age: 30\n")
        file.chmod(0)
        with an_ordinary_person():
            ran = run("assess", str(file))
    assert refused(ran) == [f"{file}: may not be read; check its permissions"]


def test_a_message_is_one_line_and_steers_no_terminal(tmp_path):
    file = tmp_path / "her.yaml"
    file.write_text('age: "\\e[31mred\\a\\nand more"\n')
    assert refused(run("assess", str(file))) == [f"{file}, line 1: age: '?[31mred? and more' is not a number"]


def test_a_file_whose_name_is_no_text_is_read_and_named(tmp_path):
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.yaml")
    shutil.copy(FOUR_LOSSES, odd)
    ran = run("assess", odd, FOUR_LOSSES)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"### {tmp_path}/?.yaml\n")
    page = run("assess", odd, "--format", "html")
    assert page.code == 0
    assert "?.yaml</title>" in page.out
    assert refused(run("assess", f"{odd}.bak")) == [f"{tmp_path}/?.yaml.bak: does not exist; check the path"]


# Calls

ASSESS = ("assess", FOUR_LOSSES)
WRONG_CALLS = {
    "no profile": (("assess",), "Missing argument 'PROFILE...'"),
    "no such command": (("asess", FOUR_LOSSES), "there is no command 'asess'; did you mean 'assess'?"),
    "no such option": ((*ASSESS, "--formt", "json"), "No such option"),
    "no such format": ((*ASSESS, "--format", "pdf"), "'pdf' is not one of 'text', 'json', 'markdown', 'html'"),
    "no such engine": ((*ASSESS, "--engine", "rete"), "'rete' is not one of 'auto', 'reference', 'durable'"),
    "no date": ((*ASSESS, "--as-of", "2016-13"), "'2016-13' is no date; write 2016, 2016-07 or 2016-07-31"),
    "no day": ((*ASSESS, "--as-of", "2016-02-30"), "'2016-02-30' is no date"),
    "a date in other digits": (
        (*ASSESS, "--as-of", "\uff12\uff10\uff11\uff16"),
        "' is no date; write 2016, 2016-07 or",
    ),
    "a chance without its unit": ((*ASSESS, "--baseline", "0.5"), "--baseline '0.5' is not UNIT=CHANCE"),
    "a chance in words": ((*ASSESS, "--baseline", "transfer=half"), "--baseline 'transfer=half' is not UNIT=CHANCE"),
    "a chance above one": (
        (*ASSESS, "--baseline", "transfer=30"),
        "the baseline for transfer is a chance between 0 and",
    ),
    "no number": ((*ASSESS, "--baseline", "transfer=nan"), "the baseline for transfer is a chance between 0 and 1"),
    "no such unit": (
        (*ASSESS, "--baseline", "cycle=0.5"),
        "a baseline is given for next_pregnancy or transfer, not for",
    ),
    "two chances": (
        (*ASSESS, "--baseline", "transfer=0.3", "--baseline", "transfer=0.4"),
        "--baseline gives two chances for transfer; keep one of them",
    ),
    "no rules": (
        (*ASSESS, "--rules", "/nowhere"),
        "/nowhere: is no folder of rules; name one laid out like the shipped",
    ),
    "no rules to check": (("rules", "check", "/nowhere"), "/nowhere: is no folder of rules"),
    "a misspelt option": (("explain", FOUR_LOSSES, "ivgi"), "there is no option 'ivgi'; did you mean 'ivig'?"),
    "no option": (("explain", FOUR_LOSSES), "Missing argument 'OPTION'"),
    "a misspelt kind": (("rules", "list", "--kind", "strateg"), "there is no kind 'strateg'; did you mean 'strategy'?"),
    "a misspelt rule": (
        ("rules", "show", "rpl-eshre-202"),
        "there is no rule or record 'rpl-eshre-202'; did you mean 'rpl-eshre-20",
    ),
    "no JSON of a rule": (
        ("rules", "show", "status", "--format", "json"),
        "there is no JSON of this; use --format text",
    ),
    "no such schema": (("schema", "profil"), "'profil' is not one of 'profile', 'assessment', 'facts'"),
    "no schema named": (("schema",), "Missing argument"),
}


@pytest.mark.parametrize("what", WRONG_CALLS)
def test_a_wrong_call_is_refused_in_one_line(what):
    words, said = WRONG_CALLS[what]
    (message,) = refused(run(*words))
    assert said in message


def test_without_a_command_the_help_is_shown_and_the_code_says_that_nothing_was_done():
    for words in ((), ("rules",)):
        ran = run(*words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("Usage: decidua")


def test_the_code_reaches_the_shell():
    ran = run_apart("assess", "-", given=b"age: 340\n")
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr == b"decidua: standard input, line 1: age: '340' is not possible; it must be at most 65\n"


# Rulebooks


def test_a_broken_rulebook_does_not_hold_and_each_fault_is_named(tmp_path):
    broken = tmp_path / "rules"
    shutil.copytree(data_folder("rules"), broken)
    for name, right, wrong in (
        ("options/g_csf.yaml", "rpl, unexplained_rpl", "rlp, unexplained_rpl"),
        ("options/ivig.yaml", "losses.clinical >= 4", "losses.clinical >= 400"),
    ):
        file = broken / name
        assert right in file.read_text()
        file.write_text(file.read_text().replace(right, wrong, 1))
    ran = run("rules", "check", str(broken))
    assert (ran.code, ran.out) == (1, "")
    first, second, count = ran.err.splitlines()
    assert first.startswith("options/g_csf.yaml, line ")
    assert "'rlp' is no rule; did you mean 'rpl'?" in first
    assert second.startswith("options/ivig.yaml, line ")
    assert "400 is outside the possible range of 'losses.clinical' (0 to 60)" in second
    assert count == "2 faults."
    assert refused(run("assess", FOUR_LOSSES, "--rules", str(broken))) == [
        line.rpartition(" [R30")[0] for line in (first, second)
    ]


def test_one_fault_is_counted_as_one(tmp_path):
    broken = tmp_path / "rules"
    shutil.copytree(data_folder("rules"), broken)
    (broken / "q.yaml").write_text("a: 1\n")
    ran = run("rules", "check", "--rules", str(broken))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("q.yaml: stands where no rule is looked for; ")
    assert ran.err.splitlines()[1:] == ["1 fault."]


# Internal errors


@pytest.fixture
def facts_fail(monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr(decidua.assessment.assess, "draw_facts", fail)


def test_an_internal_error_is_said_in_one_line_and_has_its_own_code(facts_fail):
    (message,) = refused(run("assess", FOUR_LOSSES), code=70)
    assert message.startswith("internal error (ZeroDivisionError: division by zero); nothing was decided.")


def test_an_internal_error_shows_where_it_happened_only_on_request(facts_fail, monkeypatch):
    monkeypatch.setenv("DECIDUA_TRACEBACK", "1")
    ran = run("assess", FOUR_LOSSES)
    assert ran.code == 70
    assert ran.err.startswith("Traceback (most recent call last):")
    assert ran.err.splitlines()[-1].startswith("decidua: internal error (ZeroDivisionError")


@pytest.fixture
def network_forgets_a_rule(monkeypatch):
    really = ProductionNetwork.fire
    monkeypatch.setattr(ProductionNetwork, "fire", lambda self, decide: really(self, decide) - {"rpl-eshre-2022"})


@needs_durable
def test_engines_that_disagree_are_an_internal_error_and_nothing_is_shown(network_forgets_a_rule):
    (message,) = refused(run("assess", FOUR_LOSSES), code=70)
    assert message.startswith("the reference engine and the production network disagree on rpl-eshre-2022")
    assert run("assess", FOUR_LOSSES, "--engine", "reference").code == 0


@needs_durable
def test_engines_that_disagree_on_one_of_several_women_decide_the_code(network_forgets_a_rule, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("age: 340\n")
    ran = run("assess", FOUR_LOSSES, str(bad), PROFILES["empty"], "--format", "json")
    assert ran.code == 70
    assert len(ran.err.splitlines()) == 2
    assert ran.out == run("assess", PROFILES["empty"], PROFILES["empty"], "--format", "json").out.split("\n")[0] + "\n"


def test_a_person_may_stop_it(monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(decidua.assessment.assess, "draw_facts", stop)
    ran = run("assess", FOUR_LOSSES)
    assert (ran.code, ran.out) == (130, "")
    assert ran.err in ("", "decidua: stopped\n")  # releases of typer differ


def test_after_a_refusal_the_next_woman_is_answered_as_before(tmp_path):
    file = tmp_path / "her.yaml"
    file.write_text("age: 340\n")
    before = told("assess", FOUR_LOSSES)
    assert run("assess", str(file)).code == 2
    assert run("assess", FOUR_LOSSES) == before
