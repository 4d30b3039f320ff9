"""Every rule's verdict: two engines that disagree stop the answer, and a proof names what is still unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

import decidua
from decidua.assessment import verdicts as verdicts_module
from decidua.assessment.explaining.looked_at import looked_at
from decidua.assessment.verdicts import ENGINES, Verdicts
from decidua.condition.syntax import All, AnyOf, Atom, Condition, Known, Not, Rule, Untold
from decidua.engines.production import ProductionNetwork, available
from decidua.errors import DeciduaError, EngineDisagreement
from decidua.profile.facts import Facts, draw_facts
from decidua.profile.interval import Interval
from decidua.profile.model import Profile
from decidua.rulebook.book import CompiledRule
from decidua.truth import NO, UNKNOWN, YES

needs_durable = pytest.mark.skipif(not available(), reason="durable-rules is not installed (Python 3.13 and later)")

PROFILES = Path(__file__).parents[2] / "profiles"


class View:
    """Some rules as a dated rulebook holds them."""

    def __init__(self, **rules: Condition) -> None:
        self.rules = {id_: CompiledRule(id_, "subset", id_, condition) for id_, condition in rules.items()}
        self.network = ProductionNetwork([(id_, one.condition) for id_, one in self.rules.items()], "view")


LOSSES = Atom("losses.total", ">=", 2)
EUPLOID = Atom("losses.euploid", ">=", 1)
NEGATIVE = Atom("workup.antiphospholipid", "=", "negative")
UNREAD = Untold("whether biochemical losses count", "unread")
RULES = View(
    refractory=All((Rule("unexplained"), Atom("losses.total", ">=", 4))),
    unexplained=All((Rule("rpl"), NEGATIVE, AnyOf((EUPLOID, UNREAD)))),
    rpl=LOSSES,
    not_rpl=Not(Rule("rpl")),
)


def judged(facts, engine="auto"):
    return Verdicts(RULES, Facts(facts), engine)


# Two engines


@needs_durable
def test_where_the_network_misses_a_rule_nothing_is_shown_and_the_rule_is_named(monkeypatch):
    really = ProductionNetwork.fire
    monkeypatch.setattr(ProductionNetwork, "fire", lambda self, decide: really(self, decide) - {"rpl"})
    with pytest.raises(EngineDisagreement, match=r"the production network disagree on rpl; nothing is shown"):
        judged({"losses.total": 3})
    assert judged({"losses.total": 3}, "reference").verdict("rpl") is YES


@needs_durable
def test_where_the_network_fires_a_rule_too_many_nothing_is_shown_and_the_rule_is_named(monkeypatch):
    really = ProductionNetwork.fire
    monkeypatch.setattr(ProductionNetwork, "fire", lambda self, decide: really(self, decide) | {"refractory"})
    with pytest.raises(EngineDisagreement, match="disagree on refractory;"):
        judged({"losses.total": 3})


@needs_durable
def test_where_the_network_misses_a_rule_of_the_shipped_rulebook_the_whole_assessment_stops(monkeypatch):
    profile = Profile.model_validate({"pregnancies": {"losses": 4, "clinical_losses": 4}})
    found = Verdicts(decidua.load_rulebook().at(), draw_facts(profile), "reference")
    dropped = next(id_ for id_ in found.view.rules if found.verdict(id_) is YES)
    really = ProductionNetwork.fire
    monkeypatch.setattr(ProductionNetwork, "fire", lambda self, decide: really(self, decide) - {dropped})
    with pytest.raises(EngineDisagreement, match=dropped):
        decidua.assess(profile)
    assert decidua.assess(profile, engine="reference").engine == "reference"


@needs_durable
def test_where_many_rules_differ_five_are_named_and_the_others_counted(monkeypatch):
    rules = {f"rule{number}": LOSSES for number in range(8)}
    monkeypatch.setattr(ProductionNetwork, "fire", lambda self, decide: frozenset())
    with pytest.raises(EngineDisagreement, match="disagree on rule0, rule1, rule2, rule3, rule4 and 3 more;"):
        Verdicts(View(**rules), Facts({"losses.total": 2}))


@needs_durable
@pytest.mark.parametrize("engine", ["auto", "durable"])
def test_where_the_network_is_installed_the_answer_says_that_both_agree(engine):
    assert judged({"losses.total": 3}, engine).engine == "reference and durable-rules, in agreement"


def test_without_the_network_the_reference_engine_answers_alone_unless_the_network_is_demanded(monkeypatch):
    monkeypatch.setattr(verdicts_module, "available", lambda: False)
    assert judged({"losses.total": 3}).engine == "reference"
    with pytest.raises(DeciduaError, match=r"durable-rules is not installed .* use engine 'reference'"):
        judged({"losses.total": 3}, "durable")


def test_an_engine_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(DeciduaError, match="no engine 'rete'; use one of auto, reference, durable"):
        judged({}, "rete")


@pytest.mark.parametrize("engine", [one for one in ENGINES if one != "durable" or available()])
def test_a_count_known_only_as_an_interval_is_not_known_on_any_engine(engine):
    view = View(known=Known("losses.total"), unknown=Not(Known("losses.total")))
    for value, verdict in ((Interval(2, 4), NO), (3, YES)):
        assert Verdicts(view, Facts({"losses.total": value}), engine).verdict("known") is verdict
    assert Verdicts(view, Facts({}), engine).verdict("unknown") is YES


# The proof


def test_a_rule_that_does_not_hold_on_the_date_is_unknown_not_no():
    assert judged({"losses.total": 3}).verdict("definition-of-another-year") is UNKNOWN


def test_what_is_unknown_and_decides_a_rule_is_found_through_the_rules_it_refers_to():
    found = judged({"losses.total": Interval(2, 6)})
    assert found.unknown_facts(found.proof("refractory")) == [
        "losses.total",
        "workup.antiphospholipid",
        "losses.euploid",
    ]
    assert found.untold(found.proof("refractory")) == ["whether biochemical losses count"]


def test_of_a_verdict_that_is_settled_nothing_is_unknown():
    found = judged({"losses.total": 1})
    assert found.verdict("refractory") is NO
    assert found.unknown_facts(found.proof("refractory")) == []
    assert {leaf.condition for leaf in found.deciding_leaves(found.proof("refractory"))} == {
        LOSSES,
        Atom("losses.total", ">=", 4),
    }


def test_what_is_known_already_is_not_asked_again():
    found = judged({"losses.total": 4, "workup.antiphospholipid": "negative"})
    assert found.verdict("refractory") is UNKNOWN
    assert found.unknown_facts(found.proof("refractory")) == ["losses.euploid"]


def test_each_unknown_finding_is_named_once_however_often_it_is_asked():
    view = View(a=AnyOf((LOSSES, Rule("b"), Rule("b"))), b=All((LOSSES, EUPLOID)))
    found = Verdicts(view, Facts({}), "reference")
    assert found.unknown_facts(found.proof("a")) == ["losses.total", "losses.euploid"]


def test_a_reference_to_a_rule_that_does_not_hold_on_the_date_names_nothing_to_find_out():
    found = Verdicts(View(a=LOSSES), Facts({"losses.total": 2}), "reference")
    proof = found.proof("a")
    found.view.rules["a"] = CompiledRule("a", "subset", "a", Rule("of-another-year"))
    again = Verdicts(found.view, Facts({}), "reference")
    assert proof.verdict is YES
    assert again.verdict("a") is UNKNOWN
    assert again.unknown_facts(again.proof("a")) == []


@needs_durable
def test_a_reference_to_a_rule_that_does_not_hold_on_the_date_is_unknown_to_the_network_too():
    view = View(a=Rule("of-another-year"), b=Not(Rule("of-another-year")), c=AnyOf((Rule("of-another-year"), LOSSES)))
    found = Verdicts(view, Facts({"losses.total": 2}), "durable")
    assert {id_: found.verdict(id_) for id_ in view.rules} == {"a": UNKNOWN, "b": UNKNOWN, "c": YES}


# Supposing that something else were known of her


def test_supposed_verdicts_are_those_of_a_woman_of_whom_that_is_known():
    view = decidua.load_rulebook().at()
    for name in ("empty", "rpl_four_losses", "rif_untested_embryos"):
        facts = draw_facts(decidua.load_profile(PROFILES / f"{name}.yaml"))
        hers = Verdicts(view, facts)
        for finding, value in (
            ("age", 41),
            ("losses.total", 2),
            ("workup.antiphospholipid", "positive"),
            ("transfers.failed", Interval(3, None)),
            ("condition.lupus", True),
        ):
            otherwise = Facts({**facts.values, finding: value})
            supposed, anew = hers.supposing(otherwise), Verdicts(view, otherwise, "reference")
            assert {id_: supposed.proof(id_) for id_ in view.rules} == {id_: anew.proof(id_) for id_ in view.rules}
        gone = Facts({name: value for name, value in facts.values.items() if not name.startswith("losses.")})
        without, anew = hers.supposing(gone), Verdicts(view, gone, "reference")
        assert {id_: without.proof(id_) for id_ in view.rules} == {id_: anew.proof(id_) for id_ in view.rules}


def test_of_what_is_supposed_only_what_looks_at_it_is_judged_again():
    hers = Verdicts(decidua.load_rulebook().at(), draw_facts(decidua.load_profile(PROFILES / "rpl_four_losses.yaml")))
    for id_ in hers.view.rules:
        hers.proof(id_)
    supposed = hers.supposing(Facts({**hers.facts.values, "condition.lupus": True}))
    same = [id_ for id_ in hers.view.rules if supposed.proof(id_) is hers.proof(id_)]
    looking = {id_ for id_ in hers.view.rules if "condition.lupus" in looked_at(hers.view, [id_])}
    assert looking
    assert not looking & set(same)
    assert set(same) | looking == set(hers.view.rules)
