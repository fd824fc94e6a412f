"""The three compilers behind one door: what each reads and writes, so that shells can declare it. Light to import.

A shell asks `job_for`, runs the step it names with the job's options, and never asks again which compiler it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError, did_you_mean
from ingot.board import Board, Mpool

if TYPE_CHECKING:
    from ingot.model import Manifest
    from ingot.recipe.sources import Recipe
    from ingot.st.stedgeai.firmware import StFirmware

COMPILERS = ("builtin", "stedgeai", "prebuilt")
NAME = "network"


@dataclass(frozen=True)
class Wanted:
    """What a build asks of a compiler, whichever it is.

    io (as Manifest.io gives it), optimize, ram_limit, fuse: of the built-in compiler. st_output: folder or zip for
    `prebuilt`. st_pack: ST's runtime, "" for none. stedgeai: the section of that name in model.yaml. camera: something
    is made of the camera's image. reloc: for a relocatable image. sha256: the model.yaml's, of the model's file.
    """

    title: str = ""
    io: Mapping[str, str] = field(default_factory=dict)
    optimize: str = "balanced"
    ram_limit: int = 0
    fuse: bool = True
    st_output: str = ""
    st_pack: str = ""
    st_timeout: int = 1800
    stedgeai: Mapping[str, Any] = field(default_factory=dict)
    camera: bool = False
    reloc: bool = False
    sha256: str = ""

    @property
    def builtin(self) -> dict[str, Any]:
        """The arguments of ingot.steps.compile_network that say how, of any network for any place."""
        chosen = {"optimize": self.optimize, "ram_limit": self.ram_limit, "fuse": self.fuse}
        return {"title": self.title, "sha256": self.sha256, **self.io, **chosen}


@dataclass(frozen=True)
class Job:
    """A compilation as a build target.

    step: function of ingot.steps that does it; options: its keyword arguments. needs_model: it reads the model's file.
    source: the C file, "" when the compiler has none. info, raws: the description and the initializers.
    files: everything it writes, in the folder of the build, in the order that the step takes them.
    reads: files it reads beside model, board and pools. watch: what else makes it run again.
    lacks: why no firmware can be linked from it, "" when one can. st_pack: ST's runtime that it is linked with, if any.
    sources: C files beside `source` that belong to it.
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

    def st_firmware(self, recipe: Recipe) -> StFirmware:
        """The firmware with ST's runtime in place of Ingot's."""
        from ingot.st.stedgeai.firmware import with_pack
        from ingot.st.stedgeai.pack import open_pack

        return with_pack(recipe, open_pack(Path(self.st_pack)))


def job_for(compiler: str, board: Board, mpool: Mpool, wanted: Wanted) -> Job:
    """The job of that compiler. Raises IngotError: an unknown compiler, a missing tool, an output that is not there."""
    if compiler == "builtin":
        return _builtin(mpool, wanted)
    if compiler == "prebuilt":
        return _prebuilt(board, wanted)
    if compiler == "stedgeai":
        return _stedgeai(board, mpool, wanted)
    raise IngotError(f"there is no compiler '{compiler}'", where="compiler", remedy=did_you_mean(compiler, COMPILERS))


def takes_images(manifest: Manifest) -> bool:
    """Whether the application of a model feeds it from the camera."""
    from ingot.use_cases.config_files import SIGNALS

    return str(manifest.postprocessing.get("type", "")) not in ("", *SIGNALS)


def _builtin(mpool: Mpool, wanted: Wanted) -> Job:
    from ingot.compiler.compile import output_names

    names = output_names(NAME, mpool)
    files = (names.source, names.header, names.info, names.report, names.raw)
    return Job("compile_network", files, names.source, names.info, (names.raw,), wanted.builtin)


def _prebuilt(board: Board, wanted: Wanted) -> Job:
    from ingot.st.prebuilt.files import output_files, written_raws
    from ingot.st.prebuilt.output import network_name, open_output

    if not wanted.st_output:
        raise IngotError(
            "compiler=prebuilt needs st_output=FOLDER (or a zip)",
            remedy="It is what `stedgeai generate` or ST's cloud wrote (st_ai_output).",
        )
    output = open_output(Path(wanted.st_output))
    name = network_name(output)
    source = f"{name}.c" if f"{name}.c" in output else ""
    reads = [output.path] if output.zipped else sorted(output.path / member for member in output.members.values())
    options = {"output": str(output.path), "st_pack": wanted.st_pack, "camera": wanted.camera, "title": wanted.title}
    options["signature"] = bool(wanted.stedgeai.get("check_signature", True))
    return Job(
        "take_prebuilt",
        output_files(output),
        source,
        f"{name}_c_info.json",
        written_raws(output),
        options,
        reads=tuple(reads),
        watch=[sorted(output.members.items()), *_pack_versions(wanted)],
        needs_model=False,
        lacks=_lacks("" if source else f"{name}.c is not in {output.path.name}", board, wanted),
        st_pack=wanted.st_pack,
        sources=_more_sources(output_files(output), source),
    )


def _stedgeai(board: Board, mpool: Mpool, wanted: Wanted) -> Job:
    from ingot.st.stedgeai.outputs import plan_outputs
    from ingot.st.stedgeai.request import Request
    from ingot.st.stedgeai.tool import find_tool

    tool = find_tool()
    settings = {key: value for key, value in wanted.stedgeai.items() if key != "check_signature"}
    declared = plan_outputs(tool, board, mpool, NAME, Request(**settings, reloc=wanted.reloc))
    options = {
        "settings": settings,
        "reloc": wanted.reloc,
        "st_pack": wanted.st_pack,
        "camera": wanted.camera,
        "title": wanted.title,
        "sha256": wanted.sha256,
        "timeout": wanted.st_timeout,
    }
    return Job(
        "run_stedgeai",
        declared.all(),
        declared.source,
        declared.info,
        declared.raws,
        options,
        watch=[*tool.signature, *_pack_versions(wanted)],
        lacks=_lacks("", board, wanted),
        st_pack=wanted.st_pack,
        sources=_more_sources(declared.all(), declared.source),
    )


def _lacks(without: str, board: Board, wanted: Wanted) -> str:
    """What is missing for a firmware, and nothing else. without: what the output itself lacks."""
    from ingot.st.stedgeai.pack import open_pack

    missing: Sequence[str] = [without] if without else []
    if board.chip != "stm32n6":
        return "; ".join([*missing, "ST's runtime for this chip is linked in ST's own project (ingot h747 patch)"])
    if not wanted.st_pack:
        missing = [*missing, "st_pack= is not given (ST's runtime: an ST Edge AI install or a GettingStarted checkout)"]
    else:
        names = open_pack(Path(wanted.st_pack)).missing
        missing = [*missing, *([f"{wanted.st_pack} lacks {', '.join(names)}"] if names else [])]
    return "; ".join(missing)


def _pack_versions(wanted: Wanted) -> list[str]:
    """The versions in st_pack=, which the network is compared with: another pack at the same place compares again."""
    if not wanted.st_pack:
        return []
    from ingot.st.stedgeai.pack import open_pack

    pack = open_pack(Path(wanted.st_pack))
    return [str(pack.ll_aton), str(pack.library_version), str(pack.runtime)]


def _more_sources(files: Sequence[str], source: str) -> tuple[str, ...]:
    """C files beside network.c (stai_network.c) that the application may call."""
    return tuple(name for name in files if name.endswith(".c") and name != source)
