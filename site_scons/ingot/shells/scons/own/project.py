# SPDX-License-Identifier: Apache-2.0
"""One model on one board, as Ingot's own SConstruct offers it: the firmware and every target around it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import SCons.Script

from ingot.base.errors import IngotError
from ingot.board import find_board
from ingot.board.known import known_board
from ingot.model import find_model
from ingot.recipe.job import CompileJob, StepJob
from ingot.recipe.options import Options, check_targets
from ingot.recipe.step import Step
from ingot.recipe.targets import input_file
from ingot.recipe.whole import ALL
from ingot.shells.scons.declare import declare
from ingot.shells.scons.own import signatures
from ingot.shells.scons.own.command_line import folder
from ingot.shells.scons.paths import dir_node, unexpanded

#: Targets that are declared only when they are asked for: most need a firmware or kernels of their own.
ON_REQUEST = tuple(name for name in ALL if name != "info")


def firmware(env: Any) -> Any:
    """Declares everything; returns the program."""
    options: Options = env["INGOT_OPTIONS"]
    input_file(options)
    if not options.is_default("shard"):
        raise IngotError("shard= is read by fleet= only", remedy="Add fleet=fleet.yaml, or leave shard= out.")
    if not options.is_default("scheduler") and "explore" not in SCons.Script.COMMAND_LINE_TARGETS:
        remedy = "Add fleet=fleet.yaml, ask for explore, or leave scheduler= out."
        raise IngotError("scheduler= is read by fleet= and explore only", remedy=remedy)
    env.SConsignFile(f"{env['INGOT_BUILD']}/.sconsign", dbm_module=signatures)
    if options.text("cache"):
        env.CacheDir(options.text("cache").replace("$", "$$"))
    board = known_board(find_board(options.text("board"), folder("boards")))
    manifest = find_model(options.text("model"), folder("models"))
    out = f"{env['INGOT_BUILD']}/{board.name}/{manifest.name}"
    model_word, board_word = (unexpanded(options.text(name)) for name in ("model", "board"))
    net = env.IngotModel("network", model_word, board=board_word, out=out, settings=options)
    app = options.text("app") or manifest.application
    program = env.IngotProgram(f"{out}/firmware", net=net, app=app)
    env.Default(env.Alias("firmware", program.everything))
    cleaning = SCons.Script.GetOption("clean")
    if cleaning:  # also what only targets write that this command does not name
        env.Clean("firmware", dir_node(env, out))
    targets = [name for name in ON_REQUEST if name in SCons.Script.COMMAND_LINE_TARGETS or asks_for_files(name)]
    if not cleaning:
        check_targets(options, targets)
    for name in targets:
        program.target(name, options.text("name"))
    if "info" in SCons.Script.COMMAND_LINE_TARGETS:
        _info(env, program)
    if "explore" in SCons.Script.COMMAND_LINE_TARGETS:
        from ingot.shells.scons.own.explore import explore

        env.Alias("explore", explore(env, program))
    if "bench" in SCons.Script.COMMAND_LINE_TARGETS:
        from ingot.shells.scons.own.bench import bench

        env.Alias("bench", bench(env, board))
    if "compile_commands.json" in SCons.Script.COMMAND_LINE_TARGETS:
        _editors(env, program)
    return program


def _info(env: Any, program: Any) -> None:
    """Shows what the model consists of. Asked for alone, nothing is built and so nothing run: no stand-in's script."""
    network = program.firmware.first
    if network.obtaining and set(SCons.Script.COMMAND_LINE_TARGETS) == {"info"}:
        options = {"model": network.model, "manifest": network.manifest_file, **network.part}
        job = StepJob(Step("info", {}, {}, options), target="info", always=True, label=network.model)
        env.Alias("info", declare(env, [job])["info"])
    else:
        program.target("info")


def asks_for_files(name: str) -> bool:
    """Whether the command line names files that belong to a target, such as build/n6dk/movenet/reloc/…"""
    key = _IN_PATHS.get(name)
    return key is not None and any(key in str(word) for word in SCons.Script.COMMAND_LINE_TARGETS)


_IN_PATHS = {
    "reloc": "reloc",
    "verify": "twin",
    "sign": "signed",
    "sbom": ".spdx.json",
    "bounds": "_bounds.",
    "report": "report.html",
}


def fleet(env: Any, arguments: Mapping[str, str]) -> None:
    """A target that always builds and verifies a fleet, with Ninja. arguments: the command line's board= and model=."""
    from ingot.shells.command import ingot_command
    from ingot.shells.fleet.run import fleet as run
    from ingot.shells.scons.step import call

    options: Options = env["INGOT_OPTIONS"]
    build, jobs = f"{env['INGOT_BUILD']}/fleet", SCons.Script.GetOption("num_jobs")
    env.SConsignFile(f"{env['INGOT_BUILD']}/.sconsign", dbm_module=signatures)

    def build_fleet(target: Any, source: Any, env: Any) -> int:
        return call(
            lambda: run(
                Path(options.text("fleet")),
                build=build,
                command=ingot_command(),
                board=arguments.get("board", ""),
                model=arguments.get("model", ""),
                parallel=jobs if jobs > 1 else 0,
                scheduler=options.text("scheduler"),
                shard=options.text("shard"),
            )
        )

    done = env.Command(f"{build}/.fleet", options.text("fleet"), SCons.Action.Action(build_fleet, lambda *_: ""))
    env.AlwaysBuild(done)
    env.Clean(done, env.Dir(build))
    env.Default(env.Alias("fleet", done))


def _editors(env: Any, program: Any) -> None:
    """compile_commands.json: how each C file of the firmware is compiled."""
    from ingot.recipe.kernels import kernel_files
    from ingot.shells.compile_commands import compile_commands_text
    from ingot.shells.scons.declare import declared_jobs

    jobs = [job for job in declared_jobs() if isinstance(job, CompileJob)]
    firmware = program.firmware
    kernels = kernel_files(firmware.first) if firmware.kernels() else []
    text = compile_commands_text([*jobs, *kernels])

    def write(target: Any, source: Any, env: Any) -> None:
        Path(str(target[0])).write_text(text)

    env.Command("compile_commands.json", env.Value(text), SCons.Action.Action(write, lambda *_: ""))
