# SPDX-License-Identifier: Apache-2.0
"""Measurements as jobs: `bench` of a folder of models, and `explore` of what less RAM costs one model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.base.places import ROOT, firmware_dir, near
from ingot.link.sources import application_extras
from ingot.model.asked import USUAL, Asked
from ingot.recipe.asked import asked_of
from ingot.recipe.firmware import FirmwareBuild, object_stem
from ingot.recipe.job import CompileJob, Job, LinkJob, StepJob
from ingot.recipe.network import NetworkBuild
from ingot.recipe.request import Request
from ingot.recipe.step import Files, Step
from ingot.steps.explore import FIRMWARE, PLAIN, WAY

RIVALS = ROOT / "bench" / "rivals.csv"


def bench_jobs(request: Request, models: Mapping[str, str], refused: Mapping[str, str], build: str) -> list[Job]:
    """Every model on the board's twin, and the table.

    request: board and options. models: name -> file. refused: name -> why there is no firmware. build: folder.
    """
    jobs: list[Job] = []
    twins: list[tuple[FirmwareBuild, str]] = []
    board = NetworkBuild(replace(request, model="-.tflite"), model="-")
    for name, file in models.items():
        own = replace(request, model=file, out=f"{build}/{board.board.name}/{name}")
        twin = FirmwareBuild([NetworkBuild(own, model=file)]).twin()
        made, elf = twin.build()
        jobs += [*twin.generate_networks(), *made, twin.check(elf)]
        twins.append((twin, elf))
    small = [_small(twin, "inference") for twin, _ in twins]
    empty = _small(twins[0][0], "empty") if twins else ([], "")
    jobs += [job for made, _ in (*small, empty) for job in made]
    loader = _loader(board)
    jobs += loader
    folder = f"{build}/{board.board.name}"
    inputs: dict[str, Files] = {
        "elfs": [elf for _, elf in twins],
        "c_infos": [twin.first.info for twin, _ in twins],
        "plain": [elf for _, elf in small],
        **({"empty": empty[1]} if twins else {}),
        "loader": [job.target for job in loader],
        "board": board.board_file,
    }
    outputs: dict[str, Files] = {"report": f"{folder}/bench.json"}
    if request.options.switch("profile"):
        outputs["pages"] = [twin.program.path("report.html") for twin, _ in twins]
    options = {
        "rivals": near(RIVALS) if RIVALS.is_file() else "",
        "as_json": request.options.switch("json"),
        "refused": dict(refused),
    }
    also = [file for twin, elf in twins for file in (*twin.check(elf).outputs, *twin.raws)]
    label = f"{len(twins)} models on {board.board.name}"
    step = Step("bench", inputs, outputs, options)
    return [*jobs, StepJob(step, tuple(also), target="bench", always=True, keep=True, label=label)]


def explore_jobs(twin: FirmwareBuild, twin_elf: str) -> list[Job]:
    """What less RAM costs: every way built and run on the twin. Raises IngotError where a limit is given."""
    network = twin.first
    asked = explore_asks(network).changes
    jobs, inputs, settings = _way_programs(twin)
    step = Step("explore", inputs, {}, {**asked, **settings})
    return [*jobs, StepJob(step, target="explore", always=True, label=network.model)]


def way_jobs(firmware: FirmwareBuild, ask: tuple[str, Any], facts: str) -> list[Job]:
    """One of the ways of `explore` from the model to its figures, which are written to `facts` as JSON."""
    twin, obtaining = firmware.twin(), firmware.first.obtaining
    asked = explore_asks(twin.first).changes
    jobs, inputs, settings = _way_programs(twin)
    step = Step("measure_way", inputs, {"facts": facts}, {"ask": dict([ask]), **asked, **settings})
    return [*obtaining, *twin.generate_networks(), *twin.build()[0], *jobs, StepJob(step)]


def explore_asks(network: NetworkBuild) -> Asked:
    """What all ways ask of the compiler. Raises IngotError for an option that `explore` chooses itself."""
    options = network.request.options
    if limit := options.number("ram_limit"):
        raise IngotError(f"ram_limit={limit}: explore tries limits of its own", remedy="Leave ram_limit= out.")
    if (npu := options.text("npu")) != "0":
        raise IngotError(f"npu={npu}: explore looks at what runs on the CPU", remedy="Leave npu= out.")
    return replace(asked_of(options, network.manifest), optimize=USUAL.optimize)


def _way_programs(twin: FirmwareBuild) -> tuple[list[Job], dict[str, Files], dict[str, Any]]:
    """The jobs that all ways share; the inputs, and the commands and sizes, of a step that builds one way."""
    network = twin.first
    empty_jobs, empty = _small(twin, "empty")
    plain_jobs, _ = _small(twin, "inference")
    # A schedule has another network.c, in a folder of its own; the rest of both programs is the same.
    way = FirmwareBuild([NetworkBuild(replace(network.request, out=WAY), model=network.model)])
    (compiled,) = way.objects("network")
    commands: dict[str, Any] = {"cc": compiled.command}
    (kernels,) = way.kernels()
    assert isinstance(kernels, StepJob)
    commands["kernels"] = {name: value for name, value in kernels.step.options.items() if value is not None}
    commands["archive"] = kernels.outputs[0]
    reads: list[str] = []
    for name, elf, jobs in (("link", FIRMWARE, twin.build()[0]), ("link_plain", PLAIN, plain_jobs)):
        link = next(job for job in jobs if isinstance(job, LinkJob))
        own = {file: compiled.target for file in link.objects if Path(file).name == Path(compiled.target).name}
        commands[name] = way.link(f"{WAY}/{elf}", [own.get(file, file) for file in link.objects]).command
        reads += [file for file in (*link.objects, *link.libraries) if file not in own]
    inputs: dict[str, Files] = {
        "model": network.model,
        "board": network.board_file,
        "objects": list(dict.fromkeys(reads)),
        "empty": empty,
    }
    settings: dict[str, Any] = {"stack": network.manifest.stack, "heap": network.manifest.heap, **commands}
    return [*empty_jobs, *plain_jobs], inputs, settings


def _small(twin: FirmwareBuild, app: str) -> tuple[list[Job], str]:
    """An application without what talks to the host, for sizes: its jobs and its ELF."""
    return twin.with_app(app, twin.program.path(app)).build()


def _loader(board: NetworkBuild) -> list[CompileJob]:
    """The objects of the loader of relocatable images, as the application that uses it has them compiled."""
    folder = firmware_dir() / "apps" / "model_host"
    extras = application_extras(folder)
    sources = [near(ROOT / name) for name in extras["sources"] if name.startswith("firmware/runtime/")]
    return [
        CompileJob(
            target=board.path(f"loader/{object_stem(source)}.o"),
            source=source,
            compiler=board.compiler,
            flags=tuple(board.flags("firmware")),
            defines=extras["defines"],
            folders=(near(firmware_dir() / "runtime"),),
            group="loader|the loader",
        )
        for source in sources
    ]
