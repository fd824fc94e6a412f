"""A user's program with a network: compiled for the board, linked with the generated script, proven."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import SCons.Action

from ingot.base.places import ROOT
from ingot.board import find_board, load_board
from ingot.link import toolchain
from ingot.recipe.networks import Networks
from ingot.recipe.parts import Parts, prefix_maps
from ingot.shells.scons.calls import user_call
from ingot.shells.scons.model import NetworkNodes, _add, _objects, _where, from_top, kernel_archive, with_path
from ingot.shells.scons.paths import command_path, dir_node, expanded, file_node, literal_words
from ingot.shells.scons.step import add_step


@user_call
def ingot_toolchain(env: Any, board: str) -> Any:
    """A clone of the environment that compiles and links for the board's core, with Ingot's flags; for your own C."""
    target = load_board(find_board(_where(env, board), ROOT / "boards"))
    prefix = toolchain.settings()["prefix"]
    gcc = with_path(env.Clone())
    gcc.Replace(
        CC=f"{prefix}gcc",
        AR=f"{prefix}ar",
        OBJSUFFIX=".o",
        CCFLAGS=toolchain.compile_flags(target.core),
        INGOT_MAPS=literal_words(prefix_maps()),
        CCCOM="$( $INGOT_LAUNCHER $) $CC -o $TARGET -c $CCFLAGS $_CCCOMCOM $( $INGOT_MAPS $) $SOURCES",
    )
    return gcc


@user_call
def ingot_program(env: Any, target: str, sources: Any, net: Any, startup: bool = True) -> Any:
    """A firmware of your sources and a network, or a list of networks: linked, proven, and as .bin and .hex.

    env: one that compiles for the board, such as `env.IngotToolchain` gives. startup: with Ingot's vectors and reset.
    Returns elf, map, binaries, proof, and `verify`: an alias `<target>-verify` that compares the networks on the
    board's emulated twin with LiteRT's reference kernels.
    """
    nets: list[NetworkNodes] = env.Flatten([net])
    target = expanded(env, target, "target")
    command_path(from_top(env, env.fs.File(f"{target}.elf")), "target")
    first = nets[0]
    networks = Networks([item.parts for item in nets])
    program = env.Clone()
    program.AppendUnique(CPPPATH=[folder for item in nets for folder in item.include])
    script = first.script if len(nets) == 1 else _together(env, networks, env.fs.File(f"{target}.ld"))[0]
    own = [program.Object(item) if isinstance(item, str) else item for item in env.Flatten([sources])]
    objects = env.Flatten([own, [item.objects for item in nets], first.runtime, first.startup if startup else []])
    elf, map_file = _link(program, first.parts, [f"{target}.elf", f"{target}.map"], objects, first.kernels, script)
    pools = [file_node(env, first.parts.pools_file)]
    board = {"board": file_node(env, first.parts.board_file)}
    binaries = add_step(
        env, "binaries", {"elf": elf, **board}, {"binary": f"{target}.bin", "hexfile": f"{target}.hex"}, also=pools
    )
    others = {"others": [item.info for item in nets[1:]]} if len(nets) > 1 else {}
    proof = add_step(
        env,
        "check_firmware",
        {"elf": elf, "c_info": first.info, "raws": [raw for item in nets for raw in item.weights], **board, **others},
        {"memory_map": f"{target}_memory_map.txt", "summary": f"{target}_summary.json"},
        also=pools,
        twin=False,
    )
    verify = _verify(env, target, networks, nets)
    return SimpleNamespace(elf=elf, map=map_file, script=script, binaries=binaries, proof=proof, verify=verify)


def _together(env: Any, networks: Networks, script: Any) -> list[Any]:
    """The linker script of the networks, and ingot_networks.h, which #include finds, when there are several."""
    linked = _add(env, networks.first, networks.linker_script(from_top(env, script)), {})
    header = networks.header()
    return [*linked, *(_add(env, networks.first, header, {}) if header else [])]


def _link(env: Any, parts: Parts, outputs: list[Any], objects: Any, kernels: Any, script: Any) -> Any:
    command = "$CC $SOURCES $INGOT_LINK -Wl,-T,$INGOT_SCRIPT -Wl,-Map=${TARGETS[1]} -o $TARGET"
    flags = [flag for flag in parts.link_flags if not flag.startswith("-Wl,-T,")]
    linked = env.Command(
        outputs,
        [*objects, *kernels],
        SCons.Action.Action(command),
        INGOT_LINK=flags,
        INGOT_SCRIPT=script,
    )
    env.Depends(linked, script)
    return linked


def _verify(env: Any, target: str, networks: Networks, nets: list[NetworkNodes]) -> Any:
    """An alias that builds the twin's firmware around the same models and compares every output byte."""
    if networks.first.board.twin is None:
        return []
    twin = networks.twin()
    first, folder = twin.first, dir_node(env, twin.first.request.out)
    nodes, network_objects, raws = [], [], []
    for parts, item in zip(twin.members, nets, strict=True):
        network = _add(env, parts, parts.compile("m"), {"model": item.model})
        own = dir_node(env, parts.request.out)
        network_objects += _objects(env, parts, "network", [parts.source], own, twin.folders)
        nodes += network
        raws += network[4:]
    script, *header = _together(env, twin, file_node(env, first.script))
    objects = [
        *_objects(env, first, "firmware", first.application, folder, twin.folders),
        *network_objects,
        *_objects(env, first, "firmware", [*first.runtime, *first.startup], folder, twin.folders),
    ]
    gcc = env.Clone(CC=f"{first.prefix}gcc")
    outputs = [file_node(env, first.path(name)) for name in ("firmware.elf", "firmware.map")]
    elf, map_file = _link(gcc, first, outputs, objects, kernel_archive(env, first), script)
    step = twin.verify(str(elf), [str(item.model) for item in nets])
    models = [item.model for item in nets]
    given = {"elf": elf, "model": models[0], "models": models}
    inputs = {name: given[name] for name in step.inputs if name in given}
    verify = _add(env, first, step, inputs, done=file_node(env, first.path(".verified")), also=raws)
    env.AlwaysBuild(verify)
    for node in env.Flatten([nodes, script, header, objects, elf, map_file, verify]):
        env.Ignore(node.dir, node)  # a plain `scons` builds no twin
    return env.Alias(f"{target}-verify", verify)
