# SPDX-License-Identifier: Apache-2.0
"""Kernels on the emulated core: what they compute, and in how many instructions.

The programs of many cases go into one firmware; a blob in the machine's large memory holds their descriptors,
parameters, tensors and what the portable kernels computed on the host. The firmware runs every call (whole, or a row at
a time), compares, and prints a line a case.
"""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.places import kernels_dir
from ingot.compiler.emit.kernel_files import header_of, sources_of
from ingot.compiler.emit.parameters import parameter_block
from ingot.compiler.kernels.program import Program
from ingot.device.run import qemu
from ingot.device.run.direct import DirectNetwork, initial_state
from ingot.device.run.host_kernels import host_kernels
from ingot.link import toolchain
from support.alignment import CHECKS, stopped_at
from support.clang import in_clang
from support.firmware import FIXTURE, base_objects
from support.kernel_objects import kernel_objects
from support.session import session_folder

BLOB = 0x60000000
GUARD = 32
POISON = 0xA5
MACHINES = {"cortex-m55": "mps3-an547", "cortex-m7": "mps2-an500"}

_MAIN = """
#include "counter.h"
#include "ingot_runtime.h"
{includes}
#define AT(offset) ((void *)({blob:#x}u + (offset)))

static void compare(unsigned number, unsigned offset, unsigned expected, unsigned size)
{{
    const unsigned char *a = AT(offset), *b = AT(expected);
    for (unsigned i = 0; i < size; i++)
        if (a[i] != b[i]) {{
            ingot_print("differs ");
            ingot_print_unsigned(number);
            ingot_print(" ");
            ingot_print_unsigned(i);
            ingot_print("\\n");
            return;
        }}
}}

static void report(unsigned number)
{{
    unsigned long long count = ingot_counter_read();
    ingot_print("cost ");
    ingot_print_unsigned(number);
    ingot_print(" ");
    ingot_print_unsigned64(count);
    ingot_print("\\n");
}}

{functions}
int main(void)
{{
    ingot_counter_start();
    report(0);
{body}
    return 0;
}}
"""


@dataclass(frozen=True)
class Outcome:
    """differs: the first output byte that is not the portable kernel's, None when all are equal. instructions: of all
    the program's calls."""

    differs: int | None
    instructions: int


class _Blob:
    """The large memory: areas at 16-aligned offsets, guards between them."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, data: bytes, guard: int = GUARD, shift: int = 0) -> int:
        """The offset of the data: 16-aligned, or `shift` bytes behind that."""
        offset = self._size + shift
        part = bytes(shift) + data + bytes([POISON]) * guard
        part += bytes(-len(part) % 16)
        self._parts.append(part)
        self._size += len(part)
        return offset

    def content(self) -> bytes:
        return b"".join(self._parts)


def run_emulated(
    cases: Sequence[tuple[Program, Sequence[npt.NDArray[Any]]]],
    *,
    cpu: str = "cortex-m55",
    row_by_row: bool = False,
    folder: Path | None = None,
    on_target: Sequence[Program] = (),
    checked: bool = False,
    shift: int = 0,
    inside: bool = False,
    clang: bool = False,
) -> list[Outcome]:
    """Runs every program on its inputs, one inference each, states as they are at the start.

    on_target: programs that run instead of those in `cases`, which still say what is expected.
    checked: with kernels that stop at a pointer that is not aligned (support.alignment).
    shift: bytes from a 16-aligned address to each tensor, scratch and parameter block. inside: tensors lie one element
    behind that, as one does that lies inside another.
    clang: compiles the kernels in place of gcc.
    Raises AssertionError with the firmware's last lines and the place in the source when it does not finish.
    """
    folder = folder or session_folder("emulated")
    blob, includes, functions, body, sources = _Blob(), set(), [], [], set()
    for number, (program, inputs) in enumerate(cases, start=1):
        runs = on_target[number - 1] if on_target else program
        code, checks = _case(blob, program, runs, inputs, number, row_by_row, shift, inside)
        functions.append(f"static void case_{number}(void)\n{{\n{code}}}\n")
        body.append(f"    ingot_counter_start();\n    case_{number}();\n    report({number});\n{checks}")
        includes |= {header_of(call) for call in program.calls}
        sources |= {name for call in program.calls for name in sources_of(call)}
    main = folder / "main.c"
    main.write_text(
        _MAIN.format(
            includes="".join(f'#include "{name}"\n' for name in sorted(includes)),
            blob=BLOB,
            functions="\n".join(functions),
            body="\n".join(body),
        )
    )
    data = folder / "blob.bin"
    data.write_bytes(blob.content())
    if clang:
        objects = [clang_object(source, cpu) for source in sorted(sources)]
    else:
        objects = kernel_objects(sources, cpu, CHECKS if checked else ())
    elf = folder / "firmware.elf"
    script = FIXTURE / ("twin_m7.ld" if cpu == "cortex-m7" else "twin.ld")
    everything = [*base_objects(cpu), _compile(main, folder / "main.o", cpu, "network"), *objects]
    subprocess.run(toolchain.link_command(everything, elf, cpu, script), check=True)
    run = qemu.run(elf, [qemu.Image(data, BLOB)], machine=MACHINES[cpu], timeout=300)
    return _outcomes(run.lines, len(cases), elf)


@functools.cache
def clang_object(source: str, cpu: str) -> Path:
    """A kernel's file, compiled by clang."""
    folder = session_folder("clang")
    return _compile(kernels_dir() / source, folder / f"{Path(source).stem}.o", cpu, "kernels", clang=True)


