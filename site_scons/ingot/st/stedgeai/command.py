# SPDX-License-Identifier: Apache-2.0
"""The command line of `stedgeai generate`."""

from __future__ import annotations

from ingot.base.errors import IngotError
from ingot.board import Board
from ingot.board.cores import core_named
from ingot.st.stedgeai.request import Request

#: --target by the chip's family.
TARGETS = {"stm32n6": "stm32n6", "stm32h7": "stm32h7"}


def st_target(board: Board) -> str:
    """--target by what board.yaml says of the chip or, without, the core; "" for none."""
    return TARGETS.get(board.chip, "") if board.chip else core_named(board.core).st_target


def target_of(board: Board) -> str:
    """--target for a board. Raises IngotError for chips that Ingot has no command for."""
    target = st_target(board)
    if not target:
        raise IngotError(
            f"compiler=stedgeai knows no target for board '{board.name}' ({board.core})",
            where=str(board.path),
            remedy="Generate by hand and build with compiler=prebuilt, or use compiler=builtin.",
        )
    return target


def generate_arguments(
    target: str, model: str, name: str, request: Request, profile: str, output: str, workspace: str
) -> list[str]:
    """The words behind the program's name.

    profile: `<name>@<file>` for N6; for H7 the file of its memory pools, or "" for a single heap.
    """
    words = ["generate", "--target", target, "-m", model]
    words += ["--name", name] if name != "network" else []  # the tool's default
    words += ["--output", output, "--workspace", workspace]
    if target == "stm32n6":
        words += ["--st-neural-art", profile]
    else:
        words += ["--allocate-inputs", "--allocate-outputs", "-O", "balanced"]
        words += ["--split-weights"] if request.split_weights else []
        words += ["--memory-pool", profile] if profile else []
    for option, value in (
        ("--input-data-type", request.input_data_type),
        ("--output-data-type", request.output_data_type),
        ("--inputs-ch-position", request.inputs_ch_position),
        ("--outputs-ch-position", request.outputs_ch_position),
    ):
        words += [option, value] if value else []
    return words
