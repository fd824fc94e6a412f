"""The command `ingot`: the steps of a build as verbs, for build systems other than SCons and for people.

    ingot compile | app-config | linker-script | check | emulate | verify | info | operators

Every verb that writes files takes --depfile (what it read, as a Makefile rule); most
take --json. A mistake of the user's, or a comparison that fails, is one message on stderr and exit status 2.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ingot import __version__
from ingot.base.errors import IngotError, did_you_mean
from ingot.cli import board as cli_board
from ingot.cli import cache as cli_cache
from ingot.cli import image as cli_image
from ingot.cli import project as cli_project
from ingot.cli import shells as cli_shells
from ingot.cli.words import (
    FilePath,
    Folder,
    board_file,
    board_option,
    finish,
    json_option,
    made_file,
    manifest_of,
    model_beside,
    model_file,
    network_option,
    network_words,
    options_of,
    output_options,
    pools_file,
    table_options,
)
from ingot.recipe.compilers import Settings, compilation_of
from ingot.steps import app_config as app_config_steps
from ingot.steps import explore as explore_steps
from ingot.steps import inspect as inspect_steps
from ingot.steps import link as link_steps
from ingot.steps import run as run_steps
from ingot.steps.registry import step_function
from ingot.use_cases.abi import ABIS


class SuggestingGroup(click.Group):
    """A group that answers a mistyped verb with the nearest one."""

    def resolve_command(self, context: click.Context, args: list[str]) -> Any:
        if args and self.get_command(context, args[0]) is None and not args[0].startswith("-"):
            raise IngotError(f"there is no verb '{args[0]}'", remedy=did_you_mean(args[0], self.commands))
        return super().resolve_command(context, args)


@click.group(cls=SuggestingGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="ingot %(version)s")
def ingot() -> None:
    """Neural-network models as sources of a firmware build."""


ingot.add_command(cli_image.image)
for verb in (*cli_shells.VERBS, *cli_board.VERBS, cli_project.bench, cli_cache.cache):
    ingot.add_command(verb)


def main() -> None:
    """The entry point: runs the command, and turns users' mistakes into one message."""
    try:
        ingot(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(130)
    except IngotError as error:
        print(f"ingot: {error}", file=sys.stderr)
        sys.exit(2)


@ingot.command()
@click.argument("model")
@board_option
@click.option("--out", type=Folder, required=True, help="Folder for network.c and the files that belong to it.")
@network_words
@click.option("--reloc", is_flag=True, help="As a relocatable image needs it.")
@click.option("--strict", is_flag=True, help="For prebuilt: warnings are errors.")
@output_options
def compile(
    model: str,
    board: str,
    twin: bool,
    out: Path,
    reloc: bool,
    strict: bool,
    depfile: Path | None,
    as_json: bool,
    quiet: bool,
    **values: Any,
) -> None:
    """Compile MODEL (a name under models/, a .tflite or a model.yaml) to network.c and its weights."""
    from ingot.board import load_board
    from ingot.board.fit import load_pools

    options = options_of(values)
    manifest = manifest_of(model)
    path = board_file(board)
    checked = load_board(path)
    settings = Settings.of(options, manifest, "network", reloc)
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
    network = step_function(compilation.step)(model=source, board=path, outputs=files, **arguments)
    inputs = sorted({*([source] if source else []), manifest.path, path, checked.pools_file, *compilation.reads})
    result = {"files": [str(path) for path in files], "model": network.model, "stand_in": network.stand_in}
    result |= {"peak": network.peak, "lower_bound": network.lower_bound, "layout_id": network.layout_id}
    result |= {"weights": sum(item.size for item in network.initializers), "epochs": len(network.epochs)}
    place = out / (compilation.source or compilation.info)
    text = f"{place}: {network.peak:,} bytes of activations, {result['weights']:,} of weights"
    finish(result, as_json, text, depfile, inputs, quiet)


@ingot.command("app-config")
@click.argument("model")
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


@ingot.command("linker-script")
@board_option
@network_option
@click.option("--app", default="", help="The application of firmware/apps that will be linked.")
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
    finish({"files": [str(out)]}, as_json, str(out), depfile, [network, path, pools_file(path)], quiet)


@ingot.command()
@board_option
@network_option
@click.option("--elf", type=FilePath, required=True, help="The linked firmware.")
@click.option("--out", type=FilePath, required=True, help="The memory map to write.")
@output_options
def check(
    board: str, twin: bool, network: Path, elf: Path, out: Path, depfile: Path | None, as_json: bool, quiet: bool
) -> None:
    """Prove on the linked firmware that nothing overlaps and everything fits."""
    path = board_file(board)
    summary = out.with_name("summary.json")
    raws = link_steps.raw_files(network)
    result = link_steps.check_firmware(elf, network, raws, path, out, summary, twin=twin)
    result["files"] = [str(out), str(summary)]
    finish(result, as_json, out.read_text(), depfile, [elf, network, *raws, path, pools_file(path)], quiet)


@ingot.command()
@click.option("--board", required=True, help="A name under boards/, or a path to a board.yaml.")
@network_option
@click.option("--elf", type=FilePath, required=True, help="The twin's firmware (application validate).")
@click.option("--input", "sample", default="", help="A picture, .npy, .npz or .bin file. Default: made from --seed.")
@click.option("--model", default="", help="The model whose preprocessing counts for --input.")
@click.option("--seed", default=1, show_default=True)
@json_option
def emulate(board: str, network: Path, elf: Path, sample: str, model: str, seed: int, as_json: bool) -> None:
    """Run the network once on the board's twin in QEMU."""
    manifest = str(manifest_of(model).path) if model else ""
    run_steps.emulate(elf, network, board_file(board), input=sample, seed=seed, as_json=as_json, manifest=manifest)


@ingot.command()
@click.argument("model")
@click.option("--board", required=True, help="A name under boards/, or a path to a board.yaml.")
@network_option
@click.option("--elf", type=FilePath, required=True, help="The twin's firmware (application validate).")
@click.option("--input", "sample", default="", help="A picture, .npy, .npz or .bin file instead of random inputs.")
@click.option("--samples", default=3, show_default=True)
@click.option("--seed", default=1, show_default=True)
@json_option
def verify(
    model: str, board: str, network: Path, elf: Path, sample: str, samples: int, seed: int, as_json: bool
) -> None:
    """Compare the twin's outputs with LiteRT's reference kernels, byte for byte."""
    manifest = manifest_of(model)
    run_steps.verify(
        elf,
        network,
        model_file(manifest),
        board_file(board),
        input=sample,
        samples=samples,
        seed=seed,
        as_json=as_json,
        manifest=str(manifest.path),
    )


@ingot.command()
@click.argument("model")
@table_options("input_shape")
@json_option
def info(model: str, input_shape: str, as_json: bool) -> None:
    """Show what MODEL consists of."""
    manifest = manifest_of(model)
    shape = manifest.io(input_shape=input_shape)["input_shape"]
    document = str(manifest.path) if manifest.document else ""
    inspect_steps.info(made_file(manifest), input_shape=shape, as_json=as_json, manifest=document)


@ingot.command()
@click.argument("c_info", type=FilePath)
@click.option("-o", "--output", type=FilePath, help="The page [report.html beside C_INFO].")
@click.option("--summary", type=FilePath, help="summary.json of `check`, for the address map.")
@click.option("--costs", type=FilePath, help="What `emulate --json` printed, for instructions and stack.")
@click.option("--base", type=FilePath, help="The network_c_info.json of another build, to compare with.")
@click.option("--quiet", is_flag=True, help="Only write the page.")
def report(
    c_info: Path, output: Path | None, summary: Path | None, costs: Path | None, base: Path | None, quiet: bool
) -> None:
    """Show where a network's memory and time go: C_INFO is a network_c_info.json, of ST's tools too."""
    page = output or c_info.with_name("report.html")
    inspect_steps.report(c_info, page, summary=summary, costs=costs, base=str(base or ""), quiet=quiet)


@ingot.command()
@click.argument("model")
@click.option("--board", required=True, help="A name under boards/, or a path to a board.yaml.")
@table_options("fuse", "io_placement", "io_input", "input_shape")
@json_option
def explore(model: str, board: str, as_json: bool, **values: Any) -> None:
    """Show what less RAM costs MODEL in instructions."""
    manifest = manifest_of(model)
    options = options_of(values)
    io = manifest.io(*(options.text(name) for name in ("io_placement", "io_input", "input_shape")))
    fuse = options.switch("fuse")
    explore_steps.explore(model_file(manifest), board_file(board), **io, fuse=fuse, flags=True, as_json=as_json)


@ingot.command()
def operators() -> None:
    """List the operators that the built-in compiler knows, with their limits (Markdown)."""
    from ingot.cli.operators import operators_page

    print(operators_page(), end="")


def _add_groups() -> None:
    """The verbs that have a module of their own."""
    from ingot.cli.doctor import doctor
    from ingot.cli.h747 import h747
    from ingot.cli.sbom import sbom

    ingot.add_command(doctor)
    ingot.add_command(h747)
    ingot.add_command(sbom)


_add_groups()
