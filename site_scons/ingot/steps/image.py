# SPDX-License-Identifier: Apache-2.0
"""The steps of a build that make a relocatable image: functions from files to files, as those of ingot.steps."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.base.last_line import write_text

if TYPE_CHECKING:
    from ingot.image.pools import ImagePools
    from ingot.image.source import ImageOptions, StNetwork
    from ingot.network.types import Network

SEALS = ("sha256", "crc32", "none")


def reloc_sources(
    c_info: Path,
    raws: Sequence[Path],
    board: Path,
    source: Path,
    script: Path,
    *,
    runtime_abi: str = "1.1.1",
    secure: bool = True,
) -> None:
    """Writes network_rel.c and network_rel.ld."""
    from ingot.image.source import reloc_linker_script, reloc_source

    network, pools = _network_and_pools(c_info, raws)
    options = image_options(board, runtime_abi, secure)
    write_text(source, reloc_source(network, pools, options))
    write_text(script, reloc_linker_script(network, pools))


def reloc_st_sources(
    c_info: Path,
    network_c: Path,
    raws: Sequence[Path],
    board: Path,
    source: Path,
    script: Path,
    conf: Path,
    *,
    name: str = "network",
    secure: bool = True,
    ecblob_in_params: bool = False,
) -> None:
    """The same for a network around ST's runtime, and the configuration that ST's sources ask for."""
    from ingot.image.source import reloc_linker_script, reloc_source
    from ingot.image.st_conf import reloc_conf

    network, st, pools = _st_network_and_pools(c_info, network_c, raws, name, ecblob_in_params)
    options = replace(image_options(board, st.runtime_abi, secure), st=st)
    _warn_of_fixed_flash(board, pools)
    write_text(source, reloc_source(network, pools, options))
    write_text(script, reloc_linker_script(network, pools, options))
    write_text(conf, reloc_conf(network, pools, st, conf.name))


def _warn_of_fixed_flash(board: Path, pools: ImagePools) -> None:
    """ST's packager lets a loader copy weights to a fixed flash address; that is the same here, and said."""
    from ingot.board import load_board
    from ingot.image.nbin import PoolType

    target = load_board(board)
    for pool in pools.pools:
        region = target.region_at(pool.dst) if pool.pool_type == PoolType.COPY else None
        if region is not None and region.kind == "flash":
            print(
                f"ingot: warning: pool '{pool.name}' is at the fixed flash address {pool.dst:#010x}: a loader cannot "
                'copy its weights there. Generate the network with "mode": "USEMODE_RELATIVE" for that pool.',
                file=sys.stderr,
                flush=True,
            )


def pack_image(
    elf: Path,
    c_info: Path,
    raws: Sequence[Path],
    board: Path,
    image: Path,
    params: Path | None = None,
    c_file: Path | None = None,
    *,
    network_c: str = "",
    name: str = "network",
    runtime_abi: str = "1.1.1",
    seal: str = "board",
    ecblob_in_params: bool = False,
) -> dict[str, Any]:
    """Writes network_rel.bin; with `params` the weights go there instead; `c_file` gets the image as a C array.

    seal: "sha256", "crc32", "none", or "board" for what the board's file says.
    network_c: path of that of ST's compiler, for a network around ST's runtime; it then decides about runtime_abi.
    """
    from ingot.board import load_board
    from ingot.image.c_array import image_array
    from ingot.image.check import check_image
    from ingot.image.image import split_image
    from ingot.image.info import as_dict
    from ingot.image.link import image_of_elf

    if not network_c:
        network, pools = _network_and_pools(c_info, raws)
    else:
        network, st, pools = _st_network_and_pools(c_info, Path(network_c), raws, name, ecblob_in_params)
        runtime_abi = st.runtime_abi
    made = image_of_elf(elf, pools.params, runtime_abi)
    second = b""
    if params is not None:
        made, second = split_image(made)
    content = made.to_bytes()
    target = load_board(board)
    seal = target.seal if seal == "board" else seal
    if seal != "none":
        content += bytes(-len(content) % 8)
        content += _seal(network, target.name, seal, content, second)
    failed = [finding for finding in check_image(content, image.name, second, target.aliases) if not finding.passed]
    if failed:
        raise IngotError(f"the image is not sound: {failed[0]}", where=image.name, remedy="Please report this.")
    write_if_changed(image, content)
    if params is not None:
        write_if_changed(params, second)
    if c_file is not None:
        write_if_changed(c_file, image_array(content, network.name, network.model))
    return as_dict(made, second)


