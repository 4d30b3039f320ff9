"""Speed of one assessment after import; run with `make benchmark`, never a test that a busy machine can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

import decidua
from decidua.assessment.explanation import explain
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


def test_one_explanation(benchmark, woman):
    result = benchmark(explain, woman, "ivig")
    assert result.option == "ivig"


def test_loading_the_rulebook_from_the_cache(benchmark):
    folder = Path(__file__).parents[2] / "rules"
    book = benchmark.pedantic(decidua.load_rulebook, args=(folder,), rounds=5, warmup_rounds=1)
    assert book.manifest.name == "decidua"
