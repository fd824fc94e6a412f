# SPDX-License-Identifier: Apache-2.0
"""ADD and SUB (firmware/kernels/add.c, sub.c).

Formulas: LiteRT's kernels/add.cc and sub.cc (Prepare) and internal/reference/add.h. Each quantized input is scaled to
2 * max(input scales) / 2^left_shift, the sum from there to the output's scale.
"""

from __future__ import annotations

import math

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator, Tensor
from ingot.compiler.kernels.activation_range import ACTIVATIONS, float_range, integer_range, quantized_range
from ingot.compiler.kernels.broadcast import fits_broadcast, lower_binary, operand_order
from ingot.compiler.kernels.line_fit import CODES, line_through
from ingot.compiler.kernels.powers_of_two import exact_log2
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multiplier
from ingot.compiler.kernels.registry import Site, lowers, packs
from ingot.compiler.passes.fixed_point import Ints, high_multiply, rounding_divide_by_pot

packs(add=2, sub=2)

_POWERS_OF_TWO, _LINEAR = 8, 16
_WITHOUT_LINE = (0, 0, 0, 0)
_LEFT_SHIFT = {DType.INT8: 20, DType.INT16: 15}


def one_type(graph: Graph, op: Operator) -> bool:
    """Both inputs and the output have one type: int8, int16, int32 or float32."""
    return one_type_among(graph, op, DType.INT8, DType.INT16, DType.INT32, DType.FLOAT32)


def one_type_among(graph: Graph, op: Operator, *known: DType) -> bool:
    """Whether both inputs and the output have the same one of these types."""
    return any(
        all(graph.tensors[t].dtype is one for t in (*op.inputs[:2], *op.outputs) if t is not None) for one in known
    )


def known_activation(graph: Graph, op: Operator) -> bool:
    """The fused activation is NONE, RELU, RELU6 or RELU_N1_TO_1."""
    return op.attrs.get("activation", "NONE") in ACTIVATIONS


def int16_is_symmetric(graph: Graph, op: Operator) -> bool:
    """int16 tensors have zero point 0."""
    tensors = [graph.tensors[t] for t in (*op.inputs[:2], op.outputs[0]) if t is not None]
    return all(t.dtype is not DType.INT16 or t.quant is None or t.zero_point == 0 for t in tensors)


def quantized_numbers_have_scales(graph: Graph, op: Operator) -> bool:
    """Tensors of fewer than 32 bits are quantized per tensor."""
    tensors = [graph.tensors[t] for t in (*op.inputs[:2], op.outputs[0]) if t is not None]
    return all(
        t.dtype not in _LEFT_SHIFT or (t.quant is not None and not t.quant.per_channel and t.scale > 0) for t in tensors
    )


ELEMENT_WISE = (one_type, quantized_numbers_have_scales, known_activation, fits_broadcast)


def one_input_has_the_output_scale(graph: Graph, op: Operator) -> bool:
    """int16 scales that are powers of two: one input has the output's scale, the other a finer one."""
    tensors = [graph.tensors[t] for t in (*op.inputs[:2], op.outputs[0]) if t is not None]
    shifts = _power_of_two_shifts(tensors[0], tensors[1], tensors[2], op)
    return shifts is None or (min(shifts) == 0 and max(shifts) < 16)


