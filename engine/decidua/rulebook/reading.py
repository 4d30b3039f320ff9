"""Reads a rulebook from its files: parses, checks and assembles them, and names every fault in one go."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from decidua.document import Document, decode, parse_document
from decidua.errors import DocumentError, Fault, RulebookError
from decidua.evidence.care import CareFile
from decidua.evidence.models import EvidenceFile, GuidelineFile, Identified, Record
from decidua.rulebook.baseline import BaselinePolicy
from decidua.rulebook.book import Manifest, Rulebook
from decidua.rulebook.checking import check_rulebook
from decidua.rulebook.explaining import ExplainPolicy
from decidua.rulebook.fragments import check_fragments
from decidua.rulebook.loading import Loaded, load_records
from decidua.rulebook.models import (
    Cause,
    CautionFinding,
    Definition,
    Drug,
    Investigation,
    Option,
    OutcomePolicy,
    Panel,
    Subset,
)
from decidua.rulebook.policy import (
    CertaintyPolicy,
    NextPolicy,
    Policy,
    PoolingPolicy,
    RankPolicy,
    StabilityPolicy,
    StatusPolicy,
    Words,
)

__all__ = ["FILES", "OutcomeFile", "digest_of", "model_of", "parse_files", "read_rulebook"]


class DefinitionFile(Record):
    """A file of ``definitions/``."""

    definitions: Annotated[tuple[Definition, ...], Field(strict=False)]


class CauseFile(Record):
    """A file of ``causes/``."""

    causes: Annotated[tuple[Cause, ...], Field(strict=False)]


class WorkupFile(Record):
    """A file of ``workup/``: investigations, panels or both."""

    investigations: Annotated[tuple[Investigation, ...], Field(strict=False)] = ()
    panels: Annotated[tuple[Panel, ...], Field(strict=False)] = ()


class SubsetFile(Record):
    """A file of ``subsets/``."""

    subsets: Annotated[tuple[Subset, ...], Field(strict=False)]


class FindingFile(Record):
    """``cautions/findings.yaml``."""

    findings: Annotated[tuple[CautionFinding, ...], Field(strict=False)]


class OutcomeFile(Record):
    """``policy/outcomes.yaml``."""

    outcomes: Annotated[tuple[OutcomePolicy, ...], Field(strict=False)]


FILES: dict[str, type[Record]] = {
    "rulebook.yaml": Manifest,
    "cautions/findings.yaml": FindingFile,
    "evidence/guidelines.yaml": GuidelineFile,
    "evidence/guidelines_tests.yaml": CareFile,
    "policy/status.yaml": StatusPolicy,
    "policy/pooling.yaml": PoolingPolicy,
    "policy/certainty.yaml": CertaintyPolicy,
    "policy/rank.yaml": RankPolicy,
    "policy/words.yaml": Words,
    "policy/baseline.yaml": BaselinePolicy,
    "policy/next.yaml": NextPolicy,
    "policy/stability.yaml": StabilityPolicy,
    "policy/explain.yaml": ExplainPolicy,
    "policy/outcomes.yaml": OutcomeFile,
}
"""Files that every rulebook has, each with its model."""

FOLDERS: dict[str, type[Record]] = {
    "definitions": DefinitionFile,
    "causes": CauseFile,
    "workup": WorkupFile,
    "subsets": SubsetFile,
    "options": Option,
    "cautions/drugs": Drug,
    "evidence": EvidenceFile,
}
"""Folders whose every file has the same model."""


@dataclass
class _Parts:
    """The records of a rulebook while its files are read."""

    definitions: list[Definition] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    subsets: list[Subset] = field(default_factory=list)
    investigations: list[Investigation] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    findings: list[CautionFinding] = field(default_factory=list)
    drugs: list[Drug] = field(default_factory=list)
    evidence: list[EvidenceFile] = field(default_factory=list)
    single: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, record: Record) -> None:
        """Sort one file's records into their lists."""
        if isinstance(record, Option):
            self.options.append(record)
        elif isinstance(record, Drug):
            self.drugs.append(record)
        elif isinstance(record, EvidenceFile):
            self.evidence.append(record)
        elif name in FILES and not isinstance(record, FindingFile):
            self.single[name] = record
        else:
            for key in type(record).model_fields:
                getattr(self, key).extend(getattr(record, key))

    def with_conditions(self) -> Iterator[Record]:
        """Yield every record that has a condition, and the policies."""
        yield from (*self.definitions, *self.panels, *self.causes, *self.subsets, *self.findings)
        yield from (strategy for option in self.options for strategy in option.strategies)
        yield from (study for one in self.evidence for study in one.studies)
        for record in self.single.values():
            yield from record.positions if isinstance(record, GuidelineFile) else (record,)


