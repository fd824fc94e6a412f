# SPDX-License-Identifier: Apache-2.0
"""How a firmware is put together: its networks, C files, link, proof and flash files. The only place that does."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ingot.base.places import near
from ingot.model import Manifest
from ingot.model.asked import PART_OPTIONS
from ingot.recipe.job import CompileJob, Job, LinkJob, StepJob
from ingot.recipe.kernels import kernel_archive
from ingot.recipe.network import NetworkBuild
from ingot.recipe.request import Request
from ingot.recipe.step import Files, Step
from ingot.several.names import check_names
from ingot.st.stedgeai.pack import SOURCE_FLAGS
from ingot.st.stedgeai.replaced import REPLACED, RUNTIME

#: Steps at whose end a firmware is built and proven.
PROOFS = ("check_firmware", "check_network")

#: Applications that install relocatable images: they include reloc_places.h.
LOADERS = ("model_host", "model_update")


class FirmwareBuild:
    """One or several networks in one firmware, in the order in which they were placed.

    What is there once (runtime, script, proof) goes by the first. program: whose application, folder and C settings
    the firmware has, by default the first network's; its application may be the user's own, whose objects the shell
    brings. stem: what the names of the files about the program begin with, by default its folder.
    """

    def __init__(self, networks: Sequence[NetworkBuild], program: NetworkBuild | None = None, stem: str = "") -> None:
        check_names([network.name for network in networks])
        self.networks = tuple(networks)
        self.first, self.others = self.networks[0], self.networks[1:]
        self.program = program or self.first
        self.stem = stem or f"{self.program.request.out}/"

    @classmethod
    def of(cls, requests: Sequence[Request]) -> FirmwareBuild:
        return cls([NetworkBuild(request) for request in requests])

    # ---- files

    @property
    def infos(self) -> list[str]:
        return [network.info for network in self.networks]

    @property
    def raws(self) -> list[str]:
        return [raw for network in self.networks for raw in network.raws]

    @functools.cached_property
    def headers(self) -> list[str]:
        """Generated headers that C files of the firmware may include."""
        own = [name for network in self.networks for name in network.generated_headers]
        own += [name for name in self.program.settings if name.endswith(".h") and name not in own]
        about = self._headers
        return [*own, *about, *([self.stamp()] if about else [])]

    @property
    def _headers(self) -> list[str]:
        """Generated headers that are about the firmware as a whole."""
        return [*([self.networks_header] if self.others else []), *([self.places_header] if self._loads else [])]

    def stamp(self, script: str = "") -> str:
        """Is there when the linker script and the firmware's own headers are as generated."""
        return f"{script or self.script}.intact"

    @property
    def script(self) -> str:
        """The linker script; around a single network of a user's own program it has that network's name."""
        return self.program.path("firmware.ld") if self.others else self.program.script

    @property
    def networks_header(self) -> str:
        return self.program.path("ingot_networks.h")

    @property
    def places_header(self) -> str:
        """Where the board keeps relocatable images; for the application that loads them."""
        return self.program.path("reloc_places.h")

    @property
    def _loads(self) -> bool:
        return Path(self.program.request.app).name in LOADERS

    @functools.cached_property
    def folders(self) -> list[str]:
        """For #include."""
        return list(dict.fromkeys([*self.program.folders, *(network.request.out for network in self.networks)]))

    @property
    def lacks(self) -> str:
        """Why no firmware can be linked, "" when one can."""
        return "; ".join(
            dict.fromkeys(network.compilation.lacks for network in self.networks if network.compilation.lacks)
        )

    @property
    def _archive(self) -> str:
        """Of the kernels; of a single network it lies beside it, whatever the application."""
        if self.others:
            return self.program.path("obj/libingot_kernels.a")
        return self.first.path(f"obj/lib{self.first.name}_kernels.a")

    @property
    def libraries(self) -> list[str]:
        """What is linked behind all objects: the kernels, and the library of ST's runtime."""
        st = self.first.st_runtime
        return [*([self._archive] if self._calls_kernels else []), *([near(st.library)] if st else [])]

    @property
    def _calls_kernels(self) -> bool:
        return self.first.compilation.kernels or not self.first.st_runtime

    # ---- jobs of steps

    def generate_networks(self) -> list[Job]:
        """The networks and their settings."""
        parts = [(*one.obtaining, one.compile(), one.app_config(), one.intact()) for one in self.networks]
        return [job for jobs in parts for job in jobs if job]

    def generate(self, script: str = "") -> list[Job]:
        """What the program needs beside the networks: the linker script, and headers."""
        jobs: list[Job] = [self.linker_script(script)]
        if self.others:
            inputs = {"c_infos": self.infos}
            jobs.append(StepJob(Step("networks_header", inputs, {"header": self.networks_header})))
        if self._loads:
            board: dict[str, Files] = {"board": self.first.board_file}
            twin = {"twin": self.program.request.twin}
            places = Step("reloc_places", board, {"header": self.places_header}, twin)
            jobs.append(StepJob(places, self.first.beside_board))
        return [*jobs, self.intact(script)]

    def intact(self, script: str = "") -> StepJob:
        """Looks at the linker script and the firmware's own headers before they are used."""
        texts = [script or self.script, *self._headers]
        return StepJob(Step("intact", {"texts": texts}, {"stamp": self.stamp(script)}))

    def linker_script(self, script: str = "") -> StepJob:
        request, manifest = self.program.request, self.program.manifest
        options = {
            "twin": request.twin,
            "app": "validate" if request.app in ("validate", "together", *LOADERS) else "",
            "stack": manifest.stack if request.stack is None else request.stack,
            "heap": manifest.heap if request.heap is None else request.heap,
            **({"loads": True} if self._loads else {}),
        }
        inputs: dict[str, Files] = {"c_info": self.first.info, "board": self.first.board_file, **self._other_infos}
        step = Step("linker_script", inputs, {"script": script or self.script}, options)
        return StepJob(step, self.first.beside_board)

    @property
    def _other_infos(self) -> dict[str, Files]:
        return {"others": [network.info for network in self.others]} if self.others else {}

    def check(self, elf: str) -> StepJob:
        """The proof: of a finished ELF, or without one ("") of where the network lies."""
        memory_map, summary = f"{self.stem}memory_map.txt", f"{self.stem}summary.json"
        if elf:
            job = proof_job(
                elf, self.infos, self.raws, self.first.board_file, self.first.request.twin, memory_map, summary
            )
            return self._with_budget(replace(job, also=self.first.beside_board))
        inputs: dict[str, Files] = {"c_info": self.first.info, "raws": self.raws, "board": self.first.board_file}
        results = {"memory_map": memory_map, "summary": summary}
        step = Step("check_network", inputs, results, {"lacks": self.lacks})
        return self._with_budget(StepJob(step, self.first.beside_board))

    def _with_budget(self, proof: StepJob) -> StepJob:
        """A budget is of the board's firmware, and stands in the first network's model.yaml."""
        return proof if self.first.request.twin else with_budget(proof, self.first.manifest, self.first.manifest_file)

    def application_stem(self, elf: str) -> str:
        """What the application's files for flash are called, without .bin and .hex."""
        return self.stem.removesuffix("_") if self.stem.endswith("_") else elf.removesuffix(".elf")

    def flash_files(self, elf: str, weights: bool = True) -> list[Job]:
        """What is written to flash: the application (without an ELF none) and each network's weights."""
        jobs: list[Job] = []
        if elf:
            stem = self.application_stem(elf)
            binaries = binaries_job(elf, self.first.board_file, f"{stem}.bin", f"{stem}.hex")
            jobs.append(replace(binaries, also=self.first.beside_board))
        return [*jobs, *(job for network in self.networks if weights and (job := network.weights_hex()))]

    # ---- jobs of C

    def objects(self, *roles: str) -> list[CompileJob]:
        """The object files of some roles ("application", "network", "runtime" with ST's, "startup").

        They stand in the order in which every shell links them.
        """
        program = self.program
        files = {
            "application": [("firmware", source) for source in program.application],
            "network": [("network", source) for network in self.networks for source in network.sources],
            "runtime": [("firmware", source) for source in program.runtime]
            + [("st", near(path)) for path in (program.st_runtime.sources if program.st_runtime else ())],
            "startup": [("firmware", source) for source in program.startup],
        }
        return [self._compiled(kind, source) for role in files if role in roles for kind, source in files[role]]

    def objects_alone(self, *roles: str, brought: Sequence[str] = ()) -> list[CompileJob]:
        """The same, each network's as if it were alone: for a user's own program, who may ask for each network's.

        brought: file names of the program's own sources. With the runtime among them there is no second one.
        """
        networks = [job for network in self.networks for job in FirmwareBuild([network]).objects("network")]
        others = FirmwareBuild([self.first]).objects(*(role for role in roles if role != "network"))
        if RUNTIME in brought:
            st = self.first.st_runtime
            left = {*REPLACED, *brought, *(path.name for path in (st.sources if st else ()))}
            others = [job for job in others if Path(job.source).name not in left]
        return [*(networks if "network" in roles else []), *others]

    def _compiled(self, kind: str, source: str) -> CompileJob:
        """kind: "firmware", "network", or "st" for C files of ST's, whose warnings are not ours to mend."""
        program = self.program
        stem = Path(source).stem if kind == "network" else object_stem(source)
        flags = program.flags("network" if kind == "st" else kind)
        return CompileJob(
            target=program.path(f"obj/{'st_' if kind == 'st' else ''}{stem}.o"),
            source=source,
            compiler=program.compiler,
            flags=(*flags, *SOURCE_FLAGS) if kind == "st" else tuple(flags),
            defines=program.defines,
            folders=tuple(self.folders),
            headers=tuple(self.headers),
            group=f"firmware|files for {program.request.out}",
        )

    def kernels(self) -> list[Job]:
        """The job of the kernels' archive; none where no network calls them."""
        return [kernel_archive(self.networks, self._archive)] if self._calls_kernels else []

    def link(self, elf: str, objects: Sequence[str], script: str = "") -> LinkJob:
        """The firmware's link. objects: in order."""
        program = self.program
        return LinkJob(
            elf=elf,
            map_file=f"{elf.removesuffix('.elf')}.map",
            objects=tuple(objects),
            libraries=tuple(self.libraries),
            script=script or self.script,
            intact=self.stamp(script),
            compiler=program.compiler,
            flags=tuple(program.link_flags),
        )

    def build(self) -> tuple[list[Job], str]:
        """The jobs from the networks' files to the ELF of the application, and the ELF; "" where it lacks something."""
        if self.lacks:
            return self.generate(), ""
        elf = self.program.path("firmware.elf")
        objects = self.objects("application", "network", "runtime", "startup")
        link = self.link(elf, [job.target for job in objects])
        return [*self.generate(), *self.kernels(), *objects, link], elf

    # ---- the twin

    @property
    def emulated(self) -> bool:
        """Whether the board has an emulated twin."""
        return self.first.board.twin is not None

    @property
    def has_twin(self) -> bool:
        """Whether there is a firmware for the twin: it runs what the built-in compiler makes of the models' files."""
        return self.emulated and all(network.model for network in self.networks)

    def twin(self, app: str = "") -> FirmwareBuild:
        """The same networks for the board's emulated twin. app: in place of the application that verifies them."""
        app = app or ("together" if self.others else "validate")
        infos: dict[str, str] = {}
        members = []
        for network in self.networks:
            there = network.request.for_twin(app, infos)
            members.append(NetworkBuild(there, model=network.model))
            infos[network.info] = members[-1].info
        return FirmwareBuild(members)

    def with_app(self, app: str, folder: str) -> FirmwareBuild:
        """The same networks, whose files stay where they are, with another application in a folder of its own."""
        # Settings of the application lie where the board's files are; the twin has none of its own.
        config = self.first.request.config or self.first.request.out
        request = replace(self.first.request, app=app, out=folder, config=config)
        return FirmwareBuild(self.networks, NetworkBuild(request, model=self.first.model))


