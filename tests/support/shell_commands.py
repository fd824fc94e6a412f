# SPDX-License-Identifier: Apache-2.0
"""The commands that each shell has for a network, up to syntax and folder names."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import click
import pytest
import yaml

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.options import parse_options
from ingot.recipe.request import Request
from ingot.recipe.whole import ALL, whole_recipe
from ingot.shells.command import command_of
from support.option_cells import BOARD, Cell

APP = "myapp"
Words = tuple[str, ...]

#: Words of a command that belong to a shell, with the number of words behind each.
_OF_SHELL = {"--depfile": 1, "--stamp": 1, "--target": 1, "-MMD": 0, "-MP": 0, "-MF": 1, "--log": 1, "--then": 1}


@dataclass(frozen=True)
class Found:
    """What a shell has for a cell. refused: targets that it refuses -> the message."""

    commands: frozenset[Words]
    refused: Mapping[str, str] = field(default_factory=dict)


def normal(words: Sequence[str], folders: Mapping[str, str]) -> Words:
    """One command without what belongs to a shell. folders: beginnings of paths -> what stands for them."""
    words, renamed = list(words), _renaming(tuple(folders.items()))
    if "step" in words[:4]:
        words = words[words.index("step") :]
    found: list[str] = []
    skip = 0
    for word in words:
        if skip:
            skip -= 1
        elif word in _OF_SHELL:
            skip = _OF_SHELL[word]
        elif not word.startswith("-ffile-prefix-map="):
            found.append(renamed(word))
    return tuple(found)


@lru_cache
def _renaming(folders: tuple[tuple[str, str], ...]) -> Callable[[str], str]:
    """Replaces the beginning of a word's path: behind `name=`, `-I`, `-Wl,-T,` or nothing. Words recur."""
    names = dict(folders)
    pattern = re.compile(rf"^((?:\w+=)?(?:-I|-Wl,[-\w]+[,=])?)({'|'.join(map(re.escape, names))})(?=/|$)")
    return cache(lambda word: pattern.sub(lambda match: match[1] + names[match[2]], word))


def _words(line: str) -> list[str]:
    """What a shell makes of a line. Nearly all lines have nothing quoted, and shlex takes 0.7 ms for each."""
    return shlex.split(line) if set(line) & {"'", '"', "\\"} else line.split()


def _collected(commands: Iterable[Sequence[str]], folders: Mapping[str, str]) -> Found:
    found: set[Words] = set()
    refused = {}
    for words in commands:
        command = normal(words, folders)
        if command[:2] == ("step", "refuse"):
            said = dict(word.split("=", 1) for word in command[3::2])
            refused[said["target"]] = said["reason"]
        else:
            found.add(command)
    return Found(frozenset(found), refused)


def _firmware_folders(out: str, build: str) -> dict[str, str]:
    return {out: "@OUT", f"{build}/kernels": "@KERNELS", f"{build}/models": "@MODELS"}


def _flags(cell: Cell) -> list[str]:
    """The cell as flags of the command `ingot`."""
    from ingot.recipe.options import BY_NAME

    words = []
    for name, text in cell.texts.items():
        option = BY_NAME[name]
        if option.kind == "switch":
            words.append(option.flag if text == "1" else f"--no-{name.replace('_', '-')}")
        else:
            words += [option.flag, text]
    return words


def run_ingot(*words: str) -> None:
    """The command `ingot` in this process. Raises IngotError as it does."""
    from ingot.cli.main import ingot

    try:
        ingot.main([*words], standalone_mode=False)
    except click.ClickException as error:
        raise AssertionError(f"{words}: {error.format_message()}") from error


# ---- the shells

#: Files of a user's program `fw` -> of the firmware that Ingot puts together.
PROGRAM_FILES = {
    "fw_memory_map.txt": "memory_map.txt",
    "fw_summary.json": "summary.json",
    "fw-signed.bin": "firmware-signed.bin",
    "fw.spdx.json": "firmware.spdx.json",
    "fw.bin": "firmware.bin",
    "fw.hex": "firmware.hex",
    "fw.elf": "firmware.elf",
    "fw.map": "firmware.map",
    "network.ld": "firmware.ld",
    "network.ld.intact": "firmware.ld.intact",
}


