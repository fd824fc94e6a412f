# SPDX-License-Identifier: Apache-2.0
"""`env.IngotModel`: a model as nodes that a user's own program is built from."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass, field
from typing import Any

from ingot.base import places
from ingot.link import toolchain
from ingot.model.manifest import MODEL_SUFFIXES
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.image import ImageBuild
from ingot.recipe.kernels import kernel_files
from ingot.recipe.network import NetworkBuild
from ingot.recipe.options import Options, as_text, names_of, parse_options
from ingot.recipe.request import Request
from ingot.shells.scons.calls import user_call
from ingot.shells.scons.declare import declare, folders, from_top, pick, show_to_editors
from ingot.shells.scons.paths import command_path, expanded, file_node

#: What `env.IngotModel` takes besides the arguments that it names.
MODEL_OPTIONS = names_of("network", "image")


@dataclass
class NetworkNodes:
    """What `env.IngotModel` returns. `sources` to `include` are nodes.

    build: how the network is built. nodes: what the network's jobs write, by path.
    sources, headers: network.c and network.h. info, report: description and report. weights: raw initializers.
    hex: the same at their flash addresses. config: app_config.h. objects: network.o. runtime: objects of the epoch
    loop. startup: objects of vectors and reset, for programs that have none of their own. kernels: the archive.
    script: linker script. include: for CPPPATH.
    """

    name: str
    env: Any
    build: NetworkBuild
    model: Any
    nodes: dict[str, Any] = field(default_factory=dict)

    @functools.cached_property
    def alone(self) -> FirmwareBuild:
        """The firmware around this network alone."""
        return FirmwareBuild([self.build])

    @property
    def sources(self) -> list[Any]:
        return pick(self.nodes, self.build.sources)

    @property
    def headers(self) -> list[Any]:
        return pick(self.nodes, [self.build.header] if self.build.header else [])

    @property
    def info(self) -> Any:
        return self.nodes[self.build.info]

    @property
    def report(self) -> Any:
        return next(node for path, node in self.nodes.items() if path.endswith("_generate_report.txt"))

    @property
    def weights(self) -> list[Any]:
        return pick(self.nodes, self.build.raws)

    @functools.cached_property
    def hex(self) -> list[Any]:
        job = self.build.weights_hex()
        return list(self._declared([job]).values()) if job else []

    @property
    def config(self) -> list[Any]:
        job = self.build.app_config()
        return pick(self.nodes, job.outputs) if job else []

    @functools.cached_property
    def script(self) -> Any:
        jobs = [self.alone.linker_script(), self.alone.intact()]
        return self._declared(jobs)[self.build.script]

    @functools.cached_property
    def objects(self) -> list[Any]:
        return self._objects("network")

    @functools.cached_property
    def runtime(self) -> list[Any]:
        return self._objects("runtime")

    @functools.cached_property
    def startup(self) -> list[Any]:
        return self._objects("startup")

    @functools.cached_property
    def kernels(self) -> list[Any]:
        self._declared(self.alone.kernels())
        show_to_editors(self.env, kernel_files(self.build))
        return [file_node(self.env, path) for path in self.alone.libraries]

    @property
    def include(self) -> list[Any]:
        return folders(self.env, self.build.folders)

    @functools.cached_property
    def image(self) -> Any:
        """The relocatable image. Its nodes are declared when it is asked for, and built when something needs them."""
        return image_nodes(self.env, self)

    @property
    def link(self) -> list[Any]:
        """What a program with its own startup code links besides its own objects."""
        return [*self.objects, *self.runtime, *self.kernels]

    @property
    def everything(self) -> list[Any]:
        """What a plain build of the network alone makes."""
        return [*self.nodes.values(), self.script, *self.hex]

    def declare_all(self) -> None:
        """Declares what a program may link, so that users can ask for it by file name, too."""
        _ = self.everything, self.link, self.startup

    def _objects(self, role: str) -> list[Any]:
        return list(self._declared(self.alone.objects(role)).values())

    def _declared(self, jobs: Any) -> dict[str, Any]:
        return _at_top(self.env, jobs)


@user_call
def _at_top(env: Any, jobs: Any) -> dict[str, Any]:
    return declare(env, jobs)


@user_call
def image_nodes(env: Any, net: NetworkNodes) -> Any:
    """The node of `<name>_rel.bin`, in the folder `reloc` of the network's."""
    image = ImageBuild(net.build)
    split = net.build.request.options.switch("split")
    nodes = declare(env, image.build(split))
    keep_out_of_default(env, nodes.values())
    return nodes[image.binary(split)]