def proof_job(
    elf: str, infos: Sequence[str], raws: Sequence[str], board: str, twin: bool, memory_map: str, summary: str
) -> StepJob:
    """The proof of a finished ELF. infos: descriptions of its networks, the one that the script was made for first."""
    others: dict[str, Files] = {"others": list(infos[1:])} if infos[1:] else {}
    inputs: dict[str, Files] = {"elf": elf, "c_info": infos[0], "raws": list(raws), "board": board, **others}
    results = {"memory_map": memory_map, "summary": summary}
    return StepJob(Step("check_firmware", inputs, results, {"twin": twin}))


def with_budget(proof: StepJob, manifest: Manifest, manifest_file: str) -> StepJob:
    """The proof with the limits of a model.yaml. What it writes stays where it fails: the summary of the last build
    within its budget tells what grew."""
    if not manifest.budget:
        return proof
    options = {**proof.step.options, "manifest": manifest_file}
    return replace(proof, step=replace(proof.step, options=options), watch=dict(manifest.budget), keep=True)


def binaries_job(elf: str, board: str, binary: str, hexfile: str) -> StepJob:
    """The application as it is written to flash."""
    return StepJob(Step("binaries", {"elf": elf, "board": board}, {"binary": binary, "hexfile": hexfile}))


def object_stem(source: str) -> str:
    """A name for an object file that no other source of the firmware has."""
    path = Path(source)
    return f"{path.parent.name}_{path.stem}"


def place_together(first: Request, others: Sequence[tuple[str, str]], in_turn: bool) -> list[Request]:
    """Requests of several networks in one firmware: the first, and (C name, model) of those behind it.

    in_turn: no two of them ever run at the same time.
    """
    requests = [first]
    for name, model in others:
        before = tuple(NetworkBuild(request).info for request in requests)
        # What was given of a file is about the first network's; of others it is in their model.yaml.
        options = first.options.changed(**dict.fromkeys(PART_OPTIONS, ""))
        here = replace(first, name=name, model=model, out=f"{first.out}/{name}", options=options)
        requests.append(replace(here, in_turn=before) if in_turn else replace(here, beside=before))
    return requests
