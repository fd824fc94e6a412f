# SPDX-License-Identifier: Apache-2.0
"""The three compilers behind one door: what each reads and writes, so that shells can declare it. Light to import.

The recipe asks `compilation_of`, makes a job of the step it names, and never asks again which compiler it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError, did_you_mean
from ingot.board import Board, Mpool
from ingot.model.asked import Asked
from ingot.recipe.asked import asked_of
from ingot.recipe.options import BY_NAME, Options, check_compiler

if TYPE_CHECKING:
    from ingot.model import Manifest
    from ingot.st.stedgeai.firmware import StRuntime

COMPILERS = BY_NAME["compiler"].choices


@dataclass(frozen=True)
class Settings:
    """What a build asks of a compiler, whichever it is.

    name: C name of the network. title: what reports call the model. sha256: the model.yaml's, of the model's file.
    asked: of the built-in compiler. st_output: folder or zip for `prebuilt`. st_pack: ST's runtime, "" for none.
    stedgeai: the section of that name in model.yaml. camera: something is made of the camera's image. reloc: for a
    relocatable image.
    """

    name: str = "network"
    title: str = ""
    sha256: str = ""
    asked: Asked = field(default_factory=Asked)
    st_output: str = ""
    st_pack: str = ""
    st_timeout: int = 1800
    stedgeai: Mapping[str, Any] = field(default_factory=dict)
    camera: bool = False
    reloc: bool = False

    @classmethod
    def of(cls, options: Options, manifest: Manifest, name: str, reloc: bool = False) -> Settings:
        """The settings that options and model.yaml give. Raises IngotError for an option that the compiler ignores."""
        check_compiler(options)
        return cls(
            name=name,
            title=manifest.title,
            sha256="" if manifest.quantize else manifest.source.sha256,
            asked=asked_of(options, manifest),
            st_output=options.text("st_output"),
            st_pack=options.text("st_pack"),
            st_timeout=options.number("st_timeout"),
            stedgeai=dict(manifest.stedgeai),
            camera=takes_images(manifest),
            reloc=reloc,
        )

    @property
    def builtin(self) -> dict[str, Any]:
        """The arguments of ingot.steps.compile_network that say how, of any network for any place."""
        return {"title": self.title, "sha256": self.sha256, **self.asked.changes}


@dataclass(frozen=True)
class Compilation:
    """A compilation as a build target.

    step: function of ingot.steps that does it; options: its keyword arguments. needs_model: it reads the model's file.
    source: the C file, "" when the compiler has none. info, raws: the description and the initializers.
    files: everything it writes, in the folder of the build, in the order that the step takes them.
    reads: files it reads beside model, board and pools. watch: what else makes it run again.
    lacks: why no firmware can be linked from it, "" when one can. st_pack: ST's runtime that it is linked with, if any.
    sources: C files beside `source` that belong to it. c_name: the network's name in C, "" for that of the settings.
    kernels: network.c calls Ingot's kernels and checks an initializer of Ingot's. npu: it has epochs for the NPU.
    drives_npu: the firmware starts these itself (firmware/npu).
    """

    step: str
    files: tuple[str, ...]
    source: str
    info: str
    raws: tuple[str, ...]
    options: Mapping[str, Any]
    reads: tuple[Path, ...] = ()
    watch: Any = None
    needs_model: bool = True
    lacks: str = ""
    st_pack: str = ""
    sources: tuple[str, ...] = ()
    c_name: str = ""
    kernels: bool = False
    npu: bool = False
    drives_npu: bool = False

    def st_runtime(self) -> StRuntime:
        """ST's runtime, which the firmware then has in place of Ingot's."""
        from ingot.st.stedgeai.firmware import st_runtime
        from ingot.st.stedgeai.pack import open_pack

        return st_runtime(open_pack(Path(self.st_pack)))


def compilation_of(compiler: str, board: Board, mpool: Mpool, settings: Settings) -> Compilation:
    """The job of that compiler. Raises IngotError: an unknown compiler, a missing tool, an output that is not there."""
    if compiler == "builtin":
        return _builtin(board, mpool, settings)
    if compiler == "prebuilt":
        return _prebuilt(board, settings)
    if compiler == "stedgeai":
        return _stedgeai(board, mpool, settings)
    raise IngotError(f"there is no compiler '{compiler}'", where="compiler", remedy=did_you_mean(compiler, COMPILERS))


def takes_images(manifest: Manifest) -> bool:
    """Whether the application of a model feeds it from the camera."""
    from ingot.use_cases.config_files import NO_CAMERA

    return str(manifest.postprocessing.get("type", "")) not in ("", *NO_CAMERA)


def _builtin(board: Board, mpool: Mpool, settings: Settings) -> Compilation:
    """Under Ingot's runtime, or with st_pack= under ST's, where its software epochs run beside ST's NPU networks."""
    from ingot.compiler.output_names import output_names

    names = output_names(settings.name, mpool)
    files = (names.source, names.header, names.info, names.report, names.raw)
    options = {"name": settings.name, **settings.builtin, **({"relocatable": True} if settings.reloc else {})}
    return Compilation(
        "compile_network",
        files,
        names.source,
        names.info,
        (names.raw,),
        options,
        lacks=_lacks("", board, settings) if settings.st_pack else "",
        st_pack=settings.st_pack,
        kernels=True,
        drives_npu=settings.asked.npu != "0",
    )


