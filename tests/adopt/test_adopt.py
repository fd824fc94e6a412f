# SPDX-License-Identifier: Apache-2.0
"""`ingot adopt` in a folder laid out as ST's GettingStarted repositories are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import load_board, read_mpool, write_mpool
from ingot.cli.adopt import adopt
from support.st_network import StImageNetwork

NAME = "STM32N6570-DK"
MAKEFILE = """\
TARGET = Project
MODEL_DIR = ../../Model/STM32N6570-DK
BUILD_DIR = build/Application
C_SOURCES += Src/main.c
C_SOURCES += ../../Model/STM32N6570-DK/network.c
C_INCLUDES += -IInc
OBJECTS = $(C_SOURCES:.c=.o)
OBJECTS += $(ASM_SOURCES:.s=.o)
all: $(OBJECTS)
"""
SCRIPT = """\
MEMORY
{
  AXISRAM1_S (xrw) : ORIGIN = 0x24000400, LENGTH = 1088K
}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An application whose linker script reaches 64 KiB into a pool, by the other view of the memory."""
    application, model = tmp_path / "Application" / NAME, tmp_path / "Model"
    files = {
        application / "Makefile": MAKEFILE,
        application / "STM32CubeIDE" / "one.ld": SCRIPT,
        application / "STM32CubeIDE" / ".cproject": "<?xml version='1.0'?>\n",
        application / "Inc" / "app_config.h": "#define NN_WIDTH (16)\n#define NN_HEIGHT (7)\n",
        model / f"generate_{NAME}.sh": "objcopy network_data.bin --change-addresses 0x70400000 -O ihex\n",
        model / "tiny.tflite": "",
        tmp_path / "STM32Cube_FW_N6" / "CMakeLists.txt": "",
    }
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (model / NAME).mkdir()
    for name, content in StImageNetwork(relative=False).files().items():
        (model / NAME / name).write_bytes(content)
    mpool = read_mpool(load_board(ROOT / "boards" / "n6dk" / "board.yaml").pools_file)
    write_mpool(model / f"{NAME}.mpool", replace(mpool, path=model / f"{NAME}.mpool"))
    return tmp_path


def run(folder: Path, *words: str) -> dict[str, object]:
    done = CliRunner().invoke(adopt, [str(folder), "--json", *words], catch_exceptions=False)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_there_and_what_contradicts(repository: Path) -> None:
    before = tree(repository)
    found = run(repository)
    assert tree(repository) == before, "nothing changes without --write"
    files = found["files"]
    assert isinstance(files, dict)
    assert files["network"] == [f"Model/{NAME}/network.c"] and files["CMake"] == []
    assert files["STM32CubeIDE"] == [f"Application/{NAME}/STM32CubeIDE/.cproject"]
    header, script, weights = sorted(found["contradictions"])  # type: ignore[call-overload]
    assert header == (
        f"Application/{NAME}/Inc/app_config.h: NN_HEIGHT is 7, but the network's input height is 1 "
        f"(Model/{NAME}/network.c)"
    )
    assert script.startswith(
        f"Application/{NAME}/STM32CubeIDE/one.ld:3: memory 'AXISRAM1_S' 0x24000400-0x241103FF and pool 'cpuRAM2' "
    )
    assert script.endswith("share 66,560 bytes")
    assert weights.startswith(
        f"Model/generate_{NAME}.sh:1: weights go to 0x70400000, pool 'octoFlash' begins at 0x70380000 "
    )


def test_the_lines_are_added_once(repository: Path) -> None:
    makefile = repository / "Application" / NAME / "Makefile"
    lines = run(repository, "--write")["lines"][f"Application/{NAME}/Makefile"]  # type: ignore[index]
    assert len(lines) <= 15 and load_board(repository / "boards" / "dk" / "board.yaml").name == "dk"
    text = makefile.read_text()
    at = MAKEFILE.index("all:")
    assert text == MAKEFILE[:at] + "\n" + "".join(f"{line}\n" for line in lines) + MAKEFILE[at:]
    assert (
        "$(eval $(call ingot_model,net,../../Model/tiny.tflite,../../boards/dk,--compiler prebuilt --st-output "
        f"../../Model/{NAME} --st-pack ../.. --name network))"
    ) in lines
    assert "$(eval $(call ingot_check,net,$(BUILD_DIR)/$(TARGET).elf,--app-config Inc/app_config.h))" in lines
    assert run(repository, "--write")["written"] == [] and makefile.read_text() == text


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(IngotError) as caught:
        run(tmp_path / "none")
    assert caught.value.what == "there is no such folder"
