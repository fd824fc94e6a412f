# SPDX-License-Identifier: Apache-2.0
"""Steps around the link: linker script, proof on the finished ELF, flash files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.base.last_line import write_text
from ingot.board.target import open_board

if TYPE_CHECKING:
    from ingot.link.memory_map import MemoryMap
    from ingot.network.types import Network
from ingot.base.console import say


def linker_script(
    c_info: Path,
    board: Path,
    script: Path,
    others: Sequence[Path] = (),
    *,
    twin: bool = False,
    app: str = "",
    loads: bool = False,
    stack: int | None,
    heap: int | None,
) -> None:
    """Writes the linker script. others: descriptions of further networks. stack, heap: bytes, None for the board's.
    loads: the application reads images or records in slots of the flash.

    The application `validate` keeps inputs and outputs that the network leaves to it on its heap, which grows by them.
    """
    from ingot.link.linker_script import LinkSettings
    from ingot.link.linker_script import linker_script as render
    from ingot.network.c_info import read_c_info

    target, pools = open_board(board, twin)
    networks = [read_c_info(path) for path in (c_info, *others)]
    if app == "validate":
        heap = (target.heap if heap is None else heap) + max(io_bytes(network) for network in networks)
    slots = target.slots if loads else ()
    read = [slot.base for slot in slots if slot.name != target.application_slot]
    write_text(script, render(target, pools, networks[0], LinkSettings(stack, heap), networks[1:], read))


def io_bytes(network: Network) -> int:
    """Bytes of the inputs and outputs that the application has to provide, each on a boundary of 32."""
    return sum((buffer.size + 63) // 32 * 32 for buffer in (*network.inputs, *network.outputs) if not buffer.pool)


def raw_files(c_info: Path) -> list[Path]:
    """The network's initializers, which lie beside its description."""
    from ingot.network.c_info import read_c_info

    return [c_info.with_name(item.file) for item in read_c_info(c_info).initializers]


def check_firmware(
    elf: Path,
    c_info: Path,
    raws: Sequence[Path],
    board: Path,
    memory_map: Path,
    summary: Path,
    others: Sequence[Path] = (),
    *,
    twin: bool = False,
    manifest: str = "",
) -> dict[str, Any]:
    """Proves that nothing overlaps; writes the memory map and the figures for the summary, and returns those.

    others: descriptions of further networks; the initializers of each lie beside its description.
    manifest: the model.yaml whose budget counts, "" for none; the summary that is there tells what grew.
    """
    from ingot.link.check import check
    from ingot.link.claims import Built
    from ingot.link.memory_map import memory_map_text
    from ingot.link.summary import summary_of
    from ingot.network.c_info import read_c_info

    target, pools = open_board(board, twin)
    network = read_c_info(c_info)
    further = [Built(read_c_info(path), path.parent) for path in others]
    proven = check(target, pools, network, elf, c_info.parent, others=further)
    facts = summary_of(proven, network)
    lines = [] if twin else npu_lines([c_info, *others], facts)
    if manifest:
        facts["budget"] = _within_budget(manifest, proven, elf, summary)
    write_if_changed(memory_map, memory_map_text(proven, lines))
    write_if_changed(summary, json.dumps(facts, indent=2, sort_keys=True) + "\n")
    return facts


def _within_budget(manifest: str, proven: MemoryMap, elf: Path | None, summary: Path) -> Any:
    """The facts of the budget. Raises IngotError where it is exceeded."""
    from ingot.model import open_manifest
    from ingot.report.budget import budget_facts

    try:
        before = json.loads(summary.read_bytes()).get("budget", {})
    except (OSError, ValueError, AttributeError):
        before = {}
    return budget_facts(open_manifest(Path(manifest)), proven, elf, before)


def npu_lines(c_infos: Sequence[Path], facts: dict[str, Any]) -> list[str]:
    """Proves the networks' epochs on the NPU; lines for the map, and `facts` for the summary.

    Raises IngotError for a fault.
    """
    from ingot.st.npu.checked import check_npu

    lines: list[str] = []
    for c_info in c_infos:
        name = c_info.name.removesuffix("_c_info.json")
        found = check_npu(c_info.parent, name)
        if found is not None:
            lines += found.lines
            facts.setdefault("npu", {})[name] = dict(found.facts)
            if not found.facts["proven"]:
                say(found.lines[0])
    return lines


def show_map(memory_map: Path) -> None:
    """Prints the memory map."""
    print(memory_map.read_text(), end="")


def check_network(
    c_info: Path,
    raws: Sequence[Path],
    board: Path,
    memory_map: Path,
    summary: Path,
    *,
    lacks: str = "",
    manifest: str = "",
) -> dict[str, Any]:
    """As check_firmware for a network without a firmware. lacks: why there is none."""
    from ingot.link.check import check_placement
    from ingot.link.memory_map import memory_map_text
    from ingot.link.summary import summary_of
    from ingot.network.c_info import read_c_info

    target, pools = open_board(board)
    network = read_c_info(c_info)
    proven = check_placement(target, pools, network, c_info.parent)
    facts = summary_of(proven, network)
    lines = npu_lines([c_info], facts)
    if manifest:
        facts["budget"] = _within_budget(manifest, proven, None, summary)
    write_if_changed(memory_map, memory_map_text(proven, lines))
    write_if_changed(summary, json.dumps(facts, indent=2, sort_keys=True) + "\n")
    if lacks:
        say(f"no firmware is linked: {lacks}")
    return facts


def binaries(elf: Path, board: Path, binary: Path, hexfile: Path) -> None:
    """Writes firmware.bin (what is signed and flashed) and firmware.hex (all of it at its flash addresses)."""
    from ingot.link.hexfile import write_firmware

    target, _ = open_board(board)
    write_firmware(target, elf, binary, hexfile)


def weights_hex(c_info: Path, raws: Sequence[Path], hexfiles: Sequence[Path]) -> None:
    """Writes each initializer as .hex at its flash address."""
    from ingot.link.hexfile import raw_to_hex
    from ingot.network.c_info import read_c_info

    network = read_c_info(c_info)
    for item, raw, target in zip(network.initializers, raws, hexfiles, strict=True):
        if item.address is None:
            raise IngotError(f"pool '{item.pool}' has no address, so its weights have no .hex", where=str(raw))
        raw_to_hex(raw, item.address, target)
