"""The terminal tool as a whole: its commands, and the last line of defence around them."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from decidua.cli.arguments import CONTEXT
from decidua.cli.exits import BAD_INPUT, DONE, INTERNAL, STOPPED, exit_code
from decidua.cli.printing import complain, one_line, write_no_more
from decidua.errors import DeciduaError, nearest
from decidua.version import __version__

__all__ = ["app", "main"]

COMMANDS = {
    "assess": "assess:assess_command",
    "explain": "assess:explain_command",
    "next": "next:next_command",
    "evidence": "evidence:evidence_command",
    "compare": "compare:compare_command",
    "rules": "rules:rules_app",
    "cohort": "cohort:cohort_command",
    "synth": "synth:synth_command",
    "schema": "schema:schema_command",
}
"""Where each command is: module and name. Only the one that is called is imported."""


class Commands(typer.core.TyperGroup):
    """The commands, each imported when it is called or when all of them are listed."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is the library's
        """Return the names, as ``--help`` lists them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the signature is the library's
        """Return a command.

        Raises:
            DeciduaError: There is none of that name; the nearest is named.
        """
        if cmd_name not in COMMANDS:
            raise DeciduaError(f"there is no command '{cmd_name}'{nearest(cmd_name, COMMANDS)} (see 'decidua --help')")
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(f"decidua.cli.{module}"), name)
        if isinstance(found, typer.Typer):
            return typer.main.get_group(found)
        alone = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=CONTEXT)
        alone.command(cmd_name)(found)
        return typer.main.get_command(alone)


app = typer.Typer(
    name="decidua",
    cls=Commands,
    invoke_without_command=False,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=CONTEXT,
    help="Which immunomodulatory options have which evidence for a woman with recurrent pregnancy loss or implantation "
    "failure. For research and for discussion among clinicians; no medical device.",
)


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


def _usage_message(error: Exception) -> str | None:
    """Return the message of a wrong call, or None where the error is none.

    Which classes stand for one differs between releases of typer; all of them can format their message.
    """
    format_message: Callable[[], str] | None = getattr(error, "format_message", None)
    if format_message is None:
        return None
    message = format_message().replace("Value error, ", "")  # a word of some releases of typer, and none of ours
    if message.startswith("Usage:"):
        return message
    context = getattr(error, "ctx", None)
    hint = f" (see '{context.command_path} --help')" if context is not None else ""
    return one_line(f"decidua: {message}{hint}")


def _stopped() -> int:
    sys.stderr.write("decidua: stopped\n")
    return STOPPED


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
    except (typer.Abort, KeyboardInterrupt):
        return _stopped()
    except DeciduaError as error:
        complain(error)
        return exit_code(error)
    except BrokenPipeError:
        write_no_more()  # whoever read the answer has read enough, which is no error
        return DONE
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):  # click's own answer to it is code 1
            write_no_more()
            return DONE
        raise
    except Exception as error:  # noqa: BLE001 - the last line of defence: an internal error is said as one, with its code
        usage = _usage_message(error)
        if usage is not None:
            sys.stderr.write(f"{usage}\n")
            return BAD_INPUT
        if os.environ.get("DECIDUA_TRACEBACK"):
            traceback.print_exc()
        sys.stderr.write(
            f"decidua: internal error ({one_line(f'{type(error).__name__}: {error}')}); nothing was decided. "
            "Please report it with the command; DECIDUA_TRACEBACK=1 shows where it happened.\n"
        )
        return INTERNAL
    if outcome == STOPPED:  # what newer releases of typer make of Ctrl-C, without a word
        return _stopped()
    return outcome if isinstance(outcome, int) else DONE
