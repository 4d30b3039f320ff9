"""The terminal tool: reads arguments and files, calls the engine, prints what a report formats. It decides nothing."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from decidua.assessment.assess import assess
from decidua.assessment.result import Assessment
from decidua.assessment.verdicts import Engine
from decidua.document import decode
from decidua.errors import DeciduaError, DocumentError, EngineDisagreement, ProfileError, RulebookError
from decidua.profile.model import Profile
from decidua.profile.reading import MAX_PROFILE_BYTES, load_profile, parse_profile
from decidua.rulebook.book import Rulebook
from decidua.rulebook.folder import data_folder, load_rulebook
from decidua.version import __version__

__all__ = ["app", "main"]

DONE, NOT_HELD, BAD_INPUT, INTERNAL = 0, 1, 2, 70

app = typer.Typer(
    name="decidua",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Which immunomodulatory options have which evidence for a woman with recurrent pregnancy loss or implantation "
    "failure. For research and for discussion among clinicians; no medical device.",
)
rules_app = typer.Typer(no_args_is_help=True, help="Look at the rulebook: its rules, evidence and policies.")
app.add_typer(rules_app, name="rules")


class Format(StrEnum):
    """Formats of an assessment."""

    text = "text"
    json = "json"
    markdown = "markdown"
    html = "html"


class EngineName(StrEnum):
    """Engines to run."""

    auto = "auto"
    reference = "reference"
    durable = "durable"


class SchemaName(StrEnum):
    """What a JSON Schema can be printed of."""

    profile = "profile"
    assessment = "assessment"
    facts = "facts"


ProfilePaths = Annotated[
    list[str], typer.Argument(metavar="PROFILE...", help="Profiles (YAML or JSON); '-' reads standard input.")
]
OneProfile = Annotated[
    str, typer.Argument(metavar="PROFILE", help="A profile (YAML or JSON); '-' reads standard input.")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="What could be said then: 2016, 2016-07 or 2016-07-31 (default: all that was read).",
    ),
]
RulesFolder = Annotated[
    Path | None, typer.Option("--rules", metavar="DIR", help="A rulebook folder instead of the shipped one.")
]
EngineOption = Annotated[
    EngineName, typer.Option("--engine", help="auto confirms with durable-rules where it is installed.")
]
All = Annotated[bool, typer.Option("--all", help="Show every option, strategy, study, position and caution at length.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"decidua {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Start here: ``decidua assess PROFILE``."""


@app.command("assess")
def assess_command(
    profiles: ProfilePaths,
    as_of: AsOf = None,
    output: Annotated[
        Format, typer.Option("--format", help="Several profiles in JSON come as JSON Lines.")
    ] = Format.text,
    rules: RulesFolder = None,
    engine: EngineOption = EngineName.auto,
    full: All = False,
    baseline: Annotated[
        list[str] | None,
        typer.Option(
            metavar="UNIT=CHANCE",
            help="Her own chance of a live birth without treatment, such as next_pregnancy=0.55 or transfer=0.3.",
        ),
    ] = None,
) -> None:
    """Print the ranked evidence summary for one or more women."""
    chances = _read_baseline(baseline or [])
    book = load_rulebook(rules)
    book.at(as_of)
    several = len(profiles) > 1
    worst = DONE
    for position, path in enumerate(_with_progress(profiles)):
        try:
            result = assess(_read_profile(path), as_of=as_of, rulebook=book, baseline=chances, engine=_engine(engine))
        except (ProfileError, EngineDisagreement) as error:
            if not several:
                raise
            _complain(error)
            worst = max(worst, _code(error))
            continue
        _print_assessment(result, path, output, position=position, several=several, full=full)
    if worst != DONE:
        raise typer.Exit(worst)


@app.command("explain")
def explain_command(
    profile: OneProfile,
    option: Annotated[
        str,
        typer.Argument(metavar="OPTION", help="Key of an option, such as g_csf ('decidua rules list --kind option')."),
    ],
    as_of: AsOf = None,
    output: Annotated[Format, typer.Option("--format")] = Format.text,
    rules: RulesFolder = None,
    engine: EngineOption = EngineName.auto,
    full: All = False,
) -> None:
    """Print why an option has its status: the proof, what is unknown, what would change it."""
    from pydantic import TypeAdapter

    from decidua.assessment.explanation import Explanation, explain
    from decidua.report.explain import explanation_blocks

    book = load_rulebook(rules)
    book.at(as_of).option_of(option)
    explanation = explain(_read_profile(profile), option, as_of=as_of, rulebook=book, engine=_engine(engine))
    if output is Format.json:
        _print(TypeAdapter(Explanation).dump_json(explanation, indent=2).decode(), output)
    else:
        _print_blocks(explanation_blocks(explanation, full=full), output, title=explanation.name)


