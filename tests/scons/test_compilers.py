"""compiler=stedgeai and compiler=prebuilt through scons: what runs again when what changes."""

from pathlib import Path

import pytest

from support.scons_project import Project
from support.st_output import StNetwork
from support.stedgeai_stand_in import calls, install

MODEL = "name: small\nsource: {file: small.tflite}\n"
TAKEN = ("take", "layout", "config", "weights", "check")


@pytest.fixture
def plain(tmp_path: Path) -> Project:
    """A project whose model says nothing of an application."""
    project = Project.create(tmp_path / "project")
    project.model_yaml.write_text(MODEL)
    return project


def test_a_new_version_of_the_tool_generates_again(plain: Project, tmp_path: Path) -> None:
    log = install(tmp_path / "core", "3.0")
    settings = {"STEDGEAI_CORE_DIR": str(tmp_path / "core")}
    first = plain.build("compiler=stedgeai", **settings)
    assert first.steps["stedgeai"] == 1 and "no firmware is linked: st_pack= is not given" in first.err
    for name in ("network.c", "stai_network.h", "network_ecblobs.h", "network_atonbuf.xSPI2.hex", "memory_map.txt"):
        assert (plain.out / name).is_file(), name
    assert plain.build("compiler=stedgeai", **settings).nothing and len(calls(log)) == 1

    install(tmp_path / "core", "4.0")
    again = plain.build("compiler=stedgeai", **settings)
    assert again.steps["stedgeai"] == 1 and len(calls(log)) == 2
    assert "LL_ATON_VERSION_DEV != 275" in (plain.out / "network.c").read_text()

    plain.train(1)
    assert plain.build("compiler=stedgeai", **settings).steps["stedgeai"] == 1
    plain.model_yaml.write_text(f"{MODEL}stedgeai: {{options: -O3}}\n")
    assert plain.build("compiler=stedgeai", **settings).steps["stedgeai"] == 1
    assert not (plain.folder / "build/n6dk/small/firmware.elf").exists()


def test_a_failed_tool_leaves_nothing_and_fails_the_build(plain: Project, tmp_path: Path) -> None:
    install(tmp_path / "core", "3.0")
    build = plain.scons("compiler=stedgeai", STEDGEAI_CORE_DIR=str(tmp_path / "core"), STAND_IN_MODE="fail")
    assert build.status == 2 and "ingot: compiler=stedgeai: stedgeai failed with status 3: E103" in build.err
    assert "Traceback" not in build.err and not list(plain.out.glob("network*"))


def test_a_prebuilt_network_is_taken_again_when_a_file_of_it_changes(plain: Project) -> None:
    output = plain.folder / "st_ai_output"
    output.mkdir()
    for name, content in StNetwork().files().items():
        (output / name).write_bytes(content)
    first = plain.build("compiler=prebuilt", "st_output=st_ai_output")
    assert all(first.steps[step] == 1 for step in TAKEN)
    assert plain.build("compiler=prebuilt", "st_output=st_ai_output").nothing
    (output / "network_atonbuf.xSPI2.raw").write_bytes(bytes(700))
    again = plain.build("compiler=prebuilt", "st_output=st_ai_output")
    assert again.steps["take"] == 1 and again.steps["weights"] == 1
    (output / "network_atonbuf.xSPI2.raw").write_bytes(bytes(701))
    assert "[raw-size]" in plain.scons("compiler=prebuilt", "st_output=st_ai_output").err
    assert "needs st_output=FOLDER" in plain.scons("compiler=prebuilt").err
