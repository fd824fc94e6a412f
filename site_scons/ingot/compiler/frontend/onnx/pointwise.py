# SPDX-License-Identifier: Apache-2.0
"""Functions of one stored number: chains of element-wise operators between DEQUANTIZE and QUANTIZE, as 256 values.

x * sigmoid(x), hard swish, a product with a constant: whatever reads the numbers of one tensor and nothing else but
constants of one element. What a table made of that tensor is such a number too: quantizers store sigmoid(x) before
they multiply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ingot.compiler.even.formulas import Floats, dequantize, quantize
from ingot.compiler.graph import DType, Operator, Tensor, frozen
from ingot.compiler.passes.tables import stored_values

Array = np.ndarray[Any, np.dtype[Any]]


def _sigmoid(x: Floats) -> Floats:
    with np.errstate(over="ignore"):
        result: Floats = (1.0 / (1.0 + np.exp(-x.astype(np.float64)))).astype(np.float32)
    return result


def _double(function: Callable[[Array], Array]) -> Callable[[Floats], Floats]:
    """Worked out in float64 and rounded once."""
    return lambda x: function(x.astype(np.float64)).astype(np.float32)


def _hard_swish(x: Floats) -> Floats:
    slope = np.maximum(np.float32(0), np.minimum(np.float32(1), x * np.float32(1 / 6) + np.float32(0.5)))
    result: Floats = x * slope
    return result


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "LOGISTIC": _sigmoid,
    "TANH": _double(np.tanh),
    "EXP": _double(np.exp),
    "SQRT": np.sqrt,
    "HARD_SWISH": _hard_swish,
    "RELU": lambda x: np.maximum(x, np.float32(0)),
    "NEG": np.negative,
    "ABS": np.abs,
    "ADD": np.add,
    "SUB": np.subtract,
    "MUL": np.multiply,
    "DIV": np.divide,
    "MAXIMUM": np.maximum,
    "MINIMUM": np.minimum,
}


def evaluate_float(op: Operator, values: list[Any]) -> Any:
    """What the operator computes of float32; None for a kind that is not known here."""
    with np.errstate(all="ignore"):
        if op.kind == "LEAKY_RELU":
            return np.where(values[0] < 0, values[0] * np.float32(op.attrs["alpha"]), values[0])
        function = FUNCTIONS.get(op.kind)
        return None if function is None else np.asarray(function(*values), np.float32)


class Pointwise:
    """Looks for such functions among operators.

    codes: float tensor -> the tensor of stored numbers that it stands for.
    """

    def __init__(self, tensors: Sequence[Tensor], producers: Mapping[int, Operator], codes: Mapping[int, int]) -> None:
        self._tensors, self._producers, self._codes = tensors, producers, codes
        self._known: dict[int, tuple[int, Floats] | None] = {}
        self._tables: dict[int, tuple[int, Array]] = {}

    def note_table(self, result: int, source: int, entries: Array) -> None:
        """From now on `result` is known to be entries[source]."""
        self._tables[result] = source, entries

    def of(self, t: int) -> tuple[int, Floats] | None:
        """(tensor of stored numbers, the 256 real results in the order of the bytes); None for no such function."""
        if t not in self._known:
            self._known[t] = self._work_out(t)
        return self._known[t]

    def _work_out(self, t: int) -> tuple[int, Floats] | None:
        tensors = self._tensors
        if t in self._codes:
            stored = self._tensors[self._codes[t]]
            if stored.dtype is not DType.INT8 or stored.quant is None or stored.quant.per_channel:
                return None
            return self._codes[t], dequantize(stored_values(stored.dtype), stored.scale, stored.zero_point)
        op = self._producers.get(t)
        if op is None or (op.kind not in FUNCTIONS and op.kind != "LEAKY_RELU"):
            return None
        values: dict[int, Any] = {}
        varying: dict[int, tuple[int, Floats]] = {}
        for position, i in enumerate(op.inputs):
            assert i is not None
            data = tensors[i].data
            if data is not None:
                if data.size != 1:
                    return None
                values[position] = data.reshape(())
                continue
            found = self.of(i)
            if found is None or tensors[i].shape != tensors[t].shape:
                return None
            varying[position] = found
        source = self._common_source([found[0] for found in varying.values()])
        if source is None:
            return None
        for position, found in varying.items():
            values[position] = self._seen_from(source, found)
        return source, evaluate_float(op, [values[position] for position in sorted(values)])

    def _sources(self, t: int) -> list[int]:
        """The tensor, and what tables made it of, nearest first."""
        found = [t]
        while found[-1] in self._tables:
            found.append(self._tables[found[-1]][0])
        return found

    def _common_source(self, stored: Sequence[int]) -> int | None:
        """The nearest tensor that all are functions of."""
        chains = [self._sources(t) for t in stored]
        return next((t for t in chains[0] if all(t in chain for chain in chains)), None) if chains else None

    def _seen_from(self, source: int, found: tuple[int, Floats]) -> Floats:
        """The results as a function of an earlier tensor."""
        t, values = found
        while t != source:
            t, entries = self._tables[t]
            values = values[entries.view(np.uint8)]
        return values


def table_entries(real: Floats, scale: float, zero_point: int, dtype: DType) -> Array:
    """The 256 entries of a "table" that quantizes these results."""
    return frozen(quantize(real, scale, zero_point, dtype).astype(dtype.numpy))
