# SPDX-License-Identifier: Apache-2.0
"""`ingot h747`: what a user types and reads, with a model whose activations do not fit AXIRAM."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingot.base.errors import IngotError
from ingot.cli.h747 import h747
from ingot.network.c_info_writing import render_c_info
from st.h747.test_h747 import AXI, SDRAM, contents, network, project

NAMES = {"h747_buffers.h", "h747_buffers.c", "h747_buffers.ld"}


def info_of(folder: Path, axiram: int, sdram: int) -> Path:
    """The description of a network with an input of 200 x 200 in SDRAM."""
    pools = (("SDRAM", SDRAM, sdram), ("AXIRAM", AXI, axiram))
    file = folder / "network_c_info.json"
    file.write_text(render_c_info(network(*pools, source="SDRAM", shape=(1, 200, 200, 3))))
    return file


@pytest.fixture
def info(tmp_path: Path) -> Path:
    """950,016 bytes of activations, which 512 KiB of AXIRAM cannot hold: the tool was given SDRAM as well."""
    return info_of(tmp_path, 250_016, 700_000)


def run(*words: object) -> str:
    """What is printed. Raises what the command raises."""
    done = CliRunner(charset="latin-1").invoke(h747, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(
    ("mode", "size", "captured", "rescaled", "left"),
    [
        ("crop", "HEIGHT", ("axiram", "115,200"), ("sdram", "80,000"), ("49,784", "22,849,824")),
        ("padding", "WIDTH", ("sdram", "204,800"), ("axiram", "80,000"), ("84,984", "22,725,024")),
        ("fit", "WIDTH", ("axiram", "153,600"), ("sdram", "80,000"), ("11,384", "22,849,824")),
    ],
)
def test_three_modes_of_a_model_that_does_not_fit_axiram(
    tmp_path: Path,
    info: Path,
    mode: str,
    size: str,
    captured: tuple[str, str],
    rescaled: tuple[str, str],
    left: tuple[str, str],
) -> None:
    """What the activations leave of AXIRAM decides where each picture goes; every mode ends differently."""
    out = tmp_path / mode
    printed = run("buffers", "--network", info, "--mode", mode, "--out", out).splitlines()
    assert [line.split() for line in printed] == [
        ["CAMERA_R320x240,", f"QVGA_RES_{size}", "x", "QVGA_RES_HEIGHT"],
        ["NN_Activation_Buffer_SDRAM", "sdram", "700,000"],
        ["NN_Activation_Buffer_AXIRAM", "axiram", "250,016"],
        ["CapturedImage_Buffer", *captured],
        ["RescaledImage_Buffer", *rescaled],
        ["left", "in", "dtcm", "122,880"],
        ["left", "in", "axiram", left[0]],
        ["left", "in", "sdram", left[1]],
    ]
    assert {path.name for path in out.iterdir()} == NAMES
    script = (out / "h747_buffers.ld").read_text()
    for name, (memory, _) in (("CapturedImage", captured), ("RescaledImage", rescaled)):
        assert f".{name}_Buffer_{memory.upper()} (NOLOAD)" in script
    assert "#define AI_NETWORK_INPUTS_IN_ACTIVATIONS_INDEX 0" in (out / "h747_buffers.h").read_text()


def test_a_model_that_fits_nowhere(tmp_path: Path) -> None:
    info = info_of(tmp_path, 250_016, 31_000_000)
    with pytest.raises(IngotError) as caught:
        run("buffers", "--network", info, "--out", tmp_path / "out")
    assert str(caught.value).split("board.yaml: ")[1] == (
        "'NN_Activation_Buffer_SDRAM' of 31,000,000 bytes does not fit 'sdram': 7,370,176 bytes too many of 32 MiB, "
        "9,924,608 of which are the application's\n"
        "  Take a smaller model, or give its activations a pool in SDRAM too."
    )
    assert not (tmp_path / "out").exists()


def test_for_programs(tmp_path: Path, info: Path) -> None:
    facts = json.loads(run("buffers", "--network", info, "--out", tmp_path / "out", "--json"))
    assert facts["camera"] == "CAMERA_R320x240" and facts["left"]["axiram"] == 49_784
    assert {Path(file).name for file in facts["files"]} == NAMES
    assert facts["buffers"][2] == {"name": "CapturedImage_Buffer", "memory": "axiram", "bytes": 115_200}


def test_patch_shows_then_writes_then_has_nothing_to_do(tmp_path: Path, info: Path) -> None:
    root = project(tmp_path / "app", end="\r\n")
    before = contents(root)
    words = ("patch", root, "--network", info, "--mode", "padding")
    shown = run(*words, "--dry-run")
    assert contents(root) == before
    assert " /* \u00ff */" in shown.splitlines()  # a byte that is no UTF-8, as it is
    for line in (
        "+#define AI_NETWORK_INPUTS_IN_ACTIVATIONS_SIZE AI_ACTIVATION_1_SIZE_BYTES",
        '+__attribute__((section(".CapturedImage_Buffer_SDRAM")))',
        '+__attribute__((section(".RescaledImage_Buffer_AXIRAM")))',
    ):
        assert line in shown.splitlines(), line
    assert "main.h" not in shown  # it has those values already
    assert "CapturedImage_Buffer            sdram      204,800" in run(*words)
    after = contents(root)
    assert after != before
    assert json.loads(run(*words, "--json"))["files"] == []
    assert run(*words, "--dry-run") == "" and contents(root) == after


def test_patch_of_a_folder_that_is_no_project(tmp_path: Path, info: Path) -> None:
    with pytest.raises(IngotError, match=r"there is no main\.h in the project"):
        run("patch", tmp_path / "nothing", "--network", info)
    with pytest.raises(IngotError, match="cannot read the network's description: No such file or directory"):
        run("patch", project(tmp_path / "app"), "--network", tmp_path / "gone.json")


def test_a_network_without_an_image(tmp_path: Path) -> None:
    file = tmp_path / "network_c_info.json"
    file.write_text(render_c_info(network(("AXIRAM", AXI, 1000), shape=(1, 40, 80, 2))))
    with pytest.raises(IngotError, match="the network's input is no image: 1x40x80x2"):
        run("buffers", "--network", file, "--out", tmp_path / "out")
