# SPDX-License-Identifier: Apache-2.0
"""STM32H747I-DISCO with ST's application: modes, budgets, generated C, patches; ST's ten quirks, ours right."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import Board, load_board
from ingot.link.elf import read_elf
from ingot.link.toolchain import cpu_flags
from ingot.network.types import Network, NetworkBuffer, NetworkPool
from ingot.st.h747.budget import ALIGN, FOOTPRINT, Budget, footprint_of, make_budget
from ingot.st.h747.camera import Camera, camera_for
from ingot.st.h747.declarations import header_text, input_lines, sections_text, source_text
from ingot.st.h747.patch import apply_patch, plan_patch

AXI, SDRAM = 0x24000000, 0xD0000000
NOTHING = {"axiram": 0, "dtcm": 0, "sdram": 0}
gcc = pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed")


@pytest.fixture
def board() -> Board:
    return load_board(ROOT / "boards" / "h747-disco" / "board.yaml")


def network(
    *pools: tuple[str, int | None, int], source: str = "", shape: tuple[int, ...] = (1, 192, 192, 3)
) -> Network:
    """pools: (name, base, used bytes). source: pool of the input."""
    made = tuple(NetworkPool(name, name, base, used, used, "ACC_WRITE") for name, base, used in pools)
    given = NetworkBuffer("in", source or pools[0][0], 0, 1, shape, "uint8", "input", (0, 0))
    weights = NetworkPool("weights", "", None, 1000, 1000, "ACC_READ")
    return Network("network", "m", "", "stedgeai", "", (weights, *made), (given,), (), (), ())


QVGA = camera_for(192, 192, "crop")
VGA = camera_for(480, 480, "crop")


@pytest.mark.parametrize(
    ("size", "mode", "expected"),
    [
        ((240, 240), "crop", ("CAMERA_R320x240", "QVGA_RES_HEIGHT", "QVGA_RES_HEIGHT", 240 * 240 * 2)),
        ((241, 96), "crop", ("CAMERA_R640x480", "VGA_RES_HEIGHT", "VGA_RES_HEIGHT", 480 * 480 * 2)),
        ((320, 320), "padding", ("CAMERA_R320x240", "QVGA_RES_WIDTH", "QVGA_RES_HEIGHT", 320 * 320 * 2)),
        ((321, 10), "padding", ("CAMERA_R640x480", "VGA_RES_WIDTH", "VGA_RES_HEIGHT", 640 * 640 * 2)),
        ((320, 240), "fit", ("CAMERA_R320x240", "QVGA_RES_WIDTH", "QVGA_RES_HEIGHT", 320 * 240 * 2)),
        ((320, 241), "fit", ("CAMERA_R640x480", "VGA_RES_WIDTH", "VGA_RES_HEIGHT", 640 * 480 * 2)),
    ],
)
def test_the_three_modes(size: tuple[int, int], mode: str, expected: tuple[str, str, str, int]) -> None:
    camera = camera_for(*size, mode)
    assert (camera.resolution, camera.width_macro, camera.height_macro, camera.captured) == expected
    assert camera.rescaled == size[0] * size[1] * 2


def test_all_fits_axiram(board: Board) -> None:
    budget = make_budget(board, network(("AXIRAM", AXI, 100_000)), QVGA)
    assert [(item.section, item.memory) for item in budget.placed] == [
        (".NN_Activation_Buffer_AXIRAM", "axiram"),
        (".CapturedImage_Buffer_AXIRAM", "axiram"),
        (".RescaledImage_Buffer_AXIRAM", "axiram"),
    ]
    room = 512 * 1024 - FOOTPRINT["axiram"]
    assert budget.left["axiram"] == room - 100_000 - 240 * 240 * 2 - 192 * 192 * 2


def test_what_does_not_fit_axiram_goes_to_sdram(board: Board) -> None:
    """A model whose activations leave too little for the picture, but enough for the smaller one."""
    budget = make_budget(board, network(("AXIRAM", AXI, 320_000)), QVGA)
    assert (budget.captured.memory, budget.rescaled.memory) == ("sdram", "axiram")
    budget = make_budget(board, network(("AXIRAM", AXI, 400_000)), VGA)
    assert (budget.captured.memory, budget.rescaled.memory) == ("sdram", "sdram")
    assert budget.captured.section == ".CapturedImage_Buffer_SDRAM"


def test_activations_that_spilled_to_sdram(board: Board) -> None:
    budget = make_budget(board, network(("SDRAM", SDRAM, 3_000_000), ("AXIRAM", AXI, 400_000), source="SDRAM"), QVGA)
    assert [(a.number, a.memory) for a in budget.activations] == [(1, "sdram"), (2, "axiram")]


# ---- ST's quirks, one by one ----


def test_quirk_1_beyond_vga_is_an_error() -> None:
    for mode, size in (("crop", (481, 480)), ("padding", (641, 1)), ("fit", (640, 481))):
        with pytest.raises(IngotError, match=rf"an input of {size[0]} x {size[1]} needs more than VGA"):
            camera_for(*size, mode)


@gcc
def test_quirk_2_an_aligned_size_gets_no_extra_line(board: Board, tmp_path: Path) -> None:
    for used in (64_000, 64_001, 64_031):
        budget = make_budget(board, network(("AXIRAM", AXI, used)), QVGA)
        assert sizes(tmp_path, budget, QVGA)["NN_Activation_Buffer_AXIRAM"] == -(-used // 32) * 32


@gcc
def test_quirk_3_the_numbering_is_that_of_network_data(board: Board, tmp_path: Path) -> None:
    """The larger pool is first: ST sorts by size and gives the arrays each other's sizes."""
    budget = make_budget(board, network(("SDRAM", SDRAM, 64_000), ("AXIRAM", AXI, 32_000), source="SDRAM"), QVGA)
    assert "NN_Activation_Buffer_SDRAM[(AI_ACTIVATION_1_SIZE_BYTES" in source_text(budget)
    assert sizes(tmp_path, budget, QVGA)["NN_Activation_Buffer_SDRAM"] == 64_000
    with pytest.raises(AssertionError, match="generate the declarations again"):
        sizes(tmp_path, budget, QVGA, order=(2, 1))  # a network_data.h that counts otherwise does not compile


