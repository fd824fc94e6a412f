# SPDX-License-Identifier: Apache-2.0
"""What a process started ends with it: after SIGKILL too where the kernel can, after SIGTERM everywhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingot.base.places import ROOT

STARTS = """
import subprocess, sys
from ingot.base.child import ends_with_parent
from ingot.cli.main import orderly_end
with orderly_end(), subprocess.Popen(["sleep", "60"], preexec_fn={}) as child:
    try:
        print(child.pid, flush=True)
        child.wait()
    finally:
        child.kill()
"""


def ended(number: int) -> bool:
    """Whether the process has ended, within 10 s; a zombie that nobody waited for counts as ended."""
    for _ in range(1000):
        try:
            os.kill(number, 0)
            if Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.01)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux ends a child with its parent")
@pytest.mark.parametrize(
    ("how", "bound", "status"),
    [(signal.SIGKILL, "ends_with_parent()", -signal.SIGKILL), (signal.SIGTERM, "None", 128 + signal.SIGTERM)],
)
def test_a_child_ends_with_its_parent(how: int, bound: str, status: int) -> None:
    words = [sys.executable, "-c", STARTS.format(bound)]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT / "site_scons")}
    ) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.send_signal(how)
        assert process.wait(timeout=60) == status
    assert ended(child)


def test_every_emulator_is_such_a_child() -> None:
    device = (ROOT / "site_scons" / "ingot" / "device").rglob("*.py")
    for path in [*device, ROOT / "tests" / "support" / "board_port.py"]:
        text = path.read_text()
        assert text.count("subprocess.Popen(") == text.count("preexec_fn=ends_with_parent()"), path
