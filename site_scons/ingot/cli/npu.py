# SPDX-License-Identifier: Apache-2.0
"""`ingot npu ...`: what ST's compiler makes for the Neural-ART NPU, read without a board."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ingot.cli.verb import verbs
from ingot.cli.words import board_file, board_word, json_option, manifest_of, model_file, model_word, table_options

if TYPE_CHECKING:
    from ingot.st.npu.build import Build

FilePath = click.Path(path_type=Path, dir_okay=False)
BuildPath = click.Path(path_type=Path)


@verbs()
def npu() -> None:
    """Builds of ST's compiler for the Neural-ART NPU: decoded, proven, simulated, compared with the model."""


class Given(NamedTuple):
    """The build of a command line. weights: see read_build. network: name of the one that is meant, "" for the only."""

    path: Path
    weights: tuple[Path, ...]
    network: str

    def read(self, *, strict: bool = True) -> Build:
        """The build of its files. Raises IngotError."""
        from ingot.st.npu.own import open_build

        return open_build(self.path, self.weights, strict=strict, name=self.network)


def common(verb: Callable[..., None]) -> Callable[..., None]:
    """The build, given to the verb as `build`, and words that all verbs share."""

    @functools.wraps(verb)
    def function(build: Path, weights: tuple[Path, ...], network: str, **words: Any) -> None:
        verb(build=Given(build, weights, network), **words)

    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
        click.option("--weights", type=FilePath, multiple=True, help="A pool's .raw, .bin or .hex outside of BUILD."),
        click.option("--network", default="", help="Which network, where BUILD has several: NAME of NAME_ecblobs.h."),
        click.argument("build", type=BuildPath),
    ):
        function = option(function)
    return function


@npu.command("list")
@common
def list_epochs(build: Given, as_json: bool) -> None:
    """List the epochs of BUILD (a folder or zip): units, links, streams, bytes moved."""
    from ingot.st.npu.listing import build_facts, list_text

    read = build.read()
    _print(build_facts(read) if as_json else None, "" if as_json else list_text(read))


@npu.command()
@common
def dump(build: Given, as_json: bool) -> None:
    """Print the programs of BUILD's blobs, instruction by instruction."""
    from ingot.base.errors import IngotError
    from ingot.st.npu.listing import dump_text

    read = build.read(strict=False)
    if not read.blobs:
        raise IngotError(
            "it calls the NPU without blobs, there is no program to print",
            where=str(build.path),
            remedy="`ingot npu list` shows its epochs.",
        )
    blobs = {name: dump_text(read, [name]).splitlines() for name in read.blobs} if as_json else None
    _print(blobs, "" if as_json else dump_text(read, list(read.blobs)))


@npu.command("assemble")
@common
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def assemble_again(build: Given, folder: Path, as_json: bool) -> None:
    """Write BUILD to FOLDER with its programs in Ingot's words: the same registers in every epoch."""
    from ingot.st.npu.reassemble import reassemble, reassembled_facts, reassembled_text

    result = reassemble(build.read(), folder, build.network)
    _print(reassembled_facts(result) if as_json else None, reassembled_text(result, folder))


@npu.command()
@common
def census(build: Given, as_json: bool) -> None:
    """Name the fields of BUILD that have values which were never verified."""
    from ingot.st.npu.census import census as count
    from ingot.st.npu.census import census_text

    facts = count(build.read(strict=False))
    _print(facts if as_json else None, census_text(facts))


@npu.command("weights")
@common
@click.argument("model", type=FilePath)
def compare(build: Given, model: Path, as_json: bool) -> None:
    """Compare the weights in BUILD with those of MODEL, a .tflite or QDQ .onnx."""
    from ingot.st.npu.weights import compare_weights, weights_facts, weights_text

    result = compare_weights(build.read(), model)
    _print(weights_facts(result) if as_json else None, weights_text(result))
    if result.wrong:
        streams = "1 stream" if len(result.wrong) == 1 else f"{len(result.wrong)} streams"
        _fail(f"weights of {streams} are not those of {model.name}", build)


@npu.command()
@common
def prove(build: Given, as_json: bool) -> None:
    """Prove on BUILD's registers that every byte read was written, and that tables, blobs and files agree."""
    from ingot.st.npu.proof import faults_text, proof_facts, proof_text
    from ingot.st.npu.proof import prove as run

    proof = run(build.read())
    _print(proof_facts(proof) if as_json else None, proof_text(proof))
    if not proof.holds:
        _fail(f"the proof found {faults_text(proof)} in the epochs of the NPU", build)


