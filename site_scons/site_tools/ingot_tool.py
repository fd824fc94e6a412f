"""The SCons tool of Ingot's own SConstruct: declares what each step of `ingot.steps` reads and writes.

Nothing here knows how a step works; ingot.shells.scons.step makes it a target, here as in a user's SConstruct.

Use: `env = Environment(tools=["ingot_tool"], INGOT_OPTIONS=options)`, then `env.IngotFirmware(board, model, source)`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import SCons.Action
import SCons.Defaults
import SCons.Scanner.C
import SCons.Script
import SCons.Tool

from ingot.base import places
from ingot.base.errors import IngotError
from ingot.base.file_names import file_name
from ingot.board.fit import load_pools
from ingot.link import toolchain
from ingot.model import find_source
from ingot.recipe import sources as firmware
from ingot.recipe.compilers import Wanted, job_for, takes_images
from ingot.recipe.parts import prefix_maps
from ingot.shells.scons.archives import shared_archive
from ingot.shells.scons.paths import check_folders, command_path, dir_node, entry_node, file_node, literal_words
from ingot.shells.scons.step import add_step, add_step_builder
from ingot.use_cases.config_files import config_files

#: Wall seconds by step, of the steps that ran in this build. Steps that run at the same time count each.
SECONDS: dict[str, float] = {}

#: First targets of the steps that ran in this build.
BUILT: set[str] = set()

#: The file from which editors learn how each C file is compiled.
COMMANDS = "compile_commands.json"

#: What progress lines and the summary call a step whose name is longer.
VERBS = {
    "obtain_model": "obtain",
    "compile_network": "compile",
    "take_prebuilt": "take",
    "run_stedgeai": "stedgeai",
    "check_network": "check",
    "linker_script": "layout",
    "app_config": "config",
    "weights_hex": "weights",
    "check_firmware": "check",
    "show_map": "map",
    "run_app": "emulate",
}


def generate(env):
    """Adds the builders and methods to the environment. Starts no process, reads no file but small settings."""
    # SCons asks its default environment for deciders; with the default tools that starts several compilers.
    SCons.Defaults.DefaultEnvironment(tools=[])
    options = env["INGOT_OPTIONS"]
    check_folders(os.getcwd())
    env["INGOT_BUILD"] = command_path(options.text("build"), "build")
    env["INGOT_VERBOSE"] = options.switch("verbose")
    if env["INGOT_VERBOSE"]:
        os.environ["INGOT_VERBOSE"] = "1"
    Path(env["INGOT_BUILD"]).mkdir(parents=True, exist_ok=True)
    env.SConsignFile(f"{env['INGOT_BUILD']}/.sconsign")
    if options.text("cache"):
        env.CacheDir(options.text("cache").replace("$", "$$"))
    env["ENV"].update({"PATH": ""} | toolchain.compiler_environment())
    env["PRINT_CMD_LINE_FUNC"] = _print_command
    add_step_builder(env)
    env.SetDefault(INGOT_SAY=progress, INGOT_RAN=_ran)
    if _editors_ask():
        env.Tool("compilation_db")
        env.CompilationDatabase(COMMANDS)
    env.AddMethod(ingot_step, "Ingot")
    env.AddMethod(ingot_model, "IngotModel")
    env.AddMethod(ingot_firmware, "IngotFirmware")
    env.AddMethod(ingot_check, "IngotCheck")
    env.AddMethod(ingot_emulate, "IngotEmulate")
    env.AddMethod(ingot_verify, "IngotVerify")
    env.AddMethod(ingot_info, "IngotInfo")
    env.AddMethod(ingot_report, "IngotReport")
    env.AddMethod(ingot_fleet, "IngotFleet")


def exists(env):
    """Always usable: what is missing is reported by the step that needs it."""
    return True


def ingot_step(env, step, inputs, outputs, **more):
    """One step of ingot.steps as a target: see ingot.shells.scons.step.add_step."""

    def literal(file):
        return file_node(env, file) if isinstance(file, str) else file

    outputs = {
        name: [literal(file) for file in files] if isinstance(files, list) else literal(files)
        for name, files in outputs.items()
    }
    return add_step(env, step, inputs, outputs, done=f"{env['INGOT_BUILD']}/.{step}", **more)


def _ran(step, seconds, target):
    """Told of every step that ran; target: "" for one that failed."""
    _add_seconds(VERBS.get(step, step), seconds)
    if target:
        BUILT.add(target)


def progress(step, what):
    """A line of progress, or "" when the user wants none."""
    return "" if quiet() else f"  {VERBS.get(step, step):<10}{what}"


def quiet():
    """Whether -Q or -s was given."""
    return SCons.Script.GetOption("no_progress") or SCons.Script.GetOption("silent")


def _add_seconds(step, seconds):
    SECONDS[step] = SECONDS.get(step, 0.0) + seconds


_GROUPS_SHOWN: set[str] = set()


def _print_command(text, target, source, env):
    """Prints progress lines; of a group of compilations ("@name|text") only the first."""
    if text.startswith("@"):
        group, _, text = text[1:].partition("|")
        if group in _GROUPS_SHOWN or quiet():
            return
        _GROUPS_SHOWN.add(group)
    if text:
        sys.stdout.write(f"{text}\n")  # in one piece: other threads print too
        sys.stdout.flush()


def _timed_spawn(step, spawn):
    """SCons's way of starting a process, with its time counted as that step's."""

    def timed(sh, escape, command, arguments, variables):
        if shutil.which(command, path=variables.get("PATH")) is None:
            return _not_installed(command)
        started = time.monotonic()
        try:
            return spawn(sh, escape, command, arguments, variables)
        finally:
            _add_seconds(step, time.monotonic() - started)

    return timed


_MISSING: set[str] = set()


def _not_installed(command):
    """Says once that a program of the toolchain is missing; the shell's status for that."""
    if command not in _MISSING:
        _MISSING.add(command)
        print(f"ingot: {toolchain.not_installed(command)}", file=sys.stderr)
    return 127


