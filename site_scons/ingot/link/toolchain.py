# SPDX-License-Identifier: Apache-2.0
"""Command lines of arm-none-eabi-gcc, as plain lists.

The flags stand once, in `toolchain/arm-none-eabi.json` and for a core in `toolchain/cores.json`, where CMake reads them
too. Everything here is cheap enough for
a build that has nothing to do.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.base.quoting import linker_words
from ingot.board.cores import core_named
from ingot.link.sources import application_extras

SETTINGS = ROOT / "toolchain" / "arm-none-eabi.json"

#: Sources of every firmware, relative to ROOT. Unused functions are dropped by the linker.
RUNTIME_SOURCES = (
    "firmware/runtime/ll_aton_runtime.c",
    "firmware/runtime/ingot_initializer.c",
    "firmware/runtime/ingot_initializer_refused.c",
    "firmware/runtime/ingot_console.c",
    "firmware/runtime/ingot_stop.c",
)
STARTUP_SOURCES = (
    "firmware/startup/vectors.c",
    "firmware/startup/startup.c",
    "firmware/startup/fault.c",
    "firmware/startup/stack.c",
)
BOARD_SOURCES = ("firmware/startup/counter_dwt.c", "firmware/startup/board_console.c")
TWIN_SOURCES = (
    "firmware/startup/boot_stub.c",
    "firmware/startup/semihosting.c",
    "firmware/startup/counter_twin.c",
    "firmware/startup/serial_twin.c",
)
#: Of a firmware with layers for the NPU: Ingot's driver, on a board and on its twin.
NPU_SOURCES = {
    False: ("firmware/npu/ingot_npu.c", "firmware/npu/npu_cache.c", "firmware/npu/npu_stm32n6.c"),
    True: ("firmware/npu/ingot_npu.c", "firmware/npu/npu_cache.c", "firmware/npu/npu_twin.c"),
}
#: Of these, what network.c calls: a relocatable image brings it along.
NPU_CACHE = "firmware/npu/npu_cache.c"
NPU_INCLUDE = "firmware/npu"
INCLUDE_DIRS = ("firmware/runtime", "firmware/startup", "firmware/kernels")


#: First letters of the variables that compiler launchers read.
LAUNCHERS = ("CCACHE_", "SCCACHE_", "DISTCC_", "ICECC", "XDG_", "HOME", "TMPDIR")


def launcher() -> str:
    """What INGOT_LAUNCHER says: a command to put before the compiler's name, such as ccache; "" for none."""
    return os.environ.get("INGOT_LAUNCHER", "")


def compiler_environment() -> dict[str, str]:
    """What a compiler's process needs of the user's environment when a shell gives it a clean one."""
    return {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith(LAUNCHERS)}


def application_sources(folder: Path, twin: bool) -> list[Path]:
    """The C files of an application's folder, and those of Ingot's that its application.json names.

    `*_twin.c` only for the emulated twin, `*_board.c` only for a board.
    """
    other = "_board" if twin else "_twin"
    further = [ROOT / name for name in application_extras(folder).get("sources", [])]
    return [path for path in (*sorted(folder.glob("*.c")), *further) if not path.stem.endswith(other)]


def board_sources(chip: str) -> list[str]:
    """Sources for a real board: those of its chip (`*_<chip>.c`), or for "" what stands for them."""
    own = sorted(path.name for path in (ROOT / "firmware" / "startup").glob(f"*_{chip}.c")) if chip else []
    return [*BOARD_SOURCES, *(f"firmware/startup/{name}" for name in own or ["serial_none.c"])]


def prefix_maps() -> list[str]:
    """Flags that keep this machine's folders out of objects."""
    return [f"-ffile-prefix-map={folder}=." for folder in sorted({os.getcwd(), str(ROOT)})]


@functools.cache
def settings() -> Mapping[str, Any]:
    """The content of toolchain/arm-none-eabi.json."""
    data: Mapping[str, Any] = json.loads(SETTINGS.read_text())
    return data


