"""Relocatable images as SCons targets: `scons reloc`, `scons reloc-verify` and `scons load-and-run`.

Use, after ingot_tool: `env.Tool("ingot_reloc")`, then `env.IngotReloc(board, model, source)`. The targets are declared
only when the command line asks for one of them, so that other builds do not look at a second set of kernels.
"""

import json
from types import SimpleNamespace

import SCons.Action
import SCons.Script
from ingot_tool import (
    VERBS,
    _file,
    _gcc_environment,
    _timed_spawn,
    _wanted,
    board_file,
    link_firmware,
    linker_script_of,
    progress,
)

from ingot.base import places
from ingot.base.errors import IngotError
from ingot.board.fit import load_pools
from ingot.compiler.compile import output_names
from ingot.link import toolchain
from ingot.recipe import sources as firmware
from ingot.shells.scons.archives import shared_archive
from ingot.shells.scons.paths import command_path, dir_node

TARGETS = ("reloc", "reloc-verify", "load-and-run")

VERBS.update(
    reloc_sources="layout",
    pack_image="image",
    reloc_verify="verify",
    reloc_st_sources="layout",
    reloc_places="layout",
    load_and_run="run",
)


def generate(env):
    """Adds the methods to the environment."""
    env.AddMethod(ingot_reloc, "IngotReloc")


def exists(env):
    return True


def wanted():
    """Whether the command line names something of an image."""
    asked = SCons.Script.COMMAND_LINE_TARGETS
    return bool(SCons.Script.GetOption("clean")) or any(name in TARGETS or "reloc" in str(name) for name in asked)


def ingot_reloc(env, board, manifest, source, built):
    """Declares `reloc` and `reloc-verify` when they are asked for. built: the model's firmware, for other compilers."""
    options = env["INGOT_OPTIONS"]
    if options.text("app") == "model_host":
        header = env.Ingot(
            "reloc_places",
            board_file(env, board),
            {"header": f"{built.out}/reloc_places.h"},
            also=[_file(env, board.pools_file)],
        )
        env.Alias("firmware", header)
    if not wanted():
        return
    if options.text("compiler") != "builtin" and "reloc-verify" not in SCons.Script.COMMAND_LINE_TARGETS:
        # The twin has no NPU: reloc-verify is about the image that the built-in compiler makes.
        if not env.GetOption("clean"):
            env.Alias("reloc", _st_image(env, board, built).everything)
        return
    out = f"{env['INGOT_BUILD']}/{board.name}/{manifest.name}"
    image = _image(env, board, manifest, source, False, options.switch("split"))
    env.Alias("reloc", image.everything)
    env.Clean("firmware", image.everything)
    if options.text("port"):
        loader = _board_host(env, board, manifest, built)
        env.Alias("load-and-run", _load_and_run(env, board, manifest, source, image, loader, out))
    if board.twin is None:
        return
    whole = _image(env, board, manifest, source, True, False)
    split = _image(env, board, manifest, source, True, True)
    host = _model_host(env, board, manifest, whole)
    env.Clean("firmware", [*whole.everything, *split.everything, *host])
    verify = env.Ingot(
        "reloc_verify",
        {
            "model": source,
            **board_file(env, board),
            "host": host[0],
            "images": [whole.image, split.image, split.params],
            "c_info": whole.c_info,
        },
        {},
        label=board.name,
        always=True,
        samples=options.number("samples"),
        seed=options.number("seed"),
    )
    env.Alias("reloc-verify", verify)
    if not options.text("port"):
        emulated = split if options.switch("split") else whole
        env.Alias("load-and-run", _load_and_run(env, board, manifest, source, emulated, host, out))


def _load_and_run(env, board, manifest, source, image, host, out):
    """Always puts the image where it goes, on the board of port= or on the twin, and runs it."""
    options = env["INGOT_OPTIONS"]
    inputs = {"image": image.image, "c_info": image.c_info, **board_file(env, board), "host": host[0], "model": source}
    if image.params is not None:
        inputs["params"] = image.params
    sample = options.text("input")
    return env.Ingot(
        "load_and_run",
        inputs,
        {},
        also=[_file(env, sample)] if sample else [],
        label=options.text("port") or board.name,
        always=True,
        folder=f"{out}/flash",
        manifest=str(_file(env, manifest.path)),
        **{name: options.text(name) for name in ("mode", "port", "probe", "input", "save")},
        **{name: options.number(name) for name in ("address", "params_address", "baud", "samples", "seed")},
        **{name: options.switch(name) for name in ("no_flash", "no_run", "max_speed", "dry_run", "whole")},
    )


def _board_host(env, board, manifest, built):
    """The firmware that installs images, for the board."""
    out = f"{built.out}/model_host"
    places = env.Ingot(
        "reloc_places",
        board_file(env, board),
        {"header": f"{out}/reloc_places.h"},
        also=[_file(env, board.pools_file)],
    )
    script = linker_script_of(env, out, board, manifest, "validate", built.c_info, False)
    linked = link_firmware(env, out, board, "model_host", built.network_c, script, [built.out], False)
    env.Depends(linked, places)
    return linked


