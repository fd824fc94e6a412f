# SPDX-License-Identifier: Apache-2.0
"""model.yaml: what a model is, where its file comes from, and how it is used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError, did_you_mean
from ingot.base.file_names import file_name
from ingot.base.yamlfile import Document, load_yaml
from ingot.model.asked import IO_OPTIONS

SCHEMA = Path(__file__).with_name("model.schema.json")
MODEL_FILE = "model.yaml"
NEEDED = {
    "sha256": "Add the sha256 of the real file, so that what is found can be checked.",
    "licence": "Add the name of the file's licence; it is shown with every download.",
}
MODEL_SUFFIXES = (".tflite", ".lite", ".onnx")
"""Names of files that a build may make first; of files that are there the content counts."""


@dataclass(frozen=True)
class Source:
    """Where the model's file comes from.

    file: its name, or a path relative to the folder of the model.yaml.
    sha256: what its content must be, "" for anything. url, licence: "" when it is not to be downloaded.
    stand_in: script that builds a stand-in, None when there is none.
    """

    file: str
    sha256: str = ""
    url: str = ""
    licence: str = ""
    stand_in: Path | None = None


@dataclass(frozen=True)
class Manifest:
    """A model as its model.yaml describes it, or as a bare model file implies it.

    folder: where the model.yaml (or the bare file) lies. document: None for a bare file.
    application: a name of firmware/apps, or a folder. io: that section, by options, whose texts it has
    (ingot.model.asked.IO_OPTIONS).
    stack, heap: bytes, None for the board's value. budget: what a build may take, by the names of ingot.link.budget.
    preprocessing, postprocessing, stedgeai, quantize: those sections as written. With `quantize` the file is a float
    model, of which the network's is made.
    """

    name: str
    title: str
    folder: Path
    source: Source
    application: str = "validate"
    io: Mapping[str, str] = field(default_factory=dict)
    stack: int | None = None
    heap: int | None = None
    budget: Mapping[str, int] = field(default_factory=dict)
    preprocessing: Mapping[str, Any] = field(default_factory=dict)
    postprocessing: Mapping[str, Any] = field(default_factory=dict)
    stedgeai: Mapping[str, Any] = field(default_factory=dict)
    quantize: Mapping[str, Any] = field(default_factory=dict)
    document: Document | None = None

    def __post_init__(self) -> None:
        file_name(self.name, "the model's name", where=str(self.path))

    @property
    def path(self) -> Path:
        """What the user gave: the model.yaml, or the bare file."""
        return self.document.path if self.document else self.folder / self.source.file

    def error(self, what: str, *keys: str | int, remedy: str = "") -> IngotError:
        """An IngotError at that key of the model.yaml."""
        if self.document is None:
            return IngotError(what, where=str(self.path), remedy=remedy)
        return self.document.error(what, *keys, remedy=remedy)


def load_manifest(path: Path) -> Manifest:
    """Reads a model.yaml. Raises IngotError with file and line."""
    document = load_yaml(path, SCHEMA)
    data = document.data
    source = data["source"]
    script = source.get("stand_in")
    memory = data.get("memory", {})
    for key, needed in (("url", "sha256"), ("url", "licence"), ("stand_in", "sha256")):
        if key in source and needed not in source:
            raise document.error(f"source.{key} is given without source.{needed}", "source", key, remedy=NEEDED[needed])
    return Manifest(
        name=data["name"],
        title=data.get("title", data["name"]),
        folder=path.parent,
        source=Source(
            file=source["file"],
            sha256=source.get("sha256", ""),
            url=source.get("url", ""),
            licence=source.get("licence", ""),
            stand_in=_stand_in(document, script) if script else None,
        ),
        application=_application(path.parent, data.get("application", "validate")),
        io=_io(data.get("io", {})),
        stack=memory.get("stack"),
        heap=memory.get("heap"),
        budget=data.get("budget", {}),
        preprocessing=data.get("preprocessing", {}),
        postprocessing=data.get("postprocessing", {}),
        stedgeai=data.get("stedgeai", {}),
        quantize=data.get("quantize", {}),
        document=document,
    )


def _stand_in(document: Document, text: str) -> Path:
    """The path of the stand-in script. Raises IngotError for one that is not in the folder of the model.yaml.

    Symbolic links are followed first: it is the only code on this machine that a model.yaml can have run.
    """
    path = document.path
    own, script = path.resolve().parent, path.parent / text
    if not script.resolve().is_relative_to(own):
        raise document.error(
            f"source.stand_in is {text!a}, which is not in the folder of the model.yaml",
            "source",
            "stand_in",
            remedy="Put the script beside the model.yaml: code of other folders is never run.",
        )
    return script


def _io(section: Mapping[str, Any]) -> dict[str, str]:
    """The section `io` by options, as they take it: its own keys are shorter, and some values lists."""
    texts: dict[str, str] = {}
    for key, given in section.items():
        option = key if key in IO_OPTIONS else f"io_{key}"
        lists = key != "input_shape" and not isinstance(given, str)
        texts[option] = ",".join(given) if lists else _input_shape(given)
    return texts


def _input_shape(given: str | list[int] | dict[str, list[int]]) -> str:
    """io.input_shape as the option takes it: a list is the shape of the only input, keys are names of inputs."""
    if isinstance(given, str):
        return given
    if isinstance(given, list):
        return "x".join(map(str, given))
    return ",".join(f"{name}:{_input_shape(shape)}" for name, shape in given.items())


def _application(folder: Path, text: str) -> str:
    """A name of firmware/apps, or the path of a folder beside the model.yaml."""
    beside = folder / text
    return str(beside) if (beside / "main.c").is_file() else text


def bare_manifest(model: Path) -> Manifest:
    """The manifest that a model file without a model.yaml implies."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", model.stem).lstrip(".-") or "model"
    return Manifest(name=name, title=model.name, folder=model.parent, source=Source(file=model.name))


