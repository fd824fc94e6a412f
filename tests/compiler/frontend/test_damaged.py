# SPDX-License-Identifier: Apache-2.0
"""Whatever happens to the bytes of a file: a graph or one message, quickly, and never anything else."""

import random
import resource
import struct
import time

import pytest

from compiler.frontend.examples import EXAMPLES, i32
from ingot.base.errors import IngotError
from ingot.compiler.frontend.tflite import parse_tflite
from ingot.compiler.graph import Graph
from support import tflite_builder as tfl
from support.shared import shared

INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE)


def chain():
    """A model with many of the things that a file can have."""
    b = tfl.Builder()
    import numpy as np

    x = b.input((1, 8, 8, 3), "int8", 0.1, 3, name="input")
    w = b.constant(np.ones((4, 3, 3, 3), np.int8), [0.1, 0.2, 0.3, 0.4], name="weights")
    bias = b.constant(i32(1, 2, 3, 4), [0.01, 0.02, 0.03, 0.04])
    y = b.tensor((1, 8, 8, 4), "int8", 0.1, 0)
    b.operator("CONV_2D", [x, w, bias], [y], padding="SAME", fused_activation_function="RELU6")
    p = b.tensor((1, 9, 9, 4), "int8", 0.1, 0)
    b.operator("PAD", [y, b.constant(i32([0, 0], [0, 1], [0, 1], [0, 0]))], [p])
    m = b.tensor((1, 4, 4, 4), "int8", 0.1, 0)
    b.operator("MAX_POOL_2D", [p], [m], filter_height=3, filter_width=3, stride_h=2, stride_w=2, padding="VALID")
    r = b.tensor((1, 64), "int8", 0.1, 0)
    b.operator("RESHAPE", [m, b.constant(i32(1, 64))], [r], new_shape=[1, 64])
    s = b.tensor((1, 32), "int8", 0.1, 0)
    b.operator("STRIDED_SLICE", [r, b.constant(i32(0, 0)), b.constant(i32(1, 64)), b.constant(i32(1, 2))], [s])
    z = b.tensor((1, 32), "float32")
    b.operator("DEQUANTIZE", [s], [z])
    return b.finish([z])


def survive(data):
    """Whether it still parses; fails on anything but a graph or an IngotError that names the file, and on slowness."""
    start = time.process_time()
    try:
        graph = parse_tflite(data, "broken", "broken.tflite")
    except IngotError as error:
        assert "broken.tflite" in str(error) and error.what and error.remedy, repr(error)
        graph = None
    assert time.process_time() - start < 5
    assert graph is None or isinstance(graph, Graph)
    return graph is not None


def mutations(data, seed, count):
    """Bit flips, overwritten words, deleted, doubled and zeroed ranges, truncations."""
    rng = random.Random(seed)
    for i in range(count):
        out = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 8))):
            place = rng.randrange(len(out))
            match i % 6:
                case 0:
                    out[place] ^= 1 << rng.randrange(8)
                case 1 | 2:
                    place = min(place & ~3, len(out) - 4)
                    struct.pack_into("<I", out, place, rng.choice((*INTERESTING, rng.getrandbits(32), len(data))))
                case 3:
                    del out[place : place + rng.choice((1, 2, 4, 64))]
                case 4:
                    out[place:place] = out[place : place + rng.choice((1, 4, 32))]
                case 5:
                    size = rng.choice((4, 16, 64))
                    out[place : place + size] = bytes(len(out[place : place + size]))
            if len(out) < 16:
                break
        yield bytes(out)


@pytest.mark.slow
def test_mutations():
    data = chain()
    assert survive(data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    alive = sum(survive(broken) for broken in mutations(data, 1, 600))
    assert 0 < alive < 600  # some changes do no harm, most do
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 200_000  # KiB


@pytest.mark.parametrize("name", ["UNIDIRECTIONAL_SEQUENCE_LSTM", "STRIDED_SLICE", "SPLIT_V", "TRANSPOSE_CONV", "SVDF"])
def test_mutations_of_single_operators(name):
    data = EXAMPLES[name]()
    assert survive(data)
    for broken in mutations(data, 2, 60):
        survive(broken)


@pytest.mark.slow
def test_every_word_of_a_file():
    """Each word of the structure once as a huge number."""
    data = chain()
    for place in range(0, len(data) - 4, 4):
        out = bytearray(data)
        struct.pack_into("<I", out, place, 0x7FFFFFF0)
        survive(bytes(out))


def test_truncations():
    data = chain()
    for size in range(0, len(data), 7):
        assert not survive(data[:size]) or size > len(data) - 64


def test_a_real_model():
    data = shared("models/omv_force_int_quant.tflite").read_bytes()
    assert survive(data)
    for broken in mutations(data, 3, 200):
        survive(broken)


def test_other_files():
    for data in (
        b"",
        b"x",
        b"hello world, this is no model",
        b"\0" * 4096,
        b"\xff" * 4096,
        b"\x1c\0\0\0TFL3" + b"\0" * 64,
    ):
        assert not survive(data)


def test_the_optimizer_survives_what_still_parses():
    from ingot.compiler.passes.optimize import optimize

    for seed in range(3):
        for broken in mutations(chain(), 10 + seed, 100):
            try:
                graph = parse_tflite(broken, "broken", "broken.tflite")
            except IngotError:
                continue
            try:
                optimize(graph)
            except IngotError as error:
                assert error.what
