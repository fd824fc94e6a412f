# SPDX-License-Identifier: Apache-2.0
"""Epochs of a network.c without blobs: LL_ATON calls with init structures, as the registers that they set."""
