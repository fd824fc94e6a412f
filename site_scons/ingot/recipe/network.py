# SPDX-License-Identifier: Apache-2.0
"""How one network on one board is built, for any shell: its files, steps, C files and flags.

Everything follows from the request, the board's file, its pools and the model.yaml; no model is read, nothing is run.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.base.places import ROOT, firmware_dir, kernels_dir, near
from ingot.board import find_board
from ingot.board.known import board_and_pools
from ingot.link import sources, toolchain
from ingot.link.sources import application_extras, application_folder
from ingot.model import Manifest, find_model, find_source
from ingot.model.manifest import bare_manifest, is_model_file
from ingot.recipe.asked import asked_of
from ingot.recipe.compilers import Compilation, Settings, compilation_of
from ingot.recipe.job import StepJob
from ingot.recipe.quantize import quantize_jobs
from ingot.recipe.request import Request
from ingot.recipe.step import Files, Step
from ingot.st.stedgeai.replaced import REPLACED
from ingot.use_cases.config_files import config_files


class NetworkBuild:
    """How the network of one request is built. Raises IngotError for a board, model or output that is not there.

    model: the file that the shell builds itself, "" for the one that the request names.
    """

    def __init__(self, request: Request, reloc: bool = False, model: str = "") -> None:
        self.request = request
        self.reloc = reloc
        self.board, pools = board_and_pools(find_board(request.board, ROOT / "boards"))
        self.manifest: Manifest = _manifest(request.model)
        self.board_file = near(self.board.path)
        #: What is read with the board's file: its pools, and the file of its chip.
        self.beside_board = tuple(near(path) for path in (self.board.pools_file, *self.board.files[1:]))
        # No emulator has the NPU: the twin always runs what the built-in compiler makes of the model.
        compiler = "builtin" if request.twin else request.options.text("compiler")
        settings = Settings.of(request.options, self.manifest, request.name, reloc)
        self.compilation: Compilation = compilation_of(compiler, self.board, pools, settings)
        self.obtaining: tuple[StepJob, ...] = ()
        #: What the network waits for beside its files: the verdict on a quantized model.
        self._judged: tuple[str, ...] = ()
        self.model = model or self._find_model()

    # ---- files

    def path(self, name: str) -> str:
        """A file in the folder of this network."""
        return f"{self.request.out}/{name}"

    @property
    def name(self) -> str:
        return self.request.name

    @property
    def files(self) -> list[str]:
        """What the compiler writes, in the order that its step takes."""
        return [self.path(name) for name in self.compilation.files]

    @property
    def source(self) -> str:
        """network.c; "" where the compiler has none."""
        return self.path(self.compilation.source) if self.compilation.source else ""

    @property
    def header(self) -> str:
        """network.h; "" where the compiler has none."""
        name = f"{Path(self.compilation.source).stem}.h"
        return self.path(name) if name in self.compilation.files else ""

    @property
    def info(self) -> str:
        return self.path(self.compilation.info)

    @property
    def raws(self) -> list[str]:
        return [self.path(name) for name in self.compilation.raws]

    @property
    def hexfiles(self) -> list[str]:
        """The initializers at their flash addresses."""
        return [Path(raw).with_suffix(".hex").as_posix() for raw in self.raws]

    @property
    def config_header(self) -> str:
        """app_config.h; "" without a model.yaml, and for the twin, which takes the board's."""
        own = self.manifest.document is not None and not self.request.twin
        return self.path("app_config.h") if own else ""

    @property
    def script(self) -> str:
        return self.path("firmware.ld" if self.request.app else f"{self.name}.ld")

    @property
    def manifest_file(self) -> str:
        return near(self.manifest.path)

    @property
    def part(self) -> dict[str, Any]:
        """What of the file is the network: shapes of inputs that it leaves free, where it begins and ends."""
        return asked_of(self.request.options, self.manifest).part.changes

    @property
    def sources(self) -> list[str]:
        """All C files of the network."""
        return [name for name in (self.source, *map(self.path, self.compilation.sources)) if name]

    @property
    def configure_inputs(self) -> list[str]:
        """What decides which jobs there are; when one of these changes, build files are written again.

        Folders change when a file is added. Ingot's own modules change when another version is installed.
        """
        document = [self.manifest_file] if self.manifest.document is not None else []
        folders = [near(application_folder(self.request.app))] if self.request.app else []
        if self.manifest.quantize:
            folders.append(near(self.manifest.folder / self.manifest.quantize["calibration"]))
        folders += [near(kernels_dir()), near(firmware_dir() / "apps" / "validate")]
        here = Path(__file__).parent
        code = [near(path) for path in (*sorted(here.glob("*.py")), Path(sources.__file__), Path(toolchain.__file__))]
        return [self.board_file, *self.beside_board, *document, *folders, *code]

    # ---- jobs

    def _find_model(self) -> str:
        """The model's file, and the jobs that make it: of one that is not on this machine, or is to be quantized; ""
        where nobody needs it."""
        found, obtaining = self._find_source()
        self.obtaining = (obtaining,) if obtaining else ()
        if not self.manifest.quantize or not found:
            return found
        folder = f"{self.request.models}/{self.manifest.name}"
        target, jobs = quantize_jobs(self.manifest, found, folder, near)
        self.obtaining += tuple(jobs)
        self._judged = tuple(name for job in jobs[1:] for name in job.outputs)
        return target

    def _find_source(self) -> tuple[str, StepJob | None]:
        """The file of the model.yaml, and the job that makes it when it is not on this machine."""
        try:
            found = find_source(self.manifest)
        except IngotError:
            if self.compilation.needs_model:
                raise
            return "", None
        if found is not None:
            return near(found), None
        if not self.compilation.needs_model:
            return "", None
        source = self.manifest.source
        target = f"{self.request.models}/{self.manifest.name}/{Path(source.file).name}"
        options = {"manifest": self.manifest_file, "require_real": self.request.options.switch("require_real")}
        script = (near(source.stand_in),) if source.stand_in else ()
        step = Step("obtain_model", {}, {"model": target}, options)
        return target, StepJob(step, script, [source.file, source.sha256, source.url], label=source.file)

    def compile(self) -> StepJob:
        """Gives the network: compiled from the model's file, or taken over."""
        request, compilation = self.request, self.compilation
        inputs: dict[str, Files] = {**({"model": self.model} if self.model else {}), "board": self.board_file}
        for key, infos in (("beside", request.beside), ("in_turn", request.in_turn)):
            if infos:
                inputs[key] = list(infos)
        if compilation.step != "compile_network" and (request.beside or request.in_turn):
            raise IngotError(
                f"network '{self.name}' stands beside others, which only compiler=builtin can place",
                where=f"compiler={request.options.text('compiler')}",
            )
        options = {**compilation.options, **({"twin": True} if request.twin else {})}
        step = Step(compilation.step, inputs, {"outputs": self.files}, options)
        also = (*self.beside_board, *map(near, compilation.reads), *self._judged)
        label = f"{self.manifest.name} -> {self.source or self.info}"
        return StepJob(step, also, compilation.watch, label=label)

    def app_config(self) -> StepJob | None:
        """Writes app_config.h; None where there is none to write."""
        if not self.config_header:
            return None
        manifest = self.manifest
        family = str(manifest.postprocessing.get("type", ""))
        beside = [self.path(name) for name in config_files(family, self.board.app_abi)]
        options = {"manifest": self.manifest_file, "abi": self.board.app_abi, "st_pack": self.compilation.st_pack}
        step = Step("app_config", {"c_info": self.info}, {"header": self.config_header, "beside": beside}, options)
        return StepJob(step, watch=[dict(manifest.preprocessing), dict(manifest.postprocessing)])

    @property
    def stamp(self) -> str:
        """Is there when network.c, network.h and app_config.h are as generated; "" where none of them is Ingot's."""
        return self.path(f"{self.name}.intact") if self._built_in or self._texts else ""

    @property
    def _built_in(self) -> bool:
        return self.compilation.step == "compile_network"

    @property
    def _texts(self) -> list[str]:
        """Generated texts that tell by their last line whether they are as generated."""
        config = None if self.reloc else self.app_config()
        return [*([self.header] if self._built_in and self.header else []), *(config.outputs if config else ())]

    def intact(self) -> StepJob | None:
        """Looks at the generated C before it is compiled; None for that of other tools. It follows `app_config`."""
        if not self.stamp:
            return None
        info: dict[str, Files] = {"c_info": self.info} if self._built_in else {}
        also = (self.source,) if self._built_in and self.source else ()
        return StepJob(Step("intact", {**info, "texts": self._texts}, {"stamp": self.stamp}), also)

    def weights_hex(self) -> StepJob | None:
        """Writes the initializers as .hex; None where there is no initializer."""
        if not self.raws:
            return None
        inputs: dict[str, Files] = {"c_info": self.info, "raws": self.raws}
        return StepJob(Step("weights_hex", inputs, {"hexfiles": self.hexfiles}))

    @property
    def generated_headers(self) -> list[str]:
        """Headers that the C files of a firmware may include, and the stamp that says that they are as generated."""
        return [name for name in (self.header, self.config_header, self.stamp) if name]

    # ---- C

    @functools.cached_property
    def st_runtime(self) -> Any:
        """ST's runtime, where the firmware has it in place of Ingot's; else None."""
        ready = self.compilation.st_pack and not self.compilation.lacks
        return self.compilation.st_runtime() if ready else None

    @functools.cached_property
    def _extras(self) -> dict[str, Any]:
        """What the application's application.json asks for."""
        return application_extras(application_folder(self.request.app)) if self.request.app else {}

    @property
    def application(self) -> list[str]:
        """C files of the request's application, and of its settings where it reads tables."""
        if not self.request.app:
            return []
        folder = application_folder(self.request.app)
        own = [near(path) for path in toolchain.application_sources(folder, self.request.twin)]
        return [*own, *(file for file in self.settings if file.endswith(".c"))]

    @property
    def settings(self) -> list[str]:
        """Generated files of the application's settings, of one that reads them; the twin takes the board's."""
        if "sample" not in self._extras or self.manifest.document is None:
            return []
        folder = self.request.config or self.request.out
        family = str(self.manifest.postprocessing.get("type", ""))
        return [f"{folder}/{name}" for name in ("app_config.h", *config_files(family, self.board.app_abi))]

    @property
    def runtime(self) -> list[str]:
        """What runs the network's epochs: Ingot's own, or what of it is left beside ST's."""
        replaced = REPLACED if self.st_runtime else ()
        npu = toolchain.NPU_SOURCES[self.request.twin] if self._drives_npu else ()
        return [near(ROOT / name) for name in (*toolchain.RUNTIME_SOURCES, *npu) if Path(name).name not in replaced]

    @property
    def _drives_npu(self) -> bool:
        return self.compilation.drives_npu

    @property
    def startup(self) -> list[str]:
        """Vectors, reset and what a board (or its twin) needs before main(); for who has no startup code."""
        own = toolchain.TWIN_SOURCES if self.request.twin else toolchain.board_sources(self.board.chip)
        return [near(ROOT / name) for name in (*toolchain.STARTUP_SOURCES, *own)]

    @property
    def folders(self) -> list[str]:
        """For #include: the network's folder, ST's, the application's, Ingot's. ST's come before Ingot's namesakes."""
        request = self.request
        own = [near(application_folder(request.app))] if request.app else []
        npu = (toolchain.NPU_INCLUDE,) if self._drives_npu else ()
        own += [near(ROOT / name) for name in (*self._extras.get("include", []), *toolchain.INCLUDE_DIRS, *npu)]
        st = [near(path) for path in self.st_runtime.include] if self.st_runtime else []
        return list(dict.fromkeys([request.out, *([request.config] if request.config else []), *st, *own]))

    @property
    def defines(self) -> Mapping[str, str | int]:
        own = toolchain.startup_defines(self.board.icache, self.board.dcache and not self.request.twin, self.board.baud)
        name = self.compilation.c_name or self.name
        served = self.request.app == "validate" and name != "network"
        st = self.st_runtime.defines if self.st_runtime else {}
        own |= {"INGOT_NPU": 1} if self._drives_npu and not self.st_runtime else {}
        return {**own, **({"INGOT_NETWORK": name} if served else {}), **self._extras.get("defines", {}), **st}

    def flags(self, role: str) -> list[str]:
        """Of the C compiler. role: "kernels", "network" or "firmware"."""
        st = self.st_runtime.flags if self.st_runtime and role != "kernels" else ()
        return [*toolchain.compile_flags(self.board.core, role), *st, *self.request.ccflags]

    @property
    def link_flags(self) -> list[str]:
        """Of the linker, behind objects and libraries; without the script."""
        return [*toolchain.link_flags(self.board.core), *(["-lm"] if self.st_runtime else [])]

    @property
    def compiler(self) -> str:
        """The C compiler's program."""
        return f"{toolchain.settings()['prefix']}gcc"

    @property
    def archiver(self) -> str:
        return f"{toolchain.settings()['prefix']}ar"


def _manifest(word: str) -> Manifest:
    """What the model means; a model file may be one that the build makes first."""
    path = Path(word)
    return bare_manifest(path) if is_model_file(path) else find_model(word, ROOT / "models")
