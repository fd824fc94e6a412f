# SPDX-License-Identifier: Apache-2.0
"""Validation over a serial line: a firmware's outputs against LiteRT's reference kernels, on a board or on the twin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.base.text_table import text_table
from ingot.device.protocol.client import Answer, Client, DeviceReset, Served
from ingot.device.protocol.measures import Measures, measure
from ingot.network.types import Network

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

#: How often a firmware may start again before the run is given up.
RESETS = 3


@dataclass(frozen=True)
class Sample:
    """One inference. cost: in the firmware's unit. measures: of each output."""

    label: str
    cost: int
    measures: tuple[Measures, ...]
    outputs: tuple[Array, ...] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Validation:
    """repeated: requests that had to be sent again. epochs: costs in the last sample."""

    model: str
    served: Served
    samples: tuple[Sample, ...]
    epochs: tuple[int, ...]
    repeated: int
    resets: int

    @property
    def passed(self) -> bool:
        return bool(self.samples) and all(m.equal for sample in self.samples for m in sample.measures)

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        samples = [
            {"label": s.label, self.served.unit: s.cost, "outputs": [asdict(m) for m in s.measures]}
            for s in self.samples
        ]
        facts = {"model": self.model, "passed": self.passed, "unit": self.served.unit, "samples": samples}
        return facts | {"epochs": list(self.epochs), "repeated": self.repeated, "resets": self.resets}


def validate(
    model: Path | None,
    network: Network,
    client: Client,
    samples: Sequence[tuple[str, Sequence[Array]]],
    say: Callable[[str], None] = lambda line: None,
    folder: Path = Path(),
) -> Validation:
    """Runs the labelled samples on the firmware behind `client` and on the reference. model: None: nothing is compared.
    folder: where the network's files are.

    A firmware that starts again begins with the first sample when the network keeps a state, else with the next.
    Raises IngotError when the firmware is not the one of this network or does not answer.
    """
    from ingot.device.run.predicted import expected_of

    reference = expected_of(model, folder, network) if model is not None else None
    keeps_state = any(buffer.role == "state" for buffer in network.buffers)
    served = _hello(client, network)
    done: list[Sample] = []
    resets = 0
    try:
        while len(done) < len(samples):
            label, inputs = samples[len(done)]
            try:
                answer = client.infer(b"".join(_bytes(array) for array in inputs), served.output_bytes)
            except DeviceReset:
                resets += 1
                if resets > RESETS:
                    raise IngotError(
                        f"the firmware started again {resets} times", where="serial line", remedy="Look at its console."
                    ) from None
                say("the firmware has started again")
                served = _hello(client, network)
                if keeps_state:
                    done.clear()
                    if reference is not None:
                        reference.reset()
                continue
            expected = reference.run(list(inputs)) if reference is not None else None
            done.append(_compared(label, answer, expected, network))
            say(_line(len(done), done[-1], served.unit))
        epochs = client.epochs()
    finally:
        client.end()
    return Validation(network.model, served, tuple(done), epochs, client.repeated, resets)


def _hello(client: Client, network: Network) -> Served:
    served = client.hello()
    sizes = [sum(buffer.size for buffer in side) for side in (network.inputs, network.outputs)]
    if [served.input_bytes, served.output_bytes] != sizes or served.name != network.name:
        raise IngotError(
            f"the firmware runs '{served.name}' with {served.input_bytes} and {served.output_bytes} bytes of inputs "
            f"and outputs, expected '{network.name}' with {sizes[0]} and {sizes[1]}",
            where="serial line",
            remedy="Flash the firmware of this network.",
        )
    return served


def _bytes(array: Array) -> bytes:
    import numpy as np

    return np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()


def _compared(label: str, answer: Answer, expected: Sequence[Array] | None, network: Network) -> Sample:
    import numpy as np

    at, outputs, measures = 0, [], []
    for number, buffer in enumerate(network.outputs):
        dtype: np.dtype[Any] = np.dtype(buffer.dtype)
        flat = np.frombuffer(answer.outputs, dtype.newbyteorder("<"), buffer.size // dtype.itemsize, at)
        at += buffer.size
        outputs.append(flat.astype(dtype).reshape(buffer.shape))
        quantized = len(buffer.scale) == 1
        scale, zero = (buffer.scale[0], buffer.zero_point[0]) if quantized else (1.0, 0)
        if expected is not None:
            measures.append(measure(expected[number], outputs[-1], scale, zero))
    return Sample(label, answer.cost, tuple(measures), tuple(outputs))


def _line(number: int, sample: Sample, unit: str) -> str:
    if not sample.measures:
        return f"sample {number} ({sample.label}): {sample.cost:,} {unit}"
    if all(m.equal for m in sample.measures):
        return f"sample {number} ({sample.label}): {sample.cost:,} {unit}, equal"
    worst = max(sample.measures, key=lambda m: m.worst)
    return f"sample {number} ({sample.label}): {sample.cost:,} {unit}, DIFFERS by up to {worst.worst:g}"


def text(outcome: Validation, network: Network, clock: int = 0) -> str:
    """The tables for the terminal. clock: the CPU's in Hz, for durations of a board's cycles."""
    unit = outcome.served.unit
    in_time = unit == "cycles" and clock > 0
    total = sum(outcome.epochs) or 1
    kinds = {epoch.number: epoch.kind for epoch in network.epochs}
    first = min(kinds, default=0)
    rows = []
    for index, cost in enumerate(outcome.epochs):
        shown = f"{1000 * cost / clock:.3f}" if in_time else f"{cost:,}"
        rows.append([str(index + 1), kinds.get(first + index, ""), shown, f"{100 * cost / total:.1f} %"])
    parts = [text_table(["epoch", "", "ms" if in_time else unit, "share"], rows, "rlrr")] if rows else []
    cost = outcome.samples[-1].cost if outcome.samples else 0
    split = {
        kind: sum(c for i, c in enumerate(outcome.epochs) if kinds.get(first + i) == kind) for kind in ("EC", "SW")
    }
    facts = [f"inference {cost:,} {unit}"]
    if in_time and cost:
        facts.append(f"{1000 * cost / clock:.3f} ms, {clock / cost:.1f} inferences a second")
    facts.append(f"NPU {100 * split['EC'] / total:.1f} %, CPU {100 * split['SW'] / total:.1f} %")
    parts.append(", ".join(facts) + "\n")
    rows = []
    compared = outcome.samples and outcome.samples[0].measures
    for number, buffer in enumerate(network.outputs if compared else ()):
        found = [sample.measures[number] for sample in outcome.samples]
        rows.append(
            [
                buffer.name,
                f"{sum(m.equal for m in found)}/{len(found)}",
                f"{max(m.rmse for m in found):.3g}",
                f"{max(m.mae for m in found):.3g}",
                f"{max(m.worst for m in found):.3g}",
                f"{min(m.cosine for m in found):.6f}",
                f"{100 * sum(m.agrees for m in found) / len(found):.0f} %",
            ]
        )
    titles = ["output", "equal", "RMSE", "MAE", "largest", "cosine", "class agrees"]
    parts += [text_table(titles, rows, "lrrrrrr")] if rows else []
    if outcome.repeated:
        parts.append(f"{outcome.repeated} requests had to be repeated, {outcome.resets} resets\n")
    return "".join(parts)