def _image(env, board, manifest, source, twin, split):
    """The targets of one image: in <model>/reloc, or <model>/twin/reloc (and .../split) for the twin."""
    options = env["INGOT_OPTIONS"]
    out = f"{env['INGOT_BUILD']}/{board.name}/{manifest.name}"
    folder = f"{out}/twin/reloc" if twin else f"{out}/reloc"
    made = f"{folder}/split" if twin and split else folder
    abi = "1.1.1" if twin else options.text("runtime_abi")
    secure = True if twin else options.switch("secure")
    name = "network" if twin else options.text("name")
    network = _network(env, board, manifest, source, folder, name, twin)
    linked, sources = _link(env, board, folder, name, network, abi, secure)
    inputs = {"elf": linked[0], "c_info": network.c_info, "raws": network.raws, **board_file(env, board)}
    packed = _pack(env, made, name, split, inputs, not twin, {"runtime_abi": abi})
    return SimpleNamespace(
        c_info=network.c_info,
        image=packed[0],
        params=packed[1] if split else None,
        network_c=network.source,
        everything=[*network.everything, *sources, *linked, *packed],
    )


def _pack(env, folder, name, split, inputs, c_file, settings):
    """The target of the packager: the image, then with split its params. c_file: gen_c_file= counts here."""
    options = env["INGOT_OPTIONS"]
    outputs = {"image": f"{folder}/{name}_rel.bin"}
    if split:
        outputs["params"] = f"{folder}/{name}_rel_params.bin"
    if c_file and options.switch("gen_c_file"):
        outputs["c_file"] = f"{folder}/{name}_rel_image.c"
    return env.Ingot("pack_image", inputs, outputs, seal=options.text("seal"), **settings)


def _st_image(env, board, built):
    """An image of a network with NPU epochs: around the sources of ST's runtime in the installed pack."""
    from ingot.st.stedgeai.reloc import open_reloc_parts

    options = env["INGOT_OPTIONS"]
    compiler, name = options.text("compiler"), options.text("name")
    parts = open_reloc_parts(options.text("st_pack"), compiler)
    if built.network_c is None:
        raise IngotError("an image needs the network's C file, which is not there", where=f"compiler={compiler}")
    if board.chip != "stm32n6":
        raise IngotError(
            f"images around ST's runtime are for STM32N6, not for {board.name}", where=f"compiler={compiler}"
        )
    folder, blobs = f"{built.out}/reloc", options.switch("ecblob_in_params")
    inputs = {"c_info": built.c_info, "network_c": built.network_c, "raws": built.raws, **board_file(env, board)}
    sources = env.Ingot(
        "reloc_st_sources",
        inputs,
        {
            "source": f"{folder}/{name}_rel.c",
            "script": f"{folder}/{name}_rel.ld",
            "conf": f"{folder}/{name}_rel_conf.h",
        },
        name=name,
        secure=options.switch("secure"),
        ecblob_in_params=blobs,
    )
    linked = _st_link(env, board, built, parts, folder, name, sources)
    # network.c is no source of the packager, or SCons would look for its headers.
    del inputs["network_c"]
    settings = {"name": name, "ecblob_in_params": blobs, "network_c": str(built.network_c), "also": [built.network_c]}
    packed = _pack(env, folder, name, options.switch("split"), {"elf": linked[0], **inputs}, True, settings)
    return SimpleNamespace(everything=[*sources, *linked, *packed])


def _st_link(env, board, built, parts, folder, name, sources):
    """network_rel.elf of a network of ST's: with ST's flags, macros and sources."""
    from ingot.st.stedgeai.pack import DEFINES
    from ingot.st.stedgeai.reloc import DEFINES as RELOC_DEFINES

    for path in (*parts.include, *parts.sources, parts.library):
        command_path(str(_file(env, path)), "a path of st_pack")
    rel_c, script, conf = sources
    runtime = places.firmware_dir() / "runtime"
    # ST's headers first: Ingot's have the same names.
    include = [folder, built.out, *(str(_file(env, path)) for path in parts.include), str(_file(env, runtime))]
    code = _gcc_environment(
        env, "image", board.core, "network", f"files for {folder}", include, {**DEFINES, **RELOC_DEFINES}
    )
    state = ["-mcmse"] if env["INGOT_OPTIONS"].switch("secure") else []
    flags = [*toolchain.settings()["relocatable_st"], *state, "-w", "-include", str(conf)]
    code.Replace(CCFLAGS=[*flags, *toolchain.settings()["relocatable"]])
    data = code.Clone(CCFLAGS=flags)
    objects = [
        code.Object(f"{folder}/obj/network.o", built.network_c),
        data.Object(f"{folder}/obj/network_rel.o", rel_c),
        code.Object(f"{folder}/obj/no_buffers.o", _file(env, runtime / "ingot_reloc_no_buffers.c")),
        *(code.Object(f"{folder}/obj/st_{path.stem}.o", _file(env, path)) for path in parts.sources),
    ]
    code.Depends(objects, conf)
    return _linked(code, board, folder, name, [*objects, _file(env, parts.library)], script)


