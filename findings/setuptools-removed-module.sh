#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a wheel holds the modules that the project has when it is built.
# What happens: a module that was removed since the last build in the same folder is shipped again: setuptools copies the
# modules to build/lib and packs that folder, without removing what is no longer there.
# Seen with: setuptools 84.2.1
set -eu
. "$(dirname "$0")/common"
packages setuptools==84.2.1
mkdir -p "$work/project/thing"
cd "$work/project"
cat >pyproject.toml <<'TOML'
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "thing"
version = "1"
[tool.setuptools]
packages = ["thing"]
TOML
touch thing/__init__.py thing/removed.py
wheel() {
    rm -rf dist
    python -c 'from setuptools import build_meta; build_meta.build_wheel("dist")' >"$work/log" 2>&1
    python -m zipfile -l dist/*.whl | awk '/^thing\// {print $1}' | tr '\n' ' '
}
{
    echo "built: $(wheel)"
    rm thing/removed.py
    echo "removed, built again: $(wheel)"
    rm -r build
    echo "without build/: $(wheel)"
} | recorded 'built: thing/__init__.py thing/removed.py 
removed, built again: thing/__init__.py thing/removed.py 
without build/: thing/__init__.py '
