# SPDX-License-Identifier: Apache-2.0
"""Driving an installed ST Edge AI Core: finding it, its version, the profile, the command, what it writes."""
