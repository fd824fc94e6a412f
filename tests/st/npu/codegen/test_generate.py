# SPDX-License-Identifier: Apache-2.0
"""Generated epochs: assembled, decoded, proven, simulated, and as near to LiteRT's results as was predicted."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.compiler.frontend.model import read_model
from ingot.device.npu.generated import Checked, check_program
from ingot.st.npu.codegen.covered import uncovered
from ingot.st.npu.codegen.generate import generate
from ingot.st.npu.codegen.made import SUMS, Program
from ingot.st.npu.flow import wrong_lengths
from ingot.st.npu.forms import forms_of
from ingot.st.npu.machine import HardwareEpoch, Registers
from ingot.st.npu.program import blob_of_epochs
from ingot.st.npu.public import public
from ingot.st.npu.registers import COUNTS, FIELDS, Unit
from ingot.st.npu.routes import links_of
from ingot.st.npu.streams import streams_of
from support.npu_build import FLASH, RAM
from support.npu_graphs import Small, random_graph

MEMORY = (RAM, RAM + (1 << 20))

LAYERS: dict[str, Callable[[], Small]] = {
    "first": lambda: Small((12, 12, 3), zero=2).convolve(8, 3, 2),
    "first, u8": lambda: Small((9, 8, 3)).convolve(16, 3),
    "1x1": lambda: Small((4, 5, 16)).convolve(32),
    "1x1, s8": lambda: Small((4, 5, 16), zero=7).convolve(48, zero=-20),
    "1x1, stride 2": lambda: Small((7, 6, 16)).convolve(32, 1, 2),
    "1x1, deep, stride 2": lambda: Small((6, 5, 32)).convolve(32, 1, 2, zero=-3),
    "1x1, deep": lambda: Small((4, 6, 32)).convolve(32, zero=-3),
    "1x1, chain": lambda: Small((4, 4, 192)).convolve(32),
    "1x1, s8 chain": lambda: Small((4, 4, 64), zero=-5).convolve(32),
    "1x1, sums by the switch": lambda: Small((1, 1, 640)).dense(24),
    "1x1, sums in memory": lambda: Small((3, 4, 576)).convolve(16, zero=4),
    "1x1, s8 sums in long frames": lambda: Small((10, 10, 160), zero=6).convolve(32, zero=4),
    "3x3 chain": lambda: Small((8, 8, 16)).convolve(16, 3),
    "5x5, stride 2": lambda: Small((12, 12, 3)).convolve(24, 5, 2),
    "5x5 depthwise": lambda: Small((7, 6, 5), zero=4).convolve(0, 5, zero=3, depthwise=True),
    "5x5 depthwise, stride 2, u8": lambda: Small((8, 8, 4)).convolve(0, 5, 2, depthwise=True),
    "depthwise": lambda: Small((7, 7, 16)).convolve(0, 3, depthwise=True),
    "depthwise, stride 2": lambda: Small((8, 8, 16)).convolve(0, 3, 2, depthwise=True),
    "depthwise, s8": lambda: Small((6, 6, 16), zero=11).convolve(0, 3, zero=0, depthwise=True),
    "more than 384 outputs": lambda: Small((2, 2, 64)).convolve(448),
    "other scale": lambda: Small((4, 4, 8), zero=5).requantize(0.9, -20),
    "sum": lambda: Small((4, 4, 16), zero=3).add(),
    "block": lambda: Small((6, 6, 16), zero=3).residual(48).residual(48),
    "average and dense": lambda: Small((5, 5, 64)).mean(-128).dense(16),
    "sigmoid": lambda: Small((4, 4, 16), zero=3).convolve(16, zero=5).function(),
    "tanh": lambda: Small((4, 4, 16), zero=3).function("TANH").convolve(16),
    "product": lambda: Small((4, 4, 16), zero=3).multiply(),
    "product of zero points at the end": lambda: Small((4, 4, 16)).multiply(-128, -128).convolve(16),
    "joined channels": lambda: Small((4, 5, 16), zero=3).join(3, 8),
    "joined channels, u8": lambda: Small((4, 5, 24)).join(3, 8).convolve(16),
    "joined rows": lambda: Small((3, 4, 8), zero=2).join(1, 2),
    "joined columns": lambda: Small((3, 4, 8), zero=2).join(2, 2),
    "many joined channels": lambda: Small((2, 3, 320), zero=2).join(3, 192),
    "branches": lambda: Small((4, 5, 16), zero=3).branches(3, (8, 24), zero=5),
    "branches, u8": lambda: Small((4, 5, 16)).branches(3, (16, 32)).convolve(16),
    "branches of rows": lambda: Small((4, 5, 16)).branches(1, (16, 16)),
    "branches of columns": lambda: Small((4, 5, 16)).branches(2, (16, 16)).convolve(16),
    "chained branches": lambda: Small((4, 5, 16), zero=3).branches(3, (16, 16, 16), zero=4, chained=True),
    "chained branches, u8": lambda: Small((6, 5, 16)).branches(3, (8, 16, 8), chained=True).convolve(16),
    "halves": lambda: Small((6, 5, 16), zero=3).halves(32).convolve(16),
    "part": lambda: Small((4, 5, 24), zero=2).slice((1, 2, 8), (2, 3, 16)),
    "part of many channels": lambda: Small((2, 3, 640), zero=2).slice((0, 0, 64), (2, 3, 320)),
    "wide, stride 2": lambda: Small((5, 251, 8)).convolve(8, 3, 2),
    "wide, stride 2, s8": lambda: Small((4, 250, 16), zero=3).convolve(0, 3, 2, zero=2, depthwise=True),
    "wide, framed": lambda: Small((4, 1001, 4), zero=3).convolve(0, 3, 2, zero=2, depthwise=True),
    "wide, with copies": lambda: Small((4, 500, 8), zero=3).convolve(0, 3, zero=2, depthwise=True),
    "wide, with copies, u8": lambda: Small((3, 700, 3)).convolve(16, 3).convolve(16),
    "other pads": lambda: Small((6, 6, 16), zero=4).convolve(0, 3, 2, pads=(1, 0, 1, 0), depthwise=True),
    "largest": lambda: Small((8, 8, 16)).largest(),
}


def generated(model: Path, *, fold: bool = False) -> Program:
    return generate(read_model(model), public(), MEMORY, FLASH, fold=fold)


def checked(model: Path, *, fold: bool = False, samples: int = 2) -> Checked:
    program = generated(model, fold=fold)
    return check_program(program, model, program.strange(public()), samples, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_as_near_as_predicted(name: str, tmp_path: Path) -> None:
    found = checked(LAYERS[name]().write(tmp_path))
    assert [item.refused for item in found.program.operators] == [""] * len(found.program.operators)
    assert found.proof.holds and not found.strange and not found.wrong
    assert all(item.elements >= 1 and item.largest <= 1 for item in found.differences.values())


def test_every_byte_of_a_tensor_is_written_once(tmp_path: Path) -> None:
    """Where several epochs write it: of a tile that is missing, and of one that comes twice, the bytes are counted."""
    program = generated(LAYERS["wide, stride 2, s8"]().write(tmp_path))
    item, size = program.operators[0], 2 * 63 * 16
    assert uncovered(program) == [] and len(item.epochs) == 2
    for epochs, what in ((item.epochs[:1] * 2, f"{size:,} twice"), (item.epochs[1:] * 2, f"{size - 32:,} twice")):
        broken = dataclasses.replace(item, epochs=epochs)
        (found,) = uncovered(dataclasses.replace(program, operators=(broken, *program.operators[1:])))
        assert found.endswith(what) and " never, " in found


BESIDE: dict[str, Callable[[], Small]] = {
    "1x1": lambda: Small((24, 24, 16), zero=5).convolve(96, zero=4),
    "1x1, to both formats": lambda: Small((24, 24, 16)).convolve(64).convolve(32).add(),
    "chains of two": lambda: Small((24, 24, 48), zero=5).convolve(72, zero=4),
    "depthwise": lambda: Small((20, 20, 48)).convolve(0, 3, depthwise=True),
    "depthwise, sets that share features": lambda: Small((20, 20, 40), zero=5).convolve(
        0, 3, 2, zero=4, depthwise=True
    ),
    "branches": lambda: Small((20, 20, 16), zero=3).branches(3, (64, 48), zero=4).convolve(32),
    "tiles": lambda: Small((6, 700, 3)).convolve(24, 3, 2),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BESIDE)
def test_two_chains_of_one_layer_are_as_near_as_predicted(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However little it saves here."""
    model = BESIDE[name]().write(tmp_path)
    monkeypatch.setattr("ingot.st.npu.codegen.ways.LEAST_SAVED", 0)
    found = checked(model)
    assert any(part.chains > 1 for choice in found.program.found.choices.values() for part in choice.parts)
    assert found.proof.holds and not found.strange and not found.wrong
    assert any(form.category == "beside" for epoch in found.program.epochs for form in forms_of(epoch))


