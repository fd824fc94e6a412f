# SPDX-License-Identifier: Apache-2.0
"""ingot.mk in a Makefile that is there already."""

from __future__ import annotations

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
