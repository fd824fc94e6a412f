# SPDX-License-Identifier: Apache-2.0
"""Rows of tensors that are no image themselves: from the images they are views of, and from neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.compiler.compile import CompileOptions
from support.differential import check, check_network
from support.tflite_builder import Builder

QUANT = ("int8", 0.05, -3)


class Net:
    """A model under construction; every tensor has one quantization."""

    def __init__(self) -> None:
        self.builder = Builder()

    def input(self, *shape: int) -> int:
        return self.builder.input(shape, *QUANT)

    def add(self, kind: str, source: int, shape: tuple[int, ...], *more: int, quant=QUANT, **options) -> int:
        target = self.builder.tensor(shape, *quant)
        self.builder.operator(kind, [source, *more], [target], **options)
        return target

    def view(self, source: int, *shape: int) -> int:
        return self.add("RESHAPE", source, shape, self.builder.constant(np.array(shape, np.int32)))

    def conv(self, source: int, *shape: int) -> int:
        """3x3, stride 2, from one channel; shape: of the output."""
        weights, bias = self.weights(shape[3], 3, 3, 1), self.builder.constant(np.zeros(shape[3], np.int32))
        return self.add("CONV_2D", source, shape, weights, bias, padding="SAME", stride_h=2, stride_w=2)

    def dense(self, source: int, depth: int, *shape: int, keep: bool = False) -> int:
        return self.add("FULLY_CONNECTED", source, shape, self.weights(shape[-1], depth), keep_num_dims=keep)

    def weights(self, *shape: int) -> int:
        values = np.random.default_rng(1).integers(-127, 128, shape).astype(np.int8)
        return self.builder.constant(values, [0.002] * shape[0], axis=0)

    def rows(self, *outputs: int) -> list[int]:
        """Of every tensor that a kernel reads or writes, inputs first; the model gives LiteRT's bytes."""
        return [tensor.rows for tensor in check(self.builder.finish(outputs)).tensors]


def test_a_flat_input_has_the_rows_of_its_view() -> None:
    n = Net()
    assert n.rows(n.conv(n.view(n.input(1, 96), 1, 12, 8, 1), 1, 6, 4, 2)) == [12, 6]


def test_an_input_of_one_long_row_has_too() -> None:
    n = Net()
    assert n.rows(n.conv(n.view(n.input(1, 1, 96, 1), 1, 12, 8, 1), 1, 6, 4, 2)) == [12, 6]


def test_views_that_disagree_more_readers_decide() -> None:
    n = Net()
    x = n.input(1, 96)
    low, high = n.view(x, 1, 6, 16, 1), n.view(x, 1, 12, 8, 1)
    outputs = [n.conv(low, 1, 3, 8, 2), n.conv(high, 1, 6, 4, 2), n.conv(high, 1, 6, 4, 3)]
    assert n.rows(*outputs) == [12, 3, 6, 6]


def test_views_that_disagree_the_first_of_equals_decides() -> None:
    n = Net()
    x = n.input(1, 96)
    low, high = n.view(x, 1, 6, 16, 1), n.view(x, 1, 12, 8, 1)
    assert n.rows(n.conv(high, 1, 6, 4, 2), n.conv(low, 1, 3, 8, 2)) == [6, 6, 3]


@pytest.mark.parametrize(("readers", "rows"), [(1, 6), (2, 12)])
def test_an_input_that_is_an_image_has_its_own_unless_others_are_read_more(readers: int, rows: int) -> None:
    n = Net()
    x = n.input(1, 6, 16, 1)
    other = n.view(x, 1, 12, 8, 1)
    outputs = [n.conv(x, 1, 3, 8, 2), *(n.conv(other, 1, 6, 4, 2) for _ in range(readers))]
    assert n.rows(*outputs)[0] == rows


def test_a_kernel_of_images_keeps_the_rows_of_its_own_shape() -> None:
    n = Net()
    made = n.conv(n.input(1, 24, 16, 1), 1, 12, 8, 1)
    assert n.rows(n.conv(n.view(made, 1, 6, 16, 1), 1, 3, 8, 2)) == [24, 12, 3]


def test_rows_pass_through_operators_on_elements() -> None:
    """The float32 input gets its rows across QUANTIZE, whose output is the image."""
    n = Net()
    x = n.builder.input((1, 96), "float32")
    flat = n.add("QUANTIZE", x, (1, 96))
    assert n.rows(n.conv(n.view(flat, 1, 12, 8, 1), 1, 6, 4, 2)) == [12, 12, 6]


def test_rows_pass_through_operators_on_vectors() -> None:
    """Backwards from an image to vectors of pixels, and forwards to an output that is none."""
    n = Net()
    pixels = n.dense(n.conv(n.input(1, 24, 16, 1), 1, 12, 8, 4), 4, 96, 1)
    image = n.conv(n.view(pixels, 1, 12, 8, 1), 1, 6, 4, 2)
    classes = n.add("SOFTMAX", n.dense(image, 2, 24, 5), (24, 5), quant=("int8", 1 / 256, -128), beta=1.0)
    assert n.rows(classes) == [24, 12, 12, 6, 6, 6]


@pytest.mark.parametrize(
    ("heads", "rows"),
    [
        (((1, 6, 4, 2), (1, 6, 4, 2)), [6, 6, 12]),
        (((1, 6, 4, 2), (1, 3, 2, 2)), [6, 3, 15]),
        (((1, 6, 4, 2), (1, 1, 5, 2)), [6, 1, 29]),
        (((1, 3, 17, 1), (1, 2, 16, 1)), [3, 2, 1]),
        (((1, 1, 6, 2), (1, 1, 3, 2)), [1, 1, 1]),
    ],
)
def test_tensors_one_after_the_other_make_rows_that_fit_all(
    heads: tuple[tuple[int, ...], ...], rows: list[int]
) -> None:
    """Halves of the larger rows; single pixels; none that are too small, or of images of one row."""
    n = Net()
    flat = [n.view(n.input(*shape), 1, shape[1] * shape[2], shape[3]) for shape in heads]
    total = sum(shape[1] * shape[2] for shape in heads)
    assert n.rows(n.add("CONCATENATION", flat[0], (1, total, heads[0][3]), *flat[1:], axis=1)) == rows


def test_rows_never_cut_a_vector() -> None:
    n = Net()
    image = n.view(n.dense(n.input(1, 7), 7, 1, 96), 1, 12, 8, 1)
    assert n.rows(n.conv(image, 1, 6, 4, 2)) == [1, 1, 6]


@pytest.mark.parametrize("optimize", ["balanced", "ram"])
def test_flat_inputs_need_no_more_memory_than_images(optimize: str) -> None:
    """Neither does a dense layer between, whose dimensions are kept or not."""
    peaks = set()
    for flat in (False, True):
        n = Net()
        image = n.view(n.input(1, 64, 64), 1, 64, 64, 1) if flat else n.input(1, 64, 64, 1)
        large = n.conv(image, 1, 32, 32, 16)
        pixels = n.dense(large, 16, *((1, 32, 32, 1) if flat else (1024, 1)), keep=flat)
        small = n.conv(n.view(pixels, 1, 32, 32, 1), 1, 16, 16, 2)
        peaks.add(check_network(n.builder.finish([small]), CompileOptions(optimize=optimize)).peak)
    assert len(peaks) == 1
    assert peaks.pop() < 32 * 32 * 16, "the largest image is no ring"