def list_models(folder: Path) -> list[str]:
    """Names of the models below that folder."""
    return sorted(path.parent.name for path in folder.glob(f"*/{MODEL_FILE}"))


def is_model_file(path: Path) -> bool:
    """Whether a path is that of a model's file, and not of a model.yaml: any file that is there, or one to be made."""
    suffix = path.suffix.lower()
    return suffix in MODEL_SUFFIXES or (suffix not in (".yaml", ".yml") and path.is_file())


def open_manifest(path: Path) -> Manifest:
    """The manifest of a path to a model.yaml or to a bare model file."""
    return bare_manifest(path) if is_model_file(path) else load_manifest(path)


def find_model(text: str, folder: Path) -> Manifest:
    """What `model=` means: a name below `folder`, or a path to a model file, a model.yaml or the folder of one.

    Raises IngotError with the nearest known name.
    """
    named = folder / text / MODEL_FILE
    if re.fullmatch(r"[\w.-]+", text) and named.is_file():
        return load_manifest(named)
    path = Path(text)
    if path.is_dir() and (path / MODEL_FILE).is_file():
        return load_manifest(path / MODEL_FILE)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        return load_manifest(path)
    if is_model_file(path):
        if path.is_file():
            return bare_manifest(path)
        raise IngotError(f"there is no model file '{text}'", remedy=_near_file(path))
    raise IngotError(
        f"there is no model '{text}'",
        remedy=f"{did_you_mean(text, list_models(folder))} A path to a .tflite or to a model.yaml works too.",
    )


def _near_file(path: Path) -> str:
    """The remedy for a path that leads nowhere."""
    if not path.parent.is_dir():
        return f"There is no folder '{path.parent}'."
    return did_you_mean(
        path.name, [near.name for near in path.parent.iterdir() if near.suffix.lower() in MODEL_SUFFIXES]
    )
