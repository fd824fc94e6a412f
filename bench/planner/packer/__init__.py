# SPDX-License-Identifier: Apache-2.0
"""Placing blocks of different lifetimes in as little memory as possible."""
