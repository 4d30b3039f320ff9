"""``decidua explain`` as a person meets it: the answer in short, what would bring an option in, the proof after it."""

from __future__ import annotations

import json

import pytest
from tests.functional.running import OPTIONS, PROFILES, columns_of, run, run_on_terminal, told, widest, without_colour


def flat(text: str) -> str:
    return " ".join(text.split())


def explained(name: str, option: str, *more: str) -> str:
    ran = told("explain", PROFILES[name], option, "--engine", "reference", *more)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def test_the_answer_comes_before_the_proof():
    text = explained("contraindications", "tnf_antagonists")
    assert text.index("Stopped by") < text.index("THE PROOF, WAY BY WAY") < text.index("Is she in its population?")


def test_what_stops_an_option_what_may_change_and_what_stays_are_told_apart():
    text = flat(explained("contraindications", "tnf_antagonists"))
    assert "What stays in the way: IgA deficiency with anti-IgA antibodies and past hypersensitivity. hyper" in text
    assert "active tuberculosis: no (now yes) -> research only" in text
    assert "An infection may be treated or pass; whether this one can is for her physicians to say." in text
    assert "(not known yet; immune marker, not urged)" in text


def test_where_nothing_brings_an_option_in_it_says_so_and_names_what_decides():
    text = flat(explained("rpl_four_losses", "ivig"))
    assert "What decides: antiphospholipid antibodies: negative." in text
    assert "nothing that can still be found out or changed; what decides is never supposed to change." in text
    assert "any one of these is enough: (how the next pregnancy is planned: natural) or (losses after" in text


def test_a_status_that_comes_from_societies_and_evidence_says_so_plainly():
    text = flat(explained("rif_over_40_donor", "intralipid"))
    assert "no finding of hers; the status comes from positions and evidence. Against it: ESHRE 2023" in text


def test_an_open_population_says_what_makes_it_hers_and_what_does_not():
    text = flat(explained("bleeding_no_scan", "progestogens"))
    assert "Hers if: intrauterine pregnancy seen on scan: yes -> consider" in text
    assert "Not hers if: intrauterine pregnancy seen on scan: no" in text


def test_a_finding_known_within_limits_names_them():
    assert "longest run of consecutive losses: 2 (so far 1 to 2)" in flat(
        explained("rpl_two_losses", "corticosteroids")
    )


def test_ways_of_which_the_same_is_said_stand_together():
    text = explained("bleeding_now", "antithrombotics")
    assert flat(text).count("What decides: together: pregnancy losses, clinical and biochemical: 1;") == 1
    assert "The same for: Heparin added to aspirin for recurrent loss" in flat(text)
    assert flat(text).count("The same proof for: ") >= 1


def test_more_sets_come_with_all():
    short, long = (flat(explained("antiphospholipid_once", "antithrombotics", *more)) for more in ((), ("--all",)))
    assert "1 more such set with --all" in short
    assert "with --all" not in long.partition("THE PROOF")[0]
    assert len(long) > len(short)


def test_of_a_long_set_the_first_findings_are_named_and_the_rest_counted():
    short, long = (flat(explained("bleeding_now", "progestogens", *more)) for more in ((), ("--all",)))
    assert (
        "clinical losses: 1; biochemical losses: 0; and 6 more with --all (2 more such sets with --all)"
        in (short.partition("THE PROOF")[0])
    )
    assert (
        "biochemical losses: 0; losses, with ectopic and molar pregnancies and stillbirths: 1; clinical losses"
        in (long.partition("THE PROOF")[0])
    )


def test_the_findings_behind_a_cause_are_listed_once():
    text = flat(explained("antiphospholipid_syndrome", "g_csf")).partition("G-CSF around a transfer")[0]
    assert text.count("biochemical losses: 0; longest run of consecutive losses: 3;") == 1
    assert "What stays in the way: together: antiphospholipid antibodies: positive;" in text
    assert "test: at least 19 weeks. antiphospholipid syndrome (Sydney criteria)." in text


def test_json_gives_the_findings_with_their_values():
    found = json.loads(explained("rpl_four_losses", "g_csf", "--format", "json"))
    away = next(one for one in found["strategies"] if one["status"] == "not_applicable")
    first = away["responsible"][0]
    assert (first["smallest"], first["complete"]) == (True, True)
    assert {"finding", "label", "known"} <= set(first["sets"][0][0])
    scan = json.loads(explained("bleeding_no_scan", "progestogens", "--format", "json"))["strategies"][0]
    change = scan["yes_if"]["sets"][0]
    assert change["then"] == ["consider"]
    assert change["findings"] == [
        {
            "finding": "pregnancy.intrauterine_on_scan",
            "label": "Intrauterine pregnancy seen on scan",
            "to_be": "yes",
            "values": [True],
            "now": "not known",
            "how": "find_out",
            "why": None,
            "immune": False,
        }
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("name", ["empty", "pregnant_now"])
def test_every_explanation_fits_80_columns(name, encoding):
    for option in OPTIONS:
        line = widest(run("explain", PROFILES[name], option, "--engine", "reference", encoding=encoding).out)
        assert columns_of(line) <= 80, line


def test_colour_changes_no_word():
    plain = explained("contraindications", "ivig")
    shown = run_on_terminal("explain", PROFILES["contraindications"], "ivig", "--engine", "reference")
    assert "\x1b[" in shown
    assert without_colour(shown) == plain


def test_the_rules_show_what_can_change_and_why():
    text = flat(run("rules", "show", "explain").out)
    assert "plan.next" in text
    assert "What is planned can be planned otherwise." in text
    assert "most findings" in text.lower()


def test_the_proof_of_a_rule_is_written_out_once_and_then_named():
    lines = explained("bleeding_no_scan", "progestogens").splitlines()
    proofs = [at for at, line in enumerate(lines) if "recurrent pregnancy loss by at least one definition" in line]
    assert [lines[at].endswith(": as above") for at in proofs] == [False, True, True]
    assert [line for line in lines[proofs[0] : proofs[1]] if "RPL by RCOG 2023" in line]
    assert not [line for line in lines[proofs[1] :] if "RPL by" in line]
    short = [line for line in lines if line.endswith("she is not pregnant now")]
    assert len(short) == 2
