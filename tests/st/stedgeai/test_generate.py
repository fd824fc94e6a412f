# SPDX-License-Identifier: Apache-2.0
"""compiler=stedgeai against a stand-in for the tool: its command line, profile, limits, failures, files by version."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import load_board
from ingot.board.fit import load_pools
from ingot.network.c_info import read_c_info
from ingot.recipe.compilers import Settings, compilation_of
from ingot.st.stedgeai.tool import find_tool
from ingot.steps.compile import run_stedgeai
from support.st_output import VERSIONS
from support.stedgeai_stand_in import calls, install

BOARD = ROOT / "boards" / "n6dk" / "board.yaml"
H747 = ROOT / "boards" / "h747-disco" / "board.yaml"
STAI = {"stai_network.c", "stai_network.h"}
ALWAYS = {
    "network.c",
    "network.h",
    "network_c_info.json",
    "network_generate_report.txt",
    "network_atonbuf.xSPI2.raw",
    "network_ecblobs.h",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-in is installed."""
    monkeypatch.setenv("STEDGEAI_CORE_DIR", str(tmp_path / "core"))
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("STAND_IN_MODE", "")
    return tmp_path / "core"


def generate(
    folder: Path, board: Path = BOARD, settings: Settings | None = None, model: str = "tiny.tflite", **more: Any
) -> set[str]:
    """Declares the job as a shell does, and runs it; returns what was declared."""
    loaded = load_board(board)
    job = compilation_of("stedgeai", loaded, load_pools(loaded), settings or Settings())
    source = folder / model
    source.write_bytes(b"a model")
    out = folder / "out"
    run_stedgeai(source, board, [out / name for name in job.files], **{**job.options, **more})
    return set(job.files)


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_every_file_of_a_version_is_declared_and_there(tmp_path: Path, root: Path, version: str) -> None:
    install(root, version)
    declared = generate(tmp_path)
    assert declared == ALWAYS | (STAI if version >= "2.2" else set())
    there = {path.name for path in (tmp_path / "out").iterdir()}
    assert declared <= there
    assert there - declared <= {"st_c_info.json", "st_generate_report.txt"}  # what the tool itself said, for people


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_the_name_in_c_is_known_before_the_tool_runs(tmp_path: Path, root: Path, version: str) -> None:
    """Up to 2.2 the files are network.* and the network in them is Default."""
    install(root, version)
    generate(tmp_path)
    network = read_c_info(tmp_path / "out" / "network_c_info.json")
    board = load_board(BOARD)
    declared = compilation_of("stedgeai", board, load_pools(board), Settings())
    assert declared.c_name == network.name == ("Default" if version < "3.0" else "network")
    assert f"LL_ATON_Input_Buffers_Info_{network.name}(void)" in (tmp_path / "out" / "network.c").read_text()


def test_the_documented_command_line(tmp_path: Path, root: Path) -> None:
    log = install(root, "4.0")
    settings = {"input_data_type": "uint8", "output_data_type": "int8", "inputs_ch_position": "chlast"}
    generate(tmp_path, settings=Settings(stedgeai=settings))
    (call,) = calls(log)
    assert call["words"] == [
        "generate",
        "--target",
        "stm32n6",
        "-m",
        "tiny.tflite",
        "--output",
        "st_ai_output",
        "--workspace",
        "st_ai_ws",
        "--st-neural-art",
        "ingot@neural_art.json",
        "--input-data-type",
        "uint8",
        "--output-data-type",
        "int8",
        "--inputs-ch-position",
        "chlast",
    ]
    assert call["stdin"] == "" and call["model"] == b"a model".hex()
    assert not Path(call["cwd"]).exists() and tmp_path not in Path(call["cwd"]).parents


