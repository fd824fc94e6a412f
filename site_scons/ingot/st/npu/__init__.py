# SPDX-License-Identifier: Apache-2.0
"""What ST's compiler makes for the Neural-ART NPU: read, proven on the register level, compared with the model."""
