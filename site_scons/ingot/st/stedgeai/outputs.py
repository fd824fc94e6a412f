# SPDX-License-Identifier: Apache-2.0
"""Which files `stedgeai generate` leaves, by version and target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingot.base.file_names import file_name
from ingot.board import Board, Mpool, initializer_pool
from ingot.network.version import Version
from ingot.st.prebuilt.initializer_files import DEFAULT
from ingot.st.stedgeai.command import target_of
from ingot.st.stedgeai.profile import EPOCH_CONTROLLER, profile_options
from ingot.st.stedgeai.request import Request
from ingot.st.stedgeai.tool import Tool

STAI_SINCE = Version(2, 2)
NAMED_SINCE = Version(3, 0)


@dataclass(frozen=True)
class Declared:
    """source, header: C files ("" when there is none). raws: initializers. others: more that must be there."""

    source: str
    header: str
    info: str
    report: str
    raws: tuple[str, ...]
    others: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in self.all():
            file_name(name, "the name of a generated file")

    def all(self) -> tuple[str, ...]:
        first = (self.source, self.header, self.info, self.report, *self.raws, *self.others)
        return tuple(name for name in first if name)


def declared_outputs(version: Version, target: str, name: str, mpool: Mpool, options: Sequence[str]) -> Declared:
    """The files a run must leave. The tool may leave more (a second initializer): those are copied out as well."""
    info, report = f"{name}_c_info.json", f"{name}_generate_report.txt"
    if target != "stm32n6":
        others = (
            f"{name}_config.h",
            f"{name}_data.c",
            f"{name}_data.h",
            f"{name}_data_params.c",
            f"{name}_data_params.h",
        )
        return Declared(f"{name}.c", f"{name}.h", info, report, (), others)
    extra: list[str] = []
    if EPOCH_CONTROLLER in options:
        extra.append(f"{name}_ecblobs.h")
    if version >= STAI_SINCE:
        extra += [f"stai_{name}.c", f"stai_{name}.h"]
    raw = f"{name}_{mpool.prefix}.{initializer_pool(mpool).fname}.raw"
    return Declared(f"{name}.c", f"{name}.h", info, report, (raw,), tuple(extra))


def plan_outputs(tool: Tool, board: Board, mpool: Mpool, name: str, request: Request) -> Declared:
    """The files that a run of the tool for a request will leave."""
    options = profile_options(tool.version, request.options, request.reloc)
    return declared_outputs(tool.version, target_of(board), name, mpool, options)


def default_c_name(version: Version, name: str) -> str:
    """The network's name in C. Before 3.0, a network that is generated as `network` is `Default` in network.c."""
    return DEFAULT if version < NAMED_SINCE and name == "network" else name
