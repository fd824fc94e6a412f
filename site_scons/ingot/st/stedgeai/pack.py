# SPDX-License-Identifier: Apache-2.0
"""ST's runtime in an ST Edge AI install or in a checkout of one of ST's GettingStarted repositories (`st_pack=`).

Folders differ by version (Middlewares/AI_Runtime, Middlewares/stedgeai-lib; Devices/STM32N6XX, STM32N6xx), so files are
found by name below the given folder. Of several files of one name the nearest to ll_aton's sources is meant, so that a
second runtime (of a tracer, of another project) is not mixed in. Packs from 3.0 on have `Npu/Devices` for several chips
with the same file names; those of other chips are left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.network.version import Version, parse_defines, parse_library

#: The first runtime whose interface for stai_network.c compiles without LL_ATON_EB_DBG_INFO.
STAI = Version(1, 1, 0)

#: Sources that a network with NPU epochs needs; those of the second list are for newer versions.
SOURCES = (
    "ll_aton.c",
    "ll_aton_rt_main.c",
    "ll_aton_runtime.c",
    "ll_aton_util.c",
    "ll_aton_lib.c",
    "ll_aton_lib_sw_operators.c",
    "ll_sw_float.c",
    "ll_sw_integer.c",
)
NEWER_SOURCES = ("ll_aton_cipher.c", "ll_aton_stai_internal.c", "ecloader.c")
CACHE_SOURCES = ("mcu_cache.c", "npu_cache.c")
#: Of ST's HAL, what npu_cache.c calls; the linker drops the rest of these files.
HAL_SOURCES = ("stm32n6xx_hal_cacheaxi.c", "stm32n6xx_hal.c")

#: Headers whose folders are needed for #include.
HEADERS = (
    "ATON.h",
    "ll_aton_runtime.h",
    "ll_aton_version.h",
    "ll_aton_platform.h",
    "stai.h",
    "mcu_cache.h",
    "npu_cache.h",
    "stm32n6xx.h",
    "stm32n6xx_hal.h",
    "stm32n6xx_hal_conf.h",
    "cmsis_gcc.h",
)

#: Compiler flags for C files that include ST's headers: the firmware runs in the secure state, and inline functions of
#: those headers have parameters that they do not use.
FLAGS = ("-mcmse", "-Wno-unused-parameter")

#: For ST's own C files: their warnings are not ours to mend, and some use PRIx64 after <inttypes.h> alone, where newlib
#: only defines it when <sys/types.h> was seen before.
SOURCE_FLAGS = ("-w", "-include", "sys/types.h")

#: Macros for ST's sources (bare metal, asynchronous runtime, software operators in C). USE_FULL_ASSERT, which ST's
#: applications set too, needs a function of the application and checks only HAL calls: left out.
DEFINES: Mapping[str, str] = {
    "STM32N657xx": "1",
    "USE_FULL_LL_DRIVER": "1",
    "VECT_TAB_SRAM": "1",
    "LL_ATON_PLATFORM": "LL_ATON_PLAT_STM32N6",
    "LL_ATON_OSAL": "LL_ATON_OSAL_BARE_METAL",
    "LL_ATON_RT_MODE": "LL_ATON_RT_ASYNC",
    "LL_ATON_SW_FALLBACK": "1",
    "LL_ATON_DUMP_DEBUG_API": "1",
    "LL_ATON_DBG_BUFFER_INFO_EXCLUDED": "1",
}
RELOC_DEFINES: Mapping[str, str] = {"LL_ATON_RT_RELOC": "1", "LL_ATON_EB_DBG_INFO": "1"}

#: The chip with the NPU, to which the names of files and macros here belong; as board.yaml has it.
CHIP = "stm32n6"
SKIPPED = {".git", "Documentation", "docs", "node_modules"}


@dataclass(frozen=True)
class Pack:
    """What is in it.

    sources: C files of the runtime. include: their folders and those of the headers, each once.
    version_header: ll_aton_version.h; ll_aton: the version there. library: NetworkRuntime*_CM55_GCC.a and the version
    in its name. runtime: the version that core_datatypes.h says. missing: names that a firmware with NPU epochs needs
    and that are not there. app_abi: generation of the application in it, "auto" where there is none.
    files: base name -> the file that is meant, for all C files, headers and libraries.
    """

    path: Path
    sources: tuple[Path, ...]
    include: tuple[Path, ...]
    version_header: Path
    ll_aton: Version | None
    library: Path | None
    library_version: Version | None
    runtime: Version | None
    missing: tuple[str, ...] = field(default=())
    app_abi: str = "auto"
    files: Mapping[str, Path] = field(default_factory=dict)


def open_pack(path: Path) -> Pack:
    """Finds the runtime below a folder. Raises IngotError when there is none at all, or one for other chips only."""
    if not path.is_dir():
        raise IngotError("there is no such folder", where=f"st_pack={path}", remedy="Give an ST Edge AI install.")
    index = _find_by_name(path)
    if "ll_aton_runtime.h" not in index and "ll_aton_version.h" not in index:
        raise IngotError(
            "there is no ll_aton runtime below this folder",
            where=f"st_pack={path}",
            remedy="Give an ST Edge AI install, or a checkout of one of ST's STM32N6-GettingStarted repositories.",
        )
    files = {name: found[0] for name, found in index.items()}
    by_hal = _caches_by_hal(files)
    header = files.get("ll_aton_version.h", path / "ll_aton_version.h")
    version = parse_defines(_text(header), "LL_ATON_VERSION")
    newer = () if version and version < STAI else NEWER_SOURCES
    wanted = (*SOURCES, *newer, *CACHE_SOURCES, *(HAL_SOURCES if by_hal else ()))
    sources = [files[name] for name in wanted if name in files]
    folders = [files[name].parent for name in HEADERS if name in files] + [source.parent for source in sources]
    runtime = _runtime(index)
    library = _library(files, runtime)
    needed = (*SOURCES, *(HAL_SOURCES[:1] if by_hal else ()), "ll_aton_version.h", "stm32n6xx.h")
    missing = [name for name in needed if name not in files]
    if library is None:
        missing.append("NetworkRuntime*_CM55_GCC.a")
    return Pack(
        path=path,
        sources=tuple(sources),
        include=tuple(dict.fromkeys(folders)),
        version_header=header,
        ll_aton=version,
        library=library,
        library_version=parse_library(library.name) if library else None,
        runtime=runtime,
        missing=tuple(missing),
        app_abi=_app_abi(index),
        files=files,
    )


def _find_by_name(path: Path) -> dict[str, list[Path]]:
    """Base name -> files, the nearest to ll_aton first. Raises IngotError when `Npu/Devices` has other chips only."""
    index: dict[str, list[Path]] = {}
    others: dict[str, Path] = {}
    suited = False
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        if folder.lower().replace(os.sep, "/").endswith("npu/devices"):
            strange = [name for name in folders if not name.lower().startswith(CHIP)]
            suited = suited or len(strange) < len(folders)
            others |= {name: Path(folder) for name in strange}
            folders[:] = [name for name in folders if name not in strange]
        for name in names:
            if name.endswith((".c", ".h", ".a")):
                index.setdefault(name, []).append(Path(folder) / name)
    if others and not suited:
        raise IngotError(
            f"this runtime is for {', '.join(sorted(others))}, not for {CHIP.upper()}",
            where=str(next(iter(others.values()))),
            remedy=f"Give a folder that has Npu/Devices/{CHIP.upper()}xx as well.",
        )
    runtimes = index.get("ll_aton_runtime.c") or index.get("ll_aton_runtime.h") or index.get("ll_aton_version.h")
    home = min(runtimes, key=_depth).parent if runtimes else path
    for files in index.values():
        if len(files) > 1:
            files.sort(key=lambda file: (_steps(home, file.parent), *_depth(file)))
    return index


def _depth(file: Path) -> tuple[int, str]:
    return len(file.parts), str(file)


def _steps(start: Path, end: Path) -> int:
    """How many folders up and down lead from one to the other."""
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(start.parts, end.parts, strict=False)))
    return len(start.parts) + len(end.parts) - 2 * common


def _caches_by_hal(files: Mapping[str, Path]) -> bool:
    """Whether the NPU cache is driven through ST's HAL, which has to be linked then."""
    return "npu_cache.c" in files and "HAL_CACHEAXI_" in _text(files["npu_cache.c"])


