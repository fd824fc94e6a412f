# SPDX-License-Identifier: Apache-2.0
"""The step that writes app_config.h."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingot.base.last_line import write_text
from ingot.steps.compile import _pack


def app_config(
    c_info: Path,
    header: Path,
    beside: Sequence[Path] = (),
    *,
    manifest: str,
    abi: str = "auto",
    st_pack: str = "",
) -> list[Path]:
    """Writes app_config.h from what the model.yaml asks for and what the network is; returns all files written.

    beside: where its further files go (ingot.use_cases.config_files), by default into the header's folder.
    abi: the board's app_abi; where that is open, the generation of the application in st_pack, if there is one.
    """
    from ingot.link.sources import application_folder, application_sample
    from ingot.model import open_manifest
    from ingot.network.c_info import read_c_info
    from ingot.preprocessing.definition import require_range
    from ingot.use_cases.app_config import app_config_texts

    if abi == "auto" and st_pack:
        pack = _pack(st_pack)
        abi = pack.app_abi if pack else abi
    model, network = open_manifest(Path(manifest)), read_c_info(c_info)
    texts = app_config_texts(model, network, abi)
    if application_sample(application_folder(model.application)) == "pixels":
        require_range(network, model)
    places = {"app_config.h": header, **{path.name: path for path in beside}}
    files = [places.get(name, header.with_name(name)) for name in texts]
    for path, text in zip(files, texts.values(), strict=True):
        write_text(path, text)
    return files
