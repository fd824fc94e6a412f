# SPDX-License-Identifier: Apache-2.0
"""A process that builds one entry of a fleet in its working folder; a worker starts it, as a process has one folder.

Entry and build folder are on standard input, the outcome is on standard output; both as Python pickles them.
"""

from __future__ import annotations

import pickle
import sys

from ingot.shells.fleet.run import run_fleet


def main() -> None:
    entry, build = pickle.load(sys.stdin.buffer)
    (outcome,) = run_fleet([entry], (sys.executable, "-m", "ingot"), build)
    sys.stdout.buffer.write(pickle.dumps(outcome))


if __name__ == "__main__":
    main()
