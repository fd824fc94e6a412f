# SPDX-License-Identifier: Apache-2.0
"""`scons cache=...` in a second checkout in another folder: every file is retrieved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.scons_project import Project

pytestmark = pytest.mark.slow


def test_another_folder_retrieves_everything(built: Project, tmp_path: Path) -> None:
    cache, log = f"cache={tmp_path / 'shared'}", tmp_path / "log"
    first = Project.create(tmp_path / "first")
    assert first.build(cache, "-j2").compiled
    second = Project.create(tmp_path / "a longer" / "path")
    again = second.build(cache, "-j2", f"--cache-debug={log}")
    assert (again.compiled, again.links, sum(again.steps.values())) == (set(), 0, 0)
    requests, hits, misses = re.findall(r"requests: (\d+), hits: (\d+), misses: (\d+)", log.read_text())[-1]
    assert (requests, misses) == (hits, "0")
    assert int(hits) > 30
    assert first.outputs() == second.outputs() == built.outputs()
