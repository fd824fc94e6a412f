# SPDX-License-Identifier: Apache-2.0
"""`scons reloc` for networks with NPU epochs: compiler=prebuilt, around the runtime in st_pack=."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingot.image.check import check_image
from ingot.image.image import parse_image
from support.firmware import needs_gcc
from support.scons_project import Project
from support.st_image import reloc_pack
from support.st_network import WEIGHTS, StImageNetwork

pytestmark = needs_gcc
WORDS = ("compiler=prebuilt", "st_output=st_ai_output", "reloc")


@pytest.fixture
def plain(tmp_path: Path) -> Project:
    """A project whose model says nothing of an application, with a network of ST's in it that belongs to no model."""
    project = Project.create(tmp_path / "project")
    text = "name: small\nsource: {file: small.tflite}\nstedgeai: {check_signature: false}\n"
    project.model_yaml.write_text(text)
    (project.folder / "st_ai_output").mkdir()
    for name, content in StImageNetwork().files().items():
        (project.folder / "st_ai_output" / name).write_bytes(content)
    return project


@pytest.mark.slow
def test_an_image_around_the_pack(plain: Project) -> None:
    network = StImageNetwork()
    words = (*WORDS, f"st_pack={reloc_pack()}", "ecblob_in_params=1", "split=1", "gen_c_file=1", "name=pose")
    plain.build(*words)
    folder = plain.out / "reloc"
    content, params = (folder / "pose_rel.bin").read_bytes(), (folder / "pose_rel_params.bin").read_bytes()
    assert params in network.with_blobs(WEIGHTS)
    assert all(finding.passed for finding in check_image(content, "image", params))
    image = parse_image(content, "image")
    assert image.text(image.context.c_name) == "pose" and (folder / "pose_rel_image.c").is_file()
    assert plain.build(*words).nothing
    (plain.folder / "st_ai_output" / "network_atonbuf.xSPI2.raw").write_bytes(WEIGHTS[::-1])
    again = plain.build(*words)
    assert again.links == 0 and (folder / "pose_rel_params.bin").read_bytes() in network.with_blobs(WEIGHTS[::-1])


@pytest.mark.slow
def test_without_a_pack_the_build_says_what_is_missing(plain: Project, tmp_path: Path) -> None:
    build = plain.scons(*WORDS)
    assert build.status == 2 and "built around ST's runtime, and no pack was given" in build.err
    pack = tmp_path / "pack"
    shutil.copytree(reloc_pack(), pack)
    (pack / "Npu/ll_aton/ecloader.c").unlink()
    (pack / "Lib/GCC/ARMCortexM55/NetworkRuntime1010_CM55_GCC_PIC.a").unlink()
    build = plain.scons(*WORDS, f"st_pack={pack}")
    assert "lacks ecloader.c, NetworkRuntime*_CM55_GCC_PIC.a for a relocatable image" in build.err
    assert "Traceback" not in build.err and not (plain.out / "reloc").exists()