@lowers("ADD", "SUB", constraints=(*ELEMENT_WISE, int16_is_symmetric, one_input_has_the_output_scale), data=(0, 1))
def lower_add(site: Site) -> Call:
    """ingot_add_<type>() or ingot_sub_<type>(); in place over either input of the output's shape."""
    name = site.op.kind.lower()
    output = site.output()
    activation = str(site.op.attrs.get("activation", "NONE"))
    if output.dtype is DType.FLOAT32:
        suffix, params = "f32", [Param("range", np.asarray(float_range(activation), np.float32))]
    elif output.dtype is DType.INT32:
        suffix, params = "s32", [Param("range", np.asarray(integer_range(activation, output.dtype), np.int32))]
    else:
        first, second = (site.input(position) for position in operand_order(site))
        suffix = "s8" if output.dtype is DType.INT8 else "s16"
        shifts = _power_of_two_shifts(first, second, output, site.op)
        words = (
            _scaling(first, second, output, activation, _order(site))
            if shifts is None
            else [0, 0, 0, 0, *shifts, 0, 0, 0, *quantized_range(activation, output), _POWERS_OF_TWO, *_WITHOUT_LINE]
        )
        params = [Param("scaling", np.asarray(words, np.int32))]
    return lower_binary(site, f"{name}_{suffix}", params, reversed_kernel=_reversed(name, suffix))


def _reversed(name: str, suffix: str) -> str:
    return f"sub_reversed_{suffix}" if name == "sub" else f"add_{suffix}"


def _order(site: Site) -> int:
    """1: first + second operand, 0: first - second, -1: second - first, of the operands in the kernel's order."""
    if site.op.kind == "ADD":
        return 1
    return 0 if operand_order(site)[0] == 0 else -1


def _power_of_two_shifts(first: Tensor, second: Tensor, output: Tensor, op: Operator) -> tuple[int, int] | None:
    """Right shifts of the two inputs where LiteRT takes its path for power-of-two scales, else None."""
    if output.dtype is not DType.INT16 or output.quant is None or not op.attrs.get("pot_scale_int16", True):
        return None
    logs = [exact_log2(t.scale) for t in (first, second, output)]
    if any(log is None for log in logs):
        return None
    a, b, out = (int(log) for log in logs if log is not None)
    return out - a, out - b


def _scaling(first: Tensor, second: Tensor, output: Tensor, activation: str, order: int) -> list[int]:
    """ingot_add_params, 16 words."""
    left = _LEFT_SHIFT[output.dtype]
    twice_max = 2.0 * max(first.scale, second.scale)
    multiplier0, shift0 = quantize_multiplier(first.scale / twice_max)
    multiplier1, shift1 = quantize_multiplier(second.scale / twice_max)
    multiplier_out, shift_out = quantize_multiplier(twice_max / float((1 << left) * np.float32(output.scale)))
    low, high = quantized_range(activation, output)
    words = [-first.zero_point, -second.zero_point, multiplier0, multiplier1, -shift0, -shift1]
    words += [multiplier_out, -shift_out, output.zero_point, low, high]
    line = _line(words, left, order) if output.dtype is DType.INT8 else None
    return [*words, *((0, *_WITHOUT_LINE) if line is None else (_LINEAR, *line))]


def _line(words: list[int], left: int, order: int) -> tuple[int, ...] | None:
    """The linear formula with the results of LiteRT's three roundings. words: the block's."""
    multiplier, right, zero_point, low, high = words[6:11]
    scaled = [
        rounding_divide_by_pot(high_multiply((CODES + words[i]) << left, words[2 + i]), words[4 + i]) for i in (0, 1)
    ]
    sums = _join(scaled[0], scaled[1], order)
    wanted = np.clip(rounding_divide_by_pot(high_multiply(sums, multiplier), right) + zero_point, low, high)
    signs = (1 if order >= 0 else -1, 1 if order else -1)
    slope0, slope1 = (
        sign * math.ldexp(words[2 + i] * multiplier, left - words[4 + i] - right - 62) for i, sign in enumerate(signs)
    )
    start = zero_point + slope0 * words[0] + slope1 * words[1] + 0.5
    line = line_through(wanted, (slope0, slope1), start, (low, high))
    return None if line is None else line.words()


def _join(a: Ints, b: Ints, order: int) -> Ints:
    """Every sum or difference of a number of `a` and one of `b`."""
    return a[:, None] + b if order > 0 else a[:, None] - b if order == 0 else b - a[:, None]
