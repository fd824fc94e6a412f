# SPDX-License-Identifier: Apache-2.0
"""ST's tools and their output."""
