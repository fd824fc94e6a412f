# SPDX-License-Identifier: Apache-2.0
"""Layers of a quantized model as epochs for the NPU, by the rules that public builds follow; own code, own constants.

A convolution reads int8 with its zero point, and scales in two stages: R(sum, s) is multiplied by A[channel] to a
16-bit number with Qn fraction bits, that by K to the output. s and Qn are the compiler's to choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.st.npu.kernels import pack_kernels
from ingot.st.npu.machine import HardwareEpoch, Registers
from support.npu_build import epoch, raster_stream, raw_stream, registers

Array = npt.NDArray[Any]
#: Kernels of a set.
SET = 4


@dataclass(frozen=True)
class Convolution:
    """weights: (outputs, rows, columns, inputs). pads: top, bottom, left, right. shape: of the input, without batch."""

    weights: Array
    bias: Array
    scale_in: float
    zero_in: int
    scale_weights: Array
    scale_out: float
    zero_out: int
    pads: tuple[int, int, int, int]
    shape: tuple[int, int, int]

    @property
    def outputs(self) -> int:
        """Channels that it makes."""
        return len(self.weights)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns that it makes."""
        rows, columns = self.weights.shape[1:3]
        top, bottom, left, right = self.pads
        return self.shape[0] + top + bottom - rows + 1, self.shape[1] + left + right - columns + 1


def multiplier(value: float, most: int = 30) -> tuple[int, int]:
    """(m, k): m / 2^k is near the value, m as large as 15 bits hold."""
    k = max(k for k in range(-15, most + 1) if round(value * 2.0**k) < 1 << 15)
    return round(value * 2.0**k), k


def scaling(layer: Convolution, shift: int, fraction: int) -> tuple[Registers, Registers]:
    """The two ARITH units: to 16 bits with `fraction` bits behind the point, and to the output."""
    real = layer.scale_in * layer.scale_weights.astype(np.float64)
    first = max(r for r in range(31) if np.max(np.round(real * 2.0 ** (fraction + shift + r))) < 1 << 15)
    a = np.round(real * 2.0 ** (fraction + shift + first)).astype(np.int64)
    k_value, k = multiplier(1 / layer.scale_out)
    while fraction + k > 24:
        k -= 1
        k_value = round(2.0**k / layer.scale_out)
    plus = np.round((layer.bias * real / layer.scale_out + layer.zero_out) * 2.0 ** (fraction + k)).astype(np.int64)
    height, width = layer.size
    return (
        _a_channel(a, np.zeros_like(a), height * width, RES=first, OBYTES=2),
        _a_channel(np.full_like(a, k_value), plus, height * width, RES=fraction + k, OBYTES=1, COMBINEBC=1),
    )


def _a_channel(a: Array, plus: Array, pixels: int, **fields: int) -> Registers:
    """An ARITH with a number a channel, for frames of SET channels."""
    words = []
    for one, other in zip(a.tolist(), plus.tolist(), strict=True):
        words += [one & 0xFFFF | (other >> 16 & 0xFFFF) << 16, other & 0xFFFF]
    channels = len(a)
    depth = min(SET, channels)
    counters = {"RSTCNT1": depth - 1, "RSTCNT2": pixels * depth - 1, "RSTCNT3": pixels * channels - 1}
    steps = {"INCOFFSET": 1, "OFFSET1": 1 - depth, "OFFSET2": 1, "OFFSET3": 1 - channels, "TRANSLATEADDR": 1}
    flags = {name: 1 for name in ("CNT1", "CNT2", "CNT3", "COEFFA", "COEFFB", "COEFFC")}
    return registers("ARITH", words, **(flags | counters | steps | fields))


