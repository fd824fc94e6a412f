# SPDX-License-Identifier: Apache-2.0
"""What pieces of code take on a core's pipeline, by llvm-mca: cycles of one execution when many follow each other.

llvm-mca knows no cache and no flash. It refuses the instructions of low-overhead loops, which get costs of our own
here; its model takes gathers and scatters as plain loads and stores, and divisions as one cycle.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.board.cores import LlvmModel

# LLVM 16 is the first with a pipeline model of the Cortex-M55.
OLDEST, NEWEST = 16, 30
ROUNDS = 100
OWN_COSTS = {"le": 0.0, "letp": 0.0, "lctp": 1.0, "dls": 1.0, "wls": 1.0, "dlstp": 1.0, "wlstp": 1.0}
"""Cycles of instructions that llvm-mca refuses. A loop's end costs nothing from its second turn on."""
OTHER_COST = 1.0

_LINE = re.compile(r"^\s*(?P<address>[0-9a-f]+):\s+(?P<text>\S.*?)\s*(?:@.*)?$")
_TARGET = re.compile(r"(?:#?-?)0x[0-9a-f]+(?: <[^>]*>)?$|#-?\d+(?: <[^>]*>)?$")
_BRANCH = re.compile(r"^(?:b(?:l|lx)?(?:eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?(?:\.[nw])?)$")
_ERROR = re.compile(r"<stdin>:(\d+):\d+: (?:error|note)")
_UNSUPPORTED = re.compile(r"note: instruction:\s+(\S+)")


def tool(name: str) -> str:
    """Path of a tool of LLVM, the newest installed. Raises IngotError when there is none that is new enough."""
    path = installed(name)
    if path is None:
        raise IngotError(f"{name}-{OLDEST} is not installed", where="bench", remedy=f"apt-get install llvm-{OLDEST}")
    return path


@functools.cache
def installed(name: str) -> str | None:
    """The same, None when there is none."""
    for version in range(NEWEST, OLDEST - 1, -1):
        if path := shutil.which(f"{name}-{version}"):
            return path
    return None


def instructions(elf: Path, model: LlvmModel) -> dict[int, str]:
    """The text of every instruction by its address, as llvm-objdump prints it."""
    command = [tool("llvm-objdump"), "-d", "--no-show-raw-insn", f"--mcpu={model.cpu}", str(elf)]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {
        int(found["address"], 16): found["text"].replace("\t", " ")
        for line in listing.splitlines()
        if (found := _LINE.match(line))
    }


def cycles(pieces: Sequence[Sequence[str]], model: LlvmModel) -> list[float]:
    """Cycles of each piece: the total of many turns, divided by their number. Raises IngotError as tool() does."""
    own = [[OWN_COSTS.get(_mnemonic(text), -1.0) for text in piece] for piece in pieces]
    costs = [sum(cost for cost in line if cost > 0) for line in own]
    left = [
        [_without_target(text) for text, cost in zip(piece, line, strict=True) if cost < 0]
        for piece, line in zip(pieces, own, strict=True)
    ]
    while True:
        lines, owners = _assembly(left)
        done = _run(lines, model)
        refused = _refused(done.stderr, left, owners)
        for piece, _ in refused:
            costs[piece] += OTHER_COST
        if not done.returncode:  # what it could not read was left out
            break
        if not refused:
            raise IngotError(f"llvm-mca failed: {' '.join(done.stderr.split())[:200]}", where="bench")
        for piece, index in sorted(refused, reverse=True):
            del left[piece][index]
    for region in json.loads(done.stdout)["CodeRegions"]:
        costs[int(region["Name"])] += float(region["SummaryView"]["TotalCycles"]) / ROUNDS
    return costs


def _mnemonic(text: str) -> str:
    return text.split(" ", 1)[0].split(".", 1)[0]


def _without_target(text: str) -> str:
    """A branch to a label of the piece. A call is one, too: llvm-mca would have what is called take 100 cycles."""
    name, _, rest = text.partition(" ")
    if name in ("bl", "blx"):
        return "b 9f"
    if name in ("cbz", "cbnz"):
        return f"{name} {rest.split(',')[0]}, 9f"
    return f"{name} 9f" if _BRANCH.match(name) and _TARGET.search(rest) else text


def _assembly(pieces: Sequence[Sequence[str]]) -> tuple[list[str], list[tuple[int, int]]]:
    """The text for llvm-mca, a region a piece, and whose instruction (piece, index) each line is."""
    lines: list[str] = []
    owners: list[tuple[int, int]] = []
    for number, piece in enumerate(pieces):
        if not piece:
            continue
        lines.append(f"# LLVM-MCA-BEGIN {number}".replace("#", "@"))
        lines += piece
        lines += ["9:", "@ LLVM-MCA-END"]
        owners += [(-1, -1), *((number, i) for i in range(len(piece))), (-1, -1), (-1, -1)]
    return lines, owners


def _run(lines: Iterable[str], model: LlvmModel) -> subprocess.CompletedProcess[str]:
    attributes = [f"-mattr={','.join(model.attributes)}"] if model.attributes else []
    command = [tool("llvm-mca"), f"-mtriple={model.triple}", f"-mcpu={model.cpu}", *attributes, "-json"]
    text = "\n".join([*lines, ""])
    return subprocess.run([*command, f"-iterations={ROUNDS}"], input=text, capture_output=True, text=True)


def _refused(errors: str, pieces: Sequence[Sequence[str]], owners: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """The instructions, as (piece, index), that llvm-mca cannot read or time; of the latter it names one at a time."""
    places = {owners[int(line) - 1] for line in _ERROR.findall(errors) if int(line) <= len(owners)} - {(-1, -1)}
    if name := _UNSUPPORTED.search(errors):
        texts = ((n, i, text) for n, piece in enumerate(pieces) for i, text in enumerate(piece))
        places |= {(n, i) for n, i, text in texts if text.split(" ")[0] == name[1]}
    return places
