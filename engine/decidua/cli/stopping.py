"""Stops a long run between two batches: Ctrl-C, or a request to end, leaves no file that looks whole and is not."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Stopping", "stopping"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Whether the run was asked to stop. The first time it stops after the batch at hand, the second time at once."""

    def __init__(self) -> None:
        self._asked = False

    def ask(self, number: int = 0, frame: FrameType | None = None) -> None:  # noqa: ARG002 - what a signal brings
        """Take note that the run shall stop.

        Raises:
            KeyboardInterrupt: It was asked before.
        """
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True

    def here(self) -> None:
        """Stop if that was asked.

        Raises:
            KeyboardInterrupt: It was.
        """
        if self._asked:
            raise KeyboardInterrupt


@contextmanager
def stopping() -> Iterator[Stopping]:
    """Let Ctrl-C and a request to end (SIGTERM) be noted while a long run goes on."""
    noted = Stopping()
    before = {number: signal.signal(number, noted.ask) for number in SIGNALS}
    try:
        yield noted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
