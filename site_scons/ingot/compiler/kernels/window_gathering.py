# SPDX-License-Identifier: Apache-2.0
"""How a convolution gathers its windows before it multiplies them (firmware/kernels/patch.h, columns.h).

Either every window is copied by itself, a run of bytes for each kernel row; or the columns under several windows are,
once each, and windows overlap in the scratch. The second is for windows that share most of their columns, and wants the
weights in the order columns, rows, channels.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingot.compiler.kernels.mac_block import CHUNK


@dataclass(frozen=True)
class Room:
    """Windows gathered at a time: more cost scratch, fewer cost calls of the inner product. scratch: bytes."""

    scratch: int = 1536
    windows: int = 16


USUAL = Room()

ROOMY = Room(8192, 64)
"""With optimize=speed, which may take RAM."""


@dataclass(frozen=True)
class Gathering:
    """windows: gathered at a time, an even number. by_column: see above. scratch: bytes."""

    windows: int
    by_column: bool
    scratch: int


def window_bytes(kernel: tuple[int, int], bytes_a_pixel: int) -> int:
    """Bytes of one window in the scratch: ingot_patch_bytes() of firmware/kernels/patch.h."""
    return -(-kernel[0] * kernel[1] * bytes_a_pixel // CHUNK) * CHUNK + CHUNK


def choose_gathering(
    kernel: tuple[int, int], channels: int, stride_w: int, width: int, *, columns_possible: bool, room: Room = USUAL
) -> Gathering:
    """The way that takes fewer instructions with Helium. The layout of the weights follows, so all cores do the same.

    channels: of a window. width: windows in a row. columns_possible: no dilation in width, one group.
    """
    kernel_h, kernel_w = kernel
    window = window_bytes(kernel, channels)
    count = max(min(room.scratch // window, room.windows, width + 1) // 2 * 2, 2)
    alone = Gathering(count, False, count * window)
    if not columns_possible:
        return alone
    column = kernel_h * channels
    fitting = ((room.scratch - CHUNK) // column - kernel_w) // stride_w + 1
    count = max(min(fitting, room.windows, width + 1) // 2 * 2, 2)
    columns = (count - 1) * stride_w + kernel_w
    # The inner product reads whole vectors.
    shared = Gathering(count, True, columns * column + CHUNK)
    # Single bytes are scattered sixteen at a time.
    copies = columns * _run_cost(channels) if channels > 1 or column > CHUNK else -(-columns // CHUNK) * 8
    return shared if copies < count * _run_cost(kernel_w * channels) else alone


def _run_cost(length: int) -> int:
    """Instructions to copy a run of that many bytes."""
    return 6 if length <= CHUNK else 10 + 3 * -(-length // CHUNK)
