# SPDX-License-Identifier: Apache-2.0
"""The ground: errors, files, places, text. It knows nothing of the product."""
