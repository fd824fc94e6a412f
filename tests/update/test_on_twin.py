# SPDX-License-Identifier: Apache-2.0
"""Models replaced on the emulated board: the real firmware, packages over its serial line, power that fails."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.device.protocol.client import Client, DeviceReset
from ingot.device.protocol.link import SocketLink
from ingot.device.protocol.twin import twin_line
from ingot.device.run.golden import golden_test
from ingot.device.run.inputs import random_inputs
from ingot.device.run.model_host import bytes_of
from ingot.device.run.oracle import Reference
from ingot.image.self_test import with_self_test
from ingot.update.make import make_package, same_code
from ingot.update.package import Kind
from ingot.update.plan import plan_update
from ingot.update.send import report_of, send_package
from support.firmware import needs_gcc, needs_qemu
from support.pose_model import pose_model
from support.reloc_model import RelocModel, build_image, model_host, n6dk

pytestmark = [needs_gcc, needs_qemu, pytest.mark.emulated, pytest.mark.slow]


class Model:
    """A network as a file for the board, and what it computes."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.file = folder / f"pose{seed}.tflite"
        self.file.write_bytes(pose_model(seed, 8))
        self.built: RelocModel = build_image(self.file, folder / f"image{seed}")
        test = golden_test(self.file, self.built.network, seed)
        self.image = with_self_test(self.built.file.read_bytes(), "image", test)
        #: The same, whose golden outputs are those of other inputs.
        self.wrong = with_self_test(self.image, "image", replace(test, seed=seed + 1))
        self.digest = hashlib.sha256(self.image).hexdigest()

    def runs_on(self, client: Client) -> bool:
        """Whether the device computes what this model does."""
        inputs = random_inputs([(buffer.shape, buffer.dtype) for buffer in self.built.network.inputs], 1)
        given = b"".join(np.ascontiguousarray(array).tobytes() for array in inputs)
        wanted = bytes_of(Reference(self.file).run(inputs))
        return client.infer(given, len(wanted)).outputs == wanted


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Model]:
    """The fielded one, and the same network with other weights."""
    folder = tmp_path_factory.mktemp("models")
    return Model(folder, 1), Model(folder, 2)


@contextmanager
def device(first: Model) -> Iterator[SocketLink]:
    """One that runs the first model, version 1."""
    with twin_line(model_host("model_update"), [], n6dk()[0].machine) as line:
        client = Client(line)
        send_package(client, make_package(first.image, 1, "first", Kind.WHOLE).to_bytes())
        assert client.command("start")[0] == 0
        report = report_of(client)
        assert (report["version"], report["sha256"]) == ("1", first.digest)
        assert first.runs_on(client)
        yield line


def test_params_delta_and_whole(models: tuple[Model, Model]) -> None:
    old, new = models
    assert same_code(new.image, old.image)
    with device(old) as line:
        client = Client(line)
        report = report_of(client)
        plan = plan_update(report, new.image, "new", 2, {"old": old.image})
        assert {choice.kind for choice in plan.choices if choice.package} == set(Kind)
        runs, waits = old, new
        for version, kind in enumerate((Kind.PARAMS, Kind.DELTA, Kind.WHOLE), 2):
            older = runs.image if kind is Kind.DELTA else b""
            send_package(client, make_package(waits.image, version, "image", kind, older).to_bytes())
            assert runs.runs_on(client)
            assert client.command("start")[0] == 0
            runs, waits = waits, runs
            report = report_of(client)
            assert (report["version"], report["sha256"]) == (str(version), runs.digest)
            assert runs.runs_on(client)
        with pytest.raises(IngotError, match="replayed"):
            send_package(client, make_package(waits.image, 4, "image", Kind.WHOLE).to_bytes())
        with pytest.raises(IngotError, match="downgrade"):
            send_package(client, make_package(waits.image, 3, "image", Kind.WHOLE).to_bytes())


@pytest.mark.parametrize("kind", Kind)
def test_a_model_that_fails_its_self_test_is_rolled_back(models: tuple[Model, Model], kind: Kind) -> None:
    """Its image is sound and sealed: nothing but what it computes is wrong. The right one is confirmed afterwards."""
    old, new = models
    older = old.image if kind is Kind.DELTA else b""
    with device(old) as line:
        client = Client(line)
        assert report_of(client)["given_up"] == "0"
        for image, runs, version, given_up in ((new.wrong, old, "1", "15"), (new.image, new, "2", "0")):
            send_package(client, make_package(image, 2, "new", kind, older).to_bytes())
            assert client.command("start")[0] == 0
            report = report_of(client)
            assert (report["version"], report["sha256"], report["given_up"]) == (version, runs.digest, given_up)
            assert runs.runs_on(client)


def again(line: SocketLink) -> Client:
    """A conversation with whatever is there after a reset."""
    client = Client(line)
    client.hello()
    return client


@pytest.mark.parametrize("operation", [1, 2, 60, 129, 200, -1, -3, -5, -7])
def test_power_fails(models: tuple[Model, Model], operation: int) -> None:
    """At an operation from the update's begin on, or (negative) before its end: one of the models runs, whole."""
    old, new = models
    package = make_package(new.image, 2, "new", Kind.PARAMS).to_bytes()
    slots = n6dk()[0].update
    assert slots is not None
    # Sectors of a slot; of 16 bytes each the model, its label, and three states in two copies.
    operations = (slots.slots[0].size >> 16) + -(-len(new.image) // 16) + 4 + 3 * 2 * 4
    cut = operation if operation > 0 else operations + 1 + operation
    with device(old) as line:
        client = Client(line)
        client.hello()
        assert client.command(f"cut {cut}")[0] == 0
        with pytest.raises(DeviceReset):
            send_package(client, package)
            client.command("start")
        client = again(line)
        report = report_of(client)
        assert report["sha256"] in (old.digest, new.digest)
        assert (old if report["sha256"] == old.digest else new).runs_on(client)
        if report["sha256"] == old.digest:
            send_package(client, package)
            assert client.command("start")[0] == 0
            assert report_of(client)["sha256"] == new.digest
        assert new.runs_on(client)
