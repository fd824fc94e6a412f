"""The step `validate`: a firmware's outputs over its serial line, on a board or on the twin."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.errors import IngotError

if TYPE_CHECKING:
    from ingot.board import Board
    from ingot.network import Network
    from ingot.protocol.link import Link
    from ingot.protocol.validate import Validation


def validate(
    c_info: Path,
    model: Path,
    board: Path,
    elf: Path | None = None,
    *,
    port: str = "",
    baud: int = 0,
    input: str = "",
    samples: int = 3,
    seed: int = 1,
    save: str = "",
    as_json: bool = False,
) -> None:
    """Compares what the firmware computes with LiteRT's reference kernels, and prints what each epoch costs.

    port: the board's serial port; "" for the twin, whose firmware is `elf`. baud: 0 for the board's. save: a .npz file
    for inputs and outputs. Raises IngotError when an output differs or nobody answers.
    """
    from ingot.emit.c_info import read_c_info
    from ingot.files import write_if_changed
    from ingot.protocol.client import Client
    from ingot.protocol.validate import text
    from ingot.protocol.validate import validate as run
    from ingot.steps import _samples, open_board, say

    target, _ = open_board(board, twin=not port)
    network = read_c_info(c_info)
    given = _samples(network, input, samples, seed)
    with _line(target, network, c_info.parent, elf, port, baud) as line:
        show = (lambda line: None) if as_json else (lambda line: print(f"  {line}", flush=True))
        outcome = run(model, network, Client(line), given, show)
    if save:
        write_if_changed(Path(save), _archive(outcome, given, network))
    if as_json:
        print(json.dumps(outcome.as_dict() | {"stand_in": network.stand_in}, indent=2, sort_keys=True))
    else:
        print(text(outcome, network, target.clock), end="")
        if network.stand_in:
            say("STAND-IN: this proves the firmware, not the real model")
    if not outcome.passed:
        raise IngotError(
            "the firmware computes something else than the model",
            where=str(model),
            remedy="On a board: flash again (`scons flash`). Where `scons verify` fails too it is a fault of Ingot.",
        )


@contextlib.contextmanager
def _line(board: Board, network: Network, folder: Path, elf: Path | None, port: str, baud: int) -> Iterator[Link]:
    from ingot.protocol.link import SerialLink
    from ingot.protocol.twin import twin_line
    from ingot.run.twin import images_of

    if not port:
        if elf is None:
            raise IngotError("needs the twin's firmware or a board's port", where="validate", remedy="Give port=.")
        with twin_line(elf, images_of(network, folder), board.machine) as line:
            yield line
        return
    serial = SerialLink(port, baud or board.baud)
    try:
        yield serial
    finally:
        serial.close()


def _archive(outcome: Validation, given: Sequence[tuple[str, list[Any]]], network: Network) -> bytes:
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
