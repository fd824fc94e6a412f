# SPDX-License-Identifier: Apache-2.0
"""The host program through pyserial: a pseudo terminal stands for the board's port, QEMU for the board behind it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import load_board
from ingot.device.protocol.client import Client
from ingot.device.protocol.link import SerialLink
from ingot.device.run.qemu import Image
from ingot.steps.validate import load_and_run, validate
from support.board_port import board_on_a_port
from support.firmware import needs_gcc, needs_qemu
from support.pose_model import pose_model
from support.reloc_model import build_image, model_host
from support.stand_in_programmer import install, written
from support.twin_model import TwinModel, build_for_twin

pytest.importorskip("serial", reason="pyserial is not installed")
pytestmark = [pytest.mark.emulated, needs_gcc, needs_qemu]

BOARD = ROOT / "boards" / "n6dk" / "board.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("port")
    (made / "small.tflite").write_bytes(pose_model(0))
    return made


@pytest.fixture(scope="module")
def built(folder: Path) -> TwinModel:
    return build_for_twin(folder / "small.tflite", folder)


def test_validate_on_a_port(built: TwinModel, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = folder / "results.npz"
    with board_on_a_port(built.elf, built.images, built.machine) as port:
        files = (folder / "network_c_info.json", folder / "small.tflite", BOARD)
        validate(*files, port=port, samples=2, save=str(saved))
        out = capsys.readouterr().out
        assert "sample 2 (seed 2): " in out and "2/2" in out and "class agrees" in out
        assert np.load(saved)["input0"].shape[0] == 2
        validate(*files, port=port, samples=1, as_json=True)
        result = json.loads(capsys.readouterr().out)
        assert result["passed"] and len(result["epochs"]) == len(built.network.epochs)


def test_an_inference_says_how_far_it_is_and_costs_no_more(built: TwinModel) -> None:
    inputs = bytes(sum(buffer.size for buffer in built.network.inputs))
    size = sum(buffer.size for buffer in built.network.outputs)
    stages: list[tuple[str, int, int]] = []
    with board_on_a_port(built.elf, built.images, built.machine) as port:
        link = SerialLink(port, 115200)
        quiet = Client(link)
        quiet.hello()
        plain = quiet.infer(inputs, size)
        telling = Client(link, interval=1, on_progress=lambda *words: stages.append(words))
        telling.hello()
        told = telling.infer(inputs, size)
        link.close()
    assert told.outputs == plain.outputs
    assert told.cost == pytest.approx(plain.cost, rel=0.02)
    epochs = [done for stage, done, _ in stages if stage == "run"]
    assert epochs == list(range(1, len(built.network.epochs) + 1))
    assert [stage for stage, *_ in stages if stage != "run"][:1] == ["send"]
    assert ("send", len(inputs), len(inputs)) in stages and stages[-1] == ("receive", size, size)


def test_ctrl_c_leaves_the_board_usable(built: TwinModel, folder: Path) -> None:
    command = [sys.executable, "-u", "-m", "ingot", "validate", str(folder / "small.tflite"), "--board", "n6dk"]
    command += ["--network", str(folder / "network_c_info.json"), "--port"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "site_scons")}
    with board_on_a_port(built.elf, built.images, built.machine) as port:
        for stop_after in (1, 3):
            with subprocess.Popen(
                [*command, port, "--samples", "400"],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            ) as process:
                assert process.stdout is not None and process.stderr is not None
                for _ in range(stop_after):
                    assert process.stdout.readline().endswith("equal\n")
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate(timeout=30)
                assert process.returncode == 130, errors
                assert "Traceback" not in errors
        done = subprocess.run([*command, port, "--samples", "2"], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert re.search(r"sample 2 .* equal", done.stdout)


def test_a_killed_host_leaves_the_board_usable(built: TwinModel) -> None:
    """Half a request, and no farewell."""
    inputs = bytes(sum(buffer.size for buffer in built.network.inputs))
    size = sum(buffer.size for buffer in built.network.outputs)
    with board_on_a_port(built.elf, built.images, built.machine) as port:
        link = SerialLink(port, 115200)
        Client(link).hello()
        link.send(b"\0\x07\x01\x02" + bytes(range(1, 200)))
        link.close()
        link = SerialLink(port, 115200)
        client = Client(link)
        client.hello()
        assert len(client.infer(inputs, size).outputs) == size
        link.close()


@pytest.fixture
def twin_as_board(tmp_path: Path) -> Path:
    """A board file whose internal RAM is where the emulated machine has it."""
    folder = tmp_path / "board"
    shutil.copytree(ROOT / "boards" / "n6dk", folder)
    chip = load_board(BOARD).chip_file
    assert chip is not None
    text = chip.read_text()
    assert "base: 0x34000000" in text
    (folder / chip.name).write_text(text.replace("base: 0x34000000", "base: 0x31000000"))
    text = (folder / "board.yaml").read_text()
    assert f"chip: {chip.stem}\n" in text
    (folder / "board.yaml").write_text(text.replace(f"chip: {chip.stem}\n", f"chip: {chip.name}\n"))
    pools = (folder / "stm32n6.mpool").read_text()
    assert "0x34" in pools
    (folder / "stm32n6.mpool").write_text(pools.replace("0x34", "0x31"))
    return folder / "board.yaml"


def test_load_and_run_flashes_and_runs(
    twin_as_board: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stand-in of STM32CubeProgrammer takes the files; QEMU was given the same ones at the same addresses."""
    model = tmp_path / "m.tflite"
    model.write_bytes(pose_model(0))
    made = build_image(model, tmp_path / "image")
    tools = tmp_path / "tools"
    install(tools, monkeypatch)
    files = (made.split, tmp_path / "image" / "network_c_info.json", twin_as_board, None, made.params, model)
    images = [Image(made.split, 0x71000000), Image(made.params, 0x71A00000)]
    with board_on_a_port(model_host(), images, "mps3-an547") as port:
        options = {"port": port, "params_address": 0x71A00000, "folder": str(tmp_path / "flash")}
        load_and_run(*files, mode="COPY", **options)  # type: ignore[arg-type]
        out, errors = capsys.readouterr()
        assert written(tools) == {0x71000000: made.split.read_bytes(), 0x71A00000: made.params.read_bytes()}
        assert "RAM for a copy" in out and "equal" in out and "2 written, 0 unchanged" in errors
        load_and_run(*files, mode="XIP", **options)  # type: ignore[arg-type]
        assert "0 written, 2 unchanged" in capsys.readouterr().err
        (tools / "STM32_Programmer_CLI").unlink()
        load_and_run(*files, no_flash=True, no_run=True, **options)  # type: ignore[arg-type]
        assert "installed network" in capsys.readouterr().out
        with pytest.raises(IngotError, match="does not know how to raise the clock") as caught:
            load_and_run(*files, no_flash=True, max_speed=True, **options)  # type: ignore[arg-type]
        assert "ingot_board_max_speed" in caught.value.remedy
    load_and_run(*files, dry_run=True, **options)  # type: ignore[arg-type]
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-2] for line in lines] == ["0x71000000", "0x71a00000"]


def test_what_load_and_run_refuses_on_the_twin(tmp_path: Path) -> None:
    model = tmp_path / "m.tflite"
    model.write_bytes(pose_model(0))
    made = build_image(model, tmp_path / "image")
    info = tmp_path / "image" / "network_c_info.json"
    with pytest.raises(IngotError, match="flash is empty whenever it starts"):
        load_and_run(made.file, info, BOARD, model_host(), no_flash=True)
    nucleo = ROOT / "boards" / "nucleo-n657" / "board.yaml"
    with pytest.raises(IngotError, match=r"was built for board 'n6dk', not for 'nucleo-n657'"):
        load_and_run(made.file, info, nucleo, model_host())
