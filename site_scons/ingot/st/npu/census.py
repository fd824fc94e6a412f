# SPDX-License-Identifier: Apache-2.0
"""Which fields of a build lie outside of what was ever verified, which forms no public build has."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ingot.base.errors import IngotError
from ingot.st.npu.build import Build
from ingot.st.npu.envelope import Stranger, strangers
from ingot.st.npu.public import public


def census(build: Build) -> dict[str, Any]:
    """Units, epochs, and every field with a value that no public build has: where, what, how often."""
    units = Counter(unit.kind for epoch in build.epochs for unit in epoch.units)
    found: dict[tuple[str, str, int], list[Stranger]] = {}
    for epoch in build.epochs:
        for item in strangers(epoch):
            found.setdefault((item.unit.kind, item.field, item.value), []).append(item)
    table = public()
    forms: dict[str, list[int]] = {}
    refused = []
    for epoch in build.epochs:
        try:
            for what in table.strange(epoch):
                forms.setdefault(what, []).append(epoch.number)
        except IngotError as error:
            refused.append({"epoch": epoch.number, "what": error.what})
    for name, blob in build.blobs.items():
        for what in table.strange_program(blob, name):
            forms.setdefault(what, [])
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
        "forms_outside": [{"what": what, "epochs": epochs} for what, epochs in forms.items()],
        "refused": refused,
    }


def census_text(facts: dict[str, Any]) -> str:
    """The census, readable."""
    units = ", ".join(f"{count:,} {kind}" for kind, count in facts["units"].items())
    lines = [f"{facts['network']}: {facts['epochs']} epochs on the NPU ({facts['form']}): {units}"]
    if not facts["outside"]:
        lines.append("every field has a value that public builds have, too")
    for item in facts["outside"]:
        epochs = _listed(item["epochs"])
        seen = ", ".join(f"{value:#x}" for value in item["seen"][:8]) + (", ..." if len(item["seen"]) > 8 else "")
        known = f" (seen: {seen})" if item["seen"] else ""
        lines.append(
            f"  {item['unit']} {item['field']} = {item['value']:#x}{known}, {item['times']} times, epochs {epochs}"
        )
    if not facts["forms_outside"]:
        lines.append("every form and amount is one that public builds have, too")
    for item in facts["forms_outside"]:
        lines.append(f"  {item['what']}" + (f", epochs {_listed(item['epochs'])}" if item["epochs"] else ""))
    lines += [f"  epoch {item['epoch']}: {item['what']}" for item in facts["refused"]]
    return "\n".join(lines) + "\n"


def _listed(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers[:8]) + (", ..." if len(numbers) > 8 else "")
