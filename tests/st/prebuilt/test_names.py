# SPDX-License-Identifier: Apache-2.0
"""What an output's files are called: prefix and C name apart, initializers in every form, several networks."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import load_board
from ingot.board.fit import load_pools
from ingot.network.c_info import read_c_info
from ingot.network.types import Network
from ingot.recipe.compilers import Settings, compilation_of
from ingot.steps.registry import step_function
from support.st_output import VERSIONS, StNetwork, intel_hex

BOARD = ROOT / "boards" / "n6dk" / "board.yaml"
WEIGHTS = bytes(i % 251 for i in range(700))


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def take(source: Path, out: Path, name: str = "network") -> tuple[Network, Path]:
    """The output taken as every shell takes it: the recipe says which files there will be, the step writes them."""
    board = load_board(BOARD)
    job = compilation_of("prebuilt", board, load_pools(board), Settings(name=name, st_output=str(source)))
    step_function(job.step)(board=BOARD, outputs=[out / file for file in job.files], **job.options)
    assert {path.name for path in out.iterdir()} == set(job.files)
    network = read_c_info(out / job.info)
    assert job.c_name == network.name
    assert job.raws == tuple(item.file for item in network.initializers)
    return network, out


@pytest.mark.slow
@pytest.mark.parametrize("form", ["raw", "bin", "hex", "bin and hex"])
@pytest.mark.parametrize("described", [True, False], ids=["c_info", "network.c alone"])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_and_form_is_the_same_network(tmp_path: Path, version: str, described: bool, form: str) -> None:
    made = StNetwork(version=version, blobs=True)
    files = made.files() if form == "raw" else made.repository_files(*form.split(" and "))
    files.pop("network_c_info.json", None)
    if described:
        files["network_c_info.json"] = made.c_info().encode()
    network, out = take(write(tmp_path / "st_ai_output", files), tmp_path / "out")
    assert network.name == ("Default" if version < "3.0" else "network")
    (item,) = network.initializers
    stem = {"raw": "network_atonbuf.xSPI2", "hex": "network_data"}.get(form, "network_data.xSPI2")
    assert (item.file, item.address, item.size) == (f"{stem}.raw", 0x70380000, 700)
    assert (out / item.file).read_bytes() == WEIGHTS
    assert (out / "network.c").read_bytes() == files["network.c"]


def test_two_forms_with_different_bytes_are_of_two_runs(tmp_path: Path) -> None:
    files = StNetwork().repository_files("bin", "hex")
    files["network_data.hex"] = intel_hex(0x70380000, WEIGHTS[:-1] + b"x")
    with pytest.raises(IngotError, match=r"network_data\.hex: it holds other bytes than network_data\.xSPI2\.bin"):
        take(write(tmp_path / "output", files), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (0x70370000, "the file begins at 0x70370000, the network's pool for it at 0x70380000"),
        (0x90000000, "the file ends at 0x900002BC, the network's pool for it begins at 0x70380000"),
        (0x71000000, "the file has 13,107,900 bytes, the network uses 700 of pool 'octoFlash'"),
    ],
)
def test_a_hex_at_another_address_is_refused(tmp_path: Path, address: int, message: str) -> None:
    files = StNetwork().repository_files() | {"network_data.hex": intel_hex(address, WEIGHTS)}
    with pytest.raises(IngotError) as caught:
        take(write(tmp_path / "output", files), tmp_path / "out")
    assert message in caught.value.what and caught.value.where.endswith("network_data.hex")


@pytest.mark.parametrize("damage", [b":00", b":0100000001FF\n", b":00000005FB\n", b"", b"hello\n"])
def test_a_damaged_hex_is_one_message(tmp_path: Path, damage: bytes) -> None:
    files = StNetwork().repository_files() | {"network_data.hex": damage}
    with pytest.raises(IngotError, match="not a readable Intel HEX file"):
        take(write(tmp_path / "output", files), tmp_path / "out")


def two_networks() -> dict[str, bytes]:
    """As a folder of an application with a detector and what follows it."""
    files = {}
    for name, change in (("od", b""), ("reid", b" ")):
        for file, content in StNetwork(blobs=True).repository_files("bin").items():
            renamed = file.replace("network", name)
            files[renamed] = content.replace(b"network", name.encode()) + (change if file.endswith(".c") else b"")
    return files


def test_of_two_networks_the_one_with_the_name_is_taken(tmp_path: Path) -> None:
    """With its own initializer, and without the other's C files."""
    folder = write(tmp_path / "Model", two_networks())
    (folder / "app.c").write_text("int application;\n")
    for name in ("od", "reid"):
        network, out = take(folder, tmp_path / name, name)
        assert network.name == name
        assert [item.file for item in network.initializers] == [f"{name}_data.xSPI2.raw"]
        assert {path.name for path in out.glob("*.c")} == {f"{name}.c", f"stai_{name}.c"}


def test_of_two_networks_without_a_name_none_is_guessed(tmp_path: Path) -> None:
    folder = write(tmp_path / "Model", two_networks())
    with pytest.raises(IngotError) as caught:
        take(folder, tmp_path / "out")
    assert caught.value.what == "there are files of several networks in it: 'od', 'reid'"
    assert caught.value.remedy == "Choose one: name=od, or --network od for `ingot npu`."


def test_the_workspace_of_the_tool_is_an_output_too(tmp_path: Path) -> None:
    """Its files have no prefix, and there is an empty initializer for every pool."""
    files = StNetwork().files()
    files["c_info.json"] = files.pop("network_c_info.json")
    files["atonbuf.xSPI2.raw"] = files.pop("network_atonbuf.xSPI2.raw")
    del files["network_generate_report.txt"]
    board, folder = load_board(BOARD), write(tmp_path / "neural_art__network", files)
    (folder / "atonbuf.AXISRAM5.raw").write_bytes(b"")
    job = compilation_of("prebuilt", board, load_pools(board), Settings(st_output=str(folder)))
    step_function(job.step)(board=BOARD, outputs=[tmp_path / "out" / file for file in job.files], **job.options)
    assert (tmp_path / "out" / "atonbuf.xSPI2.raw").read_bytes() == WEIGHTS
