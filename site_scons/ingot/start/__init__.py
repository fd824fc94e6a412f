# SPDX-License-Identifier: Apache-2.0
"""A project from a model's file: what the file tells, and the files of a small firmware around it."""