@rules_app.command("list")
def rules_list(
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="One kind only, such as definition or strategy.")
    ] = None,
    rules: RulesFolder = None,
    output: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """List every rule and record with its kind."""
    from decidua.report.rules import list_blocks, listed

    book = load_rulebook(rules)
    entries = listed(book, kind)
    if output is Format.json:
        _print(json.dumps([{"id": one.id, "kind": one.kind, "title": one.title} for one in entries], indent=2), output)
    else:
        _print_blocks(list_blocks(entries), output, title="Rules")


@rules_app.command("show")
def rules_show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Id of a rule, study, position, drug, option or policy.")],
    rules: RulesFolder = None,
    output: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """Show one rule or record in plain English, with its source and its place."""
    from decidua.report.rules import show_blocks

    _print_blocks(show_blocks(load_rulebook(rules), id_), output, title=id_)


@rules_app.command("check")
def rules_check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A rulebook folder; default: the shipped one.")
    ] = None,
    rules: RulesFolder = None,
) -> None:
    """Check a rulebook: every fault in one go, with file, line and cure."""
    chosen = folder or rules or data_folder("rules")
    if not chosen.is_dir():
        load_rulebook(chosen)  # refuses: that is no rulebook with faults, but no rulebook at all
    try:
        book = load_rulebook(chosen)
    except RulebookError as error:
        for fault in error.faults:
            sys.stderr.write(f"{_one_line(str(fault))}\n")
        count = len(error.faults)
        typer.echo(f"{count} {'fault' if count == 1 else 'faults'}.", err=True)
        raise typer.Exit(NOT_HELD) from None
    _print(_sizes(book))


@app.command("schema")
def schema_command(what: Annotated[SchemaName, typer.Argument(help="What to print the JSON Schema of.")]) -> None:
    """Print a JSON Schema, for editors and other software."""
    from decidua.report.schema import facts_schema

    makers: dict[SchemaName, Callable[[], dict[str, Any]]] = {
        SchemaName.profile: Profile.model_json_schema,
        SchemaName.assessment: lambda: Assessment.model_json_schema(mode="serialization"),
        SchemaName.facts: facts_schema,
    }
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **makers[what]()}
    _print(json.dumps(schema, indent=2), Format.json)


def _sizes(book: Rulebook) -> str:
    counts = {
        "definitions": len(book.definitions),
        "panels": len(book.panels),
        "causes": len(book.causes),
        "subsets": len(book.subsets),
        "options": len(book.options),
        "strategies": len(list(book.strategies)),
        "drugs": len(book.drugs),
        "studies": len(book.studies),
        "syntheses": len(book.syntheses),
        "documents": len(book.guidelines),
        "positions": len(book.positions),
    }
    return (
        f"Rulebook {book.manifest.version} is sound: {', '.join(f'{count} {name}' for name, count in counts.items())}."
    )


def _engine(engine: EngineName) -> Engine:
    names: dict[EngineName, Engine] = {
        EngineName.auto: "auto",
        EngineName.reference: "reference",
        EngineName.durable: "durable",
    }
    return names[engine]


def _read_profile(path: str) -> Profile:
    if path != "-":
        return load_profile(path)
    try:
        return parse_profile(
            decode(sys.stdin.buffer, name="standard input", limit=MAX_PROFILE_BYTES), name="standard input"
        )
    except DocumentError as error:
        raise ProfileError(error.faults) from None


def _read_baseline(texts: Sequence[str]) -> dict[str, float]:
    baseline: dict[str, float] = {}
    for text in texts:
        unit, _, chance = (part.strip() for part in text.partition("="))
        if unit in baseline:
            raise DeciduaError(f"--baseline gives two chances for {unit}; keep one of them")
        try:
            baseline[unit] = float(chance)
        except ValueError:
            raise DeciduaError(f"--baseline '{text}' is not UNIT=CHANCE, such as next_pregnancy=0.55") from None
    return baseline


def _with_progress(profiles: Sequence[str]) -> Iterator[str]:
    """Yield the profiles; show progress on standard error where many are read and a person is watching."""
    if len(profiles) < 20 or not sys.stderr.isatty() or sys.stdout.isatty():
        yield from profiles
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), redirect_stdout=False) as progress:
        yield from progress.track(profiles, description="Assessing")


