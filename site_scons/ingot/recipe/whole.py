"""Everything of one request as a recipe: the firmware, its twin, images, and all targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.job import Job, Recipe
from ingot.recipe.targets import Targets

#: What a recipe has when nobody says which targets are asked for.
ALL = ("check", "emulate", "verify", "validate", "flash", "sign", "report", "info", "reloc", "reloc-verify")


def whole_recipe(firmware: FirmwareBuild, targets: Iterable[str] = ALL, image_name: str = "") -> Recipe:
    """The jobs of a firmware with an application, and of those targets; what makes no sense for it is left out.

    The target "firmware" is always there. image_name: C name of the network in images. Raises IngotError.
    """
    jobs, elf = firmware.build()
    jobs = [*firmware.generate_networks(), *jobs]
    proof = firmware.check(elf)
    jobs += [*firmware.flash_files(elf), proof]
    names: dict[str, tuple[str, ...]] = {"firmware": tuple(file for job in jobs for file in _results(job))}
    twin, twin_elf = None, ""
    if firmware.has_twin:
        twin = firmware.twin()
        twin_jobs, twin_elf = twin.build()
        jobs += [*twin.generate_networks(), *twin_jobs, twin.check(twin_elf)]
    wanted = Targets(firmware, elf, twin, twin_elf)
    for target in targets:
        more, files = target_jobs(wanted, target, image_name)
        jobs += more
        if files:
            names[target] = files
    return Recipe(tuple(distinct(jobs)), names)


def _results(job: Job) -> tuple[str, ...]:
    """What a user takes of a job: everything but object files and archives of kernels."""
    return tuple(file for file in job.outputs if not file.endswith((".o", ".a")))


def target_jobs(wanted: Targets, name: str, image_name: str = "") -> tuple[Sequence[Job], tuple[str, ...]]:
    """The jobs of a target, and the files it stands for (a job that always runs has the name itself).

    Nothing where it makes no sense.
    """
    firmware = wanted.firmware
    on_twin: Mapping[str, Callable[[], Sequence[Job]]] = {
        "emulate": wanted.emulate,
        "verify": lambda: [wanted.verify()],
        "validate": lambda: [wanted.validate()],
    }
    if name in on_twin:
        needs_twin = name != "validate" or not wanted.options.text("port")
        if (needs_twin and wanted.twin is None) or (firmware.others and name != "verify"):
            return [], ()
        return on_twin[name](), ()
    if name in ("flash", "sign"):
        if not wanted.elf or firmware.others or (name == "sign" and firmware.first.board.chip != "stm32n6"):
            return [], ()
        job = wanted.flash() if name == "flash" else wanted.sign()
        return [job], job.outputs
    if name == "reloc":
        jobs: list[Job] = []
        files: tuple[str, ...] = ()
        for network in firmware.networks:
            more, file = Targets(FirmwareBuild([network]), "", None).reloc(image_name)
            jobs, files = [*jobs, *more], (*files, file)
        return jobs, files
    if name in ("reloc-verify", "load-and-run"):
        if firmware.others or (wanted.twin is None and not wanted.options.text("port")):
            return [], ()
        more, run = wanted.reloc_verify() if name == "reloc-verify" else wanted.load_and_run(image_name)
        return [*more, run], ()
    if name == "info" and not firmware.first.model:
        return [], ()
    shown: Mapping[str, Sequence[Job]] = {
        "check": [wanted.check()],
        "report": wanted.report() if name == "report" else [],
        "info": [wanted.info()] if name == "info" else [],
    }
    return shown[name], ()


def distinct(jobs: Iterable[Job]) -> list[Job]:
    """Each job once: parts of a recipe share networks and kernels."""
    found: dict[tuple[str, ...], Job] = {}
    for job in jobs:
        found.setdefault(job.outputs or (job.target,), job)  # type: ignore[union-attr]
    return list(found.values())
