# SPDX-License-Identifier: Apache-2.0
"""Finds a model's file: beside its model.yaml, on INGOT_MODEL_PATH, in the cache, at its URL; or a stand-in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.base.places import cache_dir
from ingot.model.manifest import Manifest
from ingot.model.model_file import ModelFile, read_model_file

MODEL_PATH = "INGOT_MODEL_PATH"
OFFLINE = "INGOT_OFFLINE"
TIMEOUT_SECONDS = 20
LARGEST_DOWNLOAD = 256 << 20

Say = Callable[[str], None]


def find_source(manifest: Manifest) -> Path | None:
    """The model's file on this machine, or None. Never touches the network.

    Raises IngotError when the first file found is not the one that the sha256 names, and when nothing is found and
    nothing could make up for it.
    """
    found = _read_source(manifest)
    return None if found is None else found.path


def _read_source(manifest: Manifest) -> ModelFile | None:
    """What `find_source` finds, as it was when its sha256 was compared."""
    for path in _places(manifest):
        if path.is_file():
            found = read_model_file(path)
            _check(manifest, found)
            return found
    if not manifest.source.url and manifest.source.stand_in is None:
        looked = ", ".join(f"'{path.parent}'" for path in _places(manifest))
        raise manifest.error(
            f"the model file '{manifest.source.file}' was not found",
            "source",
            "file",
            remedy=f"Looked in: {looked}. Put it there, or name its folder in {MODEL_PATH}.",
        )
    return None


def obtain_source(manifest: Manifest, require_real: bool, say: Say) -> bytes:
    """The model's bytes when `find_source` found nothing: downloaded (and kept in the cache), else the stand-in.

    say: called with a line for people whenever something is downloaded or made up.
    Raises IngotError when there is no way left, or when a stand-in is not allowed.
    """
    from ingot.model.stand_in import build_stand_in

    found = _read_source(manifest)
    if found is not None:
        return found.data
    data, problem = _download(manifest, say)
    if data is not None:
        return data
    source = manifest.source
    if source.stand_in is None or require_real:
        raise manifest.error(
            f"the model file '{source.file}' is not on this machine and could not be downloaded: {problem}",
            "source",
            "file",
            remedy=f"Put it beside the model.yaml, or name its folder in {MODEL_PATH}."
            + (" A stand-in is refused because of require_real." if require_real else ""),
        )
    say(f"STAND-IN for {manifest.name}: the real graph with invented weights ({problem})")
    return build_stand_in(source.stand_in)


def look_up_source(manifest: Manifest, made: Path, say: Say) -> Path:
    """The model's file for who only looks at it: the one on this machine, downloaded, or `made` by a build before.

    made: where a build puts the file that it downloads or makes. Runs no script: only a build does (obtain_source).
    Raises IngotError when there is none, or when the stand-in script is newer than what it made.
    """
    found = find_source(manifest)
    if found is not None:
        return found
    data, problem = _download(manifest, say)
    if data is not None:
        return _download_path(manifest)
    script = manifest.source.stand_in
    if script is not None and _is_newer(made, script):
        return made
    ways = ["Put it beside the model.yaml", f"name its folder in {MODEL_PATH}"]
    ways += ["build once: only a build runs the stand-in's script"] if script else []
    raise manifest.error(
        f"the model file '{manifest.source.file}' is not on this machine and could not be downloaded: {problem}",
        "source",
        "file",
        remedy=f"{', '.join(ways[:-1])}, or {ways[-1]}.",
    )


def _is_newer(made: Path, script: Path) -> bool:
    try:
        return made.stat().st_mtime >= script.stat().st_mtime
    except OSError:
        return False


def _places(manifest: Manifest) -> Iterator[Path]:
    """Where the file may be, in the order of the search."""
    yield manifest.folder / manifest.source.file
    name = Path(manifest.source.file).name
    for folder in os.environ.get(MODEL_PATH, "").split(os.pathsep):
        if folder:
            yield Path(folder) / name
    if manifest.source.sha256:
        yield _download_path(manifest)


def _download_path(manifest: Manifest) -> Path:
    """Where a download is kept: by hash, so that two models never meet."""
    return cache_dir() / "models" / manifest.source.sha256[:16] / Path(manifest.source.file).name


def _check(manifest: Manifest, file: ModelFile, where: str = "") -> None:
    expected = manifest.source.sha256
    if expected and file.sha256 != expected:
        line = manifest.document.where("source", "sha256") if manifest.document else "the model.yaml"
        raise IngotError(
            f"this is not the file that the model.yaml means: its sha256 is {file.sha256}, expected {expected}",
            where=where or str(file.path),
            remedy=f"Remove the file, or if it is the one you want, correct {line}.",
        )


def _download(manifest: Manifest, say: Say) -> tuple[bytes | None, str]:
    """(bytes, "") or (None, why not). A download that is not the expected file raises IngotError."""
    import http.client
    import urllib.error
    import urllib.request

    source = manifest.source
    if not source.url:
        return None, "it has no URL"
    if os.environ.get(OFFLINE):
        return None, f"{OFFLINE} is set"
    try:
        with urllib.request.urlopen(source.url, timeout=TIMEOUT_SECONDS) as answer:
            data = answer.read(LARGEST_DOWNLOAD)
    except urllib.error.HTTPError as error:
        return None, f"the server answered {error.code} {error.reason}"
    except (OSError, http.client.HTTPException) as error:
        return None, f"no answer from the network ({getattr(error, 'reason', error)})"
    path = _download_path(manifest)
    _check(manifest, ModelFile(path, data), source.url)
    write_if_changed(path, data)
    say(f"downloaded {path.name} ({len(data):,} bytes). Its licence: {source.licence}")
    return data, ""
