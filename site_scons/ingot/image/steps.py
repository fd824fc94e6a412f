"""The steps of a build that make a relocatable image: functions from files to files, as those of ingot.steps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.errors import IngotError
from ingot.files import write_if_changed

if TYPE_CHECKING:
    from ingot.emit.reloc import ImageOptions
    from ingot.image.pools import ImagePools
    from ingot.network import Network

SEALS = ("sha256", "crc32", "none")


def compile_relocatable(
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
) -> Network:
    """Compiles a model as `compile_network` does, with weights that are installed anywhere."""
    from ingot.compile import CompileOptions, compile_model
    from ingot.image.pools import relocatable_pools
    from ingot.model.stand_in import is_stand_in
    from ingot.steps import INSTRUCTION_SETS, open_board

    target, pools = open_board(board, twin)
    options = CompileOptions(
        name=name,
        model=title or model.name,
        stand_in=is_stand_in(model),
        optimize=optimize,
        fuse=fuse,
        io_placement=io_placement,
        cpu=target.core,
        isa=INSTRUCTION_SETS[target.core],
    )
    return compile_model(model, relocatable_pools(target, pools), outputs[0].parent, options)


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
    from ingot.emit.reloc import reloc_linker_script, reloc_source

    network, pools = _network_and_pools(c_info, raws)
    options = image_options(board, runtime_abi, secure)
    write_if_changed(source, reloc_source(network, pools, options))
    write_if_changed(script, reloc_linker_script(network, pools))


def pack_image(
    elf: Path,
    c_info: Path,
    raws: Sequence[Path],
    board: Path,
    image: Path,
    params: Path | None = None,
    c_file: Path | None = None,
    *,
    runtime_abi: str = "1.1.1",
    seal: str = "sha256",
) -> dict[str, Any]:
    """Writes network_rel.bin; with `params` the weights go there instead; `c_file` gets the image as a C array."""
    from ingot.board import load_board
    from ingot.emit.reloc_array import image_array
    from ingot.image.check import check_image
    from ingot.image.info import as_dict
    from ingot.image.link import image_of_elf

    network, pools = _network_and_pools(c_info, raws)
    split = params is not None
    made = image_of_elf(elf, pools.params, runtime_abi, split)
    content = made.to_bytes()
    if seal != "none":
        content += bytes(-len(content) % 8)
        content += _seal(network, load_board(board).name, seal, content, pools.params if split else b"")
    failed = [finding for finding in check_image(content, image.name, pools.params) if not finding.passed]
    if failed:
        raise IngotError(f"the image is not sound: {failed[0]}", where=image.name, remedy="Please report this.")
    write_if_changed(image, content)
    if params is not None:
        write_if_changed(params, pools.params)
    if c_file is not None:
        write_if_changed(c_file, image_array(content, network.name, network.model))
    return as_dict(made, pools.params)


def reloc_of_pack(c_info: Path, board: Path, *, st_pack: str = "") -> None:
    """Says why there is no image of a network that another compiler made."""
    from ingot.emit.c_info import read_c_info

    network = read_c_info(c_info)
    where = f"compiler={network.compiler}"
    if not st_pack:
        raise IngotError(
            "an image of a network with NPU epochs is built around ST's runtime, and no pack was given",
            where=where,
            remedy="Give st_pack=<folder of ST Edge AI or of its Middlewares>, or build with compiler=builtin.",
        )
    raise IngotError(
        "images around ST's runtime are not built by this version of Ingot",
        where=where,
        remedy="Use ST's npu_driver.py for this network, or build with compiler=builtin; "
        "`ingot image info` and `check` read the result of both.",
    )


def reloc_places(board: Path, header: Path) -> None:
    """Writes reloc_places.h, which the application model_host includes on a board."""
    from ingot.emit.reloc_places import reloc_places as render
    from ingot.steps import open_board

    write_if_changed(header, render(*open_board(board)))


def image_options(board: Path, runtime_abi: str, secure: bool) -> ImageOptions:
    """What the image is made for, from the board and what the user asked for."""
    from ingot.board import load_board
    from ingot.build.toolchain import WITH_SECURITY
    from ingot.emit.reloc import ImageOptions

    core = load_board(board).core
    return ImageOptions(core=core, runtime_abi=runtime_abi, secure=secure and core in WITH_SECURITY)


def _network_and_pools(c_info: Path, raws: Sequence[Path]) -> tuple[Network, ImagePools]:
    from ingot.emit.c_info import read_c_info
    from ingot.image.pools import image_pools

    network = read_c_info(c_info)
    return network, image_pools(network, {raw.name: raw.read_bytes() for raw in raws})


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

    from ingot.emit.c_info import read_c_info
    from ingot.run.reloc_verify import Files, verify_images
    from ingot.steps import open_board

    target, pools = open_board(board, twin=True)
    whole, split, params = images
    files = Files(host, whole, split, params)
    report = (lambda line: None) if as_json else (lambda line: print(f"  {line}", flush=True))
    outcome = verify_images(model, read_c_info(c_info), files, target, pools, samples=samples, seed=seed, report=report)
    if as_json:
        print(json.dumps(outcome.as_dict(), indent=2, sort_keys=True))
    if not outcome.passed:
        raise IngotError(
            "an installed image computes something else than the model",
            where=str(model),
            remedy="This is a fault of Ingot: please report it with the model file.",
        )
