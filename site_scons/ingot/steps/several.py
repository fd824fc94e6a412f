# SPDX-License-Identifier: Apache-2.0
"""Steps of builds with several networks in one firmware. See ingot.steps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingot.base.last_line import write_text


def networks_header(c_infos: Sequence[Path], header: Path) -> None:
    """Writes ingot_networks.h. c_infos: the descriptions of the firmware's networks."""
    from ingot.network.c_info import read_c_info
    from ingot.several.header import networks_header as render

    write_text(header, render([read_c_info(path).name for path in c_infos]))


def verify_together(
    elf: Path, c_infos: Sequence[Path], models: Sequence[Path], board: Path, *, samples: int = 3, seed: int = 1
) -> None:
    """Runs all networks of one firmware in turn on the twin and compares them with LiteRT's reference kernels.

    models: of each network its file. Raises IngotError when a byte differs.
    """
    from ingot.board.target import open_board
    from ingot.device.run.reference_gaps import difference
    from ingot.device.run.together import Member, verify
    from ingot.network.c_info import read_c_info

    target, _ = open_board(board, twin=True)
    members = [Member(read_c_info(path), model, path.parent) for path, model in zip(c_infos, models, strict=True)]
    passed = verify(
        elf,
        members,
        samples=samples,
        seed=seed,
        machine=target.machine,
        report=lambda line: print(f"  {line}", flush=True),
    )
    if not passed:
        raise difference(
            "the firmware computes something else than its models",
            models,
            where=elf,
            remedy="This is a fault of Ingot: please report it with the model files.",
        )
