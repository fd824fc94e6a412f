# SPDX-License-Identifier: Apache-2.0
"""How convolutions gather their windows: by hand for known layers, and what must hold for any."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingot.compiler.kernels.window_gathering import choose_gathering
from support.differential import program_of
from support.models.dense import conv2d
from support.models.draw import Seeded


def test_known_layers() -> None:
    """A first layer's runs are shorter than a vector; a 3x3 layer of 16 channels shares two columns of three; single
    bytes are scattered."""
    first = choose_gathering((3, 3), 3, 2, 96, columns_possible=True)
    assert (first.windows, first.by_column) == (16, False)
    inner = choose_gathering((3, 3), 16, 1, 32, columns_possible=True)
    assert (inner.windows, inner.by_column) == (16, True)
    assert inner.scratch == (15 + 3) * 3 * 16 + 16
    one_channel = choose_gathering((10, 4), 1, 2, 5, columns_possible=True)
    assert (one_channel.windows, one_channel.by_column) == (6, True)
    apart = choose_gathering((3, 3), 24, 3, 32, columns_possible=True)
    assert not apart.by_column


def test_not_with_dilation_or_groups() -> None:
    assert not choose_gathering((3, 3), 16, 1, 32, columns_possible=False).by_column


def test_a_narrow_row_needs_less() -> None:
    """No scratch for windows that a row does not have."""
    wide = choose_gathering((3, 3), 16, 1, 32, columns_possible=True)
    narrow = choose_gathering((3, 3), 16, 1, 3, columns_possible=True)
    assert narrow.windows == 4
    assert narrow.scratch < wide.scratch


@given(
    st.tuples(st.integers(1, 11), st.integers(1, 11)),
    st.integers(1, 600),
    st.integers(1, 4),
    st.integers(1, 200),
    st.booleans(),
)
def test_room_for_all_windows(
    kernel: tuple[int, int], channels: int, stride: int, width: int, columns_possible: bool
) -> None:
    """Pairs of windows, all of them in the scratch, with a vector behind the last."""
    found = choose_gathering(kernel, channels, stride, width, columns_possible=columns_possible)
    depth = kernel[0] * kernel[1] * channels
    step = stride * kernel[0] * channels if found.by_column else -(-depth // 16) * 16
    assert found.windows >= 2 and found.windows % 2 == 0
    assert found.scratch >= (found.windows - 1) * step + depth + 15


def test_random_models_take_both() -> None:
    """So the differential tests of test_conv2d.py see both."""
    calls = [program_of(conv2d(Seeded(seed)), optimized=False).calls[0] for seed in range(60)]
    ways = [call.fields["by_column"] for call in calls if call.kernel == "conv2d_s8"]
    assert ways.count(1) >= 5
    assert ways.count(0) >= 5
