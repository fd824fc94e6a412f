# SPDX-License-Identifier: Apache-2.0
"""Order, fused regions and rings: in what order, and how many rows at a time, the calls of a program run."""
