"""Which findings leave women open: the unknown ones that still could decide whether an option's population is hers.

A finding counts for a woman where the comparison with it and every condition above it are unknown for her, as
``deciding`` has it for one woman.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

import polars as pl

from decidua.condition.syntax import Atom, Condition
from decidua.engines.frame import FramePlan
from decidua.truth import UNKNOWN, Verdict

__all__ = ["Hiding"]


class Hiding:
    """The masks of some conditions: for each finding, the women for whom it could still decide.

    Args:
        plan: Where the verdicts stand.
        roots: The conditions, by a key.
    """

    def __init__(self, plan: FramePlan, roots: Mapping[str, Condition]) -> None:
        self._plan = plan
        self._levels: list[dict[str, pl.Expr]] = []
        self._depth: dict[str, int] = {}
        self._leaves: dict[str, dict[str, list[str]]] = {}
        for at, (key, root) in enumerate(roots.items()):
            self._leaves[key] = self._masks(root, f"decidua open {at} ")

    def count(self, frame: pl.DataFrame) -> dict[str, dict[str, int]]:
        """Return by key how many women each finding leaves open."""
        for level in self._levels:
            frame = frame.with_columns(**level)
        sums = {
            (key, fact): pl.any_horizontal(masks).sum().alias(f"{key} {fact}")
            for key, facts in self._leaves.items()
            for fact, masks in facts.items()
        }
        if not sums:
            return {key: {} for key in self._leaves}
        counted = frame.select(list(sums.values())).row(0)
        found: dict[str, dict[str, int]] = {key: {} for key in self._leaves}
        for (key, fact), women in zip(sums, counted, strict=True):
            found[key][fact] = int(women)
        return found

    def _masks(self, root: Condition, prefix: str) -> dict[str, list[str]]:
        """Lay out the masks of a condition from the top down; a node's mask waits for those of all above it."""
        names: dict[Condition, str] = {}
        above: dict[Condition, list[str]] = {root: []}
        leaves: dict[str, list[str]] = {}
        for node in self._from_the_top(root):
            term = self._plan.term(node)
            if isinstance(term, Verdict) and term is not UNKNOWN:
                continue
            parents = above.get(node, [])
            if node is not root and not parents:
                continue
            own = pl.lit(value=True) if isinstance(term, Verdict) else pl.col(term).is_null()
            mask = reduce(or_, [pl.col(parent) for parent in parents]) & own if parents else own
            names[node] = name = f"{prefix}{len(names)}"
            self._depth[name] = 1 + max((self._depth[parent] for parent in parents), default=-1)
            self._at(self._depth[name])[name] = mask
            if isinstance(node, Atom):
                leaves.setdefault(node.fact, []).append(name)
            for part in self._plan.parts(node):
                above.setdefault(part, []).append(name)
        return leaves

    def _from_the_top(self, root: Condition) -> Sequence[Condition]:
        seen: dict[Condition, None] = {}

        def visit(node: Condition) -> None:
            if node in seen:
                return
            for part in self._plan.parts(node):
                visit(part)
            seen[node] = None

        visit(root)
        return list(reversed(seen))

    def _at(self, level: int) -> dict[str, pl.Expr]:
        while len(self._levels) <= level:
            self._levels.append({})
        return self._levels[level]
