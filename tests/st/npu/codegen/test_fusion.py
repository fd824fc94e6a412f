# SPDX-License-Identifier: Apache-2.0
"""Layers that take a convolution's result in its epoch: as near as predicted, and only where nobody else needs it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ingot.compiler.frontend.model import read_model
from ingot.device.npu.generated import check_program
from ingot.device.npu.generated_text import checked_text
from ingot.st.npu.codegen.generate import generate
from ingot.st.npu.codegen.layers import Fused
from ingot.st.npu.codegen.made import SUMS, Program
from ingot.st.npu.forms import Form, forms_of
from ingot.st.npu.judge.bounds import rounding_errors
from ingot.st.npu.public import Public, public
from ingot.st.npu.sim.frames import Frames
from ingot.st.npu.sim.store import read_stream
from ingot.st.npu.simulate import Simulation
from ingot.st.npu.streams import Stream
from support.npu_build import FLASH, RAM
from support.npu_graphs import Small

MEMORY = (RAM, RAM + (1 << 20))

#: The second of the two layers is the last operator but for those that are named.
SUM: dict[str, Callable[[], Small]] = {
    "deep": lambda: Small((4, 6, 32)).convolve(32, zero=4).add(),
    "s8": lambda: Small((4, 5, 16), zero=7).convolve(24, zero=4).add(),
    "several sets": lambda: Small((4, 4, 32)).convolve(64, zero=4).add(),
    "chain": lambda: Small((4, 4, 192)).convolve(32, zero=4).add(),
    "sums in memory": lambda: Small((3, 4, 576)).convolve(16, zero=4).add(),
    "sums by the switch": lambda: Small((1, 1, 640)).convolve(24, zero=4).add(),
    "depthwise": lambda: Small((7, 7, 16)).convolve(0, 3, zero=4, depthwise=True).add(),
    "3x3, stride 2": lambda: Small((8, 8, 8)).convolve(16, 3, 2, zero=4).add(),
    "result as u8": lambda: Small((4, 6, 32)).convolve(32, zero=4).add(-128),
    "result in both formats": lambda: Small((8, 8, 32)).convolve(32, zero=4).add(-128).largest(),
    "beside a layer of the CPU": lambda: Small((4, 6, 32)).convolve(32, zero=4).add(by_cpu=True),
}
FUNCTION: dict[str, Callable[[], Small]] = {
    "sigmoid": lambda: Small((4, 4, 16), zero=3).convolve(16, zero=5).function(),
    "tanh behind a chain of four": lambda: Small((4, 4, 64), zero=3).convolve(16, zero=5).function("TANH"),
}
ALL = SUM | FUNCTION


def generated(small: Small, folder: Path, table: Public | None = None, *, functions: bool = True) -> Program:
    model = small.write(folder)
    return generate(read_model(model), table or public(), MEMORY, FLASH, functions=functions)


def fused(program: Program) -> list[int]:
    return [number for number, item in enumerate(program.operators) if isinstance(item.layer, Fused)]


@pytest.mark.parametrize("name", ALL)
def test_two_layers_in_an_epoch_are_as_near_as_predicted(name: str, tmp_path: Path) -> None:
    """The tensor between them has no place, and the bound is not larger than what the registers allow."""
    program = generated(ALL[name](), tmp_path)
    assert [item.refused for item in program.operators if item.op.kind != "HARD_SWISH"] == [""] * (
        len(program.operators) - (name == "beside a layer of the CPU")
    )
    (number,) = fused(program)
    item = program.operators[number]
    assert [other.sharing for other in program.operators].count(number) == 1 and program.operators[0].sharing == number
    between = program.operators[0].op.outputs[0]
    assert all(root != between or form == SUMS for root, form in program.places)
    found = check_program(program, tmp_path / "model.tflite", program.strange(public()), 2, 1)
    assert found.build is not None
    assert found.proof.holds and not found.strange and not found.wrong and found.differences[number].elements
    line = next(line for line in checked_text(found).splitlines() if line.split()[:1] == ["0"])
    assert line.split() == ["0", program.operators[0].op.kind, "NPU", "with", str(number)]
    store, build = Simulation(found.build).store, found.build

    def constants(stream: Stream) -> Frames | None:
        known = any(image.holds(stream.address, 1) for image in build.images)
        return read_stream(store, stream, "weights") if known else None

    epoch = next(epoch for epoch in build.epochs if epoch.number == item.epochs[-1].number)
    limits = [error.largest for error in rounding_errors(epoch, constants).values() if error is not None]
    assert item.bound <= max(1, *map(int, limits)) and (item.bound <= 2 or name in FUNCTION)


@pytest.mark.parametrize(
    ("name", "small"),
    {
        "a sum with an activation": lambda: Small((4, 4, 32)).convolve(32, zero=4).add(-128, "RELU"),
        "5x5 by two units": lambda: Small((12, 12, 3)).convolve(24, 5, 2, zero=4).add(),
        "no convolution": lambda: Small((8, 8, 32)).largest().add(),
    }.items(),
)
def test_what_stays_apart(name: str, small: Callable[[], Small], tmp_path: Path) -> None:
    program = generated(small(), tmp_path)
    assert fused(program) == [] and all(item.epochs for item in program.operators), name


def test_a_function_is_fused_where_it_is_asked_for(tmp_path: Path) -> None:
    """A unit of the convolution may be many of the sigmoid's."""
    small = FUNCTION["sigmoid"]()
    assert fused(generated(small, tmp_path, functions=False)) == []
    assert fused(generated(small, tmp_path)) == [1]


