# SPDX-License-Identifier: Apache-2.0
"""The same numbers in another format, as an epoch of one ARITH: another scale or zero point, or u8 in place of s8."""

from __future__ import annotations

from collections.abc import Mapping

from ingot.st.npu.codegen.arith import LARGEST_PLUS, MOST_RES, TOO_FAR, largest_shift, of_the_model, sizes
from ingot.st.npu.codegen.layers import Refusal, Requantized
from ingot.st.npu.codegen.results import plus_128, write_results
from ingot.st.npu.codegen.tensors import Numbers, tensor_stream
from ingot.st.npu.codegen.units import SIGNED, Draft, registers


def requantized_epoch(draft: Draft, layer: Requantized, source: int, targets: Mapping[str, int]) -> float:
    """One ARITH; the error before the last rounding. Raises Refusal."""
    ratio = layer.source.scale / layer.target.scale
    bits = min(largest_shift(ratio), MOST_RES)
    a = round(ratio * 2.0**bits)
    exact = (layer.target.zero - layer.source.zero * ratio) * 2.0**bits
    plus = round(exact)
    if bits < 0 or abs(plus) >= LARGEST_PLUS:
        raise Refusal(TOO_FAR)
    numbers = {"A": a, "B": plus >> 16, "CC": plus & 0xFFFF, "COMBINEBC": 1, "RES": bits}
    signed = {} if layer.unsigned else SIGNED
    stream = draft.add(tensor_stream(layer.source, source, **signed), "STRENG")
    unit = draft.add(registers("ARITH", {"ROUND": 1, "SAT": 1} | numbers | sizes(2, 1, 1)), "ARITH", stream)
    write_results(draft, unit, layer.target, targets, 0, layer.target.shape[2], 1)
    if ratio == 1.0 and exact == plus:
        return 0.0
    return 255 * abs(a / 2.0**bits - ratio) + 2.0**-bits * abs(plus - exact) + of_the_model(ratio) + 2.0**-20


def format_epoch(draft: Draft, numbers: Numbers, source: int, target: int) -> None:
    """Makes u8 of a tensor that lies there as s8."""
    stream = draft.add(tensor_stream(numbers, source), "STRENG")
    unit = draft.add(plus_128(), "ARITH", stream)
    draft.add(tensor_stream(numbers, target, DIR=1), "STRENG", unit)
