# SPDX-License-Identifier: Apache-2.0
"""The programs of a build of ST's compiler in Ingot's words: decoded to epochs, assembled anew by program.py.

The same registers run in other instructions, so that a board can say whether Ingot's programs start, wait and end as
they should before one of its own epochs runs there. An array of the file keeps its size: what the words around it say
of sizes and places stays true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.st.npu.build import Build, blob_file
from ingot.st.npu.container import Blob, read_blob, write_blob
from ingot.st.npu.instructions import assemble, decode
from ingot.st.npu.machine import HardwareEpoch, Machine
from ingot.st.npu.program import blob_of_epochs
from ingot.st.prebuilt.ecblobs import blob_words, with_words
from ingot.st.prebuilt.output import open_output


@dataclass(frozen=True)
class Reassembled:
    """What became of a build. file: that holds the programs."""

    build: Build
    file: str


def reassemble(build: Build, folder: Path, name: str = "") -> Reassembled:
    """Writes the build's files to a new folder, with all programs in Ingot's words. name: see read_build.

    Raises IngotError: a network of Ingot's own, a build without blobs, a folder that has files, a program that Ingot
    assembles to more words than ST's compiler, files that cannot be written.
    """
    if build.own or not build.blobs:
        what = "its programs are Ingot's own" if build.own else "it calls the NPU without blobs"
        raise IngotError(
            f"{what}, there is nothing to assemble again",
            where=str(build.path),
            remedy="Give a build of ST's compiler that has a *_ecblobs.h.",
        )
    output = open_output(build.path, name)
    file = blob_file(output, build.source)
    text = output.text(file)
    found = {blob: _words(words, build, blob) for blob, words in blob_words(text, output.where(file))}
    contents = {member: output.read(member) for member in output.members}
    contents[file] = with_words(text, found).encode("utf-8")
    _write(folder, contents)
    return Reassembled(build, file)


def _words(words: list[int], build: Build, name: str) -> list[int]:
    """The array's words with the program in Ingot's."""
    old = read_blob(words, name)
    epochs = [epoch for epoch in build.epochs if epoch.source == name]
    if not epochs:  # labels alone, where only the CPU works
        return words
    new = _padded(blob_of_epochs(epochs, old.magic), len(old.words), name)
    _same_registers(epochs, Machine().run(new, name), name)
    array = write_blob(new)
    array += [0] * (len(words) - len(array))
    if len(array) != len(words):
        raise IngotError(
            f"the container of '{name}' is not one that Ingot writes",
            where=str(build.path),
            remedy="Only the layouts that docs/npu.md names can be assembled again.",
        )
    return array


def _padded(blob: Blob, size: int, name: str) -> Blob:
    """The program with as many words as ST's: its last clock is switched off once more for each that is missing."""
    if len(blob.words) > size:
        raise IngotError(
            f"'{name}' has {size:,} words, Ingot would need {len(blob.words):,} for the same registers",
            remedy="The array cannot grow, as other code says its size. Give another build.",
        )
    *program, end = (instruction for _, instruction in decode(blob.words, name))
    program += [program[-1]] * (size - len(blob.words))
    return Blob(tuple(assemble([*program, end])), blob.relocations, blob.magic)


def _same_registers(before: Iterable[HardwareEpoch], after: Iterable[HardwareEpoch], name: str) -> None:
    for one, other in zip(before, after, strict=True):
        if one != other:
            raise IngotError(
                f"epoch {one.number} of '{name}' has other registers when it is assembled again",
                remedy="This is a fault of Ingot: report it with the build.",
            )


def _write(folder: Path, contents: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise IngotError(
                "the folder is not empty", where=str(folder), remedy="Give a folder that is not there yet."
            )
        for name, content in contents.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise IngotError(f"cannot write: {error.strerror}", where=str(folder)) from None


def reassembled_facts(result: Reassembled) -> dict[str, Any]:
    """For JSON: the file, how many epochs, the words of each program."""
    blobs = {name: len(blob.words) for name, blob in result.build.blobs.items()}
    return {"file": result.file, "epochs": len(result.build.epochs), "words": blobs}


def reassembled_text(result: Reassembled, folder: Path) -> str:
    """The same, readable, with what comes next."""
    blobs = result.build.blobs
    words = sum(len(blob.words) for blob in blobs.values())
    return (
        f"{len(result.build.epochs)} epochs assembled again in {len(blobs)} program{'s' * (len(blobs) > 1)} of "
        f"{words:,} words: every epoch has the same registers\n"
        f"{folder} has {result.file} with them, and the other files as they are; not yet run on hardware\n"
        f"next: build ST's project with this {result.file}, save buffers, `ingot npu compare {folder} DUMP`\n"
    )