# By everything that decides the files; SCons refuses two ways to build the same file.
_NETWORKS: dict[tuple, SimpleNamespace] = {}
_LINKED: dict[tuple, tuple] = {}


def _network(env, board, manifest, source, folder, name, twin):
    """network.c and its weights, compiled for an image; shared by the whole and the split form."""
    asked = _wanted(env["INGOT_OPTIONS"], manifest).builtin
    key = (folder, name, twin, str(source), str(board.path), json.dumps(asked, sort_keys=True))
    if key in _NETWORKS:
        return _NETWORKS[key]
    names = output_names(name, load_pools(board))
    files = [f"{folder}/{file}" for file in (names.source, names.header, names.info, names.report, names.raw)]
    nodes = env.Ingot(
        "compile_network",
        {"model": source, **board_file(env, board)},
        {"outputs": files},
        label=f"{manifest.name} -> {files[0]}",
        also=[_file(env, board.pools_file)],
        twin=twin,
        name=name,
        **asked,
        relocatable=True,
    )
    _NETWORKS[key] = SimpleNamespace(source=nodes[0], c_info=nodes[2], raws=list(nodes[4:]), everything=nodes)
    return _NETWORKS[key]


def _link(env, board, folder, name, network, abi, secure):
    """network_rel.elf: the network, its kernels and the generated header, position-independent."""
    key = (folder, name, id(network), abi, secure)
    if key in _LINKED:
        return _LINKED[key]
    sources = env.Ingot(
        "reloc_sources",
        {"c_info": network.c_info, "raws": network.raws, **board_file(env, board)},
        {"source": f"{folder}/{name}_rel.c", "script": f"{folder}/{name}_rel.ld"},
        runtime_abi=abi,
        secure=secure,
    )
    rel_c, script = sources
    runtime = places.firmware_dir() / "runtime"
    include = [folder, str(_file(env, runtime)), str(_file(env, places.kernels_dir()))]
    what = f"files for {folder}"
    data = _environment(env, board, "network", what, include, secure, pic=False)
    code = _environment(env, board, "network", what, include, secure)
    objects = [
        code.Object(f"{folder}/obj/network.o", network.source),
        data.Object(f"{folder}/obj/network_rel.o", rel_c),
        code.Object(f"{folder}/obj/ingot_reloc_image.o", _file(env, runtime / "ingot_reloc_image.c")),
        code.Object(f"{folder}/obj/ingot_initializer.o", _file(env, runtime / "ingot_initializer.c")),
    ]
    linked = _linked(code, board, folder, name, [*objects, _kernels(env, board, secure)], script)
    _LINKED[key] = (linked, sources)
    return _LINKED[key]


def _linked(code, board, folder, name, files, script):
    """The ELF file and the map of an image. files: objects and libraries. script: of the linker."""
    elf, map_file = f"{folder}/{name}_rel.elf", f"{folder}/{name}_rel.map"
    shown = () if code["INGOT_VERBOSE"] else (progress("link", elf) or None,)
    linked = code.Command(
        [elf, map_file],
        files,
        SCons.Action.Action("$CC $SOURCES $INGOT_LINK -lgcc -o $TARGET", *shown),
        INGOT_LINK=[*toolchain.image_link_flags(board.core), f"-Wl,-T,{script}", f"-Wl,-Map={map_file}"],
        SPAWN=_timed_spawn("link", code["SPAWN"]),
    )
    code.Depends(linked, script)
    return linked


def _environment(env, board, role, what, include, secure, pic=True):
    gcc = _gcc_environment(env, "image", board.core, role, what, include, {"LL_ATON_EB_DBG_INFO": "1"})
    gcc.Append(CCFLAGS=toolchain.image_compile_flags(board.core, secure, pic))
    return gcc


def _kernels(env, board, secure):
    """All kernels, position-independent, as one archive."""
    sources = firmware.kernel_sources()
    include = [places.kernels_dir(), places.firmware_dir() / "runtime"]
    what = f"{len(sources)} position-independent files for {board.core}"
    gcc = _environment(env, board, "kernels", what, include, secure)

    def objects(folder):
        return [gcc.Object(folder.File(f"{source.stem}.o"), _file(env, source)) for source in sources]

    state = "image" if secure else "image_nonsecure"
    return shared_archive(gcc, dir_node(env, f"{env['INGOT_BUILD']}/{board.name}/kernels/{state}"), objects)


def _model_host(env, board, manifest, image):
    """The firmware that installs images, for the twin. Its network is linked by nobody: the linker drops it."""
    out = f"{env['INGOT_BUILD']}/{board.name}/{manifest.name}/twin/reloc/host"
    script = linker_script_of(env, out, board, manifest, "validate", image.c_info, True)
    return link_firmware(env, out, board, "model_host", image.network_c, script, [out], True)
