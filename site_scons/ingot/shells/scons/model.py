"""`env.IngotModel`: a model as nodes that a user's own program is built from."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingot.base import places
from ingot.link import toolchain
from ingot.recipe.jobs import object_name
from ingot.recipe.parts import Parts, Request, prefix_maps
from ingot.shells.scons.archives import shared_archive
from ingot.shells.scons.calls import user_call
from ingot.shells.scons.paths import command_path, dir_node, expanded, file_node, literal_words
from ingot.shells.scons.step import add_step

_SUFFIXES = (".tflite", ".onnx")


@dataclass
class NetworkNodes:
    """What `env.IngotModel` returns; all but `name`, `include`, `parts` and `env` are nodes.

    sources, headers: network.c and network.h. objects: network.o. runtime: objects of the epoch loop. startup: objects
    of vectors and reset, for programs that have none of their own. kernels: the archive. script: linker script.
    weights: raw initializers. hex: the same at their flash addresses. config: app_config.h. include: for CPPPATH.
    """

    name: str
    parts: Parts
    model: Any
    sources: Any
    headers: Any
    info: Any
    report: Any
    weights: Any
    objects: Any
    runtime: Any
    startup: Any
    kernels: Any
    script: Any
    config: Any
    hex: Any
    include: list[Any]
    env: Any

    @functools.cached_property
    def image(self) -> Any:
        """The relocatable image. Its nodes are declared when it is asked for, and built when something needs them."""
        from ingot.shells.scons.image import image_node

        return image_node(self.env, self)

    @property
    def link(self) -> list[Any]:
        """What a program with its own startup code links besides its own objects."""
        return [*self.objects, *self.runtime, *self.kernels]


@user_call
def ingot_model(
    env: Any,
    name: str,
    model: Any,
    board: str,
    out: str = "",
    optimize: str = "balanced",
    fuse: bool = True,
    io_placement: str = "",
    io_input: str = "",
    input_shape: str = "",
    stack: int | None = None,
    heap: int | None = None,
    beside: Any = (),
    in_turn: Any = (),
) -> NetworkNodes:
    """The nodes of one network.

    name: its C name; several networks of one program have different ones. model: a model file (a path, or the node of
    one that is built), the path of a model.yaml, or a name of Ingot's models. board: a name of Ingot's boards, or the
    path of a folder or board.yaml of your own. out: folder for what is built, default: `name`.
    beside, in_turn: what this method returned for the other networks of the same firmware that were asked for before:
    those that may run at the same time as this one, and those that never do, so that their activations overlap.
    """
    node = _model_node(env, model)
    folder = env.fs.Dir(expanded(env, out or name, "out"))
    command_path(from_top(env, folder), "out")
    asked = Request(
        model=from_top(env, node) if node is not None else _where(env, model),
        board=_where(env, board),
        out=from_top(env, folder),
        name=name,
        optimize=optimize,
        fuse=fuse,
        io_placement=io_placement,
        io_input=io_input,
        input_shape=input_shape,
        stack=stack,
        heap=heap,
        beside=tuple(other.parts.info for other in _networks(env, beside)),
        in_turn=tuple(other.parts.info for other in _networks(env, in_turn)),
    )
    parts = Parts(asked)
    if node is None:
        file, obtain = parts.obtain(f"{asked.out}/model")
        node = file_node(env, file)
        if obtain is not None:
            wanted = parts.manifest.source
            watch = [wanted.file, wanted.sha256, wanted.url]
            node = add_step(env, obtain.name, {}, {"model": node}, watch=watch, **obtain.options)[0]
    sources, header, info, report, *raws = _add(env, parts, parts.compile("m"), {"model": node})
    script = _add(env, parts, parts.linker_script(), {"c_info": info})
    config = []
    if parts.manifest.document is not None:
        given = [dict(parts.manifest.preprocessing), dict(parts.manifest.postprocessing)]
        config = _add(env, parts, parts.app_config(), {"c_info": info}, watch=given)
    hexfiles = _add(env, parts, parts.weights_hex(), {"c_info": info, "raws": raws})
    return NetworkNodes(
        name=name,
        parts=parts,
        model=node,
        sources=[sources],
        headers=[header],
        info=info,
        report=report,
        weights=raws,
        objects=_objects(env, parts, "network", [parts.source], folder),
        runtime=_objects(env, parts, "firmware", parts.runtime, folder),
        startup=_objects(env, parts, "firmware", parts.startup, folder),
        kernels=kernel_archive(env, parts),
        script=script,
        config=config,
        hex=hexfiles,
        include=[folder, *(dir_node(env, path) for path in parts.folders[1:])],
        env=env,
    )


def _networks(env: Any, given: Any) -> list[NetworkNodes]:
    """One network or several, however they are nested."""
    return [item for item in env.Flatten([given]) if item]


def _model_node(env: Any, model: Any) -> Any:
    """The node of a model file; None for a name or a model.yaml."""
    if not isinstance(model, str):
        return env.arg2nodes(model)[0]
    return env.fs.File(expanded(env, model, "model")) if model.endswith(_SUFFIXES) else None


def _where(env: Any, word: str) -> str:
    """A name as it is; a path below the SConscript's folder from where SCons runs."""
    if (places.ROOT / "boards" / word).is_dir() or (places.ROOT / "models" / word).is_dir():
        return word
    entry = env.fs.Entry(expanded(env, word, "a path"))
    for node in (entry, entry.srcnode()):
        if os.path.exists(path := from_top(env, node)):
            return path
    return word


