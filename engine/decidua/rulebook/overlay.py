"""What a local overlay did to the rulebook it lies over: which records it added, overrode, extended and removed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from decidua.frozen import Frozen

__all__ = ["Overlay", "Touched"]


class Touched(Frozen):
    """One record that an overlay brought, changed or took away."""

    kind: Annotated[str, Field(description="Kind of the record, as 'decidua rules list' names it.")]
    id: str
    why: Annotated[str | None, Field(description="The overlay's own reason, where it gives one.")] = None
    safety: Annotated[
        bool, Field(description="True where it takes away or loosens what may speak against a treatment.")
    ] = False


class Overlay(Frozen):
    """A local overlay: who laid it, why, and what it changed in the rulebook."""

    name: str
    version: str
    why: str
    sha256: Annotated[str, Field(description="SHA-256 of its files.")]
    added: Annotated[tuple[Touched, ...], Field(description="Records the rulebook did not have.")]
    extended: Annotated[tuple[Touched, ...], Field(description="Records it adds to, such as a drug's safety record.")]
    overridden: Annotated[tuple[Touched, ...], Field(description="Records that stand in place of the rulebook's own.")]
    removed: Annotated[tuple[Touched, ...], Field(description="Records that it takes away, each with the reason.")]

    @property
    def changes_nothing(self) -> bool:
        """Whether it leaves every record as it is."""
        return not (self.added or self.extended or self.overridden or self.removed)
