# SPDX-License-Identifier: Apache-2.0
"""`ingot npu ...`: what ST's compiler makes for the Neural-ART NPU, read without a board."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingot.cli.verb import verbs

if TYPE_CHECKING:
    from ingot.st.npu.build import Build

FilePath = click.Path(path_type=Path, dir_okay=False)
BuildPath = click.Path(path_type=Path)


@verbs()
def npu() -> None:
    """Builds of ST's compiler for the Neural-ART NPU: decoded, proven, compared with the model."""


def common(function: Callable[..., None]) -> Callable[..., None]:
    """The build, and words that all verbs share."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
        click.option("--weights", type=FilePath, multiple=True, help="A pool's .raw, .bin or .hex outside of BUILD."),
        click.argument("build", type=BuildPath),
    ):
        function = option(function)
    return function


@npu.command("list")
@common
def list_epochs(build: Path, weights: tuple[Path, ...], as_json: bool) -> None:
    """List the epochs of BUILD (a folder or zip): units, links, streams, bytes moved."""
    from ingot.st.npu.listing import build_facts, list_text

    read = _read(build, weights)
    _print(build_facts(read) if as_json else None, "" if as_json else list_text(read))


@npu.command()
@common
def dump(build: Path, weights: tuple[Path, ...], as_json: bool) -> None:
    """Print the programs of BUILD's blobs, instruction by instruction."""
    from ingot.base.errors import IngotError
    from ingot.st.npu.listing import dump_text

    read = _read(build, weights, strict=False)
    if not read.blobs:
        raise IngotError(
            "it calls the NPU without blobs, there is no program to print",
            where=str(build),
            remedy="`ingot npu list` shows its epochs.",
        )
    blobs = {name: dump_text(read, [name]).splitlines() for name in read.blobs} if as_json else None
    _print(blobs, "" if as_json else dump_text(read, list(read.blobs)))


@npu.command()
@common
def census(build: Path, weights: tuple[Path, ...], as_json: bool) -> None:
    """Name the fields of BUILD that have values which were never verified."""
    from ingot.st.npu.census import census as count
    from ingot.st.npu.census import census_text

    facts = count(_read(build, weights, strict=False))
    _print(facts if as_json else None, census_text(facts))


@npu.command("weights")
@common
@click.argument("model", type=FilePath)
def compare(build: Path, model: Path, weights: tuple[Path, ...], as_json: bool) -> None:
    """Compare the weights in BUILD with those of MODEL, a .tflite."""
    from ingot.st.npu.weights import compare_weights, weights_facts, weights_text

    result = compare_weights(_read(build, weights), model)
    _print(weights_facts(result) if as_json else None, weights_text(result))
    if result.wrong:
        _fail(f"weights of {len(result.wrong)} streams are not those of {model.name}", build)


@npu.command()
@common
def prove(build: Path, weights: tuple[Path, ...], as_json: bool) -> None:
    """Prove on BUILD's registers that every byte read was written, and that tables, blobs and files agree."""
    from ingot.st.npu.proof import faults_text, proof_facts, proof_text
    from ingot.st.npu.proof import prove as run

    proof = run(_read(build, weights))
    _print(proof_facts(proof) if as_json else None, proof_text(proof))
    if not proof.holds:
        _fail(f"the proof found {faults_text(proof)} in the epochs of the NPU", build)


def _fail(what: str, build: Path) -> None:
    from ingot.base.errors import IngotError

    raise IngotError(what, where=str(build), remedy="Take the model and all generated files of one run of the tool.")


def _read(build: Path, weights: tuple[Path, ...], *, strict: bool = True) -> Build:
    from ingot.st.npu.build import read_build

    return read_build(build, weights, strict=strict)


def _print(facts: Any, text: str) -> None:
    click.echo(text if facts is None else json.dumps(facts, indent=2, sort_keys=True), nl=facts is not None)