@pytest.mark.parametrize(
    ("version", "option"), [("2.0", "--no-hw-sw-parallelism"), ("2.1", "--Oalt-sched"), ("4.0", "--Oauto-sched")]
)
def test_the_profile_follows_the_version_the_model_and_the_board(
    tmp_path: Path, root: Path, version: str, option: str
) -> None:
    log = install(root, version)
    generate(tmp_path)
    profile = calls(log)[0]["profile"]["Profiles"]["ingot"]
    assert option in profile["options"].split(" ") and "--all-buffers-info" in profile["options"]
    names = {pool["name"]: pool for pool in calls(log)[0]["pools"]["memory"]["mempools"]}
    assert names["octoFlash"]["offset"] == {"value": "0x70380000", "magnitude": "BYTES"}


def test_raw_files_are_asked_for_whatever_the_boards_pools_say(tmp_path: Path, root: Path) -> None:
    log = install(root, "3.0")
    folder = tmp_path / "hex"
    shutil.copytree(BOARD.parent, folder)
    for pools in folder.glob("*.mpool"):
        pools.write_text(pools.read_text().replace("FORMAT_RAW", "FORMAT_HEX"))
    declared = generate(tmp_path, board=folder / "board.yaml")
    assert "network_atonbuf.xSPI2.raw" in declared
    assert {pool["fformat"] for pool in calls(log)[0]["pools"]["memory"]["mempools"]} == {"FORMAT_RAW"}


def test_the_models_own_options_replace_the_defaults(tmp_path: Path, root: Path) -> None:
    log = install(root, "3.0")
    declared = generate(tmp_path, settings=Settings(stedgeai={"options": "-O3 --native-float"}))
    assert calls(log)[0]["profile"]["Profiles"]["ingot"]["options"] == "-O3 --native-float"
    assert "network_ecblobs.h" not in declared


def test_a_relocatable_image_asks_for_relative_pools_and_all_buffers(tmp_path: Path, root: Path) -> None:
    log = install(root, "3.0")
    generate(tmp_path, settings=Settings(stedgeai={"options": "-O3"}, reloc=True))
    (call,) = calls(log)
    assert call["profile"]["Profiles"]["ingot"]["options"] == "-O3 --all-buffers-info"
    modes = {pool["name"]: pool.get("mode", "") for pool in call["pools"]["memory"]["mempools"]}
    assert modes["octoFlash"] == modes["hyperRAM"] == "USEMODE_RELATIVE" and modes["npuRAM5"] == ""


def test_the_h7_command(tmp_path: Path, root: Path) -> None:
    log = install(root, "2.1")
    declared = generate(tmp_path, board=H747, settings=Settings(stedgeai={"split_weights": True}))
    assert calls(log)[0]["words"] == [
        "generate",
        "--target",
        "stm32h7",
        "-m",
        "tiny.tflite",
        "--output",
        "st_ai_output",
        "--workspace",
        "st_ai_ws",
        "--allocate-inputs",
        "--allocate-outputs",
        "-O",
        "balanced",
        "--split-weights",
        "--memory-pool",
        "mempools.json",
    ]
    assert {"network.c", "network_data.c", "network_data_params.c", "network_config.h"} <= declared


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path, root: Path) -> None:
    """The stand-in writes its folder and a date into its files, as the real one does."""
    install(root, "4.0")
    seen = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        generate(tmp_path / name)
        seen.append({p.name: p.read_bytes() for p in (tmp_path / name / "out").iterdir()})
    assert seen[0] == seen[1]
    assert b"made in ." in seen[0]["network.c"] and b"2026-02" not in b"".join(seen[0].values())


def test_the_description_says_what_it_was_made_from(tmp_path: Path, root: Path) -> None:
    install(root, "4.0")
    generate(tmp_path)
    own = json.loads((tmp_path / "out" / "network_c_info.json").read_text())["ingot"]
    assert own["compiler"] == "stedgeai" and own["model_sha256"] == hashlib.sha256(b"a model").hexdigest()


