# SPDX-License-Identifier: Apache-2.0
"""Compiled networks by content, shared by every shell and every checkout of a machine."""
