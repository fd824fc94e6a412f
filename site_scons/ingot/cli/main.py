"""The command `ingot`: the steps of a build as verbs, for build systems other than SCons and for people.

    ingot compile | app-config | linker-script | check | emulate | verify | info | operators

Every verb that writes files takes --depfile (what it read, as a Makefile rule); most
take --json. A mistake of the user's, or a comparison that fails, is one message on stderr and exit status 2.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingot import __version__
from ingot.base.errors import IngotError, did_you_mean
from ingot.base.places import ROOT, cache_dir
from ingot.cli import board as cli_board
from ingot.cli import image as cli_image
from ingot.cli import project as cli_project
from ingot.cli import shells as cli_shells
from ingot.cli.shells import input_shape_option, io_options
from ingot.recipe.compilers import COMPILERS, Wanted, job_for, takes_images
from ingot.steps import app_config as app_config_steps
from ingot.steps import compile as compile_steps
from ingot.steps import explore as explore_steps
from ingot.steps import inspect as inspect_steps
from ingot.steps import link as link_steps
from ingot.steps import run as run_steps
from ingot.steps.registry import step_function
from ingot.use_cases.abi import ABIS

if TYPE_CHECKING:
    from ingot.model import Manifest

FilePath = click.Path(path_type=Path, dir_okay=False)
Folder = click.Path(path_type=Path, file_okay=False)


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
for verb in (*cli_shells.VERBS, *cli_board.VERBS, cli_project.bench):
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


def board_option(function: Callable[..., None]) -> Callable[..., None]:
    """--board and --twin, which the verbs about memory share."""
    twin = click.option("--twin", is_flag=True, help="For the board's emulated twin.")
    board = click.option("--board", required=True, help="A name under boards/, or a path to a board.yaml.")
    return board(twin(function))


def output_options(function: Callable[..., None]) -> Callable[..., None]:
    """--depfile and --json, which the verbs that write files share."""
    depfile = click.option("--depfile", type=FilePath, help="Write what was read here, as a Makefile rule.")
    return depfile(json_option(function))


fuse_option = click.option(
    "--fuse/--no-fuse", default=True, help="Run operators row by row together where that saves RAM."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
network_option = click.option("--network", type=FilePath, required=True, help="The network_c_info.json of the network.")


def board_file(word: str) -> Path:
    """The board.yaml that --board means."""
    from ingot.board import find_board

    return find_board(word, ROOT / "boards")


def pools_file(board: Path) -> Path:
    from ingot.board import load_board

    return load_board(board).pools_file


def finish(
    result: dict[str, Any], as_json: bool, text: str, depfile: Path | None = None, inputs: Iterable[Path] = ()
) -> None:
    """Prints the result, and writes the depfile: `outputs: inputs`, blanks escaped as Make wants them."""
    if depfile is not None:
        outputs = [str(path) for path in result.get("files", [])]
        left = " ".join(_escaped(path) for path in outputs)
        right = " ".join(_escaped(str(path)) for path in inputs)
        from ingot.base.files import write_if_changed

        write_if_changed(depfile, f"{left}: {right}\n")
    if as_json:
        print(json.dumps(result, indent=2, sort_keys=True))
    elif text:
        print(text)


def _escaped(path: str) -> str:
    return path.replace("$", "$$").replace("#", "\\#").replace(" ", "\\ ")


@ingot.command()
@click.argument("model")
@board_option
@click.option("--out", type=Folder, required=True, help="Folder for network.c and the files that belong to it.")
@click.option("--optimize", type=click.Choice(["balanced", "ram", "speed"]), default="balanced", show_default=True)
@click.option("--ram-limit", type=click.IntRange(0), default=0, help="Bytes that activations may take; see `explore`.")
@fuse_option
@io_options
@click.option("--require-real", is_flag=True, help="Refuse a stand-in.")
@click.option("--compiler", type=click.Choice(COMPILERS), default=COMPILERS[0], show_default=True)
@click.option("--st-output", default="", help="For prebuilt: the folder or zip that ST Edge AI wrote.")
@click.option("--st-pack", default="", help="ST's runtime, whose versions are compared with the network's.")
@click.option("--st-timeout", default=1800, show_default=True, help="For stedgeai: seconds.")
@click.option("--reloc", is_flag=True, help="For stedgeai: as a relocatable image needs it.")
@click.option("--strict", is_flag=True, help="For prebuilt: warnings are errors.")
@output_options
def compile(
    model: str,
    board: str,
    twin: bool,
    out: Path,
    optimize: str,
    ram_limit: int,
    fuse: bool,
    io_placement: str | None,
    io_input: str | None,
    input_shape: str | None,
    require_real: bool,
    compiler: str,
    st_output: str,
    st_pack: str,
    st_timeout: int,
    reloc: bool,
    strict: bool,
    depfile: Path | None,
    as_json: bool,
) -> None:
    """Compile MODEL (a name under models/, a .tflite or a model.yaml) to network.c and its weights."""
    from ingot.board import load_board
    from ingot.board.fit import load_pools

    manifest = manifest_of(model)
    path = board_file(board)
    wanted = Wanted(
        title=manifest.title,
        sha256=manifest.source.sha256,
        io=manifest.io(io_placement, io_input, input_shape),
        optimize=optimize,
        ram_limit=ram_limit,
        fuse=fuse,
        st_output=st_output,
        st_pack=st_pack,
        st_timeout=st_timeout,
        stedgeai=manifest.stedgeai,
        camera=takes_images(manifest),
        reloc=reloc,
    )
    checked = load_board(path)
    job = job_for(compiler, checked, load_pools(checked), wanted)
    options = dict(job.options)
    if job.needs_model:
        source: Path | None = model_file(manifest, require_real)
    else:
        source, options["strict"] = model_beside(manifest), strict
    if twin:
        options["twin"] = True
    files = [out / name for name in job.files]
    network = step_function(job.step)(model=source, board=path, outputs=files, **options)
    inputs = sorted({*([source] if source else []), manifest.path, path, checked.pools_file, *job.reads})
    result = {"files": [str(path) for path in files], "model": network.model, "stand_in": network.stand_in}
    result |= {"peak": network.peak, "lower_bound": network.lower_bound, "layout_id": network.layout_id}
    result |= {"weights": sum(item.size for item in network.initializers), "epochs": len(network.epochs)}
    text = f"{out / (job.source or job.info)}: {network.peak:,} bytes of activations, {result['weights']:,} of weights"
    finish(result, as_json, text, depfile, inputs)


@ingot.command("app-config")
@click.argument("model")
@network_option
@click.option("--abi", type=click.Choice(["auto", *ABIS]), default="auto", help="Generation of ST's applications.")
@click.option("--st-pack", default="", help="A GettingStarted checkout whose generation is meant.")
@click.option("--out", type=FilePath, required=True, help="The app_config.h to write.")
@output_options
def app_config(
    model: str, network: Path, abi: str, st_pack: str, out: Path, depfile: Path | None, as_json: bool
) -> None:
    """Write app_config.h for MODEL (a name under models/ or a model.yaml)."""
    manifest = manifest_of(model)
    written = app_config_steps.app_config(network, out, manifest=str(manifest.path), abi=abi, st_pack=st_pack)
    files = [str(path) for path in written]
    finish({"files": files}, as_json, "\n".join(files), depfile, [network, manifest.path])


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
) -> None:
    """Write the linker script: what the board has and the network's pools leave."""
    path = board_file(board)
    link_steps.linker_script(network, path, out, twin=twin, app=app, stack=stack, heap=heap)
    finish({"files": [str(out)]}, as_json, str(out), depfile, [network, path, pools_file(path)])


