"""The production network at its limits: many parts, many women, threads, forks, failures that must not stay silent."""

from __future__ import annotations

import importlib
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from decidua.assessment.loading import load_rulebook
from decidua.condition.reference import compare
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Known, Not, Rule, Untold
from decidua.engines import production
from decidua.engines import ruleset as one_ruleset
from decidua.engines.production import MARKS_PER_RULESET, PRODUCTIONS_PER_RULESET, WAYS, ProductionNetwork, available
from decidua.errors import RulebookError
from decidua.profile.facts import draw_facts
from decidua.profile.reading import load_profile
from decidua.rulebook.folder import data_folder
from decidua.truth import NO, UNKNOWN, YES

pytestmark = pytest.mark.skipif(not available(), reason="durable-rules is not installed (Python 3.13 and later)")


def finding(number):
    return Atom(f"finding.f{number}", "=", value=True)


def findings(count):
    return tuple(finding(number) for number in range(count))


def decided(yes=(), no=()):
    """Say of a woman which findings are present and which absent; all others are unknown."""
    return lambda atom: YES if atom in yes else NO if atom in no else UNKNOWN


# Many parts


def test_a_rule_of_a_hundred_findings_fires_only_when_all_hundred_are_present():
    hundred = findings(100)
    network = ProductionNetwork([("all-of-them", All(hundred))], "hundred")
    assert network.fire(decided(yes=hundred)) == {"all-of-them"}
    for missing in (0, 39, 40, 79, 99):
        present = [one for one in hundred if one != finding(missing)]
        assert network.fire(decided(yes=present)) == frozenset()
        assert network.fire(decided(yes=present, no=[finding(missing)])) == frozenset()


def test_a_rule_of_any_of_a_hundred_findings_fires_on_each_of_them_alone():
    network = ProductionNetwork([("any-of-them", AnyOf(findings(100)))], "any-hundred")
    for number in range(100):
        assert network.fire(decided(yes=[finding(number)])) == {"any-of-them"}
    assert network.fire(decided(no=findings(100))) == frozenset()


def test_none_of_a_hundred_findings_needs_every_one_of_them_known_to_be_absent():
    network = ProductionNetwork([("none", Not(AnyOf(findings(100))))], "none-hundred")
    assert network.fire(decided(no=findings(100))) == {"none"}
    assert network.fire(decided(no=findings(99))) == frozenset()


def test_a_hundred_rules_that_look_at_the_same_sixty_findings_all_fire():
    rules = [(f"rule-{number}", All((finding(number % 60), finding((number + 1) % 60)))) for number in range(100)]
    network = ProductionNetwork(rules, "hundred-rules")
    assert network.fire(decided(yes=findings(60))) == {id_ for id_, _ in rules}
    assert network.productions == 60  # forty of them say the same as another


def test_a_chain_of_sixty_rules_fires_from_one_finding_through_every_layer():
    rules = [("rule-0", finding(0)), *((f"rule-{at}", Rule(f"rule-{at - 1}")) for at in range(1, 60))]
    network = ProductionNetwork(rules[::-1], "chain")
    assert network.fire(decided(yes=[finding(0)])) == {id_ for id_, _ in rules}
    assert network.fire(decided()) == frozenset()


def test_no_ruleset_comes_near_the_64_comparisons_on_one_level_that_the_library_can_bear():
    """Beyond 64 alpha nodes on one level durable-rules 2.0.28 fails with error 303."""
    for network in (load_rulebook().at().network, ProductionNetwork([("r", All(findings(500)))], "five-hundred")):
        for chunk in network._chunks:
            needed = {need for one in chunk for need in one.needs}
            concluded = {mark for one in chunk for mark in one.concludes}
            assert len(needed) <= MARKS_PER_RULESET < 60
            assert len(chunk) <= PRODUCTIONS_PER_RULESET
            assert not needed & concluded


@pytest.mark.parametrize(("count", "of"), [(2, 28), (1, 100), (3, 14), (28, 28), (27, 28)])
def test_at_least_some_of_many_fires_from_that_many_on(count, of):
    network = ProductionNetwork([("enough", AtLeast(count, findings(of)))], "enough")
    assert network.fire(decided(yes=findings(of)[-count:])) == {"enough"}
    assert network.fire(decided(yes=findings(of)[: count - 1])) == frozenset()


@pytest.mark.parametrize(
    "condition",
    [AtLeast(10, findings(20)), All((finding(0), AtLeast(2, findings(30)))), AnyOf((Not(AtLeast(29, findings(30))),))],
    ids=["alone", "inside", "negated"],
)
def test_an_at_least_with_too_many_ways_to_be_met_is_refused_when_compiled(condition):
    with pytest.raises(RulebookError, match=rf"'at_least \d+' of \d+ conditions .* more than {WAYS} ways; split it"):
        ProductionNetwork([("too-many", condition)], "too-many")