@npu.command()
@common
@click.argument("model", type=FilePath)
@table_options("samples", "seed")
@click.option("--input", "files", type=FilePath, multiple=True, help="A .npy with an input of BUILD, in its type.")
@click.option("--ties", default="away", show_default=True, help="Where halves are rounded: away, up or even.")
@click.option("--every", is_flag=True, help="Print a line for each epoch.")
@click.option("--predicted", type=click.Path(path_type=Path, file_okay=False), help="Folder for the predicted outputs.")
def verify(
    build: Given,
    model: Path,
    samples: int,
    seed: int,
    files: tuple[Path, ...],
    ties: str,
    every: bool,
    predicted: Path | None,
    as_json: bool,
) -> None:
    """Run BUILD on the simulator, and judge each epoch by the tensors of MODEL, a .tflite or QDQ .onnx."""
    from ingot.device.npu.files import load_array, save_outputs
    from ingot.device.npu.judged import judge_build
    from ingot.device.npu.text import conclusion, verdict_facts, verdict_text

    arrays = [load_array(path) for path in files]
    judged = judge_build(build.read(), model, samples=samples, seed=seed, inputs=arrays, ties=ties)
    if predicted is not None:
        save_outputs(judged.verdict, predicted)
    _print(verdict_facts(judged) if as_json else None, verdict_text(judged, every))
    if judged.verdict.wrong:
        _fail(conclusion(judged.verdict), build)


@npu.command("compare")
@common
@click.argument("dump", type=click.Path(path_type=Path))
@click.option("--ties", default="away", show_default=True, help="Where halves are rounded: away, up or even.")
def compare_dump(build: Given, dump: Path, ties: str, as_json: bool) -> None:
    """Compare what the simulator predicts with DUMP, buffers of a board: a .npz, or a folder of <buffer>.bin."""
    from ingot.device.npu.dump import compare, dump_facts, dump_text, read_dump

    result = compare(build.read(), read_dump(dump), ties)
    _print(dump_facts(result) if as_json else None, dump_text(result))
    if not result.equal:
        _fail(f"{result.differing:,} of {result.bytes:,} bytes of {dump.name} are not as predicted", build)


@npu.command()
@common
def cost(build: Given, as_json: bool) -> None:
    """Print the bytes that each epoch of BUILD moves, its multiplications, and the least time that they take."""
    from ingot.st.npu.cost import cost_facts, cost_text, costs_of

    costs = costs_of(build.read())
    _print(cost_facts(costs) if as_json else None, cost_text(costs))


@npu.command("compile")
@model_word
@board_word
@table_options("samples", "seed")
@click.option(
    "--fold", is_flag=True, help="Zero points of 1x1 convolutions go into the bias; no public build does that."
)
@click.option("--functions", is_flag=True, help="Sigmoids and TANH may be in the epoch of the convolution before them.")
@click.option("--without", default="", help="A network whose public builds do not count, such as MODEL's own.")
@json_option
def compile_model(
    model: str, board: str, samples: int, seed: int, fold: bool, functions: bool, without: str, as_json: bool
) -> None:
    """Generate MODEL's layers for a board's NPU, prove and simulate them (experimental: not yet run on hardware)."""
    from ingot.base.errors import IngotError
    from ingot.board import load_board
    from ingot.board.fit import load_pools
    from ingot.compiler.frontend.model import read_model
    from ingot.device.npu.generated import check_program
    from ingot.device.npu.generated_text import checked_facts, checked_text
    from ingot.st.npu.codegen.generate import generate
    from ingot.st.npu.codegen.target import target_of
    from ingot.st.npu.public import public

    checked_board = load_board(board_file(board))
    target = target_of(checked_board, load_pools(checked_board))
    path, table = model_file(manifest_of(model)), public(without)
    program = generate(read_model(path), table, target.ram, target.flash, fold=fold, functions=functions)
    checked = check_program(program, path, program.strange(table), samples, seed)
    _print(checked_facts(checked) if as_json else None, checked_text(checked))
    if checked.wrong or not checked.proof.holds or checked.strange:
        raise IngotError(
            "the generated program is not what was predicted",
            where=str(path),
            remedy="This is a fault of the generator: report it with the model.",
        )


def _fail(what: str, build: Given) -> None:
    from ingot.base.errors import IngotError

    raise IngotError(
        what, where=str(build.path), remedy="Take the model and all generated files of one run of the tool."
    )


def _print(facts: Any, text: str) -> None:
    click.echo(text if facts is None else json.dumps(facts, indent=2, sort_keys=True), nl=facts is not None)
