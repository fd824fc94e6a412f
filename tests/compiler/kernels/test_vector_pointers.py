# SPDX-License-Identifier: Apache-2.0
"""Every vector access of 16- or 32-bit elements in the kernels stands where a debug build checks its pointer."""

from __future__ import annotations

import re

import pytest

from ingot.base.places import kernels_dir
from ingot.compiler.kernels.conv2d import UNROLLED

INTRINSIC = re.compile(r"\bv(?:(?:ld|st)[124]q_[suf](?:16|32)|(?:ldr|str)[hwd]q\w*)\s*\((?!INGOT_ALIGNED\()")
ASSEMBLY = re.compile(r'"[^"]*\b(?:vldr[hwd]|vstr[hwd]|vld[24]\d?|vst[24]\d?)t?\.[^"]*"')

CHECKED_IN = {
    "dense_pairs_mve.h": ["dense_mve.h"],
    "dense_thin_mve.h": ["dense_mve.h"],
    "dense_w4_mve.h": ["dense_mve.h"],
    "dense_whole_even_mve.h": ["dense_mve.h"],
    "dense_whole_mve.h": ["dense_mve.h"],
    "dense_x_mve.h": ["dense_unrolled_mve.h", "dense_mve.h"],
    **{f"dense_x{chunks}_mve.h": ["dense_unrolled_mve.h", "dense_mve.h"] for chunks in range(1, UNROLLED + 1)},
    "depthwise_3x3_even_mve.h": ["depthwise_3x3_mve.h"],
    "depthwise_3x3_pixel_mve.h": ["depthwise_3x3_mve.h"],
    "depthwise_3x3_turns_mve.h": ["depthwise_3x3_mve.h"],
    "depthwise_offset_mve.h": ["depthwise_offset_mve.h", "depthwise_3x3_mve.h"],
    "depthwise_offset_pixel_mve.h": ["depthwise_3x3_mve.h"],
    "depthwise_products.h": ["depthwise_sixteen_mve.h", "depthwise_offset_mve.h", "depthwise_3x3_mve.h"],
    "depthwise_sixteen_mve.h": ["depthwise_sixteen_mve.h"],
    "dot16.h": ["dot16.h"],
    "fully_connected_even_once.h": ["fully_connected_even_once.h"],
    "fully_connected_once.h": ["fully_connected_once.h"],
    "fully_connected_sums.h": ["fully_connected_once.h", "fully_connected_even_once.h"],
    "lstm_mve.h": ["lstm_mve.h"],
    "quantize.c": ["quantize.c"],
    "squash16_mve.h": ["lstm_mve.h"],
    "svdf.c": ["svdf.c"],
}
"""File with such an access in assembly -> the files that check the pointers which it is given."""

SOURCES = {path.name: path.read_text() for path in sorted(kernels_dir().glob("*.[ch]"))}


def unchecked(text: str) -> list[str]:
    """The intrinsics whose pointer is not written INGOT_ALIGNED(...)."""
    return [match[0] for match in INTRINSIC.finditer(text)]


@pytest.mark.parametrize("name", SOURCES)
def test_intrinsics_take_checked_pointers(name: str) -> None:
    assert unchecked(SOURCES[name]) == []


def test_assembly_has_a_place_that_checks() -> None:
    assert {name for name, text in SOURCES.items() if ASSEMBLY.search(text)} == set(CHECKED_IN)
    for places in CHECKED_IN.values():
        for name in places:
            assert re.search(r"INGOT_(CHECK_)?ALIGNED\(", SOURCES[name]), name


@pytest.mark.parametrize(
    "line",
    [
        "x = vld1q_s16(from);",
        "vstrhq_p_s32(o, x, live);",
        "e = vldrwq_gather_shifted_offset_s32(exp, at);",
        "const int16x8x4_t all = vld4q_s16 (gates);",
        "f = vld1q_f32(from);",
    ],
)
def test_a_bare_pointer_is_found(line: str) -> None:
    assert unchecked(line)


@pytest.mark.parametrize("line", ["x = vld1q_s8(from);", "vstrbq_p_s16(out, x, some);", "vld1q_s16(INGOT_ALIGNED(p))"])
def test_bytes_need_no_alignment(line: str) -> None:
    assert not unchecked(line)
