"""ST's runtime in an ST Edge AI install or in a checkout of one of ST's GettingStarted repositories (`st_pack=`).

Folders differ by version (Middlewares/AI_Runtime, Middlewares/stedgeai-lib; Devices/STM32N6XX, STM32N6xx), so files are
found by name below the given folder.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingot.errors import IngotError
from ingot.stedgeai.version import Version, parse_defines, parse_library

#: Sources that a network with NPU epochs needs; those of the second list only exist in newer versions.
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

#: Compiler flags of ST's applications that are not Ingot's: the firmware runs in the secure state.
FLAGS = ("-mcmse",)

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

SKIPPED = {".git", "Documentation", "docs", "node_modules"}


@dataclass(frozen=True)
class Pack:
    """What is in it.

    sources: C files of the runtime. include: their folders and those of the headers, each once.
    version_header: ll_aton_version.h; ll_aton: the version there. library: NetworkRuntime*_CM55_GCC.a and the version
    in its name. runtime: the version that core_datatypes.h says. missing: names that a firmware with NPU epochs needs
    and that are not there. app_abi: generation of the application in it, "auto" where there is none.
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


def open_pack(path: Path) -> Pack:
    """Finds the runtime below a folder. Raises IngotError when there is none at all."""
    if not path.is_dir():
        raise IngotError("there is no such folder", where=f"st_pack={path}", remedy="Give an ST Edge AI install.")
    index = find_by_name(path)
    if "ll_aton_runtime.h" not in index and "ll_aton_version.h" not in index:
        raise IngotError(
            "there is no ll_aton runtime below this folder",
            where=f"st_pack={path}",
            remedy="Give an ST Edge AI install, or a checkout of one of ST's STM32N6-GettingStarted repositories.",
        )
    wanted = (*SOURCES, *NEWER_SOURCES, *CACHE_SOURCES, *(HAL_SOURCES if _caches_by_hal(index) else ()))
    sources = [index[name][0] for name in wanted if name in index]
    folders = [index[name][0].parent for name in HEADERS if name in index] + [source.parent for source in sources]
    include = dict.fromkeys(folders)
    runtime = _runtime(index)
    library = _library(index, runtime)
    header = index.get("ll_aton_version.h", [path / "ll_aton_version.h"])[0]
    needed = (*SOURCES, *(HAL_SOURCES[:1] if _caches_by_hal(index) else ()), "ll_aton_version.h", "stm32n6xx.h")
    missing = [name for name in needed if name not in index]
    if library is None:
        missing.append("NetworkRuntime*_CM55_GCC.a")
    return Pack(
        path=path,
        sources=tuple(sources),
        include=tuple(include),
        version_header=header,
        ll_aton=parse_defines(_text(header), "LL_ATON_VERSION"),
        library=library,
        library_version=parse_library(library.name) if library else None,
        runtime=runtime,
        missing=tuple(missing),
        app_abi=_app_abi(index),
    )


def find_by_name(path: Path) -> dict[str, list[Path]]:
    """Base name -> files, the least deep first."""
    index: dict[str, list[Path]] = {}
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in names:
            if name.endswith((".c", ".h", ".a")):
                index.setdefault(name, []).append(Path(folder) / name)
    for files in index.values():
        files.sort(key=lambda file: (len(file.parts), str(file)))
    return index


def _caches_by_hal(index: Mapping[str, Sequence[Path]]) -> bool:
    """Whether the NPU cache is driven through ST's HAL, which has to be linked then."""
    return "npu_cache.c" in index and "HAL_CACHEAXI_" in _text(index["npu_cache.c"][0])


def _runtime(index: Mapping[str, Sequence[Path]]) -> Version | None:
    for header in index.get("core_datatypes.h", ()):
        if version := parse_defines(_text(header), "AI_PLATFORM_RUNTIME"):
            return version
    return None


def _library(index: Mapping[str, Sequence[Path]], runtime: Version | None) -> Path | None:
    """The NetworkRuntime library for the Cortex-M55: of several that of the headers' version, else the newest."""
    names = [name for name in index if name.startswith("NetworkRuntime") and name.endswith("_CM55_GCC.a")]
    versions = {name: parse_library(name) or Version(0, 0) for name in names}
    if not versions:
        return None
    return index[max(sorted(versions), key=lambda name: (versions[name] == runtime, versions[name]))][0]


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
