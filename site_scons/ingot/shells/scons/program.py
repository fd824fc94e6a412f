# SPDX-License-Identifier: Apache-2.0
"""A program with a network: compiled for the board, linked with the generated script, proven."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import SCons.Script

from ingot.base.places import ROOT
from ingot.board import find_board
from ingot.board.known import known_board
from ingot.link import toolchain
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.job import Job
from ingot.recipe.network import NetworkBuild
from ingot.recipe.options import PROGRAM_OPTIONS, Options, as_text, parse_options
from ingot.recipe.targets import Targets
from ingot.recipe.whole import ALL, target_jobs
from ingot.shells.scons.calls import user_call
from ingot.shells.scons.declare import declare, folders, from_top
from ingot.shells.scons.model import NetworkNodes, _where, keep_out_of_default
from ingot.shells.scons.paths import command_path, expanded, file_node, literal_words


@user_call
def ingot_toolchain(env: Any, board: str) -> Any:
    """A clone of the environment that compiles and links for the board's core, with Ingot's flags; for your own C and
    assembler files."""
    target = known_board(find_board(_where(env, board), ROOT / "boards"))
    prefix = toolchain.settings()["prefix"]
    gcc = env.Clone()
    gcc["ENV"] = {**gcc["ENV"], **toolchain.compiler_environment()}
    gcc.Tool("as")  # .s and .S become objects, whatever the host has
    gcc.Replace(
        CC=f"{prefix}gcc",
        AR=f"{prefix}ar",
        OBJSUFFIX=".o",
        CCFLAGS=toolchain.compile_flags(target.core),
        INGOT_MAPS=literal_words(toolchain.prefix_maps()),
        AS=f"{prefix}gcc",
        CCCOM="$( $INGOT_LAUNCHER $) $CC -o $TARGET -c $CCFLAGS $_CCCOMCOM $( $INGOT_MAPS $) $SOURCES",
        ASCOM="$AS -o $TARGET -c $CCFLAGS $ASFLAGS $( $INGOT_MAPS $) $SOURCES",
        ASPPCOM="$AS -o $TARGET -c $CCFLAGS $ASPPFLAGS $_CCCOMCOM $( $INGOT_MAPS $) $SOURCES",
    )
    return gcc


class ProgramNodes:
    """What `env.IngotProgram` returns.

    elf, map, script, binaries, proof: nodes; elf and map are None where nothing can be linked (lacks says why).
    everything: all that a plain build makes. target(name): the alias of one of
    ingot.recipe.whole.ALL; raises IngotError where that makes no sense.
    """

    def __init__(
        self, env: Any, name: str, nets: Sequence[NetworkNodes], firmware: FirmwareBuild, elf: str, options: Options
    ) -> None:
        self.env, self.name, self.nets, self.firmware, self.elf_path = env, name, nets, firmware, elf
        self.options = options
        self.lacks = firmware.lacks
        self.elf: Any = None
        self.map: Any = None
        self.script: Any = None
        self.binaries: list[Any] = []
        self.proof: list[Any] = []
        self.everything: list[Any] = []

    @functools.cached_property
    def twin(self) -> tuple[FirmwareBuild | None, str]:
        """The firmware of the board's twin and its ELF. Declared when it is asked for."""
        if not self.firmware.has_twin:
            return None, ""
        return _twin(self.env, self)

    @functools.cached_property
    def targets(self) -> Targets:
        return Targets(self.firmware, self.elf_path, *self.twin, self.options)

    @property
    def verify(self) -> Any:
        """An alias that compares the networks on the board's twin with LiteRT's reference kernels."""
        return self.target("verify") if self.firmware.has_twin else []

    def target(self, name: str, image_name: str = "") -> Any:
        """The alias `<target>-<name>`. Raises IngotError where it makes no sense for this program."""
        return _target(self.env, self, name, image_name)


@user_call
def _twin(env: Any, program: ProgramNodes) -> tuple[FirmwareBuild, str]:
    twin = program.firmware.twin()
    jobs, elf = twin.build()
    nodes = declare(env, [*twin.generate_networks(), *jobs, twin.check(elf)])
    keep_out_of_default(env, nodes.values())
    return twin, elf


@user_call
def _target(env: Any, program: ProgramNodes, name: str, image_name: str) -> Any:
    jobs, files = target_jobs(program.targets, name, image_name)
    nodes = declare(env, jobs)
    keep_out_of_default(env, nodes.values())
    made = [nodes[name]] if name in nodes else [nodes[file] for file in files]
    stem = f"{program.name}-" if program.name else ""
    if name == "report" and f"{stem}verify" in SCons.Script.COMMAND_LINE_TARGETS:
        env.Requires(made, program.target("verify"))  # whose verdict the page has
    return env.Alias(f"{stem}{name}", made) if made else []


