# SPDX-License-Identifier: Apache-2.0
"""The boot header, read back field by field by code that shares nothing with the writer."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.device.sign.st_tool import command, differences, find_tool, sign_with_tool, tool_version
from ingot.device.sign.stm32_header import read_header, sign

LOAD = 0x34000400


def application(size: int = 1000, entry: int = LOAD + 0x101) -> bytes:
    body = bytes(i * 7 & 255 for i in range(size - 8))
    return (0x34100000).to_bytes(4, "little") + entry.to_bytes(4, "little") + body


def word(image: bytes, offset: int) -> int:
    return image[offset] | image[offset + 1] << 8 | image[offset + 2] << 16 | image[offset + 3] << 24


def test_every_field() -> None:
    binary = application()
    image = sign(binary, LOAD, image_version=5)
    assert image[0:4] == bytes([0x53, 0x54, 0x4D, 0x32])
    assert not any(image[0x04:0x64])
    assert word(image, 0x64) == sum(binary)
    assert word(image, 0x68) == 0x00020300
    assert word(image, 0x6C) == 1000 + 448
    assert word(image, 0x70) == LOAD + 0x101
    assert word(image, 0x74) == 0 and word(image, 0x7C) == 0
    assert word(image, 0x78) == LOAD
    assert word(image, 0x80) == 5
    assert word(image, 0x84) == 0x80000000
    assert word(image, 0x88) == 0x1A0
    assert word(image, 0x8C) == 0x10
    assert not any(image[0x90:0xA0])
    assert image[0xA0:0xA4] == b"ST\xff\xff"
    assert word(image, 0xA4) == 0x1A0
    assert not any(image[0xA8:0x400])
    assert image[0x400:] == binary


def test_a_published_image_length() -> None:
    """community.st.com/td-p/883496: 256 bytes of 0xFF give 0x2C0 with the tool's --align."""
    binary = (LOAD + 256).to_bytes(4, "little") + (LOAD + 9).to_bytes(4, "little") + b"\xff" * 248
    assert word(sign(binary, LOAD), 0x6C) == 0x2C0


def test_what_is_written_is_read() -> None:
    header = read_header(sign(application(), LOAD, 3))
    assert (header.entry, header.load_address, header.length) == (LOAD + 0x101, LOAD, 1448)
    assert (header.image_version, header.binary_type, header.signed) == (3, 0x10, False)


@given(st.integers(0, 1399), st.integers(1, 255))
def test_damage_is_noticed(offset: int, change: int) -> None:
    image = bytearray(sign(application(), LOAD))
    image[offset] ^= change
    fields = [(0x04, 0x64), (0x70, 0x74), (0x78, 0x7C), (0x80, 0x88), (0x8C, 0x90), (0x98, 0x240)]
    if any(start <= offset < end for start, end in fields):
        return  # no code over these bytes: they say something else, not something impossible
    with pytest.raises(IngotError):
        read_header(bytes(image))


@pytest.mark.parametrize(
    "binary",
    [b"", b"\0" * 4, application(entry=LOAD + 0x100), application(entry=LOAD - 1), application(entry=LOAD + 1001)],
)
def test_what_is_no_application_is_refused(binary: bytes) -> None:
    with pytest.raises(IngotError):
        sign(binary, LOAD)


STAND_IN = """\
#!{python}
import sys
words = sys.argv[1:]
if words == ["--version"]:
    print("      STM32 Signing Tool v{version}")
    sys.exit()
sys.path.insert(0, {root!r})
from ingot.device.sign.stm32_header import sign
from pathlib import Path
value = lambda flag: words[words.index(flag) + 1]
assert words[words.index("-nk") - 2 : words.index("-nk")] == ["-bin", value("-bin")]
assert ("-align" in words) == {align}, words
image = bytearray(sign(Path(value("-bin")).read_bytes(), int(value("-la"), 0)))
image[{changed}] ^= {by}
Path(value("-o")).write_bytes(image)
"""


def stand_in(folder: Path, version: str, align: bool, changed: int = 0, by: int = 0) -> None:
    tool = folder / "STM32_SigningTool_CLI"
    root = str(Path(sys.modules["ingot"].__file__ or "").parents[1])
    values = {"python": sys.executable, "version": version, "root": root, "align": align, "changed": changed, "by": by}
    tool.write_text(STAND_IN.format(**values))
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(
    ("version", "align"), [("2.18.0", False), ("2.20.0", False), ("2.21.0", True), ("2.22.0", True)]
)
def test_st_tool_gets_the_flags_of_its_version(
    version: str, align: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, version, align)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    tool = find_tool()
    assert tool == str(tmp_path / "STM32_SigningTool_CLI")
    assert tool_version(tool) == tuple(map(int, version.split(".")))
    assert differences(sign(application(), LOAD), sign_with_tool(tool, application(), LOAD)) == []


def test_a_difference_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, "2.21.0", True, changed=0x78, by=0xFF)
    image = sign_with_tool(str(tmp_path / "STM32_SigningTool_CLI"), application(), LOAD)
    (difference,) = differences(sign(application(), LOAD), image)
    assert difference.startswith("load address at 0x78: 00040034 here, ff040034 by")


def test_the_command_line() -> None:
    line = command("tool", (2, 21, 0), Path("a.bin"), Path("b.bin"), LOAD)
    assert " ".join(line) == ("tool -bin a.bin -nk -of 0x80000000 -t fsbl -hv 2.3 -la 0x34000400 -o b.bin -s -align")