def from_top(env: Any, node: Any) -> str:
    """A node's path from the top folder; in an SConscript, SCons writes it from there."""
    return str(node.get_path(env.fs.Top))


def _add(
    env: Any,
    parts: Parts,
    step: Any,
    inputs: dict[str, Any],
    watch: Any = None,
    done: str = "",
    also: Sequence[Any] = (),
) -> Any:
    """A step of `parts`; inputs: nodes for those of its inputs that are not simply its paths. See add_step."""

    def node(name: str, file: Any) -> Any:
        if name in inputs:
            return inputs[name]
        return [file_node(env, item) for item in file] if isinstance(file, list) else file_node(env, str(file))

    given = {name: node(name, file) for name, file in step.inputs.items()}
    outputs = {
        name: [file_node(env, item) for item in file] if isinstance(file, list) else file_node(env, str(file))
        for name, file in step.outputs.items()
    }
    also = [*also, *([file_node(env, parts.pools_file)] if "board" in step.inputs else [])]
    return add_step(env, step.name, given, outputs, done=done, also=also, watch=watch, **step.options)


def cross_environment(env: Any, parts: Parts, role: str) -> Any:
    """A clone whose Object() compiles Ingot's C with the flags of `toolchain/`; folders are not in signatures."""
    gcc = with_path(env.Clone())
    folders = [dir_node(env, path) for path in (parts.kernel_folders if role == "kernels" else parts.folders)]
    gcc.Replace(
        CC=f"{parts.prefix}gcc",
        AR=f"{parts.prefix}ar",
        ARCOM="$AR $ARFLAGS $TARGET $SOURCES",
        ARFLAGS=["rcsD"],
        RANLIBCOM="",
        OBJSUFFIX=".o",
        LIBPREFIX="lib",
        LIBSUFFIX=".a",
        CCFLAGS=[*parts.flags(role), *env["INGOT_CCFLAGS"]],
        CFLAGS=[],
        CPPFLAGS=[],
        CPPPATH=folders,
        CPPDEFINES=[] if role == "kernels" else sorted(parts.defines.items()),
        INGOT_MAPS=literal_words(prefix_maps()),
        CCCOM="$( $INGOT_LAUNCHER $) $CC -o $TARGET -c $CCFLAGS $_CCCOMCOM $( $INGOT_MAPS $SOURCES $)",
    )
    return gcc


def with_path(env: Any) -> Any:
    """The environment with the PATH that scons was called with, where the cross compiler is found."""
    env["ENV"] = {**env["ENV"], **toolchain.compiler_environment()}
    return env


def _objects(
    env: Any, parts: Parts, role: str, sources: list[str], folder: Any, include: Sequence[str] = ()
) -> list[Any]:
    """include: further folders for #include."""
    gcc = cross_environment(env, parts, role)
    gcc.AppendUnique(CPPPATH=[dir_node(env, path) for path in include])
    nodes = []
    for source in sources:
        name = "network.o" if role == "network" else object_name(source)
        nodes += gcc.Object(folder.File(f"obj/{name}"), file_node(env, source))
    return nodes


def kernel_archive(env: Any, parts: Parts) -> Any:
    """All kernels for the board's core as one archive; networks in one folder with the same flags share it."""
    gcc = cross_environment(env, parts, "kernels")

    def objects(folder: Any) -> list[Any]:
        return [gcc.Object(folder.File(f"{Path(source).stem}.o"), file_node(env, source)) for source in parts.kernels]

    return shared_archive(gcc, env.fs.Dir(f"ingot-kernels/{parts.board.core}"), objects)
