# SPDX-License-Identifier: Apache-2.0
"""Results of a simulated build against the model: which buffer is which tensor, and how far they are apart."""
