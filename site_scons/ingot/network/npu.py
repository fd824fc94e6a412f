# SPDX-License-Identifier: Apache-2.0
"""How a description names what the NPU's programs of Ingot's own are made of, for those who read them again."""

from __future__ import annotations

#: A buffer of parameters begins so: weights of all programs, and the blob of one.
NPU_WEIGHTS = "NPU weights of all programs, first"
NPU_BLOB = "NPU program"
