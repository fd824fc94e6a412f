# SPDX-License-Identifier: Apache-2.0
"""`scons validate`, `sign`, `flash` and `load-and-run`, as a user types them."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from support.scons_project import Project
from support.stand_in_programmer import calls, install, written

SIGNING_TOOL = """\
#!{python}
import sys
sys.path.insert(0, "site_scons")
from pathlib import Path
from ingot.device.sign.stm32_header import sign
words = sys.argv[1:]
value = lambda flag: words[words.index(flag) + 1]
if words == ["--version"]:
    print("STM32 Signing Tool v2.21.0")
else:
    image = bytearray(sign(Path(value("-bin")).read_bytes(), int(value("-la"), 0)))
    image[{changed}] ^= {by}
    Path(value("-o")).write_bytes(image)
"""


@pytest.mark.emulated
def test_validate_and_load_and_run_on_the_twin(project: Project) -> None:
    done = project.build("validate", "samples=2", "save=results.npz")
    assert done.out.count(", equal\n") == 2 and "class agrees" in done.out
    assert (project.folder / "results.npz").is_file()
    ran = project.build("load-and-run", "samples=1", "mode=COPY", "split=1", "address=0x71200000")
    assert "image at 0x71200000" in ran.out and "RAM for a copy" in ran.out and ", equal\n" in ran.out
    only = project.build("load-and-run", "no_run=1")
    assert "installed network" in only.out and "sample 1" not in only.out
    refused = project.scons("load-and-run", "no_flash=1")
    assert refused.status and "flash is empty whenever it starts" in refused.err
    silent = project.scons("validate", "port=/dev/no-such-port")
    assert silent.status and "cannot be opened" in silent.err and "Traceback" not in silent.err


def test_sign(project: Project) -> None:
    done = project.build("sign")
    assert done.steps["sign"] == 1
    binary, signed = project.out / "firmware.bin", project.out / "firmware-signed.bin"
    image = signed.read_bytes()
    load, entry = struct.unpack_from("<I", image, 0x78)[0], struct.unpack_from("<I", image, 0x70)[0]
    assert image[:4] == b"STM2" and image[0x400:] == binary.read_bytes()
    assert (load, entry) == (0x34000400, struct.unpack_from("<I", image, 0x404)[0])
    assert project.build("sign").nothing, "the same application is not signed again"
    other = project.scons("sign", "board=h747-disco")
    assert other.status and "sign" in other.err + other.out and "Traceback" not in other.err


def test_compare_with_the_signing_tool(project: Project, tmp_path: Path) -> None:
    tool = tmp_path / "STM32_SigningTool_CLI"
    words = [sys.executable, "-m", "ingot", "sign", "build/n6dk/small/firmware.bin", "--board", "n6dk", "--compare"]
    environment = {**os.environ, "PYTHONPATH": "site_scons", "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}

    def compare(changed: int, by: int) -> subprocess.CompletedProcess[str]:
        tool.write_text(SIGNING_TOOL.format(python=sys.executable, changed=changed, by=by))
        tool.chmod(0o755)
        command = [*words, "-o", "signed.bin"]
        return subprocess.run(command, cwd=project.folder, env=environment, capture_output=True, text=True)

    same = compare(0, 0)
    assert same.returncode == 0 and "makes the same bytes" in same.stderr, same.stderr
    differs = compare(0x70, 1)
    assert differs.returncode == 2 and "entry point at 0x70" in differs.stderr


def test_flash_shows_writes_skips_and_goes_on(project: Project, tmp_path: Path) -> None:
    shown = project.build("flash", "dry_run=1", "probe=cubeprogrammer")
    commands = [line for line in shown.out.splitlines() if line.startswith("STM32_Programmer_CLI ")]
    tail = [line.split(" -w ")[1].split()[-2:] for line in commands]
    assert tail == [["0x70380000", "-v"], ["0x70100000", "-v"]]
    assert all("port=SWD mode=HOTPLUG ap=1 -el MX66UW1G45G_STM32N6570-DK.stldr" in line for line in commands)
    assert not (project.out / "flash").exists(), "a dry run writes nothing"

    tools = tmp_path / "tools"
    install(tools)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    (tools / "fail").write_text("0x70100000")
    failed = project.scons("flash", PATH=path)
    assert (
        failed.status and "half written: application" in failed.err and "on the board: weights octoFlash" in failed.err
    )
    (tools / "fail").unlink()
    calls(tools)
    done = project.build("flash", PATH=path)
    assert "1 written, 1 unchanged" in done.err
    assert [words[words.index("-w") + 2] for words in calls(tools) if "-w" in words] == ["0x70100000"]
    there = written(tools)
    assert there[0x70100000][0x400:] == (project.out / "firmware.bin").read_bytes()
    assert there[0x70380000] == (project.out / "network_atonbuf.xSPI2.raw").read_bytes()
    assert "0 written, 2 unchanged" in project.build("flash", PATH=path).err


def test_flash_without_a_tool_and_with_a_build_for_another_board(project: Project) -> None:
    missing = project.scons("flash")
    assert missing.status and "STM32_Programmer_CLI is not installed" in missing.err and "dry_run=1" in missing.err
    summary = project.out / "summary.json"
    content = summary.read_text()
    assert '"board": "n6dk"' in content
    summary.write_text(content.replace('"board": "n6dk"', '"board": "nucleo-n657"'))
    command = [sys.executable, "-m", "ingot", "flash", "--board", "n6dk", "--network"]
    command += ["build/n6dk/small/network_c_info.json", "--summary", str(summary), "--folder", "f", "--dry-run"]
    environment = {**os.environ, "PYTHONPATH": "site_scons"}
    other = subprocess.run(command, cwd=project.folder, env=environment, capture_output=True, text=True)
    assert other.returncode == 2 and "was built for board 'nucleo-n657', not for 'n6dk'" in other.stderr


def test_a_stand_in_is_not_flashed(project: Project) -> None:
    """MoveNet's weights are invented where its file is not to be had."""
    done = project.scons("flash", "dry_run=1", "model=movenet")
    assert done.status and "the model is a stand-in" in done.err and "STM32_Programmer_CLI" not in done.out
