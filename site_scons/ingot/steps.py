"""The steps of a build: plain functions from files to files.

Every shell calls these: the SCons tool as builders, the command line as verbs, other build systems through the command
line. A step reads what its arguments name, writes what its arguments name, and raises IngotError for a user's mistake.
Paths are `Path`; everything else is text, numbers and switches.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.errors import IngotError
from ingot.files import write_if_changed

if TYPE_CHECKING:
    from ingot.board import Board, Mpool


# Cortex-M core -> what its kernels may use (ingot.kernels.registry.Target.isa).
INSTRUCTION_SETS = {"cortex-m55": "mve", "cortex-m33": "dsp", "cortex-m7": "dsp", "cortex-m4": "dsp"}


def say(text: str) -> None:
    """A line for people."""
    print(f"ingot: {text}", flush=True)


def open_board(path: Path, twin: bool = False) -> tuple[Board, Mpool]:
    """The board (or its emulated twin) and its pools, checked."""
    from ingot.board import load_board, twin_of, twin_pools
    from ingot.board.fit import load_pools

    board = load_board(path)
    pools = load_pools(board)
    if not twin:
        return board, pools
    emulated = twin_of(board)
    return emulated, twin_pools(board, emulated, pools)


def obtain_model(model: Path, manifest: str, require_real: bool) -> None:
    """Downloads the model's file, or makes its stand-in."""
    from ingot.model import load_manifest, obtain_source

    write_if_changed(model, obtain_source(load_manifest(Path(manifest)), require_real, say))


def compile_network(
    model: Path,
    board: Path,
    outputs: Sequence[Path],
    *,
    twin: bool = False,
    name: str = "network",
    title: str = "",
    io_placement: str = "activations",
    optimize: str = "balanced",
    fuse: bool = True,
) -> None:
    """Compiles a model for a board: network.c and the files that belong to it.

    outputs: all files of ingot.compile.output_names, in one folder.
    """
    from ingot.compile import CompileOptions, compile_model
    from ingot.model.stand_in import is_stand_in

    target, pools = open_board(board, twin)
    stand_in = is_stand_in(model)
    if stand_in:
        say(f"STAND-IN: the weights of {model.name} are invented")
    options = CompileOptions(
        name=name,
        model=title or model.name,
        stand_in=stand_in,
        optimize=optimize,
        fuse=fuse,
        io_placement=io_placement,
        cpu=target.core,
        isa=INSTRUCTION_SETS[target.core],
    )
    compile_model(model, pools, outputs[0].parent, options)


def app_config(c_info: Path, header: Path, *, manifest: str) -> None:
    """Writes app_config.h from what the model.yaml asks for and what the network is."""
    from ingot.emit.app_config import app_config as render
    from ingot.emit.c_info import read_c_info
    from ingot.model import open_manifest

    write_if_changed(header, render(open_manifest(Path(manifest)), read_c_info(c_info)))
