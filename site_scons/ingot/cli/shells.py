"""The verbs that build systems use: steps, parts, and the files that Ninja and Make read."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ingot.base.errors import IngotError
from ingot.base.places import ROOT, firmware_dir, kernels_dir
from ingot.cli.cache import cache
from ingot.compiler.compile import IO_INPUTS, IO_PLACEMENTS

Words = tuple[str, ...]


input_shape_option = click.option(
    "--input-shape",
    metavar="SHAPE",
    help="Where the file leaves it free: 1x96x96x3, or of several inputs name:1x96x96x3,other:1x10. Default: the "
    "model.yaml's.",
)


def io_options(function: Callable[..., None]) -> Callable[..., None]:
    """What the section `io` of a model.yaml says."""
    for option in (
        input_shape_option,
        click.option("--io-input", type=click.Choice(IO_INPUTS), help="Default: the model.yaml's."),
        click.option("--io-placement", type=click.Choice(IO_PLACEMENTS), help="Default: the model.yaml's."),
    ):
        function = option(function)
    return function


def request_options(function: Callable[..., None]) -> Callable[..., None]:
    """What a network is asked for; the same words in every shell."""
    for option in (
        click.option("--heap", type=int, help="Bytes of heap. Default: the model.yaml's, else the board's."),
        click.option("--stack", type=int, help="Bytes of stack. Default: the model.yaml's, else the board's."),
        io_options,
        click.option("--fuse/--no-fuse", default=True),
        click.option("--optimize", type=click.Choice(["balanced", "ram", "speed"]), default="balanced"),
        click.option("--name", default="network", show_default=True, help="C name of the network."),
        click.option("--board", required=True, help="A name under boards/, or a path to a board.yaml."),
        click.argument("model"),
    ):
        function = option(function)
    return function


def firmware_options(function: Callable[..., None]) -> Callable[..., None]:
    """What a whole firmware is asked for, besides its network."""
    for option in (
        click.option("--build", default="build", show_default=True, help="Folder for everything that is built."),
        click.option(
            "--in-turn", is_flag=True, help="The networks never run at the same time: their activations overlap."
        ),
        click.option(
            "--with", "others", multiple=True, metavar="NAME=MODEL", help="A further network in the firmware."
        ),
        click.option("--app", default="", help="An application of firmware/apps, or a folder with a main.c."),
        click.option(
            "--launcher",
            default="",
            envvar="INGOT_LAUNCHER",
            show_envvar=True,
            help="Put before the compiler's name when C is compiled, such as ccache.",
        ),
    ):
        function = option(function)
    return request_options(function)


@click.command()
@click.argument("name")
@click.option("--in", "inputs", multiple=True, metavar="ARG=FILE", help="A file that is read.")
@click.option("--out", "outputs", multiple=True, metavar="ARG=FILE", help="A file that is written.")
@click.option("--set", "options", multiple=True, metavar="ARG=VALUE", help="Another argument.")
@click.option("--depfile", default="", help="Write what was read here, as a Makefile rule.")
@click.option("--target", default="", help="Target of that rule. Default: the first output.")
@click.option("--stamp", default="", help="An empty file to touch at the end.")
def step(name: str, inputs: Words, outputs: Words, options: Words, depfile: str, target: str, stamp: str) -> None:
    """Run one step of a build; build files are full of these."""
    from ingot.recipe.step import write_depfile
    from ingot.steps.call import call_step

    call_step(name, inputs, outputs, options)
    if stamp:
        Path(stamp).parent.mkdir(parents=True, exist_ok=True)
        Path(stamp).touch()
    if depfile:
        named = target or stamp or outputs[0].partition("=")[2]
        write_depfile(Path(depfile), named, inputs, options, phony=bool(target))


@click.command()
@request_options
@click.option("--app", default="", help="An application of firmware/apps, or a folder. Default: your own program.")
@click.option("--twin", is_flag=True, help="For the board's emulated twin.")
@click.option("--beside", multiple=True, metavar="C_INFO", help="A network of the same firmware, placed before.")
@click.option("--in-turn", multiple=True, metavar="C_INFO", help="The same of one that never runs at the same time.")
@click.option("--image", is_flag=True, help="Print the commands of the relocatable image instead.")
@click.option("--out", required=True, help="Folder for the network's files.")
def parts(model: str, board: str, image: bool, **given: Any) -> None:
    """Print what a network consists of, as JSON: steps, sources, folders, flags."""
    from ingot.recipe.parts import Parts, Request

    asked = Parts(Request(model=model, board=board, **given))
    print(json.dumps(image_dict(asked) if image else parts_dict(asked), indent=2))


def image_dict(parts: Any) -> dict[str, Any]:
    """The commands that build a network's relocatable image, in an order in which each finds what it reads."""
    from ingot.recipe.jobs import image_jobs

    model, _ = parts.obtain(f"{parts.request.out}/model")
    jobs, image = image_jobs(parts, ingot_command(), model, f"{parts.request.out}/reloc/kernels")
    return {
        "image": image,
        "configure_inputs": configure_inputs(parts),
        "jobs": [
            {
                "kind": job.kind,
                "outputs": list(job.outputs),
                "inputs": list(job.inputs),
                "command": list(job.command),
                "depfile": job.depfile,
                "text": job.text,
            }
            for job in jobs
        ],
    }


