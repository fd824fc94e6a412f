# SPDX-License-Identifier: Apache-2.0
"""The models of a folder on the twin: which they are, which of them can be measured, and the step `bench`."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.model.asked import USUAL, Asked
from ingot.model.manifest import MODEL_SUFFIXES

if TYPE_CHECKING:
    from ingot.device.run.bench import Measurement
    from ingot.network.types import Network


def models_of(where: Path) -> list[Path]:
    """What models= means: a .tflite or .onnx, or all that a folder has, by name. Raises IngotError where there is none,
    and where two would have the same name."""
    if where.is_file() and where.suffix in MODEL_SUFFIXES:
        return [where]
    remedy = "Name a .tflite or .onnx, or a folder of them, with models=<path>."
    if where.is_file():
        raise IngotError(f"{where} is no .tflite or .onnx", where="bench", remedy=remedy)
    if not where.is_dir():
        raise IngotError(f"there is no file or folder {where}", where="bench", remedy=remedy)
    models = sorted(path for path in where.iterdir() if path.suffix in MODEL_SUFFIXES)
    if not models:
        raise IngotError(f"there is no .tflite or .onnx in {where}", where="bench", remedy=remedy)
    for one, other in itertools.pairwise(models):
        if one.stem == other.stem:
            raise IngotError(
                f"{one.name} and {other.name} in {where} have the same name",
                where="bench",
                remedy="Rename one, or name a single file.",
            )
    return models


def refusal(model: Path, board: Path, asked: Asked = USUAL, *, title: str = "", sha256: str = "") -> str:
    """Why the built-in compiler refuses the model on the board's twin; empty when it does not.

    title, sha256: as ingot.steps.compile_network has them. What was compiled here comes from the cache in the build.
    """
    from ingot.steps import compile as compile_steps

    with TemporaryDirectory(prefix="ingot-bench-") as folder:
        try:
            outputs = [Path(folder) / "network.c"]
            compile_steps.compile_network(model, board, outputs, twin=True, title=title, sha256=sha256, asked=asked)
        except IngotError as error:
            return str(error)
    return ""


def bench(
    elfs: Sequence[Path],
    c_infos: Sequence[Path],
    plain: Sequence[Path],
    loader: Sequence[Path],
    board: Path,
    report: Path,
    empty: Path | None = None,
    pages: Sequence[Path] = (),
    *,
    rivals: str,
    as_json: bool = False,
    refused: Mapping[str, str] | None = None,
) -> None:
    """Runs every model once on the twin, writes what it costs as JSON, and prints that or a table.

    elfs, c_infos: the twin's firmware and the description of each model. plain, empty: the firmware that only
    runs one inference, of each model, and the empty application's, for the size of the code; there is none of it
    without models. loader: the objects of the loader of relocatable images. pages: where the report of each model goes,
    whose epochs are then printed as well. rivals: a file of figures to compare with, or "". refused: models without a
    firmware, and why; with any of them, or one that does not run, the step fails when all is written and printed.
    """
    from ingot.base.console import say
    from ingot.board.target import open_board
    from ingot.device.run.bench import as_dict, code_size, measure, profile, read_rivals, table
    from ingot.network.c_info import read_c_info

    twin, _ = open_board(board, twin=True)
    known = read_rivals(Path(rivals)) if rivals else {}
    rows, missing = [], dict(refused or {})
    for number, (elf, c_info, small) in enumerate(zip(elfs, c_infos, plain, strict=True)):
        network = read_c_info(c_info)
        name = Path(network.model).stem
        assert empty is not None, "models have been built"
        say(f"bench {name}")
        try:
            rows.append(measure(name, elf, empty, network, c_info.parent, twin, small))
        except IngotError as error:
            missing[name] = str(error)
            continue
        if pages:
            _write_page(pages[number], network, rows[-1], twin.clock)
            if not as_json:
                print(f"\n{name}\n{profile(rows[-1])}as a chart: {pages[number]}")
    texts = [path for path in loader if path.stem.endswith("_text")]
    others = {
        "loader of relocatable images": sum(code_size(path) for path in loader if path not in texts),
        "its texts": sum(map(code_size, texts)),
    }
    facts = json.dumps(as_dict(rows, known, missing, others), indent=2, sort_keys=True) + "\n"
    write_if_changed(report, facts)
    print(facts if as_json else table(rows, known, missing, others), end="")
    if missing:
        raise IngotError(
            f"{len(missing)} of {len(rows) + len(missing)} models could not be measured: {', '.join(missing)}",
            where="bench",
            remedy=f"{report} says why under not_measured." if as_json else "The lines under the table say why.",
        )


def _write_page(page: Path, network: Network, row: Measurement, clock: int) -> None:
    """The report of one model, with what its epochs cost. clock: of the board's core, in Hz."""
    from ingot.report.measured import Measured
    from ingot.report.page import page as render

    cycles = tuple(epoch.cycles for epoch in row.epochs if epoch.cycles is not None)
    measured = Measured(
        tuple(epoch.instructions for epoch in row.epochs),
        row.stack,
        row.stack_size,
        cycles=cycles if len(cycles) == len(row.epochs) else (),
        no_cycles=row.no_cycles,
        clock=clock,
    )
    write_if_changed(page, render(network, measured=measured))
