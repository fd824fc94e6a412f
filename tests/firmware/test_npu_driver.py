# SPDX-License-Identifier: Apache-2.0
"""The driver of the STM32N6's NPU against a file of registers: order of the start, ends, timeouts, recovery."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingot.link import toolchain
from support.firmware import needs_gcc
from support.host_library import needs_cc
from support.session import session_folder

NPU, BLOB = 0x580E0000, 0x70380040
OK, NOT_STARTED, NO_BLOB, TIMEOUT, REFUSED, BUS = range(6)
END, NO_ANSWER, ERROR, STREAM_ERROR, BUS_ERROR = 1 << 28, 1 << 29, 1 << 30, 1 << 13, 1 << 26
AHB5ENR, AHB5RSTR, RIMC_ATTR1 = 0x56028260, 0x56028220, 0x54024C14
EPOCH_CTRL, EPOCH_ADDRESS, INT_CTRL = NPU + 0x1E000, NPU + 0x1E008, NPU + 0x1000
SOURCES = ("firmware/npu/npu_stm32n6.c", "firmware/npu/npu_cache.c", "tests/firmware/fixture/npu_registers.c")


class Driver:
    """The driver as a fresh library: its state is that after a reset."""

    def __init__(self, file: Path, folder: Path) -> None:
        copy = folder / f"{len(list(folder.iterdir()))}.so"
        shutil.copyfile(file, copy)
        self.library = ctypes.CDLL(str(copy))

    def run(self, ends_with: int, blob: int = BLOB, stuck: tuple[int, int] = (0, 0)) -> int:
        self.library.registers_reset(ctypes.c_uint32(ends_with), *map(ctypes.c_uint32, stuck))
        return int(self.library.ingot_npu_run(ctypes.c_void_p(blob)))

    def writes(self) -> Iterator[tuple[int, int]]:
        address, value, at = ctypes.c_uint32(), ctypes.c_uint32(), 0
        while at < self.library.registers_written(at, ctypes.byref(address), ctypes.byref(value)):
            yield address.value, value.value
            at += 1


@pytest.fixture(scope="module")
def built() -> Path:
    target = session_folder("npu") / "driver.so"
    folders = [f"-I{toolchain.ROOT / folder}" for folder in ("firmware/npu", "firmware/runtime")]
    flags = ["-std=c11", "-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-DINGOT_NPU_REGISTER_FILE"]
    files = [str(toolchain.ROOT / name) for name in SOURCES]
    subprocess.run(["gcc", *flags, *folders, *files, "-o", str(target)], check=True)
    return target


@needs_cc
def test_a_program_runs_after_the_start_and_the_next_one_without(built: Path, tmp_path: Path) -> None:
    driver = Driver(built, tmp_path)
    assert driver.run(END) == OK
    writes = list(driver.writes())
    places = [address for address, _ in writes]
    first = {address: places.index(address) for address in reversed(places)}
    order = [AHB5ENR, AHB5RSTR, RIMC_ATTR1, NPU, NPU + 0x10, NPU + 0x2000, INT_CTRL, 0x580DFC00, EPOCH_ADDRESS]
    assert [first[address] for address in order] == sorted(first[address] for address in order)
    assert (RIMC_ATTR1, 0x310) in writes and (0x5402401C, 1 << 10) in writes and (0x5402403C, 1 << 10) in writes
    assert (EPOCH_ADDRESS, BLOB) in writes
    started = places.index(EPOCH_ADDRESS)
    assert writes[started + 1] == (EPOCH_CTRL, 1)
    assert [item for item in writes[started + 2 :] if item[0] == EPOCH_CTRL] == [
        (EPOCH_CTRL, 2),
        (EPOCH_CTRL, 1 << 30),
    ]
    driver.library.registers_reset(ctypes.c_uint32(END), 0, 0)
    assert driver.library.ingot_npu_run(ctypes.c_void_p(BLOB)) == OK
    assert AHB5RSTR not in [address for address, _ in driver.writes()]


@needs_cc
@pytest.mark.parametrize(
    ("ends_with", "result"),
    [(0, TIMEOUT), (END | NO_ANSWER, REFUSED), (ERROR, REFUSED), (STREAM_ERROR, BUS), (END | BUS_ERROR, BUS)],
)
def test_an_error_is_told_apart_and_the_next_run_starts_afresh(
    ends_with: int, result: int, built: Path, tmp_path: Path
) -> None:
    driver = Driver(built, tmp_path)
    assert driver.run(ends_with) == result
    assert (EPOCH_CTRL, 1 << 30) in list(driver.writes())
    assert driver.run(END) == OK
    assert AHB5RSTR in [address for address, _ in driver.writes()]


@needs_cc
def test_what_is_no_program_is_not_started(built: Path, tmp_path: Path) -> None:
    driver = Driver(built, tmp_path)
    assert [driver.run(END, blob) for blob in (BLOB + 8, BLOB + 4)] == [NO_BLOB, NO_BLOB]
    assert list(driver.writes()) == []


@needs_cc
@pytest.mark.parametrize(
    "stuck", [(INT_CTRL, 2), (EPOCH_CTRL, 1 << 30), (0x580DFC04, 1)], ids=["int", "epoch", "cache"]
)
def test_a_unit_that_stays_in_reset_ends_the_start(stuck: tuple[int, int], built: Path, tmp_path: Path) -> None:
    driver = Driver(built, tmp_path)
    assert driver.run(END, stuck=stuck) == NOT_STARTED
    assert driver.run(END) == OK


@needs_cc
def test_lines_of_the_cache_are_written_back_and_forgotten(built: Path, tmp_path: Path) -> None:
    driver = Driver(built, tmp_path)
    driver.library.registers_reset(0, 0, 0)
    driver.library.ingot_npu_write_back(ctypes.c_void_p(0x34200020), ctypes.c_uint32(40))
    driver.library.ingot_npu_forget(ctypes.c_void_p(0x34200020), ctypes.c_uint32(32))
    assert list(driver.writes()) == [
        (0xE000EF68, 0x34200020),
        (0xE000EF68, 0x34200040),
        (0xE000EF5C, 0x34200020),
    ]


@needs_gcc
@pytest.mark.parametrize("source", [*toolchain.NPU_SOURCES[False], *toolchain.NPU_SOURCES[True]])
def test_it_compiles_for_the_board_without_a_warning(source: str, tmp_path: Path) -> None:
    folders = [toolchain.ROOT / folder for folder in (toolchain.NPU_INCLUDE, *toolchain.INCLUDE_DIRS)]
    command = toolchain.compile_command(toolchain.ROOT / source, tmp_path / "o.o", "cortex-m55", include=folders)
    subprocess.run([*command, "-Wextra", "-Werror", "-Wpedantic"], check=True)
