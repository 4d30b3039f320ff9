"""The exit codes."""

from __future__ import annotations

from decidua.errors import DeciduaError, EngineDisagreement

__all__ = ["BAD_INPUT", "DONE", "INTERNAL", "NOT_HELD", "STOPPED", "exit_code"]

DONE, NOT_HELD, BAD_INPUT, INTERNAL, STOPPED = 0, 1, 2, 70, 130


def exit_code(error: DeciduaError) -> int:
    """Return the exit code of an error: 70 where the fault is decidua's own, else 2."""
    return INTERNAL if isinstance(error, EngineDisagreement) else BAD_INPUT
