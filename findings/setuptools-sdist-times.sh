#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: with SOURCE_DATE_EPOCH set, the same project gives the same archives, byte by byte.
# What happens: the wheel is the same; the sdist is not. Its members keep the times of the files and of the folders
# that setuptools has just made.
# Seen with: setuptools 84.2.1
set -eu
. "$(dirname "$0")/common"
packages setuptools==84.2.1
cat >"$work/build.py" <<'PYTHON'
import hashlib
import os
import pathlib
import sys

from setuptools import build_meta

root = pathlib.Path(sys.argv[2])
(root / "thing").mkdir(parents=True)
(root / "thing/__init__.py").touch()
(root / "pyproject.toml").write_text(
    '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
    '[project]\nname = "thing"\nversion = "1"\n[tool.setuptools]\npackages = ["thing"]\n'
)
for path in (root / "thing/__init__.py", root / "pyproject.toml"):
    os.utime(path, (1_600_000_000, 1_600_000_000))
os.chdir(root)
name = getattr(build_meta, f"build_{sys.argv[1]}")("dist")
print(hashlib.sha256((root / "dist" / name).read_bytes()).hexdigest(), file=sys.stderr)
PYTHON
SOURCE_DATE_EPOCH=1700000000
export SOURCE_DATE_EPOCH
for kind in wheel sdist; do
    for number in 1 2; do
        python "$work/build.py" "$kind" "$work/$kind$number/same" 2>&1 >"$work/log" | tail -n 1 >"$work/hash$number"
        sleep 1.1
    done
    if cmp -s "$work/hash1" "$work/hash2"; then echo "$kind: the same"; else echo "$kind: different"; fi
done | recorded 'wheel: the same
sdist: different'
