# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of QDQ models: its formulas, and what they make of a whole graph."""
