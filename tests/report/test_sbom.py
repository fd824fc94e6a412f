# SPDX-License-Identifier: Apache-2.0
"""The bill of materials: what is in it, that it hangs together, and that the same firmware gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ingot.base.errors import IngotError
from ingot.base.places import ROOT, kernels_dir
from ingot.board import load_board
from ingot.board.fit import load_pools
from ingot.cli.sbom import sbom as verb
from ingot.compiler.compile import CompileOptions, compile_model
from ingot.report.sbom import Component, Materials, ModelPart, SourceFile, render_sbom
from support.pose_model import pose_model

SLA = "SLA0044 (STMicroelectronics), see LICENSE.md"


def part(name: str, licence: str, **changes: Any) -> ModelPart:
    values: dict[str, Any] = {
        "name": name,
        "model": f"{name}.tflite",
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "licence": licence,
        "url": f"https://example.com/{name}.tflite",
        "stand_in": False,
        "compiler": "builtin",
        "compiler_version": "0.1.0",
        "code": (SourceFile(f"{name}.c", b"int x;\n"),),
        "weights": (SourceFile(f"{name}_atonbuf.xSPI2.raw", b"weights"),),
    }
    return ModelPart(**(values | changes))


def materials(*models: ModelPart, epoch: int = 0) -> Materials:
    return Materials(
        board="n6dk",
        elf=SourceFile("firmware.elf", b"\x7fELF"),
        ingot_version="0.1.0",
        models=models,
        kernels=(SourceFile("firmware/kernels/add.c", b"/* */", "Apache-2.0"),),
        libraries=(Component("newlib", "3.3.0"),),
        tools=(Component("arm-none-eabi-gcc", "12.2.1"),),
        epoch=epoch,
    )


def package(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(item for item in document["packages"] if item["name"] == name)


def hangs_together(document: dict[str, Any]) -> None:
    """The rules of SPDX 2.3 that its JSON schema cannot say."""
    entries = [*document["packages"], *document["files"]]
    identities = ["SPDXRef-DOCUMENT", *(entry["SPDXID"] for entry in entries)]
    assert len(set(identities)) == len(identities)
    assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", identity) for identity in identities)
    related = set()
    for relation in document["relationships"]:
        ends = {relation["spdxElementId"], relation["relatedSpdxElement"]}
        assert ends <= set(identities)
        related |= ends
    assert related == set(identities), "everything has something to do with the firmware"
    for file in document["files"]:
        assert {item["algorithm"] for item in file["checksums"]} >= {"SHA1"} and file["fileName"].startswith("./")
    quoted = {item["licenseId"] for item in document.get("hasExtractedLicensingInfos", [])}
    declared = {item["licenseDeclared"] for item in document["packages"]}
    assert {name for name in declared if name.startswith("LicenseRef-")} == quoted


def test_models_stand_with_their_hash_and_licence() -> None:
    given = (part("detect", "Apache-2.0"), part("pose", SLA), part("other", SLA), part("own", "", sha256="", url=""))
    document = json.loads(render_sbom(materials(*given)))
    hangs_together(document)
    detect, pose, own = (package(document, f"{name}.tflite") for name in ("detect", "pose", "own"))
    assert detect["licenseDeclared"] == "Apache-2.0" and detect["downloadLocation"] == given[0].url
    assert detect["checksums"] == [{"algorithm": "SHA256", "checksumValue": given[0].sha256}]
    assert pose["licenseDeclared"] == package(document, "other.tflite")["licenseDeclared"] == "LicenseRef-Model-1"
    assert document["hasExtractedLicensingInfos"][0]["extractedText"] == SLA
    assert own["licenseDeclared"] == own["downloadLocation"] == "NOASSERTION" and "checksums" not in own


def test_files_of_the_same_letters_keep_names_of_their_own() -> None:
    given = part("net", "MIT", weights=(SourceFile("a_b.raw", b"1"), SourceFile("a-b.raw", b"2")))
    hangs_together(json.loads(render_sbom(materials(given))))


def test_the_time_is_the_builds_and_the_namespace_is_the_contents() -> None:
    texts = [render_sbom(materials(part("net", "MIT"), epoch=epoch)) for epoch in (0, 0, 1_700_000_000)]
    assert texts[0] == texts[1]
    first, last = json.loads(texts[0]), json.loads(texts[2])
    assert first["creationInfo"]["created"] == "1970-01-01T00:00:00Z"
    assert last["creationInfo"]["created"] == "2023-11-14T22:13:20Z"
    assert first["documentNamespace"] != last["documentNamespace"]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a compiled network, with a model.yaml and something in the linker's place."""
    folder = tmp_path_factory.mktemp("sbom")
    model = folder / "small.tflite"
    model.write_bytes(pose_model(0))
    board = load_board(ROOT / "boards" / "n6dk" / "board.yaml")
    compile_model(model, load_pools(board), folder, CompileOptions(model="small"))
    (folder / "firmware.elf").write_bytes(b"\x7fELF")
    (folder / "model.yaml").write_text(
        "name: small\nsource:\n  file: small.tflite\n  licence: MIT\n"
        f"  sha256: {hashlib.sha256(model.read_bytes()).hexdigest()}\n"
    )
    return folder


