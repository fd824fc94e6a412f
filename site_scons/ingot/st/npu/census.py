# SPDX-License-Identifier: Apache-2.0
"""Which fields of a build lie outside of what was ever verified, and how much of it lies inside."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ingot.st.npu.build import Build
from ingot.st.npu.envelope import Stranger, strangers


def census(build: Build) -> dict[str, Any]:
    """Units, epochs, and every field with a value that no public build has: where, what, how often."""
    units = Counter(unit.kind for epoch in build.epochs for unit in epoch.units)
    found: dict[tuple[str, str, int], list[Stranger]] = {}
    for epoch in build.epochs:
        for item in strangers(epoch):
            found.setdefault((item.unit.kind, item.field, item.value), []).append(item)
    return {
        "network": build.name,
        "form": build.form,
        "containers": dict(sorted(Counter(blob.container for blob in build.blobs.values()).items())),
        "epochs": len(build.epochs),
        "units": dict(sorted(units.items())),
        "outside": [
            {
                "unit": kind,
                "field": field,
                "value": value,
                "seen": list(items[0].seen),
                "times": len(items),
                "epochs": sorted({item.epoch.number for item in items}),
            }
            for (kind, field, value), items in sorted(found.items())
        ],
    }


def census_text(facts: dict[str, Any]) -> str:
    """The census, readable."""
    units = ", ".join(f"{count:,} {kind}" for kind, count in facts["units"].items())
    lines = [f"{facts['network']}: {facts['epochs']} epochs on the NPU ({facts['form']}): {units}"]
    if not facts["outside"]:
        lines.append("every field has a value that public builds have, too")
    for item in facts["outside"]:
        epochs = ", ".join(str(number) for number in item["epochs"][:8]) + (", ..." if len(item["epochs"]) > 8 else "")
        seen = ", ".join(f"{value:#x}" for value in item["seen"][:8]) + (", ..." if len(item["seen"]) > 8 else "")
        known = f" (seen: {seen})" if item["seen"] else ""
        lines.append(
            f"  {item['unit']} {item['field']} = {item['value']:#x}{known}, {item['times']} times, epochs {epochs}"
        )
    return "\n".join(lines) + "\n"
