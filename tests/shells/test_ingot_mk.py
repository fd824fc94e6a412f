# SPDX-License-Identifier: Apache-2.0
"""ingot.mk in a Makefile that is there already."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support.foreign import Installed
from support.pose_model import pose_model

INCLUDE = """\
include $(shell ingot make-dir)/ingot.mk
$(eval $(call ingot_model,net,network.tflite,n6dk))
$(eval $(call ingot_check,net,build/app.elf))
"""


@pytest.mark.parametrize("first", [True, False])
def test_the_default_goal_stays_the_repositorys(installed: Installed, tmp_path: Path, first: bool) -> None:
    """Wherever it is included, and also when build/net.mk has to be written first."""
    (tmp_path / "network.tflite").write_bytes(pose_model(0))
    own = "all:\n\t@echo the application\n"
    (tmp_path / "Makefile").write_text(INCLUDE + own if first else own + INCLUDE)
    for _ in range(2):
        assert installed.run(tmp_path, "make").splitlines()[-1] == "the application"
    assert (tmp_path / "build" / "net.mk").is_file()
    (tmp_path / "build" / "app.elf").touch()  # of which only the names of its files are looked at
    planned = installed.run(tmp_path, "make", "-n", "build/app.checked")
    assert "--out build/app_memory_map.txt --summary build/app_summary.json" in planned


def test_rules_are_never_silently_those_of_before(installed: Installed, tmp_path: Path) -> None:
    """Make stops where they cannot be written again, and writes them where Ingot was moved or a file of it is gone."""
    model, rules = tmp_path / "model.yaml", tmp_path / "build" / "net.mk"
    (tmp_path / "network.tflite").write_bytes(pose_model(0))
    model.write_text("name: pose\nsource: {file: network.tflite}\n")
    own = "all:\n\t@echo the application\n"
    (tmp_path / "Makefile").write_text(own + INCLUDE.replace("network.tflite", "model.yaml"))
    installed.run(tmp_path, "make")
    written = rules.read_text()

    model.rename(tmp_path / "moved.yaml")
    done = subprocess.run(
        ["make"], cwd=tmp_path, env=installed.environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 2 and done.stdout == "" and "model.yaml" in done.stderr, done.stderr
    (tmp_path / "moved.yaml").rename(model)

    recipe = next(word for word in written.split() if word.endswith("/recipe/__init__.py"))
    place = next(line.rpartition(" ")[2] for line in written.splitlines() if line.startswith("net_WRITTEN_FOR"))
    for old, new in ((recipe, "/nowhere/recipe/__init__.py"), (f"of {place}", "of /nowhere/")):
        rules.write_text(written.replace(old, new))
        assert "the application" in installed.run(tmp_path, "make") and rules.read_text() == written
