# SPDX-License-Identifier: Apache-2.0
"""What a family hands to its template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Context = Mapping[str, Any]
