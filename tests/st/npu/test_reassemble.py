# SPDX-License-Identifier: Apache-2.0
"""`ingot npu assemble`: other words, the same registers. What cannot be exchanged is refused, and nothing written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.st.npu.build import Build, read_build
from ingot.st.npu.container import Blob, write_blob
from ingot.st.npu.instructions import Instruction, assemble, decode
from ingot.st.npu.reassemble import reassemble, reassembled_facts, reassembled_text
from ingot.st.prebuilt.ecblobs import blob_words, with_words
from support.npu_build import TWO_BUFFERS, TWO_EPOCHS, write_build


def a_word_each(program: Sequence[Instruction]) -> Iterator[Instruction]:
    """The registers of a fill, each written by an instruction of its own."""
    for item in program:
        if item.name != "fill":
            yield item
        for at, word in enumerate(item.data if item.name == "fill" else ()):
            yield Instruction("write", item.unit, item.register + at, data=(word,))


def without_the_last_clock(program: Sequence[Instruction]) -> Iterator[Instruction]:
    yield from program[:-2]
    yield program[-1]


def build_with(folder: Path, change: Callable[[Sequence[Instruction]], Iterator[Instruction]]) -> Build:
    """The build, its program changed as another compiler might have it."""
    path = write_build(folder, {"_ec_blob_1": TWO_EPOCHS}, TWO_BUFFERS, bytes(16))
    file = path / "network_ecblobs.h"
    program = [item for _, item in decode(read_build(path).blobs["_ec_blob_1"].words, "b")]
    words = write_blob(Blob(tuple(assemble(change(program)))))
    text = f"/* head */\n{file.read_text()}#define tail\n"
    file.write_text(with_words(text, {"_ec_blob_1": [*words, *([0] * (len(words) % 2))]}))
    return read_build(path)


def test_every_epoch_keeps_its_registers(tmp_path: Path) -> None:
    before = build_with(tmp_path / "st", a_word_each)
    result = reassemble(before, tmp_path / "ours")
    after = read_build(tmp_path / "ours")
    assert after.epochs == before.epochs
    assert after.blobs["_ec_blob_1"].words != before.blobs["_ec_blob_1"].words
    assert len(after.blobs["_ec_blob_1"].words) == len(before.blobs["_ec_blob_1"].words)
    texts = [(tmp_path / folder / "network_ecblobs.h").read_text() for folder in ("st", "ours")]
    assert all(text.startswith("/* head */\nstatic const") and text.endswith("#define tail\n") for text in texts)
    arrays = [[(name, len(words)) for name, words in blob_words(text, "h")] for text in texts]
    assert arrays[0] == arrays[1]
    for name in ("network.c", "network_atonbuf.xSPI2.raw"):
        assert (tmp_path / "ours" / name).read_bytes() == (tmp_path / "st" / name).read_bytes()
    count = len(before.blobs["_ec_blob_1"].words)
    assert reassembled_facts(result) == {"file": "network_ecblobs.h", "epochs": 2, "words": {"_ec_blob_1": count}}
    assert reassembled_text(result, Path("ours")) == (
        f"2 epochs assembled again in 1 program of {count} words: every epoch has the same registers\n"
        "ours has network_ecblobs.h with them, and the other files as they are; not yet run on hardware\n"
        "next: build ST's project with this network_ecblobs.h, save buffers, `ingot npu compare ours DUMP`\n"
    )


def test_a_program_that_would_grow_is_refused(tmp_path: Path) -> None:
    build = build_with(tmp_path / "st", without_the_last_clock)
    words = len(build.blobs["_ec_blob_1"].words)
    with pytest.raises(IngotError, match=f"'_ec_blob_1' has {words} words, Ingot would need {words + 1} for the same"):
        reassemble(build, tmp_path / "ours")
    assert not (tmp_path / "ours").exists()


def test_a_folder_with_files_is_refused(tmp_path: Path) -> None:
    build = build_with(tmp_path / "st", a_word_each)
    with pytest.raises(IngotError, match=f"{tmp_path / 'st'}: the folder is not empty"):
        reassemble(build, tmp_path / "st")


def test_a_program_without_epochs_stays(tmp_path: Path) -> None:
    path = write_build(tmp_path / "st", {"_ec_blob_1": TWO_EPOCHS}, TWO_BUFFERS, bytes(16))
    words = write_blob(Blob(tuple(assemble([Instruction("label", value=3), Instruction("end")]))))
    array = "static const uint64_t _ec_blob_3[] = { 0x0 };\n"
    file = path / "network_ecblobs.h"
    file.write_text(with_words(file.read_text() + array, {"_ec_blob_3": words}))
    reassemble(read_build(path), tmp_path / "ours")
    assert read_build(tmp_path / "ours").blobs["_ec_blob_3"].words == tuple(words[2:])