def test_quirk_4_the_input_is_where_it_really_is(board: Board) -> None:
    pools = (("SDRAM", SDRAM, 64_000), ("AXIRAM", AXI, 32_000))
    assert input_lines(make_budget(board, network(*pools, source="AXIRAM"), QVGA)) == [
        "#define AI_NETWORK_INPUTS_IN_ACTIVATIONS_INDEX 1",
        "#define AI_NETWORK_INPUTS_IN_ACTIVATIONS_SIZE AI_ACTIVATION_2_SIZE_BYTES",
    ]
    with pytest.raises(IngotError, match="the input 'in' is in no activation buffer"):
        make_budget(board, network(*pools, source="weights"), QVGA)


def test_quirk_5_sdram_and_dtcm_have_ends(board: Board) -> None:
    with pytest.raises(IngotError, match=r"'NN_Activation_Buffer_SDRAM' of 24,000,000 bytes does not fit 'sdram': "):
        make_budget(board, network(("SDRAM", SDRAM, 24_000_000)), QVGA)
    with pytest.raises(IngotError, match=r"does not fit 'dtcm': 8,192 bytes too many of 128 KiB, 8,192 of which"):
        make_budget(board, network(("DTCMRAM", 0x20000000, 128 * 1024)), QVGA)


@gcc
def test_quirk_6_what_the_application_takes_is_counted(board: Board, tmp_path: Path) -> None:
    """From the application as built: its own sections count, those that are placed here do not."""
    elf = tmp_path / "app.elf"
    (tmp_path / "app.c").write_text(
        '__attribute__((section(".bss_axi"))) char own[130000] = {1};\n'
        '__attribute__((section(".CapturedImage_Buffer_AXIRAM"))) char old[200000] = {1};\n'
    )
    (tmp_path / "app.ld").write_text(
        "SECTIONS { .bss_axi 0x24000000 : { *(.bss_axi) } .CapturedImage_Buffer_AXIRAM 0x24040000 : "
        "{ *(.CapturedImage_Buffer_AXIRAM) } }\n"
    )
    run(
        [
            "arm-none-eabi-gcc",
            *cpu_flags("cortex-m7"),
            "-nostdlib",
            "-Wl,-e,0",
            "-Wl,-T,app.ld",
            "app.c",
            "-o",
            str(elf),
        ],
        tmp_path,
    )
    taken = footprint_of(read_elf(elf).parts, board)
    assert 130_000 <= taken["axiram"] < 130_000 + 4096
    budget = make_budget(board, network(("AXIRAM", AXI, 300_000)), QVGA, taken)
    assert budget.captured.memory == "sdram"  # it would fit an empty AXIRAM
    assert make_budget(board, network(("AXIRAM", AXI, 300_000)), QVGA, NOTHING).captured.memory == "axiram"


