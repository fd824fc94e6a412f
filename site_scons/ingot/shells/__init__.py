# SPDX-License-Identifier: Apache-2.0
"""What build systems other than SCons are given: the same steps, as command lines."""
