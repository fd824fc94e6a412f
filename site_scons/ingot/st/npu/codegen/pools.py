# SPDX-License-Identifier: Apache-2.0
"""Averages of a whole image, and the largest of windows, as epochs with a POOL."""

from __future__ import annotations

from collections.abc import Mapping

from ingot.st.npu.codegen.arith import LARGEST_PLUS, MOST_RES, TOO_FAR, largest_shift, sizes
from ingot.st.npu.codegen.layers import Largest, Mean, Refusal
from ingot.st.npu.codegen.results import write_results
from ingot.st.npu.codegen.tensors import channel_stream
from ingot.st.npu.codegen.units import Draft, registers


def mean_epoch(draft: Draft, layer: Mean, source: int, targets: Mapping[str, int]) -> float:
    """A global average pool with 8 bits behind the point, and an ARITH; the error before the last rounding."""
    height, width, channels = layer.source.shape
    depth = next((depth for depth in (8, 4, 2, 1) if channels % depth == 0), 1)
    count = height * width
    power = min(largest_shift(1 / count), 24)
    times = round(2.0**power / count)
    ratio = layer.source.scale / layer.target.scale
    bits = min(largest_shift(ratio), MOST_RES)
    a = round(ratio * 2.0**bits)
    plus = round((layer.target.zero - layer.source.zero * ratio) * 2.0**bits)
    if bits < 0 or power < 8 or abs(plus) >= LARGEST_PLUS:
        raise Refusal(TOO_FAR)
    stream = channel_stream(layer.source, source, depth, channels // depth)
    pool = registers(
        "POOL",
        dict(
            TYPE=10,
            BSIZE=depth,
            STRDX=1,
            STRDY=1,
            X=width * depth,
            Y=height,
            OUTX=width + 1,
            OUTY=height + 1,
            RCROP=width * depth - 1,
            BCROP=height - 1,
            MULVAL=times,
            OUTSHIFT=power - 8,
            OBYTES=2,
        ),
    )
    scale = registers(
        "ARITH",
        dict(
            ROUND=1,
            SAT=1,
            A=a,
            AX=8,
            B=plus >> 16,
            CC=plus & 0xFFFF,
            COMBINEBC=1,
            RES=bits,
            **sizes(2, 1, 1),
        ),
    )
    unit = draft.add(scale, "ARITH", draft.add(pool, "POOL", draft.add(stream, "STRENG")))
    write_results(draft, unit, layer.target, targets, 0, channels, 1)
    average = 128 * abs(times * count / 2.0**power - 1) + 0.5 / 256
    model = 0.5 / count  # LiteRT rounds the scaled sum, and again when it divides
    return average * ratio + 128 * abs(a / 2.0**bits - ratio) + 1.5 * 2.0**-bits + model


def largest_epoch(draft: Draft, layer: Largest, source: int, targets: Mapping[str, int]) -> float:
    """A pool; exact. Raises Refusal."""
    if layer.source.scale != layer.target.scale or layer.source.zero != layer.target.zero:
        raise Refusal("its input and output have different scales")
    height, width, channels = layer.source.shape
    depth = next((depth for depth in (8, 4) if channels % depth == 0), 1)
    frames = channels // depth
    rows, columns, _ = layer.target.shape
    pool = registers(
        "POOL",
        dict(
            WINX=layer.window[1],
            WINY=layer.window[0],
            STRDX=layer.strides[1],
            STRDY=layer.strides[0],
            BSIZE=depth,
            X=width * depth,
            Y=height,
            OUTX=columns,
            OUTY=rows,
            RCROP=width * depth - 1,
            BCROP=height - 1,
            OBYTES=1,
        ),
    )
    stream = channel_stream(layer.source, source, depth, frames)
    unit = draft.add(pool, "POOL", draft.add(stream, "STRENG"))
    write_results(draft, unit, layer.target, targets, 0, depth, frames)
    return 0.0
