"""decidua: which immunomodulatory options have which evidence for this woman, how sure it is, and what is unknown.

    >>> import decidua
    >>> profile = decidua.Profile.model_validate({"age": 34, "pregnancies": {"losses": 4}})
    >>> result = decidua.assess(profile)
    >>> result.options[0].rank
    1

For research and for preparing a discussion among clinicians; no medical device. Each name is loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from decidua.version import __version__

if TYPE_CHECKING:
    from decidua.assessment.answers.result import Assessment
    from decidua.assessment.assess import assess
    from decidua.assessment.comparing.comparison import compare
    from decidua.assessment.explaining.explanation import explain
    from decidua.assessment.loading import load_rulebook
    from decidua.errors import DeciduaError, EngineDisagreement, EvidenceError, ProfileError, RatesError, RulebookError
    from decidua.profile.model import Profile
    from decidua.profile.rates import Rates
    from decidua.profile.reading import load_profile, load_rates
    from decidua.rulebook.book import Rulebook
    from decidua.tables.entry import cohort, feasibility

__all__ = [
    "Assessment",
    "DeciduaError",
    "EngineDisagreement",
    "EvidenceError",
    "Profile",
    "ProfileError",
    "Rates",
    "RatesError",
    "Rulebook",
    "RulebookError",
    "__version__",
    "assess",
    "cohort",
    "compare",
    "explain",
    "feasibility",
    "load_profile",
    "load_rates",
    "load_rulebook",
]

_HOMES = {
    "Assessment": "assessment.answers.result",
    "DeciduaError": "errors",
    "EngineDisagreement": "errors",
    "EvidenceError": "errors",
    "Profile": "profile.model",
    "ProfileError": "errors",
    "Rates": "profile.rates",
    "RatesError": "errors",
    "Rulebook": "rulebook.book",
    "RulebookError": "errors",
    "assess": "assessment.assess",
    "cohort": "tables.entry",
    "compare": "assessment.comparing.comparison",
    "explain": "assessment.explaining.explanation",
    "feasibility": "tables.entry",
    "load_profile": "profile.reading",
    "load_rates": "profile.reading",
    "load_rulebook": "assessment.loading",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'decidua' has no attribute '{name}'")
    value = getattr(import_module(f"decidua.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