def parts_dict(parts: Any) -> dict[str, Any]:
    """The parts as plain data; every step as its command line, its inputs and its outputs."""
    out = parts.request.out
    model, obtain = parts.obtain(f"{out}/model")
    found = {"compile": parts.compile(model), "linker_script": parts.linker_script(), "hex": parts.weights_hex()}
    if parts.manifest.document is not None:
        found["app_config"] = parts.app_config()
    if obtain is not None:
        found["obtain"] = obtain
    return {
        "board": parts.board.name,
        "name": parts.request.name,
        "has_twin": parts.board.twin is not None,
        "board_file": parts.board_file,
        "pools_file": parts.pools_file,
        "model": model,
        "source": parts.source,
        "header": parts.files[1],
        "info": parts.info,
        "raws": parts.raws,
        "script": parts.script,
        "steps": {
            name: {"arguments": item.arguments(), "inputs": item.reads, "outputs": item.writes}
            for name, item in found.items()
        },
        "configure_inputs": configure_inputs(parts),
        "kernels": parts.kernels,
        "kernel_folders": parts.kernel_folders,
        "runtime": parts.runtime,
        "startup": parts.startup,
        "application": parts.application if parts.request.app else [],
        "folders": parts.folders,
        "defines": [f"{name}={value}" for name, value in sorted(parts.defines.items())],
        "flags": {role: parts.flags(role) for role in ("kernels", "network", "firmware")},
        "link_flags": parts.link_flags,
    }


def configure_inputs(parts: Any) -> list[str]:
    """What decides which jobs there are; when one of these changes, build files are written again.

    Folders change when a file is added. Ingot's own modules change when another version is installed.
    """
    from ingot.recipe.parts import near

    document = [parts.manifest_file] if parts.manifest.document is not None else []
    folders = [parts.application_folder] if parts.request.app else []
    folders += [near(kernels_dir()), near(firmware_dir() / "apps" / "validate")]
    code = [
        near(Path(__file__).parents[1] / name) for name in ("recipe/sources.py", "link/toolchain.py", "recipe/parts.py")
    ]
    return [parts.board_file, parts.pools_file, *document, *folders, *code]


def ingot_command() -> list[str]:
    """How to call this very `ingot` from a build file: as INGOT_COMMAND says, else as it was called."""
    if chosen := os.environ.get("INGOT_COMMAND"):
        return shlex.split(chosen)
    script = Path(sys.argv[0])
    if script.name == "ingot" and os.access(script, os.X_OK):
        return [str(script.absolute())]
    return [sys.executable, "-m", "ingot"]


def _again(verb: str, given: dict[str, Any]) -> list[str]:
    """The command line that was given, in one order."""
    words = [*ingot_command(), verb, given["model"]]
    for key, value in given.items():
        flag = f"--{key.replace('_', '-')}"
        if key == "fuse":
            words += [] if value else ["--no-fuse"]
        elif key == "in_turn":
            words += ["--in-turn"] if value else []
        elif key == "others":
            words += [text for other in value for text in ("--with", other)]
        elif key != "model" and value not in (None, ""):
            words += [flag, str(value)]
    return words


@click.command()
@firmware_options
@click.option("--out", "itself", default="build.ninja", show_default=True, help="The file to write.")
def ninja(itself: str, **given: Any) -> None:
    """Write a build.ninja for MODEL on a board: firmware, verify, emulate."""
    from ingot.base.files import write_if_changed
    from ingot.shells.ninja import ninja_text

    jobs, names, networks = _jobs(**given)
    again = [*_again("ninja", given), "--out", itself]
    write_if_changed(Path(itself), ninja_text(jobs, names, given["build"], itself, again, _inputs_of(networks)))


