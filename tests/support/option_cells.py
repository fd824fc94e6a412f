# SPDX-License-Identifier: Apache-2.0
"""The cells of the table option x compiler, and a folder in which every shell can be asked for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingot.recipe.compilers import COMPILERS
from ingot.recipe.options import BY_NAME, EVERYWHERE, names_of
from support.pose_model import pose_model
from support.st_output import StNetwork
from support.st_pack import make_reloc_pack
from support.stedgeai_stand_in import install

BOARD = "n6dk"

#: A value of each option that is not its default. Paths count from the folder.
VALUES = {
    "st_output": "st_ai_output",
    "st_pack": "pack",
    "st_timeout": "77",
    "optimize": "ram",
    "ram_limit": "4096",
    "fuse": "0",
    "weights_4bit": "expand",
    "npu": "1",
    "io_placement": "application",
    "io_input": "keep",
    "io_output": "rows",
    "io_layout": "file",
    "input_shape": "1x16x16x3",
    "inputs": "first",
    "outputs": "last",
    "signature": "other",
    "require_real": "1",
    "split": "1",
    "ecblob_in_params": "1",
    "secure": "0",
    "gen_c_file": "1",
    "runtime_abi": "1.1.3",
    "seal": "crc32",
}

#: What each compiler needs, beside the option that is looked at.
NEEDED: Mapping[str, Mapping[str, str]] = {
    "builtin": {},
    "stedgeai": {"st_pack": "pack"},
    "prebuilt": {"st_output": "st_ai_output", "st_pack": "pack"},
}


@dataclass(frozen=True)
class Cell:
    """One compiler with one option at another value than its default; option: "" for none."""

    compiler: str
    option: str

    @property
    def name(self) -> str:
        return f"{self.compiler}-{self.option or 'plain'}"

    @property
    def texts(self) -> dict[str, str]:
        """The options by name, as texts."""
        more = {self.option: VALUES[self.option]} if self.option else {}
        compiler = {} if self.compiler == BY_NAME["compiler"].default else {"compiler": self.compiler}
        return {**compiler, **NEEDED[self.compiler], **more}

    @property
    def model(self) -> str:
        """The model; for `require_real` one whose file is not there."""
        return "made.yaml" if self.option == "require_real" else "model.yaml"

    @property
    def makes_sense(self) -> bool:
        return not self.option or self.compiler in (BY_NAME[self.option].compilers or COMPILERS)


OPTIONS = [name for name in names_of(*EVERYWHERE) if name != "compiler"]
CELLS = [Cell(compiler, option) for compiler in COMPILERS for option in ("", *OPTIONS)]


def make_folder(folder: Path) -> None:
    """The files that the cells name: model, output and pack of ST's tools, an application, a stand-in for stedgeai."""
    (folder / "net.tflite").write_bytes(pose_model(0))
    (folder / "model.yaml").write_text(
        "name: net\nsource: {file: net.tflite}\nstedgeai: {check_signature: false}\n", encoding="utf-8"
    )
    made = f"{{file: gone.tflite, stand_in: make.py, sha256: '{'0' * 64}'}}"
    (folder / "made.yaml").write_text(f"name: net\nsource: {made}\n", encoding="utf-8")
    (folder / "make.py").write_text("raise SystemExit('nobody runs this')\n")
    (folder / "myapp").mkdir()
    (folder / "myapp/main.c").write_text('#include "network.h"\nint main(void) { return 0; }\n')
    (folder / "st_ai_output").mkdir()
    for name, content in StNetwork(version="3.0").files().items():
        (folder / "st_ai_output" / name).write_bytes(content)
    make_reloc_pack(folder / "pack", (1, 1, 3, 8))
    install(folder / "core", "3.0")
