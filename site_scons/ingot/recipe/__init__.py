# SPDX-License-Identifier: Apache-2.0
"""How a firmware, an image or a test is put together."""
