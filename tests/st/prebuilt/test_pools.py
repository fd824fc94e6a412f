# SPDX-License-Identifier: Apache-2.0
"""Where an output's buffers lie: every one in a pool, or said; activations count each physical byte once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingot.base.errors import IngotError
from ingot.board.aliases import Alias, Aliases
from ingot.board.ranges import Range
from ingot.network.types import Network, NetworkBuffer, NetworkPool
from ingot.st.prebuilt.describe import describe_output
from ingot.st.prebuilt.output import open_output
from ingot.st.prebuilt.usage import activation_bytes, pool_usage
from support.st_output import StNetwork


def described(folder: Path, files: dict[str, bytes]) -> Network:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return describe_output(open_output(folder)).network


def refusal(folder: Path, files: dict[str, bytes]) -> tuple[str, str]:
    """(file, words) of the one message."""
    with pytest.raises(IngotError) as caught:
        described(folder, files)
    assert "after it was generated" in caught.value.remedy or "from where it was generated" in caught.value.remedy
    return Path(caught.value.where).name, caught.value.what


def alone(text: str) -> dict[str, bytes]:
    """A network.c without c_info."""
    return {"network.c": text.encode(), "network_atonbuf.xSPI2.raw": bytes(700)}


@pytest.mark.parametrize("beside", [False, True])
def test_tables_that_were_moved_while_the_comments_stayed(tmp_path: Path, beside: bool) -> None:
    """Also where a c_info says otherwise: the firmware is made of network.c."""
    files = StNetwork().files() if beside else {}
    moved = StNetwork().network_c().replace("(unsigned char *)(0x342e0000UL)", "(unsigned char *)(0x342f0000UL)")
    assert refusal(tmp_path, files | alone(moved)) == (
        "network.c",
        "buffer 'Input_0_out_0' lies at 0x342F0000 + 0, and none of the file's memory pools begins there",
    )


def test_a_buffer_past_the_end_of_its_pool(tmp_path: Path) -> None:
    text = StNetwork().network_c().replace(".offset_end = 3072,", ".offset_end = 459000,")
    assert refusal(tmp_path, alone(text)) == (
        "network.c",
        "buffer 'Input_0_out_0' ends at byte 459,000 of pool 'npuRAM5', which has 458,752",
    )


def test_a_buffer_of_a_relative_pool_that_is_not_there(tmp_path: Path) -> None:
    text = StNetwork().network_c().replace("(0x70380000UL) /*", "((uintptr_t)_mem_pool_xSPI2_network) /*")
    assert refusal(tmp_path, alone(text)) == (
        "network.c",
        "buffer 'Conv2D_1_weights' lies at '_mem_pool_xSPI2_network' + 0, and none of the file's memory pools begins "
        "there",
    )


def test_a_buffer_whose_address_cannot_be_read(tmp_path: Path) -> None:
    text = StNetwork().network_c().replace("(unsigned char *)(0x342e0000UL)", "SOMEWHERE")
    text = text.replace("/* Equivalent hex address = 0x342e0000UL */", "")
    assert "lies at an address that cannot be read + 0" in refusal(tmp_path, alone(text))[1]


def test_a_buffer_that_the_application_allocates_has_no_pool(tmp_path: Path) -> None:
    text = StNetwork().network_c()
    start = text.index('.name = "Input_0_out_0"')
    entry = text[start : text.index("}", text.index("is_param", start))]
    user = entry.replace("is_user_allocated = 0", "is_user_allocated = 1")
    user = user.replace("{(unsigned char *)(0x342e0000UL)", "{((unsigned char *)&_mem_pool__user_io_input_0_network)")
    stated = "global pool 1 is 3.00 KB"
    assert stated in text
    network = described(tmp_path, alone(text.replace(entry, user).replace(stated, "global pool 1 is 1.25 KB")))
    assert [(b.name, b.pool, b.offset) for b in network.inputs] == [("Input_0_out_0", "", 0)]
    assert network.peak == 256 + 4096  # its output in npuRAM5, the middle in cpuRAM2 and npuRAM3


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"mpool_id": 9}, "buffer 'Softmax_2_out' lies in memory pool 9, which the file does not list"),
        (
            {"offset_start": 458700},
            "buffer 'Softmax_2_out' ends at byte 458,956 of pool 'npuRAM5', which has 458,752",
        ),
    ],
)
def test_a_c_info_whose_buffer_lies_nowhere(tmp_path: Path, change: dict[str, Any], what: str) -> None:
    document = json.loads(StNetwork().c_info())
    document["buffers"][2] |= change
    assert refusal(tmp_path, {"network_c_info.json": json.dumps(document).encode()}) == ("network_c_info.json", what)


def test_a_c_info_without_a_footprint_is_counted(tmp_path: Path) -> None:
    document = json.loads(StNetwork().c_info())
    del document["memory_footprint"]
    network = described(tmp_path, {"network_c_info.json": json.dumps(document).encode()})
    assert network.peak == 3072 + 4096


def test_buffers_that_no_table_lists_take_what_the_comment_states(tmp_path: Path) -> None:
    """Without --all-buffers-info: else a pool of inner buffers alone would be unused, and conflict with nothing."""
    made = StNetwork()
    text = made.network_c()
    whole = described(tmp_path / "whole", alone(text))
    table = text.index("*LL_ATON_Internal_Buffers_Info")
    short = text[:table] + text[table:].replace("buff_info[] = {", "buff_info[] = { { .name = NULL } };  none[] = {", 1)
    stated = "global pool {} is {:.2f} KB"
    for name, size in (("npuRAM5", 94208), ("cpuRAM2", 70_000)):
        pool = next(pool for pool in made.pools if pool.name == name)
        assert stated.format(pool.number, pool.used / 1024) in short
        short = short.replace(stated.format(pool.number, pool.used / 1024), stated.format(pool.number, size / 1024))
    network = described(tmp_path / "short", alone(short))
    used = {pool.name: pool.used for pool in network.pools}
    assert not [b for b in network.buffers if b.role == "activation"]
    assert used["npuRAM5"] == 94208 and 70_000 <= used["cpuRAM2"] <= 70_008  # 68.36 KB is up to 70,005 bytes
    assert used["octoFlash"] == {pool.name: pool.used for pool in whole.pools}["octoFlash"]
    assert network.peak == used["npuRAM5"] + used["cpuRAM2"] + used["npuRAM3"]


# ---- activations ----


def pool(name: str, base: int | None, size: int, subpools: tuple[str, ...] = ()) -> NetworkPool:
    return NetworkPool(name, name, base, size, 0, "ACC_WRITE", relative=base is None, subpools=subpools)


def buffer(where: str, offset: int, size: int, role: str = "activation") -> NetworkBuffer:
    return NetworkBuffer(f"{where}_{offset}", where, offset, size, (size,), "int8", role, (0, 0))


A, B, BOTH = pool("a", 0x34100000, 0x1000), pool("b", 0x34101000, 0x1000), pool("a_b", 0x34100000, 0x2000, ("a", "b"))


@pytest.mark.parametrize(
    ("pools", "buffers", "total"),
    [
        ((A, B), [buffer("a", 0, 100), buffer("b", 0, 50)], 150),
        ((A, B, BOTH), [buffer("a", 0, 0x1000), buffer("a_b", 0x800, 0x1000)], 0x1800),
        ((A, B, BOTH), [buffer("a_b", 0x800, 0x1000)], 0x1000),
        ((A, B, BOTH), [buffer("b", 0x400, 0x100), buffer("a_b", 0, 0x10)], 0x110),
        ((A, B, BOTH), [buffer("a_b", 0x1400, 0x100), buffer("a_b", 0, 0x10)], 0x110),
        ((A, pool("again", 0x34100000, 0x800)), [buffer("a", 0, 0x500), buffer("again", 0x100, 0x500)], 0x600),
        ((A, pool("psram", None, 0x800)), [buffer("a", 0, 0x500), buffer("psram", 0x100, 0x200)], 0x700),
        ((A, B), [buffer("a", 0x100, 0x100), buffer("a", 0, 0x1000, "param"), buffer("", 0, 99, "input")], 0x100),
        ((A, B), [], 0),
    ],
)
def test_each_physical_byte_counts_once(
    pools: tuple[NetworkPool, ...], buffers: list[NetworkBuffer], total: int
) -> None:
    """The extents of the real pools: of ST's own figures, two that its tables count twice are of this kind."""
    assert activation_bytes(pools, buffers) == total


def test_the_figures_of_pools_and_of_the_whole_agree(tmp_path: Path) -> None:
    network = described(tmp_path, StNetwork().files())
    writable = [p for p in pool_usage(replace(network)) if not p.virtual and p.rights == "ACC_WRITE"]
    assert network.peak == sum(p.used - p.start for p in writable)


def test_two_views_of_the_same_bytes_count_once() -> None:
    """The secure and the non-secure view of one RAM, where the board says so."""
    aliases = Aliases((Alias(Range(0x24000000, 0x24400000), 0x34000000),))
    pools, buffers = (A, pool("view", 0x24100000, 0x1000)), [buffer("a", 0, 0x500), buffer("view", 0x100, 0x500)]
    assert (activation_bytes(pools, buffers), activation_bytes(pools, buffers, aliases)) == (0xA00, 0x600)
