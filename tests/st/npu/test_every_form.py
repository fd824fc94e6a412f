# SPDX-License-Identifier: Apache-2.0
"""Every unit, route, mode, stream form, container and call that is declared, is simulated by some test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from support.npu_forms import declared_forms

#: Read without a word, as public builds have it; the simulator refuses it by name (sim/test_forms.py).
REFUSED = {"ACTIV.SIGNEDOP = 0"}
#: Tests that simulate own builds.
TESTS = ("sim/test_convolution.py", "sim/test_elements.py", "sim/test_forms.py", "software", "test_plain_calls.py")


@pytest.mark.slow
def test_every_form_is_simulated(tmp_path: Path) -> None:
    names = tmp_path / "forms"
    folder = ROOT / "tests" / "st" / "npu"
    quick = "not any_geometry and not coefficients_a_channel"
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "support.npu_forms", "-k", quick]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"NPU_FORMS": str(names), "PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run(
        [*words, *(str(folder / name) for name in TESTS), str(ROOT / "tests" / "device" / "npu")],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    missing = declared_forms() - set(names.read_text(encoding="utf-8").splitlines())
    assert sorted(missing) == sorted(REFUSED)
