# SPDX-License-Identifier: Apache-2.0
"""Random whole models of one to eight operators: any operator that the frontend reads, with any options, types and
quantization, in chains and small graphs, written in any of the forms that files come in.

Unlike support.models, which draws what Ingot and LiteRT both take, these may be refused by either: what must not happen
is a difference, a traceback, or a crash. `bench/random_models.py` compares as many as one likes.
"""