def of_recipe(cell: Cell, app: str = APP) -> Found:
    """What the recipe itself says; the other shells are compared with it."""
    out = f"b/{BOARD}/net"
    request = Request(
        model=cell.model,
        board=BOARD,
        out=out,
        app=app,
        options=parse_options({**cell.texts, "app": app}),
        kernels="b/kernels",
        models="b/models",
    )
    firmware = FirmwareBuild.of([request])
    commands = [command_of(job, ["ingot"]).words for job in whole_recipe(firmware).jobs]
    return _collected(commands, _firmware_folders(out, "b"))


def of_ninja(cell: Cell) -> Found:
    run_ingot("ninja", cell.model, "--board", BOARD, "--app", APP, "--build", "bn", "--out", "b.ninja", *_flags(cell))
    return _collected(_ninja_commands(Path("b.ninja")), _firmware_folders(f"bn/{BOARD}/net", "bn"))


def _ninja_commands(file: Path) -> list[list[str]]:
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        head, _, text = line.partition("  command = ")
        if not head and text and "$command" not in text and "$out" not in text:
            words = _words(text.replace("$$", "$"))
            if "ninja" not in words[:4]:
                found.append(words)
    return found


def of_build(cell: Cell) -> Found:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingot.shells.ninja.run_ninja", lambda *words: None)
        run_ingot("build", cell.model, "--board", BOARD, "--app", APP, "--build", "bb", "-t", "reloc", *_flags(cell))
    return _collected(_ninja_commands(Path(f"bb/{BOARD}/net/build.ninja")), _firmware_folders(f"bb/{BOARD}/net", "bb"))


def of_make(cell: Cell) -> Found:
    words = ["make-rules", cell.model, "--board", BOARD, "--app", APP, "--build", "bm", "--out", "b.mk"]
    run_ingot(*words, "--prefix", "net-", *_flags(cell))
    found = []
    for line in Path("b.mk").read_text(encoding="utf-8").splitlines():
        if line.startswith("\t@") and not line.startswith(("\t@mkdir", "\t@echo", "\t@touch", "\t@rm")):
            command, _, _ = line[2:].partition(" || ")  # behind it, what a failed one has written is removed
            found.append(_words(command.replace("$$", "$")))
    return _collected(found, _firmware_folders(f"bm/{BOARD}/net", "bm"))


