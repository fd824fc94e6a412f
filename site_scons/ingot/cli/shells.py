# SPDX-License-Identifier: Apache-2.0
"""The verbs that write what Ninja, Make and CMake read."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingot.base.errors import IngotError, did_you_mean
from ingot.base.places import ROOT
from ingot.cli.verb import verb
from ingot.cli.words import (
    TableOption,
    again_words,
    board_word,
    image_words,
    model_word,
    network_words,
    offered_boards,
    offered_models,
    offered_targets,
    options_of,
    table_options,
)
from ingot.recipe.job import StepJob
from ingot.recipe.options import (
    BY_NAME,
    EVERYWHERE,
    PROGRAM_OPTIONS,
    Options,
    as_text,
    check_targets,
    names_of,
    parse_options,
)

if TYPE_CHECKING:
    from ingot.recipe.firmware import FirmwareBuild
    from ingot.recipe.job import Recipe
    from ingot.recipe.request import Request

Words = tuple[str, ...]


def request_words(function: Callable[..., None]) -> Callable[..., None]:
    """What a network is asked for; the same words in every shell."""
    return _network_and_run_words(board_word(model_word(function)))


def _network_and_run_words(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--heap", type=int, help="Bytes of heap. Default: the model.yaml's, else the board's."),
        click.option("--stack", type=int, help="Bytes of stack. Default: the model.yaml's, else the board's."),
        table_options(*PROGRAM_OPTIONS),
        image_words,
        network_words,
        table_options("name"),
    ):
        function = option(function)
    return function


def firmware_words(function: Callable[..., None]) -> Callable[..., None]:
    """What a whole firmware is asked for."""
    return request_words(_around_words(function))


def project_words(function: Callable[..., None]) -> Callable[..., None]:
    """The same for people: in a project (ingot.yaml) without model and board."""
    help_text = f"{BY_NAME['board'].help[0].upper()}{BY_NAME['board'].help[1:]} [the project's]."
    board = click.option("--board", cls=TableOption, default="", help=help_text, shell_complete=offered_boards)
    model = click.argument("model", default="", shell_complete=offered_models)
    return _network_and_run_words(_around_words(board(model(function))))


def _around_words(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        table_options("build", "app", "launcher"),
        click.option(
            "--in-turn", is_flag=True, help="The networks never run at the same time: their activations overlap."
        ),
        click.option(
            "--with", "others", multiple=True, metavar="NAME=MODEL", help="A further network in the firmware."
        ),
    ):
        function = option(function)
    return function


@verb()
@firmware_words
@click.option("--out", "itself", default="build.ninja", show_default=True, help="The file to write.")
def ninja(itself: str, **values: Any) -> Any:
    """Write a build.ninja for MODEL on a board: firmware and all targets around it."""
    from ingot.base.files import write_if_changed
    from ingot.shells.ninja import ninja_text

    again = [*_again("ninja", values), "--out", itself]
    launcher, build = values["launcher"], values["build"]
    firmware, recipe = _whole(**values)
    call = "ninja" if itself == "build.ninja" else f"ninja -f {itself}"
    commands = _commands(recipe, launcher, f"{call} verify, {call} flash")
    text = ninja_text(commands, recipe.targets, build, itself, again, _inputs_of(firmware))
    write_if_changed(Path(itself), text)
    return {"files": [itself], "targets": _targets_of(recipe)}


@verb("build")
@project_words
@click.option(
    "-t",
    "--target",
    "targets",
    multiple=True,
    help="What to build. Default: firmware.",
    shell_complete=offered_targets,
)
@click.option("-j", "parallel", default=0, help="How many commands at a time. Default: Ninja's.")
def build_verb(targets: Words, parallel: int, **values: Any) -> Any:
    """Build MODEL for a board with Ninja: firmware, or any target of it (-t verify). In a project, build that."""
    return build_targets("build", targets, parallel, **values)


@verb("run")
@project_words
@click.option("-j", "parallel", default=0, help="How many commands at a time. Default: Ninja's.")
def run_verb(parallel: int, **values: Any) -> Any:
    """Run MODEL on the board's twin, and print what it says about --input. In a project, run that."""
    return build_targets("run", ("emulate",), parallel, **values)


def build_targets(verb: str, targets: Words, parallel: int, **values: Any) -> Any:
    """Builds targets of a firmware with Ninja. values: of project_words."""
    from ingot.base.files import make_build_folder, write_if_changed
    from ingot.shells.ninja import ninja_text, run_ninja
    from ingot.start.project import model_and_board, next_of_build

    then = next_of_build(values["model"], values["board"])
    values["model"], values["board"] = model_and_board(verb, values["model"], values["board"])
    launcher, build = values["launcher"], values["build"]
    make_build_folder(Path(build), "--build ")
    firmware, recipe = _whole(**values)
    commands = _commands(recipe, launcher, then)
    known = _targets_of(recipe)
    for target in targets:
        if target not in known:
            raise IngotError(
                f"there is no target '{target}' here", where="--target", remedy=did_you_mean(target, known)
            )
    check_targets(firmware.first.request.options, targets)
    itself = f"{firmware.program.request.out}/build.ninja"
    write_if_changed(Path(itself), ninja_text(commands, recipe.targets, build, itself))
    built = targets or ("firmware",)
    if {"verify", "report"} <= {*built}:
        run_ninja(itself, ("verify",), parallel)  # whose verdict the page has
        run_ninja(itself, [name for name in built if name != "verify"], parallel)
    else:
        run_ninja(itself, built, parallel)
    return {"targets": list(built), "files": [file for name in built for file in recipe.targets.get(name, ())]}


