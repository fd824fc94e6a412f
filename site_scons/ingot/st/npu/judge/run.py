# SPDX-License-Identifier: Apache-2.0
"""A simulated build against the model's tensors: layer by layer, and end to end.

Layer by layer the model's own tensor replaces each result before the next epoch, so that every epoch is judged alone.
End to end nothing is replaced. The tensors come from an oracle: a function from the key of a tensor to its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any

import numpy as np

from ingot.base.errors import IngotError
from ingot.st.npu.build import Build
from ingot.st.npu.judge.bounds import Error, rounding_errors
from ingot.st.npu.judge.carried import Carried
from ingot.st.npu.judge.counterparts import Between, Counterpart, counterparts, rounding_between
from ingot.st.npu.judge.layout import Array, channels_of, held, packed, stored
from ingot.st.npu.judge.model import ModelGraph
from ingot.st.npu.judge.verdict import (
    BufferVerdict,
    EpochVerdict,
    OutputVerdict,
    Verdict,
    buffer_verdict,
    kind_of,
    output_verdict,
)
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.proof import Proof
from ingot.st.npu.registers import Unit
from ingot.st.npu.sim.epoch import DEFAULT, Settings, results_of, unheld, write_results
from ingot.st.npu.sim.frames import Frames
from ingot.st.npu.sim.store import Store, read_stream
from ingot.st.npu.simulate import Simulation, Step
from ingot.st.npu.streams import Stream, streams_of
from ingot.st.prebuilt.network_c import SourceBuffer

Oracle = Callable[[Any], Array]
#: One operator that rounds.
ONE = Between(1, 0.0)


@dataclass(frozen=True)
class Judge:
    """A build with its proof, and the model's graph. oracle: its name, for reports."""

    build: Build
    graph: ModelGraph
    proof: Proof
    model: str
    oracle: str
    settings: Settings = DEFAULT

    @cached_property
    def counterparts(self) -> Mapping[str, Counterpart]:
        """Buffers with a counterpart, by name; fixed before any number is seen."""
        return counterparts(self.build, self.graph, self.proof)

    @cached_property
    def rounding(self) -> Mapping[str, Between]:
        """What the model does between what a buffer is made of and itself, by name."""
        return rounding_between(self.build, self.graph, self.proof, self.counterparts)

    @cached_property
    def results(self) -> Mapping[int, Sequence[SourceBuffer]]:
        """Epoch -> the buffers that it writes."""
        found: dict[int, list[SourceBuffer]] = {}
        for buffer in self.build.source.buffers:
            if not buffer.param and buffer.kind != "input":
                found.setdefault(buffer.epoch, []).append(buffer)
        return found

    def judge(self, tensors: Oracle) -> Verdict:
        """Both modes on one input. Raises IngotError where an input has no counterpart."""
        verdict = self.layer_by_layer(tensors)
        verdict.outputs += self.end_to_end(tensors)
        return verdict

    def layer_by_layer(self, tensors: Oracle) -> Verdict:
        """Each epoch alone, on one input. Raises IngotError where an input has no counterpart."""
        verdict = Verdict(self.model, self.settings.ties, self.oracle)
        simulation, carried = self._simulation(tensors), Carried()
        for step in simulation.steps:
            verdict.epochs.append(self._step(step, simulation, tensors, carried))
            for buffer in self.results.get(step.number, ()):
                self._put(buffer, simulation.store, tensors)
        return verdict

    def _step(self, step: Step, simulation: Simulation, tensors: Oracle, carried: Carried) -> EpochVerdict:
        """Runs and judges one epoch. carried: how far off memory is."""
        own = self.results.get(step.number, ())
        names = tuple(buffer.name for buffer in own)
        replaced = [buffer for buffer in own if buffer.name in self.counterparts]
        if step.hardware is None:
            simulation.run_step(step)
            carried.made_by_cpu(own, replaced)
            return EpochVerdict(step.number, "cpu", self._compared(own, simulation.store, tensors), names)
        made, result = results_of(step.hardware, simulation.store, self.settings)
        free = unheld(step.hardware, simulation.store, self.settings, made, result)
        write_results(step.hardware, simulation.store, made)
        errors = rounding_errors(step.hardware, partial(self._constants, simulation.store), carried.of)
        kind = kind_of(step.hardware, max((self._between(item).rounding for item in replaced), default=1))
        limits = {
            item.name: np.zeros(1) if kind == "moved" else self._limits(item, step.hardware, errors, carried)
            for item in replaced
        }
        carried.written(step.hardware, errors, replaced)
        buffers = self._compared(own, simulation.store, tensors, limits)
        found = EpochVerdict(step.number, kind, buffers, names, result=result)
        if found.wrong and free:
            write_results(step.hardware, simulation.store, free)
            other = self._compared(own, simulation.store, tensors, limits)
            write_results(step.hardware, simulation.store, made)
            near = EpochVerdict(step.number, kind, other, names)
            found = replace(found, held=not near.wrong)
        return found

    def _between(self, buffer: SourceBuffer) -> Between:
        return self.rounding.get(buffer.name, ONE)

    def _limits(
        self, buffer: SourceBuffer, epoch: HardwareEpoch, errors: Mapping[Unit, Error | None], carried: Carried
    ) -> Array | None:
        """What each element of a result may be apart, or one number for all; None where nothing bounds it."""
        parts = [
            errors[stream.unit]
            for stream in streams_of(epoch)
            if stream.writes
            and stream.label == buffer.label
            and buffer.start <= stream.first
            and stream.last < buffer.start + buffer.size
        ]
        between = self._between(buffer)
        found = []
        for error in parts or [carried.at(buffer)]:
            limits = error.limits(between.rounding if parts else 0, between.inner) if error is not None else None
            if limits is None:
                return None
            found.append(limits)
        channels = channels_of(buffer)
        if len(found) == 1 and len(found[0]) == channels.max() + 1:
            each: Array = found[0][channels]
            return each
        return np.array([max(item.max() for item in found)])

    def _constants(self, store: Store, stream: Stream) -> Frames | None:
        """What a stream reads from the build's files; None where it reads something else."""
        size = stream.last - stream.first + 1
        if stream.label or not any(image.holds(stream.first, size) for image in self.build.images):
            return None
        return read_stream(store, stream, str(stream.unit))

    def _compared(
        self,
        own: Sequence[SourceBuffer],
        store: Store,
        tensors: Oracle,
        limits: Mapping[str, Array | None] = MappingProxyType({}),
    ) -> tuple[BufferVerdict, ...]:
        found = (self._compare(buffer, store, tensors, limits.get(buffer.name)) for buffer in own)
        return tuple(item for item in found if item is not None)

    def end_to_end(self, tensors: Oracle) -> list[OutputVerdict]:
        """The outputs when nothing is replaced on the way."""
        simulation = self._simulation(tensors)
        for _ in simulation.run():
            pass
        found = []
        for buffer in self.build.source.buffers:
            known = self.counterparts.get(buffer.name)
            if buffer.kind != "output" or buffer.param or known is None:
                continue
            data = simulation.store.view(buffer.label, buffer.start, buffer.size, buffer.name)
            expected = stored(tensors(known.tensor.key), known.tensor, buffer, known.turned)
            found.append(output_verdict(buffer.name, known.tensor.name, held(data, buffer), expected, data.tobytes()))
        return found

    def _simulation(self, tensors: Oracle) -> Simulation:
        simulation = Simulation(self.build, self.settings)
        for buffer in self.build.source.buffers:
            if buffer.kind != "input" or buffer.param:
                continue
            if buffer.name not in self.counterparts:
                raise IngotError(
                    f"input '{buffer.name}' {list(buffer.view)} fits no input of the model",
                    where=str(self.build.path),
                    remedy="Give the model that the build was made of.",
                )
            self._put(buffer, simulation.store, tensors)
        return simulation

    def _put(self, buffer: SourceBuffer, store: Store, tensors: Oracle) -> None:
        known = self.counterparts.get(buffer.name)
        if known is not None:
            values = stored(tensors(known.tensor.key), known.tensor, buffer, known.turned)
            store.put(buffer.label, buffer.start, packed(values, buffer), buffer.name)

    def _compare(
        self, buffer: SourceBuffer, store: Store, tensors: Oracle, limits: Array | None
    ) -> BufferVerdict | None:
        known = self.counterparts.get(buffer.name)
        if known is None or buffer.dtype == "float32":
            return None
        data = store.view(buffer.label, buffer.start, buffer.size, buffer.name)
        expected = stored(tensors(known.tensor.key), known.tensor, buffer, known.turned)
        return buffer_verdict(buffer.name, known.tensor.name, known.how, held(data, buffer), expected, limits)