def test_a_rule_that_can_never_be_settled_never_fires_nor_does_its_opposite():
    open_point = Untold("whether biochemical losses count", "unread")
    network = ProductionNetwork(
        [
            ("open", open_point),
            ("opposite", Not(open_point)),
            ("all", All((open_point, finding(0)))),
            ("any", AnyOf((open_point, finding(0)))),
        ],
        "open",
    )
    assert network.fire(decided(yes=[finding(0)])) == {"any"}
    assert network.fire(decided(no=[finding(0)])) == frozenset()


def test_a_network_of_no_rules_fires_none():
    assert ProductionNetwork([], "empty").fire(decided()) == frozenset()


def test_two_networks_of_the_same_name_do_not_mix():
    one = ProductionNetwork([("one", finding(0))], "same")
    other = ProductionNetwork([("other", finding(1))], "same")
    assert one.fire(decided(yes=[finding(0)])) == {"one"}
    assert other.fire(decided(yes=[finding(0)])) == frozenset()
    assert other.fire(decided(yes=[finding(1)])) == {"other"}
    assert one.fire(decided(yes=[finding(1)])) == frozenset()


def test_that_a_fact_is_known_is_decided_before_the_library_sees_anything():
    network = ProductionNetwork([("known", Known("losses.total")), ("not-known", Not(Known("losses.total")))], "known")
    assert network.fire(lambda atom: YES) == {"known"}
    assert network.fire(lambda atom: NO) == {"not-known"}


# Many women

PAIR = [("both", All((finding(0), finding(1)))), ("neither", Not(AnyOf((finding(0), finding(1)))))]


def check_no_session_is_left(network):
    """Ask the library for every session there was; error 309 says that there is none of that name."""
    library = importlib.import_module("durable_rules_engine")
    asked = next(network._sessions)
    assert asked > 1000
    for _, ruleset in network._rulesets:
        for number in range(asked):
            with pytest.raises(library.error, match="error code: 309"):
                library.get_state(ruleset._handle, f"s{number}")


def test_two_thousand_women_in_a_row_leave_no_session_behind():
    """The library holds 1,024 sessions and then raises MemoryError."""
    network = ProductionNetwork(PAIR, "two-thousand")
    women = [
        (decided(yes=findings(2)), {"both"}),
        (decided(no=findings(2)), {"neither"}),
        (decided(yes=[finding(0)], no=[finding(1)]), set()),
        (decided(yes=[finding(1)]), set()),
        (decided(), set()),
    ]
    for number in range(2000):
        decide, wanted = women[number % len(women)]
        assert network.fire(decide) == wanted
    check_no_session_is_left(network)


FIRST_WOMAN = """
import sys
from decidua.condition.syntax import All, Atom, Not, Rule
from decidua.engines.production import ProductionNetwork
from decidua.truth import NO, UNKNOWN, YES
both = All((Atom("a.b", "=", True), Atom("a.c", "=", True)))
for number in range(50):
    network = ProductionNetwork([("both", both), ("not-both", Not(Rule("both")))], f"n{number}")
    fired = network.fire(lambda atom: YES if atom.fact == "a.b" else UNKNOWN)
    assert fired == frozenset(), fired
    fired = network.fire(lambda atom: NO)
    assert fired == {"not-both"}, fired
print("fine")
"""


def test_a_first_woman_for_whom_nothing_fires_does_not_crash_the_process():
    """A session in which no action ever started holds two uninitialised pointers, which deleting it frees."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "MALLOC_PERTURB_": "165"}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_WOMAN], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "fine\n", "")


def shipped_women(network):
    """Return how each worked example decides the comparisons of the network."""
    deciders = []
    for path in sorted(data_folder("profiles").glob("*.yaml")):
        facts = draw_facts(load_profile(path))
        decided_ = {
            atom: compare(facts.get(atom.fact), atom) if isinstance(atom, Atom) else NO for atom in network._marks
        }
        deciders.append(decided_.__getitem__)
    return deciders


def test_eight_threads_get_the_answers_that_one_gets():
    network = load_rulebook().at().network
    women = shipped_women(network)
    alone = [network.fire(decide) for decide in women]
    assert len(set(alone)) > 8

    def ask(start):
        return [network.fire(women[(start + at) % len(women)]) == alone[(start + at) % len(women)] for at in range(50)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert all(all(answer) for answer in answers)
    assert [len(answer) for answer in answers] == [50] * 8


def test_threads_that_ask_a_new_network_first_at_the_same_time_build_it_once():
    network = ProductionNetwork(PAIR, "together")
    ready = threading.Barrier(8)

    def ask(_number):
        ready.wait(10)
        return network.fire(decided(yes=findings(2)))

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {frozenset({"both"})}
    assert len(network._rulesets) == len(network._chunks)


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform cannot fork")
threads_and_fork = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


def answer_of_a_child(ask, seconds=20):
    """Fork, ask in the child, and return what it said; None where it never came back."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - measured in the parent only
        try:
            os.write(write_end, json.dumps(sorted(ask())).encode())
        finally:
            os._exit(0)
    os.close(write_end)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            with os.fdopen(read_end) as said:
                return said.read()
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(read_end)
    return None


