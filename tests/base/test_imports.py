# SPDX-License-Identifier: Apache-2.0
"""Two threads that import one package, as steps do under SCons."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingot.base.places import ROOT

PACKAGE = {
    "__init__.py": "import package.whole\n",
    "whole.py": "import time\ntime.sleep(0.4)\nfrom package.part import value\n",
    "part.py": "import package.whole\nvalue = 1\n",
}

TWO_THREADS = """\
import sys, threading, time
{before}
failed = []

def asks(name):
    try:
        __import__(name)
    except BaseException as error:
        failed.append(repr(error))

whole = threading.Thread(target=asks, args=["package"])
part = threading.Thread(target=asks, args=["package.part"])
whole.start()
time.sleep(0.1)
part.start()
whole.join()
part.join()
print(failed)
"""


def said(folder: Path, before: str) -> str:
    (folder / "package").mkdir()
    for name, text in PACKAGE.items():
        (folder / "package" / name).write_text(text)
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT / 'site_scons'}"}
    words = [sys.executable, "-c", TWO_THREADS.format(before=before)]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def test_one_after_the_other(tmp_path: Path) -> None:
    before = "from ingot.base.imports import import_one_at_a_time\n" + "import_one_at_a_time()\n" * 2
    assert said(tmp_path, before) == "[]"


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="seen up to Python 3.13")
def test_python_alone_fails(tmp_path: Path) -> None:
    """What the other test would miss if Python were mended."""
    assert "cannot import name" in said(tmp_path, "")
