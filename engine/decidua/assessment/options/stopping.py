"""Which findings stop a strategy: contraindications of its drugs, and those of its own."""

from __future__ import annotations

from decidua.assessment.verdicts import Verdicts
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Caution, Strategy
from decidua.truth import Verdict

__all__ = ["stopping_findings", "stopping_labels", "stops"]


def stops(caution: Caution) -> bool:
    """Say whether a caution stops every strategy of its drug when its finding is present."""
    return caution.level == "contraindication" and caution.hard_stop and caution.only_at is None


def stopping_findings(view: DatedRulebook, strategy: Strategy) -> list[str]:
    """Return the keys of the findings of which any one stops a strategy when it is hers."""
    drugs = [view.book.drug[key] for key in strategy.drugs]
    cautions = [caution.finding for drug in drugs for caution in drug.cautions if stops(caution)]
    return list(dict.fromkeys([*strategy.stops, *cautions]))


def stopping_labels(verdicts: Verdicts, strategy: Strategy, verdict: Verdict) -> list[str]:
    """Return the labels of the findings that stop a strategy, of those that have a verdict for her, each once."""
    view = verdicts.view
    rules = view.keep(
        ("stopping", strategy.id),
        lambda: [(f"finding:{key}", view.book.finding[key].label) for key in stopping_findings(view, strategy)],
    )
    return list(dict.fromkeys([label for rule, label in rules if verdicts.verdict(rule) is verdict]))
