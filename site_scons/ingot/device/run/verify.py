# SPDX-License-Identifier: Apache-2.0
"""Proof that a firmware computes its model: every output byte against LiteRT's reference kernels, on the emulated twin.

Samples are those of ingot.device.run.samples. The first sample that differs ends the run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.device.run.qemu import Image
from ingot.device.run.reference_gaps import LAST_BITS, has_float_functions
from ingot.device.run.twin import Inference, TwinRun, emulate
from ingot.network.types import Network

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Difference:
    """Where an output is wrong, at the place of the largest error.

    count: elements that differ. expected, found: of the place with the largest absolute difference (bits that differ in
    floats which are equal as numbers, or not comparable, count as 0).
    """

    output: str
    index: tuple[int, ...]
    expected: float
    found: float
    count: int
    total: int

    def __str__(self) -> str:
        place = ", ".join(map(str, self.index))
        return (
            f"{self.count} of {self.total} values of output '{self.output}' differ; the largest at [{place}]: "
            f"expected {_digits(self.expected)}, got {_digits(self.found)}"
        )


def _digits(value: float) -> str:
    """Integers in full; nine digits tell every two float32 apart."""
    whole = math.isfinite(value) and abs(value) < 2.0**53 and value == math.floor(value)
    return f"{value:.0f}" if whole else f"{value:.9g}"


@dataclass(frozen=True)
class SampleResult:
    """instructions: of the inference on the twin. difference: None when every byte is right.

    last_bits: the largest distance of float32 outputs in units in the last place, where that much is allowed.
    """

    number: int
    label: str
    instructions: int
    difference: Difference | None
    last_bits: int = 0


@dataclass(frozen=True)
class Verification:
    """samples: results so far; the last one has the difference when the verdict is bad. run: None when it broke off.

    saturated: input values that LiteRT got as the ends of their QUANTIZE's range. gaps: clauses about known gaps of the
    reference that the samples met, as reference_gaps.difference() takes them. oracle: who says what is right.
    layer: the one in which the oracle itself is further from onnxruntime than rounding explains; "" for none.
    """

    model: str
    samples: tuple[SampleResult, ...]
    run: TwinRun | None
    saturated: int = 0
    gaps: tuple[str, ...] = ()
    oracle: str = "LiteRT's reference kernels"
    layer: str = ""

    @property
    def passed(self) -> bool:
        return bool(self.samples) and not self.layer and all(sample.difference is None for sample in self.samples)

    def verdict(self) -> str:
        """One line for people."""
        if self.layer:
            return f"FAILED: {self.model}: layer '{self.layer}' differs from onnxruntime"
        if not self.passed:
            return f"FAILED: {self.model}: sample {self.samples[-1].number}" if self.samples else "FAILED: no sample"
        count = "1 sample" if len(self.samples) == 1 else f"{len(self.samples)} samples"
        equal = f"ok: {self.model}: {count} equal to {self.oracle}"
        if last_bits := max(sample.last_bits for sample in self.samples):
            how = f"within {LAST_BITS} units in the last place (at most {last_bits}), as C libraries differ there"
        else:
            how = "byte for byte"
        saturated = (
            f"; known gap: LiteRT computes {self.saturated} inputs of QUANTIZE (NaN, infinities, huge numbers) as the "
            "host's CPU does, so it was given the ends of the range instead"
        )
        return f"{equal}, {how}{saturated if self.saturated else ''}"

    def as_dict(self) -> dict[str, Any]:
        """For --json. Numbers that JSON has not (infinities, NaN) are texts."""
        samples = [asdict(sample) for sample in self.samples]
        for sample in samples:
            if sample["difference"]:
                sample["difference"] |= {key: _number(sample["difference"][key]) for key in ("expected", "found")}
        data = {"model": self.model, "passed": self.passed, "samples": samples}
        if self.run is not None:
            data["init_instructions"] = self.run.init
            data["epoch_instructions"] = list(self.run.epochs)
            data["stack_used"] = self.run.stack_used
            data["stack_size"] = self.run.stack_size
            data["seconds"] = round(self.run.seconds, 3)
        return data


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def compare(name: str, expected: Array, found: Array) -> Difference | None:
    """The largest difference between two arrays of one type and shape; None when all bytes are equal."""
    import numpy as np

    if expected.shape != found.shape or expected.dtype != found.dtype:
        raise IngotError(
            f"output '{name}' is {found.dtype} {list(found.shape)} on the twin, "
            f"{expected.dtype} {list(expected.shape)} in the model",
            where="verify",
            remedy="The firmware is not the one of this model: build again.",
        )
    if expected.size == 0 or expected.tobytes() == found.tobytes():
        return None
    width = expected.dtype.itemsize
    expected, found = np.atleast_1d(np.ascontiguousarray(expected)), np.atleast_1d(np.ascontiguousarray(found))
    bits = expected.view(np.uint8).reshape(-1, width) != found.view(np.uint8).reshape(-1, width)
    differs = bits.any(axis=1)
    with np.errstate(all="ignore"):
        size = np.abs(expected.astype(np.float64) - found.astype(np.float64)).reshape(-1)
    # A NaN is the worst there is; equal numbers with other bits (0.0, -0.0) the mildest.
    size = np.where(np.isnan(size), np.inf, size)
    worst = int(np.argmax(np.where(differs, size, -1.0)))
    return Difference(
        output=name,
        index=tuple(int(i) for i in np.unravel_index(worst, expected.shape)),
        expected=float(expected.reshape(-1)[worst]),
        found=float(found.reshape(-1)[worst]),
        count=int(differs.sum()),
        total=expected.size,
    )


def distance(expected: Array, found: Array) -> int:
    """The largest distance of two float32 arrays in units in the last place; 0 for other types. NaN is far from all
    but NaN.
    """
    import numpy as np

    if expected.dtype != np.float32 or expected.size == 0:
        return 0

    def steps(values: Array) -> Array:
        bits = np.ascontiguousarray(values).view(np.int32).astype(np.int64)
        return np.where(bits < 0, -(bits & 0x7FFFFFFF), bits)

    apart = np.abs(steps(expected) - steps(found))
    apart = np.where(np.isnan(expected) & np.isnan(found), 0, apart)
    return int(np.where(np.isnan(expected) != np.isnan(found), 1 << 32, apart).max())


def verify(
    model: Path,
    elf: Path,
    images: Sequence[Image],
    network: Network,
    samples: Sequence[tuple[str, Sequence[Array]]],
    *,
    machine: str = "mps3-an547",
    timeout: float = 600.0,
    report: Callable[[str], None] = lambda line: None,
) -> Verification:
    """Runs the labelled samples through the oracle and the emulated firmware and compares every byte.

    model: the source file. elf, images: the `validate` firmware of the twin and the files of its weights, beside which
    the network's other files are. report: takes
    a line a sample and the verdict. Stops at the first sample that differs. Raises IngotError when a side cannot run.
    """
    from ingot.device.run.oracles import layer_report
    from ingot.device.run.predicted import expected_of

    reference = expected_of(model, images[0].file.parent if images else elf.parent, network)
    _check_ports(reference, network)
    results: list[SampleResult] = []
    gaps: list[str] = []
    allowed = LAST_BITS if has_float_functions(model) else 0

    def on_sample(inference: Inference) -> bool:
        label, inputs = samples[inference.number]
        expected = reference.run(list(inputs))
        difference, last_bits = None, 0
        for buffer, want, got in zip(network.outputs, expected, inference.outputs, strict=True):
            one = compare(buffer.name, want, got)
            if one is not None and 0 < (apart := distance(want, got)) <= allowed:
                last_bits, one = max(last_bits, apart), None
            difference = difference or one
        results.append(SampleResult(inference.number, label, inference.instructions, difference, last_bits))
        words = "equal" if difference is None else f"DIFFERS: {difference}"
        if difference is None and last_bits:
            words = f"equal within {last_bits} {'unit' if last_bits == 1 else 'units'} in the last place"
        if difference is not None:
            gaps.extend(reference.met_gaps())
        report(f"sample {inference.number} ({label}): {inference.instructions:,} instructions, {words}")
        return difference is None

    done = emulate(
        elf, images, network, [inputs for _, inputs in samples], machine=machine, timeout=timeout, on_sample=on_sample
    )
    if all(result.difference is None for result in results) and len(results) != len(samples):
        raise IngotError(f"the firmware ran {len(results)} of {len(samples)} samples", where=elf.name)
    layers = layer_report(reference, [inputs for _, inputs in samples])
    for line in (*layers.lines, *(reference.apart if network.drives_npu else ())):
        report(line)
    outcome = Verification(
        network.model, tuple(results), done, reference.saturated, tuple(gaps), reference.name, layers.beyond
    )
    report(outcome.verdict())
    return outcome


def _check_ports(reference: Any, network: Network) -> None:
    """Model and firmware must agree on their inputs and outputs. Raises IngotError when they do not."""
    for kind, ports, buffers in (
        ("inputs", reference.inputs, network.inputs),
        ("outputs", reference.outputs, network.outputs),
    ):
        in_model = [(tuple(port.shape), str(port.dtype)) for port in ports]
        in_network = [(buffer.shape, buffer.dtype) for buffer in buffers]
        if in_model != in_network:
            raise IngotError(
                f"the {kind} of the firmware's network {in_network} are not those of the model {in_model}",
                where=network.model,
                remedy="Build the firmware from this model file.",
            )
