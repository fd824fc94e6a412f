# SPDX-License-Identifier: Apache-2.0
"""Building small firmwares for the emulated mps3-an547 in tests, without board files or a build tool."""

from __future__ import annotations

import functools
import shutil
import struct
import subprocess
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from ingot.board.cores import core_named, machine_named
from ingot.device.run.qemu import Image
from ingot.link import toolchain
from ingot.network.types import Initializer, Network, NetworkBuffer
from support.session import session_folder

FIXTURE = Path(__file__).resolve().parents[1] / "firmware" / "fixture"
LAYOUT = bytes(range(1, 9))
WEIGHTS_AT = 0x70380000
VALIDATE = toolchain.ROOT / "firmware" / "apps" / "validate"

needs_gcc = pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed")
needs_qemu = pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="qemu-system-arm is not installed")


def compile_c(
    source: Path,
    target: Path,
    defines: Mapping[str, str | int] | None = None,
    cpu: str = "cortex-m55",
    include: Sequence[Path] = (),
) -> Path:
    """Compiles one file with warnings as errors."""
    folders = [*include, *(toolchain.ROOT / folder for folder in toolchain.INCLUDE_DIRS), source.parent]
    command = toolchain.compile_command(source, target, cpu, include=folders, defines=defines)
    subprocess.run([*command, "-Werror", "-Wpedantic"], check=True)
    return target


@functools.cache
def base_objects(cpu: str = "cortex-m55", npu: bool = False) -> tuple[Path, ...]:
    """Runtime, startup and twin, compiled once for the whole test session. npu: with the twin's driver of the NPU."""
    folder = session_folder("base")
    sources = (*toolchain.RUNTIME_SOURCES, *toolchain.STARTUP_SOURCES, *toolchain.TWIN_SOURCES)
    sources += toolchain.NPU_SOURCES[True] if npu else ()
    include = [toolchain.ROOT / toolchain.NPU_INCLUDE] if npu else []
    defines = toolchain.startup_defines(icache=True, dcache=True) | ({"INGOT_NPU": 1} if npu else {})
    return tuple(
        compile_c(toolchain.ROOT / source, folder / f"{Path(source).stem}.o", defines, cpu, include)
        for source in sources
    )


def link(
    folder: Path,
    sources: Sequence[Path],
    defines: Mapping[str, str | int] | None = None,
    include: Sequence[Path] = (),
    cpu: str = "cortex-m55",
) -> Path:
    """Compiles `sources` and links them with the base into folder/firmware.elf, for the machine with that core."""
    objects = [
        compile_c(source, folder / f"{i}_{source.stem}.o", defines, cpu, include) for i, source in enumerate(sources)
    ]
    elf = folder / "firmware.elf"
    subprocess.run(toolchain.link_command([*base_objects(cpu), *objects], elf, cpu, _script(folder, cpu)), check=True)
    return elf


def _script(folder: Path, cpu: str) -> Path:
    """The linker script for the machine that has the core; one that boots from its flash differs by addresses alone."""
    machine = machine_named(core_named(cpu).machine)
    if machine.boot_stub:
        return FIXTURE / "twin.ld"
    text = (FIXTURE / "twin_m7.ld").read_text()
    script = folder / "twin.ld"
    script.write_text(text.replace("0x00000000", machine.flash).replace("0x20000000", machine.ram))
    return script


def validate_firmware(folder: Path, behaviour: int = 0) -> Path:
    """The validate application with the hand-written network of the fixture."""
    sources = [*toolchain.application_sources(VALIDATE, twin=True), FIXTURE / "network.c"]
    return link(folder, sources, {"BEHAVIOUR": behaviour})


def initializer(payload: bytes, layout: bytes = LAYOUT, magic: bytes = b"IGT1", form: int = 1) -> bytes:
    """An initializer file: the header of docs/architecture.md and the payload."""
    return struct.pack("<4sI8sII40x", magic, form, layout, 64 + len(payload), zlib.crc32(payload)) + payload


def write_weights(folder: Path, content: bytes) -> list[Image]:
    file = folder / "network_atonbuf.xSPI2.raw"
    file.write_bytes(content)
    return [Image(file, WEIGHTS_AT)]


def fixture_network() -> Network:
    """The description of the fixture's network."""
    return Network(
        name="network",
        model="fixture",
        model_sha256="",
        compiler="builtin",
        compiler_version="0",
        pools=(),
        buffers=(
            NetworkBuffer("in", "cpuRAM2", 0, 16, (1, 16), "int8", "input", (0, 0)),
            NetworkBuffer("out", "cpuRAM2", 64, 16, (1, 16), "int8", "output", (1, 1)),
        ),
        epochs=(),
        layers=(),
        initializers=(Initializer("octoFlash", "network_atonbuf.xSPI2.raw", WEIGHTS_AT, 80, 0),),
    )
