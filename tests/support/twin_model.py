# SPDX-License-Identifier: Apache-2.0
"""A model file as a firmware of the n6dk's emulated twin, built without a build tool."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingot.board import find_board, load_board, twin_of, twin_pools
from ingot.board.fit import load_pools
from ingot.compiler.compile import CompileOptions, compile_file, compile_model
from ingot.device.run.qemu import Image
from ingot.device.run.twin import images_of
from ingot.link import toolchain
from ingot.link.linker_script import LinkSettings, linker_script
from ingot.link.sources import application_extras
from ingot.model.model_file import read_model_file
from ingot.network.types import Network
from ingot.st.npu.codegen.offload import NpuOffload
from ingot.st.npu.codegen.target import target_of
from ingot.st.npu.public import public
from ingot.steps.link import io_bytes
from support.alignment import CHECKS
from support.firmware import VALIDATE, base_objects, compile_c
from support.kernel_objects import kernel_objects


@dataclass(frozen=True)
class TwinModel:
    """What ingot.device.run.verify needs. machine: QEMU's name of the twin."""

    elf: Path
    images: list[Image]
    network: Network
    machine: str


def application(app: Path) -> tuple[list[Path], list[Path]]:
    """The C files of an application's folder for the twin with those that its application.json names; its includes."""
    include = application_extras(app).get("include", [])
    return toolchain.application_sources(app, twin=True), [toolchain.ROOT / name for name in include]


def build_for_twin(
    model: Path,
    folder: Path,
    options: CompileOptions | None = None,
    app: Path = VALIDATE,
    header: Callable[[Network], str] | None = None,
    checked: bool = False,
    board_file: Path | None = None,
) -> TwinModel:
    """Compiles, links and returns everything that runs it.

    app: folder of the application. header: what app_config.h shall be for the network, where the application has one.
    checked: with kernels that stop at a pointer that is not aligned (support.alignment).
    With npu=1 the NPU runs all that it can, even where the CPU would be quicker.
    board_file: of the board, n6dk without; options say for which core the network is compiled.
    """
    board = load_board(board_file or find_board("n6dk", toolchain.ROOT / "boards"))
    twin = twin_of(board)
    pools = twin_pools(board, twin, load_pools(board))
    options = options or CompileOptions()
    npu = options.npu != "0"
    if npu:
        offload = NpuOffload(target_of(twin, pools), public(), only=options.npu == "only")
        outputs = compile_file(read_model_file(model), pools, options, offload)
        outputs.write(folder)
        network = outputs.network
    else:
        network = compile_model(model, pools, folder, options)
    if header is not None:
        (folder / "app_config.h").write_text(header(network))
    script = folder / "firmware.ld"
    script.write_text(linker_script(twin, pools, network, LinkSettings(heap=io_bytes(network))))
    sources, include = application(app)
    include += [toolchain.ROOT / toolchain.NPU_INCLUDE] if npu else []
    sources += [table for table in [folder / "user_mel_tables.c"] if table.exists()]
    sources.append(folder / f"{network.name}.c")
    defines = {"INGOT_NETWORK": network.name} if app == VALIDATE else {}  # elsewhere a macro of ingot_network.h
    objects = [
        compile_c(source, folder / f"{source.stem}.o", defines, board.core, [folder, *include]) for source in sources
    ]
    elf = folder / "firmware.elf"
    kernels = kernel_objects(network.kernels, board.core, CHECKS if checked else ())
    command = toolchain.link_command([*base_objects(board.core, npu), *objects, *kernels], elf, twin.core, script)
    subprocess.run(command, check=True)
    return TwinModel(elf, images_of(network, folder), network, twin.machine)
