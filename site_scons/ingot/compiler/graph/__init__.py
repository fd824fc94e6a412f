# SPDX-License-Identifier: Apache-2.0
"""The typed graph that every frontend produces and every pass transforms."""

from ingot.compiler.graph.types import DType, Graph, Operator, Quantization, ScalePerChannel, Tensor, frozen

__all__ = ["DType", "Graph", "Operator", "Quantization", "ScalePerChannel", "Tensor", "frozen"]
