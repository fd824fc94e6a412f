# SPDX-License-Identifier: Apache-2.0
"""The proof on own builds: a right one holds, and every kind of fault is found by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.st.npu.build import read_build
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.proof import Proof, proof_text, prove
from support.npu_build import FLASH, RAM, Buffer, conv_epoch, copy_epoch, epoch, raster_stream, raw_stream, write_build
from support.npu_build import registers as unit_registers

INPUT, FIRST, SECOND, OUTPUT = RAM, RAM + 0x100, RAM + 0x200, RAM + 0x300
BUFFERS = [
    Buffer("Input_0", "input", INPUT, 64, 0),
    Buffer("Conv2D_1_weights", "input", FLASH, 16, 0, True),
    Buffer("Conv2D_1_out", "internal", FIRST, 64, 1),
    Buffer("Copy_2_out", "internal", SECOND, 64, 2),
    Buffer("Copy_3_out", "output", OUTPUT, 64, 3),
]
EPOCHS = [
    conv_epoch(1, INPUT, FLASH, FIRST),
    copy_epoch(2, FIRST, SECOND, 64),
    copy_epoch(3, SECOND, OUTPUT, 64),
]


def proven(
    folder: Path,
    epochs: Sequence[HardwareEpoch] = EPOCHS,
    buffers: Sequence[Buffer] = BUFFERS,
    weights: bytes = bytes(16),
    **words: int,
) -> Proof:
    path = write_build(folder, {"_ec_blob_1": epochs}, buffers, weights, **words)
    return prove(read_build(path))


def kinds(proof: Proof) -> list[str]:
    return [fault.kind for fault in proof.faults]


def changed(name: str, **values: object) -> list[Buffer]:
    return [replace(buffer, **values) if buffer.name == name else buffer for buffer in BUFFERS]  # type: ignore[arg-type]


def test_a_right_build_holds(tmp_path: Path) -> None:
    proof = proven(tmp_path)
    assert proof.holds
    assert (proof.epochs, proof.reads, proof.writes) == (3, 4, 3)
    assert (proof.bytes_read, proof.bytes_written, proof.file_streams) == (64 + 16 + 128, 192, 1)
    assert proof_text(proof).endswith("no faults\n")


def test_the_same_build_in_every_container_holds(tmp_path: Path) -> None:
    for magic in (0xECBF0020, 0xECBF0030, 0xECBF0050):
        assert proven(tmp_path / f"{magic:x}", magic=magic).holds


def test_a_moved_table_is_found(tmp_path: Path) -> None:
    proof = proven(tmp_path, buffers=changed("Conv2D_1_out", at=FIRST + 0x400))
    assert (kinds(proof), proof.unnamed) == (["tables"], 1)
    assert str(proof.faults[0]) == (
        "epoch 1: STRENG1 writes 0x34200100..0x3420013f; network.c has no such buffer of this epoch"
    )


def test_a_moved_input_is_found(tmp_path: Path) -> None:
    proof = proven(tmp_path, buffers=changed("Input_0", at=INPUT + 0x2000))
    assert "unwritten" in kinds(proof)
    assert "STRENG0 reads 64 bytes from 0x34200000 on that nothing wrote" in str(proof.faults[0])


@pytest.mark.parametrize("step", [1, -1, 64])
def test_a_moved_address_in_a_blob_is_found(step: int, tmp_path: Path) -> None:
    moved = [EPOCHS[0], copy_epoch(2, FIRST, SECOND + step, 64), EPOCHS[2]]
    assert "tables" in kinds(proven(tmp_path / "w", moved))
    moved = [EPOCHS[0], copy_epoch(2, FIRST + step, SECOND, 64), EPOCHS[2]]
    assert "unwritten" in kinds(proven(tmp_path / "r", moved))


def test_a_foreign_blob_is_found(tmp_path: Path) -> None:
    foreign = [copy_epoch(1, INPUT, RAM + 0x4000, 64), copy_epoch(2, RAM + 0x4000, RAM + 0x5000, 32)]
    assert set(kinds(proven(tmp_path, foreign))) == {"tables"}


def test_epochs_that_network_c_does_not_count_are_found(tmp_path: Path) -> None:
    write_build(tmp_path, {"_ec_blob_1": EPOCHS}, BUFFERS, bytes(16))
    source = tmp_path / "network.c"
    source.write_text(source.read_text().replace(".last_epoch_num = 3", ".last_epoch_num = 2"))
    proof = prove(read_build(tmp_path))
    assert [str(fault) for fault in proof.faults] == ["_ec_blob_1 runs epochs 1 to 3, network.c says 1 to 2"]


def test_an_overwritten_tensor_is_found(tmp_path: Path) -> None:
    overlap = [EPOCHS[0], copy_epoch(2, INPUT, FIRST + 32, 64), copy_epoch(3, FIRST, OUTPUT, 64)]
    proof = proven(tmp_path, overlap, changed("Copy_2_out", at=FIRST + 32))
    assert "overwritten" in kinds(proof)
    assert (
        "epoch 3: STRENG0 reads what epoch 1 wrote (STRENG1), of which epoch 2 (STRENG1) has overwritten 32 bytes"
        in [str(fault) for fault in proof.faults]
    )


def test_a_place_that_is_free_again_may_be_used(tmp_path: Path) -> None:
    reused = [EPOCHS[0], EPOCHS[1], copy_epoch(3, SECOND, FIRST + 16, 64)]
    assert proven(tmp_path, reused, changed("Copy_3_out", at=FIRST + 16)).holds


def test_a_raw_file_that_is_too_short_is_found(tmp_path: Path) -> None:
    proof = proven(tmp_path, weights=bytes(10))
    assert [str(fault) for fault in proof.faults] == [
        "epoch 1: STRENG5 reads 6 bytes from 0x7038000a on that no file has"
    ]


def test_a_stream_outside_of_the_pools_is_found(tmp_path: Path) -> None:
    for at in (0x30000000, RAM + 458752 - 32, FLASH + (1 << 20) - 63):
        far = [EPOCHS[0], copy_epoch(2, FIRST, at, 64), EPOCHS[2]]
        proof = proven(tmp_path / f"{at:x}", far)
        assert kinds(proof)[0] == "outside"
        assert "which lies in no pool" in str(proof.faults[0])


def test_a_write_to_the_flash_is_found(tmp_path: Path) -> None:
    wrong = [EPOCHS[0], copy_epoch(2, FIRST, FLASH + 0x100, 64), EPOCHS[2]]
    assert kinds(proven(tmp_path, wrong, changed("Copy_2_out", at=FLASH + 0x100)))[0] == "read-only"


@pytest.mark.parametrize("change", [{"HSTRD": 2}, {"RPAD": 1}, {"KW": 2}, {"NR": 2}, {"RCROP": 11}, {"ZTOP": 1}])
def test_a_unit_that_makes_another_number_of_elements_is_found(change: dict[str, int], tmp_path: Path) -> None:
    proof = proven(tmp_path, [conv_epoch(1, INPUT, FLASH, FIRST, **change), *EPOCHS[1:]])
    assert kinds(proof) == ["lengths"]
    assert str(proof.faults[0]).startswith("epoch 1: STRENG1 writes 64 elements, ")
    assert str(proof.faults[0]).endswith(" flow to it")


def test_what_the_cpu_writes_counts(tmp_path: Path) -> None:
    epochs = [EPOCHS[0], copy_epoch(3, SECOND, OUTPUT, 64)]
    assert proven(tmp_path / "with", epochs, software=[2]).holds
    without = [buffer for buffer in BUFFERS if buffer.epoch != 2]
    assert "unwritten" in kinds(proven(tmp_path / "without", epochs, without, software=[2]))


def test_two_surplus_bytes_of_24_bit_elements_are_counted(tmp_path: Path) -> None:
    deep = {"DEEPMODE": 1, "KSETEN": 3, "FBYTES": 3, "BTCDEPTH": 4, "W": 16, "H": 4, "KW": 1, "KH": 1, "NR": 3}

    def wide(read: int) -> HardwareEpoch:
        return epoch(
            2,
            {
                "STRENG0": raw_stream(FIRST, read, 3, RAW_OUT=1),
                "STRENG5": raw_stream(FLASH, 4, 3, CONT=1, CACHEABLE=1),
                "CONVACC0": unit_registers("CONVACC", **deep, RCROP=15, BCROP=3),
                "STRENG1": raw_stream(SECOND, 48, DIR=1),
            },
            [("STRENG0", "CONVACC0.0"), ("STRENG5", "CONVACC0.1"), ("CONVACC0", "STRENG1")],
        )

    buffers = [replace(buffer, size=48) if buffer.name == "Copy_2_out" else buffer for buffer in BUFFERS]
    last = copy_epoch(3, SECOND, OUTPUT, 48)
    buffers[-1] = Buffer("Copy_3_out", "output", OUTPUT, 48, 3)
    proof = proven(tmp_path / "two", [EPOCHS[0], wide(22), last], buffers)
    assert (proof.faults, proof.surplus) == ([], 2)
    assert "unwritten" in kinds(proven(tmp_path / "five", [EPOCHS[0], wide(23), last], buffers))


def loop(sums: int) -> list[HardwareEpoch]:
    """An epoch that adds to sums of 16 bits in memory."""
    conv = {"KW": 1, "KH": 1, "BTCDEPTH": 4, "NR": 4, "W": 16, "H": 4, "RCROP": 15, "BCROP": 3}
    return [
        epoch(
            1,
            {
                "STRENG0": raw_stream(INPUT, 64, LIMIT=2, FRAME_RPT=1),
                "STRENG5": raw_stream(FLASH, 16, CONT=1, CACHEABLE=1, LIMIT=1),
                "STRENG6": raw_stream(sums, 64, 2, LIMIT=2, LSBMODE=1, SIGNEXT=1),
                "CONVACC0": unit_registers("CONVACC", **conv, NOSUM=0, AFILTMODE=3, ATOT=2, AFIRST=1, ALAST=1),
                "STRENG1": raw_stream(FIRST, 64, 2, DIR=1, LIMIT=2),
            },
            [("STRENG0", "CONVACC0.0"), ("STRENG5", "CONVACC0.1"), ("STRENG6", "CONVACC0.2"), ("CONVACC0", "STRENG1")],
        )
    ]


def test_partial_sums_are_read_where_they_are_written(tmp_path: Path) -> None:
    buffers = [BUFFERS[0], BUFFERS[1], Buffer("Conv2D_1_sums", "internal", FIRST, 128, 1)]
    assert proven(tmp_path / "right", loop(FIRST), buffers).holds
    assert "sums" in kinds(proven(tmp_path / "wrong", loop(FIRST + 2), buffers))


def test_parts_of_a_tensor_that_are_read_together_hold(tmp_path: Path) -> None:
    parts = [
        copy_epoch(1, INPUT, FIRST, 32),
        copy_epoch(2, INPUT + 32, FIRST + 32, 32),
        copy_epoch(3, FIRST, OUTPUT, 64),
    ]
    buffers = [
        BUFFERS[0],
        Buffer("a", "internal", FIRST, 32, 1),
        Buffer("b", "internal", FIRST + 32, 32, 2),
        BUFFERS[-1],
    ]
    proof = proven(tmp_path, parts, buffers)
    assert (proof.faults, proof.unnamed) == ([], 1)


def test_a_slice_by_channels_is_read_byte_by_byte(tmp_path: Path) -> None:
    """Channels 2 and 3 of 4 were written; reading them holds, reading channel 1 does not."""

    def copied(channel: int, count: int, target: int) -> HardwareEpoch:
        shape = (4, 4, count)
        return epoch(
            2,
            {
                "STRENG0": raster_stream(FIRST + channel, shape, 4, 16, LIMITADDR=FIRST + 128),
                "STRENG1": raw_stream(target, 16 * count, DIR=1),
            },
            [("STRENG0", "STRENG1")],
        )

    half = epoch(
        1,
        {
            "STRENG0": raw_stream(INPUT, 32),
            "STRENG1": raster_stream(FIRST + 2, (4, 4, 2), 4, 16, DIR=1, LIMITADDR=FIRST + 128),
        },
        [("STRENG0", "STRENG1")],
    )
    buffers = [BUFFERS[0], Buffer("half", "internal", FIRST + 2, 62, 1), Buffer("out", "output", SECOND, 32, 2)]
    assert proven(tmp_path / "right", [half, copied(2, 2, SECOND)], buffers).holds
    proof = proven(tmp_path / "wrong", [half, copied(1, 2, SECOND)], buffers)
    assert kinds(proof) == ["unwritten", "tables"]
    assert "reads 16 bytes" in str(proof.faults[0])


def test_a_relocation_of_something_else_is_a_fault(tmp_path: Path) -> None:
    stream = raw_stream(INPUT, 64)
    wrong = epoch(
        1,
        {"STRENG0": type(stream)(stream.words, {3: "xSPI2"}), "STRENG1": raw_stream(FIRST, 64, DIR=1)},
        [("STRENG0", "STRENG1")],
    )
    proof = proven(tmp_path, [wrong, *EPOCHS[1:]], magic=0xECBF0050)
    assert str(proof.faults[0]) == "epoch 1: a relocation hits STRENG0.3, which is no address"


def test_a_user_buffer_is_proven_by_its_name(tmp_path: Path) -> None:
    def labelled(size: int) -> HardwareEpoch:
        stream = raw_stream(0, size)
        label = "_user_io_input_0"
        return epoch(
            1,
            {
                "STRENG0": type(stream)(stream.words, {2: label, 14: label}),
                "STRENG1": raw_stream(FIRST, size, DIR=1),
            },
            [("STRENG0", "STRENG1")],
        )

    for size, holds in ((64, True), (65, False)):
        folder = tmp_path / str(size)
        buffers = [
            Buffer("Input_0", "input", RAM, 64, 0),
            Buffer("out", "output", FIRST, size, 1),
        ]
        write_build(folder, {"_ec_blob_1": [labelled(size)]}, buffers, bytes(16), 0xECBF0050)
        source = folder / "network.c"
        text = source.read_text()
        assert f"(unsigned char *)({RAM:#x}UL)" in text
        source.write_text(text.replace(f"(unsigned char *)({RAM:#x}UL)", "_mem_pool__user_io_input_0_network", 1))
        assert prove(read_build(folder)).holds is holds


def test_a_build_without_its_blobs_is_refused(tmp_path: Path) -> None:
    write_build(tmp_path, {"_ec_blob_1": EPOCHS}, BUFFERS)
    (tmp_path / "network_ecblobs.h").unlink()
    with pytest.raises(IngotError, match=r"network\.c starts 1 blobs, but network_ecblobs\.h is not there"):
        read_build(tmp_path)
