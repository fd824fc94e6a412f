# SPDX-License-Identifier: Apache-2.0
"""The shapes that resizing, and moving blocks of an image between its axes, make."""

from __future__ import annotations

import math

from ingot.compiler.frontend.arguments import Args, Result
from ingot.compiler.frontend.mismatch import Mismatch
from ingot.compiler.frontend.shapes_movement import pairs_of


def resize(args: Args) -> Result:
    n, _, _, channels = args.rank4()
    size = args.values(1)
    if size is None:
        return [None]
    if len(size) != 2 or min(size) < 1:
        raise Mismatch(f"its size {size} is not a height and a width")
    if args.op.attrs.get("align_corners") and args.op.attrs.get("half_pixel_centers"):
        raise Mismatch("align_corners and half_pixel_centers exclude each other")
    return [(n, *size, channels)]


def space_to_depth(args: Args) -> Result:
    n, h, w, c = args.rank4()
    b = args.op.attrs["block_size"]
    if b < 1 or h % b or w % b:
        raise Mismatch(f"blocks of {b} do not fit {list(args.shape())}")
    return [(n, h // b, w // b, c * b * b)]


def depth_to_space(args: Args) -> Result:
    n, h, w, c = args.rank4()
    b = args.op.attrs["block_size"]
    if b < 1 or c % (b * b):
        raise Mismatch(f"blocks of {b} do not fit {list(args.shape())}")
    return [(n, h * b, w * b, c // (b * b))]


def space_to_batch(args: Args) -> Result:
    shape, block = args.shape(), args.values(1)
    if block is None or args.values(2) is None:
        return [None]
    pairs = pairs_of(args, 2, len(block)) or []
    if len(shape) not in (3, 4) or len(block) != len(shape) - 2 or min(block) < 1:
        raise Mismatch(f"blocks {block} do not fit {list(shape)}")
    padded = [n + a + b for n, (a, b) in zip(shape[1:], pairs, strict=False)]
    if any(n % b for n, b in zip(padded, block, strict=True)):
        raise Mismatch(f"blocks {block} do not fit the padded extents {padded}")
    return [(shape[0] * math.prod(block), *(n // b for n, b in zip(padded, block, strict=True)), shape[-1])]


def batch_to_space(args: Args) -> Result:
    shape, block = args.shape(), args.values(1)
    if block is None or args.values(2) is None:
        return [None]
    pairs = pairs_of(args, 2, len(block)) or []
    if len(shape) not in (3, 4) or len(block) != len(shape) - 2 or min(block) < 1 or shape[0] % math.prod(block):
        raise Mismatch(f"blocks {block} do not fit {list(shape)}")
    spatial = [n * b - x - y for n, b, (x, y) in zip(shape[1:], block, pairs, strict=False)]
    if min(spatial) < 0:
        raise Mismatch(f"its crops {pairs} are larger than the image")
    return [(shape[0] // math.prod(block), *spatial, shape[-1])]
