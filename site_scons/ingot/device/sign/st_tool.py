# SPDX-License-Identifier: Apache-2.0
"""ST's own signing tool, where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.device.sign.stm32_header import BASE, CODE, HEADER

TOOL = "STM32_SigningTool_CLI"
#: From this version on the tool aligns the code only when asked (zephyrproject-rtos/zephyr#99456).
ASKS_FOR_ALIGN = (2, 21)

#: First byte -> the field there, to say where two images differ.
FIELDS = {
    0x00: "magic", 0x04: "signature", 0x64: "checksum", 0x68: "header version", 0x6C: "image length",
    0x70: "entry point", 0x74: "reserved", 0x78: "load address", 0x7C: "reserved", 0x80: "image version",
    0x84: "extension flags", 0x88: "length of the extensions", 0x8C: "binary type", 0x90: "padding",
    0x98: "non-secure payload", BASE: "padding extension", HEADER: "alignment", CODE: "code",
}  # fmt: skip


def find_tool() -> str | None:
    """Path of the tool, None when it is not on the PATH."""
    return shutil.which(TOOL)


def tool_version(tool: str) -> tuple[int, ...]:
    """(2, 21, 0) and such. Raises IngotError when the tool does not say."""
    done = subprocess.run([tool, "--version"], capture_output=True, text=True, timeout=60, check=False)
    found = re.search(r"v?(\d+)\.(\d+)(?:\.(\d+))?", done.stdout + done.stderr)
    if not found:
        raise IngotError("does not say its version", where=tool)
    return tuple(int(part or 0) for part in found.groups())


def command(tool: str, version: tuple[int, ...], binary: Path, out: Path, load_address: int) -> list[str]:
    """The tool's command line for an image that is not authenticated, header 2.3."""
    line = [tool, "-bin", str(binary), "-nk", "-of", "0x80000000", "-t", "fsbl", "-hv", "2.3"]
    line += ["-la", f"{load_address:#010x}", "-o", str(out), "-s"]
    return line + (["-align"] if version >= ASKS_FOR_ALIGN else [])


def sign_with_tool(tool: str, binary: bytes, load_address: int) -> bytes:
    """What ST's tool makes of the binary. Raises IngotError with its words when it fails."""
    with tempfile.TemporaryDirectory(prefix="ingot-sign-") as name:
        source, out = Path(name, "application.bin"), Path(name, "signed.bin")
        source.write_bytes(binary)
        line = command(tool, tool_version(tool), source, out, load_address)
        done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode or not out.is_file():
            words = (done.stderr or done.stdout).strip()[-400:]
            raise IngotError(f"ended with status {done.returncode}: {words}", where=TOOL)
        return out.read_bytes()


def differences(own: bytes, tools: bytes) -> list[str]:
    """Where two signed images differ, by field; empty when they are the same."""
    starts = sorted(FIELDS)
    found = []
    for start, end in zip(starts, [*starts[1:], max(len(own), len(tools))], strict=True):
        if own[start:end] != tools[start:end]:
            shown = (own[start:end][:8].hex(), tools[start:end][:8].hex())
            found.append(f"{FIELDS[start]} at {start:#x}: {shown[0]} here, {shown[1]} by {TOOL}")
    return found
