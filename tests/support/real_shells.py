# SPDX-License-Identifier: Apache-2.0
"""Every shell with its own files around one network, for real builds, and where its results lie."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from ingot.base.places import ROOT
from support.real_folder import make_real_folder, train

BOARD = "n6dk"
NAMES = ("scons own", "scons foreign", "cmake ninja", "cmake make", "ninja", "make", "build", "fleet")
PARTS = ("SConstruct", "site_scons", "boards", "firmware", "models", "third_party", "toolchain")


@dataclass(frozen=True)
class RealCell:
    """What is asked for: options by name, as texts, with the compiler among them. model: a model.yaml.

    firmware: whether there is one, beside the relocatable image.
    """

    options: Mapping[str, str]
    model: str = "model.yaml"
    firmware: bool = True

    @property
    def compiler(self) -> str:
        return self.options.get("compiler", "builtin")

    @property
    def name(self) -> str:
        return " ".join(f"{key}={value}" for key, value in self.options.items()) or "builtin"


@dataclass(frozen=True)
class Outcome:
    """status: 0 when it was built. said: what the shell printed. files: logical name -> content. compiled: C files."""

    status: int
    said: str
    files: Mapping[str, bytes]
    compiled: int


#: Files of an image that stay in the folder when another cell is built there -> the option that asks for them.
ASKED_FOR = {"_params.bin": "split", "_image.c": "gen_c_file"}


@dataclass
class RealShell:
    """One shell in a folder of its own.

    write: puts the cell into the folder's files; commands: what is run then. network, firmware: folder of the network's
    files, and the path of the firmware without its ending.
    """

    name: str
    folder: Path
    environment: Mapping[str, str]
    log: Path
    write: Callable[[Path, RealCell], None]
    commands: Callable[[RealCell], Iterable[list[str]]]
    network: str
    firmware: str
    script: str = "firmware.ld"

    def build(self, cell: RealCell) -> Outcome:
        """Firmware and relocatable image of the cell. A failure is an outcome, too."""
        self.log.write_text("")
        self.write(self.folder, cell)
        said, status = "", 0
        for command in self.commands(cell):
            done = subprocess.run(
                command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=900, check=False
            )
            said, status = said + done.stdout + done.stderr, done.returncode
            if status:
                break
        return Outcome(status, said, {} if status else self._files(cell), len(self.log.read_text().splitlines()))

    def train(self, seed: int) -> None:
        train(self.folder, seed)

    def place(self, cell: RealCell) -> tuple[Path, Path]:
        """Folder of the network's files, and the firmware without its ending."""
        label = "-".join(f"{key}={value}" for key, value in sorted(cell.options.items()))
        suffix = f"-{label}" if label else ""  # of a fleet's folders
        network, firmware = (self.folder / path.format(suffix=suffix) for path in (self.network, self.firmware))
        return network, firmware

    def _files(self, cell: RealCell) -> dict[str, bytes]:
        network, firmware = self.place(cell)
        found = {}
        if cell.firmware:
            found = {f"firmware.{ending}": firmware.with_name(f"{firmware.name}.{ending}") for ending in ("bin", "hex")}
            found["linker script"] = network / self.script
        left = tuple(ending for ending, option in ASKED_FOR.items() if cell.options.get(option, "0") == "0")
        kinds = (".c", ".h", ".raw", ".hex", ".json", ".txt", ".bin")
        for folder in (network, network / "reloc") if cell.firmware else (network / "reloc",):
            for path in sorted(folder.glob("*network*")):
                if path.suffix in kinds and not path.name.endswith(left):
                    found[path.relative_to(network).as_posix()] = path
        return {name: path.read_bytes() for name, path in found.items()}


def _words(cell: RealCell) -> list[str]:
    return [f"{name}={value}" for name, value in cell.options.items()]


def _flags(cell: RealCell) -> list[str]:
    from ingot.recipe.options import BY_NAME

    words = []
    for name, text in cell.options.items():
        if BY_NAME[name].kind == "switch":
            words.append(BY_NAME[name].flag if text == "1" else f"--no-{name.replace('_', '-')}")
        else:
            words += [BY_NAME[name].flag, text]
    return words


# ---- the files of each shell

