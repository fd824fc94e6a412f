# SPDX-License-Identifier: Apache-2.0
"""Layers for the NPU in a network on this machine: the simulator, on the arrays that are the pools.

The programs have the addresses of the board. Each address lies in a pool, each pool in one of the arrays.
"""

from __future__ import annotations

import ctypes
from typing import Any

from ingot.base.errors import IngotError
from ingot.device.run.host_memory import host_blocks
from ingot.network.types import Network

#: Results of ingot_npu.h.
_OK, _REFUSED = 0, 4


class HostNpu:
    """Answers ingot_npu_run() of a library."""

    def __init__(self, network: Network, library: Any) -> None:
        library.host_block.restype = ctypes.c_void_p
        blocks, places = host_blocks(network)
        bases = {place.pool: network.pool(place.pool).base for place in places}
        arrays = {block.label: (library.host_block(number), block.size) for number, block in enumerate(blocks)}
        #: First address on the board, bytes, first address here.
        self._memory: list[tuple[int, int, int]] = [
            (bases[place.pool] or 0, arrays[place.label][1] - place.offset, arrays[place.label][0] + place.offset)
            for place in places
        ]
        self._problem: IngotError | None = None
        self._run = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(self._answer)  # kept as long as the library is
        library.host_set_npu(self._run)

    def check(self) -> None:
        """Raises what the simulator refused in the last inference."""
        problem, self._problem = self._problem, None
        if problem is not None:
            raise problem

    def _answer(self, here: int) -> int:
        from ingot.st.npu.sim.blob import run_blob

        try:
            run_blob(self._on_board(here), self._read, self._write)
        except IngotError as problem:
            self._problem = problem
            return _REFUSED
        return _OK

    def _on_board(self, here: int) -> int:
        for base, size, start in self._memory:
            if start <= here < start + size:
                return base + here - start
        raise IngotError("the NPU's program lies in no pool")

    def _here(self, address: int, size: int) -> int:
        for base, room, start in self._memory:
            if base <= address and address + size <= base + room:
                return start + address - base
        raise IngotError(f"the NPU reads or writes {size:,} bytes at {address:#x}, which lie in no pool")

    def _read(self, address: int, size: int) -> bytes:
        return ctypes.string_at(self._here(address, size), size)

    def _write(self, address: int, content: bytes) -> None:
        ctypes.memmove(self._here(address, len(content)), content, len(content))
