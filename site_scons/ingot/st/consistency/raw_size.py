# SPDX-License-Identifier: Apache-2.0
"""An initializer ends where the last parameter ends.

In every output of ST's tools that could be had, the raw file's size is the highest offset that a parameter of its pool
uses. A file of another size is another model's, even when it is longer.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingot.network.types import Initializer
from ingot.st.consistency.finding import Finding, Subject
from ingot.st.prebuilt.initializer_files import initializer_files

RULE = "raw-size"


def raw_size(subject: Subject) -> Iterable[Finding]:
    there = {item.written: item.file for item in initializer_files(subject.output)}
    for item in subject.network.initializers:
        if item.file not in there:
            continue
        highest = max(b.offset + b.size for b in subject.network.buffers if b.pool == item.pool and b.role == "param")
        if item.size != highest and not _listed_in_part(subject, item, highest):
            yield Finding(
                RULE,
                f"the file has {item.size:,} bytes, the network uses {highest:,} of pool '{item.pool}'",
                subject.output.where(there[item.file]),
                "It is the file of another model, or of another run: take all files of one run of the tool.",
            )


def _listed_in_part(subject: Subject, item: Initializer, highest: int) -> bool:
    """Whether a longer file is in order: a network.c without c_info lists not every constant, but says the pool's size
    in rounded units."""
    if subject.document is not None or subject.source is None:
        return False
    for pool in subject.source.pools:
        if pool.name == item.pool and pool.stated is not None:
            return highest < item.size <= pool.stated[1]
    return False
