# SPDX-License-Identifier: Apache-2.0
"""Lowering: graph operators to kernel calls. One file an operator, mirrored by firmware/kernels/."""
