"""What was proved of a rulebook, as report blocks, as JSON, and each counterexample as a profile file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from decidua.errors import DeciduaError
from decidua.proving.describing import Document, in_one_line, to_yaml
from decidua.proving.ground import Counterexample
from decidua.proving.proofs import Proof
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph, Tone
from decidua.rulebook.book import Rulebook

__all__ = ["make_folder", "proof_blocks", "proof_data", "write_profiles"]

TONES: dict[str, Tone] = {"holds": "good", "fails": "bad", "fault": "bad"}
WORDS = {"holds": "holds", "fails": "does not hold", "fault": "the translation for z3 is at fault"}
MOST_OF_WHY = 600

Files = dict[tuple[str, int], tuple[str, ...]]
"""Names of the files that were written, by property and number of the counterexample."""


def proof_blocks(book: Rulebook, dates: int, proofs: Sequence[Proof], files: Files) -> list[Block]:
    """Return what was proved as report blocks.

    Args:
        book: The rulebook.
        dates: How many dates were looked at.
        proofs: What came of each property.
        files: The profile files that were written.
    """
    failed = [one for one in proofs if one.verdict != "holds"]
    held = len(proofs) - len(failed)
    blocks: list[Block] = [
        Heading(f"Proofs of rulebook {book.manifest.version}", 1),
        Paragraph(
            f"Over all possible women and {dates} dates (all that was read, and every day on which something changes).",
            "muted",
        ),
        Bullets(tuple(_bullet(one, files) for one in proofs)),
        Paragraph(
            f"{held} of {len(proofs)} {'property holds' if len(proofs) == 1 else 'properties hold'}.",
            "bad" if failed else "good",
        ),
    ]
    if failed and not files:
        blocks.append(Paragraph("With --out DIR each counterexample is written as a profile file.", "muted"))
    return blocks


def _bullet(proof: Proof, files: Files) -> Bullet:
    details = [proof.of.sentence, *(f"Remark: {remark}." for remark in proof.remarks)]
    for at, one in enumerate(proof.counterexamples):
        details.extend(_counterexample(one, files.get((proof.of.name, at), ())))
    if proof.more:
        details.append("There are more; these are the first that were found.")
    return Bullet(proof.of.name, WORDS[proof.verdict], TONES[proof.verdict], tuple(details))


def _counterexample(one: Counterexample, files: Sequence[str]) -> Iterator[str]:
    date = "" if one.as_of is None else f", as of {one.as_of}"
    yield f"{one.about}{date}: {one.says}."
    confirmed = "confirms it" if one.confirmed else "does not see it, so the fault lies in the translation"
    yield f"The reference engine {confirmed}: {one.reference}."
    if files:
        yield f"Written to {' and '.join(files)}."
    elif len(one.profiles) == 2:
        yield f"Her profile before: {in_one_line(one.profiles[0])}"
        yield f"Her profile after: {in_one_line(one.profiles[1])}"
    else:
        yield from (f"Her profile: {in_one_line(profile)}" for profile in one.profiles)


def proof_data(book: Rulebook, dates: int, proofs: Sequence[Proof], files: Files) -> dict[str, Any]:
    """Return what was proved as data for JSON; the arguments are those of ``proof_blocks``."""
    return {
        "rulebook": {"version": book.manifest.version, "sha256": book.sha256},
        "dates": dates,
        "properties": [
            {
                "property": proof.of.name,
                "sentence": proof.of.sentence,
                "verdict": proof.verdict,
                "questions": proof.questions,
                "remarks": list(proof.remarks),
                "counterexamples": [
                    {
                        "about": one.about,
                        "as_of": one.as_of,
                        "says": one.says,
                        "reference": one.reference,
                        "confirmed": one.confirmed,
                        "profiles": list(one.profiles),
                        "files": list(files.get((proof.of.name, at), ())),
                    }
                    for at, one in enumerate(proof.counterexamples)
                ],
                "more": proof.more,
            }
            for proof in proofs
        ],
    }


def make_folder(folder: Path) -> None:
    """Make the folder for counterexamples where it is missing, and see that files can be written there.

    Raises:
        DeciduaError: They cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _not_written(folder, error) from None


def write_profiles(folder: Path, proofs: Sequence[Proof]) -> Files:
    """Write each counterexample as a profile file, and return the names of the files.

    Args:
        folder: As ``make_folder`` left it.
        proofs: What was proved.

    Raises:
        DeciduaError: A file cannot be written.
    """
    written: Files = {}
    try:
        for proof in proofs:
            for at, one in enumerate(proof.counterexamples):
                written[proof.of.name, at] = tuple(_write(folder, proof, at, one))
    except OSError as error:
        raise _not_written(folder, error) from None
    return written


def _not_written(folder: Path, error: OSError) -> DeciduaError:
    return DeciduaError(f"a counterexample could not be written to {folder}: {error.strerror or error}")


def _write(folder: Path, proof: Proof, at: int, one: Counterexample) -> Iterator[str]:
    endings = ("-before", "-after") if len(one.profiles) == 2 else ("",)
    for ending, profile in zip(endings, one.profiles, strict=False):
        path = folder / f"{proof.of.name}-{at + 1}{ending}.yaml"
        path.write_text(to_yaml(_with_reason(proof, one, profile)), encoding="utf-8")
        yield str(path)


def _with_reason(proof: Proof, one: Counterexample, profile: Document) -> Document:
    date = "" if one.as_of is None else f" as of {one.as_of}"
    why = f"Counterexample to '{proof.of.name}': {one.about}{date}: {one.says}."
    return {"why": why if len(why) <= MOST_OF_WHY else f"{why[: MOST_OF_WHY - 3]}...", **profile}
