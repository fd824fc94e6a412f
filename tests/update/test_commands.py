# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/updates.md, one after the other as the page has them, with a device that is a stand-in.

What a device does with the packages is tests/update/test_on_twin.py.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from ingot.cli import update as verbs
from ingot.cli.main import ingot
from support.firmware import needs_gcc
from support.pose_model import pose_model
from support.reloc_model import build_image, n6dk

pytestmark = [needs_gcc, pytest.mark.slow]


class Device:
    """Takes packages in chunks that follow each other."""

    largest_update = 1024

    def __init__(self, report: str) -> None:
        self.report, self.taken, self.complete = report, b"", False

    def hello(self) -> None:
        pass

    def command(self, word: str) -> tuple[int, str]:
        assert word == "report"
        return 0, self.report

    def update(self, at: int, content: bytes) -> tuple[int, int]:
        assert at == len(self.taken)
        self.taken += content
        self.complete = not content
        return 0, len(self.taken)


def commands_of_page() -> list[str]:
    (block,) = re.findall(
        r"^```\n(ingot image self-test .*?)^```$", (ROOT / "docs/updates.md").read_text(), re.M | re.S
    )
    return block.splitlines()


def test_the_commands_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "movenet.tflite").write_bytes(pose_model(0))
    made = build_image(tmp_path / "movenet.tflite", tmp_path)
    (tmp_path / "network_rel.bin").write_bytes(made.file.read_bytes())
    ingot.main(["image", "keys", "release.pem", "release.pub"], standalone_mode=False)
    fielded = made.file.read_bytes()
    (tmp_path / "fielded.bin").write_bytes(fielded)
    slots = n6dk()[0].update
    assert slots is not None
    runs = f"bytes {len(fielded)}\nsha256 {hashlib.sha256(fielded).hexdigest()}\n"
    device = Device(f"board n6dk\nversion 6\nslot_bytes {slots.slots[0].size}\n{runs}")

    @contextlib.contextmanager
    def line(port: str, baud: int) -> Iterator[Device]:
        assert port == "/dev/ttyACM0"
        yield device

    monkeypatch.setattr(verbs, "_client", line)
    capsys.readouterr()
    printed = {}
    for text in commands_of_page():
        words, _, into = text.partition(" > ")
        ingot.main(shlex.split(words)[1:], standalone_mode=False)
        printed[text] = capsys.readouterr().out
        if into:
            (tmp_path / into).write_text(printed[text])
    said = list(printed.values())
    assert said[1].startswith("whole.upd: whole, ") and said[3].startswith("params.upd: params, ")
    assert "kind          delta\n" in said[4] and said[5].startswith("ok     delta.upd: version 7, ")
    assert said[6].startswith("board n6dk\nversion 6\n")
    assert said[7].startswith("delta ") and "not possible" not in said[7]
    assert device.complete and device.taken == (tmp_path / "delta.upd").read_bytes()
