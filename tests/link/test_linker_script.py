# SPDX-License-Identifier: Apache-2.0
"""Linker scripts: their text, and firmwares really linked with them and proven."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.board import Board, Mpool, Range, find_board, load_board, resized, twin_of, twin_pools
from ingot.board.fit import load_pools
from ingot.link import toolchain
from ingot.link.check import check
from ingot.link.elf import read_elf
from ingot.link.linker_script import LinkSettings, linker_script
from ingot.network.types import Initializer, Network, NetworkPool
from support.boards import BIT_28, HYPER, KIB, OCTO, RAM, small_board, small_data, small_network, small_pools

BOARDS = Path(__file__).resolve().parents[2] / "boards"
needs_gcc = pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed")

FIRMWARE = """
#include <stdint.h>
extern uint32_t _estack[], _sidata[], _sdata[], _edata[], _sbss[], _ebss[];
void Reset_Handler(void);
__attribute__((section(".isr_vector"), used)) void *const vectors[16] = {_estack, (void *)Reset_Handler};
#ifdef TWIN
__attribute__((section(".boot_stub"), used)) void *const stub[2] = {_estack, (void *)Reset_Handler};
#endif
volatile uint32_t initialised[5] = {1, 2, 3, 4, 5};
volatile uint32_t cleared[9];
const volatile uint32_t constant = 7;
#ifdef FAR
__attribute__((section(FAR))) volatile uint8_t far[FAR_SIZE];
#endif
void Reset_Handler(void)
{
    for (uint32_t *to = _sdata, *from = _sidata; to < _edata;)
        *to++ = *from++;
    for (uint32_t *to = _sbss; to < _ebss;)
        *to++ = 0;
    cleared[0] = initialised[0] + constant;
#ifdef FAR
    far[0] = 1;
#endif
    for (;;)
        ;
}
"""


def network_for(pools: Mpool, name: str = "octoFlash", size: int = 5000) -> Network:
    """A network whose weights begin the pool of that name; none when the board has no such pool."""
    if name not in [pool.name for pool in pools.pools]:
        return small_network()
    pool = pools.pool(name)
    return small_network(
        pools=(NetworkPool(name, pool.fname, pool.base, pool.size, size, "ACC_READ"),),
        initializers=(
            Initializer(name, f"network_atonbuf.{pool.fname}.raw", pool.base, size, zlib.crc32(bytes(size))),
        ),
    )


def link(
    folder: Path, board: Board, script: str, defines: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Compiles FIRMWARE and links it with the script into folder/firmware.elf."""
    (folder / "main.c").write_text(FIRMWARE)
    (folder / "firmware.ld").write_text(script)
    macros = {**(defines or {}), **({"TWIN": "1"} if board.boot_stub else {})}
    subprocess.run(
        toolchain.compile_command(folder / "main.c", folder / "main.o", board.core, defines=macros), check=True
    )
    command = toolchain.link_command(
        [folder / "main.o"], folder / "firmware.elf", board.core, folder / "firmware.ld", folder / "firmware.map"
    )
    return subprocess.run(command, capture_output=True, text=True)


def shipped(name: str, twin: bool) -> tuple[Board, Mpool]:
    board = load_board(find_board(name, BOARDS))
    pools = load_pools(board)
    return (twin_of(board), twin_pools(board, twin_of(board), pools)) if twin else (board, pools)


