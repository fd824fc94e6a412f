# SPDX-License-Identifier: Apache-2.0
"""Kernels are compiled once for their text, headers, compiler and flags."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.link.kernel_store import KernelCompiler
from support.firmware import needs_gcc

pytestmark = needs_gcc

KERNELS = {
    "one.c": '#include "one.h"\nint one(void) { return ONE; }\n',
    "two.c": "#include <stdint.h>\nint32_t two(void) { return 2; }\n",
    "one.h": '#include "both.h"\n#define ONE (BOTH + 1)\n',
    "both.h": "#define BOTH 0\n",
}


@pytest.fixture
def kernels(tmp_path: Path) -> KernelCompiler:
    folder = tmp_path / "kernels"
    folder.mkdir()
    for name, text in KERNELS.items():
        (folder / name).write_text(text)
    return KernelCompiler(tmp_path / "store", "arm-none-eabi-gcc", ["-mcpu=cortex-m4", "-mthumb"], [str(folder)])


def names_of(objects: list[Path]) -> list[str]:
    return [path.name for path in objects]


def objects_in(kernels: KernelCompiler) -> int:
    return len(list(kernels.store.rglob("*.o")))


def test_what_is_there_is_not_compiled_again(kernels: KernelCompiler) -> None:
    first = kernels.objects(["two.c", "one.c"])
    times = [path.stat().st_mtime_ns for path in first]
    assert names_of(first) == ["one.o", "two.o"]
    assert kernels.objects(["one.c", "two.c"]) == first
    assert [path.stat().st_mtime_ns for path in first] == times


def test_a_header_counts_for_what_includes_it(kernels: KernelCompiler) -> None:
    one, two = kernels.objects(["one.c", "two.c"])
    Path(kernels.folders[0], "both.h").write_text("#define BOTH 7\n")
    again = kernels.objects(["one.c", "two.c"])
    assert again[0] != one and again[1] == two
    Path(kernels.folders[0], "both.h").write_text(KERNELS["both.h"])
    assert kernels.objects(["one.c", "two.c"]) == [one, two]
    assert objects_in(kernels) == 3


def test_other_flags_are_another_object(kernels: KernelCompiler) -> None:
    other = replace(kernels, arguments=[*kernels.arguments, "-O2"])
    assert kernels.objects(["one.c"]) != other.objects(["one.c"])


def test_another_compiler_of_that_name_is_another_object(
    kernels: KernelCompiler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kernels.objects(["one.c"])
    real, own = shutil.which(kernels.compiler), tmp_path / "bin" / kernels.compiler
    own.parent.mkdir()
    own.write_text(f'#!/bin/sh\nexec {real} "$@"\n')
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(own.parent), prepend=":")
    assert kernels.objects(["one.c"]) != first


@pytest.mark.parametrize("damage", [b"", b"\x7fELF"])
def test_a_damaged_object_is_compiled_again(kernels: KernelCompiler, damage: bytes) -> None:
    (path,) = kernels.objects(["one.c"])
    content = path.read_bytes()
    path.write_bytes(damage)
    assert kernels.objects(["one.c"]) == [path]
    assert path.read_bytes() == content


def test_search_paths_of_the_user_do_not_count(
    kernels: KernelCompiler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stdint.h").write_text("#error the user's\n")
    monkeypatch.setenv("CPATH", str(tmp_path))
    assert names_of(kernels.objects(["two.c"])) == ["two.o"]


def test_what_the_compiler_refuses_is_said(kernels: KernelCompiler) -> None:
    Path(kernels.folders[0], "one.c").write_text("int one(void) { return no_such_thing; }\n")
    with pytest.raises(IngotError, match=r"one\.c: arm-none-eabi-gcc failed:\n(.*\n)*.*'no_such_thing' undeclared"):
        kernels.objects(["one.c"])
    assert objects_in(kernels) == 0


def test_a_compiler_that_is_not_there_is_said(kernels: KernelCompiler) -> None:
    with pytest.raises(IngotError, match="arm-none-eabi-none is not installed"):
        replace(kernels, compiler="arm-none-eabi-none").objects(["one.c"])
    with pytest.raises(IngotError, match="no-such-cache is not installed"):
        replace(kernels, launcher=["no-such-cache"]).objects(["one.c"])
