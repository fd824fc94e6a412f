"""What SConstruct needs besides the tool: options, help, unknown targets, the summary at the end."""

from __future__ import annotations

import atexit
import contextlib
import json
import sys
from pathlib import Path

import SCons.Script

from ingot.base import places
from ingot.base.errors import IngotError, did_you_mean
from ingot.board import board_names, find_board, load_board
from ingot.link.summary import summary_text
from ingot.model import find_model, list_models
from ingot.recipe import options as option_table
from ingot.recipe import sources as firmware

TARGETS = {
    "firmware": "firmware, weights, reports and the proof that nothing overlaps (the default)",
    "check": "prove that nothing overlaps, and show the memory map",
    "emulate": "run the network once on the board's twin in QEMU",
    "verify": "compare outputs on the twin with LiteRT's reference kernels, byte for byte",
    "validate": "the same over a serial line, of a board (port=) or of the twin, with a table of the epochs",
    "flash": "write to the board what changed: weights and application (dry_run=1 shows the commands)",
    "sign": "the application with the boot header of an STM32N6",
    "report": "one page with the memory over time, the address map and the epochs",
    "fleet": "build and verify boards x models x options of a fleet.yaml (fleet=), with one table and a JUnit file",
    "explore": "show what less RAM costs in instructions, and how to choose",
    "bench": "measure all models of a folder on the twin, beside a rival's figures",
    "info": "show what the model consists of",
    "compile_commands.json": "how each C file is compiled, for editors",
    "reloc": "the network as a relocatable image, to be installed by firmware in the field",
    "reloc-verify": "install the image on the twin, in place and copied, at several addresses, and compare its outputs",
    "load-and-run": "put the image on the board of port=, or on the twin, run it and show what it costs",
}


@contextlib.contextmanager
def user_errors():
    """A mistake of the user's ends the run with its message, without a traceback."""
    try:
        yield
    except IngotError as error:
        print(f"ingot: {error}", file=sys.stderr)
        sys.exit(2)


def _folder(name):
    """A folder of Ingot's, as messages should show it: relative where the build runs in Ingot's own tree."""
    path = places.ROOT / name
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def options(arguments):
    """The options of the command line, checked. `--json` is written as in `ingot`, where other verbs have it."""
    SCons.Script.AddOption("--json", action="store_true", default=False, help="the same as json=1")
    given = {"json": "1"} if SCons.Script.GetOption("json") else {}
    return option_table.parse_options({**arguments, **given})


def board(options):
    """The board that `board=` means."""
    return load_board(find_board(options.text("board"), _folder("boards")))


def model(options):
    """The model that `model=` means."""
    return find_model(options.text("model"), _folder("models"))


def finish(env, built):
    """Sets the help text, refuses unknown targets, and lets the build end with a summary of what it built.

    built: the firmware; None when each target says itself what it did.
    """
    env.Help(_help())
    _check_targets(env)
    if built is None:
        return
    quiet = ("help", "clean", "no_exec", "no_progress", "silent")
    if not any(SCons.Script.GetOption(name) for name in quiet):
        atexit.register(_summary, [str(node) for node in built.everything], Path(str(built.proof[1])))


def _help():
    targets = "\n".join(f"  {name:<22}{text}" for name, text in TARGETS.items())
    return f"""
scons [target ...] [option=value ...]

Targets
{targets}

Options
{option_table.options_help()}

Boards        {" ".join(board_names(_folder("boards")))}
Models        {" ".join(list_models(_folder("models")))}
Applications  {" ".join(firmware.list_apps())}

Of SCons: -j2 builds in parallel, -c removes what was built, -Q is quiet, --debug=explain says why.
"""


def _check_targets(env):
    """A target is one of TARGETS, a file that is built, or a folder of those."""
    for name in SCons.Script.COMMAND_LINE_TARGETS:
        if name == "fleet" and not env["INGOT_OPTIONS"].text("fleet"):
            raise IngotError("there is no fleet to build", where="fleet", remedy="Give fleet=FILE, a fleet.yaml.")
        if name in TARGETS or Path(name).exists():
            continue
        if not any(node.has_builder() for node in env.arg2nodes(name)):
            raise IngotError(f"there is no target '{name}'", remedy=did_you_mean(name, TARGETS))


def _summary(files, figures):
    """Prints the figures when something of the firmware was built and everything succeeded."""
    from ingot_tool import BUILT, SECONDS

    if BUILT.intersection(files) and figures.is_file() and not SCons.Script.GetBuildFailures():
        print(f"\n{summary_text(json.loads(figures.read_text()), SECONDS)}")