def read_rulebook(files: Mapping[str, bytes], folder: Path) -> Rulebook:
    """Read, check and assemble a rulebook.

    Args:
        files: Content of every rule file by its name relative to the folder.
        folder: Named in messages about files that are missing.

    Raises:
        RulebookError: With every fault found, each with file, line and cure.
    """
    if "rulebook.yaml" not in files and not any(name.startswith("policy/") for name in files):
        message = (
            "holds no rulebook.yaml: it is no rulebook laid out like the shipped 'rules', and no overlay, whose "
            "rulebook.yaml says 'overlay: true'"
        )
        raise RulebookError(Fault(message, file=str(folder), code="R101"))
    loaded = Loaded()
    parts = _Parts()
    for name, document in parse_files(files, loaded).items():
        record = load_records(document, model_of(name), loaded)
        if record is not None:
            parts.add(name, record)
    for name in FILES:
        if name not in files:
            loaded.faults.append(Fault("is missing; every rulebook needs it", file=str(folder / name), code="R102"))
    if loaded.faults:
        raise RulebookError([*loaded.faults, *check_fragments(parts.with_conditions(), loaded.places)])
    book = _assemble(parts, digest_of(files, ""), digest_of(files, "evidence/"), loaded)
    faults = check_rulebook(book, loaded.again)
    if faults:
        raise RulebookError(faults)
    return book


def digest_of(files: Mapping[str, bytes], prefix: str) -> str:
    """Return the SHA-256 of the names and contents of all files whose name starts with ``prefix``."""
    digest = hashlib.sha256()
    for name, content in files.items():
        if name.startswith(prefix):
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def model_of(name: str) -> type[Record]:
    """Return the model of a whole rule file by its name relative to the folder."""
    return FILES[name] if name in FILES else FOLDERS[name.rpartition("/")[0]]


def parse_files(files: Mapping[str, bytes], loaded: Loaded, folder: Path | None = None) -> dict[str, Document]:
    """Parse rule files; what cannot be parsed, or stands where no rule is looked for, is noted as a fault.

    Args:
        files: Content of every file by its name relative to the folder.
        loaded: Collects the faults.
        folder: Put before each name in messages and places; None leaves the names as they are.
    """
    documents: dict[str, Document] = {}
    for name, content in files.items():
        shown = name if folder is None else str(folder / name)
        if name not in FILES and name.rpartition("/")[0] not in FOLDERS:
            loaded.faults.append(Fault("stands where no rule is looked for; move it", file=shown, code="R103"))
            continue
        try:
            documents[name] = parse_document(decode(io.BytesIO(content), name=shown, limit=len(content)), name=shown)
        except DocumentError as error:
            loaded.faults.extend(error.faults)
    return documents


def _records(one: EvidenceFile) -> Iterator[Identified]:
    yield from (*one.studies, *one.syntheses, *one.ongoing)


def _assemble(parts: _Parts, digest: str, evidence_digest: str, loaded: Loaded) -> Rulebook:
    guidelines: GuidelineFile = parts.single["evidence/guidelines.yaml"]
    care: CareFile = parts.single["evidence/guidelines_tests.yaml"]
    policy = Policy(
        status=parts.single["policy/status.yaml"],
        certainty=parts.single["policy/certainty.yaml"],
        rank=parts.single["policy/rank.yaml"],
        outcomes=parts.single["policy/outcomes.yaml"].outcomes,
        words=parts.single["policy/words.yaml"],
        pooling=parts.single["policy/pooling.yaml"],
        baseline=parts.single["policy/baseline.yaml"],
        next=parts.single["policy/next.yaml"],
        stability=parts.single["policy/stability.yaml"],
        explain=parts.single["policy/explain.yaml"],
    )
    return Rulebook(
        manifest=parts.single["rulebook.yaml"],
        definitions=tuple(parts.definitions),
        panels=tuple(parts.panels),
        causes=tuple(parts.causes),
        subsets=tuple(parts.subsets),
        investigations=tuple(parts.investigations),
        options=tuple(parts.options),
        findings=tuple(parts.findings),
        drugs=tuple(parts.drugs),
        studies=tuple(study for one in parts.evidence for study in one.studies),
        syntheses=tuple(synthesis for one in parts.evidence for synthesis in one.syntheses),
        ongoing=tuple(trial for one in parts.evidence for trial in one.ongoing),
        safety_notes=tuple(note for one in parts.evidence for note in one.safety_notes),
        guidelines=guidelines.guidelines,
        positions=guidelines.positions,
        contradictions=(*guidelines.contradictions, *care.contradictions),
        unread=guidelines.unread,
        subjects=care.subjects,
        care_positions=care.care_positions,
        comparisons=care.comparisons,
        unreliable=care.unreliable,
        policy=policy,
        sha256=digest,
        evidence_sha256=evidence_digest,
        topics={record.id: one.topic for one in parts.evidence for record in _records(one)},
        places=loaded.places,
    )
