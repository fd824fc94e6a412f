# SPDX-License-Identifier: Apache-2.0
"""What `ingot npu compile` prints."""

from __future__ import annotations

from typing import Any

from ingot.base.text_table import text_table
from ingot.device.npu.generated import Checked
from ingot.st.npu.codegen.made import Generated
from ingot.st.npu.cost import CLOCK, EpochCost, cost_facts
from ingot.st.npu.proof import faults_text, proof_facts

#: What is known, and what is not. Every text about generated programs has these words.
_REST = "forms of registers as in public builds; not yet run on hardware"
KNOWN = f"predicted within one unit of the last place by simulation; {_REST}"
APART = f"predicted by simulation, in these layers not within one unit of the last place: {{layers}}; {_REST}"
TITLES = ("layer", "operator", "where", "epochs", "bound", "largest", "differ", "bytes", "MAC", "at least")


def checked_text(checked: Checked) -> str:
    """The layers as a table, and what holds for all of them."""
    program = checked.program
    rows = [_row(number, item, checked) for number, item in enumerate(program.operators)]
    lines = [f"{program.graph.name}: {_share(checked)}", ""]
    lines.append(text_table(TITLES, rows, "rllrrrrrrr").rstrip("\n"))
    refused = [(number, item.refused) for number, item in enumerate(program.operators) if item.refused]
    if refused:
        lines.append("on the CPU:")
        lines += [f"  {number}: {reason}" for number, reason in refused]
    if checked.build is not None:
        words = sum(len(blob.words) for blob in checked.build.blobs.values())
        cycles = sum(cost.cycles for cost in checked.costs)
        lines += [
            f"{_counted(len(checked.build.blobs), 'blob')} of {words:,} words, {len(program.weights):,} bytes of "
            f"weights; at least {1e3 * cycles / CLOCK:.2f} ms at 1 GHz for the NPU's layers (estimated)",
            f"proof on the level of registers: {faults_text(checked.proof)}; inputs: {', '.join(checked.samples)}",
        ]
    lines += [f"  {fault}" for fault in checked.proof.faults]
    lines += [f"  {what}" for what in checked.strange]
    lines.append(f"experimental: {conclusion(checked)}")
    return "\n".join(lines) + "\n"


def conclusion(checked: Checked) -> str:
    """The words that say what is known."""
    apart = [str(number) for number, found in checked.differences.items() if found.largest > 1]
    return APART.format(layers=", ".join(apart)) if apart else KNOWN


def checked_facts(checked: Checked) -> dict[str, Any]:
    """The same for --json."""
    program = checked.program
    return {
        "model": program.graph.name,
        "experimental": conclusion(checked),
        "layers": [_facts(number, item, checked) for number, item in enumerate(program.operators)],
        "blobs": {name: len(blob.words) for name, blob in checked.build.blobs.items()} if checked.build else {},
        "weights": len(program.weights),
        "proof": proof_facts(checked.proof),
        "cost": cost_facts(checked.costs),
        "samples": list(checked.samples),
        "outside_of_the_table": list(checked.strange),
    }


def _facts(number: int, item: Generated, checked: Checked) -> dict[str, Any]:
    found = checked.differences.get(number)
    facts: dict[str, Any] = {
        "operator": item.op.kind,
        "npu": item.on_npu,
        "epochs": [e.number for e in item.epochs],
    }
    if item.refused:
        facts["refused"] = item.refused
    if item.sharing >= 0:
        facts["with"] = item.sharing
    if found is not None:
        facts |= {"bound": item.bound, "error_before_rounding": round(item.error, 6)}
        facts |= {"largest": found.largest, "differing": found.differing, "elements": found.elements}
    return facts


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _share(checked: Checked) -> str:
    operators = [item for item in checked.program.operators if not item.view]
    on_npu = [item for item in operators if item.on_npu]
    return f"{len(on_npu)} of {len(operators)} layers on the NPU, {len(checked.program.epochs)} epochs"


def _row(number: int, item: Generated, checked: Checked) -> tuple[str, ...]:
    if item.sharing >= 0:
        return (str(number), item.op.kind, "NPU", f"with {item.sharing}", "", "", "", "", "", "")
    if not item.on_npu:
        return (str(number), item.op.kind, "-" if item.view else "CPU", "", "", "", "", "", "", "")
    costs = _costs(item, checked)
    found = checked.differences[number]
    return (
        str(number),
        item.op.kind,
        "NPU",
        str(len(item.epochs)),
        str(item.bound),
        str(found.largest),
        f"{100 * found.differing / max(1, found.elements):.2f} %",
        f"{sum(cost.read + cost.written for cost in costs):,}",
        f"{sum(cost.multiplications for cost in costs):,}",
        f"{1e6 * sum(cost.cycles for cost in costs) / CLOCK:.1f} us",
    )


def _costs(item: Generated, checked: Checked) -> list[EpochCost]:
    numbers = {epoch.number for epoch in item.epochs}
    return [cost for cost in checked.costs if cost.epoch in numbers]
