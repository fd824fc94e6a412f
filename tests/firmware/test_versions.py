# SPDX-License-Identifier: Apache-2.0
"""ingot_versions.h defines what ST's runtime of a version lacks, and nothing that it has."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ingot.link import toolchain

RUNTIME = toolchain.ROOT / "firmware" / "runtime"
INTERFACE = "ll_aton_NN_interface.h"
NAMES = ("MAJOR", "MINOR", "MICRO")
#: The runtime's own declarations, from 1.1.1 on.
DECLARED = """
#include <ll_aton_NN_interface.h>
const LL_Buffer_InfoTypeDef *LL_ATON_Input_Buffers_Info(const NN_Instance_TypeDef *instance);
const LL_Buffer_InfoTypeDef *LL_ATON_Output_Buffers_Info(const NN_Instance_TypeDef *instance);
LL_ATON_User_IO_Result_t LL_ATON_Set_User_Input_Buffer(const NN_Instance_TypeDef *, uint32_t, void *, uint32_t);
LL_ATON_User_IO_Result_t LL_ATON_Set_User_Output_Buffer(const NN_Instance_TypeDef *, uint32_t, void *, uint32_t);
"""
SOURCE = """
#include "ingot_versions.h"
INGOT_NO_ENCRYPTION(net)
int use(const NN_Instance_TypeDef *instance, void *buffer);
int use(const NN_Instance_TypeDef *instance, void *buffer)
{
    return LL_ATON_Input_Buffers_Info(instance) != LL_ATON_Output_Buffers_Info(instance) &&
           !LL_ATON_Set_User_Input_Buffer(instance, 0, buffer, 1) &&
           !LL_ATON_Set_User_Output_Buffer(instance, 0, buffer, 1);
}
"""
ASKED = {
    f"LL_ATON_{name}"
    for name in ("Input_Buffers_Info", "Output_Buffers_Info", "Set_User_Input_Buffer", "Set_User_Output_Buffer")
}
ENCRYPTION = {"LL_ATON_WeightEncryption_Info_net", "LL_ATON_BlobEncryption_Info_net"}


def compiled(folder: Path, version: tuple[int, int, int]) -> tuple[set[str], set[str], str]:
    """Symbols that the object of SOURCE needs, those that it defines, and what the compiler said."""
    head = "".join(f"#define LL_ATON_VERSION_{name} {value}\n" for name, value in zip(NAMES, version, strict=True))
    encrypted = "typedef struct { unsigned key; } LL_Streng_EncryptionTypedef;\n" if version >= (1, 1, 3) else ""
    (folder / "ll_aton_version.h").write_text(f"#pragma once\n{head}{encrypted}")
    shutil.copyfile(RUNTIME / INTERFACE, folder / INTERFACE)  # it includes the version beside it
    (folder / "use.c").write_text((DECLARED if version >= (1, 1, 1) else "") + SOURCE)
    flags = ["-std=gnu11", "-Wall", "-Wextra", "-Wno-error=cpp", "-Werror", f"-I{folder}", f"-I{RUNTIME}"]
    command = ["gcc", *flags, "-c", "use.c", "-o", "use.o"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    symbols = subprocess.run(["nm", "use.o"], cwd=folder, capture_output=True, text=True, check=True).stdout
    found = [line.split()[-2:] for line in symbols.splitlines()]
    return {name for kind, name in found if kind == "U"}, {name for kind, name in found if kind == "T"}, done.stderr


@pytest.mark.parametrize(
    ("version", "needed", "defined"),
    [
        ((1, 0, 0), set(), set()),
        ((1, 1, 0), set(), set()),
        ((1, 1, 1), ASKED, set()),
        ((1, 1, 3), ASKED, ENCRYPTION),
    ],
)
def test_a_version_gets_what_it_lacks(
    tmp_path: Path, version: tuple[int, int, int], needed: set[str], defined: set[str]
) -> None:
    assert compiled(tmp_path, version) == (needed, {"use", *defined}, "")


@pytest.mark.parametrize("version", [(0, 9, 9), (1, 2, 0)])
def test_other_versions_are_warned_of(tmp_path: Path, version: tuple[int, int, int]) -> None:
    assert "Ingot knows the LL_ATON interface from version 1.0.0 to 1.1.3 only" in compiled(tmp_path, version)[2]
