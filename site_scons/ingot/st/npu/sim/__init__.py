# SPDX-License-Identifier: Apache-2.0
"""What the NPU's units compute, on NumPy: the registers of an epoch and the memory before it to the memory after it."""
