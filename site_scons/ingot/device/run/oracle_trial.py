# SPDX-License-Identifier: Apache-2.0
"""Numbers at which LiteRT's reference kernels end their process: tried in a copy of it, so that a message can say so.

SOFTMAX of int8 and uint8 divides by a power of two whose exponent is at most 31, which LiteRT asserts. It is 32 and
more where the exponentials add up to 512 times the largest (LiteRT's internal/reference/softmax.h).
"""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Callable

from ingot.compiler.graph import DType, Graph, Operator

ALIKE = 512
"""Numbers of a SOFTMAX that are alike, from which on LiteRT ends."""


def ending(graph: Graph) -> list[str]:
    """The operators that may end LiteRT's process, by their places."""
    return [op.place(graph) for op in graph.operators if op.kind == "SOFTMAX" and _adds_up(graph, op)]


def _adds_up(graph: Graph, op: Operator) -> bool:
    tensor = graph.tensors[op.inputs[0] or 0]
    same = graph.tensors[op.outputs[0]].dtype is tensor.dtype
    return same and tensor.dtype in (DType.INT8, DType.UINT8) and tensor.shape[-1:] >= (ALIKE,)


def survives(call: Callable[[], object]) -> bool:
    """Whether a call comes back, by a value or an exception: tried in a fork of this process."""
    child = os.fork()
    if child == 0:
        try:
            silence = os.open(os.devnull, os.O_WRONLY)
            for stream in (1, 2):
                os.dup2(silence, stream)
            faulthandler.disable()
            call()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return not os.WIFSIGNALED(status)
