# SPDX-License-Identifier: Apache-2.0
"""What quantizing did to each tensor: its range, how often it saturates, how far it is from float."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.network.names import short_name
from ingot.quantize.calibration import Sample
from ingot.quantize.float_ends import STORED

Array = npt.NDArray[Any]
MOST_SAMPLES = 20
"""Of so many samples the ranges are made: more change little and take long."""


@dataclass(frozen=True)
class TensorRange:
    """One tensor. scale, zero_point: of its stored numbers. low, high: what it held in float. saturated: share of its
    numbers that the type does not hold. snr: signal to noise against float in dB, None where it holds one number.
    """

    scale: float
    zero_point: int
    low: float
    high: float
    saturated: float
    snr: float | None

    @property
    def constant(self) -> bool:
        return self.low == self.high


Pairs = Mapping[str, tuple[float, int, str, list[Array], list[Array]]]
"""Name -> scale, zero point, type, values in float and stored numbers for each sample."""


def ranges_of(pairs: Pairs) -> dict[str, TensorRange]:
    """By name, in the order of the pairs."""
    found = {}
    for name, (scale, zero_point, dtype, floats, stored) in pairs.items():
        limits = np.iinfo(dtype)
        signal = noise = 0.0
        beyond = count = 0
        low, high = math.inf, -math.inf
        for real, codes in zip(floats, stored, strict=True):
            if real.size == 0 or real.size != codes.size:
                continue
            wide = real.astype(np.float64).reshape(-1)
            back = (codes.astype(np.float64).reshape(-1) - zero_point) * scale
            signal += float(np.square(wide).sum())
            noise += float(np.square(wide - back).sum())
            ends = [(end - zero_point + half) * scale for end, half in ((limits.min, -0.5), (limits.max, 0.5))]
            beyond += int(np.count_nonzero((wide < ends[0]) | (wide > ends[1])))
            count += codes.size
            low, high = min(low, float(real.min())), max(high, float(real.max()))
        if not count:
            continue
        snr = 10 * math.log10(signal / noise) if signal and noise else None
        found[name] = TensorRange(
            scale, zero_point, low, high, round(beyond / count, 6), None if snr is None else round(snr, 2)
        )
    return found


def as_json(ranges: Mapping[str, TensorRange]) -> dict[str, Any]:
    return {name: asdict(item) for name, item in ranges.items()}


def lines_of(ranges: Mapping[str, TensorRange]) -> list[str]:
    """The five worst tensors and those that never leave one number, for people."""
    known = sorted((item.snr, name) for name, item in ranges.items() if item.snr is not None)
    lines = [f"{snr:6.1f} dB  {ranges[name].saturated:7.2%} saturated  {short_name(name)}" for snr, name in known[:5]]
    constant = [name for name, item in ranges.items() if item.constant]
    if constant:
        more = f" and {len(constant) - 3} more" if len(constant) > 3 else ""
        lines.append(f"never leave one number: {', '.join(map(short_name, constant[:3]))}{more}")
    return lines


def onnx_pairs(float_model: bytes, quantized: bytes, samples: Sequence[Sample]) -> Pairs:
    """Of every tensor that the quantized file stores and the float file has under the same name."""
    import onnx

    from ingot.quantize.onnx_quantizer import run_onnx

    small, big = onnx.ModelProto.FromString(quantized).graph, onnx.ModelProto.FromString(float_model).graph
    constants = {item.name: onnx.numpy_helper.to_array(item) for item in small.initializer}
    known = {name for node in big.node for name in node.output}
    stored = {}
    for node in small.node:
        name = node.input[0].removesuffix("_QuantizeLinear_Input")  # of an output of the network
        if node.op_type == "QuantizeLinear" and name in known and all(n in constants for n in node.input[1:3]):
            stored[name] = (node.output[0], *(constants[n] for n in node.input[1:3]))
    used = samples[:MOST_SAMPLES]
    names, floats = run_onnx(float_model, used, list(stored))
    names_small, codes = run_onnx(quantized, used, [item[0] for item in stored.values()])
    found = {}
    for name, (output, scale, zero) in stored.items():
        at, place = names.index(name), names_small.index(output)
        first, second = [one[at] for one in floats], [one[place] for one in codes]
        found[name] = (float(scale), int(zero), zero.dtype.name, first, second)
    return found


def tflite_pairs(float_model: bytes, quantized: bytes, samples: Sequence[Sample]) -> Pairs:
    """Of every computed tensor that both files have under the same name."""
    from ingot.quantize.tflite_quantizer import run_tflite

    used = samples[:MOST_SAMPLES]
    floats, codes = run_tflite(float_model, used), run_tflite(quantized, used)
    places = {item.name: i for i, item in enumerate(floats.tensors)}
    found = {}
    for i, item in enumerate(codes.tensors):
        name = item.name.removesuffix(STORED)
        if item.scale and name in places:
            at = places[name]
            first, second = [one[at] for one in floats.values], [one[i] for one in codes.values]
            found[name] = (item.scale, item.zero_point, item.dtype, first, second)
    return found
