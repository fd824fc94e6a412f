# SPDX-License-Identifier: Apache-2.0
"""Models replaced in the field: the firmware's code on a simulated NOR flash whose power fails at every operation."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ingot.link import toolchain
from support.firmware import compile_c, needs_gcc
from support.host_library import needs_cc
from support.update_device import NAMES, Device

pytestmark = pytest.mark.slow

RUNTIME = toolchain.ROOT / "firmware" / "runtime"
FIXTURE = Path(__file__).parent / "fixture" / "update_power.c"


def build(folder: Path, update: Path = RUNTIME / "ingot_update.c") -> Path:
    sources = [FIXTURE, update, *(RUNTIME / f"ingot_{name}.c" for name in NAMES[1:])]
    flags = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined", f"-I{RUNTIME}"]
    subprocess.run(["gcc", *flags, "-fno-sanitize-recover=all", *sources, "-o", folder / "power"], check=True)
    return folder / "power"


@needs_cc
def test_power_fails_at_every_operation(tmp_path: Path) -> None:
    """bench/power.py has more seeds, and every pair of cuts."""
    program = build(tmp_path)
    for scenario in ("confirm", "reject", "crash"):
        done = subprocess.run([program, scenario, "0", "2"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        said = dict(line.split() for line in done.stdout.splitlines())
        assert int(said["cuts"]) > 500 and int(said["states"]) >= 3


FAULTS = {
    "it erases the slot that runs": (
        "confirm",
        "uint32_t slot = 1 - update->record.confirmed,",
        "uint32_t slot = update->record.confirmed,",
    ),
    "it tries a model twice": ("crash", "        if (!update->record.started && is_good(", "        if (is_good("),
    "a model that is given up stays": (
        "reject",
        "    next.trial = NO_SLOT;\n    next.started = 0;\n    return",
        "    return",
    ),
}


@needs_cc
@pytest.mark.parametrize("name", FAULTS)
def test_the_simulator_finds_a_fault(tmp_path: Path, name: str) -> None:
    scenario, old, new = FAULTS[name]
    text = (RUNTIME / "ingot_update.c").read_text()
    assert old in text
    broken = tmp_path / "ingot_update.c"
    broken.write_text(text.replace(old, new))
    done = subprocess.run([build(tmp_path, broken), scenario, "0", "2"], capture_output=True)
    assert done.returncode == 1 and b"violated" in done.stderr


@needs_cc
def test_forged_truncated_replayed_and_downgraded_updates_have_codes() -> None:
    device = Device()
    good = b"GOOD" + bytes(100)
    assert device.call("boot") == -8  # no model yet
    assert device.update(good, 5) == 0
    assert device.call("boot") == 0 and device.call("trial") == 1
    assert device.call("confirm") == 0
    assert device.update(good, 5) == -6  # replayed
    assert device.update(good, 4) == -7  # downgraded
    assert device.update(b"EVIL" + bytes(100), 6) == -5  # forged: the verifier refuses it
    assert device.call("begin", 104, 6) == 0 and device.call("chunk", 0, good, 96) == 0
    assert device.call("finish") == -3  # truncated
    assert device.call("chunk", 0, good, 16) == -4  # out of order
    assert device.call("received") == 96
    assert device.call("chunk", 96, good[96:], 8) == 0 and device.call("finish") == 0  # resumed
    assert device.call("begin", 104, 9) == -2  # something is on trial
    assert device.call("boot") == 0 and device.call("trial") == 1
    assert device.call("boot") == 0 and device.call("trial") == 0  # never confirmed: the old one again
    assert device.call("begin", 1 << 20, 9) == -3
    assert device.call("confirm") == -2


@needs_cc
def test_the_version_is_kept_when_the_records_are_lost() -> None:
    """The newest model that verifies is the confirmed one then; older ones are refused as before."""
    device = Device()
    assert device.update(b"GOOD" + bytes(60), 7) == 0 and device.call("boot") == 0 and device.call("confirm") == 0
    device.call("lose_records")
    assert device.call("boot") == 0 and device.call("trial") == 0
    assert device.update(b"GOOD" + bytes(60), 6) == -7


@needs_gcc
def test_it_is_small(tmp_path: Path) -> None:
    """docs/updates.md has the figure. RAM: struct ingot_update, and less than 700 bytes of stack."""
    from elftools.elf.elffile import ELFFile

    target = compile_c(RUNTIME / "ingot_update.c", tmp_path / "update.o")
    with target.open("rb") as file:
        code = sum(s["sh_size"] for s in ELFFile(file).iter_sections() if s["sh_flags"] & 2)
    assert code < 2100