FOREIGN_SCONSTRUCT = """\
import json
cell = json.load(open("cell.json"))
env = Environment(tools=["default", "ingot"], toolpath=[PyPackageDir("ingot.site_tools")])
net = env.IngotModel("network", cell["model"], board="n6dk", out="build/network", **cell["options"])
program = env.IngotToolchain(board="n6dk").IngotProgram("build/firmware", ["myapp/main.c"], net)
env.Alias("image", program.target("reloc"))
env.Alias("everything", [program.everything, "image"])
"""

CMAKELISTS = """\
cmake_minimum_required(VERSION 3.22)
project(firmware C)
include(cell.cmake)
find_package(Ingot REQUIRED)
ingot_add_model(net MODEL ${MODEL} BOARD n6dk STARTUP ${OPTIONS})
add_executable(firmware myapp/main.c)
target_compile_options(firmware PRIVATE -Os -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
target_link_libraries(firmware PRIVATE net)
ingot_check(firmware net)
ingot_add_reloc(net_reloc net)
"""

MAKEFILE = """\
.PHONY: all
.DEFAULT_GOAL := all
include cell.mk
include $(shell ingot make-dir)/ingot.mk
$(eval $(call ingot_model,net,$(MODEL),n6dk,--app myapp $(OPTIONS)))
$(eval $(call ingot_check,net,build/firmware.elf))
all: build/firmware.checked $(net_HEX) net-reloc

CC := arm-none-eabi-gcc
CFLAGS := -mcpu=cortex-m55 -mthumb -mfloat-abi=hard -std=gnu11 -g -ffunction-sections -fdata-sections \\
  -fno-common -ffp-contract=off -Wall -Wextra -Os '-ffile-prefix-map=$(CURDIR)=.'

build/main.o: myapp/main.c $(net_HEADERS)
	$(CC) $(CFLAGS) $(net_CFLAGS) -c $< -o $@
build/firmware.elf: build/main.o $(net_OBJECTS) $(net_STARTUP_OBJECTS) $(net_KERNELS) $(net_SCRIPT)
	$(CC) $(filter %.o %.a,$^) $(net_LDFLAGS) -Wl,-Map=build/firmware.map -o $@
"""


def _nothing(folder: Path, cell: RealCell) -> None:
    """All is on the command line."""


def _scons(folder: Path, cell: RealCell) -> None:
    (folder / "SConstruct").write_text(FOREIGN_SCONSTRUCT)
    (folder / "cell.json").write_text(json.dumps({"model": cell.model, "options": dict(cell.options)}))


def _cmake(folder: Path, cell: RealCell) -> None:
    (folder / "CMakeLists.txt").write_text(CMAKELISTS)
    pairs = " ".join(f"{name.upper()} {value}" for name, value in cell.options.items())
    pairs = pairs.replace("ST_OUTPUT ", "ST_OUTPUT ${CMAKE_SOURCE_DIR}/").replace(
        "ST_PACK ", "ST_PACK ${CMAKE_SOURCE_DIR}/"
    )
    _settle(folder / "cell.cmake", f"set(MODEL {cell.model})\nset(OPTIONS {pairs})\n")


def _make(folder: Path, cell: RealCell) -> None:
    (folder / "Makefile").write_text(MAKEFILE)
    _settle(folder / "cell.mk", f"MODEL := {cell.model}\nOPTIONS := {' '.join(_flags(cell))}\n")


def _fleet(folder: Path, cell: RealCell) -> None:
    data = {"boards": [BOARD], "models": [cell.model], "options": [dict(cell.options)], "targets": ["reloc"]}
    (folder / "fleet.yaml").write_text(yaml.safe_dump(data))


def _settle(file: Path, text: str) -> None:
    if not file.is_file() or file.read_text() != text:
        file.write_text(text)


def _cmake_commands(generator: str) -> Callable[[RealCell], list[list[str]]]:
    folder = f"build-{generator[:4].lower()}"
    configure = ["cmake", "-B", folder, "-G", generator, f"-DIngot_DIR={ROOT}/toolchain/cmake"]
    configure.append(f"-DCMAKE_TOOLCHAIN_FILE={ROOT}/toolchain/cmake/arm-none-eabi.cmake")
    build = ["cmake", "--build", folder, "-j2"]
    return lambda cell: [configure, *([build] if cell.firmware else []), [*build, "--target", "net_reloc"]]


def _own(app: str) -> Callable[[RealCell], list[list[str]]]:
    return lambda cell: [
        [
            "scons",
            "-Q",
            "-j2",
            f"board={BOARD}",
            f"model={cell.model}",
            f"app={app}",
            *_words(cell),
            *_firmware(cell),
            "reloc",
        ]
    ]