def test_quirk_7_only_the_project_that_is_given_is_patched(tmp_path: Path, board: Board) -> None:
    ours, other = project(tmp_path / "ours"), project(tmp_path / "other")
    before = contents(other)
    apply_patch(plan_patch(ours, make_budget(board, network(("AXIRAM", AXI, 400_000)), VGA), VGA))
    assert contents(other) == before and contents(ours) != before


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", [" ", "", "    "])
def test_quirk_8_line_ends_and_indentation_do_not_matter(tmp_path: Path, board: Board, end: str, indent: str) -> None:
    root = project(tmp_path / "app", end, indent)
    budget = make_budget(board, network(("AXIRAM", AXI, 400_000)), VGA)
    apply_patch(plan_patch(root, budget, VGA))
    text = contents(root)
    assert "#define CAM_RES_WIDTH (VGA_RES_HEIGHT) /* keep */" + end in text["main.h"]
    assert "#define CAM_RES_WIDTH_BYTES 7" + end in text["main.h"]  # not the macro that was meant
    assert 'section(".CapturedImage_Buffer_SDRAM")' in text["main.c"]
    assert "[(AI_ACTIVATION_1_SIZE_BYTES + 31) / 32 * 32];" + end in text["main.c"]
    for content in text.values():
        assert content.count("\n") == content.count(end)
    once = contents(root)
    apply_patch(plan_patch(root, budget, VGA))
    assert contents(root) == once


@pytest.mark.parametrize(("file", "gone"), [("main.c", "START"), ("main.c", "STOP"), ("ai_interface.h", "START")])
def test_quirk_8_a_missing_marker_is_an_error_and_nothing_changes(
    tmp_path: Path, board: Board, file: str, gone: str
) -> None:
    root = project(tmp_path / "app")
    path = next(root.rglob(f"CM7/{file}"))
    path.write_bytes(path.read_bytes().replace(f"@GENERATED CODE {gone}".encode(), b"@generated"))
    before = contents(root)
    with pytest.raises(IngotError, match="once each was expected") as caught:
        plan_patch(root, make_budget(board, network(("AXIRAM", AXI, 1000)), QVGA), QVGA)
    assert caught.value.where == str(path) and contents(root) == before


def test_quirk_9_a_buffer_that_fits_exactly_fits_and_alignment_counts(board: Board) -> None:
    size = 512 * 1024
    camera = replace(QVGA, captured=31 * 32, rescaled=ALIGN)
    exact = make_budget(board, network(("AXIRAM", AXI, size - 32 * 32)), camera, NOTHING)
    assert (exact.captured.memory, exact.rescaled.memory, exact.left["axiram"]) == ("axiram", "axiram", 0)
    over = make_budget(board, network(("AXIRAM", AXI, size - 32 * 32 + 1)), camera, NOTHING)
    assert (over.captured.memory, over.rescaled.memory) == ("axiram", "sdram")