def test_what_is_joined_is_written_to_its_place(tmp_path: Path) -> None:
    """No epoch copies it, and who reads a half of a tensor reads it where it is."""
    program = generated(LAYERS["halves"]().write(tmp_path))
    assert [(item.op.kind, len(item.epochs)) for item in program.operators] == [
        ("CONV_2D", 1),
        ("STRIDED_SLICE", 0),
        ("STRIDED_SLICE", 0),
        ("CONV_2D", 1),
        ("CONCATENATION", 0),
        ("CONV_2D", 1),
    ]
    assert all(item.on_npu for item in program.operators) and uncovered(program) == []
    joined = program.operators[4].op.outputs[0]
    assert {program.layout.place(tensor).home for item in program.operators[:5] for tensor in item.op.outputs} == {
        joined
    }
    assert [program.layout.place(item.op.outputs[0]).offset for item in program.operators[:5]] == [0, 0, 16, 32, 0]


def test_what_somebody_else_reads_is_copied(tmp_path: Path) -> None:
    """The second input of the network, and what the CPU reads, have places of their own."""
    program = generated(LAYERS["joined channels"]().write(tmp_path))
    assert [len(item.epochs) for item in program.operators] == [2]
    assert not program.layout.nested


def test_a_zero_point_in_the_bias_changes_nothing_but_the_way(tmp_path: Path) -> None:
    """192 channels of s8 need sums in memory; as u8 one chain does."""
    model = Small((3, 3, 192), zero=9).convolve(32, zero=4).write(tmp_path)
    found = {fold: checked(model, fold=fold) for fold in (False, True)}
    assert all(item.program.epochs and not item.wrong and item.proof.holds for item in found.values())
    loops = {fold: sum(form == SUMS for _, form in item.program.places) for fold, item in found.items()}
    assert loops == {False: 1, True: 0}
    assert found[True].program.operators[0].error < found[False].program.operators[0].error