@pytest.mark.slow
@needs_gcc
@pytest.mark.parametrize("twin", [False, True])
@pytest.mark.parametrize("name", ["n6dk", "nucleo-n657", "h747-disco"])
def test_shipped_boards_link_and_pass_the_check(tmp_path: Path, name: str, twin: bool) -> None:
    board, pools = shipped(name, twin)
    network = network_for(pools)
    done = link(tmp_path, board, linker_script(board, pools, network))
    assert done.returncode == 0 and done.stderr == ""
    for item in network.initializers:
        (tmp_path / item.file).write_bytes(bytes(item.size))
    proven = check(board, pools, network, tmp_path / "firmware.elf", tmp_path)
    elf = read_elf(tmp_path / "firmware.elf")
    symbols = elf.symbols
    assert elf.word(board.load_address, board.aliases) == symbols["_estack"]
    assert symbols["_estack"] - symbols["_sstack"] == board.stack
    assert symbols["_eheap"] - symbols["_sheap"] == board.heap and symbols["end"] == symbols["_sheap"]
    assert symbols["_edata"] - symbols["_sdata"] == 24 and symbols["_ebss"] - symbols["_sbss"] == 40
    assert (symbols["_sidata"] == symbols["_sdata"]) == (board.code == board.data)
    initial = symbols["initialised"] - symbols["_sdata"] + symbols["_sidata"]
    assert elf.word(initial + 16, board.aliases) == 5, "the initial values are where the startup copies them from"
    assert proven.application_used < 20 * KIB
    if network.initializers:
        start = symbols["_sweights_network_octoFlash"]
        assert Range(start, symbols["_eweights_network_octoFlash"]) == Range(0x70380000, 0x70380000 + 5000)
    if board.core == "cortex-m7":
        assert symbols["_sstack"] == board.memory("dtcm").start, "below it there is nothing: an overflow faults"


@needs_gcc
def test_sections_of_sts_applications(tmp_path: Path) -> None:
    """An entry function of TrustZone gets its veneer, and nothing that ST's start-up reads is missing."""
    board, pools = shipped("n6dk", False)
    script = linker_script(board, pools, network_for(pools))
    extra = """
    __attribute__((cmse_nonsecure_entry, used)) int ask(int n) { return n + 1; }
    __attribute__((section(".RamFunc"), used)) int near(int n) { return n + 2; }
    """
    (tmp_path / "entry.c").write_text(extra)
    compile_entry = toolchain.compile_command(tmp_path / "entry.c", tmp_path / "entry.o", board.core)
    subprocess.run([*compile_entry, "-mcmse"], check=True)
    link(tmp_path, board, script)
    command = toolchain.link_command(
        [tmp_path / "main.o", tmp_path / "entry.o"], tmp_path / "st.elf", board.core, tmp_path / "firmware.ld",
        tmp_path / "st.map",
    )  # fmt: skip
    subprocess.run(command, check=True)
    elf = read_elf(tmp_path / "st.elf")
    (stubs,) = (part for part in elf.parts if part.name == "section '.gnu.sgstubs'")
    assert stubs.memory.size == 32 and stubs.memory.start % 32 == 0
    symbols = elf.symbols
    assert symbols["_Min_Stack_Size"] == board.stack and symbols["_Min_Heap_Size"] == board.heap
    assert (symbols["__bss_start__"], symbols["__bss_end__"]) == (symbols["_sbss"], symbols["_ebss"])


def test_the_weights_address_stands_once() -> None:
    board, pools = shipped("n6dk", False)
    script = linker_script(board, pools, network_for(pools))
    assert len(re.findall("0x70380000", script, re.IGNORECASE)) == 1
    assert script == linker_script(board, pools, network_for(pools)), "deterministic"
    assert "BEGIN" not in script and str(BOARDS) not in script


def test_retraining_leaves_the_script_alone() -> None:
    board, pools = shipped("n6dk", False)
    network = network_for(pools)
    other = replace(network, initializers=(replace(network.initializers[0], crc32=1),), model_sha256="1" * 64)
    assert linker_script(board, pools, network) == linker_script(board, pools, other)


def memory_lines(script: str) -> dict[str, str]:
    found = re.findall(r"^    (\w+) +\(\w+\) : ORIGIN = (\w+), LENGTH = (\w+)$", script, re.MULTILINE)
    return {name: f"{origin} {length}" for name, origin, length in found}


