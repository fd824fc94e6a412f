# SPDX-License-Identifier: Apache-2.0
"""Several networks in one firmware: where each of them may be, and what the application is told about them."""
