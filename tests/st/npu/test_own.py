# SPDX-License-Identifier: Apache-2.0
"""A network with npu=1 read again from its files: proof, kinds of epochs, and a board's dump against the prediction."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board.target import open_board
from ingot.compiler.compile import CompileOptions, compile_file
from ingot.device.npu.dump import compare, dump_text
from ingot.device.run.host import HostNetwork
from ingot.model.model_file import read_model_file
from ingot.network.c_info import read_c_info
from ingot.st.npu.checked import check_npu
from ingot.st.npu.codegen.offload import NpuOffload
from ingot.st.npu.codegen.target import target_of
from ingot.st.npu.kinds import kind_of
from ingot.st.npu.own import open_build
from ingot.st.npu.public import public
from support.host_library import needs_cc
from support.npu_graphs import Small
from support.session import session_folder


@pytest.fixture(scope="module")
def folder() -> Path:
    """Two programs with a layer of the CPU in between."""
    found = session_folder("npu")
    model = Small((4, 4, 32)).convolve(32).other().convolve(16).add().write(found)
    board, pools = open_board(ROOT / "boards" / "n6dk" / "board.yaml")
    offload = NpuOffload(target_of(board, pools), public())
    compile_file(read_model_file(model), pools, CompileOptions(npu="1"), offload).write(found)
    return found


def test_check_proves_what_is_flashed(folder: Path) -> None:
    found = check_npu(folder, "network")
    assert found is not None and found.facts["proven"]
    assert found.lines[0].startswith("NPU: 4 epochs of network, proven on the level of registers: ")
    assert len(found.facts["cost"]["epochs"]) == 4 and found.facts["cost"]["estimated"]


@pytest.mark.parametrize(
    ("kind", "what"),
    [("blob", "has no head of a blob|is no blob|blob"), ("address", "which is no buffer of that epoch")],
)
def test_check_finds_a_damaged_program(kind: str, what: str, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    network = read_c_info(tmp_path / "network_c_info.json")
    raw = tmp_path / network.initializers[0].file
    data = bytearray(raw.read_bytes())
    place = next(buffer for buffer in network.buffers if buffer.name.startswith("NPU program"))
    if kind == "blob":
        data[place.offset] ^= 1
    else:
        reading = network.pool(network.inputs[0].pool).base or 0
        at = data.index((reading + network.inputs[0].offset).to_bytes(4, "little"), place.offset)
        data[at : at + 4] = (reading + network.inputs[0].offset + 32).to_bytes(4, "little")
    raw.write_bytes(data)
    with pytest.raises(IngotError, match=what):
        check_npu(tmp_path, "network")


def test_a_read_of_what_several_epochs_wrote(tmp_path: Path) -> None:
    """Rows of two tensors that were joined, and a part of both: each row of the description is one epoch's."""
    small = Small((4, 4, 8), zero=3).add().join(1, 3).slice((2, 0, 0), (4, 4, 8)).add()
    board, pools = open_board(ROOT / "boards" / "n6dk" / "board.yaml")
    outputs = compile_file(
        read_model_file(small.write(tmp_path)),
        pools,
        CompileOptions(npu="only"),
        NpuOffload(target_of(board, pools), public(), only=True),
    )
    outputs.write(tmp_path)
    found = check_npu(tmp_path, "network")
    assert found is not None and found.facts["proven"]
    joined = [b.name for b in open_build(tmp_path).source.buffers if b.name.startswith("joined_")]
    assert len(joined) == 1


def test_each_epoch_has_a_kind(folder: Path) -> None:
    assert [kind_of(epoch) for epoch in open_build(folder).epochs] == [
        "other scale or format",
        "convolution 1x1 deep 8 bits",
        "other scale or format",
        "convolution 1x1 deep 8 bits + sum of two",
    ]


@needs_cc
def test_a_dump_confirms_kinds_of_epochs(folder: Path) -> None:
    """What the host's run leaves in memory stands for a board."""
    host = HostNetwork(folder)
    chance = np.random.default_rng(1)
    values = {port.name: chance.integers(-128, 128, port.shape).astype(np.int8) for port in host.network.inputs}
    seen = host.trace(list(values.values())) | values
    (table,) = (buffer for buffer in host.network.buffers if buffer.name.startswith("parameters of "))
    entries = (folder / host.network.initializers[0].file).read_bytes()[table.offset : table.offset + table.size]
    made, by_cpu = (buffer.name for buffer in host.network.buffers if buffer.role == "activation")
    dump = {name: array.tobytes() for name, array in seen.items()}
    dump[by_cpu] = bytes(entries[byte] for byte in dump[made])  # in place: what the trace saw was there before
    build = open_build(folder)
    dump = {name: data for name, data in dump.items() if name in {buffer.name for buffer in build.source.buffers}}
    found = compare(build, dump)
    assert found.equal and found.bytes
    verdicts = {item.kind: item.verdict for item in found.kinds}
    assert verdicts["other scale or format"] == "not confirmed: no buffer of it in the dump"
    assert verdicts["convolution 1x1 deep 8 bits"] == "confirmed: 512 bytes of 1 epochs"
    assert verdicts["convolution 1x1 deep 8 bits + sum of two"].startswith("confirmed: 256 bytes of 1 epochs")
    last = host.network.outputs[0].name
    dump[last] = bytes([dump[last][0] ^ 4]) + dump[last][1:]
    changed = compare(build, dump)
    assert not changed.equal
    assert "sum of two (1 epochs): not as predicted: 1 of 256 bytes" in dump_text(changed)


def test_a_dump_without_the_cpus_tensors_is_refused(folder: Path) -> None:
    network = read_c_info(folder / "network_c_info.json")
    inputs = {port.name: bytes(port.size) for port in network.inputs}
    with pytest.raises(IngotError, match="which the CPU makes for the NPU"):
        compare(open_build(folder), inputs | {network.outputs[0].name: bytes(256)})