def test_shrinking_a_pool_hands_the_rest_to_the_application(tmp_path: Path) -> None:
    board, pools = shipped("n6dk", False)
    full = memory_lines(linker_script(board, pools, small_network()))
    assert full == {"RAM": "0x34000400 1023K", "PSRAM": "0x91000000 16777184"}
    smaller = memory_lines(linker_script(board, resized(pools, {"npuRAM6": 100 * KIB}), small_network()))
    assert smaller == {**full, "AXISRAM6": "0x34369000 348K"}
    without = memory_lines(linker_script(board, resized(pools, {"cpuRAM2": 0}), small_network()))
    assert without == {"RAM": "0x34000400 2047K", "PSRAM": "0x91000000 16777184"}


def test_settings_of_the_model(tmp_path: Path) -> None:
    board = small_board(tmp_path)
    script = linker_script(board, small_pools(), small_network(), LinkSettings(stack=5001, heap=0))
    assert ". += 5008;" in script and ". += 0;" in script
    with pytest.raises(IngotError) as caught:
        linker_script(board, small_pools(), small_network(), LinkSettings(stack=64 * KIB))
    assert str(caught.value).replace(str(tmp_path) + "/", "") == (
        "board.yaml: stack (64 KiB) and heap (64 B) do not fit the 63 KiB that the pools leave to the application "
        "0x34000400-0x3400FFFF\n  Make them smaller, or shrink a pool in small.mpool."
    )


@needs_gcc
def test_memory_that_the_pools_leave_is_usable(tmp_path: Path) -> None:
    board = small_board(tmp_path)
    pools = resized(small_pools(), {"ram": 16 * KIB})
    script = linker_script(board, pools, small_network())
    done = link(tmp_path, board, script, {"FAR": '".bank2_bss"', "FAR_SIZE": str(48 * KIB)})
    assert done.returncode == 0, done.stderr
    proven = check(board, pools, small_network(), tmp_path / "firmware.elf", tmp_path)
    assert proven.extra[0] == ("bank2", Range(0x34014000, 0x34020000), 48 * KIB)
    done = link(tmp_path, board, script, {"FAR": '".bank2_bss"', "FAR_SIZE": str(48 * KIB + 1)})
    assert done.returncode != 0 and "region `BANK2' overflowed by" in done.stderr


@needs_gcc
@pytest.mark.parametrize(
    ("defines", "words"),
    [
        ({"FAR": '".sdram_bss"', "FAR_SIZE": "4"}, "a variable is in a section of memory that the board has not"),
        ({"FAR": '".bss.far"', "FAR_SIZE": "65536"}, "region `RAM' overflowed by"),
    ],
)
def test_what_does_not_fit_does_not_link(tmp_path: Path, defines: dict[str, str], words: str) -> None:
    board = small_board(tmp_path)
    done = link(tmp_path, board, linker_script(board, small_pools(), small_network()), defines)
    assert done.returncode != 0 and words in done.stderr


@needs_gcc
def test_the_flash_slot_is_a_limit_of_the_link(tmp_path: Path) -> None:
    data = small_data()
    data["flash"]["slots"][0]["size"] = "1100 B"
    board = small_board(tmp_path, data)
    done = link(tmp_path, board, linker_script(board, small_pools(), small_network()))
    assert done.returncode != 0 and "the application does not fit its flash slot" in done.stderr


#: A pool that a network uses: an unused one conflicts with nothing.
USED = (NetworkPool("ram", "RAM", RAM.base, RAM.size, RAM.size, "ACC_WRITE"),)


@needs_gcc
def test_a_script_edited_by_hand_is_caught(tmp_path: Path) -> None:
    """Somebody enlarges RAM in the generated script: the ASSERTs stop the link; without them the check does."""
    board, pools = small_board(tmp_path), small_pools()
    script = linker_script(board, pools, small_network()).replace("LENGTH = 63K", "LENGTH = 127K")
    done = link(tmp_path, board, script)
    assert done.returncode != 0 and "RAM overlaps the network's pools ram to ram" in done.stderr
    careless = re.sub(r"^ASSERT.*\n", "", script, flags=re.MULTILINE)
    assert link(tmp_path, board, careless, {"FAR": '".bss.far"', "FAR_SIZE": "65536"}).returncode == 0
    with pytest.raises(IngotError, match=r"section '\.bss' .* and pool 'ram' .* overlap by"):
        check(board, pools, small_network(USED), tmp_path / "firmware.elf", tmp_path)