def keep_out_of_default(env: Any, nodes: Any) -> None:
    """A plain `scons` does not build these."""
    for node in env.Flatten(list(nodes)):
        env.Ignore(node.dir, node)


@user_call
def ingot_model(
    env: Any,
    name: str,
    model: Any,
    board: str,
    out: str = "",
    stack: int | None = None,
    heap: int | None = None,
    beside: Any = (),
    in_turn: Any = (),
    settings: Options | None = None,
    **options: Any,
) -> NetworkNodes:
    """The nodes of one network.

    name: its C name; several networks of one program have different ones. model: a model file (a path, or the node of
    one that is built), the path of a model.yaml, or a name of Ingot's models. board: a name of Ingot's boards, or the
    path of a folder or board.yaml of your own. out: folder for what is built, default: `name`.
    beside, in_turn: what this method returned for the other networks of the same firmware that were asked for before:
    those that may run at the same time as this one, and those that never do, so that their activations overlap.
    options: any of MODEL_OPTIONS, such as optimize="ram", compiler="prebuilt", split=True. settings: in their place all
    options at once, with paths from the top folder; then only what is asked for is declared.
    """
    node = _model_node(env, model)
    folder = command_path(from_top(env, env.fs.Dir(expanded(env, out or name, "out"))), "out")
    texts = {key: as_text(value) for key, value in options.items()}
    chosen = settings or _with_paths(env, parse_options(texts, MODEL_OPTIONS))
    request = Request(
        model=from_top(env, node) if node is not None else _where(env, model),
        board=_where(env, board),
        out=folder,
        name=name,
        options=chosen,
        kernels=env.get("INGOT_KERNELS") or from_top(env, env.fs.Dir("ingot-kernels")),
        models=env.get("INGOT_MODELS") or f"{folder}/model",
        ccflags=tuple(map(str, env.Flatten([env["INGOT_CCFLAGS"]]))),
        launcher="" if env["INGOT_LAUNCHER"] == toolchain.launcher() else env.subst("$INGOT_LAUNCHER"),
        stack=stack,
        heap=heap,
        beside=tuple(other.build.info for other in _networks(env, beside)),
        in_turn=tuple(other.build.info for other in _networks(env, in_turn)),
    )
    build = NetworkBuild(request, model=request.model if node is not None else "")
    jobs = (*build.obtaining, build.compile(), build.app_config(), build.intact())
    nodes = declare(env, [job for job in jobs if job])
    net = NetworkNodes(name, env, build, file_node(env, build.model) if build.model else None, nodes)
    if settings is None:
        net.declare_all()
    return net


def _with_paths(env: Any, options: Options) -> Options:
    """Options whose paths count from the SConscript, as all other paths do."""
    values = dict(options.values)
    for name in ("st_output", "st_pack"):
        if values[name]:
            values[name] = _where(env, str(values[name]))
    return Options(values)


def _networks(env: Any, networks: Any) -> list[NetworkNodes]:
    """One network or several, however they are nested."""
    return [item for item in env.Flatten([networks]) if item]


def _model_node(env: Any, model: Any) -> Any:
    """The node of a model file; None for a name or a model.yaml."""
    if not isinstance(model, str):
        return env.arg2nodes(model)[0]
    return env.fs.File(expanded(env, model, "model")) if model.lower().endswith(MODEL_SUFFIXES) else None


def _where(env: Any, word: str) -> str:
    """A name as it is; a path below the SConscript's folder from where SCons runs."""
    if (places.ROOT / "boards" / word).is_dir() or (places.ROOT / "models" / word).is_dir():
        return word
    entry = env.fs.Entry(expanded(env, word, "a path"))
    for node in (entry, entry.srcnode()):
        if os.path.exists(path := from_top(env, node)):
            return path
    return word
