# SPDX-License-Identifier: Apache-2.0
"""The shapes that element-wise operators make."""

from __future__ import annotations

import numpy as np

from ingot.compiler.frontend.arguments import Args, Result
from ingot.compiler.frontend.mismatch import Mismatch


def same(args: Args) -> Result:
    return [args.shape()]


def broadcast(args: Args) -> Result:
    try:
        return [np.broadcast_shapes(args.shape(0), args.shape(1))]
    except ValueError:
        raise Mismatch(f"its inputs {list(args.shape(0))} and {list(args.shape(1))} do not broadcast") from None


def prelu(args: Args) -> Result:
    if broadcast(args)[0] != args.shape():
        raise Mismatch(f"its slopes {list(args.shape(1))} do not broadcast to {list(args.shape())}")
    return [args.shape()]


def assign(args: Args) -> Result:
    if args.shape() != args.output().shape:
        raise Mismatch(f"it assigns {list(args.shape())} to a variable of {list(args.output().shape)}")
    return [None]


def select(args: Args) -> Result:
    """Of SELECT the two values are alike; SELECT_V2 broadcasts all three."""
    shapes = [args.shape(i) for i in range(3)]
    if args.op.kind == "SELECT":
        condition, yes, no = shapes
        if yes != no or condition not in (yes, yes[:1], (), (1,)):
            raise Mismatch(f"its inputs {list(condition)}, {list(yes)} and {list(no)} do not fit together")
        return [yes]
    try:
        return [np.broadcast_shapes(*shapes)]
    except ValueError:
        raise Mismatch(f"its inputs {', '.join(str(list(shape)) for shape in shapes)} do not broadcast") from None
