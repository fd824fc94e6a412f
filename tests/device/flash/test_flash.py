# SPDX-License-Identifier: Apache-2.0
"""Flash plans word by word, and runs against stand-ins that record what they were called with."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import Board, load_board
from ingot.device.flash.drivers import PROGRAMS, Driver, choose_driver
from ingot.device.flash.plan import Part, make_plan
from ingot.device.flash.run import flash
from ingot.network.types import Initializer
from support import stand_in_programmer
from support.firmware import fixture_network

WEIGHTS, APPLICATION = 0x70380000, 0x70100000


def board(name: str = "n6dk") -> Board:
    return load_board(ROOT / "boards" / name / "board.yaml")


def driver(name: str, tool: str) -> Driver:
    probe = next(probe for probe in board(name).probes if probe.tool == tool)
    return Driver(board(name), probe, PROGRAMS[tool])


LOADER = "-el MX66UW1G45G_STM32N6570-DK.stldr"


@pytest.mark.parametrize(
    ("name", "tool", "address", "expected"),
    [
        (
            "n6dk",
            "cubeprogrammer",
            WEIGHTS,
            f"STM32_Programmer_CLI -c port=SWD mode=HOTPLUG ap=1 {LOADER} -w w.bin 0x70380000 -v",
        ),
        (
            "nucleo-n657",
            "cubeprogrammer",
            APPLICATION,
            "STM32_Programmer_CLI -c port=SWD mode=HOTPLUG ap=1 -el MX25UM51245G_STM32N6570-NUCLEO.stldr "
            "-w w.bin 0x70100000 -v",
        ),
        ("h747-disco", "cubeprogrammer", 0x08000000, "STM32_Programmer_CLI -c port=SWD mode=UR -w w.bin 0x08000000 -v"),
        (
            "h747-disco",
            "cubeprogrammer",
            0x90000000,
            "STM32_Programmer_CLI -c port=SWD mode=UR -el MT25TL01G_STM32H747I-DISCO.stldr -w w.bin 0x90000000 -v",
        ),
        (
            "h747-disco",
            "openocd",
            0x90000000,
            "openocd -f board/stm32h747i-disco.cfg -c init -c reset halt -c flash write_image erase {w.bin} "
            "0x90000000 bin -c verify_image {w.bin} 0x90000000 bin -c reset run -c shutdown",
        ),
        (
            "h747-disco",
            "probe-rs",
            0x08000000,
            "probe-rs download --chip STM32H747XIHx --binary-format bin --base-address 0x08000000 --verify w.bin",
        ),
        (
            "h747-disco",
            "pyocd",
            0x08000000,
            "pyocd flash --target stm32h747xihx --format bin --base-address 0x08000000 w.bin",
        ),
    ],
)
def test_commands_word_by_word(name: str, tool: str, address: int, expected: str) -> None:
    assert " ".join(driver(name, tool).write(Path("w.bin"), address)) == expected


def test_how_flash_is_read() -> None:
    def read(name: str, tool: str) -> str:
        return " ".join(driver(name, tool).read(0x08000000, 256, Path("r.bin")) or ["cannot"])

    assert read("h747-disco", "cubeprogrammer").endswith("-c port=SWD mode=UR -u 0x08000000 0x100 r.bin")
    assert "-c dump_image {r.bin} 0x08000000 0x100 -c" in read("h747-disco", "openocd")
    assert read("h747-disco", "pyocd") == "pyocd cmd --target stm32h747xihx -c savemem 0x08000000 256 r.bin"
    assert read("h747-disco", "probe-rs") == "cannot"


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where stand-ins can be put; nothing else is on the PATH."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(tools: Path, tool: str) -> None:
    stand_in_programmer.install(tools, name=PROGRAMS[tool])


def calls(tools: Path) -> list[str]:
    """What was called since the last time: read or write, and the address."""
    lines = stand_in_programmer.calls(tools)
    return [" ".join(word for word in words if word in ("-u", "-w", "download") or word[:2] == "0x") for words in lines]


def parts(weights: bytes = b"w" * 300) -> list[Part]:
    return [Part("weights octoFlash", WEIGHTS, weights), Part("application", APPLICATION, b"a" * 500)]


def run(tools: Path, given: list[Part], **options: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    chosen = choose_driver(board(), [part.address for part in given])
    done = flash(given, chosen, tools.parent / "flash", lambda line: None, **options)
    return done.written, done.unchanged


@pytest.mark.slow
def test_only_what_changed_is_written(tools: Path) -> None:
    install(tools, "cubeprogrammer")
    assert run(tools, parts()) == (("weights octoFlash", "application"), ())
    assert calls(tools) == ["-u 0x70380000 0x12c", "-w 0x70380000", "-u 0x70100000 0x1f4", "-w 0x70100000"]
    assert (tools / "memory" / "0x70380000").read_bytes() == b"w" * 300
    assert run(tools, parts()) == ((), ("weights octoFlash", "application"))
    assert calls(tools) == ["-u 0x70380000 0x12c", "-u 0x70100000 0x1f4"]
    assert run(tools, parts(b"v" * 300)) == (("weights octoFlash",), ("application",))
    assert run(tools, parts(b"v" * 300), whole=True)[0] == ("weights octoFlash", "application")
    (tools / "memory" / "0x70100000").write_bytes(b"somebody else's")
    assert run(tools, parts(b"v" * 300)) == (("application",), ("weights octoFlash",))


def test_a_failure_says_what_is_there_and_the_next_run_goes_on(tools: Path) -> None:
    install(tools, "cubeprogrammer")
    (tools / "fail").write_text("0x70100000")
    with pytest.raises(IngotError) as caught:
        run(tools, [*parts(), Part("params", 0x71800000, b"p")])
    assert caught.value.what == (
        "application could not be written: status 1: Error: no debug probe detected; on the board: weights octoFlash; "
        "half written: application; not yet: params"
    )
    assert "skipped" in caught.value.remedy
    (tools / "fail").unlink()
    assert run(tools, [*parts(), Part("params", 0x71800000, b"p")]) == (
        ("application", "params"),
        ("weights octoFlash",),
    )


def h747(tools: Path, data: bytes = b"a") -> tuple[tuple[str, ...], tuple[str, ...]]:
    chosen = choose_driver(board("h747-disco"), [0x08000000])
    assert chosen.name == "probe-rs"
    done = flash([Part("application", 0x08000000, data)], chosen, tools.parent / "flash", lambda line: None)
    return done.written, done.unchanged


def test_a_tool_that_cannot_read_has_a_record(tools: Path) -> None:
    install(tools, "probe-rs")
    assert h747(tools) == (("application",), ())
    assert h747(tools) == ((), ("application",))
    assert calls(tools) == ["download 0x08000000"]
    (tools / "fail").write_text("download")
    with pytest.raises(IngotError, match="half written: application"):
        h747(tools, b"b")
    (tools / "fail").unlink()
    assert h747(tools) == (("application",), ()), "what was half overwritten is not there any more"


def test_a_dry_run_needs_no_tool_and_starts_none(tools: Path) -> None:
    shown: list[str] = []
    chosen = choose_driver(board(), [WEIGHTS, APPLICATION], dry_run=True)
    flash(parts(), chosen, tools.parent / "flash", shown.append, dry_run=True)
    assert [line.split(" -w ")[1].rsplit("/", 1)[1] for line in shown] == [
        "weights-octoFlash.bin 0x70380000 -v",
        "application.bin 0x70100000 -v",
    ]
    assert not (tools.parent / "flash").exists()


def test_the_first_tool_that_can_is_taken(tools: Path) -> None:
    for tool in ("pyocd", "openocd"):
        install(tools, tool)
    both = board("h747-disco")
    assert choose_driver(both, [0x08000000]).name == "openocd"
    assert choose_driver(both, [0x08000000], "pyocd").name == "pyocd"
    with pytest.raises(IngotError, match="pyocd does not reach 0x90000000"):
        choose_driver(both, [0x90000000], "pyocd")
    with pytest.raises(IngotError, match="STM32_Programmer_CLI is not installed"):
        choose_driver(board(), [WEIGHTS])
    with pytest.raises(IngotError, match="is not flashed with that"):
        choose_driver(board(), [WEIGHTS], "pyocd")


def test_the_plan_has_the_addresses_of_board_and_network(tmp_path: Path) -> None:
    network = fixture_network()
    (tmp_path / network.initializers[0].file).write_bytes(b"w" * 80)
    (tmp_path / "fsbl.bin").write_bytes(b"STM2f")
    (tmp_path / "image.bin").write_bytes(b"i")
    plan = make_plan(board(), network, tmp_path, None, fsbl=tmp_path / "fsbl.bin")
    assert [(part.name, part.address) for part in plan] == [("fsbl", 0x70000000), ("weights octoFlash", WEIGHTS)]
    plan = make_plan(board(), network, tmp_path, None, image=tmp_path / "image.bin", params=tmp_path / "fsbl.bin")
    assert [(part.name, part.address) for part in plan] == [("network", 0x71000000), ("params", 0x71800000)]


def hex_text(*segments: tuple[int, bytes]) -> str:
    """Segments of up to 255 bytes as an Intel HEX file."""
    lines = []
    for address, data in segments:
        for kind, at, content in ((4, 0, (address >> 16).to_bytes(2, "big")), (0, address & 0xFFFF, data)):
            record = bytes([len(content), at >> 8, at & 0xFF, kind]) + content
            lines.append(f":{(record + bytes([-sum(record) & 0xFF])).hex().upper()}")
    return "\n".join([*lines, ":00000001FF", ""])


def test_a_loader_comes_as_hex_too(tmp_path: Path) -> None:
    """ST gives its loader as ai_fsbl.hex, whose text is not what belongs into the flash."""
    file = tmp_path / "ai_fsbl.hex"
    network = dataclasses.replace(fixture_network(), initializers=())
    file.write_text(hex_text((0x70000000, b"STM2abc"), (0x70000010, b"z")))
    (part,) = make_plan(board(), network, tmp_path, None, fsbl=file)
    assert (part.address, part.data) == (0x70000000, b"STM2abc" + b"\xff" * 9 + b"z")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (hex_text((0x70100000, b"STM2abc")), "begins at 0x70100000, the slot 'fsbl' at 0x70000000"),
        (hex_text((0x70000000, b"STM2"), (0x700FFFFF, b"ab")), "ends at 0x70100001, behind the slot 'fsbl'"),
        (":00000001FF\n", "begins at nowhere, the slot 'fsbl' at 0x70000000"),
        (hex_text((0x70000000, b"STM2abc"))[:-12], "is no Intel HEX file: it has no record of its end"),
        (hex_text((0x70000000, b"abc")), "is no signed first-stage loader: it begins with 61 62 63, not with STM2"),
        ("abcde", "is no signed first-stage loader: it begins with 61 62 63 64, not with STM2"),
        ("", "is no signed first-stage loader: it begins with nothing, not with STM2"),
    ],
)
def test_a_file_that_is_no_loader_is_refused(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "loader"
    file.write_text(content)
    with pytest.raises(IngotError) as error:
        make_plan(board(), fixture_network(), tmp_path, None, fsbl=file)
    assert message in str(error.value)


def test_what_must_not_be_flashed(tmp_path: Path) -> None:
    network = fixture_network()
    (tmp_path / network.initializers[0].file).write_bytes(b"w" * 80)
    with pytest.raises(IngotError, match="stand-in"):
        make_plan(board(), dataclasses.replace(network, stand_in=True), tmp_path, None)
    in_ram = dataclasses.replace(
        network, initializers=(Initializer("x", network.initializers[0].file, 0x90000000, 80, 0),)
    )
    with pytest.raises(IngotError, match="is not in the flash of 'n6dk'"):
        make_plan(board(), in_ram, tmp_path, None)
    two = dataclasses.replace(network, initializers=network.initializers * 2)
    with pytest.raises(IngotError, match="overlap at 0x70380000"):
        make_plan(board(), two, tmp_path, None)
    (tmp_path / "fsbl.bin").write_bytes(b"STM2" + bytes(1 << 20))
    with pytest.raises(IngotError, match="the slot 'fsbl' 1,048,576"):
        make_plan(board(), network, tmp_path, None, fsbl=tmp_path / "fsbl.bin")


def test_every_board_can_be_flashed() -> None:
    for name in os.listdir(ROOT / "boards"):
        flashes = {region.memory for region in board(name).regions if region.kind == "flash"}
        assert any(not probe.memories or flashes <= set(probe.memories) for probe in board(name).probes), name
