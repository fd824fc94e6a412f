# SPDX-License-Identifier: Apache-2.0
"""`ingot check` on firmware of somebody else's build: their linker script, an output of ST's tools, their app_config.h.

The script has the shape of those in ST's application repositories: stack and heap by symbols alone, the stack below
0x34100000, where the network's pools begin; the linker puts the file's headers in front of the first section.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingot.cli.main import main
from ingot.link.elf import read_elf
from support.st_output import StNetwork

SCRIPT = """\
ENTRY(Reset_Handler)
_estack = ORIGIN(RAM) + LENGTH(RAM);
_Min_Heap_Size = %(heap)s;
_Min_Stack_Size = 0x4000;
_sstack = _estack - _Min_Stack_Size;
MEMORY
{
    RAM (xrw) : ORIGIN = 0x34000400, LENGTH = 1023K
    PSRAM (xrw) : ORIGIN = %(psram)s, LENGTH = 1M
}
SECTIONS
{
    .isr_vector : { KEEP(*(.isr_vector)) } > RAM
    .text : { *(.text*) } > RAM
    .rodata : { *(.rodata*) } > RAM
    .data : { _sdata = .; *(.data*) _edata = .; } > RAM
    .bss : { *(.bss*) } > RAM
    ._user_heap_stack : { . = ALIGN(8); PROVIDE(end = .); . += 0x200 + _Min_Stack_Size; } > RAM
    .psram (NOLOAD) : { *(.psram) } > PSRAM
    /DISCARD/ : { *(.ARM.*) *(.comment) *(.note*) }
}
"""
SOURCE = """\
extern int _estack, end;
int *heap_end = &end; /* as _sbrk() begins */
void Reset_Handler(void) { for (;;) ; }
__attribute__((section(".isr_vector"), used))
void *const vectors[] = {(void *)&_estack, (void *)Reset_Handler, &heap_end};
const char text[4096] __attribute__((used)) = "an application";
__attribute__((section(".psram"), used)) char frame[4096];
"""
CONFIG = """\
#define NN_WIDTH (32) /* pixels */
#define NN_HEIGHT NN_WIDTH
#define POSTPROCESS_TYPE POSTPROCESS_OD_YOLO_V8_UI
"""

pytestmark = pytest.mark.skipif(not shutil.which("arm-none-eabi-gcc"), reason="needs arm-none-eabi-gcc")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a network of 2.1, a linked firmware and an app_config.h."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Model").mkdir()
    network = StNetwork(version="2.1", blobs=True)
    for name, content in network.repository_files("bin", "hex").items():
        (tmp_path / "Model" / name).write_bytes(content)
    (tmp_path / "app_config.h").write_text(CONFIG)
    link(tmp_path)
    return tmp_path


def link(folder: Path, heap: str = "0x200", psram: str = "0x91000000") -> None:
    (folder / "app.ld").write_text(SCRIPT % {"heap": heap, "psram": psram})
    (folder / "main.c").write_text(SOURCE)
    flags = ["-mcpu=cortex-m55", "-mthumb", "-nostdlib", "-T", "app.ld"]
    subprocess.run(
        ["arm-none-eabi-gcc", *flags, "main.c", "-o", "app.elf"], cwd=folder, check=True, capture_output=True
    )


def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], network: str = "Model") -> str:
    """What is printed: the map, or the first line of the message with status 2."""
    words = ["check", "--elf", "app.elf", "--board", "n6dk", "--network", network, "--app-config", "app_config.h"]
    monkeypatch.setattr(sys, "argv", ["ingot", *words])
    capsys.readouterr()
    try:
        main()
    except SystemExit as end:
        assert end.code == 2
        return capsys.readouterr().err.splitlines()[0].removeprefix("ingot: ")
    return capsys.readouterr().out


@pytest.mark.parametrize("network", ["Model", "Model/network.c"])
def test_the_map_is_printed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], network: str
) -> None:
    before = sorted(folder.rglob("*"))
    lines = [" ".join(line.split()) for line in check(monkeypatch, capsys, network).splitlines()]
    assert "0x340FC000-0x340FFFFF 16,384 16,384 application: stack" in lines
    assert "0x70380000-0x703802BB 700 weights network_data.xSPI2.raw" in lines
    assert [line for line in lines if line.endswith(" 512 512 application: heap")]
    assert sorted(folder.rglob("*")) == before
    assert read_elf(folder / "app.elf").pieces[0].address == 0x34000400


CHANGES = {
    "weights of another model": ("network_data.xSPI2.bin", b"", b"more", "[raw-size]"),
    "tables moved": (
        "network.c",
        b"(unsigned char *)(0x342e0000UL)",
        b"(unsigned char *)(0x342f0000UL)",
        "buffer 'Input_0_out_0' lies at 0x342F0000 + 0, and none of the file's memory pools begins there",
    ),
    "blobs of another network": ("network_ecblobs.h", b"_ec_blob_1", b"_ec_blob_7", "[blobs-differ]"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_output_that_was_put_together_from_two(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file, old, new, words = CHANGES[name]
    path = folder / "Model" / file
    (folder / "Model" / "network_data.hex").unlink()
    path.write_bytes(path.read_bytes().replace(old, new) if old else path.read_bytes() + new)
    message = check(monkeypatch, capsys)
    assert message.startswith(f"Model/{file}: ") and words in message


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"heap": "0x110000"}, "app.elf: heap 0x340014"),
        ({"psram": "0x342E1000"}, "section '.psram' 0x342E1000-0x342E1FFF"),
        ({"psram": "0x242E1000"}, "(alias of 0x342E1000-0x342E1FFF)"),
    ],
)
def test_a_firmware_that_reaches_into_a_pool(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: dict[str, str],
    message: str,
) -> None:
    link(folder, **words)
    found = check(monkeypatch, capsys)
    assert message in found and "overlap by" in found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("(32)", "(224/7+1)", "app_config.h: NN_HEIGHT is 33, but the network's input height is 32"),
        ("NN_HEIGHT NN_WIDTH", "NN_HEIGHT (NN_WIDTH*2)", "NN_HEIGHT is 64, but the network's input height is 32"),
        ("_UI", "_UF", "POSTPROCESS_TYPE is POSTPROCESS_OD_YOLO_V8_UF, but the network's type is"),
        (
            "OD_YOLO_V8_UI",
            "SPE_MOVENET_UI\n#define AI_SPE_MOVENET_POSTPROC_HEATMAP_WIDTH (NN_WIDTH/8)",
            "AI_SPE_MOVENET_POSTPROC_HEATMAP_WIDTH is 4, but the network's heatmap width is 8",
        ),
        (
            "OD_YOLO_V8_UI",
            "FD_BLAZEFACE_UI\n#define AI_FD_BLAZEFACE_PP_IMG_SIZE (128)",
            "AI_FD_BLAZEFACE_PP_IMG_SIZE is 128, but the network's input width is 32",
        ),
    ],
)
def test_an_app_config_of_another_network(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    (folder / "app_config.h").write_text(CONFIG.replace(old, new))
    assert message in check(monkeypatch, capsys)
