# SPDX-License-Identifier: Apache-2.0
"""Builds for the NPU, simulated and judged: with an oracle's tensors, or with a board's dump."""
