# SPDX-License-Identifier: Apache-2.0
"""Puts the folders that are not Python into the wheel, as ingot/tree/ (ingot.base.places finds them there)."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
FOLDERS = ("firmware", "boards", "models", "third_party", "toolchain")
LEFT_OUT = ("__pycache__", "*.pyc", ".*", "*.tflite", "*.onnx")  # model files are never part of the package


class BuildWithTree(build_py):
    """build_py, and the tree beside the modules. An editable install finds the folders where they are."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for folder in FOLDERS:
            target = Path(self.build_lib, "ingot", "tree", folder)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(HERE / folder, target, ignore=shutil.ignore_patterns(*LEFT_OUT))


setup(cmdclass={"build_py": BuildWithTree})