def test_a_failure_shows_the_tools_own_error_first(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(root, "4.0")
    monkeypatch.setenv("STAND_IN_MODE", "fail")
    with pytest.raises(IngotError) as caught:
        generate(tmp_path)
    message = str(caught.value)
    assert message.startswith(
        "compiler=stedgeai: stedgeai failed with status 3: E103(CliRuntimeError): Error: unsupported layer FOO\n"
        "  it printed last:\n    loading the model\n"
    )
    assert "It was called as: " in message and not (tmp_path / "out").exists()


def test_a_tool_that_hangs_is_ended(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(root, "4.0")
    monkeypatch.setenv("STAND_IN_MODE", "hang")
    with pytest.raises(IngotError, match="did not end within 2 s") as caught:
        generate(tmp_path, timeout=2)
    assert "still optimizing" in str(caught.value) and "st_timeout=" in caught.value.remedy


def test_a_file_that_is_not_left_is_named(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(root, "4.0")
    monkeypatch.setenv("STAND_IN_MODE", "forget")
    with pytest.raises(IngotError, match=r"4\.0\.1-20581 ended well but did not leave network_atonbuf\.xSPI2\.raw"):
        generate(tmp_path)
    assert not (tmp_path / "out").exists()


def test_an_initializer_of_a_second_pool_is_not_forgotten(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In hyperRAM, which nobody could declare before."""
    install(root, "4.0")
    monkeypatch.setenv("STAND_IN_MODE", "second")
    declared = generate(tmp_path)
    assert "network_atonbuf.xSPI1.raw" not in declared
    assert (tmp_path / "out" / "network_atonbuf.xSPI1.raw").stat().st_size == 700
    assert (tmp_path / "out" / "network_atonbuf.xSPI1.hex").read_text().startswith(":020000049000")


def test_a_model_whose_name_has_a_space(tmp_path: Path, root: Path) -> None:
    log = install(root, "4.0")
    generate(tmp_path, model="my model.tflite")
    assert calls(log)[0]["words"][4] == "network_source.tflite"


# ---- finding it ----


def test_its_version_is_asked_once_and_again_when_it_changes(root: Path) -> None:
    install(root, "3.0")
    first = find_tool()
    assert (str(first.version), first.root) == ("3.0.0-20426", root)
    program = first.program
    before = program.stat()
    program.write_text("#!/bin/false\n" + "x" * (before.st_size - 13))  # the same size ...
    import os

    os.utime(program, ns=(before.st_atime_ns, before.st_mtime_ns))  # ... and time: not started
    assert find_tool().signature == first.signature
    install(root, "4.0")
    assert str(find_tool().version) == "4.0.1-20581" and find_tool().signature != first.signature


@pytest.mark.parametrize("version", ["1.0.0", "5.0.0", "9.1.2"])
def test_versions_that_it_cannot_drive(root: Path, version: str) -> None:
    install(root, version)
    with pytest.raises(IngotError, match=f"this is ST Edge AI Core {version}; Ingot drives 2.0 to 4.x"):
        find_tool()


def test_no_version_at_all(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(root, "3.0")
    monkeypatch.setenv("STAND_IN_MODE", "no-version")
    with pytest.raises(IngotError, match="ended with status 0 and names no version"):
        find_tool()


def test_where_it_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STEDGEAI_CORE_DIR", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(IngotError) as caught:
        find_tool()
    for word in ("STEDGEAI_CORE_DIR (not set)", "PATH", str(tmp_path / "ST" / "STEdgeAI"), "X-CUBE-AI"):
        assert word in caught.value.what
    assert "compiler=builtin" in caught.value.remedy and "compiler=prebuilt" in caught.value.remedy


def test_a_variable_that_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEDGEAI_CORE_DIR", str(tmp_path / "gone"))
    with pytest.raises(IngotError, match="there is no stedgeai in the folder that STEDGEAI_CORE_DIR names"):
        find_tool()


def test_the_newest_of_the_usual_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STEDGEAI_CORE_DIR", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    for version in ("2.2", "4.0", "3.0"):
        install(tmp_path / "ST" / "STEdgeAI" / version, version)
    assert find_tool().root == tmp_path / "ST" / "STEdgeAI" / "4.0"