@needs_fork
@threads_and_fork
def test_a_forked_child_answers_as_its_parent_does_and_the_parent_goes_on():
    network = ProductionNetwork(PAIR, "forked")
    decide = decided(yes=findings(2))
    assert network.fire(decide) == {"both"}
    assert answer_of_a_child(lambda: network.fire(decide)) == '["both"]'
    assert answer_of_a_child(lambda: network.fire(decided(no=findings(2)))) == '["neither"]'
    assert network.fire(decide) == {"both"}


@needs_fork
@threads_and_fork
def test_a_child_forked_while_another_thread_asks_is_not_left_waiting_for_ever(monkeypatch):
    network = ProductionNetwork(PAIR, "forked-while-asking")
    decide = decided(yes=findings(2))
    network.fire(decide)
    inside, go_on = threading.Event(), threading.Event()
    parent, really = os.getpid(), ProductionNetwork._assert

    def slowly(self, ruleset, session, present):
        if os.getpid() == parent:
            inside.set()
            go_on.wait(60)
        return really(self, ruleset, session, present)

    monkeypatch.setattr(ProductionNetwork, "_assert", slowly)
    asking = threading.Thread(target=network.fire, args=(decide,))
    asking.start()
    try:
        assert inside.wait(10)
        releasing = threading.Timer(1, go_on.set)
        releasing.start()
        said = answer_of_a_child(lambda: network.fire(decide), seconds=5)
    finally:
        go_on.set()
        asking.join(10)
        releasing.join(10)
    assert said == '["both"]'


def test_a_network_that_is_sent_to_another_process_builds_its_own_rulesets_there():
    network = ProductionNetwork(PAIR, "pickled")
    before = network.fire(lambda _atom: YES)
    again = pickle.loads(pickle.dumps(network))  # noqa: S301 - what was just pickled here
    assert (again._rulesets, again.productions) == ([], network.productions)
    assert again.fire(lambda _atom: YES) == before == network.fire(lambda _atom: YES) != frozenset()


# Failures


def test_an_error_of_the_library_is_raised_and_never_taken_for_an_answer(monkeypatch):
    """Asked too much at once it fails with error 303, so productions are cut; here they are left in one piece."""
    monkeypatch.setattr(production, "PRODUCTIONS_PER_RULESET", 1000)
    monkeypatch.setattr(production, "MARKS_PER_RULESET", 1000)
    network = ProductionNetwork([(f"rule-{at}", finding(at)) for at in range(100)], "too-much")
    with pytest.raises(RuntimeError, match=r"the production network failed: .*error code: 303"):
        network.fire(decided(yes=findings(100)))
    assert network.fire(decided(yes=findings(2))) == {"rule-0", "rule-1"}


def test_a_session_that_was_there_before_is_refused():
    network = ProductionNetwork(PAIR, "seen-before")
    network.fire(decided())
    library = importlib.import_module("durable_rules_engine")
    _, first = network._rulesets[0]
    left = json.dumps({"sid": "s9", "anchor": "a", "a0y": "y"})
    assert library.assert_fact(first._handle, left)[0] == 0
    with pytest.raises(RuntimeError, match=r"did not take a fact \(code 2\)"):
        first.fired("s9", ["a0y"])


def test_a_failed_call_does_not_lock_out_the_next_one(monkeypatch):
    network = ProductionNetwork(PAIR, "failed-once")
    with monkeypatch.context() as patched:
        patched.setattr(ProductionNetwork, "_assert", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            network.fire(decided(yes=findings(2)))
    assert network.fire(decided(yes=findings(2))) == {"both"}


def test_after_the_library_itself_failed_the_rulesets_are_built_anew(monkeypatch):
    network = ProductionNetwork(PAIR, "library-failed")
    assert network.fire(decided(yes=findings(2))) == {"both"}
    before = [ruleset for _, ruleset in network._rulesets]

    def fails(self, session, marks):
        raise MemoryError("no session left")

    with monkeypatch.context() as patched:
        patched.setattr(production.Ruleset, "fired", fails)
        with pytest.raises(MemoryError, match="no session left"):
            network.fire(decided(yes=findings(2)))
    assert network.fire(decided(yes=findings(2))) == {"both"}
    assert not any(ruleset in before for _, ruleset in network._rulesets)


def test_no_thread_of_the_library_is_started():
    before = threading.active_count()
    assert ProductionNetwork(PAIR, "no-threads").fire(decided(yes=findings(2))) == {"both"}
    assert threading.active_count() == before


def test_the_network_is_available_only_where_the_library_is(monkeypatch):
    assert available()
    monkeypatch.setattr(one_ruleset, "find_spec", lambda name: None)
    assert not available()
