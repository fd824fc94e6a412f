"""An initializer ends where the last parameter ends.

In every output of ST's tools that could be had, the raw file's size is the highest offset that a parameter of its pool
uses. A file of another size is another model's, even when it is longer.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingot.consistency.finding import Finding, Subject

RULE = "raw-size"


def raw_size(subject: Subject) -> Iterable[Finding]:
    for item in subject.network.initializers:
        if item.file not in subject.output:
            continue
        highest = max(b.offset + b.size for b in subject.network.buffers if b.pool == item.pool and b.role == "param")
        if item.size != highest:
            yield Finding(
                RULE,
                f"the file has {item.size:,} bytes, the network uses {highest:,} of pool '{item.pool}'",
                subject.output.where(item.file),
                "It is the file of another model, or of another run: take all files of one run of the tool.",
            )
