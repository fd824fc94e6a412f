# SPDX-License-Identifier: Apache-2.0
"""What runs firmware: the twin, a board, the oracle."""
