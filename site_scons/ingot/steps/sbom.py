# SPDX-License-Identifier: Apache-2.0
"""The step that writes a firmware's bill of materials: gathers what the firmware was made of."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.model import Manifest
from ingot.network.types import Network
from ingot.report.sbom import Component, Materials, ModelPart, SourceFile, render_sbom

COMPILER = "arm-none-eabi-gcc"
LIBGCC_LICENCE = "GPL-3.0-or-later WITH GCC-exception-3.1"


def sbom(elf: Path, networks: Sequence[Path], out: Path, *, manifests: Sequence[str], board: Path) -> None:
    """Writes the SPDX 2.3 document of a firmware.

    networks: the network_c_info.json of each network. manifests: its model.yaml or bare model file, in the same order.
    SOURCE_DATE_EPOCH in the environment is the time of the build. Raises IngotError where a network was compiled from
    another file than its model.yaml names, or a file is missing.
    """
    import ingot
    from ingot.base.files import write_if_changed
    from ingot.base.places import kernels_dir
    from ingot.board import load_board
    from ingot.model import open_manifest
    from ingot.network.c_info import read_c_info

    described = [(path, read_c_info(path)) for path in networks]
    if len(described) != len(manifests):
        raise IngotError(
            f"{len(described)} networks and {len(manifests)} models",
            where="sbom",
            remedy="Name one model for each --network, in the same order.",
        )
    models = tuple(
        _model(path, network, open_manifest(Path(manifest)))
        for (path, network), manifest in zip(described, manifests, strict=True)
    )
    names = sorted({name for _, network in described for name in network.kernels})
    kernels = tuple(_file(kernels_dir() / name, f"firmware/kernels/{name}", "Apache-2.0") for name in names)
    libraries, tools = _toolchain()
    name = load_board(board).name
    materials = Materials(
        name, _file(elf, elf.name), ingot.__version__, models, kernels, libraries, tools, epoch=_epoch()
    )
    write_if_changed(out, render_sbom(materials))


def _model(path: Path, network: Network, manifest: Manifest) -> ModelPart:
    source = manifest.source
    if source.sha256 and network.model_sha256 and source.sha256 != network.model_sha256 and not network.stand_in:
        raise IngotError(
            f"the network was compiled from a file with the SHA-256 {network.model_sha256}, "
            f"{manifest.path.name} names one with {source.sha256}",
            where=str(path),
            remedy="Build the firmware again, or name the model that it was built from.",
        )
    code = path.with_name(f"{path.name.removesuffix('_c_info.json')}.c")
    return ModelPart(
        name=network.name,
        model=Path(source.file).name,
        sha256=network.model_sha256,
        # Licence and address are those of the real file; the weights of a stand-in are nobody's.
        licence="" if network.stand_in else source.licence,
        url="" if network.stand_in else source.url,
        stand_in=network.stand_in,
        compiler=network.compiler,
        compiler_version=network.compiler_version,
        code=(_file(code, code.name),) if code.is_file() else (),
        weights=tuple(_file(path.with_name(item.file), item.file) for item in network.initializers),
    )


def _file(path: Path, name: str, licence: str = "NOASSERTION") -> SourceFile:
    try:
        return SourceFile(name, path.read_bytes(), licence)
    except OSError as error:
        raise IngotError(f"cannot read it: {error.strerror}", where=str(path), remedy="Build the firmware.") from None


def _toolchain() -> tuple[tuple[Component, ...], tuple[Component, ...]]:
    """The libraries that the cross compiler links, and the tools, as this machine has them."""
    if shutil.which(COMPILER) is None:
        raise IngotError(
            f"{COMPILER} is not on the PATH, so that its version and its libraries' are not known",
            where="sbom",
            remedy="`ingot doctor` says how to install it.",
        )
    gcc = _output(COMPILER, "-dumpfullversion").strip()
    linker = re.search(r"(\d+(?:\.\d+)+)", _output(COMPILER, "-Wl,--version").partition("\n")[0])
    newlib = re.search(
        r'_NEWLIB_VERSION "(.+)"', _output(COMPILER, *["-dM", "-E", "-include", "_newlib_version.h", "-x", "c", "-"])
    )
    libraries = [Component("libgcc", gcc, LIBGCC_LICENCE)]
    if newlib:
        libraries.insert(0, Component("newlib", newlib[1]))
    tools = (Component(COMPILER, gcc), Component("arm-none-eabi-ld", linker[1] if linker else ""))
    return tuple(libraries), tools


def _output(*command: str) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout


def _epoch() -> int:
    """Seconds of SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/), else 0."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "0")
    if not text.isdecimal() or int(text) >= 1 << 37:
        raise IngotError(
            f"SOURCE_DATE_EPOCH is {text!r}", where="environment", remedy="It is a number of seconds since 1970."
        )
    return int(text)
