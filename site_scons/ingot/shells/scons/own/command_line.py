# SPDX-License-Identifier: Apache-2.0
"""The command line of Ingot's own SConstruct: options, help, unknown targets, the summary at the end."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import SCons.Defaults
import SCons.Script

from ingot.base import places
from ingot.base.console import say_error
from ingot.base.errors import IngotError, did_you_mean
from ingot.base.text_table import help_line
from ingot.board import board_names
from ingot.link import sources
from ingot.link.summary import print_summary
from ingot.model import list_models
from ingot.recipe.options import OPTIONS, Options, options_help, parse_options
from ingot.recipe.targets import TARGETS as MODEL_TARGETS
from ingot.shells.scons.own import console

TARGETS = MODEL_TARGETS | {
    "fleet": "build and verify boards x models x options of a fleet.yaml (fleet=), with one table and a JUnit file",
    "explore": "show what less RAM costs in instructions, and how to choose",
    "bench": "measure all models of a folder on the twin, beside a rival's figures",
    "compile_commands.json": "how each C file is compiled, for editors",
}


@contextlib.contextmanager
def user_errors() -> Iterator[None]:
    """A mistake of the user's ends the run with its message, without a traceback."""
    try:
        yield
    except IngotError as error:
        say_error(error)
        sys.exit(2)


def folder(name: str) -> Path:
    """A folder of Ingot's, as messages should show it: relative where the build runs in Ingot's own tree."""
    path = places.ROOT / name
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def command_line(arguments: Mapping[str, str]) -> Options:
    """The options of the command line, checked. `--json` is written as in `ingot`, where other verbs have it."""
    # SCons's global functions use its default environment; with the default tools that starts several compilers.
    SCons.Defaults.DefaultEnvironment(tools=[])
    SCons.Script.AddOption("--json", action="store_true", default=False, help="the same as json=1")
    if SCons.Script.GetOption("num_jobs") == 1 and not _says_jobs():
        SCons.Script.SetOption("num_jobs", os.cpu_count() or 1)
    more = {"json": "1"} if SCons.Script.GetOption("json") else {}
    return parse_options({**arguments, **more})


def _says_jobs() -> bool:
    """Whether the user said how many commands may run at a time."""
    words = [*sys.argv[1:], *os.environ.get("SCONSFLAGS", "").split()]
    return any(
        word.startswith("--jobs") or (word.startswith("-") and not word.startswith("--") and "j" in word)
        for word in words
    )


def finish(env: Any, built: Any) -> None:
    """Sets the help text, refuses unknown targets, and lets the build end with a summary of what it built.

    built: the program; None when each target says itself what it did.
    """
    env.Help(_help())
    _check_targets(env)
    if built is None:
        return
    quiet = ("help", "clean", "no_exec", "silent")
    if not any(SCons.Script.GetOption(name) for name in quiet) and not env["INGOT_OPTIONS"].switch("json"):
        atexit.register(_summary, [str(node) for node in env.Flatten(built.everything)], Path(str(built.proof[1])))


def _help() -> str:
    targets = "\n".join(help_line(name, text, 2, 24) for name, text in TARGETS.items())
    return f"""
scons [target ...] [option=value ...]

Targets
{targets}

Options
{options_help()}

{help_line("Boards", " ".join(board_names(folder("boards"))), 0, 14)}
{help_line("Models", " ".join(list_models(folder("models"))), 0, 14)}
{help_line("Applications", " ".join(sources.list_apps()), 0, 14)}

Of SCons: it builds with all cores (-j1 with one), -c removes what was built, -Q shows no progress, -s nothing,
--debug=explain says why.
"""


def _check_targets(env: Any) -> None:
    """A target is one of TARGETS, a file that is built, or a folder of those."""
    for name in SCons.Script.COMMAND_LINE_TARGETS:
        if name == "fleet" and not env["INGOT_OPTIONS"].text("fleet"):
            raise IngotError("there is no fleet to build", where="fleet", remedy="Give fleet=FILE, a fleet.yaml.")
        if name in TARGETS or Path(name).exists():
            continue
        if not any(node.has_builder() for node in env.arg2nodes(name)):
            raise IngotError(f"there is no target '{name}'", remedy=did_you_mean(name, TARGETS))


def _summary(files: list[str], figures: Path) -> None:
    """Prints the figures when something of the firmware was built and everything succeeded."""
    if console.BUILT.intersection(files) and figures.is_file() and not SCons.Script.GetBuildFailures():
        then = [
            " ".join(["scons", *words_to_repeat(group), name])
            for name, group in (("emulate", "run"), ("flash", "flash"))
        ]
        print_summary(figures, console.SECONDS, ", ".join(then))


def words_to_repeat(group: str) -> list[str]:
    """The options of this command line that a next one needs as well: those not at their defaults that it reads.

    group: the group of options that its target reads; it is to do its work, so that dry_run= is not repeated.
    """
    words = dict(word.split("=", 1) for word in sys.argv[1:] if "=" in word and not word.startswith("-"))
    options = parse_options(words)
    left_out = {"dry_run"} | {item.name for item in OPTIONS if item.group in {"run", "flash", "report"} - {group}}
    return [f"{name}={text}" for name, text in words.items() if name not in left_out and not options.is_default(name)]
