# SPDX-License-Identifier: Apache-2.0
"""What nobody checks between ST's output, the board and the model: one rule a file."""
