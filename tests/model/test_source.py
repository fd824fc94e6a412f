# SPDX-License-Identifier: Apache-2.0
"""Where a model's file is looked for, and that nothing unchecked is used."""

import hashlib
import http.client
import io
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from ingot.base.errors import IngotError
from ingot.model import Manifest, find_source, load_manifest, obtain_source
from ingot.model.stand_in import DESCRIPTION

REAL = b"the real model"
OTHER = b"something else"
URL = "https://example.org/m.tflite"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a model, with a cache of its own and nothing on the model path."""
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("INGOT_MODEL_PATH", raising=False)
    monkeypatch.delenv("INGOT_OFFLINE", raising=False)
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def describe(folder: Path, *, url: bool = False, stand_in: bool = False, sha256: str = "") -> Manifest:
    lines = ["name: m", "source:", "  file: m.tflite", f"  sha256: {sha256 or hashlib.sha256(REAL).hexdigest()}"]
    if url:
        lines += [f"  url: {URL}", "  licence: some licence"]
    if stand_in:
        lines.append("  stand_in: make.py")
        (folder / "make.py").write_text(f"def build():\n    return b'made up, {DESCRIPTION}'\n")
    (folder / "model.yaml").write_text("\n".join(lines) + "\n")
    return load_manifest(folder / "model.yaml")


def answer(monkeypatch: pytest.MonkeyPatch, what: bytes | Exception) -> list[str]:
    """Replaces the network. Returns the list of addresses that are asked."""
    asked: list[str] = []

    def urlopen(url: str, timeout: float) -> Any:
        asked.append(url)
        if isinstance(what, Exception):
            raise what
        return io.BytesIO(what)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return asked


def test_the_order_is_beside_then_model_path_then_cache(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = describe(project, url=True)
    asked = answer(monkeypatch, REAL)
    assert find_source(model) is None
    assert obtain_source(model, False, lambda line: None) == REAL
    assert asked == [URL]

    cached = find_source(model)
    assert cached is not None and (project.parent / "cache") in cached.parents

    first, second = project.parent / "first", project.parent / "second"
    for folder in (first, second):
        folder.mkdir()
    (second / "m.tflite").write_bytes(REAL)
    monkeypatch.setenv("INGOT_MODEL_PATH", f"{first}:{second}")
    assert find_source(model) == second / "m.tflite"

    (project / "m.tflite").write_bytes(REAL)
    assert find_source(model) == project / "m.tflite"
    assert asked == [URL], "a file on the machine needs no network"


def test_a_found_file_with_another_hash_is_refused(project: Path) -> None:
    model = describe(project)
    (project / "m.tflite").write_bytes(OTHER)
    with pytest.raises(IngotError) as caught:
        find_source(model)
    text = str(caught.value)
    assert hashlib.sha256(OTHER).hexdigest() in text and hashlib.sha256(REAL).hexdigest() in text
    assert text.startswith(str(project / "m.tflite")) and "model.yaml:4" in text


def test_a_download_with_another_hash_is_refused_and_not_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = describe(project, url=True, stand_in=True)
    answer(monkeypatch, OTHER)
    with pytest.raises(IngotError, match="this is not the file that the model"):
        obtain_source(model, False, lambda line: None)
    assert find_source(model) is None


def test_a_download_names_the_licence(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    answer(monkeypatch, REAL)
    obtain_source(describe(project, url=True), True, said.append)
    assert len(said) == 1 and "some licence" in said[0] and "m.tflite" in said[0]


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (urllib.error.URLError("no route"), "no answer from the network (no route)"),
        (urllib.error.HTTPError(URL, 404, "Not Found", http.client.HTTPMessage(), None), "the server answered 404"),
        (http.client.IncompleteRead(b"x"), "no answer from the network"),
        (TimeoutError("timed out"), "no answer from the network (timed out)"),
    ],
)
def test_without_file_and_network_there_is_a_stand_in_that_says_so(
    project: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception, words: str
) -> None:
    said: list[str] = []
    answer(monkeypatch, problem)
    model = describe(project, url=True, stand_in=True)
    assert DESCRIPTION.encode() in obtain_source(model, False, said.append)
    assert said[0].startswith("STAND-IN for m") and words in said[0]
    with pytest.raises(IngotError, match="refused because of require_real"):
        obtain_source(model, True, said.append)


def test_offline_asks_no_network(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, REAL)
    monkeypatch.setenv("INGOT_OFFLINE", "1")
    said: list[str] = []
    obtain_source(describe(project, url=True, stand_in=True), False, said.append)
    assert asked == [] and "INGOT_OFFLINE is set" in said[0]


def test_nothing_to_make_up_for_a_missing_file_is_an_error_that_says_where_it_looked(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INGOT_MODEL_PATH", "/some/folder")
    with pytest.raises(IngotError) as caught:
        find_source(describe(project))
    assert str(caught.value).startswith(f"{project / 'model.yaml'}:3: the model file 'm.tflite' was not found")
    assert str(project) in caught.value.remedy and "/some/folder" in caught.value.remedy


def test_a_stand_in_without_its_mark_is_refused(project: Path) -> None:
    model = describe(project, stand_in=True)
    (project / "make.py").write_text("def build():\n    return b'no mark'\n")
    with pytest.raises(IngotError, match="does not carry the mark"):
        obtain_source(model, False, lambda line: None)
