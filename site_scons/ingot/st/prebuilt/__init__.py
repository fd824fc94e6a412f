# SPDX-License-Identifier: Apache-2.0
"""What ST Edge AI Core left behind: a folder or zip of its output, read into a Network."""