@verb("make-rules")
@firmware_words
@click.option("--prefix", default="", help="Put before the names of targets.")
@click.option(
    "--asked", default="", help="What the Makefile asks for; with another text it has the rules written again."
)
@click.option("--out", "itself", required=True, help="The file to write.")
def make_rules(itself: str, prefix: str, asked: str, **values: Any) -> Any:
    """Write the rules for GNU Make that ingot.mk includes."""
    from ingot.base.files import write_if_changed
    from ingot.shells.makefile import command_files, make_text, make_variables

    launcher = values["launcher"]
    firmware, recipe = _whole(**values)
    variables = make_variables(firmware)
    then = f"make {prefix}verify, make {prefix}flash"
    commands, inputs = _commands(recipe, launcher, then), _inputs_of(firmware)
    for path, command in command_files(commands).items():
        write_if_changed(Path(path), command)
    text = make_text(commands, recipe.targets, variables, prefix, itself, inputs, asked)
    write_if_changed(Path(itself), text)
    os.utime(itself)
    return {"files": [itself], "targets": [f"{prefix}{name}" for name in _targets_of(recipe)]}


@verb("cmake-network")
@request_words
@click.option("--target", required=True, help="Name of the CMake target.")
@click.option("--beside", multiple=True, metavar="TARGET=REQUEST", help="A network placed before this one.")
@click.option("--in-turn", multiple=True, metavar="TARGET=REQUEST", help="One that never runs at the same time.")
@click.option("--startup", is_flag=True, help="With vectors and reset.")
@click.option("--own-runtime", is_flag=True, help="The program's own sources have ST's ll_aton_runtime.c.")
@click.option("--own-link", is_flag=True, help="The program has a linker script and flags of its own.")
@table_options("launcher")
@click.option("--kernels", required=True, help="Folder of the kernels' objects.")
@click.option("--place", required=True, help="Folder of the network's files.")
@click.option("--option", "pairs", multiple=True, metavar="WORD", help="A name of an option, then its value.")
@click.option("--out", "itself", required=True, help="The file of rules; its request is beside it.")
def cmake_network(
    target: str,
    beside: Words,
    in_turn: Words,
    startup: bool,
    own_runtime: bool,
    own_link: bool,
    itself: str,
    place: str,
    pairs: Words,
    **values: Any,
) -> None:
    """Write the rules of ingot_add_model, which CMake includes."""
    from ingot.base.files import write_if_changed
    from ingot.recipe.network import NetworkBuild
    from ingot.recipe.request import Request
    from ingot.shells.cmake import Own, Rules, network_rules, read_request, request_text
    from ingot.shells.command import ingot_command

    options = _with_pairs(options_of(values), pairs, f"ingot_add_model({target})")
    before = [word.partition("=")[0] for word in (*beside, *in_turn)]
    places = [
        tuple(NetworkBuild(read_request(Path(word.partition("=")[2]))).info for word in words)
        for words in (beside, in_turn)
    ]
    request = Request(
        options=options, beside=places[0], in_turn=places[1], out=place, models=f"{place}/model", **values
    )
    rules = Rules(ingot_command(), request.launcher)
    network = NetworkBuild(request)
    write_if_changed(Path(itself), network_rules(target, network, rules, Own(startup, own_runtime, own_link), before))
    write_if_changed(Path(itself).with_suffix(".json"), request_text(request))


def _with_pairs(options: Options, pairs: Words, where: str) -> Options:
    """Options with those that CMake's arguments name: NAME value NAME value. Raises IngotError."""
    known = [*names_of(*EVERYWHERE), *PROGRAM_OPTIONS]
    texts = {name: as_text(value) for name, value in options.values.items()}
    for name, value in itertools.zip_longest(pairs[::2], pairs[1::2]):
        if name.lower() not in known:
            raise IngotError(f"there is no argument '{name}'", where=where, remedy=did_you_mean(name.lower(), known))
        if value is None:
            raise IngotError(f"the argument '{name}' has no value", where=where)
        texts[name.lower()] = value
    return parse_options(texts)


