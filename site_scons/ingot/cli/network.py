# SPDX-License-Identifier: Apache-2.0
"""Verbs about a network and its firmware as files: compile, app-config, linker-script, check, info, report, explore."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ingot.cli.verb import verb
from ingot.cli.words import (
    FilePath,
    Folder,
    board_file,
    board_files,
    board_option,
    board_word,
    finish,
    json_option,
    made_file,
    manifest_of,
    model_beside,
    model_file,
    model_word,
    network_option,
    network_words,
    options_of,
    output_options,
    table_options,
)
from ingot.model.asked import IO_OPTIONS, PART_OPTIONS
from ingot.recipe.asked import asked_of
from ingot.recipe.compilers import Settings, compilation_of
from ingot.recipe.options import options_help
from ingot.steps import app_config as app_config_steps
from ingot.steps import explore as explore_steps
from ingot.steps import inspect as inspect_steps
from ingot.steps import link as link_steps
from ingot.steps.registry import call
from ingot.use_cases.abi import ABIS


@verb()
@model_word
@board_option
@click.option("--out", type=Folder, required=True, help="Folder for network.c and the files that belong to it.")
@network_words
@table_options("name")
@click.option("--reloc", is_flag=True, help="As a relocatable image needs it.")
@click.option("--strict", is_flag=True, help="For prebuilt: warnings are errors.")
@output_options
def compile(
    model: str,
    board: str,
    twin: bool,
    out: Path,
    name: str,
    reloc: bool,
    strict: bool,
    depfile: Path | None,
    as_json: bool,
    quiet: bool,
    **values: Any,
) -> None:
    """Compile MODEL (a name under models/, a .tflite, an .onnx or a model.yaml) to network.c and its weights."""
    from ingot.board import load_board
    from ingot.board.fit import load_pools

    options = options_of(values)
    manifest = manifest_of(model)
    path = board_file(board)
    checked = load_board(path)
    settings = Settings.of(options, manifest, name, reloc)
    compiler = "builtin" if twin else options.text("compiler")
    compilation = compilation_of(compiler, checked, load_pools(checked), settings)
    arguments = dict(compilation.options)
    if compilation.needs_model:
        source: Path | None = model_file(manifest, options.switch("require_real"))
    else:
        source, arguments["strict"] = model_beside(manifest), strict
    if twin:
        arguments["twin"] = True
    files = [out / name for name in compilation.files]
    network = call(compilation.step, {"model": source, "board": path, "outputs": files, **arguments})
    inputs = sorted({*([source] if source else []), manifest.path, *board_files(path), *compilation.reads})
    result = {"files": [str(path) for path in files], "model": network.model, "stand_in": network.stand_in}
    result |= {"peak": network.peak, "lower_bound": network.lower_bound, "layout_id": network.layout_id}
    result |= {"weights": sum(item.size for item in network.initializers), "epochs": len(network.epochs)}
    place = out / (compilation.source or compilation.info)
    text = f"{place}: {network.peak:,} bytes of activations, {result['weights']:,} of weights"
    finish(result, as_json, text, depfile, inputs, quiet)


@verb("app-config")
@model_word
@network_option
@click.option("--abi", type=click.Choice(["auto", *ABIS]), default="auto", help="Generation of ST's applications.")
@click.option("--st-pack", default="", help="A GettingStarted checkout whose generation is meant.")
@click.option("--out", type=FilePath, required=True, help="The app_config.h to write.")
@output_options
def app_config(
    model: str, network: Path, abi: str, st_pack: str, out: Path, depfile: Path | None, as_json: bool, quiet: bool
) -> None:
    """Write app_config.h for MODEL (a name under models/ or a model.yaml)."""
    manifest = manifest_of(model)
    written = app_config_steps.app_config(network, out, manifest=str(manifest.path), abi=abi, st_pack=st_pack)
    files = [str(path) for path in written]
    finish({"files": files}, as_json, "\n".join(files), depfile, [network, manifest.path], quiet)


@verb("linker-script")
@board_option
@network_option
@table_options("app")
@click.option("--stack", type=int, help="Bytes of stack. Default: the board's.")
@click.option("--heap", type=int, help="Bytes of heap. Default: the board's.")
@click.option("--out", type=FilePath, required=True, help="The linker script to write.")
@output_options
def linker_script(
    board: str,
    twin: bool,
    network: Path,
    app: str,
    stack: int | None,
    heap: int | None,
    out: Path,
    depfile: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write the linker script: what the board has and the network's pools leave."""
    path = board_file(board)
    link_steps.linker_script(network, path, out, twin=twin, app=app, stack=stack, heap=heap)
    finish({"files": [str(out)]}, as_json, str(out), depfile, [network, *board_files(path)], quiet)


