# SPDX-License-Identifier: Apache-2.0
"""Reads damaged files in a process of its own, with limits of time and memory, and counts what became of each."""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[3]
SECONDS, MEMORY = 10, 1 << 30
RESULTS = ("read", "refused", "traceback", "too slow", "too large", "signal", "outside")


@dataclass
class Outcomes:
    """counts: by result. faults: result and what to repeat it with, for everything but read and refused."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def read_hostile(name: str, first: int, count: int) -> Outcomes:
    """The files `first` to `first + count` of a format. A process that dies is followed by another one."""
    found = Outcomes()
    end = first + count
    while first < end:
        with tempfile.TemporaryDirectory(prefix="ingot-hostile-") as folder:
            words = [sys.executable, "-m", "support.hostile.run", name, str(first), str(end)]
            paths = os.pathsep.join(str(TOP / part) for part in ("site_scons", "tests"))
            environment = os.environ | {"PYTHONPATH": paths, "INGOT_CACHE": f"{folder}/cache", "HOME": folder}
            inside = Path(folder, "inside")
            inside.mkdir()
            with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=inside, env=environment, text=True) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    entry = json.loads(line)
                    first = entry["next"]
                    found.counts += Counter(entry["counts"])
                    found.faults += entry["faults"]
            strays = {path.name for path in Path(folder).iterdir()} - {"inside", "cache"}
            if strays:
                found.counts["outside"] += 1
                found.faults.append(f"outside: {name} before {first}: {sorted(strays)}")
        if process.returncode > 0:
            raise RuntimeError(f"{name} {first} could not be made or read: see above")
        if first < end and process.returncode != 0:
            found.counts["signal"] += 1
            found.faults.append(f"signal {-process.returncode}: {name} {first}")
            first += 1
    return found


class _TooSlow(BaseException):
    pass


def _alarm(number: int, frame: Any) -> None:
    raise _TooSlow


def _child(name: str, first: int, end: int) -> None:
    """Reads them in turn. Prints a line after each: so that the parent knows which one ended the process."""
    import warnings

    from ingot.base.errors import IngotError
    from support.hostile.formats import FORMATS

    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (4 * MEMORY, 4 * MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, _alarm)
    what = FORMATS[name]
    folder = Path("file")
    folder.mkdir()
    path = folder / what.name
    for number in range(first, end):
        path.write_bytes(what.make(random.Random(f"{name} {number}")))
        faults = []
        signal.setitimer(signal.ITIMER_REAL, 3 * SECONDS)  # of a machine that does other things as well
        before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        try:
            what.read(path)
            result = "read"
        except IngotError as error:
            result = "refused" if str(error).strip() else "traceback"
        except _TooSlow:
            result = "too slow"
        except MemoryError:
            result = "too large"
        except BaseException:
            result = "traceback"
            faults.append(traceback.format_exc(limit=-3))
        signal.setitimer(signal.ITIMER_REAL, 0)
        used = resource.getrusage(resource.RUSAGE_SELF)
        if used.ru_utime - before > SECONDS:
            result = "too slow"
        if used.ru_maxrss << 10 > MEMORY:
            result = "too large"
        if result not in ("read", "refused"):
            faults.append(f"{result}: {name} {number}")
        print(json.dumps({"next": number + 1, "counts": {result: 1}, "faults": faults}), flush=True)
        if result == "too large":
            return  # the peak stays: the parent begins another process


def show(name: str, number: int, file: Path) -> None:
    """Writes one of the files."""
    from support.hostile.formats import FORMATS

    file.write_bytes(FORMATS[name].make(random.Random(f"{name} {number}")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("first", type=int)
    parser.add_argument("end", type=int)
    given = parser.parse_args()
    _child(given.name, given.first, given.end)
