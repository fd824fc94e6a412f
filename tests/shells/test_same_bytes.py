# SPDX-License-Identifier: Apache-2.0
"""SCons, CMake (with Ninja and with Make), plain Ninja and Make build the same firmware from the installed wheel."""

from __future__ import annotations

import pytest
from elftools.elf.elffile import ELFFile

from support.foreign import SHELLS, Example, Installed

FILES = (
    "network.c",
    "network.h",
    "network_atonbuf.xSPI2.raw",
    "network_atonbuf.xSPI2.hex",
    "network_c_info.json",
    "network_generate_report.txt",
    "linker script",
    "firmware.bin",
    "firmware.hex",
)

pytestmark = pytest.mark.slow

# CMake's rules are one text for both of its generators; Makefiles are tried for what they build.
STEPPED = [shell for shell in SHELLS if shell != "cmake-make"]


def contents(example: Example) -> dict[str, tuple[int, bytes]]:
    """Address and bytes of every section that is loaded or reserved; the symbols."""
    with example.file("firmware.elf").open("rb") as file:
        elf = ELFFile(file)
        sections = {s.name: (s["sh_addr"], s.data()) for s in elf.iter_sections() if s["sh_flags"] & 2}
        symbols = sorted((s["st_value"], s.name) for s in elf.get_section_by_name(".symtab").iter_symbols())
    # Names of C files and of GCC's mapping marks are no content.
    marks = ("$t", "$d", "$a")
    text = "\n".join(f"{value:08x} {name}" for value, name in symbols if name not in marks and not name.endswith(".c"))
    return {**sections, "symbols": (0, text.encode())}


@pytest.mark.parametrize("file", FILES)
def test_every_shell_writes_the_same(examples: dict[str, Example], file: str) -> None:
    expected = examples["scons"].file(file).read_bytes()
    assert expected
    assert [shell for shell in SHELLS if examples[shell].file(file).read_bytes() != expected] == []


def test_every_elf_holds_the_same(examples: dict[str, Example]) -> None:
    expected = contents(examples["scons"])
    assert len(expected[".text"][1]) > 1000
    for shell in SHELLS:
        assert contents(examples[shell]) == expected, shell


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_is_built_twice(examples: dict[str, Example], installed: Installed, shell: str) -> None:
    example = examples[shell]
    files = [example.file(name) for name in (*FILES, "firmware.elf")]
    before = [path.stat().st_mtime_ns for path in files]
    installed.compiled()
    example.build()
    assert installed.compiled() == 0
    assert [path.stat().st_mtime_ns for path in files] == before


@pytest.mark.parametrize("shell", STEPPED)
def test_new_weights_compile_no_c(examples: dict[str, Example], installed: Installed, shell: str) -> None:
    example = examples[shell]
    names = ("network_atonbuf.xSPI2.raw", "network_atonbuf.xSPI2.hex", "network.c", "firmware.elf")
    old = {name: example.file(name).read_bytes() for name in names}
    installed.compiled()
    try:
        example.train(5)
        example.build()
        assert installed.compiled() == 0
        changed = {name for name in names if example.file(name).read_bytes() != old[name]}
        assert changed == {"network_atonbuf.xSPI2.raw", "network_atonbuf.xSPI2.hex"}
    finally:
        example.train(0)
        example.build()


# CMake, Ninja and Make are given one list of commands for an image; SCons builds it in its own way.
IMAGES = {
    "scons": (["scons", "-Q", "-j2", "image"], "build/network/reloc"),
    "cmake": (["cmake", "--build", "--preset", "ninja", "--target", "net_reloc"], "build/net/reloc"),
}


def test_images_are_the_same(examples: dict[str, Example], installed: Installed) -> None:
    found = {}
    for shell, (command, folder) in IMAGES.items():
        installed.run(examples[shell].folder, *command)
        names = ("network.c", "network_rel.c", "network_rel.ld", "network_rel.bin")
        found[shell] = [(examples[shell].folder / folder / name).read_bytes() for name in names]
        installed.compiled()
        installed.run(examples[shell].folder, *command)
        assert installed.compiled() == 0
    assert found["scons"] == found["cmake"]
    assert found["scons"][-1][:4] == b"NBIN"


@pytest.mark.emulated
@pytest.mark.parametrize("shell", STEPPED)
def test_each_verifies(examples: dict[str, Example], shell: str) -> None:
    assert "3 samples equal to LiteRT's reference kernels, byte for byte" in examples[shell].verify()