@needs_gcc
def test_a_firmware_for_another_board_is_caught(tmp_path: Path) -> None:
    board, pools = shipped("n6dk", True)
    assert link(tmp_path, board, linker_script(board, pools, small_network())).returncode == 0
    real, its_pools = shipped("n6dk", False)
    with pytest.raises(IngotError, match=r"section '\.boot_stub' .* starts where board 'n6dk' has no memory"):
        check(real, its_pools, small_network(), tmp_path / "firmware.elf", tmp_path)


def test_pools_that_take_everything(tmp_path: Path) -> None:
    pools = small_pools(replace(RAM, base=0x34000000, size=128 * KIB), HYPER, OCTO)
    with pytest.raises(IngotError, match="takes the memory that the application is linked to"):
        linker_script(small_board(tmp_path), pools, small_network())


# ---------------------------------------------------------------- one byte, two addresses


def with_views(folder: Path) -> Board:
    return small_board(folder, {**small_data(), "aliases": BIT_28})


@needs_gcc
def test_a_pool_by_the_other_view_is_kept_free(tmp_path: Path) -> None:
    """Nothing can be linked into it: not by MEMORY, and the script's own assertions compare the same bytes."""
    board = with_views(tmp_path)
    pools = small_pools(replace(RAM, base=0x24010000), HYPER, OCTO)
    script = linker_script(board, pools, small_network())
    assert memory_lines(script) == memory_lines(linker_script(board, small_pools(), small_network()))
    assert link(tmp_path, board, script).returncode == 0
    proven = check(board, pools, small_network(), tmp_path / "firmware.elf", tmp_path)
    assert proven.application == Range(0x34000400, 0x34010000)
    symbols = read_elf(tmp_path / "firmware.elf").symbols
    assert (symbols["_spool_ram"], symbols["_epool_ram"]) == (0x24010000, 0x24020000), "as the .mpool has them"
    done = link(tmp_path, board, script.replace("LENGTH = 63K", "LENGTH = 127K"))
    assert done.returncode != 0 and "RAM overlaps the network's pools ram to ram" in done.stderr


@needs_gcc
def test_a_section_by_the_other_view_is_caught(tmp_path: Path) -> None:
    """As in a project whose own linker script says 0x24... where the pools say 0x34..."""
    board = with_views(tmp_path)
    script = linker_script(board, small_pools(), small_network())
    script = script.replace("\n}\n", "\n    NONSECURE (rw) : ORIGIN = 0x24018000, LENGTH = 32K\n}\n", 1)
    script = script.replace("    stack PT_LOAD", "    lcd PT_LOAD FLAGS(6);\n    stack PT_LOAD", 1)
    section = "    .lcd (NOLOAD) : { *(.lcd) } > NONSECURE AT > NONSECURE :lcd\n"
    script = script.replace("    .unplaced", section + "    .unplaced", 1)
    done = link(tmp_path, board, script, {"FAR": '".lcd"', "FAR_SIZE": "4096"})
    assert done.returncode == 0, done.stderr
    with pytest.raises(IngotError) as caught:
        check(board, small_pools(), small_network(USED), tmp_path / "firmware.elf", tmp_path)
    assert str(caught.value).replace(f"{tmp_path}/", "") == (
        "small.mpool: pool 'ram' 0x34010000-0x3401FFFF and section '.lcd' 0x24018000-0x24018FFF "
        "(alias of 0x34018000-0x34018FFF) overlap by 4,096 bytes (0x34018000-0x34018FFF)\n"
        "  Move or shrink one of them: small.mpool or firmware.elf."
    )


