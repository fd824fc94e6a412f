# SPDX-License-Identifier: Apache-2.0
"""Kernels called straight from Python: bit-exact results, guards that notice stray writes."""

from dataclasses import replace

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.compiler.graph import DType
from ingot.compiler.kernels.program import Activation, Call, Param, Program
from ingot.compiler.schedule.types import Region, Schedule, Step
from ingot.device.run.direct import DirectNetwork, overwrite, stream


def table_program(row_elements: int = 7, stated: int | None = None, entries: np.ndarray | None = None) -> Program:
    """Two tables in a row over a (1, 5, 1, row_elements) tensor; `stated` falsifies the descriptor."""
    rows = 5
    shape = (1, rows, 1, row_elements)
    tensors = tuple(
        Activation(name, shape, DType.INT8, None, rows, row_elements, role)
        for name, role in (("x", "input"), ("m", "activation"), ("y", "output"))
    )
    first = np.arange(256, dtype=np.uint8)[::-1] if entries is None else entries
    second = np.roll(np.arange(256, dtype=np.uint8), 3)
    window = np.stack([np.arange(rows, dtype=np.int32)] * 2, axis=1)
    calls = tuple(
        Call(
            "table_8to8",
            "table",
            (i,),
            (i + 1,),
            {"row_elements": stated or row_elements},
            (Param("entries", table),),
            windows=(window,),
        )
        for i, table in enumerate((first, second))
    )
    return Program("net", tensors, calls, (0,), (2,))


def expected(x: np.ndarray) -> np.ndarray:
    first = np.arange(256, dtype=np.uint8)[::-1]
    second = np.roll(np.arange(256, dtype=np.uint8), 3)
    return second[first[x.view(np.uint8)]].view(np.int8)


def sample(program: Program) -> np.ndarray:
    return np.random.default_rng(1).integers(-128, 128, program.tensors[0].shape).astype(np.int8)


def test_runs_calls_in_order() -> None:
    program = table_program()
    x = sample(program)
    network = DirectNetwork(program)
    (y,) = network.run([x])
    np.testing.assert_array_equal(y, expected(x))
    np.testing.assert_array_equal(network.tensor(0), x)


def test_follows_a_fused_schedule_with_a_ring() -> None:
    program = table_program()
    x = sample(program)
    steps = tuple(step for row in range(5) for step in (Step(0, row, 1), Step(1, row, 1)))
    fused = Schedule((Region((0, 1), steps, {1: 2}),), 0)
    (y,) = DirectNetwork(program, fused).run([x])
    np.testing.assert_array_equal(y, expected(x))


def test_a_ring_that_is_too_small_changes_the_result() -> None:
    program = table_program()
    x = sample(program)
    steps = (*(Step(0, row, 1) for row in range(5)), Step(1, 0, 5))
    (y,) = DirectNetwork(program, Schedule((Region((0, 1), steps, {1: 2}),), 0)).run([x])
    assert not np.array_equal(y, expected(x))


def test_a_stray_write_is_noticed() -> None:
    program = table_program(row_elements=7, stated=9)
    with pytest.raises(IngotError, match="wrote outside its tensors"):
        DirectNetwork(program).run([sample(program)])


def test_an_unknown_member_is_an_error() -> None:
    program = table_program()
    bad = Program(
        "net",
        program.tensors,
        (Call("table_8to8", "table", (0,), (2,), {"elements": 3}, program.calls[0].params),),
        (0,),
        (2,),
    )
    with pytest.raises(IngotError, match=r"ingot_table has no member 'elements'\n.*row_elements, in_ring, out_ring"):
        DirectNetwork(bad)


def test_an_unknown_kernel_is_an_error() -> None:
    program = table_program()
    bad = Program("net", program.tensors, (Call("no_such", "table", (0,), (2,), {}),), (0,), (2,))
    with pytest.raises(IngotError, match=r"no kernel ingot_no_such\(\)"):
        DirectNetwork(bad)


def test_wrong_input_is_an_error() -> None:
    program = table_program()
    with pytest.raises(IngotError, match="input 'x' is int16"):
        DirectNetwork(program).run([sample(program).astype(np.int16)])


def test_row_by_row_and_in_place_give_the_same() -> None:
    program = table_program()
    x = sample(program)
    np.testing.assert_array_equal(stream(program, [x])[0], expected(x))
    inplace = Program("net", program.tensors, tuple(replace(c, inplace=(0,)) for c in program.calls), (0,), (2,))
    np.testing.assert_array_equal(overwrite(inplace, [x])[0], expected(x))


def test_a_window_that_leaves_a_row_out_is_noticed() -> None:
    program = table_program()
    x = sample(program)
    late = np.stack([np.maximum(np.arange(5, dtype=np.int32) - 1, 0)] * 2, axis=1)
    wrong = (program.calls[0], replace(program.calls[1], windows=(late,)))
    (y,) = stream(replace(program, calls=wrong), [x])
    assert not np.array_equal(y, expected(x))