@ingot.command()
@board_option
@network_option
@click.option("--elf", type=FilePath, required=True, help="The linked firmware.")
@click.option("--out", type=FilePath, required=True, help="The memory map to write.")
@output_options
def check(board: str, twin: bool, network: Path, elf: Path, out: Path, depfile: Path | None, as_json: bool) -> None:
    """Prove on the linked firmware that nothing overlaps and everything fits."""
    path = board_file(board)
    summary = out.with_name("summary.json")
    raws = link_steps.raw_files(network)
    result = link_steps.check_firmware(elf, network, raws, path, out, summary, twin=twin)
    result["files"] = [str(out), str(summary)]
    finish(result, as_json, out.read_text(), depfile, [elf, network, *raws, path, pools_file(path)])


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
@input_shape_option
@json_option
def info(model: str, input_shape: str | None, as_json: bool) -> None:
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
@fuse_option
@io_options
@json_option
def explore(
    model: str,
    board: str,
    fuse: bool,
    io_placement: str | None,
    io_input: str | None,
    input_shape: str | None,
    as_json: bool,
) -> None:
    """Show what less RAM costs MODEL in instructions."""
    manifest = manifest_of(model)
    io = manifest.io(io_placement, io_input, input_shape)
    explore_steps.explore(model_file(manifest), board_file(board), **io, fuse=fuse, flags=True, as_json=as_json)


@ingot.command()
def operators() -> None:
    """List the operators that the built-in compiler knows, with their limits (Markdown)."""
    from ingot.cli.operators import operators_page

    print(operators_page(), end="")


def model_file(manifest: Manifest, require_real: bool = False) -> Path:
    """The model's file: the one on this machine, else downloaded or made up into Ingot's cache."""
    from ingot.model import find_source

    found = find_source(manifest)
    if found is not None:
        return found
    made = made_file(manifest)
    compile_steps.obtain_model(made, str(manifest.path), require_real)
    return made


def made_file(manifest: Manifest) -> Path:
    """Where a file is kept that is downloaded or made up; for a bare file, that file."""
    if manifest.document is None:
        return manifest.path
    return cache_dir() / "made" / manifest.name / Path(manifest.source.file).name


def model_beside(manifest: Manifest) -> Path | None:
    """The model's file if it is on this machine; a prebuilt network does without."""
    from ingot.model import find_source

    try:
        return find_source(manifest)
    except IngotError:
        return None


def manifest_of(word: str) -> Manifest:
    """What MODEL means: a name under models/, a model file or a model.yaml."""
    from ingot.model import find_model

    return find_model(word, ROOT / "models")


def _add_groups() -> None:
    """The verbs that have a module of their own."""
    from ingot.cli.doctor import doctor
    from ingot.cli.h747 import h747

    ingot.add_command(doctor)
    ingot.add_command(h747)


_add_groups()
