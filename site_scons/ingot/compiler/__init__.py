# SPDX-License-Identifier: Apache-2.0
"""The built-in compiler: from a model file to network.c and its weights."""
