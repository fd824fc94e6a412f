# SPDX-License-Identifier: Apache-2.0
"""All rules, and what a build does with their findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingot.st.consistency.blobs import blobs
from ingot.st.consistency.camera_width import camera_width
from ingot.st.consistency.finding import Finding, Subject
from ingot.st.consistency.initializers import initializers
from ingot.st.consistency.other_model import other_model
from ingot.st.consistency.other_weights import other_weights
from ingot.st.consistency.pools import cacheable, pools
from ingot.st.consistency.raw_size import raw_size
from ingot.st.consistency.stale import stale
from ingot.st.consistency.versions import versions

Rule = Callable[[Subject], Iterable[Finding]]

#: In this order: what explains most comes first (a stale folder has wrong sizes too).
RULES: tuple[Rule, ...] = (
    stale,
    other_model,
    blobs,
    initializers,
    raw_size,
    other_weights,
    pools,
    cacheable,
    versions,
    camera_width,
)


def findings(subject: Subject) -> list[Finding]:
    """What all rules find."""
    return [finding for rule in RULES for finding in rule(subject)]


def enforce(subject: Subject, warn: Callable[[str], None], strict: bool = False) -> list[Finding]:
    """Raises IngotError for the first error (strict: or warning); hands warnings to `warn` and returns them."""
    found = findings(subject)
    for finding in found:
        if finding.error or strict:
            raise finding.as_error()
    for finding in found:
        warn(finding.as_warning())
    return found