def _firmware(cell: RealCell) -> list[str]:
    return ["firmware"] if cell.firmware else []


def _targets(cell: RealCell) -> list[str]:
    return [word for target in (*_firmware(cell), "reloc") for word in ("-t", target)]


def _ingot(cell: RealCell) -> list[str]:
    return [cell.model, "--board", BOARD, "--app", "myapp", *_flags(cell)]


def make_shells(top: Path, names: Iterable[str] = NAMES) -> dict[str, RealShell]:
    """The shells, each in a folder below `top`, with the Ingot of this checkout. names: only these."""
    environment, log = make_environment(top)
    own, fleet = f"build/{BOARD}/net", f"build/{BOARD}{{suffix}}/net"
    table: dict[str, tuple[Callable[[Path, RealCell], None], Callable[[RealCell], list[list[str]]], str, str, str]] = {
        "scons own": (_nothing, _own("myapp"), own, f"{own}/firmware", "firmware.ld"),
        "scons foreign": (
            _scons, lambda cell: [["scons", "-Q", "-j2", "everything" if cell.firmware else "image"]],
            "build/network", "build/firmware", "network.ld",
        ),
        "cmake ninja": (_cmake, _cmake_commands("Ninja"), "build-ninj/net", "build-ninj/firmware", "network.ld"),
        "cmake make": (
            _cmake, _cmake_commands("Unix Makefiles"), "build-unix/net", "build-unix/firmware", "network.ld"
        ),
        "ninja": (
            _nothing,
            lambda cell: [["ingot", "ninja", *_ingot(cell)], ["ninja", "-j2", *_firmware(cell), "reloc"]],
            own, f"{own}/firmware", "firmware.ld",
        ),
        "make": (
            _make, lambda cell: [["make", "-j2", *([] if cell.firmware else ["net-reloc"])]],
            own, "build/firmware", "firmware.ld",
        ),
        "build": (
            _nothing, lambda cell: [["ingot", "build", *_ingot(cell), *_targets(cell), "-j", "2"]],
            own, f"{own}/firmware", "firmware.ld",
        ),
        "fleet": (
            _fleet, lambda cell: [["ingot", "fleet", "fleet.yaml", "--build", "build", "-j", "2"]],
            fleet, f"{fleet}/firmware", "firmware.ld",
        ),
    }  # fmt: skip
    found = {}
    for name in names:
        write, commands, network, firmware, script = table[name]
        folder = top / name.replace(" ", "-")
        if not (folder / "myapp").is_dir():
            make_real_folder(folder)
            if name == "scons own":
                for part in PARTS:
                    copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
                    copy(ROOT / part, folder / part)
        here = {**environment, "STEDGEAI_CORE_DIR": str(folder / "core")}
        if name == "scons own":
            here["PYTHONPATH"] = ""
        found[name] = RealShell(name, folder, here, log, write, commands, network, firmware, script)
    return found


def own_validate(shell: RealShell) -> RealShell:
    """The own SConstruct with the application that a fleet has, in the same folder."""
    return RealShell(
        "scons own, validate", shell.folder, shell.environment, shell.log, shell.write, _own("validate"),
        shell.network, shell.firmware, shell.script,
    )  # fmt: skip


def make_environment(top: Path) -> tuple[dict[str, str], Path]:
    """The commands `ingot` and `scons` of this Python, and a cross compiler that notes each call that compiles."""
    tools, log = top / "tools", top / "compiled.log"
    tools.mkdir(parents=True, exist_ok=True)
    for name, module in (("ingot", "ingot"), ("scons", "SCons")):
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
    real = shutil.which("arm-none-eabi-gcc")
    gcc = f'#!/bin/sh\ncase " $* " in *" -c "*) echo "$*" >>"{log}";; esac\nexec {real} "$@"\n'
    (tools / "arm-none-eabi-gcc").write_text(gcc)
    for file in tools.iterdir():
        file.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(tools), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT / "site_scons"),
        "INGOT_CACHE": str(top / "cache"),
        "INGOT_OFFLINE": "1",
    }
    for name in ("INGOT_MODEL_PATH", "INGOT_COMMAND", "INGOT_LAUNCHER", "MAKEFLAGS", "MAKELEVEL"):
        environment.pop(name, None)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # each step is a process: it would compile Ingot every time
    return environment, log
