# SPDX-License-Identifier: Apache-2.0
"""Random QDQ .onnx models of one operator each, and of a few together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from support.qdq_builder import QdqBuilder


def conv(b: QdqBuilder) -> bytes:
    """Windows, strides, dilations, uneven paddings, groups; weights of one scale or of one a channel."""
    r = b.random
    groups = int(r.choice((1, 1, 1, 2)))
    group_c, out_c = int(r.choice((1, 3, 4, 16, 17))), groups * int(r.choice((1, 3, 4, 8, 9, 16)))
    kernel = [int(n) for n in r.choice(((1, 1), (3, 3), (2, 5), (1, 4)))]
    dilation = [1, 1] if r.random() < 0.7 else [2, 1]
    stride = [1, 1] if dilation != [1, 1] else [int(n) for n in r.choice(((1, 1), (2, 2), (1, 3)))]
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    pads = [int(r.integers(0, n)) for n in (*reach, *reach)]
    x = b.input((1, groups * group_c, reach[0] + int(r.integers(0, 4)), reach[1] + int(r.integers(0, 11))))
    weights = b.weights((out_c, group_c, *kernel), x, r.choice((0, None)), bool(r.random() < 0.8))
    y = b.node("Conv", [x, *weights], group=groups, strides=stride, dilations=dilation, pads=pads)
    return b.finish([b.quantized(y)])


def conv_w4(b: QdqBuilder) -> bytes:
    """Weights of four bits, of windows and of single pixels, in one group and in two; biases that fit in 28 bits and
    others."""
    r = b.random
    kernel = [int(n) for n in r.choice(((1, 1), (3, 3), (1, 1), (2, 3)))]
    groups, largest = int(r.choice((1, 1, 2))), int(r.choice((4000, 4000, 2**31 - 2)))
    channels, out_c = int(r.choice((3, 16, 20))), groups * int(r.choice((3, 5, 8, 21)))
    x = b.input((1, groups * channels, kernel[0] + 4, kernel[1] + 6))
    weights = b.weights((out_c, channels, *kernel), x, largest=largest, small=True)
    return b.finish([b.quantized(b.node("Conv", [x, *weights], group=groups))])


def gemm_of_rows(b: QdqBuilder) -> bytes:
    """One vector that is an image with rows of whole chunks of 16 bytes."""
    r = b.random
    channels, height, width = (int(r.choice(n)) for n in ((16, 32), (2, 3, 5), (1, 3)))
    x = b.input((1, 4, height, width))
    image = b.quantized(b.node("Conv", [x, *b.weights((channels, 4, 1, 1), x)]))
    flat = b.node("Flatten", [image])
    weights = b.weights((int(r.choice((3, 4, 9))), channels * height * width), image)
    return b.finish([b.quantized(b.node("Gemm", [flat, *weights], transB=1))])


def gemm_w4(b: QdqBuilder) -> bytes:
    """Weights of four bits."""
    r = b.random
    depth, out_c = int(r.choice((5, 16, 33, 64))), int(r.choice((3, 4, 9, 16)))
    x = b.input((int(r.choice((1, 3))), depth))
    return b.finish([b.quantized(b.node("Gemm", [x, *b.weights((out_c, depth), x, small=True)], transB=1))])


def depthwise(b: QdqBuilder) -> bytes:
    """Of 3x3 and of other windows, with one and with several outputs a channel."""
    r = b.random
    channels, times = int(r.choice((2, 3, 16, 20, 33))), int(r.choice((1, 1, 1, 2)))
    kernel = [int(n) for n in r.choice(((3, 3), (3, 3), (5, 2), (1, 7)))]
    x = b.input((1, channels, kernel[0] + int(r.integers(0, 5)), kernel[1] + int(r.integers(0, 9))))
    weights = b.weights((channels * times, 1, *kernel), x)
    stride = [int(r.choice((1, 2)))] * 2
    pads = [int(r.integers(0, n)) for n in (*kernel, *kernel)]
    return b.finish([b.quantized(b.node("Conv", [x, *weights], group=channels, strides=stride, pads=pads))])


def depthwise_relu(b: QdqBuilder) -> bytes:
    """Of 3x3; results are quantized from the lowest code on. Those of a small scale need more than 16 bits."""
    r = b.random
    channels, scale = int(r.choice((16, 20, 33))), r.choice((0.05, 1e-5))
    x = b.input((1, channels, 4, 3 + int(r.integers(0, 9))), 0.125)
    y = b.node("Conv", [x, *b.weights((channels, 1, 3, 3), x)], group=channels, pads=[1, 1, 1, 1])
    return b.finish([b.quantized(b.node("Relu", [y]), float(scale), int(np.iinfo(b.dtype).min))])


def gemm(b: QdqBuilder) -> bytes:
    """Also with its weights the other way round, whose scales are then along axis 1."""
    r = b.random
    depth, channels, turned = (int(r.choice(n)) for n in ((1, 15, 16, 33, 130), (1, 4, 5, 11, 24), (0, 1)))
    x = b.input((int(r.choice((1, 3))), depth))
    shape, axis = ((channels, depth), 0) if turned else ((depth, channels), 1)
    return b.finish([b.quantized(b.node("Gemm", [x, *b.weights(shape, x, axis)], transB=turned))])


def matmul(b: QdqBuilder) -> bytes:
    x = b.input((1, 5, 33))
    return b.finish([b.quantized(b.node("MatMul", [x, *b.weights((33, 9), x, 1, bias=False)]))])


def matmul_of_two(b: QdqBuilder) -> bytes:
    """Of several matrices, some of which are stored with their columns first; in some networks the right ones are
    constant."""
    x, y = b.input((1, 2, 5, 13)), b.input((1, 2, 4, 13), 0.02) if b.random.random() < 0.6 else b.stored((2, 4, 13))
    if y.startswith("dequantizelinear") and b.scales.get(y) is None:
        return b.finish([b.quantized(b.node("MatMul", [x, b.node("Transpose", [y], perm=[0, 2, 1])]), 0.2, 0)])
    y = b.node("Transpose", [y], perm=[0, 1, 3, 2])
    return b.finish([b.quantized(b.node("MatMul", [x, y]), 0.2, 0)])


def softmax(b: QdqBuilder) -> bytes:
    """Over the channels of an image, which are stored last."""
    x = b.input((1, 7, 5, 6), float(b.random.choice((0.02, 0.1, 0.3))))
    return b.finish(
        [b.quantized(b.node("Softmax", [x], axis=1), *((1 / 256, 0) if b.dtype[0] == "u" else (0.004, -128)))]
    )


def add(b: QdqBuilder) -> bytes:
    """Of two inputs of one shape, or one of which is broadcast."""
    return _binary(b, "Add")


def sub(b: QdqBuilder) -> bytes:
    return _binary(b, "Sub")


def mul(b: QdqBuilder) -> bytes:
    return _binary(b, "Mul")


def _binary(b: QdqBuilder, kind: str) -> bytes:
    shape = (1, 6, 5, 7)
    other = [shape, (1, 6, 1, 1), (1, 1, 1, 1), (6, 1, 1)][b.random.integers(0, 4)]
    scale = float(b.random.choice((0.03, 0.05, 0.0371)))
    x, y = b.input(shape, scale), b.input(other, 0.05) if b.random.random() < 0.7 else b.stored(other)
    return b.finish([b.quantized(b.node(kind, [y, x] if b.random.random() < 0.3 else [x, y]))])


def average_pool(b: QdqBuilder) -> bytes:
    """With padding that counts and with padding that does not."""
    x = b.input((1, 9, 7, 8))
    pads = [int(n) for n in b.random.integers(0, 2, 4)]
    y = b.node(
        "AveragePool",
        [x],
        kernel_shape=[3, 2],
        pads=pads,
        strides=[2, 1],
        count_include_pad=int(b.random.choice((0, 1))),
    )
    return b.finish([b.quantized(y)])


def average_pool_of_an_image(b: QdqBuilder) -> bytes:
    x = b.input((1, int(b.random.choice((3, 8, 21))), 5, 6))
    return b.finish([b.quantized(b.node("AveragePool", [x], kernel_shape=[5, 6]))])


def global_average_pool(b: QdqBuilder) -> bytes:
    x = b.input((1, int(b.random.choice((3, 16, 21))), 5, 6))
    return b.finish([b.quantized(b.node("GlobalAveragePool", [x]))])


def reduce_mean(b: QdqBuilder) -> bytes:
    """Without the reduced axes, and a Reshape before it is quantized."""
    x = b.input((1, 12, 5, 6))
    y = b.node("ReduceMean", [x], axes=[2, 3], keepdims=0)
    return b.finish([b.quantized(b.node("Reshape", [y, b.constant(np.array([1, 3, 4]))]))])


def max_pool(b: QdqBuilder) -> bytes:
    x = b.input((1, 9, 7, 8))
    y = b.node("MaxPool", [x], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2])
    return b.finish([b.quantized(y)])


def concat(b: QdqBuilder) -> bytes:
    """Channels of two inputs with other scales than the output."""
    x, y = b.input((1, 3, 5, 6)), b.input((1, 5, 5, 6), 0.02)
    return b.finish([b.quantized(b.node("Concat", [x, y], axis=1))])


def silu(b: QdqBuilder) -> bytes:
    """x * sigmoid(x), which is a table."""
    x = b.input((1, 3, 5, 6))
    s = b.quantized(b.node("Sigmoid", [x]), 1 / 255)
    return b.finish([b.quantized(b.node("Mul", [x, s]))])


def clip(b: QdqBuilder) -> bytes:
    """Of a convolution whose result is not quantized before."""
    x = b.input((1, 3, 6, 7))
    y = b.node("Conv", [x, *b.weights((5, 3, 1, 1), x)])
    y = b.node("Clip", [y, b.constant(np.float32(-0.4)), b.constant(np.float32(1.3))])
    return b.finish([b.quantized(y, 0.02, 0)])


def resize(b: QdqBuilder) -> bytes:
    x = b.input((1, 3, 4, 5))
    scales = b.constant(np.float32([1, 1, 2, 3]))
    modes = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    y = b.node("Resize", [x, "", scales], **modes)
    return b.finish([b.quantized(y)])


def resize_linear(b: QdqBuilder) -> bytes:
    x = b.input((1, 3, 4, 5))
    scales = b.constant(np.float32([1, 1, 2, 2.6]))
    position = str(b.random.choice(("half_pixel", "align_corners", "asymmetric")))
    y = b.node("Resize", [x, "", scales], mode="linear", coordinate_transformation_mode=position)
    return b.finish([b.quantized(y, b.random.choice((0.05, 0.11)))])  # quantizers give it the scale of its input


def prelu(b: QdqBuilder) -> bytes:
    """With a slope a channel, then a batch normalization, both in float."""
    x = b.input((1, 3, 4, 5))
    y = b.quantized(b.node("Conv", [x, *b.weights((6, 3, 1, 1), x)]))
    slope, *numbers = (b.random.uniform(0.1, 0.9, 6).astype(np.float32) for _ in range(5))
    y = b.quantized(b.node("PRelu", [y, b.constant(slope.reshape(6, 1, 1))]))
    return b.finish([b.quantized(b.node("BatchNormalization", [y, *(b.constant(n) for n in numbers)]), 0.1, 0)])


def float_between(b: QdqBuilder) -> bytes:
    """A sum over float constants, which stays in float between quantized tensors."""
    x = b.input((1, 3, 4, 5))
    y = b.node("Add", [x, b.constant(b.random.normal(size=(3, 1, 1)).astype(np.float32))])
    return b.finish([b.quantized(y)])


def flattened(b: QdqBuilder) -> bytes:
    """An image flattened with its channels first, and weights that know it so."""
    x = b.input((1, 3, 4, 5))
    y = b.quantized(b.node("Conv", [x, *b.weights((6, 3, 1, 1), x)]))
    z = b.quantized(b.node("Flatten", [y]), b.scales[y], 0) if b.random.random() < 0.3 else b.node("Flatten", [y])
    b.scales.setdefault(z, b.scales[y])
    return b.finish([b.quantized(b.node("Gemm", [z, *b.weights((4, 120), z)], transB=1))])


def network(b: QdqBuilder) -> bytes:
    """Several layers, a sum of two ways, a table, a mean."""
    x = b.input((1, 3, 9, 11))
    y = b.quantized(b.node("Relu", [b.node("Conv", [x, *b.weights((8, 3, 3, 3), x)], pads=[1, 1, 1, 1])]))
    z = b.quantized(b.node("Conv", [y, *b.weights((8, 1, 3, 3), y)], group=8, strides=[2, 2]))
    a = b.quantized(b.node("Add", [b.quantized(b.node("Conv", [z, *b.weights((8, 8, 1, 1), z)])), z]))
    m = b.quantized(b.node("Mul", [a, b.node("Sigmoid", [a])]))
    g = b.quantized(b.node("GlobalAveragePool", [m]))
    f = b.node("Flatten", [g])
    return b.finish([b.quantized(b.node("Gemm", [f, *b.weights((5, 8), g)], transB=1))])


def layer_of_two_types(b: QdqBuilder, given: str, made: str) -> bytes:
    """A convolution whose input has another type than its result."""
    b.dtype = given
    x = b.input((1, 6, 4, 5))
    weights = b.weights((3, 6, 3, 3), x)
    b.dtype = made
    y = b.quantized(b.node("Conv", [x, *weights], pads=[1, 1, 1, 1]))
    return b.finish([b.node("Transpose", [y], perm=[0, 2, 3, 1])])


MODELS: dict[str, Callable[[QdqBuilder], bytes]] = {
    function.__name__: function
    for function in (
        conv, conv_w4, depthwise, gemm, gemm_of_rows, gemm_w4, matmul, matmul_of_two, softmax, add, sub, mul,
        average_pool, average_pool_of_an_image, global_average_pool, reduce_mean, max_pool, concat, silu, clip, resize,
        resize_linear, prelu, float_between, flattened, network,
        depthwise_relu,
    )
}  # fmt: skip

WIDE_MODELS = [name for name in MODELS if name not in ("conv_w4", "gemm_w4", "reduce_mean")]
"""Those whose activations may have 16 bits, as from opset 21 on."""

ROUNDED = {
    "softmax": 0.5,
    "prelu": 0.02,
    "average_pool": 0.2,
    "average_pool_of_an_image": 0.2,
    "sub": 0.05,
    "add": 0.05,
}
"""Models whose operator onnxruntime computes in another way: the share of numbers that may differ, by one."""
