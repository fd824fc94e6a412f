# SPDX-License-Identifier: Apache-2.0
"""The bench's look at compiled loops, on loops whose timing follows from LLVM's model of the core."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ingot.link import toolchain
from support.firmware import needs_gcc

pytestmark = [
    needs_gcc,
    pytest.mark.skipif(shutil.which("llvm-mca-16") is None, reason="llvm-mca-16 is not installed"),
]


@pytest.fixture(scope="module")
def loops() -> ModuleType:
    path = toolchain.ROOT / "bench" / "kernels" / "loops.py"
    spec = importlib.util.spec_from_file_location("bench_loops", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def assembled(folder: Path, text: str) -> Path:
    source = folder / "kernel.S"
    source.write_text(f".syntax unified\n.text\n.thumb_func\n.type kernel, %function\nkernel:\n{text}\n bx lr\n")
    target = folder / "kernels-kernel.o"
    command = [toolchain.tool(), *toolchain.cpu_flags("cortex-m55"), "-c", str(source), "-o", str(target)]
    subprocess.run(command, check=True)
    return target


def test_products_and_cycles(loops: ModuleType, tmp_path: Path) -> None:
    """Four loads and four products in turn share two units: two cycles for each pair, and the branch."""
    pair = "vldrb.8 q{0}, [r1], #16\n vmladava.s8 r{1}, q{0}, q7\n"
    body = "".join(pair.format(i, 4 + 2 * i) for i in range(4))
    (loop,) = loops.vector_loops([assembled(tmp_path, f"1:\n {body} subs r0, #1\n bne 1b")])
    assert (loop.file, loop.function, loop.instructions, loop.macs) == ("kernel", "kernel", 10, 64)
    assert 8 <= loop.cycles < 13


def test_products_that_are_summed(loops: ModuleType, tmp_path: Path) -> None:
    """VMULL's count where they are added to something else, after others and widening too."""
    sixteen = "vmullb.s8 q4, q6, q7\n vmullb.s8 q5, q2, q3\n vadd.i16 q4, q4, q5\n"
    widened = "vmovlb.s16 q6, q4\n vmovlt.s16 q7, q4\n vadd.i32 q0, q0, q6\n vadd.i32 q1, q1, q7\n"
    (loop,) = loops.vector_loops([assembled(tmp_path, f"1:\n {sixteen} {widened} le lr, 1b")])
    assert loop.macs == 16
    scaled = "vmullb.s16 q4, q6, q7\n vqrdmulh.s32 q4, q4, q5\n vadd.i32 q4, q4, q3\n"
    (loop,) = loops.vector_loops([assembled(tmp_path, f"1:\n {scaled} le lr, 1b")])
    assert loop.macs == 0


def test_innermost_straight_loops_only(loops: ModuleType, tmp_path: Path) -> None:
    """Not the outer loop, not one with a branch inside, not one without vectors."""
    outer = "1:\n mov lr, r2\n2:\n vadd.i32 q0, q0, q1\n le lr, 2b\n subs r0, #1\n bne 1b\n"
    branching = "3:\n cbz r1, 4f\n vadd.i32 q0, q0, q1\n4:\n subs r0, #1\n bne 3b\n"
    plain = "5:\n subs r0, #1\n bne 5b\n"
    (loop,) = loops.vector_loops([assembled(tmp_path, outer + branching + plain)])
    assert (loop.instructions, loop.macs) == (2, 0)
