# SPDX-License-Identifier: Apache-2.0
"""What is in a model: the summary behind `ingot info`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ingot.compiler.graph import Graph, Tensor
from ingot.compiler.graph.cost import FourBits, four_bits, macs, parameters


def as_dict(graph: Graph) -> dict[str, Any]:
    """The model as plain values, for --json.

    Keys: name, notes (sentences about the file), inputs, outputs (lists of tensors), operators (index, kind, name,
    inputs, output, activation, macs, params, param_bytes), totals (operators, kinds, macs, params, param_bytes,
    largest_activation, weights_4bit: layers, weights, size in bytes, and `of`, the weights of all layers).
    A tensor is name, shape, dtype, bytes and, when quantized, scale, zero_point (first of each) and channels.
    """
    operators = []
    for op in graph.operators:
        count, size = parameters(graph, op)
        activations = [graph.tensors[t] for t in op.inputs if t is not None and not graph.tensors[t].is_constant]
        operators.append(
            {
                "index": op.index,
                "kind": op.kind,
                "name": graph.tensors[op.outputs[0]].name if op.outputs else "",
                "inputs": [_tensor(t) for t in activations],
                "outputs": [_tensor(graph.tensors[t]) for t in op.outputs],
                "activation": op.attrs.get("activation", "NONE"),
                "macs": macs(graph, op),
                "params": count,
                "param_bytes": size,
            }
        )
    written = [graph.tensors[t] for op in graph.operators for t in op.outputs] + [
        graph.tensors[t] for t in graph.inputs
    ]
    # Constants that several operators share count once.
    shared = {t: graph.tensors[t] for op in graph.operators for t in op.inputs if t is not None}
    return {
        "name": graph.name,
        "notes": list(graph.notes),
        "inputs": [_tensor(graph.tensors[t]) for t in graph.inputs],
        "outputs": [_tensor(graph.tensors[t]) for t in graph.outputs],
        "operators": operators,
        "totals": {
            "operators": len(operators),
            "kinds": dict(sorted(Counter(op.kind for op in graph.operators).items())),
            "macs": sum(op["macs"] for op in operators),
            "params": sum(op["params"] for op in operators),
            "param_bytes": sum(op["param_bytes"] for op in operators),
            "constant_bytes": sum(t.nbytes for t in shared.values() if t.is_constant),
            "weights_4bit": four_bits(graph)._asdict(),
            "largest_activation": max((t.nbytes for t in written), default=0),
        },
    }


def _tensor(tensor: Tensor) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": tensor.name,
        "shape": list(tensor.shape),
        "dtype": tensor.dtype.value,
        "bytes": tensor.nbytes,
    }
    if tensor.quant is not None:
        facts["scale"] = float(tensor.quant.scale[0])
        facts["zero_point"] = int(tensor.quant.zero_point[0])
        facts["channels"] = int(tensor.quant.scale.size)
    return facts


def as_text(graph: Graph, width: int = 120) -> str:
    """The model as text: inputs and outputs, a table of the operators, the totals. Plain characters, no colours."""
    from io import StringIO

    from rich.console import Console
    from rich.table import Table

    summary = as_dict(graph)
    out = StringIO()
    console = Console(file=out, width=width, color_system=None, force_terminal=False, highlight=False)
    console.print(f"model {summary['name']}", markup=False)
    for note in summary["notes"]:
        console.print(f"  {note}", markup=False, soft_wrap=True)
    for role in ("input", "output"):
        for tensor in summary[f"{role}s"]:
            console.print(f"  {role:<6} {_describe(tensor)}  {tensor['name']}", markup=False, soft_wrap=True)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("#", justify="right")
    table.add_column("operator", no_wrap=True)
    table.add_column("input", no_wrap=True)
    table.add_column("output", no_wrap=True)
    table.add_column("params", justify="right")
    table.add_column("MACs", justify="right")
    for op in summary["operators"]:
        kind = op["kind"] if op["activation"] == "NONE" else f"{op['kind']} + {op['activation']}"
        table.add_row(
            str(op["index"]),
            kind,
            ", ".join(_short(t) for t in op["inputs"]),
            ", ".join(_short(t) for t in op["outputs"]),
            f"{op['params']:,}" if op["params"] else "",
            f"{op['macs']:,}" if op["macs"] else "",
        )
    console.print(table)
    totals = summary["totals"]
    console.print(
        f"{totals['operators']} operators, {totals['macs']:,} MACs, {totals['params']:,} parameters "
        f"({totals['param_bytes']:,} bytes), largest activation {totals['largest_activation']:,} bytes",
        soft_wrap=True,
    )
    kept = FourBits(**totals["weights_4bit"])
    if kept.layers:
        console.print(kept.text, soft_wrap=True)
    console.print("  " + ", ".join(f"{count} {kind}" for kind, count in totals["kinds"].items()), soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _short(tensor: dict[str, Any]) -> str:
    return "×".join(map(str, tensor["shape"])) or "scalar"


def _describe(tensor: dict[str, Any]) -> str:
    text = f"{_short(tensor)} {tensor['dtype']}"
    if "scale" in tensor:
        text += f" (scale {tensor['scale']:.6g}, zero point {tensor['zero_point']})"
    return text
