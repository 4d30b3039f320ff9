"""``decidua evidence``: the evidence on one option, or a line on each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from decidua.assessment.loading import load_rulebook
from decidua.assessment.verdicts import Verdicts
from decidua.cli.arguments import AsOf, EvidenceFormat, Format, RatesFile, RulesFolder, read_profile, read_rates
from decidua.cli.printing import print_blocks, print_text
from decidua.errors import DeciduaError
from decidua.profile.facts import draw_facts
from decidua.rulebook.book import DatedRulebook

__all__ = ["evidence_command"]


def evidence_command(
    option: Annotated[
        str | None,
        typer.Argument(
            metavar="OPTION",
            help="Key of an option, such as g_csf; without one a line on each. 'check' looks all papers up in a list "
            "of retractions.",
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(metavar="PROFILE", help="A profile, for her standing in each study; '-' reads standard input."),
    ] = None,
    outcome: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help="One outcome only, such as live_birth.")
    ] = None,
    as_of: AsOf = None,
    output: Annotated[
        EvidenceFormat, typer.Option("--format", help="csv has one row a study outcome, or one an option.")
    ] = EvidenceFormat.text,
    rules: RulesFolder = None,
    retractions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="With 'check': a Retraction Watch export (CSV), read offline."),
    ] = None,
    rates: RatesFile = None,
) -> None:
    """Print the studies on an option, what they give together, a forest plot, and who says what.

    'decidua evidence check --retractions FILE' ends with code 1 where a notice is not reflected in the rulebook.
    """
    if option == "check":
        _check(retractions, rules, output, alone=rates is None and profile is outcome is as_of is None)
        return
    if retractions is not None:
        raise DeciduaError("--retractions belongs to 'decidua evidence check'")
    if rates is not None and profile is None:
        raise DeciduaError("--rates belongs to a profile; give '--profile PROFILE' too")
    from decidua.assessment.evidence.on_option import check_option, check_outcome, evidence_overview, option_evidence

    if option is not None:
        check_option(option)
    check_outcome(outcome)
    view = load_rulebook(rules).at(as_of)
    verdicts = None if profile is None else _verdicts(view, profile, rates)
    if option is None:
        _print_overview(evidence_overview(view, outcome=outcome, verdicts=verdicts), output)
    else:
        _print_option(option_evidence(view, option, outcome=outcome, verdicts=verdicts), output)


def _check(retractions: Path | None, rules: Sequence[Path] | None, output: EvidenceFormat, *, alone: bool) -> None:
    if retractions is None:
        raise DeciduaError("'evidence check' needs --retractions FILE, a Retraction Watch export (CSV)")
    if not alone or output is EvidenceFormat.csv:
        raise DeciduaError("'evidence check' takes --retractions, --rules and --format (text, json, markdown or html)")
    from decidua.cli.retractions import check_evidence

    check_evidence(retractions, rules, Format(output.value))


def _verdicts(view: DatedRulebook, profile: str, rates: Path | None) -> Verdicts:
    return Verdicts(view, draw_facts(read_profile(profile), read_rates(rates)))


def _print_overview(overview: Any, output: EvidenceFormat) -> None:
    from decidua.assessment.answers.evidence import EvidenceOverview

    if output is EvidenceFormat.csv:
        from decidua.report.evidence_studies import overview_csv

        print_text(overview_csv((*overview.options, overview.total)).rstrip("\n"))
    elif output is EvidenceFormat.json:
        _print_json(EvidenceOverview, overview)
    else:
        from decidua.report.evidence import overview_blocks

        print_blocks(overview_blocks(overview), Format(output.value), title="decidua: the evidence base")


def _print_option(evidence: Any, output: EvidenceFormat) -> None:
    from decidua.assessment.answers.evidence import OptionEvidence

    if output is EvidenceFormat.csv:
        from decidua.report.evidence_studies import studies_csv

        print_text(studies_csv(evidence).rstrip("\n"))
    elif output is EvidenceFormat.json:
        _print_json(OptionEvidence, evidence)
    else:
        from decidua.report.evidence import evidence_blocks

        print_blocks(evidence_blocks(evidence), Format(output.value), title=f"decidua: evidence on {evidence.name}")


def _print_json(kind: type[Any], answer: Any) -> None:
    from pydantic import TypeAdapter

    print_text(TypeAdapter(kind).dump_json(answer, indent=2).decode(), Format.json)