def _editors_ask():
    """Whether compile_commands.json is wanted; a build without it does not import what writes it."""
    return COMMANDS in SCons.Script.COMMAND_LINE_TARGETS


def _gcc_environment(env, group, cpu, role, what, include=(), defines=None):
    """An environment whose Object() calls the cross compiler with the flags of `toolchain/`."""
    gcc = env.Clone()
    prefix = toolchain.settings()["prefix"]
    gcc["CC"], gcc["AR"], gcc["RANLIB"] = f"{prefix}gcc", f"{prefix}ar", f"{prefix}ranlib"
    for name in ("cc", "ar", *(["compilation_db"] if _editors_ask() else [])):
        SCons.Tool.Tool(name)(gcc)
    flags = toolchain.compile_flags(cpu, role)
    # Folders do not belong to the signature: the bytes are the same wherever the tree lies.
    gcc.Replace(
        CCFLAGS=flags,
        ARFLAGS=["rcsD"],
        RANLIBCOM="",
        CPPPATH=list(include),
        CPPDEFINES=sorted((defines or {}).items()),
        INGOT_MAPS=literal_words(prefix_maps()),
        INGOT_LAUNCHER=command_path(env["INGOT_OPTIONS"].text("launcher") or toolchain.launcher(), "launcher"),
        CCCOM="$( $INGOT_LAUNCHER $) $CC -o $TARGET -c $CCFLAGS $_CCCOMCOM $( $INGOT_MAPS $) $SOURCES",
        SPAWN=_timed_spawn(group, gcc["SPAWN"]),
    )
    if not env["INGOT_VERBOSE"]:
        gcc.Replace(CCCOMSTR=f"@{what}|{progress(group, what)}", ARCOMSTR="@archive|")
    return gcc


def kernel_archive(env, board):
    """All kernels for the board's core as one archive; shared by every model and by the twin."""
    sources = firmware.kernel_sources()
    gcc = _gcc_environment(
        env,
        "kernels",
        board.core,
        "kernels",
        what=f"{len(sources)} files for {board.core}",
        include=[places.kernels_dir(), places.firmware_dir() / "runtime"],
    )

    def objects(folder):
        return [gcc.Object(folder.File(f"{source.stem}.o"), _file(env, source)) for source in sources]

    return shared_archive(gcc, dir_node(env, f"{env['INGOT_BUILD']}/{board.name}/kernels"), objects)


