# SPDX-License-Identifier: Apache-2.0
"""npu=1: layers on the NPU inside of a network, the others on the CPU, with the interface that every network.c has."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board.target import open_board
from ingot.compiler.compile import CompileOptions, compile_file
from ingot.compiler.output_names import output_names
from ingot.device.run.host import HostNetwork
from ingot.device.run.oracle import Reference
from ingot.model.model_file import read_model_file
from ingot.network.types import Network
from ingot.st.npu.codegen.offload import NpuOffload
from ingot.st.npu.codegen.target import target_of
from ingot.st.npu.container import read_blob
from ingot.st.npu.machine import Machine
from ingot.st.npu.public import public
from support.host_library import needs_cc
from support.npu_graphs import Small, random_graph

BOARD = ROOT / "boards" / "n6dk" / "board.yaml"

MIXED: dict[str, Callable[[], Small]] = {
    "all on the NPU": lambda: Small((6, 6, 8)).convolve(16).convolve(0, 3, depthwise=True).convolve(24, zero=3),
    "the CPU in between": lambda: Small((4, 4, 32)).convolve(32).other().convolve(16).add(),
    "the CPU first and last": lambda: Small((4, 4, 16), zero=3).other().add().other(),
    "refused when all has its place": lambda: Small((5, 3, 12)).largest().add(),
    "a sum with what the CPU makes": lambda: Small((4, 4, 32)).convolve(32, zero=4).add(by_cpu=True).other(),
    "joined, for the CPU": lambda: Small((4, 5, 16), zero=3).halves(32).other().branches(3, (8, 16)),
    "wide, with copies": lambda: Small((4, 500, 8), zero=3).convolve(0, 3, zero=2, depthwise=True).other(),
    "a view on the border": lambda: Small((4, 4, 16)).convolve(16).mean(-128).dense(16).other(),
}


def compiled(model: Path, folder: Path, seed: str = "network", *, only: bool = False) -> Network:
    """Compiles for the NPU of a board, into a folder: whatever it can run, even where the CPU would be quicker."""
    board, pools = open_board(BOARD)
    options = CompileOptions(name=seed, npu="only" if only else "1")
    offload = NpuOffload(target_of(board, pools), public(), only=only)
    outputs = compile_file(read_model_file(model), pools, options, offload)
    outputs.write(folder)
    return outputs.network


def random_input(network: Network, seed: int) -> list[np.ndarray]:
    chance = np.random.default_rng(seed)
    return [chance.integers(-128, 128, port.shape).astype(np.int8) for port in network.inputs]


@needs_cc
@pytest.mark.parametrize("name", MIXED)
def test_a_mixed_network_is_near_the_model(name: str, tmp_path: Path) -> None:
    model = MIXED[name]().write(tmp_path)
    network = compiled(model, tmp_path)
    kinds = [epoch.kind for epoch in network.epochs]
    host, oracle = HostNetwork(tmp_path), Reference(model, network=network)
    for seed in range(3):
        inputs = random_input(network, seed)
        apart = [
            np.abs(found.astype(int) - wanted.astype(int)).max()
            for found, wanted in zip(host.run(inputs), oracle.run(inputs), strict=True)
        ]
        assert max(apart) <= 3, (kinds, apart)
    assert "EC" in kinds and all(one != other for one, other in itertools.pairwise(kinds))
    assert kinds.count("SW") == {
        "all on the NPU": 0,
        "the CPU first and last": 2,
        "a sum with what the CPU makes": 2,
    }.get(name, 1)


def test_the_blob_of_the_weights_is_the_one_that_network_c_starts(tmp_path: Path) -> None:
    """Blob and weights are data: they stand in the initializer, 8-aligned, with 64 spare bytes in between."""
    network = compiled(MIXED["the CPU in between"]().write(tmp_path), tmp_path)
    (file,) = network.initializers
    raw = (tmp_path / file.file).read_bytes()
    text = (tmp_path / "network.c").read_text()
    starts = [line.split("octoFlash, ")[1].split(")")[0] for line in text.splitlines() if ".blob_address = (u" in line]
    assert len(starts) == 2
    for start in (int(number, 16) for number in starts):
        words = np.frombuffer(raw, "<u4", offset=start, count=2 + int.from_bytes(raw[start + 4 : start + 8], "little"))
        machine = Machine()
        machine.run(read_blob([int(word) for word in words], "blob"), "blob")
        assert start % 8 == 0 and machine.epochs
    assert "EpochBlock_Flags_blob" in text and "ingot_npu_write_back(AT(" in text


def test_new_weights_change_neither_c_nor_the_layout_id(tmp_path: Path) -> None:
    networks = []
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        small = Small((4, 4, 32), seed=seed).convolve(32).other().convolve(16).add()
        networks.append(compiled(small.write(folder), folder))
    one, other = (tmp_path / str(seed) for seed in (1, 2))
    assert networks[0].layout_id == networks[1].layout_id
    assert (one / "network.c").read_bytes() == (other / "network.c").read_bytes()
    raw = networks[0].initializers[0].file
    assert (one / raw).read_bytes() != (other / raw).read_bytes()


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 32), values=st.tuples(st.integers(0, 99), st.integers(0, 99)))
def test_new_scales_change_neither_c_nor_the_layout_id(seed: int, values: tuple[int, int], tmp_path: Path) -> None:
    """Shapes and kinds are one graph's; weights, biases, scales, and zero points that are not -128, are others."""
    found = []
    for at, value in enumerate(values):
        folder = tmp_path / str(at)
        folder.mkdir(exist_ok=True)
        network = compiled(random_graph(seed, trained=2, values=value).write(folder), folder)
        found.append((network.layout_id, (folder / "network.c").read_bytes()))
    assert found[0] == found[1]


