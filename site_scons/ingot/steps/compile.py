# SPDX-License-Identifier: Apache-2.0
"""Steps that give a network: a model obtained and compiled, or the output of other compilers taken over."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.board.cores import core_named, kernels_note
from ingot.board.target import open_board

if TYPE_CHECKING:
    from ingot.board import Board, Mpool
    from ingot.compiler.compile import CompileOptions
    from ingot.compiler.offload import Offload
    from ingot.network.types import Network
    from ingot.st.stedgeai.pack import Pack
from ingot.base.console import VERBOSE, say
from ingot.model.asked import USUAL, Asked


def intact(stamp: Path, texts: Sequence[Path] = (), c_info: Path | None = None) -> None:
    """Finds generated texts that were edited by hand or damaged before compiler and linker do, who could not mend them.

    texts: those with a last line (ingot.base.last_line). c_info: of a network whose C file has its SHA-256 there.
    stamp: written once, and empty: what is compiled or linked waits for it.
    """
    from ingot.network.c_info import read_c_info
    from ingot.network.source import check_source, check_text

    if c_info is not None:
        check_source(read_c_info(c_info), c_info.parent)
    for text in texts:
        check_text(text)
    write_if_changed(stamp, b"")


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
    sha256: str = "",
    asked: Asked = USUAL,
    beside: Sequence[Path] = (),
    in_turn: Sequence[Path] = (),
    relocatable: bool = False,
) -> Network:
    """Compiles a model for a board: network.c and the files that belong to it. Returns the description.

    outputs: all files of ingot.compiler.output_names, in one folder. beside, in_turn: the descriptions of
    networks of the same firmware that may run at the same time as this one, and of those that never do
    (ingot.several.pools).
    sha256: what the model.yaml says of the model's file, which may have been replaced since that was compared.
    relocatable: for an image, whose weights are wherever it is installed.
    """
    from ingot.compiler.cache.compiled import compile_cached
    from ingot.compiler.compile import CompileOptions
    from ingot.compiler.frontend.model import notes_of
    from ingot.image.pools import relocatable_pools
    from ingot.model.model_file import read_model_file
    from ingot.model.stand_in import is_stand_in
    from ingot.network.c_info import read_c_info
    from ingot.several.pools import pools_left

    target, pools = open_board(board, twin)
    others = [[read_c_info(path) for path in paths] for paths in (beside, in_turn)]
    if beside or in_turn:
        pools = pools_left(pools, target.aliases, *others)
    if relocatable:
        pools = relocatable_pools(target, pools, asked.npu != "0")
    note = kernels_note(target.core)
    if note:
        say(note)
    source = read_model_file(model, sha256)
    stand_in = is_stand_in(source.data)
    if stand_in:
        say(f"STAND-IN: the weights of {model.name} are invented")
    for note in () if asked.signature else notes_of(source):
        say(f"{model.name}: {note}")
    options = CompileOptions.of(
        asked,
        name=name,
        model=title or model.name,
        stand_in=stand_in,
        cpu=target.core,
        isa=core_named(target.core).isa,
        beside=tuple(network.name for network in others[0]),
        in_turn=tuple(network.name for network in others[1]),
    )
    offload = None if asked.npu == "0" else _offload(target, pools, options)
    return compile_cached(source, pools, outputs[0].parent, options, offload)


def _offload(board: Board, pools: Mpool, options: CompileOptions) -> Offload:
    """The compiler for the board's NPU. Raises IngotError for what it cannot have."""
    from ingot.st.npu.codegen.offload import NpuOffload
    from ingot.st.npu.codegen.target import target_of
    from ingot.st.npu.public import public

    if options.io_placement == "application":
        raise IngotError(
            f"npu={options.npu} needs fixed addresses for all that the NPU reads and writes",
            where="io_placement=application",
            remedy="Use io_placement=activations.",
        )
    return NpuOffload(target_of(board, pools), public(""), only=options.npu == "only", clock=board.clock)


def take_prebuilt(
    board: Path,
    outputs: Sequence[Path],
    model: Path | None = None,
    *,
    output: str,
    name: str = "",
    st_pack: str = "",
    camera: bool = False,
    title: str = "",
    strict: bool = False,
    signature: bool = True,
) -> Network:
    """Takes over a folder or zip of ST Edge AI's output, checked against board, model and runtime.

    outputs: files of ingot.st.prebuilt.files.output_files, in one folder. name: which network is meant, where the
    output has several. strict: warnings are errors.
    signature: compare the model where no SHA-256 of it is recorded (see ingot.st.consistency.finding.Subject).
    """
    from ingot.model.model_file import read_model_file
    from ingot.st.prebuilt.take import Place, take_output

    target, pools = open_board(board)
    source = read_model_file(model) if model is not None else None
    place = Place(target, pools, source, _pack(st_pack), camera, strict, title=title, signature=signature)
    return take_output(Path(output), outputs[0].parent, place, say, name)


def run_stedgeai(
    model: Path,
    board: Path,
    outputs: Sequence[Path],
    *,
    name: str = "network",
    settings: dict[str, Any] | None = None,
    reloc: bool = False,
    st_pack: str = "",
    camera: bool = False,
    title: str = "",
    sha256: str = "",
    timeout: float = 1800.0,
) -> Network:
    """Compiles a model with the installed ST Edge AI Core.

    outputs: files of ingot.st.stedgeai.outputs.plan_outputs, in one folder. settings: the model.yaml's section
    `stedgeai`. INGOT_VERBOSE in the environment shows the command line; as an argument it would make the tool run
    again.
    """
    from ingot.model.model_file import read_model_file
    from ingot.st.prebuilt.take import Place
    from ingot.st.stedgeai.generate import generate
    from ingot.st.stedgeai.request import Request
    from ingot.st.stedgeai.tool import find_tool

    target, pools = open_board(board)
    tool = find_tool()
    say(f"ST Edge AI Core {tool.version}")
    source = read_model_file(model, sha256)
    network = generate(
        tool,
        source,
        name,
        Request(**(settings or {}), reloc=reloc),
        Place(target, pools, source, _pack(st_pack), camera, title=title),
        outputs[0].parent,
        timeout=timeout,
        say=say,
        show=say if os.environ.get(VERBOSE) else lambda line: None,
    )
    _hex_of_others(network, outputs)
    return network


def _hex_of_others(network: Network, outputs: Sequence[Path]) -> None:
    """The .hex of initializers that nobody could declare before the tool had run (in a second pool)."""
    from ingot.link.hexfile import raw_to_hex

    declared = {path.name for path in outputs}
    for item in network.initializers:
        if item.file not in declared and item.address is not None:
            raw = outputs[0].parent / item.file
            raw_to_hex(raw, item.address, raw.with_suffix(".hex"))


def _pack(path: str) -> Pack | None:
    """ST's runtime in the folder that st_pack= names."""
    from ingot.st.stedgeai.pack import open_pack

    return open_pack(Path(path)) if path else None