def test_a_result_that_others_need_is_written(tmp_path: Path) -> None:
    """As an output of the model; by a second layer; by the same layer twice."""
    small = Small((4, 4, 32)).convolve(32, zero=4)
    between = small.last
    small.add()
    path = tmp_path / "model.tflite"
    path.write_bytes(small.builder.finish([small.last, between]))
    assert fused(generate(read_model(path), public(), MEMORY, FLASH)) == []
    small = Small((4, 4, 32)).convolve(32, zero=4)
    assert fused(generated(small._sum(small.last, small.last, 5, "NONE"), tmp_path)) == []


def test_a_block_is_project_and_sum_in_one_epoch(tmp_path: Path) -> None:
    """The next block's expansion reads the sum from memory: no public build has it behind a single ARITH and a sum."""
    program = generated(Small((6, 6, 16), zero=3).residual(48).residual(48, -128).convolve(16), tmp_path)
    assert [item.sharing for item in program.operators] == [-1, -1, 3, -1, -1, -1, 7, -1, -1]
    assert [len(item.epochs) for item in program.operators] == [1, 1, 0, 1, 1, 1, 0, 1, 1]
    found = check_program(program, tmp_path / "model.tflite", program.strange(public()), 1, 1)
    assert found.proof.holds and not found.strange and not found.wrong


def test_a_route_that_no_public_build_has_is_not_generated(tmp_path: Path) -> None:
    small = SUM["deep"]()
    program = generated(small, tmp_path)
    (number,) = fused(program)
    route = next(
        form
        for epoch in program.operators[number].epochs
        for form in forms_of(epoch)
        if form.category == "route" and any("." in str(value) for value in form.values)
    )
    assert route == Form("route", ("CONVACC", "ARITH", "ARITH0.1", "STRENG"))
    other = Form("route", ("CONVACC", "ARITH", "ARITH0.0", "STRENG"))
    table = public()
    without = {form: count for form, count in table.forms.items() if form != route}
    program = generated(small, tmp_path, dataclasses.replace(table, forms=without))
    assert fused(program) == [number]  # through the sum's other port
    without = {form: count for form, count in without.items() if form != other}
    program = generated(small, tmp_path, dataclasses.replace(table, forms=without))
    assert fused(program) == [] and all(item.epochs for item in program.operators)


def test_scales_do_not_decide(tmp_path: Path) -> None:
    """As many epochs, and as large, whatever a training makes of scales and zero points."""
    found = []
    for seed in range(4):
        small = Small((6, 6, 16), zero=3, seed=seed, trained=2).residual(48).convolve(16).add()
        program = generated(small, tmp_path)
        found.append([[len(epoch.units) for epoch in item.epochs] for item in program.operators])
    assert all(one == found[0] for one in found) and np.ptp([len(one) for one in found]) == 0
