# SPDX-License-Identifier: Apache-2.0
"""Decoding of heatmaps: the application's C against NumPy."""

from __future__ import annotations

import ctypes

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from support.host_library import host_library, needs_cc

FOLDER = "firmware/postprocessing"


class Keypoint(ctypes.Structure):
    _fields_ = [("x", ctypes.c_float), ("y", ctypes.c_float), ("score", ctypes.c_float), ("visible", ctypes.c_bool)]


def library() -> ctypes.CDLL:
    return host_library(f"{FOLDER}/heatmaps.c", include=(FOLDER,))


def reference(scores: np.ndarray, threshold: float) -> list[tuple[float, float, float, bool]]:
    """The same in NumPy. scores: height x width x keypoints, float32."""
    height, width, keypoints = scores.shape
    result = []
    for k in range(keypoints):
        row, column = np.unravel_index(np.argmax(scores[:, :, k]), (height, width))
        x = (np.float32(column) + np.float32(0.5)) / np.float32(width)
        y = (np.float32(row) + np.float32(0.5)) / np.float32(height)
        score = scores[row, column, k]
        result.append((float(x), float(y), float(score), bool(score >= np.float32(threshold))))
    return result


def as_tuples(found: ctypes.Array[Keypoint]) -> list[tuple[float, float, float, bool]]:
    return [(item.x, item.y, item.score, item.visible) for item in found]


shapes = st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(1, 17))


@needs_cc
@given(shape=shapes, seed=st.integers(0, 2**32 - 1), levels=st.sampled_from([2, 50, 1 << 20]))
def test_float_heatmaps(shape: tuple[int, int, int], seed: int, levels: int) -> None:
    """levels: few make ties, of which the first counts."""
    scores = (np.random.default_rng(seed).integers(-levels, levels, shape) / levels).astype(np.float32)
    found = (Keypoint * shape[2])()
    library().pose_decode(scores.ctypes.data_as(ctypes.c_void_p), *shape, ctypes.c_float(0.6), found)
    assert as_tuples(found) == reference(scores, 0.6)


@needs_cc
@given(shape=shapes, seed=st.integers(0, 2**32 - 1), zero_point=st.integers(-128, 127))
def test_quantized_heatmaps(shape: tuple[int, int, int], seed: int, zero_point: int) -> None:
    values = np.random.default_rng(seed).integers(-128, 128, shape, dtype=np.int8)
    scale = np.float32(1 / 256)
    found = (Keypoint * shape[2])()
    library().pose_decode_s8(
        values.ctypes.data_as(ctypes.c_void_p), *shape, ctypes.c_float(scale), zero_point, ctypes.c_float(0.5), found
    )
    assert as_tuples(found) == reference(scale * (values.astype(np.float32) - zero_point), 0.5)


@needs_cc
def test_where_a_person_is() -> None:
    """A peak in one cell of 48 x 48 is reported at that cell's centre; a flat map is not visible."""
    scores = np.zeros((48, 48, 2), np.float32)
    scores[12, 30, 1] = 0.9
    found = (Keypoint * 2)()
    library().pose_decode(scores.ctypes.data_as(ctypes.c_void_p), 48, 48, 2, ctypes.c_float(0.5), found)
    assert not found[0].visible
    assert (found[1].x, found[1].y, found[1].visible) == (np.float32(30.5 / 48), np.float32(12.5 / 48), True)