def link_firmware(env, out, board, app, network_c, script, include, twin, job=None):
    """Compiles an application, its runtime and the network, and links; returns the ELF file, map and objects.

    job: of the network's compiler; one with an st_pack gets ST's runtime in place of Ingot's.
    """
    recipe = firmware.firmware_recipe(app, twin, board.chip)
    theirs = job.st_firmware(recipe) if job is not None and job.st_pack else None
    recipe = theirs.recipe if theirs else recipe
    defines = toolchain.startup_defines(board.icache, board.dcache and not twin, board.baud) | recipe.defines
    defines |= theirs.defines if theirs else {}
    flags = list(theirs.flags) if theirs else []
    for path in (*recipe.include, *recipe.sources):
        command_path(str(_file(env, path)), f"a path of app={app}")
    for path in (*theirs.sources, theirs.library) if theirs else ():
        command_path(str(_file(env, path)), "a path of st_pack")
    folders = [out, *include, *(str(_file(env, folder)) for folder in recipe.include)]
    what = f"{len(recipe.sources) + 1} files for {out}"
    gcc = _gcc_environment(env, "firmware", board.core, "firmware", what, folders, defines)
    gcc.Append(CCFLAGS=flags)
    objects = [gcc.Object(f"{out}/obj/{_stem(source)}.o", _file(env, source))[0] for source in recipe.sources]
    network = _gcc_environment(env, "firmware", board.core, "network", what, folders, defines)
    network.Append(CCFLAGS=flags)
    objects += network.Object(f"{out}/obj/network.o", network_c)
    libraries = kernel_archive(env, board)
    if theirs:
        quiet_gcc = network.Clone()
        quiet_gcc.Append(CCFLAGS=["-w"])  # not our code
        others = [(f"st_{_stem(source)}", _file(env, source)) for source in theirs.sources]
        others += [(Path(name).stem, f"{out}/{name}") for name in job.sources]
        objects += [quiet_gcc.Object(f"{out}/obj/{name}.o", source)[0] for name, source in others]
        libraries = [_file(env, theirs.library)]
    elf, map_file = f"{out}/firmware.elf", f"{out}/firmware.map"
    shown = () if env["INGOT_VERBOSE"] else (progress("link", elf) or None,)
    linked = gcc.Command(
        [elf, map_file],
        [*objects, *libraries],
        SCons.Action.Action("$CC $SOURCES $INGOT_LINK -o $TARGET", *shown),
        INGOT_LINK=toolchain.link_flags(board.core, script, map_file) + (["-lm"] if theirs else []),
        SPAWN=_timed_spawn("link", env["SPAWN"]),
    )
    gcc.Depends(linked, script)
    return [*linked, *objects]


def _stem(source):
    """A name for an object file that no other source of the firmware has."""
    return f"{source.parent.name}_{source.stem}"


def _file(env, path):
    """A node for a path, relative to where the build runs wherever that is possible."""
    path = Path(path)
    with contextlib.suppress(ValueError):
        path = path.resolve().relative_to(Path.cwd())
    return entry_node(env, str(path))