def test_layers_of_the_cpu_part_the_blobs(tmp_path: Path) -> None:
    """What the CPU makes in between is written before the next blob reads it, as u8 after an epoch that adds 128."""
    found = checked(Small((4, 4, 32)).convolve(32).other().convolve(16).add().write(tmp_path))
    assert list(found.program.blobs()) == ["_ec_blob_1", "_ec_blob_4"]
    assert [len(item.epochs) for item in found.program.operators] == [2, 0, 0, 2]
    assert [item.sharing for item in found.program.operators] == [-1, -1, 3, -1]
    assert found.program.operators[1].refused == "HARD_SWISH is not one of the operators that are generated"
    assert found.proof.holds and not found.wrong


def test_units_rest_for_an_epoch_where_there_are_enough(tmp_path: Path) -> None:
    model = Small((8, 8, 16)).convolve(32).convolve(0, 3, depthwise=True).convolve(16).largest().write(tmp_path)
    for one, other in itertools.pairwise(generated(model).epochs):
        for kind in ("STRENG", "CONVACC", "ARITH", "POOL"):
            before, after = ({unit for unit in epoch.units if unit.kind == kind} for epoch in (one, other))
            assert len(before & after) == max(0, len(before) + len(after) - COUNTS[kind])


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = (generated(LAYERS["1x1, chain"]().write(tmp_path)) for _ in range(2))
    assert one.weights == other.weights and one.epochs
    assert blob_of_epochs(one.epochs) == blob_of_epochs(other.epochs)


