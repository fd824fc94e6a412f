# SPDX-License-Identifier: Apache-2.0
"""Building again whenever a file changes. Times and sizes are polled, which works on every file system."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

State = Mapping[Path, tuple[int, int]]


def snapshot(paths: Iterable[Path], build: Path | None = None) -> State:
    """Time and size of each file; folders with everything in them, apart from hidden files and caches.

    build: a folder that does not count, wherever it is: what a build writes is no change.
    """
    state: dict[Path, tuple[int, int]] = {}
    for path in paths:
        whole, written = path.resolve(), build.resolve() if build else None
        apart = path / written.relative_to(whole) if written and written.is_relative_to(whole) else None
        inside = path.rglob("*") if path.is_dir() else [path]
        for file in inside:
            if any(part.startswith(".") or part == "__pycache__" for part in file.parts[len(path.parts) :]):
                continue
            if apart in file.parents:
                continue
            try:
                facts = file.stat()
            except OSError:
                continue  # deleted meanwhile, or not there yet
            if file.is_file():
                state[file] = (facts.st_mtime_ns, facts.st_size)
    return state


def changes(before: State, after: State) -> list[str]:
    """Names of files that are new, gone or different."""
    different = {path for path in (*before, *after) if before.get(path) != after.get(path)}
    return sorted({path.name for path in different})


def watch(
    paths: Iterable[Path],
    build: Callable[[], bool],
    say: Callable[[str], None],
    *,
    folder: Path | None = None,
    interval: float = 0.5,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Builds, and again after every change that has come to rest for an interval; until Ctrl-C.

    A change during a build is seen after it. build: whether it succeeded; after a failure it waits for the next change.
    folder: where it writes.
    """
    watched = list(paths)
    while True:
        before = snapshot(watched, folder)
        say("ok, waiting for changes" if build() else "failed, waiting for changes")
        now = snapshot(watched, folder)
        while now == before:
            sleep(interval)
            now = snapshot(watched, folder)
        while True:
            sleep(interval)
            settled = snapshot(watched, folder)
            if settled == now:
                break
            now = settled
        say(f"changed: {', '.join(changes(before, now))}")