def test_quirk_10_grayscale_images_are_two_bytes_a_pixel_too(board: Board) -> None:
    gray = network(("AXIRAM", AXI, 1000), shape=(1, 96, 96, 1))
    camera = camera_for(gray.inputs[0].shape[2], gray.inputs[0].shape[1], "crop")
    assert (camera.captured, camera.rescaled) == (240 * 240 * 2, 96 * 96 * 2)


# ---- the patch as a whole ----

START, STOP = "/*** @GENERATED CODE START - DO NOT TOUCH@ ***/", "/*** @GENERATED CODE STOP - DO NOT TOUCH@ ***/"


def project(root: Path, end: str = "\n", indent: str = " ") -> Path:
    """The three files, as far as they are patched; the texts are of the tests' own."""
    files = {
        "Inc/CM7/main.h": [
            "#define CAMERA_RESOLUTION (CAMERA_R320x240)",
            "#define CAM_RES_WIDTH (QVGA_RES_WIDTH) /* keep */",
            "#define CAM_RES_HEIGHT (QVGA_RES_HEIGHT)",
            "#define CAM_RES_WIDTH_BYTES 7",
        ],
        "Inc/CM7/ai_interface.h": [
            "int before;",
            indent + START,
            "#define AI_NETWORK_INPUTS_IN_ACTIVATIONS_INDEX 0",
            indent + STOP,
            "int behind;",
        ],
        "Src/CM7/main.c": [
            '__attribute__((section(".CapturedImage_Buffer_AXIRAM")))',
            "uint8_t CapturedImage_Buffer[CAM_FRAME_BUFFER_SIZE];",
            '__attribute__((section(".RescaledImage_Buffer_SDRAM")))',
            "uint8_t RescaledImage_Buffer[RESCALED_FRAME_BUFFER_SIZE];",
            indent + START,
            "old lines",
            indent + STOP,
            "/* \u00e9 and what is no UTF-8 stay */",
        ],
    }
    for name, lines in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes("".join(line + end for line in lines).encode() + b"/* \xff */" + end.encode())
    (root / "Src" / "CM4").mkdir(parents=True)
    (root / "Src" / "CM4" / "main.c").write_text("int main(void) { return 0; }\n")
    return root


def contents(root: Path) -> dict[str, str]:
    return {
        p.name: p.read_bytes().decode("utf-8", "surrogateescape") for p in sorted(root.rglob("CM7/*")) if p.is_file()
    }


def test_a_dry_run_is_a_diff(tmp_path: Path, board: Board) -> None:
    root = project(tmp_path / "app")
    before = contents(root)
    edits = plan_patch(root, make_budget(board, network(("AXIRAM", AXI, 400_000)), VGA), VGA)
    text = "\n".join(edit.diff(root) for edit in edits)
    assert "--- a/Inc/CM7/main.h" in text and "+#define CAMERA_RESOLUTION (CAMERA_R640x480)" in text
    assert '-__attribute__((section(".CapturedImage_Buffer_AXIRAM")))' in text and "-old lines" in text
    assert contents(root) == before


def test_when_a_file_cannot_be_written_those_before_are_put_back(
    tmp_path: Path, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path / "app")
    before = contents(root)
    edits = plan_patch(root, make_budget(board, network(("AXIRAM", AXI, 400_000)), VGA), VGA)
    from ingot.st.h747 import patch

    real = patch.write_if_changed

    def failing(path: Path, data: bytes) -> bool:
        if path.name == "ai_interface.h" and b"SIZE_BYTES" in data:
            raise OSError(28, "No space left on device", str(path))
        return real(path, data)

    monkeypatch.setattr(patch, "write_if_changed", failing)
    with pytest.raises(IngotError, match="No space left on device"):
        apply_patch(edits)
    assert contents(root) == before


# ---- the generated C and sections, compiled and linked ----


