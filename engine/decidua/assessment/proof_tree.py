"""The proof of a verdict as a tree in English, each node with its verdict and whether it decided the whole."""

from __future__ import annotations

from decidua.assessment.explanation_answer import Joint, ProofNode
from decidua.assessment.verdicts import Verdicts
from decidua.condition.english import in_english, value_in_english
from decidua.condition.reference import Proof
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Known, Not, Rule, Untold
from decidua.profile.vocabulary import vocabulary

__all__ = ["proof_tree"]


def proof_tree(verdicts: Verdicts, proof: Proof) -> ProofNode:
    """Return a proof in English, opened down to the findings.

    Args:
        verdicts: Gives the proofs of the rules it refers to; each is opened once on each path.
        proof: The proof.
    """
    return _node(verdicts, proof, frozenset(), decides=True)


def _node(verdicts: Verdicts, proof: Proof, seen: frozenset[str], *, decides: bool) -> ProofNode:
    node = proof.condition
    if isinstance(node, Rule):
        return _rule(verdicts, proof, node, seen, decides=decides)
    if isinstance(node, Atom | Known | Untold):
        return _leaf(verdicts, proof, decides=decides)
    if isinstance(node, Not):
        return _negated(verdicts, proof, seen, decides=decides)
    return _joined(verdicts, proof, seen, _joint(node), decides=decides)


def _rule(verdicts: Verdicts, proof: Proof, node: Rule, seen: frozenset[str], *, decides: bool) -> ProofNode:
    parts: tuple[ProofNode, ...] = ()
    if node.id in verdicts.view.rules and node.id not in seen:
        parts = (_node(verdicts, verdicts.proof(node.id), seen | {node.id}, decides=decides),)
    says = verdicts.view.book.titles.get(node.id, node.id)
    return ProofNode(says, proof.verdict.value, None, "rule", decides, parts)


def _leaf(verdicts: Verdicts, proof: Proof, *, decides: bool) -> ProofNode:
    node = proof.condition
    says = in_english(node, vocabulary(), verdicts.view.book.titles)
    if isinstance(node, Atom | Known):
        known = value_in_english(proof.value, vocabulary().get(node.fact))
        return ProofNode(says, proof.verdict.value, known, "finding", decides)
    return ProofNode(says, proof.verdict.value, None, "untold", decides)


def _negated(verdicts: Verdicts, proof: Proof, seen: frozenset[str], *, decides: bool) -> ProofNode:
    """Say a negation in one node where that reads better: over a finding, "none of" for "not any of"."""
    part = proof.parts[0]
    inner = part.condition
    if isinstance(inner, Atom):
        says = in_english(proof.condition, vocabulary(), verdicts.view.book.titles)
        known = value_in_english(part.value, vocabulary().get(inner.fact))
        return ProofNode(says, proof.verdict.value, known, "finding", decides)
    if isinstance(inner, All | AnyOf):
        joint: Joint = "not_all" if isinstance(inner, All) else "none"
        said = _joined(verdicts, part, seen, joint, decides=decides)
        return ProofNode(said.says, proof.verdict.value, None, joint, decides, said.parts)
    parts = (_node(verdicts, part, seen, decides=decides),)
    return ProofNode("not", proof.verdict.value, None, "not", decides, parts)


def _joined(verdicts: Verdicts, proof: Proof, seen: frozenset[str], joint: Joint, *, decides: bool) -> ProofNode:
    node = proof.condition
    words = {"all": "all of", "any": "any of", "none": "none of", "not_all": "not all of"}
    says = f"at least {node.count} of" if isinstance(node, AtLeast) else words[joint]
    parts = tuple(
        _node(verdicts, part, seen, decides=decides and part.verdict is proof.verdict) for part in proof.parts
    )
    return ProofNode(says, proof.verdict.value, None, joint, decides, parts)


def _joint(node: object) -> Joint:
    return "all" if isinstance(node, All) else "any" if isinstance(node, AnyOf) else "at_least"
