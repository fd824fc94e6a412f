# SPDX-License-Identifier: Apache-2.0
"""Real builds of the table shell x compiler x option, compared byte by byte."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from support.option_cells import CELLS
from support.real_shells import Outcome, RealCell, RealShell, make_shells, own_validate

#: What a fleet has in its own way: its application is `validate`.
OF_APPLICATION = ("firmware.bin", "firmware.hex", "linker script")

#: What new weights may change.
OF_WEIGHTS = (".raw", ".hex", "_rel.bin", "_params.bin", "_image.c", "_c_info.json", "_report.txt")

#: An output whose weights move: blobs in the params need that, and no firmware has it.
RELATIVE = {"st_output": "relative_output"}

#: Cells with another value than the one that cells have otherwise: another st_output= than that of `prebuilt`, and
#: tensors that the model of the real builds has.
OTHER = {
    "prebuilt-st_output": {"st_output": "other_output"},
    "prebuilt-ecblob_in_params": RELATIVE,
    "builtin-inputs": {"inputs": "t0"},
    "builtin-outputs": {"outputs": "t12"},
}


#: Options of firmware whose image is refused; every real build here has an image.
NO_IMAGE = ("npu",)


def all_cells() -> list[RealCell]:
    """Every compiler alone, and with every option that it reads."""
    found = []
    for cell in CELLS:
        if cell.makes_sense and cell.option not in NO_IMAGE:
            other = OTHER.get(cell.name, {})
            found.append(RealCell({**cell.texts, **other}, cell.model, other != RELATIVE))
    return list({cell.name: cell for cell in found}.values())


@dataclass
class Table:
    """What was built. rows: shell, cell, C files compiled, files compared, what is wrong ("" for nothing)."""

    rows: list[tuple[str, str, int, int, str]] = field(default_factory=list)
    say: Callable[[str], None] = lambda line: None

    @property
    def wrong(self) -> list[str]:
        return [f"{shell}: {cell}: {what}" for shell, cell, _, _, what in self.rows if what]

    def add(self, shell: str, cell: str, outcome: Outcome, wrong: str) -> None:
        row = (shell, cell, outcome.compiled, len(outcome.files), wrong)
        self.rows.append(row)
        self.say("{:16}{:4} compiled {:3} files  {:70} {}".format(shell, row[2], row[3], cell, wrong or "same"))


def build_all(
    top: Path,
    plan: Sequence[tuple[RealCell, Sequence[str]]],
    say: Callable[[str], None],
    retrained: Container[str] = (),
) -> Table:
    """Builds each cell in those shells in folders below `top`; the first shell is what others equal.

    retrained: names of cells that new weights follow, which compile nothing.
    """
    table = Table(say=say)
    names = list(dict.fromkeys(name for _, chosen in plan for name in chosen))
    shells = make_shells(top, names)
    for cell, chosen in plan:
        # A fleet's entry is a firmware always.
        here = [shells[name] for name in chosen if cell.firmware or name != "fleet"]
        if cell.model == "made.yaml":
            _refused(table, here, cell)
            continue
        built = _compare(table, here, cell, "")
        if cell.name in retrained:
            _retrain(table, here, cell, built)
    return table


def _compare(table: Table, shells: Iterable[RealShell], cell: RealCell, more: str) -> dict[str, Outcome]:
    built: dict[str, Outcome] = {}
    first: Mapping[str, bytes] | None = None
    for shell in shells:
        outcome = built[shell.name] = shell.build(cell)
        wrong = "" if outcome.status == 0 else f"status {outcome.status}: {outcome.said.strip()[-600:]}"
        needed = {"reloc/network_rel.bin", *(("network.c", "firmware.bin") if cell.firmware else ())}
        if not wrong and not needed <= set(outcome.files):
            wrong = f"it wrote {', '.join(sorted(outcome.files))} only"
        if first is None:
            first = outcome.files
        elif not wrong:
            skipped = OF_APPLICATION if shell.name == "fleet" else ()
            wrong = _difference(first, outcome.files, skipped)
        table.add(shell.name, cell.name + more, outcome, wrong)
    return built


def _difference(expected: Mapping[str, bytes], found: Mapping[str, bytes], skipped: Sequence[str]) -> str:
    names = sorted({*expected, *found} - set(skipped))
    return ", ".join(f"{name} differs" for name in names if expected.get(name) != found.get(name))


def _retrain(table: Table, shells: Iterable[RealShell], cell: RealCell, before: Mapping[str, Outcome]) -> None:
    """New weights in each shell, and the old ones back. No C is compiled, and no more changes than weights."""
    first: Mapping[str, bytes] | None = None
    trained = set()
    for shell in shells:
        old = before[shell.name]
        if old.status:
            continue
        if shell.folder not in trained:
            shell.train(5)
            trained.add(shell.folder)
        outcome = shell.build(cell)
        changed = sorted(name for name in outcome.files if outcome.files[name] != old.files.get(name))
        beyond = [name for name in changed if not name.endswith(OF_WEIGHTS)]
        wrong = f"status {outcome.status}: {outcome.said[-600:]}" if outcome.status else ""
        if not wrong and (outcome.compiled or beyond or not any(name.endswith(".raw") for name in changed)):
            wrong = f"new weights compiled {outcome.compiled} C files and changed {', '.join(changed) or 'nothing'}"
        if first is None:
            first = outcome.files
        elif not wrong:
            wrong = _difference(first, outcome.files, OF_APPLICATION if shell.name == "fleet" else ())
        table.add(shell.name, f"{cell.name}, new weights", outcome, wrong)
    for shell in shells:
        shell.train(0)


MISSING = "gone.tflite"


def _refused(table: Table, shells: Iterable[RealShell], cell: RealCell) -> None:
    """A model that is not to be had: every shell fails and names its file."""
    for shell in shells:
        outcome = shell.build(cell)
        said = [line for line in outcome.said.splitlines() if line.startswith("ingot: ") and MISSING in line]
        wrong = "" if outcome.status and said else f"status {outcome.status}: {outcome.said[-600:]}"
        table.add(shell.name, f"{cell.name}, no model", outcome, wrong)


def fleet_is_the_own_build(table: Table, top: Path, cells: Iterable[RealCell]) -> None:
    """A fleet's firmware is the own SConstruct's with its application."""
    shells = make_shells(top, ("scons own", "fleet"))
    for cell in cells:
        own, fleet = own_validate(shells["scons own"]).build(cell), shells["fleet"].build(cell)
        wrong = f"{own.said[-500:]}{fleet.said[-500:]}" if own.status or fleet.status else ""
        table.add("fleet", f"{cell.name}, app=validate", fleet, wrong or _difference(own.files, fleet.files, ()))


#: For CI: every shell, every compiler and every option in a real build, at little cost (the examples have firmware of
#: the built-in compiler in five shells). The first shell of a line is what the others of the line are compared with.
BUILTIN = {
    "optimize": "ram", "ram_limit": "4096", "fuse": "0", "io_placement": "application", "io_input": "keep",
    "io_output": "rows", "io_layout": "file", "input_shape": "1x16x16x3", "runtime_abi": "1.1.3", "split": "1",
    "secure": "0", "gen_c_file": "1", "seal": "crc32", "weights_4bit": "expand", "inputs": "t0", "outputs": "t12",
    "signature": "other",
}  # fmt: skip
IMAGE = {"split": "1", "secure": "0", "gen_c_file": "1", "seal": "none"}
STEDGEAI = {"compiler": "stedgeai", "st_pack": "pack", "st_timeout": "77", "ecblob_in_params": "1", **IMAGE}
PREBUILT = {"compiler": "prebuilt", "st_pack": "pack", "st_output": "st_ai_output", **IMAGE}
SAMPLE: Sequence[tuple[RealCell, Sequence[str]]] = (
    (RealCell(BUILTIN, firmware=False), ("build",)),
    (RealCell({"require_real": "1"}, "made.yaml", firmware=False), ("build", "ninja")),
    (RealCell(STEDGEAI), ("ninja", "scons own", "cmake make", "fleet")),
    (RealCell(PREBUILT), ("make", "scons foreign", "cmake ninja")),
)


def options_of(plan: Iterable[tuple[RealCell, Sequence[str]]]) -> set[str]:
    return {name for cell, _ in plan for name in cell.options}


def shells_of(plan: Iterable[tuple[RealCell, Sequence[str]]]) -> set[str]:
    return {name for _, names in plan for name in names}
