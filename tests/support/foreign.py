# SPDX-License-Identifier: Apache-2.0
"""Examples of `examples/`, built from Ingot as users have it: the installed wheel."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from support.pose_model import pose_model


@dataclass(frozen=True)
class Installed:
    """Ingot as users have it. log: every call of the cross compiler adds a line to it."""

    target: Path
    environment: dict[str, str]
    log: Path

    def run(self, folder: Path, *command: str) -> str:
        """Runs a command, which must succeed; what it printed."""
        done = subprocess.run(
            command, cwd=folder, env=self.environment, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def compiled(self) -> int:
        """How often the compiler was called since the last time this was asked."""
        count = len(self.log.read_text().splitlines()) if self.log.exists() else 0
        self.log.write_text("")
        return count


@dataclass(frozen=True)
class Example:
    """An example in a clean folder."""

    name: str
    folder: Path
    installed: Installed

    def build(self) -> str:
        return "".join(self.installed.run(self.folder, *command) for command in COMMANDS[self.name])

    def verify(self) -> str:
        return self.installed.run(self.folder, *VERIFY[self.name])

    def file(self, name: str) -> Path:
        network, firmware, script = FILES[self.name]
        if name == "linker script":
            return self.folder / network / script
        return self.folder / (firmware if name.startswith("firmware") else network) / name

    def train(self, seed: int) -> None:
        """New weights, scales and zero points for the same graph."""
        (self.folder / "network.tflite").write_bytes(pose_model(seed))


COMMANDS = {
    "scons": [["scons", "-Q", "-j2"]],
    "cmake": [["cmake", "--preset", "ninja"], ["cmake", "--build", "--preset", "ninja"]],
    "cmake-make": [["cmake", "--preset", "make"], ["cmake", "--build", "--preset", "make", "-j2"]],
    "ninja": [["ingot", "ninja", "network.tflite", "--board", "n6dk", "--app", "."], ["ninja"]],
    "make": [["make", "-j2"]],
}
VERIFY = {
    "scons": ["scons", "-Q", "-j2", "build/firmware-verify"],
    "cmake": ["cmake", "--build", "--preset", "ninja", "--target", "verify"],
    "cmake-make": ["cmake", "--build", "--preset", "make", "-j2", "--target", "verify"],
    "ninja": ["ninja", "verify"],
    "make": ["make", "-j2", "net-verify"],
}
# Where the network's files are, where the firmware's, and the linker script's name.
FILES = {
    "scons": ("build/network", "build", "network.ld"),
    "cmake": ("build/net", "build", "network.ld"),
    "cmake-make": ("build-make/net", "build-make", "network.ld"),
    "ninja": ("build/n6dk/network", "build/n6dk/network", "firmware.ld"),
    "make": ("build/n6dk/network", "build", "firmware.ld"),
}
SHELLS = tuple(FILES)