@needs_gcc
@pytest.mark.parametrize("name", ["n6dk", "h747-disco"])
def test_the_loader_gets_the_aliases_of_the_board(tmp_path: Path, name: str) -> None:
    """The table in the firmware has what board.yaml says; an undefined symbol of the script means no alias."""
    board, pools = shipped(name, False)
    (tmp_path / "firmware.ld").write_text(linker_script(board, pools, small_network()))
    (tmp_path / "main.c").write_text(
        FIRMWARE.replace("for (;;)", "for (int i = 0; ingot_reloc_alias_of(i, &found); i++)").replace(
            "#include <stdint.h>", '#include "ingot_reloc.h"\nextern ingot_reloc_alias found;\ningot_reloc_alias found;'
        )
    )
    loader = toolchain.ROOT / "firmware/runtime/ingot_reloc_alias.c"
    objects = []
    for source in (tmp_path / "main.c", loader):
        objects.append(tmp_path / f"{source.stem}.o")
        macros = {"LL_ATON_RT_RELOC": "1"}
        command = toolchain.compile_command(source, objects[-1], board.core, defines=macros)
        subprocess.run([*command, f"-I{loader.parent}"], check=True)
    elf = tmp_path / "firmware.elf"
    command = toolchain.link_command(objects, elf, board.core, tmp_path / "firmware.ld", tmp_path / "firmware.map")
    subprocess.run(command, check=True)
    firmware = read_elf(elf)
    table = firmware.symbols["aliases"]
    words = [firmware.word(table + 4 * at, board.aliases) for at in range(12)]
    expected = [value for item in board.aliases.items for value in (*item.addresses, item.alias_of)]
    assert words == expected + [0] * (12 - len(expected))
    assert len(board.aliases.items) == (2 if name == "n6dk" else 0)


def test_a_board_looks_at_the_memories_that_its_firmware_needs() -> None:
    """The lowest address in use of each memory beside the application's own; the twin looks at none."""
    board = load_board(find_board("n6dk", BOARDS))
    pools = load_pools(board)
    network = network_for(pools)
    table = re.compile(r"_smemories = \.;\n(.*?)_ememories = \.;", re.DOTALL)

    def looked_at(script: str) -> list[str]:
        found = table.search(script)
        return re.findall(r"LONG\((.*)\)\n", found[1]) if found else []

    psram = "SIZEOF(.psram_bss) > 0 ? ADDR(.psram_bss) : 0"
    assert looked_at(linker_script(board, pools, network)) == ["_spool_octoFlash", psram]
    hyper = NetworkPool("hyperRAM", "xSPI1", 0x90000000, 999, 9, "ACC_WRITE", start=3)
    spill = replace(network, pools=(*network.pools, hyper))
    assert looked_at(linker_script(board, pools, spill)) == ["_spool_octoFlash", "_spool_hyperRAM + 3", psram]
    images = linker_script(board, pools, small_network(), read=[0x71800000, 0x70100000])
    assert looked_at(images) == ["0x70100000", psram]
    twin = twin_of(board)
    assert not looked_at(linker_script(twin, twin_pools(board, twin, pools), network))


@pytest.mark.parametrize("app", ["model_host", "validate"])
def test_an_application_that_loads_images_looks_at_their_slots(app: str, tmp_path: Path) -> None:
    """The network of model_host is linked by nobody; its images are in the flash."""
    from ingot.network.c_info_writing import render_c_info
    from ingot.recipe.firmware import FirmwareBuild
    from ingot.recipe.request import Request
    from ingot.steps.link import linker_script as step

    job = FirmwareBuild.of([Request("movenet", "n6dk", str(tmp_path), app=app)]).linker_script()
    info, script = tmp_path / "network_c_info.json", tmp_path / "firmware.ld"
    info.write_text(render_c_info(small_network()))
    step(info, BOARDS / "n6dk" / "board.yaml", script, **{**job.step.options, "app": ""})
    assert ("LONG(0x70000000)" in script.read_text()) == (app == "model_host")