def _runtime(index: Mapping[str, Sequence[Path]]) -> Version | None:
    for header in index.get("core_datatypes.h", ()):
        if version := parse_defines(_text(header), "AI_PLATFORM_RUNTIME"):
            return version
    return None


def _library(files: Mapping[str, Path], runtime: Version | None) -> Path | None:
    """The NetworkRuntime library for the Cortex-M55: of several that of the headers' version, else the newest."""
    names = [name for name in files if parse_library(name) and name.endswith("_CM55_GCC.a")]
    versions = {name: parse_library(name) or Version(0, 0) for name in names}
    if not versions:
        return None
    return files[max(sorted(versions), key=lambda name: (versions[name] == runtime, versions[name]))]


def _app_abi(index: Mapping[str, Sequence[Path]]) -> str:
    """The generation, by the number that the application's own header gives to a type."""
    header = _text(index["app_postprocess.h"][0]) if "app_postprocess.h" in index else ""
    found = re.search(r"^\s*#\s*define\s+POSTPROCESS_OD_YOLO_V8_UI\s+\(?\s*(\d+)", header, re.MULTILINE)
    if found is None:
        return "auto"
    if int(found[1]) >= 100:
        return "n6-v3"
    early = any(
        "AI_OBJDETECT_" in _text(file)
        for name, files in index.items()
        if name.startswith("app_postprocess_od")
        for file in files
    )
    return "n6-v1" if early else "n6-v2"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
