# SPDX-License-Identifier: Apache-2.0
"""From C to an image: what is refused, what is the same twice, and the header of the newer runtime."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.image.c_array import image_array
from ingot.image.check import check_image
from ingot.image.image import parse_image
from ingot.image.info import as_dict
from ingot.image.link import image_of_elf
from ingot.image.seal import Seal
from ingot.image.source import ImageOptions
from ingot.link import toolchain
from ingot.steps.image import pack_image
from support.firmware import needs_gcc
from support.loader import verdict
from support.pose_model import pose_model
from support.reloc_model import RelocModel, build_image, image_objects
from support.session import path_without_memory

pytestmark = [pytest.mark.slow, needs_gcc]


def built(folder: Path, options: ImageOptions | None = None) -> RelocModel:
    folder.mkdir()
    file = folder / "pose.tflite"
    file.write_bytes(pose_model(1))
    return build_image(file, folder / "image", options=options)


def test_the_same_bytes_in_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_without_memory())
    first, second = built(tmp_path / "here"), built(tmp_path / "somewhere else")
    for name in ("file", "split", "params"):
        assert getattr(first, name).read_bytes() == getattr(second, name).read_bytes()
    assert image_of_elf(first.elf, first.pools.params, "1.1.1") == first.image


def test_an_image_is_sound_and_its_figures_add_up(tmp_path: Path) -> None:
    made = built(tmp_path / "a")
    content = made.file.read_bytes()
    assert all(finding.passed for finding in check_image(content, "image"))
    facts = as_dict(parse_image(content, "image"))
    assert facts["xip_ram"] == -(-made.image.rw_size // 8) * 8
    assert facts["copy_ram"] == facts["xip_ram"] + made.image.ro_size
    assert facts["params"]["crc32"] == facts["params"]["crc32_computed"]
    assert facts["params"]["offset"] == len(content) - len(made.pools.params) - 224
    assert facts["flags"]["word"] == "0x80785d22"  # as ST's packager has it by default
    split = check_image(made.split.read_bytes(), "split", made.params.read_bytes())
    assert all(finding.passed for finding in split)


def calls(what: Callable[[], object]) -> int:
    """How many functions `what` calls."""
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        what()
    finally:
        sys.setprofile(None)
    return count


def test_more_weights_take_no_more_steps_to_pack(tmp_path: Path) -> None:
    made = built(tmp_path / "a")
    params = made.pools.params
    image_of_elf(made.elf, params, "1.1.1").to_bytes()  # imports
    few = calls(lambda: image_of_elf(made.elf, params, "1.1.1").to_bytes())
    many = calls(lambda: image_of_elf(made.elf, params + bytes(3 << 20), "1.1.1").to_bytes())
    assert few == many


def test_the_header_of_the_newer_runtime(tmp_path: Path) -> None:
    made = built(tmp_path / "new", ImageOptions(runtime_abi="1.1.3"))
    content = made.image.to_bytes()
    parsed = parse_image(content, "image")
    assert parsed.layout.size == 104 and parsed.context.version == (1, 1, 3)
    assert all(finding.passed for finding in check_image(content, "image"))
    assert verdict(content)  # this firmware's runtime is the older one


def test_secure_and_debug_flags(tmp_path: Path) -> None:
    made = built(tmp_path / "a", ImageOptions(secure=False))
    assert made.image.flags.encode() == 0x80685D22


def linked(folder: Path, code: str, *flags: str) -> Path:
    """A hand-written file beside an image's own objects."""
    made = built(folder)
    source, target, elf = folder / "hand.c", folder / "hand.o", folder / "hand.elf"
    source.write_text(code)
    command = toolchain.compile_command(source, target, "cortex-m55", "network")
    subprocess.run([*command, *flags], check=True)
    image = folder / "image"
    words = [toolchain.tool(), image / "network.o", image / "rel.o", target, *image_objects(made.network)]
    words += [*toolchain.image_link_flags("cortex-m55"), "-Wl,-u,hand", f"-Wl,-T,{image / 'rel.ld'}", "-lgcc"]
    subprocess.run([str(word) for word in [*words, "-o", elf]], check=True)
    assert made.elf.is_file()
    return elf


def test_an_absolute_address_in_code_is_refused(tmp_path: Path) -> None:
    code = "static int a; int *const table[1] = {&a}; int *hand(int i); int *hand(int i) { return table[i]; }"
    elf = linked(tmp_path / "a", code)  # without -fpic the table is a constant
    with pytest.raises(IngotError, match=r"absolute address outside .data"):
        image_of_elf(elf, b"", "1.1.1")


def test_what_is_no_elf_is_named(tmp_path: Path) -> None:
    file = tmp_path / "x.elf"
    file.write_bytes(b"nothing")
    with pytest.raises(IngotError, match="not an ELF file"):
        image_of_elf(file, b"", "1.1.1")


def test_an_image_as_a_c_array_has_the_same_bytes(tmp_path: Path) -> None:
    content = bytes(range(256)) + b"tail"
    source = tmp_path / "array.c"
    source.write_text(image_array(content, "network", "model"))
    subprocess.run([toolchain.tool(), "-mcpu=cortex-m55", "-c", source, "-o", tmp_path / "array.o"], check=True)
    objcopy = [toolchain.tool("objcopy"), "-O", "binary", "-j", ".rodata", tmp_path / "array.o", tmp_path / "array.bin"]
    subprocess.run(objcopy, check=True)
    assert content in (tmp_path / "array.bin").read_bytes()


@pytest.mark.parametrize(("asked", "board", "expected"), [("board", "crc32", "crc32"), ("sha256", "none", "sha256")])
def test_the_seal_is_the_boards_or_what_was_asked_for(tmp_path: Path, asked: str, board: str, expected: str) -> None:
    made = built(tmp_path / "a")
    folder = made.elf.parent
    text = (toolchain.ROOT / "boards" / "n6dk" / "board.yaml").read_text()
    (tmp_path / "board.yaml").write_text(text.replace("  external_loader:", f"  seal: {board}\n  external_loader:"))
    c_info = next(folder.glob("*c_info.json"))
    raws = [folder / item.file for item in made.network.initializers]
    pack_image(made.elf, c_info, raws, tmp_path / "board.yaml", tmp_path / "image.bin", seal=asked)
    seal = Seal.parse(parse_image((tmp_path / "image.bin").read_bytes(), "image").trailer, "image")
    assert seal is not None and seal.kind.name.lower() == expected
