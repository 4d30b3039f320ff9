"""Speed of one assessment after import; run with `make benchmark`, never a test that a busy machine can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

import decidua
from decidua.assessment.explaining.explanation import explain
from decidua.engines.production import available
from decidua.evidence.models import OPTION_KEYS

PROFILE = Path(__file__).parents[2] / "profiles" / "rpl_four_losses.yaml"
ENGINES = ["reference", *(["durable"] if available() else [])]


@pytest.fixture(scope="module")
def woman() -> decidua.Profile:
    return decidua.load_profile(PROFILE)


@pytest.mark.parametrize("engine", ENGINES)
def test_one_assessment(benchmark, woman, engine):
    result = benchmark(decidua.assess, woman, engine=engine)
    assert len(result.options) == len(OPTION_KEYS)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("rpl_four_losses", "ivig"),
        ("contraindications", "tnf_antagonists"),
        ("rpl_two_losses", "antithrombotics"),
        ("empty", "antithrombotics"),
    ],
)
def test_one_explanation(benchmark, name, option, engine):
    """Asked for: 50 ms; the last two have the most ways with the most that is open."""
    result = benchmark(explain, decidua.load_profile(PROFILE.with_name(f"{name}.yaml")), option, engine=engine)
    assert result.option == option


def test_loading_the_rulebook_from_the_cache(benchmark):
    folder = Path(__file__).parents[2] / "rules"
    book = benchmark.pedantic(decidua.load_rulebook, args=(folder,), rounds=5, warmup_rounds=1)
    assert book.manifest.name == "decidua"
