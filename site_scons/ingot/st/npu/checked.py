# SPDX-License-Identifier: Apache-2.0
"""What `check` says about the NPU in a build: proven, not proven and why, or a fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError

if TYPE_CHECKING:
    from ingot.network.types import Network
    from ingot.st.npu.build import Build
    from ingot.st.npu.proof import Proof

#: In every network.c that uses the NPU: a blob of the epoch controller, or units that are enabled one by one.
_USES = re.compile(r"\b_ec_blob_\w+|\bLL_ATON_EnableUnits_Init\b|\bingot_npu_write_back\b")
#: In one of Ingot's own.
_OWN = "ingot_npu_write_back"
REMEDY = "`ingot npu prove` lists all faults. Take all files of one run of the tool."


@dataclass(frozen=True)
class NpuCheck:
    """lines: for the memory map. facts: for the summary."""

    lines: tuple[str, ...]
    facts: Mapping[str, Any]


def uses_npu(text: str) -> bool:
    """Whether a network.c has epochs for the NPU."""
    return bool(_USES.search(text))


def check_npu(folder: Path, name: str) -> NpuCheck | None:
    """Proves the build of the network `name` in a folder; None where it has no epochs for the NPU.

    What nobody has verified is not proven, and said to be so. Raises IngotError for a fault that the proof finds.
    """
    source = folder / f"{name}.c"
    text = source.read_text(encoding="utf-8", errors="replace") if source.is_file() else ""
    if not uses_npu(text):
        return None
    from ingot.st.npu.build import read_build
    from ingot.st.npu.own import own_build
    from ingot.st.npu.proof import prove

    try:
        build = own_build(folder, name) if _OWN in text else read_build(folder, name=name)
        proof = prove(build)
    except IngotError as error:
        if _OWN in text:  # nothing of these is unverified
            raise
        reason = f"{error.what} ({Path(error.where).name})" if error.where else error.what
        return NpuCheck(
            (f"NPU: the registers of {name} are not proven: {reason}",), {"proven": False, "reason": reason}
        )
    return _judged(build, proof, source, name)


def _judged(build: Build, proof: Proof, source: Path, name: str) -> NpuCheck:
    """What is said of a build without faults. Raises IngotError for the first of several."""
    from ingot.network.c_info import read_c_info
    from ingot.st.npu.cost import cost_facts, costs_of
    from ingot.st.npu.proof import proof_facts

    if not proof.holds:
        more = f" (and {len(proof.faults) - 1} more)" if len(proof.faults) > 1 else ""
        raise IngotError(f"{proof.faults[0]}{more}", where=str(source), remedy=REMEDY)
    cost = cost_facts(costs_of(build))
    if build.own:
        cost["programs"] = _programs(read_c_info(source.with_name(f"{name}_c_info.json")))
    lines = (
        f"NPU: {proof.epochs} epochs of {name}, proven on the level of registers: {proof.reads:,} reads of "
        f"{proof.bytes_read:,} bytes, {proof.writes:,} writes of {proof.bytes_written:,}, "
        f"{proof.file_streams:,} streams of weights; {proof.software} epochs of the CPU",
    )
    return NpuCheck(lines, {"proven": True, **proof_facts(proof), "cost": cost})


def _programs(network: Network) -> list[dict[str, Any]]:
    """Of each program what the partition compared, where it did."""
    return [
        {"epoch": epoch.number, "layers": list(epoch.layers)}
        | ({"npu_ns": epoch.estimate.npu, "cpu_ns": epoch.estimate.cpu} if epoch.estimate else {})
        for epoch in network.epochs
        if epoch.kind == "EC"
    ]
