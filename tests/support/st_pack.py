# SPDX-License-Identifier: Apache-2.0
"""A stand-in for ST's runtime in an installed pack: C of the tests' own, with the file names and symbols that images
need. Its epoch-controller loader works as the container's description says; the NPU itself is not there."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ingot.link import toolchain
from ingot.st.stedgeai.pack import SOURCES as FIRMWARE_SOURCES
from ingot.st.stedgeai.reloc import SOURCES

RUNTIME = toolchain.ROOT / "firmware" / "runtime"

ECLOADER_H = """\
#ifndef ECLOADER_H
#define ECLOADER_H
#include <stdbool.h>
#include <stdint.h>
#define ECASM_BLOB_MAGIC 0xca057a7au
#define ECASM_BINARY_MAGIC 0xecbf0030u
typedef uint32_t ECInstr;
typedef uint32_t ECFileEntry;
typedef uintptr_t ECAddr;
bool ec_copy_blob(ECInstr *blob, const uint8_t *binary, unsigned int *words);
const ECFileEntry *ec_get_reloc_table_ptr(const uint8_t *binary);
bool ec_reloc(ECInstr *blob, const ECFileEntry *table, unsigned int index, ECAddr base, ECAddr *previous);
#endif
"""

ECLOADER_C = """\
#include <string.h>
#include "ecloader.h"

#ifndef BUILD_AI_NETWORK_RELOC
#error "not compiled for an image"
#endif
#if LL_ATON_PLATFORM != LL_ATON_PLAT_STM32N6 && !defined(LL_ATON_PLATFORM)
#error "no platform"
#endif
#include MODEL_CONF
_Static_assert(RUNTIME_VERSION == RUNTIME_VERSION && PARAMS_BIN_SZ % 8 == 0, "configuration");

bool ec_copy_blob(ECInstr *blob, const uint8_t *binary, unsigned int *words)
{
    const uint32_t *head = (const uint32_t *)binary, *from = (const uint32_t *)(binary + head[4]);
    if (head[0] != ECASM_BINARY_MAGIC || from[0] != ECASM_BLOB_MAGIC || *words < from[1] + 2)
        return false;
    memcpy(blob, from, 4 * (from[1] + 2));
    return true;
}

const ECFileEntry *ec_get_reloc_table_ptr(const uint8_t *binary)
{
    return (const ECFileEntry *)(binary + ((const uint32_t *)binary)[1]);
}

bool ec_reloc(ECInstr *blob, const ECFileEntry *table, unsigned int index, ECAddr base, ECAddr *previous)
{
    const ECFileEntry *entry = table + 1 + 3 * index;
    const ECFileEntry *list = (const ECFileEntry *)((const uint8_t *)table + entry[2]);
    for (unsigned int i = 0; i < entry[1]; i++)
        blob[2 + list[i]] += base - *previous;
    *previous = base;
    return true;
}
"""

LIBRARY = """\
#include <stddef.h>
#pragma GCC optimize("no-tree-loop-distribute-patterns")
void *memcpy(void *to, const void *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ((char *)to)[i] = ((const char *)from)[i];
    return to;
}
void *memset(void *to, int value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ((char *)to)[i] = (char)value;
    return to;
}
"""

HEADERS = ("ll_aton_NN_interface.h", "ll_aton_reloc_network.h", "ll_aton_runtime.h")


def make_reloc_pack(root: Path, version: tuple[int, int, int, int] = (1, 1, 1, 14)) -> Path:
    """A folder shaped as an install: sources, headers, and the position-independent library."""
    ll_aton, lib, device = root / "Npu/ll_aton", root / "Lib/GCC/ARMCortexM55", root / "Npu/Devices/STM32N6XX"
    for folder in (ll_aton, lib, device):
        folder.mkdir(parents=True)
    for name in {*SOURCES, *FIRMWARE_SOURCES}:
        (ll_aton / name).write_text(f"int unused_{name.removesuffix('.c')};\n")
    for name in HEADERS:
        (ll_aton / name).write_text((RUNTIME / name).read_text())
    (ll_aton / "ecloader.h").write_text(ECLOADER_H)
    (ll_aton / "ecloader.c").write_text(ECLOADER_C)
    names = ("MAJOR", "MINOR", "MICRO", "DEV")
    defines = (f"#define LL_ATON_VERSION_{name} {value}\n" for name, value in zip(names, version, strict=True))
    encryption = "typedef struct { unsigned key; } LL_Streng_EncryptionTypedef;\n" if version >= (1, 1, 3, 0) else ""
    (ll_aton / "ll_aton_version.h").write_text("#pragma once\n" + "".join(defines) + encryption)
    (device / "stm32n6xx.h").write_text("")
    (lib / "lib.c").write_text(LIBRARY)
    core = ["-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard", "-Os"]
    subprocess.run([toolchain.tool(), *core, "-c", "lib.c", "-o", "lib.o"], cwd=lib, check=True)
    for name in ("NetworkRuntime1010_CM55_GCC.a", "NetworkRuntime1010_CM55_GCC_PIC.a"):
        subprocess.run([toolchain.tool("ar"), "rcsD", name, "lib.o"], cwd=lib, check=True)
    (lib / "lib.c").unlink()
    return root
