# SPDX-License-Identifier: Apache-2.0
"""Ingot: neural-network models as sources of a firmware build."""

__version__ = "0.1.0"
