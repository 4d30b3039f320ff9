"""Every rule's verdict for one woman, with its proof, confirmed by the production network where that is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

from decidua.condition.reference import Proof, deciding, evaluate
from decidua.condition.syntax import Atom, Condition, Known, Rule, Untold, children
from decidua.engines.production import available
from decidua.errors import DeciduaError, EngineDisagreement
from decidua.profile.facts import Facts
from decidua.rulebook.book import DatedRulebook
from decidua.truth import UNKNOWN, YES, Verdict

__all__ = ["ENGINES", "Engine", "Verdicts"]

Engine = Literal["auto", "reference", "durable"]
ENGINES: tuple[Engine, ...] = ("auto", "reference", "durable")


class Verdicts:
    """The verdicts of all rules of a dated rulebook for one woman.

    Args:
        view: The rules.
        facts: What is known of her.
        engine: ``auto`` confirms with durable-rules where it is installed; ``durable`` demands it.

    Raises:
        DeciduaError: ``durable`` is asked for and not installed, or no such engine exists.
        EngineDisagreement: The two engines fired different rules.
    """

    def __init__(self, view: DatedRulebook, facts: Facts, engine: Engine = "auto") -> None:
        if engine not in ENGINES:
            raise DeciduaError(f"there is no engine '{engine}'; use one of {', '.join(ENGINES)}")
        self.view = view
        self.facts = facts
        self._proofs: dict[str, Proof] = {}
        self._proven: dict[int, Proof] = {}
        self._looked_at: dict[int, tuple[Condition, frozenset[str]]] = {}
        self._before: Verdicts | None = None
        self._moved: AbstractSet[str] = frozenset()
        self._leaves: dict[int, tuple[Proof, tuple[Proof, ...]]] = {}
        self.engine = "reference"
        if engine != "reference" and available():
            self._confirm()
            self.engine = "reference and durable-rules, in agreement"
        elif engine == "durable":
            raise DeciduaError(
                "durable-rules is not installed (it exists for Python below 3.13 only); use engine 'reference'"
            )

    def supposing(self, facts: Facts) -> Verdicts:
        """Return the verdicts, by the reference engine, had other things been known of her.

        Proofs of conditions that look at nothing that differs are taken over.
        """
        other = Verdicts(self.view, facts, "reference")
        names = facts.values.keys() | self.facts.values.keys()
        other._before = self
        other._moved = {name for name in names if facts.get(name) != self.facts.get(name)}
        return other

    def proof(self, id_: str) -> Proof:
        """Return the proof of a rule's verdict."""
        proof = self._proofs.get(id_)
        if proof is None:
            proof = self._proofs[id_] = self.prove(self.view.rules[id_].condition)
        return proof

    def prove(self, condition: Condition) -> Proof:
        """Return the proof of a condition of a rule, or of a part of one; proven once, it is kept."""
        proof = self._proven.get(id(condition))  # the proof holds the condition, so no other takes its place
        if proof is None:
            before = self._before
            if before is not None and self._moved.isdisjoint(before.findings_in(condition)):
                proof = before.prove(condition)
            else:
                proof = evaluate(condition, self.facts, self.verdict, self.prove)
            self._proven[id(condition)] = proof
        return proof

    def findings_in(self, condition: Condition) -> frozenset[str]:
        """Return the findings that a condition looks at, those of the rules it refers to included."""
        kept = self._looked_at.get(id(condition))
        if kept is None:
            kept = self._looked_at[id(condition)] = condition, frozenset(self._find(condition))
        return kept[1]

    def _find(self, condition: Condition) -> Iterator[str]:
        if isinstance(condition, Atom | Known):
            yield condition.fact
        elif isinstance(condition, Rule):
            if condition.id in self.view.rules:
                yield from self.findings_in(self.view.rules[condition.id].condition)
        else:
            for part in children(condition):
                yield from self.findings_in(part)

    def verdict(self, id_: str) -> Verdict:
        """Return a rule's verdict. A definition or panel that does not hold on the date is UNKNOWN."""
        proof = self._proofs.get(id_)
        if proof is not None:
            return proof.verdict
        return self.proof(id_).verdict if id_ in self.view.rules else UNKNOWN

    def _confirm(self) -> None:
        expected = {id_ for id_ in self.view.rules if self.proof(id_).verdict is YES}
        fired = self.view.network.fire(lambda atom: self.prove(atom).verdict)
        differing = sorted(fired ^ expected)
        if differing:
            named = ", ".join(differing[:5])
            more = f" and {len(differing) - 5} more" if len(differing) > 5 else ""
            raise EngineDisagreement(
                f"the reference engine and the production network disagree on {named}{more}; nothing is shown. Report "
                "this with the profile's findings, and use engine 'reference' only to look into it"
            )

    def deciding_leaves(self, proof: Proof) -> Sequence[Proof]:
        """Return the leaves that decide a proof, looking through the rules it refers to; they are asked for often."""
        kept = self._leaves.get(id(proof))
        if kept is None or kept[0] is not proof:
            kept = self._leaves[id(proof)] = proof, tuple(self._deciding_leaves(proof))
        return kept[1]

    def _deciding_leaves(self, proof: Proof) -> Iterator[Proof]:
        seen: set[str] = set()
        stack = [proof]
        while stack:
            for leaf in deciding(stack.pop()):
                if isinstance(leaf.condition, Rule):
                    if leaf.condition.id not in seen and leaf.condition.id in self.view.rules:
                        seen.add(leaf.condition.id)
                        stack.append(self.proof(leaf.condition.id))
                else:
                    yield leaf

    def unknown_facts(self, proof: Proof) -> list[str]:
        """Return the facts that are not known and could still decide a proof, in order, each once."""
        if proof.verdict is not UNKNOWN:
            return []
        facts: dict[str, None] = {}
        for leaf in self.deciding_leaves(proof):
            if isinstance(leaf.condition, Atom) and leaf.verdict is UNKNOWN:
                facts.setdefault(leaf.condition.fact)
        return list(facts)

    def untold(self, proof: Proof) -> list[str]:
        """Return what could decide a proof and was not read, or that no finding expresses."""
        texts: dict[str, None] = {}
        for leaf in self.deciding_leaves(proof):
            if isinstance(leaf.condition, Untold):
                texts.setdefault(leaf.condition.text)
        return list(texts)
