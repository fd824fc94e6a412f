"""AVERAGE_POOL_2D and MAX_POOL_2D of int8 images (firmware/kernels/average_pool.c, max_pool.c).

Formulas: LiteRT's kernels/internal/reference/integer_ops/pooling.h.
"""

from __future__ import annotations

import numpy as np

from ingot.graph import DType, Graph, Operator
from ingot.kernels.activation_range import quantized_range
from ingot.kernels.conv2d import known_activation, window_rows
from ingot.kernels.program import Call, Param
from ingot.kernels.registry import Site, lowers


def int8_image(graph: Graph, op: Operator) -> bool:
    """Input and output are int8 images of four dimensions."""
    tensors = [graph.tensors[t] for t in (op.inputs[0], op.outputs[0]) if t is not None]
    return all(t.dtype is DType.INT8 and len(t.shape) == 4 for t in tensors)


@lowers("AVERAGE_POOL_2D", "MAX_POOL_2D", constraints=(int8_image, known_activation))
def lower_pool(site: Site) -> Call:
    """One call of ingot_average_pool_s8() or ingot_max_pool_s8()."""
    image, output, attrs = site.input(0), site.output(), site.op.attrs
    batches, in_h, in_w, channels = image.shape
    clamps = quantized_range(attrs["activation"], output)
    return Call(
        kernel="average_pool_s8" if site.op.kind == "AVERAGE_POOL_2D" else "max_pool_s8",
        descriptor="pool",
        inputs=(0,),
        outputs=(0,),
        fields={
            "in_h": in_h,
            "in_w": in_w,
            "channels": channels,
            "out_h": output.shape[1],
            "out_w": output.shape[2],
            "filter_h": attrs["filter_h"],
            "filter_w": attrs["filter_w"],
            "stride_h": attrs["stride_h"],
            "stride_w": attrs["stride_w"],
            "pad_top": attrs["pad_top"],
            "pad_left": attrs["pad_left"],
            "batches": batches,
        },
        params=(Param("clamps", np.asarray(clamps, np.int32)),),
        windows=(window_rows(site, attrs["filter_h"]),),
    )
