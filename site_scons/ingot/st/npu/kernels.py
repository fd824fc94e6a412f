# SPDX-License-Identifier: Apache-2.0
"""Kernels as they lie in memory: the bytes of a kernel stream to an array, and an array to bytes.

    normal   kernel after kernel, each by rows, columns, channels
    deep     1x1 kernels in groups of 8 (the last one has the rest): for each channel, the kernels of the group; a set
             of NR kernels is padded to a multiple of 3 bytes

A stream holds set after set of output channels; in a set the passes over the input's channels, in a pass the CONVACCs
of the chain. Depthwise kernels are dense: each has depth channels, all zero but its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.int8]

GROUP = 8


@dataclass(frozen=True)
class KernelShape:
    """A set of kernels: count kernels of rows x columns x depth. deep: the layout of DEEPMODE."""

    count: int
    rows: int
    columns: int
    depth: int
    deep: bool

    @property
    def elements(self) -> int:
        """Weights of a set."""
        return self.count * self.rows * self.columns * self.depth

    @property
    def bytes(self) -> int:
        """Bytes of a set in memory."""
        return -(-self.elements // 3) * 3 if self.deep else self.elements


def unpack_kernels(content: bytes, shape: KernelShape) -> Bytes:
    """Sets of kernels, (sets, count, rows, columns, depth). Raises ValueError when the bytes are no whole sets."""
    if not shape.bytes or len(content) % shape.bytes or (shape.deep and (shape.rows, shape.columns) != (1, 1)):
        raise ValueError(f"{len(content)} bytes are no sets of {shape.bytes}")
    sets = np.frombuffer(content, np.int8).reshape(-1, shape.bytes)[:, : shape.elements]
    if not shape.deep:
        return sets.reshape(-1, shape.count, shape.rows, shape.columns, shape.depth)
    out = np.empty((len(sets), shape.count, 1, 1, shape.depth), np.int8)
    for first in range(0, shape.count, GROUP):
        size = min(GROUP, shape.count - first)
        part = sets[:, first * shape.depth : (first + size) * shape.depth].reshape(-1, shape.depth, size)
        out[:, first : first + size, 0, 0] = part.transpose(0, 2, 1)
    return out


def pack_kernels(kernels: npt.NDArray[Any], deep: bool) -> bytes:
    """The opposite: bytes of sets of kernels, (sets, count, rows, columns, depth)."""
    sets, count, _, _, depth = kernels.shape
    flat = np.ascontiguousarray(kernels, np.int8)
    if not deep:
        return flat.tobytes()
    size = -(-count * depth // 3) * 3
    out = np.zeros((sets, size), np.int8)
    for first in range(0, count, GROUP):
        group = flat[:, first : first + GROUP, 0, 0].transpose(0, 2, 1).reshape(sets, -1)
        out[:, first * depth : first * depth + group.shape[1]] = group
    return out.tobytes()


def dense_sets(weights: Bytes, first: int, shape: KernelShape, slices: int, sets: int) -> Bytes:
    """What a stream holds of a convolution's weights, (outputs, rows, columns, inputs), from output `first` on.

    slices: CONVACCs of the chain times passes, each of which takes `depth` of the inputs. (sets * slices, count, rows,
    columns, depth); zeros where the tensor has no more.
    """
    out = np.zeros((sets * shape.count, shape.rows, shape.columns, slices * shape.depth), np.int8)
    part = weights[first : first + sets * shape.count, :, :, : slices * shape.depth]
    if part.shape[1:3] == out.shape[1:3]:
        out[: part.shape[0], :, :, : part.shape[3]] = part
    split = out.reshape(sets, shape.count, shape.rows, shape.columns, slices, shape.depth).transpose(0, 4, 1, 2, 3, 5)
    return split.reshape(-1, shape.count, shape.rows, shape.columns, shape.depth)


def depthwise_sets(weights: Bytes, first: int, shape: KernelShape, sets: int) -> Bytes:
    """What a stream holds of depthwise weights, (1, rows, columns, channels), from channel `first` on."""
    out = np.zeros((sets * shape.count, shape.rows, shape.columns, shape.depth), np.int8)
    channels = weights.shape[3]
    for kernel in range(sets * shape.count):
        if first + kernel < channels and weights.shape[1:3] == (shape.rows, shape.columns):
            out[kernel, :, :, (first + kernel) % shape.depth] = weights[0, :, :, first + kernel]
    return out.reshape(sets, shape.count, shape.rows, shape.columns, shape.depth)