@verb()
@board_option
@click.option(
    "--network",
    "networks",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    help="The network_c_info.json of each network, or what ST's tools left: a network.c, its folder, or a zip.",
)
@click.option("--elf", type=FilePath, required=True, help="The linked firmware.")
@click.option("--model", default="", help="The first network's: of its model.yaml the budget, of ST's output the file.")
@click.option("--app-config", type=FilePath, help="The application's app_config.h, to be held against the network.")
@click.option("--out", type=FilePath, help="The memory map to write. Default: it is only printed.")
@click.option("--summary", type=FilePath, help="The figures to write. Default: summary.json beside the memory map.")
@click.option("--binaries", is_flag=True, help="Also write the firmware as .bin and .hex beside it.")
@output_options
def check(
    board: str,
    twin: bool,
    networks: tuple[Path, ...],
    elf: Path,
    model: str,
    app_config: Path | None,
    out: Path | None,
    summary: Path | None,
    binaries: bool,
    depfile: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Prove on the linked firmware that nothing overlaps and everything fits."""
    import tempfile

    from ingot.network.c_info import read_c_info
    from ingot.recipe.firmware import binaries_job, proof_job, with_budget
    from ingot.recipe.run import run_job
    from ingot.use_cases.config_check import check_config

    path = board_file(board)
    with tempfile.TemporaryDirectory(prefix="ingot-check-") as scratch:
        folder = Path(scratch).resolve()
        infos = [
            _description(network, path, folder / str(number), model if not number else "")
            for number, network in enumerate(networks)
        ]
        target = out or folder / "memory_map.txt"
        figures = summary or target.with_name("summary.json")
        if app_config is not None:
            check_config(app_config, read_c_info(infos[0]))
        raws = [raw for info in infos for raw in link_steps.raw_files(info)]
        names = [str(info) for info in infos]
        proof = proof_job(str(elf), names, [str(raw) for raw in raws], str(path), twin, str(target), str(figures))
        if model:
            manifest = manifest_of(model)
            proof = with_budget(proof, manifest, str(manifest.path))
        result = run_job(proof)
        result["files"] = [str(file) for file in (target, figures) if folder not in file.parents]
        text = target.read_text()
    if binaries:
        job = binaries_job(str(elf), str(path), str(elf.with_suffix(".bin")), str(elf.with_suffix(".hex")))
        run_job(job)
        result["files"] += job.outputs
    read = [elf, *networks, *(raw for raw in raws if folder not in raw.parents), *board_files(path)]
    finish(result, as_json, text, depfile, read, quiet)


def _description(network: Path, board: Path, folder: Path, model: str) -> Path:
    """The network_c_info.json of a network; an output of ST's tools is taken over, and checked, into a folder first.

    model: what that output was generated from, "" to compare nothing.
    """
    if network.suffix == ".json":
        return network
    from ingot.steps.compile import take_prebuilt

    code = network.suffix == ".c"
    source = model_file(manifest_of(model)) if model else None
    output = network.parent if code else network
    name = network.stem if code else ""
    take_prebuilt(board, [folder / "network_c_info.json"], source, output=str(output), name=name)
    return next(iter(sorted(folder.glob("*_c_info.json"))))


@verb()
@model_word
@table_options(*PART_OPTIONS)
@json_option
def info(model: str, as_json: bool, **values: Any) -> None:
    """Show what MODEL consists of."""
    manifest = manifest_of(model)
    document = str(manifest.path) if manifest.document else ""
    part = asked_of(options_of(values), manifest).part
    inspect_steps.info(made_file(manifest), part=part, as_json=as_json, manifest=document)


@verb()
@click.argument("c_info", type=FilePath)
@click.option("-o", "--output", type=FilePath, help="The page [report.html beside C_INFO].")
@click.option("--summary", type=FilePath, help="summary.json of `check`, for the address map.")
@click.option("--costs", type=FilePath, help="What `emulate --json` printed, for instructions and stack.")
@table_options("base")
@click.option("--quiet", is_flag=True, help="Only write the page.")
def report(c_info: Path, output: Path | None, summary: Path | None, costs: Path | None, base: str, quiet: bool) -> None:
    """Show where a network's memory and time go: C_INFO is a network_c_info.json, of ST's tools too."""
    page = output or c_info.with_name("report.html")
    inspect_steps.report(c_info, page, summary=summary, costs=costs, base=base, quiet=quiet)


@verb()
@model_word
@board_word
@table_options("fuse", "weights_4bit", *IO_OPTIONS, "scheduler", "launcher")
@json_option
def explore(model: str, board: str, as_json: bool, scheduler: str, launcher: str, **values: Any) -> None:
    """Show what less RAM costs MODEL in instructions: estimated, or measured on the board's twin by --scheduler."""
    manifest = manifest_of(model)
    options = options_of(values)
    if scheduler:
        from ingot.recipe.request import Request
        from ingot.shells.explore import explore_on_workers

        request = Request(model, board, "explore", app="validate", launcher=launcher, options=options)
        explore_on_workers(request, model_file(manifest), scheduler, flags=True, as_json=as_json)
        return
    asked = asked_of(options, manifest)
    explore_steps.explore(model_file(manifest), board_file(board), asked=asked, flags=True, as_json=as_json)


@verb()
def operators() -> None:
    """List the operators that the built-in compiler knows, with their limits (Markdown)."""
    from ingot.cli.operators import operators_page

    print(operators_page(), end="")


@verb()
@click.option("--markdown", is_flag=True, help="As the page docs/options.md.")
def options(markdown: bool) -> Any:
    """List the options of a build, with the shells and targets that read them."""
    from ingot.cli.options import options_page, options_table

    print(options_page() if markdown else f"{options_help()}\n", end="")
    return options_table()
