# SPDX-License-Identifier: Apache-2.0
"""The lines that let Ingot take over the network, the weights' .hex and the check in a Makefile of ST's shape.

ST's GettingStarted repositories have a Makefile for each board, with C_SOURCES, OBJECTS, BUILD_DIR and TARGET, and the
network's output under Model/<board>/. The rest of such a Makefile stays as it is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingot.adopt.contradictions import BOARDS, board_of, together
from ingot.adopt.survey import Survey
from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.base.places import ROOT
from ingot.board.template import new_board

MARK = "# Ingot: network, weights and check"
#: An option of ST's own build of GCC, which others refuse.
ST_OPTION = "-fcyclomatic-complexity"
_NEEDED = ("C_SOURCES", "C_INCLUDES", "OBJECTS", "BUILD_DIR", "TARGET")


@dataclass(frozen=True)
class Change:
    """What one Makefile gets. board: Ingot's board, "" for none to make; like, pools: what it is made of."""

    makefile: Path
    lines: tuple[str, ...]
    board: str
    like: str
    pools: Path


def changes(known: Survey) -> Iterator[Change]:
    """A change for each Makefile of ST's shape that stands beside an output of ST's tools for the same board."""
    for makefile in known.of("Makefile"):
        text = (known.root / makefile).read_text(encoding="utf-8", errors="replace")
        board = board_of(makefile)
        outputs = [path for path in known.of("network") if board_of(path) == board]
        pools = [path for path in known.pools if board_of(path) == board]
        suited = all(re.search(rf"^{name}\s*[:+]?=", text, re.MULTILINE) for name in _NEEDED)
        if MARK in text or not suited or board not in BOARDS or not outputs or not pools:
            continue
        like, name = BOARDS[board]
        yield Change(makefile, tuple(_lines(known, makefile, text, outputs[0], name)), name, like, pools[0])


def _lines(known: Survey, makefile: Path, text: str, output: Path, board: str) -> Iterator[str]:
    def near(path: Path) -> str:
        return Path(os.path.relpath(known.root / path, (known.root / makefile).parent)).as_posix()

    model = _model(known, output)
    header = [path for path in known.of("application header") if path.is_relative_to(makefile.parent)]
    more = f" --st-output {near(output.parent)} --st-pack {near(Path())} --name {output.stem}"
    check = f",--app-config {near(header[0])}" if header else ""
    yield MARK
    yield "INGOT_BUILD := build/ingot"
    yield "include $(shell ingot make-dir)/ingot.mk"
    yield f"$(eval $(call ingot_model,net,{near(model)},{near(Path('boards', board))},--compiler prebuilt{more}))"
    yield f"$(eval $(call ingot_check,net,$(BUILD_DIR)/$(TARGET).elf{check}))"
    yield f"C_SOURCES := $(filter-out {near(output.parent)}/%,$(C_SOURCES)) $(net_SOURCES)"
    yield "C_INCLUDES += -I$(net_DIR)"
    yield "all: $(BUILD_DIR)/$(TARGET).checked $(net_HEX)"
    if ST_OPTION in text and not _takes(ST_OPTION):
        yield "# For a GCC that is not ST's:"
        option = "-fpermitted-flt-eval-methods=c11"
        yield f"$(eval CFLAGS = $(filter-out {ST_OPTION},$(value CFLAGS)) {option})"
        yield "%/ll_aton_runtime.o: CFLAGS += -include sys/types.h"


def _model(known: Survey, output: Path) -> Path:
    """The model file that network.c names, else the only one of that board or of all; "model.tflite" for none."""
    text = (known.root / output).read_text(encoding="utf-8", errors="replace")
    models = [path for path in known.of("model") if together(path, output)]
    for path in models:
        if path.stem in text:
            return path
    return models[0] if models else Path("Model/model.tflite")


def _takes(option: str) -> bool:
    """Whether the cross compiler on the PATH takes an option."""
    gcc = shutil.which("arm-none-eabi-gcc")
    if gcc is None:
        return True
    command = [gcc, option, "-E", "-x", "c", os.devnull]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def write(known: Survey, change: Change) -> list[Path]:
    """Makes the board and puts the lines behind the Makefile's last OBJECTS. Returns what was written.

    Raises IngotError where there is no such line.
    """
    written: list[Path] = []
    folder = known.root / "boards" / change.board
    if not folder.exists():
        written += new_board(change.board, folder, change.like, ROOT / "boards", known.root / change.pools)
    file = known.root / change.makefile
    lines = file.read_text(encoding="utf-8").split("\n")
    places = [number for number, line in enumerate(lines) if re.match(r"OBJECTS\s*[:+]?=", line)]
    if not places:
        raise IngotError("has no line that begins with OBJECTS", where=str(file), remedy="Add the lines yourself.")
    lines[places[-1] + 1 : places[-1] + 1] = ["", *change.lines]
    write_if_changed(file, "\n".join(lines))
    return [*written, file]
