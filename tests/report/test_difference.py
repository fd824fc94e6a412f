# SPDX-License-Identifier: Apache-2.0
"""What `ingot watch` says of two builds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from ingot.network.c_info_writing import render_c_info
from ingot.network.types import Initializer, Network, NetworkBuffer, NetworkEpoch, NetworkLayer, NetworkPool
from ingot.report.difference import difference, figures_of

NETWORK = Network(
    name="network",
    model="m",
    model_sha256="",
    compiler="builtin",
    compiler_version="1",
    pools=(
        NetworkPool("ram", "RAM", 0x34200000, 4096, 300, "ACC_WRITE"),
        NetworkPool("flash", "xSPI2", 0x70380000, 8192, 500, "ACC_READ"),
    ),
    buffers=(NetworkBuffer("t", "ram", 0, 300, (1, 300), "int8", "activation", (1, 1)),),
    epochs=(NetworkEpoch(1, "SW", ("conv",), 9, (0,)),),
    layers=(NetworkLayer(0, "CONV_2D", "t", (1, 300), 0, 0, 9, (), 1), NetworkLayer(1, "ADD", "u", (1,), 0, 0, 0, ())),
    initializers=(Initializer("flash", "w.raw", 0x70380000, 500, 0),),
    peak=300,
)


def written(folder: Path, network: Network, pool: int, cycles: int = 0) -> Path:
    """A build's files."""
    (folder / "twin").mkdir(parents=True)
    (folder / "network_c_info.json").write_text(render_c_info(network))
    summary = {
        "application": [{"used": 40}],
        "pools": [{"name": "ram", "used": pool}, {"name": "flash", "used": 500}],
        "slots": [{"used": 7}],
    }
    (folder / "summary.json").write_text(json.dumps(summary))
    if cycles:
        (folder / "twin" / "epochs.json").write_text(json.dumps({"epochs": [5], "cycles": [cycles]}))
    return folder


def test_ram_flash_cycles_and_layers(tmp_path: Path) -> None:
    before = figures_of(written(tmp_path / "a", NETWORK, 300, 1000), True)
    layers = (replace(NETWORK.layers[0], shape=(1, 200)), NetworkLayer(1, "SUB", "v", (1,), 0, 0, 0, ()))
    smaller = replace(NETWORK, layers=layers, buffers=(replace(NETWORK.buffers[0], size=200, shape=(1, 200)),))
    after = figures_of(written(tmp_path / "b", smaller, 200, 1500), True)
    assert before and after and (before.ram, before.flash, before.cycles) == (340, 507, 1000)
    assert difference(before, after) == [
        "RAM          240 bytes (-100)",
        "flash        507 bytes (as before)",
        "cycles       1,500 estimated (+500)",
        "layers       1 new: v",
        "layers       1 gone: u",
        "layers       1 changed: t",
        "tensors      activation t -100",
    ]


def test_the_same_build_again(tmp_path: Path) -> None:
    same = figures_of(written(tmp_path / "a", NETWORK, 300, 900), False)
    assert same and difference(same, same) == [
        "RAM          340 bytes (as before)",
        "flash        507 bytes (as before)",
        "cycles       not estimated (profile=1 does)",
    ]
    assert figures_of(tmp_path, True) is None
