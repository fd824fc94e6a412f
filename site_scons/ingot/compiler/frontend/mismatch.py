# SPDX-License-Identifier: Apache-2.0
"""The exception of shape rules."""


class Mismatch(Exception):
    """Inputs that do not fit together; the text is a sentence about the operator without its full stop."""
