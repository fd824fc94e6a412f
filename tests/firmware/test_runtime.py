# SPDX-License-Identifier: Apache-2.0
"""The runtime on the host: the check of the initializer, the console, the epoch loop; and its headers everywhere."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingot.link import toolchain
from support.firmware import LAYOUT, initializer, needs_gcc
from support.host_library import host_library, needs_cc

RUNTIME = toolchain.ROOT / "firmware" / "runtime"


def runtime() -> ctypes.CDLL:
    library = host_library(*toolchain.RUNTIME_SOURCES, "tests/firmware/fixture/host_console.c")
    library.ingot_crc32.restype = ctypes.c_uint32
    library.ingot_check_initializer.restype = ctypes.c_bool
    library.console_taken.restype = ctypes.c_char_p
    return library


@needs_cc
@given(data=st.binary(max_size=200), cut=st.integers(0, 200))
def test_crc_is_zlibs(data: bytes, cut: int) -> None:
    library = runtime()
    head, tail = data[:cut], data[cut:]
    crc = library.ingot_crc32(library.ingot_crc32(0, head, len(head)), tail, len(tail))
    assert crc == zlib.crc32(data)


@needs_cc
@given(value=st.one_of(st.integers(0, 2**64 - 1), st.sampled_from([0, 9, 10, 10**9 - 1, 10**9, 10**18, 2**64 - 1])))
def test_numbers_on_the_console(value: int) -> None:
    library = runtime()
    library.ingot_print_unsigned64(ctypes.c_uint64(value))
    assert library.console_taken().decode() == str(value)
    library.ingot_print_unsigned(ctypes.c_uint32(value & 0xFFFFFFFF))
    assert library.console_taken().decode() == str(value & 0xFFFFFFFF)
    library.ingot_print_hex(ctypes.c_uint32(value & 0xFFFFFFFF))
    assert library.console_taken().decode() == f"0x{value & 0xFFFFFFFF:08x}"


def check(content: bytes, size: int = 64 + 32, layout: bytes = LAYOUT) -> tuple[bool, str]:
    """The verdict of the firmware's check, and what it says."""
    library = runtime()
    buffer = ctypes.create_string_buffer(content + bytes(16), len(content) + 16)
    fine = library.ingot_check_initializer(buffer, layout, size)
    return fine, library.console_taken().decode()


@needs_cc
def test_the_right_initializer_is_accepted_in_silence() -> None:
    assert check(initializer(bytes(range(32)))) == (True, "")


@needs_cc
@given(position=st.integers(0, 64 + 32 - 1), bit=st.integers(0, 7))
def test_every_flipped_bit_is_found(position: int, bit: int) -> None:
    content = bytearray(initializer(bytes(range(32))))
    content[position] ^= 1 << bit
    fine, said = check(bytes(content))
    if 24 <= position < 64:  # reserved: a later version may use it
        assert (fine, said) == (True, "")
    else:
        assert not fine
        assert said.startswith("ingot: weights at 0x")
        assert "flash the weights that were built with this firmware" in said


@needs_cc
def test_what_a_refusal_says() -> None:
    right = initializer(bytes(range(32)))
    assert "expected layout 0102030405060708, found 0a0a0a0a0a0a0a0a" in check(initializer(b"x" * 32, b"\n" * 8))[1]
    assert "no initializer there" in check(b"\xff" * 96)[1]
    assert "expected 80 bytes, found 96" in check(right, size=80)[1]
    damaged = check(right[:-1] + b"\0")[1]
    assert f"should be {zlib.crc32(bytes(range(32))):#010x}" in damaged
    assert f"is {zlib.crc32(bytes(range(31)) + bytes(1)):#010x}" in damaged


@needs_cc
def test_epochs_run_in_order_with_their_callbacks(tmp_path: Path) -> None:
    program = tmp_path / "loop"
    sources = [str(toolchain.ROOT / name) for name in toolchain.RUNTIME_SOURCES]
    fixture = toolchain.ROOT / "tests/firmware/fixture/epoch_loop.c"
    subprocess.run(
        ["gcc", "-std=gnu11", "-Wall", "-Werror", f"-I{RUNTIME}", *sources, str(fixture), "-o", program], check=True
    )
    ran = subprocess.run([program], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n") == [
        "network init",
        "event 4 epoch -1",
        "inference init",
        "event 0 epoch 0",
        "event 1 epoch 0",
        "event 2 epoch 0",
        "end 0",
        "event 3 epoch 0",
        "run: 0",
        "event 0 epoch 1",
        "start 1",
        "event 1 epoch 1",
        "event 2 epoch 1",
        "end 1",
        "event 3 epoch 1",
        "run: 2",
        "run: 2",
        "inference init",
        "event 0 epoch 0",
        "event 1 epoch 0",
        "event 2 epoch 0",
        "end 0",
        "event 3 epoch 0",
        "run: 0",
        "event 5 epoch -1",
        "",
    ]


@pytest.mark.slow
@needs_gcc
@pytest.mark.parametrize("cpu", ["cortex-m55", "cortex-m7", "cortex-m4"])
@pytest.mark.parametrize("options", [[], ["-DNDEBUG"], ["-DLL_ATON_EB_DBG_INFO"], ["-fno-short-enums"]])
def test_layout_holds_on_every_core(cpu: str, options: list[str], tmp_path: Path) -> None:
    """The headers assert ST's offsets themselves; here they are compiled for each core, whatever size enums have."""
    for source in toolchain.RUNTIME_SOURCES:
        command = toolchain.compile_command(toolchain.ROOT / source, tmp_path / "x.o", cpu, include=[RUNTIME])
        subprocess.run([*command, *options, "-Werror", "-Wpedantic"], check=True)


@needs_cc
@pytest.mark.skipif(shutil.which("g++") is None, reason="the host has no g++")
def test_headers_serve_cpp(tmp_path: Path) -> None:
    (tmp_path / "use.cpp").write_text(
        '#include "ll_aton_runtime.h"\n#include "ingot_runtime.h"\n'
        "int use(const NN_Instance_TypeDef *i) { return (int)LL_Buffer_len(LL_ATON_Input_Buffers_Info(i)); }\n"
    )
    flags = ["-std=c++17", "-Wall", "-Werror", f"-I{RUNTIME}", "-c"]
    subprocess.run(["g++", *flags, str(tmp_path / "use.cpp"), "-o", str(tmp_path / "use.o")], check=True)


@needs_gcc
@pytest.mark.parametrize("end", ["", ";"], ids=["bare", "semicolon"])
@pytest.mark.parametrize("scope", ["file", "block"])
def test_declaring_an_instance_as_applications_do(end: str, scope: str, tmp_path: Path) -> None:
    declaration = f"LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(Default){end}"
    use = "LL_ATON_RT_Main(&NN_Instance_Default); return (int)LL_Buffer_len(LL_ATON_Input_Buffers_Info_Default());"
    outside, inside = (declaration, "") if scope == "file" else ("", declaration)
    source = tmp_path / "application.c"
    source.write_text(f'#include "ll_aton_runtime.h"\n{outside}\nint main(void)\n{{\n{inside}\n{use}\n}}\n')
    command = toolchain.compile_command(source, tmp_path / "application.o", "cortex-m55", include=[RUNTIME])
    subprocess.run([*command, "-Werror"], check=True)
