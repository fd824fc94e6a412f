# SPDX-License-Identifier: Apache-2.0
"""npu=1: a program that the CPU runs sooner stays there, said so with both figures, whatever the weights are."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board.target import open_board
from ingot.compiler.cache.compiled import entry_key
from ingot.compiler.compile import CompileOptions, compile_file
from ingot.compiler.frontend.model import read_model
from ingot.compiler.graph.cost import macs
from ingot.compiler.kernels.lower import lower
from ingot.compiler.kernels.registry import Target
from ingot.compiler.passes.optimize import optimize
from ingot.compiler.schedule.cost import REGION, call_cost, layer_cost
from ingot.model.model_file import read_model_file
from ingot.network.npu import NPU_BLOB
from ingot.network.types import Network
from ingot.st.npu.checked import check_npu
from ingot.st.npu.codegen import worth
from ingot.st.npu.codegen.offload import NpuOffload
from ingot.st.npu.codegen.target import target_of
from ingot.st.npu.cost import EpochCost, program_ns
from ingot.st.npu.public import public
from support.npu_graphs import Small, random_graph

BOARD, POOLS = open_board(ROOT / "boards" / "n6dk" / "board.yaml")


def offload(*, only: bool = False, clock: int = BOARD.clock) -> NpuOffload:
    """As a build with npu=1 has it."""
    return NpuOffload(target_of(BOARD, POOLS), public(), only=only, clock=clock)


def compiled(small: Small, folder: Path, *, only: bool = False) -> Network:
    """Compiles for the NPU, into a folder."""
    options = CompileOptions(npu="only" if only else "1")
    outputs = compile_file(read_model_file(small.write(folder)), POOLS, options, offload(only=only))
    outputs.write(folder)
    return outputs.network


def large_and_small() -> Small:
    """A convolution of 9 million products, a layer of the CPU, and an average."""
    return Small((32, 32, 32)).convolve(32, 3).other().mean()


def test_a_small_program_stays_on_the_cpu_with_both_figures(tmp_path: Path) -> None:
    network = compiled(large_and_small(), tmp_path)
    assert [epoch.kind for epoch in network.epochs] == ["EC", "SW", "SW"]
    words = "the CPU is quicker: 8.5 us, the NPU at least 54.9 us (estimated)"
    assert network.epochs[2].why == words
    report = (tmp_path / "network_generate_report.txt").read_text()
    large = network.epochs[0].estimate
    assert large is not None and large.npu < large.cpu
    assert words in report and large.text in report
    assert network.notes[-2:] == (
        f"the layers on the NPU, with the starts of their programs: {large.text}",
        "layers of the CPU that the NPU could run, but not sooner (estimated): 2",
    )


def test_the_summary_has_both_figures_of_each_program(tmp_path: Path) -> None:
    network = compiled(large_and_small(), tmp_path)
    estimate, found = network.epochs[0].estimate, check_npu(tmp_path, "network")
    assert found is not None and estimate is not None
    assert found.facts["cost"]["programs"] == [
        {"epoch": 1, "layers": [0], "npu_ns": estimate.npu, "cpu_ns": estimate.cpu}
    ]


def test_the_figures_follow_from_what_is_flashed(tmp_path: Path) -> None:
    """Starts, blob, epochs as `check` finds them, and 5 ns a line: of the input, twice of the result, of scratch."""
    network = compiled(large_and_small(), tmp_path)
    estimate, found = network.epochs[0].estimate, check_npu(tmp_path, "network")
    assert found is not None and estimate is not None
    cycles = [epoch["cycles"] for epoch in found.facts["cost"]["epochs"]]
    (blob,) = (buffer.size for buffer in network.buffers if buffer.name.startswith(NPU_BLOB))
    scratch = next(b.size for b in network.buffers if b.role == "scratch" and b.epochs == (1, 1))
    lines = 1024 + 2 * 1024 + -(-scratch // 32)
    starts = 14_000 + 1_500 * len(cycles) + round(blob / 0.4)
    assert len(cycles) > 1 and estimate.npu == starts + sum(cycles) + 5 * lines


def test_only_asks_for_the_npu_whatever_it_takes(tmp_path: Path) -> None:
    small = Small((4, 4, 16)).convolve(16)
    assert [epoch.kind for epoch in compiled(small, tmp_path).epochs] == ["SW"]
    (epoch,) = compiled(Small((4, 4, 16)).convolve(16), tmp_path, only=True).epochs
    assert epoch.kind == "EC" and epoch.estimate is not None and epoch.estimate.npu > epoch.estimate.cpu


def test_what_the_cpu_has_no_kernel_for_stays_on_the_npu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(graph: object, target: object) -> None:
        raise IngotError("no kernel")

    monkeypatch.setattr(worth, "lower", refuse)
    found = offload()
    found.partition(read_model(Small((4, 4, 16)).convolve(16).write(tmp_path)))
    assert len(found.runs) == 1 and not found.reasons()


@pytest.mark.parametrize("seed", range(6))
def test_other_weights_are_weighed_alike(seed: int, tmp_path: Path) -> None:
    """With a core so slow that some programs are worth it and others are not."""
    found = []
    for values in (3, 4):
        one = offload(clock=40_000_000)
        one.partition(read_model(random_graph(seed, trained=2, values=values).write(tmp_path)))
        found.append((one.estimates(), one.reasons(), one.notes()[1:]))
    assert found[0] == found[1]


def test_the_figures_of_a_program() -> None:
    """14 us for its start, 400 bytes of its blob at 0.4 bytes a nanosecond, 1.5 us for each start of an epoch."""
    cost = EpochCost(1, 0, 0, 0, 0, 2000, 0, 0, 0, 0)
    assert program_ns([cost, cost], 400) == 14_000 + 1_000 + 2 * 1_500 + 2 * 2_000


@pytest.mark.parametrize(
    "small",
    [
        lambda: Small((5, 4, 16)).convolve(24),
        lambda: Small((8, 8, 16)).convolve(0, 3, depthwise=True),
        lambda: Small((1, 1, 16)).dense(12),
        lambda: Small((4, 4, 16)).add(),
    ],
)
def test_a_layer_costs_what_the_schedule_says_of_its_call(small: object, tmp_path: Path) -> None:
    assert callable(small)
    graph = read_model(small().write(tmp_path))
    program = lower(optimize(graph), Target())
    (call,) = program.calls
    rows = program.tensors[call.outputs[0]].rows
    op = graph.operators[-1]
    output = graph.tensors[op.outputs[0]]
    cost = layer_cost(output.shape, macs(graph, op), output.nbytes)
    assert cost == call_cost(program, call, rows, rows, False) + REGION


def test_another_clock_is_another_result_in_the_cache(tmp_path: Path) -> None:
    model, options = read_model_file(Small((4, 4, 16)).convolve(16).write(tmp_path)), CompileOptions(npu="1")
    keys = {entry_key(model, POOLS, options, offload(clock=clock)) for clock in (1, 1, 2)}
    assert len(keys | {entry_key(model, POOLS, options)}) == 3
