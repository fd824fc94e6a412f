# SPDX-License-Identifier: Apache-2.0
"""Processor time and memory of compiling: of model files, and of a made-up network of many operators.

    python bench/compile_time.py [FILE...] [--operators 2000] [--board n6dk]

A line each: seconds of `ingot compile` with the start of Python, its largest memory, epochs, the hash of network.c. The
made-up network has blocks of expanding, depthwise and projecting convolutions with a sum around them, and of a
convolution whose sigmoid multiplies it, as public detectors have. It is compiled where no FILE is given. No model is
part of this project: give your own.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

import click  # noqa: E402

from support.tflite_builder import Builder  # noqa: E402

SIDE, CHANNELS, WIDE = 24, 16, 48


class Network:
    """A network that grows by blocks. x: its last tensor. operators: so far."""

    def __init__(self) -> None:
        self.b, self.operators, self._random = Builder(), 0, np.random.default_rng(0)
        self.x = self.b.input((1, SIDE, SIDE, CHANNELS), "int8", 0.05, 0)

    def layer(self, kind: str, source: int, channels: int, window: int = 1) -> int:
        """A convolution of the size of its input."""
        depthwise = kind == "DEPTHWISE_CONV_2D"
        given = WIDE if depthwise or channels < WIDE else CHANNELS
        shape = (1, window, window, channels) if depthwise else (channels, window, window, given)
        weights = self.b.constant(self._random.integers(-9, 10, shape).astype(np.int8), 0.02)
        bias = self.b.constant(self._random.integers(-99, 100, channels).astype(np.int32))
        return self._made(kind, [source, weights, bias], channels, padding="SAME")

    def block(self) -> None:
        """Six operators."""
        wide = self.layer("CONV_2D", self.x, WIDE)
        wide = self._made("MUL", [wide, self._made("LOGISTIC", [wide], WIDE, 1 / 256, -128)], WIDE)
        narrow = self.layer("CONV_2D", self.layer("DEPTHWISE_CONV_2D", wide, WIDE, 3), CHANNELS)
        self.x = self._made("ADD", [self.x, narrow], CHANNELS)

    def _made(
        self, kind: str, inputs: list[int], channels: int, scale: float = 0.05, zero: int = 0, **options: str
    ) -> int:
        y = self.b.tensor((1, SIDE, SIDE, channels), "int8", scale, zero)
        self.b.operator(kind, inputs, [y], **options)
        self.operators += 1
        return y


def network_of(operators: int) -> bytes:
    network = Network()
    while network.operators < operators:
        network.block()
    return network.b.finish([network.x])


@click.command(help=__doc__)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--operators", default=2000, show_default=True)
@click.option("--board", default="n6dk", show_default=True)
def main(files: tuple[Path, ...], operators: int, board: str) -> None:
    with tempfile.TemporaryDirectory(prefix="ingot-bench-") as name:
        if not files:
            made = Path(name) / f"blocks_of_{operators}.tflite"
            made.write_bytes(network_of(operators))
            files = (made,)
        for number, file in enumerate(files):
            print(line(file, board, Path(name) / str(number)), flush=True)


def line(file: Path, board: str, out: Path) -> str:
    """What one compilation took; it runs in a process and with a cache of its own."""
    command = [sys.executable, "-m", "ingot", "compile", str(file), "--board", board, "--out", str(out), "--quiet"]
    environment = {**os.environ, "XDG_CACHE_HOME": f"{out}-cache"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        return f"{file.name}: refused"
    epochs = len(json.loads((out / "network_c_info.json").read_text())["graphs"][0]["nodes"])
    digest = hashlib.sha256((out / "network.c").read_bytes()).hexdigest()[:16]
    return (
        f"{file.name}: {used.ru_utime + used.ru_stime:.2f} s of processor time, {used.ru_maxrss / 1024:.0f} MiB, "
        f"{epochs} epochs, {digest}"
    )


if __name__ == "__main__":
    main()