#: (unit's kind, field, change of its value): none of them leaves an epoch that public builds could have.
MUTATIONS = [
    ("CONVACC", "NOSUM", 1),
    ("CONVACC", "NO1SUM", 1),
    ("CONVACC", "SIMD", 1),
    ("CONVACC", "GEN1SUM", 1),
    ("CONVACC", "FUNSIGNED", 1),
    ("CONVACC", "DEEPMODE", 1),
    ("CONVACC", "KSETEN", 1),
    ("CONVACC", "SAT", 1),
    ("CONVACC", "OBYTES", 1),
    ("CONVACC", "NR", 3),
    ("CONVACC", "BTCDEPTH", 5),
    ("CONVACC", "KH", 1),
    ("CONVACC", "HSTRD", 1),
    ("CONVACC", "TPAD", 2),
    ("CONVACC", "OUTSHIFT", 29),
    ("ARITH", "CNT2", 1),
    ("ARITH", "SAT", 1),
    ("ARITH", "COEFFA", 1),
    ("ARITH", "OBYTES", 1),
    ("ARITH", "XFBYTES", 3),
    ("STRENG", "SIGNEXT", 1),
    ("STRENG", "CACHEABLE", 1),
    ("STRENG", "RAW_OUT", 1),
    ("STRENG", "LIMITADDR", -60),
]


def mutated(epoch: HardwareEpoch, kind: str, name: str, change: int) -> Iterator[HardwareEpoch]:
    """The epoch with one field of one unit changed: a bit flipped, or a number added."""
    field = FIELDS[kind][name]
    for unit, registers in epoch.units.items():
        if unit.kind == kind and field.word in registers.words:
            value = field.get(registers[field.word])
            other = value ^ change if field.mask >> field.lsb == 1 else value + change
            word = registers[field.word] & ~field.mask | field.put(other & (field.mask >> field.lsb))
            units: dict[Unit, Registers] = dict(epoch.units)
            units[unit] = Registers(dict(registers.words) | {field.word: word})
            yield dataclasses.replace(epoch, units=units)


def test_single_changes_leave_the_table(tmp_path: Path) -> None:
    """At least 22 of 24 kinds are found in every unit that they hit: by the table, or by what flows."""
    missed = set()
    for name in ("first", "1x1, deep", "depthwise, s8", "block"):
        for epoch in generated(LAYERS[name]().write(tmp_path)).epochs:
            for kind, field, change in MUTATIONS:
                for other in mutated(epoch, kind, field, change):
                    with contextlib.suppress(IngotError):  # links and streams that cannot be
                        flow = wrong_lengths(other, streams_of(other), links_of(other))
                        if not flow and not public().strange(other):
                            missed.add((kind, field))
    assert len(MUTATIONS) == 24
    assert len(missed) <= 2, missed


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 32), fold=st.booleans())
def test_any_graph_agrees_or_is_refused_by_name(seed: int, fold: bool, tmp_path: Path) -> None:
    found = checked(random_graph(seed).write(tmp_path), fold=fold, samples=1)
    assert all(item.refused or item.view or item.on_npu for item in found.program.operators)
    assert found.proof.holds and not found.strange and not found.wrong
