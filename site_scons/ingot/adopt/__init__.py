# SPDX-License-Identifier: Apache-2.0
"""A repository that has a build of its own, looked at: what is there, what contradicts what, and the lines to add."""
