# SPDX-License-Identifier: Apache-2.0
"""A piece of work as a parcel that another machine can do, and what comes back. No scheduler in here.

A parcel holds the content of the files that the work reads, apart from those of Ingot itself, which has to be the same
there. Paths are relative to the working folder on both sides, which is as deep there as their `..` need.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.base.places import ROOT
from ingot.base.stamp import code_stamp, library_versions
from ingot.shells.command import python_path
from ingot.shells.workers.work import Done, Work

#: Folders of Ingot's own files, which are there wherever Ingot is.
_OWN = ("boards", "firmware", "models", "site_scons", "third_party", "toolchain", "ingot")
#: What only the next build in the same folder reads.
_LEFT = ("obj",)


@dataclass(frozen=True)
class Parcel:
    """key: 64 hex digits over everything that the result depends on. files: path -> content. depth: how many folders
    the paths go up at most. versions: of Ingot's code and of the libraries it computes with. own: path below Ingot's
    folder -> SHA-256, of Ingot's files that the work reads.
    """

    key: str
    work: Work
    build: str
    files: Mapping[str, bytes]
    depth: int
    versions: tuple[str, ...]
    own: Mapping[str, str]


@dataclass(frozen=True)
class Delivery:
    """What became of a parcel: state, log and facts as in `Done`. files: path from the working folder -> content, of
    the work's folder."""

    state: str
    log: str
    facts: Mapping[str, Any]
    files: Mapping[str, bytes]


def parcel_of(work: Work, build: str) -> Parcel:
    """Packs what the work reads. Raises IngotError where one of its files cannot be read."""
    files: dict[str, bytes] = {}
    own: dict[str, str] = {}
    for name in sorted(work.reads()):
        path = Path(name)
        inside = _below_ingot(path)
        if inside:
            own[inside] = hashlib.sha256(_content(path)).hexdigest()
        else:
            files[Path(os.path.relpath(path)).as_posix()] = _content(path)
    depth = max((name.split("/").count("..") for name in files), default=0)
    versions = (code_stamp(), *library_versions())
    digest = hashlib.sha256(repr((work, build, depth, versions, sorted(own.items()))).encode())
    for name, content in files.items():
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return Parcel(digest.hexdigest(), work, build, files, depth, versions, own)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise IngotError(f"cannot be read: {error.strerror}", where=str(path)) from error


def _below_ingot(path: Path) -> str:
    """The path below Ingot's folder of a file that is everywhere where Ingot is; "" for any other."""
    try:
        inside = path.resolve().relative_to(ROOT.resolve())
    except ValueError:
        return ""
    return inside.as_posix() if inside.parts[0] in _OWN else ""


# ---- on the other machine


def deliver(parcel: Parcel, scratch: Path) -> Delivery:
    """Does the work of a parcel in a folder of this machine. Raises IngotError where its Ingot is another one.

    scratch: of this process alone; what several pieces of work need (kernels) is kept there.
    """
    _check_versions(parcel)
    folder = scratch.joinpath(*("d" for _ in range(parcel.depth)), "work")
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / parcel.work.out
    shutil.rmtree(out, ignore_errors=True)
    for name, content in parcel.files.items():
        write_if_changed(folder / name, content)
    answer = subprocess.run(
        [sys.executable, "-m", "ingot.shells.workers.process"],
        cwd=folder,
        env={**os.environ, **python_path(), "CCACHE_BASEDIR": str(folder)},
        input=pickle.dumps((parcel.work, parcel.build)),
        capture_output=True,
        check=False,
    )
    if answer.returncode:
        said = answer.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise IngotError(f"the worker could not do it: {said[-1]}", where=parcel.work.name)
    done: Done = pickle.loads(answer.stdout)
    files = {
        f"{parcel.work.out}/{path.relative_to(out).as_posix()}": path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not set(path.relative_to(out).parts) & set(_LEFT)
    }
    return Delivery(done.state, done.log.replace(str(folder), "."), done.facts, files)


def _check_versions(parcel: Parcel) -> None:
    remedy = "Install the same Ingot, with the same requirements, on every worker."
    here = (code_stamp(), *library_versions())
    if here != parcel.versions:
        other = next((a, b) for a, b in zip(parcel.versions, here, strict=False) if a != b)
        raise IngotError(f"the worker has {other[1]}, this machine {other[0]}", where="scheduler", remedy=remedy)
    for name, digest in parcel.own.items():
        path = ROOT / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise IngotError("the worker's file is missing or another one", where=name, remedy=remedy)


def unpack(delivery: Delivery, work: Work) -> None:
    """Writes the files of a piece of work into this machine's folder, in place of what was there."""
    shutil.rmtree(work.out, ignore_errors=True)
    folder = Path(work.out).resolve()
    for name, content in delivery.files.items():
        path = Path(name)
        if folder not in path.resolve().parents:
            raise IngotError(f"a worker sent a file for another place: {name}", where=work.name)
        write_if_changed(path, content)
