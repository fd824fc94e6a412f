# SPDX-License-Identifier: Apache-2.0
"""LOGISTIC and TANH of int16 (firmware/kernels/sigmoid16.c); of 8 bits they are tables that a pass makes.

Formulas: LiteRT's SigmoidPrepare(), TanhPrepare() and internal/reference/integer_ops/logistic.h, tanh.h.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.powers_of_two import exact_log2
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, packs
from ingot.compiler.kernels.rows import same_rows

packs(sigmoid16=1)


def symmetric_int16(graph: Graph, op: Operator) -> bool:
    """int16 tensors have one scale and zero point 0."""
    tensors = [graph.tensors[t] for t in (*op.inputs, *op.outputs) if t is not None]
    return all(t.dtype is not DType.INT16 or (t.quant is not None and t.zero_point == 0) for t in tensors)


def lower_sigmoid16(site: Site) -> Call:
    """ingot_sigmoid16_logistic() or ingot_sigmoid16_tanh(); in place."""
    source, target = site.rows_in(0), site.rows_out()
    multiplier, right = _input_scaling(site.input(0).scale, most_shift=1 if site.op.kind == "TANH" else 0)
    return Call(
        kernel=f"sigmoid16_{site.op.kind.lower()}",
        descriptor="sigmoid16",
        inputs=(0,),
        outputs=(0,),
        fields={"row_elements": target.row_bytes // 2},
        params=(Param("scaling", np.asarray([multiplier, right], np.int32)), Param("sigmoid", sigmoid_table())),
        windows=(same_rows(source, target),),
        inplace=(0,),
    )


def sigmoid_table() -> npt.NDArray[np.uint16]:
    """sigmoid(i / 24) as Q0.16, i = 0..255, each corrected by half of what interpolation errs in its middle.

    The last one is the largest number.
    """

    def sigmoid(i: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return 65536.0 / (1.0 + np.exp(-i / 24.0))

    i = np.arange(256, dtype=np.float64)
    error = sigmoid(i + 0.5) - (sigmoid(i) + sigmoid(i + 1.0)) / 2.0
    table = np.floor(sigmoid(i) + 0.5 * error + 0.5)
    table[-1] = 65535
    return table.astype(np.uint16)


def _input_scaling(scale: float, most_shift: int) -> tuple[int, int]:
    """(multiplier, right shift) from the input's scale to 1 / (3 * 4096)."""
    log = exact_log2(scale)
    if log is not None and 0 <= 12 + log <= most_shift:
        return 3 << (12 + log), 0
    real, right = scale * 4096.0 * 3.0, 0
    while real <= 32767.0 / 2.0 and right <= 30:
        real *= 2.0
        right += 1
    return int(real), right
