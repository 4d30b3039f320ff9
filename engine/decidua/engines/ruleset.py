"""One ruleset of durable-rules: a fact goes in, and the rules that it fires come out.

The library's compiled half is asked directly. Its Python half decodes and encodes the whole state for every rule that
fires, asks a clock that newer Pythons warn of, and turns what goes wrong into text that has to be looked for; what it
adds besides (actions of many kinds, timers, hosts) is not needed where nothing is done but to note what fires.

Each ruleset has one rule that always fires. Without it the library frees memory it never set: a session's context is
first written when an action starts, and ``delete_state`` on a session in which none did corrupts the heap.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

__all__ = ["Ruleset", "available"]

_ANCHOR = {"anchor": "a"}
"""The first equality of every rule, which every fact has."""


def available() -> bool:
    """Say whether durable-rules can be used here: it is not installed for Python 3.13 and later."""
    return find_spec("durable_rules_engine") is not None


class Ruleset:
    """Rules that each need some marks, in this process.

    Args:
        name: Its name, which the library keeps for the whole process.
        rules: The marks that each rule needs, by the rule's name.
    """

    def __init__(self, name: str, rules: Mapping[str, Iterable[str]]) -> None:
        self._library: Any = import_module("durable_rules_engine")
        definition = {
            rule: {"all": [{"m": {"$and": [_ANCHOR, *({mark: "y"} for mark in sorted(marks))]}}]}
            for rule, marks in {**rules, "always": ()}.items()
        }
        self._handle = self._library.create_ruleset(name, json.dumps(definition))

    def fired(self, session: str, marks: Iterable[str]) -> list[str]:
        """Return the names of the rules that fire for these marks, in a session of its own that is deleted again.

        Args:
            session: A name that no session here had before.
            marks: What holds.

        Raises:
            RuntimeError: The library failed; the session may still be there, so the ruleset must not be used again.
            MemoryError: The library has no room for a session.
        """
        library, handle = self._library, self._handle
        fact = {"sid": session, **_ANCHOR, **dict.fromkeys(sorted(marks), "y")}
        fired = []
        try:
            problem, place = library.assert_fact(handle, json.dumps(fact))
            if problem:
                raise RuntimeError(f"the production network did not take a fact (code {problem})")
            started = library.start_action_for_state(handle, place)
            message = started and started[1]
            while message:  # {"name of the rule": {...}}
                fired.append(message[2 : message.index('"', 2)])
                message = library.complete_and_start_action(handle, place)
            library.delete_state(handle, session)
        except library.error as error:
            raise RuntimeError(f"the production network failed: {error}") from error
        fired.remove("always")
        return fired
