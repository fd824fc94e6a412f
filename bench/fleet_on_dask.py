# SPDX-License-Identifier: Apache-2.0
"""A fleet of 24 entries here, then on two workers of Dask of which one is killed halfway: same table, same bytes.

    python bench/fleet_on_dask.py FOLDER_WITH_TFLITES [--entries 24] [--work FOLDER]

Needs the extra `dask`. A compiler launcher (INGOT_LAUNCHER=ccache) saves most of the second run's C compilation.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "site_scons"))

from ingot.shells.fleet.matrix import Entry, Outcome, read_fleet
from ingot.shells.fleet.report import junit_xml, table
from ingot.shells.fleet.run import run_fleet, run_on_workers

OPTIONS = (
    "{}",
    "{optimize: ram}",
    "{optimize: speed}",
    "{fuse: false}",
    "{io_input: keep}",
    "{io_placement: application}",
    "{optimize: ram, io_input: keep}",
    "{optimize: speed, fuse: false}",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path)
    parser.add_argument("--entries", type=int, default=24)
    parser.add_argument("--work", type=Path)
    asked = parser.parse_args()
    models = sorted(asked.models.resolve().glob("*.tflite"), key=lambda path: path.stat().st_size)
    work = asked.work or Path(tempfile.mkdtemp(prefix="ingot-fleet-"))
    os.environ["INGOT_CACHE"] = str(work / "cache")
    here, there = work / "here", work / "dask"
    for folder in (here, there):
        (folder / "nets").mkdir(parents=True, exist_ok=True)
        for model in models[: -(-asked.entries // len(OPTIONS))]:
            (folder / "nets" / model.name).write_bytes(model.read_bytes())
        names = ", ".join(f"nets/{model.name}" for model in models[: -(-asked.entries // len(OPTIONS))])
        chosen = ", ".join(OPTIONS[: min(len(OPTIONS), asked.entries)])
        text = f"boards: [n6dk]\nmodels: [{names}]\noptions: [{chosen}]\nsamples: 1\n"
        (folder / "fleet.yaml").write_text(text)
    texts, bytes_of = {}, {}
    for folder in (here, there):
        os.chdir(folder)
        os.environ["CCACHE_BASEDIR"] = str(folder)
        entries = read_fleet(Path("fleet.yaml"), "build/fleet")
        started = time.monotonic()
        if folder == here:
            outcomes = run_fleet(
                entries, (sys.executable, "-m", "ingot"), "build/fleet", 0, lambda line: print(line, flush=True)
            )
        else:
            outcomes = on_two_workers(entries)
        print(f"{len(entries)} entries in {time.monotonic() - started:.0f} s", flush=True)
        texts[folder] = table(outcomes) + junit_xml(outcomes)
        bytes_of[folder] = digests(Path("build/fleet"), [Path(entry.request.out) for entry in entries])
    print(texts[there][: texts[there].index("<?xml")])
    differ = sorted(
        str(name)
        for name in bytes_of[here].keys() | bytes_of[there].keys()
        if bytes_of[here].get(name) != bytes_of[there].get(name)
    )
    print("table and JUnit", "the same" if texts[here] == texts[there] else "DIFFER")
    print(f"{len(bytes_of[here])} files, {len(differ)} differ {differ[:5]}")
    sys.exit(texts[here] != texts[there] or bool(differ))


def on_two_workers(entries: list[Entry]) -> list[Outcome]:
    """Runs the fleet; when half of it is done, one of the two workers gets SIGKILL."""
    import distributed

    untyped: Any = distributed
    words: dict[str, Any] = {"dashboard_address": "127.0.0.1:0", "silence_logs": 50}
    with untyped.LocalCluster(n_workers=2, threads_per_worker=1, **words) as cluster:
        done: list[str] = []

        def say(line: str) -> None:
            done.append(line)
            print(line, flush=True)
            if len(done) == len(entries) // 2:
                victim = sorted(cluster.workers.items())[0][1].pid
                os.kill(victim, signal.SIGKILL)
                print(f"killed worker {victim}", flush=True)

        return run_on_workers(entries, "build/fleet", cluster.scheduler_address, say)


def digests(build: Path, folders: list[Path]) -> dict[str, str]:
    """SHA-256 of every file that an entry has on both sides: without objects and what Ninja keeps for itself."""
    return {
        str(path.relative_to(build)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "obj" not in path.parts and path.suffix not in (".d", ".part")
    }


if __name__ == "__main__":
    main()
