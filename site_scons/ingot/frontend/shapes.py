"""The result shapes of operators, from their inputs' shapes, constant arguments and options."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from ingot.frontend.kinds import kinds
from ingot.frontend.mismatch import Mismatch
from ingot.frontend.strided_slice import strided_slice_ranges as strided_slice_ranges
from ingot.frontend.strided_slice import strided_slice_shape
from ingot.graph import Graph, Operator, Tensor

Shape = tuple[int, ...]


class Args:
    """The inputs of one operator, for shape rules."""

    def __init__(self, graph: Graph, op: Operator) -> None:
        self.op = op
        self._graph = graph

    def __len__(self) -> int:
        return len(self.op.inputs)

    def tensor(self, position: int) -> Tensor | None:
        t = self.op.inputs[position] if position < len(self.op.inputs) else None
        return None if t is None else self._graph.tensors[t]

    def shape(self, position: int = 0) -> Shape:
        tensor = self.tensor(position)
        return () if tensor is None else tensor.shape

    def rank4(self, position: int = 0) -> Shape:
        shape = self.shape(position)
        if len(shape) != 4:
            raise Mismatch(f"its input {position} must have 4 dimensions, not {list(shape)}")
        return shape

    def values(self, position: int) -> list[int] | None:
        """The values of a constant integer input; None when it is computed at run time."""
        tensor = self.tensor(position)
        if tensor is None or tensor.data is None:
            return None
        if tensor.data.dtype.kind not in "iu":
            raise Mismatch(f"its input {position} must hold integers, not {tensor.dtype.value}")
        return [int(v) for v in tensor.data.ravel()]

    def output(self, position: int = 0) -> Tensor:
        return self._graph.tensors[self.op.outputs[position]]


Result = Sequence[Shape | None]
Rule = Callable[[Args], Result]


def result_shapes(graph: Graph, op: Operator) -> Result | None:
    """One shape an output (None where it depends on values known at run time only); None for kinds without a rule.

    Raises Mismatch when the inputs do not fit together.
    """
    rule = _RULES.get(op.kind)
    return None if rule is None else rule(Args(graph, op))


def _same(args: Args) -> Result:
    return [args.shape()]


def _broadcast(args: Args) -> Result:
    try:
        return [np.broadcast_shapes(args.shape(0), args.shape(1))]
    except ValueError:
        raise Mismatch(f"its inputs {list(args.shape(0))} and {list(args.shape(1))} do not broadcast") from None


def _prelu(args: Args) -> Result:
    if _broadcast(args)[0] != args.shape():
        raise Mismatch(f"its slopes {list(args.shape(1))} do not broadcast to {list(args.shape())}")
    return [args.shape()]


def _check_bias(args: Args, position: int, channels: int) -> None:
    bias = args.tensor(position)
    if bias is not None and bias.elements != channels:
        raise Mismatch(f"its bias has {bias.elements} elements for {channels} output channels")


def _conv2d(args: Args) -> Result:
    n, _, _, channels = args.rank4(0)
    filters, _, _, depth = args.rank4(1)
    if depth == 0 or channels % depth or filters % (channels // depth):
        raise Mismatch(f"{filters} filters of depth {depth} do not fit {channels} input channels")
    _check_bias(args, 2, filters)
    return [(n, *args.output().shape[1:3], filters)]  # spatial extents: checked when padding was resolved


def _depthwise(args: Args) -> Result:
    n, *_ = args.rank4(0)
    one, _, _, filters = args.rank4(1)
    if one != 1:
        raise Mismatch(f"its weights have {one} as first extent, not 1")
    _check_bias(args, 2, filters)
    return [(n, *args.output().shape[1:3], filters)]


def _transpose_conv(args: Args) -> Result:
    n, _, _, channels = args.rank4(2)
    filters, _, _, depth = args.rank4(1)
    if depth != channels:
        raise Mismatch(f"filters of depth {depth} do not fit {channels} input channels")
    _check_bias(args, 3, filters)
    wanted = args.values(0)
    if wanted is not None and (len(wanted) != 4 or wanted[0] != n or wanted[3] != filters):
        raise Mismatch(f"its output shape {wanted} does not fit batch {n} and {filters} filters")
    return [tuple(wanted) if wanted is not None else (n, *args.output().shape[1:3], filters)]


def _fully_connected(args: Args) -> Result:
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


def _batch_matmul(args: Args) -> Result:
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


def _pool(args: Args) -> Result:
    n, _, _, channels = args.rank4()
    return [(n, *args.output().shape[1:3], channels)]


def _normal_axes(values: list[int], rank: int) -> list[int]:
    if any(not -rank <= v < rank for v in values):
        raise Mismatch(f"an axis among {values} does not exist in {rank} dimensions")
    return [v % rank for v in values]


def _reduce(args: Args) -> Result:
    axes = args.values(1)
    if axes is None:
        return [None]
    shape = args.shape()
    gone = set(_normal_axes(axes, len(shape))) if shape else set()
    if args.op.attrs.get("keep_dims"):
        return [tuple(1 if i in gone else n for i, n in enumerate(shape))]
    return [tuple(n for i, n in enumerate(shape) if i not in gone)]


def _arg(args: Args) -> Result:
    axes = args.values(1)
    if axes is None or len(axes) != 1:
        return [None]
    (gone,) = _normal_axes(axes, len(args.shape()))
    return [tuple(n for i, n in enumerate(args.shape()) if i != gone)]


def _pairs(args: Args, position: int, rank: int) -> list[tuple[int, int]] | None:
    values = args.values(position)
    if values is None:
        return None
    if len(values) != 2 * rank or any(v < 0 for v in values):
        raise Mismatch(f"its paddings {values} are not {rank} pairs of counts")
    return list(zip(values[::2], values[1::2], strict=True))


def _pad(args: Args) -> Result:
    shape = args.shape()
    pairs = _pairs(args, 1, len(shape))
    if pairs is None:
        return [None]
    if args.op.kind == "MIRROR_PAD":
        reach = 0 if args.op.attrs.get("mode") == "SYMMETRIC" else 1
        if any(max(pair) > n - reach for pair, n in zip(pairs, shape, strict=True)):
            raise Mismatch(f"its paddings {pairs} are larger than the input {list(shape)}")
    return [tuple(n + before + after for n, (before, after) in zip(shape, pairs, strict=True))]


def _reshape(args: Args) -> Result:
    count = math.prod(args.shape())
    if args.output().elements != count:
        raise Mismatch(f"{list(args.shape())} does not have as many elements as {list(args.output().shape)}")
    return [None]  # any shape of that many elements; a -1 in the request is already worked out in the output


def _expand_dims(args: Args) -> Result:
    axes = args.values(1)
    if axes is None or len(axes) != 1:
        return _reshape(args)
    rank = len(args.shape()) + 1
    (axis,) = _normal_axes(axes, rank)
    shape = list(args.shape())
    shape.insert(axis, 1)
    return [tuple(shape)]


def _concatenation(args: Args) -> Result:
    axis, first = args.op.attrs["axis"], args.shape()
    for position in range(len(args)):
        shape = args.shape(position)
        if shape[:axis] != first[:axis] or shape[axis + 1 :] != first[axis + 1 :] or len(shape) != len(first):
            raise Mismatch(f"its inputs {list(first)} and {list(shape)} differ outside axis {axis}")
    return [(*first[:axis], sum(args.shape(i)[axis] for i in range(len(args))), *first[axis + 1 :])]


def _pack(args: Args) -> Result:
    first = args.shape()
    if any(args.shape(i) != first for i in range(len(args))):
        raise Mismatch("its inputs differ in shape")
    axis = args.op.attrs["axis"]
    return [(*first[:axis], len(args), *first[axis:])]


def _unpack(args: Args) -> Result:
    axis, shape = args.op.attrs["axis"], args.shape()
    if shape[axis] != len(args.op.outputs):
        raise Mismatch(f"it unpacks {shape[axis]} parts into {len(args.op.outputs)} outputs")
    return [shape[:axis] + shape[axis + 1 :]] * len(args.op.outputs)


def _split(args: Args) -> Result:
    axes, shape = args.values(0), args.shape(1)
    if axes is None or len(axes) != 1:
        return [None] * len(args.op.outputs)
    (axis,) = _normal_axes(axes, len(shape))
    parts = len(args.op.outputs)
    if shape[axis] % parts:
        raise Mismatch(f"an extent of {shape[axis]} does not split into {parts} equal parts")
    return [(*shape[:axis], shape[axis] // parts, *shape[axis + 1 :])] * parts


def _split_v(args: Args) -> Result:
    sizes, axes, shape = args.values(1), args.values(2), args.shape()
    parts = len(args.op.outputs)
    if sizes is None or axes is None or len(axes) != 1:
        return [None] * parts
    (axis,) = _normal_axes(axes, len(shape))
    rest = shape[axis] - sum(s for s in sizes if s != -1)
    sizes = [rest if s == -1 else s for s in sizes]
    if len(sizes) != parts or sum(sizes) != shape[axis] or min(sizes) < 0:
        raise Mismatch(f"an extent of {shape[axis]} does not split into {sizes}")
    return [(*shape[:axis], s, *shape[axis + 1 :]) for s in sizes]


def _slice(args: Args) -> Result:
    begin, size, shape = args.values(1), args.values(2), args.shape()
    if begin is None or size is None:
        return [None]
    if not len(begin) == len(size) == len(shape):
        raise Mismatch(f"its begin and size do not fit {len(shape)} dimensions")
    result = tuple(n - b if s == -1 else s for n, b, s in zip(shape, begin, size, strict=True))
    if any(b < 0 or s < 0 or b + s > n for n, b, s in zip(shape, begin, result, strict=True)):
        raise Mismatch(f"its slice from {begin} of size {size} is outside {list(shape)}")
    return [result]


def _strided_slice(args: Args) -> Result:
    begin, end, strides = (args.values(i) for i in (1, 2, 3))
    if begin is None or end is None or strides is None:
        return [None]
    return [strided_slice_shape(args.shape(), begin, end, strides, args.op)]


def _gather(args: Args) -> Result:
    axis, batch = args.op.attrs.get("axis", 0), args.op.attrs.get("batch_dims", 0)
    shape, indexes = args.shape(0), args.shape(1)
    if shape[:batch] != indexes[:batch]:
        raise Mismatch(f"its batches {list(shape[:batch])} and {list(indexes[:batch])} differ")
    values = args.values(1)
    if values is not None and any(not 0 <= v < shape[axis] for v in values):
        raise Mismatch(f"an index is outside the extent {shape[axis]}")
    return [(*shape[:axis], *indexes[batch:], *shape[axis + 1 :])]


def _tile(args: Args) -> Result:
    multiples, shape = args.values(1), args.shape()
    if multiples is None:
        return [None]
    if len(multiples) != len(shape) or any(m < 0 for m in multiples):
        raise Mismatch(f"its multiples {multiples} do not fit {len(shape)} dimensions")
    return [tuple(n * m for n, m in zip(shape, multiples, strict=True))]


def _fill(args: Args) -> Result:
    shape = args.values(0)
    if shape is not None and any(n < 0 for n in shape):
        raise Mismatch(f"it fills a negative shape {shape}")
    return [None if shape is None else tuple(shape)]


def _broadcast_to(args: Args) -> Result:
    shape = args.values(1)
    if shape is None:
        return [None]
    try:
        fits = min(shape, default=0) >= 0 and np.broadcast_shapes(args.shape(), tuple(shape)) == tuple(shape)
    except ValueError:
        fits = False
    if not fits:
        raise Mismatch(f"its input {list(args.shape())} does not broadcast to {shape}")
    return [tuple(shape)]


def _range(args: Args) -> Result:
    tensors = [args.tensor(i) for i in range(3)]
    if any(t is None or t.data is None or t.data.dtype.kind not in "iu" or t.elements != 1 for t in tensors):
        return [None]
    start, limit, step = (args.values(i)[0] for i in range(3))  # type: ignore[index]
    if step == 0:
        raise Mismatch("its step is 0")
    return [(len(range(start, limit, step)),)]


def _transpose(args: Args) -> Result:
    order, shape = args.values(1), args.shape()
    if order is None:
        return [None]
    order = _normal_axes(order, len(shape))
    if sorted(order) != list(range(len(shape))):
        raise Mismatch(f"{order} is no permutation of {len(shape)} axes")
    return [tuple(shape[i] for i in order)]


def _resize(args: Args) -> Result:
    n, _, _, channels = args.rank4()
    size = args.values(1)
    if size is None:
        return [None]
    if len(size) != 2 or min(size) < 1:
        raise Mismatch(f"its size {size} is not a height and a width")
    if args.op.attrs.get("align_corners") and args.op.attrs.get("half_pixel_centers"):
        raise Mismatch("align_corners and half_pixel_centers exclude each other")
    return [(n, *size, channels)]


def _space_to_depth(args: Args) -> Result:
    n, h, w, c = args.rank4()
    b = args.op.attrs["block_size"]
    if b < 1 or h % b or w % b:
        raise Mismatch(f"blocks of {b} do not fit {list(args.shape())}")
    return [(n, h // b, w // b, c * b * b)]


def _depth_to_space(args: Args) -> Result:
    n, h, w, c = args.rank4()
    b = args.op.attrs["block_size"]
    if b < 1 or c % (b * b):
        raise Mismatch(f"blocks of {b} do not fit {list(args.shape())}")
    return [(n, h * b, w * b, c // (b * b))]


def _space_to_batch(args: Args) -> Result:
    shape, block = args.shape(), args.values(1)
    if block is None or args.values(2) is None:
        return [None]
    pairs = _pairs(args, 2, len(block)) or []
    if len(shape) not in (3, 4) or len(block) != len(shape) - 2 or min(block) < 1:
        raise Mismatch(f"blocks {block} do not fit {list(shape)}")
    padded = [n + a + b for n, (a, b) in zip(shape[1:], pairs, strict=False)]
    if any(n % b for n, b in zip(padded, block, strict=True)):
        raise Mismatch(f"blocks {block} do not fit the padded extents {padded}")
    return [(shape[0] * math.prod(block), *(n // b for n, b in zip(padded, block, strict=True)), shape[-1])]


def _batch_to_space(args: Args) -> Result:
    shape, block = args.shape(), args.values(1)
    if block is None or args.values(2) is None:
        return [None]
    pairs = _pairs(args, 2, len(block)) or []
    if len(shape) not in (3, 4) or len(block) != len(shape) - 2 or min(block) < 1 or shape[0] % math.prod(block):
        raise Mismatch(f"blocks {block} do not fit {list(shape)}")
    spatial = [n * b - x - y for n, b, (x, y) in zip(shape[1:], block, pairs, strict=False)]
    if min(spatial) < 0:
        raise Mismatch(f"its crops {pairs} are larger than the image")
    return [(shape[0] // math.prod(block), *spatial, shape[-1])]


def _svdf(args: Args) -> Result:
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


_RULES: dict[str, Rule] = {
    **dict.fromkeys(
        kinds(
            "ABS NEG SQUARE SQRT RSQRT EXP LOG RELU RELU6 RELU_N1_TO_1 RELU_0_TO_1 LEAKY_RELU ELU HARD_SWISH "
            "LOGISTIC TANH GELU SOFTMAX LOG_SOFTMAX L2_NORMALIZATION QUANTIZE DEQUANTIZE CAST ZEROS_LIKE"
        ),
        _same,
    ),
    **dict.fromkeys(kinds("ADD SUB MUL DIV MAXIMUM MINIMUM SQUARED_DIFFERENCE FLOOR_DIV FLOOR_MOD POW"), _broadcast),
    **dict.fromkeys(kinds("MEAN SUM REDUCE_MAX REDUCE_MIN REDUCE_PROD"), _reduce),
    **dict.fromkeys(["PAD", "PADV2", "MIRROR_PAD"], _pad),
    "PRELU": _prelu,
    "CONV_2D": _conv2d,
    "DEPTHWISE_CONV_2D": _depthwise,
    "TRANSPOSE_CONV": _transpose_conv,
    "FULLY_CONNECTED": _fully_connected,
    "BATCH_MATMUL": _batch_matmul,
    "AVERAGE_POOL_2D": _pool,
    "MAX_POOL_2D": _pool,
    "ARG_MAX": _arg,
    "ARG_MIN": _arg,
    "RESHAPE": _reshape,
    "SQUEEZE": _reshape,
    "EXPAND_DIMS": _expand_dims,
    "CONCATENATION": _concatenation,
    "PACK": _pack,
    "UNPACK": _unpack,
    "SPLIT": _split,
    "SPLIT_V": _split_v,
    "SLICE": _slice,
    "STRIDED_SLICE": _strided_slice,
    "GATHER": _gather,
    "TILE": _tile,
    "FILL": _fill,
    "BROADCAST_TO": _broadcast_to,
    "RANGE": _range,
    "TRANSPOSE": _transpose,
    "RESIZE_BILINEAR": _resize,
    "RESIZE_NEAREST_NEIGHBOR": _resize,
    "SPACE_TO_DEPTH": _space_to_depth,
    "DEPTH_TO_SPACE": _depth_to_space,
    "SPACE_TO_BATCH_ND": _space_to_batch,
    "BATCH_TO_SPACE_ND": _batch_to_space,
    "SVDF": _svdf,
}