def of_fleet(cell: Cell) -> Found:
    """A fleet's application is `validate`."""
    from ingot.shells.fleet.matrix import read_fleet
    from ingot.shells.fleet.run import fleet_commands

    targets = [name for name in ALL if name != "flash"]
    data = {"boards": [BOARD], "models": [cell.model], "options": [cell.texts], "targets": targets}
    Path("fleet.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    entries = read_fleet(Path("fleet.yaml"), "bf")
    commands, _ = fleet_commands(entries, ["ingot"], "bf")
    return _collected((command.words for command in commands), _firmware_folders(entries[0].request.out, "bf"))


_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


def of_cmake(cell: Cell) -> Found:
    """The rules of a network, and of each target around a program. The program itself is the user's."""
    pairs = [word for name, text in cell.texts.items() for word in ("--option", name.upper(), "--option", text)]
    folder = "cmk"
    words = ["cmake-network", cell.model, "--board", BOARD, "--name", "network", "--target", "net", "--place", folder]
    run_ingot(*words, "--kernels", "kernels", "--startup", "--out", "ingot/net.cmake", *pairs)
    files = [Path("ingot/net.cmake")]
    around = ["--request", "net=ingot/net.json", "--place", folder]
    checked = ["--elf", "$<TARGET_FILE:fw>", "--executable", "fw"]
    files.append(Path("ingot/check.cmake"))
    run_ingot("cmake-program", "check", "--name", "fw", *around, "--target", "net", "--out", str(files[-1]))
    refused = {}
    for target in ALL:
        file = Path(f"ingot/{target}-target.cmake")
        try:
            run_ingot("cmake-program", target, "--name", target, *around, *checked, "--out", str(file))
            files.append(file)
        except IngotError as error:
            refused[target] = error.what
    commands = []
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            _, found, rest = line.partition("COMMAND ")
            if found:
                quoted = _QUOTED.findall(rest.partition(" WORKING_DIRECTORY ")[0])
                commands.append([_unescaped(word) for word in quoted])
    folders = {
        **{own: f"@OUT/{other}" for own, other in PROGRAM_FILES.items()},
        "cmk/firmware.elf.map": "@OUT/firmware.map",  # where a user's link line may write it
        "cmk/model": "@MODELS",
        "cmk/network.ld": "@OUT/firmware.ld",
        "cmk/network.ld.intact": "@OUT/firmware.ld.intact",
        "cmk": "@OUT",
        "kernels": "@KERNELS",
    }
    found = _collected(commands, folders)
    return Found(found.commands, refused)


def _unescaped(word: str) -> str:
    word = re.sub(r"\\(.)", r"\1", word).replace("${CMAKE_CURRENT_BINARY_DIR}/", "")
    return word.replace("$<TARGET_FILE:fw>", "cmk/firmware.elf")


SCONSTRUCT = """\
import json
import SCons.Script
from ingot.base.errors import IngotError
from ingot.recipe.options import parse_options
from ingot.shells.command import command_of
from ingot.shells.scons import declare, own

result = {}
for number, cell in enumerate(json.load(open("cells.json"))):
    build = f"s{number}"
    refused = {}
    declare._DECLARED.clear()
    for targets in [cell["targets"], *([name] for name in cell["refused"])]:
        SCons.Script.COMMAND_LINE_TARGETS[:] = targets
        try:
            MAKE
        except (IngotError, SCons.Errors.UserError) as error:
            refused[" ".join(targets)] = str(error)
    jobs = declare.declared_jobs()
    result[cell["name"]] = {
        "build": build, "refused": refused, "commands": [command_of(job, ["ingot"]).words for job in jobs]
    }
json.dump(result, open("result.json", "w"))
Exit(0)
"""

OWN = """
            options = parse_options({**cell["texts"], "model": cell["model"], "app": "myapp", "build": build})
            env = Environment(tools=["ingot"], toolpath=[PyPackageDir("ingot.site_tools")], **own.settings(options))
            own.firmware(env)
"""

FOREIGN = """
            env = Environment(
                tools=["default", "ingot"], toolpath=[PyPackageDir("ingot.site_tools")],
                INGOT_KERNELS=f"{build}/kernels", INGOT_MODELS=f"{build}/models",
            )
            out = f"{build}/n6dk/net"
            net = env.IngotModel("network", cell["model"], board="n6dk", out=out, **cell["texts"])
            program = env.IngotToolchain("n6dk").IngotProgram(f"{out}/fw", ["myapp/main.c"], net=net)
            for target in targets:
                program.target(target)
"""


def of_scons(cells: Sequence[Cell], expected: Mapping[str, Found | IngotError], foreign: bool) -> dict[str, Found]:
    """All cells in one run of SCons, which declares and builds nothing. expected: which targets to ask for."""
    asked = []
    for cell in cells:
        found = expected[cell.name]
        refused = dict(found.refused) if isinstance(found, Found) else {}
        asked.append(
            {
                "name": cell.name,
                "texts": cell.texts,
                "model": cell.model,
                "targets": [name for name in ALL if name not in refused],
                "refused": sorted(refused),
            }
        )
    Path("cells.json").write_text(json.dumps(asked), encoding="utf-8")
    text = SCONSTRUCT.replace("            MAKE\n", (FOREIGN if foreign else OWN).lstrip("\n"))
    Path("SConstruct").write_text(text, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "site_scons")}
    command = [sys.executable, "-m", "SCons", "-Q", "-n", "--no-site-dir"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    result = {}
    for name, data in json.loads(Path("result.json").read_text(encoding="utf-8")).items():
        out = f"{data['build']}/{BOARD}/net"
        names = {f"{out}/{own}": f"@OUT/{other}" for own, other in PROGRAM_FILES.items()} if foreign else {}
        found = _collected(data["commands"], {**names, **_firmware_folders(out, data["build"])})
        result[name] = Found(found.commands, data["refused"])
    return result


#: Shells that put the application together themselves, as the recipe's own text has it.
WHOLE: Mapping[str, Callable[[Cell], Found]] = {"ninja": of_ninja, "build": of_build, "make": of_make}