@verb("cmake-program")
@click.argument("what")
@click.option("--request", "requests", multiple=True, metavar="TARGET=REQUEST", help="A network of the program.")
@click.option("--name", required=True, help="Name of the CMake target.")
@click.option("--place", required=True, help="Folder of its files.")
@click.option("--target", default="", help="The target that the program links, of the check.")
@click.option("--elf", default="", help="The program.")
@click.option("--executable", default="", help="Its CMake target, for the targets that need a checked program.")
@click.option("--out", "itself", required=True, help="The file of rules.")
def cmake_program(
    what: str, requests: Words, name: str, place: str, target: str, elf: str, executable: str, itself: str
) -> None:
    """Write the rules around a program: join, check, or one of its targets (verify, reloc, report, ...)."""
    from ingot.base.files import write_if_changed
    from ingot.recipe.firmware import FirmwareBuild
    from ingot.recipe.network import NetworkBuild
    from ingot.shells.cmake import Rules, check_rules, program_rules, read_request, target_rules
    from ingot.shells.command import ingot_command

    members = [word.partition("=")[0] for word in requests]
    networks = [NetworkBuild(read_request(Path(word.partition("=")[2]))) for word in requests]
    program = NetworkBuild(replace(networks[0].request, out=place)) if len(networks) > 1 else None
    firmware = FirmwareBuild(networks, program, "" if what == "join" else f"{executable or name}_")
    rules = Rules(ingot_command(), networks[0].request.launcher)
    if what == "join":
        text = program_rules(name, firmware, rules, members)
    elif what == "check" and not executable:
        text = check_rules(name, firmware, rules, target)
    else:
        text = target_rules(name, what, firmware, rules, members, elf, executable)
    write_if_changed(Path(itself), text)


@verb("cmake-dir")
def cmake_dir() -> None:
    """Print the folder for CMake's Ingot_DIR."""
    print(ROOT / "toolchain" / "cmake")


@verb("make-dir")
def make_dir() -> None:
    """Print the folder of ingot.mk."""
    print(ROOT / "toolchain" / "make")


@verb()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--board", default="", help="Only this board of the fleet.")
@click.option("--model", default="", help="Only this model of the fleet.")
@click.option("--build", default="build/fleet", show_default=True, help="Folder for everything that is built.")
@click.option("--junit", default="", help="The JUnit file for CI. Default: fleet.xml in --build.")
@click.option("-j", "parallel", default=0, help="How many commands at a time. Default: Ninja's.")
@table_options("scheduler", "shard")
def fleet(
    file: Path, board: str, model: str, build: str, junit: str, parallel: int, scheduler: str, shard: str
) -> None:
    """Build and verify every entry of FILE, a fleet.yaml; exit status 2 when one fails."""
    from ingot.shells.command import ingot_command
    from ingot.shells.fleet.run import fleet as run

    words = {"board": board, "model": model, "scheduler": scheduler, "shard": shard}
    run(file, junit=junit, build=build, command=ingot_command(), parallel=parallel, **words)


def requests_of(build: str, others: Words = (), in_turn: bool = False, **values: Any) -> list[Request]:
    """The requests of a firmware below `build`: an application around one network or several."""
    from ingot.recipe.firmware import place_together
    from ingot.recipe.network import NetworkBuild
    from ingot.recipe.request import Request

    options = options_of(values).changed(app=values["app"])
    first = Request(options=options, out=build, kernels=f"{build}/kernels", models=f"{build}/models", **values)
    known = NetworkBuild(replace(first, app=first.app or "validate"))
    out = f"{build}/{known.board.name}/{known.manifest.name}"
    first = replace(first, app=first.app or known.manifest.application, out=out)
    return place_together(first, [_named(word) for word in others], in_turn)


def _whole(**values: Any) -> tuple[FirmwareBuild, Recipe]:
    """The firmware that the words of the command line ask for, and its recipe with all targets."""
    from ingot.recipe.firmware import FirmwareBuild
    from ingot.recipe.whole import whole_recipe

    firmware = FirmwareBuild.of(requests_of(**values))
    return firmware, whole_recipe(firmware)


def _targets_of(recipe: Recipe) -> list[str]:
    """The names that users ask for."""
    running = [job.target for job in recipe.jobs if isinstance(job, StepJob) and job.always]
    return [*recipe.targets, *running]


def _commands(recipe: Recipe, launcher: str, then: str) -> list[Any]:
    from ingot.shells.command import command_of, ingot_command

    return [command_of(job, ingot_command(), launcher, then) for job in recipe.jobs]


def _again(verb: str, values: dict[str, Any]) -> list[str]:
    """The command line that was given, in one order."""
    from ingot.shells.command import ingot_command

    words = [*ingot_command(), verb, values["model"], *again_words(values)]
    for key in ("board", "name", "stack", "heap", "app", "launcher", "build"):
        if values[key] not in (None, ""):
            words += [f"--{key}", str(values[key])]
    words += [word for other in values["others"] for word in ("--with", other)]
    return [*words, *(["--in-turn"] if values["in_turn"] else [])]


def _named(word: str) -> tuple[str, str]:
    name, equals, model = word.partition("=")
    if not (equals and model and name.isidentifier()):
        raise IngotError(f"--with {word} is not NAME=MODEL", remedy="NAME is the C name of that network.")
    return name, model


def _inputs_of(firmware: FirmwareBuild) -> Sequence[str]:
    return list(dict.fromkeys(file for network in firmware.networks for file in network.configure_inputs))
