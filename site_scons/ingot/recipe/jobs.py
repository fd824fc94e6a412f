"""A firmware as a list of commands, for shells that run commands: Ninja and Make write it down in their own syntax.

Files, flags and the order of objects (application, network, runtime, startup) are the same in every shell, so that
the bytes are too.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingot.recipe.image import Image, ImageSource
from ingot.recipe.networks import Networks
from ingot.recipe.parts import Parts, Request, prefix_maps
from ingot.recipe.step import Step


@dataclass(frozen=True)
class Job:
    """One command. kind: "step", "cc", "ar", "link" or "run" (always runs, has no outputs but `outputs` as its name).

    inputs: what it reads; the compiler adds headers through `depfile`. keeps: it leaves outputs alone whose content
    stays, so that what follows need not run.
    """

    kind: str
    outputs: tuple[str, ...]
    inputs: tuple[str, ...]
    command: tuple[str, ...]
    depfile: str = ""
    text: str = ""

    @property
    def keeps(self) -> bool:
        return self.kind == "step"


def firmware_jobs(
    request: Request | Sequence[Request], ingot: Sequence[str], made: str
) -> tuple[list[Job], dict[str, list[str]]]:
    """All jobs of a board's firmware and of its twin's, and the names users may ask for with what they stand for.

    request: with an application (of firmware/apps or a folder); of several networks in one firmware a list, of which
    the first counts for what there is once. ingot: how the command `ingot` is called.
    made: folder for model files that have to be downloaded or made.
    """
    networks = Networks([Parts(item) for item in ([request] if isinstance(request, Request) else request)])
    first = networks.first
    found = [parts.obtain(made) for parts in networks.members]
    models = [model for model, _ in found]
    jobs = list({step.writes[0]: _step(ingot, step) for _, step in found if step}.values())
    archive = f"{Path(first.request.out).parent.as_posix()}/kernels"
    kernels = _compile(first, "kernels", first.kernels, archive)
    library = f"{archive}/libingot_kernels.a"
    jobs += [*kernels, _archive(first, kernels, library)]
    mine, elf = _one_firmware(networks, ingot, models, library)
    jobs += mine
    flash = [_step(ingot, first.binaries(elf)), *(_step(ingot, parts.weights_hex()) for parts in networks.members)]
    flash.append(_step(ingot, networks.check(elf)))
    jobs += flash
    everything = [file for job in mine for file in job.outputs if job.kind != "cc"]
    names = {"firmware": [*everything, *(file for job in flash for file in job.outputs)]}
    names["reloc"] = []
    for parts, model in zip(networks.members, models, strict=True):
        more, image = image_jobs(parts, ingot, model, f"{archive}/image")
        jobs += [job for job in more if job.outputs not in {known.outputs for known in jobs}]
        names["reloc"].append(image)
    if first.board.twin is not None:
        twin = networks.twin()
        theirs, twin_elf = _one_firmware(twin, ingot, models, library)
        jobs += theirs
        runs = {"verify": twin.verify(twin_elf, models)}
        if not twin.others:
            runs = {"emulate": twin.first.emulate(twin_elf), **runs}
        for name, step in runs.items():
            job = _step(ingot, step)
            jobs.append(replace(job, kind="run", outputs=(name,), inputs=(*job.inputs, *twin.raws), depfile=""))
            names[name] = []
    return jobs, names


def _one_firmware(
    networks: Networks, ingot: Sequence[str], models: Sequence[str], library: str
) -> tuple[list[Job], str]:
    """Jobs from the models' files to the ELF."""
    first = networks.first
    jobs, headers = [], list(networks.headers)
    for parts, model in zip(networks.members, models, strict=True):
        jobs.append(_step(ingot, parts.compile(model)))
        if not parts.request.twin and parts.manifest.document is not None:
            jobs.append(_step(ingot, parts.app_config()))
            headers.append(parts.path("app_config.h"))
    jobs.append(_step(ingot, networks.linker_script()))
    if header := networks.header():
        jobs.append(_step(ingot, header))
    folder, include = f"{first.request.out}/obj", networks.folders
    objects = _compile(first, "firmware", first.application, folder, headers, include)
    for parts in networks.members:
        objects += _compile(parts, "network", [parts.source], f"{parts.request.out}/obj", headers, include)
    objects += _compile(first, "firmware", [*first.runtime, *first.startup], folder, headers, include)
    jobs += objects
    elf = first.path("firmware.elf")
    files = [job.outputs[0] for job in objects]
    map_file = first.path("firmware.map")
    command = [f"{first.prefix}gcc", *files, library, *first.link_flags, f"-Wl,-Map={map_file}", "-o", elf]
    link = Job("link", (elf, map_file), (*files, library, first.script), tuple(command), text=f"link {elf}")
    return [*jobs, link], elf


