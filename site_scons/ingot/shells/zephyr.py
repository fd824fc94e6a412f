# SPDX-License-Identifier: Apache-2.0
"""`ingot zephyr`: a network as a module of Zephyr (zephyr/module.yml, CMakeLists.txt, Kconfig).

The format of module.yml: docs.zephyrproject.org, "Modules (External projects)". Paths count from the module, Ingot's
own files from where `ingot` says; so the same request gives the same bytes in any folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ingot.base.places import ROOT
from ingot.base.quoting import is_absolute
from ingot.link import toolchain
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.job import StepJob
from ingot.shells.command import command_of
from ingot.shells.source_groups import SourceGroup, generating_steps, source_groups

_HEAD = "# Written by `ingot zephyr`; changes here are lost.\n"
_BUILD = "build:\n  cmake: zephyr\n  kconfig: zephyr/Kconfig\n"
_HERE, _SOURCES = "${INGOT_PROJECT}", "${INGOT_SOURCES}"


def zephyr_files(firmware: FirmwareBuild, module: str) -> dict[str, str]:
    """Path -> text of the files of a module. module: its folder, seen from the working folder."""
    name = firmware.first.name
    return {
        f"{module}/zephyr/module.yml": f"{_HEAD}name: ingot_{name}\n{_BUILD}",
        f"{module}/zephyr/Kconfig": _HEAD + _kconfig(name, firmware.first.board.core),
        f"{module}/zephyr/CMakeLists.txt": _HEAD + _cmake(firmware, f"{module}/zephyr"),
    }


def _kconfig(name: str, core: str) -> str:
    symbol = name.upper()
    fpu = "-mfloat-abi=hard" in toolchain.cpu_flags(core)
    lines = [
        f"config INGOT_{symbol}",
        f'\tbool "The neural network {name}"',
        "\tdefault y",
        f"\tdepends on CPU_{core.upper().replace('-', '_')}",
        *(["\tselect FPU", "\timply FPU_SHARING"] if fpu else []),
        "",
        f"config INGOT_{symbol}_MERGE_HEX",
        f'\tbool "Put the weights of {name} into merged.hex"',
        f"\tdepends on INGOT_{symbol}",
        "\tdefault y",
    ]
    return "\n".join(lines) + "\n"


def _cmake(firmware: FirmwareBuild, folder: str) -> str:
    name = firmware.first.name
    up = Path(os.path.relpath(".", folder)).as_posix()
    lines = [
        f"if(NOT CONFIG_INGOT_{name.upper()})\n  return()\nendif()",
        "find_program(INGOT ingot REQUIRED)",
        "execute_process(COMMAND ${INGOT} cmake-dir OUTPUT_VARIABLE INGOT_SOURCES OUTPUT_STRIP_TRAILING_WHITESPACE",
        "                COMMAND_ERROR_IS_FATAL ANY)",
        'get_filename_component(INGOT_SOURCES "${INGOT_SOURCES}/../.." ABSOLUTE)',
        f'get_filename_component(INGOT_PROJECT "${{CMAKE_CURRENT_LIST_DIR}}/{up}" ABSOLUTE)',
        "",
    ]
    stamps = []
    for job in generating_steps(firmware):
        rule, stamp = _step(job)
        lines += rule
        stamps.append(stamp)
    lines += [f"add_custom_target(ingot_{name}_files DEPENDS", *_items(stamps), ")", ""]
    groups = source_groups(firmware)
    lines += ["zephyr_include_directories(", *_items(_place(path) for path in groups[0].folders), ")"]
    for group in groups:
        lines += _library(name, group)
    hexfiles = [_place(path) for network in firmware.networks for path in network.hexfiles]
    if hexfiles:
        lines += [
            "",
            f"if(CONFIG_INGOT_{name.upper()}_MERGE_HEX)",
            "  set_property(GLOBAL APPEND PROPERTY HEX_FILES_TO_MERGE",
            *_items([*hexfiles, "${PROJECT_BINARY_DIR}/${KERNEL_HEX_NAME}"], "    "),
            "  )",
            "endif()",
        ]
    return "\n".join(lines) + "\n"


def _library(name: str, group: SourceGroup) -> list[str]:
    """The commands for one group of C files."""
    definitions = [f"{macro}={value}" for macro, value in sorted(group.defines.items())]
    return [
        "",
        f"zephyr_library_named(ingot_{name}_{group.name})",
        *(["zephyr_library_compile_definitions(", *_items(definitions), ")"] if definitions else []),
        "zephyr_library_compile_options(",
        *_items(group.flags),
        ")",
        "zephyr_library_include_directories(",
        *_items(_place(path) for path in group.folders),
        ")",
        "zephyr_library_sources(",
        *_items(_place(path) for path in group.sources),
        ")",
        f"add_dependencies(ingot_{name}_{group.name} ingot_{name}_files)",
    ]


def _step(job: StepJob) -> tuple[list[str], str]:
    """The rule of a step, and its stamp: a step leaves files alone whose content stays."""
    command = command_of(job, ["${INGOT}"])
    stamp = f"{command.outputs[0]}.stamp"
    folders = sorted({_place(path.rpartition("/")[0] or ".") for path in command.outputs})
    words = [_word(word) for word in (*command.words, "--stamp", stamp)]
    lines = [
        "file(MAKE_DIRECTORY",
        *_items(folders),
        ")",
        "add_custom_command(",
        f"  OUTPUT {_quoted(_place(stamp))}",
        "  BYPRODUCTS",
        *_items(map(_place, command.outputs), "    "),
        "  COMMAND",
        *_items(words, "    "),
        "  DEPENDS",
        *_items(map(_place, command.inputs), "    "),
        f'  WORKING_DIRECTORY "{_HERE}" COMMENT {_quoted(command.text)} VERBATIM',
        ")",
        "",
    ]
    return lines, _place(stamp)


def _place(path: str) -> str:
    """A path as CMake finds it: of the project, of Ingot, or where it is on this machine."""
    if not is_absolute(path):
        return f"{_HERE}/{path}"
    return _word(path)


def _word(word: str) -> str:
    return word.replace(f"{ROOT.as_posix()}/", f"{_SOURCES}/")


def _items(items: Iterable[str] | Sequence[str], indent: str = "  ") -> list[str]:
    return [f"{indent}{_quoted(item)}" for item in items]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
