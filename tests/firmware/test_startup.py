# SPDX-License-Identifier: Apache-2.0
"""Startup: it compiles for every core, comes up on the twin, and brings nothing that is not used."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.board import find_board, load_board
from ingot.board.cores import all_cores, core_names
from ingot.device.run import qemu
from ingot.link import toolchain
from support.firmware import FIXTURE, compile_c, link, needs_gcc, needs_qemu, validate_firmware
from support.host_library import needs_cc

SOURCES = (*toolchain.STARTUP_SOURCES, *toolchain.TWIN_SOURCES)
CHIPS = {"stm32n6": "cortex-m55", "stm32h7": "cortex-m7", "": "cortex-m33"}


def functions(elf: Path) -> set[str]:
    """Names of the functions in a linked firmware."""
    listing = subprocess.run(
        [toolchain.tool("nm"), "--defined-only", str(elf)], capture_output=True, text=True, check=True
    ).stdout
    return {line.split()[2] for line in listing.splitlines() if line.split()[1] in "tTwW"}


@pytest.mark.slow
@needs_gcc
@pytest.mark.parametrize("cpu", core_names())
@pytest.mark.parametrize("caches", [False, True])
def test_it_compiles_for_every_core(cpu: str, caches: bool, tmp_path: Path) -> None:
    for source in SOURCES:
        compile_c(toolchain.ROOT / source, tmp_path / "x.o", toolchain.startup_defines(caches, caches), cpu)


@pytest.mark.slow
@needs_gcc
@pytest.mark.parametrize("chip", CHIPS)
def test_what_boards_add_compiles_and_brings_one_serial_line(chip: str, tmp_path: Path) -> None:
    sources = [toolchain.ROOT / source for source in toolchain.board_sources(chip)]
    objects = [
        compile_c(s, tmp_path / f"{s.stem}.o", toolchain.startup_defines(True, True), CHIPS[chip]) for s in sources
    ]
    listing = "".join(
        subprocess.run([toolchain.tool("nm"), str(o)], capture_output=True, text=True, check=True).stdout
        for o in objects
    )
    for name in ("ingot_serial_open", "ingot_serial_get", "ingot_serial_put"):
        assert listing.count(f" W {name}\n") == 1, "weak, so that a project can have its own"


def test_every_board_with_a_port_has_a_driver() -> None:
    for name in ("n6dk", "nucleo-n657", "h747-disco"):
        board = load_board(find_board(name, toolchain.ROOT / "boards"))
        assert f"firmware/startup/usart_{board.chip}.c" in toolchain.board_sources(board.chip)


@pytest.mark.slow
@needs_gcc
def test_an_empty_application_brings_neither_runtime_nor_library(tmp_path: Path) -> None:
    elf = link(tmp_path, [toolchain.ROOT / "firmware/apps/empty/main.c"])
    present = functions(elf)
    assert "main" in present
    assert not present & {"LL_ATON_RT_RunEpochBlock", "ingot_crc32", "ingot_counter_read", "malloc", "printf", "_sbrk"}


@pytest.mark.slow
@needs_gcc
def test_validate_needs_no_heap_and_no_formatted_output(tmp_path: Path) -> None:
    present = functions(validate_firmware(tmp_path))
    assert "LL_ATON_RT_RunEpochBlock" in present
    assert not present & {"malloc", "_malloc_r", "printf", "_printf_r", "_sbrk", "_vfprintf_r"}


@pytest.mark.emulated
@needs_gcc
@needs_qemu
def test_memory_and_core_are_ready_before_main(tmp_path: Path) -> None:
    """Data, constructors, Helium, the stack limit, and code and memories at the twin's addresses."""
    done = qemu.run(link(tmp_path, [FIXTURE / "ready.c"]))
    assert done.lines == (
        "data 12345678",
        "bss 0",
        "constructor 1",
        "vtor 0x31000400",
        "stack limit is set 1",
        "helium 136",
        "float 3",
        "psram 90 flash 70",
    )
    assert done.status == 0


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (1, "UsageFault: unknown instruction pc=0x310"),
        (2, "UsageFault: division by zero pc=0x310"),
        (3, "MemManage fault: code fetch forbidden pc=0x50ff0000"),
        (4, "unexpected exception 14 pc=0x310"),
    ],
)
def test_faults_say_what_and_where(tmp_path: Path, cause: int, message: str) -> None:
    done = qemu.run(link(tmp_path, [FIXTURE / "faults.c"], {"CAUSE": cause}))
    assert done.status == 1
    assert message in done.lines[-1], done.lines


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize(
    ("status", "process"), [(0, 0), (3, 3), (255, 255), (256, 255), (512, 255), (-1, 255), (-256, 255)]
)
def test_no_failure_of_a_firmware_becomes_a_success(tmp_path: Path, status: int, process: int) -> None:
    """A process keeps eight bits of its status: 256 and -256 would be 0."""
    elf = link(tmp_path, [FIXTURE / "exit.c"], {"STATUS": f"({status})"})
    done = qemu.run(elf)
    assert done.status == process
    if process:
        with pytest.raises(IngotError, match=f"the firmware stopped with status {process}; it printed nothing"):
            qemu.require_success(done, elf)


@pytest.mark.slow
@needs_cc
@pytest.mark.parametrize(
    ("status", "process"), [(0, 0), (3, 3), (255, 255), (256, 255), (512, 255), (-1, 255), (-256, 255)]
)
def test_nor_on_the_host(tmp_path: Path, status: int, process: int) -> None:
    source = tmp_path / "exit.c"
    source.write_text(f'#include "ingot_runtime.h"\nint main(void) {{ ingot_exit({status}); }}\n')
    runtime = toolchain.ROOT / "firmware" / "runtime"
    files = [source, runtime / "ingot_stop.c", runtime / "ingot_console.c"]
    command = ["gcc", "-I", runtime, *files, "-o", tmp_path / "exit"]
    subprocess.run(command, check=True)
    assert subprocess.run([tmp_path / "exit"], check=False).returncode == process


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize(("cpu", "machine"), [(core.name, core.machine) for core in all_cores() if core.machine])
def test_instructions_are_counted_truly(tmp_path: Path, cpu: str, machine: str) -> None:
    """A loop of two million instructions, on every emulated machine."""
    done = qemu.run(link(tmp_path, [FIXTURE / "count.c"], cpu=cpu), machine=machine)
    unit, count = done.lines[0].split()
    assert unit == "instructions"
    assert 2_000_000 <= int(count) < 2_000_100
    assert done.status == 0


@needs_gcc
def test_a_chip_prepares_its_memories_before_main(tmp_path: Path) -> None:
    """The hooks of an STM32N6 take the place of the empty ones, in order (test_board_start.py runs them)."""
    chip = toolchain.ROOT / "firmware/startup/chip_stm32n6.c"
    elf = link(tmp_path, [toolchain.ROOT / "firmware/apps/empty/main.c", chip])

    def code(function: str) -> str:
        command = [toolchain.tool("objdump"), "-d", f"--disassemble={function}", str(elf)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "0x56028000" in code("ingot_chip_init")  # the base of its clock registers
    calls = [line.split("<")[1].rstrip(">") for line in code("ingot_start").splitlines() if "bl\t" in line]
    hooks = [name for name in calls if name.startswith(("ingot_console", "ingot_chip", "ingot_board"))]
    assert hooks == ["ingot_console_open", "ingot_chip_init", "ingot_board_init", "ingot_chip_ready"]
