# SPDX-License-Identifier: Apache-2.0
"""Innermost loops of compiled kernels, and LLVM's estimate of what they take on the core's pipeline.

Instructions are not cycles. llvm-mca's model of the Cortex-M55 gives a vector instruction two cycles in its unit, and
lets load/store and arithmetic overlap. Branches that close a loop with LE are free on the core and left out.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingot.board.cores import LlvmModel, default_core
from ingot.device.run import pipeline

_FUNCTION = re.compile(r"^[0-9a-f]+ <(?P<name>[^>$]*)>:")
_LINE = re.compile(r"^\s*(?P<address>[0-9a-f]+):\s+(?P<text>\S.*?)\s*(?:@.*)?$")
_BRANCH = re.compile(r"^(?:b(?:[a-z]{2})?(?:\.[nw])?|cbn?z r\d+,|le|letp)\s+(?:lr, )?0x(?P<target>[0-9a-f]+)\b")
_PRODUCTS = {"s8": 16, "u8": 16, "s16": 8, "u16": 8, "s32": 4, "u32": 4}


@dataclass(frozen=True)
class Loop:
    """One innermost loop. macs: multiply-accumulates a turn. cycles: a turn, by llvm-mca."""

    file: str
    function: str
    instructions: int
    macs: int
    cycles: float


def vector_loops(kernels: Sequence[Path]) -> list[Loop]:
    """The innermost straight loops with vector instructions. Raises IngotError when LLVM's tools are not installed."""
    return list(dict.fromkeys(loop for path in kernels for loop in _loops_of(path)))


def _loops_of(path: Path) -> Iterator[Loop]:
    command = [pipeline.tool("llvm-objdump"), "-d", "--no-show-raw-insn", f"--mcpu={_model().cpu}", str(path)]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    function, code = "", list[tuple[int, str]]()
    for line in [*listing.splitlines(), "0 <>:"]:
        if start := _FUNCTION.match(line):
            for body in _innermost(code):
                if any(re.match(r"v.* q\d", text) for text in body):
                    yield _loop(path, function, body)
            function, code = start["name"], []
        elif instruction := _LINE.match(line):
            code.append((int(instruction["address"], 16), instruction["text"].replace("\t", " ")))


def _innermost(code: Sequence[tuple[int, str]]) -> Iterator[list[str]]:
    """Bodies of the loops without branches inside, the closing one last."""
    targets = {address: int(found["target"], 16) for address, text in code if (found := _BRANCH.match(text))}
    for last, first in targets.items():
        if first <= last and not any(first <= address < last for address in targets):
            yield [text for address, text in code if first <= address <= last]


def _loop(path: Path, function: str, body: list[str]) -> Loop:
    macs = sum(_PRODUCTS[m[1]] for text in body if (m := re.match(r"vml(?:al)?a(?:da)?va?x?\.([su]\d+)", text)))
    macs += _summed_products(body)
    (cycles,) = pipeline.cycles([body], _model())
    return Loop(path.stem.removeprefix("kernels-"), function, len(body), macs, cycles)


def _summed_products(body: Sequence[str]) -> int:
    """Products of VMULL that are added to sums, several of them together or widened first."""
    summed, waiting = 0, dict[str, int]()
    for text in body:
        name, _, operands = text.partition(" ")
        target, *sources = re.findall(r"q\d", operands) or [""]
        counts = [waiting.get(source, 0) for source in sources]
        waiting[target] = 0
        if multiplied := re.match(r"vmull[bt]\.([su]\d+)", name):
            waiting[target] = _PRODUCTS[multiplied[1]] // 2
        elif name.startswith("vmovl"):
            waiting[target] = sum(counts) // 2
        elif name.startswith("vadd."):
            if all(counts):
                waiting[target] = sum(counts)
            else:
                summed += sum(counts)
    return summed


def _model() -> LlvmModel:
    """LLVM's model of the core whose kernels have vector loops."""
    model = default_core().llvm
    assert model is not None
    return model
