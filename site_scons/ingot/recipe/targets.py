# SPDX-License-Identifier: Apache-2.0
"""What users ask for by name, as jobs: emulate, verify, validate, report, check, flash, sign, reloc and its kin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.base.file_names import file_name
from ingot.link.sources import application_folder, application_sample
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.image import ImageBuild
from ingot.recipe.job import Job, StepJob
from ingot.recipe.options import Options
from ingot.recipe.step import Files, Step
from ingot.report.verdict import VERDICT_FILE

#: Names of targets that run something, in the order of help texts -> what they do.
TARGETS = {
    "firmware": "firmware, weights, reports and the proof that nothing overlaps (the default)",
    "check": "prove that nothing overlaps, and show the memory map",
    "emulate": "run the network once on the board's twin in QEMU",
    "verify": "compare outputs on the twin with LiteRT's reference kernels, byte for byte; the NPU's on the simulator",
    "validate": "the same over a serial line, of a board (port=) or of the twin, with a table of the epochs",
    "flash": "write to the board what changed: weights and application (dry_run=1 shows the commands)",
    "sign": "the application with the boot header of an STM32N6",
    "sbom": "a bill of materials of the firmware (SPDX): models, weights, kernels, libraries, tools",
    "bounds": "the most stack that an inference can take, from the call graph, and its longest epoch, as C macros",
    "report": "one page with the memory over time, the address map and the epochs",
    "npu": "list the epochs of the NPU in what ST's compiler made, and what they cost at least",
    "info": "show what the model consists of",
    "reloc": "the network as a relocatable image, to be installed by firmware in the field",
    "reloc-verify": "install the image on the twin, in place and copied, at several addresses, and compare its outputs",
    "load-and-run": "put the image on the board of port=, or on the twin, run it and show what it costs",
}


NPU_REMEDY = "compiler=prebuilt or compiler=stedgeai makes them, for a board with an STM32N6."


class Targets:
    """The jobs behind the names, around the firmware for a board and the one for its twin.

    elf, twin_elf: the finished firmware, "" where there is none. options: how it is run, by default as the first
    network's request says. Raises IngotError where an option's file is missing.
    """

    def __init__(
        self,
        firmware: FirmwareBuild,
        elf: str,
        twin: FirmwareBuild | None,
        twin_elf: str = "",
        options: Options | None = None,
    ) -> None:
        self.firmware, self.elf, self.twin, self.twin_elf = firmware, elf, twin, twin_elf
        self.network, self.options = firmware.first, options or firmware.first.request.options
        self.board = {"board": self.network.board_file}
        self.compiler = self.options.text("compiler")

    # ---- what is shown

    def check(self) -> StepJob:
        """Shows the memory map of a firmware whose proof has passed."""
        memory_map = self.firmware.check(self.elf).outputs[0]
        return _run("check", Step("show_map", {"memory_map": memory_map}, {}), label=memory_map)

    def info(self) -> StepJob:
        options = self.network.part
        return _run("info", Step("info", {"model": self._model}, {}, options), label=self._model)

    def report(self) -> list[Job]:
        """Prints the report, and writes it as a page; with profile=1 with what each epoch costs on the twin."""
        jobs: list[Job] = []
        proof = self.firmware.check(self.elf)
        inputs: dict[str, Files] = {"c_info": self.network.info, "summary": proof.outputs[1]}
        if self.options.switch("profile") and self.twin:
            jobs.append(self._measured(self.twin))
            inputs["costs"] = jobs[0].outputs[0]
        page, base = self.firmware.program.path("report.html"), self.options.text("base")
        options = {"base": base}
        if self.elf:
            options["map_file"] = f"{self.elf.removesuffix('.elf')}.map"
        if verdict := self._verdict:
            options["verdict"] = verdict
        step = Step("report", inputs, {"page": page}, options)
        return [*jobs, StepJob(step, (base,) if base else (), target="report", always=True, label=page)]

    def bounds(self) -> list[Job]:
        """What a real-time program has to know of an inference: stack and longest epoch."""
        inputs: dict[str, Files] = {"elf": self._elf("bounds"), "c_info": self.network.info}
        jobs: list[Job] = []
        if self.twin:
            jobs.append(self._measured(self.twin))
            inputs["costs"] = jobs[0].outputs[0]
        stem = f"{self.firmware.program.request.out}/{self.network.name}_bounds"
        step = Step("bounds", inputs, {"header": f"{stem}.h", "facts": f"{stem}.json"})
        return [*jobs, StepJob(step, target="bounds")]

    def _measured(self, twin: FirmwareBuild) -> StepJob:
        """Instructions of each epoch on the twin."""
        inputs = {"elf": self.twin_elf, "c_info": twin.first.info, **self.board}
        step = Step("measure_epochs", inputs, {"costs": twin.program.path("epochs.json")})
        return StepJob(step, (*self._proof_of(twin, self.twin_elf), *twin.raws))

    # ---- on the twin

    def emulate(self) -> list[Job]:
        """Runs the twin once: the network alone, or with app= an application with its own output."""
        twin, app = self.require_twin("emulate"), self.options.text("app")
        jobs: list[Job] = []
        step, elf, more = "emulate", self.twin_elf, {}
        if app not in ("", "validate"):
            step, more["sample"] = "run_app", application_sample(application_folder(app))
            name = file_name(Path(app).resolve().name, "the folder of app=")
            with_app = twin.with_app(app, twin.program.path(name))
            jobs, elf = with_app.build()
        inputs: dict[str, Files] = {"elf": elf, "c_info": twin.first.info, **self.board}
        options: dict[str, Any] = {
            "input": self._input(),
            **self.options.pick("seed"),
            "compiler": self.compiler,
            **more,
        }
        options["manifest"] = self.network.manifest_file
        if step == "emulate":
            options |= self.options.pick("save")
        return [*jobs, self._on_twin("emulate", Step(step, inputs, {}, options))]

    @property
    def _verdict(self) -> str:
        """What `verify` writes, beside what it ran; "" where nothing can be run."""
        ran = self.network.info if self.on_npu else self.twin_elf
        return Path(ran).with_name(VERDICT_FILE).as_posix() if ran else ""

    @property
    def on_npu(self) -> bool:
        """Whether `verify` judges the network's epochs on the NPU, which no twin has."""
        return self.network.compilation.npu and not self.firmware.others

    def npu(self) -> StepJob:
        """Lists the epochs of the NPU, and what they cost at least."""
        compilation = self.network.compilation
        if not compilation.npu and not compilation.drives_npu:
            raise IngotError("the network has no epochs for the NPU", where="npu", remedy=NPU_REMEDY)
        return _run("npu", Step("list_npu", self._npu_inputs(), {}), label=self.network.source)

    def _npu_inputs(self) -> dict[str, Files]:
        return {"c_info": self.network.info, "files": self.network.files}

    def verify(self) -> StepJob:
        """Compares the twin's outputs with the reference's; epochs of the NPU on the simulator."""
        if self.on_npu:
            given: dict[str, Any] = self.options.pick("samples", "seed")
            given |= {"input": self._input(), "manifest": self.network.manifest_file}
            judged = Step("verify_npu", {"model": self._model, **self._npu_inputs()}, {"verdict": self._verdict}, given)
            return replace(_run("verify", judged, self._input_file(), self.network.source), keep=True)
        twin = self.require_twin("verify")
        models = [network.model for network in twin.networks]
        options: dict[str, Any] = self.options.pick("samples", "seed")
        if twin.others:
            inputs: dict[str, Files] = {"elf": self.twin_elf, "c_infos": twin.infos, "models": models, **self.board}
            return self._on_twin("verify", Step("verify_together", inputs, {}, options))
        inputs = {"elf": self.twin_elf, "c_info": twin.first.info, "model": models[0], **self.board}
        options |= {"input": self._input(), "compiler": self.compiler, "manifest": self.network.manifest_file}
        step = Step("verify", inputs, {"verdict": self._verdict}, options)
        return replace(self._on_twin("verify", step), keep=True)

    def validate(self) -> StepJob:
        """Asks the firmware: a board's with port=, else the twin's."""
        port = self.options.text("port")
        which = self.firmware if port else self.require_twin("validate")
        inputs: dict[str, Files] = {"c_info": which.first.info, "model": self._model, **self.board}
        also = [*which.raws, *self._input_file()]
        if not port:
            inputs["elf"] = self.twin_elf
            also += self._proof_of(which, self.twin_elf)
        options = {"port": port, "input": self._input(), **self.options.pick("baud", "samples", "seed", "save")}
        options["manifest"] = self.network.manifest_file
        return _run("validate", Step("validate", inputs, {}, options), also, port or self.network.board.name)

    # ---- on the board

    def sign(self) -> StepJob:
        """The application with its boot header, for the first-stage loader."""
        stem = self.firmware.application_stem(self._elf("sign"))
        step = Step("sign", {"binary": f"{stem}.bin", **self.board}, {"signed": f"{stem}-signed.bin"})
        return StepJob(step, self.network.beside_board, target="sign")

    def sbom(self) -> StepJob:
        """What the firmware was made of."""
        elf, networks = self._elf("sbom"), self.firmware.networks
        inputs: dict[str, Files] = {"elf": elf, "networks": self.firmware.infos, **self.board}
        manifests = [network.manifest_file for network in networks]
        also = [*self.network.beside_board, *self.firmware.raws, *(file for one in networks for file in one.sources)]
        also += [file for file, one in zip(manifests, networks, strict=True) if one.manifest.document is not None]
        outputs = {"out": f"{self.firmware.application_stem(elf)}.spdx.json"}
        return StepJob(Step("sbom", inputs, outputs, {"manifests": manifests}), tuple(also), target="sbom")

    def flash(self) -> StepJob:
        """Asks the board what is there, and writes the rest."""
        elf, proof, fsbl = self._elf("flash"), self.firmware.check(self.elf), self.options.text("fsbl")
        inputs: dict[str, Files] = {"c_info": self.network.info, "summary": proof.outputs[1], "elf": elf, **self.board}
        options = {"folder": self.firmware.program.path("flash"), "fsbl": fsbl}
        options |= self.options.pick("probe", "dry_run", "whole")  # type: ignore[arg-type]
        also = [*self.firmware.raws, *proof.outputs, *([fsbl] if fsbl else [])]
        job = _run("flash", Step("flash", inputs, {}, options), also, self.network.board.name)
        return replace(job, folder=str(options["folder"]))

    # ---- images

    def reloc(self, name: str = "") -> tuple[list[Job], str]:
        """The jobs of the image for the board, and its file."""
        image = ImageBuild(self.network, name)
        split = self.options.switch("split")
        return image.build(split), image.binary(split)

    def reloc_verify(self) -> tuple[list[Job], StepJob]:
        """The jobs of the twin's images and of the firmware that installs them, and the comparison."""
        images, host_jobs, host, jobs = self._twin_images("reloc-verify")
        inputs: dict[str, Files] = {
            "model": self._model,
            **self.board,
            "host": host,
            "images": [images.binary(False), images.binary(True), images.params()],
            "c_info": images.network.info,
        }
        step = Step("reloc_verify", inputs, {}, self.options.pick("samples", "seed"))
        return [*jobs, *host_jobs], _run("reloc-verify", step, label=self.network.board.name)

    def load_and_run(self, name: str = "") -> tuple[list[Job], StepJob]:
        """Puts the image where it goes, on the board of port= or on the twin, and runs it."""
        port, split = self.options.text("port"), self.options.switch("split")
        if port:
            image = ImageBuild(self.network, name)
            jobs = image.build(split)
            host_jobs, host = self._host(self.firmware, f"{self.firmware.program.request.out}/model_host")
        else:
            image, host_jobs, host, jobs = self._twin_images("load-and-run")
        inputs: dict[str, Files] = {
            "image": image.binary(split),
            "c_info": image.network.info,
            **self.board,
            "host": host,
            "model": self._model,
        }
        if split:
            inputs["params"] = image.params()
        names = ("mode", "port", "probe", "save", "address", "params_address", "baud", "samples", "seed")
        switches = ("no_flash", "no_run", "max_speed", "dry_run", "whole")
        options = {"folder": self.firmware.program.path("flash"), "input": self._input()}
        options["manifest"] = self.network.manifest_file
        options |= self.options.pick(*names, *switches)  # type: ignore[arg-type]
        step = Step("load_and_run", inputs, {}, options)
        job = _run("load-and-run", step, self._input_file(), port or self.network.board.name)
        return [*jobs, *host_jobs], replace(job, folder=str(options["folder"]))

    def _twin_images(self, target: str) -> tuple[ImageBuild, list[Job], str, list[Job]]:
        """Both forms of the twin's image; the firmware that installs them: its jobs and its ELF; the images' jobs."""
        image = ImageBuild(self.require_twin(target).first, "network")
        # The firmware's network is linked by nobody: the linker drops it.
        holder = FirmwareBuild([image.network])
        host_jobs, host = self._host(holder, image.path("host"))
        return image, host_jobs, host, image.build(False, True)

    @staticmethod
    def _host(firmware: FirmwareBuild, folder: str) -> tuple[list[Job], str]:
        return firmware.with_app("model_host", folder).build()

    # ---- what they share

    @property
    def _model(self) -> str:
        if not self.network.model:
            raise IngotError("the model's file is not on this machine", where=str(self.network.manifest.path))
        return self.network.model

    def require_twin(self, target: str, remedy: str = "") -> FirmwareBuild:
        """The twin's firmware. Raises IngotError where there is none."""
        if self.twin is None:
            firmware, name = self.firmware, self.network.board.name
            why = f"board '{name}' has no emulated twin"
            if firmware.emulated and not firmware.has_twin:
                why = "the model's file is not on this machine, and the twin runs what Ingot compiles from it"
            raise IngotError(f"{why}, so there is nothing to run", where=target, remedy=remedy)
        return self.twin

    def _elf(self, target: str) -> str:
        if not self.elf:
            raise IngotError(f"no firmware is linked: {self.firmware.lacks}", where=target)
        return self.elf

    def _input(self) -> str:
        return input_file(self.options)

    def _input_file(self) -> list[str]:
        sample = self._input()
        return [sample] if sample and Path(sample).is_file() else []

    @staticmethod
    def _proof_of(firmware: FirmwareBuild, elf: str) -> tuple[str, ...]:
        return firmware.check(elf).outputs

    def _on_twin(self, target: str, step: Step) -> StepJob:
        twin = self.require_twin(target)
        also = [*self._proof_of(twin, self.twin_elf), *twin.raws, *self._input_file()]
        return _run(target, step, also, self.network.board.name)


def input_file(options: Options) -> str:
    """The file or folder of input=, or "". Raises IngotError where it is not there."""
    sample = options.text("input")
    if sample and not Path(sample).exists():
        raise IngotError(
            f"there is no file '{sample}'",
            where="input",
            remedy="Give a picture, a .npy, .npz or .bin file, or a folder of these.",
        )
    return sample


def _run(target: str, step: Step, also: Sequence[str] = (), label: str = "") -> StepJob:
    """A job that runs whenever its target is asked for."""
    return StepJob(step, tuple(also), target=target, always=True, label=label)
