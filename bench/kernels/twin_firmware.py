# SPDX-License-Identifier: Apache-2.0
"""A model as a firmware of a board's emulated twin, and what every epoch of it costs."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ingot.board import find_board
from ingot.board.target import open_board
from ingot.device.run.inputs import random_inputs
from ingot.device.run.qemu import Image
from ingot.device.run.twin import TwinRun, emulate, images_of
from ingot.link import toolchain
from ingot.link.linker_script import LinkSettings, linker_script
from ingot.link.sources import kernel_sources
from ingot.model.asked import Asked
from ingot.network.types import Network
from ingot.recipe.network import NetworkBuild
from ingot.recipe.request import Request
from ingot.steps.compile import compile_network
from ingot.steps.link import io_bytes


@dataclass(frozen=True)
class Built:
    """A network as the `validate` firmware of a board's twin. kernels: object file of every kernel."""

    network: Network
    elf: Path
    images: list[Image]
    machine: str
    kernels: tuple[Path, ...]


@dataclass(frozen=True)
class Measured:
    """A network and one inference of it. kernels: object file of every kernel."""

    network: Network
    run: TwinRun
    kernels: tuple[Path, ...]


def measure(model: Path, board_name: str, folder: Path, *, fuse: bool, weights_4bit: str = "keep") -> Measured:
    """Builds the firmware in `folder` and runs it once. Raises IngotError."""
    built = build(model, board_name, folder, fuse=fuse, weights_4bit=weights_4bit)
    sample = random_inputs([(buffer.shape, buffer.dtype) for buffer in built.network.inputs], 1)
    run = emulate(built.elf, built.images, built.network, [sample], machine=built.machine)
    return Measured(built.network, run, built.kernels)


def build(
    model: Path,
    board_name: str,
    folder: Path,
    *,
    fuse: bool,
    weights_4bit: str = "keep",
    optimize: str = "balanced",
    shared: Path | None = None,
) -> Built:
    """The firmware, in `folder`. shared: a folder for object files of kernels, which are used again. Raises
    IngotError."""
    board_file = find_board(board_name, toolchain.ROOT / "boards")
    twin, pools = open_board(board_file, twin=True)
    outputs = [folder / "network.c"]
    asked = Asked(fuse=fuse, weights_4bit=weights_4bit, optimize=optimize)
    network = compile_network(model, board_file, outputs, twin=True, asked=asked)
    build = NetworkBuild(Request(str(model), board_name, str(folder), twin=True, app="validate"), model=str(model))
    script = folder / "firmware.ld"
    script.write_text(linker_script(twin, pools, network, LinkSettings(heap=twin.heap + io_bytes(network))))
    defines = {"INGOT_NETWORK": network.name, **toolchain.startup_defines(icache=True, dcache=True)}
    include = [folder, *map(Path, build.folders)]
    used = [path for path in kernel_sources() if path.name in network.kernels]
    sources = [Path(name) for name in (*build.application, *build.runtime, *build.startup)]
    jobs = [(path, "firmware") for path in sources] + [(folder / f"{network.name}.c", "network")]
    jobs += [(path, "kernels") for path in used]

    def compile_one(job: tuple[Path, str]) -> Path:
        source, role = job
        target = (shared if shared and role == "kernels" else folder) / f"{role}-{source.stem}.o"
        if shared and role == "kernels" and target.exists():
            return target
        command = toolchain.compile_command(source, target, twin.core, role, include, defines)
        subprocess.run(command, check=True)
        return target

    with ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(compile_one, jobs))
    elf = folder / "firmware.elf"
    subprocess.run(toolchain.link_command(objects, elf, twin.core, script), check=True)
    kernels = tuple(path for path in objects if path.name.startswith("kernels-"))
    return Built(network, elf, images_of(network, folder), twin.machine, kernels)
