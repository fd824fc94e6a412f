# SPDX-License-Identifier: Apache-2.0
"""A generated network.c runs on the host as its description says, and refuses what it must."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.board.mpool import Mpool, Pool
from ingot.compiler.compile import write_outputs
from ingot.compiler.emit.compiled import Compiled
from ingot.compiler.emit.initializer import lay_out_initializer
from ingot.compiler.graph import DType, Graph, Tensor
from ingot.compiler.kernels.program import Activation, Call, Program
from ingot.compiler.plan.planner import make_plan
from ingot.compiler.plan.pools import PlanPool
from ingot.compiler.schedule.types import Region, Schedule, ScheduleOptions, Step
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.host import HostNetwork
from ingot.network.types import NetworkPool
from support.compiled_table import POOLS, compiled_table, quantization, with_offsets


def mpool_of(compiled: Compiled) -> Mpool:
    return Mpool(tuple(Pool(p.name, p.fname, p.base, p.size, p.rights) for p in compiled.pools))


def written(compiled: Compiled, folder: Path) -> Path:
    write_outputs(compiled, folder, mpool_of(compiled))
    return folder


def sample(compiled: Compiled, seed: int = 3) -> np.ndarray:
    shape = compiled.program.tensors[0].shape
    return np.random.default_rng(seed).integers(-128, 128, shape).astype(np.int8)


@pytest.mark.parametrize("io_placement", ["activations", "application"])
@pytest.mark.parametrize("fused", [False, True])
def test_runs_like_the_kernel_calls(tmp_path: Path, fused: bool, io_placement: str) -> None:
    compiled = compiled_table(fused=fused, io_placement=io_placement)
    x = sample(compiled)
    (expected,) = DirectNetwork(compiled.program).run([x])
    network = HostNetwork(written(compiled, tmp_path))
    np.testing.assert_array_equal(network.run([x])[0], expected)
    np.testing.assert_array_equal(network.run([x])[0], expected)


def test_sanitized_runs_give_the_same(tmp_path: Path) -> None:
    compiled = compiled_table(fused=True)
    samples = [[sample(compiled, seed)] for seed in range(3)]
    direct = DirectNetwork(compiled.program)
    ran = HostNetwork(written(compiled, tmp_path), sanitize=True).run_many(samples)
    for inputs, outputs in zip(samples, ran, strict=True):
        np.testing.assert_array_equal(outputs[0], direct.run(inputs)[0])


def test_trace_shows_tensors_between_epochs(tmp_path: Path) -> None:
    compiled = compiled_table()
    x = sample(compiled)
    direct = DirectNetwork(compiled.program)
    direct.run([x])
    seen = HostNetwork(written(compiled, tmp_path)).trace([x])
    assert list(seen) == ['m "*/', "y"]
    np.testing.assert_array_equal(seen['m "*/'], direct.tensor(1))
    np.testing.assert_array_equal(seen["y"], direct.tensor(2))


def test_contiguous_pools_may_be_spanned(tmp_path: Path) -> None:
    """Three small pools that touch: the plan needs more than one of them."""
    small = tuple(
        NetworkPool(name, name, 0x20000000 + 80 * i, 80, 0, "ACC_WRITE", 80) for i, name in enumerate(("a", "b", "c"))
    )
    compiled = compiled_table(pools=(*small, POOLS[1]))
    assert any("_" in place.pool for place in compiled.plan.placements.values())
    x = sample(compiled)
    network = HostNetwork(written(compiled, tmp_path))
    np.testing.assert_array_equal(network.run([x])[0], DirectNetwork(compiled.program).run([x])[0])
    virtual = [pool for pool in network.network.pools if pool.virtual]
    assert virtual and virtual[0].subpools


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda raw: raw[:100] + bytes([raw[100] ^ 1]) + raw[101:], "the data is damaged"),
        (lambda raw: raw[:8] + bytes(8) + raw[16:], "expected layout [0-9a-f]{16}, found 0{16}"),
        (lambda raw: bytes(len(raw)), "no initializer there"),
    ],
)
def test_a_wrong_initializer_is_refused(tmp_path: Path, damage, message: str) -> None:
    compiled = compiled_table()
    raw = written(compiled, tmp_path) / compiled.raw_name()
    raw.write_bytes(damage(raw.read_bytes()))
    with pytest.raises(IngotError, match=message):
        HostNetwork(tmp_path)


def test_two_networks_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    first, second = compiled_table(0), compiled_table(9)
    x = sample(first)
    networks = [HostNetwork(written(c, tmp_path / str(i))) for i, c in enumerate((first, second))]
    for compiled, network in zip((first, second), networks, strict=True):
        np.testing.assert_array_equal(network.run([x])[0], DirectNetwork(compiled.program).run([x])[0])


def test_wrong_inputs_are_refused(tmp_path: Path) -> None:
    network = HostNetwork(written(compiled_table(), tmp_path))
    with pytest.raises(IngotError, match="input 'x' is int8"):
        network.run([np.zeros((1, 2, 2, 1), np.int8)])
    with pytest.raises(IngotError, match="0 inputs given"):
        network.run([])


def delay_line() -> Compiled:
    """y = state, then state = x: the output is the previous inference's input."""
    tensors = tuple(
        Activation(name, (1, 20), DType.INT8, quantization(0.1, zero), 1, 20, role)
        for name, zero, role in (("x", 3, "input"), ("s", -7, "state"), ("y", -7, "output"))
    )
    calls = tuple(Call("copy_rows", "copy", (a,), (b,), {"row_bytes": 20}) for a, b in ((1, 2), (0, 1)))
    program = Program("delay", tensors, calls, (0,), (2,))
    schedule = Schedule(tuple(Region((i,), (Step(0, 0, 1),)) for i in range(2)), 1)
    schedule = with_offsets(program, schedule, ScheduleOptions())
    plan = make_plan(program, schedule, [PlanPool("cpuRAM2", 0x34100000, 4096)])
    source = Graph("delay", tuple(Tensor(t.name, t.shape, t.dtype, t.quant) for t in tensors), (), (0,), (2,))
    layout = lay_out_initializer(program)
    return replace(compiled_table(), source=source, program=program, schedule=schedule, plan=plan, initializer=layout)


def test_state_starts_at_zero_carries_over_and_can_be_reset(tmp_path: Path) -> None:
    compiled = delay_line()
    first, second = (np.full((1, 20), value, np.int8) for value in (11, 22))
    zero = np.full((1, 20), -7, np.int8)
    for network in (DirectNetwork(compiled.program), HostNetwork(written(compiled, tmp_path))):
        for _ in range(2):
            np.testing.assert_array_equal(network.run([first])[0], zero)
            np.testing.assert_array_equal(network.run([second])[0], first)
            np.testing.assert_array_equal(network.run([second])[0], second)
            network.reset()


def test_state_has_a_function_of_its_own(tmp_path: Path) -> None:
    folder = written(delay_line(), tmp_path)
    assert "void ingot_reset_state_network(void);" in (folder / "network.h").read_text()
    assert "ingot_reset_state" not in (written(compiled_table(), tmp_path / "none") / "network.h").read_text()
