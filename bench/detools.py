#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Patches of detools applied by the host's and the device's decoder, and ours by detools (pip install detools==0.53.0).

    PYTHONPATH=SITE_PACKAGES_WITH_DETOOLS bench/detools.py

Prints a line a compression; exit status 1 when any of the four results is another one.
"""

from __future__ import annotations

import io
import random
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path[:1] = [str(TOP / folder) for folder in ("site_scons", "tests")]

import detools  # type: ignore[import-not-found] # noqa: E402
from ingot.update.patch import COMPRESSIONS, LOOKAHEAD, WINDOW, Chunk, write_patch  # noqa: E402
from support.session import close_session, open_session  # noqa: E402
from update.test_patch import device, host  # noqa: E402


def main() -> int:
    rng = random.Random(3)
    older = rng.randbytes(20000)
    changed = bytes(byte ^ (rng.randrange(256) if rng.random() < 0.01 else 0) for byte in older)
    newer = changed[:9000] + rng.randbytes(500) + changed[9000:] + bytes(700)
    added = bytes((new - old) & 255 for new, old in zip(changed, older, strict=True))
    chunks = [Chunk(added[:9000], newer[9000:9500]), Chunk(added[9000:], bytes(700))]
    right = True
    for name in COMPRESSIONS:
        sizes = {"heatshrink_window_sz2": WINDOW, "heatshrink_lookahead_sz2": LOOKAHEAD}
        theirs, made = io.BytesIO(), io.BytesIO()
        more = sizes if name == "heatshrink" else {}
        detools.create_patch(io.BytesIO(older), io.BytesIO(newer), theirs, compression=name, **more)
        ours = write_patch(chunks, name)
        detools.apply_patch(io.BytesIO(older), io.BytesIO(ours), made)
        patch = theirs.getvalue()
        results = [host(older, patch, len(newer)), device(older, patch, len(newer), 100)]
        results += [host(older, ours, len(newer)), made.getvalue()]
        right = right and all(result == newer for result in results)
        print(f"{name:<12} detools' {len(patch):>6,} bytes, ours {len(ours):>6,}: {[r == newer for r in results]}")
    return 0 if right else 1


if __name__ == "__main__":
    session = open_session()
    try:
        sys.exit(main())
    finally:
        close_session(session)
