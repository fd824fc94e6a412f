# SPDX-License-Identifier: Apache-2.0
"""Opening the line to a firmware, and the words that both commands over it print in the end."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingot.board import Board
    from ingot.device.protocol.client import Client
    from ingot.device.protocol.link import Link
    from ingot.device.protocol.validate import Validation
    from ingot.device.run.qemu import Image
    from ingot.network.types import Network


@contextlib.contextmanager
def line_to(
    board: Board, elf: Path | None, images: Sequence[Image], port: str, baud: int, npu: bool = False
) -> Iterator[Link]:
    """A board's serial port, or without one the twin's with `elf` and `images` in it. baud: 0 for the board's. npu: the
    network has layers for the NPU."""
    from ingot.base.errors import IngotError
    from ingot.device.protocol.link import SerialLink
    from ingot.device.protocol.twin import twin_line

    if not port:
        if elf is None:
            raise IngotError("needs the twin's firmware or a board's port", where="serial line", remedy="Give port=.")
        with twin_line(elf, images, board.machine, npu) as line:
            yield line
        return
    serial = SerialLink(port, baud or board.baud)
    try:
        yield serial
    finally:
        serial.close()


@contextlib.contextmanager
def client_of(line: Link, network: Network, clock: int, quiet: bool) -> Iterator[Client]:
    """A client that shows its progress. clock: of the board's CPU in Hz, 0 for the twin. quiet: for --json."""
    from ingot.device.protocol.client import Client
    from ingot.device.protocol.progress import interval, shown

    if quiet:
        yield Client(line)
        return
    with shown(len(network.epochs)) as show:
        yield Client(line, interval(clock), show)


def show_result(outcome: Validation, network: Network, clock: int, as_json: bool, more: dict[str, Any]) -> None:
    """Prints tables, or JSON with `more` in it. clock: of the CPU, for durations."""
    from ingot.base.console import say
    from ingot.device.protocol.validate import text

    if as_json:
        print(json.dumps(outcome.as_dict() | {"stand_in": network.stand_in} | more, indent=2, sort_keys=True))
        return
    print(text(outcome, network, clock), end="")
    if network.stand_in:
        say("STAND-IN: this proves the firmware, not the real model")


def archive(outcome: Validation, given: Sequence[tuple[str, Sequence[Any]]], network: Network) -> bytes:
    """Inputs and outputs of all samples as .npz: `input0`, `output0`, ... with one row a sample."""
    import io

    import numpy as np

    arrays: dict[str, Any] = {
        f"input{i}": np.stack([inputs[i] for _, inputs in given]) for i in range(len(network.inputs))
    }
    arrays |= {
        f"output{i}": np.stack([sample.outputs[i] for sample in outcome.samples]) for i in range(len(network.outputs))
    }
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()
