# SPDX-License-Identifier: Apache-2.0
"""Damaged files of every format that Ingot reads, and what became of reading them; bench/hostile.py, tests/hostile/."""