def _prebuilt(board: Board, settings: Settings) -> Compilation:
    from ingot.st.npu.checked import uses_npu
    from ingot.st.prebuilt.files import output_files, sources, written_raws
    from ingot.st.prebuilt.network_c import c_name
    from ingot.st.prebuilt.output import open_output

    if not settings.st_output:
        raise IngotError(
            "compiler=prebuilt needs st_output=FOLDER (or a zip)",
            remedy="It is what `stedgeai generate` or ST's cloud wrote (st_ai_output).",
        )
    output = open_output(Path(settings.st_output), settings.name)
    name = output.prefix
    source = f"{name}.c" if f"{name}.c" in output else ""
    reads = [output.path] if output.zipped else sorted(output.path / member for member in output.members.values())
    options = {
        "output": str(output.path),
        "name": settings.name,
        "st_pack": settings.st_pack,
        "camera": settings.camera,
        "title": settings.title,
    }
    options["signature"] = bool(settings.stedgeai.get("check_signature", True))
    return Compilation(
        "take_prebuilt",
        output_files(output),
        source,
        f"{name}_c_info.json",
        written_raws(output),
        options,
        reads=tuple(reads),
        watch=[sorted(output.members.items()), *_pack_versions(settings)],
        needs_model=False,
        lacks=_lacks("" if source else f"{name}.c is not in {output.path.name}", board, settings),
        st_pack=settings.st_pack,
        sources=tuple(file for file in sources(output) if file != source),
        c_name=c_name(output.text(source)) if source else "",
        npu=bool(source) and uses_npu(output.text(source)),
    )


def _stedgeai(board: Board, mpool: Mpool, settings: Settings) -> Compilation:
    from ingot.st.stedgeai.outputs import default_c_name, plan_outputs
    from ingot.st.stedgeai.request import Request
    from ingot.st.stedgeai.tool import find_tool

    tool = find_tool()
    table = {key: value for key, value in settings.stedgeai.items() if key != "check_signature"}
    declared = plan_outputs(tool, board, mpool, settings.name, Request(**table, reloc=settings.reloc))
    options = {
        "sha256": settings.sha256,
        "name": settings.name,
        "settings": table,
        "reloc": settings.reloc,
        "st_pack": settings.st_pack,
        "camera": settings.camera,
        "title": settings.title,
        "timeout": settings.st_timeout,
    }
    return Compilation(
        "run_stedgeai",
        declared.all(),
        declared.source,
        declared.info,
        declared.raws,
        options,
        watch=[*tool.signature, *_pack_versions(settings)],
        lacks=_lacks("", board, settings),
        st_pack=settings.st_pack,
        sources=_more_sources(declared.all(), declared.source),
        c_name=default_c_name(tool.version, settings.name),
        npu=board.chip == "stm32n6",
    )


def _lacks(without: str, board: Board, settings: Settings) -> str:
    """What is missing for a firmware, and nothing else. without: what the output itself lacks."""
    from ingot.st.stedgeai.pack import open_pack

    missing: Sequence[str] = [without] if without else []
    if board.chip != "stm32n6":
        return "; ".join([*missing, "ST's runtime for this chip is linked in ST's own project (ingot h747 patch)"])
    if not settings.st_pack:
        missing = [*missing, "st_pack= is not given (ST's runtime: an ST Edge AI install or a GettingStarted checkout)"]
    else:
        names = open_pack(Path(settings.st_pack)).missing
        missing = [*missing, *([f"{settings.st_pack} lacks {', '.join(names)}"] if names else [])]
    return "; ".join(missing)


def _pack_versions(settings: Settings) -> list[str]:
    """The versions in st_pack=, which the network is compared with: another pack at the same place compares again."""
    if not settings.st_pack:
        return []
    from ingot.st.stedgeai.pack import open_pack

    pack = open_pack(Path(settings.st_pack))
    return [str(pack.ll_aton), str(pack.library_version), str(pack.runtime)]


def _more_sources(files: Sequence[str], source: str) -> tuple[str, ...]:
    """C files beside network.c (stai_network.c) that the application may call."""
    return tuple(name for name in files if name.endswith(".c") and name != source)