def _print_assessment(
    result: Assessment, path: str, output: Format, *, position: int, several: bool, full: bool
) -> None:
    if output is Format.json:
        _print(result.model_dump_json(indent=None if several else 2), output)
        return
    from decidua.report.outline import outline

    if several and output is Format.text:
        _print(f"{'' if position == 0 else chr(10)}### {path}")
    _print_blocks(outline(result, full=full), output, title=f"decidua: {path}")


def _print_blocks(blocks: Sequence[Any], output: Format, *, title: str) -> None:
    if output is Format.markdown:
        from decidua.report.markdown import render_markdown

        _print(render_markdown(blocks).rstrip("\n"), output)
    elif output is Format.html:
        from decidua.report.html import render_html

        _print(render_html(blocks, title=title).rstrip("\n"), output)
    elif output is Format.json:
        raise DeciduaError("there is no JSON of this; use --format text, markdown or html")
    else:
        from decidua.report.terminal import render_terminal

        _print(render_terminal(blocks, width=_width(), colour=_colour(), ascii_only=_ascii_only()).rstrip("\n"))


def _width() -> int:
    """Return the columns to fill: those of the terminal up to 100, else 80; ``COLUMNS`` decides where it is set."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and 0 < len(columns.lstrip("0")) < 10:
        return min(max(int(columns), 40), 200)
    if not sys.stdout.isatty():
        return 80
    try:
        known = os.get_terminal_size(sys.stdout.fileno()).columns or 80  # a terminal of no size has not told it
    except OSError:
        return 80
    return min(max(known, 40), 100)


def _colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _ascii_only() -> bool:
    return "utf" not in (sys.stdout.encoding or "").lower().replace("-", "")


def _print(text: str, output: Format = Format.text) -> None:
    """Print text; where only ASCII can be shown, each format says the other signs in its own way."""
    if _ascii_only():
        if output is Format.text:
            from decidua.report.terminal import to_ascii

            text = to_ascii(text)
        elif output is Format.json:
            text = "".join(sign if sign.isascii() else json.dumps(sign)[1:-1] for sign in text)
        else:  # a sign that only looks like '<' must not become one
            text = text.encode("ascii", "xmlcharrefreplace").decode()
    sys.stdout.write(f"{_whole(text)}\n")


def _whole(text: str) -> str:
    """Replace what no encoding can write: the half characters that stand for odd bytes in the name of a file."""
    return text.encode("utf-8", "replace").decode()


def _one_line(text: str) -> str:
    """Say a message in one line, without signs that would steer the terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in " ".join(text.split()))


def _complain(error: DeciduaError) -> None:
    for fault in error.faults:
        sys.stderr.write(f"decidua: {_one_line(str(fault))}\n")


def _code(error: DeciduaError) -> int:
    return INTERNAL if isinstance(error, EngineDisagreement) else BAD_INPUT


def _usage_message(error: Exception) -> str | None:
    """Return the message of a wrong call, or None where the error is none.

    Which classes stand for one differs between releases of typer; all of them can format their message.
    """
    format_message: Callable[[], str] | None = getattr(error, "format_message", None)
    if format_message is None:
        return None
    message = format_message()
    if message.startswith("Usage:"):
        return message
    context = getattr(error, "ctx", None)
    hint = f" (see '{context.command_path} --help')" if context is not None else ""
    return _one_line(f"decidua: {message}{hint}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the terminal tool.

    Args:
        arguments: The words after ``decidua``; None takes them from the command line.

    Returns:
        0 done; 1 the check that was asked for did not hold; 2 bad input or usage; 70 an internal error.
    """
    command = typer.main.get_command(app)
    try:
        outcome = command.main(
            args=None if arguments is None else list(arguments), prog_name="decidua", standalone_mode=False
        )
        sys.stdout.flush()
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("decidua: stopped\n")
        return 130
    except DeciduaError as error:
        _complain(error)
        return _code(error)
    except BrokenPipeError:
        return _stop_writing()
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):  # click's own answer to it is code 1
            return _stop_writing()
        raise
    except Exception as error:  # noqa: BLE001 - the last line of defence: an internal error is said as one, with its code
        usage = _usage_message(error)
        if usage is not None:
            sys.stderr.write(f"{usage}\n")
            return BAD_INPUT
        if os.environ.get("DECIDUA_TRACEBACK"):
            traceback.print_exc()
        sys.stderr.write(
            f"decidua: internal error ({_one_line(f'{type(error).__name__}: {error}')}); nothing was decided. "
            "Please report it with the command; DECIDUA_TRACEBACK=1 shows where it happened.\n"
        )
        return INTERNAL
    return outcome if isinstance(outcome, int) else DONE


def _stop_writing() -> int:
    """Write no more: whoever read the answer has read enough, which is no error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE
