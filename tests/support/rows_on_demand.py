# SPDX-License-Identifier: Apache-2.0
"""An inference on the host in which the application hands rows of inputs and outputs over."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.device.run.host import HostNetwork

_HandOver = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p)
_ROWS = 0xFFFFFFFF


class _Rows(ctypes.Structure):
    """ingot_input_rows, and ingot_output_rows."""

    _fields_ = (("function", _HandOver), ("context", ctypes.c_void_p))


class RowHost:
    """asked: for each input, then each output, (first row, rows) of every call of the application, in order."""

    def __init__(self, folder: Path, name: str = "network") -> None:
        self._host = HostNetwork(folder, name)
        self._name = name
        self.network = self._host.network
        self.asked: list[list[tuple[int, int]]] = []
        self._kept: list[Any] = []

    def run(self, inputs: Sequence[npt.NDArray[Any]], rows: Sequence[int]) -> list[npt.NDArray[Any]]:
        """One inference. rows: of each input, then of each output."""
        outputs = [np.zeros(port.shape, port.dtype) for port in self.network.outputs]
        self.asked = [[] for _ in rows]
        for number, (array, count) in enumerate(zip([*inputs, *outputs], rows, strict=True)):
            into = number < len(inputs)
            self._give("Input" if into else "Output", number - (0 if into else len(inputs)), number, array, count)
        assert self._host._library is not None
        self._host._library.host_run()
        return outputs

    def _give(self, side: str, port: int, number: int, array: npt.NDArray[Any], rows: int) -> None:
        assert array.flags.c_contiguous
        width = array.nbytes // rows

        def hand_over(_context: int, row: int, count: int, there: int) -> None:
            self.asked[number].append((row, count))
            mine = array.ctypes.data + row * width
            target, source = (there, mine) if side == "Input" else (mine, there)
            ctypes.memmove(target, source, count * width)

        struct = _Rows(_HandOver(hand_over), None)
        self._kept.append((struct, array))
        setter = getattr(self._host._library, f"LL_ATON_Set_User_{side}_Buffer_{self._name}")
        assert setter(port, ctypes.byref(struct), ctypes.c_uint32(_ROWS)) == 0
