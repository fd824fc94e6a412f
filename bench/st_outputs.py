# SPDX-License-Identifier: Apache-2.0
"""Are outputs of ST's tools read rightly? Compares Ingot's description with each network.c, read a second time here.

    python bench/st_outputs.py FOLDER ... [--name od]

FOLDER: what `stedgeai generate` wrote, or a folder of an application repository with a network.c. The second reading
shares no code with Ingot's: it goes through the lines, takes pools and their rounded use from the comments, and buffers
from the tables. One row a network; a difference is printed below its row, and makes the status 1.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "site_scons")]

from ingot.base.errors import IngotError  # noqa: E402
from ingot.base.text_table import text_table  # noqa: E402
from ingot.network.types import Network  # noqa: E402
from ingot.st.prebuilt.describe import describe_output  # noqa: E402
from ingot.st.prebuilt.output import open_output  # noqa: E402

UNITS = {"B": 1, "KB": 1 << 10, "MB": 1 << 20}
HEAD = ("output", "C name", "compiler", "pools", "activations", "weights", "epochs", "in", "out", "as network.c says")


@dataclass
class Lines:
    """What the lines of a network.c say. pools: name -> (base, size, virtual). stated: name -> (bytes, rounded to).

    writable: names of pools. tables: kind -> [(name, base, start, end, user, parameter)]. last_epoch: of the table of
    epoch blocks.
    """

    pools: dict[str, tuple[int, int, bool]] = field(default_factory=dict)
    stated: dict[str, tuple[float, float]] = field(default_factory=dict)
    writable: set[str] = field(default_factory=set)
    tables: dict[str, list[tuple[str, int, int, int, bool, bool]]] = field(default_factory=dict)
    last_epoch: int = 0


def read_lines(text: str) -> Lines:
    found, stated, table = Lines(), ("", 0.0, 0.0), ""
    entry: dict[str, str] = {}
    for line in text.splitlines():
        if words := re.match(r"/\* global pool (\d+) is ([\d.]+) (\w+)", line):
            unit = UNITS[words[3]]
            stated = words[1], float(words[2]) * unit, unit / 100 if "." in words[2] else 1.0
        elif "index=" in line and " name=" in line:
            words_of = dict(word.split("=", 1) for word in line.split() if "=" in word)
            name = words_of["name"]
            found.pools[name] = int(words_of["offset"], 16), int(words_of["size"]), " vpool " in line
            if " READ_WRITE " in line:
                found.writable.add(name)
            if words_of["index"] == stated[0]:
                found.stated[name] = stated[1:]
        elif words := re.match(r"const LL_Buffer_InfoTypeDef \*LL_ATON_(\w+?)_Buffers_Info_", line):
            table = words[1]
            found.tables[table] = []
        elif words := re.match(r"\s+\.last_epoch_num = (\d+)", line):
            found.last_epoch = max(found.last_epoch, int(words[1]))
        elif words := re.match(r"\s+\.(\w+) = (.*?),?$", line):
            if words[1] == "name":
                entry = {}
            entry[words[1]] = words[2]
            if words[1] == "is_param" and table:
                base = re.search(r"0x([0-9a-f]+)UL", entry["addr_base"])
                flags = [entry[key] != "0" for key in ("is_user_allocated", "is_param")]
                place = [int(entry[key]) for key in ("offset_start", "offset_end")]
                start = int(base[1], 16) if base else -1
                found.tables[table].append((entry["name"].strip('"'), start, place[0], place[1], flags[0], flags[1]))
    return found


def used_bytes(lines: Lines) -> tuple[dict[str, list[tuple[int, int]]], float]:
    """Real pool -> stretches of it that buffers other than parameters take, as offsets; what rounding leaves open.

    A pool to write whose comment states more than all tables reach has buffers that no table lists.
    """
    taken: dict[str, list[tuple[int, int]]] = {}
    reached: dict[str, int] = {}
    for buffers in lines.tables.values():
        for _, base, start, end, user, parameter in buffers:
            for name, (low, size, virtual) in lines.pools.items():
                first, last = max(base + start, low), min(base + end, low + size)
                if virtual or user or first >= last:
                    continue
                reached[name] = max(reached.get(name, 0), last - low)
                if not parameter:
                    taken.setdefault(name, []).append((first - low, last - low))
    slack = 0.0
    for name in lines.writable & lines.stated.keys():
        stated, rounding = lines.stated[name]
        if not lines.pools[name][2] and stated - rounding > reached.get(name, 0):
            taken.setdefault(name, []).append((0, round(stated)))
            slack += rounding
    return taken, slack


def differences(lines: Lines, network: Network) -> Iterator[str]:
    """What Ingot's description says otherwise than the lines.

    What a comment states of a virtual pool is the extent that the compiler reserved for it, not what buffers take.
    """
    pools = {pool.name: pool for pool in network.pools}
    for name, (base, size, virtual) in lines.pools.items():
        # ATONN 1.1.0 takes 8 bytes off the last pool of a contiguous run, which its c_info does not.
        if name not in pools or pools[name].base != base or pools[name].size - size not in (0, 8):
            yield f"pool {name}: 0x{base:08X}, {size:,} bytes"
        elif (
            not virtual
            and name in lines.stated
            and abs(pools[name].used - lines.stated[name][0]) > lines.stated[name][1]
        ):
            yield f"pool {name}: {lines.stated[name][0]:,.0f} bytes used, Ingot {pools[name].used:,}"
    taken, slack = used_bytes(lines)
    peak = sum(max(end for _, end in spans) - min(start for start, _ in spans) for spans in taken.values())
    if abs(peak - network.peak) > slack:
        yield f"activations: {peak:,} bytes, Ingot {network.peak:,}"
    if lines.last_epoch and lines.last_epoch != max(epoch.number for epoch in network.epochs):
        yield f"epochs: the last is {lines.last_epoch}, Ingot's is {max(epoch.number for epoch in network.epochs)}"
    for kind, role in (("Input", "input"), ("Output", "output")):
        said = [(name, end - start) for name, _, start, end, _, param in lines.tables.get(kind, []) if not param]
        own = [(buffer.name, buffer.size) for buffer in network.buffers if buffer.role == role]
        if sorted(said) != sorted(own):
            yield f"{role}s: {said}, Ingot {own}"


def row(folder: Path, name: str) -> tuple[list[str], list[str]]:
    """A row of the table, and what differs."""
    output = open_output(folder, name)
    network = describe_output(output).network
    label = folder.name + (f":{name}" if name else "")
    source = f"{output.prefix}.c"
    wrong = list(differences(read_lines(output.text(source)), network)) if source in output else []
    used = sum(pool.used > 0 and not pool.virtual for pool in network.pools)
    ports = [sum(b.size for b in network.buffers if b.role == role) for role in ("input", "output")]
    weights = sum(item.size for item in network.initializers)
    verdict = "no network.c" if source not in output else f"{len(wrong)} differences" if wrong else "yes"
    figures = [str(used), f"{network.peak:,}", f"{weights:,}", str(len(network.epochs)), *(f"{n:,}" for n in ports)]
    return [label, network.name, network.compiler_version.split()[0], *figures, verdict], wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--name", default="", help="which network of a folder that has several")
    chosen = parser.parse_args()
    rows, notes = [], []
    for folder in chosen.folders:
        try:
            cells, wrong = row(folder, chosen.name)
        except IngotError as error:
            cells, wrong = [folder.name, *[""] * 8, "refused"], [str(error)]
        rows.append(cells)
        notes += [f"{cells[0]}: {line}" for line in wrong]
    print(text_table(HEAD, rows, "   rrrrrr "), end="")
    for note in notes:
        print(note)
    return 1 if notes else 0


if __name__ == "__main__":
    sys.exit(main())
