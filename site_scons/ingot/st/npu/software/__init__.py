# SPDX-License-Identifier: Apache-2.0
"""Epochs that run on the CPU between those of the NPU: what network.c calls, and routines of our own that do it."""