def ingot_firmware(env, board, manifest, source, twin=False):
    """All targets of one model on one board (or on its twin), by name.

    board: ingot.board.Board. manifest: ingot.model.Manifest. source: the node of the model's file.
    """
    options = env["INGOT_OPTIONS"]
    out = f"{env['INGOT_BUILD']}/{board.name}/{manifest.name}"
    include = []
    if twin:
        include, out = [out], f"{out}/twin"
    app = "validate" if twin else options.text("app") or manifest.application
    pools = _file(env, board.pools_file)

    # No emulator has the NPU: the twin always runs what the built-in compiler makes of the model.
    job = job_for("builtin" if twin else options.text("compiler"), board, load_pools(board), _wanted(options, manifest))
    # A prebuilt network needs no model's file; one that is there is compared with what it was made from.
    known = job.needs_model or not source.has_builder()
    network = env.Ingot(
        job.step,
        {**({"model": source} if known else {}), **board_file(env, board)},
        {"outputs": [f"{out}/{name}" for name in job.files]},
        label=f"{manifest.name} -> {out}/{job.source or job.info}",
        also=[pools, *(_file(env, path) for path in job.reads)],
        watch=job.watch,
        **({"twin": twin} if twin else {}),
        **job.options,
    )
    nodes = dict(zip(job.files, network, strict=True))
    c_file, c_info, raws = nodes.get(job.source), nodes[job.info], [nodes[name] for name in job.raws]
    script = linker_script_of(env, out, board, manifest, app, c_info, twin)
    config = []
    if not twin:
        beside = config_files(str(manifest.postprocessing.get("type", "")), board.app_abi)
        config = env.Ingot(
            "app_config",
            {"c_info": c_info},
            {"header": f"{out}/app_config.h", "beside": [f"{out}/{name}" for name in beside]},
            watch=[dict(manifest.preprocessing), dict(manifest.postprocessing)],
            manifest=str(_file(env, manifest.path)),
            abi=board.app_abi,
            st_pack=job.st_pack,
        )
    elf, linked = None, []
    for_flash = []
    if not job.lacks:
        elf, *linked = link_firmware(env, out, board, app, c_file, script, include, twin, job)
    if not twin and elf is not None:
        for_flash += env.Ingot(
            "binaries",
            {"elf": elf, **board_file(env, board)},
            {"binary": f"{out}/firmware.bin", "hexfile": f"{out}/firmware.hex"},
        )
    if not twin and raws:
        for_flash += env.Ingot(
            "weights_hex",
            {"c_info": c_info, "raws": raws},
            {"hexfiles": [f"{str(name)[:-4]}.hex" for name in raws]},
        )
    proof = env.Ingot(
        "check_network" if elf is None else "check_firmware",
        {**({} if elf is None else {"elf": elf}), "c_info": c_info, "raws": raws, **board_file(env, board)},
        {"memory_map": f"{out}/memory_map.txt", "summary": f"{out}/summary.json"},
        also=[pools],
        **({"lacks": job.lacks} if elf is None else {"twin": twin}),
    )
    return SimpleNamespace(
        board=board,
        manifest=manifest,
        out=out,
        network_c=c_file,
        elf=elf,
        c_info=c_info,
        raws=raws,
        proof=proof,
        everything=[*network, script, *config, *([] if elf is None else [elf]), *linked, *for_flash, *proof],
    )


def _wanted(options, manifest):
    """What the build asks of the compiler, from the command line and the model.yaml."""
    return Wanted(
        title=manifest.title,
        sha256=manifest.source.sha256,
        io=_io(options, manifest),
        optimize=options.text("optimize"),
        ram_limit=options.number("ram_limit"),
        fuse=options.switch("fuse"),
        st_output=options.text("st_output"),
        st_pack=options.text("st_pack"),
        st_timeout=options.number("st_timeout"),
        stedgeai=dict(manifest.stedgeai),
        camera=takes_images(manifest),
        reloc="reloc" in SCons.Script.COMMAND_LINE_TARGETS,
    )


def _io(options, manifest):
    """The section `io` of the model.yaml, where the command line says nothing else."""
    return manifest.io(*(options.text(name) for name in ("io_placement", "io_input", "input_shape")))


def ingot_model(env, manifest):
    """The node of the model's file: the one found, or a target that downloads it or makes the stand-in."""
    try:
        found = find_source(manifest)
    except IngotError:
        if env["INGOT_OPTIONS"].text("compiler") != "prebuilt":
            raise
        found = None  # whoever needs the file is told so
    if found is not None:
        return _file(env, found)
    wanted = manifest.source
    return env.Ingot(
        "obtain_model",
        {},
        {"model": f"{env['INGOT_BUILD']}/models/{manifest.name}/{Path(wanted.file).name}"},
        label=wanted.file,
        also=[_file(env, wanted.stand_in)] if wanted.stand_in else [],
        watch=[wanted.file, wanted.sha256, wanted.url],
        manifest=str(_file(env, manifest.path)),
        require_real=env["INGOT_OPTIONS"].switch("require_real"),
    )[0]


def _given_input(options):
    """The file of input=, or "". Raises IngotError when it is not there."""
    sample = options.text("input")
    if sample and not Path(sample).is_file():
        remedy = "Give a picture, or a .npy, .npz or .bin file."
        raise IngotError(f"there is no file '{sample}'", where="input", remedy=remedy)
    return sample


