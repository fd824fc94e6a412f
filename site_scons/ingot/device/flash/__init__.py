# SPDX-License-Identifier: Apache-2.0
"""Writing a board's flash: what has to be there (plan), with which tool (drivers), and only what changed (run)."""
