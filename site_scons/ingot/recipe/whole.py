# SPDX-License-Identifier: Apache-2.0
"""Everything of one request as a recipe: the firmware, its twin, images, and all targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ingot.base.errors import IngotError
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.job import Job, Recipe, StepJob
from ingot.recipe.options import READ_BY
from ingot.recipe.step import Step
from ingot.recipe.targets import Targets

#: What may be asked for around a firmware, in every shell.
ALL = (
    "check",
    "emulate",
    "verify",
    "validate",
    "flash",
    "sign",
    "sbom",
    "bounds",
    "report",
    "info",
    "npu",
    "reloc",
    "reloc-verify",
    "load-and-run",
)

#: Targets of a firmware with one network.
OF_ONE = ("emulate", "validate", "flash", "sign", "bounds", "info", "npu", "reloc-verify", "load-and-run")

#: Targets of an image; they are built apart from the firmware.
OF_IMAGES = READ_BY["image"]

#: Targets that compute the reference's outputs from the model's file.
READ_MODEL = ("verify", "validate", "info", "reloc-verify", "load-and-run")


def whole_recipe(firmware: FirmwareBuild, targets: Iterable[str] = ALL, image_name: str = "") -> Recipe:
    """The jobs of a firmware with an application, and of those targets.

    A target that makes no sense for it is a job that fails with the reason. The target "firmware" is always there.
    image_name: C name of the network in images. Raises IngotError.
    """
    jobs, elf = firmware.build()
    jobs = [*firmware.generate_networks(), *jobs]
    proof = firmware.check(elf)
    jobs += [*firmware.flash_files(elf), proof]
    names: dict[str, tuple[str, ...]] = {"firmware": tuple(file for job in jobs for file in _results(job))}
    twin, twin_elf = firmware.twin() if firmware.has_twin else None, ""
    if twin is not None:
        twin_jobs, twin_elf = twin.build()
        jobs += [*twin.generate_networks(), *twin_jobs, twin.check(twin_elf)]
    known = Targets(firmware, elf, twin, twin_elf)
    for target in targets:
        try:
            more, files = target_jobs(known, target, image_name)
        except IngotError as error:
            more, files = [refusal(target, error)], ()
        jobs += more
        if files:
            names[target] = files
    return Recipe(tuple(distinct(jobs)), names)


def refusal(target: str, error: IngotError) -> StepJob:
    """A target that always fails with that message."""
    reason = error.what if error.where in ("", target) else f"{error.where}: {error.what}"
    options = {"target": target, "reason": reason, "remedy": error.remedy}
    return StepJob(Step("refuse", {}, {}, options), target=target, always=True)


def _results(job: Job) -> tuple[str, ...]:
    """What a user takes of a job: everything but object files and archives of kernels."""
    return tuple(file for file in job.outputs if not file.endswith((".o", ".a")))


def target_jobs(known: Targets, name: str, image_name: str = "") -> tuple[Sequence[Job], tuple[str, ...]]:
    """The jobs of a target, and the files it stands for (a job that always runs has the name itself).

    Raises IngotError where it makes no sense for this firmware, or where something is missing for it.
    """
    _check(known, name)
    if name == "reloc":
        jobs: list[Job] = []
        files: tuple[str, ...] = ()
        for network in known.firmware.networks:
            more, file = Targets(FirmwareBuild([network]), "", None).reloc(image_name)
            jobs, files = [*jobs, *more], (*files, file)
        return jobs, files
    if name in OF_IMAGES:
        more, run = known.reloc_verify() if name == "reloc-verify" else known.load_and_run(image_name)
        return [*more, run], ()
    made: Mapping[str, Callable[[], Sequence[Job]]] = {
        "emulate": known.emulate,
        "verify": lambda: [known.verify()],
        "validate": lambda: [known.validate()],
        "flash": lambda: [known.flash()],
        "sign": lambda: [known.sign()],
        "sbom": lambda: [known.sbom()],
        "bounds": known.bounds,
        "check": lambda: [known.check()],
        "report": known.report,
        "info": lambda: [known.info()],
        "npu": lambda: [known.npu()],
    }
    found = made[name]()
    return found, found[-1].outputs if name in ("sign", "sbom", "bounds") else ()


def _check(known: Targets, name: str) -> None:
    """Raises IngotError for a target that makes no sense for a firmware."""
    firmware, board = known.firmware, known.firmware.first.board
    if firmware.others and name in OF_ONE:
        raise IngotError(
            f"the firmware has {len(firmware.networks)} networks, and this target is for one",
            where=name,
            remedy="Build a firmware with one of them for it.",
        )
    if name in READ_MODEL and not all(network.model for network in firmware.networks):
        where = str(firmware.first.manifest.path)
        raise IngotError("the model's file is not on this machine", where=where)
    if name in ("emulate", "verify", "reloc-verify") and not (name == "verify" and known.on_npu):
        known.require_twin(name)
    if name in ("validate", "load-and-run") and not known.options.text("port"):
        known.require_twin(name, "Give port= of a board.")
    if name == "sign" and board.chip != "stm32n6":
        raise IngotError(f"board '{board.name}' boots without a header, there is nothing to sign", where=name)


def distinct(jobs: Iterable[Job]) -> list[Job]:
    """Each job once: parts of a recipe share networks and kernels."""
    found: dict[tuple[str, ...], Job] = {}
    for job in jobs:
        found.setdefault(job.outputs or (job.target,), job)  # type: ignore[union-attr]
    return list(found.values())