def _compile(source: Path, target: Path, cpu: str, role: str, clang: bool = False) -> Path:
    include = [toolchain.ROOT / name for name in toolchain.INCLUDE_DIRS]
    command = toolchain.compile_command(source, target, cpu, role, include=include)
    # Clang's -Wpedantic counts the characters of the assembly.
    words = in_clang(command) if clang else [*command, "-Wpedantic"]
    subprocess.run([*words, "-Werror"], check=True)
    return target


def _case(
    blob: _Blob,
    program: Program,
    runs: Program,
    inputs: Sequence[npt.NDArray[Any]],
    number: int,
    row_by_row: bool,
    shift: int,
    inside: bool,
) -> tuple[str, str]:
    """(C statements that run the calls, C statements that compare the outputs)."""
    expected = DirectNetwork(program).run(list(inputs))
    places = {}
    for index, tensor in enumerate(program.tensors):
        content = bytes([POISON]) * tensor.nbytes
        if index in program.inputs:
            content = np.ascontiguousarray(inputs[program.inputs.index(index)]).tobytes()
        if tensor.role == "state":
            content = np.full(tensor.nbytes // tensor.dtype.size, initial_state(tensor), tensor.dtype.numpy).tobytes()
        places[index] = blob.add(content, shift=shift + tensor.dtype.size * inside)
    lines = []
    for call in runs.calls:
        layout = host_kernels().layout(call.descriptor)
        arguments = [f"AT({blob.add(layout.pack(call.fields))})"]
        arguments += [f"AT({places[i]})" for i in (*call.inputs, *call.outputs)]
        if call.scratch:
            arguments.append(f"AT({blob.add(bytes(call.scratch), shift=shift)})")
        block = parameter_block(call).data
        arguments.append(f"AT({blob.add(block, shift=shift)})" if block else "0")
        rows = call.folds or program.tensors[call.outputs[0]].rows
        text = f"ingot_{call.kernel}({', '.join(arguments)}, "
        if row_by_row:
            lines.append(f"    for (unsigned y = 0; y < {rows}; y++)\n        {text}y, 1);\n")
        else:
            lines.append(f"    {text}0, {rows});\n")
    checks = ""
    for index, array in zip(program.outputs, expected, strict=True):
        size = program.tensors[index].nbytes
        wanted = blob.add(np.ascontiguousarray(array).tobytes())
        checks += f"    compare({number}, {places[index]}, {wanted}, {size + GUARD});\n"
    return "".join(lines), checks


def _outcomes(lines: Sequence[str], count: int, elf: Path) -> list[Outcome]:
    costs, differences = {}, {}
    for line in lines:
        words = line.split()
        if words[:1] == ["cost"]:
            costs[int(words[1])] = int(words[2])
        elif words[:1] == ["differs"]:
            differences.setdefault(int(words[1]), int(words[2]))
    if set(costs) != set(range(count + 1)):
        said = " | ".join(lines[-8:])
        raise AssertionError(f"the firmware did not finish: {said}\n{stopped_at(elf, lines)}")
    return [Outcome(differences.get(i), max(costs[i] - costs[0], 0)) for i in range(1, count + 1)]
