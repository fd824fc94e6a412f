# SPDX-License-Identifier: Apache-2.0
"""A firmware as rules for GNU Make: `ingot make-rules`, which toolchain/make/ingot.mk includes.

Make has no `restat`: a step that leaves a file as it is would run again for ever. So each step has a stamp, and its
files follow the stamp by rules that do nothing; Make then looks at the files' own times.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from ingot.recipe.firmware import FirmwareBuild
from ingot.shells.command import Command


def make_text(
    commands: Sequence[Command],
    names: Mapping[str, Sequence[str]],
    variables: Mapping[str, Sequence[str]],
    prefix: str,
    itself: str,
    inputs: Sequence[str],
) -> str:
    """The rules. prefix: of the names that users ask for (`net-firmware`). variables: for the user's own rules.

    inputs: what these rules themselves depend on.
    """
    lines = ["# Written by `ingot make-rules`; changes here are lost.", ""]
    for job in commands:
        lines += _RENDER[job.kind](job, prefix)
    for name, files in names.items():
        if files:
            lines += [f".PHONY: {prefix}{name}", f"{prefix}{name}: {_words(files)}"]
    depfiles = [job.depfile for job in commands if job.depfile]
    lines += [f"-include {_words(depfiles)}", "", f"{_path(itself)}: {_words(inputs)}"]
    stem = prefix.rstrip("-")
    lines += [f"{stem}_{name} := {_words(words)}" for name, words in variables.items()]
    return "\n".join(lines) + "\n"


def make_variables(firmware: FirmwareBuild) -> dict[str, Sequence[str]]:
    """What the user's own rules need of a firmware: objects, flags, files."""
    program = firmware.program
    return {
        "OBJECTS": [job.target for job in firmware.objects("network", "runtime")],
        "STARTUP_OBJECTS": [job.target for job in firmware.objects("startup")],
        "CFLAGS": [
            *(f"-I{folder}" for folder in firmware.folders),
            *(f"-D{name}={value}" for name, value in program.defines.items()),
        ],
        "LDFLAGS": [*program.link_flags, f"-Wl,-T,{firmware.script}"],
        "KERNELS": firmware.libraries,
        "SCRIPT": [firmware.script],
        "RAW": firmware.raws,
        "HEX": [name for network in firmware.networks for name in network.hexfiles],
        "HEADERS": firmware.headers,
        "CINFO": firmware.infos,
        "BOARD": [program.board_file],
    }


def _step(job: Command, prefix: str) -> list[str]:
    stamp = f"{job.outputs[0]}.stamp"
    target = _path(stamp)
    lines = [
        f"{target}: {_words(job.inputs)}",
        f"\t@echo {shlex.quote(job.text)}",
        f"\t@{_command(job)} --target {shlex.quote(stamp)}",
        "\t@touch $@",
    ]
    return [*lines, f"{_words(job.outputs)}: {target} ;@true"]


def _compiled(job: Command, prefix: str) -> list[str]:
    return [
        f"{_words(job.outputs)}: {_words(job.inputs)}",
        "\t@mkdir -p $(@D)",
        f"\t@echo {shlex.quote(job.text)}",
        f"\t@{_command(job)}",
    ]


def _archived(job: Command, prefix: str) -> list[str]:
    head, *rest = _compiled(job, prefix)
    return [head, "\t@rm -f $@", *rest]


def _linked(job: Command, prefix: str) -> list[str]:
    elf, *others = job.outputs
    lines = [f"{_path(elf)}: {_words(job.inputs)}", f"\t@echo {shlex.quote(job.text)}", f"\t@{_command(job)}"]
    return [*lines, *([f"{_words(others)}: {_path(elf)} ;@true"] if others else [])]


def _run(job: Command, prefix: str) -> list[str]:
    name = f"{prefix}{job.outputs[0]}"
    return [f".PHONY: {name}", f"{name}: {_words(job.inputs)}", f"\t@{_command(job)}"]


_RENDER = {"step": _step, "cc": _compiled, "ar": _archived, "link": _linked, "run": _run}


def _command(job: Command) -> str:
    return shlex.join(job.words).replace("$", "$$")


def _words(paths: Sequence[str]) -> str:
    return " ".join(map(_path, paths))


def _path(path: str) -> str:
    return path.replace("$", "$$").replace("#", "\\#").replace(" ", "\\ ")
