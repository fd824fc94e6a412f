# SPDX-License-Identifier: Apache-2.0
"""An entry is whole and right, or not there: with writers at the same time, killed ones, and damaged files."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.compiler.cache.store import HEAD, Store, pack, unpack

FILES = {"network.c": b"int x;\n" * 400, "network.raw": bytes(range(256)) * 64, "empty": b""}
KEY = "ab" * 32


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def test_what_is_saved_is_loaded(store: Store) -> None:
    assert store.load(KEY) is None
    store.save(KEY, FILES)
    assert store.load(KEY) == FILES
    assert store.load("cd" * 32) is None
    assert store.stats().entries == 1
    assert (store.stats().found, store.stats().missed) == (1, 2)


def test_the_same_files_give_the_same_entry() -> None:
    assert pack(FILES) == pack(dict(reversed(FILES.items())))


@pytest.mark.parametrize("place", [0, 9, HEAD, HEAD + 50, -1])
def test_a_damaged_entry_is_missing_and_removed(store: Store, place: int) -> None:
    store.save(KEY, FILES)
    data = bytearray(store.path(KEY).read_bytes())
    data[place] ^= 0x10
    store.path(KEY).write_bytes(data)
    assert store.stats(look=True).damaged == 1
    assert store.load(KEY) is None
    assert not store.path(KEY).exists()


@pytest.mark.parametrize("size", [0, 5, HEAD, HEAD + 100])
def test_a_cut_entry_is_missing(store: Store, size: int) -> None:
    assert unpack(pack(FILES)[:size]) is None


def test_clean_spares_what_is_used(store: Store) -> None:
    for number in range(3):
        store.save(f"{number:064x}", FILES)
    old = time.time() - 10 * 86400
    for number in range(2):
        os.utime(store.path(f"{number:064x}"), (old, old))
    assert store.load(f"{1:064x}") == FILES  # used again: young again
    left = store.folder / "00" / f".{0:062x}.ingot.killed"
    left.write_bytes(b"half")
    os.utime(left, (old, old))
    assert store.clean(unused_days=5).entries == 1
    assert store.stats().entries == 2
    assert not left.exists()
    assert (store.stats().found, store.stats().missed) == (1, 0)
    assert store.clean().entries == 2
    assert (store.stats().found, store.stats().missed) == (0, 0)
    with pytest.raises(IngotError, match="no number of days"):
        store.clean(unused_days=-1)


WRITER = """
import sys
from pathlib import Path
from ingot.compiler.cache.store import Store
store, step = Store(Path(sys.argv[1])), int(sys.argv[2])
print("ready", flush=True)
while True:
    for number in range(20):
        key = f"{number:064x}"
        files = {"name": b"%d" % number, "data": bytes([number]) * 200_000}
        found = store.load(key)
        assert found in (None, files), key
        store.path(key).unlink(missing_ok=True) if (number + step) % 3 == 0 else None
        store.save(key, files)
"""


@pytest.mark.slow
def test_ten_writers_of_which_some_are_killed(store: Store) -> None:
    random.seed(5)
    command = [sys.executable, "-c", WRITER, str(store.folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    writers = [
        subprocess.Popen([*command, str(number)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for number in range(10)
    ]
    try:
        for writer in writers:
            assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
        for writer in writers:  # at random moments of their writing
            time.sleep(random.uniform(0.01, 0.1))
            assert writer.poll() is None, writer.stderr and writer.stderr.read()
            writer.send_signal(signal.SIGKILL)
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    found = store.stats(look=True)
    assert found.damaged == 0 and found.entries > 0
    for number in range(20):
        assert store.load(f"{number:064x}") in (None, {"name": b"%d" % number, "data": bytes([number]) * 200_000})
