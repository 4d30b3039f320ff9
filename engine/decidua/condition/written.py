"""A condition in the form in which its author wrote it, in one line: for messages to those who edit rules."""

from __future__ import annotations

from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Known, Literal_, Not, Rule

__all__ = ["written", "written_value"]


def written(condition: Condition) -> str:
    """Return a condition as one would write it in YAML, in one line."""
    if isinstance(condition, Atom):
        return f"{condition.fact} {condition.operator} {written_value(condition.value)}"
    if isinstance(condition, Known):
        return f"known {condition.fact}"
    if isinstance(condition, Rule):
        return condition.id
    if isinstance(condition, Not):
        return f"{{not: {written(condition.part)}}}"
    if isinstance(condition, All | AnyOf | AtLeast):
        inner = ", ".join(written(part) for part in condition.parts)
        if isinstance(condition, AtLeast):
            return f"{{at_least: {condition.count}, of: [{inner}]}}"
        return f"{{{'all' if isinstance(condition, All) else 'any'}: [{inner}]}}"
    return f"{{{condition.why}: {condition.text}}}"


def written_value(value: Literal_ | tuple[Literal_, ...]) -> str:
    """Return a literal, or a list of them, as one would write it."""
    if isinstance(value, tuple):
        return f"[{', '.join(written_value(one) for one in value)}]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else value