@user_call
def ingot_program(
    env: Any,
    target: str,
    sources: Any = (),
    net: Any = (),
    startup: bool = True,
    app: str = "",
    script: Any = None,
    linkflags: Sequence[str] = (),
    **options: Any,
) -> ProgramNodes:
    """A firmware of your sources and a network, or a list of networks: linked, proven, and as .bin and .hex.

    env: one that compiles for the board, such as `env.IngotToolchain` gives. startup: with Ingot's vectors and reset.
    With a ll_aton_runtime.c among the sources (ST's) Ingot's own runtime is left out, and of st_pack= what is among
    them. script: a linker script of your own in place of Ingot's. linkflags: what the linker is given behind objects
    and libraries, in place of Ingot's flags.
    app: an application of firmware/apps or a folder, in place of sources; its files lie in the folder of `target`.
    options: how targets run it, any of PROGRAM_OPTIONS, such as samples=5 or port="/dev/ttyACM0".
    Returns ProgramNodes. `scons <target>-verify` compares the networks on the board's emulated twin with LiteRT's
    reference kernels; ingot.recipe.whole.ALL lists what else can be asked for in this way.
    """
    nets: list[NetworkNodes] = env.Flatten([net])
    target = expanded(env, target, "target")
    path = command_path(from_top(env, env.fs.Entry(target)), "target")
    builds = [item.build for item in nets]
    stem = f"{path.rpartition('/')[0] or '.'}/" if app else f"{path}_"
    firmware = FirmwareBuild(builds, _program_of(builds[0], app, path) if app else None, stem)
    texts = {key: as_text(value) for key, value in options.items()}
    chosen = parse_options(texts, PROGRAM_OPTIONS).pick(*texts)
    # Ingot's own build emulates the network alone, unless app= is on its command line.
    emulated = builds[0].request.options.text("app") if env.get("INGOT_OWN") else app
    settings = builds[0].request.options.changed(**chosen, app=emulated)
    made = ProgramNodes(env, "" if app else target, nets, firmware, "" if firmware.lacks else f"{path}.elf", settings)
    own_script = from_top(env, env.fs.File(expanded(env, script, "script"))) if script else ""
    script = own_script or (f"{path}.ld" if len(nets) > 1 and not app else firmware.script)
    jobs: list[Job] = list(firmware.generate(script)) if (app or len(nets) > 1) and not own_script else []
    own = [] if app else _own_objects(env, firmware, sources)
    if made.elf_path:
        roles = ("network", "runtime", *(["startup"] if startup else []))
        brought = [] if app else _names(env.Flatten([sources]))
        objects = firmware.objects("application", *roles) if app else firmware.objects_alone(*roles, brought=brought)
        files = [*(from_top(env, node) for node in own), *(job.target for job in objects)]
        link = firmware.link(made.elf_path, files, script)
        link = replace(link, flags=tuple(linkflags)) if linkflags else link
        link = replace(link, intact="") if own_script else link
        jobs += [*firmware.kernels(), *objects, link]
    proof = firmware.check(made.elf_path)
    jobs += firmware.flash_files(made.elf_path)
    nodes = {**declare(env, jobs), **declare(_with_next(env, made), [proof])}
    if made.elf_path:
        made.elf, made.map = nodes[made.elf_path], nodes[f"{path}.map"]
        made.binaries = [nodes[f"{path}.bin"], nodes[f"{path}.hex"]]
    made.script = file_node(env, own_script) if own_script else nodes.get(script) or nets[0].script
    made.proof = [nodes[file] for file in proof.outputs]
    if not app:
        for name in ALL:
            if f"{target}-{name}" in SCons.Script.COMMAND_LINE_TARGETS:
                made.target(name)
    made.everything = [*(node for item in nets for node in item.nodes.values()), *nodes.values()]
    return made


def _with_next(env: Any, program: ProgramNodes) -> Any:
    """An environment in which the proof of a user's program says what comes next; Ingot's own build does at its end."""
    if env.get("INGOT_OWN") or SCons.Script.GetOption("silent"):
        return env
    stem = f"scons {program.name}-" if program.name else "scons "
    return env.Override({"INGOT_THEN": f"{stem}verify, {stem}flash"})


def _program_of(first: NetworkBuild, app: str, path: str) -> NetworkBuild:
    folder = path.rpartition("/")[0] or "."
    config = "" if folder == first.request.out else first.request.out
    return NetworkBuild(replace(first.request, app=app, out=folder, config=config), model=first.model or "-")


def _names(sources: Sequence[Any]) -> list[str]:
    """File names of sources, also of those from which objects are made."""
    made = [item for item in sources if getattr(item, "sources", None)]
    return [PurePath(str(item)).name for item in (*sources, *(source for item in made for source in item.sources))]


def _own_objects(env: Any, firmware: FirmwareBuild, sources: Any) -> list[Any]:
    """The objects of the user's own sources; they find the generated headers."""
    program = env.Clone()
    program.AppendUnique(CPPPATH=folders(env, firmware.folders))
    objects: list[Any] = env.Flatten(
        [program.Object(item) if isinstance(item, str) else item for item in env.Flatten([sources])]
    )
    return objects
