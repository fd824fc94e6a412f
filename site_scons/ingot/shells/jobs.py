"""A firmware as a list of commands, for shells that run commands: Ninja and Make write it down in their own syntax.

Files, flags and the order of objects (application, network, runtime, startup) are the same in every shell, so that
the bytes are too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingot.shells.parts import Parts, Request, prefix_maps
from ingot.shells.step import Step


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


def firmware_jobs(request: Request, ingot: Sequence[str], made: str) -> tuple[list[Job], dict[str, list[str]]]:
    """All jobs of a board's firmware and of its twin's, and the names users may ask for with what they stand for.

    request: with an application (of firmware/apps or a folder). ingot: how the command `ingot` is called.
    made: folder for a model's file that has to be downloaded or made.
    """
    parts = Parts(request)
    model, obtain = parts.obtain(made)
    jobs = [_step(ingot, obtain)] if obtain else []
    archive = f"{Path(request.out).parent.as_posix()}/kernels"
    kernels = _compile(parts, "kernels", parts.kernels, archive)
    library = f"{archive}/libingot_kernels.a"
    jobs += [*kernels, _archive(parts, kernels, library)]
    mine, elf = _one_firmware(parts, ingot, model, library)
    jobs += mine
    flash = [_step(ingot, parts.binaries(elf)), _step(ingot, parts.weights_hex()), _step(ingot, parts.check(elf))]
    jobs += flash
    everything = [file for job in mine for file in job.outputs if job.kind != "cc"]
    names = {"firmware": [*everything, *(file for job in flash for file in job.outputs)]}
    if parts.board.twin is not None:
        twin = Parts(replace(request, twin=True, out=f"{request.out}/twin", app="validate"))
        theirs, twin_elf = _one_firmware(twin, ingot, model, library)
        jobs += theirs
        for step in (twin.emulate(twin_elf), twin.verify(twin_elf, model)):
            job = _step(ingot, step)
            jobs.append(replace(job, kind="run", outputs=(step.name,), inputs=(*job.inputs, *twin.raws), depfile=""))
            names[step.name] = []
    return jobs, names


def _one_firmware(parts: Parts, ingot: Sequence[str], model: str, library: str) -> tuple[list[Job], str]:
    """Jobs from the model's file to the ELF."""
    request = parts.request
    jobs = [_step(ingot, parts.compile(model)), _step(ingot, parts.linker_script())]
    headers = [parts.files[1]]
    if not request.twin and parts.manifest.document is not None:
        jobs.append(_step(ingot, parts.app_config()))
        headers.append(parts.path("app_config.h"))
    folder = f"{request.out}/obj"
    objects = _compile(parts, "firmware", parts.application, folder, headers)
    objects += _compile(parts, "network", [parts.source], folder, headers)
    objects += _compile(parts, "firmware", [*parts.runtime, *parts.startup], folder, headers)
    jobs += objects
    elf = parts.path("firmware.elf")
    files = [job.outputs[0] for job in objects]
    map_file = parts.path("firmware.map")
    command = [f"{parts.prefix}gcc", *files, library, *parts.link_flags, f"-Wl,-Map={map_file}", "-o", elf]
    link = Job("link", (elf, map_file), (*files, library, parts.script), tuple(command), text=f"link {elf}")
    return [*jobs, link], elf


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


def _compile(parts: Parts, role: str, sources: Sequence[str], folder: str, headers: Sequence[str] = ()) -> list[Job]:
    include = parts.kernel_folders if role == "kernels" else parts.folders
    defines = {} if role == "kernels" else parts.defines
    flags = [*parts.flags(role), *(f"-D{name}={value}" for name, value in sorted(defines.items()))]
    flags += [f"-I{folder}" for folder in include] + prefix_maps()
    jobs = []
    for source in sources:
        name = {"kernels": f"{Path(source).stem}.o", "network": "network.o"}.get(role, object_name(source))
        target = f"{folder}/{name}"
        command = [f"{parts.prefix}gcc", "-MMD", "-MP", "-MF", f"{target}.d", *flags, "-o", target, "-c", source]
        jobs.append(Job("cc", (target,), (source, *headers), tuple(command), f"{target}.d", f"cc {target}"))
    return jobs


def _archive(parts: Parts, objects: Sequence[Job], library: str) -> Job:
    files = tuple(job.outputs[0] for job in objects)
    return Job("ar", (library,), files, (f"{parts.prefix}ar", "rcsD", library, *files), text=f"ar {library}")
