"""The proof of a verdict as a tree in English, each node with its verdict and whether it decided the whole."""

from __future__ import annotations

from decidua.assessment.answers.explanation import Joint, ProofNode
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import says as says_of
from decidua.condition.english import value_in_english
from decidua.condition.reference import Proof
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Known, Not, Rule, Untold
from decidua.profile.vocabulary import vocabulary

__all__ = ["ProofTrees"]


class ProofTrees:
    """Proofs in English, opened down to the findings; a rule that several refer to is worked out once.

    Args:
        verdicts: Gives the proofs of the rules that are referred to.
    """

    def __init__(self, verdicts: Verdicts) -> None:
        self._verdicts = verdicts
        self._titles = verdicts.view.book.titles
        self._rules: dict[tuple[str, bool], ProofNode] = {}

    def tree(self, proof: Proof) -> ProofNode:
        """Return a proof in English."""
        return self._node(proof, decides=True)

    def _node(self, proof: Proof, *, decides: bool) -> ProofNode:
        node = proof.condition
        if isinstance(node, Rule):
            return self._rule(proof, node, decides=decides)
        if isinstance(node, Atom | Known | Untold):
            return self._leaf(proof, decides=decides)
        if isinstance(node, Not):
            return self._negated(proof, decides=decides)
        return self._joined(proof, _joint(node), decides=decides)

    def _rule(self, proof: Proof, node: Rule, *, decides: bool) -> ProofNode:
        key = (node.id, decides)
        found = self._rules.get(key)
        if found is None:
            known = node.id in self._verdicts.view.rules
            parts = (self._node(self._verdicts.proof(node.id), decides=decides),) if known else ()
            says = self._titles.get(node.id, node.id)
            found = self._rules[key] = ProofNode(says, proof.verdict.value, None, "rule", decides, parts)
        return found

    def _leaf(self, proof: Proof, *, decides: bool) -> ProofNode:
        node = proof.condition
        says = says_of(self._verdicts.view, node)
        if isinstance(node, Atom | Known):
            known = value_in_english(proof.value, vocabulary().get(node.fact))
            return ProofNode(says, proof.verdict.value, known, "finding", decides)
        return ProofNode(says, proof.verdict.value, None, "untold", decides)

    def _negated(self, proof: Proof, *, decides: bool) -> ProofNode:
        """Say a negation in one node where that reads better: over a finding, "none of" for "not any of"."""
        part = proof.parts[0]
        inner = part.condition
        if isinstance(inner, Atom):
            says = says_of(self._verdicts.view, proof.condition)
            known = value_in_english(part.value, vocabulary().get(inner.fact))
            return ProofNode(says, proof.verdict.value, known, "finding", decides)
        if isinstance(inner, All | AnyOf):
            joint: Joint = "not_all" if isinstance(inner, All) else "none"
            said = self._joined(part, joint, decides=decides)
            return ProofNode(said.says, proof.verdict.value, None, joint, decides, said.parts)
        parts = (self._node(part, decides=decides),)
        return ProofNode("not", proof.verdict.value, None, "not", decides, parts)

    def _joined(self, proof: Proof, joint: Joint, *, decides: bool) -> ProofNode:
        node = proof.condition
        says = f"at least {node.count} of" if isinstance(node, AtLeast) else WORDS[joint]
        parts = tuple([self._node(part, decides=decides and part.verdict is proof.verdict) for part in proof.parts])
        return ProofNode(says, proof.verdict.value, None, joint, decides, parts)


WORDS: dict[Joint, str] = {"all": "all of", "any": "any of", "none": "none of", "not_all": "not all of"}


def _joint(node: object) -> Joint:
    return "all" if isinstance(node, All) else "any" if isinstance(node, AnyOf) else "at_least"
