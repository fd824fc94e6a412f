# SPDX-License-Identifier: Apache-2.0
"""compiler=prebuilt: from a folder or zip of ST's output to the files that later stages read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingot.base.file_names import write_outputs
from ingot.compiler.emit.report import render_report
from ingot.network.types import Network
from ingot.st.consistency.finding import Subject
from ingot.st.consistency.rules import enforce
from ingot.st.prebuilt.describe import Described, describe_output, render_description
from ingot.st.prebuilt.files import ST_INFO, ST_REPORT, copied_files
from ingot.st.prebuilt.initializer_files import initializer_bytes, initializer_files
from ingot.st.prebuilt.output import StOutput, info_name, open_output

if TYPE_CHECKING:
    from ingot.board import Board, Mpool
    from ingot.model.model_file import ModelFile
    from ingot.st.stedgeai.pack import Pack


@dataclass(frozen=True)
class Place:
    """Where an output has to fit.

    camera: the input is an image from the camera. compiler: who made the output. signature: compare the model's
    file also where no SHA-256 of it is recorded.
    """

    board: Board
    mpool: Mpool
    model: ModelFile | None = None
    pack: Pack | None = None
    camera: bool = False
    strict: bool = False
    compiler: str = "prebuilt"
    title: str = ""
    signature: bool = True


def take_output(source: Path, out_dir: Path, place: Place, warn: Callable[[str], None], name: str = "") -> Network:
    """Reads and checks an output, then copies its files beside a description and a report. Returns the description.

    name: which network is meant, where the output has several. Nothing is written when a rule of
    ingot.st.consistency is broken. Raises IngotError.
    """
    output = open_output(source, name)
    described = describe_output(output, place.compiler)
    check_output(output, described, place, warn)
    network = described.network
    if place.title:
        network = replace(network, model=place.title)
    if place.model is not None:
        network = replace(network, model_sha256=place.model.sha256)
    contents: dict[str, bytes | str] = {
        f"{output.prefix}_c_info.json": render_description(replace(described, network=network)),
        f"{output.prefix}_generate_report.txt": render_report(network),
    }
    contents |= {name: output.read(name) for name in copied_files(output)}
    bases = {item.file: pool.base for item in network.initializers for pool in network.pools if pool.name == item.pool}
    for item in initializer_files(output):
        contents[item.written] = initializer_bytes(output, item, bases.get(item.written))
    if (info := info_name(output, output.prefix)) is not None:
        contents[ST_INFO] = output.read(info)
    if f"{output.prefix}_generate_report.txt" in output:
        contents[ST_REPORT] = output.read(f"{output.prefix}_generate_report.txt")
    write_outputs(out_dir, contents)
    return network


def check_output(output: StOutput, described: Described, place: Place, warn: Callable[[str], None]) -> None:
    """Applies the rules. Raises IngotError for the first that is broken."""
    subject = Subject(
        network=described.network,
        output=output,
        source=described.source,
        document=described.document,
        built=described.built,
        board=place.board,
        mpool=place.mpool,
        model=place.model,
        pack=place.pack,
        camera=place.camera,
        signature=place.signature,
    )
    enforce(subject, warn, place.strict)
