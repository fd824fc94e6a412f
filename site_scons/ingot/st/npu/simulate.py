# SPDX-License-Identifier: Apache-2.0
"""A whole build on the simulator: its epochs, those of the NPU and those of the CPU, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingot.base.errors import IngotError
from ingot.st.npu.build import Build
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.memory import regions_of
from ingot.st.npu.sim.epoch import EpochResult, Settings, run_epoch
from ingot.st.npu.sim.store import Store
from ingot.st.npu.software.calls import SoftwareCall, software_calls
from ingot.st.npu.software.routines import run_call


@dataclass(frozen=True)
class Step:
    """An epoch in the order of execution: of the NPU, or calls of the CPU."""

    number: int
    hardware: HardwareEpoch | None = None
    calls: tuple[SoftwareCall, ...] = ()

    @property
    def where(self) -> str:
        """How messages name it."""
        return self.hardware.where if self.hardware else f"epoch {self.number}"


@dataclass
class Simulation:
    """The memory of a build and its epochs. settings: see sim/epoch.py."""

    build: Build
    settings: Settings = field(default_factory=Settings)
    store: Store = field(init=False)
    steps: tuple[Step, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Raises IngotError when the build has no file with its weights, or a call that cannot be read."""
        if not self.build.images:
            raise IngotError(
                "the build has no file with its weights",
                where=str(self.build.path),
                remedy="Give it with --weights FILE.",
            )
        self.store = Store(regions_of(self.build.source))
        for image in self.build.images:
            pool = next((pool for pool in self.build.source.pools if pool.name == image.pool), None)
            label, base = (pool.postfix, 0) if pool is not None and pool.relative else ("", image.base)
            self.store.put(label, base, image.content, image.file)
        self.steps = tuple(_steps(self.build))

    def run(self) -> Iterator[tuple[Step, EpochResult]]:
        """Runs the epochs; hands out each when it has run, so that its results can be looked at or replaced."""
        for step in self.steps:
            yield step, self.run_step(step)

    def run_step(self, step: Step) -> EpochResult:
        """Runs one epoch. Raises IngotError for what was never verified."""
        if step.hardware is not None:
            return run_epoch(step.hardware, self.store, self.settings)
        for call in step.calls:
            run_call(call, self.store)
        return EpochResult()


def _steps(build: Build) -> Iterator[Step]:
    calls = software_calls(build.text, str(build.path))
    hardware = {epoch.number: epoch for epoch in build.epochs}
    for number in sorted({*hardware, *calls}):
        epoch = hardware.get(number)
        if epoch is not None and number in calls:
            raise IngotError(
                f"epoch {number} runs on the NPU and calls {calls[number][0].name}",
                where=str(build.path),
                remedy="No public build has it: it is not guessed.",
            )
        yield Step(number, epoch, tuple(calls.get(number, ())))
