"""What one network on one board consists of, for any shell: steps, sources, folders, flags.

Everything follows from the board's file, its pools and the model.yaml; no model is read and nothing is run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingot.base.file_names import network_name
from ingot.base.places import ROOT, firmware_dir, kernels_dir
from ingot.board import Board, find_board, load_board
from ingot.board.fit import load_pools
from ingot.compiler.compile import OutputNames, output_names
from ingot.link import toolchain
from ingot.model import Manifest, find_model, find_source
from ingot.model.manifest import MODEL_SUFFIXES, bare_manifest
from ingot.recipe import sources as firmware
from ingot.recipe.step import Files, Step
from ingot.use_cases.config_files import config_files


@dataclass(frozen=True)
class Request:
    """What a shell asks for. model, board: names, or paths. name: C name of the network. out: folder of its files.

    io_placement, io_input, input_shape: "" for the model.yaml's.
    app: an application of firmware/apps or a folder, "" for the user's own.
    launcher: what stands before the compiler's name when C is compiled, such as ccache.
    beside, in_turn: the descriptions (c_info) of the firmware's networks that are placed before this one: of those that
    may run at the same time, and of those that never do.
    """

    model: str
    board: str
    out: str
    name: str = "network"
    twin: bool = False
    app: str = ""
    optimize: str = "balanced"
    launcher: str = ""
    fuse: bool = True
    io_placement: str = ""
    io_input: str = ""
    input_shape: str = ""
    stack: int | None = None
    heap: int | None = None
    beside: tuple[str, ...] = ()
    in_turn: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        network_name(self.name, "name")


def near(path: Path | str) -> str:
    """A path as build files should show it: relative to the working folder where it is below that, else absolute."""
    whole = Path(os.path.abspath(path))
    try:
        return whole.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return whole.as_posix()


class Parts:
    """The parts of one request. Raises IngotError for a board or model that is not there."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.board: Board = load_board(find_board(request.board, ROOT / "boards"))
        self.manifest: Manifest = _manifest(request.model)
        self.board_file = near(self.board.path)
        self.pools_file = near(self.board.pools_file)
        self.names: OutputNames = output_names(request.name, load_pools(self.board))

    # ---- files

    def path(self, name: str) -> str:
        """A file in the folder of this network."""
        return f"{self.request.out}/{name}"

    @property
    def files(self) -> list[str]:
        """What the compiler writes, in the order that the step takes."""
        names = self.names
        return [self.path(name) for name in (names.source, names.header, names.info, names.report, names.raw)]

    @property
    def source(self) -> str:
        return self.path(self.names.source)

    @property
    def info(self) -> str:
        return self.path(self.names.info)

    @property
    def raws(self) -> list[str]:
        return [self.path(self.names.raw)]

    @property
    def script(self) -> str:
        return self.path(f"{self.request.name}.ld" if not self.request.app else "firmware.ld")

    @property
    def manifest_file(self) -> str:
        return near(self.manifest.path)

    # ---- steps

    def obtain(self, made: str) -> tuple[str, Step | None]:
        """The model's file, and the step that makes it when it is not on this machine."""
        found = find_source(self.manifest)
        if found is not None:
            return near(found), None
        target = f"{made}/{self.manifest.name}/{Path(self.manifest.source.file).name}"
        options = {"manifest": self.manifest_file, "require_real": False}
        return target, Step("obtain_model", {}, {"model": target}, options)

    def compile(self, model: str) -> Step:
        """Compiles the network from the model's file."""
        asked = self.request
        options = {
            "twin": asked.twin,
            "name": asked.name,
            "title": self.manifest.title,
            "sha256": self.manifest.source.sha256 or None,
            **self.manifest.io(asked.io_placement, asked.io_input, asked.input_shape),
            "optimize": asked.optimize,
            "fuse": asked.fuse,
        }
        files: dict[str, Files] = {"model": model, "board": self.board_file}
        if asked.beside:
            files["beside"] = list(asked.beside)
        if asked.in_turn:
            files["in_turn"] = list(asked.in_turn)
        return Step("compile_network", files, {"outputs": self.files}, options)

    def linker_script(self) -> Step:
        asked = self.request
        options = {
            "twin": asked.twin,
            "app": "validate" if asked.app in ("validate", "together") else "",
            "stack": self.manifest.stack if asked.stack is None else asked.stack,
            "heap": self.manifest.heap if asked.heap is None else asked.heap,
        }
        return Step("linker_script", {"c_info": self.info, "board": self.board_file}, {"script": self.script}, options)

    def app_config(self) -> Step:
        family = str(self.manifest.postprocessing.get("type", ""))
        beside = [self.path(name) for name in config_files(family, self.board.app_abi)]
        files = {"header": self.path("app_config.h"), "beside": beside}
        return Step(
            "app_config", {"c_info": self.info}, files, {"manifest": self.manifest_file, "abi": self.board.app_abi}
        )

    def weights_hex(self) -> Step:
        hexfiles = [f"{raw[:-4]}.hex" for raw in self.raws]
        return Step("weights_hex", {"c_info": self.info, "raws": self.raws}, {"hexfiles": hexfiles})

    def binaries(self, elf: str) -> Step:
        stem = elf.removesuffix(".elf")
        files = {"elf": elf, "board": self.board_file}
        return Step("binaries", files, {"binary": f"{stem}.bin", "hexfile": f"{stem}.hex"})

    def check(self, elf: str) -> Step:
        files = {"elf": elf, "c_info": self.info, "raws": self.raws, "board": self.board_file}
        results = {"memory_map": self.path("memory_map.txt"), "summary": self.path("summary.json")}
        return Step("check_firmware", files, results, {"twin": self.request.twin})

    def verify(self, elf: str, model: str, samples: int = 3, seed: int = 1) -> Step:
        files = {"elf": elf, "c_info": self.info, "model": model, "board": self.board_file}
        return Step("verify", files, {}, {"samples": samples, "seed": seed})

    def emulate(self, elf: str) -> Step:
        return Step("emulate", {"elf": elf, "c_info": self.info, "board": self.board_file}, {})

    # ---- C

    @property
    def kernels(self) -> list[str]:
        return [near(path) for path in firmware.kernel_sources()]

    @property
    def kernel_folders(self) -> list[str]:
        return [near(kernels_dir()), near(firmware_dir() / "runtime")]

    @property
    def runtime(self) -> list[str]:
        return [near(ROOT / name) for name in toolchain.RUNTIME_SOURCES]

    @property
    def startup(self) -> list[str]:
        """Vectors, reset and what a board (or its twin) needs before main(); for who has no startup code."""
        own = toolchain.TWIN_SOURCES if self.request.twin else toolchain.board_sources(self.board.chip)
        return [near(ROOT / name) for name in (*toolchain.STARTUP_SOURCES, *own)]

    @property
    def application(self) -> list[str]:
        """C files of the request's application."""
        folder = firmware.application_folder(self.request.app)
        further = [ROOT / name for name in self._extras.get("sources", [])]
        return [near(path) for path in (*toolchain.application_sources(folder, self.request.twin), *further)]

    @property
    def _extras(self) -> dict[str, Any]:
        """What the application's application.json asks for."""
        if not self.request.app:
            return {}
        return firmware.application_extras(firmware.application_folder(self.request.app))

    @property
    def application_folder(self) -> str:
        return near(firmware.application_folder(self.request.app))

    @property
    def folders(self) -> list[str]:
        """For #include: the network's folder, the application's, Ingot's."""
        own = [self.application_folder] if self.request.app else []
        own += [near(ROOT / name) for name in self._extras.get("include", [])]
        return [self.request.out, *own, *(near(ROOT / name) for name in toolchain.INCLUDE_DIRS)]

    @property
    def defines(self) -> Mapping[str, str | int]:
        own = toolchain.startup_defines(self.board.icache, self.board.dcache and not self.request.twin, self.board.baud)
        served = {"INGOT_NETWORK": self.request.name} if self._serves_another_name else {}
        return {**own, **served, **self._extras.get("defines", {})}

    @property
    def _serves_another_name(self) -> bool:
        return self.request.app == "validate" and self.request.name != "network"

    def flags(self, role: str) -> list[str]:
        """Of the C compiler. role: "kernels", "network" or "firmware"."""
        return toolchain.compile_flags(self.board.core, role)

    @property
    def link_flags(self) -> list[str]:
        return toolchain.link_flags(self.board.core, self.script)

    @property
    def prefix(self) -> str:
        """Of the toolchain's commands."""
        return str(toolchain.settings()["prefix"])


def _manifest(word: str) -> Manifest:
    """What the model means; a model file may be one that the build makes first."""
    path = Path(word)
    return bare_manifest(path) if path.suffix in MODEL_SUFFIXES else find_model(word, ROOT / "models")


def prefix_maps() -> list[str]:
    """Flags that keep this machine's folders out of objects."""
    return [f"-ffile-prefix-map={folder}=." for folder in sorted({os.getcwd(), str(ROOT)})]
