# SPDX-License-Identifier: Apache-2.0
"""Random one-operator models for differential tests, one function an operator.

Each takes a Draw, so that hypothesis can shrink what it draws and a seeded generator can make the same kinds of models
without it.
"""
