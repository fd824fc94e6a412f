# SPDX-License-Identifier: Apache-2.0
"""The files of a new project: model.yaml, C, build file, README, CI."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingot.base.c_text import comment, identifier
from ingot.base.errors import IngotError
from ingot.base.places import ROOT, firmware_dir
from ingot.base.render import render
from ingot.board import load_board
from ingot.link.sources import application_extras, application_folder
from ingot.start.project import PROJECT_FILE
from ingot.start.told import USE_CASES, Use


@dataclass(frozen=True)
class BuildSystem:
    """file: of the project, "" for none. build, verify, flash: commands in the project's folder; flash only shows."""

    file: str
    build: str
    verify: str
    flash: str


_CMAKE = "cmake --build build"
#: By the names of --build.
BUILDS: Mapping[str, BuildSystem] = {
    "scons": BuildSystem("SConstruct", "scons", "scons verify", "scons flash dry_run=1"),
    "cmake": BuildSystem(
        "CMakeLists.txt",
        f"cmake -B build && {_CMAKE}",
        f"{_CMAKE} --target verify",
        f"cmake -B build -DDRY_RUN=1 && {_CMAKE} --target flash",
    ),
    "make": BuildSystem("Makefile", "make", "make verify", "make flash OPTIONS=--dry-run"),
    "ninja": BuildSystem("", "ingot build", "ingot build -t verify", "ingot flash --dry-run"),
}
_INCLUDE = re.compile(r'^#include "([\w.]+)"', re.MULTILINE)
#: What a project that asks for numbers in and out still takes of Ingot's applications.
PLAIN = ("firmware/postprocessing/output_values.h",)


@dataclass(frozen=True)
class Wish:
    """What `ingot new` was asked for. board: its board.yaml. board_word: as it was written. build: a key of BUILDS."""

    name: str
    model: Path
    board: Path
    board_word: str
    build: str
    use: Use


def write_project(folder: Path, wish: Wish) -> list[str]:
    """Writes all files, or none; returns their names. Raises IngotError where the folder is there already."""
    check_free(folder)
    texts = _texts(wish)
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, text in texts.items():
            target = unfinished / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        shutil.copyfile(wish.model, unfinished / _file_name(wish.model))
        unfinished.chmod(0o755)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return sorted([*texts, _file_name(wish.model)])


def check_free(folder: Path) -> None:
    """Raises IngotError where the folder is there already."""
    if folder.exists():
        raise IngotError("is there already", where=str(folder), remedy="Choose another name, or remove it.")


def _file_name(model: Path) -> str:
    """The copy's name: what model.yaml may have."""
    stem = re.sub(r"[^A-Za-z0-9_.-]", "_", model.stem).lstrip(".-") or "model"
    return f"{stem}{'.onnx' if model.suffix.lower() == '.onnx' else '.tflite'}"


def _texts(wish: Wish) -> dict[str, str]:
    family, _ = USE_CASES[wish.use.use_case]
    system = BUILDS[wish.build]
    values = {
        "name": comment(wish.name),
        "title": wish.name,
        "target": identifier(wish.name),
        "board": wish.board_word,
        "core": load_board(wish.board).core,
        "file": _file_name(wish.model),
        "tables": family == "audio_event_detection",
        "build": system.build,
        "verify": system.verify,
        "note": "; the camera or microphone of your board goes into `*_board.c`" if family else "",
        "facts": [comment(line) for line in wish.use.facts],
    }
    texts = {
        "model.yaml": _model_yaml(wish),
        PROJECT_FILE: f"# For `ingot build`, `run` and `flash`.\nmodel: model.yaml\nboard: {wish.board_word}\n",
        ".gitignore": "build/\nbuild.ninja\n.ninja_*\n.sconsign*\n",
        "README.md": render("new/README.md.j2", **values),
        ".github/workflows/firmware.yml": render("new/firmware.yml.j2", **values),
    }
    if system.file:
        texts[system.file] = render(f"new/{system.file}.j2", **values)
    if family:
        sample = application_extras(application_folder(USE_CASES[wish.use.use_case][1]))["sample"]
        texts["app/application.json"] = json.dumps({"sample": sample}) + "\n"
    else:
        texts["app/main.c"] = render("new/main.c.j2", **values)
    return {**texts, **_application(USE_CASES[wish.use.use_case][1])}


def _model_yaml(wish: Wish) -> str:
    lines = [f"name: {wish.name}", "source:", f"  file: {_file_name(wish.model)}", "application: app", *wish.use.lines]
    facts = [f"# {line}" for line in wish.use.facts]
    return "\n".join([*facts, *lines]) + "\n"


def _application(app: str) -> dict[str, str]:
    """The C files of an application with those of Ingot's that it names, and the headers that they include."""
    if app:
        folder = application_folder(app)
        files = [*folder.glob("*.c"), *(ROOT / name for name in application_extras(folder)["sources"])]
    else:
        files = [ROOT / name for name in PLAIN]
    folders = [firmware_dir() / name for name in ("frames", "postprocessing", "preprocessing")]
    known = {path.name: path for place in folders for path in place.glob("*.h")}
    found: dict[str, Path] = {}
    while files:
        path = files.pop()
        if path.name not in found:
            found[path.name] = path
            files += [known[name] for name in _INCLUDE.findall(path.read_text(encoding="utf-8")) if name in known]
    return {f"app/{name}": path.read_text(encoding="utf-8") for name, path in sorted(found.items())}
