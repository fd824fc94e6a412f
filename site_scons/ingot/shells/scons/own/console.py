# SPDX-License-Identifier: Apache-2.0
"""Progress lines, times by step, and what they need of an environment."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import SCons.Script

from ingot.base.console import VERBOSE
from ingot.base.files import make_build_folder
from ingot.link import toolchain
from ingot.recipe.options import Options
from ingot.shells.scons.paths import check_folders, command_path
from ingot.shells.scons.step import say_once

#: Wall seconds by step, of the steps that ran in this build. Steps that run at the same time count each.
SECONDS: dict[str, float] = {}

#: First targets of the steps that ran in this build.
BUILT: set[str] = set()

#: What progress lines and the summary call a step whose name is longer.
VERBS = {
    "obtain_model": "obtain",
    "compile_network": "compile",
    "compile_kernels": "kernels",
    "take_prebuilt": "take",
    "run_stedgeai": "stedgeai",
    "intact": "check",
    "check_network": "check",
    "linker_script": "layout",
    "app_config": "config",
    "weights_hex": "weights",
    "check_firmware": "check",
    "show_map": "map",
    "run_app": "emulate",
    "reloc_sources": "layout",
    "pack_image": "image",
    "reloc_verify": "verify",
    "reloc_st_sources": "layout",
    "reloc_places": "layout",
    "load_and_run": "run",
    "measure_epochs": "measure",
    "measure_way": "measure",
    "networks_header": "header",
    "verify_together": "verify",
    "verify_npu": "verify",
    "quantize_model": "quantize",
    "check_quantized": "check",
}


def settings(options: Options) -> dict[str, Any]:
    """Variables of the environment that the tool `ingot` is added to."""
    check_folders(os.getcwd())
    build, verbose = command_path(options.text("build"), "build"), options.switch("verbose")
    if verbose:
        os.environ[VERBOSE] = "1"
    make_build_folder(Path(build), "build=")
    launcher = command_path(options.text("launcher") or toolchain.launcher(), "launcher")
    os.environ["INGOT_LAUNCHER"] = launcher  # steps compile, too
    return {
        "INGOT_OPTIONS": options,
        "INGOT_OWN": True,
        "INGOT_BUILD": build,
        "INGOT_KERNELS": f"{build}/kernels",
        "INGOT_MODELS": f"{build}/models",
        "INGOT_LAUNCHER": launcher,
        "INGOT_SAY": None if verbose else progress,
        "INGOT_STEP_SAY": progress,
        "INGOT_RAN": _ran,
        "INGOT_SPAWN": timed_spawn,
        "PRINT_CMD_LINE_FUNC": _print_command,
    }


#: Steps that nobody waits for and that write nothing for people.
UNSAID = ("intact",)


def progress(step: str, what: str) -> str:
    """A line of progress, or "" when the user wants none. what: "@..." is said once for all commands of that text."""
    if quiet() or step in UNSAID:
        return ""
    group, what = ("@", what[1:]) if what.startswith("@") else ("", what)
    if not what:
        return "@"
    line = f"  {VERBS.get(step, step):<10}{what}"
    return f"{group}{line}" if group else line


def quiet() -> bool:
    """Whether -Q or -s was given."""
    return bool(SCons.Script.GetOption("no_progress") or SCons.Script.GetOption("silent"))


_SAID: set[str] = set()


def _print_command(text: str, target: Any, source: Any, env: Any) -> None:
    """Prints progress lines; of a group of commands ("@...") only the first."""
    if text.startswith("@"):
        if text in _SAID or quiet():
            return
        _SAID.add(text)
        text = text[1:]
    if text:
        sys.stdout.write(f"{text}\n")  # in one piece: other threads print too
        sys.stdout.flush()


def _ran(step: str, seconds: float, target: str) -> None:
    """Told of every step that ran; target: "" for one that failed."""
    _add_seconds(VERBS.get(step, step), seconds)
    if target:
        BUILT.add(target)


def _add_seconds(step: str, seconds: float) -> None:
    SECONDS[step] = SECONDS.get(step, 0.0) + seconds


def timed_spawn(step: str, spawn: Callable[..., int]) -> Callable[..., int]:
    """SCons's way of starting a process, with its time counted as that step's."""

    def timed(sh: Any, escape: Any, command: str, arguments: Any, variables: Any) -> int:
        if shutil.which(command, path=variables.get("PATH")) is None:
            return _not_installed(command)
        started = time.monotonic()
        try:
            return spawn(sh, escape, command, arguments, variables)
        finally:
            _add_seconds(step, time.monotonic() - started)

    return timed


def _not_installed(command: str) -> int:
    """Says that a program of the toolchain is missing; the shell's status for that."""
    say_once(toolchain.not_installed(command))
    return 127