def ingot_emulate(env, twin):
    """A target that always runs the twin once: the network alone, or with app= an application with its own output."""
    options = env["INGOT_OPTIONS"]
    sample, app = _given_input(options), options.text("app")
    step, elf, more = "emulate", twin.elf, {}
    if app not in ("", "validate"):
        step, out = "run_app", f"{twin.out}/{file_name(Path(app).resolve().name, 'the folder of app=')}"
        more["sample"] = firmware.application_sample(firmware.application_folder(app))
        script = linker_script_of(env, out, twin.board, twin.manifest, app, twin.c_info, True)
        include = [twin.out, str(Path(twin.out).parent)]
        elf, *_ = link_firmware(env, out, twin.board, app, twin.network_c, script, include, True)
    return env.Ingot(
        step,
        {"elf": elf, "c_info": twin.c_info, **board_file(env, twin.board)},
        {},
        also=[*twin.proof, *twin.raws, *([_file(env, sample)] if sample else [])],
        label=twin.board.name,
        always=True,
        input=sample,
        seed=options.number("seed"),
        compiler=options.text("compiler"),
        manifest=str(_file(env, twin.manifest.path)),
        **more,
    )


def ingot_verify(env, twin, source):
    """A target that always compares the twin's outputs with the reference's."""
    options = env["INGOT_OPTIONS"]
    sample = _given_input(options)
    return env.Ingot(
        "verify",
        {"elf": twin.elf, "c_info": twin.c_info, "model": source, **board_file(env, twin.board)},
        {},
        also=[*twin.proof, *twin.raws, *([_file(env, sample)] if sample else [])],
        label=twin.board.name,
        always=True,
        input=sample,
        samples=options.number("samples"),
        seed=options.number("seed"),
        compiler=options.text("compiler"),
        manifest=str(_file(env, twin.manifest.path)),
    )


def ingot_check(env, built):
    """A target that always shows the memory map of a firmware whose check has passed."""
    memory_map, _ = built.proof
    return env.Ingot("show_map", {"memory_map": memory_map}, {}, label=str(memory_map), always=True)


def ingot_report(env, built, twin):
    """A target that always prints the report, and writes it as a page."""
    options = env["INGOT_OPTIONS"]
    inputs, base = {"c_info": built.c_info, "summary": built.proof[1]}, options.text("base")
    if options.switch("profile"):
        costs = {"elf": twin.elf, "c_info": twin.c_info, **board_file(env, twin.board)}
        where = {"costs": f"{twin.out}/epochs.json"}
        inputs["costs"] = env.Ingot("measure_epochs", costs, where, also=[*twin.proof, *twin.raws], label=twin.out)[0]
    page = f"{built.out}/report.html"
    also = [_file(env, base)] if base else []
    return env.Ingot("report", inputs, {"page": page}, also=also, label=page, always=True, base=base)


def ingot_fleet(env, given):
    """A target that always builds and verifies a fleet, with Ninja. given: the command line's board= and model=."""
    options = env["INGOT_OPTIONS"]
    build = f"{env['INGOT_BUILD']}/fleet"
    jobs = SCons.Script.GetOption("num_jobs")
    done = env.Ingot(
        "fleet",
        {"file": _file(env, options.text("fleet"))},
        {},
        always=True,
        label=options.text("fleet"),
        build=build,
        board=given.get("board", ""),
        model=given.get("model", ""),
        parallel=jobs if jobs > 1 else 0,
    )
    env.Clean(done, env.Dir(build))
    return done


def ingot_info(env, manifest, source):
    """A target that always shows what the model consists of."""
    label = str(source)
    shape = _io(env["INGOT_OPTIONS"], manifest)["input_shape"]
    if source.has_builder() and set(SCons.Script.COMMAND_LINE_TARGETS) == {"info"}:
        # Nothing is built, so nothing is run: the stand-in's script neither.
        more = {"model": label, "manifest": str(_file(env, manifest.path)), "input_shape": shape}
        return env.Ingot("info", {}, {}, label=label, always=True, **more)
    return env.Ingot("info", {"model": source}, {}, label=label, always=True, input_shape=shape)


def linker_script_of(env, out, board, manifest, app, c_info, twin):
    """The node of an application's linker script."""
    return env.Ingot(
        "linker_script",
        {"c_info": c_info, **board_file(env, board)},
        {"script": f"{out}/firmware.ld"},
        also=[_file(env, board.pools_file)],
        twin=twin,
        app=app,
        stack=manifest.stack,
        heap=manifest.heap,
    )[0]


def board_file(env, board):
    return {"board": _file(env, board.path)}
