# SPDX-License-Identifier: Apache-2.0
"""The real output of ST Edge AI 3.0.0, without its C files, through every later stage: c_info alone is enough."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import load_board
from ingot.board.fit import load_pools
from ingot.recipe.compilers import Settings, compilation_of
from ingot.steps import app_config as app_config_steps
from ingot.steps import inspect as inspect_steps
from ingot.steps import link as link_steps
from ingot.steps.registry import step_function
from support.shared import shared


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """n6dk with the pools that the output was generated with, which take the flash of the images' slots."""
    folder = tmp_path / "board"
    folder.mkdir()
    text = (ROOT / "boards" / "n6dk" / "board.yaml").read_text()
    text = re.sub(r"^pools: .*$", "pools: st.mpool", text, flags=re.MULTILINE)
    text = re.sub(r"^  (- \{name: (network|params|update)|update: ).*\n", "", text, flags=re.MULTILINE)
    (folder / "board.yaml").write_text(text)
    shutil.copyfile(shared("st_ai_output") / "stm32n6.mpool", folder / "st.mpool")
    return folder / "board.yaml"


def take(board: Path, out: Path) -> tuple[Path, list[Path]]:
    """c_info and initializers of the output, taken as a shell takes it."""
    loaded = load_board(board)
    job = compilation_of("prebuilt", loaded, load_pools(loaded), Settings(st_output=str(shared("st_ai_output"))))
    assert not job.source and "network.c is not in st_ai_output" in job.lacks
    step_function(job.step)(board=board, outputs=[out / name for name in job.files], **job.options)
    assert {path.name for path in out.iterdir()} == set(job.files)
    return out / job.info, [out / name for name in job.raws]


def test_every_later_stage(tmp_path: Path, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    info, raws = take(board, out)

    facts = link_steps.check_network(info, raws, board, out / "memory_map.txt", out / "summary.json")
    text = (out / "memory_map.txt").read_text()
    assert "0x342E0000-0x3434FFFF        458,752      245,760  network: pool 'npuRAM5'" in text
    assert "0x71000000-0x71033E80      212,609                 weights network_atonbuf.xSPI2.raw" in text
    assert facts == json.loads((out / "summary.json").read_text())

    capsys.readouterr()
    inspect_steps.report(info, out / "report.html", summary=out / "summary.json")
    printed = capsys.readouterr().out
    assert "3.0.0-20426 123672867" in printed
    assert "activations 245,760 bytes, weights 212,609 bytes, 56 epochs" in printed
    assert "npuRAM5" in (out / "report.html").read_text()
    report = (out / "network_generate_report.txt").read_text()
    assert report and report != (out / "st_generate_report.txt").read_text()

    link_steps.weights_hex(info, raws, [out / "network_atonbuf.xSPI2.hex"])
    lines = (out / "network_atonbuf.xSPI2.hex").read_text().splitlines()
    assert lines[0] == ":020000047100" + "89" and lines[-1] == ":00000001FF"

    link_steps.linker_script(info, board, out / "firmware.ld", stack=None, heap=None)
    assert "npuRAM5" in (out / "firmware.ld").read_text()


def test_app_config_says_what_its_camera_could_not_use(tmp_path: Path, board: Path) -> None:
    """It was generated with channels first, which no camera delivers."""
    info, _ = take(board, tmp_path / "out")
    manifest = tmp_path / "model.yaml"
    text = "name: mobilenet\nsource: {file: mobilenet.onnx}\npostprocessing:\n  type: image_classification\n"
    manifest.write_text(f"{text}  classes: [empty, full]\n")
    with pytest.raises(IngotError) as caught:
        app_config_steps.app_config(info, tmp_path / "app_config.h", manifest=str(manifest), abi="n6-v3")
    assert "has shape 1x3x128x128" in str(caught.value)
    assert "generate with inputs_ch_position: chlast" in caught.value.remedy
    manifest.write_text(f"{text}  classes: [empty, full, other]\n")
    with pytest.raises(IngotError, match="has 3 names, but the model has 2 classes"):
        app_config_steps.app_config(info, tmp_path / "app_config.h", manifest=str(manifest), abi="n6-v3")


def test_on_the_board_as_it_is_the_pools_are_said_to_differ(tmp_path: Path) -> None:
    with pytest.raises(IngotError, match=r"pool 'octoFlash' at 0x71000000, the board at 0x70380000 \[pool-differs\]"):
        take(ROOT / "boards" / "n6dk" / "board.yaml", tmp_path / "out")
    assert not (tmp_path / "out").exists()
