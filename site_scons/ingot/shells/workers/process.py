# SPDX-License-Identifier: Apache-2.0
"""A process that does one piece of work in its working folder; a worker starts it, as a process has one folder.

Work and build folder are on standard input, what became of it is on standard output; both as Python pickles them.
"""

from __future__ import annotations

import pickle
import sys


def main() -> None:
    work, build = pickle.load(sys.stdin.buffer)
    done = work.run(build)
    sys.stdout.buffer.write(pickle.dumps(done))


if __name__ == "__main__":
    main()