def tool(name: str = "gcc") -> str:
    """Path of a tool of the cross toolchain ("gcc", "ar", "objcopy", "size", ...).

    Raises IngotError when it is not installed.
    """
    program = f"{settings()['prefix']}{name}"
    path = shutil.which(program)
    if path is None:
        raise not_installed(program)
    return path


def not_installed(program: str) -> IngotError:
    """The message for a program of the toolchain, or for a compiler launcher, that is not on the PATH."""
    remedy = "Run ./bootstrap, or: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi"
    if not program.startswith(settings()["prefix"]):
        remedy = "Install it, or build without it: launcher= and the variable INGOT_LAUNCHER name it."
    return IngotError(f"{program} is not installed", where="toolchain", remedy=remedy)


def cpu_flags(cpu: str) -> list[str]:
    """What selects the instruction set; the same for compiling and linking. Raises IngotError for an unknown core."""
    return list(core_named(cpu).flags)


def compile_flags(cpu: str, role: str = "firmware", prefix_map: Mapping[str, str] | None = None) -> list[str]:
    """Flags to compile one C file. role: "kernels", "network" or "firmware" (speed or size).

    prefix_map: folders to be renamed in debug information, so that the same build in another folder is the same.
    """
    flags = cpu_flags(cpu) + list(settings()["compile"]) + list(settings()["optimize"][role])
    for old, new in sorted((prefix_map or {}).items()):
        flags.append(f"-ffile-prefix-map={old}={new}")
    return flags


def startup_defines(icache: bool, dcache: bool, baud: int = 115200) -> dict[str, int]:
    """Macros that firmware/startup reads, from the board's settings. baud: of its serial line."""
    return {"INGOT_ICACHE": int(icache), "INGOT_DCACHE": int(dcache), "INGOT_BAUD": baud}


def link_flags(cpu: str) -> list[str]:
    """Flags to link a firmware; the script is not among them."""
    return cpu_flags(cpu) + list(settings()["link"])


def image_compile_flags(cpu: str, secure: bool = True, pic: bool = True) -> list[str]:
    """Further flags for C files of a relocatable image. pic: code, which reaches data through r9."""
    state = ["-mcmse"] if secure and core_named(cpu).trustzone else []
    return [*(settings()["relocatable"] if pic else []), *state]


def image_st_flags(cpu: str) -> list[str]:
    """Flags to compile a C file of a relocatable image around ST's runtime, as ST's own packager has them."""
    return [*cpu_flags(cpu), *settings()["relocatable_st"]]


def image_link_flags(cpu: str) -> list[str]:
    """Flags to link a relocatable image; the script is not among them."""
    return cpu_flags(cpu) + list(settings()["link_relocatable"])


def compile_command(
    source: Path | str,
    target: Path | str,
    cpu: str,
    role: str = "firmware",
    include: Sequence[Path | str] = (),
    defines: Mapping[str, str | int] | None = None,
    prefix_map: Mapping[str, str] | None = None,
) -> list[str]:
    """The whole command that compiles `source` to the object file `target`."""
    command = [tool(), *compile_flags(cpu, role, prefix_map)]
    command += [f"-I{folder}" for folder in include]
    command += [f"-D{name}={value}" for name, value in sorted((defines or {}).items())]
    return [*command, "-c", str(source), "-o", str(target)]


def link_command(
    objects: Sequence[Path | str],
    target: Path | str,
    cpu: str,
    script: Path | str,
    map_file: Path | str | None = None,
    libraries: Sequence[Path | str] = (),
) -> list[str]:
    """The whole command that links `objects` to the ELF file `target`."""
    return [
        tool(),
        *(str(name) for name in objects),
        *(str(name) for name in libraries),
        *link_flags(cpu),
        *linker_words("-T", str(script)),
        *(linker_words("-Map=", str(map_file)) if map_file is not None else ()),
        "-o",
        str(target),
    ]
