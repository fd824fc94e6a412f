# SPDX-License-Identifier: Apache-2.0
"""Models replaced in the field: packages, how they are made, verified, chosen and sent (docs/updates.md)."""
