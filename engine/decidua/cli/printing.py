"""Prints: finds out what the terminal can show, and says every message in one line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any, TextIO

from decidua.assessment.answers.result import Assessment
from decidua.cli.arguments import Format
from decidua.condition.english import lower_first
from decidua.errors import DeciduaError

__all__ = ["complain", "one_line", "print_assessment", "print_blocks", "print_text", "wrapped", "write_no_more"]


def print_assessment(
    result: Assessment, path: str, output: Format, *, position: int, several: bool, full: bool
) -> None:
    """Print one assessment; of several each has its head, or its line in JSON."""
    if output is Format.json:
        print_text(result.model_dump_json(indent=None if several else 2), output)
        return
    from decidua.report.outline import outline

    if several and output is Format.text:
        print_text(f"{'' if position == 0 else chr(10)}### {path}")
    print_blocks(outline(result, full=full), output, title=f"decidua: {path}")


def print_blocks(blocks: Sequence[Any], output: Format, *, title: str) -> None:
    """Print blocks of a report in a format that people read.

    Raises:
        DeciduaError: JSON is asked for, which blocks are not.
    """
    if output is Format.markdown:
        from decidua.report.markdown import render_markdown

        print_text(render_markdown(blocks, ascii_only=_ascii_only()).rstrip("\n"), output)
    elif output is Format.html:
        from decidua.report.html import render_html

        print_text(render_html(blocks, title=title).rstrip("\n"), output)
    elif output is Format.json:
        raise DeciduaError("there is no JSON of this; use --format text, markdown or html")
    else:
        from decidua.report.terminal import render_terminal

        print_text(render_terminal(blocks, width=_width(), colour=_colour(), ascii_only=_ascii_only()).rstrip("\n"))


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


def print_text(text: str, output: Format = Format.text) -> None:
    """Print text; where only ASCII can be shown, each format says the other signs in its own way."""
    if _ascii_only():
        if output is Format.text:
            from decidua.report.signs import to_ascii

            text = to_ascii(text)
        elif output is Format.json:
            text = "".join(sign if sign.isascii() else json.dumps(sign)[1:-1] for sign in text)
        else:  # a sign that only looks like '<' must not become one
            text = text.encode("ascii", "xmlcharrefreplace").decode()
    try:
        sys.stdout.write(f"{_whole(text)}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        write_no_more()
        raise DeciduaError(f"the answer could not be written: {lower_first(error.strerror or str(error))}") from None


def write_no_more() -> None:
    """Let standard output lead nowhere, so that nothing left in its buffer is tried again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _whole(text: str) -> str:
    """Replace what no encoding can write: the half characters that stand for odd bytes in the name of a file."""
    return text.encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """Say a message in one line, without signs that would steer the terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in " ".join(text.split()))


def wrapped(text: str, stream: TextIO) -> str:
    """Break a line for a terminal between its words; elsewhere it stays whole, for editors and other tools."""
    if not stream.isatty():
        return text
    from textwrap import TextWrapper

    indent = " " * (len(text) - len(text.lstrip()))
    wrapper = TextWrapper(
        width=_width(),
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(wrapper.wrap(text)) or text


def complain(error: DeciduaError) -> None:
    """Say every fault of an error on standard error, each in its line."""
    for fault in error.faults:
        sys.stderr.write(f"decidua: {one_line(str(fault))}\n")