@click.command("make-rules")
@firmware_options
@click.option("--prefix", default="", help="Put before the names of targets.")
@click.option("--out", "itself", required=True, help="The file to write.")
def make_rules(itself: str, prefix: str, **given: Any) -> None:
    """Write the rules for GNU Make that ingot.mk includes."""
    from ingot.base.files import write_if_changed
    from ingot.shells.makefile import make_text

    jobs, names, networks = _jobs(**given)
    asked = networks.first
    # The twin's and the image's objects have the same sources, and come later.
    made = {job.inputs[0]: job.outputs[0] for job in reversed(jobs) if job.kind == "cc"}
    variables = {
        "OBJECTS": [made[source] for source in (*networks.sources, *asked.runtime)],
        "STARTUP_OBJECTS": [made[source] for source in asked.startup],
        "CFLAGS": [*(f"-I{folder}" for folder in networks.folders), *(f"-D{k}={v}" for k, v in asked.defines.items())],
        "LDFLAGS": asked.link_flags,
        "KERNELS": [file for job in jobs if job.kind == "ar" for file in job.outputs],
        "SCRIPT": [asked.script],
        "RAW": networks.raws,
        "HEX": [file for parts in networks.members for file in parts.weights_hex().writes],
        "HEADERS": networks.headers,
        "CINFO": networks.infos,
        "BOARD": [asked.board_file],
    }
    write_if_changed(Path(itself), make_text(jobs, names, variables, prefix, itself, _inputs_of(networks)))
    os.utime(itself)


def _jobs(build: str, others: Words, in_turn: bool, **given: Any) -> Any:
    """The jobs of a firmware below `build`, their names, and its networks."""
    from dataclasses import replace

    from ingot.recipe.jobs import firmware_jobs
    from ingot.recipe.networks import Networks, together
    from ingot.recipe.parts import Parts, Request

    request = Request(**{**given, "app": given["app"] or "validate"}, out=build)
    first = Parts(request)
    app = given["app"] or first.manifest.application
    request = replace(request, app=app, out=f"{build}/{first.board.name}/{first.manifest.name}")
    requests = together(request, [_named(word) for word in others], in_turn)
    jobs, names = firmware_jobs(requests, ingot_command(), f"{build}/models")
    return jobs, names, Networks([Parts(item) for item in requests])


def _named(word: str) -> tuple[str, str]:
    name, equals, model = word.partition("=")
    if not (equals and model and name.isidentifier()):
        raise IngotError(f"--with {word} is not NAME=MODEL", remedy="NAME is the C name of that network.")
    return name, model


def _inputs_of(networks: Any) -> list[str]:
    return list(dict.fromkeys(file for parts in networks.members for file in configure_inputs(parts)))


@click.command("cmake-dir")
def cmake_dir() -> None:
    """Print the folder for CMake's Ingot_DIR."""
    print(ROOT / "toolchain" / "cmake")


@click.command("make-dir")
def make_dir() -> None:
    """Print the folder of ingot.mk."""
    print(ROOT / "toolchain" / "make")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--board", default="", help="Only this board of the fleet.")
@click.option("--model", default="", help="Only this model of the fleet.")
@click.option("--build", default="build/fleet", show_default=True, help="Folder for everything that is built.")
@click.option("--junit", default="", help="The JUnit file for CI. Default: fleet.xml in --build.")
@click.option("-j", "parallel", default=0, help="How many commands at a time. Default: Ninja's.")
def fleet(file: Path, board: str, model: str, build: str, junit: str, parallel: int) -> None:
    """Build and verify every entry of FILE, a fleet.yaml; exit status 2 when one fails."""
    from ingot.shells.fleet.run import fleet as run

    run(file, junit=junit, build=build, command=ingot_command(), board=board, model=model, parallel=parallel)


@click.group()
def board() -> None:
    """Boards of your own."""


@board.command("new")
@click.argument("name")
@click.option("--like", default="n6dk", show_default=True, help="The board to begin with: a name or a path.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Its folder. Default: boards/NAME.")
def board_new(name: str, like: str, out: Path | None) -> None:
    """Begin a board: a commented board.yaml and its pools, valid as they are."""
    from ingot.board.template import new_board

    for path in new_board(name, out or Path("boards") / name, like, ROOT / "boards"):
        print(path)


VERBS = (step, parts, ninja, make_rules, cmake_dir, make_dir, cache, fleet, board)
