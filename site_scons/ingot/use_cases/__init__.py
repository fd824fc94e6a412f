# SPDX-License-Identifier: Apache-2.0
"""What an application does with a network: one family of postprocessing a function, each value from the tensors."""