def reloc_places(board: Path, header: Path, twin: bool = False) -> None:
    """Writes reloc_places.h, which applications that install images include."""
    from ingot.board.target import open_board
    from ingot.image.places import reloc_places as render

    write_text(header, render(*open_board(board, twin)))


def image_options(board: Path, runtime_abi: str, secure: bool) -> ImageOptions:
    """What the image is made for, from the board and what the user asked for."""
    from ingot.board import load_board
    from ingot.board.cores import core_named
    from ingot.image.source import ImageOptions

    core = load_board(board).core
    return ImageOptions(core=core, runtime_abi=runtime_abi, secure=secure and core_named(core).trustzone)


def _network_and_pools(c_info: Path, raws: Sequence[Path]) -> tuple[Network, ImagePools]:
    from ingot.image.pools import image_pools
    from ingot.network.c_info import read_c_info
    from ingot.network.source import check_initializer, check_source

    network = read_c_info(c_info)
    check_source(network, c_info.parent)
    contents = {raw.name: raw.read_bytes() for raw in raws}
    for raw, item in ((raw, item) for raw in raws for item in network.initializers if item.file == raw.name):
        check_initializer(item, raw, contents[raw.name])
    return network, image_pools(network, contents)


def _st_network_and_pools(
    c_info: Path, network_c: Path, raws: Sequence[Path], name: str, ecblob_in_params: bool
) -> tuple[Network, StNetwork, ImagePools]:
    from ingot.image.pools import image_pools
    from ingot.image.st_network import st_network
    from ingot.network.c_info import read_c_info

    network, st = st_network(read_c_info(c_info), network_c, name, ecblob_in_params)
    return network, st, image_pools(network, {raw.name: raw.read_bytes() for raw in raws}, ecblob_in_params)


def _seal(network: Network, board: str, kind: str, before: bytes, params: bytes) -> bytes:
    """The seal for the file's bytes so far."""
    from ingot.image.seal import Digest, Seal, resealed

    if kind not in SEALS:
        raise IngotError(f"seal={kind} is not known", remedy=f"Use one of: {', '.join(SEALS)}.")
    digest = Digest[kind.upper()]
    bare = Seal(
        covered=0,
        kind=digest,
        layout_id=bytes.fromhex(network.layout_id or "00" * 8),
        board=board,
        model=network.model,
        model_version=network.model_sha256[:16],
        compiler=f"{network.compiler} {network.compiler_version}",
        params_covered=len(params),
        params_digest=digest.of(params) if params else bytes(32),
        digest=bytes(32),
    )
    return resealed(bare, before).to_bytes()


def reloc_verify(
    model: Path,
    board: Path,
    host: Path,
    images: Sequence[Path],
    c_info: Path,
    *,
    samples: int = 1,
    seed: int = 1,
    as_json: bool = False,
) -> None:
    """Runs whole and split image on the twin at several places in both modes; every output against the reference."""
    import json

    from ingot.board.target import open_board
    from ingot.device.run.reference_gaps import difference
    from ingot.device.run.reloc_verify import Files, verify_images
    from ingot.network.c_info import read_c_info

    target, pools = open_board(board, twin=True)
    whole, split, params = images
    files = Files(host, whole, split, params, c_info.parent)
    report = (lambda line: None) if as_json else (lambda line: print(f"  {line}", flush=True))
    outcome = verify_images(model, read_c_info(c_info), files, target, pools, samples=samples, seed=seed, report=report)
    if as_json:
        print(json.dumps(outcome.as_dict(), indent=2, sort_keys=True))
    if not outcome.passed:
        raise difference(
            "an installed image computes something else than the model",
            [model],
            where=model,
            remedy="This is a fault of Ingot: please report it with the model file.",
        )
