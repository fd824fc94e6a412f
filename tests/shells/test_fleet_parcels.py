# SPDX-License-Identifier: Apache-2.0
"""A fleet's entries as parcels for other machines: what is in them, what comes back, and a fleet on Dask."""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
from pathlib import Path

import pytest
import yaml

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.shells.fleet.matrix import Entry, read_fleet, sharded
from ingot.shells.fleet.run import EntryWork, run_on_workers
from ingot.shells.workers import on_dask, parcel
from ingot.shells.workers.parcel import Delivery, parcel_of, unpack
from support.pose_model import pose_model


@pytest.fixture
def entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """Of a fleet in a/b/, with a model in nets/ beside a/."""
    here = tmp_path / "a" / "b"
    here.mkdir(parents=True)
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "good.tflite").write_bytes(pose_model(0))
    (here / "fleet.yaml").write_text(
        "boards: [n6dk]\nmodels: [../../nets/good.tflite]\noptions: [{}, {optimize: ram}]\n"
    )
    monkeypatch.chdir(here)
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    return read_fleet(Path("fleet.yaml"), "build/fleet")


def test_a_parcel_has_what_its_entry_reads(entries: list[Entry]) -> None:
    packed = parcel_of(EntryWork(entries[0]), "build/fleet")
    assert list(packed.files) == ["../../nets/good.tflite"] and packed.depth == 2
    assert "boards/n6dk/board.yaml" in packed.own and any(name.startswith("firmware/runtime/") for name in packed.own)


def test_the_key_is_of_the_content(entries: list[Entry]) -> None:
    first, other = (parcel_of(EntryWork(entry), "build/fleet").key for entry in entries)
    assert first != other
    model = Path("../../nets/good.tflite")
    os.utime(model, (1, 1))
    assert parcel_of(EntryWork(entries[0]), "build/fleet").key == first
    model.write_bytes(model.read_bytes() + b"\0")
    assert parcel_of(EntryWork(entries[0]), "build/fleet").key != first


def test_another_ingot_on_a_worker_is_refused(entries: list[Entry], tmp_path: Path) -> None:
    packed = parcel_of(EntryWork(entries[0]), "build/fleet")
    with pytest.raises(IngotError, match="the worker has"):
        parcel.deliver(dataclasses.replace(packed, versions=("0" * 16, *packed.versions[1:])), tmp_path / "w")
    own = {**packed.own, "boards/n6dk/board.yaml": "0" * 64}
    with pytest.raises(IngotError, match=r"boards/n6dk/board.yaml: the worker's file is missing or another one"):
        parcel.deliver(dataclasses.replace(packed, own=own), tmp_path / "w")
    assert not (tmp_path / "w").exists()


def test_what_comes_back_replaces_what_was_there(entries: list[Entry]) -> None:
    out = Path(entries[0].request.out)
    out.mkdir(parents=True)
    (out / "verified.txt").write_text("old")
    unpack(Delivery("FAILED", "why", {}, {f"{out}/summary.json": b"{}"}), EntryWork(entries[0]))
    assert [path.name for path in out.iterdir()] == ["summary.json"]
    for name in (f"{out}/../../../x", "/etc/x"):
        with pytest.raises(IngotError, match="another place"):
            unpack(Delivery("built", "", {}, {name: b""}), EntryWork(entries[0]))


def test_shards_have_every_entry_once(entries: list[Entry]) -> None:
    many = [*entries, *entries, entries[0]]
    parts = [sharded(many, f"{number}/3") for number in (1, 2, 3)]
    assert [len(part) for part in parts] == [2, 2, 1] and sorted(id(e) for part in parts for e in part) == sorted(
        map(id, many)
    )
    for text in ("0/3", "4/3", "1", "a/b", "1/0"):
        with pytest.raises(IngotError, match="no part of a fleet"):
            sharded(many, text)


def test_ci_files_shard_the_fleet() -> None:
    github = yaml.safe_load((ROOT / "examples" / "fleet_ci" / "github.yml").read_text())["jobs"]["fleet"]
    count = len(github["strategy"]["matrix"]["shard"])
    assert f"ingot fleet fleet.yaml --shard ${{{{ matrix.shard }}}}/{count}" in [
        step.get("run") for step in github["steps"]
    ]
    gitlab = yaml.safe_load((ROOT / "examples" / "fleet_ci" / "gitlab-ci.yml").read_text())["fleet"]
    assert gitlab["parallel"] == count and '"$CI_NODE_INDEX/$CI_NODE_TOTAL"' in gitlab["script"][0]


def test_without_the_package(entries: list[Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(IngotError, match="needs the package distributed"):
        run_on_workers(entries, "build/fleet", "local:2", print)


def test_schedulers_that_are_none(entries: list[Entry]) -> None:
    pytest.importorskip("distributed")
    for text in ("local:0", "local", "nowhere"):
        with pytest.raises(IngotError, match="scheduler="):
            run_on_workers(entries, "build/fleet", text, print)


def _pretend(packed: parcel.Parcel) -> Delivery:
    """A worker's task without a toolchain; the second entry's first worker dies of it."""
    out = packed.work.out
    mark = Path(os.environ["INGOT_CACHE"]) / "died"
    if "ram" in packed.work.name and not mark.exists():
        mark.parent.mkdir(exist_ok=True)
        mark.write_text("")
        os.kill(os.getpid(), signal.SIGKILL)
    return Delivery("verified", "", {"peak": 1, "weights": 2}, {f"{out}/firmware.bin": packed.key.encode()})


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced(entries: list[Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.syspath_prepend(str(ROOT))  # workers get the path, and import this module
    monkeypatch.setattr(on_dask, "build_parcel", _pretend)
    said: list[str] = []
    outcomes = run_on_workers(entries, "build/fleet", "local:2", said.append)
    assert [item.state for item in outcomes] == ["verified", "verified"] and len(said) == 2
    keys = [parcel_of(EntryWork(entry), "build/fleet").key.encode() for entry in entries]
    assert [Path(entry.request.out, "firmware.bin").read_bytes() for entry in entries] == keys
    assert (Path(os.environ["INGOT_CACHE"]) / "died").exists()
