# SPDX-License-Identifier: Apache-2.0
"""The description of a compiled network, which every later stage reads."""
