# SPDX-License-Identifier: Apache-2.0
"""The shapes that operators with weights, products of matrices and windows make."""

from __future__ import annotations

import math

import numpy as np

from ingot.compiler.frontend.arguments import Args, Result, Shape
from ingot.compiler.frontend.mismatch import Mismatch
from ingot.compiler.frontend.padding import padded_extent


def _check_bias(args: Args, position: int, channels: int) -> None:
    bias = args.tensor(position)
    if bias is not None and bias.elements != channels:
        raise Mismatch(f"its bias has {bias.elements} elements for {channels} output channels")


def _window(args: Args) -> Shape:
    """Height and width of what a window makes of input 0, from the options that `resolve_attrs` gives."""
    attrs, extents = args.op.attrs, []
    windows = args.rank4(1)[1:3] if len(args) > 1 else (attrs["filter_h"], attrs["filter_w"])
    sizes = args.rank4()[1:3]
    for name, pads, size, window in zip("hw", (("top", "bottom"), ("left", "right")), sizes, windows, strict=True):
        padded = size + sum(attrs[f"pad_{side}"] for side in pads)
        extents.append(padded_extent(padded, window, attrs[f"stride_{name}"], attrs.get(f"dilation_{name}", 1)))
    return tuple(extents)


def conv2d(args: Args) -> Result:
    n, _, _, channels = args.rank4(0)
    filters, _, _, depth = args.rank4(1)
    if 0 in (depth, channels) or channels % depth or filters % (channels // depth):
        raise Mismatch(f"{filters} filters of depth {depth} do not fit {channels} input channels")
    _check_bias(args, 2, filters)
    return [(n, *_window(args), filters)]


def depthwise(args: Args) -> Result:
    n, *_ = args.rank4(0)
    one, _, _, filters = args.rank4(1)
    if one != 1:
        raise Mismatch(f"its weights have {one} as first extent, not 1")
    _check_bias(args, 2, filters)
    return [(n, *_window(args), filters)]


def transpose_conv(args: Args) -> Result:
    n, _, _, channels = args.rank4(2)
    filters, _, _, depth = args.rank4(1)
    if depth != channels:
        raise Mismatch(f"filters of depth {depth} do not fit {channels} input channels")
    _check_bias(args, 3, filters)
    shape = args.values(0)
    if shape is not None and (len(shape) != 4 or shape[0] != n or shape[3] != filters):
        raise Mismatch(f"its output shape {shape} does not fit batch {n} and {filters} filters")
    # Computed at run time, the extents are the file's; they fit the input: checked when the padding was resolved.
    return [tuple(shape) if shape is not None else (n, *args.output().shape[1:3], filters)]


def fully_connected(args: Args) -> Result:
    shape = args.shape()
    if len(args.shape(1)) != 2:
        raise Mismatch(f"its weights must have 2 dimensions, not {list(args.shape(1))}")
    outs, ins = args.shape(1)
    if ins == 0 or math.prod(shape) % ins or (args.op.attrs.get("keep_num_dims") and shape[-1:] != (ins,)):
        raise Mismatch(f"weights {list(args.shape(1))} do not fit the input {list(shape)}")
    if args.op.attrs.get("weights_format", "DEFAULT") != "DEFAULT":
        raise Mismatch("its weights are shuffled, which only LiteRT's own kernels read")
    _check_bias(args, 2, outs)
    if args.op.attrs.get("keep_num_dims"):
        return [(*shape[:-1], outs)]
    return [(math.prod(shape) // ins, outs)]


def batch_matmul(args: Args) -> Result:
    a, b = args.shape(0), args.shape(1)
    if len(a) < 2 or len(b) < 2:
        raise Mismatch("its inputs need at least 2 dimensions")
    rows, inner = (a[-1], a[-2]) if args.op.attrs.get("adj_x") else (a[-2], a[-1])
    inner2, columns = (b[-1], b[-2]) if args.op.attrs.get("adj_y") else (b[-2], b[-1])
    if inner != inner2:
        raise Mismatch(f"its inputs {list(a)} and {list(b)} do not multiply")
    try:
        return [(*np.broadcast_shapes(a[:-2], b[:-2]), rows, columns)]
    except ValueError:
        raise Mismatch(f"its inputs {list(a)} and {list(b)} do not broadcast") from None


def pool(args: Args) -> Result:
    n, _, _, channels = args.rank4()
    return [(n, *_window(args), channels)]


def svdf(args: Args) -> Result:
    if len(args.shape(0)) != 2 or len(args.shape(1)) != 2 or len(args.shape(2)) != 2 or len(args.shape(4)) != 2:
        raise Mismatch("its input, weights and state must have 2 dimensions")
    batches, features = args.shape(0)
    filters, depth = args.shape(1)
    filters2, memory = args.shape(2)
    rank = args.op.attrs["rank"]
    if depth != features or filters2 != filters or rank < 1 or filters % rank:
        raise Mismatch(f"weights {list(args.shape(1))} and {list(args.shape(2))} do not fit rank {rank}")
    if args.shape(4) != (batches, memory * filters):
        raise Mismatch(f"its state {list(args.shape(4))} does not fit {filters} filters of {memory} steps")
    _check_bias(args, 3, filters // rank)
    return [(batches, filters // rank)]


def lstm(args: Args) -> Result:
    """LiteRT's unidirectional_sequence_lstm.cc: the output has as many features as the recurrent weights read."""
    shape, weights = args.shape(), args.shape(_RECURRENT_WEIGHTS)
    if len(shape) != 3 or len(weights) != 2:
        raise Mismatch("its input needs 3 dimensions, its weights need 2")
    cells, features = weights
    batches = shape[1 if args.op.attrs.get("time_major") else 0]
    wanted = {
        **dict.fromkeys(_INPUT_WEIGHTS, (cells, shape[2])),
        **dict.fromkeys(_RECURRENTS, (cells, features)),
        **dict.fromkeys(_BIASES, (cells,)),
        _OUTPUT_STATE: (batches, features),
        _CELL_STATE: (batches, cells),
    }
    for position, need in wanted.items():
        if args.tensor(position) is not None and args.shape(position) != need:
            raise Mismatch(f"its input {position} is {list(args.shape(position))}, the others give {list(need)}")
    return [(*shape[:-1], features)]


_INPUT_WEIGHTS, _RECURRENTS, _BIASES = range(1, 5), range(5, 9), range(12, 16)
_RECURRENT_WEIGHTS = 6  # of the forget gate, which every LSTM has
_OUTPUT_STATE, _CELL_STATE = 18, 19
