# SPDX-License-Identifier: Apache-2.0
"""Programs and packages that Ingot uses, each with what it is for and how to install it."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingot.base.errors import IngotError
from ingot.network.version import parse_version

TIMEOUT = 20.0  # seconds for a program to say its version


@dataclass(frozen=True)
class Found:
    """One thing. version: "" when it is missing; problem: why it counts as missing. install: one line of advice."""

    name: str
    version: str
    where: str
    purpose: str
    install: str
    problem: str = ""

    @property
    def present(self) -> bool:
        return bool(self.version)


def program(name: str, purpose: str, install: str, arguments: Sequence[str] = ("--version",)) -> Found:
    """A program on the PATH; its version from its first line that has one."""
    path = shutil.which(name)
    if path is None:
        return Found(name, "", "", purpose, install, "not on the PATH")
    try:
        done = subprocess.run(
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Found(name, "", path, purpose, install, f"does not start: {error}")
    for line in (done.stdout + done.stderr).splitlines():
        if version := parse_version(line):
            return Found(name, str(version), path, purpose, install)
    return Found(name, "unknown", path, purpose, install)


def package(name: str, purpose: str, extra: str = "") -> Found:
    """A Python package. extra: Ingot's optional part that it belongs to, "" when Ingot always needs it."""
    install = f"pip install {name}" + (f"  # Ingot's extra {extra}" if extra else "")
    try:
        return Found(name, importlib.metadata.version(name), "", purpose, install)
    except importlib.metadata.PackageNotFoundError:
        return Found(name, "", "", purpose, install, "not installed for this Python")


def stedgeai() -> Found:
    """ST Edge AI Core, found as compiler=stedgeai finds it."""
    from ingot.st.stedgeai.tool import find_tool

    purpose = "compiler=stedgeai: the Neural-ART NPU"
    install = "ST Edge AI Core from st.com, then set STEDGEAI_CORE_DIR; or bring its output: compiler=prebuilt"
    try:
        tool = find_tool()
    except IngotError as error:
        return Found("stedgeai", "", "", purpose, install, error.what)
    return Found("stedgeai", str(tool.version), str(tool.program), purpose, install)


PACKAGES: tuple[Callable[[], Found], ...] = (
    lambda: package("numpy", "the built-in compiler"),
    lambda: package("tflite", "reading .tflite files"),
    lambda: package("jinja2", "generated files"),
    lambda: package("jsonschema", "board.yaml and model.yaml"),
    lambda: package("pyelftools", "the proof on the finished firmware"),
    lambda: package("SCons", "scons as the build tool", "scons"),
    lambda: package("ai-edge-litert", "verify: the reference kernels", "verify"),
    lambda: package("pillow", "images as inputs", "verify"),
    lambda: package("lief", "relocatable images", "image"),
    lambda: package("cryptography", "signed relocatable images", "image"),
    lambda: package("pyserial", "validate on a board", "serial"),
    lambda: package("distributed", "a fleet on several machines (scheduler=)", "dask"),
    lambda: package("fsspec", "a cache of networks that machines share", "dask"),
    lambda: package("onnx", "QDQ ONNX models", "onnx"),
    lambda: package("onnxruntime", "quantizing .onnx files, and comparing their layers", "quantize"),
    lambda: package("ai-edge-quantizer", "quantizing .tflite files", "quantize"),
)
PROGRAMS: tuple[Callable[[], Found], ...] = (
    lambda: program(
        "arm-none-eabi-gcc",
        "firmware",
        "./bootstrap, or: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi",
    ),
    lambda: program("qemu-system-arm", "emulate and verify", "./bootstrap, or: apt-get install qemu-system-arm"),
    lambda: program("llvm-mca-16", "estimated cycles in bench", "apt-get install llvm-16"),
    lambda: program("cc", "running a network on this machine", "apt-get install gcc"),
    lambda: program("cmake", "projects that use CMake", "apt-get install cmake"),
    lambda: program("ninja", "projects that use Ninja", "apt-get install ninja-build"),
    lambda: program("make", "projects that use Make", "apt-get install make"),
    stedgeai,
    lambda: program("STM32_Programmer_CLI", "flashing, external flash too", "STM32CubeProgrammer from st.com"),
    lambda: program("openocd", "flashing internal flash", "apt-get install openocd"),
    lambda: program("probe-rs", "flashing internal flash", "probe-rs from https://probe.rs"),
    lambda: program("pyocd", "flashing internal flash", "pip install pyocd"),
    lambda: program(
        "STM32_SigningTool_CLI", "comparing the STM32N6 boot header with ST's", "STM32CubeProgrammer from st.com"
    ),
)

#: What people want to do -> what it takes; of names joined by | one is enough.
TASKS: dict[str, tuple[str, ...]] = {
    "compile a model (compiler=builtin)": ("numpy", "tflite", "jinja2", "jsonschema"),
    "build and prove firmware": ("numpy", "tflite", "jinja2", "jsonschema", "pyelftools", "arm-none-eabi-gcc"),
    "build with scons": ("SCons", "arm-none-eabi-gcc"),
    "emulate": ("arm-none-eabi-gcc", "qemu-system-arm"),
    "verify against LiteRT": ("arm-none-eabi-gcc", "qemu-system-arm", "ai-edge-litert"),
    "quantize a float .onnx": ("onnx", "onnxruntime"),
    "quantize a float .tflite": ("ai-edge-quantizer",),
    "relocatable images": ("arm-none-eabi-gcc", "lief"),
    "use the NPU (compiler=stedgeai)": ("stedgeai",),
    "take ST's output (compiler=prebuilt)": ("jsonschema", "jinja2"),
    "ST's runtime in the firmware (st_pack=)": ("arm-none-eabi-gcc",),
    "validate on a board": ("pyserial", "ai-edge-litert"),
    "flash STM32N6, and external flash": ("STM32_Programmer_CLI",),
    "flash internal flash": ("STM32_Programmer_CLI|openocd|probe-rs|pyocd",),
    "write the STM32N6 boot header": (),
    "compare it with ST's tool": ("STM32_SigningTool_CLI",),
}


def examine() -> list[Found]:
    """Everything, present or not."""
    return [ask() for ask in (*PACKAGES, *PROGRAMS)]


def tasks(found: Sequence[Found]) -> dict[str, list[str]]:
    """Each task with what is missing for it."""
    present = {item.name for item in found if item.present}
    return {
        task: [names.replace("|", " or ") for names in needs if present.isdisjoint(names.split("|"))]
        for task, needs in TASKS.items()
    }