def test_buffers_of_the_npu_have_lines_and_spare_bytes_of_their_own(tmp_path: Path) -> None:
    network = compiled(MIXED["the CPU in between"]().write(tmp_path), tmp_path)
    placed = [buffer for buffer in network.buffers if buffer.role != "param"]
    assert all(buffer.offset % 32 == 0 for buffer in placed)
    on_npu = {at for epoch in network.epochs if epoch.kind == "EC" for at in (*epoch.reads, *epoch.writes)}
    for buffer in (network.buffers[at] for at in on_npu if network.buffers[at] in placed):
        for other in placed:
            meet = buffer.epochs[0] <= other.epochs[1] and other.epochs[0] <= buffer.epochs[1]
            if meet and other.offset > buffer.offset:
                assert other.offset >= buffer.offset + buffer.size + 64


def test_only_names_every_layer_that_stays(tmp_path: Path) -> None:
    with pytest.raises(IngotError, match="npu=only: 1 layer cannot run on the NPU:\n    operator 1 "):
        compiled(MIXED["the CPU in between"]().write(tmp_path), tmp_path, only=True)
    network = compiled(MIXED["all on the NPU"]().write(tmp_path), tmp_path, only=True)
    assert [epoch.kind for epoch in network.epochs] == ["EC"]


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    model = MIXED["the CPU first and last"]().write(tmp_path)
    one, other = (tmp_path / name for name in ("one", "other"))
    compiled(model, one)
    compiled(model, other)
    assert {path.name: path.read_bytes() for path in one.iterdir()} == {
        path.name: path.read_bytes() for path in other.iterdir()
    }


@pytest.mark.slow
def test_without_the_npu_nothing_of_it_is_imported(tmp_path: Path) -> None:
    model = Small((4, 4, 16)).convolve(16).write(tmp_path)
    _, pools = open_board(BOARD)
    files = [str(tmp_path / "out" / name) for name in output_names("network", pools).all()]
    program = (
        "import sys; from pathlib import Path; from ingot.steps.compile import compile_network\n"
        f"compile_network(Path({str(model)!r}), Path({str(BOARD)!r}), [Path(name) for name in {files!r}])\n"
        "print([name for name in sys.modules if name.startswith(('ingot.st.npu', 'ingot.device.npu'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    text = (tmp_path / "out" / "network.c").read_text()
    assert "ingot_npu" not in text and "npu = " not in text and "Flags_blob" not in text
