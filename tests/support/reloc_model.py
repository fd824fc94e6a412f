# SPDX-License-Identifier: Apache-2.0
"""Relocatable images of models, and the firmware that runs them on the n6dk's emulated twin, without a build tool."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ingot.board import Board, Mpool, find_board, load_board, twin_of, twin_pools
from ingot.board.fit import load_pools
from ingot.compiler.compile import CompileOptions, compile_file, compile_model
from ingot.image.image import Image, split_image
from ingot.image.link import image_of_elf
from ingot.image.places import reloc_places
from ingot.image.pools import ImagePools, image_pools, relocatable_pools
from ingot.image.source import ImageOptions, reloc_linker_script, reloc_source
from ingot.link import toolchain
from ingot.link.linker_script import LinkSettings, linker_script
from ingot.model.model_file import read_model_file
from ingot.network.types import Network
from ingot.recipe.network import NetworkBuild
from ingot.recipe.options import default_options
from ingot.recipe.request import Request
from ingot.st.npu.codegen.offload import NpuOffload
from ingot.st.npu.codegen.target import target_of
from ingot.st.npu.public import public
from support.images import sealed
from support.kernel_objects import kernel_objects
from support.session import session_folder

RUNTIME = toolchain.ROOT / "firmware" / "runtime"
FOLDERS = (toolchain.NPU_INCLUDE, *toolchain.INCLUDE_DIRS)
INCLUDE = [toolchain.ROOT / folder for folder in FOLDERS]
SHARED = ("ingot_reloc_image.c", "ingot_initializer.c")


@functools.cache
def n6dk() -> tuple[Board, Mpool]:
    """The twin and its pools."""
    board = load_board(find_board("n6dk", toolchain.ROOT / "boards"))
    twin = twin_of(board)
    return twin, twin_pools(board, twin, load_pools(board))


@functools.cache
def support_objects() -> tuple[Path, ...]:
    """The support code of images, position-independent, once for a process of the tests."""
    folder = session_folder("image-support")
    targets = tuple(folder / f"{Path(name).stem}.o" for name in SHARED)
    for name, target in zip(SHARED, targets, strict=True):
        subprocess.run(_command(RUNTIME / name, target, "kernels"), check=True)
    return targets


def image_objects(network: Network) -> list[Path]:
    """The kernels that a network calls and the support code, position-independent."""
    flags = toolchain.image_compile_flags("cortex-m55")
    return [*support_objects(), *kernel_objects(network.kernels, "cortex-m55", flags, ImageOptions().defines())]


def _command(source: Path, target: Path, role: str, pic: bool = True) -> list[str]:
    command = toolchain.compile_command(source, target, "cortex-m55", role, INCLUDE, ImageOptions().defines())
    return [*command, *toolchain.image_compile_flags("cortex-m55", True, pic)]


@dataclass(frozen=True)
class RelocModel:
    """image: as the ELF file gives it. file: whole and sealed. split, params: the same in two files."""

    network: Network
    pools: ImagePools
    image: Image
    elf: Path
    file: Path
    split: Path
    params: Path


def build_image(
    model: Path,
    folder: Path,
    name: str = "network",
    change: Callable[[Mpool], Mpool] = lambda pools: pools,
    options: ImageOptions | None = None,
    io: Mapping[str, str] | None = None,
    npu: bool = False,
) -> RelocModel:
    """change: what the pools are to be before the weights become relative. io: further CompileOptions. npu: layers run
    on the NPU, quicker or not, and the weights are copied."""
    options = options or ImageOptions()
    folder.mkdir(parents=True, exist_ok=True)
    twin, mpool = n6dk()
    mpool = relocatable_pools(twin, change(mpool), npu)
    if npu:
        offload = NpuOffload(target_of(twin, mpool), public())
        outputs = compile_file(read_model_file(model), mpool, CompileOptions(name=name, npu="1"), offload)
        outputs.write(folder)
        network = outputs.network
    else:
        network = compile_model(model, mpool, folder, CompileOptions(name=name, **(io or {})))
    raws = {item.file: (folder / item.file).read_bytes() for item in network.initializers}
    pools = image_pools(network, raws)
    source, script = folder / "rel.c", folder / "rel.ld"
    source.write_text(reloc_source(network, pools, options))
    script.write_text(reloc_linker_script(network, pools))
    objects = [folder / "network.o", folder / "rel.o"]
    if npu:
        objects.append(folder / "npu_cache.o")
        subprocess.run(_command(toolchain.ROOT / toolchain.NPU_CACHE, objects[-1], "network"), check=True)
    subprocess.run(_command(folder / f"{name}.c", objects[0], "network"), check=True)
    subprocess.run(_command(source, objects[1], "network", pic=False), check=True)
    elf = folder / "rel.elf"
    flags = toolchain.image_link_flags("cortex-m55")
    words = [toolchain.tool(), *objects, *image_objects(network), *flags, f"-Wl,-T,{script}", "-lgcc", "-o", elf]
    subprocess.run([str(word) for word in words], check=True)
    image = image_of_elf(elf, pools.params, options.runtime_abi)
    parts, params = split_image(image)
    files = {"whole.bin": sealed(image.to_bytes()), "params.bin": params}
    files["split.bin"] = sealed(parts.to_bytes(), params=params)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return RelocModel(network, pools, image, elf, folder / "whole.bin", folder / "split.bin", folder / "params.bin")


def without_pools(*names: str) -> Callable[[Mpool], Mpool]:
    """The pools less those of these names."""

    def changed(mpool: Mpool) -> Mpool:
        return replace(mpool, pools=tuple(replace(p, size=0) if p.name in names else p for p in mpool.pools))

    return changed


@functools.cache
def model_host(app: str = "model_host", npu: bool = False) -> Path:
    """The firmware, or another one that installs images, linked once for the whole test session. npu: with the driver
    of the twin's NPU."""
    folder = session_folder(f"{app}-npu" if npu else app)
    twin, mpool = n6dk()
    (folder / "reloc_places.h").write_text(reloc_places(twin, mpool))
    options = default_options().changed(npu="1") if npu else default_options()
    request = Request("-.tflite", "n6dk", str(folder), twin=True, app=app, options=options)
    build = NetworkBuild(request, model="-.tflite")
    include = [folder, *(Path(name) for name in build.folders)]
    objects = []
    for source in map(Path, (*build.application, *build.runtime, *build.startup)):
        target = folder / f"{source.parent.name}_{source.stem}.o"
        command = toolchain.compile_command(source, target, twin.core, "firmware", include, build.defines)
        subprocess.run([*command, "-Werror"], check=True)
        objects.append(target)
    script = folder / "firmware.ld"
    empty = Network("network", "none", "", "builtin", "0", (), (), (), (), ())
    script.write_text(linker_script(twin, mpool, empty, LinkSettings(heap=64 << 10)))
    elf = folder / "firmware.elf"
    subprocess.run(toolchain.link_command(objects, elf, twin.core, script), check=True)
    return elf
