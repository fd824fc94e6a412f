"""A user's program with a network: compiled for the board, linked with the generated script, proven."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import SCons.Action

from ingot.board import find_board, load_board
from ingot.build import toolchain
from ingot.places import ROOT
from ingot.scons.calls import user_call
from ingot.scons.model import NetworkNodes, _add, _objects, _top, _where, kernel_archive, with_path
from ingot.scons.step import add_step
from ingot.shells.parts import Parts, prefix_maps


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
        INGOT_MAPS=prefix_maps(),
        CCCOM="$( $INGOT_LAUNCHER $) $CC -o $TARGET -c $CCFLAGS $_CCCOMCOM $( $INGOT_MAPS $) $SOURCES",
    )
    return gcc


@user_call
def ingot_program(env: Any, target: str, sources: Any, net: NetworkNodes, startup: bool = True) -> Any:
    """A firmware of your sources and a network: linked, proven, and as .bin and .hex.

    env: one that compiles for the board, such as `env.IngotToolchain` gives. startup: with Ingot's vectors and reset.
    Returns elf, map, binaries, proof, and `verify`: an alias `<target>-verify` that compares the network on the
    board's emulated twin with LiteRT's reference kernels.
    """
    parts = net.parts
    program = env.Clone()
    program.AppendUnique(CPPPATH=net.include)
    own = [program.Object(item) if isinstance(item, str) else item for item in env.Flatten([sources])]
    objects = env.Flatten([own, net.objects, net.runtime, net.startup if startup else []])
    elf, map_file = _link(program, parts, f"{target}.elf", objects, net.kernels, net.script)
    board = {"board": env.File(_top(parts.board_file))}
    pools = [env.File(_top(parts.pools_file))]
    binaries = add_step(
        env, "binaries", {"elf": elf, **board}, {"binary": f"{target}.bin", "hexfile": f"{target}.hex"}, also=pools
    )
    proof = add_step(
        env,
        "check_firmware",
        {"elf": elf, "c_info": net.info, "raws": net.weights, **board},
        {"memory_map": f"{target}_memory_map.txt", "summary": f"{target}_summary.json"},
        also=pools,
        twin=False,
    )
    return SimpleNamespace(elf=elf, map=map_file, binaries=binaries, proof=proof, verify=_verify(env, target, net))


def _link(env: Any, parts: Parts, elf: str, objects: Any, kernels: Any, script: Any) -> Any:
    command = "$CC $SOURCES $INGOT_LINK -Wl,-T,$INGOT_SCRIPT -Wl,-Map=${TARGETS[1]} -o $TARGET"
    flags = [flag for flag in parts.link_flags if not flag.startswith("-Wl,-T,")]
    linked = env.Command(
        [elf, f"{elf.removesuffix('.elf')}.map"],
        [*objects, *kernels],
        SCons.Action.Action(command),
        INGOT_LINK=flags,
        INGOT_SCRIPT=script,
    )
    env.Depends(linked, script)
    return linked


def _verify(env: Any, target: str, net: NetworkNodes) -> Any:
    """An alias that builds the twin's firmware around the same model and compares every output byte."""
    asked = net.parts.request
    if net.parts.board.twin is None:
        return []
    parts = Parts(replace(asked, twin=True, out=f"{asked.out}/twin", app="validate"))
    network = _add(env, parts, parts.compile("m"), {"model": net.model})
    sources, _, info, _, *raws = network
    script = _add(env, parts, parts.linker_script(), {"c_info": info})
    folder = env.Dir(_top(asked.out)).Dir("twin")
    objects = [
        *_objects(env, parts, "firmware", parts.application, folder),
        *_objects(env, parts, "network", [str(sources)], folder),
        *_objects(env, parts, "firmware", [*parts.runtime, *parts.startup], folder),
    ]
    gcc = env.Clone(CC=f"{parts.prefix}gcc")
    elf, map_file = _link(gcc, parts, _top(parts.path("firmware.elf")), objects, kernel_archive(env, parts), script)
    verify = add_step(
        env,
        "verify",
        {"elf": elf, "c_info": info, "model": net.model, "board": env.File(_top(parts.board_file))},
        {},
        done=_top(parts.path(".verified")),
        also=raws,
    )
    env.AlwaysBuild(verify)
    for node in env.Flatten([network, script, objects, elf, map_file, verify]):
        env.Ignore(node.dir, node)  # a plain `scons` builds no twin
    return env.Alias(f"{target}-verify", verify)