def run(folder: Path, **environment: str) -> Any:
    words = ["model.yaml", "--board", "n6dk", "--network", "network_c_info.json"]
    words += ["--elf", "firmware.elf", "--out", "firmware.spdx.json", "--depfile", "firmware.d"]
    words = [str(folder / word) if (folder / word).exists() or "." in word else word for word in words]
    return CliRunner(env=environment).invoke(verb, words)


@pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed")
class TestVerb:
    def test_it_lists_what_the_firmware_is_made_of(self, network: Path, tmp_path: Path) -> None:
        texts = []
        for name in ("one", "two"):
            folder = shutil.copytree(network, tmp_path / name)
            done = run(folder)
            assert done.exit_code == 0, done.output + str(done.exception)
            texts.append((folder / "firmware.spdx.json").read_text())
        assert texts[0] == texts[1], "the folder does not matter"
        assert f"{folder / 'firmware.elf'} " in (folder / "firmware.d").read_text()
        document = json.loads(texts[0])
        hangs_together(document)
        model = (network / "small.tflite").read_bytes()
        assert package(document, "small.tflite")["checksums"][0]["checksumValue"] == hashlib.sha256(model).hexdigest()
        assert package(document, "small.tflite")["licenseDeclared"] == "MIT"
        kernels = json.loads((network / "network_c_info.json").read_text())["ingot"]["kernels"]
        assert kernels
        files = {file["fileName"]: file["checksums"][1]["checksumValue"] for file in document["files"]}
        for kernel in kernels:
            digest = hashlib.sha256((kernels_dir() / kernel).read_bytes()).hexdigest()
            assert files[f"./firmware/kernels/{kernel}"] == digest
        assert {"./network.c", "./network_atonbuf.xSPI2.raw"} <= set(files)
        for name in ("arm-none-eabi-gcc", "arm-none-eabi-ld", "newlib", "libgcc", "ingot"):
            assert re.match(r"\d+\.\d+", package(document, name)["versionInfo"]), name

    def test_a_model_of_other_weights_is_refused(self, network: Path, tmp_path: Path) -> None:
        folder = shutil.copytree(network, tmp_path / "copy")
        manifest = folder / "model.yaml"
        manifest.write_text(re.sub("sha256: .*", f"sha256: {'f' * 64}", manifest.read_text()))
        done = run(folder)
        assert isinstance(done.exception, IngotError) and "model.yaml names one with fff" in str(done.exception)
        assert not (folder / "firmware.spdx.json").exists()

    def test_a_missing_initializer_is_named(self, network: Path, tmp_path: Path) -> None:
        folder = shutil.copytree(network, tmp_path / "copy")
        (folder / "network_atonbuf.xSPI2.raw").unlink()
        done = run(folder)
        assert isinstance(done.exception, IngotError) and "network_atonbuf.xSPI2.raw" in str(done.exception)

    def test_a_time_that_is_none_is_refused(self, network: Path, tmp_path: Path) -> None:
        done = run(shutil.copytree(network, tmp_path / "copy"), SOURCE_DATE_EPOCH="today")
        assert isinstance(done.exception, IngotError) and "SOURCE_DATE_EPOCH is 'today'" in str(done.exception)