def convolution_epoch(
    number: int,
    layer: Convolution,
    source: int,
    flash: int,
    target: int,
    shift: int,
    fraction: int,
    parts: Sequence[tuple[int, int, int, int]] = (),
) -> tuple[HardwareEpoch, bytes]:
    """An epoch, and the bytes of its kernels at `flash`.

    parts: (first row, rows, first column, columns) of kernels that are taken apart: each part is rounded to 16 bits,
    two are added.
    """
    rows, columns = layer.weights.shape[1:3]
    parts = parts or [(0, rows, 0, columns)]
    height, width, depth = layer.shape
    out_height, out_width = layer.size
    sets = -(-layer.outputs // SET)
    units: dict[str, Registers] = {}
    links: list[tuple[str, str]] = []
    content = b""
    for index, part in enumerate(parts):
        kernels = layer.weights[:, part[0] : part[0] + part[1], part[2] : part[2] + part[3]]
        packed = pack_kernels(kernels.reshape(sets, SET, part[1], part[3], depth), deep=False)
        start = flash + len(content)
        content += packed + bytes(-len(packed) % 16)
        units[f"STRENG{index}"] = raw_stream(
            source, height * width * depth, LIMIT=sets, FRAME_RPT=1, LSBMODE=1, SIGNEXT=1, limit=1 << 16
        )
        units[f"STRENG{5 + index}"] = raw_stream(start, len(packed), CONT=1, CACHEABLE=1, LSBMODE=1, SIGNEXT=1)
        units[f"CONVACC{index}"] = _convacc(layer, part, shift)
        links += [(f"STRENG{index}", f"CONVACC{index}.0"), (f"STRENG{5 + index}", f"CONVACC{index}.1")]
    last = "CONVACC0"
    if len(parts) == 2:
        units["ARITH2"] = registers("ARITH", A=1, B=1, DUALIN=1, OBYTES=2)
        links += [("CONVACC0", "ARITH2.0"), ("CONVACC1", "ARITH2.1")]
        last = "ARITH2"
    units["ARITH0"], units["ARITH1"] = scaling(layer, shift, fraction)
    units["STRENG3"] = raster_stream(
        target,
        (out_height, out_width, SET),
        layer.outputs,
        out_width * layer.outputs,
        DIR=1,
        LIMIT=sets,
        FOFFSET=SET,
        FRAME_RPT=sets,
        FRPTOFF=out_height * out_width * layer.outputs,
    )
    links += [(last, "ARITH0.0"), ("ARITH0", "ARITH1.0"), ("ARITH1", "STRENG3")]
    return epoch(number, units, links), content


def _convacc(layer: Convolution, part: tuple[int, int, int, int], shift: int) -> Registers:
    """A unit for a part of the kernels: what of the padding the part does not reach becomes a crop."""
    height, width, depth = layer.shape
    all_rows, all_columns = layer.weights.shape[1:3]
    top, bottom, left, right = layer.pads
    row, rows, column, columns = part
    top, left = top - row, left - column
    bottom -= all_rows - row - rows
    right -= all_columns - column - columns
    return registers(
        "CONVACC",
        FBYTES=2,
        SIMD=2,
        FSUB=layer.zero_in,
        OUTSHIFT=shift,
        INSHIFT=shift,
        KW=columns,
        KH=rows,
        BTCDEPTH=depth,
        NR=SET,
        W=width * depth,
        H=height,
        TPAD=max(0, top),
        BPAD=max(0, bottom),
        LPAD=max(0, left),
        RPAD=max(0, right),
        TCROP=max(0, -top),
        BCROP=height - 1 - max(0, -bottom),
        LCROP=max(0, -left) * depth,
        RCROP=(width - max(0, -right)) * depth - 1,
    )


def mean_epoch(
    number: int,
    source: int,
    target: int,
    shape: tuple[int, int, int],
    scale_in: float,
    zero_in: int,
    scale_out: float,
    zero_out: int,
) -> HardwareEpoch:
    """An epoch that averages a frame: with 8 bits behind the point, then scaled."""
    height, width, channels = shape
    depth = 8 if channels % 8 == 0 else channels
    count = height * width
    times, power = multiplier(1 / count)
    value, k = multiplier(scale_in / scale_out)
    plus = round((zero_out - zero_in * scale_in / scale_out) * 2.0**k)
    return epoch(
        number,
        {
            "STRENG0": raster_stream(
                source, (height, width, depth), channels, width * channels, LIMIT=channels // depth, FOFFSET=depth
            ),
            "POOL0": registers(
                "POOL",
                TYPE=10,
                BSIZE=depth,
                X=width * depth,
                Y=height,
                RCROP=width * depth - 1,
                BCROP=height - 1,
                MULVAL=times,
                OUTSHIFT=power - 8,
                OBYTES=2,
            ),
            "ARITH0": registers("ARITH", A=value, AX=8, B=plus >> 16, CC=plus & 0xFFFF, COMBINEBC=1, RES=k),
            "STRENG1": raw_stream(target, channels, DIR=1),
        },
        [("STRENG0", "POOL0.0"), ("POOL0", "ARITH0.0"), ("ARITH0", "STRENG1")],
    )


def pool_epoch(number: int, source: int, target: int, shape: tuple[int, int, int]) -> HardwareEpoch:
    """An epoch of the largest of 2x2, with a stride of 2."""
    height, width, channels = shape
    return epoch(
        number,
        {
            "STRENG0": raster_stream(
                source, (height, width, 8), channels, width * channels, LIMIT=channels // 8, FOFFSET=8
            ),
            "POOL1": registers(
                "POOL",
                WINX=2,
                WINY=2,
                STRDX=2,
                STRDY=2,
                BSIZE=8,
                X=width * 8,
                Y=height,
                RCROP=width * 8 - 1,
                BCROP=height - 1,
            ),
            "STRENG1": raster_stream(
                target,
                (height // 2, width // 2, 8),
                channels,
                width // 2 * channels,
                DIR=1,
                LIMIT=channels // 8,
                FOFFSET=8,
            ),
        },
        [("STRENG0", "POOL1.0"), ("POOL1", "STRENG1")],
    )