def image_jobs(parts: Parts, ingot: Sequence[str], model: str, archive: str) -> tuple[list[Job], str]:
    """All jobs of a network's relocatable image, and its file. archive: folder of its kernels, for any network."""
    image = Image(parts)
    compiler = [*shlex.split(parts.request.launcher), f"{parts.prefix}gcc"]

    def compiled(file: ImageSource, role: str, headers: Sequence[str]) -> Job:
        flags = [*image.flags(role, file.moved), *(f"-D{name}" for name in image.DEFINES)]
        flags += [f"-I{folder}" for folder in (image.folders if role == "network" else image.folders[1:])]
        command = [*compiler, "-MMD", "-MP", "-MF", f"{file.target}.d", *flags, *prefix_maps()]
        command += ["-o", file.target, "-c", file.source]
        return Job(
            "cc", (file.target,), (file.source, *headers), tuple(command), f"{file.target}.d", f"cc {file.target}"
        )

    kernels = [compiled(file, "kernels", []) for file in image.kernels(archive)]
    library = f"{archive}/libingot_kernels.a"
    objects = [compiled(file, "network", [image.network.files[1]]) for file in image.sources]
    files = [job.outputs[0] for job in objects]
    command = [f"{parts.prefix}gcc", *files, library, *image.link_flags, f"-Wl,-T,{image.script}", "-o", image.elf]
    link = Job("link", (image.elf,), (*files, library, image.script), tuple(command), text=f"link {image.elf}")
    steps = [_step(ingot, step) for step in (image.compile(model), image.layout(), image.pack())]
    return [*kernels, _archive(parts, kernels, library), *steps[:2], *objects, link, steps[2]], image.binary


def _step(ingot: Sequence[str], step: Step) -> Job:
    depfile = f"{step.writes[0]}.d" if step.writes else ""
    words = [*ingot, *step.arguments(), *(["--depfile", depfile] if depfile else [])]
    text = f"{step.name} {step.writes[0]}" if step.writes else step.name
    options = step.options
    reads = [*step.reads, *([str(options["manifest"])] if options.get("manifest") else [])]
    return Job("step", tuple(step.writes), tuple(reads), tuple(words), depfile, text)


def object_name(source: str) -> str:
    """A name for an object file that no other source of the firmware has."""
    path = Path(source)
    return f"{path.parent.name}_{path.stem}.o"


def _compile(
    parts: Parts,
    role: str,
    sources: Sequence[str],
    folder: str,
    headers: Sequence[str] = (),
    folders: Sequence[str] = (),
) -> list[Job]:
    include = parts.kernel_folders if role == "kernels" else folders
    defines = {} if role == "kernels" else parts.defines
    flags = [*parts.flags(role), *(f"-D{name}={value}" for name, value in sorted(defines.items()))]
    flags += [f"-I{folder}" for folder in include] + prefix_maps()
    jobs = []
    for source in sources:
        name = {"kernels": f"{Path(source).stem}.o", "network": "network.o"}.get(role, object_name(source))
        target = f"{folder}/{name}"
        compiler = [*shlex.split(parts.request.launcher), f"{parts.prefix}gcc"]
        command = [*compiler, "-MMD", "-MP", "-MF", f"{target}.d", *flags, "-o", target, "-c", source]
        jobs.append(Job("cc", (target,), (source, *headers), tuple(command), f"{target}.d", f"cc {target}"))
    return jobs


def _archive(parts: Parts, objects: Sequence[Job], library: str) -> Job:
    files = tuple(job.outputs[0] for job in objects)
    return Job("ar", (library,), files, (f"{parts.prefix}ar", "rcsD", library, *files), text=f"ar {library}")