def run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def build(folder: Path, budget: Budget, camera: Camera, order: tuple[int, ...] = ()) -> Path:
    """The generated files, linked with a stand-in for ST's headers and script. order: of network_data.h."""
    (folder / "h747_buffers.h").write_text(header_text(budget, camera))
    (folder / "h747_buffers.c").write_text(source_text(budget))
    (folder / "h747_buffers.ld").write_text(sections_text(budget))
    numbers = order or tuple(item.number for item in budget.activations)
    lines = [
        f"#define AI_ACTIVATION_{n}_SIZE_BYTES ({item.size})"
        for n, item in zip(numbers, budget.activations, strict=True)
    ]
    lines += [f"#define AI_ACTIVATION_BUFFERS_COUNT {len(numbers)}", "typedef void *ai_handle;"]
    (folder / "ai_interface.h").write_text("\n".join(lines) + "\n")
    (folder / "main.c").write_text(
        '#include "h747_buffers.h"\nextern void *NN_Activation_Buffer[];\n'
        "int main(void) { return CapturedImage_Buffer[0] + RescaledImage_Buffer[0] + (int)NN_Activation_Buffer[0]; }\n"
    )
    (folder / "app.ld").write_text(
        "MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 1M  DTCMRAM (rwx) : ORIGIN = 0x20000000, LENGTH = 128K\n"
        "AXIRAM (rwx) : ORIGIN = 0x24000000, LENGTH = 512K  SDRAM (rwx) : ORIGIN = 0xD0000000, LENGTH = 32M }\n"
        "ENTRY(main)\nSECTIONS { .text : { *(.text*) } > FLASH .data : { *(.data*) } > AXIRAM\n"
        ".bss : { *(.bss*) } > AXIRAM }\n"
    )
    elf = folder / "app.elf"
    flags = [*cpu_flags("cortex-m7"), "-std=gnu11", "-Wall", "-Werror", "-nostdlib"]
    scripts = ["-Wl,-T,h747_buffers.ld", "-Wl,-T,app.ld"]
    run(["arm-none-eabi-gcc", *flags, *scripts, "main.c", "h747_buffers.c", "-o", str(elf)], folder)
    return elf


def sizes(folder: Path, budget: Budget, camera: Camera, order: tuple[int, ...] = ()) -> dict[str, int]:
    """Bytes of the arrays in the linked program."""
    elf = build(folder, budget, camera, order)
    done = subprocess.run(["arm-none-eabi-nm", "-S", str(elf)], capture_output=True, text=True, check=True)
    return {found[2]: int(found[1], 16) for found in re.finditer(r"^\w+ (\w+) \w (\w+)$", done.stdout, re.MULTILINE)}


@gcc
@pytest.mark.parametrize("mode", ["crop", "padding", "fit"])
def test_the_generated_files_link_to_where_they_were_planned(tmp_path: Path, board: Board, mode: str) -> None:
    camera = camera_for(200, 200, mode)
    pools = (("SDRAM", SDRAM, 700_000), ("AXIRAM", AXI, 300_001), ("DTCMRAM", 0x20000000, 50_000))
    budget = make_budget(board, network(*pools, source="SDRAM"), camera)
    elf = build(tmp_path, budget, camera)
    done = subprocess.run(["arm-none-eabi-nm", str(elf)], capture_output=True, text=True, check=True)
    places = {found[2]: int(found[1], 16) for found in re.finditer(r"^(\w+) \w (\w+)$", done.stdout, re.MULTILINE)}
    for item in budget.placed:
        region = board.region_at(places[item.name])
        assert region is not None and region.memory == item.memory, item
        assert places[item.name] % 32 == 0


def test_the_header_says_what_the_application_reads(board: Board) -> None:
    text = header_text(make_budget(board, network(("AXIRAM", AXI, 1000)), VGA), VGA)
    for line in ("#define CAMERA_RESOLUTION (CAMERA_R640x480)", "#define CAM_RES_WIDTH (VGA_RES_HEIGHT)"):
        assert line in text
    assert "extern uint8_t CapturedImage_Buffer[460800];" in text
