"""decidua: which immunomodulatory options have which evidence for this woman, how sure it is, and what is unknown.

    >>> import decidua
    >>> profile = decidua.Profile.model_validate({"age": 34, "pregnancies": {"losses": 4}})
    >>> result = decidua.assess(profile)
    >>> result.options[0].rank
    1

For research and for preparing a discussion among clinicians; no medical device.
"""

from decidua.assessment.assess import assess
from decidua.assessment.result import Assessment
from decidua.errors import (
    DeciduaError,
    EngineDisagreement,
    EvidenceError,
    ProfileError,
    RulebookError,
)
from decidua.profile.model import Profile
from decidua.profile.reading import load_profile
from decidua.rulebook.book import Rulebook
from decidua.rulebook.folder import load_rulebook
from decidua.version import __version__

__all__ = [
    "Assessment",
    "DeciduaError",
    "EngineDisagreement",
    "EvidenceError",
    "Profile",
    "ProfileError",
    "Rulebook",
    "RulebookError",
    "__version__",
    "assess",
    "load_profile",
    "load_rulebook",
]
