#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes requirements.txt (what a build and the twin need) and requirements-test.txt (the same and the tools of the
# tests): every package that pip installs, with its version and the hashes of its files. It needs uv.
#
#   ./requirements.sh              after a change in pyproject.toml: versions stay where they can
#   ./requirements.sh --upgrade    take the newest versions
set -eu
cd "$(dirname "$0")"

extras="--extra scons --extra onnx --extra quantize --extra image --extra verify --extra serial --extra dask"

lock() {
    out=$1
    shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
        --custom-compile-command ./requirements.sh --output-file "$out" pyproject.toml "$@"
}

lock requirements-test.txt --group build $extras --group test ${1+"$@"}
# The build's versions are the tests' versions.
lock requirements.txt --group build --extra scons --extra image --extra verify --constraint requirements-test.txt

uv pip compile --quiet --python-version 3.11 --no-annotate --resolution lowest-direct $extras \
    --custom-compile-command ./requirements.sh --output-file requirements-lowest.txt pyproject.toml
