# SPDX-License-Identifier: Apache-2.0
"""Packages on the device's own code: taken, resumed; each refusal has its code before anything is erased."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace

import pytest

from ingot.image.signature import new_keys, public_bytes
from ingot.update.package import HEADER_SIZE, Kind, Package, signed_package
from ingot.update.patch import Chunk, smallest_patch
from support.host_library import needs_cc
from support.update_device import Device

pytestmark = [needs_cc, pytest.mark.slow]
OLD = b"GOOD" + random.Random(1).randbytes(2000)
NEW = OLD[:1500] + random.Random(2).randbytes(504)
SECRET, PUBLIC = new_keys()


def package(newer: bytes = NEW, version: int = 2, older: bytes = b"") -> Package:
    common = len(older[:1500])
    return Package(
        kind=Kind.DELTA if older else Kind.WHOLE,
        version=version,
        to_size=len(newer),
        to_digest=hashlib.sha256(newer).digest(),
        layout_id=bytes(8),
        board="n6dk",
        model="model",
        patch=smallest_patch([Chunk(bytes(common), newer[common:])]),
        from_size=len(older),
        from_digest=hashlib.sha256(older).digest(),
    )


def signed(what: Package) -> bytes:
    return signed_package(what, SECRET, "key").to_bytes()


@pytest.fixture
def device() -> Device:
    """One that runs OLD, version 1."""
    made = Device()
    made.library.device_key(public_bytes(PUBLIC, "key"), 0)
    assert made.call("boot") == -8
    assert made.send(signed(package(OLD, 1))) == 0
    made.restart()
    return made


def test_whole_and_delta(device: Device) -> None:
    delta = signed(package(older=OLD))
    assert len(delta) < len(signed(package())) - 1400
    assert device.send(delta, 7) == 0
    device.restart()
    assert device.slot(0, len(OLD)) == OLD or device.slot(1, len(OLD)) == OLD
    assert NEW in (device.slot(0, len(NEW)), device.slot(1, len(NEW)))
    assert device.send(signed(package(OLD, 3, b""))) == 0


def test_it_goes_on_after_a_break(device: Device) -> None:
    content = signed(package())
    assert device.call("package_chunk", 0, content, 700) == 0
    assert device.call("package_chunk", 900, content[900:], 100) == -4  # out of order
    assert device.call("package_finish") == -3  # not complete
    at = device.call("package_received")
    assert at == 700
    assert device.call("package_chunk", at, content[at:], len(content) - at) == 0
    assert device.call("package_finish") == 0


REFUSED = {
    "replayed": (-6, lambda: signed(package(version=1))),
    "downgraded": (-7, lambda: signed(package(version=0))),
    "too large": (-3, lambda: signed(replace(package(), to_size=1 << 20))),
    "truncated": (-3, lambda: signed(package())[:-1]),
    "longer": (-3, lambda: signed(package()) + b"x"),
    "none": (-9, lambda: b"\0" * 400),
    "other format": (-9, lambda: b"INGOTUPD\2" + signed(package())[9:]),
    "not signed": (-10, lambda: package().to_bytes()),
    "forged": (-10, lambda: signed(package())[:20] + b"\x09" + signed(package())[21:]),
    "other board": (-11, lambda: signed(replace(package(), board="n6d"))),
    "other model": (-12, lambda: signed(package(older=NEW))),
    "damaged": (-13, lambda: signed(package())[:HEADER_SIZE] + b"\7" + signed(package())[HEADER_SIZE + 1 :]),
    "other result": (-14, lambda: signed(package())[:-20] + b"\0" + signed(package())[-19:]),
    "not to be run": (-5, lambda: signed(package(b"EVIL" + OLD[4:]))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_each_refusal_has_its_code(device: Device, name: str) -> None:
    """And the model that runs stays; a good package is taken afterwards."""
    code, content = REFUSED[name]
    assert device.send(content()) == code
    assert device.call("boot") == 0 and device.call("trial") == 0
    assert device.send(signed(package())) == 0


def test_a_revoked_key_signs_nothing(device: Device) -> None:
    device.library.device_key(public_bytes(PUBLIC, "key"), 1)
    assert device.send(signed(package())) == -10


def test_ram_is_less_than_16_kib(device: Device) -> None:
    """docs/updates.md has the figure; the window of heatshrink is 2 KiB of it."""
    assert device.call("package_bytes") < 3 * 1024
